"""What pdfium's C functions say of all characters and all objects of a page, as arrays; its handles as plain integers.

pypdfium2.raw wraps every handle into a Python object of its own, which costs more than the call. Here the same
functions of the same library are called with addresses: by `pdfium_bulk` (compiled, all in one call) where it was
built, else one by one through ctypes. Both fill the same arrays. An object that is not there is 0.
"""

from __future__ import annotations

import math
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
)
from itertools import repeat
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from extract.readers.pdf_page import Codes, Floats, Ints, Marks

Handle = int
Box = tuple[float, float, float, float]

NO_CLIP: Box = (-math.inf, math.inf, math.inf, -math.inf)  # left, top, right, bottom, origin below

_LEVEL = 1e-3  # rise over run of a string that is written along the page

_x, _y = c_float(), c_float()
_at_x, _at_y = addressof(_x), addressof(_y)


def _address(name: str) -> int:
    return cast(getattr(pdfium, name), c_void_p).value or 0


def _function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """The function with addresses as arguments. The interpreter's lock is kept: each call is over at once."""
    function: Callable[..., Any] = PYFUNCTYPE(result, *arguments)(_address(name))
    return function


_NAMES: dict[str, tuple[Any, ...]] = {
    "FPDFText_GetUnicode": (c_uint, c_size_t, c_int),
    "FPDFText_IsGenerated": (c_int, c_size_t, c_int),
    "FPDFText_HasUnicodeMapError": (c_int, c_size_t, c_int),
    "FPDFText_GetLooseCharBox": (c_int, c_size_t, c_int, c_size_t),
    "FPDFText_GetTextObject": (c_size_t, c_size_t, c_int),
    "FPDFText_GetFontSize": (c_double, c_size_t, c_int),
    "FPDFText_GetMatrix": (c_int, c_size_t, c_int, c_size_t),
    "FPDFText_GetCharOrigin": (c_int, c_size_t, c_int, c_size_t, c_size_t),
    "FPDFPage_GetObject": (c_size_t, c_size_t, c_int),
    "FPDFFormObj_GetObject": (c_size_t, c_size_t, c_ulong),
    "FPDFPageObj_GetType": (c_int, c_size_t),
    "FPDFPageObj_GetBounds": (c_int, c_size_t, c_size_t, c_size_t, c_size_t, c_size_t),
    "FPDFPageObj_GetClipPath": (c_size_t, c_size_t),
    "FPDFClipPath_CountPaths": (c_int, c_size_t),
    "FPDFClipPath_GetPathSegment": (c_size_t, c_size_t, c_int, c_int),
    "FPDFPath_CountSegments": (c_int, c_size_t),
    "FPDFPath_GetDrawMode": (c_int, c_size_t, c_size_t, c_size_t),
    "FPDFPath_GetPathSegment": (c_size_t, c_size_t, c_int),
    "FPDFPathSegment_GetType": (c_int, c_size_t),
    "FPDFPathSegment_GetClose": (c_int, c_size_t),
    "FPDFPathSegment_GetPoint": (c_int, c_size_t, c_size_t, c_size_t),
    "FPDFText_GetCharAngle": (c_float, c_size_t, c_int),
    "FPDFClipPath_CountPathSegments": (c_int, c_size_t, c_int),
    "FPDFTextObj_GetFont": (c_size_t, c_size_t),
    "FPDFFont_GetIsEmbedded": (c_int, c_size_t),
    "FPDFTextObj_SetTextRenderMode": (c_int, c_size_t, c_int),
    "FPDFPageObj_SetStrokeWidth": (c_int, c_size_t, c_float),
    "FPDFPageObj_Transform": (None, c_size_t, *[c_double] * 6),
}
_pdfium = {name: _function(name, *types) for name, types in _NAMES.items()}

