"""What panels stand on: which documents speak for an organisation, year and stage, and their facts in one frame.

Only documents that are current. Editions are never mixed: where any document of the row is the department's (汇总),
facts of documents that do not say their edition are left out; editions of single units (本级, 单位) always are.
A table that goes on another (`continues table N`) is one statement with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from normalize.panels.tables import DEPARTMENT

CONTINUES: Final = re.compile(r"continues table (\d+)")  # first of a statement's recognition_reasons
# The yearly report before what repeats a part of it. Reports of whole governments are no departments.
_RANK: Final = {
    "department_budget": 0,
    "department_final": 0,
    "three_public": 1,
    "performance_target": 2,
    "performance_self_evaluation": 2,
}
_GOVERNMENT: Final = "government_"
_OTHER: Final = 3
UNREAD: Final = "unrecognized"
_STATE_ORDER: Final = {"populated": 0, "declared_empty": 1, "blank": 2}
Tables = Mapping[str, pl.DataFrame]
# What the panels read of budget_lines.
GROUND: Final = (
    "fact_id", "document_sha256", "stage", "table_no", "row_no", "col_no", "statement_code", "statement_seq",
    "form_line_key", "agg_role", "column_key", "column_path", "fund", "nature", "class_system", "line_code",
    "line_label", "amount_state", "amount_yuan", "resolution_yuan", "unit_basis",
)  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """documents: DEPARTMENT, document_sha256, doc_rank, is_edition and what the disclosure says of it. rows: one per
    DEPARTMENT. facts: budget_lines of the documents with DEPARTMENT, doc_rank, whole, n_in_whole. states: DEPARTMENT,
    statement_code, state. unit_only: organisations, by county, year and stage, whose only editions are a unit's."""

    documents: pl.DataFrame
    rows: pl.DataFrame
    facts: pl.DataFrame
    states: pl.DataFrame
    unit_only: pl.DataFrame


def lay(tables: Tables) -> Ground:
    """Make the ground. tables: the core and meta tables of a release."""
    known = _known(tables)
    documents = _ranked(known.filter(pl.col("entity_level").is_null() | (pl.col("entity_level") == "department")))
    first = documents.sort("doc_rank").group_by(DEPARTMENT, maintain_order=True)
    rows = first.agg(
        pl.col("county_code").drop_nulls().first(),
        pl.col("org_name").drop_nulls().first(),
        pl.col("dept_type").drop_nulls().first(),
        pl.col("entity_level").first(),
        pl.col("document_sha256").first(),
        pl.len().cast(pl.Int32).alias("n_documents"),
        pl.col("published_date").first(),
        pl.col("text_coverage").first(),
    ).sort(DEPARTMENT)
    used = documents.filter("is_edition")
    units = known.filter(pl.col("entity_level") == "unit").join(rows, on=list(DEPARTMENT), how="anti")
    unit_only = units.select("county_code", *DEPARTMENT).unique().sort(DEPARTMENT)
    return Ground(documents, rows, _facts(tables, used), _states(tables, used), unit_only)


def _known(tables: Tables) -> pl.DataFrame:
    """One row per current document and stage it prints amounts of (or is of), with organisation and year known."""
    about = tables["documents"].filter("is_current").select("document_sha256", "text_coverage")
    said = tables["disclosures"].filter(
        pl.col("org_id").is_not_null()
        & pl.col("fiscal_year").is_not_null()
        & ~pl.col("doc_type").str.starts_with(_GOVERNMENT)
    )
    columns = ("document_sha256", "stage")
    printed = tables["budget_lines"].filter(pl.col("amount_yuan").is_not_null() & pl.col("stage").is_not_null())
    stages = pl.concat([said.select(columns), printed.select(columns)]).drop_nulls().unique()
    wanted = said.select(
        "document_sha256", "county_code", "org_id", "org_name", "dept_type", "fiscal_year", "doc_type", "entity_level",
        "published_date", pl.col("stage").alias("own_stage"),
    )  # fmt: skip
    return wanted.join(about, on="document_sha256").join(stages, on="document_sha256")


def _ranked(documents: pl.DataFrame) -> pl.DataFrame:
    """doc_rank: order of preference within a row; is_edition: of the edition whose facts the row takes."""
    edition = (pl.col("entity_level") == "department").fill_null(False)
    return (
        documents.with_columns(
            (edition == edition.any().over(DEPARTMENT)).alias("is_edition"),
            (pl.col("own_stage") != pl.col("stage")).fill_null(True).alias("_beside"),
            pl.col("doc_type").replace_strict(_RANK, default=_OTHER, return_dtype=pl.Int32).alias("_kind"),
        )
        .sort(
            *DEPARTMENT,
            "is_edition",
            "_beside",
            "_kind",
            "published_date",
            "document_sha256",
            descending=[False, False, False, True, False, False, True, False],
            nulls_last=True,
        )
        .drop("_beside", "_kind")
        .with_row_index("doc_rank")
    )


def _wholes(statements: pl.DataFrame) -> pl.DataFrame:
    """document_sha256, statement_code, statement_seq → whole: table number of the statement's first table."""
    heads: dict[tuple[str, int], int] = {}
    rows: list[tuple[str, str, int, int]] = []
    columns = ("document_sha256", "table_no", "statement_code", "seq", "recognition_reasons")
    for sha, table, code, seq, reasons in statements.select(columns).sort("document_sha256", "table_no").iter_rows():
        match = CONTINUES.match(reasons[0]) if reasons else None
        head = heads.get((sha, int(match[1])), table) if match else table
        heads[sha, table] = head
        rows.append((sha, code, seq, head))
    schema = {
        "document_sha256": pl.String(), "statement_code": pl.String(), "statement_seq": pl.Int16(), "whole": pl.Int32(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").unique(subset=list(schema)[:3], keep="first")


def _facts(tables: Tables, documents: pl.DataFrame) -> pl.DataFrame:
    of = documents.select("org_id", "fiscal_year", "stage", "document_sha256", "doc_rank")
    lines = tables["budget_lines"].select(GROUND)
    whole = ("document_sha256", "whole", "statement_code")
    return (
        lines.join(of, on=["document_sha256", "stage"])
        .join(_wholes(tables["statements"]), on=["document_sha256", "statement_code", "statement_seq"], how="left")
        .with_columns(pl.col("whole").fill_null(pl.col("table_no")))
        .with_columns(pl.struct("table_no", "row_no").n_unique().over(whole).alias("n_in_whole"))
        .sort("doc_rank", "table_no", "row_no", "col_no", "fact_id", nulls_last=True)
    )


def _states(tables: Tables, documents: pl.DataFrame) -> pl.DataFrame:
    """The best state in which any document of the row has the statement."""
    return (
        tables["statements"]
        .filter(pl.col("state") != UNREAD)
        .select("document_sha256", "statement_code", "state")
        .join(documents.select(*DEPARTMENT, "document_sha256"), on="document_sha256")
        .with_columns(pl.col("state").replace_strict(_STATE_ORDER, default=0, return_dtype=pl.Int32).alias("_order"))
        .sort("_order")
        .group_by(*DEPARTMENT, "statement_code", maintain_order=True)
        .agg(pl.col("state").first())
        .sort(*DEPARTMENT, "statement_code")
    )
