"""Beside each fact of a release: its standing, the worst of its checks, what a blank of it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from flows.columnar import as_frame, as_table
from normalize.schema import JOINED, TABLES

_JUDGED = ("n_holds", "n_rounding", "n_fails")


def with_standings(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables of `normalize.schema.TABLES`, those of JOINED with their further columns; rows and order as they were.

    A fact without a row in `standings` (its document could not be checked) has NULL there. The value of a blank stays
    NULL: what the sums say of it stands beside it.
    """
    joined = dict(tables)
    for name, key, own in _judged(tables["standings"]):
        joined[name] = tables[name].join(own, on=key, how="left", maintain_order="left", validate="m:1")
    return joined


def standings_beside(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """`with_standings` of Arrow tables: the columns that are there are not touched."""
    joined = dict(tables)
    for name, key, own in _judged(as_frame(tables["standings"])):
        keys = as_frame(tables[name].select([key]))
        beside = as_table(keys.join(own, on=key, how="left", maintain_order="left", validate="m:1").drop(key))
        for column in beside.column_names:
            joined[name] = joined[name].append_column(column, beside[column])
    return joined


def _judged(standings: pl.DataFrame) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Table, its key, and what stands beside its rows."""
    counted = standings.with_columns(pl.sum_horizontal(_JUDGED).cast(pl.Int32).alias("n_checks"))
    for name, fields in JOINED.items():
        key = TABLES[name].key[0]
        columns = [field.name for field in fields]
        yield name, key, counted.filter(pl.col("of_table") == name).select(pl.col("fact_id").alias(key), *columns)
