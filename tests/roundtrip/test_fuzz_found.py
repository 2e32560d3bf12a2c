"""What the fuzzer met in documents, each as the smallest thing that shows it."""

from __future__ import annotations

from benchmarks.fuzz.documents import keep_the_contract
from crawl.schema import Provenance
from extract.document import Reading
from extract.interpret import interpret_reading
from normalize.facts import build_rows
from tests.extract.build import reading, table

CODED = [["科目编码", "科目名称", "合计", "基本支出", "项目支出"], ["201", "一般公共服务支出", "10.00", "4.00", "6.00"]]


def rows_of(made: Reading) -> dict[str, list[dict[str, object]]]:
    """The whole way: facts, findings, and everything as tables a release takes."""
    rows = build_rows(made, interpret_reading(made), Provenance(filename="made"))
    keep_the_contract(rows)
    return rows


def test_a_cell_of_quotation_marks_alone() -> None:
    """Something is printed, and nothing is left of it to compare: IndexError."""
    rows = rows_of(reading("一般公共预算支出表", "单位：元", table(1, [*CODED, ["”", "“", "1.00", "1.00", ""]])))
    assert ("general_expenditure", 1_000) in {
        (row["statement_code"], row["amount_fen"]) for row in rows["budget_lines"]
    }
