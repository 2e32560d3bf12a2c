"""Documents made to break a reader: each ends in a Reading, soon, with what it prints or an issue that says more."""

from __future__ import annotations

import random
import struct
import zipfile
from array import array
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
import pytest
import xlrd
from lxml import etree
from xlrd.compdoc import CompDoc

from extract.document import Reading, Table
from extract.readers import UnreadableDocument, pdf_pdfium, read_document, rulings, sheet_xls
from extract.readers.rulings import grids_and_rules, ruled_grids
from extract.readers.web import parse_html
from extract.readers.web_paths import Paths
from extract.settings import Limits
from tests.extract.builders import docx, pdf, seen, texts
from tests.extract.sheets import xlsx

GRID: dict[str, Any] = {
    "xs": [60, 200, 300],
    "ys": [60, 80, 100],
    "cells": {"0,0": "项目", "0,1": "5", "1,0": "合计", "1,1": "6"},
}
CASES = Path(__file__).parent.parent / "cases"
READ = {"table": [["项目", "5"], ["合计", "6"]]}


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def html(body: str) -> bytes:
    return f"<html><head><meta charset=utf-8></head><body>{body}</body></html>".encode()


# ---------------------------------------------------------------------------------------------------------------- PDF
@pytest.mark.parametrize(
    "before",
    [
        "q 0 0 0 0 0 0 cm BT /F 10 Tf 70 750 Td <9879> Tj ET Q",
        f"q {'9' * 39} 0 0 {'9' * 39} 0 0 cm {'9' * 39} 0 0 {'9' * 39} 0 -{'9' * 39} cm BT /F 10 Tf (ab) Tj ET Q",
        "BT /F 0 Tf 70 500 Td <9879> Tj ET",
        "BT /F 0.00001 Tf 70 500 Td <9879> Tj ET",
        f"0 0 {'9' * 39} 1 re f 100 -{'9' * 39} m 100 {'9' * 39} l S",
        "q BT /F 10 Tf 0 Tz 70 765 Td <98799879> Tj ET Q",
    ],
)
def test_places_and_sizes_that_are_no_numbers_cost_no_table(before: str) -> None:
    reading = read_document(pdf([{"extra": before, "grids": [GRID]}]))
    assert "damaged" not in codes(reading)
    assert "合计" in [
        text for block in reading.blocks if isinstance(block, Table) for row in texts(block) for text in row
    ]


def test_a_character_of_no_size_in_a_cell() -> None:
    tiny = "q 0 0 0 0 250 750 cm BT /F 10 Tf 0 0 Td <9879> Tj ET Q"
    grid = {**GRID, "cells": {"0,0": "项目", "1,0": "合计", "1,1": "6"}}
    reading = read_document(pdf([{"extra": tiny, "grids": [grid]}]))
    assert "damaged" not in codes(reading)
    assert any(isinstance(block, Table) for block in reading.blocks)


def test_lines_of_text_of_no_size_under_each_other() -> None:
    rows = "".join(f"BT /F 0 Tf {x} {700 - 14 * n} Td <0031002E00300030> Tj ET " for n in range(6) for x in (60, 300))
    assert "damaged" not in codes(read_document(pdf([{"extra": rows}])))


def test_text_out_of_all_sight_is_told_and_text_over_the_edge_is_read() -> None:
    page = {"texts": [[590, 300, 10, "右边缘"], [2_000_000, 300, 10, "远处"]], "grids": [GRID]}
    reading = read_document(pdf([page]))
    assert seen(reading) == [READ, {"paragraph": "右边缘"}]
    assert [(issue.code, issue.count) for issue in reading.issues] == [("hidden_text", 2)]


def test_a_watermark_across_a_table_is_not_mixed_into_its_numbers() -> None:
    mark = "q .87 .5 -.5 .87 150 740 cm BT /F 20 Tf <673A5BC6> Tj ET Q"
    grid = {**GRID, "cells": {"0,0": "预算项目", "0,1": "1234.56", "1,0": "合计", "1,1": "1234.56"}}
    reading = read_document(pdf([{"extra": mark, "grids": [grid]}]))
    assert seen(reading) == [{"table": [["预算项目", "1234.56"], ["合计", "1234.56"]]}]
    assert codes(reading) == ["slanted_text"]
    assert "机密" in reading.issues[0].message_zh


def test_small_digits_in_a_row_are_no_fake_bold() -> None:
    small = "BT /L 1.5 Tf 70 700 Td (111000) Tj ET"
    assert {"paragraph": "111000"} in seen(read_document(pdf([{"extra": small, "grids": [GRID]}])))


def test_more_characters_than_the_limit_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_MAX_PAGE_OBJECTS", "50")
    reading = read_document(pdf([{"texts": [[60, 60, 10, "一" * 40 + "二" * 40]]}]))
    assert "page_cut" in codes(reading)


