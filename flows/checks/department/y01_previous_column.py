"""Y01 “上年”栏与上年文件相符 · The column of the year before agrees with last year's document

规则：表中“上年预算数”一类的栏，各行应与上年同类文件同一张表的同一行相符。
Rule: In a statement with a column of last year's budget, every line agrees with the same line of the same statement
  in last year's document.
Formula: previous_year[line, year] = amount[line, year − 1]
Exclusions:
  1. 只比较同一地区、同一部门、同一口径（部门或单位）、上一财政年度的同类文件；任一要素有疑问的不比较 / only
     documents of the same place, organisation, edition and kind, of the year before; where any of these is in
     doubt, none
  2. 栏名为执行数、决算数的，与上年预算不是一回事，不比较 / a column of what was spent is not last year's budget
  3. 栏名没有说明是预算还是执行的，至少两个非零数相符、且相符的多于不符的，才作判断 / where the header does not say
     which, judged only if two amounts other than nought agree, and more agree than differ
  4. 行按科目编码、表样行名或全名对应，任一文件中不唯一的不比较 / lines are matched by code, the form's name or the
     whole label; those that are not unique in either document are left out
  5. 空白不当作零 / a blank is not a zero
Not applicable: 没有上年的同类文件，或没有“上年”栏 / no document of the year before, or no such column
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.elsewhere import Amount, compared, of_cell, unknown, where_known
from flows.checks.noun import Cell, Finding
from flows.checks.prose import fold
from flows.checks.together import Companions, CrossCheck
from flows.checks.views import ColumnView, DocumentFacts, LineView, StatementView
from flows.checks.words import one_line

PREVIOUS = "previous_year"
NOT_NOW = frozenset({PREVIOUS, "change"})
_SPENT = re.compile("执行|决算|完成|实际|支出数")
_BUDGET = re.compile("预算")


def line_name(line: LineView) -> str:
    """What names a line in any year's edition of a statement."""
    return line.code or line.key or fold(line.path or line.label)


def unique_lines(statement: StatementView) -> dict[tuple[int, str], LineView]:
    """(lane, name) → line, of those whose name occurs once in its lane."""
    found: dict[tuple[int, str], list[LineView]] = {}
    for line in statement.lines:
        found.setdefault((line.lane, line_name(line)), []).append(line)
    return {key: lines[0] for key, lines in found.items() if len(lines) == 1}


def _tail(column: ColumnView) -> str:
    """The header below the year: 上年/合计 → 合计."""
    return fold(column.path.partition("/")[2])


def _now(statement: StatementView, previous: ColumnView) -> ColumnView | None:
    """The column of last year's statement that this year's `previous` column repeats; None where it is not clear."""
    columns = [
        column
        for column in statement.columns_of(previous.lane)
        if column.key is None or column.key.partition(":")[0] not in NOT_NOW
    ]
    if len(columns) > 1:
        columns = [column for column in columns if _tail(column) == _tail(previous)]
    return columns[0] if len(columns) == 1 else None


def _known(cell: Cell | None) -> bool:
    return cell is not None and cell.known


def _pairs(own: StatementView, other: StatementView, column: ColumnView) -> Iterator[tuple[Cell, Cell]]:
    now = _now(other, column)
    if now is None:
        return
    theirs = unique_lines(other)
    for key, line in unique_lines(own).items():
        before = theirs.get(key)
        mine, cell = line.cells.get(column), None if before is None else before.cells.get(now)
        if mine is not None and cell is not None and _known(mine) and _known(cell):
            yield mine, cell


def _judge(facts: DocumentFacts, other: DocumentFacts) -> Iterator[Finding]:
    for own in facts.known_statements():
        theirs = list(other.of(own.code))
        mine = list(facts.of(own.code))
        if len(theirs) != 1 or len(mine) != 1:
            continue
        for column in own.columns:
            if column.key != PREVIOUS:
                continue
            found = []
            for cell, before in _pairs(own, theirs[0], column):
                amount: Amount = of_cell(facts, cell)
                shown = f"《{own.title}》{cell.label}“{one_line(column.path)}”栏为 {cell.printed}"
                shown_en = f"《{own.title}》 {cell.label} prints {cell.printed} for the year before"
                subject = f"{own.ident}/{line_subject(cell)}/{column.ident}"
                found.append(compared(subject, amount, amount, [of_cell(other, before)], shown, shown_en, other))
            if _SPENT.search(column.path):
                zh, en = "该栏是执行数", "the column is of what was spent"
                yield from (unknown(one, "spent_not_budgeted", zh, en) for one in found if one.outcome == "fails")
            elif _BUDGET.search(column.path):
                yield from found
            else:
                zh = "栏名没有说明是上年预算还是执行数"
                yield from where_known(found, zh, "the header does not say whether it is budget or spending")


def line_subject(cell: Cell) -> str:
    return cell.code or cell.key or fold(cell.label)


def run(facts: DocumentFacts, company: Companions) -> Iterator[Finding]:
    if facts.about.stage == "final":
        return  # a final account's column of the year before is of last year's final account: Y03, Y04
    for other in company.of("previous"):
        yield from _judge(facts, other)


CHECK = CrossCheck(
    "Y01",
    "department",
    "error",
    __doc__,
    "previous",
    run,
    ("no_previous_column", "没有“上年”栏。", "No column of the year before."),
)
