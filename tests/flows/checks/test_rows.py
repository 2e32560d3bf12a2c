"""R01–R05: the columns of one line."""

import pytest

from tests.flows.checks.build import Builder
from tests.flows.checks.report import found, only, outcomes

NATURES = ["total", "basic", "project"]
INCOME = ["total", "current_subtotal", "appropriation_income", "business_income", "carryover"]
FUNDS = ["total", "general_public_budget", "government_fund", "state_capital"]
CASES = [
    ("R01", "expenditure", NATURES, ("64.84", "14.35", "50.49"), "general"),
    ("R01", "expenditure", [*NATURES, "operating"], ("65.84", "14.35", "50.49", "1.00"), "operating"),
    (
        "R01",
        "expenditure",
        ["total", "personnel", "public", "project"],
        ("64.84", "10.35", "4.00", "50.49"),
        "no basic",
    ),
    ("R02", "basic_expenditure", ["total", "personnel", "public"], ("64.84", "14.35", "50.49"), "total"),
    (
        "R02",
        "expenditure",
        ["total", "basic", "personnel", "public", "project"],
        ("9.00", "64.84", "14.35", "50.49", ""),
        "b",
    ),
    ("R03", "income", INCOME, ("64.84", "14.35", "14.35", "", "50.49"), "subtotal"),
    ("R03", "income", ["total", "appropriation_income", "carryover"], ("64.84", "14.35", "50.49"), "sources"),
    ("R04", "income", INCOME, ("65.84", "64.84", "14.35", "50.49", "1.00"), "sources"),
    ("R05", "three_public", FUNDS, ("64.84", "14.35", "50.49", ""), "funds"),
]


def built(code: str, columns: list[str], printed: tuple[str, ...]) -> Builder:
    # Other lines fix the resolution of the statement, as in a real one.
    return Builder().statement(code, columns, [("2040601 行政运行", *printed)])


def altered(printed: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    assert printed.count(old) == 1
    return tuple(new if text == old else text for text in printed)


@pytest.mark.parametrize(("check_id", "code", "columns", "printed", "_name"), CASES)
def test_parts_that_add_up_hold(
    check_id: str, code: str, columns: list[str], printed: tuple[str, ...], _name: str
) -> None:
    assert list(outcomes(built(code, columns, printed), check_id).values()) == ["holds"]


@pytest.mark.parametrize(("check_id", "code", "columns", "printed", "_name"), CASES)
def test_a_last_digit_is_rounding(
    check_id: str, code: str, columns: list[str], printed: tuple[str, ...], _name: str
) -> None:
    row = only(built(code, columns, altered(printed, "50.49", "50.50")), check_id, "rounding")
    assert row["delta_yuan"] == -100.0


@pytest.mark.parametrize(("check_id", "code", "columns", "printed", "_name"), CASES)
def test_a_wrong_part_fails(check_id: str, code: str, columns: list[str], printed: tuple[str, ...], _name: str) -> None:
    row = only(built(code, columns, altered(printed, "50.49", "50.94")), check_id, "fails")
    assert row["delta_yuan"] == -4500.0
    assert any(text.endswith(" 50.94") for text in row["evidence"])
    assert row["severity"] == "error"


@pytest.mark.parametrize("check_id", ["R01", "R02", "R03", "R04", "R05"])
def test_not_applicable_without_such_columns(check_id: str) -> None:
    (row,) = found(Builder().statement("expenditure", ["total"], [("201 一般", "1.00")]), check_id)
    assert (row["outcome"], row["na_reason"]) == ("not_applicable", "no_statement")


def test_a_column_of_unknown_meaning_keeps_the_sum_open() -> None:
    row = only(
        built("expenditure", [*NATURES, "?结转下年"], ("70.00", "14.35", "50.49", "5.16")), "R01", "not_assessable"
    )
    assert row["na_reason"] == "unknown_columns" and "结转下年" in row["message_zh"]


def test_a_column_under_a_known_one_is_no_further_part() -> None:
    headers = {"?x": "项目支出/其中：采购"}
    table = Builder().statement(
        "expenditure", [*NATURES, "?x"], [("201 一般", "64.84", "14.35", "50.49", "9.00")], headers=headers
    )
    assert list(outcomes(table, "R01").values()) == ["holds"]


def test_repeated_columns_are_not_guessed() -> None:
    headers = {"total": "上年/合计"}
    lines = [("201 一般", "3.00", "1.00", "2.00")]
    table = Builder().statement("expenditure", NATURES, lines, headers=headers)
    table.statement("expenditure", ["total"], [("201 一般", "9.00")], join=True, headers={"total": "本年/合计"})
    assert list(outcomes(table, "R01").values()) == ["not_applicable"]
