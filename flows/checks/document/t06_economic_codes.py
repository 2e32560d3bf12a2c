"""T06 “三公”、会议、培训各项不少于基本支出表的同名科目 · Each 三公 item is at least what basic spending prints for it

规则：“三公”经费表的因公出国（境）费、公务用车运行维护费、公务接待费、会议费、培训费，不少于一般公共预算基本支出表的
  30212、30231、30217、30215、30216；多出的部分可以由项目支出安排。
Rule: Travel abroad, vehicle operation, receptions, meetings and training in the 三公 statement are each at least
  what the statement of basic spending prints under 30212, 30231, 30217, 30215, 30216; what goes beyond may be paid
  from projects.
Formula: three_public.item ≥ basic_expenditure[code]
Exclusions:
  1. 三公表的该项空白：不能比较；若 T01 的差额恰为该科目，即同一错误，只由 T01 报告 / the item is blank: not
     assessed; where T01 lacks exactly this amount it is the same fault, reported by T01 only
  2. 三公表未列该项（如不含会议费）的不检查 / items the 三公 statement does not print are not checked
  3. 基本支出表未列该科目的不检查 / codes the statement of basic spending does not print are not checked
Not applicable: 文件没有可对应的“三公”经费表与基本支出表 / the document has no 三公 statement with a statement of
  basic spending
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate
from flows.checks.noun import Cell, Finding
from flows.checks.three_public import CODES, economic_cell, missing_items, run_total
from flows.checks.views import DocumentFacts


def _lacking(facts: DocumentFacts) -> set[str]:
    """fact_ids of the economic codes that the failing totals of T01 lack."""
    statements = {statement.ident: statement for statement in facts.of("three_public")}
    return {
        cell.fact_id
        for finding in run_total(facts)
        for cell in missing_items(facts, statements[finding.subject.partition("/")[0]], finding)
    }


def _same_fault(finding: Finding, right: Cell) -> Finding:
    return msgspec.structs.replace(
        finding,
        outcome="not_assessable",
        reason="explained_by_T01",
        message_zh=f"{finding.message_zh}{right.code} {right.label} 的金额恰为合计所差，同一问题见 T01。",
        message_en=f"{finding.message_en} {right.code} is exactly what the total lacks: the same fault, see T01.",
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    lacking = _lacking(facts)
    for statement in facts.of("three_public"):
        for key, code in CODES.items():
            left = statement.cell(statement.line(key), "total", "amount", "general_public_budget")
            right = economic_cell(facts, statement, key)
            if left is None or right is None:
                continue
            equation = Equation(
                f"{statement.ident}/{key}",
                left,
                (right,),
                f"基本支出表的 {code}",
                f"code {code} in basic spending",
                "at_least",
            )
            finding = evaluate(equation)
            yield _same_fault(finding, right) if left.empty and right.fact_id in lacking else finding


CHECK = Check(
    "T06",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_pair",
        "没有可对应的“三公”经费表与基本支出表。",
        "No 三公 statement with a statement of basic spending.",
    ),
)
