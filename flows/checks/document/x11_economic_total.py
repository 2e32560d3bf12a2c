"""X11 功能分类与经济分类的合计一致 · Spending by function is spending by economic class

规则：同一资金既按功能分类、又按经济分类列表的，两表的合计相等。
Rule: Where the same money is printed by function and by economic class, the two statements have the same grand
  total.
Formula: general_expenditure.grand_total = general_expenditure_economic.grand_total; basic_expenditure.grand_total =
  basic_expenditure_functional.grand_total
Exclusions:
  1. 合计行不止一行的报表不检查 / statements with several grand totals are not checked
  2. 同类报表数量不等时无从对应，不检查 / where the document has unequal numbers of the two statements, they cannot
     be paired
  3. 任一边空白不判断 / not assessed when either side is blank
  4. 一张表只读到一段的不检查 / tables of which only a piece was read are not checked
Not applicable: 文件没有可对应的这两张报表 / the document has no pair of these statements
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.document.x10_project_list import total_of
from flows.checks.equation import Equation, evaluate
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

PAIRS = (("general_expenditure", "general_expenditure_economic"), ("basic_expenditure", "basic_expenditure_functional"))


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for code, other in PAIRS:
        for one, twin in facts.pairs(code, other):
            left, right = total_of(one, "total", "amount"), total_of(twin, "total", "amount")
            if left is not None and right is not None and not one.cut and not twin.cut:
                zh, en = f"《{twin.title}》的合计", f"the total of 《{twin.title}》"
                yield evaluate(Equation(f"{one.ident}/{twin.ident}/grand_total", left, (right,), zh, en))


CHECK = Check(
    "X11",
    "document",
    "error",
    __doc__,
    run,
    ("no_pair", "没有可对应的两种分类的报表。", "No statements of the same money in both classifications."),
)
