"""Texts and rulings at absolute positions in a page of HTML, gathered into the printed pages they stand on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from extract.readers.docx_text import XmlElement
from extract.readers.rulings import Rule
from extract.readers.web_css import Style, StyleSheet, drawn_sides, is_filled, points
from extract.readers.web_table import visible
from extract.settings import Limits

_SMALLEST_PAGE = 200.0  # points, each way: a smaller box with positions is a part of a page
_THIN = 4.0  # points: an empty element thinner than this is a ruling
_DEEPEST = 60
_USUAL_SIZE = 12.0
_LINE = 1.2  # line-height: normal
_SPACES = re.compile(r"[ \t\r\n\f]+")
SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "canvas", "head", "select", "button"})


@dataclass(frozen=True)
class Run:
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
    runs: list[Run] = field(default_factory=list)
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    n_images: int = 0
    n_hidden: int = 0
    n_objects: int = 0
    cut: bool = False


def _is_placed(style: Style) -> bool:
    return (
        style.get("position", "").lower() == "absolute"
        and points(style.get("left")) is not None
        and (points(style.get("top")) is not None or points(style.get("bottom")) is not None)
    )


class _At(NamedTuple):
    """Where the walk is: origin of the containing block, inherited font size and text properties, depth."""

    x: float
    y: float
    size: float
    inherited: Style
    depth: int


class RunWalk:
    """Goes down the elements with the origin of what contains them; collects runs and rulings page by page."""

    def __init__(self, css: StyleSheet, limits: Limits) -> None:
        self.pages: list[DrawnPage] = []
        self._css = css
        self._most = limits.max_page_objects

    def body(self, body: XmlElement) -> None:
        self._element(body, None, _At(0.0, 0.0, _USUAL_SIZE, {}, 0))

    def _element(self, element: XmlElement, page: DrawnPage | None, at: _At) -> None:
        for child in element:
            if not isinstance(child.tag, str) or child.tag in SKIPPED or at.depth > _DEEPEST * 3:
                continue
            style = self._css.style_of(child)
            if _is_hidden(child, style):
                if page is not None and "".join(map(str, child.itertext())).strip():
                    page.n_hidden += 1
                continue
            if child.tag == "img" and page is not None:
                page.n_images += 1
            inner = _inside(at, style)
            width, height = points(style.get("width"), inner.size), points(style.get("height"), inner.size)
            large = (width or 0) >= _SMALLEST_PAGE and (height or 0) >= _SMALLEST_PAGE
            if page is None and large and len(child) and style.get("position", "").lower() in {"relative", "absolute"}:
                self.pages.append(DrawnPage(child, width or 0.0, height or 0.0))
                self._element(child, self.pages[-1], inner._replace(x=0.0, y=0.0))
            elif _is_placed(style):
                page = self._unboxed(element) if page is None else page
                self._placed(child, page, style, inner)
            else:
                self._element(child, page, inner)

    def _unboxed(self, parent: XmlElement) -> DrawnPage:
        """A page for runs that no box of a page's size contains; its size is known when all of it is read."""
        for page in reversed(self.pages):
            if page.element is parent:
                return page
        self.pages.append(DrawnPage(parent, 0.0, 0.0))
        return self.pages[-1]

    def _placed(self, element: XmlElement, page: DrawnPage, style: Style, at: _At) -> None:
        page.n_objects += 1
        if page.n_objects > self._most:
            page.cut = True
        if page.n_objects > 2 * self._most:
            return
        width, height = points(style.get("width"), at.size), points(style.get("height"), at.size)
        left = at.x + (points(style.get("left"), at.size) or 0.0)
        top = points(style.get("top"), at.size)
        if top is None:
            line = height if height is not None else at.size
            top = page.height - (points(style.get("bottom"), at.size) or 0.0) - line
        here = at._replace(x=left, y=top + at.y)
        if width is not None and height is not None:
            _add_rulings(page, style, (left, here.y, width, height))
        self._runs(element, page, here, width)
        self._inner(element, page, here)

    def _runs(self, element: XmlElement, page: DrawnPage, at: _At, width: float | None) -> None:
        lines = _text_lines(element, self._css, at.inherited, at.size)
        step = _line_height(at.inherited, at.size)
        spacing = points(at.inherited.get("letter-spacing"), at.size) or 0.0
        top = at.y
        for line in lines:
            tall = max((size for _, size in line), default=at.size)
            if not line:
                pass
            elif page.width and page.height and not (-tall < at.x < page.width and -tall < top < page.height):
                page.n_hidden += 1  # the page's box cuts it off
            else:
                high = max(step, _line_height(at.inherited, tall)) if tall > at.size else step
                page.runs.append(Run(at.x, top, high, tuple(line), width if len(lines) == 1 else None, spacing))
            top += step

    def _inner(self, element: XmlElement, page: DrawnPage, at: _At) -> None:
        """Elements placed inside a placed element; its flowing text was read as the run itself."""
        for child in element:
            if not isinstance(child.tag, str) or child.tag in SKIPPED or at.depth > _DEEPEST:
                continue
            style = self._css.style_of(child)
            if _is_hidden(child, style):
                continue
            page.n_images += child.tag == "img"
            if _is_placed(style):
                self._placed(child, page, style, _inside(at, style))
            else:
                self._inner(child, page, _inside(at, style))


def _inside(at: _At, style: Style) -> _At:
    size = points(style.get("font-size"), at.size) or at.size
    return at._replace(size=size, inherited=_passed_on(at.inherited, style), depth=at.depth + 1)


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
            if isinstance(child.tag, str) and child.tag not in SKIPPED and depth < _DEEPEST:
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


def _add_rulings(page: DrawnPage, style: Style, box: tuple[float, float, float, float]) -> None:
    x, top, width, height = box
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
