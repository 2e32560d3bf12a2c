"""What stands between a table and its title: lines in words we have met and in words we have not."""

from __future__ import annotations

import pytest

from extract.caption import parse_caption
from extract.interpret import interpret_reading
from normalize.unit import own_unit
from tests.extract.build import reading, table

LANES = [
    ["收入", "<", "支出", "<"],
    ["项目", "预算数", "项目", "预算数"],
    ["一、一般公共预算拨款收入", "9.00", "一、教育支出", "9.00"],
    ["收入总计", "9.00", "支出总计", "9.00"],
]
TITLE = "部门收支总表"


def read(*parts: str, rows: list[list[str]] | None = None) -> tuple[str, str | None, str | None, int]:
    """(statement code, title, unit, lines) of the only statement."""
    (statement,) = interpret_reading(reading(*parts, table(1, [*(rows or []), *LANES]))).statements
    title = statement.caption.get("title")
    return statement.code, title.text if title else None, own_unit(statement.caption).unit, len(statement.lines)


@pytest.mark.parametrize(
    "line",
    [
        "单位：万元（保留两位小数）",
        "计量单位：万元",
        "货币单位：万元",
        "单位：万元、%",
        "单位：万元 第1页",
        "部门编码及名称：[105]某市教育局 单位：万元",
        "编报部门：某市教育局 2026年 金额单位：万元（保留小数点后两位）",
        "预算公开01表\n单位：万元",
    ],
)
def test_a_line_of_captions_in_other_words_is_one(line: str) -> None:
    assert "unit" in parse_caption(line)
    assert read(TITLE, line) == ("income_expenditure", TITLE, "万元", 4)


@pytest.mark.parametrize(
    "line", ["编制日期：2026年2月1日", "单位负责人：张三  财务负责人：李四", "某市教育局", "报表一"]
)
def test_a_line_that_says_something_else_does_not_hide_the_title(line: str) -> None:
    assert read(TITLE, line, "单位：万元") == ("income_expenditure", TITLE, "万元", 4)
    assert read(TITLE, "单位：万元", line)[:3] == ("income_expenditure", TITLE, "万元")


def test_sentences_above_a_table_keep_what_is_above_them() -> None:
    assert read(TITLE, "本部门收支情况如下；见下表。")[1] is None


def test_unit_behind_the_title_in_one_line() -> None:
    assert read("2026年部门收支总表 单位：万元") == ("income_expenditure", "2026年部门收支总表", "万元", 4)
    assert read("2026年部门收支总表（单位：万元）")[2] == "万元"


@pytest.mark.parametrize(
    "row",
    [
        ["某市教育局", "", "", "万元"],
        ["2026年", "", "", "单位：万元"],
        ["编制单位：", "某市教育局", "单位：", "万元"],
        ["部门名称", "某市教育局", "", "金额单位：万元（保留两位小数）"],
    ],
)
def test_captions_in_cells_of_their_own_are_no_header(row: list[str]) -> None:
    assert read(rows=[[TITLE, "<", "<", "<"], row]) == ("income_expenditure", TITLE, "万元", 4)
