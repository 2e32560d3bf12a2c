"""The income and the expenditure side of 收支总表 and 财政拨款收支总表, shared by the X checks."""

from __future__ import annotations

import re

import msgspec

from flows.checks.columns import FUNDS
from flows.checks.noun import Cell
from flows.checks.views import DocumentFacts, LineView, StatementView

BALANCES = ("income_expenditure", "appropriation")
AMOUNT = ("total", "amount")
ORDINALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
_ORDINAL = re.compile(r"[一二三四五六七八九十]+[、.，]")


class Side(msgspec.Struct, frozen=True):
    """One side: its total lines (None where the form has none) and the words for them."""

    name: str
    current: LineView | None
    carryover: LineView | None
    total: LineView | None


def sides(statement: StatementView) -> tuple[Side, Side]:
    return (
        Side(
            "income",
            statement.line("income_current"),
            statement.line("carryover_in"),
            statement.line("income_total"),
        ),
        Side(
            "expenditure",
            statement.line("expenditure_current"),
            statement.line("carryover_out"),
            statement.line("expenditure_total"),
        ),
    )


def main_cell(statement: StatementView, line: LineView | None) -> Cell | None:
    return statement.cell(line, *AMOUNT)


def numbered(lines: list[LineView]) -> list[LineView]:
    """The lines whose label begins with a Chinese ordinal (一、): another way to tell the outermost ones."""
    return [line for line in lines if _ORDINAL.match(line.label)]


def numbered_on(lines: list[LineView]) -> bool:
    """Two or more lines, numbered 一、二、三、 without a gap from the first to the last."""
    return (
        len(lines) > 1
        and all(
            line.label.lstrip().startswith((f"{sign}、", f"{sign}."))
            for line, sign in zip(lines, ORDINALS, strict=False)
        )
        and len(lines) <= len(ORDINALS)
    )


def lines_above(statement: StatementView, current: LineView) -> list[LineView]:
    """The lines printed above this year's total in its lane, of-which lines and memos left out."""
    lines = statement.lines_of(current.lane)
    return [line for line in lines[: lines.index(current)] if line.role not in {"of_which", "memo", "grand_total"}]


def above(statement: StatementView, current: LineView) -> list[LineView]:
    """The outermost lines printed above this year's total in its lane: what it is made of."""
    upper = lines_above(statement, current)
    top = min((line.level for line in upper), default=0)
    return [line for line in upper if line.level == top]


def between(statement: StatementView, side: Side) -> list[LineView]:
    """Lines printed between this year's total and the grand total, the carry-over's own parts left out."""
    if side.current is None or side.total is None or side.current.lane != side.total.lane:
        return []
    lines = statement.lines_of(side.current.lane)
    start, end = lines.index(side.current), lines.index(side.total)
    carry = side.carryover
    return [
        line
        for line in lines[start + 1 : end]
        if line.role not in {"of_which", "memo"}
        and (
            carry is None
            or line is carry
            or not (line.path.startswith(f"{carry.path}/") or (line.level > carry.level and carry in lines[start:end]))
        )
    ]


def source_line(statement: StatementView, fund: str) -> LineView | None:
    """The income line of one fund above this year's income; None without one or when there are several."""
    current = statement.line("income_current") or statement.line("income_total")
    if current is None:
        return None
    found = [line for line in above(statement, current) if line.key == fund]
    return found[0] if len(found) == 1 else None


def money_from(facts: DocumentFacts, allowed: tuple[str, ...]) -> bool | None:
    """Whether all printed income of the year is of these funds and nothing was carried over, by the only 收支总表.

    None when the document does not say (no such statement, several, or an amount that cannot be read).
    """
    statements = list(facts.of("income_expenditure"))
    if len(statements) != 1:
        return None
    statement = statements[0]
    current = statement.line("income_current")
    if current is None or source_line(statement, FUNDS[0]) is None:
        return None
    lines = [*above(statement, current), *(line for line in between(statement, sides(statement)[0]))]
    cells = [cell for line in lines if (cell := main_cell(statement, line)) is not None]
    if any(cell.unreadable for cell in cells):
        return None
    return all(cell.key in allowed for cell in cells if cell.known and cell.yuan != 0)
