"""Pages drawn with absolute positions: a PDF (or a scan's text) that the site turned into HTML, without any <table>.

Every text run is an element with left and top, every ruling an element without width or without height (or with
borders on its sides); letters may be one element each. What is found is what a PDF engine finds, characters and the
cells that rulings enclose, and the same pipeline makes tables and paragraphs of it. Boxes are estimates: a browser
would measure the font, here its size and the kind of character say how wide it is.
"""

from __future__ import annotations

import time
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from lxml import etree

from extract.document import Block, Cell, Issue, Paragraph, Place, Seam, Table
from extract.readers.docx_text import XmlElement
from extract.readers.pdf_blocks import blocks_of
from extract.readers.pdf_page import Char, Chars, PageContent
from extract.readers.pdf_pieces import Sheet, make_sheet
from extract.readers.rulings import ruled_grids
from extract.readers.trouble import issue
from extract.readers.web_css import StyleSheet
from extract.readers.web_runs import SKIPPED, DrawnPage, Run, RunWalk
from extract.readers.web_table import visible
from extract.settings import Limits

_FEWEST_RUNS = 30  # positioned texts that make a page drawn; menus and banners place fewer
_SHARE = 0.5  # of the page's text that stands in them
_NARROW = frozenset("iIljtfr.,:;'!|()[]{}·-")
_WIDE_LATIN = frozenset("mwMW@%")
_OVERFLOW = 0.45  # of its estimated width that a run may pass a ruling or the next run and still end before it


@dataclass(frozen=True)
class Drawn:
    """The drawn part of a page: blocks with Places (page, box, address), texts hidden, pictures on its pages."""

    blocks: list[Block]
    n_pages: int
    issues: list[Issue]
    hidden: int
    pictures: int


def drawn_pages(body: XmlElement, css: StyleSheet, limits: Limits) -> list[DrawnPage]:
    """The pages drawn in `body`; none where most of its text stands in the flow of the page."""
    if sum(css.places(element) for element in body.iter(etree.Element)) < _FEWEST_RUNS:
        return []
    walk = RunWalk(css, limits)
    walk.body(body)
    pages = [page for page in walk.pages if page.runs]
    inside = sum(len(run.chars) for page in pages for run in page.runs)
    around = sum(len("".join(text.split())) for text in _flow_text(body, {page.element for page in pages}))
    if sum(len(page.runs) for page in pages) < _FEWEST_RUNS or inside < _SHARE * (inside + around):
        return []
    return pages


def read_drawn(pages: Sequence[DrawnPage], sha256: str, limits: Limits, *, tables: int, paragraphs: int) -> Drawn:
    """Blocks of the drawn pages, numbered on from `tables` and `paragraphs`."""
    issues: list[Issue] = []
    sheets: list[Sheet] = []
    addresses: dict[int, str] = {}
    started = time.monotonic()
    n_cells = 0
    for number, page in enumerate(pages, start=1):
        if number > limits.max_pages or n_cells > limits.max_cells or time.monotonic() - started > limits.max_seconds:
            issues.append(_pages_cut(number - 1, len(pages), sha256))
            break
        if page.cut:
            issues.append(_page_cut(number, limits, sha256))
        addresses[number] = page.element.getroottree().getpath(page.element)
        sheet = make_sheet(_content(page, number))
        n_cells += sum(len(grid.cells) for grid in sheet.grids)
        sheets.append(sheet)
    blocks = [_moved(block, tables, paragraphs, addresses) for block in blocks_of(sheets)]
    hidden = sum(page.n_hidden for page in pages)
    pictures = sum(page.n_images for page in pages)
    return Drawn(blocks, len(pages), issues, hidden, pictures)


def _flow_text(body: XmlElement, pages: set[XmlElement]) -> list[str]:
    """Texts outside the drawn pages that are no links."""
    found: list[str] = []

    def collect(element: XmlElement, depth: int) -> None:
        found.append(element.text or "")
        for child in element:
            if (
                isinstance(child.tag, str)
                and child.tag not in SKIPPED
                and child.tag != "a"
                and child not in pages
                and depth < 200
                and visible(child)
            ):
                collect(child, depth + 1)
            found.append(child.tail or "")

    if body not in pages:
        collect(body, 0)
    return found


# ------------------------------------------------------------------------------------------- runs → characters, page
def _content(page: DrawnPage, number: int) -> PageContent:
    chars = [char for run, end in _fitted(page) for char in _chars(run, end)]
    width = page.width or max((c.x1 for c in chars), default=1.0)
    height = page.height or max((c.bottom for c in chars), default=1.0)
    lattices = [] if page.cut else ruled_grids(page.across, page.down)
    return PageContent(number, width, height, Chars.of(chars), lattices, cut=page.cut, n_images=page.n_images)


