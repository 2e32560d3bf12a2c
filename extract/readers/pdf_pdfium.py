"""pdfium as PDF engine: characters and drawn lines through its C interface, grids by our own lattice."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise, repeat
from typing import Any

import pypdfium2.raw as pdfium

from extract.document import Box
from extract.readers import pdfium_calls as calls
from extract.readers.pdf_page import Char, PageContent, PageFailure
from extract.readers.pdf_plumber import PlumberEngine
from extract.readers.pdfium_calls import Bounds, Handle
from extract.readers.rulings import Rule, enclosed_cells, loose_rules
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.settings import Limits

_MAX_FORM_DEPTH = 12
_MAX_SEGMENTS = 20_000  # of one path: whole grids are drawn as one; outlines of glyphs end at their first curve
_THIN = 4.0  # a filled area thinner than this (points) is a ruling, as Word and WPS draw them
_LEAN = 0.8  # how far a straight ruling may lean (points)
_NOTHING = 0.01  # points
_UNMAPPED = "\ufffd"
_TALL = 1.6  # height over width from which a character's box is looked at again
_TOO_HIGH = 1.6  # height over size of the font from which the font's box is not believed
_ASCENT = 0.88  # share of the size above the baseline, as in Chinese fonts
_TEXT, _PATH = pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH
_WHITE = frozenset({9, 10, 13})
_BROKEN_HYPHEN = 0xFFFE  # what pdfium makes of a hyphen at the end of a line
# fonts for which pdfium has glyphs of its own
_LATIN = re.compile("times|arial|helvetica|courier|calibri|cambria|georgia|verdana|tahoma|symbol|zapf", re.IGNORECASE)

Matrix = tuple[float, float, float, float, float, float]


class PdfiumEngine:
    """Opens `data`. Raises UnreadableDocument: encrypted (needs a password), damaged."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data  # pdfium reads from it as long as the document is open
        self._limits = limits
        self._witness: PlumberEngine | None = None
        self._document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
        if not self._document:
            raise UnreadableDocument(_why_not_open(pdfium.FPDF_GetLastError()))
        self._n_pages: int = pdfium.FPDF_GetPageCount(self._document)
        if self._n_pages < 1:
            self.close()
            raise UnreadableDocument(damaged("the PDF has no pages"))

    @property
    def n_pages(self) -> int:
        """Pages of the document, also those beyond the limit."""
        return self._n_pages

    def pages(self) -> Iterator[PageContent | PageFailure]:
        """Each page once, in order; its memory is given back before the next one."""
        for number in range(1, min(self._n_pages, self._limits.max_pages) + 1):
            page = pdfium.FPDF_LoadPage(self._document, number - 1)
            if not page:
                yield PageFailure(number, "the page cannot be loaded")
                continue
            try:
                yield self._content(page, number)
            finally:
                pdfium.FPDF_ClosePage(page)

    def page(self, number: int) -> PageContent:
        """One page by its number. Raises IndexError for a page that is not there."""
        if not 1 <= number <= self._n_pages:
            raise IndexError(number)
        page = pdfium.FPDF_LoadPage(self._document, number - 1)
        if not page:
            raise IndexError(number)
        try:
            return self._content(page, number)
        finally:
            pdfium.FPDF_ClosePage(page)

    def _content(self, page: Any, number: int) -> PageContent:
        """One page. Where pdfium cannot see all glyphs, pdfplumber tells the characters, pdfium still the rulings."""
        reader = _Page(page, number, self._limits)
        content = reader.content()
        if not reader.is_blind:
            return content
        if self._witness is None:
            self._witness = PlumberEngine(self._data, self._limits)
        other = self._witness.page(number)
        return replace(content, chars=other.chars, unmapped=other.unmapped) if other.turn == content.turn else other

    def close(self) -> None:
        if self._witness is not None:
            self._witness.close()
            self._witness = None
        if self._document:
            pdfium.FPDF_CloseDocument(self._document)
            self._document = None


def _why_not_open(error: int) -> Any:
    if error == pdfium.FPDF_ERR_PASSWORD:
        return issue("encrypted", "error", "PDF 加密，需要密码才能打开", "an encrypted PDF that needs a password")
    if error == pdfium.FPDF_ERR_SECURITY:
        return issue("encrypted", "error", "PDF 的加密方式无法识别", "a PDF encrypted in a way that is not known")
    return damaged("no PDF structure that can be followed")


