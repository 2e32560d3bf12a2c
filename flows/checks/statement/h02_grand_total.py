"""H02 合计行等于各类科目之和 · The grand total equals the sum of the top classes

规则：印有科目编码的报表，合计行各金额列等于没有上级的各科目（通常即各“类”）之和。
Rule: In a statement with codes the grand total equals, in every amount column, the sum of the codes that have no
  parent (usually the classes).
Formula: amount(合计) = Σ amount(top code)
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. 没有合计行，或合计行不止一行的报表不检查 / statements without a grand total, or with several, are not checked
  3. 另有未编码且印有金额的行时，合计可能包括该行，不判断 / where uncoded lines print amounts the total may hold
     them: not assessed
  4. 编码分列在几个并列栏内（如决算的三栏基本支出表）的不检查 / statements whose codes stand in several lanes are
     not checked
  5. 同一编码出现多次的不判断（见 H01）/ a code on several lines: not assessed (see H01)
Not applicable: 文件没有同时印有科目编码与合计行的报表 / the document has no statement with codes and a grand total
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate, fold_columns, gather_empty
from flows.checks.noun import Finding
from flows.checks.tree import code_trees, uncoded
from flows.checks.views import DocumentFacts, LineView, StatementView


def _strange(statement: StatementView, lines: list[LineView]) -> Finding:
    shown = "、".join(line.label for line in lines)
    return Finding(
        subject=f"{statement.ident}/grand_total",
        outcome="not_assessable",
        message_zh=f"《{statement.title}》：未编码的行（{shown}）印有金额，合计是否包括它们不明。",
        message_en=f"《{statement.title}》: lines without a code ({shown}) print amounts; the total may hold them.",
        reason="uncoded_lines",
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.known_statements():
        trees = code_trees(statement)
        if len(trees) != 1 or trees[0].repeated:
            continue
        tree = trees[0]
        total = statement.grand_total(tree.lane)
        if total is None:
            continue
        others = uncoded(statement, tree)
        if others:
            yield _strange(statement, others)
            continue
        findings = []
        for column, cell in total.cells.items():
            terms = tuple(root.cells[column] for root in tree.roots if column in root.cells)
            if terms:
                subject = f"{statement.ident}/grand_total/{column.ident}"
                findings.append(evaluate(Equation(subject, cell, terms, "各类科目之和", "the sum of its classes")))
        yield from gather_empty(
            fold_columns(findings),
            f"{statement.ident}/grand_total",
            f"《{statement.title}》合计行",
            f"《{statement.title}》, grand total",
        )


CHECK = Check(
    "H02",
    "statement",
    "error",
    __doc__,
    run,
    ("no_codes", "没有同时印有科目编码与合计行的报表。", "No statement with codes and a grand total."),
)
