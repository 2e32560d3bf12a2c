"""V03 已找到的不会消失 · What was found stays found

规则：上一版本的每个文件都在新版本中；原已找到的县、年度、种类，现在仍然找到。网页下线不撤回任何数据。
Rule: Every document of the previous release is in the new one, and every county, year and kind that was found is
  found still. A page that is gone retracts nothing.
Formula: documents(before) ⊆ documents(now); {(county, year, kind): found}(before) ⊆ found(now)
Exclusions:
  1. 依规定撤下的文件不算：撤下另有记录（withheld）/ documents withheld under the rules are not counted: table
     withheld tells of them
  2. 县、年度、种类只在没有文件消失时检查；文件仍在而区划、年度或种类改判的，以现在的为准 / counties, years and
     kinds are checked only where no document is gone; where a document is there and is filed otherwise now, that
     counts
  3. 由人接受的，只对这一步有效 / accepted by a person, for this one step
Not applicable: 没有上一版本 / there is no previous release
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import polars as pl

from flows.release.checks.check import Refusal, ReleaseCheck
from flows.release.diff import DOCUMENT, Side

if TYPE_CHECKING:
    from flows.release.draft import Draft

_KEYS: Final = ["county_code", "fiscal_year", "doc_type"]


def run(draft: Draft, old: Side) -> Iterator[Refusal]:
    there = draft.frames["documents"].select(DOCUMENT)
    gone = (
        old.scan("documents").select(DOCUMENT, "filename").collect().join(there, on=DOCUMENT, how="anti").sort(DOCUMENT)
    )
    if gone.height:
        sha = gone[DOCUMENT][0][:16]
        yield Refusal(
            CHECK.name,
            "documents",
            f"上一版本的 {gone.height} 个文件不见了，如 {sha}；档案应保有全部文件",
            f"{gone.height} documents of the previous release are gone, such as {sha}; the archive keeps every one",
        )
    found = pl.col("state") == "found"
    now = draft.frames["coverage"].filter(found).select(_KEYS).unique()
    lost = (
        old.scan("coverage")
        .filter(found)
        .select(_KEYS)
        .unique()
        .collect()
        .join(now, on=_KEYS, how="anti", nulls_equal=True)
    )
    said = draft.frames["disclosures"].select(_KEYS).unique()
    lost = lost.join(said, on=_KEYS, how="anti", nulls_equal=True).sort(_KEYS, nulls_last=True)
    if lost.height and not gone.height:
        first = " ".join(str(value) for value in lost.row(0) if value is not None)
        yield Refusal(
            CHECK.name,
            "county_years",
            f"{lost.height} 组区划、年度、种类原已找到，现在没有，如 {first}",
            f"{lost.height} counties, years and kinds were found before and are not now, such as {first}",
        )


CHECK: Final = ReleaseCheck("V03", "coverage", __doc__, "previous", run)
