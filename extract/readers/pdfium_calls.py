"""pdfium's C functions that are called for every object and every character, with plain integers for its handles.

pypdfium2.raw wraps every handle into a Python object of its own, which costs more than the call: these are the same
functions of the same library with addresses as int. They do not release the interpreter's lock, each is over at once.
An object that is not there is None.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from ctypes import (
    PYFUNCTYPE,
    addressof,
    c_double,
    c_float,
    c_int,
    c_size_t,
    c_uint,
    c_ulong,
    c_void_p,
    cast,
    create_string_buffer,
)
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from extract.readers.pdf_page import Codes, Floats, Ints

Handle = int
Bounds = tuple[float, float, float, float]

_x, _y = c_float(), c_float()
_at_x, _at_y = addressof(_x), addressof(_y)
_buffer = create_string_buffer(1024)
_at_buffer = addressof(_buffer)


def _function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    function: Callable[..., Any] = PYFUNCTYPE(result, *arguments)(cast(getattr(pdfium, name), c_void_p).value or 0)
    return function


unicode_of = _function("FPDFText_GetUnicode", c_uint, c_void_p, c_int)
is_generated = _function("FPDFText_IsGenerated", c_int, c_void_p, c_int)
is_unmapped = _function("FPDFText_HasUnicodeMapError", c_int, c_void_p, c_int)
angle_of = _function("FPDFText_GetCharAngle", c_float, c_void_p, c_int)
_object_of_char = _function("FPDFText_GetTextObject", c_size_t, c_void_p, c_int)
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


def bounds_of(objects: Sequence[Handle]) -> Floats:
    """(left, bottom, right, top) of each object, in the space of what holds it: n × 4."""
    found = np.zeros((len(objects), 4), dtype=np.float32)
    at, end = _addresses(found)
    deque(map(_bounds, objects, *(range(at + 4 * corner, end, 16) for corner in range(4))), 0)
    return found.astype(np.float64)


def loose_boxes(text_page: Handle, count: int) -> Floats:
    """(left, top, right, bottom) of the first `count` characters: FS_RECTF, in user space: n × 4."""
    found = np.zeros((count, 4), dtype=np.float32)
    deque(map(_loose_box, repeat(text_page), range(count), range(*_addresses(found), 16)), 0)
    return found.astype(np.float64)


def codes_of(text_page: Handle, count: int) -> Codes:
    """Unicode of the first `count` characters, as FPDFText_GetUnicode tells it."""
    units = np.zeros(count + 1, dtype=np.uint16)
    written = _page_text(text_page, 0, count, units.ctypes.data) - 1
    codes: Codes = units[:count].astype(np.uint32)
    # all at once, unless that leaves some out (without Unicode) or says one in two (beyond the basic plane)
    probes = range(0, count, max(1, count // 40))
    if (
        written == count
        and not ((codes >= 0xD800) & (codes < 0xE000)).any()
        and all(codes[index] == unicode_of(text_page, index) for index in probes)
    ):
        return codes
    return np.fromiter(map(unicode_of, repeat(text_page), range(count)), dtype=np.uint32, count=count)


def objects_of(text_page: Handle, count: int) -> Ints:
    """The text object of each of the first `count` characters; 0 for characters that pdfium added."""
    handles = map(_object_of_char, repeat(text_page), range(count))
    return np.fromiter(handles, dtype=np.int64, count=count)


def sizes_of(text_page: Handle, indexes: Sequence[int]) -> Floats:
    """Size of the font of these characters, in points of user space."""
    count = len(indexes)
    matrix = np.zeros((count, 6), dtype=np.float32)
    deque(map(_char_matrix, repeat(text_page), indexes, range(*_addresses(matrix), 24)), 0)
    size = np.fromiter(map(_font_size, repeat(text_page), indexes), dtype=np.float64, count=count)
    return size * np.hypot(matrix[:, 2], matrix[:, 3])


def baselines_of(text_page: Handle, indexes: Sequence[int]) -> Floats:
    """Height of the point that these characters stand on, in user space."""
    origin = np.zeros((len(indexes), 2), dtype=np.float64)
    at, end = _addresses(origin)
    deque(map(_origin, repeat(text_page), indexes, range(at, end, 16), range(at + 8, end, 16)), 0)
    return origin[:, 1]


def modes_of(paths: Sequence[Handle]) -> tuple[Ints, Ints]:
    """(how each is filled, whether it is stroked); 0: not."""
    modes = np.zeros((len(paths), 2), dtype=np.int32)
    at, end = _addresses(modes)
    deque(map(_mode, paths, range(at, end, 8), range(at + 4, end, 8)), 0)
    return modes[:, 0].astype(np.int64), modes[:, 1].astype(np.int64)


def _addresses(array: np.ndarray[Any, Any]) -> tuple[int, int]:
    """Where the array begins and ends in memory."""
    at = array.ctypes.data
    return at, at + array.nbytes


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
