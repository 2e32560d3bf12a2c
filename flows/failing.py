"""Which findings count as failing, as conditions on the table `findings`: a person's rejection takes one out.

The row stays as it is, with the verdict beside it; `flows.reviews.counts_as_failing` is the same for one row.
"""

from __future__ import annotations

from typing import Final

import polars as pl

REJECTED: Final = "rejected"  # in counts by outcome: fails, and a person has rejected it


def is_rejected() -> pl.Expr:
    """It fails, and a person has said that it does not."""
    return (pl.col("outcome") == "fails") & pl.col("human_verdict").eq_missing("reject")


def is_failing() -> pl.Expr:
    """It fails, and nobody has rejected it."""
    return (pl.col("outcome") == "fails") & ~is_rejected()


def counted_outcome() -> pl.Expr:
    """The outcome under which it is counted: `rejected` for one that is_rejected."""
    return pl.when(is_rejected()).then(pl.lit(REJECTED)).otherwise(pl.col("outcome")).alias("outcome")
