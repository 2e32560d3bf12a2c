"""Where an error is: the one cell whose change restores every identity that fails, and breaks none that holds.

All sums judged in a document make one system: every printed amount stands in some of them. A wrong amount puts out the
sums that pass through it, each by the same difference; what is right elsewhere still agrees. The cell that stands in
all sums put out, each of which the same change of it would restore, and in no sum that holds, is the wrong one. Where
several cells would do (a sum that crosses no other), other statements that print the same line decide (`twins`): the
amount that restores the sums stands there, or the suspected one does; so does the prose. Then by how little the print
would have to change: one digit, two digits exchanged, the decimal point moved, a sign or a unit lost. Of two that are
alike in all this (the two sides of an equality) the one that is printed unlike its neighbours comes first.

A blank may be the wrong cell, too: the amount was left out. And where the sums of one line fail in several columns,
while every line is consistent in itself, no cell is wrong: a line is missing (`lacking`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from flows.checks.noun import Cell
from flows.checks.prose import fold
from flows.checks.tolerance import tolerance
from flows.checks.views import LineView, StatementView
from flows.checks.words import UNITS

_ORDINAL = re.compile(r"^(?:[一二三四五六七八九十]+、|\(?[一二三四五六七八九十]+\)|\d+[.、])+")
_MAIN = frozenset({"total", "amount"})
_TOTALS = frozenset({"income_total", "expenditure_total", "grand_total", "income_current", "expenditure_current"})
MOST_SUMS = 60
MOST_SUSPECTS = 3
OMITTED = 3  # a blank for an amount: no slip, but what a blank is suspected of
UNLIKE = 9
NEAR = 10  # steps of the last digit within which the amount meant is looked for


class Sum(msgspec.Struct):
    """One identity `left = Σ terms`, blanks among the terms; residual: left − Σ terms printed; bound: what rounding
    explains."""

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


class Lacking(msgspec.Struct, frozen=True):
    """Sums over lines, all of one line (`left` of each), that lack what a line of their own would print.

    amounts: the total's cell in each column, and what its sum lacks (yuan).
    """

    amounts: tuple[tuple[Cell, Decimal], ...]


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
        printed = (left, *terms)
        whole = (*printed, *(cell for cell in cells[1:] if cell.empty))
        found.setdefault(key_of(cells), Sum(whole, left.yuan - total, tolerance(cell.resolution for cell in printed)))
    return list(found.values())


def key_of(cells: Sequence[Cell]) -> tuple[str, ...]:
    """What makes two identities the same sum: the total, and the terms that are printed."""
    return (cells[0].ident, *sorted(term.ident for term in cells[1:] if term.yuan is not None))


Twins = Mapping[str, frozenset[Decimal]]


def twins_of(statements: Iterable[StatementView]) -> dict[str, frozenset[Decimal]]:
    """Cell.ident → amounts that other statements print for the same line and the same kind of money.

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
            own = twins.setdefault(cell.ident, set())
            own.update(yuan for statement, yuan in amounts if statement != cell.statement)
    return {ident: frozenset(amounts) for ident, amounts in twins.items()}


def _names(line: LineView) -> list[str]:
    if line.role == "grand_total" or line.key in _TOTALS:
        return ["total"]
    label = _ORDINAL.sub("", fold(line.label))
    names = [f"label:{label}"] if line.class_system == "functional" or (line.key or "").startswith("function:") else []
    return [f"{line.class_system}:{line.code}", *names] if line.code and line.class_system else names


def locate(sums: Sequence[Sum], twins: Twins | None = None) -> list[Located]:
    """The errors of a document, one for each group of failing sums that hang together."""
    groups = _groups([one for one in sums if one.fails])
    usual = _usual_places(sums) if groups else {}
    return [found for group in groups if (found := _of_group(group, sums, twins or {}, usual))]


def _groups(failing: Sequence[Sum]) -> list[list[Sum]]:
    """Failing sums that share a cell, directly or by way of others."""
    groups: list[list[Sum]] = []
    places: list[set[str]] = []
    for one in failing:
        own = {cell.ident for cell in one.cells}
        touching = [index for index, others in enumerate(places) if others & own]
        group, union = [one], own
        for index in reversed(touching):
            group = groups.pop(index) + group
            union = places.pop(index) | union
        groups.append(group)
        places.append(union)
    return groups


def _of_group(group: list[Sum], sums: Sequence[Sum], twins: Twins, usual: Mapping[str, int]) -> Located | None:
    if len(group) > MOST_SUMS:
        return None
    through: dict[str, list[tuple[Sum, int]]] = {}
    for one in sums:
        for index, cell in enumerate(one.cells):
            through.setdefault(cell.ident, []).append((one, 1 if index == 0 else -1))
    cells = {cell.ident: cell for one in group for cell in one.cells}
    best: list[tuple[tuple[int, int, int], int, Suspect]] = []
    for ident, cell in cells.items():
        found = _judge(cell, through[ident], group, twins.get(cell.ident, frozenset()))
        if found is not None:
            best.append((found[0], _is_usual(cell, found[1], usual), found[1]))
    if not best:
        return None
    best.sort(key=lambda one: (one[0], one[1], one[2].cell.ident))
    top = best[0][0]
    alike = [suspect for rank, _, suspect in best if rank == top]
    return Located(tuple(group), tuple(alike[:MOST_SUSPECTS]))


def _places(cell: Cell) -> int:
    """Decimals printed."""
    return len((cell.printed or "").strip().partition(".")[2])


