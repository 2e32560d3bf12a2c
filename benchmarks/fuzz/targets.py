"""What is fuzzed: each target takes bytes and ends in one of its declared answers, whatever they are.

A target returns nothing and raises only what its docstrings declare, which is caught here. Documents and what is looked
for in them: `documents`.
"""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.fuzz import documents as of_documents
from benchmarks.fuzz.documents import ROOT, damaged_document, document
from benchmarks.fuzz.shorten import shorten_docx, shorten_pdf, shorten_xlsx
from benchmarks.fuzz.structure import change_html, change_office, change_pdf, change_widths
from crawl.address import clean_url, file_name_of, host_of, literal_address, refusal, site_of
from crawl.listing_json import read_rows
from crawl.notice import further_pages as notice_pages
from crawl.notice import read_listing, read_notice
from crawl.page import PageError, absolute, read_page
from crawl.pager import further_pages
from crawl.source import SourceError, load_source
from crawl.unpack import UnpackLimits, unpack
from crawl.warc import WarcError, read_warc
from flows.reviews import VerdictError, parse_verdicts
from normalize.amount import parse_number
from normalize.correction import CorrectionError, parse_corrections
from normalize.withholding import WithholdingError, parse_withholdings
from tests.crawl.test_unpack import rar5, zipped

URL = "http://www.example.gov.cn/yjsgk/2024/index.html"
SITE = site_of(URL)
SMALL = UnpackLimits(max_bytes=32 * 2**20, max_member_bytes=8 * 2**20)


@dataclass(frozen=True)
class Target:
    """run: gets the changed bytes and the seed they came from. deep: changes that keep the format what it is.

    share: of the inputs of a run, by what one costs. damage: whether changed bytes cannot be another valid document,
    since a checksum covers them; then facts are compared. corpus: names of real documents of its kind; shorten: makes
    such a document small, or None of it where that cannot be.
    """

    name: str
    run: Callable[[bytes, bytes], None]
    seeds: Callable[[], list[bytes]]
    share: int = 1
    deep: Callable[[bytes, Random], bytes | None] | None = None
    damage: bool = False
    corpus: tuple[str, ...] = field(default=())
    shorten: Callable[[bytes], bytes | None] = bytes


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


def _short_docx() -> list[bytes]:
    """All but one without what the template brings and nobody uses, which is nine tenths of what is read."""
    first, *others = of_documents.docx_seeds()
    return [first, *map(shorten_docx, others)]


TARGETS = (
    Target("docx", document, _short_docx, 16, deep=change_office, corpus=("*.docx",), shorten=shorten_docx),
    Target("docx-damaged", damaged_document, of_documents.docx_seeds, 5, damage=True),
    Target("xlsx", document, of_documents.xlsx_seeds, 14, deep=change_office, corpus=("*.xlsx",), shorten=shorten_xlsx),
    Target("xlsx-damaged", damaged_document, of_documents.xlsx_seeds, 5, damage=True),
    Target("pdf", document, of_documents.pdf_seeds, 20, deep=change_pdf, corpus=("*.pdf",), shorten=shorten_pdf),
    Target("pdf-damaged", damaged_document, of_documents.packed_pdf_seeds, 8, damage=True),
    Target("pdf-widths", damaged_document, of_documents.packed_pdf_seeds, 4, deep=change_widths, damage=True),
    Target("xls", document, of_documents.xls_seeds, 8, corpus=("*.xls",)),
    Target("html", document, of_documents.html_seeds, 14, deep=change_html, corpus=("*.html",)),
    Target("foreign", document, of_documents.foreign_seeds, 4),
    Target("archives", archive, _archives, 14),
    Target("warc", warc, _warcs, 8),
    Target("links", links, _pages, 14, deep=change_html),
    Target("rows", rows, _answers, 10),
    Target("addresses", addresses, _urls, 6),
    Target("amounts", amount, _amounts, 4),
    Target("sources", source_file, _sources, 6),
    Target("corrections", corrections, _corrections, 8),
)
