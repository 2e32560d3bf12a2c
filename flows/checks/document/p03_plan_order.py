"""P03 累计支出计划不递减 · A cumulative payment plan never falls

规则：文件各项目的资金支出计划已由数字证明为累计金额时（见 U01），每份计划各时点的数不小于前一时点。
Rule: Where the numbers prove that the document's payment plans hold cumulative amounts (see U01), no checkpoint of
  a plan is less than the one before it.
Formula: plan[i] ≥ plan[i-1] over the printed checkpoints
Exclusions:
  1. 空白的时点跳过，不当作零 / blank checkpoints are passed over, not taken as zero
  2. 计划为百分数、或数字不能证明为累计金额的文件不检查：各期数可以不累计 / plans that are percentages, or not
     proven to be cumulative amounts, are not checked: they may hold each period by itself
  3. 只印一个时点的计划不检查 / plans with a single printed checkpoint are not checked
Not applicable: 文件没有证明为累计金额、且印有两个以上时点的支出计划 / no plan with two printed checkpoints in a
  document whose plans are cumulative amounts
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from flows.checks.check import Check
from flows.checks.equation import RANK, Equation, evaluate
from flows.checks.noun import Finding
from flows.checks.plans import are_amounts
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if not are_amounts(facts):
        return
    for project in facts.projects:
        points = [point.cell for point in project.plan if point.cell.known]
        findings = [
            evaluate(
                Equation(
                    f"{project.ident}/plan", later, (earlier,), "前一时点的数", "the checkpoint before", "at_least"
                )
            )
            for earlier, later in pairwise(points)
        ]
        if findings:
            yield max(findings, key=lambda finding: RANK[finding.outcome])


CHECK = Check(
    "P03",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_cumulative_plan",
        "没有证明为累计金额、且印有两个以上时点的支出计划。",
        "No plan with two printed checkpoints in a document whose plans are cumulative amounts.",
    ),
)
