"""What is fuzzed: each target takes bytes and ends in one of its declared answers, whatever they are.

A target returns nothing and raises only what its docstrings declare, which is caught here. What a damaged document
still gives must be what the whole one gives, or an issue must speak: `DamagedSilentlyError` is raised where it is not.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from benchmarks.roundtrip.__main__ import print_document
from benchmarks.roundtrip.compare import BESIDE, tight
from benchmarks.roundtrip.generate import generate
from benchmarks.roundtrip.model import Kind
from crawl.address import clean_url, file_name_of, host_of, literal_address, refusal, site_of
from crawl.listing_json import read_rows
from crawl.notice import further_pages as notice_pages
from crawl.notice import read_listing, read_notice
from crawl.page import PageError, absolute, read_page
from crawl.pager import further_pages
from crawl.schema import Provenance
from crawl.source import SourceError, load_source
from crawl.unpack import UnpackLimits, unpack
from crawl.warc import WarcError, read_warc
from extract.document import Issue, Reading
from extract.format import sniff
from extract.interpret import interpret_reading
from extract.readers import read_document, scan_document
from flows.reviews import VerdictError, parse_verdicts
from normalize.amount import parse_number
from normalize.correction import CorrectionError, parse_corrections
from normalize.facts import build_rows
from normalize.withholding import WithholdingError, parse_withholdings
from tests.crawl.test_unpack import rar5, zipped
from tests.extract.builders import docx as small_docx
from tests.extract.builders import pdf as small_pdf

ROOT = Path(__file__).resolve().parents[2]
URL = "http://www.example.gov.cn/yjsgk/2024/index.html"
SITE = site_of(URL)
NOT_CONVERTED = Issue("converter_missing", "error", "read", "未转换", "not converted here")
SMALL = UnpackLimits(max_bytes=32 * 2**20, max_member_bytes=8 * 2**20)

Facts = Counter[tuple[str, ...]]


class DamagedSilentlyError(AssertionError):
    """A damaged document gave other facts than the whole one, and no issue says so."""


@dataclass(frozen=True)
class Target:
    """run: gets the changed bytes and the seed they came from. package: a zip whose parts are changed too.

    share: of the inputs of a run; heavy targets get fewer. damage: whether changed bytes cannot be another valid
    document, since a checksum covers them; then facts are compared.
    """

    name: str
    run: Callable[[bytes, bytes], None]
    seeds: Callable[[], list[bytes]]
    share: int = 1
    package: bool = False
    damage: bool = False
    corpus: tuple[str, ...] = field(default=())


# ----------------------------------------------------------------------------------------------------------- documents


def read(data: bytes) -> tuple[Reading, dict[str, list[dict[str, object]]]]:
    """Bytes to rows, as where neither LibreOffice nor OCR is installed: both are programs of others, and slow."""
    os.environ["YUJUE_READ_SOFFICE"] = ""
    with without_ocr():
        return _read(data)


@contextlib.contextmanager
def without_ocr() -> Iterator[None]:
    installed = scan_document.line_reader
    scan_document.line_reader = cast(Any, lambda: None)
    try:
        yield
    finally:
        scan_document.line_reader = installed


def _read(data: bytes) -> tuple[Reading, dict[str, list[dict[str, object]]]]:
    derived = NOT_CONVERTED if sniff(data).kind in ("doc", "rtf", "ppt", "pptx") else None
    reading = read_document(data, filename="document", derived=derived)
    for issue in reading.issues:
        if issue.code == "damaged" and re.match(r".*\b(?:Error|Exception)\b", issue.message_en):
            unexpected(issue.message_en)
    return reading, build_rows(reading, interpret_reading(reading), Provenance(filename="document"))


class UnexpectedError(AssertionError):
    """A reader met an exception it does not declare and that only the last net caught."""


# Errors of libraries that say no more than that the file is damaged.
_SAID = re.compile(r"XMLSyntaxError|BadZipFile|PdfiumError|zlib|error: Error -3|XLRDError|CompDocError|ParserError")


def unexpected(message: str) -> None:
    if not _SAID.search(message):
        raise UnexpectedError(message)


def facts_of(rows: dict[str, list[dict[str, object]]]) -> Facts:
    """Amounts with what says which they are. The unit counts: amount_fen follows from it."""
    return Counter(
        (
            str(row["statement_code"]),
            tight(str(row["line_label"] or "")),
            tight(str(row["column_path"] or "")),
            tight(str(row["printed_text"] or "")),
            str(row["amount_fen"]),
        )
        for row in rows["budget_lines"]
    )


@lru_cache(maxsize=256)
def _whole(seed: bytes) -> Facts:
    return facts_of(read(seed)[1])


def document(data: bytes, seed: bytes) -> None:
    read(data)


def damaged_document(data: bytes, seed: bytes) -> None:
    """As `document`; what is read from the damaged bytes must be what the whole document says, or be told."""
    _, rows = read(data)
    if any(row["code"] not in BESIDE for row in rows["issues"]):
        return
    found, whole = facts_of(rows), _whole(seed)
    if found != whole:
        raise DamagedSilentlyError(
            f"lost {list((whole - found).elements())[:2]}, new {list((found - whole).elements())[:2]}"
        )


def made(kind: Kind, count: int = 10) -> list[bytes]:
    """Small documents of the round trip, and those of the sample county."""
    found: list[bytes] = []
    seed = 1
    while len(found) < count:
        document = generate(seed, kind)
        seed += 1
        if len(document.tables) == 1 and len(document.tables[0].lanes[0]) < 12:
            found.append(print_document(document))
    return found


def _html() -> list[bytes]:
    pages = sorted((ROOT / "data/samples/site").rglob("*.html"))
    return [*made("html"), *(page.read_bytes() for page in pages if page.stat().st_size < 20_000)]


def _docx() -> list[bytes]:
    return [
        *made("docx", 6),
        small_docx("<w:p><w:r><w:t>一、概况</w:t></w:r></w:p><w:tbl><w:tr><w:tc/></w:tr></w:tbl>"),
    ]


def _pdf() -> list[bytes]:
    grid = {
        "xs": [60, 200, 300],
        "ys": [60, 80, 100],
        "cells": {"0,0": "项目", "0,1": "预算数", "1,0": "合计", "1,1": "6.00"},
    }
    return [*made("pdf", 8), small_pdf([{"grids": [grid], "texts": [[60, 200, 10, "本部门预算12.50万元。"]]}])]


def _packed_pdf() -> list[bytes]:
    return made("pdf", 8)


def _xls() -> list[bytes]:
    return [(ROOT / "tests/cases/sheet_xls_hidden_and_formatted/book.xls").read_bytes()]


def _foreign() -> list[bytes]:
    """Kinds that are told, not read, without LibreOffice: rtf, doc (a compound file), wps, images, text."""
    rtf = rb"{\rtf1\ansi\ansicpg936 \trowd\cellx1000\cellx2000 \'cf\'ee\'c4\'bf\cell 12.50\cell\row}"
    compound = _xls()[0].replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le"))
    image = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200)
    return [rtf, compound, image, "部门预算\t12.50\n".encode("gb18030"), b"%!PS-Adobe", b"OFD", b""]


# ------------------------------------------------------------------------------------------------------------ archives


def archive(data: bytes, seed: bytes) -> None:
    members, _ = unpack(data, SMALL)
    for member in members:
        path = Path(member.name)
        assert not path.is_absolute()
        assert ".." not in path.parts, member.name


def _archives() -> list[bytes]:
    members = {"部门预算/表.xls": b"one" * 400, "说明.doc": b"two", "x/../y.txt": b"three"}
    inner = zipped(members)
    found = [
        inner,
        zipped({"内.zip": inner, "a.txt": b"a"}),
        zipped(members, encoding="gbk", flagged=False),
        rar5(members),
    ]
    with contextlib.suppress(ImportError):
        import libarchive  # noqa: PLC0415

        parts: list[bytes] = []
        with libarchive.custom_writer(lambda part: parts.append(bytes(part)) or len(part), "7zip") as writer:
            for name, body in {"a.txt": b"one" * 400, "b/c.doc": b"two" * 900}.items():
                writer.add_file_from_memory(name, len(body), body)
        found.append(b"".join(parts))
    return found


def warc(data: bytes, seed: bytes) -> None:
    with contextlib.suppress(WarcError):
        for record in read_warc(io.BytesIO(data)):
            record.read(1 << 16)


def _warcs() -> list[bytes]:
    import gzip  # noqa: PLC0415

    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x</p>"
    head = (
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
    )
    record = head + b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(body), body)
    return [record * 2, gzip.compress(record) + gzip.compress(record)]


# --------------------------------------------------------------------------------------------------------------- pages


def links(data: bytes, seed: bytes) -> None:
    """A listing or notice page, by every reader of links."""
    try:
        page = read_page(data, URL)
    except PageError:
        return
    read_listing(page, [SITE])
    read_notice(page, "2024年部门预算公开", "2024-02-19")
    further_pages(page, [SITE])
    notice_pages(page)


def _pages() -> list[bytes]:
    folder = ROOT / "tests/crawl/pages_made"
    return [path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in (".html", ".xml", ".json")]


def rows(data: bytes, seed: bytes) -> None:
    """An answer in JSON, XML or a data store."""
    read_rows(data, URL, URL)
    links(data, seed)


def _answers() -> list[bytes]:
    title = '{"data":{"rows":[{"title":"2024年部门预算","url":"/a/1.html",'.encode()
    json = title + b'"publishTime":1708300800000},{"title":"x","url":"b.html","publishTime":"2024-02-19"}],"total":37}}'
    xml = b"<?xml version='1.0'?><datastore><totalrecord>3</totalrecord><recordset><record>"
    xml += b"<![CDATA[<a href='/a.html'>x</a>2024-02-19]]></record></recordset></datastore>"
    found = [json, xml, b'[{"name":"a","link":"http://x/1"}]']
    return found + [p for p in _pages() if p.lstrip()[:1] in (b"{", b"[") or p.lstrip().startswith(b"<?xml")]


def addresses(data: bytes, seed: bytes) -> None:
    """Every address of a page goes through `clean_url` first, which alone may refuse."""
    for text in data.decode("utf-8", "replace").splitlines() or [""]:
        literal_address(text)
        for one in (text, absolute(URL, text) or ""):
            try:
                url = clean_url(one)
            except ValueError:
                continue
            host_of(url)
            site_of(url)
            file_name_of(url)
            refusal(url, sites=[SITE], private_hosts=[])


def _urls() -> list[bytes]:
    return [
        b"http://www.example.gov.cn:80/a/../b%20c.pdf?x=1#y",
        "http://www.例子.cn/附件/预算.pdf".encode(),
        b"//[::ffff:10.0.0.1]/a\nhttp://0x7f.1/\nhttp://2130706433/\nfile:///etc/passwd",
        b"javascript:void(0)\nmailto:a@b\ndata:text/html,x\nhttp://a@b:99999/",
    ]


def amount(data: bytes, seed: bytes) -> None:
    parse_number(data.decode("utf-8", "replace"))


def _amounts() -> list[bytes]:
    texts = ("1,269.68", "（１２３．４５）", "-", "*** ", "1 486.83", "4125.49,4143.91", "12\n34.5", "∅")
    return [text.encode() for text in texts]


# --------------------------------------------------------------------------------------------------------------- files


def source_file(data: bytes, seed: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "130630_laiyuan.yml"
        path.write_bytes(data)
        with contextlib.suppress(SourceError):
            load_source(path)


def _sources() -> list[bytes]:
    return [(ROOT / "data/samples/source.yml").read_bytes()]


def corrections(data: bytes, seed: bytes) -> None:
    with contextlib.suppress(CorrectionError):
        parse_corrections(data, "130630.yml")
    with contextlib.suppress(VerdictError):
        parse_verdicts(data, "130630.yml")
    with contextlib.suppress(WithholdingError):
        parse_withholdings(data, "130630.yml")


SHA = "3a2245b978ca3436" + "0" * 48
_FILES = (
    f"""corrections:
  - id: 130630-0001
    document: {SHA}
    place: t9.r14.c3
    printed: "1S6.00"
    fix: {{text: "186.00"}}
    reason: ocr
    evidence: {{kind: picture, note: 第 12 页}}
    by: 张三
    checked_by: 李四
    on: 2026-11-20
