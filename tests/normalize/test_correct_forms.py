"""Corrections of performance forms and of who a document is about: the same format, guard, record as of an amount."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crawl.schema import Provenance
from extract.document import Identity, Interpretation, Place, Text
from normalize.correction import Correction, CorrectionError, parse_corrections
from normalize.facts import build_rows
from normalize.schema import Row, check_rows
from tests.normalize.build import SHA, amount_column, interpretation_of, reading_of, statement
from tests.normalize.test_targets import form

TITLE = "某县教育局2024年部门预算"
HEAD = "reason: ocr, evidence: {kind: picture, note: seen}, by: a, on: 2026-11-23, why: a test"


def text_fix(place: str, printed: str, text: str, name: str = "a") -> Correction:
    return only(
        f"{{id: {name}, document: {SHA}, place: {place}, printed: '{printed}', fix: {{text: '{text}'}}, {HEAD}}}"
    )


def identity_fix(said: str, *, printed: str = TITLE, name: str = "i") -> Correction:
    fix = f"fix: {{identity: {{{said}}}}}"
    return only(f"{{id: {name}, document: {SHA}, place: document, printed: '{printed}', {fix}, {HEAD}}}")


def only(entry: str) -> Correction:
    (one,) = parse_corrections(f"corrections:\n  - {entry}\n".encode(), "a.yml")
    return one


def tables(*corrections: Correction, points: tuple[str, ...] = ("", "", "", "5.44")) -> dict[str, list[Row]]:
    identity = Identity(
        title=Text(TITLE, Place(paragraph=1)),
        org_name=Text("某县教育局", Place(paragraph=1)),
        fiscal_year=2024,
        doc_type="department_budget",
        entity_level="department",
        stage="budget",
    )
    made = statement([(None, "合计", ["1.00"])], [amount_column(0, "total", "合计")], unit="单位：万元", table=9)
    base = interpretation_of(made, identity=identity)
    interpretation = Interpretation(SHA, identity, [made], [form("5.44", list(points))], [], [], base.uses)
    found = build_rows(reading_of(made), interpretation, Provenance(), corrections=corrections)
    for name, rows in found.items():
        check_rows(name, rows)
    return found


# ---------------------------------------------------------------------------------------------------- performance forms


def test_a_target_that_was_misread_is_read_anew() -> None:
    before, after = tables(), tables(text_fix("t2.r2.c5", "≥95百分比", "≥98%"))
    old, new = before["indicators"][0], after["indicators"][0]
    assert (old["value_number"], old["correction_ids"], old["as_read"]) == (95.0, None, None)
    assert (new["value_printed"], new["value_number"], new["comparator_code"]) == ("≥98%", 98.0, "ge")
    assert new["correction_ids"] == ["a"]
    assert "value_printed=≥95百分比" in (new["as_read"] or [])  # type: ignore[operator]
    assert after["indicators"][1] == before["indicators"][1]
    (said,) = after["corrections"]
    assert (said["field"], said["status"], said["value_as_read"], said["value_corrected"], said["n_rows"]) == (
        "indicators.value",
        "applied",
        "≥95百分比",
        "≥98%",
        1,
    )
    assert before["raw_cells"] == after["raw_cells"]


def test_what_follows_from_a_point_of_a_plan_follows_anew() -> None:
    """The unit of the plan is proven by its numbers: with the right last point it is, and every point has its yuan."""
    misread = ("1.00", "", "", "5.A4")
    before, after = tables(points=misread), tables(text_fix("t1.r6.c5", "5.A4", "5.44"), points=misread)
    assert [row["planned_yuan"] for row in before["spending_plans"]] == [None] * 4
    assert [row["planned_yuan"] for row in after["spending_plans"]] == [10000.0, None, None, 54400.0]
    assert [row["correction_ids"] for row in after["spending_plans"]] == [["a"]] * 4, "each has another unit now"
    assert after["spending_plans"][3]["as_read"][0] == "printed_text=5.A4"  # type: ignore[index]


def test_an_amount_of_a_project_that_was_read_as_blank() -> None:
    after = tables(text_fix("t1.r3.c7", "", "1.00"))
    (project,) = after["projects"]
    assert (project["other_printed"], project["other_yuan"], project["other_state"]) == ("1.00", 10000.0, "number")
    assert project["correction_ids"] == ["a"]
    assert after["corrections"][0]["field"] == "projects.other"


def test_a_guard_that_does_not_match_changes_nothing() -> None:
    before, after = tables(), tables(text_fix("t2.r2.c5", "≥94百分比", "≥98%"))
    assert after["indicators"] == before["indicators"]
    assert (after["corrections"][0]["status"], after["corrections"][0]["stale_reason"]) == ("stale", "text_differs")
    assert [row["code"] for row in after["issues"] if row["code"] == "correction_stale"] == ["correction_stale"]


def test_two_corrections_of_one_form_are_told_apart() -> None:
    after = tables(text_fix("t2.r2.c5", "≥95百分比", "≥98%", "a"), text_fix("t2.r3.c3", "质量", "质量达标率", "b"))
    assert [row["correction_ids"] for row in after["indicators"]] == [["a"], ["b"]]
    assert after["projects"][0]["correction_ids"] is None


def test_an_amount_of_a_statement_is_corrected_beside_them() -> None:
    after = tables(text_fix("t9.r3.c2", "1.00", "2.00", "a"), text_fix("t2.r2.c5", "≥95百分比", "≥98%", "b"))
    assert {row["correction_id"]: row["field"] for row in after["corrections"]} == {
        "a": "printed_text",
        "b": "indicators.value",
    }
    lost = tables(text_fix("t7.r1.c1", "x", "y"))
    assert lost["corrections"][0]["stale_reason"] == "no_fact"


# ------------------------------------------------------------------------------------------------------------- identity


def test_a_year_that_was_misread_is_right_in_every_table() -> None:
    before, after = tables(), tables(identity_fix("fiscal_year: {from: '2024', to: '2023'}"))
    assert {row["fiscal_year"] for row in before["budget_lines"]} == {2024}
    for name in ("budget_lines", "projects", "disclosures"):
        assert {row["fiscal_year"] for row in after[name]} == {2023}
    assert "-2023-" in str(after["disclosures"][0]["disclosure_id"])
    assert len({row["disclosure_id"] for row in after["budget_lines"] + after["disclosures"]}) == 1
    assert after["disclosures"][0]["correction_ids"] == ["i"]
    (said,) = after["corrections"]
    assert (said["field"], said["value_as_read"], said["value_corrected"], said["place"], said["status"]) == (
        "fiscal_year",
        "2024",
        "2023",
        "document",
        "applied",
    )


def test_another_name_is_another_organisation() -> None:
    said = "org_name: {from: 某县教育局, to: 某县教育体育局}, entity_level: {from: department, to: unit}"
    before, after = tables()["disclosures"][0], (found := tables(identity_fix(said)))["disclosures"][0]
    assert (after["org_name"], after["entity_level"]) == ("某县教育体育局", "unit")
    assert after["org_id"] != before["org_id"]
    assert {row["org_id"] for row in found["budget_lines"]} == {after["org_id"]}
    assert {row["field"] for row in found["corrections"]} == {"org_name", "entity_level"}


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (identity_fix("fiscal_year: {from: '2022', to: '2023'}"), "identity_differs"),
        (identity_fix("fiscal_year: {from: '2024', to: '2023'}", printed="另一标题"), "text_differs"),
    ],
)
def test_an_identity_read_otherwise_since_is_left_alone(one: Correction, reason: str) -> None:
    before, after = tables(), tables(one)
    assert after["disclosures"] == before["disclosures"]
    assert after["corrections"][0]["stale_reason"] == reason
    assert len(after["issues"]) == len(before["issues"]) + 1


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (lambda: identity_fix("fiscal_year: {from: '2024', to: '24'}"), "expected a year such as 2024"),
        (lambda: identity_fix("fiscal_year: {from: '2024', to: '2024'}"), "expected another value than `from`"),
        (lambda: identity_fix("stage: {from: budget, to: later}"), "expected one of budget"),
        (lambda: identity_fix("doc_type: {from: '', to: budget_book}"), "expected one of"),
        (lambda: identity_fix("county_code: {from: '', to: '130630'}"), "unknown key"),
        (lambda: identity_fix(""), "expected at least one of fiscal_year"),
        (lambda: text_fix("document", TITLE, "x"), "expected `document` with identity"),
        (lambda: identity_fix("stage: {from: '', to: final}").id and only(
            f"{{id: a, document: {SHA}, place: t1.r1.c1, printed: '', "
            f"fix: {{identity: {{stage: {{from: '', to: final}}}}}}, {HEAD}}}"), "expected `document` with identity"),
        (lambda: only(f"{{id: a, document: {SHA}, place: document, printed: '', fix: {{text: a, identity: {{stage: "
                      f"{{from: '', to: final}}}}}}, {HEAD}}}"), "expected nothing beside identity"),
    ],
)  # fmt: skip
def test_what_is_not_as_expected_is_said(entry: Callable[[], Correction], said: str) -> None:
    with pytest.raises(CorrectionError) as caught:
        entry()
    assert said in str(caught.value)
