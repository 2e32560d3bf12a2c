"""How far two sides of an identity may differ because of rounding alone.

Every printed amount stands for a value up to half of its last printed digit away (its resolution: 0.01 万元 = 100 yuan
→ ± 50 yuan). The two sides of `total = a₁ + … + aₙ` may therefore differ by the sum of the halves of all numbers that
were printed, those of both sides: with one common resolution this is (n+1)·resolution/2. Numbers left out of a sum
(blanks) add nothing. The bound itself still counts as rounding.

The resolution of one amount is what its printed text shows, with two corrections for what printers do to zeros:

 - It is never coarser than the *resolution of its statement*: the finest one that at least a quarter of the statement's
   non-zero amounts print. A spreadsheet drops trailing zeros (45 万元 stands for 45.00 among 1269.68 and 12.05), which
   makes no number less exact.
 - Below one yuan this is not done, and an amount that is a whole number of yuan counts as such even when .00 is printed
   behind it: statements in 元 often mix exact amounts with others kept in whole yuan (22,118,861 and 22,118,861.34).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

QUARTER = 4
YUAN = Decimal(1)


def tolerance(resolutions: Iterable[Decimal]) -> Decimal:
    """Largest difference in yuan that rounding explains; one resolution (yuan) per printed number, both sides."""
    return sum(resolutions, Decimal(0)) / 2


def own_resolution(printed: Decimal, yuan: Decimal | None) -> Decimal:
    """Resolution (yuan) of one amount by itself: what is printed; one yuan where fen are printed and are nought."""
    fen_unused = printed < YUAN and yuan is not None and yuan == yuan.to_integral_value()
    return YUAN if fen_unused else printed


def statement_resolution(resolutions: Iterable[Decimal]) -> Decimal | None:
    """The finest resolution (yuan) that at least a quarter of the given ones have; None when there are none.

    Takes the resolutions of the statement's non-zero amounts.
    """
    counts = Counter(resolutions)
    total = sum(counts.values())
    running = 0
    for resolution in sorted(counts):
        running += counts[resolution]
        if running * QUARTER >= total:
            return resolution
    return None


def resolution_in(own: Decimal, statement: Decimal | None) -> Decimal:
    """Resolution (yuan) of one amount in a statement of the given resolution."""
    return own if statement is None else min(own, max(statement, YUAN))
