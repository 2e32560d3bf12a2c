"""The pages of the tables: what there is, what its columns mean and hold, how to load it, what it looks like."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from flows.release.snippets import ONE_DOCUMENT, one_document
from flows.site import charts, columns
from flows.site.columns import Spread
from flows.site.formulas import formulas
from flows.site.release import LAYERS, Column, Release, Row, Table
from flows.site.render import Pages

PREVIEW: Final = 50
START: Final = "panel_department_year"
MOST_REASONS: Final = 7

# (code, zh, en, tables it is shown on: a test on the table). For releases that do not say their warnings themselves.
WARNINGS: Final[tuple[tuple[str, str, str], ...]] = (
    ("W_BLANK", "空白不是零：看同名的 _state 或 _why 栏再决定怎样处理。",
     "A blank is not a zero: look at the _state or _why column beside it before you fill it."),
    ("W_LEVEL", "部门口径含下属单位，不要与单位口径相加。", "Departments include their units: do not add the two."),
    ("W_TOTAL", "合计行与明细行都在表中；求和只用 sum_safe 为真的行。",
     "Totals stand beside their parts: add up only rows whose sum_safe is true."),
    ("W_STAGE", "预算、调整预算与决算是不同阶段（stage），不要混用。",
     "Budget, adjusted budget and final account are different stages; do not mix them."),
    ("W_SELECTION", "公开与否不是随机的：先看覆盖页，哪些没有、为什么没有。",
     "Disclosure is not random: the coverage page says what is absent, and why."),
    ("W_ROUNDING", "以万元两位小数印出的数只精确到 100 元。",
     "Amounts printed in 万元 with two decimals are exact to 100 yuan only."),
)  # fmt: skip


@dataclass(frozen=True)
class Warned:
    code: str
    zh: str
    en: str


def write(pages: Pages, release: Release) -> None:
    """`/data/` and one page per table, with its preview page."""
    shown = [table for table in release.tables.values() if table.parquet is not None]
    by_layer = [(layer, [one for one in shown if one.layer == layer]) for layer in LAYERS]
    start = next((one for one in shown if one.name == START), shown[0])
    pages.write(
        "data/index.html",
        "data.html",
        layers=[(layer, tables) for layer, tables in by_layer if tables],
        shown=shown,
        start=start,
        warnings=warnings_of(start, release),
        relations=_relations(shown),
    )
    years = _years(release)
    for table in shown:
        spreads = {column.name: columns.spread(release, table, column, years) for column in table.columns}
        first = columns.preview(release, table, PREVIEW)
        pages.write(
            f"data/{table.stem}/index.html",
            "table.html",
            table=table,
            release=release,
            warnings=warnings_of(table, release),
            spreads=spreads,
            formulas=formulas(release, table),
            bars=charts.bars,
            chart=missing_chart(table, spreads),
            reason_words=columns.reason_words,
            preview=first,
            shown=columns.shown,
            one_document=_one_document(release, table, pages.base),
        )
        pages.write(
            f"data/{table.stem}/preview.html",
            "preview.html",
            table=table,
            release=release,
        )


def _one_document(release: Release, table: Table, base: str | None) -> dict[str, str]:
    """How one document's facts are read over HTTP, shown with the tables of facts; {} with others."""
    if table.name not in (ONE_DOCUMENT, "budget_lines") or not table.rows or not release.has(ONE_DOCUMENT):
        return {}
    sha256 = release.scan(table.name).select("document_sha256").first().collect().item()
    return one_document(f"{base.rstrip('/') if base else 'https://…'}/releases/{release.version}", str(sha256))


def _years(release: Release) -> pl.LazyFrame | None:
    if not release.has("disclosures", "document_sha256", "fiscal_year"):
        return None
    return (
        release.scan("disclosures")
        .select("document_sha256", "fiscal_year")
        .unique("document_sha256", keep="first", maintain_order=True)
    )


def warnings_of(table: Table, release: Release) -> list[Warned]:
    """What the release says of the table (codes, or entries with words); else what follows from its columns."""
    known: dict[str, Warned] = {code: Warned(code, zh, en) for code, zh, en in WARNINGS}
    for one in _said(release.index.get("warnings")):
        known[one.code] = one
    if table.warnings is not None:
        return [known.get(one.code, one) for one in _said(table.warnings)]
    wanted = {
        "W_BLANK": any(columns.reason_column(table, one.name) for one in table.columns),
        "W_LEVEL": table.has("entity_level") and any(one.name.endswith("_yuan") for one in table.columns),
        "W_TOTAL": table.has("sum_safe"),
        "W_STAGE": table.has("stage"),
        "W_SELECTION": table.layer == "panel" or table.name == "disclosures",
        "W_ROUNDING": table.has("resolution_yuan"),
    }
    return [known[code] for code, is_wanted in wanted.items() if is_wanted]


def _said(listed: Any) -> list[Warned]:
    """Warnings as an index may give them: codes, or objects with code (or name) and words zh/en."""
    found = []
    items = (
        [{"code": key, **value} for key, value in listed.items() if isinstance(value, dict)]
        if isinstance(listed, dict)
        else listed or []
    )
    for one in items:
        if isinstance(one, str):
            found.append(Warned(one, "", ""))
        elif isinstance(one, dict):
            code = str(one.get("code") or one.get("name") or one.get("warning_id") or "")
            zh, en = (_words(one, language) for language in ("zh", "en"))
            if code:
                found.append(Warned(code, zh, en))
    return found


def _words(one: Row, language: str) -> str:
    """Title and text of a warning, or whichever of them it has."""
    parts = [str(one[f"{name}_{language}"]) for name in ("title", "text", "message") if one.get(f"{name}_{language}")]
    colon = "：" if language == "zh" else ": "
    return colon.join(parts) or str(one.get(language) or "")


def missing_chart(table: Table, spreads: dict[str, Spread]) -> charts.Chart | None:
    """Why the table's main amount has no number, by year."""
    best: tuple[Column, Spread] | None = None
    most = 0
    for column in table.columns:
        found = spreads[column.name]
        if found.reasons and column.name.endswith("_yuan"):
            told = min(found.nulls, found.rows - found.nulls) * 10 + sum(len(one) for one in found.reasons.values())
            if best is None or told > most:
                best, most = (column, found), told
    if best is None:
        return None
    column, found = best
    totals: dict[str, int] = defaultdict(int)
    for reasons in found.reasons.values():
        for code, count in reasons.items():
            totals[code] += count
    order = sorted(totals, key=lambda code: (-totals[code], code))
    rows: list[Row] = [
        {"year": year, "n": rows - nulls, "zh": "有数", "en": "a number"}
        for year, (rows, nulls) in sorted(found.years.items())
    ]
    for code in order[:MOST_REASONS]:
        zh, en = (columns.reason_words(code, one) for one in ("zh", "en"))
        rows += [
            {"year": year, "n": found.reasons.get(year, {}).get(code, 0), "zh": zh, "en": en}
            for year in sorted(found.years)
        ]
    return charts.stacked_years(
        f"{column.zh}（{column.name}）：有数与无数的原因，按年度",
        f"{column.en} ({column.name}): with a number, or why without, by year",
        rows,
        ("行", "rows"),
    )


def _relations(tables: list[Table]) -> list[tuple[str, list[str]]]:
    """Column that joins → the tables that have it."""
    found = []
    for column in ("document_sha256", "disclosure_id", "org_id", "county_code", "project_id", "fact_id"):
        joined = [one.stem for one in tables if one.has(column)]
        if len(joined) > 1:
            found.append((column, joined))
    return found
