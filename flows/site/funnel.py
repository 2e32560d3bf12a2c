"""From what was due to what adds up: how many publications each step of the work still has, and where the rest stay.

One row is one publication that was due or found (an organisation, a year, a kind), as the table of coverage lists them,
so every step counts the same things. Where an organisation published several files for it, the first one is looked at.
A release without coverage starts at what was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from flows.site import charts
from flows.site.catalogue import Catalogue
from flows.site.release import Release, Row

UNKNOWN_FORMS: Final = ("unrecognized", "other")
JUDGED: Final = ("holds", "rounding", "fails")
STEPS: Final[dict[str, tuple[str, str, str, str]]] = {
    "due": ("应有", "due", "由县区自己公开过的推出，或已找到", "follows from what the county published, or was found"),
    "searched": ("查过", "searched", "读过它该在的栏目", "the columns it should stand in were read"),
    "found": ("找到", "found", "取到了文件", "the document was fetched"),
    "read": ("读出", "read", "文件里读出了表", "tables were read from it"),
    "recognised": ("认出", "recognised", "至少一张表合于官方表样", "at least one table is of an official form"),
    "balanced": ("合得上", "balanced", "核对过金额，没有一处不等", "its sums were checked and none fails"),
}  # fmt: skip


@dataclass
class Funnel:
    """Step → how many, in order; and the same by year (None: year not known)."""

    counts: dict[str, int] = field(default_factory=dict)
    by_year: dict[str, dict[Any, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    chart: charts.Chart | None = None

    @property
    def years(self) -> list[Any]:
        seen = {year for cells in self.by_year.values() for year in cells}
        return sorted(seen, key=lambda one: (one is None, one or 0))


def make(release: Release, catalogue: Catalogue) -> Funnel:
    """The funnel of a release, with its drawing where charts can be drawn."""
    if catalogue.gaps:
        order, rows = tuple(STEPS), catalogue.gaps
    else:
        order, rows = tuple(STEPS)[2:], [row | {"state": "found"} for row in catalogue.documents]
    found = Funnel(dict.fromkeys(order, 0))
    recognised, balanced = _recognised(release), _balanced(release)
    read = {str(row["document_sha256"]) for row in catalogue.documents if row["n_facts"]} | recognised
    for row in rows:
        for step in order[: _reached(row, order, read, recognised, balanced)]:
            found.counts[step] += 1
            found.by_year[step][row["fiscal_year"]] += 1
    found.chart = _draw(found) if rows else None
    return found


def _reached(row: Row, order: Sequence[str], read: set[str], recognised: set[str], balanced: set[str]) -> int:
    """How many steps of the order the publication came through."""
    sha256, state = str(row["document_sha256"]), str(row["state"])
    here = state in ("found", "parse_failed")
    held = {
        "due": True,
        "searched": state != "not_searched",
        "found": here,
        "read": here and sha256 in read,
        "recognised": here and sha256 in recognised,
        "balanced": here and sha256 in balanced,
    }
    return next((number for number, step in enumerate(order) if not held[step]), len(order))


def _recognised(release: Release) -> set[str]:
    """Documents with a statement, or a performance form, of a known form."""
    parts = []
    if release.has("statements", "document_sha256", "statement_code"):
        known = ~pl.col("statement_code").is_in(UNKNOWN_FORMS)
        parts.append(release.scan("statements").filter(known).select("document_sha256"))
    parts += [
        release.scan(table).select("document_sha256")
        for table in ("projects", "indicators")
        if release.has(table, "document_sha256")
    ]
    return {str(one) for part in parts for one in part.unique().collect()["document_sha256"]}


def _balanced(release: Release) -> set[str]:
    """Documents of which some sum could be judged, and none fails; checks of words and punctuation are left aside."""
    judged = (
        release.scan("findings")
        .filter(pl.col("outcome").is_in(JUDGED) & pl.col("left_yuan").is_not_null())
        .group_by("document_sha256")
        .agg((pl.col("outcome") == "fails").any().alias("fails"))
        .filter(~pl.col("fails"))
        .collect()
    )
    return {str(one) for one in judged["document_sha256"]}


def _draw(found: Funnel) -> charts.Chart:
    most = max(found.counts.values()) or 1

    def make_one(alt: Any, language: str) -> Any:
        names = [STEPS[step][language == "en"] for step in found.counts]
        rows = [
            {"step": name, "n": count, "said": f"{count:,} · {count / most:.0%}"}
            for name, count in zip(names, found.counts.values(), strict=True)
        ]
        base = alt.Chart(alt.Data(values=rows)).encode(
            y=alt.Y("step:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
        )
        length = alt.X("n:Q", axis=None, scale=alt.Scale(domain=[0, most]))
        bars = base.mark_bar(color=charts.ACCENT, fillOpacity=charts.OPAQUE, height=20).encode(x=length)
        said = base.mark_text(align="left", dx=6, color=charts.INK).encode(x=length, text="said:N")
        return (bars + said).properties(width=190, height=alt.Step(30))

    return charts.chart(
        "从应有到合得上：各步还剩多少件", "From due to balanced: publications left at each step", make_one
    )
