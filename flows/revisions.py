"""Corrections and revisions in the tables of a release: what can only be known over all documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from crawl.schema import Body
from flows.release.draft import whole_table
from normalize.correct import unknown_documents
from normalize.correction import Correction
from normalize.issues import issue_rows
from normalize.revision import (
    Cell,
    Key,
    Replacement,
    candidates,
    cells_of,
    holding,
    of_members,
    republished,
    revision_rows,
    same_disclosure,
    same_url,
    standing,
)
from normalize.schema import Row, to_frame

Frames = dict[str, pl.DataFrame]
Scan = Callable[[str], pl.LazyFrame]
DISCLOSURE = (
    "document_sha256",
    "disclosure_id",
    "county_code",
    "org_id",
    "fiscal_year",
    "doc_type",
    "entity_level",
    "stage",
    "published_date",
)
CELL_TABLES = ("budget_lines", "projects", "indicators")


def with_revisions(tables: Frames, bodies: Sequence[Body], scan: Scan | None = None) -> Frames:
    """The tables with `revisions` and `revision_cells`, and what holds in `documents`.

    bodies: what each address gave, as the ledger has it. scan: where the rows of CELL_TABLES are, if not in tables.
    """
    look = scan or (lambda name: tables[name].lazy())
    documents = tables["documents"].select("document_sha256", "parent_sha256", "member_path", "is_current").to_dicts()
    disclosures = tables["disclosures"].select(DISCLOSURE).to_dicts()
    said = {str(row["document_sha256"]): row for row in disclosures}
    pairs = [one for one in of_members(same_url(bodies), documents) if one.old in said and one.new in said]
    kept = [one for one in pairs if same_disclosure(said[one.old], said[one.new])]
    current = holding(documents, pairs, kept)
    rows = _rows_of(look, {sha256 for group in candidates(disclosures, current) for _, sha256 in group})
    cells: dict[str, dict[Key, Cell]] = {sha256: cells_of(found)[0] for sha256, found in rows.items()}
    taken = {(one.old, one.new) for one in kept}
    later = [one for one in republished(disclosures, current, cells) if (one.old, one.new) not in taken]
    replacements = [*kept, *later]
    rows = _rows_of(look, {sha256 for one in replacements for sha256 in (one.old, one.new)})
    return {
        **tables,
        **_tables_of(replacements, said, rows),
        "documents": _standing(tables["documents"], standing(documents, current, replacements)),
    }


def _rows_of(look: Scan, wanted: Iterable[str]) -> dict[str, dict[str, list[Row]]]:
    """Rows of these documents, per document and table, in the tables' order."""
    names = sorted(wanted)
    found: dict[str, dict[str, list[Row]]] = {sha256: {} for sha256 in names}
    if names:
        for table in CELL_TABLES:
            rows = look(table).filter(pl.col("document_sha256").is_in(names)).collect()
            for row in rows.iter_rows(named=True):
                found[row["document_sha256"]].setdefault(table, []).append(row)
    return found


def _tables_of(
    replacements: Sequence[Replacement], said: dict[str, Row], rows: dict[str, dict[str, list[Row]]]
) -> Frames:
    revisions: list[Row] = []
    cells: list[Row] = []
    for one in replacements:
        row, changed = revision_rows(one, said, rows)
        revisions.append(row)
        cells += changed
    return {"revisions": to_frame("revisions", revisions), "revision_cells": to_frame("revision_cells", cells)}


def _standing(documents: pl.DataFrame, found: dict[str, tuple[bool, int, str | None]]) -> pl.DataFrame:
    names = documents["document_sha256"].to_list()
    columns = ("is_current", "version_no", "replaced_by")
    return documents.with_columns(
        pl.Series(column, [found[name][number] for name in names], dtype=documents.schema[column])
        for number, column in enumerate(columns)
    )


def with_lost_corrections(tables: Frames, corrections: Iterable[Correction]) -> Frames:
    """The tables with rows and issues of the corrections whose document is not there."""
    rows, issues = unknown_documents(corrections, tables["documents"]["document_sha256"].to_list())
    if not rows:
        return tables
    return {
        **tables,
        "corrections": _joined("corrections", tables["corrections"], rows),
        "issues": _joined("issues", tables["issues"], issue_rows(issues, "")),
    }


def _joined(name: str, frame: pl.DataFrame, rows: list[Row]) -> pl.DataFrame:
    return whole_table(name, [frame, to_frame(name, rows)])
