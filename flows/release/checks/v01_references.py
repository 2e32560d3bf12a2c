"""V01 每个指向都有着落 · Every reference leads to a row

规则：版本中一张表指向另一张表的每个编号（文件、金额、项目），在那张表中都有该行。
Rule: Every identifier by which a table of the release leads to another (document, fact, project) is a row there.
Formula: {table.column} ∖ {other.key} = ∅
Exclusions:
  1. 空值不指向任何行 / a null leads nowhere
Not applicable: 总是适用，第一个版本也检查 / always applies, to a first release too
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import polars as pl

from flows.release.checks.check import Refusal, ReleaseCheck
from flows.release.diff import DOCUMENT, Side
from normalize.panels.tables import PUBLISHED, table_name

if TYPE_CHECKING:
    from flows.release.draft import Draft

# table, column → the table and column it leads to
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


def run(draft: Draft, old: Side | None = None) -> Iterator[Refusal]:
    for table, column, other, key in REFERENCES:
        wanted = draft.lazy(table).select(pl.col(column).alias("_to")).filter(pl.col("_to").is_not_null())
        keys = draft.lazy(other).select(pl.col(key).alias("_to"))
        lost = wanted.join(keys, on="_to", how="anti").select(pl.len(), pl.col("_to").min().alias("first"))
        count, first = lost.collect(engine="streaming").row(0)
        if count:
            where = table_name(PUBLISHED[table])
            yield Refusal(
                CHECK.name,
                f"{where}.{column}",
                f"{where} 的 {column} 有 {count} 行指向 {table_name(PUBLISHED[other])} 中没有的行，如 {first}",
                f"{where}.{column}: {count} rows lead to no row of {table_name(PUBLISHED[other])}, such as {first}",
            )


CHECK: Final = ReleaseCheck("V01", "references", __doc__, "judged", run)
