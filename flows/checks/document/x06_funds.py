"""X06 各类资金支出表的合计与财政拨款收支总表一致 · The statement of each fund agrees with the appropriation statement

规则：一般公共预算支出表、政府性基金支出表、国有资本经营预算支出表的合计，等于财政拨款收支总表支出栏中该资金列的本年
  支出合计或支出总计。
Rule: The grand total of the statement of general public, government fund and state capital spending equals, in the
  appropriation statement, this year's spending or total expenditure in that fund's column.
Formula: statement(fund).grand_total ∈ {appropriation.expenditure_current[fund],
  appropriation.expenditure_total[fund]}
Exclusions:
  1. 表中有收入、结余列而无单独合计列的（如决算的政府性基金收入支出表）不检查 / statements without a total column of
     spending (fund statements of final accounts) are not checked
  2. 同类报表数量不等时无从对应，不检查 / where the document has unequal numbers of the two statements, they cannot
     be paired
  3. 任一边空白不判断 / not assessed when either side is blank
Not applicable: 文件没有可对应的报表 / the document has no pair of these statements
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, best, evaluate, gather_empty
from flows.checks.lanes import sides
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

STATEMENTS = {
    "general_expenditure": "general_public_budget",
    "government_fund": "government_fund",
    "state_capital": "state_capital",
}


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for code, fund in STATEMENTS.items():
        for fiscal, single in facts.pairs("appropriation", code):
            side = sides(fiscal)[1]
            lane = single.lanes[0] if single.lanes else 0
            left = single.cell(single.grand_total(lane), "total")
            candidates = [cell for line in (side.current, side.total) if (cell := fiscal.cell(line, fund)) is not None]
            if left is None or not candidates:
                continue
            zh, en = "财政拨款收支总表的该类资金支出", "spending of this fund in the appropriation statement"
            subject = f"{single.ident}/grand_total"
            finding = best(evaluate(Equation(subject, left, (cell,), zh, en)) for cell in candidates)
            yield from gather_empty([finding], subject, f"《{single.title}》", f"《{single.title}》")


CHECK = Check(
    "X06",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_pair",
        "没有可对应的财政拨款收支总表与各类资金支出表。",
        "No appropriation statement with the statement of a fund.",
    ),
)
