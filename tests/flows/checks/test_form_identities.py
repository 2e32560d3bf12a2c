"""The sums that forms promise, on statements made here and on the documents whose print breaks them."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from extract.document import Statement
from extract.form import load_forms
from extract.interpret import interpret_reading
from extract.readers import read_document
from flows.checks.form_identities import Judged, joined, judge
from normalize.budget import counted_twice
from normalize.unit import MoneyUnit
from normalize.unit_proof import prove_units
from tests.extract.build import reading, table

HEAD = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]


def statement(title: str, grid: list[list[str]]) -> Statement:
    found = interpret_reading(reading(title, table(1, grid)))
    return found.statements[0]


def judged(title: str, grid: list[list[str]]) -> dict[tuple[str, str], Judged]:
    made = statement(title, grid)
    return {(j.identity, j.where): j for j in judge(made, load_forms()[made.code])}


def test_rows_codes_and_totals() -> None:
    found = judged(
        "部门支出总表",
        [
            HEAD,
            ["", "合计", "9.00", "4.00", "5.00"],
            ["201", "甲", "9.00", "4.00", "5.00"],
            ["20101", "乙", "4.01", "4.00", ""],
            ["20102", "丙", "6.00", "", "5.00"],
        ],
    )
    assert found["row_sum", "合计"].outcome == "holds"
    assert found["row_sum", "20101乙"].outcome == "rounding"
    assert found["row_sum", "20102丙"].outcome == "fails"
    assert found["code_tree", "201甲 · 合计"].right == Decimal("10.01")
    assert found["total_line", "合计"].outcome == "holds"


def test_a_blank_is_left_out_and_a_sum_of_blanks_is_not_judged() -> None:
    found = judged("部门支出总表", [HEAD, ["201", "甲", "9.00", "", ""], ["202", "乙", "", "4.00", "5.00"]])
    assert found["row_sum", "201甲"].outcome == "not_assessable"
    assert ("row_sum", "202乙") not in found


def test_a_column_that_no_form_names_leaves_the_sum_open() -> None:
    grid = [[*HEAD, "某种新设支出"], ["201", "甲", "9.00", "4.00", "3.00", "2.00"]]
    assert judged("部门支出总表", grid)["row_sum", "201甲"].outcome == "not_assessable"


def test_of_which_columns_may_be_parts_of_parts() -> None:
    grid = [
        ["科目编码", "科目名称", "合计", "基本支出", "项目支出", "其中", "<"],
        ["^", "^", "^", "^", "^", "事业单位经营支出", "上缴上级支出"],
        ["201", "甲", "9.00", "4.00", "5.00", "2.00", ""],
    ]
    assert judged("支出总表", grid)["row_sum", "201甲"].outcome == "holds"


def test_income_of_another_year_is_balanced() -> None:
    grid = [
        ["科目编码", "科目名称", "年初结转和结余", "本年收入", "本年支出", "<", "<", "年末结转和结余"],
        ["^", "^", "^", "^", "小计", "基本支出", "项目支出", "^"],
        ["229", "其他支出", "1.00", "9.00", "8.00", "", "8.00", "2.00"],
    ]
    assert judged("政府性基金预算财政拨款收入支出决算表", grid)["balance", "229其他支出"].outcome == "holds"


def test_sources_below_the_total_of_the_year_are_not_in_it() -> None:
    grid = [
        ["收入", "<", "支出", "<"],
        ["项目", "预算数", "项目", "预算数"],
        ["一、财政拨款收入", "9.00", "一、教育支出", "12.00"],
        ["本年收入合计", "9.00", "本年支出合计", "12.00"],
        ["上级补助收入", "3.00", "", ""],
        ["收入总计", "12.00", "支出总计", "12.00"],
    ]
    found = judged("收支总体情况表", grid)
    assert found["income_sources", "收入/预算数"].outcome == "holds"
    assert found["income_total", "收入/预算数"].outcome == "holds"
    assert found["income_is_expenditure", "收入/预算数"].outcome == "holds"
    assert found["expenditure_classes", "支出/预算数"].outcome == "holds"


def test_a_statement_over_two_tables_is_judged_whole() -> None:
    found = interpret_reading(
        reading(
            "部门支出总表",
            table(1, [HEAD, ["201", "甲", "9.00", "4.00", "5.00"], ["20101", "乙", "4.00", "4.00", ""]]),
            table(2, [["20102", "丙", "5.00", "", "5.00"]]),
        )
    )
    whole = joined(found.statements)
    assert len(whole) == 1
    outcomes = {(j.identity, j.where): j.outcome for j in judge(whole[0], load_forms()["expenditure"])}
    assert outcomes["code_tree", "201甲 · 合计"] == "holds"


def test_leaves_that_add_up_to_more_than_the_total_are_not_safe_to_add() -> None:
    grid = [["单位（项目）名称", "项目金额"], ["合计", "900.00"], ["通用项目", "900.00"], ["某专项", "900.00"]]
    assert counted_twice(statement("专项业务经费支出表", grid)) == {0}
    assert counted_twice(statement("专项业务经费支出表", [*grid[:2], ["某专项", "900.00"]])) == set()


TEN_THOUSAND = MoneyUnit("万元", "单位：万元", "caption", "printed")


def test_a_unit_is_proven_by_the_same_amounts_in_another_unit() -> None:
    known = statement("部门支出总表", [HEAD, ["201", "甲", "1234.56", "1000.11", "234.45"]])
    bare = statement("一般公共预算支出表", [HEAD, ["201", "甲", "12,345,600.00", "10,001,100.00", "2,344,500.00"]])
    proven = prove_units([known, bare], [TEN_THOUSAND, MoneyUnit()])
    assert (proven[1].unit, proven[1].basis) == ("元", "proven")
    same = statement("一般公共预算支出表", [HEAD, ["201", "甲", "1234.56", "1000.11", "234.45"]])
    assert prove_units([known, same], [TEN_THOUSAND, MoneyUnit()])[1].unit == "万元"


def test_two_equal_amounts_prove_no_unit() -> None:
    known = statement("部门支出总表", [HEAD, ["201", "甲", "1234.56", "1234.56", ""]])
    bare = statement("一般公共预算支出表", [HEAD, ["201", "甲", "1234.56", "1234.56", ""]])
    assert prove_units([known, bare], [TEN_THOUSAND, MoneyUnit()])[1] == MoneyUnit()


# ------------------------------------------------------------------------------------------------- from the documents

FAILURES = Path(__file__).with_name("identity_failures.tsv")


def _failures() -> list[tuple[str, set[tuple[int, str, str, str, str, str]]]]:
    found: dict[str, set[tuple[int, str, str, str, str, str]]] = {}
    for row in csv.DictReader(io.StringIO(FAILURES.read_text(encoding="utf-8")), delimiter="\t"):
        key = (int(row["page"]), row["form"], row["identity"], row["where"], row["left"], row["right"])
        found.setdefault(row["document"], set()).add(key)
    return list(found.items())


@pytest.mark.parametrize(("name", "expected"), _failures(), ids=lambda value: value if isinstance(value, str) else "")
def test_only_what_the_source_breaks_is_broken(
    shared: Path, name: str, expected: set[tuple[int, str, str, str, str, str]]
) -> None:
    read = read_document(shared / "corpus" / "documents" / name)
    pages = {block.number: block.cells[0].place.page or 0 for block in read.tables() if block.cells}
    forms = load_forms()
    found = {
        (pages[s.table], s.code, j.identity, j.where, str(j.left), str(j.right))
        for s in joined(interpret_reading(read).statements)
        if s.state == "populated" and s.code in forms
        for j in judge(s, forms[s.code])
        if j.outcome == "fails"
    }
    assert found == expected
