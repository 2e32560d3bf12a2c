"""X04 收支总表与收入总表、支出总表的合计一致 · The totals of the income and expenditure statements agree

规则：收入总表的合计等于收支总表的收入总计或本年收入合计；支出总表的合计等于收支总表的支出总计或本年支出合计（各地收
  入总表、支出总表是否包括结转不同，两者之一相符即可）。
Rule: The grand total of the income statement equals total income or this year's income of the statement of income
  and expenditure, that of the expenditure statement total expenditure or this year's spending (places differ in
  whether carry-overs are included: agreeing with one of the two is enough).
Formula: income.grand_total ∈ {income_total, income_current}; expenditure.grand_total ∈ {expenditure_total,
  expenditure_current}
Exclusions:
  1. 同类报表数量不等时无从对应，不检查 / where the document has unequal numbers of the two statements, they cannot
     be paired
  2. 任一边空白不判断 / not assessed when either side is blank
Not applicable: 文件没有可对应的收支总表与收入总表、支出总表 / the document has no pair of such statements
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, best, evaluate
from flows.checks.lanes import main_cell, sides
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

ZH = {"income": "收支总表的收入", "expenditure": "收支总表的支出"}
EN = {"income": "income in the statement of both", "expenditure": "expenditure in the statement of both"}


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for index, code in enumerate(("income", "expenditure")):
        for both, single in facts.pairs("income_expenditure", code):
            side = sides(both)[index]
            lane = single.lanes[0] if single.lanes else 0
            left = single.cell(single.grand_total(lane), "total", "current_subtotal")
            candidates = [cell for line in (side.total, side.current) if (cell := main_cell(both, line)) is not None]
            if left is not None and candidates:
                subject = f"{single.ident}/grand_total"
                yield best(evaluate(Equation(subject, left, (cell,), ZH[code], EN[code])) for cell in candidates)


CHECK = Check(
    "X04",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_pair",
        "没有可对应的收支总表与收入总表、支出总表。",
        "No statement of income and expenditure with its income or expenditure statement.",
    ),
)
