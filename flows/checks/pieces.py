"""Tables of which we read only a piece: our trouble, never the government's.

Where a table runs over a page break and its pieces were not joined, every sum over its lines is wrong by the lines
that stand in the other piece. Such a sum cannot fail; it is not assessable (`table_cut`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from flows.checks.check import AnyCheck
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts
from flows.checks.words import one_line

UNREAD = frozenset({"other", "unrecognized"})


def _continues(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether a table looks like the rest of the one before it: the same title again, or no title and no form."""
    if first["page"] is not None and second["page"] is not None and second["page"] - first["page"] > 1 + first["seams"]:
        return False
    title = one_line(second["title_printed"] or "")
    if not title:
        return second["statement_code"] in UNREAD
    return title == one_line(first["title_printed"] or "")


def cut_statements(statements: Sequence[Mapping[str, Any]]) -> set[tuple[str, int]]:
    """(statement_code, seq) of every statement that is a piece, from the rows of table `statements`."""
    cut: set[tuple[str, int]] = set()
    for first, second in pairwise(sorted(statements, key=lambda row: row["table_no"])):
        if first["statement_code"] != "unrecognized" and _continues(first, second):
            cut |= {(row["statement_code"], row["seq"]) for row in (first, second)}
    return cut


def doubt(facts: DocumentFacts, check: AnyCheck, finding: Finding) -> Finding:
    """A failing sum over the lines of a cut statement as not assessable; every other finding as it is.

    Checks of one line are not touched: a line is whole wherever the page breaks.
    """
    if finding.outcome != "fails" or check.level == "line":
        return finding
    titles = [
        statement.title
        for statement in facts.statements
        if statement.cut and any(cell.statement == statement.ident for cell in finding.cells)
    ]
    if not titles:
        return finding
    shown = "、".join(f"《{title}》" for title in dict.fromkeys(titles))
    return msgspec.structs.replace(
        finding,
        outcome="not_assessable",
        reason="table_cut",
        message_zh=f"{finding.message_zh}但 {shown} 跨页，只读到其中一段，不作判断。",
        message_en=f"{finding.message_en} But of {shown}, which runs over a page break, only a piece was read: "
        "not assessed.",
    )
