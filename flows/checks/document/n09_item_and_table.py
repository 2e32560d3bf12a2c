"""N09 逐项说明的数额与报表一致 · The amount of a line in prose is that of the table

规则：文中逐项说明支出科目（类、款、项）的，所印本年预算数（决算数）应等于一般公共预算支出表中同一科目的数额。
Rule: Where prose explains the lines of the classification one by one, the amount of the year is the one the
  statement of general public spending prints for the same line.
Formula: amount of the item in prose = general_expenditure[code | class and name].total
Exclusions:
  1. 报表中没有、或同名科目不止一行的，不检查 / not checked where the table has no such line, or several of that
     name
  2. 上年数、年初预算数、执行数不与本表比较 / earlier years, initial budgets and execution are no amounts of this
     table
  3. 一般公共预算支出表不止一张的，不检查 / not checked where there are several such statements
  4. 两边按各自所印位数四舍五入 / each side is taken with half of its last digit
Not applicable: 文中没有可与报表核对的逐项说明 / the prose explains no line that the tables print
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Cell, Finding
from flows.checks.prose import Item, Passage, Said, fold
from flows.checks.said import compare
from flows.checks.topics import BUDGETS, is_before
from flows.checks.views import DocumentFacts, StatementView

_PLAIN = re.compile(r"[、,.()“”\"]+|支出$")


def _plain(name: str) -> str:
    return _PLAIN.sub("", _PLAIN.sub("", fold(name)))


def _cells(statement: StatementView) -> tuple[dict[str, Cell], dict[tuple[str, str], list[Cell]]]:
    """Code → amount, and (name of the class, name of the line) → amounts, of the 项 of the statement."""
    by_code: dict[str, Cell] = {}
    by_name: dict[tuple[str, str], list[Cell]] = {}
    classes = {
        line.code: _plain(line.label)
        for line in statement.lines
        if line.class_system == "functional" and line.code and len(line.code) == 3
    }
    for line in statement.lines:
        cell = statement.cell(line, "total", "amount")
        if line.class_system != "functional" or not line.code or len(line.code) != 7 or cell is None or not cell.known:
            continue
        by_code.setdefault(line.code, cell)
        by_name.setdefault((classes.get(line.code[:3], ""), _plain(line.label)), []).append(cell)
    return by_code, by_name


def _own(facts: DocumentFacts, passage: Passage) -> Iterator[Said]:
    """Amounts of the year: right behind the name, and those of the document's own stage."""
    wanted = "final" if facts.about.stage == "final" else "budget"
    levels = [said for said in passage.said if said.level and said.within is None]
    if not levels or len({said.subject for said in levels}) > 1:
        return
    for number, said in enumerate(levels):
        if is_before(said, facts.about.fiscal_year) or (wanted == "final" and said.stage in BUDGETS):
            continue
        if (said.stage == wanted and (wanted == "final" or said.year is not None)) or (
            number == 0 and said.stage is None and said.year in (None, facts.about.fiscal_year)
        ):
            yield said


def _find(item: Item, by_code: dict[str, Cell], by_name: dict[tuple[str, str], list[Cell]]) -> Cell | None:
    if item.code is not None:
        return by_code.get(item.code)
    found = by_name.get((_plain(item.klass), _plain(item.label)), [])
    return found[0] if len(found) == 1 else None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    statements = list(facts.of("general_expenditure"))
    if len(statements) != 1 or statements[0].cut:
        return
    known: tuple[dict[str, Cell], dict[tuple[str, str], list[Cell]]] | None = None
    for passage in facts.prose.running:
        item = passage.item
        if item is None:
            continue
        known = known or _cells(statements[0])
        cell = _find(item, *known)
        if cell is None or cell.yuan is None:
            continue
        for said in _own(facts, passage):
            yield compare(f"{passage.place}/{item.code or item.label}", item.label, passage, said, [cell])


CHECK = Check(
    "N09",
    "document",
    "error",
    __doc__,
    run,
    ("no_item", "文中没有可与报表核对的逐项说明。", "No line explained in the prose that the tables print."),
)
