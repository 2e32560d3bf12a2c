"""P01–P04 and U01: project forms and their payment plans."""

import pytest

from tests.flows.checks.build import Builder
from tests.flows.checks.report import fails, found, only, outcomes


def spending(project: str) -> Builder:
    return Builder().statement("expenditure", ["total", "project"], [("grand_total=合计", "99.00", project)])


def projects(project: str, *totals: str) -> Builder:
    table = spending(project)
    for number, total in enumerate(totals, start=1):
        table.project(f"项目{number}", total)
    return table


@pytest.mark.parametrize(
    ("project", "outcome"),
    [("20.44", "holds"), ("20.43", "rounding"), ("20.45", "rounding"), ("20.00", "fails"), ("29.00", "not_assessable")],
)
def test_projects_against_project_spending(project: str, outcome: str) -> None:
    assert list(outcomes(projects(project, "5.44", "15.00"), "P01").values()) == [outcome]


def test_fourteen_projects_and_a_last_digit() -> None:
    row = only(projects("29.81", *["2.13"] * 14), "P01", "rounding")
    assert (row["delta_yuan"], row["tolerance_yuan"], row["n_terms"]) == (-100.0, 750.0, 14)


def test_a_form_without_a_budget_keeps_the_sum_open() -> None:
    row = only(projects("9.00", "5.44", "5.00", ""), "P01", "not_assessable")
    assert row["na_reason"] == "budget_not_printed"


def test_several_expenditure_statements_are_not_paired_with_the_forms() -> None:
    table = projects("1.00", "5.44")
    table.statement("expenditure", ["total", "project"], [("grand_total=合计", "9.00", "5.44")])
    assert only(table, "P01", "not_applicable")["na_reason"] == "no_projects"


@pytest.mark.parametrize("check_id", ["P01", "P02", "P03", "P04", "U01"])
def test_not_applicable_without_projects(check_id: str) -> None:
    (row,) = found(spending("1.00"), check_id)
    assert row["outcome"] == "not_applicable"


@pytest.mark.parametrize(
    ("fiscal", "other", "outcome"),
    [("5.44", "", "holds"), ("5.00", "0.44", "holds"), ("5.00", "0.45", "rounding"), ("4.00", "", "fails")],
)
def test_project_money(fiscal: str, other: str, outcome: str) -> None:
    assert list(outcomes(Builder().project("项目", "5.44", fiscal, other), "P02").values()) == [outcome]


def plans(*ends: str, label: str = "%") -> Builder:
    """Projects of 10.00, 20.00, …, whose plans end at the given numbers."""
    table = Builder()
    for number, end in enumerate(ends, start=1):
        table.project(f"项目{number}", f"{number}0.00", plan=["", "", end], label=label)
    return table


def test_amounts_under_percent_are_one_finding_with_all_forms() -> None:
    table = plans("10.00", "20.00", "30.00")
    row = only(table, "U01", "fails")
    assert row["n_terms"] == 3 and "3 个项目中有 3 个" in row["message_zh"] and "3 of 3" in row["message_en"]
    assert "项目3/12-31 支出计划 30.00" in row["evidence"] and "项目3/预算数 30.00" in row["evidence"]
    assert fails(table) == {"U01"}
    assert set(outcomes(table, "P04").values()) == {"holds"}


def test_real_percentages_hold() -> None:
    table = plans("100", "100")
    assert list(outcomes(table, "U01").values()) == ["holds"]
    assert fails(table) == set()


def test_a_budget_of_one_hundred_proves_nothing() -> None:
    table = Builder().project("项目", "100.00", plan=["25", "50", "75", "100"])
    assert list(outcomes(table, "U01").values()) == ["holds"]


def test_plans_that_say_their_unit_are_not_applicable() -> None:
    assert only(plans("10.00", label="万元"), "U01", "not_applicable")["na_reason"] == "no_percent_plan"


def test_blank_plans_are_not_assessable() -> None:
    assert only(plans("", ""), "U01", "not_assessable")["n_terms"] is None


def test_one_plan_among_amounts_that_ends_elsewhere_fails() -> None:
    row = only(plans("10.00", "20.00", "33.00"), "P04", "fails")
    assert row["subject"] == "project.3/plan_end" and row["delta_yuan"] == 30_000.0


def test_a_plan_end_one_last_digit_off_is_rounding() -> None:
    assert outcomes(plans("10.00", "20.00", "30.01"), "P04")["project.3/plan_end"] == "rounding"


@pytest.mark.parametrize(
    ("plan", "outcome"),
    [
        (["2.00", "", "2.00", "10.00"], "holds"),
        (["2.00", "6.00", "4.00", "10.00"], "fails"),
        (["", "4.01", "4.00", "10.00"], "rounding"),
    ],
)
def test_cumulative_plans_never_fall(plan: list[str], outcome: str) -> None:
    assert list(outcomes(Builder().project("项目", "10.00", plan=plan), "P03").values()) == [outcome]


def test_percentages_of_each_quarter_may_fall() -> None:
    table = (
        Builder()
        .project("项目", "10.00", plan=["40", "30", "20", "10"])
        .project("项目", "30.00", plan=["40", "30", "20", "10"])
    )
    assert only(table, "P03", "not_applicable")["na_reason"] == "no_cumulative_plan"
