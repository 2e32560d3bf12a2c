"""R07, T07, D12, G03, X10, X11, H03, N13, Y06: changes, empty tables, lists of projects, levels of codes."""

from __future__ import annotations

from typing import Any

import pytest

from flows.checks import check_document, judge_document
from flows.checks.identity import Relation
from flows.checks.together import given
from tests.flows.checks.build import Builder, Tables
from tests.flows.checks.prose import tables_of
from tests.flows.checks.report import found, only, outcomes

OTHER = "ee" * 32

# ---------------------------------------------------------------------------------------------------------------- R07

HEADS = {"previous_year": "上年/合计", "total": "当年/合计", "change": "增减变化/合计"}


def changes(before: str, now: str, change: str, heads: dict[str, str] | None = None) -> Builder:
    lines = [("合计行", "9.00", "10.00", "1.00"), ("某科目", before, now, change)]
    return Builder().statement("three_public", list(HEADS), lines, headers=HEADS | (heads or {}))


@pytest.mark.parametrize(
    ("before", "now", "change", "outcome"),
    [
        ("5.00", "7.00", "2.00", "holds"),
        ("7.00", "5.00", "-2.00", "holds"),
        ("5.00", "7.00", "2.01", "rounding"),
        ("5.00", "7.00", "-2.00", "fails"),
        ("", "7.00", "7.00", "holds"),
        ("5.00", "7.00", "", None),  # a blank change says nothing
    ],
)
def test_a_change_is_this_year_less_the_last(before: str, now: str, change: str, outcome: str | None) -> None:
    assert outcomes(changes(before, now, change), "R07").get("three_public.1/某科目/增减变化/合计") == outcome


def test_a_column_of_rates_is_no_change_of_amounts() -> None:
    rate = changes("5.00", "7.00", "40.00", {"change": "增减变化/增减(%)"})
    assert {row["outcome"] for row in found(rate, "R07")} == {"not_applicable"}
    without = changes("5.00", "7.00", "40.00", {"change": "比上年（扣除基建）/增减额"})
    assert {row["outcome"] for row in found(without, "R07")} == {"not_applicable"}


# ----------------------------------------------------------------------------------------------------------- T07, Y06

ITEMS = ["three_public_subtotal", "abroad", "vehicle", "reception"]


def spent(budget: list[str], final: list[str], header: str = "预算数", year: int = 2024) -> Builder:
    built = Builder()
    built.tables()["disclosures"][0] |= {
        "stage": "final", "fiscal_year": year, "doc_type": "department_final", "org_name": "某县某局",
        "entity_level": "department",
    }  # fmt: skip
    built.statement("three_public", ITEMS, [("某局", *final)], headers={key: f"决算数/{key}" for key in ITEMS})
    if budget:
        built.statement(
            "three_public", ITEMS, [("某局", *budget)], headers={key: f"{header}/{key}" for key in ITEMS}, join=True
        )
    for row in built.tables()["budget_lines"]:
        row["stage"] = "final" if row["column_path"].startswith("决算") else "budget"
    if budget:  # one line with both groups of columns
        for row in built.tables()["budget_lines"][len(ITEMS) :]:
            row["col_no"] += 50
    return built


def test_three_public_spent_within_the_budget_beside_it() -> None:
    built = spent(["9.00", "", "5.00", "4.00"], ["8.00", "", "4.50", "3.50"])
    assert set(outcomes(built, "T07").values()) <= {"holds", "not_applicable"}
    row = only(spent(["9.00", "", "5.00", "4.00"], ["9.00", "", "4.50", "4.50"]), "T07", "fails")
    assert row["severity"] == "warning" and row["delta_yuan"] == -5_000.0


def test_an_initial_budget_may_have_been_adjusted() -> None:
    built = spent(["9.00", "", "5.00", "4.00"], ["9.50", "", "5.00", "4.50"], "年初预算数")
    rows = [row for row in found(built, "T07") if row["na_reason"] == "initial_budget"]
    assert len(rows) == 4 and not [row for row in found(built, "T07") if row["outcome"] == "fails"]


