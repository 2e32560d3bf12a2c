"""P01 各项目预算之和与项目支出一致 · The projects add up to project spending

规则：支出总表的项目支出，不少于文件所附各项目绩效目标表的预算数之和；所附项目之和更大，即为错误。两者相等为相符。所
  附不足项目支出的，不判断：文件不一定附全部项目。
Rule: Project spending in the expenditure statement is not less than the sum of the budgets of the project forms the
  document prints: a larger sum of forms is an error. Equal sums agree. A smaller sum is not assessed: a document
  need not print every project.
Formula: expenditure.grand_total[project] = Σ project.total (fails when Σ is larger)
Exclusions:
  1. 所附项目之和小于项目支出，且超出舍入误差：不判断 / the forms add up to less, beyond rounding: not assessed
  2. 没有支出总表时用一般公共预算支出表，但只在项目没有其他资金时 / the statement of general public spending is used
     where there is no expenditure statement and no project prints other money
  3. 有项目没有印预算数的，不判断 / not assessed when a form prints no budget
  4. 差额恰为其中一个项目的，该项目可能是对下转移支付，不判断 / where the difference is exactly one project, it may
     be a transfer outside the department's spending: not assessed
  5. 文件有多份支出总表（部门与单位）的不检查 / documents with several expenditure statements are not checked
Not applicable: 文件没有项目绩效目标表，或没有列出项目支出的支出总表 / the document has no project forms, or no
  expenditure statement with project spending
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate
from flows.checks.noun import Cell, Finding
from flows.checks.views import DocumentFacts


def _spending(facts: DocumentFacts) -> Cell | None:
    other_money = any(not project.other.empty and project.other.yuan != 0 for project in facts.projects)
    for code in ("expenditure",) if other_money else ("expenditure", "general_expenditure"):
        statements = list(facts.of(code))
        if statements:
            statement = statements[0]
            lane = statement.lanes[0] if statement.lanes else 0
            return statement.cell(statement.grand_total(lane), "project") if len(statements) == 1 else None
    return None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    spending = _spending(facts)
    if spending is None or not facts.projects:
        return
    totals = tuple(project.total for project in facts.projects)
    zh, en = f"{len(totals)}个项目预算数之和", f"the sum of the {len(totals)} projects"
    finding = evaluate(Equation(f"{spending.statement}/project", spending, totals, zh, en))
    if finding.outcome != "fails":
        yield finding
        return
    surplus = {cell.yuan for cell in totals if finding.delta is not None and cell.yuan == -finding.delta}
    if surplus:
        yield msgspec.structs.replace(
            finding,
            outcome="not_assessable",
            reason="one_project_outside",
            message_zh=f"{finding.message_zh}差额恰为其中一个项目，可能不在本部门支出之内（如对下转移支付），不作判断。",
            message_en=f"{finding.message_en} The difference is exactly one project, which may lie outside the "
            f"department's "
            "own spending (transfers): not assessed.",
        )
        return
    short = finding.delta is not None and finding.delta > 0
    if short or any(cell.empty for cell in totals):
        yield msgspec.structs.replace(
            finding,
            outcome="not_assessable",
            reason="forms_need_not_be_complete" if short else "budget_not_printed",
            message_zh=f"{finding.message_zh}文件不一定附全部项目（或有项目未印预算数），不作判断。",
            message_en=f"{finding.message_en} A document need not print every project (or a form prints no budget): "
            "not assessed.",
        )
        return
    yield finding


CHECK = Check(
    "P01",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_projects",
        "没有项目绩效目标表，或没有列出项目支出的支出总表。",
        "No project forms, or no expenditure statement with project spending.",
    ),
)