def test_forms_that_hold_each_other_are_walked_to_the_limit_only() -> None:
    walked = 0

    class Handles:
        """Ten forms in every form."""

        @staticmethod
        def objects_of(_: int, count: int, *, in_form: bool) -> Any:
            kind = np.full(count, pdfium.FPDF_PAGEOBJ_FORM)
            return np.arange(1, count + 1), kind, np.zeros((count, 4))

        @staticmethod
        def n_form_objects(_: int) -> int:
            return 10

        @staticmethod
        def matrix_of(_: int) -> Any:
            return (1, 0, 0, 1, 0, 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf_pdfium, "calls", Handles)
        for _ in pdf_pdfium._walk(1, 10, Limits(max_page_objects=1_000)):
            walked += 1
    assert walked <= 102


def test_a_grid_drawn_as_one_path_of_many_segments() -> None:
    cells = "".join(f"{20 + c * 7} {120 + r * 9} 7 9 re " for r in range(75) for c in range(70))
    text = "BT /L 4 Tf 22 122 Td (1) Tj ET BT /L 4 Tf 29 122 Td (2) Tj ET"
    table = next(b for b in read_document(pdf([{"extra": f"{cells} S {text}"}])).blocks if isinstance(b, Table))
    assert (table.n_rows, table.n_cols) == (75, 70)


def test_a_hatching_is_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [(3.0 * n, 0.0, 900.0) for n in range(300)]
    assert len(ruled_grids(lines, lines)) == 1
    monkeypatch.setattr(rulings, "_MOST_MEETINGS", 80_000)
    assert ruled_grids(lines, lines) == []


def test_of_many_small_grids_the_largest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulings, "_MOST_GRIDS", 3)
    across, down = [], []
    for n in range(6):
        x, size = 300.0 * n, 20.0 * (n + 1)
        across += [(y, x, x + 2 * size) for y in (100.0, 100 + size)]
        down += [(x + step * size, 100.0, 100 + size) for step in range(3)]
    assert [grid.xs[0] for grid in ruled_grids(across, down)] == [900.0, 1200.0, 1500.0]


def test_a_pattern_of_lines_is_no_table_with_half_its_rulings() -> None:
    assert grids_and_rules([(5.0 * n, 0.0, 100.0) for n in range(3_000)], []) == ([], [])


def test_no_table_is_given_up_without_a_word() -> None:
    """Limits of rulings left grids out, and nobody was told."""
    told: list[str] = []
    across = [(5.0 * n, 0.0, 6_000.0) for n in range(1_200)]
    down = [(5.0 * n, 0.0, 6_000.0) for n in range(1_200)]
    grids_and_rules(across, down, told.append)
    assert told[0] == "1200 x 1200 rulings"
    lines = "\n".join(f"10 {5 * n} m 300 {5 * n} l S" for n in range(3_000))
    reading = read_document(pdf([{"size": [400, 15_100], "extra": lines}]))
    assert "rulings_given_up" in {issue.code for issue in reading.issues}


def test_thousands_of_lines_between_rules() -> None:
    """Time grew with lines times rules: minutes for a long page."""
    rows = [
        f"BT /L 10 Tf 50 {20_000 - 12 * n} Td (a) Tj ET BT /L 10 Tf 200 {20_000 - 12 * n} Td ({n}.25) Tj ET "
        f"50 {19_996 - 12 * n} m 400 {19_996 - 12 * n} l S"
        for n in range(1_000)
    ]
    reading = read_document(pdf([{"size": [600, 20_040], "extra": "\n".join(rows)}]))
    printed = {text for block in reading.blocks if isinstance(block, Table) for row in texts(block) for text in row}
    assert {"1.25", "500.25", "999.25"} <= printed


# --------------------------------------------------------------------------------------------------------------- HTML
def test_tags_never_closed_lose_nothing_behind_them() -> None:
    """The parser stops at 256 levels without a word."""
    reading = read_document(html("<font>行" * 300 + "<p>预算公开 12.50 万元</p>"))
    assert "预算公开 12.50 万元" in [block.text for block in reading.blocks if not isinstance(block, Table)]
    assert "nested_too_deeply" in codes(reading)


def test_elements_nested_beyond_all_bounds_are_told() -> None:
    assert codes(read_document(html("<div>" * 50_000 + "深"))) == ["damaged"]


def test_rows_and_cells_that_are_not_displayed_take_no_place() -> None:
    reading = read_document(
        html(
            '<table><tr style="display:none"><td>隐一</td><td>隐二</td></tr><tr><td>项目</td><td>金额</td></tr>'
            '<tr><td style="display: none">隐三</td><td>合计</td><td style="visibility:hidden">5</td></tr></table>'
        )
    )
    assert seen(reading) == [{"table": [["项目", "金额"], ["合计", ""]]}]
    assert [(issue.code, issue.count) for issue in reading.issues] == [("hidden_text", 3)]


def test_cells_beyond_the_limit_of_columns_are_paragraphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_MAX_COLUMNS", "3")
    cells = "".join(f"<td>{n}</td>" for n in range(5))
    reading = read_document(html(f"<table><tr>{cells}</tr><tr><td>a</td><td>b</td></tr></table>"))
    assert seen(reading)[1:] == [{"paragraph": "3"}, {"paragraph": "4"}]
    assert codes(reading) == ["too_many_columns"]


