"""pdfplumber as PDF engine: characters and rulings by pdfminer, grids by pdfplumber's table finder."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfplumber.utils.exceptions import PdfminerException

from extract.document import Box
from extract.readers.lattice import Lattice, build_lattice
from extract.readers.pdf_page import Char, Chars, PageContent, PageFailure
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.settings import Limits

_THIN = 4.0  # a filled rectangle thinner than this (points) is a ruling, as Word and WPS draw them
_SPECK = 3.0  # rectangles smaller than this both ways are dots and corners of glyphs
_CORNER = 0.3  # points: slack of an outline's corner
_LONG = 10.0  # points: shorter outlines may be strokes of a glyph
_OUTLINE = 2.0  # points: a filled outline thinner than this is a ruling
_OVERPRINT = 1.0  # the same character this near (points) is fake bold


class PlumberEngine:
    """Opens `data`. Raises UnreadableDocument: encrypted (needs a password), damaged."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        numbers = list(range(1, limits.max_pages + 1))
        try:
            self._pdf = pdfplumber.open(io.BytesIO(data), password="", pages=numbers)
            self._pages = self._pdf.pages
            self._n_pages = len(self._pages)
            if self._n_pages == limits.max_pages:
                self._n_pages = sum(1 for _ in PDFPage.create_pages(self._pdf.doc))
        except PdfminerException as error:
            cause = error.args[0] if error.args else error
            if isinstance(cause, PDFPasswordIncorrect):
                raise UnreadableDocument(
                    issue("encrypted", "error", "PDF 加密，需要密码才能打开", "an encrypted PDF that needs a password")
                ) from error
            raise UnreadableDocument(damaged(f"{type(cause).__name__}: {cause}"[:200])) from error
        if not self._pages:
            raise UnreadableDocument(damaged("the PDF has no pages"))

    @property
    def n_pages(self) -> int:
        """Pages of the document, also those beyond the limit."""
        return self._n_pages

    def pages(self) -> Iterator[PageContent | PageFailure]:
        """Each page once, in order; its memory is given back before the next one."""
        for page in self._pages:
            try:
                yield self._content(page)
            except Exception as error:  # noqa: BLE001 - pdfminer raises anything on a hostile page
                yield PageFailure(page.page_number, f"{type(error).__name__}: {error}"[:200])
            finally:
                page.close()

    def page(self, number: int, *, with_grids: bool = False) -> PageContent:
        """Characters of one page by its number, and its grids where asked. Raises IndexError for a page not there."""
        page = self._pages[number - 1]
        try:
            return self._content(page, with_grids=with_grids)
        finally:
            page.close()

    def close(self) -> None:
        self._pdf.close()

    def _content(self, page: Any, *, with_grids: bool = True) -> PageContent:
        objects = page.objects
        printed: list[dict[str, Any]] = objects.get("char", [])
        n_objects = sum(len(found) for found in objects.values())
        cut = n_objects > self._limits.max_page_objects
        if cut:
            printed = printed[: self._limits.max_page_objects]
        turn = _turn(printed)
        width, height = float(page.width), float(page.height)
        chars, unmapped = _chars(printed, turn, width, height)
        lattices: list[Lattice] = []
        if with_grids and not cut and (objects.get("line") or objects.get("rect") or objects.get("curve")):
            ruled = page.filter(_is_ruling)
            for table in ruled.find_tables():
                grid = build_lattice([_turned(cell, turn, width, height) for cell in table.cells])
                if grid is not None:
                    lattices.append(grid)
        if turn in {90, 270}:
            width, height = height, width
        return PageContent(
            page.page_number,
            width,
            height,
            Chars.of(chars),
            lattices,
            turn,
            unmapped,
            cut,
            len(objects.get("image", [])),
        )


def _turn(printed: list[dict[str, Any]]) -> int:
    """Clockwise degrees that set most characters upright (the text's own angle, not the page's /Rotate)."""
    angles: Counter[int] = Counter()
    for char in printed:
        if char["text"].isspace():
            continue
        a, b = char["matrix"][0], char["matrix"][1]
        angles[round(math.degrees(math.atan2(b, a)) / 90) % 4 * 90] += 1
    return angles.most_common(1)[0][0] if angles else 0


def _turned(box: Box, turn: int, width: float, height: float) -> Box:
    """Box after turning the shown page clockwise by `turn` degrees; width and height are of the page as shown."""
    x0, top, x1, bottom = box
    if turn == 90:
        return (height - bottom, x0, height - top, x1)
    if turn == 180:
        return (width - x1, height - bottom, width - x0, height - top)
    if turn == 270:
        return (top, width - x1, bottom, width - x0)
    return (x0, top, x1, bottom)


def _chars(printed: list[dict[str, Any]], turn: int, width: float, height: float) -> tuple[list[Char], int]:
    """Characters in the upright frame, overprinted ones once; how many have no mapping to Unicode."""
    chars: list[Char] = []
    unmapped = 0
    seen: dict[tuple[str, int, int], list[tuple[float, float]]] = {}
    for char in printed:
        text = char["text"]
        if text.startswith("(cid:"):
            text = "\ufffd"
            unmapped += 1
        elif not text:
            continue
        x0, top, x1, bottom = _turned((char["x0"], char["top"], char["x1"], char["bottom"]), turn, width, height)
        if not text.isspace():
            if _is_overprint(seen, text, x0, top):
                continue
            seen.setdefault((text, int(x0), int(top)), []).append((x0, top))
        size = float(char["size"]) if turn in {0, 180} else bottom - top
        chars.append(Char(text, x0, top, x1, bottom, size or bottom - top))
    return chars, unmapped


def _is_overprint(
    seen: dict[tuple[str, int, int], list[tuple[float, float]]], text: str, x0: float, top: float
) -> bool:
    column, row = int(x0), int(top)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            for at_x, at_top in seen.get((text, column + dx, row + dy), ()):
                if abs(at_x - x0) <= _OVERPRINT and abs(at_top - top) <= _OVERPRINT:
                    return True
    return False


def _is_ruling(item: dict[str, Any]) -> bool:
    """Lines, rectangles and thin straight outlines; not glyphs (curves), specks, or white areas laid under the text."""
    kind = item["object_type"]
    if kind == "line":
        return True
    width, height = item["width"], item["height"]
    if width < _SPECK and height < _SPECK:
        return False
    if kind == "curve":
        return min(width, height) <= _OUTLINE and _is_straight(item)
    if kind != "rect":
        return False
    if min(width, height) <= _THIN or item.get("stroke"):
        return True
    return not _is_white(item.get("non_stroking_color"))


def _is_straight(item: dict[str, Any]) -> bool:
    """A ruling drawn as a filled outline, mitred or not: every point is at one of its ends; in glyphs others are."""
    across = item["width"] > item["height"]
    low, high = (item["x0"], item["x1"]) if across else (item["top"], item["bottom"])
    reach = min(item["width"], item["height"]) + _CORNER
    ends = (point[0 if across else 1] for point in item["pts"])
    return high - low >= _LONG and all(min(abs(at - low), abs(at - high)) <= reach for at in ends)


def _is_white(colour: Any) -> bool:
    if not isinstance(colour, (tuple, list)) or not colour or not all(isinstance(c, (int, float)) for c in colour):
        return False
    return bool(max(colour) <= 0.02 if len(colour) == 4 else min(colour) >= 0.98)
