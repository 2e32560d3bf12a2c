"""Rows of `panel_project`: which places that print a project mean the same one.

A project's own form (`project_target`) is a project; a row of a list (`project_list`) is one only if no form of the
same organisation, year and stage has its code or name. `department_target` is a whole department and `indicators` says
not whose it is: neither is a project. Forms of one document are different projects even under one name; the k-th of
one document and the k-th of another document of that row are the same.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from normalize.panels.ground import Ground, Tables
from normalize.panels.tables import DEPARTMENT

FORMS: Final = ("project_target", "project_list")
_AMOUNTS: Final = {
    "total": "total_state",
    "fiscal": "fiscal_state",
    "other": "other_state",
    "adjusted": None,
    "executed": None,
}
_SPACE: Final = r"\s+"


def project_places(tables: Tables, ground: Ground) -> pl.DataFrame:
    """One row per place that prints a project, with panel_project_id, DEPARTMENT and the place's own columns."""
    documents = ground.documents.filter(
        (pl.col("own_stage") == pl.col("stage")).fill_null(False)  # a project has its document's stage, no other
    ).select(*DEPARTMENT, "document_sha256", "doc_rank")
    key = pl.coalesce(
        pl.col("project_code").str.replace_all(_SPACE, ""), pl.col("project_name").str.replace_all(_SPACE, "")
    )
    found = (
        tables["projects"]
        .filter(pl.col("form").is_in(FORMS))
        .drop("org_id", "fiscal_year")
        .join(documents, on="document_sha256")
        .with_columns(
            pl.col("project_code").str.replace_all(_SPACE, "").replace("", None).alias("_code"),
            pl.col("project_name").str.replace_all(_SPACE, "").replace("", None).alias("_name"),
            key.alias("_key"),
            (pl.col("form") == FORMS[0]).alias("_own"),
        )
    )
    # A name that goes with one code only stands for that code where the code is not printed.
    coded = found.filter(pl.col("_code").is_not_null() & pl.col("_name").is_not_null())
    codes = (
        coded.group_by(*DEPARTMENT, "_name")
        .agg(pl.col("_code").min().alias("_said"), pl.col("_code").n_unique().alias("_codes"))
        .filter(pl.col("_codes") == 1)
        .drop("_codes")
    )
    found = found.join(codes, on=[*DEPARTMENT, "_name"], how="left").with_columns(
        pl.coalesce("_code", "_said", "_name", "project_id").alias("_key")
    )
    same = [*DEPARTMENT, "_key"]
    forms = pl.col("_own").sum().over([*same, "document_sha256"]).max().over(same)
    nth = pl.int_range(pl.len()).over([*same, "document_sha256", "_own"])
    return (
        found.sort(*same, "doc_rank", "seq", "project_id")
        .with_columns(nth.alias("_nth"), forms.alias("_forms"))
        # rows of a list beyond the forms repeat the last form: its money came from several purses
        .with_columns(
            pl.when(~pl.col("_own") & (pl.col("_forms") > 0))
            .then(pl.min_horizontal("_nth", pl.col("_forms").cast(pl.Int64) - 1))
            .otherwise("_nth")
            .alias("_nth")
        )
        .sort(*same, "_nth", "_own", "doc_rank", "seq", "project_id", descending=[*[False] * 5, True, *[False] * 3])
        .with_columns(pl.col("project_id").first().over([*same, "_nth"]).alias("panel_project_id"))
        .with_columns((pl.col("project_id") == pl.col("panel_project_id")).alias("is_first"))
        .sort("panel_project_id", "is_first", "doc_rank", "project_id", descending=[False, True, False, False])
    )


