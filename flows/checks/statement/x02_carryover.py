"""X02 本年合计加结转等于总计 · This year's amount plus the carry-over is the total

规则：收支总表与财政拨款收支总表中，本年收入合计加上年结转结余等于收入总计，本年支出合计加年终结转结余等于支出总计。
Rule: In the statements of income and expenditure and of fiscal appropriation, this year's income plus what was
  carried in is total income, and this year's spending plus what is carried out is total expenditure.
Formula: total = current + carryover [+ other lines printed between them]
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 本年合计与总计之间另有印有金额的行（如使用非财政拨款结余、结余分配）时，连同它们相加；仍不等则不判断，除非它们
     加结转恰为总计（即本年合计的分项）/ other lines printed between the two are tried as parts; when the sum still
     differs it is not assessed, unless they and the carry-over alone make the total (then they are what this year's
     amount consists of)
  3. 结转行自己的下级行不再相加 / the carry-over's own parts are not added again
Not applicable: 文件没有同时印出本年合计与总计的收支总表 / the document has no statement that prints both this
  year's amount and the total
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate
from flows.checks.lanes import AMOUNT, BALANCES, Side, between, sides
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts, StatementView

ZH = {"income": "本年收入合计与结转之和", "expenditure": "本年支出合计与结转之和"}


def _side(statement: StatementView, side: Side) -> Finding | None:
    left, current = statement.cell(side.total, *AMOUNT), statement.cell(side.current, *AMOUNT)
    if left is None or current is None:
        return None
    subject = f"{statement.ident}/{side.name}_total"
    zh, en = ZH[side.name], "this year's amount plus the carry-over"
    carry = statement.cell(side.carryover, *AMOUNT)
    finding = evaluate(Equation(subject, left, (current, *([carry] if carry else [])), zh, en))
    others = [
        cell
        for line in between(statement, side)
        if line is not side.carryover and (cell := statement.cell(line, *AMOUNT)) is not None and not cell.empty
    ]
    if finding.outcome != "fails" or not others:
        return finding
    terms = (current, *others, *([carry] if carry else []))
    wider = evaluate(Equation(subject, left, terms, zh, en))
    if wider.outcome != "fails":
        return wider
    parts = evaluate(Equation(subject, left, (*others, *([carry] if carry else [])), zh, en))
    if parts.outcome in ("holds", "rounding") and parts.left:
        return finding  # they are this year's amount, line by line: the one printed for it is wrong
    shown = "、".join(cell.label for cell in others)
    return msgspec.structs.replace(
        wider,
        outcome="not_assessable",
        reason="lines_between",
        message_zh=f"{wider.message_zh}（{shown}）的含义不明，不作判断。",
        message_en=f"{wider.message_en} What {shown} mean for the sum is not known: not assessed.",
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.of(*BALANCES):
        for side in sides(statement):
            finding = _side(statement, side)
            if finding is not None:
                yield finding


CHECK = Check(
    "X02",
    "statement",
    "error",
    __doc__,
    run,
    (
        "no_statement",
        "没有同时印出本年合计与总计的收支总表。",
        "No statement that prints both this year's amount and the total.",
    ),
)
