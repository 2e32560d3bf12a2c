"""H01 上级科目等于下级科目之和 · A code equals the sum of its children

规则：同一报表中，每个有下级的科目（功能分类类、款、项为 3、5、7 位；经济分类类、款为 3、5 位），各金额列都等于其直
  接下级科目之和。
Rule: Within one statement every code that has children (functional 3, 5, 7 digits; economic 3, 5 digits) equals, in
  every amount column, the sum of its direct children.
Formula: amount(code) = Σ amount(child), child = code + 2 digits (or the nearest printed level below)
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 没有列出下级的科目不检查 / codes without printed children are not checked
  3. 同一编码在并列栏内出现多次的，层次不明，不判断 / a code on several lines of a lane makes the tree ambiguous:
     not assessed
  4. “其中”行与备注行不是组成部分 / of-which and memo lines are not parts
  5. 未按官方表样识别的表不检查 / tables of no known form are not checked
Not applicable: 文件没有印有科目编码及其下级的报表 / the document has no statement with codes and their children
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate, fold_columns, gather_empty
from flows.checks.noun import Finding
from flows.checks.tree import CodeTree, code_trees
from flows.checks.views import DocumentFacts, LineView, StatementView


def _repeated(statement: StatementView, tree: CodeTree) -> Finding:
    shown = "、".join(dict.fromkeys(tree.repeated))
    return Finding(
        subject=f"{statement.ident}/lane{tree.lane}",
        outcome="not_assessable",
        message_zh=f"《{statement.title}》：科目编码 {shown} 出现不止一次，上下级关系不明。",
        message_en=f"《{statement.title}》: codes {shown} stand on more than one line, so the tree is ambiguous.",
        reason="repeated_codes",
    )


def _parent(statement: StatementView, parent: LineView, children: list[LineView]) -> list[Finding]:
    findings = []
    for column, cell in parent.cells.items():
        terms = tuple(child.cells[column] for child in children if column in child.cells)
        if terms:
            subject = f"{statement.ident}/{parent.code}/{column.ident}"
            findings.append(evaluate(Equation(subject, cell, terms, "下级科目之和", "the sum of its children")))
    return fold_columns(findings)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.known_statements():
        for tree in code_trees(statement):
            if tree.repeated:
                yield _repeated(statement, tree)
                continue
            findings = [
                finding
                for code, children in tree.children.items()
                for finding in _parent(statement, tree.lines[code], children)
            ]
            yield from gather_empty(
                findings, f"{statement.ident}/lane{tree.lane}", f"《{statement.title}》", f"《{statement.title}》"
            )


CHECK = Check(
    "H01",
    "statement",
    "error",
    __doc__,
    run,
    ("no_codes", "没有印有科目编码及其下级的报表。", "No statement with codes and their children."),
)
