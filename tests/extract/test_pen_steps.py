"""Widths that contradict the glyphs: digits keep their order, none is taken for one printed twice, and it is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.document import Reading
from extract.readers import read_document
from extract.readers.pen_steps import stand_at, wrong_widths
from tests.extract.builders import pdf

GRID: dict[str, Any] = {"xs": [60, 140, 200, 300], "ys": [60, 80, 100], "cells": {"0,0": "项目", "0,1": "金额"}}
HELVETICA = dict.fromkeys("0123456789", 556) | {".": 278, ",": 278, "-": 333, "/": 278}


def drawn(*strings: tuple[float, str], **widths: int) -> Reading:
    """A grid with these strings (x, text) in its second row, in Helvetica at 10. widths: of `d` followed by a digit."""
    stated = HELVETICA | {name[1:]: width for name, width in widths.items()}
    array = " ".join(str(stated[chr(code)]) for code in range(ord(","), ord("9") + 1))
    extra = "\n".join(f"BT /L 10 Tf {x} 747 Td ({text}) Tj ET" for x, text in strings)
    latin = f"/FirstChar {ord(',')} /LastChar {ord('9')} /Widths [{array}] "
    return read_document(pdf([{"grids": [GRID], "extra": extra}], latin=latin))


def second_row(reading: Reading) -> list[str]:
    (table,) = reading.tables()
    return [cell.text for cell in table.cells if cell.row == 1]


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def test_widths_as_they_should_be() -> None:
    reading = drawn((145, "799.57"))
    assert second_row(reading) == ["", "799.57", ""]
    assert not reading.issues


@pytest.mark.parametrize("text", ["799.57", "12.99"])
def test_a_digit_of_no_width_beside_its_like(text: str) -> None:
    """Fuzzing: of 799.57 was read 79.57, and nothing was said."""
    reading = drawn((145, text), d9=5)
    assert codes(reading) == ["widths_contradict_glyphs"]
    assert reading.issues[0].place is not None
    assert reading.issues[0].place.page == 1


def test_a_digit_of_a_tenth_of_its_width_beside_its_like() -> None:
    """The two stand within one point, as if the page printed it again for bold."""
    reading = drawn((145, "799.57"), d9=90)
    assert second_row(reading) == ["", "799.57", ""]
    assert codes(reading) == ["widths_contradict_glyphs"]


def test_digits_over_each_other_keep_their_order() -> None:
    """Fuzzing: 2.682694 was read as 286.6294, sorted by the left edges of the glyphs."""
    reading = drawn((145, "2.682694"), **{f"d{digit}": 120 for digit in range(10)})
    assert second_row(reading) == ["", "2.682694", ""]
    assert codes(reading) == ["widths_contradict_glyphs"]


def test_a_number_that_runs_out_of_its_cell() -> None:
    """Fuzzing: with other widths its last digits stood beside the table, or in the next cell."""
    beside = drawn((270, "163927.43"))
    assert codes(beside) == ["number_cut_by_ruling"]
    assert beside.issues[0].place is not None
    assert beside.issues[0].place.box is not None
    assert second_row(drawn((178, "12.3456"))) == ["", "12.3456", ""]


def test_two_amounts_in_one_string_each_in_its_cell() -> None:
    reading = drawn((174.8, "12.3445.67"))
    assert second_row(reading) == ["", "12.34", "45.67"]
    assert not reading.issues
    elsewhere = drawn((180.4, "12.3445.67"))
    assert second_row(elsewhere) == ["", "12.3", "445.67"]
    assert codes(elsewhere) == ["number_cut_by_ruling"]


def columns(boxes: list[tuple[float, float]]) -> dict[str, Any]:
    """arguments of `wrong_widths` for one string of digits. boxes: (step to the next, width)."""
    n = len(boxes)
    x0 = np.cumsum([0.0, *(step for step, _ in boxes[:-1])])
    places = np.array([x0, np.zeros(n), x0 + [width for _, width in boxes], np.full(n, 10.0)])
    code = np.array([ord("0") + at % 10 for at in range(n)], dtype=np.uint32)
    part, added = np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.uint8)
    return {
        "code": code,
        "part": part,
        "added": added,
        "places": places,
        "stretch": np.ones(n),
        "size": np.full(n, 10.0),
    }


def test_a_font_of_size_one_stretched_by_its_matrix() -> None:
    """What pdfium adds behind the last character stands as far from it as if nothing were stretched."""
    text = "BT /L 1 Tf 10 0 0 10 145 747 Tm (799.57) Tj 10 0 0 10 205 747 Tm (6) Tj ET"
    assert not read_document(pdf([{"grids": [GRID], "extra": text}])).issues


def test_a_digit_that_claims_the_room_of_many() -> None:
    """Fuzzing: its middle was in another cell, and so the whole number."""
    reading = drawn((145, "799.52"), d2=9000)
    assert second_row(reading) == ["", "799.52", ""]
    assert codes(reading) == ["widths_contradict_glyphs"]
    assert "widths_contradict_glyphs" in codes(drawn((145, "799.52"), **{"d.": 9000})), "the rest is off the page"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0.5, 1.6), st.floats(2, 9)), min_size=1, max_size=12))
def test_a_step_of_half_a_glyph_and_more_is_none(found: list[tuple[float, float]]) -> None:
    assert not wrong_widths(**columns([(share * width + 0.01, width) for share, width in found])).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 20)), min_size=1, max_size=12))
def test_the_pen_decides_the_order(found: list[tuple[float, float]]) -> None:
    given = columns(found)
    wrong_widths(**given)
    places, pen = given["places"], given["places"][0].copy()
    stand_at(pen, given["part"], np.ones(len(pen), dtype=np.bool_), places)
    assert (np.diff(places[0]) >= 0).all()
    assert (places[2] > places[0]).all()
    assert (places[0] == pen).all()
