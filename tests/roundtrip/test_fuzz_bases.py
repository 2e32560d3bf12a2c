"""Documents made small for the fuzzer say the same, and are made once for all parts of a run."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("reportlab", reason="the PDF seeds of the fuzzer are made with reportlab")

from benchmarks.fuzz import hunt as hunting
from benchmarks.fuzz.documents import docx_seeds, facts_of, made, read
from benchmarks.fuzz.hunt import bases, target_named
from benchmarks.fuzz.packed import pdf_parts
from benchmarks.fuzz.shorten import shorten_docx, shorten_pdf, shorten_xlsx
from tests.extract.builders import docx as small_docx
from tests.extract.builders import pdf


def test_a_word_document_without_unused_styles_says_the_same() -> None:
    whole = docx_seeds()[0]
    short = shorten_docx(whole)
    (reading, rows), (before, rows_before) = read(short), read(whole)
    assert reading.blocks == before.blocks
    assert reading.issues == before.issues
    assert facts_of(rows) == facts_of(rows_before)
    inner = {package: zipfile.ZipFile(io.BytesIO(package)) for package in (short, whole)}
    assert len(inner[short].read("word/styles.xml")) * 10 < len(inner[whole].read("word/styles.xml"))
    assert not any(name.startswith("docProps/") for name in inner[short].namelist())


def test_a_long_word_document_is_cut() -> None:
    row = "<w:tr><w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc></w:tr>"
    short = shorten_docx(small_docx(f"<w:tbl>{row * 40}</w:tbl>" + "<w:p/>" * 90))
    (table,) = read(short)[0].tables()
    assert 1 < len(table.cells) < 40
    assert shorten_docx(b"PK no package") == b"PK no package"


def test_a_sheet_keeps_its_first_rows() -> None:
    whole = made("xlsx", 1)[0]
    assert facts_of(read(shorten_xlsx(whole))[1]) <= facts_of(read(whole)[1])
    assert list(read(shorten_xlsx(whole))[0].tables())
    assert shorten_xlsx(b"nothing") == b"nothing"


def test_a_pdf_keeps_pages_of_its_middle_and_can_be_changed() -> None:
    pages = [{"texts": [[60, 100, 12, f"第{number}页的文字。"]]} for number in "一二三四五六"]
    short = shorten_pdf(pdf(pages))
    assert short is not None
    assert "".join(one.text for one in read(short)[0].paragraphs()) == "第三页的文字。第四页的文字。"
    assert pdf_parts(short) is not None
    assert shorten_pdf(b"%PDF-1.4 nothing") is None


def test_bases_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "one.pdf").write_bytes(pdf([{"texts": [[60, 100, 12, "甲"]]}]))
    (real / "no.pdf").write_bytes(b"nothing")
    kept = tmp_path / "kept"
    kept.mkdir()
    target = target_named("pdf")
    found = bases(target, str(real), kept)
    assert (len(found[0]), len(found[1])) == (len(target.seeds()), 1)
    monkeypatch.setattr(hunting, "_corpus", lambda *_: pytest.fail("made again"))
    assert bases(target, str(real), kept) == found
