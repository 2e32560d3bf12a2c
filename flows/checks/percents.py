"""Per cents said in prose against the amounts they follow from, with what printing leaves open.

Every printed amount stands for a value up to half of its last digit away; the quotient of two amounts therefore lies in
an interval. A printed per cent agrees when it is no further from that interval than one unit of its own last digit
(half of it for rounding; a whole one because many systems cut digits off).
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

HUNDRED = Decimal(100)


class Near(msgspec.Struct, frozen=True):
    """An amount with what its print leaves open: low ≤ value ≤ high."""

    value: Decimal
    slack: Decimal

    @property
    def low(self) -> Decimal:
        return self.value - self.slack

    @property
    def high(self) -> Decimal:
        return self.value + self.slack

    @property
    def may_be_zero(self) -> bool:
        return self.low <= 0 <= self.high


def near(yuan: Decimal, resolution: Decimal) -> Near:
    return Near(yuan, resolution / 2)


def quotient(part: Near, whole: Near) -> tuple[Decimal, Decimal] | None:
    """Per cent that part is of whole, from … to; None where the whole may be nothing."""
    if whole.may_be_zero:
        return None
    ends = [HUNDRED * a / b for a in (part.low, part.high) for b in (whole.low, whole.high)]
    return min(ends), max(ends)


def change(now: Near, before: Near) -> tuple[Decimal, Decimal] | None:
    """Per cent by which `now` is more than `before`, from … to (negative: less); None where before may be nothing."""
    ends = quotient(now, before)
    return None if ends is None else (ends[0] - HUNDRED, ends[1] - HUNDRED)


def agrees(printed: Decimal, resolution: Decimal, ends: tuple[Decimal, Decimal]) -> bool:
    return ends[0] - resolution <= printed <= ends[1] + resolution


def shown(ends: tuple[Decimal, Decimal], resolution: Decimal) -> str:
    """The per cent that would have been right, as precise as the printed one: `71.65%`."""
    middle = (ends[0] + ends[1]) / 2
    return f"{middle.quantize(min(resolution or Decimal('0.01'), Decimal('0.01')))}%"
