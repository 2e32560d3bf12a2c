"""T04 因公出国（境）费等于其各分项之和 · Travel abroad is the sum of its parts

规则：“三公”经费表中，因公出国（境）费等于教学科研人员因公出国（境）费与其他因公出国（境）费之和，逐金额列计算。
Rule: In the 三公 statement, travel abroad equals that of teaching and research staff plus the other, in every
  amount column.
Formula: abroad = abroad_academic + abroad_other
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 只列一个分项的表不检查 / statements that print one of the parts only are not checked
  3. 各列差额相同的，作为一处错误报告 / columns that show the same difference are one fault
Not applicable: 文件没有分列这些分项的“三公”经费表 / the document has no 三公 statement with these parts
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.three_public import run_items
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    yield from run_items(facts, "abroad", ("abroad_academic", "abroad_other"))


CHECK = Check(
    "T04",
    "statement",
    "error",
    __doc__,
    run,
    ("no_statement", "没有分列这些分项的“三公”经费表。", "No 三公 statement with these parts."),
)
