"""Units of money: printed ones are found, others are inherited only from documents that agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.document import Column
from normalize.indicator import MEASURES
from normalize.unit import NO_MONEY, column_unit, find_money_unit, label_unit, money_factor, resolve_units
from tests.normalize.build import at


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：万元", "万元"),
        ("金额单位：元", "元"),
        ("单位: 人民币万元", "万元"),
        ("（万元）", "万元"),
        ("万元", "万元"),
        ("价值（金额单位：万元）", "万元"),
        ("资金金额（万元）", "万元"),
        ("预算年度：2024 单位：百万元", "百万元"),
        ("单 位：千 元", "千元"),
        ("亿元", "亿元"),
        ("单位：万元部门：某局", "万元"),
        ("单位名称：某局", None),
        ("元/人", None),
        ("单位：元/人", None),
        ("共10万元", None),
        ("", None),
        (None, None),
        ("单位：元（万元）", None),
        ("人均（元/人）", None),
    ],
)
def test_find_money_unit(text: str | None, unit: str | None) -> None:
    assert find_money_unit(text) == unit


@given(st.text())
def test_find_money_unit_never_raises(text: str) -> None:
    unit = find_money_unit(text)
    assert unit is None or money_factor(unit) is not None


def test_a_statement_without_a_unit_inherits_only_from_agreement() -> None:
    wan, yuan, none = {"unit": at(1, 1, "单位：万元")}, {"unit": at(1, 1, "单位：元")}, {"title": at(1, 1, "某表")}
    agreed = resolve_units([wan, none, wan])
    assert [(each.unit, each.basis) for each in agreed] == [
        ("万元", "printed"),
        ("万元", "inherited"),
        ("万元", "printed"),
    ]
    assert [each.unit for each in resolve_units([wan, none, yuan])] == ["万元", None, "元"]
    assert [each.unit for each in resolve_units([none, none])] == [None, None]


def test_a_header_states_the_unit_too() -> None:
    (unit,) = resolve_units([{"unit_header": at(2, 3, "价值（金额单位：万元）")}])
    assert (unit.unit, unit.source, unit.basis) == ("万元", "header", "printed")


def test_units_of_columns_and_labels() -> None:
    assert column_unit(Column(0, "amount", ("合计", "金额（元）"))).unit == "元"
    assert column_unit(Column(0, "amount", ("预算执行率",))).unit == NO_MONEY
    assert column_unit(Column(0, "amount", ("合计",))).unit is None
    assert label_unit("公务用车保有量（辆）", MEASURES).unit == "辆"
    assert label_unit("人均费用（元）", MEASURES).unit == "元"
    assert label_unit("一、因公出国（境）", MEASURES).unit is None
    assert money_factor("辆") is None


def test_the_heading_over_a_forms_amounts_is_nearer_than_a_line_above_the_form() -> None:
    """A line with 单位：元, printed on every page for the tables before, made 983.64 万元 of a project 983.64 元."""
    caption = {"unit": at(1, 1, "部门：某县水利局　金额单位：元"), "unit_header": at(2, 1, "项目资金（万\n元）")}
    (unit,) = resolve_units([caption], header_first=True)
    assert (unit.unit, unit.source) == ("万元", "header")
    assert resolve_units([caption])[0].unit == "元"
    assert resolve_units([{"unit": at(1, 1, "单位：千元")}], header_first=True)[0].unit == "千元"
