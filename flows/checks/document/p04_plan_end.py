"""P04 累计支出计划的末数等于项目预算数 · A cumulative payment plan ends at the project's budget

规则：文件各项目的资金支出计划已由数字证明为累计金额时（半数以上的计划末数等于本项目预算数，见 U01），每份计划的末数
  都等于本项目的预算数。
Rule: Where the numbers prove that the document's payment plans hold cumulative amounts (more than half of the plans
  end at their project's budget, see U01), every plan ends at its project's budget.
Formula: plan[last] = project.total
Exclusions:
  1. 末一时点空白的不判断 / not assessed when the last checkpoint is blank
  2. 计划为百分数、或数字不能证明为累计金额的文件不检查 / plans that are percentages, or not proven to be cumulative
     amounts, are not checked
Not applicable: 文件没有证明为累计金额的支出计划 / the document has no plans proven to be cumulative amounts
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate
from flows.checks.noun import Finding
from flows.checks.plans import are_amounts
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if not are_amounts(facts):
        return
    for project in facts.projects:
        if project.plan:
            subject = f"{project.ident}/plan_end"
            end = project.plan[-1].cell
            yield evaluate(Equation(subject, end, (project.total,), "项目预算数", "the project's budget"))


CHECK = Check(
    "P04",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_cumulative_plan",
        "没有证明为累计金额的支出计划。",
        "No plans proven to be cumulative amounts.",
    ),
)
