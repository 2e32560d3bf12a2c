"""R02 基本支出等于人员经费与公用经费之和 · Basic spending is personnel plus public funds

规则：每一行的基本支出（基本支出表中即合计），等于人员经费与公用经费之和。
Rule: On every line basic spending (in the statement of basic spending: the total) equals personnel plus public
  funds.
Formula: basic | total = personnel + public
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 列头重复或含义不明的表不判断 / statements with repeated or unknown amount columns are not assessed
  3. 没有基本支出列而有项目支出列的表，合计不止基本支出，不在此列（见 R01）/ where a project column but no basic
     column is printed, the total holds more than basic spending (see R01)
Not applicable: 文件没有分列人员经费与公用经费的报表 / the document has no statement that splits personnel and
  public funds
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.columns import NATURES, column_sums, lane_keys
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

PARTS = ("personnel", "public")


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.known_statements():
        for lane in statement.lanes:
            keys = lane_keys(statement, lane)
            if not keys.issuperset(PARTS):
                continue
            if "basic" in keys:
                yield from column_sums(statement, lane, "basic", PARTS, {"total", "basic", *PARTS, *NATURES})
            elif "total" in keys and not keys & set(NATURES):
                yield from column_sums(statement, lane, "total", PARTS, {"total", *PARTS})


CHECK = Check(
    "R02",
    "line",
    "error",
    __doc__,
    run,
    (
        "no_statement",
        "没有分列人员经费与公用经费的报表。",
        "No statement that splits personnel and public funds.",
    ),
)
