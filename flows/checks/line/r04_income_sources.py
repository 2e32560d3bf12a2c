"""R04 本年收入小计等于各来源之和 · This year's income is the sum of its sources

规则：收入总表每一行的本年收入小计，等于财政拨款、财政专户、事业、经营、上级补助、附属单位上缴及其他收入之和。
Rule: On every line of the income statement this year's subtotal equals the sum of appropriation, fiscal account,
  business, operating, superior subsidy, affiliate remittance and other income.
Formula: current_subtotal = Σ sources
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 列头重复或含义不明的表不判断 / statements with repeated or unknown amount columns are not assessed
Not applicable: 文件没有列出本年收入小计的收入总表 / the document has no income statement with a subtotal for the
  year
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.columns import SOURCES, column_sums
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    known = {"total", "current_subtotal", "carryover", *SOURCES}
    for statement in facts.of("income"):
        for lane in statement.lanes:
            yield from column_sums(statement, lane, "current_subtotal", SOURCES, known)


CHECK = Check(
    "R04",
    "line",
    "error",
    __doc__,
    run,
    (
        "no_statement",
        "没有列出本年收入小计的收入总表。",
        "No income statement with a subtotal for the year.",
    ),
)
