"""Scanned pages and pictures: read by OCR into the same nouns, with confidence; never over a text layer."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from extract.document import Reading
from extract.readers import read_document, scan_document
from extract.readers.pdf import read_pdf
from extract.settings import Limits
from tests.extract.builders import pdf, texts

needs_ocr = pytest.mark.skipif(
    scan_document.line_reader() is None, reason="the extra `ocr` (rapidocr, onnxruntime, opencv) is not installed"
)

DPI = 200
SCALE = DPI / 72
XS = (40, 120, 200, 290)
YS = (60, 82, 104, 126, 148)
ROWS = (("2024", None, "2023"), ("1", "2", "3"), ("1486.83", "1,255.37", "0.00"), ("45.00", "", "151.73"))
GRID = [["2024", "2024", "2023"], *[list(row) for row in ROWS[1:]]]
SIZE = (330, 210)


def drawn(stamp: bool = False) -> Image.Image:
    """A small page: a ruled table whose first row has a cell over two columns."""
    page = Image.new("RGB", (round(SIZE[0] * SCALE), round(SIZE[1] * SCALE)), "white")
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(round(10 * SCALE))
    for y in YS:
        pen.line((XS[0] * SCALE, y * SCALE, XS[-1] * SCALE, y * SCALE), fill="black", width=2)
    for column, x in enumerate(XS):
        top = YS[1] if column == 1 else YS[0]
        pen.line((x * SCALE, top * SCALE, x * SCALE, YS[-1] * SCALE), fill="black", width=2)
    for row, cells in enumerate(ROWS):
        for column, text in enumerate(cells):
            if text:
                pen.text(((XS[column] + 12) * SCALE, (YS[row] + 5) * SCALE), text, fill="black", font=font)
    if stamp:
        box = (150 * SCALE, 90 * SCALE, 240 * SCALE, 180 * SCALE)
        seal = Image.new("RGB", page.size, "white")
        ImageDraw.Draw(seal).ellipse(box, outline=(225, 50, 55), width=9)
        page = Image.composite(seal, page, Image.eval(seal.convert("L"), lambda v: 255 if v < 250 else 0))
    return page


def as_pdf(*pages: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", resolution=DPI, quality=90, save_all=True, append_images=list(pages[1:]))
    return buffer.getvalue()


def as_file(kind: str, *pages: Image.Image) -> bytes:
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": list(pages[1:])} if len(pages) > 1 else {}
    pages[0].save(buffer, kind, dpi=(DPI, DPI), **more)
    return buffer.getvalue()


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def only_grid(reading: Reading) -> list[list[str | None]]:
    (table,) = reading.tables()
    return texts(table)


@needs_ocr
def test_a_tilted_stamped_scan_is_read_and_marked() -> None:
    tilt = 1.3
    page = drawn(stamp=True).rotate(-tilt, Image.Resampling.BICUBIC, fillcolor="white")
    reading = read_document(as_pdf(page))
    assert reading.method == "pdf_ocr"
    assert only_grid(reading) == GRID
    assert codes(reading) == ["page_by_ocr", "stamp_not_read"]
    (table,) = reading.tables()
    assert all(cell.confidence is not None and 0.8 <= cell.confidence <= 1 for cell in table.cells)
    head = next(cell for cell in table.cells if cell.text == "2024")
    assert (head.rowspan, head.colspan) == (1, 2)
    # the Place is on the page as it was scanned: around the cell, which leans
    angle = math.radians(tilt)
    cell = next(cell for cell in table.cells if cell.text == "151.73")
    x, y = (XS[2] + XS[3]) / 2 - SIZE[0] / 2, (YS[3] + YS[4]) / 2 - SIZE[1] / 2
    want = (
        SIZE[0] / 2 + math.cos(angle) * x - math.sin(angle) * y,
        SIZE[1] / 2 + math.sin(angle) * x + math.cos(angle) * y,
    )
    box = cell.place.box
    assert box is not None
    assert math.dist(want, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)) < 1.5


@needs_ocr
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_a_picture_file_is_a_document(kind: str) -> None:
    reading = read_document(as_file(kind, drawn()))
    assert (reading.kind, reading.method, reading.n_pages) == ("image", "image_ocr", 1)
    assert only_grid(reading) == GRID


@needs_ocr
def test_each_frame_of_a_tiff_is_a_page() -> None:
    reading = read_document(as_file("TIFF", drawn(), Image.new("RGB", (900, 600), "white")))
    assert reading.n_pages == 2
    assert codes(reading) == ["page_by_ocr", "page_by_ocr"]
    assert only_grid(reading) == GRID


@needs_ocr
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_laid_sideways_into_the_scanner(turn: int) -> None:
    reading = read_document(as_pdf(drawn().rotate(turn, expand=True)))
    assert only_grid(reading) == GRID
    (table,) = reading.tables()
    box = next(cell for cell in table.cells if cell.text == "2023").place.box
    assert box is not None
    wide, high = box[2] - box[0], box[3] - box[1]
    assert (wide > high) == (turn == 180)


@needs_ocr
def test_a_text_layer_is_never_replaced() -> None:
    """Page 1 has text, page 2 is a scan: each is read as what it is."""
    cells = {f"{r},{c}": text for r, row in enumerate(GRID) for c, text in enumerate(row) if text}
    typed = pdf([{"size": list(SIZE), "grids": [{"xs": list(XS), "ys": list(YS), "cells": cells}]}])
    merged = pypdfium2.PdfDocument.new()
    for data in (typed, as_pdf(drawn())):
        with pypdfium2.PdfDocument(data) as one:
            merged.import_pages(one)
    buffer = io.BytesIO()
    merged.save(buffer)
    reading = read_document(buffer.getvalue())
    assert reading.method == "pdf_text"
    assert [(issue.code, issue.place and issue.place.page) for issue in reading.issues] == [("page_by_ocr", 2)]
    seen = {(p.page, c.confidence is not None) for t in reading.tables() for c in t.cells for p in c.places}
    assert seen == {(1, False), (2, True)}


@needs_ocr
def test_a_mark_typed_over_a_scan_stays_as_typed() -> None:
    document = pypdfium2.PdfDocument(as_pdf(drawn()))
    page = document[0]
    mark = pdfium.FPDFPageObj_NewTextObj(document.raw, b"Helvetica", 9.0)
    coded = "CamScanner".encode("utf-16-le") + b"\0\0"
    pdfium.FPDFText_SetText(mark, (pdfium.FPDF_WCHAR * (len(coded) // 2)).from_buffer_copy(coded))
    pdfium.FPDFPageObj_Transform(mark, 1, 0, 0, 1, 40, 20)
    pdfium.FPDFPage_InsertObject(page.raw, mark)
    pdfium.FPDFPage_GenerateContent(page.raw)
    buffer = io.BytesIO()
    document.save(buffer)
    reading = read_document(buffer.getvalue())
    assert only_grid(reading) == GRID
    assert [paragraph.text for paragraph in reading.paragraphs()] == ["CamScanner"]


@needs_ocr
def test_limits_become_issues() -> None:
    two = as_pdf(drawn(), drawn())
    assert "pages_not_ocred" in codes(read_pdf(two, "0" * 64, Limits(max_ocr_pages=1)))
    slow = read_pdf(as_pdf(drawn()), "0" * 64, Limits(max_ocr_page_seconds=0))
    assert "page_ocr_cut" in codes(slow)
    assert not slow.blocks
    large = scan_document.read_image
    with pytest.raises(scan_document.UnreadableDocument, match="pixels"):
        large(as_file("PNG", drawn()), "0" * 64, Limits(max_ocr_pixels=1000))


@needs_ocr
def test_a_broken_picture_is_an_issue() -> None:
    reading = read_document(as_file("PNG", drawn())[:3000])
    assert codes(reading) == ["damaged"]
    assert not reading.blocks


def test_without_the_extra_the_issues_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_document, "line_reader", lambda: None)
    page = Image.new("RGB", (600, 400), "white")
    ImageDraw.Draw(page).rectangle((100, 100, 300, 200), fill="black")
    reading = read_document(as_pdf(page))
    assert codes(reading) == ["page_without_text", "no_text_layer"]
    assert all("yujue[ocr]" in issue.message_en for issue in reading.issues)
    assert codes(read_document(as_file("PNG", page))) == ["ocr_not_installed"]


# -------------------------------------------------------------------------------------------- doubt, told not mended


def chars(text: str, sure: float = 0.99) -> list[Any]:
    from extract.readers.scan_text import ReadChar

    return [ReadChar(char, (i + 0.5) / len(text), sure) for i, char in enumerate(text)]


def least(read: list[Any]) -> float:
    return min(char.sure for char in read)


@needs_ocr
@pytest.mark.parametrize("odd", ["151,73", "1486..83", "12,649,66", "O.00", "1l5.37", "7：50"])
def test_a_number_nobody_would_print_is_kept_and_doubted(odd: str) -> None:
    from extract.readers.scan import SURE, _checked, _text

    checked = _checked(chars(odd))
    assert _text(checked) == odd
    assert least(checked) < SURE


@needs_ocr
@pytest.mark.parametrize("fine", ["1486.83", "1,255.37", "0.00", "-45.00", "12.5%", "2050199", "2024.12"])
def test_a_number_as_printed_is_not_doubted(fine: str) -> None:
    from extract.readers.scan import SURE, _checked

    assert least(_checked(chars(fine))) > SURE


@needs_ocr
def test_two_looks_that_differ_are_doubted() -> None:
    from extract.readers.scan import SURE, _compared

    assert least(_compared(chars("45.00"), chars("46.00"))) < SURE
    assert least(_compared(chars("45.00", 0.7), chars("45.00", 0.97))) == 0.97


@needs_ocr
def test_a_number_without_the_decimals_of_its_column_is_doubted() -> None:
    from extract.readers.scan import _Cut, _Line, _out_of_step

    column = ["2024", "3", "1486.83", "1,255.37", "45.00", "15173", "0.00", "34.73", "69.46"]
    line = _Line((0, 0, 1, 1), (0, 0, 100, 20))
    read: list[Any] = [(line, chars(text), _Cut(None, 0, 1)) for text in column]
    assert _out_of_step(read) == {5}


@needs_ocr
@given(st.floats(-3, 3), st.sampled_from([0, 90, 180, 270]), st.floats(20, 250), st.floats(20, 150), st.floats(0.5, 20))
def test_a_place_leads_back(tilt: float, turn: int, x: float, y: float, size: float) -> None:
    """Into the page as scanned and back: the middle of a box stays."""
    import numpy as np

    from extract.readers.pdf_page import PageContent
    from extract.readers.scan import ScannedPage
    from extract.readers.scan_page import Scan

    paper = np.zeros((200, 300), np.uint8)
    page = ScannedPage(PageContent(1, 300, 200, [], [], turn), Scan(paper, paper, 1.0, tilt, ()), ())
    box = page.to_straight(page.to_shown((x, y, x + size, y + size)))
    assert math.dist(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), (x + size / 2, y + size / 2)) < 0.05


# ------------------------------------------------------------------------------------------------------ real documents


def page_of(path: Path, number: int) -> bytes:
    single = pypdfium2.PdfDocument.new()
    with pypdfium2.PdfDocument(path) as document:
        single.import_pages(document, pages=[number - 1])
    buffer = io.BytesIO()
    single.save(buffer)
    return buffer.getvalue()


@needs_ocr
@pytest.mark.slow
def test_a_scanned_page_of_the_sample(shared: Path, truth: Callable[[int], list[list[str | None]]]) -> None:
    reading = read_document(page_of(shared / "fixtures" / "scan.pdf", 1))
    (table,) = reading.tables()
    assert [[None if t is None else "".join(t.split()) for t in row] for row in texts(table)][1:] == truth(0)[
        1 : table.n_rows
    ]


@pytest.fixture
def truth(shared: Path) -> Callable[[int], list[list[str | None]]]:
    import json

    tables = json.loads((shared / "fixtures" / "truth.json").read_text("utf-8"))
    return lambda index: [[None if t is None else "".join(t.split()) for t in row] for row in tables[index]["grid"]]


@needs_ocr
@pytest.mark.slow
def test_fonts_without_text_are_read_as_a_picture(shared: Path) -> None:
    reading = read_document(page_of(shared / "fixtures" / "hz_notounicode.pdf", 5))
    assert {"unmapped_characters", "page_by_ocr"} <= set(codes(reading))
    assert "\ufffd" not in "".join(cell.text for table in reading.tables() for cell in table.cells)
