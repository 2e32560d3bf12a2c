"""Blank templates: a form to be filled in is not a report with faults."""

from __future__ import annotations

import re
from typing import Final

from flows.checks.views import DocumentFacts

# XX局, ××部门, xx年, ○○县, ***万元: two or more marks that stand for a name or a number, before or behind Chinese.
PLACEHOLDER: Final = re.compile(
    r"(?:[XxＸ×]{2,4}|[〇○]{2,4}|[△▲]{2,4})(?=[局部委办厅院处会室站所镇乡县市区省年月日万元个辆人次单街中支项%％、，。（]|$)"
    r"|(?<=[县市区省共为计])(?:[XxＸ×]{2,4}|[〇○]{2,4})"
)
FEWEST: Final = 5
MOST_AMOUNTS: Final = 10
_MADE: Final = "is_template"


def is_template(facts: DocumentFacts) -> bool:
    """The document prints the marks of a blank form in many places, and hardly any amount."""
    known = facts.made.get(_MADE)
    if known is None:
        known = facts.made[_MADE] = _is_template(facts)
    return bool(known)


def _is_template(facts: DocumentFacts) -> bool:
    marked = sum(bool(PLACEHOLDER.search(passage.text)) for passage in facts.prose.passages)
    if marked < FEWEST:
        return False
    amounts = 0
    for statement in facts.statements:
        amounts += sum(cell.known and cell.yuan != 0 for line in statement.lines for cell in line.cells.values())
    return amounts < MOST_AMOUNTS
