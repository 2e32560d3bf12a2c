"""The other stitch of the trial: pieces of a table that runs over page breaks, read as one table.

A table whose title is printed again on each page stays in pieces (`flows.checks.pieces`), and a sum over its lines
cannot be judged. Here the pieces are put together, beside what was read, and the sum is judged once more: where it
holds, the pieces are one table, and that we read two is a suspected misreading. Nothing is changed, and a sum that does
not hold in the joined table either is no finding: it may be the joining that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts, LineView, StatementView
from flows.checks.words import one_line

CUT = "table_cut"
JOINED = (
    "把跨页的各段接成一张表即相符，疑为接表有误，请对照原件",
    "read as one table, its pieces joined, it holds: a suspected misreading",
)
NOT_EVEN = (
    "接成一张表也不相符，不能断定是接表还是原文有误",
    "read as one table it does not hold either: whether the joining or the source is wrong cannot be told",
)


def joined_facts(facts: DocumentFacts) -> DocumentFacts | None:
    """The document with its pieces joined; None where there is nothing to join."""
    chains = list(_chains(facts))
    if not chains:
        return None
    inner = {statement.ident for chain in chains for statement in chain}
    whole = [joined for chain in chains if (joined := _join(chain)) is not None]
    statements = sorted(
        [*(one for one in facts.statements if one.ident not in inner), *whole], key=lambda one: (one.code, one.seq)
    )
    return msgspec.structs.replace(facts, statements=statements, made={}) if whole else None


def _chains(facts: DocumentFacts) -> Iterable[list[StatementView]]:
    """Runs of cut statements of one form and title, whose tables follow each other."""
    views = {(one.code, one.seq): one for one in facts.statements if one.cut}
    rows = sorted(facts.tables.get("statements", ()), key=lambda row: row["table_no"])
    chain: list[StatementView] = []
    for before, row in pairwise([None, *rows, None]):
        view = None if row is None else views.get((row["statement_code"], row["seq"]))
        same = (
            view is not None
            and chain
            and before is not None
            and row is not None
            and row["statement_code"] == before["statement_code"]
            and one_line(row["title_printed"] or "") == one_line(before["title_printed"] or "")
            and row["unit"] == before["unit"]
        )
        if not same:
            if len(chain) > 1:
                yield chain
            chain = []
        if view is not None:
            chain = [*chain, view]


def _join(chain: Sequence[StatementView]) -> StatementView | None:
    """The pieces as one statement, in the columns of the first; None where their columns are not the same."""
    first = chain[0]
    columns = {(column.lane, column.ident): column for column in first.columns}
    if len(columns) != len(first.columns):
        return None
    lines: list[LineView] = []
    for piece in chain:
        if {(column.lane, column.ident) for column in piece.columns} != set(columns):
            return None
        for line in piece.lines:
            cells = {columns[column.lane, column.ident]: cell for column, cell in line.cells.items()}
            lines.append(msgspec.structs.replace(line, cells=cells))
    lines.sort(key=lambda line: line.lane)  # printed order within a lane: the sort is stable
    return msgspec.structs.replace(first, lines=lines, cut=False)


def offer(joined: DocumentFacts, check: Check, findings: Sequence[Finding]) -> list[Finding]:
    """Findings of a check, those that a cut table keeps from being judged told how they stand in the joined one."""
    if not any(finding.reason == CUT for finding in findings):
        return list(findings)
    again: dict[str, list[Finding]] = {}
    for one in check.run(joined):
        if one.cells and one.outcome in ("holds", "rounding", "fails"):
            again.setdefault(one.cells[0].fact_id, []).append(one)
    return [_told(one, again.get(one.cells[0].fact_id, [])) if one.reason == CUT else one for one in findings]


def _told(finding: Finding, again: Sequence[Finding]) -> Finding:
    if not again:
        return finding
    fits = all(one.outcome != "fails" for one in again)
    zh, en = JOINED if fits else NOT_EVEN
    return msgspec.structs.replace(
        finding,
        cause="reading" if fits else "unknown",
        message_zh=f"{finding.message_zh}{zh}。",
        message_en=f"{finding.message_en} And {en}.",
    )
