"""Tables found by alignment: each Place holds its text, no text is lost, and what is doubtful stays prose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.crop import Cropper
from extract.readers import read_document
from extract.readers.rulings import grids_and_rules
from tests.extract.builders import CASES, pdf, seen

FOUND = sorted(path.parent for path in CASES.glob("pdf_*/expected.json") if '"ruled": false' in path.read_text("utf-8"))
_RIGHT = (330, 430, 530)


@pytest.mark.parametrize("case", FOUND, ids=lambda path: path.name)
def test_every_place_cut_out_of_its_page_holds_its_text(case: Path) -> None:
    data = pdf(json.loads((case / "pages.json").read_text("utf-8")))
    with Cropper(data) as cropper:
        for table in read_document(data).tables():
            for cell in table.cells:
                cut = "".join(cropper.text_at(place) for place in cell.places)
                assert "".join(cut.split()) == "".join(cell.text.split())


def page_of(rows: list[list[str]], pitch: float) -> dict[str, Any]:
    texts: list[list[Any]] = [[60, 100, 10, "项目名称"]]
    texts += [[x - 30, 100, 10, name] for x, name in zip(_RIGHT, ("合计一", "基本二", "项目三"), strict=True)]
    for number, (label, *amounts) in enumerate(rows, start=1):
        texts.append([60, 100 + number * pitch, 10, label])
        texts += [[x - 10 * len(a), 100 + number * pitch, 10, a] for x, a in zip(_RIGHT, amounts, strict=True) if a]
    return {"texts": texts}


_AMOUNT = st.integers(0, 999999).map(lambda fen: f"{fen / 100:.2f}")
_LABEL = st.text("项目收支预算基本工资福利", min_size=2, max_size=12)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(_LABEL, _AMOUNT, _AMOUNT, st.one_of(st.just(""), _AMOUNT)).map(list), min_size=3, max_size=20),
    st.floats(13, 25),
)
def test_any_rows_of_amounts_come_back_from_their_alignment(rows: list[list[str]], pitch: float) -> None:
    (table,) = read_document(pdf([page_of(rows, pitch)])).tables()
    assert not table.ruled
    want = [["项目名称", "合计一", "基本二", "项目三"], *rows]
    assert [[cell.text if cell else None for cell in row] for row in table.grid()] == want


def test_two_rows_of_amounts_are_no_table() -> None:
    reading = read_document(pdf([page_of([["工资", "1.00", "1.00", ""], ["福利", "2.00", "2.00", ""]], 20)]))
    assert not list(reading.tables())
    assert "2.00" in str(seen(reading))


def test_rules_outside_grids_are_handed_on_joined() -> None:
    across = [(at, 100.0, 200.0) for at in (100.0, 120.0, 140.0)] + [(300.0, 60.0, 150.0), (300.2, 151.0, 400.0)]
    grids, rules = grids_and_rules(across, [(100.0, 100.0, 140.0), (200.0, 100.0, 140.0)])
    assert [grid.box for grid in grids] == [(100.0, 100.0, 200.0, 140.0)]
    assert rules == [(pytest.approx(300.1), 60.0, 400.0)]
    assert grids_and_rules([], []) == ([], [])
