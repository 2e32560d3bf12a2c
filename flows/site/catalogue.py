"""Documents, coverage and findings as the pages of places need them: small frames, one row a document or a gap."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from flows.failing import is_failing
from flows.site import words
from flows.site.release import Release, Row

_DOCUMENT = ("document_sha256", "disclosure_id", "county_code", "kind", "published_date", "title_printed", "filename")
_DISCLOSURE = ("document_sha256", "org_id", "org_name", "fiscal_year", "doc_type", "entity_level", "n_facts")
_COVERAGE = ("county_code", "org_id", "org_name", "fiscal_year", "doc_type", "state")


@dataclass
class Catalogue:
    """What lies where, of one release."""

    release: Release

    @cached_property
    def documents(self) -> list[Row]:
        """One row per document, with its disclosure and how many of its checks fail; by county, organisation, year."""
        optional = [
            one for one in ("is_current", "notice_title", "url", "text_coverage") if self._has("documents", one)
        ]
        documents = self.release.frame("documents", [*_DOCUMENT, *optional])
        disclosures = self.release.frame("disclosures", _DISCLOSURE).unique(
            "document_sha256", keep="first", maintain_order=True
        )
        fails = (
            self.release.scan("findings")
            .filter(is_failing())
            .group_by("document_sha256")
            .agg(pl.len().alias("n_fails"))
            .collect()
        )
        joined = (
            documents.join(disclosures, on="document_sha256", how="left", maintain_order="left")
            .join(fails, on="document_sha256", how="left", maintain_order="left")
            .with_columns(pl.col("n_fails").fill_null(0))
            .sort("county_code", "org_name", "fiscal_year", "doc_type", "document_sha256", nulls_last=True)
        )
        return joined.to_dicts()

    @cached_property
    def gaps(self) -> list[Row]:
        """Every row of the table of coverage, in its order."""
        return self.release.frame("coverage").to_dicts() if self._has("coverage", *_COVERAGE) else []

    @cached_property
    def counties(self) -> list[str]:
        """Codes of the counties that have a document or were looked at; "" where the place is not known."""
        found = {str(one["county_code"] or "") for one in self.documents}
        found |= {str(one["county_code"] or "") for one in self.gaps}
        return sorted(found, key=lambda one: (one == "", one))

    @cached_property
    def by_county(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for one in self.documents:
            found[str(one["county_code"] or "")].append(one)
        return found

    @cached_property
    def gaps_by_county(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for one in self.gaps:
            found[str(one["county_code"] or "")].append(one)
        return found

    @cached_property
    def matrix(self) -> dict[str, dict[tuple[Any, str], dict[str, int]]]:
        """County → (year, kind) → state → how many. Without the table of coverage: what was found alone."""
        found: dict[str, dict[tuple[Any, str], dict[str, int]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(int))
        )
        if self.gaps:
            for one in self.gaps:
                found[str(one["county_code"] or "")][one["fiscal_year"], str(one["doc_type"])][str(one["state"])] += 1
        else:
            for one in self.documents:
                key = one["fiscal_year"], str(one["doc_type"] or "other_fiscal")
                found[str(one["county_code"] or "")][key]["found"] += 1
        return found

    @cached_property
    def years(self) -> list[int]:
        seen = {key[0] for cells in self.matrix.values() for key in cells if key[0] is not None}
        return sorted(int(one) for one in seen)

    @cached_property
    def kinds(self) -> list[str]:
        seen = {key[1] for cells in self.matrix.values() for key in cells}
        return sorted(seen, key=lambda one: (words.kind_rank(one), one))

    @cached_property
    def states(self) -> dict[str, int]:
        """State → how many, over everything, in the order of the legend."""
        total: dict[str, int] = defaultdict(int)
        for cells in self.matrix.values():
            for states in cells.values():
                for state, count in states.items():
                    total[state] += count
        return {state: total[state] for state in words.COVERAGE_MARKS if total[state]}

    @cached_property
    def county_years(self) -> int:
        """How many pairs of a county and a year have at least one document."""
        return len(
            {
                (one["county_code"], one["fiscal_year"])
                for one in self.documents
                if one["county_code"] and one["fiscal_year"]
            }
        )

    @cached_property
    def departments(self) -> dict[str, list[Row]]:
        """org_id → its documents."""
        found: dict[str, list[Row]] = defaultdict(list)
        for one in self.documents:
            if one["org_id"]:
                found[str(one["org_id"])].append(one)
        return found

    def _has(self, table: str, *columns: str) -> bool:
        return self.release.has(table, *columns)


def worst(states: dict[str, int]) -> str:
    """The state that a matrix cell shows: found where anything was found, else the most telling of the others."""
    if states.get("found"):
        return "found"
    for state in ("parse_failed", "link_dead", "blocked", "not_published", "not_searched"):
        if states.get(state):
            return state
    return "not_searched"
