"""The sums that a form promises (`identities` in its YAML), checked on a statement as printed.

This is the reader's own test: where a populated statement breaks an identity of its form, either the reading is wrong
or the source is. Amounts are compared in the unit that is printed, so no unit need be known. A blank is not a zero: it
is left out of a sum, and a sum with nothing on one side is not judged. Rounding: half of the last printed digit for
every number that takes part, as in `flows.checks.tolerance`; trailing zeros that a spreadsheet drops make no number
less exact than its statement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import msgspec

from extract.document import Amount, Column, Line, Statement
from extract.form import Form, FormIdentity
from normalize.amount import PrintedNumber, parse_number

Outcome = Literal["holds", "rounding", "fails", "not_assessable"]
QUARTER: Final = 4
CONTINUES: Final = re.compile(r"continues table (\d+)")
_RATE: Final = re.compile(r"%|％|率$|比例$|占比$")
_LEAD: Final = ("total", "amount")


@dataclass(frozen=True, slots=True)
class Judged:
    """One identity on one line or column. where: label or header it was judged on; why: set when not assessable."""

    identity: str
    where: str
    outcome: Outcome
    left: Decimal | None = None
    right: Decimal | None = None
    why: str = ""


@dataclass(slots=True)
class _View:
    """A statement as numbers: (line, column) → what is printed."""

    statement: Statement
    numbers: dict[tuple[int, int], PrintedNumber]
    decimals: int

    def value(self, line: int, column: int) -> PrintedNumber | None:
        number = self.numbers.get((line, column))
        return number if number is not None and number.number is not None else None

    def columns(self, lane: int) -> list[Column]:
        return [
            c
            for c in self.statement.columns
            if c.role == "amount" and c.lane == lane and c.path and not _RATE.search(c.path[-1])
        ]


def judge(statement: Statement, form: Form) -> list[Judged]:
    """Every identity of the form on this statement; those that nothing printed touches are left out."""
    view = _view(statement)
    found: list[Judged] = []
    for identity in form.identities:
        if identity.scope == "columns":
            found.extend(_columns(view, identity, form))
        elif identity.scope == "lines":
            found.extend(_lines(view, identity, form))
        elif identity.scope == "codes":
            found.extend(_codes(view, identity))
        else:
            found.extend(_total_line(view, identity))
    return found


def joined(statements: Iterable[Statement]) -> list[Statement]:
    """Statements with the tables that go on another (`continues table N`) put behind it: one page's sums need the next.

    Columns of a continuation are found by their header, since blank columns of a frame come and go.
    """
    whole: dict[int, Statement] = {}
    into: dict[int, int] = {}
    for statement in statements:
        reason = statement.recognition.reasons[0] if statement.recognition.reasons else ""
        match = CONTINUES.match(reason)
        first = into.get(int(match[1])) if match else None
        if first is None:
            into[statement.table] = statement.table
            whole[statement.table] = statement
            continue
        into[statement.table] = first
        head = whole[first]
        offset = len(head.lines)
        places = _same_places(head.columns, statement.columns)
        amounts = [
            Amount(line=amount.line + offset, column=places[amount.column], text=amount.text)
            for amount in statement.amounts
            if amount.column in places
        ]
        state = "populated" if "populated" in (head.state, statement.state) else head.state
        whole[first] = msgspec.structs.replace(
            head, lines=[*head.lines, *statement.lines], amounts=[*head.amounts, *amounts], state=state
        )
    return list(whole.values())


def _same_places(head: list[Column], tail: list[Column]) -> dict[int, int]:
    """Column index in the continuation → index in its head: the k-th column of the same path."""
    free: dict[tuple[str, ...], list[int]] = {}
    for column in head:
        free.setdefault(column.path, []).append(column.index)
    return {column.index: free[column.path].pop(0) for column in tail if free.get(column.path)}


def _view(statement: Statement) -> _View:
    numbers = {(a.line, a.column): parse_number(a.text.text) for a in statement.amounts}
    counts = Counter(number.decimals for number in numbers.values() if number.state == "number")
    running, decimals = 0, 0
    for places in sorted(counts, reverse=True):
        running += counts[places]
        if running * QUARTER >= sum(counts.values()):
            decimals = places
            break
    return _View(statement, numbers, decimals)


def _judge(
    view: _View,
    identity: FormIdentity,
    where: str,
    left: PrintedNumber | None,
    plus: Iterable[PrintedNumber | None],
    *,
    minus: Iterable[PrintedNumber | None] = (),
) -> Judged | None:
    added = [number for number in plus if number is not None]
    taken = [number for number in minus if number is not None]
    if left is None or left.number is None or not added:
        if left is not None and left.number:
            return Judged(identity.id, where, "not_assessable", left.number, why="no part is printed")
        return None
    total = sum((n.number for n in added if n.number is not None), Decimal(0))
    total -= sum((n.number for n in taken if n.number is not None), Decimal(0))
    bound = sum((_resolution(view, n) for n in (left, *added, *taken)), Decimal(0)) / 2
    delta = abs(left.number - total)
    outcome: Outcome = "holds" if delta == 0 else "rounding" if delta <= bound else "fails"
    return Judged(identity.id, where, outcome, left.number, total)


def _resolution(view: _View, number: PrintedNumber) -> Decimal:
    return Decimal(1).scaleb(-max(number.decimals, view.decimals))


# ------------------------------------------------------------------------------------------------------------ columns


def _columns(view: _View, identity: FormIdentity, form: Form) -> Iterator[Judged]:
    assert identity.left is not None
    for lane in sorted({column.lane for column in view.statement.columns}):
        for prefix, columns in _groups(view.columns(lane)).items():
            by_key: dict[str, list[Column]] = {}
            for key, column in columns:
                by_key.setdefault(key, []).append(column)
            left = by_key.get(identity.left, [])
            right = list(dict.fromkeys(key for wanted in identity.right for key in _expanded(wanted, by_key, form)))
            parts = [column for key in right for column in by_key[key]]
            if len(left) != 1 or not parts or (len(parts) < 2 and not identity.minus):
                continue
            if any(len(by_key[key]) > 1 for key in right if not key.endswith("_part")):
                continue
            named = [column.path for column in parts]
            strange = [
                column
                for column in view.columns(lane)
                if column.key is None and not any(column.path[: len(path)] == path for path in named)
            ]
            taken = [column for key in identity.minus for column in by_key.get(key, [])]
            for index, line in enumerate(view.statement.lines):
                if line.lane != lane:
                    continue
                judged = _judge(
                    view,
                    identity,
                    f"{_name(line)}{prefix}",
                    view.value(index, left[0].index),
                    (view.value(index, column.index) for column in parts),
                    minus=(view.value(index, column.index) for column in taken),
                )
                if judged is None:
                    continue
                outside = [column for column in parts if not _of_which(column)]
                if judged.outcome == "fails" and len(outside) > 1:
                    # 其中 columns may be the parts of the total or parts of its parts; the print does not say.
                    values = [view.value(index, column.index) for column in outside]
                    without = _judge(view, identity, judged.where, view.value(index, left[0].index), values)
                    judged = without if without is not None and without.outcome in ("holds", "rounding") else judged
                if judged.outcome in ("fails", "not_assessable") and any(
                    view.value(index, column.index) for column in strange
                ):
                    names = "、".join("/".join(column.path) for column in strange)
                    judged = Judged(
                        identity.id, judged.where, "not_assessable", judged.left, why=f"columns no form names: {names}"
                    )
                yield judged


def _of_which(column: Column) -> bool:
    return any(part.startswith("其中") for part in column.path)


def _groups(columns: list[Column]) -> dict[str, list[tuple[str, Column]]]:
    """Columns that belong together: of this year, of another (`previous_year:`), of the change; of one stage."""
    stages = {column.meaning.get("stage") for column in columns}
    found: dict[str, list[tuple[str, Column]]] = {}
    for column in columns:
        if column.key is None:
            continue
        group, _, key = column.key.rpartition(":")
        if not group and column.key in ("previous_year", "change"):
            group, key = column.key, "total"
        stage = f" {column.meaning.get('stage')}" if len(stages) > 1 else ""
        found.setdefault(f"{' ' + group if group else ''}{stage}", []).append((key, column))
    return found


def _expanded(key: str, by_key: dict[str, list[Column]], form: Form) -> list[str]:
    """The key if a column has it, else the keys it is the sum of."""
    if key in by_key:
        return [key]
    for identity in form.identities:
        if identity.scope == "columns" and identity.left == key:
            return [part for wanted in identity.right for part in _expanded(wanted, by_key, form)]
    return []


# -------------------------------------------------------------------------------------------------------------- lines


def _inside(line: Line, other: Line) -> bool:
    return line.lane == other.lane and len(line.path) > len(other.path) and line.path[: len(other.path)] == other.path


def _within(lines: list[Line], part: int, total: int, form: Form) -> bool:
    """Is the part printed above a subtotal that is declared to hold it? Then it is in the subtotal already."""
    return part < total and any(
        lines[part].key in identity.right
        for identity in form.identities
        if identity.scope == "lines" and identity.left == lines[total].key
    )


def _keys(view: _View, key: str, lane: int, form: Form, column: Column) -> list[str]:
    """The key if a line of it prints an amount, else the keys it is the sum of."""
    lines = view.statement.lines
    if key.endswith("*"):
        return [key]
    if any(view.value(place, _beside(view, column, lines[place].lane)) for place in _places(lines, key, lane)):
        return [key]
    for identity in form.identities:
        if identity.scope == "lines" and identity.left == key:
            return [part for wanted in identity.right for part in _keys(view, wanted, lane, form, column)]
    return []


def _lines(view: _View, identity: FormIdentity, form: Form) -> Iterator[Judged]:
    lines = view.statement.lines
    for index, line in enumerate(lines):
        if line.key != identity.left or any(o.key == line.key and o.lane == line.lane for o in lines[:index]):
            continue
        for column in view.columns(line.lane):
            keys = [part for key in identity.right for part in _keys(view, key, line.lane, form, column)]
            parts = list(dict.fromkeys(place for key in keys for place in _places(lines, key, line.lane)))
            # 事业收入 printed under 单位资金 is a part of a part
            parts = [p for p in parts if not any(_inside(lines[p], lines[o]) for o in parts if o != p)]
            parts = [p for p in parts if not any(_within(lines, p, o, form) for o in parts)]
            before = [p for p in parts if p < index and lines[p].lane == line.lane]
            if before and index and line.agg_role != "leaf":
                # A total below its parts: what stands below it again is no part of it.
                parts = [p for p in parts if p < index or lines[p].lane != line.lane]
            values = [view.value(part, _beside(view, column, lines[part].lane)) for part in parts]
            judged = _judge(view, identity, "/".join(column.path), view.value(index, column.index), values)
            if judged is None or (judged.outcome == "not_assessable" and not parts):
                continue
            if judged.outcome in ("fails", "not_assessable"):
                odd = _unnamed(view, line.lane, column)
                if odd:
                    why = f"lines no form names: {'、'.join(odd[:4])}"
                    judged = Judged(identity.id, judged.where, "not_assessable", judged.left, judged.right, why)
            yield judged
            if any(lines[part].lane != line.lane for part in parts):
                break  # across lanes only the leading amounts are the same thing


def _places(lines: list[Line], key: str, lane: int) -> list[int]:
    """The lines of this key: in the lane itself, else in the first lane that has one."""
    if key.endswith("*"):
        found = [i for i, o in enumerate(lines) if (o.key or "").startswith(key[:-1]) and o.lane == lane]
        return [i for i in found if lines[i].level <= min(lines[j].level for j in found)]
    found = [i for i, o in enumerate(lines) if o.key == key]
    own = [i for i in found if lines[i].lane == lane]
    return (own or found)[:1]


def _beside(view: _View, column: Column, lane: int) -> int:
    """The column of another lane that an amount of `column` is compared with: its leading one."""
    if column.lane == lane:
        return column.index
    others = view.columns(lane)
    lead = next((other for other in others if other.key in _LEAD), others[0] if others else column)
    return lead.index


def _unnamed(view: _View, lane: int, column: Column) -> list[str]:
    """Labels of printed lines that the form does not name and that are no part of a line above."""
    return [
        _name(line)
        for index, line in enumerate(view.statement.lines)
        if line.lane == lane and line.key is None and line.level <= 1 and _nonzero(view.value(index, column.index))
    ]


def _nonzero(number: PrintedNumber | None) -> bool:
    return number is not None and number.state == "number"


# -------------------------------------------------------------------------------------------------------------- codes


def _codes(view: _View, identity: FormIdentity) -> Iterator[Judged]:
    lines = view.statement.lines
    latest: dict[tuple[int, tuple[str, ...]], int] = {}
    children: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        if line.code is None or line.class_system is None:
            continue
        above = latest.get((line.lane, line.path[:-1]))
        if above is not None and lines[above].class_system == line.class_system:
            children.setdefault(above, []).append(index)
        latest[line.lane, line.path] = index
    for parent, parts in children.items():
        for column in view.columns(lines[parent].lane):
            if column.key == "unit_price":
                continue
            values = [view.value(part, column.index) for part in parts]
            where = f"{_name(lines[parent])} · {'/'.join(column.path)}"
            judged = _judge(view, identity, where, view.value(parent, column.index), values)
            if judged is not None:
                yield judged


def _total_line(view: _View, identity: FormIdentity) -> Iterator[Judged]:
    lines = view.statement.lines
    for lane in sorted({line.lane for line in lines}):
        totals = [i for i, o in enumerate(lines) if o.lane == lane and o.agg_role == "grand_total"]
        paths = {o.path for o in lines if o.lane == lane}
        parts = [
            i
            for i, o in enumerate(lines)
            if o.lane == lane
            and o.agg_role not in ("grand_total", "of_which", "memo")
            and not any(o.path[:depth] in paths for depth in range(1, len(o.path)))
        ]
        subtotals = {lines[i].path[:-1] for i in parts if lines[i].key == "subtotal" and len(lines[i].path) > 1}
        parts = [i for i in parts if lines[i].key == "subtotal" or lines[i].path[:-1] not in subtotals]
        if len(totals) != 1 or not parts:
            continue
        units = [i for i in parts if lines[i].class_system is None]
        if units and len(units) < len(parts):
            parts = units  # rows of units, and under each the subjects of its money
        for column in view.columns(lane):
            if column.key == "unit_price":
                continue
            values = [view.value(part, column.index) for part in parts]
            judged = _judge(view, identity, "/".join(column.path), view.value(totals[0], column.index), values)
            if judged is not None:
                yield judged


def _name(line: Line) -> str:
    label = "".join(line.label.text.split()) if line.label is not None else ""
    return f"{line.code or ''}{label}" or f"row {line.row + 1}"
