"""What a file really is, and every kind of bad input: one issue, no exception."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.format import name_agrees, sniff
from extract.package import open_package
from extract.readers import read_document
from extract.settings import read_limits
from tests.extract.builders import docx, pdf

WORD = docx("<w:p><w:r><w:t>某局2026年部门预算</w:t></w:r></w:p>")
PAPER = pdf([{"texts": [[60, 60, 12, "某局2026年部门预算"]]}])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def ole(stream: str) -> bytes:
    """An OLE file as far as sniffing looks: header, then a directory entry of this name at a multiple of 128."""
    return OLE + bytes(512 - 8) + stream.encode("utf-16-le").ljust(128, b"\x00") + bytes(384)


@pytest.mark.parametrize(
    ("data", "kind", "trouble"),
    [
        (b"", "empty", None),
        (WORD, "docx", None),
        (PAPER, "pdf", None),
        (b"\r\n" * 20 + PAPER, "pdf", None),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx", None),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "pptx", None),
        (zipped("OFD.xml", "Doc_0/Document.xml"), "ofd", None),
        (zipped("预算.pdf"), "zip", None),
        (ole("WordDocument"), "doc", None),
        (ole("Workbook"), "xls", None),
        (ole("EncryptedPackage"), "ole", "encrypted"),
        (b"\n\n <!DOCTYPE html><html><body>x</body></html>", "html", None),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"></html>', "html", None),
        (b"Rar!\x1a\x07\x01\x00", "rar", None),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "7z", None),
        (b"\x89PNG\r\n\x1a\n....", "image", None),
        (b"\xff\xd8\xff\xe0....", "image", None),
        (b"{\\rtf1 x}", "rtf", None),
        ("部门预算".encode("gb18030"), "text", None),
        (b"\x00\x01\x02" * 50, "unknown", None),
        (WORD[: len(WORD) // 2], "docx", "truncated"),
        (PAPER[: len(PAPER) // 2], "pdf", "truncated"),
    ],
)
def test_kind_is_decided_by_bytes(data: bytes, kind: str, trouble: str | None) -> None:
    found = sniff(data)
    assert (found.kind, found.trouble) == (kind, trouble)


def test_a_linearized_pdf_that_ends_early_is_truncated() -> None:
    head = b"%%PDF-1.5\n1 0 obj\n<< /Linearized 1 /L %d /H [1 2] >>\nendobj\nstartxref\n0\n%%%%EOF\n"
    assert sniff(head % 9_000_000).trouble == "truncated"
    assert sniff(head % 50).trouble is None


@pytest.mark.parametrize(
    ("data", "name", "agrees"),
    [
        (PAPER, "2026年部门预算.PDF", True),
        (PAPER, "download", True),
        (PAPER, "2026年部门预算.docx", False),
        (ole("WordDocument"), "预算.wps", True),
        (b"<html></html>", "预算.pdf", False),
    ],
)
def test_a_name_is_only_compared(data: bytes, name: str, *, agrees: bool) -> None:
    assert name_agrees(sniff(data), name) is agrees


def test_the_sample_files_are_what_they_are(shared: Path) -> None:
    kinds = {path.name: sniff(path.read_bytes()).kind for path in (shared / "fixtures").glob("sample.*")}
    assert kinds == {
        "sample.docx": "docx",
        "sample.pdf": "pdf",
        "sample.doc": "doc",
        "sample.xls": "xls",
        "sample.xlsx": "xlsx",
    }


def test_no_real_document_is_taken_for_a_truncated_one(shared: Path) -> None:
    for path in (shared / "corpus" / "documents").iterdir():
        assert sniff(path.read_bytes()).trouble is None, path.name


# ------------------------------------------------------------------------------------------------------- bad input
def codes(data: bytes, filename: str | None = None) -> list[tuple[str, str]]:
    reading = read_document(data, filename=filename)
    if any(issue.severity == "error" for issue in reading.issues):
        assert reading.blocks == []
    for issue in reading.issues:
        assert issue.message_zh
        assert issue.message_en
        assert issue.stage == "read"
        assert issue.document_sha256 == reading.document_sha256
    return [(issue.code, issue.severity) for issue in reading.issues]


LOCKED = PAPER.replace(
    b"/Root 1 0 R",
    b"/Root 1 0 R /ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
    % (b"11" * 32, b"22" * 32),
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (WORD[:-40], "truncated"),
        (PAPER[:-200], "truncated"),
        (ole("EncryptedPackage"), "encrypted"),
        (LOCKED, "encrypted"),
        (b"\x1f\x8b\x08\x00....", "unsupported_kind"),
        (b"\x00\x01\x02" * 50, "unsupported_kind"),
        (b"%PDF-1.4\nnothing at all\nstartxref\n0\n%%EOF", "damaged"),
        (zipped("[Content_Types].xml", "word/document.xml"), "damaged"),
        (docx("</w:p>"), "damaged"),
        (docx("<w:p/>"), "no_text"),
        (b"<html><body><script>1</script></body></html>", "no_text"),
        (pdf([{}]), "no_text_layer"),
    ],
)
def test_bad_input_is_one_error(data: bytes, code: str) -> None:
    assert codes(data) == [(code, "error")]


def test_an_unsupported_kind_is_named_and_said_to_be_kept() -> None:
    (issue,) = read_document(zipped("OFD.xml")).issues
    assert issue.code == "unsupported_kind"
    assert "OFD" in issue.message_en
    assert "archive" in issue.message_en
    assert "档案" in issue.message_zh


def test_an_archive_is_no_failure_but_its_members_are_documents_of_their_own() -> None:
    assert codes(zipped("a.pdf")) == [("archive", "info")]


def test_a_wrong_name_is_a_warning_and_the_document_is_read() -> None:
    reading = read_document(PAPER, filename="2026年部门预算.docx")
    assert [(i.code, i.severity) for i in reading.issues] == [("not_what_its_name_says", "warning")]
    assert reading.kind == "pdf"
    assert [p.text for p in reading.paragraphs()] == ["某局2026年部门预算"]
    assert read_document(PAPER, filename="2026年部门预算.pdf").issues == []


def test_a_file_over_the_limit_is_refused_by_its_size_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(PAPER + b" " * 5000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read although too large"))
    monkeypatch.setenv("YUJUE_READ_MAX_BYTES", "4096")
    reading = read_document(path)
    assert [i.code for i in reading.issues] == ["too_large"]
    assert reading.blocks == []
    assert len(reading.document_sha256) == 64


def test_a_hundred_megabytes_are_refused_by_default() -> None:
    assert codes(b"%PDF-1.4" + bytes(100 * 1024 * 1024)) == [("too_large", "error")]


def test_a_zip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_MAX_INFLATED_BYTES", "100000")
    assert codes(docx(f"<w:p><w:r><w:t>{'0' * 5_000_000}</w:t></w:r></w:p>")) == [("too_large", "error")]


def test_a_zip_bomb_that_lies_about_its_size_is_not_inflated() -> None:
    bomb = docx(f"<w:p><w:r><w:t>{'0' * 5_000_000}</w:t></w:r></w:p>")
    package = open_package(bomb)
    assert package is not None
    assert package.read("word/document.xml", 100_000) is None


@pytest.mark.parametrize(
    "doctype",
    ['<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', '<!DOCTYPE d SYSTEM "http://example.invalid/d.dtd">'],
)
def test_xml_with_a_dtd_is_refused(doctype: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORD)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, doctype.encode() + content if name == "word/document.xml" else content)
    assert codes(buffer.getvalue()) == [("damaged", "error")]


def test_a_missing_path_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_document(tmp_path / "none.pdf")
    with pytest.raises(FileNotFoundError):
        read_document(tmp_path)


def test_a_limit_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_MAX_PAGES", "many")
    with pytest.raises(ValueError, match="YUJUE_READ_MAX_PAGES"):
        read_limits()


def test_a_pdf_over_the_page_limit_says_what_was_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_MAX_PAGES", "2")
    reading = read_document(pdf([{"texts": [[60, 60, 12, f"第{n}段"]]} for n in range(5)]))
    assert [i.code for i in reading.issues] == ["pages_cut"]
    assert reading.n_pages == 5
    assert reading.issues[0].place is not None
    assert reading.issues[0].place.page == 3


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", OLE, b"%PDF-1.7\n", b"<html>"]))
def test_random_bytes_never_raise(tail: bytes, head: bytes) -> None:
    reading = read_document(head + tail)
    assert reading.kind
    assert reading.blocks or reading.issues


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([WORD, PAPER]), st.data())
def test_damaged_bytes_never_raise(whole: bytes, data: st.DataObject) -> None:
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    read_document(bytes(broken))
