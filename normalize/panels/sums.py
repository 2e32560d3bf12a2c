"""Amounts of a panel added up over the rows of another: projects of a department, departments of a county.

What has no number is left out and counted, never taken for zero: `summed` only where every row gave a number, else
`partial`; a row whose own number is in doubt makes the sum as doubtful.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from normalize.panels.declaration import Panel

_DOUBT: Final = ("conflicting", "unit_assumed", "partial")


def added(panel: Panel, parts: pl.DataFrame, rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """key, column, yuan, why, n for every amount with `of`. parts: `key` and the other panel's columns, one row per
    part; rows: one per key. n: parts that gave a number."""
    found = []
    for amount in panel.amounts:
        if amount.of is None:
            continue
        yuan, why = pl.col(f"{amount.of}_yuan"), pl.col(f"{amount.of}_why")
        doubtful = [why.is_in([word]).any() for word in _DOUBT]
        told = (
            parts.group_by(key)
            .agg(
                yuan.sort().sum().round(6).alias("yuan"),
                yuan.count().cast(pl.Int32).alias("n"),
                (yuan.null_count() > 0).alias("lacks"),
                *(one.alias(word) for one, word in zip(doubtful, _DOUBT, strict=True)),
            )
            .with_columns(
                pl.when(pl.col("n") == 0)
                .then(pl.lit("not_disclosed"))
                .when(pl.col("lacks") | pl.col("partial"))
                .then(pl.lit("partial"))
                .when("conflicting")
                .then(pl.lit("conflicting"))
                .when("unit_assumed")
                .then(pl.lit("unit_assumed"))
                .otherwise(pl.lit("summed"))
                .alias("why"),
                pl.when(pl.col("n") > 0).then("yuan").alias("yuan"),
            )
        )
        found.append(
            rows.select(key)
            .join(told, on=list(key), how="left")
            .select(
                *key,
                pl.lit(amount.name).alias("column"),
                "yuan",
                pl.col("why").fill_null("not_disclosed"),
                pl.col("n").fill_null(0),
            )
        )
    return pl.concat(found)


def lineage_of_sums(panel: Panel, parts: pl.DataFrame, lineage: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """The facts of the parts, as terms of the sums. parts: `key` and `_part`, the row_key of a part; lineage: of the
    parts' panel, `row_key`, column (the amount's name), fact_table, fact_id, role, amount_yuan."""
    taken = lineage.filter(pl.col("role").is_in(["value", "term"])).rename({"row_key": "_part"})
    names = pl.DataFrame(
        [(amount.of, amount.name) for amount in panel.amounts if amount.of is not None],
        schema={"column": pl.String(), "_name": pl.String()},
        orient="row",
    )
    return (
        parts.select(*key, "_part")
        .join(taken, on="_part")
        .join(names, on="column")
        .select(
            *key, pl.col("_name").alias("column"), "fact_table", "fact_id", pl.lit("term").alias("role"), "amount_yuan"
        )
    )
