"""pdfium as PDF engine: characters and drawn lines through its C interface, grids by our own lattice."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from extract.document import Box
from extract.readers import char_loops as loops
from extract.readers import pdfium_calls as calls
from extract.readers.pdf_page import (
    NO_CHARS,
    Chars,
    Codes,
    Floats,
    Ints,
    Marks,
    Mask,
    PageContent,
    PageFailure,
    printable,
    text_of_codes,
)
from extract.readers.pdfium_calls import Handle, RawChars
from extract.readers.pen_steps import stand_at, wrong_widths
from extract.readers.rulings import Rule, grids_and_rules
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.settings import Limits

_MAX_FORM_DEPTH = 40  # as deep as pdfium itself reads text in them
_MAX_SEGMENTS = 100_000  # of one path: whole grids are drawn as one; outlines of glyphs end at their first curve
_THIN = 4.0  # a filled area thinner than this (points) is a ruling, as Word and WPS draw them (as in `char_loops`)
_LEAN = 0.8  # how far a straight ruling may lean (points)
_NOTHING = 0.01  # points: a text object that is narrower is passed over by pdfium
_STROKE = 0.5  # points
_UNMAPPED = 0xFFFD
_SPACE = 32
_ASCENT = 0.88  # share of the size above the baseline, as in Chinese fonts
_BROKEN_HYPHEN = 2  # what pdfium makes of a hyphen at the end of a line
_TINY = 2.5  # points: glyphs of a lower string may follow each other within one point (as in `char_loops`)
_SLICED = 0.4  # of its height, between the middle of a character and the edge that hides it: part of it is seen
_SLANTED = 0.17  # sine times cosine: ten degrees from the edges of the page; a scan lies less askew
_RASTERS = (0.0, 0.5)  # points: what lies on a border of the one is inside in the other

Matrix = tuple[float, float, float, float, float, float]


class PdfiumEngine:
    """Opens `data`. Raises UnreadableDocument: encrypted (needs a password), damaged."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data  # pdfium reads from it as long as the document is open
        self._limits = limits
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
        return _Page(page, number, self._limits).content()

    def close(self) -> None:
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


@dataclass(eq=False)
class _Part:
    """The objects of a page, or of a form on it. n_objects: how many it has, read or not. bounds: in its own space.

    frame: its own space → user space of the page.
    """

    n_objects: int
    objects: Ints
    kind: Ints
    bounds: Floats
    frame: Matrix

    @cached_property
    def texts(self) -> tuple[Ints, Floats]:
        """(handles, bounds) of its text objects."""
        return self._of(pdfium.FPDF_PAGEOBJ_TEXT)

    @cached_property
    def paths(self) -> tuple[Ints, Floats]:
        return self._of(pdfium.FPDF_PAGEOBJ_PATH)

    def _of(self, kind: int) -> tuple[Ints, Floats]:
        which = (self.kind == kind).nonzero()[0]
        return self.objects[which], self.bounds[which]


def _walk(page: Handle, count: int, limits: Limits) -> Iterator[_Part]:
    """The page, then its forms and theirs, down to the limit of objects."""
    left = limits.max_page_objects
    waiting: deque[tuple[Handle, int, Matrix, int]] = deque([(page, count, (1, 0, 0, 1, 0, 0), 0)])
    while waiting:
        holder, count, frame, depth = waiting.popleft()
        read = max(min(count, left), 0)
        left -= max(count, 0)
        part = _Part(count, *calls.objects_of(holder, read, in_form=depth > 0), frame)
        yield part
        if left < 0:
            return  # what is left waiting may be a million forms that hold each other
        if depth < _MAX_FORM_DEPTH and left > 0:
            for form in part.objects[part.kind == pdfium.FPDF_PAGEOBJ_FORM].tolist():
                waiting.append((form, calls.n_form_objects(form), _multiply(calls.matrix_of(form), frame), depth + 1))


def _make_seen(part: _Part) -> None:
    """Give extent to the text objects that pdfium would pass over.

    It passes over what has no width in its own space. That is white space as a rule, but any character where the font
    is neither embedded nor on this machine. A stroke counts for the extent, so those get one: in memory only, and
    nothing is drawn from this page.
    """
    texts, bounds = part.texts
    calls.stroke_unembedded(texts[np.abs(bounds[:, 2] - bounds[:, 0]) < _NOTHING], _STROKE)