""",
    f"""verdicts:
  - document: {SHA}
    fact_id: 3a2245b978ca3436.t9.r14.c3
    expects: "186.00"
    verdict: confirmed
    reason: as_printed
    reviewer: 张三
    reviewed_on: 2026-11-20
""",
    f"""withholdings:
  - id: W-0001
    document: {SHA}
    place: p31
    guard: 0123456789abcdef
    span: [0, 5]
    reason: person
    by: 张三
    on: 2026-11-20
""",
)


def _corrections() -> list[bytes]:
    readmes = [(ROOT / "normalize" / name / "README.md").read_text("utf-8") for name in ("corrections", "reviews")]
    fenced = [block for text in readmes for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    return [text.replace("3a22…", SHA).encode() for text in (*_FILES, *fenced)]


TARGETS = (
    Target("docx", document, _docx, 3, package=True, corpus=("*.docx",)),
    Target("docx-damaged", damaged_document, _docx, 2, damage=True),
    Target("xlsx", document, lambda: made("xlsx", 6), 4, package=True, corpus=("*.xlsx",)),
    Target("xlsx-damaged", damaged_document, lambda: made("xlsx", 6), 3, damage=True),
    Target("pdf", document, _pdf, 6, corpus=("*.pdf",)),
    Target("pdf-damaged", damaged_document, _packed_pdf, 5, damage=True),
    Target("xls", document, _xls, 5, corpus=("*.xls",)),
    Target("html", document, _html, 5, corpus=("*.html",)),
    Target("foreign", document, _foreign, 6),
    Target("archives", archive, _archives, 20),
    Target("warc", warc, _warcs, 10),
    Target("links", links, _pages, 12),
    Target("rows", rows, _answers, 14),
    Target("addresses", addresses, _urls, 10),
    Target("amounts", amount, _amounts, 6),
    Target("sources", source_file, _sources, 8),
    Target("corrections", corrections, _corrections, 10),
)


def is_package(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04") and zipfile.is_zipfile(io.BytesIO(data))
