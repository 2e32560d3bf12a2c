"""X08 基本支出表的合计等于一般公共预算支出表的基本支出 · Basic spending by economic class agrees with that by function

规则：一般公共预算基本支出表的合计，等于一般公共预算支出表合计行的基本支出。
Rule: The grand total of the statement of basic general public spending equals basic spending on the grand total
  line of the statement of general public spending.
Formula: basic_expenditure.grand_total[total] = general_expenditure.grand_total[basic]
Exclusions:
  1. 合计行不止一行的报表（如决算的三栏基本支出表）不检查 / statements with several grand totals (final accounts
     printed in three lanes) are not checked
  2. 同类报表数量不等时无从对应，不检查 / where the document has unequal numbers of the two statements, they cannot
     be paired
  3. 任一边空白不判断 / not assessed when either side is blank
Not applicable: 文件没有可对应的这两张报表 / the document has no pair of these statements
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate, gather_empty
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for basic, general in facts.pairs("basic_expenditure", "general_expenditure"):
        if len(basic.lanes) != 1 or len(general.lanes) != 1:
            continue
        left = basic.cell(basic.grand_total(basic.lanes[0]), "total", "amount")
        right = general.cell(general.grand_total(general.lanes[0]), "basic")
        if left is not None and right is not None:
            zh, en = "一般公共预算支出表的基本支出", "basic spending in the statement of general public spending"
            subject = f"{basic.ident}/grand_total"
            finding = evaluate(Equation(subject, left, (right,), zh, en))
            yield from gather_empty([finding], subject, f"《{basic.title}》", f"《{basic.title}》")


CHECK = Check(
    "X08",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_pair",
        "没有可对应的基本支出表与一般公共预算支出表。",
        "No statement of basic spending with its statement of general public spending.",
    ),
)
