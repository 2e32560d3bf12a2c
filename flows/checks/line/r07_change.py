"""R07 增减等于本年减上年 · The change is this year's amount less last year's

规则：表中并列上年、本年（当年）与增减三类栏的，每一行的增减等于本年数减上年数。
Rule: Where a statement prints last year's amount, this year's and the change side by side, the change on every line
  is this year's amount less last year's.
Formula: change[item] = current[item] − previous_year[item], item by item
Exclusions:
  1. 增减率（%）的栏不是金额，不检查 / columns of a rate (%) are no amounts and are not checked
  2. 同一项的上年、本年或增减栏不止一个的不检查；“扣除……”后的增减自成一组，不与全额相比 / not checked where one of
     the three columns is there more than once; a change “without …” is a group of its own
  3. 本年数、上年数空白的不当作零，增减空白的不判断 / blanks of this year or the last are not taken as zeros; where
     the change is blank it is not assessed
Not applicable: 文件没有并列上年、本年与增减的报表 / the document has no statement with the three columns
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate, gather_empty
from flows.checks.noun import Finding
from flows.checks.views import ColumnView, DocumentFacts, StatementView

CHANGE, PREVIOUS = "change", "previous_year"
MAIN = ("total", "amount", "current_year")
_RATE = re.compile(r"%|％|率|比例|幅度")
_WITHOUT = re.compile("扣除|剔除|不含")


def _by_item(statement: StatementView, lane: int) -> dict[str, dict[str, list[ColumnView]]]:
    """Item ("" for the whole) → change, previous_year, now → columns of amounts."""
    found: dict[str, dict[str, list[ColumnView]]] = {}
    for column in statement.columns_of(lane):
        if column.key is None or _WITHOUT.search(column.path):
            continue
        kind, _, item = column.key.partition(":")
        if kind not in (CHANGE, PREVIOUS):
            kind, item = "now", "" if column.key in MAIN else column.key
        if kind != CHANGE or not _RATE.search(column.path.rpartition("/")[2]):
            found.setdefault("" if item in MAIN else item, {}).setdefault(kind, []).append(column)
    return found


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.known_statements():
        if not any((column.key or "").startswith(CHANGE) for column in statement.columns):
            continue
        for lane in statement.lanes:
            for columns in _by_item(statement, lane).values():
                three = [columns.get(kind, []) for kind in ("now", PREVIOUS, CHANGE)]
                if all(len(one) == 1 for one in three):
                    yield from _of(statement, lane, *(one[0] for one in three))


def _of(
    statement: StatementView, lane: int, now: ColumnView, before: ColumnView, change: ColumnView
) -> Iterator[Finding]:
    findings: list[Finding] = []
    for line in statement.lines_of(lane):
        cells = [line.cells.get(column) for column in (now, before, change)]
        if any(cell is None for cell in cells):
            continue
        current, previous, changed = (cell for cell in cells if cell is not None)
        subject = f"{statement.ident}/{line.ident}/{change.path}"
        if changed.empty:
            continue  # a blank change says nothing, whatever the two amounts are
        findings.append(
            evaluate(
                Equation(subject, current, (previous, changed), "上年数加增减", "last year's amount and the change")
            )
        )
    title = f"《{statement.title}》{change.name}"
    yield from gather_empty(findings, f"{statement.ident}/lane{lane}/{change.path}", title, title)


CHECK = Check(
    "R07",
    "line",
    "error",
    __doc__,
    run,
    (
        "no_change",
        "没有并列上年、本年与增减的报表。",
        "No statement with last year's amount, this year's and the change.",
    ),
)