def project_rows(places: pl.DataFrame, tables: Tables, ground: Ground) -> pl.DataFrame:
    """The row columns of panel_project."""
    rows = places.group_by("panel_project_id", maintain_order=True).agg(
        pl.col("org_id", "fiscal_year", "stage").first(),
        pl.col("document_sha256").first().alias("_document"),
        pl.col("project_code").drop_nulls().first(),
        pl.col("project_name").drop_nulls().first(),
        pl.col("form").first(),
        pl.len().cast(pl.Int32).alias("n_places"),
        pl.col("document_sha256").n_unique().cast(pl.Int32).alias("n_documents"),
    )
    counts = (
        tables["indicators"]
        .filter(pl.col("project_id").is_not_null())
        .group_by(pl.col("project_id").alias("panel_project_id"))
        .agg(
            pl.len().cast(pl.Int32).alias("n_indicators"),
            pl.col("is_quantitative").sum().cast(pl.Int32).alias("n_quantitative"),
        )
    )
    about = ground.documents.select(
        *DEPARTMENT,
        pl.col("document_sha256").alias("_document"),
        "county_code",
        "org_name",
        "dept_type",
        "entity_level",
    )
    return (
        rows.join(about, on=[*DEPARTMENT, "_document"], how="left")
        .join(counts, on="panel_project_id", how="left")
        .with_columns(pl.col("n_indicators", "n_quantitative").fill_null(0))
        .rename({"_document": "document_sha256"})
    )


def project_facts(places: pl.DataFrame) -> pl.DataFrame:
    """The places as facts, in the columns that `engine.resolve` reads: form as statement, amount as column.

    Of several rows of a list under one form none is the project's amount; only a list row that is alone is compared.
    """
    alone = pl.len().over("panel_project_id", "form", "document_sha256") == 1
    found = places.filter(alone | (pl.col("form") == FORMS[0]) | pl.col("is_first"))
    parts = []
    for name, state in _AMOUNTS.items():
        yuan, printed = pl.col(f"{name}_yuan"), pl.col(f"{name}_printed")
        told = (
            pl.when(yuan.is_not_null())
            .then(pl.lit("number"))
            .when(printed.is_null())
            .then(pl.lit("blank"))
            .otherwise(pl.lit("not_numeric"))
        )
        asked = found.with_columns((pl.col(state) if state else told).alias("amount_state"))
        if state is None:  # without a state, what is not printed may not be a field of the form at all
            asked = asked.filter(printed.is_not_null())
        parts.append(
            asked.filter(pl.col("amount_state").is_not_null()).select(
                "panel_project_id",
                "document_sha256",
                "doc_rank",
                "table_no",
                "row_no",
                "col_no",
                pl.col("project_id").alias("fact_id"),
                pl.col("form").alias("statement_code"),
                pl.lit(name).alias("column_key"),
                pl.lit(None, pl.String).alias("form_line_key"),
                "amount_state",
                yuan.alias("amount_yuan"),
                _resolution(yuan, printed).alias("resolution_yuan"),
                pl.lit(None, pl.String).alias("unit_basis"),
                pl.lit(0, pl.Int32).alias("whole"),
                *(pl.lit(None, pl.String).alias(c) for c in ("agg_role", "fund", "nature", "column_path")),
                pl.lit(0, pl.UInt32).alias("n_in_whole"),
            )
        )
    return pl.concat(parts).sort("panel_project_id", "doc_rank", "fact_id", "column_key")


def _resolution(yuan: pl.Expr, printed: pl.Expr) -> pl.Expr:
    """Value of the last printed digit: table projects does not carry it. 万元 unless yuan equals the printed number."""
    number = printed.str.replace_all(r"[,，\s]", "").str.extract(r"(-?\d+(?:\.\d+)?)")
    decimals = number.str.extract(r"\.(\d+)$").str.len_chars().fill_null(0).cast(pl.Int32)
    scale = (yuan / number.cast(pl.Float64, strict=False)).abs().round(0)
    known = pl.when(scale.is_finite() & (scale > 0)).then(scale).otherwise(1.0)
    return pl.when(yuan.is_not_null()).then(known / pl.lit(10.0).pow(decimals))


def project_states(places: pl.DataFrame) -> pl.DataFrame:
    """Which forms print a project, as `engine.resolve` reads the states of statements."""
    return (
        places.select("panel_project_id", pl.col("form").alias("statement_code"))
        .unique()
        .with_columns(pl.lit("populated").alias("state"))
    )