def budget_of(amounts: list[str]) -> Tables:
    built = Builder()
    built.tables()["disclosures"][0] |= {
        "stage": "budget", "fiscal_year": 2024, "doc_type": "department_budget", "org_name": "某县某局",
        "entity_level": "department",
    }  # fmt: skip
    return built.statement("three_public", ITEMS, [("某局", *amounts)]).tables()


def across(own: Tables, check_id: str, relation: Relation, other: Tables) -> list[dict[str, Any]]:
    rows = judge_document(own, company=given({relation: [other]}))["findings"]
    return [dict(row) for row in rows if row["check_id"] == check_id]


def test_three_public_spent_within_the_budget_document() -> None:
    own = spent([], ["9.50", "", "5.00", "4.50"])
    rows = across(own.tables(), "Y06", "budget", budget_of(["9.50", "", "5.00", "4.60"]))
    assert [row["outcome"] for row in rows] == ["holds"] * 3
    rows = across(own.tables(), "Y06", "budget", budget_of(["9.00", "", "5.00", "4.00"]))
    assert sorted(row["outcome"] for row in rows) == ["fails", "fails", "holds"]
    assert "9.50" in rows[0]["message_zh"] or "4.50" in rows[0]["message_zh"]
    beside = spent(["9.00", "", "5.00", "4.00"], ["9.50", "", "5.00", "4.50"])
    assert across(beside.tables(), "Y06", "budget", budget_of(["9.00", "", "5.00", "4.00"])) == []  # T07 tells


def test_a_budget_adjusted_by_the_words_is_not_judged() -> None:
    own = spent([], ["9.50", "", "5.00", "4.50"])
    prose = tables_of("# 某县某局2024年度部门决算", "“三公”经费全年预算调整为9.60万元，支出决算为9.50万元。")
    for name in ("raw_cells", "claims", "narratives"):
        own.tables()[name] += prose[name]
    rows = across(own.tables(), "Y06", "budget", budget_of(["9.00", "", "5.00", "4.60"]))
    assert {row["na_reason"] for row in rows if row["outcome"] != "holds"} == {"adjusted_budget"}


# ---------------------------------------------------------------------------------------------------------------- D12


def with_empty(state: str, fund: str = "", code: str = "government_fund") -> Builder:
    built = Builder().statement(
        "appropriation",
        ["total", "general_public_budget", "government_fund", "state_capital"],
        [("expenditure_current=本年支出合计", "9.00", "9.00", fund, "")],
        lane=1,
    )
    built._add(
        "statements", statement_code=code, seq=1, table_no=7, title_printed="政府性基金支出表", state=state,
        notes=["无政府性基金预算，空表列示"] if state == "declared_empty" else [], page=9, seams=0, n_lines=3,
    )  # fmt: skip
    return built


def test_an_empty_table_beside_an_amount_of_its_money() -> None:
    assert outcomes(with_empty("declared_empty", "0.00"), "D12") == {"government_fund/elsewhere": "holds"}
    row = only(with_empty("declared_empty", "3.20"), "D12", "fails")
    assert row["left_yuan"] == 32_000.0 and 9 in row["pages"] and "空表列示" in "".join(row["evidence"])
    assert only(with_empty("blank", "3.20"), "D12", "fails")
    assert {one["outcome"] for one in found(with_empty("populated", "3.20"), "D12")} == {"not_applicable"}


def test_a_blank_says_nothing_about_an_empty_table() -> None:
    assert {one["outcome"] for one in found(with_empty("declared_empty"), "D12")} == {"not_applicable"}


# ---------------------------------------------------------------------------------------------------------------- G03


@pytest.mark.parametrize(
    ("said", "outcome"), [("12.50", "holds"), ("12.51", "rounding"), ("21.50", "fails"), ("", None)]
)
def test_the_procurement_total_of_the_prose(said: str, outcome: str | None) -> None:
    text = f"本部门2025年政府采购预算总额{said}万元，其中：政府采购货物预算{said}万元。" if said else "无其他事项。"
    tables = tables_of("# 某市某局2025年部门预算", text)
    built = Builder().statement("procurement", ["total"], [("grand_total=合计", "12.50"), ("电脑", "12.50")])
    for name in ("statements", "budget_lines"):
        tables[name] += [
            row | {"document_sha256": tables["documents"][0]["document_sha256"]} for row in built.tables()[name]
        ]
    rows = [row for row in check_document(tables) if row["check_id"] == "G03"]
    assert [row["outcome"] for row in rows] == [outcome or "not_applicable"]


