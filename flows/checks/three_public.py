"""The items of the 三公 statement and the economic codes they are spent under, shared by the T checks."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

from flows.checks.equation import Equation, evaluate, fold_columns, gather_empty
from flows.checks.noun import Cell, Finding
from flows.checks.views import DocumentFacts, LineView, StatementView

# 支出部门经济分类: the 款 that each item is spent under.
CODES = {
    "abroad": "30212",
    "meeting": "30215",
    "training": "30216",
    "reception": "30217",
    "vehicle_operation": "30231",
}


def item_sums(statement: StatementView, total: LineView, parts: list[LineView], zh: str, en: str) -> list[Finding]:
    """`total = Σ parts` in every amount column of the statement."""
    findings = []
    for column, cell in total.cells.items():
        terms = tuple(part.cells[column] for part in parts if column in part.cells)
        if terms:
            subject = f"{statement.ident}/{total.ident}/{column.ident}"
            findings.append(evaluate(Equation(subject, cell, terms, zh, en)))
    return findings


def items(statement: StatementView, *keys: str) -> list[LineView]:
    """The statement's lines of these names, in this order; those it does not print are left out."""
    return [line for key in keys if (line := statement.line(key)) is not None]


def run_items(facts: DocumentFacts, total: str, parts: tuple[str, ...], needed: str | None = None) -> list[Finding]:
    """`total = Σ parts` in every 三公 statement that prints the total and two or more parts (one of them `needed`)."""
    found: list[Finding] = []
    for statement in facts.of("three_public"):
        line, lines = statement.line(total), items(statement, *parts)
        if line is None or len(lines) < 2 or (needed is not None and statement.line(needed) is None):
            continue
        findings = fold_columns(item_sums(statement, line, lines, "各分项之和", "the sum of its items"))
        title = f"《{statement.title}》{line.label}"
        found += gather_empty(findings, f"{statement.ident}/{line.ident}", title, title)
    return found


def run_total(facts: DocumentFacts) -> list[Finding]:
    """The identity of T01; without a subtotal the total's scope is not known."""
    return run_items(facts, "total", ("three_public_subtotal", "meeting", "training"), "three_public_subtotal")


def economic_cell(facts: DocumentFacts, statement: StatementView, key: str) -> Cell | None:
    """What the basic-spending statement paired with this 三公 statement prints for the item's economic code."""
    code = CODES.get(key)
    for basic, own in facts.pairs("basic_expenditure", "three_public"):
        if own is statement and code is not None:
            found = [line for line in basic.lines if line.code == code]
            if len(found) == 1:
                return basic.cell(found[0], "total", "amount")
    return None


def missing_items(facts: DocumentFacts, statement: StatementView, finding: Finding) -> tuple[Cell, ...]:
    """Amounts of other lines that are exactly what a failing sum lacks: economic codes of its blank items.

    The smallest set of them that gives the difference; empty when none does, or the sum is too large.
    """
    delta = finding.delta
    if finding.outcome != "fails" or delta is None or delta <= 0:
        return ()
    keys = dict.fromkeys(cell.key for cell in finding.cells if cell.empty and cell.key in CODES)
    cells = [cell for key in keys if key and (cell := economic_cell(facts, statement, key)) is not None and cell.known]
    for size in range(1, len(cells) + 1):
        for chosen in combinations(cells, size):
            if sum((cell.yuan for cell in chosen if cell.yuan is not None), Decimal(0)) == delta:
                return chosen
    return ()
