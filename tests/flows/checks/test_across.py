"""Y, L, C, S: a document beside those of other years, its units, its departments, its twins."""

from __future__ import annotations

from typing import Any

from flows.checks import judge_document
from flows.checks.identity import Relation
from flows.checks.together import Companions, given
from tests.flows.checks.build import Builder, Tables
from tests.flows.checks.prose import tables_of

THIS, LAST = "# 某市某局2025年部门预算", "# 某市某局2024年部门预算"
OTHER = "ee" * 32


def found(check_id: str, own: Tables, **company: list[Tables]) -> list[dict[str, Any]]:
    members: dict[Relation, list[Tables]] = company  # type: ignore[assignment]
    rows = judge_document(own, company=given(members))["findings"]
    return [dict(row) for row in rows if row["check_id"] == check_id]


def outcomes(check_id: str, own: Tables, **company: list[Tables]) -> list[str]:
    return sorted(str(row["outcome"]) for row in found(check_id, own, **company))


def built(stage: str = "budget", year: int = 2025, name: str = "某市某局", level: str = "department") -> Builder:
    builder = Builder()
    builder.tables()["disclosures"][0] |= {
        "stage": stage, "fiscal_year": year, "org_name": name, "entity_level": level,
        "doc_type": f"{level}_{stage}",
    }  # fmt: skip
    return builder


# ------------------------------------------------------------------------------------------------------------ Y04

NOW = (
    "某市某局2025年度收入预算总计120.00万元，与上年相比增加20.00万元，增长20%。",
    "支出预算总计120.00万元，与上年相比增加20.00万元，增长20%。",
    "基本支出预算数为70.00万元，与上年相比增加{}万元。",
)
BEFORE = (
    "某市某局2024年度收入预算总计100.00万元。",
    "支出预算总计100.00万元。",
    "基本支出预算数为60.00万元。",
)


def now(change: str) -> Tables:
    return tables_of(THIS, *(text.format(change) for text in NOW))


def test_changes_agree_with_the_document_of_the_year_before() -> None:
    assert outcomes("Y04", now("10.00"), previous=[tables_of(LAST, *BEFORE, sha=OTHER)]) == ["holds"] * 3


def test_one_change_that_does_not_fit_last_year_fails_and_shows_both_sides() -> None:
    (wrong,) = (
        row
        for row in found("Y04", now("12.00"), previous=[tables_of(LAST, *BEFORE, sha=OTHER)])
        if row["outcome"] == "fails"
    )
    assert (wrong["left_yuan"], wrong["right_yuan"]) == (580_000.0, 600_000.0)
    assert "12.00万元" in wrong["message_zh"]
    assert "60.00万元" in wrong["message_zh"]
    assert wrong["level"] == "department"
    assert OTHER[:16] in wrong["evidence"][-1]
    assert not any(str(fact).startswith(OTHER[:16]) for fact in wrong["fact_ids"])  # places are this document's own


def test_last_year_may_mean_what_was_spent() -> None:
    """No change agrees with last year's budget: it is not what the prose compares with."""
    before = [text.replace("100.00", "95.00").replace("60.00", "55.00") for text in BEFORE]
    rows = found("Y04", now("10.00"), previous=[tables_of(LAST, *before, sha=OTHER)])
    assert {(row["outcome"], row["na_reason"]) for row in rows} == {("not_applicable", "basis_unknown")}


def test_without_company_nothing_is_said() -> None:
    rows = judge_document(now("12.00"))["findings"]
    assert not [row for row in rows if str(row["family"]) in "YLCS"]
    assert judge_document(now("12.00"), company=Companions())["findings"] == rows


# ------------------------------------------------------------------------------------------------------------ Y01

HEADERS = {"previous_year": "上年/合计", "amount": "当年/合计"}
LINES = ("total=合计", "abroad=因公出国", "reception=公务接待费")


def three_public(year: int, before: list[str], amounts: list[str], header: str = "上年/合计") -> Tables:
    lines = list(zip(LINES, before, amounts, strict=True))
    headers = HEADERS | {"previous_year": header}
    builder = built(year=year).statement("three_public", ["previous_year", "amount"], lines, headers=headers)
    return builder.tables()