# ----------------------------------------------------------------------------------------------------------- X10, X11


def projects(listed: str, total: str | None, general: str = "36.83") -> Builder:
    built = Builder().statement("project_expenditure", ["total"], [("grand_total=合计", listed)])
    if total is not None:
        built.statement("expenditure", ["total", "basic", "project"], [("grand_total=合计", "", "", total)])
    return built.statement(
        "general_expenditure", ["total", "basic", "project"], [("grand_total=合计", "", "", general)]
    )


@pytest.mark.parametrize(
    ("listed", "total", "outcome"),
    [
        ("40.00", "40.00", "holds"),
        ("40.01", "40.00", "rounding"),
        ("36.83", "40.00", "holds"),  # a list of general public money
        ("41.00", "40.00", "fails"),
        ("39.00", "40.00", "not_assessable"),  # not every project
        ("41.00", None, "not_assessable"),  # may hold other money
    ],
)
def test_the_list_of_projects(listed: str, total: str | None, outcome: str) -> None:
    assert outcomes(projects(listed, total), "X10") == {"project_expenditure.1/grand_total": outcome}


def test_both_classifications_make_one_total() -> None:
    def built(economic: str) -> Builder:
        one = Builder().statement("general_expenditure", ["total"], [("grand_total=合计", "86.83")])
        return one.statement("general_expenditure_economic", ["total"], [("grand_total=合计", economic)])

    assert set(outcomes(built("86.83"), "X11").values()) == {"holds"}
    assert set(outcomes(built("86.38"), "X11").values()) == {"fails"}
    assert set(outcomes(built(""), "X11").values()) == {"not_assessable"}


# ---------------------------------------------------------------------------------------------------------------- H03

CODES = ["201", "20103", "2010301", "2010302", "208", "20805", "2080505", "2080506"]


def levels(codes: list[str], **how: Any) -> Builder:
    return Builder().statement("expenditure", ["total"], [(f"{code} 科目", "1.00") for code in codes], **how)


def test_a_code_without_its_parent_where_all_others_have_one() -> None:
    assert outcomes(levels(CODES), "H03") == {"expenditure.1/parents": "holds"}
    row = only(levels([*CODES, "2210201"]), "H03", "fails")
    assert row["evidence"] == ["2210201 科目 1.00"] and row["n_terms"] == 7


def test_statements_that_do_not_list_the_levels_are_not_checked() -> None:
    for codes in (["2010301", "2010302", "2080505"], ["201", "20103"], [*CODES, "2080505"]):
        assert {one["outcome"] for one in found(levels(codes), "H03")} == {"not_applicable"}


# ---------------------------------------------------------------------------------------------------------------- N13


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("机关运行经费安排368.84万元，即日常公用经费。", "holds"),
        ("机关运行经费安排386.84万元，即日常公用经费。", "fails"),
        ("机关运行经费安排386.84万元。", "holds"),  # counted in another way, and within basic spending
        ("机关运行经费安排2000.00万元。", "fails"),
        ("机关运行经费安排2000.00万元，包括其他运转类项目支出。", None),
    ],
)
def test_operating_funds_are_within_public_funds(words: str, outcome: str | None) -> None:
    tables = tables_of("# 某市某局2025年部门预算", f"某市某局2025年{words}")
    built = Builder().statement(
        "basic_expenditure", ["total", "personnel", "public"], [("grand_total=合计", "1368.84", "1000.00", "368.84")]
    )
    for name in ("statements", "budget_lines"):
        tables[name] += [
            row | {"document_sha256": tables["documents"][0]["document_sha256"]} for row in built.tables()[name]
        ]
    rows = [row for row in check_document(tables) if row["check_id"] == "N13"]
    assert [row["outcome"] for row in rows] == [outcome or "not_applicable"]
