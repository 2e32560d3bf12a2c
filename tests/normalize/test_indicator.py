"""Target values: what is printed, never completed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.indicator import UNITS, parse_target, standard_unit

SIGNS = {
    "≥": "ge",
    ">=": "ge",
    "≧": "ge",
    "≤": "le",
    "＝": "eq",
    "=": "eq",
    "﹦": "eq",
    ">": "gt",
    "小于": "lt",
    "不低于": "ge",
}


@given(st.text(), st.none() | st.text(), st.none() | st.text())
def test_never_raises(value: str, comparator: str | None, unit: str | None) -> None:
    target = parse_target(value, comparator, unit)
    assert target.is_quantitative == (target.number is not None)
    assert target.is_quantitative or target.code == "none"


@given(
    st.sampled_from([*SIGNS, ""]),
    st.decimals(min_value=0, max_value=10**6, places=2, allow_nan=False, allow_infinity=False),
    st.sampled_from(sorted(set(UNITS) - {"年", "年度"})),
)
def test_printed_comes_back(sign: str, number: Decimal, unit: str) -> None:
    target = parse_target(f"{sign}{number}{unit}")
    assert (target.comparator or "", target.number, target.unit) == (sign, number, unit)
    assert target.code == SIGNS.get(sign, "unstated")
    assert target.unit_std == UNITS[unit]


@pytest.mark.parametrize(
    ("text", "comparator", "code", "number", "unit"),
    [
        ("≥95百分比", "≥", "ge", 95, "百分比"),
        ("≤1次", "≤", "le", 1, "次"),
        ("=100%", "=", "eq", 100, "%"),
        ("3个", None, "unstated", 3, "个"),
        ("大于12件", "大于", "gt", 12, "件"),
        ("不超过5天", "不超过", "le", 5, "天"),
        ("≥ 95 %", "≥", "ge", 95, "%"),
        ("≥330台\n套", "≥", "ge", 330, "台套"),
        ("90%以上", "以上", "ge", 90, "%"),
        ("≥5000元/人", "≥", "ge", 5000, "元/人"),
        ("72万册", None, "unstated", 72, "万册"),
        ("≥1,000人", "≥", "ge", 1000, "人"),
        ("完成率100%", None, "unstated", 100, "%"),
        ("投诉率≤5%", "≤", "le", 5, "%"),
        ("１００％", None, "unstated", 100, "％"),
        ("1年", None, "unstated", 1, "年"),
        ("0", None, "unstated", 0, None),
        ("≤5天（人次）", "≤", "le", 5, "天（人次）"),
        ("全年≥50个", "≥", "ge", 50, "个"),
        ("入库专家数不少于600个", "不少于", "ge", 600, "个"),
        ("均大于95%", "大于", "gt", 95, "%"),
        ("》90%", "》", "gt", 90, "%"),
        ("≥95%；", "≥", "ge", 95, "%"),
        ("≤25微克/立方米", "≤", "le", 25, "微克/立方米"),
        ("≤1000元/生.月", "≤", "le", 1000, "元/生.月"),
        ("360元/人月", None, "unstated", 360, "元/人月"),
    ],
)
def test_values(text: str, comparator: str | None, code: str, number: int, unit: str | None) -> None:
    target = parse_target(text)
    assert (target.comparator, target.code, target.number, target.unit) == (comparator, code, number, unit)


@pytest.mark.parametrize(
    "text",
    [
        "有效提升",
        "长期",
        "优",
        "2024年12月底前",
        "次年2月份前",
        "2024年",
        "2024-2026年",
        "不超过预算",
        "两次",
        "5个左右",
        "3项任务全部完成",
        "",
    ],
)
def test_phrases_and_dates_are_no_numbers(text: str) -> None:
    target = parse_target(text)
    assert (target.number, target.comparator, target.code, target.note) == (None, None, "none", None)


@pytest.mark.parametrize("text", ["≤1次；≤1次", "≥98%；≥95%", "2人；1人/天；2人", "5\n30"])
def test_several_values_are_left_unread(text: str) -> None:
    target = parse_target(text)
    assert (target.number, target.note) == (None, "several_values")


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"), [("95%-100%", 95, 100, "%"), ("20～30", 20, 30, None), ("1至3个月", 1, 3, "个月")]
)
def test_ranges(text: str, low: int, high: int, unit: str | None) -> None:
    target = parse_target(text)
    assert (target.number, target.maximum, target.unit, target.code) == (low, high, unit, "unstated")


def test_columns_of_their_own() -> None:
    target = parse_target("95", "≥", "%")
    assert (target.comparator, target.code, target.number, target.unit, target.unit_std) == ("≥", "ge", 95, "%", "%")
    words = parse_target("优", "定性", None)
    assert (words.comparator, words.code, words.number) == ("定性", "none", None)
    odd = parse_target("5", "约", "次")
    assert (odd.comparator, odd.code, odd.number, odd.note) == ("约", "unstated", 5, "comparator_unlisted")


def test_standard_units() -> None:
    assert standard_unit("百分比") == "%"
    assert standard_unit("台/套") == "台套"
    assert standard_unit("次/年") == "次/年"
    assert standard_unit("万册") == "万册"
    assert standard_unit("稀奇") is None