def last_year() -> Tables:
    return three_public(2024, ["", "", ""], ["9.00", "3.00", "6.00"])


def test_the_column_of_last_year() -> None:
    own = three_public(2025, ["9.00", "3.00", "6.00"], ["8.00", "2.00", "6.00"])
    assert outcomes("Y01", own, previous=[last_year()]) == ["holds"] * 3
    wrong = three_public(2025, ["9.00", "3.00", "6.60"], ["8.00", "2.00", "6.00"])
    assert outcomes("Y01", wrong, previous=[last_year()]) == ["fails", "holds", "holds"]


def test_a_column_of_another_basis() -> None:
    own = three_public(2025, ["9.10", "3.20", "6.00"], ["8.00", "2.00", "6.00"])
    assert outcomes("Y01", own, previous=[last_year()]) == ["holds", "not_applicable", "not_applicable"]
    spent = three_public(2025, ["9.00", "3.00", "6.60"], ["8.00", "2.00", "6.00"], "上年执行数")
    assert {row["na_reason"] for row in found("Y01", spent, previous=[last_year()])} == {"spent_not_budgeted"}


def test_two_statements_of_a_kind_are_not_paired() -> None:
    twice = built(year=2024)
    for _ in range(2):
        twice.statement("three_public", ["amount"], [(line, "1.00") for line in LINES])
    own = three_public(2025, ["9.00", "3.00", "6.00"], ["8.00", "2.00", "6.00"])
    assert outcomes("Y01", own, previous=[twice.tables()]) == []


# ------------------------------------------------------------------------------------------------------- Y02, Y03, Y05

FINAL = "# 某市某局2024年度部门决算"
SPENT = (
    "基本支出年初预算为{}万元，支出决算为61.00万元。",
    "项目支出年初预算为40.00万元，支出决算为41.00万元。",
    "支出总计年初预算为100.00万元，支出决算为102.00万元。",
)
PLANNED = ("某市某局2024年度支出预算总计100.00万元。", "基本支出预算60.00万元。", "项目支出预算40.00万元。")


def test_the_initial_budget_of_a_final_account() -> None:
    budget = tables_of(LAST, *PLANNED, sha=OTHER)

    def final(basic: str) -> Tables:
        return tables_of(FINAL, *(text.format(basic) for text in SPENT))

    assert outcomes("Y02", final("60.00"), budget=[budget]) == ["holds"] * 3
    assert outcomes("Y02", final("66.00"), budget=[budget]) == ["fails", "holds", "holds"]


def carried(year: int, into: str, out: str) -> Tables:
    lines = [("carryover_in=年初结转和结余", into), ("carryover_out=年末结转和结余", out)]
    return built("final", year).statement("income_expenditure", ["amount"], lines).tables()


def test_what_is_carried_in_was_carried_out() -> None:
    assert outcomes("Y03", carried(2024, "5.00", "1.00"), previous=[carried(2023, "2.00", "5.00")]) == ["holds"]
    (wrong,) = found("Y03", carried(2024, "5.00", "1.00"), previous=[carried(2023, "2.00", "6.00")])
    assert (wrong["outcome"], wrong["severity"]) == ("fails", "warning")
    assert outcomes("Y03", carried(2024, "5.00", "1.00"), previous=[carried(2023, "2.00", "")]) == []


def test_the_same_amounts_are_told_once_by_year_or_by_name() -> None:
    lines = [(f"{2010000 + number} 科目", f"{number}.00") for number in range(1, 40)]

    def document(year: int, name: str) -> Tables:
        return built(year=year, name=name).statement("expenditure", ["total"], lines).tables()

    own = document(2025, "某市某局")
    assert outcomes("Y05", own, same_amounts=[document(2024, "某市某局")]) == ["fails"]
    assert outcomes("S01", own, same_amounts=[document(2024, "某市某局")]) == []
    (wrong,) = found("S01", own, same_amounts=[document(2025, "某市别局")])
    assert (wrong["level"], wrong["n_terms"]) == ("source", 39)
    assert "某市别局" in wrong["message_zh"]


