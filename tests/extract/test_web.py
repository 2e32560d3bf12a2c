"""Web pages: a case per trouble, encodings, and tables with any spans."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.document import Table
from extract.readers import read_document
from extract.readers.web import decode, parse_html
from tests.extract.builders import cases, expected, seen, texts
from tests.extract.test_docx import layouts


@pytest.mark.parametrize("case", cases("page.html"), ids=lambda path: path.name)
def test_case(case: Path) -> None:
    assert seen(read_document((case / "page.html").read_bytes())) == expected(case)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8", "utf-8"), ("utf-8-sig", "gb2312"), ("gb18030", "gb2312"), ("gb18030", "utf-8"), ("utf-16", "utf-16")],
)
def test_the_charset_is_found_in_the_bytes(encoding: str, declared: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body><p>部门预算：“三公”经费</p></body></html>'
    reading = read_document(page.encode(encoding))
    assert [p.text for p in reading.paragraphs()] == ["部门预算：“三公”经费"]


def test_a_broken_byte_does_not_change_the_charset() -> None:
    assert decode("部门预算".encode() * 20 + b"\xff" + "公开".encode()).startswith("部门预算")
    assert decode("部门预算".encode("gb18030") * 20 + b"\xff\xff").startswith("部门预算")


def test_places_name_the_element() -> None:
    page = (
        "<html><body><div><p>前</p><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table></div></body></html>"
    )
    reading = read_document(page.encode())
    (paragraph,) = reading.paragraphs()
    (table,) = reading.tables()
    assert (paragraph.place.ref(), paragraph.place.address) == ("p1", "/html/body/div/p")
    assert [c.place.ref() for c in table.cells] == ["t1.r1.c1", "t1.r1.c2", "t1.r2.c1"]
    assert table.cells[2].place.address == "/html/body/div/table/tr[2]/td"


def test_spans_are_bounded() -> None:
    page = '<table><tr><td colspan="99999" rowspan="99999">x</td><td>y</td></tr><tr><td>z</td></tr></table>'
    reading = read_document(f"<html><body>{page}</body></html>".encode())
    (table,) = reading.tables()
    assert table.n_rows == 2
    assert table.n_cols <= 512
    assert [i.code for i in reading.issues] == ["too_many_columns"]


def test_hidden_text_is_left_out_and_said() -> None:
    page = '<html><body><p>看得见的文字</p><div style="display: none">看不见的文字</div></body></html>'
    reading = read_document(page.encode())
    assert [p.text for p in reading.paragraphs()] == ["看得见的文字"]
    assert [(i.code, i.severity) for i in reading.issues] == [("hidden_text", "info")]


def test_no_break_spaces_are_printed_and_source_line_breaks_are_not() -> None:
    page = "<html><body><table><tr><td>&nbsp;&nbsp;其中：\n   办公费</td><td>1<br>2</td></tr></table></body></html>"
    (table,) = read_document(page.encode()).tables()
    assert texts(table) == [["\u00a0\u00a0其中： 办公费", "1\n2"]]


def test_depth_is_bounded() -> None:
    page = b"<html><body>" + b"<div>" * 5000 + b"x" * 50 + b"</body></html>"
    reading = read_document(page)
    assert reading.issues or reading.blocks


def test_text_drawn_at_positions_is_said_to_hold_unread_tables() -> None:
    runs = "".join(f'<div style="position: absolute; top:{n}pt">12.00</div>' for n in range(300))
    reading = read_document(f"<html><body>{runs}</body></html>".encode())
    assert [i.code for i in reading.issues] == ["positioned_text"]


def test_every_real_page_is_read(shared: Path) -> None:
    pages = sorted((shared / "corpus" / "documents").glob("*.html"))
    assert len(pages) > 10
    for path in pages:
        reading = read_document(path)
        assert reading.kind == "html"
        assert reading.blocks, path.name
        assert not [i for i in reading.issues if i.severity == "error"], path.name


@settings(max_examples=60, deadline=None)
@given(layouts())
def test_any_cut_of_a_grid_comes_back(layout: tuple[int, int, list[tuple[int, int, int, int]]]) -> None:
    n_rows, n_cols, cells = layout
    if len(cells) < 2:
        return
    rows = "".join(
        "<tr>" + "".join(f'<td rowspan="{h}" colspan="{w}">{r},{c}</td>' for r, c, h, w in cells if r == row) + "</tr>"
        for row in range(n_rows)
    )
    (table,) = read_document(f"<html><body><table>{rows}</table></body></html>".encode()).tables()
    assert (table.n_rows, table.n_cols) == (n_rows, n_cols)
    assert [(c.row, c.col, c.rowspan, c.colspan) for c in table.cells] == cells


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="<>/tdrablepiv \"='&;x好\n", max_size=300))
def test_any_markup_is_read_without_raising(markup: str) -> None:
    reading = read_document(f"<html><body>{markup}".encode())
    assert reading.blocks or reading.issues


def test_pictures_of_the_content_are_counted() -> None:
    page = (
        '<html><body><div class="nav"><img src="menu.png"></div><div><p>部门预算公开表见下图，金额单位均为万元。</p>'
        '<p><img src="table1.png"></p><div><span><img src="table2.jpg" width="800"></span></div>'
        '<img src="doc.gif" width="16"><img src="/icon_pdf.gif"></div></body></html>'
    )
    (found,) = read_document(page.encode()).issues
    assert (found.code, found.severity, found.count) == ("page_images_not_read", "warning", 2)


def test_no_character_of_a_real_page_is_lost(shared: Path) -> None:
    for path in sorted((shared / "corpus" / "documents").glob("*.html")):
        if path.stat().st_size > 200_000:
            continue
        data = path.read_bytes()
        body = parse_html(data).find("body")
        assert body is not None
        shown: list[str] = []
        _shown(body, shown)
        kept: Counter[str] = Counter()
        for block in read_document(data).blocks:
            for text in [cell.text for cell in block.cells] if isinstance(block, Table) else [block.text]:
                kept.update("".join(text.split()))
        assert Counter("".join("".join(shown).split())) == kept, path.name


def _shown(element: Any, out: list[str]) -> None:
    if isinstance(element.tag, str) and element.tag not in {"script", "style", "select", "noscript"}:
        style = (element.get("style") or "").replace(" ", "").lower()
        if element.tag in {"iframe", "button", "textarea", "object"} or "display:none" in style or "hidden" in style:
            return
        out.append(element.text or "")
        for child in element:
            _shown(child, out)
            out.append(child.tail or "")
