"""No cell that pdfplumber has on a page of a real document is missing, but for those that the picture proves wrong.

Every page would take minutes (benchmarks/cells_kept.py does that): here all pages that the list of pdfplumber's errors
names, every TURNSth of them, and a sample of the others.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.cells_kept import Loss, OurPage, PrintedCell, losses, read_known, shortened, their_pages, unknown
from extract.readers.lattice import build_lattice
from extract.readers.pdf_page import Char, Chars, PageContent
from extract.readers.pdf_pdfium import PdfiumEngine
from extract.settings import Limits
from tests.conftest import SHARED

DOCUMENTS = sorted((SHARED / "corpus" / "documents").glob("*.pdf")) if SHARED.is_dir() else []
LIST = Path(__file__).parent / "pdfplumber_wrong.yml"
TURNS = 2
OTHERS = 1  # pages of each document beside those of the list
SHARES = 4


def chosen(digest: str, n_pages: int, listed: list[int]) -> list[int]:
    """Some pages of a document, always the same."""
    chance = random.Random(digest)
    some = [page for page in listed if page % TURNS == 0]
    others = [page for page in range(1, n_pages + 1) if page not in listed]
    return sorted({*some, *chance.sample(others, min(OTHERS, len(others)))})


def new_losses(path: Path) -> Iterator[tuple[int, list[Loss]]]:
    known = read_known(LIST)
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()[:16]
    engine = PdfiumEngine(data, Limits())
    try:
        pages = chosen(digest, engine.n_pages, [page for document, page in known if document == digest])
        for number, theirs in zip(pages, their_pages(data, None, pages), strict=True):
            found = losses(theirs, OurPage.of(engine.page(number)))
            yield number, unknown(found, known.get((digest, number), Counter()))
    finally:
        engine.close()


@pytest.mark.slow
@pytest.mark.skipif(not DOCUMENTS, reason="the real documents (../shared) are not on this machine")
@pytest.mark.parametrize("share", range(SHARES))
def test_no_cell_that_pdfplumber_has_is_missing(share: int) -> None:
    lost = {(path.name, page): found for path in DOCUMENTS[share::SHARES] for page, found in new_losses(path) if found}
    assert lost == {}


def test_every_entry_of_the_list_is_of_a_document_of_the_corpus() -> None:
    known = read_known(LIST)
    assert known
    assert all(texts for texts in known.values())
    if DOCUMENTS:
        digests = {hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in DOCUMENTS}
        assert {document for document, _ in known} <= digests


# ------------------------------------------------------------------------------------------------ the comparison itself
GRID = [(0.0, 100.0, 100.0, 120.0), (100.0, 100.0, 200.0, 120.0)]


def ours(*printed: tuple[str, float, float]) -> OurPage:
    """Two cells side by side, 100 wide; printed: (text, x, top)."""
    chars = [
        Char(letter, x + 10 * i, top, x + 10 * i + 10, top + 10, 10)
        for text, x, top in printed
        for i, letter in enumerate(text)
    ]
    grid = build_lattice(GRID)
    assert grid is not None
    return OurPage.of(PageContent(1, 400, 400, Chars.of(chars), [grid]))


def test_a_cell_is_missed_as_often_as_it_is_lacking() -> None:
    cell = PrintedCell("合计", GRID[0])
    page = ours(("合 计", 5, 105), ("12", 110, 105))
    assert losses([cell], page) == []
    assert [loss.kind for loss in losses([cell, cell], page)] == ["order"]


@pytest.mark.parametrize(
    ("theirs", "box", "kind"),
    [
        ("12", GRID[1], None),
        ("123", GRID[1], "lost"),
        ("21", GRID[1], "order"),
        ("1", GRID[1], "cut"),
        ("合计12", (0.0, 100.0, 200.0, 120.0), "cut"),
        ("单位", (0.0, 60.0, 200.0, 80.0), "outside"),
        ("单位：元", (0.0, 60.0, 200.0, 80.0), "outside"),
        ("附表", (0.0, 0.0, 200.0, 20.0), "lost"),
    ],
)
def test_kinds_of_losses(theirs: str, box: tuple[float, float, float, float], kind: str | None) -> None:
    page = ours(("合计", 5, 105), ("12", 110, 105), ("单位：元", 5, 65))
    found = losses([PrintedCell(theirs, box)], page)
    assert [loss.kind for loss in found] == ([kind] if kind else [])


def test_radicals_are_the_characters_they_print() -> None:
    assert losses([PrintedCell("支出", GRID[0])], ours(("⽀出", 5, 105))) == []


def test_the_list_is_used_up() -> None:
    loss = Loss("合计", "lost", "", GRID[0])
    assert unknown([loss, loss], Counter({"合计": 1})) == [loss]
    long = Loss("一" * 30, "lost", "", GRID[0])
    assert shortened(long.text) == "一" * 12 + "…30"
    assert unknown([long], Counter({shortened(long.text): 1})) == []
    assert unknown([Loss("一" * 31, "lost", "", GRID[0])], Counter({shortened(long.text): 1})) != []


def test_a_list_without_a_reason_is_refused(tmp_path: Path) -> None:
    listed = tmp_path / "list.yml"
    listed.write_text("reasons: {clipped: why}\ndocuments:\n- {document: ab, pages: {1: {other: ['1']}}}\n", "utf-8")
    with pytest.raises(ValueError, match="other"):
        read_known(listed)