def _fitted(page: DrawnPage) -> list[tuple[Run, float]]:
    """Runs with the x at which each ends: estimates do not run into the next run nor, at their end, over a ruling."""
    starts: dict[int, list[float]] = defaultdict(list)
    for run in page.runs:
        starts[round(run.top)].append(run.x)
    for found in starts.values():
        found.sort()
    walls = sorted(page.down)
    wall_xs = [x for x, _, _ in walls]
    fitted: list[tuple[Run, float]] = []
    for run in page.runs:
        end = run.x + _width(run)
        least = end - _OVERFLOW * (end - run.x)
        same = starts[round(run.top)]
        at = bisect_right(same, run.x + 0.01)
        if at < len(same) and least <= same[at] < end:
            end = same[at]
        middle = run.top + run.height / 2
        for index in range(bisect_left(wall_xs, least), bisect_left(wall_xs, end)):
            x, top, bottom = walls[index]
            if top <= middle <= bottom:
                end = x
                break
        fitted.append((run, end))
    return fitted


def _width(run: Run) -> float:
    estimate = sum(_advance(char) * size + run.spacing for char, size in run.chars)
    if run.width is not None and 0.5 * estimate <= run.width <= 1.6 * estimate:
        return run.width
    return max(estimate, 0.1)


def _advance(char: str) -> float:
    """Width of a character in ems: full width for 汉字, half for digits and most letters."""
    if char < "\u2000":
        if char in _NARROW:
            return 0.33
        if char in _WIDE_LATIN:
            return 0.85
        return 0.62 if char.isupper() else 0.5
    if unicodedata.combining(char):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5


def _chars(run: Run, end: float) -> list[Char]:
    estimate = sum(_advance(char) * size + run.spacing for char, size in run.chars)
    scale = (end - run.x) / estimate if estimate > 0 else 1.0
    out: list[Char] = []
    x = run.x
    for char, size in run.chars:
        after = x + (_advance(char) * size + run.spacing) * scale
        top = run.top + (run.height - size) / 2
        out.append(Char(char, x, top, after, top + size, size))
        x = after
    return out


# ------------------------------------------------------------------------------------------------ numbers and places
def _moved(block: Block, tables: int, paragraphs: int, addresses: dict[int, str]) -> Block:
    """The block with its numbers counted on from what stands before, and the page's element in every Place."""

    def place(at: Place) -> Place:
        return msgspec.structs.replace(
            at,
            table=None if at.table is None else at.table + tables,
            paragraph=None if at.paragraph is None else at.paragraph + paragraphs,
            address=addresses.get(at.page or 0),
        )

    def cell(at: Cell) -> Cell:
        return msgspec.structs.replace(at, places=tuple(map(place, at.places)))

    if isinstance(block, Paragraph):
        return msgspec.structs.replace(block, number=block.number + paragraphs, places=tuple(map(place, block.places)))
    seams = [
        Seam(s.row, s.table + tables, s.page, s.reasons, tuple(tuple(map(cell, r)) for r in s.dropped), s.merged_row)
        for s in block.seams
    ]
    return Table(
        block.number + tables,
        block.n_rows,
        block.n_cols,
        list(map(cell, block.cells)),
        seams,
        block.parent,
        block.ruled,
    )


# ----------------------------------------------------------------------------------------------------------- issues
def _pages_cut(read_to: int, n_pages: int, sha256: str) -> Issue:
    return issue(
        "pages_cut",
        "error",
        f"只读了前 {read_to} 页，共 {n_pages} 页：达到上限（YUJUE_READ_MAX_PAGES、_MAX_SECONDS、_MAX_CELLS）",
        f"only the first {read_to} of {n_pages} pages were read: a limit was reached "
        "(YUJUE_READ_MAX_PAGES, _MAX_SECONDS, _MAX_CELLS)",
        sha256=sha256,
        place=Place(page=read_to + 1),
    )


def _page_cut(number: int, limits: Limits, sha256: str) -> Issue:
    return issue(
        "page_cut",
        "error",
        f"第 {number} 页的文字和线条超过上限 {limits.max_page_objects}，未读表格（YUJUE_READ_MAX_PAGE_OBJECTS）",
        f"page {number} draws more than {limits.max_page_objects} texts and lines; its tables were not read "
        "(YUJUE_READ_MAX_PAGE_OBJECTS)",
        sha256=sha256,
        place=Place(page=number),
    )
