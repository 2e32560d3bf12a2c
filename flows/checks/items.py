"""What a document prints for one thing (a concept of the prose, a line of the classification, an item of 三公)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.elsewhere import Amount, of_cell
from flows.checks.linking import rows_of
from flows.checks.noun import Cell
from flows.checks.prose import fold
from flows.checks.topics import is_before
from flows.checks.views import DocumentFacts

MAIN = ("total", "amount", "general_public_budget")
FUNCTIONAL = ("general_expenditure", "expenditure", "appropriation", "income_expenditure", "appropriation_expenditure")
THREE_PUBLIC = frozenset({
    "total", "three_public_subtotal", "abroad", "vehicle", "vehicle_purchase", "vehicle_operation", "reception",
})  # fmt: skip
_ORDINAL = re.compile(r"^(?:[一二三四五六七八九十]+、|\(?[一二三四五六七八九十]+\)|\d+[.、])+")
_TAIL = re.compile(r"(?:\([类款项]\))?(?:支出)?$")


def bare(label: str) -> str:
    """A label of the classification without ordinal and 支出: 一、教育支出 and 教育（类）支出 are 教育."""
    return _TAIL.sub("", _ORDINAL.sub("", fold(label)))


def amounts_of(
    facts: DocumentFacts, concept: str | None, code: str | None = None, label: str | None = None
) -> list[Amount]:
    """Every amount the document prints for it in this year's columns and prose; none where it does not name it.

    Lines of the classification by code, else by label.
    """
    if code is not None or label is not None:
        return list(_lines(facts, code, label))
    if concept is None:
        return []
    found = [
        of_cell(facts, cell)
        for row, cell in rows_of(facts, concept)
        if str(row["column_key"] or "").partition(":")[0] not in ("previous_year", "change")
        and row["stage"] in (None, facts.about.stage)
    ]
    return [*found, *_said(facts, concept)]


def _lines(facts: DocumentFacts, code: str | None, label: str | None) -> Iterator[Amount]:
    wanted = bare(label or "")
    for statement in facts.of(*FUNCTIONAL):
        for line in statement.lines:
            same = line.code == code if code is not None and line.code is not None else bare(line.label) == wanted
            if not same or (line.code is not None and line.class_system != "functional"):
                continue
            for column, cell in line.cells.items():
                if column.key in MAIN and column.stage in (None, facts.about.stage) and cell.known:
                    yield of_cell(facts, cell)


def _said(facts: DocumentFacts, concept: str) -> Iterator[Amount]:
    for passage in facts.prose.running:
        for said in passage.said:
            if said.concept != concept or not said.level or said.yuan is None or said.within is not None:
                continue
            if said.code is not None or said.label is not None or is_before(said, facts.about.fiscal_year):
                continue
            if said.stage in (None, facts.about.stage):
                label = str(said.row["subject_printed"] or concept)
                quote, sha256 = passage.say(said), facts.document_sha256
                yield Amount(said.yuan, said.resolution, said.printed or "", label, sha256, quote=quote)


def three_public_items(facts: DocumentFacts, header: str | None) -> dict[str, Cell]:
    """Item of the 三公 statement → its amount, whether the items are lines or columns; {} where there are several
    statements. header: words the column's header must hold; None: the column of the document's own stage."""
    statements = list(facts.of("three_public"))
    if len(statements) != 1:
        return {}
    found: dict[str, list[Cell]] = {}
    for line in statements[0].lines:
        for column, cell in line.cells.items():
            kind = (column.key or "").partition(":")[0]
            if kind in ("previous_year", "change") or column.stage not in (None, facts.about.stage, "budget"):
                continue
            if header is not None and header not in column.path:
                continue
            if header is None and column.stage not in (None, facts.about.stage):
                continue
            item = kind if kind in THREE_PUBLIC and line.key not in THREE_PUBLIC else line.key
            if item == line.key and kind not in MAIN and kind != "current_year":
                continue
            if item in THREE_PUBLIC and item is not None and cell.known:
                found.setdefault(item, []).append(cell)
    return {item: cells[0] for item, cells in found.items() if len(cells) == 1}
