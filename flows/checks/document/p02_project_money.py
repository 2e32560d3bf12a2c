"""P02 项目预算数等于财政资金与其他资金之和 · A project's budget is fiscal plus other money

规则：每份项目绩效目标表的预算数，等于其中财政资金与其他资金之和。
Rule: In every project form the budget equals its fiscal money plus its other money.
Formula: total = fiscal + other
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 未分列资金来源的表不检查 / forms that do not split the money are not checked
Not applicable: 文件没有分列资金来源的项目绩效目标表 / the document has no project form that splits its money
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate, gather_empty
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    findings = [
        evaluate(
            Equation(
                f"{project.ident}/total",
                project.total,
                (project.fiscal, project.other, *project.more),
                "财政资金与其他资金之和",
                "fiscal plus other money",
            )
        )
        for project in facts.projects
        if project.splits_money
    ]
    yield from gather_empty(findings, "project", "项目绩效目标表", "Project forms")


CHECK = Check(
    "P02",
    "document",
    "error",
    __doc__,
    run,
    ("no_projects", "没有分列资金来源的项目绩效目标表。", "No project form that splits its money."),
)
