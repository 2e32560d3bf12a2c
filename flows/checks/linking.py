"""From a concept of the prose to the cells of the tables it may speak of; made once per document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from flows.checks.noun import Cell
from flows.checks.views import DocumentFacts
from normalize.claim_links import Linker
from normalize.schema import Row

_LINKER, _CELLS = "linker", "cells"


def cells_by_fact(facts: DocumentFacts) -> dict[str, Cell]:
    """fact_id → Cell, of all statements."""
    found = facts.made.get(_CELLS)
    if found is None:
        found = {cell.fact_id: cell for s in facts.statements for line in s.lines for cell in line.cells.values()}
        facts.made[_CELLS] = found
    return cast(dict[str, Cell], found)


def rows_of(facts: DocumentFacts, concept: str) -> Iterator[tuple[Row, Cell]]:
    """(row of budget_lines, its Cell) of every printed amount that the concept may name."""
    linker = facts.made.get(_LINKER)
    if linker is None:
        linker = Linker(cast(Any, facts.tables.get("budget_lines", ())), facts.about.fiscal_year)
        facts.made[_LINKER] = linker
    cells = cells_by_fact(facts)
    for row in cast(Linker, linker).facts_of(concept):
        cell = cells.get(str(row["fact_id"]))
        if cell is not None and cell.known:
            yield row, cell
