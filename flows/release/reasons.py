"""Why a value differs between two releases. One rule per line, the most telling first; what is left is our reading."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from normalize.withholding import WITHHELD

# Most telling first: of several reasons in one row of a panel the first stands.
ORDER: Final = (
    "schema", "withheld", "replaced_document", "new_document", "withdrawn", "correction", "review", "vocabulary",
    "crawl", "checks", "extractor",
)  # fmt: skip
EXTRACTOR: Final = "extractor"

_OF_TABLE: Final = {
    "corrections": "correction",
    "coverage": "crawl",
    "findings": "checks",
    "standings": "checks",
    "revisions": "replaced_document",
    "revision_cells": "replaced_document",
    "withheld": "withheld",
}
_OF_COLUMN: Final = {
    **dict.fromkeys(("is_current", "version_no", "replaced_by"), "replaced_document"),
    **dict.fromkeys(("correction_ids", "as_read", "printed_text_as_read"), "correction"),
    **dict.fromkeys(
        ("dept_type", "county_code_current", "map_status", "level1_std", "level2_std", "value_unit_std", "concept",
         "qualitative_class"), "vocabulary",
    ),
    **dict.fromkeys(
        ("source_id", "publisher", "url", "landing_url", "link_text", "notice_title", "filename", "published_date",
         "county_basis"), "crawl",
    ),
    **dict.fromkeys(
        ("standing", "check_worst", "n_checks", "blank_evidence", "implied_yuan", "n_checks_fail"), "checks"
    ),
    **dict.fromkeys(("verdict", "verdict_by", "verdict_on", "verdict_note", "human_status", "human_note"), "review"),
}  # fmt: skip


def of_table(table: str) -> str:
    """The reason of rows of a table that stands for itself; `extractor` of tables of what documents say."""
    return "vocabulary" if table.startswith("code_") else _OF_TABLE.get(table, EXTRACTOR)


def of_value(table: str, column: str, *, is_corrected: pl.Expr) -> pl.Expr:
    """The reason of a changed value. is_corrected: whether the corrections of its row are others now."""
    plain = _OF_COLUMN.get(column) or ("review" if column.startswith("verdict") else of_table(table))
    return (
        pl.when((pl.col("after") == WITHHELD) | (pl.col("before") == WITHHELD))
        .then(pl.lit("withheld"))
        .when(is_corrected)
        .then(pl.lit("correction"))
        .otherwise(pl.lit(plain))
    )


def first_of(reasons: Iterable[str]) -> str:
    """The most telling of several."""
    return min(reasons, key=ORDER.index, default=EXTRACTOR)
