"""Tables as grids: which cells stand over a cell and before it, with rowspan and colspan. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import html

_MAX_ROWS = 8000
_MAX_WIDTH = 120
_MAX_HEADS = 5  # rows of a head
_MAX_SPAN = 200


class Grid:
    """Cells of one table (not of tables inside it) by row and column."""

    def __init__(self, rows: list[list[html.HtmlElement | None]], quiet: list[bool]) -> None:
        self._rows = rows
        self._places: dict[html.HtmlElement, tuple[int, int]] = {}
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    self._places.setdefault(cell, (number, column))
        self._heads = _head_rows(rows, quiet)
        self._sections = self._find_sections(quiet)

    def _find_sections(self, quiet: list[bool]) -> list[html.HtmlElement | None]:
        """For each row the row of a single cell over it, where there is one."""
        found: list[html.HtmlElement | None] = []
        last: html.HtmlElement | None = None
        for number, row in enumerate(self._rows):
            cells = list(dict.fromkeys(one for one in row if one is not None))
            if len(cells) == 1 and quiet[number] and (cells[0].text_content() or "").strip():
                last = cells[0]
            found.append(last)
        return found

    def width_at(self, cell: html.HtmlElement) -> int:
        """How many different cells the row of a cell has."""
        place = self._places.get(cell)
        return len({one for one in self._rows[place[0]] if one is not None}) if place else 0

    def before(self, cell: html.HtmlElement) -> list[html.HtmlElement]:
        """The cells of a cell's row before it, those that reach down from above too."""
        place = self._places.get(cell)
        if place is None:
            return []
        row = self._rows[place[0]]
        return list(dict.fromkeys(one for one in row[: place[1]] if one is not None and one is not cell))

    def heads(self, cell: html.HtmlElement) -> Iterator[html.HtmlElement]:
        """The cells of the head over a cell, outermost first."""
        place = self._places.get(cell)
        if place is None or place[0] < self._heads:
            return
        seen = None
        for row in self._rows[: self._heads]:
            over = row[place[1]] if place[1] < len(row) else None
            if over is not None and over is not seen:
                seen = over
                yield over

    def section(self, cell: html.HtmlElement) -> html.HtmlElement | None:
        """The row of a single cell that stands over a cell's row (2023年, 党群部门)."""
        place = self._places.get(cell)
        if place is None:
            return None
        found = self._sections[place[0]]
        return found if found is not cell else None


def _head_rows(rows: list[list[html.HtmlElement | None]], quiet: list[bool]) -> int:
    """How many of the first rows are the head: those that lead nowhere, as long as a row below does."""
    count = 0
    for number, row in enumerate(rows[:_MAX_HEADS]):
        cells = [one for one in row if one is not None]
        if not quiet[number] or not cells:
            break
        count = number + 1
        if len(set(cells)) == len(cells):  # no cell that spans several columns: what follows are rows of the list
            break
    return count if count < len(rows) else 0


def grid_of(table: html.HtmlElement, is_quiet: Callable[[html.HtmlElement], bool]) -> Grid | None:
    """The grid of a table; None for one that is too large, or has one row. is_quiet: a row that leads nowhere."""
    lines = list(_lines(table))
    if not 2 <= len(lines) <= _MAX_ROWS:
        return None
    rows: list[list[html.HtmlElement | None]] = []
    hanging: dict[int, tuple[html.HtmlElement, int]] = {}  # column → cell that reaches down, rows left
    for line in lines:
        row: list[html.HtmlElement | None] = []
        cells = [one for one in line if one.tag in {"td", "th"}]
        below: dict[int, tuple[html.HtmlElement, int]] = {}
        pending = iter(cells)
        cell = next(pending, None)
        while (cell is not None or len(row) in hanging) and len(row) < _MAX_WIDTH:
            at = len(row)
            if at in hanging:
                over, left = hanging[at]
                row.append(over)
                if left > 1:
                    below[at] = (over, left - 1)
                continue
            assert cell is not None
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            for column in range(at, min(at + width, _MAX_WIDTH)):
                row.append(cell)
                if height > 1:
                    below[column] = (cell, height - 1)
            cell = next(pending, None)
        hanging = below
        rows.append(row)
    return Grid(rows, [is_quiet(line) for line in lines])


def _lines(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for one in table:
        if one.tag == "tr":
            yield one
        elif one.tag in {"thead", "tbody", "tfoot"}:
            yield from (line for line in one if line.tag == "tr")


def _span(cell: html.HtmlElement, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return max(1, min(int(value), _MAX_SPAN)) if value.isdecimal() and len(value) < 6 else 1
