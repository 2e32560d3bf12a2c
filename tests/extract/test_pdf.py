"""Ruled PDFs: the sample in all its printings against the truth, each Place cut out of its page, a case per trouble."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.crop import Cropper, text_at
from extract.document import Place, Reading, Table
from extract.readers import read_document, scan_document
from extract.readers.lattice import build_lattice, snap
from tests.extract.builders import cases, expected, pdf, seen
from tests.extract.test_docx import layouts


def bare(text: str | None) -> str | None:
    """Without white space: where a line is broken is the printer's choice."""
    return None if text is None else "".join(text.split())


@cache
def reading_of(path: Path) -> Reading:
    return read_document(path)


@cache
def truth_of(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text("utf-8")))


def ruled_rows(table: Table) -> list[list[str | None]]:
    unruled = {cell.row for cell in table.cells if not cell.ruled}
    grid = table.grid()
    return [[None if c is None else bare(c.text) for c in row] for i, row in enumerate(grid) if i not in unruled]


def exact_tables(reading: Reading, truth: list[dict[str, Any]]) -> int:
    """How many tables equal the truth in every position of their ruled rows, and have as many caption rows."""
    exact = 0
    for table, true in zip(reading.tables(), truth, strict=False):
        want = [[bare(t) for t in row] for i, row in enumerate(true["grid"]) if i not in true["unruled_rows"]]
        captions = sorted({c.row for c in table.cells if not c.ruled})
        exact += ruled_rows(table) == want and captions == true["unruled_rows"]
    return exact


@pytest.mark.parametrize("case", cases("pages.json"), ids=lambda path: path.name)
def test_case(case: Path) -> None:
    assert seen(read_document(pdf(json.loads((case / "pages.json").read_text("utf-8"))))) == expected(case)


@pytest.mark.parametrize("name", ["sample", "sample_word"])
def test_the_sample_gives_every_table(shared: Path, name: str) -> None:
    reading = reading_of(shared / "fixtures" / f"{name}.pdf")
    assert reading.issues == []
    assert reading.n_pages == 28
    assert len(list(reading.tables())) == 40
    assert exact_tables(reading, truth_of(shared / "fixtures" / "truth.json")) == 40


@pytest.mark.slow
@pytest.mark.parametrize("hazard", ["enc", "form", "dotted", "double", "thick", "fakebold", "rotate", "rotate2"])
def test_a_hazard_changes_nothing(shared: Path, hazard: str) -> None:
    tables = list(reading_of(shared / "fixtures" / f"hz_{hazard}.pdf").tables())
    plain = list(reading_of(shared / "fixtures" / "sample.pdf").tables())
    assert [ruled_rows(t) for t in tables] == [ruled_rows(t) for t in plain]
    assert [[bare(c.text) for c in t.cells if not c.ruled] for t in tables] == [
        [bare(c.text) for c in t.cells if not c.ruled] for t in plain
    ]


def test_fonts_without_text_are_an_issue_on_each_page(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_document, "line_reader", lambda: None)  # test_scan.py reads one of the pages by OCR
    reading = read_document(shared / "fixtures" / "hz_notounicode.pdf")
    pages = {i.place.page for i in reading.issues if i.code == "unmapped_characters" and i.place is not None}
    assert pages == set(range(1, 29))


def test_a_scan_is_said_to_have_no_text(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_document, "line_reader", lambda: None)  # as where the extra `ocr` is not installed
    reading = read_document(shared / "fixtures" / "scan.pdf")
    assert reading.blocks == []
    assert [i.code for i in reading.issues if i.severity == "error"] == ["no_text_layer"]
    assert sum(i.code == "page_without_text" for i in reading.issues) == 6


@pytest.mark.parametrize("name", ["sample.pdf", "sample_word.pdf", "hz_rotate2.pdf"])
def test_every_place_cut_out_of_its_page_holds_its_text(shared: Path, name: str) -> None:
    path = shared / "fixtures" / name
    printed = [(cell.places, cell.text) for t in reading_of(path).tables() for cell in t.cells]
    printed += [(p.places, p.text) for p in reading_of(path).paragraphs()]
    printed += [
        ((place,), cell.text)
        for t in reading_of(path).tables()
        for seam in t.seams
        for row in seam.dropped
        for cell in row
        for place in cell.places
    ]
    assert len(printed) > 2500
    with Cropper(path) as cropper:
        for places, text in sorted(printed, key=lambda item: item[0][0].page or 0):
            assert bare("".join(cropper.text_at(place) for place in places)) == bare(text)


