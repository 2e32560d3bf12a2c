"""Tables without rulings, or with horizontal ones only: put among the grids of their pages, over page breaks too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extract.readers.aligned_find import (
    APART,
    EDGE,
    MOST_BETWEEN,
    Found,
    between_rules,
    by_numbers,
    centre_of,
    has_numbers,
    is_prose,
    left_of,
    made,
    right_of,
    sound,
    stand_under,
    with_rules,
)
from extract.readers.aligned_layout import (
    lay_out,
    numeric_columns,
)
from extract.readers.alignment import (
    Band,
    Span,
    Tableau,
    band_of,
    column_range,
    is_number,
    within,
)
from extract.readers.lines import Line
from extract.readers.pdf_pieces import Grid, GridCell, Sheet, middle

_DIGIT = re.compile(r"\d")
FEWEST_ROWS = 3  # of numbers, in a table without rules …
FEWEST_RULES = 3  # … and of these where a table has nothing but rules
_FREE = 99.0  # widths of a character: an edge nobody drew broke no line


def add_aligned(sheets: Sequence[Sheet]) -> None:
    """Puts tables found by alignment among the grids of each sheet, and takes their lines from its free lines.

    `fields` of the sheets must be known. Tables that go on over page breaks get the same edges on each page. On a page
    of which not everything was read nothing is said to be in columns.
    """
    chain: list[Found] = []
    for sheet in sheets:
        if sheet.frame.cut:
            continue
        found = _tables_of(sheet, chain[-1] if chain and _is_open(chain[-1], sheet) else None)
        for number, table in enumerate(found):
            joined = _same_columns([*chain, table]) if chain and number == 0 and _is_open(chain[-1], sheet) else None
            if joined is None:
                _put(chain)
                chain = [table]
            else:
                chain = joined
    _put(chain)


def _is_open(last: Found, sheet: Sheet) -> bool:
    """Whether the table may go on on `sheet`: the next page, and nothing stands below it on its own."""
    before = last.sheet
    foot = last.layout.ys[-1]
    return (
        sheet.number == before.number + 1
        and sheet.format == before.format
        and all(middle(line) < foot for _, line in before.body())
        and all(grid.ys[0] < foot for grid in before.grids)
    )


def _same_columns(chain: Sequence[Found]) -> list[Found] | None:
    """The pieces over the columns of all of them; None where their texts do not make the same columns."""
    size = chain[0].table.size
    spans = sorted(span for piece in chain for span in piece.columns)
    columns: list[Span] = []
    for x0, x1 in spans:
        if columns and x0 < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], x1))
        else:
            columns.append((x0, x1))
    most = max(len(piece.columns) for piece in chain)
    if len(columns) != most or len(chain[-1].columns) < 2:
        return None
    if any(_is_aligned_over(chain[-2], chain[-1], column, size) is False for column in columns):
        return None
    extents = [piece.extent for piece in chain if piece.extent is not None]
    extent = (min(e[0] for e in extents), max(e[1] for e in extents)) if extents else None
    return [
        replace(piece, columns=tuple(columns), extent=extent, layout=lay_out(piece.table, columns, extent))
        for piece in chain
    ]


def _is_aligned_over(upper: Found, lower: Found, column: Span, size: float) -> bool | None:
    """Whether the texts of a column stand on the same edge on both pages; None where it is blank on one of them."""
    one, other = (
        [run for band in piece.table.body for run in band.runs if within(run, column)] for piece in (upper, lower)
    )
    if not one or not other:
        return None
    return any(
        abs(a - b) < EDGE * size
        for edge in (left_of, right_of, centre_of)
        for a in map(edge, one)
        for b in map(edge, other)
    )


def _put(chain: Sequence[Found]) -> None:
    for found in chain:
        sheet = found.sheet
        sheet.grids.append(_grid(found))
        sheet.grids.sort(key=lambda grid: (grid.ys[0], grid.xs[0]))
        taken = {id(band.line) for band in found.table.bands}
        fields = {id(sheet.lines[index]) for index in sheet.fields}
        sheet.lines[:] = [line for line in sheet.lines if id(line) not in taken]
        sheet.fields = {index for index, line in enumerate(sheet.lines) if id(line) in fields}


def _grid(found: Found) -> Grid:
    cells = tuple(
        GridCell(cell.row, cell.col, cell.rowspan, cell.colspan, found.layout.box(cell), cell.text, _FREE)
        for cell in found.layout.cells
    )
    sizes = Counter(round(band.size, 1) for band in found.table.bands)
    return Grid(found.layout.xs, found.layout.ys, cells, sizes.most_common(1)[0][0], ruled=False)


# ---------------------------------------------------------------------------------------------------------- a page
def _tables_of(sheet: Sheet, before: Found | None) -> list[Found]:
    """Tables of one page, top to bottom. before: one of the page before that may go on here."""
    found: list[Found] = []
    free = [line for _, line in sheet.body()]
    if before is None and not any(" " in line.text or "\u3000" in line.text for line in free):
        return found  # a line with a wide gap has white space in its text
    for zone in _zones(sheet, free):
        goes_on = before is not None and zone[0] is free[0]
        if not goes_on and len(sheet.frame.rules) < FEWEST_RULES and sum(map(_may_be_row, zone)) < FEWEST_ROWS:
            continue
        bands = [band_of(line) for line in zone]
        if before is not None and goes_on:
            rest = _continued(before, sheet, bands)
            if rest is not None:
                found.append(rest)
                bands = bands[len(rest.table.bands) :]
        found.extend(between_rules(sheet, bands))
        taken = {id(band) for table in found for band in table.table.bands}
        found.extend(by_numbers(sheet, [band for band in bands if id(band) not in taken]))
    return sorted(found, key=lambda table: table.layout.ys[0])


def _may_be_row(line: Line) -> bool:
    return (" " in line.text or "\u3000" in line.text) and _DIGIT.search(line.text) is not None


def _zones(sheet: Sheet, lines: Sequence[Line]) -> list[list[Line]]:
    """Lines between two grids, top to bottom; lines beside a grid are in none."""
    zones: dict[int, list[Line]] = {}
    for line in lines:
        y = middle(line)
        if not any(grid.ys[0] <= y <= grid.ys[-1] for grid in sheet.grids):
            zones.setdefault(sum(grid.ys[-1] < y for grid in sheet.grids), []).append(line)
    return [sorted(zone, key=middle) for _, zone in sorted(zones.items())]


# -------------------------------------------------------------------------------------------------- over page breaks
def _continued(before: Found, sheet: Sheet, bands: Sequence[Band]) -> Found | None:
    """The first lines of a page, as far as they go on in the columns of the table that ended the page before."""
    last = numeric_columns(before.table.body, before.columns)
    known = {i: [r for b in before.table.body for r in b.runs if within(r, before.columns[i])] for i in last}
    n_rows = n_lines = 0
    for number, band in enumerate(bands):
        if number and band.top - bands[number - 1].bottom > APART * band.size:
            break
        if abs(band.size - before.table.size) > 0.08 * band.size or is_prose(band, before.layout.xs[-1]):
            break
        ranges = [column_range(run, before.columns) for run in band.runs]
        if any(first != end for first, end in ranges):
            break
        numbers = [(i, run) for (i, _), run in zip(ranges, band.runs, strict=True) if is_number(run)]
        if has_numbers(band):
            if not any(i in known and any(stand_under(run, other) for other in known[i]) for i, run in numbers):
                break
            n_rows += 1
            n_lines = number + 1
        elif number - n_lines >= MOST_BETWEEN:
            break
    if not n_rows or (n_lines and not has_numbers(bands[0])):
        return None  # a header of its own: found like any other table
    table = with_rules(Tableau((), tuple(bands[:n_lines])), sheet)
    columns = _taken_columns(table, before.columns)
    return sound(made(sheet, table, columns)) if columns is not None else None


def _taken_columns(table: Tableau, columns: Sequence[Span]) -> list[Span] | None:
    """The columns of the page before, as wide as the texts of this page need; None where they meet."""
    wide = list(columns)
    for band in table.bands:
        for run in band.runs:
            i, _ = column_range(run, columns)
            wide[i] = (min(wide[i][0], run.box[0]), max(wide[i][1], run.box[2]))
    return wide if all(a[1] < b[0] for a, b in pairwise(wide)) else None