def test_paths_are_those_of_libxml2() -> None:
    root = parse_html(html("<p>a</p><div><p>b<b>c</b></p><o:p>d</o:p></div><p>e<table><tr><td>1<td>2</table>"))
    paths, tree = Paths(root), root.getroottree()
    elements = list(root.iter(etree.Element))
    assert [paths.path(e) for e in elements] == [tree.getpath(e) for e in elements]


def test_ten_thousand_rows_of_a_page() -> None:
    """Time grew with the square of the rows: minutes for one page."""
    reading = read_document(html("<table>" + "<tr><td>1</td><td>2</td></tr>" * 10_000 + "</table>"))
    assert isinstance(reading.blocks[0], Table)
    assert reading.blocks[0].cells[-1].places[0].address == "/html/body/table/tr[10000]/td[2]"


# --------------------------------------------------------------------------------------------------------------- docx
def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in cells) + "</w:tr>"


def test_alternate_content_inside_a_cell() -> None:
    both = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="x">{paragraph("12.50")}</mc:Choice><mc:Fallback>{paragraph("12.50")}</mc:Fallback>'
        "</mc:AlternateContent>"
    )
    table = f"<w:tbl>{row(paragraph('合计'), both)}</w:tbl>"
    assert seen(read_document(docx(table))) == [{"table": [["合计", "12.50"]]}]


def test_columns_beyond_the_limit_stay_inside_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_MAX_COLUMNS", "3")
    reading = read_document(docx(f"<w:tbl>{row(*(paragraph(str(n)) for n in range(6)))}</w:tbl>"))
    table = reading.blocks[0]
    assert isinstance(table, Table)
    assert texts(table) == [["0", "1", "2", "3", "4", "5"]]
    assert "too_many_columns" in codes(reading)


def test_embedded_documents_are_told() -> None:
    assert codes(read_document(docx(paragraph("前") + "<w:altChunk/>"))) == ["embedded_document_unread"]


# ----------------------------------------------------------------------------------------------------------- any bytes
def changed(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, a part left out, or a part printed twice."""
    found = bytearray(data)
    at, some = chance.randrange(len(found)), chance.randrange(1, 2 + len(found) // 10)
    match chance.randrange(3):
        case 0:
            for _ in range(chance.choice((1, 5, 30))):
                found[chance.randrange(len(found))] = chance.randrange(256)
        case 1:
            del found[at : at + some]
        case _:
            found[at:at] = found[at : at + some]
    return bytes(found)


def inside(data: bytes, chance: random.Random) -> bytes:
    """The package with the text of one part changed, so that the change is behind the checksum."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as package, zipfile.ZipFile(out, "w") as made:
        which = chance.choice(package.namelist())
        for name in package.namelist():
            body = package.read(name)
            made.writestr(name, changed(body, chance) if name == which and body else body)
    return out.getvalue()


SOURCES = {
    "pdf": pdf([{"grids": [GRID], "texts": [[60, 200, 10, "本部门预算 12.50 万元。"]]}]),
    "docx": docx(paragraph("一、概况") + f"<w:tbl>{row(paragraph('项目'), paragraph('5'))}</w:tbl>"),
    "xlsx": xlsx([{"name": "表", "rows": [["项目", 5], ["合计", 6]]}]),
    "html": html(
        "<h1>部门预算</h1><table><tr><td rowspan=2>项目</td><td>5</td></tr><tr><td>6</td></tr></table><p>文</p>"
    ),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_changed_bytes_are_read_or_told(kind: str) -> None:
    chance = random.Random(7)
    for number in range(40):
        packed = kind in {"docx", "xlsx"} and number % 2
        data = (inside if packed else changed)(SOURCES[kind], chance)
        reading = read_document(data)
        assert reading.blocks or reading.issues
        assert not any("Error" in issue.message_en for issue in reading.issues if issue.code == "damaged")


def test_a_circle_of_sectors_in_a_workbook() -> None:
    """xlrd follows a short stream for ever: its table of short sectors ([MS-CFB] 2.4) leads back to its beginning."""
    book = (CASES / "sheet_xls_hidden_and_formatted" / "book.xls").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlrd, "open_workbook", lambda **_: pytest.fail("xlrd was asked"))
        with pytest.raises(UnreadableDocument):
            sheet_xls.load_xls(circle(book), Limits())
    assert sheet_xls.load_xls(book, Limits()).sheets


def circle(book: bytes) -> bytes:
    """The workbook with the first two sectors of its short stream leading to each other."""
    compound = CompDoc(book, logfile=StringIO())
    entry = next(e for e in compound.dirlist if e.name in {"Workbook", "Book"})
    assert entry.tot_size < compound.min_size_std_stream
    first = entry.first_SID
    second = compound.SSAT[first]
    table = array("i", compound.SSAT).tobytes()
    at = book.index(table[:64])
    found = bytearray(book)
    found[at + 4 * second : at + 4 * second + 4] = struct.pack("<i", first)
    return bytes(found)
