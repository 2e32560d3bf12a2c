"""Pages drawn with absolute positions: a PDF (or a scan's text) that the site turned into HTML, without any <table>.

Every text run is an element with left and top, every ruling an element without width or without height (or with
borders on its sides); letters may be one element each. What is found is what a PDF engine finds, characters and the
cells that rulings enclose, and the same pipeline makes tables and paragraphs of it. Boxes are estimates: a browser
would measure the font, here its size and the kind of character say how wide it is.
"""

from __future__ import annotations

import re
import time
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from lxml import etree

from extract.document import Block, Cell, Issue, Paragraph, Place, Seam, Table
from extract.readers.docx_text import XmlElement
from extract.readers.pdf_blocks import blocks_of
from extract.readers.pdf_page import Char, PageContent
from extract.readers.pdf_pieces import Sheet, make_sheet
from extract.readers.rulings import Rule, enclosed_cells
from extract.readers.trouble import issue
from extract.readers.web_css import Style, StyleSheet, drawn_sides, is_filled, points
from extract.readers.web_table import visible
from extract.settings import Limits

_FEWEST_RUNS = 60  # positioned texts that make a page drawn; menus and banners place fewer
_SHARE = 0.5  # of the page's text that stands in them
_SMALLEST_PAGE = 200.0  # points, each way: a smaller box with positions is a part of a page
_THIN = 4.0  # points: an empty element thinner than this is a ruling
_DEEPEST = 60
_USUAL_SIZE = 12.0
_LINE = 1.2  # line-height: normal
_NARROW = frozenset("iIljtfr.,:;'!|()[]{}·-")
_WIDE_LATIN = frozenset("mwMW@%")
_OVERFLOW = 0.45  # of its estimated width that a run may pass a ruling or the next run and still end before it
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "canvas", "head", "select", "button"})


@dataclass(frozen=True)
class _Run:
    """One line of text at its place. chars: (character, size). width: as the page states it, None where it does not."""

    x: float
    top: float
    height: float
    chars: tuple[tuple[str, float], ...]
    width: float | None = None
    spacing: float = 0.0


@dataclass
class DrawnPage:
    """One page before it is sorted: element is its box in the HTML."""

    element: XmlElement
    width: float
    height: float
    runs: list[_Run] = field(default_factory=list)
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    n_images: int = 0
    n_hidden: int = 0
    n_objects: int = 0
    cut: bool = False


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
    walk = _Walk(css, limits)
    walk.element(body, None, {}, 0.0, 0.0, _USUAL_SIZE, 0)
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
        if (
            number > limits.max_pages
            or n_cells > limits.max_cells
            or time.monotonic() - started > limits.max_seconds
        ):
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


# ---------------------------------------------------------------------------------------------------- finding runs
def _is_placed(style: Style) -> bool:
    return (
        style.get("position", "").lower() == "absolute"
        and points(style.get("left")) is not None
        and (points(style.get("top")) is not None or points(style.get("bottom")) is not None)
    )