def test_the_paragraphs_are_those_of_the_word_file(shared: Path) -> None:
    word = [bare(p.text) for p in read_document(shared / "fixtures" / "sample.docx").paragraphs() if p.role == "body"]
    paper = [bare(p.text) for p in reading_of(shared / "fixtures" / "sample.pdf").paragraphs() if p.role == "body"]
    assert paper == word
    fields = [p.text for p in reading_of(shared / "fixtures" / "sample.pdf").paragraphs() if p.role == "page_field"]
    assert fields == [f"— {n} —" for n in range(1, 29)]


def test_pieces_are_counted_as_printed_and_places_name_their_piece(shared: Path) -> None:
    first = next(reading_of(shared / "fixtures" / "sample.pdf").tables())
    (seam,) = first.seams
    assert (seam.table, seam.page, len(seam.dropped)) == (2, 2, 4)
    assert "4 header rows repeated" in seam.reasons
    below = next(cell for cell in first.cells if cell.row == seam.row and cell.col == 0)
    assert (below.text, below.place.ref(), below.place.page) == ("31", "t2.r5.c1", 2)


def test_text_at_needs_a_page_and_a_box() -> None:
    whole = pdf([{"texts": [[60, 60, 12, "预算"]]}])
    assert text_at(whole, Place(page=1, box=(50, 50, 100, 80))) == "预算"
    assert text_at(whole, Place(page=1, box=(50, 100, 100, 180))) == ""
    with pytest.raises(ValueError, match="p3"):
        text_at(whole, Place(paragraph=3))


def test_text_beside_and_inside_a_grid_is_never_lost() -> None:
    page = {
        "texts": [[540, 70, 8, "旁注"], [62, 300, 10, "表下一行。"]],
        "grids": [{"xs": [60, 200, 400], "ys": [60, 80, 100], "cells": {"0,0": "项目", "0,1": "12.50", "1,1": "－"}}],
    }
    reading = read_document(pdf([page]))
    kept = "".join(str(block) for block in seen(reading))
    assert all(text in kept for text in ("旁注", "表下一行。", "项目", "12.50", "－"))


@settings(max_examples=40, deadline=None)
@given(layouts())
def test_any_cut_of_a_grid_comes_back_from_its_rulings(
    layout: tuple[int, int, list[tuple[int, int, int, int]]],
) -> None:
    n_rows, n_cols, cells = layout
    # an edge that no cell uses cannot be seen: keep the layouts in which each is used
    rows = {r for r, _, h, _ in cells} | {r + h for r, _, h, _ in cells}
    cols = {c for _, c, _, _ in cells} | {c + w for _, c, _, w in cells}
    if len(rows) <= n_rows or len(cols) <= n_cols or len(cells) == 1:
        return
    grid = {
        "xs": [60 + 80 * i for i in range(n_cols + 1)],
        "ys": [60 + 30 * i for i in range(n_rows + 1)],
        "spans": [list(cell) for cell in cells],
        "cells": {f"{r},{c}": f"{r}行{c}" for r, c, _, _ in cells},
    }
    (table,) = read_document(pdf([{"grids": [grid]}])).tables()
    assert [(c.row, c.col, c.rowspan, c.colspan) for c in table.cells] == cells
    assert all(c.text == f"{c.row}行{c.col}" for c in table.cells)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40))
def test_snapped_edges_are_apart_and_cover_every_value(values: list[float]) -> None:
    edges = snap(values)
    assert list(edges) == sorted(edges)
    assert all(min(abs(value - edge) for edge in edges) <= 2.0 for value in values)


@given(
    st.lists(
        st.tuples(st.floats(0, 500), st.floats(0, 500), st.floats(1, 100), st.floats(1, 100)), min_size=1, max_size=25
    )
)
def test_cells_of_any_boxes_never_overlap(boxes: list[tuple[float, float, float, float]]) -> None:
    lattice = build_lattice([(x, y, x + w, y + h) for x, y, w, h in boxes])
    if lattice is None:
        return
    taken = [
        (r, c)
        for cell in lattice.cells
        for r in range(cell.row, cell.row + cell.rowspan)
        for c in range(cell.col, cell.col + cell.colspan)
    ]
    assert len(taken) == len(set(taken))
