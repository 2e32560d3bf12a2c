"""R01 合计等于基本支出与项目支出等之和 · The total of a line is basic plus project spending and the other natures

规则：支出各表每一行的合计，等于基本支出、项目支出及（所列的）经营支出、上缴上级支出、对附属单位补助支出之和；表中把
  基本支出分为人员经费与公用经费而不列基本支出时，以二者代之。
Rule: On every line of an expenditure statement the total equals basic plus project spending plus, where printed,
  operating spending, remittance to superiors and subsidies to affiliates; where personnel and public funds stand in
  the place of basic spending, they are added instead.
Formula: total = (basic | personnel + public) + project [+ operating + remit_to_superior + subsidy_to_affiliates]
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 列头重复或含义不明的表不判断 / statements with repeated or unknown amount columns are not assessed
  3. 只列基本支出而无项目支出的表不在此列（见 R02）/ statements without a project column (see R02)
Not applicable: 文件没有分列基本支出与项目支出的报表 / the document has no statement that splits basic and project
  spending
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.columns import NATURES, column_sums, lane_keys
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

BASIC_PARTS = ("personnel", "public")


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.known_statements():
        for lane in statement.lanes:
            keys = lane_keys(statement, lane)
            if not {"total", "project"} <= keys or not keys & {"basic", *BASIC_PARTS}:
                continue
            basic = ("basic",) if "basic" in keys else BASIC_PARTS
            known = {"total", "basic", *BASIC_PARTS, *NATURES}
            yield from column_sums(statement, lane, "total", (*basic, *NATURES), known)


CHECK = Check(
    "R01",
    "line",
    "error",
    __doc__,
    run,
    (
        "no_statement",
        "没有分列基本支出与项目支出的报表。",
        "No statement that splits basic and project spending.",
    ),
)
