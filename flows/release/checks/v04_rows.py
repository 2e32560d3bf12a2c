"""V04 表不会突然变短 · No table shrinks suddenly

规则：每张表的行数，不比上一版本少 15% 以上。
Rule: No table has more than 15 % fewer rows than in the previous release.
Formula: rows(now) ≥ 0.85 · rows(before)
Exclusions:
  1. 上一版本不足 200 行的表不检查：少几行说明不了什么 / tables of fewer than 200 rows before: a share says nothing
  2. 变动表、沿革表、版本差异与问题表不检查：它们变短是正常的 / differences, lineage, revisions and issues may
     shrink
  3. 由人接受的（如改进了读法，误读的行变少），只对这一步有效 / accepted by a person (a better reading finds fewer
     false rows), for this one step
Not applicable: 没有上一版本 / there is no previous release
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from flows.release.checks.check import Refusal, ReleaseCheck
from flows.release.diff import Side
from normalize.panels.tables import PUBLISHED, table_name

if TYPE_CHECKING:
    from flows.release.draft import Draft

BAND: Final = 0.15  # a table may lose this share of its rows that no document took with it
FEWEST: Final = 200  # rows below which a share says nothing
NOT_COUNTED: Final = frozenset({"changes", "panel_lineage", "revision_cells", "issues"})


def run(draft: Draft, old: Side) -> Iterator[Refusal]:
    before = {one["table"]: one["rows"] for one in old.index["resources"] if one.get("format", "parquet") == "parquet"}
    for name in PUBLISHED:
        had, has = before.get(name, 0), draft.rows.get(name)
        if name in NOT_COUNTED or has is None or had < FEWEST or has >= had * (1 - BAND):
            continue
        where = table_name(PUBLISHED[name])
        yield Refusal(
            CHECK.name,
            where,
            f"{where} 由 {had} 行减为 {has} 行（减少超过 {BAND:.0%}）",
            f"{where} has {has} rows, {had} before (more than {BAND:.0%} fewer)",
        )


CHECK: Final = ReleaseCheck("V04", "rows", __doc__, "previous", run)
