"""R05 合计等于三类资金之和 · The total of a line is the sum of the three funds

规则：按资金性质分列的每一行，合计等于一般公共预算、政府性基金预算与国有资本经营预算之和。
Rule: On every line split by fund the total equals general public budget plus government fund plus state capital
  budget.
Formula: total = general_public_budget + government_fund + state_capital
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 列头重复或含义不明的表不判断 / statements with repeated or unknown amount columns are not assessed
  3. 只印一类资金的表不在此列：其余资金未必为零 / statements that print one fund only: the others need not be zero
Not applicable: 文件没有按资金性质分列的报表 / the document has no statement split by fund
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.columns import FUNDS, column_sums, lane_keys
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.of("appropriation", "three_public"):
        for lane in statement.lanes:
            if len(lane_keys(statement, lane) & set(FUNDS)) > 1:
                yield from column_sums(statement, lane, "total", FUNDS, {"total", *FUNDS})


CHECK = Check(
    "R05",
    "line",
    "error",
    __doc__,
    run,
    ("no_statement", "没有按资金性质分列的报表。", "No statement split by fund."),
)
