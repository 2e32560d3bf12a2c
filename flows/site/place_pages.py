"""Coverage, counties and departments: what was found, what was looked for and is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from flows.site import charts, funnel, words
from flows.site.catalogue import Catalogue, worst
from flows.site.release import Release, Row
from flows.site.render import LANGUAGES, Pages, csv_line

STATE_COLOURS: Final = {
    "found": charts.GOOD,
    "not_published": charts.NEAR,
    "link_dead": charts.BAD,
    "blocked": charts.OPEN,
    "parse_failed": charts.SERIES[1],
    "not_searched": charts.SERIES[2],
}
MOST_ON_ONE_PAGE: Final = 150  # counties of one matrix; more are shown by province
MOST_DEPARTMENTS: Final = 1500  # of one county's page
MOST_GAPS: Final = 300  # listed on one county's page; the CSV has all
AMOUNTS: Final = (
    "rev_total_yuan", "exp_total_yuan", "exp_basic_yuan", "exp_project_yuan", "tp_total_yuan", "tp_meeting_yuan",
)  # fmt: skip
GAP_COLUMNS: Final = (
    "county_code", "org_name", "fiscal_year", "doc_type", "state", "reason", "reason_zh", "reason_en", "due_date",
    "link_text", "url",
)  # fmt: skip


def write(pages: Pages, release: Release, catalogue: Catalogue) -> None:
    """`/coverage/`, `/county/`, `/county/<code>/`, `/department/<org_id>/`, and the CSV of gaps."""
    _coverage(pages, release, catalogue)
    pages.write("county/index.html", "counties.html", groups=_by_province(catalogue), catalogue=catalogue)
    for county in catalogue.counties:
        _county(pages, catalogue, county)
    amounts = _amounts(release)
    for org_id, documents in sorted(catalogue.departments.items()):
        _department(pages, catalogue, org_id, documents, amounts)


def _coverage(pages: Pages, release: Release, catalogue: Catalogue) -> None:
    lines = [csv_line(list(GAP_COLUMNS))]
    lines += [
        csv_line([row.get(column) for column in GAP_COLUMNS]) for row in catalogue.gaps if row["state"] != "found"
    ]
    pages.output.write("coverage/gaps.csv", "\ufeff" + "".join(lines))
    groups = _by_province(catalogue)
    split = len(catalogue.counties) > MOST_ON_ONE_PAGE
    common: dict[str, Any] = {"catalogue": catalogue, "worst": worst, "n_gaps": len(lines) - 1}
    pages.write(
        "coverage/index.html",
        "coverage.html",
        counties=[] if split else catalogue.counties,
        provinces=groups if split else [],
        province=None,
        summary=_summary(catalogue, groups) if split else {},
        chart=coverage_chart(catalogue),
        funnel=funnel.make(release, catalogue),
        steps=funnel.STEPS,
        **common,
    )
    if split:
        for code, counties in groups:
            pages.write(
                f"coverage/{code or 'none'}.html",
                "coverage.html",
                counties=counties,
                provinces=[],
                province=words.place_name(f"{code}0000") if code else words.place_name(None),
                summary={},
                chart=None,
                funnel=None,
                **common,
            )


def coverage_chart(catalogue: Catalogue) -> charts.Chart | None:
    """Documents due or found, by year and state."""
    by_year: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cells in catalogue.matrix.values():
        for (year, _), states in cells.items():
            if year is not None:
                for state, count in states.items():
                    by_year[int(year)][state] += count
    if not by_year:
        return None
    order = list(catalogue.states)
    rows = []
    for state in order:
        mark = words.COVERAGE_MARKS[state]
        zh, en = (f"{mark} {words.say('coverage', state, language)}" for language in LANGUAGES)
        rows += [{"year": year, "n": by_year[year].get(state, 0), "zh": zh, "en": en} for year in sorted(by_year)]
    return charts.stacked_years(
        "应有的公开件，按年度与结果",
        "What was due or found, by year and outcome",
        rows,
        ("件", "documents"),
        [STATE_COLOURS[state] for state in order],
    )


def _by_province(catalogue: Catalogue) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for county in catalogue.counties:
        groups[county[:2]].append(county)
    return sorted(groups.items(), key=lambda one: (one[0] == "", one[0]))


def _summary(catalogue: Catalogue, groups: Sequence[tuple[str, list[str]]]) -> dict[str, dict[int, tuple[int, int]]]:
    """Province → year → (counties with a document, counties)."""
    found: dict[str, dict[int, tuple[int, int]]] = {}
    for code, counties in groups:
        found[code] = {
            year: (
                sum(
                    any(key[0] == year and states.get("found") for key, states in catalogue.matrix[one].items())
                    for one in counties
                ),
                len(counties),
            )
            for year in catalogue.years
        }
    return found


def _county(pages: Pages, catalogue: Catalogue, county: str) -> None:
    documents = catalogue.by_county.get(county, [])
    gaps = [row for row in catalogue.gaps_by_county.get(county, []) if row["state"] != "found"]
    years = sorted({int(row["fiscal_year"]) for row in [*documents, *gaps] if row["fiscal_year"] is not None})
    departments: dict[tuple[str, str], dict[Any, list[Row]]] = defaultdict(lambda: defaultdict(list))
    missing: dict[tuple[str, str], dict[Any, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in documents:
        departments[str(row["org_id"] or ""), str(row["org_name"] or "")][row["fiscal_year"]].append(row)
    for row in gaps:
        key = str(row["org_id"] or ""), str(row["org_name"] or "")
        missing[key][row["fiscal_year"]].append(row)
    names = sorted({*departments, *missing}, key=lambda one: (one[1] == "", one[1], one[0]))
    pages.write(
        f"county/{county or 'none'}/index.html",
        "county.html",
        county=county,
        name=words.place_name(county or None),
        above=words.place_path(county or None),
        documents=documents,
        gaps=gaps[:MOST_GAPS],
        gaps_left_out=max(0, len(gaps) - MOST_GAPS),
        years=years,
        names=names[:MOST_DEPARTMENTS],
        names_left_out=max(0, len(names) - MOST_DEPARTMENTS),
        departments=departments,
        missing=missing,
        known=catalogue.departments,
    )


def _amounts(release: Release) -> dict[str, list[Row]]:
    """org_id → rows of the department panel, with the amounts it has; {} where the release has no panel."""
    table = release.tables.get("panel_department_year")
    if table is None or not release.has(table.name, "org_id", "fiscal_year", "stage"):
        return {}
    own = [name for name in AMOUNTS if table.has(name)]
    why = [one for name in own if table.has(one := name.removesuffix("_yuan") + "_why")]
    frame = release.frame(table.name, ["org_id", "fiscal_year", "stage", *own, *why]).sort(
        "org_id", "fiscal_year", "stage"
    )
    found: dict[str, list[Row]] = defaultdict(list)
    for row in frame.filter(pl.col("org_id").is_not_null()).iter_rows(named=True):
        found[str(row["org_id"])].append(row)
    return found


def _department(
    pages: Pages, catalogue: Catalogue, org_id: str, documents: list[Row], amounts: dict[str, list[Row]]
) -> None:
    first = documents[-1]
    county = str(first["county_code"] or "")
    gaps = [
        row for row in catalogue.gaps_by_county.get(county, []) if row["org_id"] == org_id and row["state"] != "found"
    ]
    rows = amounts.get(org_id, [])
    columns = []
    table = catalogue.release.tables.get("panel_department_year")
    if rows and table is not None:
        known = {column.name: column for column in table.columns}
        columns = [known[name] for name in AMOUNTS if name in known]
    pages.write(
        f"department/{org_id}/index.html",
        "department.html",
        org_id=org_id,
        org_name=first["org_name"] or org_id,
        county=county,
        place=words.place_name(county or None),
        documents=documents,
        gaps=gaps,
        amounts=rows,
        columns=columns,
        languages=LANGUAGES,
    )
