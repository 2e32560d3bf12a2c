"""Word documents: the sample against its truth, one case per trouble, and grids of any spans."""

from __future__ import annotations

import json
from pathlib import Path

import docx as python_docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.document import Reading
from extract.readers import read_document
from tests.extract.builders import cases, docx, expected, seen, texts


@pytest.mark.parametrize("case", cases("body.xml"), ids=lambda path: path.name)
def test_case(case: Path) -> None:
    """A case's other parts: numbering.xml, footnotes.xml …; styles.xml its styles."""
    parts = {path.stem: path.read_text("utf-8") for path in case.glob("*.xml") if path.stem not in {"body", "styles"}}
    styles = (case / "styles.xml").read_text("utf-8") if (case / "styles.xml").is_file() else ""
    made = docx((case / "body.xml").read_text("utf-8"), styles=styles, parts=parts)
    assert seen(read_document(made)) == expected(case)


@pytest.fixture(scope="module")
def sample(shared: Path) -> Reading:
    return read_document(shared / "fixtures" / "sample.docx")


def test_every_table_of_the_sample_is_its_truth(shared: Path, sample: Reading) -> None:
    truth = json.loads((shared / "fixtures" / "truth.json").read_text("utf-8"))
    tables = list(sample.tables())
    assert len(tables) == len(truth) == 40
    for table, true in zip(tables, truth, strict=True):
        assert texts(table) == true["grid"], true["caption"]
        spans = [
            {"r": c.row, "c": c.col, "rowspan": c.rowspan, "colspan": c.colspan, "text": c.text} for c in table.cells
        ]
        assert spans == true["cells"], true["caption"]
        assert sorted({c.row for c in table.cells if not c.ruled}) == true["unruled_rows"], true["caption"]


def test_headings_paragraphs_and_page_fields_of_the_sample(sample: Reading) -> None:
    assert sample.issues == []
    body = [p for p in sample.paragraphs() if p.role == "body"]
    assert len(body) == 110
    assert [p.level for p in body].count(1) == 1
    assert [p.level for p in body].count(2) == 9
    assert [p.level for p in body].count(3) == 11
    assert [p.text for p in sample.paragraphs() if p.role == "page_field"] == ["— 1 —", "— 1 —"]
    assert [p.number for p in sample.paragraphs()] == list(range(1, 113))
    assert [p.place.ref() for p in body][:2] == ["p1", "p2"]


def test_nothing_that_python_docx_reads_is_lost(shared: Path, sample: Reading) -> None:
    """python-docx as second witness: every non-empty text of its tables and paragraphs is in our blocks."""
    document = python_docx.Document(str(shared / "fixtures" / "sample.docx"))
    ours = {cell.text for table in sample.tables() for cell in table.cells} | {p.text for p in sample.paragraphs()}
    theirs = {cell.text for table in document.tables for cell in table._cells} | {p.text for p in document.paragraphs}
    assert {text for text in theirs if text.strip()} <= ours


def test_odd_document(shared: Path) -> None:
    reading = read_document(shared / "fixtures" / "odd.docx")
    assert seen(reading) == [
        {"table": [["新增", "B", "2024年"]]},
        {"table": [["in-sdt", "控件", "sdtcell"]]},
        {"table": [[None, "b", "c"], ["x", "y", "z"]]},
        {"table": [["nested", "", ""]], "parent": 3},
    ]


def test_places_are_counted_from_one() -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    row = "<w:tr>" + cell.format("a") + cell.format("b") + "</w:tr>"
    reading = read_document(docx(f"<w:tbl>{row}{row}</w:tbl><w:p><w:r><w:t>尾</w:t></w:r></w:p>"))
    (table,) = reading.tables()
    assert [c.place.ref() for c in table.cells] == ["t1.r1.c1", "t1.r1.c2", "t1.r2.c1", "t1.r2.c2"]
    assert [p.place.ref() for p in reading.paragraphs()] == ["p1"]


