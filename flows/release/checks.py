"""Checks of a release as a whole, before it may replace another. Each refusal says what, where and how many.

A refusal that is right to happen (a better reading finds fewer false rows) is accepted by a person, with a reason, for
this one step from the previous release: `yujue release accept`. The acceptance is published in index.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from flows.release.diff import DOCUMENT, Side
from flows.release.draft import Draft
from flows.stage import FAILURES
from normalize.panels.tables import PUBLISHED, table_name
from normalize.schema import TABLES

BAND: Final = 0.15  # a table may lose this share of its rows that no document took with it
FEWEST: Final = 200  # rows below which a share says nothing
NOT_COUNTED: Final = frozenset({"changes", "panel_lineage", "revision_cells", "issues"})
# column → the table and column it leads to. A null leads nowhere.
REFERENCES: Final = (
    ("budget_lines", DOCUMENT, "documents", DOCUMENT),
    ("raw_cells", DOCUMENT, "documents", DOCUMENT),
    ("indicators", DOCUMENT, "documents", DOCUMENT),
    ("findings", DOCUMENT, "documents", DOCUMENT),
    ("claims", "fact_id", "budget_lines", "fact_id"),
    ("raw_cells", "fact_id", "budget_lines", "fact_id"),
    ("indicators", "project_id", "projects", "project_id"),
    ("spending_plans", "project_id", "projects", "project_id"),
    ("statements", DOCUMENT, "documents", DOCUMENT),
    ("disclosures", DOCUMENT, "documents", DOCUMENT),
)


@dataclass(frozen=True)
class Refusal:
    """Why a release may not be made. check and subject name it, for `accept`."""

    check: str
    subject: str
    zh: str
    en: str


def refusals(draft: Draft, previous: Path | None) -> list[Refusal]:
    """Everything that speaks against the release, in a fixed order. previous: folder of the release it would follow."""
    found = list(_references(draft))
    if previous is not None and (previous / "index.json").is_file():
        old = Side(previous)
        for check in (_lost_facts, _coverage, _rows, _schema):
            found += _guarded(check, draft, old)
    return found


def _guarded(check: Callable[[Draft, Side], Iterator[Refusal]], draft: Draft, old: Side) -> list[Refusal]:
    """A previous release that is damaged is no measure, but that is said."""
    try:
        return list(check(draft, old))
    except (OSError, ValueError, pl.exceptions.PolarsError):
        name = check.__name__.removeprefix("_")
        return [
            Refusal(
                "previous",
                name,
                f"上一版本已损坏，无法比较（{name}）；请由备份恢复，或移走其文件夹",
                f"the previous release is damaged ({name}): restore it from a backup, or move its folder away",
            )
        ]


def _references(draft: Draft) -> Iterator[Refusal]:
    for table, column, other, key in REFERENCES:
        wanted = draft.lazy(table).select(pl.col(column).alias("_to")).filter(pl.col("_to").is_not_null())
        keys = draft.lazy(other).select(pl.col(key).alias("_to"))
        lost = wanted.join(keys, on="_to", how="anti").select(pl.len(), pl.col("_to").min().alias("first"))
        count, first = lost.collect(engine="streaming").row(0)
        if count:
            where = table_name(PUBLISHED[table])
            yield Refusal(
                "references",
                f"{where}.{column}",
                f"{where} 的 {column} 有 {count} 行指向 {table_name(PUBLISHED[other])} 中没有的行，如 {first}",
                f"{where}.{column}: {count} rows lead to no row of {table_name(PUBLISHED[other])}, such as {first}",
            )


def _lost_facts(draft: Draft, old: Side) -> Iterator[Refusal]:
    """A failure of ours took all facts from a document that had some. A new document may fail without that."""
    before = old.scan("disclosures").select(DOCUMENT, "n_facts").filter(pl.col("n_facts") > 0).collect()
    failed = draft.frames["issues"].filter(pl.col("code").is_in(FAILURES))
    lost = (
        draft.frames["disclosures"]
        .filter(pl.col("n_facts") == 0)
        .join(before.select(DOCUMENT).unique(), on=DOCUMENT, how="semi")
        .join(failed, on=DOCUMENT, how="inner")
        .sort(DOCUMENT)
    )
    if lost.height:
        first = lost.row(0, named=True)
        sha = first[DOCUMENT][:16]
        yield Refusal(
            "lost_facts",
            sha,
            f"{lost.height} 个文件因我们自己的故障失去全部数据，如 {sha}：{first['message_zh']}",
            f"failures of ours took the facts of {lost.height} documents, such as {sha}: {first['message_en']}",
        )


def _coverage(draft: Draft, old: Side) -> Iterator[Refusal]:
    """What was found stays found: a page that is gone retracts nothing. Only a withholding takes a document out."""
    there = draft.frames["documents"].select(DOCUMENT)
    gone = (
        old.scan("documents").select(DOCUMENT, "filename").collect().join(there, on=DOCUMENT, how="anti").sort(DOCUMENT)
    )
    if gone.height:
        sha = gone[DOCUMENT][0][:16]
        yield Refusal(
            "coverage",
            "documents",
            f"上一版本的 {gone.height} 个文件不见了，如 {sha}；档案应保有全部文件",
            f"{gone.height} documents of the previous release are gone, such as {sha}; the archive keeps every one",
        )
    keys = ["county_code", "fiscal_year", "doc_type"]
    found = pl.col("state") == "found"
    now = draft.frames["coverage"].filter(found).select(keys).unique()
    lost = (
        old.scan("coverage")
        .filter(found)
        .select(keys)
        .unique()
        .collect()
        .join(now, on=keys, how="anti", nulls_equal=True)
    )
    said = draft.frames["disclosures"].select(keys).unique()
    lost = lost.join(said, on=keys, how="anti", nulls_equal=True).sort(keys, nulls_last=True)
    if lost.height and not gone.height:
        first = " ".join(str(value) for value in lost.row(0) if value is not None)
        yield Refusal(
            "coverage",
            "county_years",
            f"{lost.height} 组区划、年度、种类原已找到，现在没有，如 {first}",
            f"{lost.height} counties, years and kinds were found before and are not now, such as {first}",
        )


def _rows(draft: Draft, old: Side) -> Iterator[Refusal]:
    before = {one["table"]: one["rows"] for one in old.index["resources"] if one.get("format", "parquet") == "parquet"}
    for name in PUBLISHED:
        had, has = before.get(name, 0), draft.rows.get(name)
        if name in NOT_COUNTED or has is None or had < FEWEST or has >= had * (1 - BAND):
            continue
        where = table_name(PUBLISHED[name])
        yield Refusal(
            "rows",
            where,
            f"{where} 由 {had} 行减为 {has} 行（减少超过 {BAND:.0%}）",
            f"{where} has {has} rows, {had} before (more than {BAND:.0%} fewer)",
        )


def _schema(draft: Draft, old: Side) -> Iterator[Refusal]:
    """Columns may be added at any time; taking one away or changing its type wants another schema version."""
    from flows.release.version import SCHEMA_VERSION  # noqa: PLC0415 - tests set it

    if old.index.get("schema_version") != SCHEMA_VERSION:
        return
    for name in TABLES:
        if not old.has(name):
            continue
        after = {field.name: field.dtype for field in PUBLISHED[name].columns}
        for column, dtype in old.schema(name).items():
            if after.get(column) != dtype:
                where = f"{table_name(PUBLISHED[name])}.{column}"
                yield Refusal(
                    "schema",
                    where,
                    f"{where} 的类型变了或被取消，而表结构的版本号没有变",
                    f"{where} is gone or of another type, and the schema version is the same",
                )


# ---------------------------------------------------------------------------------------------------------- acceptance

ACCEPTED: Final = "accepted.json"  # in the folder of releases


def acceptances(releases: Path, previous: str | None) -> list[dict[str, str]]:
    """What a person accepted for the step from `previous`: check, subject, because. It dies with that step."""
    try:
        listed: Any = json.loads((releases / ACCEPTED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    fields = ("check", "subject", "because", "previous")
    known = [one for one in listed if isinstance(one, dict) and all(isinstance(one.get(name), str) for name in fields)]
    return [{name: one[name] for name in fields[:3]} for one in known if one["previous"] == previous]
