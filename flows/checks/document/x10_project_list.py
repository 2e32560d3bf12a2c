"""X10 项目支出表的合计等于支出总表的项目支出 · The list of projects makes project spending

规则：项目支出表的合计，等于支出总表合计行的项目支出；一般公共预算项目支出表的合计，等于一般公共预算支出表合计行的项
  目支出。
Rule: The grand total of the statement of project expenditure equals project spending on the grand total line of the
  expenditure statement; that of general public project expenditure equals project spending of general public
  spending.
Formula: project_expenditure.grand_total = expenditure.grand_total[project]; general_project_expenditure.grand_total
  = general_expenditure.grand_total[project]
Exclusions:
  1. 合计行不止一行的报表不检查 / statements with several grand totals are not checked
  2. 同类报表数量不等时无从对应，不检查 / where the document has unequal numbers of the two statements, they cannot
     be paired
  3. 项目支出表合计不等于支出总表、而等于一般公共预算支出表项目支出的，该表只列一般公共预算项目，算相符 / where it
     is not that of all spending but that of general public spending, the list is of that money alone: it agrees
  4. 只有一般公共预算支出表可比而不等的，项目支出表可能含其他资金，不判断 / where there is only the statement of
     general public spending to compare with and it differs, the list may hold other money: not assessed
  5. 项目支出表小于支出总表的不判断：该表可能只列部分项目 / a list that makes less is not assessed: it need not hold
     every project
  6. 任一边空白不判断 / not assessed when either side is blank
Not applicable: 文件没有可对应的这两张报表 / the document has no pair of these statements
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from flows.checks.check import Check
from flows.checks.equation import Equation, best, evaluate
from flows.checks.noun import Cell, Finding
from flows.checks.views import DocumentFacts, StatementView

PAIRS = {
    "project_expenditure": ("expenditure", "general_expenditure"),
    "general_project_expenditure": ("general_expenditure",),
}


def total_of(statement: StatementView, *columns: str) -> Cell | None:
    """The amount of the only grand total line in the first of these columns."""
    totals = [line for lane in statement.lanes if (line := statement.grand_total(lane)) is not None]
    return statement.cell(totals[0], *columns) if len(totals) == 1 else None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for code, others in PAIRS.items():
        for position, listed in enumerate(facts.of(code)):
            cell = total_of(listed, "total", "amount")
            spent = {
                other: one
                for other in others
                if len(pairs := facts.pairs(code, other)) > position
                if (one := total_of(pairs[position][1], "project")) is not None
            }
            if cell is None or not spent or listed.cut:
                continue
            zh, en = "项目支出表合计", "the total of the list of projects"
            subject = f"{listed.ident}/grand_total"
            finding = best(evaluate(Equation(subject, one, (cell,), zh, en)) for one in spent.values())
            if finding.outcome != "fails":
                yield finding
            elif others[0] not in spent:
                yield _open(finding, "other_money", "该表可能含其他资金", "The list may hold other money")
            elif (finding.delta or 0) > 0:
                yield _open(
                    finding, "list_need_not_be_complete", "该表可能只列部分项目", "It need not hold every project"
                )
            else:
                yield finding


def _open(finding: Finding, reason: str, zh: str, en: str) -> Finding:
    return msgspec.structs.replace(
        finding,
        outcome="not_assessable",
        reason=reason,
        message_zh=f"{finding.message_zh}{zh}，不作判断。",
        message_en=f"{finding.message_en} {en}: not assessed.",
    )


CHECK = Check(
    "X10",
    "document",
    "error",
    __doc__,
    run,
    ("no_pair", "没有可对应的项目支出表与支出总表。", "No statement of projects with an expenditure statement."),
)
