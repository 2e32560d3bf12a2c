"""P05–P07, I04–I08, A01: project codes, lists, self-evaluation forms, indicators, assets."""

from __future__ import annotations

from typing import Any

import pytest

from flows.checks.document.p05_check_character import ALPHABET, remainder
from tests.flows.checks.build import SHA, Builder
from tests.flows.checks.report import found, only, outcomes

PREFIX = "13060024P"


def code(number: int, constant: int = 30) -> str:
    """A project code of 21 characters whose check character keeps the constant."""
    head = f"{PREFIX}{number:011d}"
    return next(head + sign for sign in ALPHABET if remainder(head + sign) == constant)


def project(built: Builder, name: str = "某项目", **values: Any) -> dict[str, Any]:
    built.project(name, "10.00")
    row = built.tables()["projects"][-1]
    row |= values
    return row


def coded(*codes: str) -> Builder:
    built = Builder()
    for number, one in enumerate(codes):
        project(built, f"项目{number}", project_code=one)
    return built


def indicator(built: Builder, number: int = 1, **values: Any) -> None:
    place = f"{SHA[:16]}.t9.r{number}.c3"
    built._add(
        "indicators", **{"indicator_id": place, "table_no": 9, "row_no": number, "col_no": 3, "page": 2} | values
    )


# ---------------------------------------------------------------------------------------------------------------- P05


def test_one_code_that_does_not_keep_the_check_character_of_the_others() -> None:
    right = [code(number) for number in range(11)]
    assert outcomes(coded(*right), "P05") == {f"{PREFIX}/check_character": "holds"}
    wrong = right[4][:12] + ("7" if right[4][12] != "7" else "1") + right[4][13:]
    row = only(coded(*right[:4], wrong, *right[5:]), "P05", "fails")
    assert wrong in row["message_zh"] and row["evidence"] == [wrong]


def test_codes_without_check_characters_are_not_checked() -> None:
    running = [f"{PREFIX}{number:012d}" for number in range(100, 112)]
    assert {row["outcome"] for row in found(coded(*running), "P05")} == {"not_applicable"}
    few = [code(number) for number in range(5)]
    assert {row["outcome"] for row in found(coded(*few), "P05")} == {"not_applicable"}


# ---------------------------------------------------------------------------------------------------------------- P06


def listed(*amounts: tuple[str, float], more: bool = False, term: bool = False) -> Builder:
    """Three forms of 10.00 (万元) and a list with these amounts in yuan."""
    built = Builder()
    for number, (name, yuan) in enumerate(amounts):
        row = project(built, name, other_fields=["carryover：2.00"] if more else [])
        built._add(
            "projects", project_id=f"listed{number}", seq=90 + number, project_name=name, form="project_list",
            total_printed=f"{yuan:.2f}", total_yuan=yuan, total_fen=int(yuan * 100), total_state="number",
            unit_printed="单位：元", table_no=1, row_no=number + 2, col_no=3, page=1,
        )  # fmt: skip
        if term:
            text = "实施期资金总额："
            built._add("raw_cells", table_no=row["table_no"], row_no=2, col_no=1, text=text, block_no=1, kind="cell")
    return built


ALIKE = ("甲项目", 100_000.0), ("乙项目", 100_000.0)


def test_a_project_has_one_budget_in_list_and_form() -> None:
    assert set(outcomes(listed(*ALIKE), "P06").values()) == {"holds"}
    row = only(listed(*ALIKE, ("丙项目", 120_000.0)), "P06", "fails")
    assert (row["left_yuan"], row["right_yuan"]) == (100_000.0, 120_000.0)


@pytest.mark.parametrize("how", ["more", "term"])
def test_forms_of_other_money_or_of_the_whole_term_are_not_judged(how: str) -> None:
    rows = outcomes(listed(*ALIKE, ("丙项目", 120_000.0), **{how: True}), "P06")
    assert sorted(rows.values()) == ["holds", "holds", "not_assessable"]


