"""R03 收入合计等于本年收入小计与上年结转之和 · The total of an income line is this year's income plus the carry-over

规则：收入总表每一行的合计，等于本年收入小计与上年结转之和；表中不列小计时，等于各来源与上年结转之和。
Rule: On every line of the income statement the total equals this year's subtotal plus what was carried over; where
  no subtotal is printed, all sources plus what was carried over.
Formula: total = (current_subtotal | Σ sources) + carryover
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 列头重复或含义不明的表不判断 / statements with repeated or unknown amount columns are not assessed
Not applicable: 文件没有分列收入来源的收入总表 / the document has no income statement by source
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.columns import SOURCES, column_sums, lane_keys
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    known = {"total", "current_subtotal", "carryover", *SOURCES}
    for statement in facts.of("income"):
        for lane in statement.lanes:
            parts = ("current_subtotal",) if "current_subtotal" in lane_keys(statement, lane) else SOURCES
            yield from column_sums(statement, lane, "total", (*parts, "carryover"), known)


CHECK = Check(
    "R03",
    "line",
    "error",
    __doc__,
    run,
    ("no_statement", "没有分列收入来源的收入总表。", "No income statement by source."),
)
