"""pdfium asked by the compiled module and one by one through ctypes: the same arrays, so the same Reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
import pytest

from extract.document import Reading
from extract.readers import pdfium_calls as calls
from extract.readers import read_document
from tests.extract.builders import pdf

needs_compiled = pytest.mark.skipif(calls.compiled is None, reason="extract.readers.pdfium_bulk is not built here")

GRID: dict[str, Any] = {
    "xs": [60, 200, 300],
    "ys": [60, 80, 100],
    "cells": {"0,0": "项目", "0,1": "5", "1,0": "合计", "1,1": "-6.25"},
}
FAR = "9" * 39
PAGES: dict[str, list[dict[str, Any]]] = {
    "a grid": [{"grids": [GRID]}],
    "nothing": [{}],
    "coordinates that overflow": [{"extra": f"{FAR} 0 0 {FAR} 0 0 cm {FAR} 0 0 {FAR} 0 -{FAR} cm", "grids": [GRID]}],
    "a matrix of nothing": [{"extra": "0 0 0 0 0 0 cm", "grids": [GRID]}],
    "clips, curves, dashes and an empty path": [
        {
            "extra": "0 0 200 400 re W n 10 10 m 20 20 30 30 40 10 c S [1 2] 0 d 0 500 m 300 500 l S "
            "5 5 m S 0 0 0 0 re f",
            "grids": [GRID],
        }
    ],
    "codes without a character": [{"extra": "BT /F 10 Tf 50 300 Td <D800DFFF0000FFFE> Tj ET", "grids": [GRID]}],
    "a hyphen at the end of a line": [
        {"extra": "BT /L 10 Tf 50 300 Td 12 TL (co-) Tj T* (operate) Tj T* (   ) Tj ET", "texts": [[50, 40, 10, "上"]]}
    ],
}


def both(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Reading, Reading]:
    monkeypatch.setattr(calls, "_fill", calls.compiled)
    compiled = read_document(data)
    monkeypatch.setattr(calls, "_fill", calls.OneByOne)
    return compiled, read_document(data)


@needs_compiled
@pytest.mark.parametrize("name", PAGES)
def test_the_same_reading(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, one_by_one = both(pdf(PAGES[name]), monkeypatch)
    assert compiled == one_by_one


@needs_compiled
@pytest.mark.parametrize("name", ["hz_enc", "hz_dotted", "hz_form", "hz_rotate2"])
def test_the_same_reading_of_a_hazard(name: str, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, one_by_one = both((shared / "fixtures" / f"{name}.pdf").read_bytes(), monkeypatch)
    assert compiled.blocks
    assert compiled == one_by_one


@needs_compiled
@pytest.mark.parametrize("name", PAGES)
def test_the_same_arrays(name: str) -> None:
    data = pdf(PAGES[name])
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    page = pdfium.FPDF_LoadPage(document, 0)
    text = pdfium.FPDFText_LoadPage(page)
    count, n_objects = pdfium.FPDFText_CountChars(text), pdfium.FPDFPage_CountObjects(page)
    try:
        found = [_arrays(fill, text, page, count, n_objects + 2) for fill in (calls.compiled, calls.OneByOne)]
    finally:
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)
        pdfium.FPDF_CloseDocument(document)
    for compiled, one_by_one in zip(*found, strict=True):
        np.testing.assert_array_equal(compiled, one_by_one)


def _arrays(fill: Any, text: Any, page: Any, count: int, n_objects: int) -> list[Any]:
    """What one of them fills; two objects more than there are, so that some are missing."""
    at, holder = calls.handle_of(text), calls.handle_of(page)
    code, box, part = np.zeros(count, np.uint32), np.zeros((count, 4)), np.zeros(count, np.int64)
    added, unmapped = np.zeros(count, np.uint8), np.zeros(count, np.uint8)
    fill.fill_chars(at, code, box, part, added, unmapped)
    every = np.arange(count, dtype=np.int64)
    size, matrix, origin = np.zeros(count), np.zeros((count, 6), np.float32), np.zeros((count, 2))
    fill.fill_sizes(at, every, size, matrix)
    fill.fill_origins(at, every, origin)
    angle = np.zeros(count)
    fill.fill_angles(at, every, angle)
    handle, kind, bounds = np.zeros(n_objects, np.int64), np.full(n_objects, -1), np.zeros((n_objects, 4))
    fill.fill_objects(holder, False, handle, kind, bounds)
    objects, paths = handle[handle != 0], handle[kind == pdfium.FPDF_PAGEOBJ_PATH]
    clips = np.tile(calls.NO_CLIP, (len(objects), 1))
    fill.fill_clips(objects, clips)
    segments, filled_with, stroked = np.zeros((3, len(paths)), np.int64)
    fill.fill_paths(paths, segments, filled_with, stroked)
    filled = [code, box, part, added, unmapped, size, matrix, origin, angle, handle, kind, bounds, clips]
    filled += [segments, filled_with, stroked]
    for path, n in zip(paths.tolist(), segments.tolist(), strict=True):
        kinds, closes, point = np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros((n, 2), np.float32)
        fill.fill_segments(path, kinds, closes, point)
        filled += [kinds, closes, point]
    return filled


@needs_compiled
@pytest.mark.parametrize("fill", [calls.compiled, calls.OneByOne])
def test_an_unembedded_font_is_given_a_stroke(fill: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf(PAGES["a grid"])
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    page = pdfium.FPDF_LoadPage(document, 0)
    holder, count = calls.handle_of(page), pdfium.FPDFPage_CountObjects(page)
    try:
        handle, kind, before = calls.objects_of(holder, count, in_form=False)
        is_text = kind == pdfium.FPDF_PAGEOBJ_TEXT
        monkeypatch.setattr(calls, "_fill", fill)
        calls.stroke_unembedded(handle[is_text], 0.5)
        after = calls.objects_of(holder, count, in_form=False)[2]
    finally:
        pdfium.FPDF_ClosePage(page)
        pdfium.FPDF_CloseDocument(document)
    grown = np.array([-0.25, 0.25, 0.25, -0.25])
    np.testing.assert_allclose(after[is_text] - before[is_text], np.tile(grown, (int(is_text.sum()), 1)), atol=1e-4)
    np.testing.assert_array_equal(after[~is_text], before[~is_text])
