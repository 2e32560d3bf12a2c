"""T03 公务用车经费等于购置费与运行维护费之和 · Vehicle spending is purchase plus operation

规则：“三公”经费表中，公务用车购置及运行维护费等于公务用车购置费与公务用车运行维护费之和，逐金额列计算。
Rule: In the 三公 statement, spending on official vehicles equals purchase plus operation, in every amount column.
Formula: vehicle = vehicle_purchase + vehicle_operation
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
    yield from run_items(facts, "vehicle", ("vehicle_purchase", "vehicle_operation"))


CHECK = Check(
    "T03",
    "statement",
    "error",
    __doc__,
    run,
    ("no_statement", "没有分列这些分项的“三公”经费表。", "No 三公 statement with these parts."),
)
