"""Home, codebooks, changes, and the pages of prose: cite, methods, limits, personal data, feeds, permalink."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import polars as pl

from flows.site import words
from flows.site.catalogue import Catalogue
from flows.site.place_pages import coverage_chart
from flows.site.release import Release, Row
from flows.site.render import Pages

MOST_CODES: Final = 1500  # of one classification on its page; the release has all
MOST_ROWS: Final = 1000  # of a code table on its page
SHOWN_LISTS: Final = (
    "doc_type",
    "statement",
    "statement_state",
    "amount_state",
    "why",
    "coverage",
    "outcome",
    "stage",
    "unit_source",
    "unit_basis",
)
LIST_TITLES: Final[dict[str, tuple[str, str]]] = {
    "doc_type": ("文件种类 doc_type", "kinds of document, doc_type"),
    "statement": ("报表 statement_code", "statements, statement_code"),
    "statement_state": ("报表状态 state", "states of a statement"),
    "amount_state": ("金额状态 amount_state", "states of an amount, amount_state"),
    "why": ("面板的原因 _why", "reasons of the panels, _why"),
    "coverage": ("覆盖状态 state", "states of coverage"),
    "outcome": ("检查结果 outcome", "outcomes of a check"),
    "stage": ("阶段 stage", "stages"),
    "unit_source": ("单位印在何处 unit_source", "where the unit stood, unit_source"),
    "unit_basis": ("单位依据 unit_basis", "how the unit is known, unit_basis"),
}
SYSTEMS: Final[dict[str, tuple[str, str]]] = {
    "functional": ("支出功能分类", "functional classification of expenditure"),
    "economic_department": ("部门预算支出经济分类", "economic classification, departments"),
    "economic_government": ("政府预算支出经济分类", "economic classification, government"),
    "income": ("收入分类", "classification of income"),
}


def write(pages: Pages, release: Release, catalogue: Catalogue) -> None:
    counts = release.index.get("counts") or {}
    pages.write(
        "index.html",
        "home.html",
        facts=int(counts.get("facts") or release.tables["budget_lines"].rows),
        printed=counts.get("facts_printed"),
        documents=len(catalogue.documents),
        catalogue=catalogue,
        chart=coverage_chart(catalogue),
        start=next((one for name, one in release.tables.items() if name == "panel_department_year"), None),
        latest=_latest(catalogue),
    )
    _codebooks(pages, release)
    _changes(pages, release)
    for name in ("cite", "methods", "limits", "personal"):
        pages.write(f"{name}/index.html", f"{name}.html", release=release, moment=release.moment, catalogue=catalogue)
    pages.write("feeds/index.html", "feeds.html", catalogue=catalogue)
    pages.single("index.html", "root.html", "zh")
    pages.single("404.html", "missing.html", "zh")
    pages.single("f/index.html", "permalink.html", "zh")


def _latest(catalogue: Catalogue) -> list[Row]:
    dated = [row for row in catalogue.documents if row["published_date"] is not None]
    return sorted(dated, key=lambda row: (row["published_date"], row["document_sha256"]), reverse=True)[:6]


def _codebooks(pages: Pages, release: Release) -> None:
    systems: list[tuple[str, int]] = []
    wanted = ("class_system", "line_code", "line_label", "map_status", "fiscal_year")
    if release.has("budget_lines", *wanted):
        for system, rows in _codes(release).items():
            systems.append((system, len(rows)))
            pages.write(
                f"codebooks/{system}.html",
                "codes.html",
                system=system,
                title=SYSTEMS.get(system, (system, system)),
                rows=rows[:MOST_CODES],
                left_out=max(0, len(rows) - MOST_CODES),
            )
    lists = []
    for table in release.tables.values():
        if table.layer == "code" and table.parquet is not None:
            frame = release.scan(table.name).head(MOST_ROWS).collect()
            lists.append(table)
            pages.write(
                f"codebooks/{table.stem}.html",
                "code_table.html",
                table=table,
                rows=frame.rows(),
                left_out=max(0, table.rows - frame.height),
            )
    pages.write(
        "codebooks/index.html",
        "codebooks.html",
        systems=[(name, SYSTEMS.get(name, (name, name)), count) for name, count in systems],
        tables=lists,
        vocabularies=[(name, LIST_TITLES[name], words.WORDS[name]) for name in SHOWN_LISTS],
    )


def _codes(release: Release) -> dict[str, list[Row]]:
    """Classification → its codes, each with the labels as printed (the commonest first), years, and map status."""
    counted = (
        release.scan("budget_lines")
        .filter(pl.col("class_system").is_not_null() & pl.col("line_code").is_not_null())
        .group_by("class_system", "line_code", "line_label", "map_status")
        .agg(
            pl.len().alias("n"),
            pl.col("document_sha256").n_unique().alias("documents"),
            pl.col("fiscal_year").min().alias("first"),
            pl.col("fiscal_year").max().alias("last"),
        )
        .sort(["class_system", "line_code", "n", "line_label"], descending=[False, False, True, False], nulls_last=True)
        .collect()
    )
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in counted.iter_rows(named=True):
        one = found[str(row["class_system"])].setdefault(
            str(row["line_code"]),
            {
                "code": row["line_code"],
                "labels": {},
                "status": set(),
                "n": 0,
                "first": row["first"],
                "last": row["last"],
            },
        )
        label = "".join(str(row["line_label"] or "").split())
        one["labels"][label] = one["labels"].get(label, 0) + row["n"]
        one["status"].add(str(row["map_status"] or ""))
        one["n"] += row["n"]
        one["first"] = min((year for year in (one["first"], row["first"]) if year is not None), default=None)
        one["last"] = max((year for year in (one["last"], row["last"]) if year is not None), default=None)
    for codes in found.values():
        for one in codes.values():
            one["labels"] = sorted(one["labels"].items(), key=lambda pair: (-pair[1], pair[0]))
            one["status"] = sorted(status for status in one["status"] if status)
    return {system: list(codes.values()) for system, codes in sorted(found.items())}


def _changes(pages: Pages, release: Release) -> None:
    """The releases there are, with what each has; and what `meta_changes` says of the step to this one."""
    steps = []
    before: dict[str, Any] | None = None
    for index in release.others():
        steps.append(
            {"index": index, "counts": index.get("counts") or {}, "before": (before or {}).get("counts") or {}}
        )
        before = index
    pages.write(
        "changes/index.html",
        "changes.html",
        steps=list(reversed(steps)),
        groups=_change_groups(release),
        resources={str(one["name"]): one for one in release.index["resources"] if isinstance(one, dict)},
        has_changes=release.has("changes"),
    )


def _change_groups(release: Release) -> list[Row]:
    """Changes since the release before, by table, operation and reason: as the index counts them, else counted here."""
    delta = release.index.get("delta")
    if isinstance(delta, list) and delta:
        named = [
            {"table": one.get("table"), "op": one.get("op"), "reason": one.get("reason"), "n": one.get("rows")}
            for one in delta
            if isinstance(one, dict)
        ]
        return [one for one in named if isinstance(one["n"], int)]
    table = release.tables.get("changes")
    if table is None or table.parquet is None:
        return []
    wanted = {"table": ("of_table", "table"), "op": ("op",), "reason": ("reason",)}
    have = {name: own for name, choices in wanted.items() for own in choices if table.has(own)}
    if not have:
        return []
    counted = (
        release.scan("changes")
        .select(pl.col(own).alias(name) for name, own in have.items())
        .group_by(list(have))
        .agg(pl.len().alias("n"))
        .sort(["n", *have], descending=[True, *[False] * len(have)], nulls_last=True)
        .collect()
    )
    return [dict.fromkeys(wanted) | row for row in counted.to_dicts()]