def test_a_list_of_another_scope_is_not_judged() -> None:
    rows = outcomes(listed(ALIKE[0], ("乙项目", 1.0), ("丙项目", 2.0)), "P06")
    assert sorted(rows.values()) == ["holds", "not_assessable", "not_assessable"]


# ---------------------------------------------------------------------------------------------------------------- P07


@pytest.mark.parametrize(
    ("budget", "adjusted", "spent", "rate", "outcome"),
    [
        ("493.76", "536.2", "413.57", "77.13%", "holds"),
        ("100", "", "50", "50", "holds"),
        ("100", "200", "50", "50%", "holds"),  # of the initial budget: either will do
        ("400", "400", "400", "1000%", "fails"),
        ("100", "100", "83.8", "88.3%", "fails"),
        ("0", "0", "5", "100%", None),
        ("100", "100", "", "100%", None),
        ("100", "100", "90", "按时", None),
    ],
)
def test_the_rate_of_execution(budget: str, adjusted: str, spent: str, rate: str, outcome: str | None) -> None:
    built = Builder()
    project(
        built,
        total_printed=budget,
        adjusted_printed=adjusted or None,
        executed_printed=spent or None,
        execution_rate_printed=rate,
    )
    assert outcomes(built, "P07").get("project.1/execution_rate") == outcome


# ---------------------------------------------------------------------------------------------------------------- I04


@pytest.mark.parametrize(
    ("target", "actual", "score", "outcome"),
    [
        (("≥36次", 36.0, "ge"), ("20次", 20.0), 10.0, "fails"),
        (("≥36次", 36.0, "ge"), ("20次", 20.0), 5.5, "holds"),
        (("≥36次", 36.0, "ge"), ("40次", 40.0), 10.0, "holds"),
        (("≤5%", 5.0, "le"), ("6%", 6.0), 10.0, "fails"),
        (("大于95%", 95.0, "gt"), ("大于95%", 95.0), 10.0, None),  # copied
        (("≥36次", 36.0, "ge"), ("3万元", 3.0), 10.0, None),  # another unit
        (("36次", 36.0, "unstated"), ("20次", 20.0), 10.0, None),
    ],
)
def test_a_missed_target_does_not_get_the_full_score(
    target: tuple[str, float, str], actual: tuple[str, float], score: float, outcome: str | None
) -> None:
    built = Builder()
    indicator(
        built, level3="次数", value_printed=target[0], value_number=target[1], comparator_code=target[2],
        actual_printed=actual[0], actual_number=actual[1], score_printed=f"{score:g}", score=score, weight=10.0,
    )  # fmt: skip
    assert outcomes(built, "I04").get("t9.r1.c3/score") == outcome


# ---------------------------------------------------------------------------------------------------------------- I05


def with_basis(blank: int, filled: int) -> Builder:
    built = Builder()
    for number in range(blank + filled):
        state, basis = ("blank", None) if number < blank else ("number", "工作计划")
        indicator(built, number + 1, level3=f"指标{number}", value_printed="≥1", basis=basis, basis_state=state)
    return built


def test_a_basis_left_out_where_the_others_have_one() -> None:
    assert outcomes(with_basis(0, 8), "I05") == {"indicators/basis": "holds"}
    row = only(with_basis(2, 8), "I05", "fails")
    assert row["evidence"] == ["指标0", "指标1"]
    assert {one["outcome"] for one in found(with_basis(4, 8), "I05")} == {"not_applicable"}  # not asked for


# ---------------------------------------------------------------------------------------------------------------- I06


