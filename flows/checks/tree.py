"""The tree that classification codes make: 201 › 20103 › 2010301."""

from __future__ import annotations

import msgspec

from flows.checks.views import CODE_LENGTHS, LineView, StatementView

NOT_PARTS = frozenset({"of_which", "memo"})


class CodeTree(msgspec.Struct):
    """The coded lines of one lane. children: code → its direct children; roots: lines without a parent among them.

    repeated: codes that stand on more than one line, which makes the tree ambiguous.
    """

    lane: int
    lines: dict[str, LineView]
    children: dict[str, list[LineView]]
    roots: list[LineView]
    repeated: list[str]


def _is_coded(line: LineView) -> bool:
    code, system = line.code, line.class_system
    if code is None or not (code.isascii() and code.isdigit()) or line.role in NOT_PARTS:
        return False
    return system is not None and len(code) in CODE_LENGTHS.get(system, ())


def code_trees(statement: StatementView) -> list[CodeTree]:
    """One tree per lane that prints codes. A line's parent is the line with the longest code that begins its own."""
    trees = []
    for lane in statement.lanes:
        lines: dict[str, LineView] = {}
        repeated: list[str] = []
        for line in statement.lines_of(lane):
            if not _is_coded(line) or line.code is None:
                continue
            if line.code in lines:
                repeated.append(line.code)
            else:
                lines[line.code] = line
        if not lines:
            continue
        children: dict[str, list[LineView]] = {}
        roots = []
        for code, line in lines.items():
            parent = next((code[:-cut] for cut in range(2, len(code) - 2, 2) if code[:-cut] in lines), None)
            if parent is None:
                roots.append(line)
            else:
                children.setdefault(parent, []).append(line)
        trees.append(CodeTree(lane, lines, children, roots, repeated))
    return trees


def uncoded(statement: StatementView, tree: CodeTree) -> list[LineView]:
    """Lines of the tree's lane that print amounts but are neither in the tree nor its total, of_which or memo."""
    inside = {id(line) for line in tree.lines.values()}
    total = statement.grand_total(tree.lane)
    return [
        line
        for line in statement.lines_of(tree.lane)
        if id(line) not in inside and line is not total and line.role not in NOT_PARTS and line.any_known
    ]