def test_heading_levels_come_from_styles_and_what_they_are_based_on() -> None:
    styles = (
        '<w:style w:styleId="a"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="b"><w:name w:val="表题"/><w:basedOn w:val="a"/></w:style>'
        '<w:style w:styleId="c"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
        '<w:style w:styleId="d"><w:name w:val="y"/><w:basedOn w:val="d"/></w:style>'
    )
    paragraph = '<w:p><w:pPr><w:pStyle w:val="{0}"/></w:pPr><w:r><w:t>{0}</w:t></w:r></w:p>'
    direct = '<w:p><w:pPr><w:pStyle w:val="a"/><w:outlineLvl w:val="9"/></w:pPr><w:r><w:t>正文</w:t></w:r></w:p>'
    body = "".join(paragraph.format(style) for style in "abcd") + direct
    assert [p.level for p in read_document(docx(body, styles=styles)).paragraphs()] == [2, 2, 1, None, None]


def test_without_styles_the_numbering_makes_headings() -> None:
    lines = [
        "第一部分 概况",
        "一、部门职责",
        "（一）主要职责",
        "1、收入说明",
        "负责起草公文。",
        "2、支出按科目编制，如下：",
    ]
    reading = read_document(docx("".join(f"<w:p><w:r><w:t>{t}</w:t></w:r></w:p>" for t in lines)))
    assert [p.level for p in reading.paragraphs()] == [1, 2, 3, 4, None, None]


def test_notes_headers_and_footers_are_kept() -> None:
    note = (
        '<w:footnote w:type="separator"><w:p/></w:footnote>'
        "<w:footnote><w:p><w:r><w:t>脚注</w:t></w:r></w:p></w:footnote>"
    )
    footer = '<w:p><w:fldSimple w:instr=" PAGE "><w:r><w:t>2</w:t></w:r></w:fldSimple></w:p>'
    reading = read_document(docx("<w:p><w:r><w:t>正文</w:t></w:r></w:p>", parts={"footnotes": note, "footer": footer}))
    assert [(p.text, p.role) for p in reading.paragraphs()] == [
        ("正文", "body"),
        ("脚注", "body"),
        ("2", "page_field"),
    ]


def test_a_broken_relationship_costs_only_its_own_part() -> None:
    whole = docx("<w:p><w:r><w:t>正文</w:t></w:r></w:p>", parts={"footer": "<w:p>"})
    reading = read_document(whole)
    assert [p.text for p in reading.paragraphs()] == ["正文"]
    assert [i.code for i in reading.issues] == ["part_missing"]


def test_a_span_without_end_is_cut_and_said() -> None:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="99999999"/></w:tcPr><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>'
    reading = read_document(docx(f"<w:tbl><w:tr>{cell}{cell}</w:tr></w:tbl>"))
    (table,) = reading.tables()
    assert table.n_cols <= 513
    assert [i.code for i in reading.issues] == ["too_many_columns"]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[int, int, list[tuple[int, int, int, int]]]:
    """A grid cut into rectangles: (rows, columns, [(row, col, rowspan, colspan)])."""
    n_rows, n_cols = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    taken: set[tuple[int, int]] = set()
    cells = []
    for row in range(n_rows):
        for col in range(n_cols):
            if (row, col) in taken:
                continue
            width = draw(st.integers(1, next(i for i in range(1, 6) if col + i == n_cols or (row, col + i) in taken)))
            height = draw(st.integers(1, n_rows - row))
            taken |= {(row + i, col + j) for i in range(height) for j in range(width)}
            cells.append((row, col, height, width))
    return n_rows, n_cols, cells


@settings(max_examples=80, deadline=None)
@given(layouts())
def test_any_cut_of_a_grid_comes_back(layout: tuple[int, int, list[tuple[int, int, int, int]]]) -> None:
    n_rows, n_cols, cells = layout
    rows = []
    for row in range(n_rows):
        drawn = []
        for r, c, height, width in sorted(cells, key=lambda cell: cell[1]):
            if r <= row < r + height:
                merge = '<w:vMerge w:val="restart"/>' if r == row else "<w:vMerge/>"
                text = f"{r},{c}" if r == row else ""
                drawn.append(
                    f'<w:tc><w:tcPr><w:gridSpan w:val="{width}"/>{merge}</w:tcPr>'
                    f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"
                )
        rows.append(f"<w:tr>{''.join(drawn)}</w:tr>")
    (table,) = read_document(docx(f"<w:tbl>{''.join(rows)}</w:tbl>")).tables()
    assert (table.n_rows, table.n_cols) == (n_rows, n_cols)
    assert [(c.row, c.col, c.rowspan, c.colspan) for c in table.cells] == cells
    assert all(c.text == f"{c.row},{c.col}" for c in table.cells)
