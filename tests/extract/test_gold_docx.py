"""Real documents printed as Word files and read again: every cell, every paragraph and every fact comes back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.build_docx import Breaks, build_docx
from benchmarks.gold_docx import compare, fact_differences, round_trip
from extract.document import Block, Cell, Paragraph, Place, Reading, Table
from extract.readers import read_document
from tests.extract.test_docx import layouts

SAMPLE = ("A04", "A10", "A14")  # title inside the grid; long tables over pages; tables only


def reading_of(*blocks: Block) -> Reading:
    return Reading(document_sha256="0" * 64, kind="pdf", method="pdf_text", n_pages=1, blocks=list(blocks))


def table_of(cells: list[Cell], n_rows: int, n_cols: int) -> Table:
    return Table(1, n_rows, n_cols, cells)


def cell(row: int, col: int, text: str, rowspan: int = 1, colspan: int = 1, *, ruled: bool = True) -> Cell:
    place = Place(page=1, table=1, row=row + 1, col=col + 1)
    return Cell(row, col, text, (place,), rowspan=rowspan, colspan=colspan, ruled=ruled)


@pytest.mark.parametrize("breaks", ["kept", "soft"])
@pytest.mark.parametrize("document", SAMPLE)
def test_a_gold_document_comes_back_whole(shared: Path, document: str, breaks: Breaks) -> None:
    with (shared / "gold" / "documents" / "docs.csv").open(encoding="utf-8-sig", newline="") as handle:
        (name,) = [row["file"] for row in csv.DictReader(handle) if row["doc_id"] == document]
    trip = round_trip(shared / "corpus" / "documents" / name, breaks)
    seen = trip.comparison
    assert seen.differences == []
    assert seen.tables >= 10
    assert (seen.equal, seen.equal_paragraphs) == (seen.positions, seen.paragraphs)
    assert not fact_differences(trip)
    facts = trip.docx_rows["budget_lines"]
    assert len(facts) > 100
    assert {row["page"] for row in facts} == {None}
    assert {row["document_sha256"] for row in facts} == {
        row["document_sha256"] for row in trip.pdf_rows["budget_lines"]
    }


def test_headings_unruled_rows_and_page_fields_come_back() -> None:
    head = [cell(0, 0, "部门：某局", colspan=2, ruled=False), cell(0, 2, "万元", ruled=False)]
    body = [cell(1, 0, "项 目", rowspan=2), cell(1, 1, "金额", colspan=2), cell(2, 1, "上年"), cell(2, 2, "本年\n预算")]
    place = (Place(page=1, paragraph=1),)
    ours = reading_of(
        Paragraph(1, "收支总表 <A&B>", place, 2),
        table_of(head + body, 3, 3),
        Paragraph(2, "注：\t四舍五入", place),
        Paragraph(3, "— 1 —", place, None, "page_field"),
    )
    again = read_document(build_docx(ours))
    assert compare("x", ours, again).differences == []
    (table,) = again.tables()
    assert [(c.row, c.col, c.rowspan, c.colspan, c.ruled) for c in table.cells] == [
        (0, 0, 1, 2, False),
        (0, 2, 1, 1, False),
        (1, 0, 2, 1, True),
        (1, 1, 1, 2, True),
        (2, 1, 1, 1, True),
        (2, 2, 1, 1, True),
    ]
    assert [(p.text, p.level, p.role) for p in again.paragraphs()] == [
        ("收支总表 <A&B>", 2, "body"),
        ("注：\t四舍五入", None, "body"),
        ("— 1 —", None, "page_field"),
    ]


def test_tables_that_touch_stay_two() -> None:
    one = table_of([cell(0, 0, "甲"), cell(0, 1, "1")], 1, 2)
    again = read_document(build_docx(reading_of(one, one)))
    assert len(list(again.tables())) == 2


def test_soft_breaks_join_wrapped_lines() -> None:
    ours = reading_of(table_of([cell(0, 0, "财政拨款\n收入"), cell(0, 1, "new\nline")], 1, 2))
    (table,) = read_document(build_docx(ours, "soft")).tables()
    assert [c.text for c in table.cells] == ["财政拨款收入", "new line"]


def test_the_comparison_can_fail() -> None:
    ours = reading_of(
        table_of([cell(0, 0, "甲"), cell(0, 1, "1.00")], 1, 2), Paragraph(1, "说明", (Place(paragraph=1),))
    )
    other = reading_of(table_of([cell(0, 0, "甲"), cell(0, 1, "1.0")], 1, 2))
    found = compare("x", ours, other)
    assert found.equal == 1
    assert found.differences == ["t1.r1.c2: '1.00' became '1.0'", "1 paragraphs became 0"]


def test_the_same_reading_gives_the_same_bytes() -> None:
    ours = reading_of(table_of([cell(0, 0, "甲"), cell(0, 1, "1.00")], 1, 2))
    assert build_docx(ours) == build_docx(ours)


@settings(max_examples=60, deadline=None)
@given(layouts(), st.text(min_size=1, max_size=8).filter(lambda text: text.strip() == text and text.isprintable()))
def test_any_grid_and_text_comes_back(layout: tuple[int, int, list[tuple[int, int, int, int]]], text: str) -> None:
    n_rows, n_cols, spans = layout
    cells = [cell(r, c, f"{text}{r},{c}", h, w) for r, c, h, w in spans]
    ours = reading_of(table_of(cells, n_rows, n_cols))
    again = read_document(build_docx(ours))
    assert compare("x", ours, again).differences == []
    (table,) = again.tables()
    assert [(c.row, c.col, c.rowspan, c.colspan) for c in table.cells] == spans