def _flow_text(body: XmlElement, pages: set[XmlElement]) -> list[str]:
    """Texts outside the drawn pages that are no links."""
    found: list[str] = []

    def collect(element: XmlElement, depth: int) -> None:
        found.append(element.text or "")
        for child in element:
            if (
                isinstance(child.tag, str)
                and child.tag not in _SKIPPED
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


class _Walk:
    """Goes down the elements with the origin of what contains them; collects runs and rulings page by page."""

    def __init__(self, css: StyleSheet, limits: Limits) -> None:
        self.pages: list[DrawnPage] = []
        self._css = css
        self._most = limits.max_page_objects

    def element(
        self,
        element: XmlElement,
        page: DrawnPage | None,
        inherited: Style,
        x: float,
        y: float,
        size: float,
        depth: int,
    ) -> None:
        """x, y: origin of the containing block on `page`."""
        for child in element:
            if not isinstance(child.tag, str) or child.tag in _SKIPPED or depth > _DEEPEST * 3:
                continue
            style = self._css.style_of(child)
            if _is_hidden(child, style):
                if page is not None and "".join(child.itertext()).strip():
                    page.n_hidden += 1
                continue
            if child.tag == "img" and page is not None:
                page.n_images += 1
            position = style.get("position", "").lower()
            own = points(style.get("font-size"), size) or size
            width, height = points(style.get("width"), own), points(style.get("height"), own)
            passed = _passed_on(inherited, style)
            large = (width or 0) >= _SMALLEST_PAGE and (height or 0) >= _SMALLEST_PAGE
            if position in {"relative", "absolute"} and large and page is None and len(child):
                inner = DrawnPage(child, width or 0.0, height or 0.0)
                self.pages.append(inner)
                self.element(child, inner, passed, 0.0, 0.0, own, depth + 1)
            elif _is_placed(style):
                if page is None:
                    page = self._unboxed(element)
                self._placed(child, page, style, passed, x, y, own, depth)
            else:
                self.element(child, page, passed, x, y, own, depth + 1)

    def _unboxed(self, parent: XmlElement) -> DrawnPage:
        """A page for runs that no box of a page's size contains; its size is known when all of it is read."""
        for page in reversed(self.pages):
            if page.element is parent:
                return page
        self.pages.append(DrawnPage(parent, 0.0, 0.0))
        return self.pages[-1]

    def _placed(
        self,
        element: XmlElement,
        page: DrawnPage,
        style: Style,
        inherited: Style,
        x: float,
        y: float,
        size: float,
        depth: int,
    ) -> None:
        page.n_objects += 1
        if page.n_objects > self._most:
            page.cut = True
            return
        width, height = points(style.get("width"), size), points(style.get("height"), size)
        left = x + (points(style.get("left"), size) or 0.0)
        top = points(style.get("top"), size)
        if top is None:
            line = height if height is not None else size
            top = page.height - (points(style.get("bottom"), size) or 0.0) - line
        top += y
        if width is not None and height is not None:
            _add_rulings(page, style, left, top, width, height)
        lines = _text_lines(element, self._css, inherited, size)
        step = _line_height(inherited, size)
        at = top
        for line in lines:
            if line:
                tall = max((height_of for _, height_of in line), default=size)
                step_here = max(step, _line_height(inherited, tall)) if tall > size else step
                if page.width and page.height and not (-size < left < page.width and -size < at < page.height):
                    page.n_hidden += 1
                else:
                    stated = width if width and len(lines) == 1 else None
                    spacing = points(inherited.get("letter-spacing"), size) or 0.0
                    page.runs.append(_Run(left, at, step_here, tuple(line), stated, spacing))
            at += step
        if depth < _DEEPEST:
            self._inner(element, page, inherited, left, top, size, depth + 1)

    def _inner(
        self, element: XmlElement, page: DrawnPage, inherited: Style, x: float, y: float, size: float, depth: int
    ) -> None:
        """Elements placed inside a placed element; its flowing text was read as the run itself."""
        for child in element:
            if not isinstance(child.tag, str) or child.tag in _SKIPPED or depth > _DEEPEST:
                continue
            style = self._css.style_of(child)
            if _is_hidden(child, style):
                continue
            if child.tag == "img":
                page.n_images += 1
            own = points(style.get("font-size"), size) or size
            if _is_placed(style):
                self._placed(child, page, style, _passed_on(inherited, style), x, y, own, depth)
            else:
                self._inner(child, page, _passed_on(inherited, style), x, y, own, depth + 1)


def _is_hidden(element: XmlElement, style: Style) -> bool:
    return (
        not visible(element)
        or style.get("display", "").lower() == "none"
        or style.get("visibility", "").lower() == "hidden"
    )


_INHERITED = ("line-height", "letter-spacing", "white-space")


def _passed_on(inherited: Style, style: Style) -> Style:
    changed = {name: style[name] for name in _INHERITED if name in style}
    return {**inherited, **changed} if changed else inherited


def _line_height(inherited: Style, size: float) -> float:
    printed = inherited.get("line-height", "").strip()
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,6})?", printed) and float(printed) > 0:
        return float(printed) * size
    if printed.endswith("%") and printed[:-1].replace(".", "", 1).isdecimal():
        return float(printed[:-1]) / 100 * size
    return points(printed, size) or _LINE * size


