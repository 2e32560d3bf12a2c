"""T01 “三公”经费表的合计等于小计与会议费、培训费之和 · The 三公 total is its subtotal plus meetings and training

规则：“三公”经费支出表列有会议费、培训费的，合计等于“三公”经费小计与会议费、培训费之和，逐金额列计算。不等时，如差额
  恰为某空白项在基本支出表中的经济科目金额（会议费 30215、培训费 30216），一并指出。
Rule: Where the 三公 statement prints meetings and training, its total equals the 三公 subtotal plus both, in every
  amount column. When it does not and the difference is exactly what basic spending prints under the economic code
  of a blank item (meetings 30215, training 30216), that line is named.
Formula: total = three_public_subtotal + meeting + training
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 不列小计、会议费、培训费的表不在此列（见 T02）/ statements without subtotal, meetings and training (see T02)
  3. 各列差额相同的，作为一处错误报告 / columns that show the same difference are one fault
Not applicable: 文件没有列出合计、小计与会议费或培训费的“三公”经费表 / the document has no 三公 statement with a
  total, a subtotal and meetings or training
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from flows.checks.check import Check
from flows.checks.noun import Cell, Finding
from flows.checks.three_public import CODES, missing_items, run_total
from flows.checks.views import DocumentFacts, StatementView
from flows.checks.words import money, names, value_en, value_zh


def value(cell: Cell) -> str:
    return money(cell.yuan or Decimal(0), cell.unit, cell.resolution)


def explain(facts: DocumentFacts, statement: StatementView, finding: Finding) -> Finding:
    """The failing sum with the lines elsewhere that are exactly what it lacks, if there are any."""
    missing = missing_items(facts, statement, finding)
    if not missing:
        return finding
    codes = {cell.code for cell in missing}
    empty = [cell for cell in finding.cells if cell.empty and CODES.get(cell.key or "") in codes][: len(codes)]
    blanks = names(empty)
    where = missing[0].title
    zh = "、".join(value_zh(cell) for cell in missing)
    en = ", ".join(value_en(cell) for cell in missing)
    return msgspec.structs.replace(
        finding,
        cells=(*finding.cells, *missing),
        suspects=tuple((blank, value(own)) for blank, own in zip(empty, missing, strict=False)),
        cause="source",
        message_zh=f"{finding.message_zh}所差恰为《{where}》的 {zh}，而本表的 {blanks} 为空白。",
        message_en=f"{finding.message_en} The difference is exactly {en} of 《{where}》, while {blanks} here is blank.",
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    statements = {statement.ident: statement for statement in facts.of("three_public")}
    for finding in run_total(facts):
        yield explain(facts, statements[finding.subject.partition("/")[0]], finding)


CHECK = Check(
    "T01",
    "statement",
    "error",
    __doc__,
    run,
    (
        "no_statement",
        "没有列出合计、小计与会议费或培训费的“三公”经费表。",
        "No 三公 statement with a total, a subtotal and meetings or training.",
    ),
)
