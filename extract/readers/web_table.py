"""HTML tables → grids: rowspan and colspan bounded, nested tables apart."""

from __future__ import annotations

import re
from typing import NamedTuple

from extract.document import Cell, Place, Table
from extract.readers.docx_text import XmlElement
from extract.readers.web_paths import Paths

_SKIPPED = frozenset(["script", "style", "noscript", "template", "svg", "select", "button"])
_BREAKS = frozenset(["p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "section", "article"])
_CELLS = frozenset({"td", "th"})
_WRAPPED = 12  # elements between a table and its row, or a row and its cell
_NOT_LAID_OUT = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def visible(element: XmlElement) -> bool:
    """Whether the element's own attributes let it be shown (style sheets are not consulted)."""
    return element.get("hidden") is None and not _HIDDEN.search(element.get("style") or "")


def laid_out(element: XmlElement) -> bool:
    """Whether a row or cell takes its place in the grid: one that is only invisible does, `display: none` does not."""
    return element.get("hidden") is None and not _NOT_LAID_OUT.search(element.get("style") or "")


def rows_of(table: XmlElement) -> list[XmlElement]:
    """The table's own rows, not those of tables inside it; also rows that a form or a font wraps."""
    return _within(table, frozenset({"tr"}), frozenset({"table", "caption", "colgroup", "td", "th"}))


def cells_of(row: XmlElement) -> list[XmlElement]:
    """The row's own cells, also those that another element wraps."""
    return _within(row, _CELLS, frozenset({"table", "tr"}))


def _within(parent: XmlElement, wanted: frozenset[str], closed: frozenset[str], depth: int = 0) -> list[XmlElement]:
    found: list[XmlElement] = []
    for child in parent:
        if not isinstance(child.tag, str) or not laid_out(child):
            continue
        if child.tag in wanted:
            found.append(child)
        elif child.tag not in closed and child.tag not in _SKIPPED and depth < _WRAPPED:
            found.extend(_within(child, wanted, closed, depth + 1))
    return found


def stray_texts(table: XmlElement) -> list[str]:
    """Text inside the table that stands in none of its cells; a browser prints it above the table."""
    found: list[str] = []
    inside = {cell for row in rows_of(table) for cell in cells_of(row)}

    def collect(element: XmlElement, depth: int) -> None:
        if element.tag != "table" or element is table:
            found.append(flat(element.text).strip(" "))
        for child in element:
            keeps = isinstance(child.tag, str) and child.tag not in _SKIPPED and child.tag not in {"caption", "table"}
            if keeps and child not in inside and depth < _WRAPPED and visible(child):
                collect(child, depth + 1)
            found.append(flat(child.tail).strip(" "))

    collect(table, 0)
    return [text for text in found if text]


def is_data_table(table: XmlElement) -> bool:
    """A grid with content of its own; False for tables that only lay out a page (one cell, or mostly other tables)."""
    rows = rows_of(table)
    widths = [len(cells_of(row)) for row in rows]
    if sum(widths) < 2:
        return False
    inner = list(table.iterdescendants("table"))
    if not inner:
        return True
    own = len("".join(printed_text(table).split()))
    within = sum(len("".join(printed_text(t).split())) for t in inner if _outermost(t, table))
    return within < own  # printed_text leaves nested tables out


def _outermost(nested: XmlElement, table: XmlElement) -> bool:
    for ancestor in nested.iterancestors("table"):
        return ancestor is table
    return False


def printed_text(element: XmlElement, *, strip: bool = True) -> str:
    """Text as a browser shows it: breaks as "\\n", no-break spaces kept; nested tables left out."""
    out: list[str] = []
    _collect(element, out, element)
    text = "".join(out)
    if not strip:
        return text
    lines = [re.sub(r"[ \t\r\f\v]+", " ", line).strip(" ") for line in text.split("\n")]
    return "\n".join(line for line in lines if line)


def _collect(element: XmlElement, out: list[str], top: XmlElement) -> None:
    out.append(flat(element.text))
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _SKIPPED and visible(child):
            if child.tag in {"br", "table"}:
                out.append("\n")
            else:
                breaks = child.tag in _BREAKS
                out.append("\n" if breaks else "")
                _collect(child, out, top)
                out.append("\n" if breaks else "")
        out.append(flat(child.tail))


def flat(text: str | None) -> str:
    """Line breaks of the source are spaces on the page."""
    return re.sub(r"[ \t\r\n\f\v]+", " ", text) if text else ""


class BuiltTable(NamedTuple):
    """nested: tables in its cells. cut: spans cut, and cells left out, at the limit of columns. hidden: rows and cells
    with text that the page does not show. beyond: texts of the cells left out."""

    table: Table
    nested: list[XmlElement]
    cut: int
    hidden: int
    beyond: list[str]


def build_table(element: XmlElement, number: int, parent: int | None, max_columns: int, paths: Paths) -> BuiltTable:
    """See HTML 4.9.12 for the algorithm."""
    rows = rows_of(element)
    cells: list[Cell] = []
    nested: list[XmlElement] = []
    taken: set[tuple[int, int]] = set()
    n_cols = cut = 0
    beyond: list[str] = []
    hidden = sum(bool(printed_text(e).strip()) for e in _not_laid_out(element))
    for r, row in enumerate(rows):
        c = 0
        for element_cell in cells_of(row):
            while (r, c) in taken:
                c += 1
            if c >= max_columns:
                cut += 1
                beyond.append(printed_text(element_cell))
                continue
            colspan, over = _span(element_cell, "colspan", max_columns - c)
            cut += over
            rowspan, _ = _span(element_cell, "rowspan", len(rows) - r)
            while colspan > 1 and any((r, c + i) in taken for i in range(colspan)):
                colspan -= 1
            for i in range(rowspan):
                taken.update((r + i, c + j) for j in range(colspan))
            nested.extend(t for t in element_cell.iterdescendants("table") if _outermost(t, element))
            place = Place(table=number, row=r + 1, col=c + 1, address=paths.path(element_cell))
            text = printed_text(element_cell)
            if text and not visible(element_cell):
                text, hidden = "", hidden + 1
            cells.append(Cell(r, c, text, (place,), rowspan=rowspan, colspan=colspan))
            c += colspan
            n_cols = max(n_cols, c)
    table = Table(number, len(rows), n_cols, cells, parent=parent)
    return BuiltTable(table, nested, cut, hidden, [text for text in beyond if text])


def _not_laid_out(table: XmlElement) -> list[XmlElement]:
    """Rows and cells of this table that are not shown, also in parts of it that are not."""
    return [
        e for e in table.iter("tr", "td", "th", "tbody", "thead", "tfoot") if not laid_out(e) and _outermost(e, table)
    ]


def _span(cell: XmlElement, name: str, most: int) -> tuple[int, int]:
    """(span, 1 if it was cut down); `rowspan=0` reaches to the end."""
    found = re.match(r"\s*\+?(\d{1,7})(?!\d)", cell.get(name) or "", re.ASCII)  # HTML 2.3.4.2: digits, then anything
    value = int(found.group(1)) if found else 1
    if value == 0:
        value = most if name == "rowspan" else 1
    return min(value, most), int(value > most and name == "colspan")
