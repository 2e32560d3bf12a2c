"""X01 收入总计等于支出总计 · Total income equals total expenditure

规则：收支总表与财政拨款收支总表中，收入总计等于支出总计。
Rule: In the statement of income and expenditure and in that of fiscal appropriation, total income equals total
  expenditure.
Formula: income_total = expenditure_total
Exclusions:
  1. 任一边空白不判断 / not assessed when either side is blank
Not applicable: 文件没有印出两个总计的收支总表 / the document has no statement that prints both totals
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate
from flows.checks.lanes import BALANCES, main_cell, sides
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.of(*BALANCES):
        income, expenditure = (main_cell(statement, side.total) for side in sides(statement))
        if income is not None and expenditure is not None:
            subject = f"{statement.ident}/income_total"
            yield evaluate(Equation(subject, income, (expenditure,), "支出总计", "total expenditure"))


CHECK = Check(
    "X01",
    "statement",
    "error",
    __doc__,
    run,
    (
        "no_statement",
        "没有印出收入总计与支出总计的报表。",
        "No statement that prints total income and total expenditure.",
    ),
)
