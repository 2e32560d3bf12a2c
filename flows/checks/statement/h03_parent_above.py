"""H03 每个下级科目之上印有其上级 · Every code stands under its parents

规则：逐级列出科目的报表中，每个款、项之上都应印有它的类、款；上级科目的编码是下级编码的开头。
Rule: In a statement that lists the levels of the classification, the parents of every code are printed above it,
  and a parent's code is the beginning of its child's.
Formula: for every code of 5 or 7 digits: code[:-2] is printed above it
Exclusions:
  1. 报表多数（五分之四以上）下级科目之上印有上级的，才算逐级列出 / only statements where the parents of four in
     five codes or more are printed
  2. 只有一两个下级科目的、编码分列几个并列栏的、同一编码出现多次的表不检查 / not statements with fewer than three
     such codes, with codes in several lanes, or with a code on several lines
  3. 各级编码不全按三、五、七位（如只印末级的两位）的不检查 / not checked where codes are not printed in full
  4. 只读到一段的表不判断：上级可能在另一段 / tables of which only a piece was read are not assessed
Not applicable: 文件没有逐级列出科目的报表 / the document has no statement that lists the levels of the
  classification
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flows.checks.check import Check
from flows.checks.noun import Cell, Finding
from flows.checks.views import DocumentFacts, LineView, StatementView

CHILD_LENGTHS: Final = {"functional": (5, 7), "economic_department": (5,), "economic_government": (5,)}
FEWEST: Final = 3
SHARE: Final = 5  # of so many codes, one may lack its parent for the statement to count as listing the levels
LISTED: Final = 8


def _first(line: LineView) -> Cell | None:
    return next(iter(line.cells.values()), None)


def _children(statement: StatementView) -> tuple[list[LineView], list[LineView]] | None:
    """Lines of codes that have a parent by their length, and those of them whose parent is not printed above."""
    coded = [line for line in statement.lines if line.code is not None and line.class_system in CHILD_LENGTHS]
    codes = [(line.class_system, line.code) for line in coded]
    if len({line.lane for line in coded}) != 1 or len(set(codes)) != len(codes):
        return None
    seen: set[tuple[str | None, str]] = set()
    children, orphans = [], []
    for line in coded:
        assert line.code is not None
        if len(line.code) in CHILD_LENGTHS[line.class_system or ""]:
            children.append(line)
            if (line.class_system, line.code[:-2]) not in seen:
                orphans.append(line)
        seen.add((line.class_system, line.code))
    return children, orphans


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.known_statements():
        found = None if statement.cut else _children(statement)
        if found is None:
            continue
        children, orphans = found
        if len(children) < FEWEST or len(orphans) * SHARE > len(children):
            continue
        shown = "、".join(f"{line.code} {line.label}" for line in orphans[:LISTED])
        yield Finding(
            subject=f"{statement.ident}/parents",
            outcome="fails" if orphans else "holds",
            message_zh=f"《{statement.title}》{len(children)} 个下级科目"
            + (f"中，{len(orphans)} 个之上没有上级：{shown}。" if orphans else "之上都印有上级。"),
            message_en=f"《{statement.title}》: of {len(children)} codes with a parent, "
            + (f"{len(orphans)} stand without it: {shown}." if orphans else "all stand under it."),
            n_terms=len(children),
            cells=tuple(cell for line in orphans[:LISTED] if (cell := _first(line)) is not None),
        )


CHECK = Check(
    "H03",
    "statement",
    "warning",
    __doc__,
    run,
    ("no_levels", "没有逐级列出科目的报表。", "No statement that lists the levels of the classification."),
)