is_hyphen = _function("FPDFText_IsHyphen", c_int, c_size_t, c_int)
n_form_objects = _function("FPDFFormObj_CountObjects", c_int, c_size_t)
_matrix = _function("FPDFPageObj_GetMatrix", c_int, c_size_t, c_size_t)


def handle_of(pointer: Any) -> Handle:
    """The address behind one of pypdfium2's pointers."""
    return addressof(pointer.contents) if pointer else 0


class OneByOne:
    """The arrays filled by a call for each character or object; see `pdfium_bulk` for the same, compiled."""

    @staticmethod
    def fill_chars(  # noqa: PLR0917 - as the compiled one
        text_page: Handle, code: Codes, box: Any, part: Ints, added: Any, unmapped: Any
    ) -> None:
        n = len(code)
        every = range(n)
        code[:] = np.fromiter(map(_pdfium["FPDFText_GetUnicode"], repeat(text_page), every), np.uint32, n)
        sides = np.zeros((n, 4), np.float32)
        deque(map(_pdfium["FPDFText_GetLooseCharBox"], repeat(text_page), every, range(*_span(sides), 16)), 0)
        box[:] = sides
        part[:] = np.fromiter(map(_pdfium["FPDFText_GetTextObject"], repeat(text_page), every), np.int64, n)
        white = np.flatnonzero(code <= 32).tolist()  # pdfium adds nothing else
        for at in white:
            added[at] = _pdfium["FPDFText_IsGenerated"](text_page, at) == 1
        unmapped[:] = (
            np.fromiter(map(_pdfium["FPDFText_HasUnicodeMapError"], repeat(text_page), every), np.int64, n) == 1
        )

    @staticmethod
    def fill_sizes(text_page: Handle, index: Ints, size: Floats, matrix: Any) -> None:
        wanted = index.tolist()
        deque(map(_pdfium["FPDFText_GetMatrix"], repeat(text_page), wanted, range(*_span(matrix), 24)), 0)
        size[:] = np.fromiter(map(_pdfium["FPDFText_GetFontSize"], repeat(text_page), wanted), np.float64, len(wanted))

    @staticmethod
    def fill_origins(text_page: Handle, index: Ints, origin: Floats) -> None:
        at, end = _span(origin)
        call = _pdfium["FPDFText_GetCharOrigin"]
        deque(map(call, repeat(text_page), index.tolist(), range(at, end, 16), range(at + 8, end, 16)), 0)

    @staticmethod
    def fill_angles(text_page: Handle, index: Ints, angle: Floats) -> None:
        angle[:] = list(map(_pdfium["FPDFText_GetCharAngle"], repeat(text_page), index.tolist()))

    @staticmethod
    def fill_objects(holder: Handle, in_form: bool, handle: Ints, kind: Ints, bounds: Floats) -> None:
        get = _pdfium["FPDFFormObj_GetObject" if in_form else "FPDFPage_GetObject"]
        found = list(map(get, repeat(holder), range(len(handle))))
        handle[:] = found
        sides = np.zeros((len(found), 4), np.float32)
        at, end = _span(sides)
        if all(found):
            kind[:] = list(map(_pdfium["FPDFPageObj_GetType"], found))
            deque(map(_pdfium["FPDFPageObj_GetBounds"], found, *(range(at + 4 * n, end, 16) for n in range(4))), 0)
        else:
            for n, obj in enumerate(found):
                if obj:
                    kind[n] = _pdfium["FPDFPageObj_GetType"](obj)
                    _pdfium["FPDFPageObj_GetBounds"](obj, *range(at + 16 * n, at + 16 * n + 16, 4))
        bounds[:] = sides[:, [0, 3, 2, 1]]

    @staticmethod
    def stroke(text: Ints, mode: int, width: float) -> None:
        for of in text.tolist():
            if _pdfium["FPDFFont_GetIsEmbedded"](_pdfium["FPDFTextObj_GetFont"](of)) == 0:
                _pdfium["FPDFTextObj_SetTextRenderMode"](of, mode)
                _pdfium["FPDFPageObj_SetStrokeWidth"](of, width)
                _pdfium["FPDFPageObj_Transform"](of, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

    @staticmethod
    def fill_clips(obj: Ints, seen: Floats) -> None:
        known: dict[tuple[int, Handle], int] = {}
        for n, of in enumerate(obj.tolist()):
            clip = _pdfium["FPDFPageObj_GetClipPath"](of)
            count = _pdfium["FPDFClipPath_CountPaths"](clip) if clip else 0
            if count < 1:
                continue
            last = _pdfium["FPDFClipPath_GetPathSegment"](clip, count - 1, 0)
            same = known.setdefault((count, last), n) if last else n
            seen[n] = seen[same] if same != n else _clip_box(clip, count)

    @staticmethod
    def fill_paths(path: Ints, segments: Ints, fill: Ints, stroke: Ints) -> None:
        paths = path.tolist()
        segments[:] = list(map(_pdfium["FPDFPath_CountSegments"], paths))
        modes = np.zeros((len(paths), 2), np.int32)
        at, end = _span(modes)
        deque(map(_pdfium["FPDFPath_GetDrawMode"], paths, range(at, end, 8), range(at + 4, end, 8)), 0)
        fill[:], stroke[:] = modes.T

    @staticmethod
    def fill_segments(path: Handle, kind: Any, closes: Any, point: Any) -> None:
        found = list(map(_pdfium["FPDFPath_GetPathSegment"], repeat(path), range(len(kind))))
        kind[:] = list(map(_pdfium["FPDFPathSegment_GetType"], found))
        closes[:] = list(map(_pdfium["FPDFPathSegment_GetClose"], found))
        at, end = _span(point)
        deque(map(_pdfium["FPDFPathSegment_GetPoint"], found, range(at, end, 8), range(at + 4, end, 8)), 0)


def _clip_box(clip: Handle, count: int) -> Box:
    left, top, right, bottom = NO_CLIP
    for path in range(count):
        points = [
            point_of(_pdfium["FPDFClipPath_GetPathSegment"](clip, path, n))
            for n in range(max(0, _pdfium["FPDFClipPath_CountPathSegments"](clip, path)))
        ]
        if points:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            left, bottom, right, top = max(left, min(xs)), max(bottom, min(ys)), min(right, max(xs)), min(top, max(ys))
    return (left, top, right, bottom)


def _compiled() -> ModuleType | None:
    try:
        from extract.readers import pdfium_bulk  # type: ignore[attr-defined]  # noqa: PLC0415 - built where it can be
    except ImportError:
        return None
    module: ModuleType = pdfium_bulk
    module.connect({name: _address(name) for name in _NAMES})
    return module


compiled = _compiled()
_fill: Any = compiled or OneByOne


class RawChars(NamedTuple):
    """Characters of a text page. box: n × (left, top, right, bottom), loose boxes in user space.

    part: the text object of each, 0 for what pdfium added; added: by pdfium, between words and lines; unmapped: whose
    font does not say which letter it is.
    """

    code: Codes
    box: Floats
    part: Ints
    added: Marks
    unmapped: Marks


def chars_of(text_page: Handle, count: int) -> RawChars:
    """The first `count` characters."""
    code, box = np.zeros(count, np.uint32), np.zeros((count, 4))
    part, added, unmapped = np.zeros(count, np.int64), np.zeros(count, np.uint8), np.zeros(count, np.uint8)
    _fill.fill_chars(text_page, code, box, part, added, unmapped)
    return RawChars(code, box, part, added, unmapped)


def sizes_of(text_page: Handle, index: Ints) -> Floats:
    """Size of the font of these characters, in points of user space."""
    return sizes_and_slopes_of(text_page, index)[0]


def sizes_and_slopes_of(text_page: Handle, index: Ints) -> tuple[Floats, Floats, Floats]:
    """(size of the font in points of user space, slope, stretch) of these characters.

    slope: 0 where they are written along an edge of the page, 0.5 where halfway between two: sine times cosine.
    stretch: points of user space to one of the font's size, where they run to the right; else 0.
    """
    size, matrix = np.zeros(len(index)), np.zeros((len(index), 6), np.float32)
    _fill.fill_sizes(text_page, index, size, matrix)
    a, b = matrix[:, 0].astype(np.float64), matrix[:, 1].astype(np.float64)
    slope = np.abs(a * b) / np.maximum(a * a + b * b, 1e-30)
    found: Floats = size * np.hypot(matrix[:, 2], matrix[:, 3])
    return found, slope, np.where((a > 0) & (np.abs(b) < _LEVEL * a), a, 0.0)


def baselines_of(text_page: Handle, index: Ints) -> Floats:
    """Height of the point that these characters stand on, in user space."""
    return origins_of(text_page, index)[:, 1]


def origins_of(text_page: Handle, index: Ints) -> Floats:
    """n × (x, y) of the pen as it drew these characters, in user space."""
    origin: Floats = np.zeros((len(index), 2))
    _fill.fill_origins(text_page, index, origin)
    return origin


def angles_of(text_page: Handle, index: Ints) -> list[float]:
    """Angle at which these characters are written, in radians, clockwise."""
    angle = np.zeros(len(index))
    _fill.fill_angles(text_page, index, angle)
    found: list[float] = angle.tolist()
    return found


def objects_of(holder: Handle, count: int, *, in_form: bool) -> tuple[Ints, Ints, Floats]:
    """(handle, kind, bounds) of the first `count` objects of a page or form.

    bounds: n × (left, top, right, bottom), in the space of what holds them.
    """
    handle, kind, bounds = np.zeros(count, np.int64), np.full(count, -1, np.int64), np.zeros((count, 4))
    _fill.fill_objects(holder, in_form, handle, kind, bounds)
    return handle, kind, bounds


def stroke_unembedded(texts: Ints, width: float) -> None:
    """Let the text objects whose fonts are not embedded be filled and stroked, and measured again."""
    _fill.stroke(texts, pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE, width)


def clips_of(objects: Ints) -> Floats:
    """n × (left, top, right, bottom): what the clip paths of each object leave to be seen; NO_CLIP without any.

    A clip path is added to those in force, so the last one tells the whole chain: it is measured once for all that
    share it.
    """
    seen: Floats = np.empty((len(objects), 4))
    seen[:] = NO_CLIP
    _fill.fill_clips(objects, seen)
    return seen


def paths_of(paths: Ints) -> tuple[Ints, Ints, Ints]:
    """(segments, how it is filled, whether it is stroked) of each path; 0: not."""
    segments, fill, stroke = np.zeros((3, len(paths)), np.int64)
    _fill.fill_paths(paths, segments, fill, stroke)
    return segments, fill, stroke


def segments_of(path: Handle, count: int) -> tuple[Sequence[int], Sequence[int], Floats]:
    """(kinds, whether each closes its subpath, n × (x, y)) of the first `count` segments, in the path's own space."""
    kind, closes, point = np.zeros(count, np.int32), np.zeros(count, np.int32), np.zeros((count, 2), np.float32)
    _fill.fill_segments(path, kind, closes, point)
    return kind.tolist(), closes.tolist(), point.astype(np.float64)


def _span(array: np.ndarray[Any, Any]) -> tuple[int, int]:
    """Where the array begins and ends in memory."""
    at = array.ctypes.data
    return at, at + array.nbytes


def point_of(segment: Handle) -> tuple[float, float]:
    _pdfium["FPDFPathSegment_GetPoint"](segment, _at_x, _at_y)
    return _x.value, _y.value


def matrix_of(obj: Handle) -> tuple[float, float, float, float, float, float]:
    matrix = pdfium.FS_MATRIX()
    if not _matrix(obj, addressof(matrix)):
        return (1, 0, 0, 1, 0, 0)
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
