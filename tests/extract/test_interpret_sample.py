"""The Laiyuan report (real, beside the checkout): what interpretation must find in it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from extract.document import Interpretation, Paragraph, Reading
from extract.interpret import interpret_reading
from extract.readers import read_document
from extract.text import compact, is_blank
from tests.extract.build import truth_reading

NINE = [
    "income_expenditure", "income", "expenditure", "appropriation", "general_expenditure", "basic_expenditure",
    "government_fund", "state_capital", "three_public",
]  # fmt: skip


@pytest.fixture(scope="module")
def truth(shared: Path) -> Reading:
    return truth_reading(json.loads((shared / "fixtures" / "truth.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def from_truth(truth: Reading) -> Interpretation:
    return interpret_reading(truth)


@pytest.fixture(scope="module")
def docx(shared: Path) -> tuple[Reading, Interpretation]:
    reading = read_document(shared / "fixtures" / "sample.docx")
    return reading, interpret_reading(reading)


@pytest.fixture(scope="module")
def pdf(shared: Path) -> tuple[Reading, Interpretation]:
    reading = read_document(shared / "fixtures" / "sample.pdf")
    return reading, interpret_reading(reading)


def check_counts(found: Interpretation, *, notes: bool) -> None:
    budget = [statement for statement in found.statements if statement.code in NINE]
    assert [statement.code for statement in budget] == NINE
    assert {statement.seq for statement in found.statements} == {1}
    texts = [amount.text.text for statement in budget for amount in statement.amounts]
    assert (len(texts), sum(not is_blank(text) for text in texts)) == (640, 218)
    states = {statement.code: statement.state for statement in found.statements}
    empty = [code for code, state in states.items() if state == ("declared_empty" if notes else "blank")]
    assert empty == ["government_fund", "state_capital", "procurement"]
    records = {statement.code: len(statement.records) for statement in found.statements if statement.records}
    assert records == {"org_units": 2, "assets": 6}
    assert len(found.projects) == 14
    assert sum(len(project.indicators) for project in found.projects) == 126
    points = [point for project in found.projects for point in project.plan]
    assert (len(points), sum(not is_blank(point.value.text) for point in points)) == (56, 18)
    assert [len(project.tables) for project in found.projects] == [2] * 14
    assert found.issues == []
    assert not [use for use in found.uses if use.home == "unused"]


def test_truth_grids(from_truth: Interpretation) -> None:
    check_counts(from_truth, notes=False)


def test_docx(docx: tuple[Reading, Interpretation]) -> None:
    check_counts(docx[1], notes=True)


def test_pdf(pdf: tuple[Reading, Interpretation]) -> None:
    check_counts(pdf[1], notes=True)


def facts(found: Interpretation) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            statement.code,
            tuple(compact(part) for part in line.path),
            line.code,
            line.key,
            line.agg_role,
            statement.columns[amount.column].path,
            statement.columns[amount.column].key,
            amount.text.text.strip(),
        )
        for statement in found.statements
        for amount in statement.amounts
        for line in [statement.lines[amount.line]]
    )


def forms(found: Interpretation) -> list[object]:
    return [
        (
            compact(project.title.text) if project.title else None,
            {key: compact(text.text) for key, text in project.fields.items()},
            [(point.checkpoint, compact(point.value.text)) for point in project.plan],
            [compact(goal.text) for goal in project.goals],
            [
                [
                    compact(getattr(row, part).text)
                    for part in ("level1", "level2", "level3", "description", "value", "basis")
                ]
                for row in project.indicators
            ],
        )
        for project in found.projects
    ]


def test_docx_and_pdf_agree(docx: tuple[Reading, Interpretation], pdf: tuple[Reading, Interpretation]) -> None:
    assert facts(docx[1]) == facts(pdf[1])
    assert forms(docx[1]) == forms(pdf[1])
    left = [(s.code, s.level, len(s.paragraphs), len(s.tables)) for s in docx[1].sections]
    assert left == [(s.code, s.level, len(s.paragraphs), len(s.tables)) for s in pdf[1].sections]
    assert [(g.level, g.seq, g.note) for g in docx[1].goals] == [(g.level, g.seq, g.note) for g in pdf[1].goals]


@pytest.mark.parametrize("which", ["docx", "pdf"])
def test_every_cell_and_paragraph_has_exactly_one_use(which: str, request: pytest.FixtureRequest) -> None:
    reading, found = request.getfixturevalue(which)
    want: Counter[tuple[int | None, int | None, int | None, int | None]] = Counter()
    for block in reading.blocks:
        if isinstance(block, Paragraph):
            want[None, None, None, block.number] += 1
        else:
            want.update((block.number, cell.row, cell.col, None) for cell in block.cells)
    assert Counter((use.table, use.row, use.col, use.paragraph) for use in found.uses) == want


def test_no_printed_text_is_padding(docx: tuple[Reading, Interpretation]) -> None:
    reading, found = docx
    texts = {(t.number, c.row, c.col): c.text for t in reading.tables() for c in t.cells}
    paragraphs = {p.number: p.text for p in reading.paragraphs()}
    for use in found.uses:
        if use.home == "padding":
            text = paragraphs[use.paragraph] if use.paragraph else texts[use.table or 0, use.row or 0, use.col or 0]
            assert is_blank(text)


def test_what_the_report_says_of_itself(docx: tuple[Reading, Interpretation]) -> None:
    identity = docx[1].identity
    assert identity.org_code is not None and identity.org_name is not None
    assert (identity.org_code.text, identity.org_name.text) == ("434", "涞源县人民政府办公室")
    assert identity.fiscal_year == 2024
    assert (identity.doc_type, identity.entity_level) == ("department_budget", "department")


def test_three_public_rows(docx: tuple[Reading, Interpretation]) -> None:
    statement = next(s for s in docx[1].statements if s.code == "three_public")
    assert [line.key for line in statement.lines] == [
        "total", "three_public_subtotal", "abroad", "abroad_academic", "abroad_other", "vehicle", "vehicle_purchase",
        "vehicle_operation", "reception", "meeting", "meeting_university", "meeting_other", "training",
    ]  # fmt: skip
    totals = {
        statement.lines[a.line].key: a.text.text
        for a in statement.amounts
        if statement.columns[a.column].key == "total"
    }
    assert (totals["total"], totals["three_public_subtotal"], totals["meeting"]) == ("186.00", "171.00", "")


def test_goals(docx: tuple[Reading, Interpretation]) -> None:
    goals = docx[1].goals
    assert Counter(goal.level for goal in goals) == {"department_overall": 2, "department_item": 7}
    run_on = [goal for goal in goals if goal.note]
    assert [goal.seq for goal in run_on] == [5]
    assert run_on[0].name is not None
    assert run_on[0].name.text == "人防宣传"


def test_sections(docx: tuple[Reading, Interpretation]) -> None:
    sections = docx[1].sections
    assert Counter(section.code for section in sections)["dept_performance"] == 3
    by_code = {section.code: section for section in sections}
    assert len(by_code["duties"].paragraphs) == 11
    assert len(by_code["glossary"].paragraphs) == 10
    assert len(by_code["safeguards"].paragraphs) == 7
    assert (by_code["earmarked"].paragraphs, by_code["earmarked"].tables) == ([], [])
    assert len(by_code["projects"].tables) == 28


def test_assets(docx: tuple[Reading, Interpretation]) -> None:
    assets = next(s for s in docx[1].statements if s.code == "assets")
    assert assets.caption["as_of"].text == "截止时间：2023-12-31"
    assert assets.caption["unit_header"].text == "价值（金额单位：万元）"
    parents = {r.fields["item"].text.strip(): r.fields.get("parent_item") for r in assets.records}
    office = parents["其中：办公用房（平方米）"]
    assert office is not None
    assert office.text == "1、房屋（平方米）"
    assert [name for name, parent in parents.items() if parent] == ["其中：办公用房（平方米）"]
