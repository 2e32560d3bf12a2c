"""What the fuzzer met in documents, each as the smallest thing that shows it."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.fuzz.documents import keep_the_contract
from crawl.schema import Provenance
from extract.document import Reading
from extract.interpret import interpret_reading
from extract.readers import read_document
from extract.readers.overprint import separate
from extract.readers.pdf_page import Char
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


def test_this_year_and_all_together_in_lanes_of_their_own() -> None:
    """What stands between the two was looked for in one of them: ValueError in a check."""
    grid = [
        ["收入", "<", "支出", "<", "收入", "<"],
        ["项目", "预算数", "项目", "预算数", "项目", "预算数"],
        ["一、一般公共预算拨款收入", "9.00", "一、教育支出", "9.00", "", ""],
        ["本年收入合计", "9.00", "本年支出合计", "9.00", "收入总计", "9.00"],
        ["", "", "支出总计", "9.00", "", ""],
    ]
    rows = rows_of(reading("部门收支总表", "单位：元", table(1, grid)))
    assert {"收入总计", "本年收入合计"} <= {str(row["line_label"]) for row in rows["budget_lines"]}


def test_thousands_of_glyphs_on_one_line() -> None:
    """Each was compared with each, and a page took more than ten seconds."""

    def glyph(number: int) -> Char:
        return Char("字", number % 97 * 3.0, 10.0, number % 97 * 3.0 + 9.0, 19.0, 9.0)

    glyphs = [glyph(number) for number in range(20_000)]
    begin = time.process_time()
    assert separate(glyphs, sorted(glyphs, key=lambda one: one.x0)) == [glyphs]
    assert time.process_time() - begin < 1


def test_a_cell_in_the_last_corner_of_an_xls() -> None:
    """A damaged record put it there: seventeen million empty cells were made, for ten seconds and 200 MB."""
    data = (Path(__file__).with_name("seeds") / "xls-1d699e8783bc8c88").read_bytes()
    begin = time.process_time()
    made = read_document(data, filename="x.xls")
    assert time.process_time() - begin < 4
    assert made.kind == "xls"
