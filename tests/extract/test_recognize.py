"""Recognition: by title, header and rows together; never by number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.caption import bracket_unit, parse_caption
from extract.form import load_forms
from extract.header import read_shape
from extract.recognize import evidence, plain_title, recognize
from tests.extract.build import table

CODED = [
    ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
    ["201", "一般公共服务支出", "10.00", "4.00", "6.00"],
]


def code_of(title: str, grid: list[list[str]]) -> tuple[str | None, str | None]:
    made = table(1, grid)
    shape = read_shape(made, made.grid())
    found = recognize(load_forms().values(), evidence([title] if title else [], made.grid(), shape))
    assert found.reasons
    return found.form, found.nearest


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("部门预算一般公共预算财政拨款支出表", "general_expenditure"),
        ("公开05表 一般公共预算支出表", "general_expenditure"),
        ("表7 2024年部门预算政府性基金预算财政拨款支出表", "government_fund"),
        ("部门预算国有资本经营预算财政拨款支出表", "state_capital"),
        ("一般公共预算支出情况表", "general_expenditure"),
        ("部门支出总体情况表", "expenditure"),
    ],
)
def test_same_columns_told_apart_by_title(title: str, form: str) -> None:
    assert code_of(title, CODED)[0] == form


def test_number_alone_decides_nothing() -> None:
    assert code_of("公开05表", CODED)[0] is None


def test_without_title_and_distinctive_rows_it_is_not_guessed() -> None:
    form, nearest = code_of("", CODED)
    assert form is None
    assert nearest is not None


def test_basic_expenditure_is_not_general_expenditure() -> None:
    grid = [["科目编码", "科目名称", "合计", "人员经费", "公用经费"], ["301", "工资福利支出", "1.00", "1.00", ""]]
    assert code_of("一般公共预算财政拨款基本支出表", grid)[0] == "basic_expenditure"


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("公开01表 2024年度收入支出决算总表", "收入支出决算总表"),
        ("一般公共预算支出表", "一般公共预算支出表"),
        ("一、收支预算总表", "收支预算总表"),
        ("收支总表（预算表1）", "收支总表"),
        ("表十 一般公共预算“三公”经费支出表(续表)", "一般公共预算三公经费支出表"),
        ("一 般公共预算“三公”经费支出表", "一般公共预算三公经费支出表"),  # a gap where the font says a wrong width
        ("三 公经费支出表", "三公经费支出表"),
        ("一 部门收支总表", "部门收支总表"),
    ],
)
def test_plain_title(printed: str, plain: str) -> None:
    assert plain_title(printed) == plain


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("434涞源县人民政府办公室", {"org_code": "434", "org": "涞源县人民政府办公室"}),
        ("预算年度：2024", {"year": "2024"}),
        ("单位：万元", {"unit": "万元"}),
        ("金额单位：元", {"unit": "元"}),
        ("截止时间：2023-12-31", {"as_of": "2023-12-31"}),
        ("公开01表", {"form_number": "公开01表"}),
        ("部门（单位）：某局", {"org": "某局"}),
        (
            "434某县政府办公室   预算年度：2024   单位：万元",
            {"org_code": "434", "org": "某县政府办公室", "year": "2024", "unit": "万元"},
        ),
        ("单位名称", {}),
        ("部门预算收支总表", {}),
        ("301工资福利支出", {}),
        ("本部门2024年预算安排，金额单位：万元，其中基本支出如下。", {}),
    ],
)  # fmt: skip
def test_captions(text: str, kinds: dict[str, str]) -> None:
    assert parse_caption(text) == kinds


def test_unit_in_header() -> None:
    assert bracket_unit("价值（金额单位：万元）") == "万元"
    assert bracket_unit("项目资金（元）") == "元"
    assert bracket_unit("数量（台）") is None


@given(st.text(max_size=80))
def test_captions_of_any_text(text: str) -> None:
    for kind, value in parse_caption(text).items():
        assert kind in {"unit", "year", "as_of", "org", "org_code", "form_number"}
        assert value
