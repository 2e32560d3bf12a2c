"""X01–X08: statements against each other."""

import pytest

from tests.flows.checks.build import Builder
from tests.flows.checks.report import fails, found, only, outcomes

FUNDS = ["total", "general_public_budget", "government_fund", "state_capital"]


def balance(changes: dict[str, str] | None = None, table: Builder | None = None) -> Builder:
    texts = {
        "general_public_budget": "86.83",
        "government_fund": "",
        "business_income": "",
        "income_current": "86.83",
        "carryover_in": "",
        "income_total": "86.83",
        "function:201": "55.37",
        "function:208": "31.46",
        "expenditure_current": "86.83",
        "carryover_out": "",
        "expenditure_total": "86.83",
    } | (changes or {})
    left = [
        "general_public_budget",
        "government_fund",
        "business_income",
        "income_current",
        "carryover_in",
        "income_total",
    ]
    right = ["function:201", "function:208", "expenditure_current", "carryover_out", "expenditure_total"]
    table = (table or Builder()).statement(
        "income_expenditure", ["amount"], [(f"{key}={key}行", texts[key]) for key in left]
    )
    return table.statement(
        "income_expenditure", ["amount"], [(f"{key}={key}行", texts[key]) for key in right], lane=1, join=True
    )


def appropriation(table: Builder, general: str = "86.83", current: str = "86.83") -> Builder:
    income = [
        ("general_public_budget=一般", general),
        ("government_fund=基金", ""),
        ("income_current=本年收入合计", general),
        ("carryover_in=年初结转", ""),
        ("income_total=收入总计", general),
    ]
    spent = [
        ("function:201=一般公共服务", "86.83", "86.83", "", ""),
        ("expenditure_current=本年支出合计", "86.83", current, "", ""),
        ("expenditure_total=支出总计", "86.83", current, "", ""),
    ]
    return table.statement("appropriation", ["amount"], income).statement(
        "appropriation", FUNDS, spent, lane=1, join=True
    )


def coded(table: Builder, code: str, basic: str = "50.00", total: str = "86.83", extra: bool = False) -> Builder:
    lines = [("grand_total=合计", total, basic, "36.83"), ("201 一般", total, basic, "36.83")]
    if extra:
        lines.append(("208 社会保障", "", "", "1.00"))
    return table.statement(code, ["total", "basic", "project"], lines)


@pytest.mark.parametrize("check_id", ["X01", "X02", "X03"])
def test_a_consistent_balance_holds(check_id: str) -> None:
    assert set(outcomes(balance(), check_id).values()) == {"holds"}


@pytest.mark.parametrize(
    ("check_id", "key", "near", "wrong"),
    [
        ("X01", "expenditure_total", "86.84", "86.38"),
        ("X02", "income_total", "86.84", "86.38"),
        ("X02", "expenditure_total", "86.84", "86.38"),
        ("X03", "function:208", "31.47", "31.64"),
        ("X03", "general_public_budget", "86.84", "86.38"),
    ],
)
def test_balance_off(check_id: str, key: str, near: str, wrong: str) -> None:
    assert "rounding" in outcomes(balance({key: near}), check_id).values()
    assert "fails" in outcomes(balance({key: wrong}), check_id).values()


@pytest.mark.parametrize("check_id", ["X01", "X02", "X03", "X04", "X05", "X06", "X07", "X08"])
def test_not_applicable_without_statements(check_id: str) -> None:
    (row,) = found(Builder(), check_id)
    assert row["outcome"] == "not_applicable"


def test_sources_and_their_unmarked_parts() -> None:
    lines = [
        ("一、财政拨款收入", "27.75"),
        ("general_public_budget=一般公共预算收入", "27.75"),
        ("五、其他收入", "7.81"),
    ]
    whole = Builder().statement("income_expenditure", ["amount"], [*lines, ("income_current=本年收入合计", "35.56")])
    assert list(outcomes(whole, "X03").values()) == ["holds"]
    wrong = Builder().statement("income_expenditure", ["amount"], [*lines, ("income_current=本年收入合计", "38.56")])
    assert fails(wrong) == {"X03"}


@pytest.mark.parametrize(("other", "outcome"), [("3.50", "holds"), ("3.05", "not_assessable")])
def test_sources_on_several_levels(other: str, outcome: str) -> None:
    lines = [
        ("一、部门预算", ""),
        (">财政拨款", "18.17"),
        (">其他收入", other),
        ("income_current=本年收入合计", "21.67"),
    ]
    built = Builder().statement("income_expenditure", ["amount"], lines)
    assert list(outcomes(built, "X03").values()) == [outcome]


def test_carry_over_is_part_of_the_total() -> None:
    moved = {"carryover_in": "10.00", "income_total": "96.83", "carryover_out": "10.00", "expenditure_total": "96.83"}
    assert fails(balance(moved)) == set()


def test_lines_between_that_are_parts_are_added() -> None:
    lines = [
        ("income_current=本年收入合计", "80.00"),
        ("使用非财政拨款结余", "6.00"),
        ("carryover_in=年初结转", "1.00"),
    ]
    table = Builder().statement("income_expenditure", ["amount"], [*lines, ("income_total=总计", "87.00")])
    assert list(outcomes(table, "X02").values()) == ["holds"]
    table = Builder().statement("income_expenditure", ["amount"], [*lines, ("income_total=总计", "88.00")])
    assert only(table, "X02", "not_assessable")["na_reason"] == "lines_between"


def test_a_blank_total_is_not_assessable() -> None:
    assert only(balance({"income_total": ""}), "X01", "not_assessable")["na_reason"] == "blank_total"


