"""X03 各行之和等于本年合计 · The lines of a side add up to this year's amount

规则：收支总表与财政拨款收支总表中，本年收入合计等于其上各收入来源之和，本年支出合计等于其上各功能分类之和，逐金额列
  计算。
Rule: In the statements of income and expenditure and of fiscal appropriation, this year's income equals the sum of
  the sources printed above it, and this year's spending the sum of the functional classes, in every amount column.
Formula: current = Σ outermost lines above it in its lane
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 只加最外层的行，“其中”行与下级行不再相加；只加有“一、二、”序号的行、或各层的行都加而相等的，亦为相符 / only the
     outermost lines are added, of-which lines are not; where those numbered 一、二、 alone, or the lines of all
     levels, make the sum, it holds
  3. 合计印在最前的表（其上无行）不检查 / statements that print the total first (no line above it) are not checked
  4. 各行分几层而以上各种加法都不相等的，层次可能读错，不判断，除非最外层的行连续编号（一、二、三） / lines on
     several levels none of whose readings make the sum are not assessed, for the levels may be misread, unless the
     outermost ones are numbered 一、二、三 without a gap
Not applicable: 文件没有逐行列出并合计的收支总表 / the document has no statement that lists lines and their sum
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from flows.checks.check import Check
from flows.checks.equation import Equation, best, evaluate, fold_columns, gather_empty
from flows.checks.lanes import BALANCES, Side, above, lines_above, numbered, numbered_on, sides
from flows.checks.noun import Finding
from flows.checks.views import ColumnView, DocumentFacts, LineView, StatementView

READINGS = ("outermost", "numbered", "everything")  # which lines add up


def _column(statement: StatementView, side: Side, current: LineView, column: ColumnView) -> Finding | None:
    everything, outermost = lines_above(statement, current), above(statement, current)
    by_number = numbered(outermost)
    subject = f"{statement.ident}/{side.name}_current/{column.ident}"
    findings = []
    for lines in (outermost, by_number, everything):
        terms = tuple(line.cells[column] for line in lines if column in line.cells)
        if terms:
            zh, en = "以上各行之和", "the sum of the lines above"
            findings.append(evaluate(Equation(subject, current.cells[column], terms, zh, en)))
    if not findings:
        return None
    finding = best(findings)
    marked = findings[READINGS.index("numbered")] if len(findings) == len(READINGS) else finding
    if finding.outcome == marked.outcome == "fails" and numbered_on(by_number):
        finding = marked  # of sums that all fail, the one the print itself marks
    if finding.outcome != "fails" or len(outermost) == len(everything):
        return finding
    inner = [line for line in everything if line not in outermost]
    if numbered_on(outermost) and not numbered(inner):
        return findings[0]
    return msgspec.structs.replace(
        finding,
        outcome="not_assessable",
        reason="levels_unclear",
        message_zh=f"{finding.message_zh}各行分几层，哪些行相加不能确定，不作判断。",
        message_en=f"{finding.message_en} The lines stand on several levels and which of them add up is not certain: "
        "not assessed.",
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.of(*BALANCES):
        for side in sides(statement):
            if side.current is None:
                continue
            found = [_column(statement, side, side.current, column) for column in side.current.cells]
            yield from gather_empty(
                fold_columns(finding for finding in found if finding is not None),
                f"{statement.ident}/{side.name}_current",
                f"《{statement.title}》{side.current.label}",
                f"《{statement.title}》, {side.current.label}",
            )


CHECK = Check(
    "X03",
    "statement",
    "error",
    __doc__,
    run,
    ("no_statement", "没有逐行列出并合计的收支总表。", "No statement that lists lines and their sum."),
)
