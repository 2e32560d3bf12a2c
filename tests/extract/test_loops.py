"""The compiled loops and the same source uncompiled give the same answers."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.readers import char_loops, lines, pdf_cells, pdf_page, pdf_pdfium, read_document, rule_loops, rulings
from extract.readers.pdf_page import Char, Chars
from tests.extract.builders import pdf


def uncompiled(module: ModuleType) -> ModuleType:
    """The module from its source."""
    source = Path(rulings.__file__).with_name(module.__name__.rpartition(".")[2] + ".py")
    spec = importlib.util.spec_from_file_location(f"uncompiled_{source.stem}", source)
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


PLAIN_CHARS, PLAIN_RULES = uncompiled(char_loops), uncompiled(rule_loops)
needs_compiled = pytest.mark.skipif(
    char_loops.__file__.endswith(".py") or rule_loops.__file__.endswith(".py"), reason="the loops are not built here"
)


@contextmanager
def without_compiled() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "loops", PLAIN_CHARS)
        patch.setattr(pdf_pdfium, "loops", PLAIN_CHARS)
        patch.setattr(pdf_page, "mark_spaces", PLAIN_CHARS.mark_spaces)
        patch.setattr(pdf_page, "count_odd", PLAIN_CHARS.count_odd)
        patch.setattr(pdf_cells, "give_to_cells", PLAIN_CHARS.give_to_cells)
        patch.setattr(rulings, "loops", PLAIN_RULES)
        yield


PLACE = st.integers(0, 120).map(lambda n: n / 4)
RULE = st.tuples(PLACE, PLACE, st.integers(1, 120)).map(lambda r: (r[0] * 5, r[1] * 5, r[1] * 5 + r[2]))
CHAR = st.builds(
    lambda text, x, y, width, size: Char(text, x, y, x + width, y + size, size),
    st.sampled_from("预算5.a \u3000）\u2f00"),
    PLACE,
    PLACE,
    st.sampled_from([3.0, 6.0, 10.5]),
    st.sampled_from([6.0, 10.04, 10.5]),
)


def fields(found: Any) -> list[Any]:
    """Of the lines; arrays as lists."""
    return [getattr(found, name) for name in ("start", "owner", "text", "x0", "top", "x1", "bottom", "size", "largest")]


@needs_compiled
@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CHAR, st.integers(0, 2)), max_size=25))
def test_the_same_lines(found: list[tuple[Char, int]]) -> None:
    owner = np.array([of for _, of in found], dtype=np.int64)
    compiled = lines.text_lines(Chars.of(char for char, _ in found), owner)
    with without_compiled():
        plain = lines.text_lines(Chars.of(char for char, _ in found), owner)
    assert fields(compiled) == fields(plain)
    assert compiled.spaced.tolist() == plain.spaced.tolist()


@needs_compiled
@settings(max_examples=150, deadline=None)
@given(st.lists(RULE, max_size=14), st.lists(RULE, max_size=14))
def test_the_same_grids(across: list[Any], down: list[Any]) -> None:
    def found() -> Any:
        grids, outside = rulings.grids_and_rules(across, down)
        return [(grid.xs, grid.ys, grid.cells) for grid in grids], outside

    compiled = found()
    with without_compiled():
        assert found() == compiled


@needs_compiled
@pytest.mark.parametrize(
    "extra",
    [
        "",
        "q 0 0 200 400 re W n BT /L 10 Tf 190 300 Td (cut away) Tj ET Q",
        "BT /L 10 Tf 50 300 Td (twice) Tj ET BT /L 10 Tf 50.2 300 Td (twice) Tj ET",
        "BT /L 10 Tf 0.7 0.7 -0.7 0.7 90 300 Tm (across) Tj ET",
        "BT /L 10 Tf 5000000 300 Td (far) Tj ET",
        "BT /L 0.001 Tf 50 300 Td (small) Tj ET",
        "0 1 -1 0 600 0 cm",
    ],
)
def test_the_same_reading(extra: str) -> None:
    grid = {"xs": [60, 200, 300], "ys": [60, 80, 100], "cells": {"0,0": "项目 a", "0,1": "5", "1,1": "-6.25"}}
    data = pdf([{"extra": extra, "grids": [grid], "texts": [[50, 40, 10, "上（一）1 000"]]}])
    compiled = read_document(data)
    with without_compiled():
        assert read_document(data) == compiled
