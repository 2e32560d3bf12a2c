"""D12 空表所说的资金，其他表中也没有 · What an empty table says there is none of stands in no other table

规则：列为空表（或声明没有该项资金）的报表，同一文件其他报表中也不应印有该项资金的金额。
Rule: Where a statement is printed empty (or declared so), no other statement of the document prints an amount of
  the money it is about.
Formula: statement(fund) empty ⇒ amount(fund) = 0 in every other statement
Exclusions:
  1. 同类报表另有不空的（部门与单位各一份），不检查 / not where another statement of the kind is filled in
     (department and unit)
  2. 没有说明、而可能只读到一段的表不检查；空白模板不检查 / tables without a note of which perhaps only a piece was
     read are not checked, and blank templates are not
  3. 空白、零和读不出的不算金额；比较的只是表中该资金的支出（财政拨款总表为收入）合计 / blanks, zeros and what
     cannot be read are no amounts; only the total of that money's spending (for the appropriation statement:
     income) is looked at
  4. 政府采购表见 G01 / for the table of procurement see G01
Not applicable: 文件没有空白的报表 / the document has no empty statement
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from flows.checks.check import Check
from flows.checks.lanes import main_cell, sides
from flows.checks.noun import Cell, Finding, Quote
from flows.checks.pieces import cut_statements
from flows.checks.template import is_template
from flows.checks.views import DocumentFacts
from flows.checks.words import value_en, value_zh

FUNDS: Final = ("general_public_budget", "government_fund", "state_capital")
FISCAL_INCOME: Final = ("appropriation_income", *FUNDS)


def _spent_of(fund: str) -> Callable[[DocumentFacts], Iterator[Cell | None]]:
    """Spending of one fund by the appropriation statement and by those that have a column for it."""

    def cells(facts: DocumentFacts) -> Iterator[Cell | None]:
        for statement in facts.of("appropriation"):
            side = sides(statement)[1]
            yield statement.cell(side.current or side.total, fund)
        for statement in facts.of("expenditure", "project_expenditure"):
            for lane in statement.lanes:
                yield statement.cell(statement.grand_total(lane), fund)

    return cells


def _fiscal_income(facts: DocumentFacts) -> Iterator[Cell | None]:
    for statement in facts.of("income_expenditure"):
        for key in FISCAL_INCOME:
            yield main_cell(statement, statement.line(key))
    for statement in facts.of("income"):
        for lane in statement.lanes:
            for key in FISCAL_INCOME:
                yield statement.cell(statement.grand_total(lane), key)


def _column(code: str, key: str) -> Callable[[DocumentFacts], Iterator[Cell | None]]:
    """The grand total of a statement's column."""

    def cells(facts: DocumentFacts) -> Iterator[Cell | None]:
        for statement in facts.of(code):
            for lane in statement.lanes:
                yield statement.cell(statement.grand_total(lane), key)

    return cells


ELSEWHERE: Final[dict[str, Callable[[DocumentFacts], Iterator[Cell | None]]]] = {
    "appropriation": _fiscal_income,
    "general_expenditure": _spent_of("general_public_budget"),
    "government_fund": _spent_of("government_fund"),
    "state_capital": _spent_of("state_capital"),
    "basic_expenditure": _column("general_expenditure", "basic"),
    "project_expenditure": _column("expenditure", "project"),
}


def run(facts: DocumentFacts) -> Iterator[Finding]:
    empty = [row for row in facts.printed if row["state"] in ("blank", "declared_empty")]
    if not empty or is_template(facts):
        return
    pieces = cut_statements(facts.printed)
    filled = {row["statement_code"] for row in facts.printed if row["state"] == "populated"}
    told: set[str] = set()
    for row in sorted(empty, key=lambda one: one["state"] != "declared_empty"):
        code = str(row["statement_code"])
        if code in filled or code in told or code not in ELSEWHERE:
            continue
        if row["state"] != "declared_empty" and (code, row["seq"]) in pieces:
            continue
        told.add(code)
        found = [cell for cell in ELSEWHERE[code](facts) if cell is not None and cell.known]
        against = [cell for cell in found if cell.yuan]
        if not found:
            continue
        title = "".join((row["title_printed"] or code).split())
        table = Quote(f"t{row['table_no']}", row["page"], title)
        note = next((str(one) for one in row["notes"] or []), "")
        said = (table, Quote(table.place, table.page, note)) if note else (table,)
        shown_zh = "、".join(f"《{cell.title}》{value_zh(cell)}" for cell in against[:3])
        shown_en = ", ".join(f"《{cell.title}》 {value_en(cell)}" for cell in against[:3])
        yield Finding(
            subject=f"{code}/elsewhere",
            outcome="fails" if against else "holds",
            message_zh=f"《{title}》是空表" + (f"，而{shown_zh}。" if against else "，其他表中也没有该项资金。"),
            message_en=f"《{title}》 is empty"
            + (f", while {shown_en}." if against else "; no other table prints any."),
            left=against[0].yuan if against else None,
            left_zh=f"《{against[0].title}》" if against else None,
            right_zh=f"《{title}》（空表）",
            n_terms=len(found),
            cells=tuple(against or found),
            quotes=said,
        )


CHECK = Check(
    "D12",
    "document",
    "error",
    __doc__,
    run,
    ("no_empty", "没有空白的报表。", "No empty statement."),
)