def _usual_places(sums: Iterable[Sum]) -> dict[str, int]:
    """Statement → decimals most of its amounts print."""
    counted: dict[str, Counter[int]] = {}
    for cell in {cell.ident: cell for one in sums for cell in one.cells if cell.known and cell.yuan}.values():
        counted.setdefault(cell.statement, Counter())[_places(cell)] += 1
    return {statement: own.most_common(1)[0][0] for statement, own in counted.items()}


def _is_usual(cell: Cell, suspect: Suspect, usual: Mapping[str, int]) -> int:
    """0 for a cell that is printed unlike the others (other decimals, a sign to lose), else 1."""
    if not cell.yuan:
        return 1
    odd = cell.yuan < 0 < suspect.yuan or _places(cell) != usual.get(cell.statement)
    return 0 if odd else 1


def _judge(
    cell: Cell, through: list[tuple[Sum, int]], group: list[Sum], twins: frozenset[Decimal]
) -> tuple[tuple[int, int, int], Suspect] | None:
    """((sums left out + sums broken, −sums restored, unlikeness), suspect): the best change of this cell, if any."""
    printed = cell.yuan or Decimal(0)
    best: tuple[tuple[int, int, int], Suspect] | None = None
    for one, sign in through:
        if not one.fails:
            continue
        change = -one.residual / sign
        restored = broken = 0
        for other, its in through:
            after = abs(other.residual + its * change) <= other.bound
            restored += int(other.fails and after)
            broken += int(not other.fails and not after)
        meant, likeness = _likeliest(cell, printed + change, one.bound, twins)
        rank = (len(group) - restored + broken, -restored, likeness)
        if best is None or rank < best[0]:
            best = (rank, Suspect(cell, meant, likeness))
    return best


def _likeliest(cell: Cell, meant: Decimal, bound: Decimal, twins: frozenset[Decimal]) -> tuple[Decimal, int]:
    """The amount the cell was likeliest to print, as near to `meant` as rounding leaves it, and its unlikeness."""
    step = cell.resolution or Decimal(1)
    reach = min(NEAR, int(bound / step))
    near = [meant + step * count for count in sorted(range(-reach, reach + 1), key=abs)]
    confirmed = next((yuan for yuan in near if yuan in twins), None)
    if confirmed is not None:
        return confirmed, -1
    if cell.yuan is None:
        return meant, OMITTED if meant > 0 else UNLIKE
    told = UNLIKE if cell.yuan in twins else 0
    yuan, likeness = min(
        ((yuan, unlikeness(cell, yuan) + (yuan != meant)) for yuan in near), key=lambda one: (one[1], one[0] != meant)
    )
    return (yuan, min(UNLIKE, told + likeness)) if likeness <= 1 else (meant, min(UNLIKE, told + likeness))


def lacking(sums: Sequence[Sum]) -> list[Lacking]:
    """Lines that are missing: the sums of one total over other lines fail in two or more columns, and no sum within
    one of these lines fails."""
    failing = [one for one in sums if one.fails]
    within = {line_of(one.cells[0]) for one in failing if _is_within(one)}
    found: dict[str, list[Sum]] = {}
    for one in failing:
        if is_over_lines(one.cells) and not within & {line_of(cell) for cell in one.cells}:
            found.setdefault(line_of(one.cells[0]), []).append(one)
    lacks = []
    for group in found.values():
        if len({one.cells[0].ident for one in group}) == len(group) >= 2:
            lacks.append(Lacking(tuple((one.cells[0], one.residual) for one in group)))
    return lacks


def line_of(cell: Cell) -> str:
    """The printed line a cell stands on: `t9.r10`."""
    return cell.place.rpartition(".")[0]


def is_over_lines(cells: Sequence[Cell]) -> bool:
    """A sum down one statement: every amount on a line of its own."""
    return len({line_of(cell) for cell in cells}) == len(cells) and len({cell.statement for cell in cells}) == 1


def _is_within(one: Sum) -> bool:
    return all(line_of(cell) == line_of(one.cells[0]) for cell in one.cells)


def unlikeness(cell: Cell, yuan: Decimal) -> int:
    """How unlike a slip of the pen it is to print the cell for this amount: 0 one digit, point, sign or unit; 9
    none."""
    assert cell.yuan is not None
    printed, meant = cell.yuan, yuan
    if meant == -printed:
        return 0
    if meant == 0:
        return 1
    if (meant < 0) != (printed < 0):
        return 9  # another sign and other digits
    if printed and abs(meant / printed) in _SCALES:
        return 0
    scale = UNITS.get(cell.unit or "", Decimal(1))
    step = cell.resolution or scale
    one, two = _digits(printed, step, scale), _digits(meant, step, scale)
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
    if len(one) < len(two) and _one_zeroed(one, two):
        return 0
    return 8 if meant >= 0 or printed < 0 else 9


_SCALES = frozenset(Decimal(10) ** power for power in (-6, -4, -3, -2, -1, 1, 2, 3, 4, 6))


def _digits(yuan: Decimal, step: Decimal, scale: Decimal) -> str:
    """The digits printed, the zero before the point among them: 0.66 is `066`."""
    if not step:
        return str(abs(yuan))
    decimals = max(0, (scale / step).adjusted())
    return str(int(abs(yuan) / step)).zfill(decimals + 1)


def _one_dropped(one: str, two: str) -> bool:
    short, long = sorted((one, two), key=len)
    return any(long[:index] + long[index + 1 :] == short for index in range(len(long)))


def _one_zeroed(one: str, two: str) -> bool:
    """The first digit became a zero, which a number does not show: 39.00 printed 09.00."""
    return two[1:].lstrip("0").zfill(1) == one.lstrip("0").zfill(1)