def _text_lines(element: XmlElement, css: StyleSheet, inherited: Style, size: float) -> list[list[tuple[str, float]]]:
    """The element's own flowing text: lines of (character, size); placed elements inside it are left out."""
    lines: list[list[tuple[str, float]]] = [[]]
    keep = inherited.get("white-space", "").lower().startswith("pre")

    def add(text: str | None, height: float) -> None:
        if not text:
            return
        shown = text if keep else _SPACES.sub(" ", text)
        for char in shown:
            if keep and char == "\n":
                lines.append([])
            elif char != " " or lines[-1]:
                lines[-1].append((char, height))

    def collect(at: XmlElement, height: float, depth: int) -> None:
        add(at.text, height)
        for child in at:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED and depth < _DEEPEST:
                style = css.style_of(child)
                if child.tag == "br":
                    lines.append([])
                elif not _is_hidden(child, style) and style.get("position", "").lower() != "absolute":
                    collect(child, points(style.get("font-size"), height) or height, depth + 1)
            add(child.tail, height)

    collect(element, size, 0)
    for line in lines:
        while line and line[-1][0] == " ":
            line.pop()
    return [line if any(not char.isspace() for char, _ in line) else [] for line in lines]


def _add_rulings(page: DrawnPage, style: Style, x: float, top: float, width: float, height: float) -> None:
    sides = drawn_sides(style)
    if min(width, height) <= _THIN and max(width, height) > _THIN and (sides or is_filled(style)):
        if width >= height:
            page.across.append((top + height / 2, x, x + width))
        else:
            page.down.append((x + width / 2, top, top + height))
        return
    if "top" in sides:
        page.across.append((top, x, x + width))
    if "bottom" in sides:
        page.across.append((top + height, x, x + width))
    if "left" in sides:
        page.down.append((x, top, top + height))
    if "right" in sides:
        page.down.append((x + width, top, top + height))


# ------------------------------------------------------------------------------------------- runs → characters, page
def _content(page: DrawnPage, number: int) -> PageContent:
    chars = [char for run, end in _fitted(page) for char in _chars(run, end)]
    width = page.width or max((c.x1 for c in chars), default=1.0)
    height = page.height or max((c.bottom for c in chars), default=1.0)
    lattices = [] if page.cut else enclosed_cells(page.across, page.down)
    return PageContent(number, width, height, chars, lattices, cut=page.cut, n_images=page.n_images)


def _fitted(page: DrawnPage) -> list[tuple[_Run, float]]:
    """Runs with the x at which each ends: estimates do not run into the next run nor, at their end, over a ruling."""
    starts: dict[int, list[float]] = defaultdict(list)
    for run in page.runs:
        starts[round(run.top)].append(run.x)
    for found in starts.values():
        found.sort()
    walls = sorted(page.down)
    wall_xs = [x for x, _, _ in walls]
    fitted: list[tuple[_Run, float]] = []
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


def _width(run: _Run) -> float:
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


def _chars(run: _Run, end: float) -> list[Char]:
    estimate = sum(_advance(char) * size + run.spacing for char, size in run.chars)
    scale = (end - run.x) / estimate if estimate > 0 else 1.0
    out: list[Char] = []
    x = run.x
    for char, size in run.chars:
        after = x + (_advance(char) * size + run.spacing) * scale
        top = run.top + (run.height - size) / 2
        out.append(Char(char, x, top, after, top + size, size, ""))
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
        return msgspec.structs.replace(
            block, number=block.number + paragraphs, places=tuple(map(place, block.places))
        )
    seams = [
        Seam(s.row, s.table + tables, s.page, s.reasons, tuple(tuple(map(cell, r)) for r in s.dropped), s.merged_row)
        for s in block.seams
    ]
    return Table(
        block.number + tables, block.n_rows, block.n_cols, list(map(cell, block.cells)), seams, block.parent, block.ruled
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
