"""Pages drawn at absolute positions: the same tables as from the PDF they were made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.document import Reading
from extract.interpret import interpret_reading
from extract.readers import read_document
from extract.readers.web_css import StyleSheet, declarations, drawn_sides, is_filled, points
from tests.extract.builders import texts

ROWS = [["项目", "上年", "本年"], *([f"第{n}项支出", f"{n},100.{n:02d}", ""] for n in range(1, 25))]
XS = (50.0, 190.0, 300.0, 420.0)


def run(x: float, y: float, text: str, style: str = "", unit: str = "pt") -> str:
    return f'<div style="position:absolute;left:{x}{unit};top:{y}{unit};font-size:10{unit};{style}">{text}</div>'


def rulings(rows: int, unit: str = "pt") -> str:
    """Each side of each cell drawn for itself, as converters do: without width, or without height."""
    out = []
    for row in range(rows):
        y = 100 + 20 * row
        for col in range(3):
            x, wide = XS[col], XS[col + 1] - XS[col]
            for left, top, w, h in ((x, y, wide, 0), (x, y + 20, wide, 0), (x, y, 0, 20), (x + wide, y, 0, 20)):
                side = "border-bottom" if w else "border-right"
                out.append(
                    f'<div style="position:absolute;left:{left}{unit};top:{top}{unit};width:{w}{unit};'
                    f'height:{h}{unit};{side}:0.5pt solid #000000"> </div>'
                )
    return "".join(out)


def page(inner: str, box: str = "position:relative;width:595pt;height:842pt", css: str = "") -> bytes:
    return f'<html><head><style>{css}</style></head><body><div style="{box}">{inner}</div></body></html>'.encode()


def table_of(data: bytes) -> list[list[str | None]]:
    (table,) = read_document(data).tables()
    return texts(table)


def cell_runs(split: bool = False, unit: str = "pt") -> str:
    out = []
    for i, row in enumerate(ROWS):
        for j, text in enumerate(row):
            x, y = XS[j] + 4, 104 + 20 * i
            if split and j == 0:
                out += [run(x + 10 * k, y, char, unit=unit) for k, char in enumerate(text)]
            elif text:
                out.append(run(x, y, text, unit=unit))
    return "".join(out)


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("unit", ["pt", "px"])
def test_cells_are_what_the_rulings_enclose(split: bool, unit: str) -> None:
    got = table_of(page(rulings(len(ROWS), unit) + cell_runs(split, unit)))
    assert got == ROWS


def test_rulings_may_be_filled_strips_or_borders_of_boxes() -> None:
    strips = "".join(
        f'<div style="position:absolute;left:{XS[0]}pt;top:{100 + 20 * i}pt;width:370pt;height:0.7pt;background:#000">'
        "</div>"
        for i in range(len(ROWS) + 1)
    )
    boxes = "".join(
        f'<div style="position:absolute;left:{XS[j]}pt;top:100pt;width:{XS[j + 1] - XS[j]}pt;'
        f'height:{20 * len(ROWS)}pt;border:1px solid black"></div>'
        for j in range(3)
    )
    assert table_of(page(strips + boxes + cell_runs())) == ROWS
    white = strips.replace("#000", "#FFFFFF") + boxes.replace("black", "#fff")
    assert not any(table.ruled for table in read_document(page(white + cell_runs())).tables())


def test_positions_may_come_from_the_style_sheet() -> None:
    css = "p{position:absolute;margin:0} .ft00{font-size:10pt;} .gone{display:none}"
    lines = "".join(f'<p style="left:50pt;top:{50 + 11 * n}pt" class="ft00">第{n}行，</p>' for n in range(70))
    reading = read_document(page(lines + '<p class="gone" style="left:1pt;top:1pt">隐藏</p>', css=css))
    assert reading.n_pages == 1
    assert "".join(p.text for p in reading.paragraphs()) == "".join(f"第{n}行，" for n in range(70))
    assert [i.code for i in reading.issues] == ["hidden_text"]


def test_a_long_run_ends_where_the_next_one_begins() -> None:
    """A condensed font: the estimate of the width must not put the end of a label into the amount's cell."""
    label, data = "其他社会保障和就业支出", rulings(len(ROWS)) + cell_runs()
    data = data.replace(">第3项支出<", f">{label}其他支出<")  # 15 characters of 10 pt in 136 pt
    got = table_of(page(data))
    assert got[3] == [f"{label}其他支出", "3,100.03", ""]


