"""The page of quality: every check with its rule, how often it holds by year and county, the worst, the trend."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import polars as pl

from flows.catalogue import catalogue
from flows.check_info import FAMILIES
from flows.failing import counted_outcome, is_failing
from flows.site import charts, words
from flows.site.catalogue import Catalogue
from flows.site.comparisons import make as held_side_by_side
from flows.site.release import Release, Row
from flows.site.render import Pages

WORST: Final = 50
MOST_COUNTIES: Final = 400
JUDGED: Final = ("holds", "rounding", "fails")
CHECKS_OF_A_BAND: Final = 24  # side by side in the chart


def write(pages: Pages, release: Release, listed: Catalogue) -> bool:
    """`/quality/`. Returns whether charts could be drawn."""
    counts = _counts(release)
    by_check: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    by_year: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    by_county: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in counts:
        by_check[row["check_id"]][row["outcome"]] += row["n"]
        by_county[str(row["county_code"] or "")][row["outcome"]] += row["n"]
        if row["fiscal_year"] is not None:
            by_year[row["check_id"]][int(row["fiscal_year"])][row["outcome"]] += row["n"]
    infos = sorted(catalogue(), key=lambda one: (FAMILIES.index(one.family), one.id))
    years = sorted({year for cells in by_year.values() for year in cells})
    trend = [
        (str(index["version"]), {name: int(index["findings"].get(name, 0)) for name in words.RANK})
        for index in release.others()
        if isinstance(index.get("findings"), dict)
    ]
    pages.write(
        "quality/index.html",
        "quality.html",
        infos=infos,
        families=[(family, [one for one in infos if one.family == family]) for family in FAMILIES],
        by_check=by_check,
        by_year=by_year,
        years=years,
        counties=sorted(by_county.items(), key=lambda one: (_rate(one[1]) if _rate(one[1]) is not None else 2, one[0]))[
            :MOST_COUNTIES
        ],
        rate=_rate,
        step=_step,
        worst=_worst(release),
        comparisons=held_side_by_side(release),
        names={row["document_sha256"]: row for row in listed.documents},
        trend=trend,
        trend_chart=_trend_chart(trend) if len(trend) > 1 else None,
        chart=_heat(infos, by_year, years),
        outcomes={
            name: sum(row["n"] for row in counts if row["outcome"] == name) for name in words.MARKS if name != "none"
        },
    )
    return charts.can_draw()


def _counts(release: Release) -> list[Row]:
    """Findings by check, outcome, county and year."""
    disclosures = (
        release.scan("disclosures")
        .select("document_sha256", "county_code", "fiscal_year")
        .unique("document_sha256", keep="first", maintain_order=True)
    )
    keys = ["check_id", "outcome", "county_code", "fiscal_year"]
    return (
        release.scan("findings")
        .select("document_sha256", "check_id", counted_outcome())
        .join(disclosures, on="document_sha256", how="left")
        .group_by(keys)
        .agg(pl.len().alias("n"))
        .sort(keys, nulls_last=True)
        .collect()
        .to_dicts()
    )


def _rate(outcomes: dict[str, int]) -> float | None:
    """Share that holds, of what could be judged; None where nothing could."""
    judged = sum(outcomes.get(name, 0) for name in JUDGED)
    return None if not judged else 1 - outcomes.get("fails", 0) / judged


def _step(rate: float | None) -> str:
    """A class for a rate: five steps, the last only for what always holds."""
    if rate is None:
        return ""
    return "r4" if rate >= 1 else "r3" if rate >= 0.98 else "r2" if rate >= 0.9 else "r1" if rate >= 0.75 else "r0"


def _worst(release: Release) -> list[Row]:
    """The failing checks with the largest differences; errors before warnings."""
    return (
        release.scan("findings")
        .filter(is_failing())
        .select(
            "check_id", "severity", "document_sha256", "message_zh", "message_en", "delta_yuan", "places", "finding_id"
        )
        .with_columns(pl.col("delta_yuan").abs().alias("size"))
        .sort(["severity", "size", "finding_id"], descending=[False, True, False], nulls_last=True)
        .head(WORST)
        .collect()
        .to_dicts()
    )


def _heat(infos: list[Any], by_year: dict[str, dict[int, dict[str, int]]], years: list[int]) -> charts.Chart | None:
    """Share of checks that hold, check × year; the number stands in each cell, colour is not the only mark."""
    rows = [
        {"check": info.id, "year": str(year), "rate": rate, "text": "✓" if rate >= 1 else f"{rate * 100:.0f}"}
        for info in infos
        for year in years
        if (rate := _rate(by_year.get(info.id, {}).get(year, {}))) is not None
    ]
    if not rows:
        return None
    order = [info.id for info in infos if any(row["check"] == info.id for row in rows)]

    def make(alt: Any, language: str) -> Any:
        return alt.vconcat(
            *(band(alt, order[at : at + CHECKS_OF_A_BAND]) for at in range(0, len(order), CHECKS_OF_A_BAND)), spacing=12
        )

    def band(alt: Any, checks: list[str]) -> Any:
        base = alt.Chart(alt.Data(values=[row for row in rows if row["check"] in checks])).encode(
            x=alt.X(
                "check:N", sort=checks, title=None, axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False)
            ),
            y=alt.Y("year:O", title=None, axis=alt.Axis(ticks=False, domain=False)),
        )
        colour = alt.Color(
            "step:N",
            scale=alt.Scale(domain=["a", "b", "c"], range=[charts.GOOD, charts.NEAR, charts.BAD]),
            legend=None,
        )
        cells = (
            base.transform_calculate(step="datum.rate >= 1 ? 'a' : datum.rate >= 0.9 ? 'b' : 'c'")
            .mark_rect(opacity=0.3, stroke=charts.LINE)
            .encode(color=colour)
        )
        return (cells + base.mark_text(fontSize=10, color=charts.INK).encode(text="text:N")).properties(
            width=alt.Step(29), height=alt.Step(26)
        )

    return charts.chart(
        "成立的百分比，检查 × 年度（只计能判断的；✓ 为全部成立）",
        "Per cent that hold, check × year (of what could be judged; ✓: all)",
        make,
    )


def _trend_chart(trend: list[tuple[str, dict[str, int]]]) -> charts.Chart:
    rows = [{"version": version, "rate": rate} for version, counts in trend if (rate := _rate(counts)) is not None]

    def make(alt: Any, language: str) -> Any:
        order = [row["version"] for row in rows]
        title = "成立的比例" if language == "zh" else "share that holds"
        return (
            alt.Chart(alt.Data(values=rows))
            .mark_line(point=alt.OverlayMarkDef(color=charts.ACCENT, size=40), color=charts.ACCENT)
            .encode(
                x=alt.X("version:O", sort=order, title=None, axis=alt.Axis(labelAngle=0)),
                y=alt.Y("rate:Q", title=title, axis=alt.Axis(format=".1%"), scale=alt.Scale(zero=False)),
            )
            .properties(width=max(160, 90 * len(rows)), height=160)
        )

    return charts.chart("成立的比例，逐版", "Share of checks that hold, by release", make)
