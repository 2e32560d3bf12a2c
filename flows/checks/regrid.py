"""Other readings of a table's grid: the same printed characters, cut or placed another way.

What a grid can get wrong, each tried at the suspected cell against the amount that would restore the sums:

 - split: two numbers that ran together in one cell (`12.34 56.78`, `12.3456.78`);
 - merge: one number cut over two cells or two lines of text (`1,234,5` above `67.00`, or beside it);
 - shift: the cell is blank, and the amount stands beside it where no amount belongs.

Nothing is changed: what fits is offered beside what was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal, cast

import msgspec

from flows.checks.noun import Cell
from flows.checks.views import AnyRow, DocumentFacts
from flows.checks.words import UNITS
from flows.lazy_rows import rows_with
from normalize.amount import parse_number

How = Literal["split", "merge", "shift"]
_PARTS: Final = re.compile(r"-?\d[\d,，]*(?:\.\d{2})(?=\d|\s|$)|-?[\d,，.]+")
_FRAGMENT: Final = re.compile(r"[-\d,，.\s]{1,24}")
MOST: Final = 40
_GRID: Final = "grid"

Grid = dict[tuple[int, int, int], AnyRow]


class Regrid(msgspec.Struct, frozen=True):
    """A reading that fits: the text, how it is made, and the place it was taken from."""

    text: str
    how: How
    place: str


def regrid(facts: DocumentFacts, cell: Cell, meant: Decimal, slack: Decimal) -> Regrid | None:
    """The first other reading of the grid that gives the cell the amount `meant` (yuan), within `slack`."""
    unit = UNITS.get(cell.unit or "")
    at = _position(cell.place)
    if unit is None or at is None or not meant:
        return None
    for tried, one in enumerate(_readings(_grid(facts), at, cell)):
        if tried >= MOST:
            break
        number = parse_number(one.text).number
        if number is not None and abs(number * unit - meant) <= slack:
            return one
    return None


def _grid(facts: DocumentFacts) -> Grid:
    """(table, row, column) → row of raw_cells; made once."""
    found = facts.made.get(_GRID)
    if found is None:
        found = {
            (row["table_no"], row["row_no"], row["col_no"]): row
            for row in rows_with(facts.tables.get("raw_cells", ()), "table_no")
        }
        facts.made[_GRID] = found
    return cast(Grid, found)


def _position(place: str) -> tuple[int, int, int] | None:
    match = re.fullmatch(r"t(\d+)\.r(\d+)\.c(\d+)", place)
    return None if match is None else (int(match[1]), int(match[2]), int(match[3]))


def _readings(grid: Grid, at: tuple[int, int, int], cell: Cell) -> Iterator[Regrid]:
    table, row, col = at
    own = _text(grid, at)
    beside = {"left": (table, row, col - 1), "right": (table, row, col + 1)}
    lines = {"above": (table, row - 1, col), "below": (table, row + 1, col)}
    for text in _split(own):
        yield Regrid(text, "split", cell.place)
    for where, place in {**lines, **beside}.items():
        other = _text(grid, place)
        if not other or not _FRAGMENT.fullmatch(other):
            continue
        if where in beside:
            for text in _split(other):
                yield Regrid(text, "split", _ref(place))
        if own and _FRAGMENT.fullmatch(own):
            first, second = (other, own) if where in ("left", "above") else (own, other)
            yield Regrid("".join((first + second).split()), "merge", _ref(place))
        if where in beside and not own and grid[place]["fact_id"] is None:
            yield Regrid(other, "shift", _ref(place))


def _split(text: str) -> list[str]:
    """The numbers of a text that holds more than one; none for a plain number."""
    parts = [part for part in _PARTS.findall(text) if any(char.isdigit() for char in part)]
    return parts if len(parts) > 1 else []


def _text(grid: Grid, at: tuple[int, int, int]) -> str:
    row = grid.get(at)
    return "" if row is None else str(row["text"] or "").strip()


def _ref(at: tuple[int, int, int]) -> str:
    return f"t{at[0]}.r{at[1]}.c{at[2]}"
