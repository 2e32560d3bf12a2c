"""Every digit that a PDF page prints ends in a cell, a dropped header row or a paragraph: over all real documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from pathlib import Path

import pytest

from extract.document import Reading, Table
from extract.readers import read_document
from extract.readers.pdf_page import PageFailure
from extract.readers.pdf_pdfium import PdfiumEngine
from extract.settings import Limits
from tests.conftest import SHARED

DOCUMENTS = sorted((SHARED / "corpus" / "documents").glob("*.pdf")) if SHARED.is_dir() else []


def digits(text: str) -> Counter[str]:
    return Counter(char for char in text if char.isdigit())


def printed(data: bytes, without: Set[int | None] = frozenset()) -> tuple[Counter[str], set[int]]:
    """Digits of all pages that have text of their own (but `without`), and the numbers of those pages."""
    found: Counter[str] = Counter()
    pages: set[int] = set()
    for page in PdfiumEngine(data, Limits()).pages():
        assert not isinstance(page, PageFailure)
        if page.chars and not page.unmapped and page.number not in without:
            pages.add(page.number)
            for char in page.chars:
                found += digits(char.text)
    return found, pages


def kept(reading: Reading, pages: set[int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for block in reading.blocks:
        if isinstance(block, Table):
            dropped = [cell for seam in block.seams for row in seam.dropped for cell in row]
            parts = [(cell.places, cell.text) for cell in [*block.cells, *dropped]]
        else:
            parts = [(block.places, block.text)]
        for places, text in parts:
            if places[0].page in pages:
                found += digits(text)
    return found


@pytest.mark.slow
@pytest.mark.skipif(not DOCUMENTS, reason="the real documents (../shared) are not on this machine")
@pytest.mark.parametrize("share", range(8))
def test_no_digit_of_a_page_is_lost(share: int) -> None:
    lost = {}
    for path in DOCUMENTS[share::8]:
        data = path.read_bytes()
        on_pages, pages = printed(data)
        reading = read_document(data)
        by_ocr = {issue.place.page for issue in reading.issues if issue.code == "page_by_ocr" and issue.place}
        if pages & by_ocr:
            on_pages, pages = printed(data, by_ocr)
        found = kept(reading, pages)
        if on_pages != found:
            lost[path.name] = (on_pages - found, found - on_pages)
    assert lost == {}


def test_the_count_sees_a_lost_cell(shared: Path) -> None:
    data = (shared / "fixtures" / "sample.pdf").read_bytes()
    on_pages, pages = printed(data)
    reading = read_document(data)
    assert kept(reading, pages) == on_pages
    next(reading.tables()).cells.pop()
    assert kept(reading, pages) != on_pages