def _multiply(m: Matrix, n: Matrix) -> Matrix:
    """m applied first, then n."""
    a, b, c, d, e, f = m
    g, h, i, j, x, y = n
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + x, e * h + f * j + y)


class _Page:
    def __init__(self, page: Any, number: int, limits: Limits) -> None:
        self._page, self._number, self._limits = page, number, limits
        self._objects = 0
        self._n_images = 0
        self._n_hidden = 0
        self._nothing: list[Handle] = []  # text objects without extent
        self.is_blind = False
        self._clips: dict[tuple[int, Handle | None], Bounds | None] = {}
        self._clipped: dict[Handle, Box] = {}  # text object → what its clip leaves to be seen
        self._across: list[Rule] = []
        self._down: list[Rule] = []
        self._shown, self._width, self._height = self._frame()
        self._turn = 0

    def content(self) -> PageContent:
        pointer = pdfium.FPDFText_LoadPage(self._page)
        try:
            text_page, page = calls.handle_of(pointer), calls.handle_of(self._page)
            count = pdfium.FPDFText_CountChars(pointer)
            self._set_upright(text_page, count)
            self._walk(page, calls.page_object, pdfium.FPDFPage_CountObjects(self._page), self._shown, 0)
            chars, unmapped = self._chars(text_page, count)
            self.is_blind = self._has_blind_font()
        finally:
            pdfium.FPDFText_ClosePage(pointer)
        cut = self._objects > self._limits.max_page_objects
        lattices = [] if cut else enclosed_cells(self._across, self._down)
        return PageContent(
            self._number,
            self._width,
            self._height,
            chars,
            lattices,
            self._turn,
            unmapped,
            cut,
            self._n_images,
            self._n_hidden,
            loose_rules(self._across, lattices) if self._across and not cut else (),
        )

    def _has_blind_font(self) -> bool:
        """Whether text may be missing: pdfium passes over a text object without extent. That is white space as a rule,
        but any single character where the font is neither embedded nor on this machine.
        """
        return any(
            calls.is_embedded(font) == 0 and not _LATIN.match(calls.name_of(font))
            for font in set(map(calls.font_of, self._nothing))
        )

    def _frame(self) -> tuple[Matrix, float, float]:
        """User space → the page as shown (origin top left, y downwards)."""
        box = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(self._page, box)
        left, right = min(box.left, box.right), max(box.left, box.right)
        low, high = min(box.bottom, box.top), max(box.bottom, box.top)
        width, height = right - left, high - low
        match pdfium.FPDFPage_GetRotation(self._page):
            case 1:
                return (0, 1, 1, 0, -low, -left), height, width
            case 2:
                return (-1, 0, 0, 1, right, -low), width, height
            case 3:
                return (0, -1, -1, 0, high, right), height, width
        return (1, 0, 0, -1, -left, high), width, height

    def _set_upright(self, text_page: Handle, count: int) -> None:
        """Turn the frame so that most characters stand upright: their own angle decides, not the page's /Rotate."""
        a, b, c, d, _, _ = self._shown
        turns: Counter[int] = Counter()
        for index in range(0, count, max(1, count // 60)):
            if calls.unicode_of(text_page, index) <= 32:
                continue
            angle = calls.angle_of(text_page, index)
            x, y = math.cos(angle), -math.sin(angle)  # pdfium counts clockwise
            turns[round(math.degrees(math.atan2(-(b * x + d * y), a * x + c * y)) / 90) % 4 * 90] += 1
        self._turn = turns.most_common(1)[0][0] if turns else 0
        width, height = self._width, self._height
        if self._turn == 90:
            self._shown = _multiply(self._shown, (0, 1, -1, 0, height, 0))
        elif self._turn == 180:
            self._shown = _multiply(self._shown, (-1, 0, 0, -1, width, height))
        elif self._turn == 270:
            self._shown = _multiply(self._shown, (0, -1, 1, 0, 0, width))
        if self._turn in {90, 270}:
            self._width, self._height = height, width

    # ------------------------------------------------------------------------------------------------- characters

    def _chars(self, text_page: Handle, count: int) -> tuple[list[Char], int]:
        """Characters in the upright frame; how many have no mapping to Unicode."""
        a, b, c, d, e, f = self._shown
        count = min(count, self._limits.max_page_objects)
        mapped_wrong = self._has_unmapped(text_page, count)
        straight = b == 0 and c == 0
        clipped = self._clipped
        chars: list[Char] = []
        unmapped = 0
        boxes = calls.loose_boxes(text_page, count)
        seen: set[tuple[int, int, int]] = set()
        seen_nearby: set[tuple[int, int, int]] = set()
        for index, (code, (left, high, right, low)) in enumerate(
            zip(calls.codes_of(text_page, count), boxes, strict=True)
        ):
            wrong = False
            if code <= 32:
                if calls.is_generated(text_page, index) == 1:
                    continue  # white space that pdfium adds between words and lines
                wrong = code < 32 and code not in _WHITE
            if straight:
                x0, x1, top, bottom = a * left + e, a * right + e, d * high + f, d * low + f
            else:
                x0, x1 = a * left + c * low + e, a * right + c * high + e
                top, bottom = b * left + d * low + f, b * right + d * high + f
            if x0 > x1:
                x0, x1 = x1, x0
            if top > bottom:
                top, bottom = bottom, top
            if straight and bottom - top > _TALL * (x1 - x0):
                top, bottom = self._upright_extent(text_page, index, top, bottom)
            text = "-" if code == _BROKEN_HYPHEN else chr(code)
            if code > 32:
                here, nearby = (code, int(x0), int(top)), (code, int(x0 + 0.5), int(top + 0.5))
                if here in seen or nearby in seen_nearby:
                    continue  # fake bold: the same character printed again with a small shift
                seen.add(here)
                seen_nearby.add(nearby)
            if wrong or (mapped_wrong and calls.is_unmapped(text_page, index) == 1):
                text = _UNMAPPED
                unmapped += 1
            if clipped and self._is_hidden(text_page, index, (x0 + x1) / 2, (top + bottom) / 2):
                self._n_hidden += 1
                continue
            chars.append(_new(Char, (text, x0, top, x1, bottom, bottom - top, "", None)))
        return chars, unmapped

    def _upright_extent(self, text_page: Handle, index: int, top: float, bottom: float) -> tuple[float, float]:
        """Top and bottom by baseline and size of the font, where the font's own box is far higher than its size."""
        size = calls.size_of(text_page, index)
        if not 0 < size < (bottom - top) / _TOO_HIGH:
            return top, bottom
        baseline = self._shown[3] * calls.baseline_of(text_page, index) + self._shown[5]
        return baseline - _ASCENT * size, baseline + (1 - _ASCENT) * size

    @staticmethod
    def _has_unmapped(text_page: Handle, count: int) -> bool:
        return any(calls.is_unmapped(text_page, index) == 1 for index in range(0, count, max(1, count // 80)))

    def _is_hidden(self, text_page: Handle, index: int, x: float, y: float) -> bool:
        seen = self._clipped.get(calls.object_of_char(text_page, index))
        if seen is None:
            return False
        return not (seen[0] - 0.5 <= x <= seen[2] + 0.5 and seen[1] - 0.5 <= y <= seen[3] + 0.5)

    # ------------------------------------------------------------------------------------------------- page objects

    def _walk(self, holder: Handle, get: Callable[..., Any], count: int, frame: Matrix, depth: int) -> None:
        """All objects of the page or of a form, down to the limit."""
        left = self._limits.max_page_objects - self._objects
        self._objects += count
        objects = list(map(get, repeat(holder), range(min(count, max(left, 0)))))
        texts: list[Handle] = []
        boxes: list[Bounds] = []
        for obj, kind, bounds in zip(objects, map(calls.kind_of, objects), calls.bounds_of(objects), strict=True):
            if kind == _TEXT:
                texts.append(obj)
                boxes.append(bounds)
            elif kind == _PATH:
                self._path(obj, bounds, frame)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                self._n_images += 1
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MAX_FORM_DEPTH:
                inner = _multiply(calls.matrix_of(obj), frame)
                self._walk(obj, calls.form_object, calls.n_form_objects(obj), inner, depth + 1)
        self._texts(texts, boxes, frame)

    def _texts(self, texts: list[Handle], boxes: list[Bounds], frame: Matrix) -> None:
        """Remember text objects that their clip paths hide in part, and those that pdfium passes over."""
        clips = list(map(calls.clip_of, texts))
        counts = list(map(calls.n_clip_paths, clips))
        # a clip path is added to those in force, so the last one tells the whole chain; the texts share its points
        ends = map(calls.clip_segment, clips, [max(count - 1, 0) for count in counts], repeat(0))
        known = self._clips
        for obj, bounds, clip, count, end in zip(texts, boxes, clips, counts, ends, strict=True):
            x0, top, x1, bottom = _moved(bounds, frame)
            if x1 - x0 < _NOTHING and bottom - top < _NOTHING:
                self._nothing.append(obj)
                continue
            if count < 1:
                continue
            key = (count, end)
            if end is None or key not in known:
                known[key] = _clip_bounds(clip, count)
            shown = known[key]
            if shown is None:
                continue
            seen = _moved(shown, frame)
            if seen[0] > x0 + 1 or seen[1] > top + 1 or seen[2] < x1 - 1 or seen[3] < bottom - 1:
                self._clipped[obj] = seen

    def _path(self, obj: Handle, bounds: Bounds, frame: Matrix) -> None:
        segments = calls.n_segments(obj)
        if not 2 <= segments <= _MAX_SEGMENTS:
            return
        fill, stroke = calls.modes_of(obj)
        if not fill and not stroke:
            return
        if segments == 2 or (segments <= 5 and not stroke):
            # one call tells enough: what is thin as a whole is a line, whatever its outline
            self._thin(_moved(bounds, frame), _THIN + 2 if stroke else _THIN)
            return
        inner = _multiply(calls.matrix_of(obj), frame)
        for points in _subpaths(obj, segments, inner):
            xs, ys = [x for x, _ in points], [y for _, y in points]
            box = (min(xs), min(ys), max(xs), max(ys))
            if min(box[2] - box[0], box[3] - box[1]) <= _THIN:
                self._thin(box, _THIN)
            elif stroke:
                for (ax, ay), (bx, by) in pairwise(points):
                    if min(abs(ax - bx), abs(ay - by)) <= _LEAN:
                        self._thin((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)), _LEAN)

    def _thin(self, box: Box, thickest: float) -> None:
        x0, top, x1, bottom = box
        wide, high = x1 - x0, bottom - top
        if wide >= high:
            if high <= thickest:
                self._across.append(((top + bottom) / 2, x0, x1))
        elif wide <= thickest:
            self._down.append(((x0 + x1) / 2, top, bottom))


_new = tuple.__new__  # a Char from its fields in order, without the call of its own __new__


def _moved(bounds: Bounds, frame: Matrix) -> Box:
    """(left, bottom, right, top) → (x0, top, x1, bottom) in the frame."""
    x0, y0, x1, y1 = bounds
    a, b, c, d, e, f = frame
    left, right = a * x0 + c * y0 + e, a * x1 + c * y1 + e
    top, bottom = b * x0 + d * y0 + f, b * x1 + d * y1 + f
    if left > right:
        left, right = right, left
    return (left, bottom, right, top) if top > bottom else (left, top, right, bottom)


def _subpaths(obj: Handle, segments: int, frame: Matrix) -> Iterator[list[tuple[float, float]]]:
    """Straight subpaths; nothing where the path has a curve (an outline, not a ruling)."""
    a, b, c, d, e, f = frame
    found: list[list[tuple[float, float]]] = []
    for index in range(segments):
        segment = calls.segment_of(obj, index)
        kind = calls.kind_of_segment(segment)
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            return
        x, y = calls.point_of(segment)
        point = (a * x + c * y + e, b * x + d * y + f)
        if kind == pdfium.FPDF_SEGMENT_MOVETO or not found:
            found.append([point])
        else:
            found[-1].append(point)
        if calls.closes(segment) and found[-1][0] != found[-1][-1]:
            found[-1].append(found[-1][0])
    yield from (points for points in found if len(points) > 1)


def _clip_bounds(clip: Handle, count: int) -> Bounds | None:
    """What all `count` clip paths together leave to be seen; None where they hold no point."""
    x0 = y0 = -math.inf
    x1 = y1 = math.inf
    for path in range(count):
        points = [
            calls.point_of(calls.clip_segment(clip, path, index))
            for index in range(max(0, calls.n_clip_segments(clip, path)))
        ]
        if points:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            x0, y0, x1, y1 = max(x0, min(xs)), max(y0, min(ys)), min(x1, max(xs)), min(y1, max(ys))
    return None if math.isinf(x0) else (x0, y0, x1, y1)
