"""Quotes of rows that are no amounts of a statement: indicators, projects, assets."""

from __future__ import annotations

from flows.checks.noun import Quote
from flows.checks.views import AnyRow
from flows.checks.words import one_line


def place_of(row: AnyRow) -> str:
    """`Place.ref()` of a row with provenance: a cell, a paragraph, a page."""
    if row.get("table_no") is not None:
        return f"t{row['table_no']}.r{row['row_no']}.c{row['col_no']}"
    if row.get("paragraph_no") is not None:
        return f"p{row['paragraph_no']}"
    return f"page{row['page']}" if row.get("page") is not None else "document"


def quote_of(row: AnyRow, text: str, fact_id: str | None = None) -> Quote:
    return Quote(place_of(row), row["page"], one_line(text), fact_id)
