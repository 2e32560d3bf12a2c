"""A unit that nothing prints, proven by ratio: the same amounts stand in another statement of the document in a unit
that is printed.

A statement of 元 whose totals stand in 万元 elsewhere shares with it no number but every amount, within the rounding of
the coarser print. Three different amounts that agree in one unit, and hardly any in another, are proof; two could be
chance. Numbers with fewer than four digits prove nothing: too many of them agree with anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from extract.document import Statement
from normalize.amount import PrintedNumber, parse_number
from normalize.unit import MoneyUnit, money_factor

CANDIDATES: Final = ("元", "千元", "万元", "亿元")
WITNESSES: Final = 3
DIGITS: Final = 4


def prove_units(statements: Sequence[Statement], units: Sequence[MoneyUnit]) -> list[MoneyUnit]:
    """`units` with those that are not printed proven where the document's other statements prove them.

    A unit that was inherited stays so unless the proof names another one; then the proof wins, for it looks at the
    amounts themselves.
    """
    known = [
        (unit, _numbers(statement))
        for statement, unit in zip(statements, units, strict=True)
        if unit.basis == "printed" and unit.unit is not None
    ]
    found: list[MoneyUnit] = []
    for statement, unit in zip(statements, units, strict=True):
        proof = None if unit.basis == "printed" else _proof(_numbers(statement), known)
        if proof is None or proof.unit == unit.unit:
            found.append(unit)
        else:
            found.append(proof)
    return found


def _numbers(statement: Statement) -> list[PrintedNumber]:
    parsed = (parse_number(amount.text.text) for amount in statement.amounts)
    return [n for n in parsed if n.number is not None and n.unit is None and len(n.number.as_tuple().digits) >= DIGITS]


def _proof(
    own: Sequence[PrintedNumber], known: Iterable[tuple[MoneyUnit, Sequence[PrintedNumber]]]
) -> MoneyUnit | None:
    if len(own) < WITNESSES:
        return None
    best: dict[str, tuple[int, MoneyUnit]] = {}
    for unit, numbers in known:
        factor = money_factor(unit.unit)
        if factor is None or unit.unit is None:
            continue
        for candidate in CANDIDATES:
            agreed = _agreed(own, money_factor(candidate) or Decimal(1), numbers, factor)
            if agreed > best.get(candidate, (0, unit))[0]:
                proven = replace(unit, unit=candidate, basis="proven", source=unit.source)
                best[candidate] = (agreed, proven)
    ranked = sorted(best.items(), key=lambda item: -item[1][0])
    if not ranked or ranked[0][1][0] < WITNESSES:
        return None
    if len(ranked) > 1 and ranked[1][1][0] * 3 > ranked[0][1][0]:
        return None
    return ranked[0][1][1]


def _agreed(own: Sequence[PrintedNumber], factor: Decimal, other: Sequence[PrintedNumber], known: Decimal) -> int:
    """How many different amounts of `own`, taken in the candidate's unit, stand among the others."""
    step = max(_step(own, factor), _step(other, known))
    theirs = {_rounded(n.number * known, step) for n in other if n.number is not None}
    ours = {_rounded(n.number * factor, step) for n in own if n.number is not None}
    return len({value for value in ours & theirs if value})


def _step(numbers: Sequence[PrintedNumber], factor: Decimal) -> Decimal:
    """What the last printed digit is worth, in yuan; the finest of the statement."""
    decimals = max((n.decimals for n in numbers), default=0)
    return Decimal(1).scaleb(-decimals) * factor


def _rounded(value: Decimal, step: Decimal) -> int:
    return int((value / step).to_integral_value())
