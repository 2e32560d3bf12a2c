"""Panels of a release, a group of counties at a time: organisations of two counties never meet in a row of a panel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from flows.release.draft import Draft
from normalize.panels.build import build_panels
from normalize.panels.ground import GROUND
from normalize.panels.tables import PANELS
from normalize.schema import TABLES, SchemaError

GROUP: Final = 120_000  # facts that are in memory at once
# What the panels read of the large tables.
_COLUMNS: Final = {
    "budget_lines": GROUND,
    "indicators": ("document_sha256", "project_id", "is_quantitative"),
    "findings": ("document_sha256", "outcome", "human_verdict"),
    "projects": TABLES["projects"].names(),
}
_SMALL: Final = ("documents", "disclosures", "statements", "org_units")
Frames = dict[str, pl.DataFrame]


def panels_of(draft: Draft) -> Frames:
    """One frame per table of PANELS. Raises SchemaError where two counties have rows of one key."""
    made = [build_panels(tables) for tables in _groups(draft)]
    return {name: _joined(name, [one[name] for one in made]) for name in PANELS}


def _joined(name: str, parts: list[pl.DataFrame]) -> pl.DataFrame:
    spec = PANELS[name]
    if len(parts) == 1:
        return parts[0]
    frame = pl.concat(parts).sort(spec.sort, nulls_last=True)
    if frame.select(pl.struct(spec.key).is_duplicated().any()).item():
        raise SchemaError(f"{spec.name}: rows share a key")
    return frame


def _groups(draft: Draft) -> Iterator[Frames]:
    """The tables as panels read them, of some counties each."""
    documents = draft.frames["disclosures"].select(
        "document_sha256", "n_facts", pl.col("org_id").str.extract(r"^(.*)-[^-]*$").fill_null("").alias("county")
    )
    sizes = documents.group_by("county").agg(pl.col("n_facts").sum()).sort("county")
    groups: list[list[str]] = [[]]
    full = 0
    for county, facts in sizes.iter_rows():
        if groups[-1] and full + facts > GROUP:
            groups.append([])
            full = 0
        groups[-1].append(county)
        full += facts
    for group in groups:
        named = documents.filter(pl.col("county").is_in(group)).select("document_sha256").unique()
        yield _tables(draft, named, everything=len(groups) == 1)


def _tables(draft: Draft, documents: pl.DataFrame, *, everything: bool) -> Frames:
    tables: Frames = {}
    for name in (*_COLUMNS, *_SMALL):
        found = draft.lazy(name)
        if name in _COLUMNS:
            found = found.select(_COLUMNS[name])
        if not everything:
            found = found.join(documents.lazy(), on="document_sha256", how="semi", maintain_order="left")
        tables[name] = found.collect()
    return tables