@pytest.mark.parametrize(
    ("total", "outcome"), [("86.83", "holds"), ("86.84", "rounding"), ("68.83", "fails"), ("", "not_assessable")]
)
def test_totals_of_the_income_and_expenditure_statements(total: str, outcome: str) -> None:
    table = coded(balance(), "expenditure", total=total)
    assert outcomes(table, "X04") == {"expenditure.1/grand_total": outcome}


def test_totals_may_leave_out_the_carry_over() -> None:
    moved = {"carryover_in": "10.00", "income_total": "96.83", "carryover_out": "10.00", "expenditure_total": "96.83"}
    assert outcomes(coded(balance(moved), "expenditure"), "X04") == {"expenditure.1/grand_total": "holds"}
    assert outcomes(coded(balance(moved), "expenditure", total="96.83"), "X04") == {
        "expenditure.1/grand_total": "holds"
    }


def test_unequal_numbers_of_statements_are_not_paired() -> None:
    table = coded(coded(balance(), "expenditure", total="1.00"), "expenditure")
    assert only(table, "X04", "not_applicable")["na_reason"] == "no_pair"


def test_appropriation_agrees_fund_by_fund_and_in_total() -> None:
    assert set(outcomes(appropriation(balance()), "X05").values()) == {"holds"}
    wrong = {
        row["subject"] for row in found(appropriation(balance(), general="68.83"), "X05") if row["outcome"] == "fails"
    }
    assert wrong == {"income_expenditure.1/general_public_budget", "income_expenditure.1/income_total"}


def test_other_income_leaves_the_totals_alone() -> None:
    other = {"business_income": "5.00", "income_current": "91.83", "income_total": "91.83"}
    other |= {"expenditure_current": "91.83", "expenditure_total": "91.83", "function:208": "36.46"}
    assert outcomes(appropriation(balance(other)), "X05") == {"income_expenditure.1/general_public_budget": "holds"}


@pytest.mark.parametrize(("current", "outcome"), [("86.83", "holds"), ("86.84", "rounding"), ("68.83", "fails")])
def test_the_statement_of_a_fund(current: str, outcome: str) -> None:
    table = coded(appropriation(Builder(), current=current), "general_expenditure")
    assert outcomes(table, "X06") == {"general_expenditure.1/grand_total": outcome}


@pytest.mark.parametrize(("basic", "outcome"), [("50.00", "holds"), ("50.01", "rounding"), ("55.00", "fails")])
def test_spending_by_code(basic: str, outcome: str) -> None:
    table = coded(coded(balance(), "expenditure"), "general_expenditure", basic=basic)
    assert outcomes(table, "X07")["expenditure.1/201/basic"] == outcome


def test_spending_by_code_needs_a_department_with_one_fund() -> None:
    other = {"business_income": "5.00", "income_current": "91.83", "income_total": "91.83"}
    table = coded(coded(balance(other), "expenditure"), "general_expenditure", basic="55.00")
    assert only(table, "X07", "not_applicable")["na_reason"] == "not_only_general_budget"
    unknown = coded(coded(Builder(), "expenditure"), "general_expenditure", basic="55.00")
    assert only(unknown, "X07", "not_applicable")["na_reason"] == "not_only_general_budget"


def test_a_code_in_one_statement_only_is_not_assessed() -> None:
    table = coded(coded(balance(), "expenditure", extra=True), "general_expenditure")
    assert only(table, "X07", "not_assessable")["na_reason"] == "line_missing"


@pytest.mark.parametrize(
    ("total", "outcome"), [("50.00", "holds"), ("50.01", "rounding"), ("55.00", "fails"), ("", "not_assessable")]
)
def test_basic_spending_by_economic_class(total: str, outcome: str) -> None:
    table = coded(Builder(), "general_expenditure")
    table.statement("basic_expenditure", ["total"], [("grand_total=合计", total)], system="economic_department")
    assert outcomes(table, "X08") == {"basic_expenditure.1/grand_total": outcome}


def one_sided(first: str, current: str = "86.83", *, inner: str = "（一）小项") -> Builder:
    """An income side of numbered lines, one of them with a line below it."""
    lines = [
        ("general_public_budget=一、一般公共预算", first),
        (f">inner={inner}", "1.00"),
        ("government_fund=二、政府性基金", "6.83"),
        ("income_current=本年收入合计", current),
        ("income_total=收入总计", current),
    ]
    return Builder().statement("income_expenditure", ["amount"], lines)


def test_lines_numbered_without_a_gap_are_the_outermost() -> None:
    assert "X03" not in fails(one_sided("80.00"))
    assert "X03" in fails(one_sided("90.00"))


def test_levels_that_are_not_numbered_apart_stay_unclear() -> None:
    rows = [row for row in found(one_sided("90.00", inner="三、小项"), "X03") if row["na_reason"] == "levels_unclear"]
    assert rows


def parts_below(current: str) -> Builder:
    """This year's income with its parts printed between it and the total."""
    lines = [
        ("income_current=一、本年收入", current),
        (">general_public_budget=一般公共预算拨款", "80.00"),
        (">government_fund=政府性基金预算拨款", "6.83"),
        ("carryover_in=二、上年结转", "3.00"),
        ("income_total=收入总计", "89.83"),
    ]
    return Builder().statement("appropriation", ["amount"], lines)


def test_parts_that_make_the_total_show_that_this_years_amount_is_wrong() -> None:
    assert "X02" not in fails(parts_below("86.83"))
    assert "X02" in fails(parts_below("68.83"))
