"""What a document prints for one thing (a concept of the prose, a line of the classification, an item of 三公)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from flows.checks.elsewhere import Amount, of_cell, of_said
from flows.checks.linking import rows_of
from flows.checks.noun import Cell
from flows.checks.prose import fold
from flows.checks.topics import is_before
from flows.checks.views import ColumnView, DocumentFacts, LineView

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
                yield of_said(facts, passage, said, str(said.row["subject_printed"] or concept))


class StagedCell(msgspec.Struct, frozen=True):
    """An item's amount with the header of its column."""

    cell: Cell
    path: str


def _item(line: LineView, column: ColumnView) -> str | None:
    """The item of the 三公 statement that a cell is of, whether the items are lines or columns."""
    kind = (column.key or "").partition(":")[0]
    if kind in ("previous_year", "change"):
        return None
    if kind in THREE_PUBLIC and line.key not in THREE_PUBLIC:
        return kind
    return line.key if line.key in THREE_PUBLIC and kind in (*MAIN, "current_year") else None


def three_public_stages(facts: DocumentFacts) -> dict[str, dict[str, StagedCell]]:
    """Stage (budget, budget_adjusted, final) → item → its cell, blank ones too; {} where there are several statements.

    An item that a stage prints more than once is left out of that stage.
    """
    statements = list(facts.of("three_public"))
    if len(statements) != 1:
        return {}
    found: dict[tuple[str, str], list[StagedCell]] = {}
    for line in statements[0].lines:
        for column, cell in line.cells.items():
            item = _item(line, column)
            if item is not None and column.stage is not None:
                found.setdefault((column.stage, item), []).append(StagedCell(cell, column.path))
    stages: dict[str, dict[str, StagedCell]] = {}
    for (stage, item), cells in found.items():
        if len(cells) == 1:
            stages.setdefault(stage, {})[item] = cells[0]
    return stages


def three_public_items(facts: DocumentFacts, header: str | None) -> dict[str, Cell]:
    """Item of the 三公 statement → its amount, whether the items are lines or columns; {} where there are several
    statements. header: words the column's header must hold; None: the column of the document's own stage."""
    allowed = (None, facts.about.stage) if header is None else (None, facts.about.stage, "budget")
    statements = list(facts.of("three_public"))
    if len(statements) != 1:
        return {}
    found: dict[str, list[Cell]] = {}
    for line in statements[0].lines:
        for column, cell in line.cells.items():
            if column.stage not in allowed or (header is not None and header not in column.path):
                continue
            item = _item(line, column)
            if item is not None and cell.known:
                found.setdefault(item, []).append(cell)
    return {item: cells[0] for item, cells in found.items() if len(cells) == 1}
