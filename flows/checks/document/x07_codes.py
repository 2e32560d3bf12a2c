"""X07 支出总表与一般公共预算支出表逐科目一致 · Spending by code agrees with general public spending by code

规则：部门只有一般公共预算拨款收入且无结转时，支出总表每个科目（及合计）的合计、基本支出、项目支出，等于一般公共预算
  支出表的同一科目。
Rule: Where a department has only general public budget money and nothing carried over, total, basic and project
  spending of every code (and of the grand total) in the expenditure statement equal those of the same code in the
  statement of general public spending.
Formula: expenditure[code, c] = general_expenditure[code, c], c ∈ {total, basic, project}
Exclusions:
  1. 收支总表印有其他来源的收入或结转，或没有收支总表可以说明时，不检查 / not checked where other income or a
     carry-over is printed, or no statement of income and expenditure says so
  2. 编码在任一表中出现多次的科目不检查 / codes that stand on several lines of either statement are not checked
  3. 只在一表列出的科目不判断 / codes printed in one of the two only are not assessed
  4. 任一边空白不判断 / not assessed when either side is blank
Not applicable: 部门不只有一般公共预算资金，或没有这两张报表 / the department has other money too, or the two
  statements are not there
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate, fold_columns, gather_empty
from flows.checks.lanes import money_from
from flows.checks.noun import Finding
from flows.checks.tree import code_trees
from flows.checks.views import DocumentFacts, LineView, StatementView

COLUMNS = ("total", "basic", "project")


def _lines(statement: StatementView) -> dict[str, LineView]:
    lines: dict[str, LineView] = {}
    for tree in code_trees(statement)[:1]:
        lines = {code: line for code, line in tree.lines.items() if code not in tree.repeated}
        total = statement.grand_total(tree.lane)
        if total is not None:
            lines["grand_total"] = total
    return lines


def _alone(statement: StatementView, code: str, line: LineView, other: StatementView) -> Finding:
    return Finding(
        subject=f"{statement.ident}/{code}",
        outcome="not_assessable",
        message_zh=f"《{statement.title}》的科目 {line.label}（{code}）在《{other.title}》中没有对应的行。",
        message_en=f"《{statement.title}》: {line.label} ({code}) has no line in 《{other.title}》.",
        cells=tuple(line.cells.values()),
        reason="line_missing",
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if not money_from(facts, ("general_public_budget",)):
        return
    zh, en = "一般公共预算支出表的同一科目", "the same code in general public spending"
    for whole, general in facts.pairs("expenditure", "general_expenditure"):
        ours, theirs = _lines(whole), _lines(general)
        findings: list[Finding] = []
        for code, line in ours.items():
            other = theirs.get(code)
            if other is None:
                if line.any_known:
                    findings.append(_alone(whole, code, line, general))
                continue
            pairs = [(whole.cell(line, key), general.cell(other, key), key) for key in COLUMNS]
            findings += fold_columns(
                evaluate(Equation(f"{whole.ident}/{code}/{key}", left, (right,), zh, en))
                for left, right, key in pairs
                if left is not None and right is not None
            )
        findings += [
            _alone(general, code, line, whole) for code, line in theirs.items() if code not in ours and line.any_known
        ]
        yield from gather_empty(findings, whole.ident, f"《{whole.title}》", f"《{whole.title}》")


CHECK = Check(
    "X07",
    "document",
    "error",
    __doc__,
    run,
    (
        "not_only_general_budget",
        "部门不只有一般公共预算资金（或文件未能说明），或没有支出总表与一般公共预算支出表。",
        "The department has other money than the general public budget (or the document does not say), "
        "or the two statements are not there.",
    ),
)
