"""X05 财政拨款收支总表与收支总表一致 · The appropriation statement agrees with the statement of income and expenditure

规则：收支总表中一般公共预算、政府性基金、国有资本经营预算的拨款收入，各等于财政拨款收支总表的同名收入；部门没有其他
  来源的收入且无结转时，两表的收入总计、支出总计也相等。
Rule: Income from the general public budget, government funds and state capital in the statement of income and
  expenditure each equals the line of the same name in the appropriation statement; where the department has no
  other income and nothing carried over, the totals of the two statements are equal too.
Formula: income_expenditure.fund = appropriation.fund; [only fiscal money] income_total, expenditure_total likewise
Exclusions:
  1. 收支总表印有其他来源的收入或结转时，总计不比较 / totals are not compared where other income or a carry-over is
     printed
  2. 收支总表只列“财政拨款收入”一行而不分资金的，不逐项比较 / statements that print one line for all fiscal money
     are not compared line by line
  3. 任一边空白不判断 / not assessed when either side is blank
Not applicable: 文件没有可对应的收支总表与财政拨款收支总表 / the document has no pair of these statements
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.columns import FUNDS
from flows.checks.equation import Equation, evaluate, gather_empty
from flows.checks.lanes import main_cell, money_from, sides, source_line
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for both, fiscal in facts.pairs("income_expenditure", "appropriation"):
        zh, en = "财政拨款收支总表的同一项", "the same line of the appropriation statement"
        findings = []
        for fund in FUNDS:
            left, right = (main_cell(statement, source_line(statement, fund)) for statement in (both, fiscal))
            if left is not None and right is not None:
                findings.append(evaluate(Equation(f"{both.ident}/{fund}", left, (right,), zh, en)))
        if money_from(facts, FUNDS):
            for one, other in zip(sides(both), sides(fiscal), strict=True):
                left, right = main_cell(both, one.total), main_cell(fiscal, other.total)
                if left is not None and right is not None:
                    findings.append(evaluate(Equation(f"{both.ident}/{one.name}_total", left, (right,), zh, en)))
        yield from gather_empty(findings, both.ident, f"《{both.title}》", f"《{both.title}》")


CHECK = Check(
    "X05",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_pair",
        "没有可对应的收支总表与财政拨款收支总表。",
        "No statement of income and expenditure with its appropriation statement.",
    ),
)
