"""T02 “三公”经费小计等于出国、公车、接待之和 · The 三公 subtotal is travel abroad plus vehicles plus receptions

规则：“三公”经费小计（表中没有小计也没有会议费、培训费时，即合计），等于因公出国（境）费、公务用车购置及运行维护费、
  公务接待费之和，逐金额列计算。
Rule: The 三公 subtotal (where neither a subtotal nor meetings and training are printed: the total) equals travel
  abroad plus official vehicles plus receptions, in every amount column.
Formula: three_public_subtotal | total = abroad + vehicle + reception
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 没有小计而有会议费或培训费的表不检查：合计的范围不明 / without a subtotal but with meetings or training the
     total's scope is not known: not checked
  3. 各列差额相同的，作为一处错误报告 / columns that show the same difference are one fault
Not applicable: 文件没有逐行列出各项的“三公”经费表 / the document has no 三公 statement that lists its items line by
  line
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.three_public import items, run_items
from flows.checks.views import DocumentFacts

PARTS = ("abroad", "vehicle", "reception")


def run(facts: DocumentFacts) -> Iterator[Finding]:
    yield from run_items(facts, "three_public_subtotal", PARTS)
    if not any(
        items(statement, "three_public_subtotal", "meeting", "training") for statement in facts.of("three_public")
    ):
        yield from run_items(facts, "total", PARTS)


CHECK = Check(
    "T02",
    "statement",
    "error",
    __doc__,
    run,
    (
        "no_statement",
        "没有逐行列出各项的“三公”经费表。",
        "No 三公 statement that lists its items line by line.",
    ),
)
