"""The pictures by their numbers: the funnel counts publications, the comparisons find what is far off."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.site import charts, comparisons, funnel
from flows.site.catalogue import Catalogue
from flows.site.formulas import formulas
from flows.site.release import Release, open_release
from flows.site.render import HERE
from normalize.panels.tables import PUBLISHED
from tests.flows.site_release import VERSION, write_release

Row = dict[str, Any]


def rows(table: str, *given: Row) -> pl.DataFrame:
    """Rows of a published table: what is not given is null, or the type's nothing where null is not allowed."""
    spec = PUBLISHED[table]
    frame = pl.DataFrame([dict.fromkeys(spec.names()) | one for one in given], schema=spec.polars_schema())
    nothing = {pl.String(): "", pl.Boolean(): False}
    return frame.with_columns(
        pl.col(one.name).fill_null(
            pl.lit([], dtype=one.dtype) if isinstance(one.dtype, pl.List) else pl.lit(nothing.get(one.dtype, 0))
        )
        for one in spec.columns
        if not one.nullable
    )


def sha(number: int) -> str:
    return f"{number:064x}"


def release_of(folder: Path, **tables: pl.DataFrame) -> Release:
    listed = [
        {"document_sha256": sha(number), "county_code": "130630", "kind": "pdf", "n_cells": 1} for number in range(5)
    ]
    basic = {
        "documents": rows("documents", *listed),
        "disclosures": rows(
            "disclosures",
            *(
                {"document_sha256": sha(number), "fiscal_year": 2024, "n_facts": 3 * (number < 4)}
                for number in range(5)
            ),
        ),
        "budget_lines": rows("budget_lines"),
        "findings": rows("findings"),
    }
    return open_release(write_release(folder / VERSION, basic | tables))


def finding(document: int, outcome: str, left: float | None, right: float | None = None, check: str = "T01") -> Row:
    return {"document_sha256": sha(document), "outcome": outcome, "left_yuan": left, "right_yuan": right,
            "check_id": check, "finding_id": f"{document}{outcome}{left}", "places": ["t1.r1.c1"]}  # fmt: skip


def test_each_step_of_the_funnel_counts_the_same_publications(tmp_path: Path) -> None:
    due: list[tuple[str, str | None]] = [("found", sha(number)) for number in range(5)]
    due += [("parse_failed", None), ("not_published", None), ("blocked", None), ("not_searched", None)]
    coverage = [
        {"coverage_id": str(number), "county_code": "130630", "fiscal_year": 2023 + number % 2, "state": state,
         "doc_type": "department_budget", "document_sha256": sha256} for number, (state, sha256) in enumerate(due)
    ]  # fmt: skip
    release = release_of(
        tmp_path,
        coverage=rows("coverage", *coverage),
        statements=rows("statements", *(
            {"document_sha256": sha(number), "statement_code": code, "seq": 1}
            for number, code in enumerate(("three_public", "income", "income", "unrecognized"))
        )),
        findings=rows("findings", finding(0, "holds", 1.0, 1.0), finding(1, "fails", 1.0, 2.0),
                      finding(1, "holds", 1.0, 1.0), finding(2, "holds", None), finding(3, "holds", 1.0, 1.0)),
    )  # fmt: skip
    made = funnel.make(release, Catalogue(release))
    # 4 has no facts and 3 no known form; 2 has no judged sum, 1 one that fails
    assert made.counts == {"due": 9, "searched": 8, "found": 6, "read": 4, "recognised": 3, "balanced": 1}
    assert all(sum(made.by_year[step].values()) == count for step, count in made.counts.items())
    assert made.years == [2023, 2024]
    if charts.can_draw():
        assert made.chart is not None
        again = funnel.make(release, Catalogue(release)).chart
        assert again is not None
        assert again.svg == made.chart.svg, "no identifier that another drawing would count on"


def test_a_funnel_without_coverage_starts_at_what_was_found(tmp_path: Path) -> None:
    release = release_of(tmp_path)
    made = funnel.make(release, Catalogue(release))
    assert made.counts == {"found": 5, "read": 4, "recognised": 0, "balanced": 0}


def panel(*given: tuple[str, int, str, float | None]) -> pl.DataFrame:
    """(department, year, stage, expenditure) → rows of the panel of departments."""
    listed = [
        {"org_id": org, "org_name": f"{org}局", "fiscal_year": year, "stage": stage, "entity_level": "department",
         "document_sha256": sha(year), "exp_total_yuan": amount} for org, year, stage, amount in given
    ]  # fmt: skip
    return rows("panel_department_year", *listed)


def test_a_unit_taken_wrongly_stands_off_the_line(tmp_path: Path) -> None:
    amounts = panel(
        ("a", 2023, "budget", 1_000_000.0), ("a", 2024, "budget", 1_100_000.0), ("a", 2024, "final", 900_000.0),
        ("b", 2023, "budget", 2_000_000.0), ("b", 2024, "budget", 200.0), ("c", 2024, "budget", 5.0),
        ("c", 2023, "budget", None), ("c", 2022, "budget", 0.0),
    )  # fmt: skip
    made = {one.name: one for one in comparisons.make(release_of(tmp_path, panel_department_year=amounts))}
    assert set(made) == {"years", "stages"}, "no finding has two sides"
    years, stages = made["years"], made["stages"]
    assert (years.total, years.drawn, years.n_far) == (2, 2, 1)
    (far,) = years.far
    assert (far["number"], far["name"], far["year"], far["x"], far["y"]) == (1, "b局", 2024, 2_000_000.0, 200.0)
    assert far["times"] == pytest.approx(10_000)
    assert (stages.total, stages.n_far) == (1, 0)