@pytest.mark.parametrize(
    ("name", "sign", "value", "unit", "outcome"),
    [
        ("学生满意度", "≤", "98", "%", "fails"),
        ("服务对象满意度", "", "≤95%", "%", "fails"),
        ("服务对象满意度", "", "≥95%", "%", "holds"),
        ("服务对象满意度", "", "≤100%", "%", "holds"),
        ("响应及时率", "", "≤2小时", "小时", None),
        ("用户满意度", "", "投诉率≤5%", "%", None),
        ("未完成率", "", "≤5%", "%", None),
        ("累计支付覆盖率", "", "≤80%", "%", None),
    ],
)
def test_rates_that_should_be_high(name: str, sign: str, value: str, unit: str, outcome: str | None) -> None:
    built = Builder()
    digits = "".join(one for one in value if one.isdigit())
    upper = "≤" in sign + value
    indicator(
        built, level3=name, comparator=sign or None, comparator_code="le" if upper else "ge", value_printed=value,
        value_number=float(digits), value_unit=unit,
    )  # fmt: skip
    rows = outcomes(built, "I06")
    assert rows.get("t9.r1.c3/direction", rows.get("indicators/direction")) == outcome


# ---------------------------------------------------------------------------------------------------------------- I07


@pytest.mark.parametrize(
    ("county", "text", "outcome"),
    [
        ("130630", "保障全市车辆管理", "fails"),
        ("130630", "全市考核排名前列", "holds"),
        ("130630", "保障全县车辆管理", "holds"),
        ("130600", "保障全市车辆管理", None),
        ("130681", "保障全市车辆管理", None),  # a county-level city is a city
    ],
)
def test_an_indicator_of_a_county_that_speaks_of_the_city(county: str, text: str, outcome: str | None) -> None:
    built = Builder()
    built.tables()["disclosures"][0]["county_code"] = county
    indicator(built, level3="车辆管理", description=text, value_printed="≥95%")
    assert outcomes(built, "I07").get("indicators/place") == outcome


# ---------------------------------------------------------------------------------------------------------------- I08


@pytest.mark.parametrize(
    ("total", "execution", "outcome"),
    [
        ("98", "10", "holds"),
        ("88", "10", "holds"),  # the total of the indicators alone
        ("97", "10", "fails"),
        ("88", None, "holds"),
        ("98", None, "not_assessable"),
    ],
)
def test_the_total_score(total: str, execution: str | None, outcome: str) -> None:
    built = Builder()
    row = project(built, score_total_printed=total, execution_score_printed=execution)
    for number, score in enumerate(("50", "38"), start=1):
        indicator(built, number, project_id=row["project_id"], score_printed=score, score=float(score))
    assert outcomes(built, "I08") == {"project.1/score_total": outcome}


# ---------------------------------------------------------------------------------------------------------------- A01


def assets(*rows: tuple[str, str | None, str, float | None]) -> Builder:
    """(item, parent, value in 万元, quantity)"""
    built = Builder()
    for number, (item, parent, value, quantity) in enumerate(rows, start=1):
        built._add(
            "assets", asset_id=f"a{number}", seq=number, item=item, parent_item=parent, value_printed=value,
            value_yuan=float(value) * 10_000, value_state="number", quantity=quantity, quantity_unit="平方米",
            quantity_printed=f"{quantity}", table_no=3, row_no=number, col_no=2,
        )  # fmt: skip
    return built


WHOLE = ("资产总额", None, "712.42", None)
HOUSES, CARS = ("1、房屋", None, "500.00", 900.0), ("2、车辆", None, "212.42", None)
OFFICES = ("其中：办公用房", "1、房屋", "300.00", 800.0)


def test_assets_and_their_kinds() -> None:
    rows = outcomes(assets(WHOLE, HOUSES, CARS, OFFICES), "A01")
    assert len(rows) == 3 and set(rows.values()) == {"holds"}
    assert outcomes(assets(WHOLE, HOUSES, ("2、车辆", None, "212.45", None)), "A01") == {"assets/whole": "fails"}
    larger = ("其中：办公用房", "1、房屋", "300.00", 901.0)
    assert sorted(outcomes(assets(HOUSES, larger), "A01").values()) == ["fails", "holds"]
