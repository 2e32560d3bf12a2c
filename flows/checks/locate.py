"""Where an error is: the one cell whose change restores every identity that fails, and breaks none that holds.

All sums judged in a document make one system: every printed amount stands in some of them. A wrong amount puts out the
sums that pass through it, each by the same difference; what is right elsewhere still agrees. The cell that stands in
all sums put out, each of which the same change of it would restore, and in no sum that holds, is the wrong one. Where
several cells would do (a sum that crosses no other), other statements that print the same line decide (`twins`): the
amount that restores the sums stands there, or the suspected one does. Then by how little the print would have to
change: one digit, two digits exchanged, the decimal point moved, a sign or a unit lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from flows.checks.facts import LineView, StatementView
from flows.checks.noun import Cell
from flows.checks.prose import fold
from flows.checks.tolerance import tolerance
from flows.checks.words import UNITS

_ORDINAL = re.compile(r"^(?:[一二三四五六七八九十]+、|\(?[一二三四五六七八九十]+\)|\d+[.、])+")
_MAIN = frozenset({"total", "amount"})
_TOTALS = frozenset({"income_total", "expenditure_total", "grand_total", "income_current", "expenditure_current"})
MOST_SUMS = 60
MOST_SUSPECTS = 3
UNLIKE = 9


class Sum(msgspec.Struct):
    """One identity `left = Σ terms` of printed amounts; residual: left − Σ terms; bound: what rounding explains."""

    cells: tuple[Cell, ...]
    residual: Decimal
    bound: Decimal

    @property
    def fails(self) -> bool:
        return abs(self.residual) > self.bound


class Suspect(msgspec.Struct, frozen=True):
    """A cell, and the amount (yuan) that would restore every sum through it. likeness: 0 for the likeliest slip."""

    cell: Cell
    yuan: Decimal
    likeness: int


class Located(msgspec.Struct, frozen=True):
    """One error: the sums it puts out, and the cells that may be wrong, the likeliest first."""

    sums: tuple[Sum, ...]
    suspects: tuple[Suspect, ...]


def sums_of(identities: Iterable[tuple[Cell, ...]]) -> list[Sum]:
    """Identities as sums, each once; the same cells summed twice (by two checks) are one sum."""
    found: dict[tuple[str, ...], Sum] = {}
    for cells in identities:
        left, terms = cells[0], [cell for cell in cells[1:] if cell.yuan is not None]
        if left.yuan is None or not terms:
            continue
        total = sum((term.yuan for term in terms if term.yuan is not None), Decimal(0))
        key = (left.place, *sorted(term.place for term in terms))
        printed = (left, *terms)
        found.setdefault(key, Sum(printed, left.yuan - total, tolerance(cell.resolution for cell in printed)))
    return list(found.values())


Twins = Mapping[str, frozenset[Decimal]]


def twins_of(statements: Iterable[StatementView]) -> dict[str, frozenset[Decimal]]:
    """Place of a cell → amounts that other statements print for the same line and the same kind of money.

    The same line: the same code; where a statement prints no codes, the same label (一、教育支出, 205 教育支出); or the
    totals of the statements.
    """
    known: dict[tuple[str, str], list[Cell]] = {}
    for statement in statements:
        for line in statement.lines:
            names = _names(line)
            for column, cell in line.cells.items():
                if not cell.known or column.key is None:
                    continue
                kind = "total" if column.key in _MAIN else column.key
                for name in names:
                    known.setdefault((name, kind), []).append(cell)
    twins: dict[str, set[Decimal]] = {}
    for cells in known.values():
        amounts = {(cell.statement, cell.yuan) for cell in cells if cell.yuan is not None}
        for cell in cells:
            own = twins.setdefault(cell.place, set())
            own.update(yuan for statement, yuan in amounts if statement != cell.statement)
    return {place: frozenset(amounts) for place, amounts in twins.items()}


def _names(line: LineView) -> list[str]:
    if line.role == "grand_total" or line.key in _TOTALS:
        return ["total"]
    label = _ORDINAL.sub("", fold(line.label))
    names = [f"label:{label}"] if line.class_system == "functional" or (line.key or "").startswith("function:") else []
    return [f"{line.class_system}:{line.code}", *names] if line.code and line.class_system else names


def locate(sums: Sequence[Sum], twins: Twins | None = None) -> list[Located]:
    """The errors of a document, one for each group of failing sums that hang together."""
    groups = _groups([one for one in sums if one.fails])
    return [found for group in groups if (found := _of_group(group, sums, twins or {}))]


def _groups(failing: Sequence[Sum]) -> list[list[Sum]]:
    """Failing sums that share a cell, directly or by way of others."""
    groups: list[list[Sum]] = []
    places: list[set[str]] = []
    for one in failing:
        own = {cell.place for cell in one.cells}
        touching = [index for index, others in enumerate(places) if others & own]
        group, union = [one], own
        for index in reversed(touching):
            group = groups.pop(index) + group
            union = places.pop(index) | union
        groups.append(group)
        places.append(union)
    return groups


def _of_group(group: list[Sum], sums: Sequence[Sum], twins: Twins) -> Located | None:
    if len(group) > MOST_SUMS:
        return None
    through: dict[str, list[tuple[Sum, int]]] = {}
    for one in sums:
        for index, cell in enumerate(one.cells):
            through.setdefault(cell.place, []).append((one, 1 if index == 0 else -1))
    best: list[tuple[tuple[int, int, int], Suspect]] = []
    for cell in {cell.place: cell for one in group for cell in one.cells}.values():
        found = _judge(cell, through[cell.place], group, twins.get(cell.place, frozenset()))
        if found is not None:
            best.append(found)
    if not best:
        return None
    best.sort(key=lambda one: (one[0], one[1].cell.place))
    top = best[0][0]
    alike = [suspect for rank, suspect in best if rank == top]
    return Located(tuple(group), tuple(alike[:MOST_SUSPECTS]))


def _judge(
    cell: Cell, through: list[tuple[Sum, int]], group: list[Sum], twins: frozenset[Decimal]
) -> tuple[tuple[int, int, int], Suspect] | None:
    """((sums left out + sums broken, −sums restored, unlikeness), suspect): the best change of this cell, if any."""
    assert cell.yuan is not None
    best: tuple[tuple[int, int, int], Suspect] | None = None
    changes = {-one.residual / sign for one, sign in through if one.fails}
    for change in changes:
        restored = broken = 0
        for one, sign in through:
            after = abs(one.residual + sign * change) <= one.bound
            restored += int(one.fails and after)
            broken += int(not one.fails and not after)
        left_out = len(group) - restored
        yuan = cell.yuan + change
        told = -1 if yuan in twins else UNLIKE if cell.yuan in twins else 0
        rank = (left_out + broken, -restored, min(UNLIKE, max(-1, told + unlikeness(cell, yuan))) if told >= 0 else -1)
        if best is None or rank < best[0]:
            best = (rank, Suspect(cell, yuan, rank[2]))
    return best


def unlikeness(cell: Cell, yuan: Decimal) -> int:
    """How unlike a slip of the pen it is to print the cell for this amount: 0 one digit, point, sign or unit; 9
    none."""
    assert cell.yuan is not None
    printed, meant = cell.yuan, yuan
    if meant == -printed or (meant == 0 and printed != 0):
        return 1
    if printed and meant and (abs(meant / printed) in _SCALES):
        return 0
    scale = UNITS.get(cell.unit or "", Decimal(1))
    step = cell.resolution or scale
    one, two = _digits(printed, step), _digits(meant, step)
    if one == two:
        return 0
    if len(one) == len(two):
        differ = [index for index in range(len(one)) if one[index] != two[index]]
        if len(differ) == 1:
            return 0
        if len(differ) == 2 and one[differ[0]] == two[differ[1]] and one[differ[1]] == two[differ[0]]:
            return 0
        return 2 if len(differ) == 2 else 6
    if abs(len(one) - len(two)) == 1 and _one_dropped(one, two):
        return 1
    return 8 if meant >= 0 or printed < 0 else 9


_SCALES = frozenset(Decimal(10) ** power for power in (-6, -4, -3, -2, -1, 1, 2, 3, 4, 6))


def _digits(yuan: Decimal, step: Decimal) -> str:
    return str(int(abs(yuan) / step)) if step else str(abs(yuan))


def _one_dropped(one: str, two: str) -> bool:
    short, long = sorted((one, two), key=len)
    return any(long[:index] + long[index + 1 :] == short for index in range(len(long)))
