"""Beside each fact of a release: its standing, the worst of its checks, what a blank of it stands for."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from normalize.schema import JOINED, TABLES

_JUDGED = ("n_holds", "n_rounding", "n_fails")


def with_standings(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables of `normalize.schema.TABLES`, those of JOINED with their further columns; rows and order as they were.

    A fact without a row in `standings` (its document could not be checked) has NULL there. The value of a blank stays
    NULL: what the sums say of it stands beside it.
    """
    standings = tables["standings"].with_columns(pl.sum_horizontal(_JUDGED).cast(pl.Int32).alias("n_checks"))
    joined = dict(tables)
    for name, fields in JOINED.items():
        key = TABLES[name].key[0]
        columns = [field.name for field in fields]
        own = standings.filter(pl.col("of_table") == name).select(pl.col("fact_id").alias(key), *columns)
        joined[name] = tables[name].join(own, on=key, how="left", maintain_order="left", validate="m:1")
    return joined
