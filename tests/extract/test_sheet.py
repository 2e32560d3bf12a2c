"""Workbooks: the samples against their truth, one case per trouble, number formats, bounds, and damage."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.document import Reading
from extract.interpret import interpret_reading
from extract.readers import read_document
from extract.readers.number_format import BUILTIN, exact, show_number, show_text
from tests.extract.builders import cases, expected, seen, texts
from tests.extract.sheets import xlsx

ACCOUNTING = BUILTIN[43]


def blocks(reading: Reading) -> list[Any]:
    found = seen(reading)
    for block, entry in zip(reading.blocks, found, strict=True):
        if getattr(block, "hidden", None):
            entry["hidden"] = block.hidden  # type: ignore[union-attr]
    return [*found, {"issues": [issue.code for issue in reading.issues]}]


@pytest.mark.parametrize("case", cases("sheets.json"), ids=lambda path: path.name)
def test_case(case: Path) -> None:
    assert blocks(read_document(xlsx(json.loads((case / "sheets.json").read_text("utf-8"))))) == expected(case)


@pytest.mark.parametrize("case", cases("book.xls"), ids=lambda path: path.name)
def test_case_of_an_old_workbook(case: Path) -> None:
    assert blocks(read_document((case / "book.xls").read_bytes())) == expected(case)


# ------------------------------------------------------------------------------------------------------- the sample
@pytest.mark.parametrize("name", ["sample.xlsx", "sample.xls"])
def test_the_full_grid_of_the_sample_is_its_truth(shared: Path, name: str) -> None:
    """The workbooks hold the nine budget tables, each under a title row; their labels were stored without indents."""
    truth = json.loads((shared / "fixtures" / "truth.json").read_text("utf-8"))[:9]
    reading = read_document(shared / "fixtures" / name)
    assert reading.issues == []
    tables = list(reading.tables())
    assert len(tables) == 9
    for table, true in zip(tables, truth, strict=True):
        title, *rows = texts(table)
        assert title == [true["caption"]] * true["ncols"]
        assert rows == [[text.strip() for text in row] for row in true["grid"]]
        assert {cell.row for cell in table.cells if not cell.ruled} == {0, *(r + 1 for r in true["unruled_rows"])}
        spans = {(c.row - 1, c.col, c.rowspan, c.colspan) for c in table.cells if c.row and c.ruled}
        assert spans == {
            (c["r"], c["c"], c["rowspan"], c["colspan"]) for c in true["cells"] if c["r"] not in true["unruled_rows"]
        }


def test_a_second_witness_sees_the_same_values(shared: Path) -> None:
    calamine = pytest.importorskip("python_calamine")
    for name in ("sample.xlsx", "sample.xls"):
        theirs = calamine.CalamineWorkbook.from_path(str(shared / "fixtures" / name))
        for table, sheet in zip(read_document(shared / "fixtures" / name).tables(), theirs.sheet_names, strict=True):
            values = theirs.get_sheet_by_name(sheet).to_python()
            for cell in table.cells:
                value = values[cell.row][cell.col] if cell.row < len(values) else ""  # it drops blank rows at the end
                assert cell.text == value or Decimal(cell.text) == Decimal(repr(value)), cell.place


def test_the_sample_is_understood_and_every_place_has_its_address(shared: Path) -> None:
    by_format = {}
    for name in ("sample.docx", "sample.xlsx", "sample.xls"):
        interpretation = interpret_reading(read_document(shared / "fixtures" / name))
        by_format[name] = [
            (statement.code, sorted(amount.text.text for amount in statement.amounts))
            for statement in interpretation.statements
            if statement.table <= 9
        ]
    assert by_format["sample.docx"] == by_format["sample.xlsx"] == by_format["sample.xls"]
    (first, *_) = read_document(shared / "fixtures" / "sample.xlsx").tables()
    assert [cell.place.address for cell in first.cells if cell.row == 2] == [
        "'01收支总表'!A3",
        "'01收支总表'!B3",
        "'01收支总表'!D3",
    ]
    assert first.cells[-1].place.ref() == "t1.r39.c5"


# --------------------------------------------------------------------------------------------------- number formats
@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (45, "0.00", "45.00"),
        (1486.83, "General", "1486.83"),
        (0.1 + 0.2, "General", "0.3"),
        (130630240000, "General", "130630240000"),
        (3.14159265358979, "General", "3.141592654"),
        (0.00001, "General", "1E-05"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (1000000, "#,##0", "1,000,000"),
        (12, "0,000", "0,012"),
        (1.005, "0.00", "1.01"),
        (2.5, "0", "3"),
        (-1, "0.00", "-1.00"),
        (0, ACCOUNTING, "-"),
        (-5.5, ACCOUNTING, "-5.50"),
        (-1234, "#,##0_);(#,##0)", "(1,234)"),
        (1.0554, "0.0%", "105.5%"),
        (123456, "0!.0,", "12.3"),
        (1234567, "0!.0000", "123.4567"),
        (10000000, '#,##0,"千"', "10,000千"),
        (5, "0000", "0005"),
        (0.5, "#.##", ".5"),
        (0, "#,##0.00;-#,##0.00;", ""),
        (1000, "[$¥-804]#,##0.00", "¥1,000.00"),
        (150, "[>100]0.0;0", "150.0"),
        (99, "[>100]0.0;0", "99"),
        (99999, "0.0E+0", "1.0E+5"),
        (45292, "yyyy-mm-dd", "2024-01-01"),
        (45292, 'yyyy"年"m"月"d"日"', "2024年1月1日"),
        (45292.5, "yyyy/m/d h:mm", "2024/1/1 12:00"),
        (45292.75, "上午/下午h时mm分", "下午6时00分"),
        (1, "yyyy-m-d", "1900-1-1"),
        (61, "yyyy-m-d", "1900-3-1"),
        (1.25, "[h]:mm", "30:00"),
        (2024, '0"年"', "2024年"),
        (12.5, "G/通用格式", "12.5"),
        (7, "@", "7"),
    ],
)
def test_numbers_are_printed_as_the_format_says(value: float, code: str, text: str) -> None:
    shown = show_number(exact(value), code)
    assert (shown.text, shown.known) == (text, True)


def test_what_cannot_be_applied_is_said() -> None:
    assert not show_number(exact(0.25), "# ?/?").known
    assert not show_number(exact(2024), "[DBNum1]General").known
    assert show_number(exact(0), "yyyy-m-d", from_1904=True).text == "1904-1-1"
    reading = read_document(xlsx([{"rows": [["a", "b"], ["x", {"v": 0.25, "format": "# ?/?"}]]}]))
    assert [(issue.code, issue.severity) for issue in reading.issues] == [("number_format_unknown", "warning")]
    assert texts(next(reading.tables()))[1][1] == "0.25"


def test_texts_under_formats() -> None:
    assert show_text("合计", ACCOUNTING) == "合计"
    assert show_text("合计", '@"元"') == "合计元"
    assert show_text("合计", "0;0;0;") == ""


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='0#?.,%;@-_*\\"!E+[]yYmMdDhHsS/aG年General红>1 ', max_size=24), st.floats(-1e15, 1e15))
def test_any_format_prints_something_or_nothing_but_never_raises(code: str, value: float) -> None:
    show_number(exact(value), code)
    show_text("某", code)


@settings(max_examples=200, deadline=None)
@given(st.decimals(-(10**12), 10**12, places=2))
def test_two_decimals_come_back(value: Decimal) -> None:
    assert Decimal(show_number(exact(str(value)), "#,##0.00").text.replace(",", "")) == value
    assert Decimal(show_number(exact(str(value)), "0.00").text) == value


# ------------------------------------------------------------------------------------------- bounds, bad input, extras
def test_one_cell_far_away_makes_no_large_table() -> None:
    sheet = {"rows": [["a", "b"], ["c", 1]], "extra": ""}
    data = xlsx([sheet])
    far = '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>远</t></is></c></row></sheetData>'
    reading = read_document(_edit(data, "xl/worksheets/sheet1.xml", "</sheetData>", far))
    assert blocks(reading)[:2] == [{"table": [["a", "b"], ["c", "1"]]}, {"paragraph": "远"}]
    assert reading.blocks[1].place.address == "Sheet1!A1048576"  # type: ignore[union-attr]


def test_columns_and_cells_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_MAX_COLUMNS", "5")
    reading = read_document(xlsx([{"rows": [list("abcdefgh"), list("abcdefgh")]}]))
    assert [issue.code for issue in reading.issues] == ["too_many_columns"]
    assert next(reading.tables()).n_cols == 5
    monkeypatch.setenv("YUJUE_READ_MAX_CELLS", "10")
    reading = read_document(xlsx([{"rows": [list("abcdefgh"), list("abcdefgh")]}]))
    assert [(issue.code, issue.severity) for issue in reading.issues] == [("too_large", "error")]


def test_endless_blank_ruled_rows_are_left_out_and_said() -> None:
    reading = read_document(xlsx([{"rows": [["a", "b"], ["c", 1], *[["", ""]] * 300]}]))
    assert [issue.code for issue in reading.issues] == ["blank_cells_left_out"]
    assert next(reading.tables()).n_rows == 2
    few = read_document(xlsx([{"rows": [["a", "b"], ["c", 1], *[["", ""]] * 3]}]))
    assert next(few.tables()).n_rows == 5
    assert few.issues == []


def test_merged_ranges_that_overlap_cost_nothing() -> None:
    merges = [f"A{1 + n % 7}:XFD{1_000_000 - n}" for n in range(3000)]
    reading = read_document(xlsx([{"rows": [["a", "b"]] * 9, "merges": merges}]))
    assert reading.blocks


def test_page_headers_and_texts_of_cells_with_escapes() -> None:
    header = '<oddHeader>&amp;C&amp;"宋体"&amp;9部门预算</oddHeader><oddFooter>第&amp;P页</oddFooter>'
    rows: list[list[Any]] = [["a_x000D_\nb", "x"], [{"xml": "><v>1E2</v>"}, {"xml": ' t="e"><v>#REF!</v>'}]]
    reading = read_document(xlsx([{"rows": rows, "extra": f"<headerFooter>{header}</headerFooter>"}]))
    assert texts(next(reading.tables())) == [["a\nb", "x"], ["100", "#REF!"]]
    assert [(p.text, p.role) for p in reading.paragraphs()] == [("部门预算", "page_field"), ("第页", "page_field")]


def test_a_declared_entity_is_refused() -> None:
    data = _edit(xlsx([{"rows": [["a", "b"]]}]), "xl/worksheets/sheet1.xml", "<worksheet", "<!DOCTYPE x><worksheet")
    reading = read_document(data)
    assert reading.blocks == []
    assert [(issue.code, issue.severity) for issue in reading.issues] == [("damaged", "error")]


def test_a_part_that_is_missing_is_said() -> None:
    data = _edit(
        xlsx([{"rows": [["a", "b"]]}, {"name": "二", "rows": [["c", "d"]]}]), "xl/worksheets/sheet2.xml", "", None
    )
    assert [issue.code for issue in read_document(data).issues] == ["part_missing"]


def test_hidden_parts_are_not_interpreted() -> None:
    rows = [["科目编码", "科目名称", "金额"], ["201", "一般公共服务支出", 1.5], ["202", "外交支出", 9.9]]
    reading = read_document(xlsx([{"name": "支出表", "rows": rows, "hidden_rows": [2]}]))
    interpretation = interpret_reading(reading)
    assert [amount.text.text for statement in interpretation.statements for amount in statement.amounts] == ["1.5"]
    hidden = [use.home for use in interpretation.uses if use.table == 2]
    assert hidden == ["ignored:hidden"] * 3


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_damage_is_an_issue(data: st.DataObject) -> None:
    whole = xlsx([{"rows": [["项目", "金额"], ["一", 1.5]], "merges": ["A1:B1"]}])
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(4, len(broken) - 1))] = data.draw(st.integers(0, 255))
    reading = read_document(bytes(broken))
    assert reading.blocks or reading.issues


def _edit(data: bytes, name: str, old: str, new: str | None) -> bytes:
    """The package with one part changed, or left out."""
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for one in source.namelist():
            if one != name:
                target.writestr(one, source.read(one))
            elif new is not None:
                target.writestr(one, source.read(one).decode().replace(old, new))
    return buffer.getvalue()