class _Page:
    def __init__(self, page: Any, number: int, limits: Limits) -> None:
        self._page, self._number, self._limits = page, number, limits
        self._holders: list[_Part] = []
        self._n_hidden = 0
        self._n_sliced = 0
        self._n_wrong_widths = 0
        self._n_outlines = 0
        self._slanted = ""
        self._clipped: dict[Handle, Box] = {}  # text object → what its clip leaves to be seen
        self._strips: tuple[list[Floats], list[Floats]] = ([], [])  # rulings across and down: whole paths …
        self._across: list[Rule] = []  # … and sides of others
        self._down: list[Rule] = []
        self._shown, self._width, self._height = self._frame()
        self._turn = 0

    def content(self) -> PageContent:
        page = calls.handle_of(self._page)
        for part in _walk(page, pdfium.FPDFPage_CountObjects(self._page), self._limits):
            self._holders.append(part)
            _make_seen(part)
        pointer = pdfium.FPDFText_LoadPage(self._page)
        try:
            text_page = calls.handle_of(pointer)
            n_chars = pdfium.FPDFText_CountChars(pointer)
            count = min(max(n_chars, 0), self._limits.max_page_objects)
            raw = calls.chars_of(text_page, count)
            self._set_upright(text_page, raw.code)
            for part in self._holders:
                frame = _multiply(part.frame, self._shown)
                self._texts(part, frame)
                self._paths(part, frame)
            chars, unmapped = self._chars(text_page, raw)
        finally:
            pdfium.FPDFText_ClosePage(pointer)
        cut = max(n_chars, sum(part.n_objects for part in self._holders)) > self._limits.max_page_objects
        given_up: list[str] = []
        lattices, rules = ([], []) if cut else grids_and_rules(*self._rules(), given_up.append)
        return PageContent(
            self._number,
            self._width,
            self._height,
            chars,
            lattices,
            self._turn,
            unmapped,
            cut,
            sum(int((part.kind == pdfium.FPDF_PAGEOBJ_IMAGE).sum()) for part in self._holders),
            self._n_hidden,
            rules,
            self._n_outlines,
            self._slanted,
            self._n_sliced,
            given_up,
            self._n_wrong_widths,
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

    def _set_upright(self, text_page: Handle, code: Codes) -> None:
        """Turn the frame so that most characters stand upright: their own angle decides, not the page's /Rotate."""
        a, b, c, d, _, _ = self._shown
        turns: Counter[int] = Counter()
        angles = Counter(calls.angles_of(text_page, _sample((code > _SPACE).nonzero()[0], 20)))
        for angle, count in angles.items():
            x, y = math.cos(angle), -math.sin(angle)  # pdfium counts clockwise
            turns[round(math.degrees(math.atan2(-(b * x + d * y), a * x + c * y)) / 90) % 4 * 90] += count
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

    def _chars(self, text_page: Handle, raw: RawChars) -> tuple[Chars, int]:
        """Characters in the upright frame; how many have no mapping to Unicode."""
        code, part = raw.code, raw.part
        n = len(code)
        if not n:
            return NO_CHARS, 0
        for at in (code == _BROKEN_HYPHEN).nonzero()[0].tolist():
            if calls.is_hyphen(text_page, at) == 1:
                code[at] = ord("-")
        places = _moved(raw.box, self._shown)
        x0, top, x1, bottom = places
        begins: Ints = np.empty(n, dtype=np.int64)
        begins = begins[: loops.begins(part, begins)]
        font, slope, stretch = calls.sizes_and_slopes_of(text_page, begins)
        if self._shown[1] == 0 and self._shown[2] == 0:
            self._set_upright_extents(text_page, raw, font, places)
        runs = np.diff(begins, append=n)
        wrong = self._correct_widths(text_page, raw, np.repeat(stretch, runs), np.repeat(font, runs), places)
        size: Floats = np.empty(n)
        kept: Marks = np.empty(n, dtype=np.uint8)
        # text that runs over the edge of the page is kept, as cells of spreadsheets do; not what is out of all sight
        self._n_hidden += loops.settle(code, raw.added, part, font, places, size, kept)
        is_kept: Mask = kept.view(np.bool_)
        if _may_be_overprinted(code, kept, places):
            again = _is_overprint(code, x0, top, is_kept & (bottom - top > _TINY))
            again[1:] &= ~(wrong[:-1] & (part[1:] == part[:-1]))  # near because of a width, not because it is drawn so
            is_kept &= ~again
        n_unmapped = loops.mark_unreadable(code, raw.unmapped, kept, _UNMAPPED)
        if self._clipped:
            self._leave_out_hidden(part, is_kept, (x0 + x1) / 2, (top + bottom) / 2, bottom - top)
        slanted = slope > _SLANTED
        if slanted.any():
            self._leave_out_slanted(code, is_kept, np.repeat(slanted, runs))
        return Chars(printable(code), x0, top, x1, bottom, size, part=part).take(is_kept), n_unmapped

    def _correct_widths(self, text_page: Handle, raw: RawChars, stretch: Floats, size: Floats, places: Floats) -> Mask:
        """The characters whose widths contradict their glyphs; in their strings the pen decides, not the boxes."""
        a, b, c, _, e, _ = self._shown
        stretch = stretch * (b == 0 and c == 0 and a > 0)
        wrong = wrong_widths(raw.code, raw.part, raw.added, places, stretch=stretch, size=size)
        self._n_wrong_widths = int(wrong.sum())
        if self._n_wrong_widths:
            origin = calls.origins_of(text_page, np.arange(len(raw.code), dtype=np.int64))
            which = np.isin(raw.part, raw.part[wrong]) & (raw.added == 0)
            stand_at(a * origin[:, 0] + c * origin[:, 1] + e, raw.part, which, places)
        return wrong

    def _set_upright_extents(self, text_page: Handle, raw: RawChars, font: Floats, places: Floats) -> None:
        """Top and bottom by baseline and size of the font, where the font's own box is far higher than its size."""
        high: Ints = np.empty(len(raw.code), dtype=np.int64)
        high = high[: loops.find_too_high(raw.code, raw.added, raw.part, font, places, high)]
        if len(high):
            size = calls.sizes_of(text_page, high)
            stands = self._shown[3] * calls.baselines_of(text_page, high) + self._shown[5]
            places[1, high], places[3, high] = stands - _ASCENT * size, stands + (1 - _ASCENT) * size

    def _leave_out_slanted(self, code: Codes, kept: Mask, slanted: Mask) -> None:
        """Takes characters out of `kept` that are written across the page: a watermark, not text of the tables that it
        lies on. Where most of a page is so it is no watermark."""
        found = kept & slanted & (code > 32)
        if found.any() and 2 * int(found.sum()) < int((kept & (code > 32)).sum()):
            self._slanted = text_of_codes(printable(code[found]))
            kept &= ~slanted

    def _leave_out_hidden(self, part: Ints, kept: Mask, x: Floats, y: Floats, height: Floats) -> None:
        """Takes characters out of `kept` that the clip of their text object hides; counts those it cuts lengthwise."""
        clipped = np.array(list(self._clipped), dtype=np.int64)
        for index in np.flatnonzero(kept & np.isin(part, clipped)).tolist():
            seen = self._clipped[int(part[index])]
            if not (seen[0] - 0.5 <= x[index] <= seen[2] + 0.5 and seen[1] - 0.5 <= y[index] <= seen[3] + 0.5):
                kept[index] = False
                self._n_hidden += 1
                beyond = max(seen[1] - y[index], y[index] - seen[3])  # of the middle, over the upper or lower edge
                sliced = 0 < beyond < _SLICED * height[index] and seen[0] <= x[index] <= seen[2]
                self._n_sliced += int(sliced)

    # ------------------------------------------------------------------------------------------------- page objects

    def _texts(self, part: _Part, frame: Matrix) -> None:
        """Remember text objects that their clip paths hide in part."""
        texts, bounds = part.texts
        clips = calls.clips_of(texts)
        which = (clips[:, 0] != calls.NO_CLIP[0]).nonzero()[0]
        if not len(which):
            return
        clip, box = _moved(clips[which], frame), _moved(bounds[which], frame)
        cut = (clip[:2] > box[:2] + 1).any(axis=0) | (clip[2:] < box[2:] - 1).any(axis=0)
        self._clipped.update(zip(texts[which[cut]].tolist(), map(tuple, clip[:, cut].T.tolist()), strict=True))

    def _paths(self, part: _Part, frame: Matrix) -> None:
        """Remember what is a ruling among the paths, and how many are outlines of something else."""
        paths, bounds = part.paths
        if not len(paths):
            return
        segments, fill, stroke = calls.paths_of(paths)
        self._n_outlines += int((segments > _MAX_SEGMENTS).sum())
        strips: Floats = np.empty((2, len(paths), 3))
        others: Ints = np.empty(len(paths), dtype=np.int64)
        n_of: Ints = np.empty(3, dtype=np.int64)
        loops.sort_paths(segments, fill, stroke, _moved(bounds, frame), _MAX_SEGMENTS, strips, others, n_of)
        across, down, n_others = n_of.tolist()
        self._strips[0].append(strips[0, :across])
        self._strips[1].append(strips[1, :down])
        for number in others[:n_others].tolist():
            self._outline(int(paths[number]), int(segments[number]), bool(stroke[number]), frame)

    def _rules(self) -> tuple[Floats, Floats]:
        """All rulings (across, down): n × (position, start, end)."""
        sides = (np.array(self._across).reshape(-1, 3), np.array(self._down).reshape(-1, 3))
        return np.concatenate([*self._strips[0], sides[0]]), np.concatenate([*self._strips[1], sides[1]])

    def _outline(self, path: Handle, segments: int, stroke: bool, frame: Matrix) -> None:
        """Rulings among the sides of one path."""
        inner = _multiply(calls.matrix_of(path), frame)
        subpaths = _subpaths(path, segments, inner)
        self._n_outlines += not subpaths
        for points in subpaths:
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


def _moved(bounds: Floats, frame: Matrix) -> Floats:
    """n × (left, top, right, bottom) → (x0, top, x1, bottom) × n in the frame."""
    moved: Floats = np.empty((4, len(bounds)))
    loops.move(bounds, np.array(frame, dtype=np.float64), moved)
    return moved


def _may_be_overprinted(code: Codes, kept: Marks, places: Floats) -> bool:
    """A quick look for characters printed again, for every page passes here."""
    spots: Floats = np.empty(len(code))
    for shift in _RASTERS:
        ordered = spots[: loops.spots(code, kept, places, shift, spots)]
        ordered.sort()
        if loops.has_equal(ordered):
            return True
    return False


def _is_overprint(code: Codes, x0: Floats, top: Floats, kept: Mask) -> Mask:
    """Fake bold: the same character printed again with a small shift; the first of them stays."""
    found: Mask = np.zeros(len(code), dtype=np.bool_)
    which = np.flatnonzero(kept & (code > 32))
    for shift in _RASTERS:
        # one number for each spot of one point
        spot = (code[which].astype(np.int64) << 42) + (_within(x0[which] + shift) << 21) + _within(top[which] + shift)
        ordered = np.sort(spot)
        if (ordered[1:] == ordered[:-1]).any():
            again: Mask = np.ones(len(which), dtype=np.bool_)
            again[np.unique(spot, return_index=True)[1]] = False
            found[which[again]] = True
    return found


def _within(at: Floats) -> Ints:
    """Whole points as a number of 21 bits."""
    return np.floor(np.clip(at, -1e6, 1e6)).astype(np.int64) + 1_000_000


def _sample(indexes: Ints, count: int) -> Ints:
    """Some `count` of them, evenly."""
    return np.ascontiguousarray(indexes[:: max(1, len(indexes) // count)])


def _subpaths(path: Handle, segments: int, frame: Matrix) -> list[list[tuple[float, float]]]:
    """Straight subpaths; nothing where the path has a curve (an outline, not a ruling)."""
    a, b, c, d, e, f = frame
    kinds, closes, point = calls.segments_of(path, segments)
    if pdfium.FPDF_SEGMENT_BEZIERTO in kinds:
        return []
    x, y = point[:, 0], point[:, 1]
    points = zip((a * x + c * y + e).tolist(), (b * x + d * y + f).tolist(), strict=True)
    found: list[list[tuple[float, float]]] = []
    for kind, close, at in zip(kinds, closes, points, strict=True):
        if kind == pdfium.FPDF_SEGMENT_MOVETO or not found:
            found.append([at])
        else:
            found[-1].append(at)
        if close and found[-1][0] != found[-1][-1]:
            found[-1].append(found[-1][0])
    return [points for points in found if len(points) > 1]
