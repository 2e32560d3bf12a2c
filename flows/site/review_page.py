"""`/review/`: how to review, and what in this release waits for it: failing checks nobody has judged, doubtful values,
troubles while reading; by document, by check."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import polars as pl

from flows.checks import catalogue as checks
from flows.failing import is_failing
from flows.site.catalogue import Catalogue
from flows.site.release import Release, Row
from flows.site.render import Pages

MOST_DOCUMENTS: Final = 200  # listed on the page; the tables have all
KINDS: Final = ("fails", "doubtful", "issues")
VERDICTS: Final = ("confirm", "reject", "flag")
_DOCUMENT: Final = "document_sha256"


def write(pages: Pages, release: Release, catalogue: Catalogue) -> None:
    """The page in both languages."""
    waiting = _waiting(release)
    by_document = _by_document(waiting)
    known = {str(row[_DOCUMENT]): row for row in catalogue.documents}
    order = sorted(by_document, key=lambda sha256: (-sum(by_document[sha256].values()), sha256))
    order = [sha256 for sha256 in order if sha256 in known]  # a trouble with a link is of no document
    pages.write(
        "review/index.html",
        "review.html",
        totals={kind: sum(counts.get(kind, 0) for counts in by_document.values()) for kind in KINDS},
        has_standings=release.has("budget_lines", "standing"),
        documents=[(known[sha256], by_document[sha256]) for sha256 in order[:MOST_DOCUMENTS]],
        left_out=max(0, len(order) - MOST_DOCUMENTS),
        by_check=_by_check(release),
        verdicts=_verdicts(release),
        counties=sorted({str(known[sha256]["county_code"]) for sha256 in order if known[sha256]["county_code"]}),
        kinds=KINDS,
    )


def _unjudged(release: Release) -> pl.LazyFrame:
    """Findings that fail and that nobody has judged; one that was only flagged still waits."""
    verdict = pl.col("human_verdict")
    return release.scan("findings").filter(is_failing() & (verdict.is_null() | (verdict == "flag")))


def _waiting(release: Release) -> dict[str, pl.LazyFrame]:
    """Kind → rows that wait, with their document."""
    found = {"fails": _unjudged(release)}
    if release.has("budget_lines", "standing"):
        found["doubtful"] = release.scan("budget_lines").filter(pl.col("standing") == "doubtful")
    if release.has("issues", _DOCUMENT, "severity"):
        found["issues"] = release.scan("issues").filter(pl.col("severity") != "info")
    return found


def _by_document(waiting: dict[str, pl.LazyFrame]) -> dict[str, dict[str, int]]:
    """Document ("" for none) → kind → how many."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, rows in waiting.items():
        counted = rows.group_by(_DOCUMENT).agg(pl.len().alias("n")).collect()
        for sha256, count in counted.iter_rows():
            found[str(sha256 or "")][kind] = count
    return found


def _by_check(release: Release) -> list[Row]:
    """Check → how many of its findings wait, in how many documents, and one of them: most first."""
    titles: dict[str, Any] = {info.id: info for info in checks()}
    counted = (
        _unjudged(release)
        .sort(_DOCUMENT, "finding_id")
        .group_by("check_id", maintain_order=True)
        .agg(
            pl.len().alias("n"),
            pl.col(_DOCUMENT).n_unique().alias("documents"),
            pl.col(_DOCUMENT).first(),
            pl.col("places").first(),
        )
        .sort(["n", "check_id"], descending=[True, False])
        .collect()
    )
    return [row | {"info": titles.get(str(row["check_id"]))} for row in counted.iter_rows(named=True)]


def _verdicts(release: Release) -> dict[str, int]:
    """What people have said of findings so far."""
    said = release.scan("findings").filter(pl.col("human_verdict").is_not_null())
    counted = dict(said.group_by("human_verdict").agg(pl.len().alias("n")).collect().iter_rows())
    return {verdict: int(counted.get(verdict, 0)) for verdict in VERDICTS}