def test_of_the_checks_those_that_fail_are_numbered(tmp_path: Path) -> None:
    findings = rows(
        "findings",
        *(finding(0, "holds", float(number), float(number)) for number in range(1, 3000)),
        finding(1, "fails", 100.0, 101.0),
        finding(2, "fails", 0.0, 5.0),
        finding(3, "not_applicable", 1.0, 9.0),
    )
    (sides,) = comparisons.make(release_of(tmp_path, findings=findings))
    assert (sides.name, sides.total, sides.n_far) == ("sides", 3000, 1)
    assert sides.drawn <= comparisons.MOST_POINTS + 1
    assert [(one["x"], one["y"], one["place"]) for one in sides.far] == [(100.0, 101.0, "t1.r1.c1")]


@pytest.mark.skipif(not charts.can_draw(), reason="the extra `site` is not installed")
def test_points_far_off_differ_in_shape_and_colours_are_the_page_s_own(tmp_path: Path) -> None:
    findings = rows("findings", finding(0, "holds", 5.0, 5.0), finding(1, "fails", 7e7, 7e3))
    (sides,) = comparisons.make(release_of(tmp_path, findings=findings))
    for language, unit in (("zh", "1亿"), ("en", "100m")):
        svg = str(sides.chart.svg[language])
        assert unit in svg
        assert ">1</text>" in svg, "the number of the point"
        shapes = set(re.findall(r'<path aria-label="[^"]*" role="graphics-symbol"[^>]* d="([^"]*)"', svg))
        assert len(shapes) == 3, "the line of equals, a circle, a triangle"
        assert not re.search(r'(?:fill|stroke)="#(?!0{3})', svg), "every colour is a variable of the page"


def test_an_amount_of_a_panel_says_where_it_is_taken_from_and_how_it_is_printed(tmp_path: Path) -> None:
    fact = f"{sha(0)[:16]}.t9.r14.c3"
    line = {"fact_id": fact, "printed_text": "15.00", "line_label": "四、会议费", "document_sha256": sha(0)}
    traced = {"panel": "panel_department_year", "row_key": "a|2024|budget", "column": "tp_meeting_yuan",
              "fact_table": "budget_lines", "fact_id": fact, "role": "value"}  # fmt: skip
    touching = finding(0, "fails", 1.0, 2.0) | {"fact_ids": [fact]}
    release = release_of(
        tmp_path,
        budget_lines=rows("budget_lines", line),
        panel_lineage=rows("panel_lineage", traced, traced | {"fact_id": f"{sha(1)[:16]}.t1.r1.c1"}),
        findings=rows("findings", touching, finding(0, "holds", 1.0, 1.0, "R05") | {"fact_ids": ["another"]}),
    )
    meeting = formulas(release, release.tables["panel_department_year"])["tp_meeting_yuan"]
    assert meeting.sources[0] == "three_public: line meeting, column total"
    assert [(one["fact_id"], one["printed_text"]) for one in meeting.examples] == [(fact, "15.00")]
    assert meeting.checks == ["T01"]
    assert formulas(release, release.tables["budget_lines"]) == {}
    county = formulas(release, release.tables["panel_county_year"])
    assert county["exp_project_yuan"].of == "exp_project"


def palettes() -> dict[str, dict[str, tuple[float, ...]]]:
    """Theme → variable → red, green, blue, as the style sheet gives them."""
    text = (HERE / "assets" / "site.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    found: dict[str, dict[str, tuple[float, ...]]] = {}
    for theme, block in zip(("light", "dark"), blocks, strict=False):
        colours = re.findall(r"--([\w-]+): #([0-9a-f]{6})", block)
        found[theme] = {name: tuple(int(code[at : at + 2], 16) for at in (0, 2, 4)) for name, code in colours}
    return found


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def light(colour: tuple[float, ...]) -> float:
        parts = [part / 255 for part in colour]
        r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_in_charts_stand_out_from_paper_and_bars(theme: str) -> None:
    colours = palettes()[theme]
    paper = colours["paper"]
    for name in ("ink", "soft", "faint", "accent", "good", "near", "bad", "open"):
        assert contrast(colours[name], paper) >= 4.5, name
    for name in (*(f"c{number}" for number in range(1, 9)), "good", "near", "bad", "open", "accent"):
        bar = tuple(
            charts.OPAQUE * a + (1 - charts.OPAQUE) * b for a, b in zip(colours[name], paper, strict=True)
        )  # as opaque as bars are
        assert contrast(colours["ink"], bar) >= 4.5, name
    for name in ("c1", "bad", "accent"):  # points and bars themselves: 3 to 1 (1.4.11)
        assert contrast(colours[name], paper) >= 3, name
