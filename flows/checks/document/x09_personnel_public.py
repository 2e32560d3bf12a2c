"""X09 人员经费、公用经费各表一致 · Personnel and public funds agree between statements

规则：全部支出都由一般公共预算安排时，收支总表（支出总表）总计行的人员经费、公用经费，等于一般公共预算基本支出表合计
  行的人员经费、公用经费。
Rule: Where all spending is from the general public budget, personnel and public funds on the total line of the
  overall statement equal those of the statement of basic general public spending.
Formula: overall.total[personnel | public] = basic_expenditure.grand_total[personnel | public]
Exclusions:
  1. 支出总计不等于一般公共预算支出合计（另有其他资金）的不检查 / not checked where total spending is not that of
     the general public budget (other funds are in it)
  2. 同类报表不止一张的不检查 / not checked where there are several statements of a kind
  3. 任一边空白不判断 / not assessed when either side is blank
Not applicable: 文件没有可对应的这两张报表 / the document has no pair of these statements
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate, gather_empty
from flows.checks.noun import Cell, Finding
from flows.checks.views import DocumentFacts, LineView, StatementView

COLUMNS = {"personnel": ("人员经费", "personnel funds"), "public": ("公用经费", "public funds")}


def _overall(facts: DocumentFacts) -> Iterator[tuple[StatementView, LineView]]:
    for statement in facts.of("income_expenditure", "expenditure"):
        line = statement.line("expenditure_total")
        if line is None and len(statement.lanes) == 1:
            line = statement.grand_total(statement.lanes[0])
        if line is not None:
            yield statement, line


def _total(statement: StatementView) -> Cell | None:
    return statement.cell(statement.grand_total(statement.lanes[0]), "total", "amount") if statement.lanes else None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    basics, generals = list(facts.of("basic_expenditure")), list(facts.of("general_expenditure"))
    if len(basics) != 1 or len(generals) != 1 or len(basics[0].lanes) != 1:
        return
    basic, spent = basics[0], _total(generals[0])
    line = basic.grand_total(basic.lanes[0])
    if line is None or spent is None or not spent.known:
        return
    for statement, total in _overall(facts):
        whole = statement.cell(total, "total", "amount")
        if whole is None or not whole.known or whole.yuan != spent.yuan:
            continue
        for key, (zh, en) in COLUMNS.items():
            left, right = statement.cell(total, key), basic.cell(line, key)
            if left is not None and right is not None:
                subject = f"{statement.ident}/{key}"
                words = (f"基本支出表的{zh}", f"{en} of the statement of basic spending")
                finding = evaluate(Equation(subject, left, (right,), *words))
                yield from gather_empty([finding], subject, f"《{statement.title}》", f"《{statement.title}》")


CHECK = Check(
    "X09",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_pair",
        "没有可对应的总表与基本支出表，或支出不全是一般公共预算。",
        "No overall statement to compare with that of basic spending, or not all spending is general public.",
    ),
)
