"""The real report, from its bytes to its findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawl.schema import Provenance
from extract.interpret import interpret_reading
from extract.readers import read_document
from flows.checks import check_document
from normalize.facts import build_rows
from normalize.schema import to_frame

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def findings(shared: Path) -> Rows:
    reading = read_document(shared / "fixtures" / "sample.docx")
    tables = build_rows(reading, interpret_reading(reading), Provenance(filename="sample.docx"))
    rows = check_document(tables)
    to_frame("findings", rows)
    return rows


def of(findings: Rows, outcome: str) -> dict[str, Any]:
    return {row["check_id"]: row for row in findings if row["outcome"] == outcome}


def test_exactly_the_real_faults_fail(findings: Rows) -> None:
    assert sorted(row["check_id"] for row in findings if row["outcome"] == "fails") == [
        "G01",
        "I01",
        "I05",
        "I07",
        "T01",
        "U01",
        "W01",
    ]


def test_the_purchase_said_to_be_in_an_empty_table(findings: Rows) -> None:
    row = of(findings, "fails")["G01"]
    assert row["left_yuan"] == 93_100.0 and "9.31" in row["message_zh"] and "空表" in row["message_zh"]


def test_twelve_cases_in_the_goal_and_fourteen_in_the_form(findings: Rows) -> None:
    row = of(findings, "fails")["I01"]
    assert "12件" in row["evidence"][0] and "≥14件" in row["evidence"][1]


def test_the_blank_that_lacks_fifteen_is_the_place_named(findings: Rows) -> None:
    row = of(findings, "fails")["T01"]
    assert row["suspect_texts"] == ["15.00万元"] and row["suspects"][0] in row["places"] and row["cause"] == "source"


def test_the_fifteen_that_meetings_lack(findings: Rows) -> None:
    row = of(findings, "fails")["T01"]
    assert (row["left_yuan"], row["right_yuan"], row["delta_yuan"]) == (1_860_000.0, 1_710_000.0, 150_000.0)
    assert {"合计 186.00", "“三公”经费小计 171.00", "四、会议费 （空白）", "30215 会议费 15.00"} <= set(row["evidence"])
    assert "15.00万元" in row["message_zh"] and "30215 会议费" in row["message_en"]
    assert len(row["fact_ids"]) == len(row["places"]) == len(set(row["places"]))


def test_the_two_indicators_without_a_basis_and_the_one_of_the_whole_city(findings: Rows) -> None:
    basis, place = of(findings, "fails")["I05"], of(findings, "fails")["I07"]
    assert (basis["n_terms"], len(basis["evidence"]), basis["severity"]) == (126, 2, "warning")
    assert (place["n_terms"], len(place["evidence"])) == (126, 1) and "全市" in place["evidence"][0]


def test_the_codes_of_the_projects_keep_their_check_character(findings: Rows) -> None:
    assert of(findings, "holds")["P05"]["n_terms"] == 14


def test_plans_under_percent_hold_amounts(findings: Rows) -> None:
    row = of(findings, "fails")["U01"]
    assert row["n_terms"] == 14 and len([text for text in row["evidence"] if "支出计划" in text]) == 18


def test_the_hundredth_between_projects_and_project_spending_is_rounding(findings: Rows) -> None:
    (row,) = [row for row in findings if row["outcome"] == "rounding"]
    assert (row["check_id"], row["n_terms"], row["tolerance_yuan"]) == ("P01", 14, 750.0)
    assert (row["left_yuan"], row["right_yuan"]) == (2_958_100.0, 2_958_200.0)


def test_most_of_the_report_is_really_checked(findings: Rows) -> None:
    holding = {row["check_id"] for row in findings if row["outcome"] == "holds"}
    assert holding >= {"H01", "H02", "R01", "R02", "R03", "R04", "R05", "X01", "X02", "X03", "X04", "X05", "X06"}
    assert holding >= {"X07", "X08", "T02", "T03", "T04", "T06", "P02", "P03", "P04", "A01", "H03"}
