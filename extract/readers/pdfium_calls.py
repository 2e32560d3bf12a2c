"""pdfium's C functions that are called for every object and every character, with plain integers for its handles.

pypdfium2.raw wraps every handle into a Python object of its own, which costs more than the call: these are the same
functions of the same library with addresses as int. They do not release the interpreter's lock, each is over at once.
An object that is not there is None.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from ctypes import (
    PYFUNCTYPE,
    addressof,
    c_double,
    c_float,
    c_int,
    c_uint,
    c_ulong,
    c_ushort,
    c_void_p,
    cast,
    create_string_buffer,
)
from itertools import repeat
from math import hypot
from struct import iter_unpack
from typing import Any

import pypdfium2.raw as pdfium

Handle = int
Bounds = tuple[float, float, float, float]
_FOUR = 16  # bytes of four floats
_SURROGATES = frozenset(range(0xD800, 0xE000))

_x, _y = c_float(), c_float()
_at_x, _at_y = addressof(_x), addressof(_y)
_origin_x, _origin_y = c_double(), c_double()
_at_origin_x, _at_origin_y = addressof(_origin_x), addressof(_origin_y)
_first, _second = c_int(), c_int()
_at_first, _at_second = addressof(_first), addressof(_second)
_buffer = create_string_buffer(1024)
_at_buffer = addressof(_buffer)


def _function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    function: Callable[..., Any] = PYFUNCTYPE(result, *arguments)(cast(getattr(pdfium, name), c_void_p).value or 0)
    return function


unicode_of = _function("FPDFText_GetUnicode", c_uint, c_void_p, c_int)
is_generated = _function("FPDFText_IsGenerated", c_int, c_void_p, c_int)
is_unmapped = _function("FPDFText_HasUnicodeMapError", c_int, c_void_p, c_int)
angle_of = _function("FPDFText_GetCharAngle", c_float, c_void_p, c_int)
object_of_char = _function("FPDFText_GetTextObject", c_void_p, c_void_p, c_int)
page_object = _function("FPDFPage_GetObject", c_void_p, c_void_p, c_int)
form_object = _function("FPDFFormObj_GetObject", c_void_p, c_void_p, c_ulong)
n_form_objects = _function("FPDFFormObj_CountObjects", c_int, c_void_p)
kind_of = _function("FPDFPageObj_GetType", c_int, c_void_p)
n_segments = _function("FPDFPath_CountSegments", c_int, c_void_p)
segment_of = _function("FPDFPath_GetPathSegment", c_void_p, c_void_p, c_int)
kind_of_segment = _function("FPDFPathSegment_GetType", c_int, c_void_p)
closes = _function("FPDFPathSegment_GetClose", c_int, c_void_p)
clip_of = _function("FPDFPageObj_GetClipPath", c_void_p, c_void_p)
n_clip_paths = _function("FPDFClipPath_CountPaths", c_int, c_void_p)
n_clip_segments = _function("FPDFClipPath_CountPathSegments", c_int, c_void_p, c_int)
clip_segment = _function("FPDFClipPath_GetPathSegment", c_void_p, c_void_p, c_int, c_int)
font_of = _function("FPDFTextObj_GetFont", c_void_p, c_void_p)
is_embedded = _function("FPDFFont_GetIsEmbedded", c_int, c_void_p)
_bounds = _function("FPDFPageObj_GetBounds", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
_loose_box = _function("FPDFText_GetLooseCharBox", c_int, c_void_p, c_int, c_void_p)
_font_size = _function("FPDFText_GetFontSize", c_double, c_void_p, c_int)
_origin = _function("FPDFText_GetCharOrigin", c_int, c_void_p, c_int, c_void_p, c_void_p)
_char_matrix = _function("FPDFText_GetMatrix", c_int, c_void_p, c_int, c_void_p)
_mode = _function("FPDFPath_GetDrawMode", c_int, c_void_p, c_void_p, c_void_p)
_point = _function("FPDFPathSegment_GetPoint", c_int, c_void_p, c_void_p, c_void_p)
_matrix = _function("FPDFPageObj_GetMatrix", c_int, c_void_p, c_void_p)
_font_name = _function("FPDFFont_GetBaseFontName", c_ulong, c_void_p, c_void_p, c_ulong)
_page_text = _function("FPDFText_GetText", c_int, c_void_p, c_int, c_int, c_void_p)


def handle_of(pointer: Any) -> Handle:
    """The address behind one of pypdfium2's pointers."""
    return cast(pointer, c_void_p).value or 0


def bounds_of(objects: Sequence[Handle]) -> Iterable[Bounds]:
    """(left, bottom, right, top) of each object, in the space of what holds it."""
    size = _FOUR * len(objects)
    buffer = create_string_buffer(size)
    at = addressof(buffer)
    corners = [range(at + 4 * corner, at + 4 * corner + size, _FOUR) for corner in range(4)]
    deque(map(_bounds, objects, *corners), 0)
    return iter_unpack("4f", buffer.raw)


def loose_boxes(text_page: Handle, count: int) -> Iterable[Bounds]:
    """(left, top, right, bottom) of the first `count` characters: FS_RECTF, in user space."""
    size = _FOUR * count
    buffer = create_string_buffer(size)
    at = addressof(buffer)
    deque(map(_loose_box, repeat(text_page), range(count), range(at, at + size, _FOUR)), 0)
    return iter_unpack("4f", buffer.raw)


def codes_of(text_page: Handle, count: int) -> Sequence[int]:
    """Unicode of the first `count` characters, as FPDFText_GetUnicode tells it."""
    buffer = (c_ushort * (count + 1))()
    written = _page_text(text_page, 0, count, addressof(buffer)) - 1
    codes = buffer[:count]
    # all at once, unless that leaves some out (without Unicode) or says one in two (beyond the basic plane)
    probes = range(0, count, max(1, count // 40))
    if (
        written == count
        and not _SURROGATES.intersection(codes)
        and all(codes[index] == unicode_of(text_page, index) for index in probes)
    ):
        return codes
    return list(map(unicode_of, repeat(text_page), range(count)))


def size_of(text_page: Handle, index: int) -> float:
    """Size of a character's font in points of user space."""
    matrix = pdfium.FS_MATRIX()
    if not _char_matrix(text_page, index, addressof(matrix)):
        return 0.0
    return float(_font_size(text_page, index)) * hypot(matrix.c, matrix.d)


def baseline_of(text_page: Handle, index: int) -> float:
    """Height of the point a character stands on, in user space."""
    _origin(text_page, index, _at_origin_x, _at_origin_y)
    return _origin_y.value


def modes_of(path: Handle) -> tuple[int, int]:
    """(how it is filled, whether it is stroked); 0: not."""
    _mode(path, _at_first, _at_second)
    return _first.value, _second.value


def point_of(segment: Handle) -> tuple[float, float]:
    _point(segment, _at_x, _at_y)
    return _x.value, _y.value


def matrix_of(obj: Handle) -> tuple[float, float, float, float, float, float]:
    matrix = pdfium.FS_MATRIX()
    if not _matrix(obj, addressof(matrix)):
        return (1, 0, 0, 1, 0, 0)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def name_of(font: Handle) -> str:
    _font_name(font, _at_buffer, len(_buffer))
    return _buffer.value.decode("utf-8", "replace")