# ---------------------------------------------------------------------------------------------------------- L, C


def spends(amounts: dict[str, str], name: str = "某市某局", level: str = "department") -> Builder:
    lines = [(f"{code} 科目", text) for code, text in amounts.items()]
    return built(name=name, level=level).statement("general_expenditure", ["total"], lines)


def department(amounts: dict[str, str], *units: str) -> Tables:
    builder = spends(amounts)
    for number, unit in enumerate(units, start=1):
        builder._add("org_units", unit_id=f"u{number}", seq=number, unit_name=unit)
    return builder.tables()


OFFICE = {"name": "某市某局本级", "level": "unit"}
CENTRE = {"name": "某市某中心", "level": "unit"}


def test_a_unit_has_no_more_than_its_department() -> None:
    own = department({"2010301": "10.00"})
    assert outcomes("L01", own, unit=[spends({"2010301": "10.00"}, **OFFICE).tables()]) == ["holds"]
    assert outcomes("L01", own, unit=[spends({"2010301": "10.02"}, **OFFICE).tables()]) == ["fails"]


def test_units_add_up_when_all_of_them_are_there() -> None:
    own = department({"2010301": "10.00", "2080505": "3.00", "2300101": "9.00"}, "某市某局(本级)", "某市某中心")
    office = spends({"2010301": "7.00", "2080505": "3.00"}, **OFFICE).tables()
    centre = spends({"2010301": "3.00"}, **CENTRE).tables()
    assert outcomes("L02", own, unit=[office, centre]) == ["holds", "holds"]
    short = spends({"2010301": "2.00"}, **CENTRE).tables()
    assert outcomes("L02", own, unit=[office, short]) == ["fails", "holds"]


def test_units_do_not_add_up_while_one_is_missing_or_there_twice() -> None:
    own = department({"2010301": "10.00"}, "某市某局(本级)", "某市某中心")
    office = spends({"2010301": "7.00"}, **OFFICE).tables()
    centre = spends({"2010301": "1.00"}, **CENTRE).tables()
    (row,) = found("L02", own, unit=[office])
    assert (row["outcome"], row["na_reason"]) == ("not_applicable", "units_missing")
    assert "某市某中心" in row["message_zh"]
    assert outcomes("L02", own, unit=[office, centre, centre]) == ["not_applicable"]


def government(total: str) -> Tables:
    builder = built(name="某县人民政府", level="government")
    return builder.statement("general_expenditure", ["total"], [("grand_total=合计", total)]).tables()


def with_total(total: str, name: str) -> Tables:
    return built(name=name).statement("general_expenditure", ["total"], [("grand_total=合计", total)]).tables()


def test_departments_make_no_more_than_the_county() -> None:
    departments = [with_total("6.00", "某县某局"), with_total("5.00", "某县别局"), with_total("90.00", "某县税务局")]
    assert outcomes("C02", government("11.00"), department=departments) == ["holds"]
    (wrong,) = found("C02", government("10.00"), department=departments)
    assert (wrong["outcome"], wrong["right_yuan"], wrong["n_terms"]) == ("fails", 110_000.0, 2)


def test_a_department_with_two_different_documents_is_not_added() -> None:
    departments = [with_total("6.00", "某县某局"), with_total("8.00", "某县某局")]
    (row,) = found("C02", government("10.00"), department=departments)
    assert (row["outcome"], row["na_reason"]) == ("not_applicable", "several_amounts")


def test_three_public_of_a_county() -> None:
    def document(total: str, name: str) -> Tables:
        return built(name=name).statement("three_public", ["amount"], [("total=合计", total)]).tables()

    departments = [document("2.00", "某县某局"), document("3.00", "某县别局")]
    assert outcomes("C01", document("5.00", "某县人民政府"), department=departments) == ["holds"]
    assert outcomes("C01", document("4.00", "某县人民政府"), department=departments) == ["fails"]