def test_places_name_page_box_and_element() -> None:
    first = rulings(len(ROWS)) + cell_runs()
    body = "".join(f'<div style="position:relative;width:595pt;height:842pt">{inner}</div>' for inner in (first, first))
    reading = read_document(f"<html><body><h1>部门预算公开</h1>{body}</body></html>".encode())
    assert (reading.kind, reading.method, reading.n_pages) == ("html", "html", 2)
    cell = next(c for t in reading.tables() for c in t.cells if c.text == "4,100.04")
    assert cell.place.page == 1
    assert cell.place.box == (190.0, 180.0, 300.0, 200.0)
    assert cell.place.address == "/html/body/div[1]"
    numbers = [p.number for p in reading.paragraphs()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert next(reading.paragraphs()).text == "部门预算公开"


def test_a_banner_with_positions_is_no_drawn_page() -> None:
    menu = "".join(run(10 * n, 5, f"栏目{n}") for n in range(80))
    prose = "".join(f"<p>第{n}段：本部门收入预算与支出预算保持平衡，主要用于保障机构运转。</p>" for n in range(60))
    reading = read_document(f"<html><body><div>{menu}</div><div>{prose}</div></body></html>".encode())
    assert reading.n_pages is None
    assert sum(p.role == "body" for p in reading.paragraphs()) == 60


def test_a_page_with_too_many_objects_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_MAX_PAGE_OBJECTS", "200")
    reading = read_document(page(cell_runs() + rulings(len(ROWS))))
    assert "page_cut" in [i.code for i in reading.issues]
    assert "24,100.24" in "".join(p.text for p in reading.paragraphs())


def test_pages_beyond_the_limit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_MAX_PAGES", "1")
    one = f'<div style="position:relative;width:595pt;height:842pt">{rulings(5)}{cell_runs()}</div>'
    reading = read_document(f"<html><body>{one}{one}</body></html>".encode())
    assert [(i.code, i.place and i.place.page) for i in reading.issues] == [("pages_cut", 2)]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_style_is_read_without_raising(text: str) -> None:
    style = declarations(text)
    StyleSheet([text])
    points(text)
    drawn_sides(style)
    is_filled(style)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("12pt", 12.0), ("16px", 12.0), ("1in", 72.0), (".5pt", 0.5), ("-3.25pt", -3.25), ("50%", None), ("auto", None)],
)
def test_lengths(printed: str, expected: float | None) -> None:
    assert points(printed) == expected


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("border-right:0.5pt solid #000000", {"right"}),
        ("border:1px solid", {"top", "right", "bottom", "left"}),
        ("border:0 solid #000", set()),
        ("border:1px solid #fff", set()),
        ("border:1px solid black;border-left:none", {"top", "right", "bottom"}),
        ("border-style:dotted;border-width:1px", {"top", "right", "bottom", "left"}),
    ],
)
def test_sides_that_are_drawn(style: str, expected: set[str]) -> None:
    assert drawn_sides(declarations(style)) == expected


def test_the_real_page_gives_what_a_pdf_of_the_same_city_gives(shared: Path) -> None:
    folder = shared / "corpus" / "documents"
    drawn = read_document(folder / "RW_025_烟台_退役军人事务局_2026年部门预算.html")
    assert drawn.n_pages == 53
    codes = _statements(drawn)
    assert codes == _statements(read_document(folder / "RW_025_烟台_2026年烟台市大数据局部门预算.pdf"))
    assert codes[:5] == ["income_expenditure", "income", "expenditure", "appropriation", "appropriation"]


def _statements(reading: Reading) -> list[str]:
    """Statement codes in order; forms of projects and tables of no form left out."""
    found = interpret_reading(reading).statements
    return [s.code for s in found if s.code != "unrecognized" and s.state != "blank"]
