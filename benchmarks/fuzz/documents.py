"""Targets that are documents: bytes to rows, findings and tables as a night makes them, and small seeds of every kind.

What a damaged document still gives must be what the whole one gives, or an issue must speak; what any document gives
must keep the contract of the tables.
"""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from benchmarks.fuzz.packed import pdf_parts
from benchmarks.roundtrip.__main__ import print_document
from benchmarks.roundtrip.compare import BESIDE, tight
from benchmarks.roundtrip.generate import generate
from benchmarks.roundtrip.model import Document, Kind
from crawl.schema import Provenance
from extract.document import Issue, Reading
from extract.format import sniff
from extract.interpret import interpret_reading
from extract.readers import read_document, scan_document
from flows.checks import judge_document
from normalize.facts import build_rows
from normalize.schema import TABLES, quickly, to_frame
from tests.extract.builders import docx as small_docx
from tests.extract.builders import pdf as small_pdf

ROOT = Path(__file__).resolve().parents[2]
NOT_CONVERTED = Issue("converter_missing", "error", "read", "未转换", "not converted here")
JUDGED = 3  # every so manieth document goes the whole way: into findings and typed tables
MOST_LINES = 12

Facts = Counter[tuple[str, ...]]
Rows = dict[str, list[dict[str, object]]]


class DamagedSilentlyError(AssertionError):
    """A damaged document gave other facts than the whole one, and no issue says so."""


class UnexpectedError(AssertionError):
    """A reader met an exception it does not declare and that only the last net caught."""


def read(data: bytes) -> tuple[Reading, Rows]:
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


def _read(data: bytes) -> tuple[Reading, Rows]:
    derived = NOT_CONVERTED if sniff(data).kind in ("doc", "rtf", "ppt", "pptx") else None
    reading = read_document(data, filename="document", derived=derived)
    for issue in reading.issues:
        if issue.code == "damaged" and re.match(r".*\b(?:Error|Exception)\b", issue.message_en):
            unexpected(issue.message_en)
    return reading, build_rows(reading, interpret_reading(reading), Provenance(filename="document"))


# Errors of libraries that say no more than that the file is damaged.
_SAID = re.compile(r"XMLSyntaxError|BadZipFile|PdfiumError|zlib|error: Error -3|XLRDError|CompDocError|ParserError")


def unexpected(message: str) -> None:
    if not _SAID.search(message):
        raise UnexpectedError(message)


def facts_of(rows: Rows) -> Facts:
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
    """The last steps, which cost as much again, are gone for one document in `JUDGED`, told by its bytes."""
    _, rows = read(data)
    if zlib.crc32(data) % JUDGED == 0:
        keep_the_contract(rows)


def keep_the_contract(rows: Rows) -> None:
    """Checks over these rows, and everything as typed tables. SchemaError where a row would break a release.

    Tables that are right column by column are not sorted: no value can break that, and it is a third of the cost.
    """
    judged = judge_document(rows)
    for name, some in {**rows, **judged}.items():
        if some and quickly(TABLES[name], some) is None:
            to_frame(name, some)


def damaged_document(data: bytes, seed: bytes) -> None:
    """As `document`; what is read from the damaged bytes must be what the whole document says, or be told.

    Where every packed part of a PDF is there as it was, only what ties them together was changed, and no checksum
    covers that: a page without contents is a page. Then facts may be missing, but none may be another.
    """
    _, rows = read(data)
    if any(row["code"] not in BESIDE for row in rows["issues"]):
        return
    found, whole = facts_of(rows), _whole(seed)
    lost = bool(whole - found) and not _has_all_parts(data, seed)
    if lost or found - whole:
        raise DamagedSilentlyError(
            f"lost {list((whole - found).elements())[:2]}, new {list((found - whole).elements())[:2]}"
        )


def _has_all_parts(data: bytes, seed: bytes) -> bool:
    """Of a PDF: whether each stream of the whole file is in the damaged one, with the dictionary before it."""
    parts = pdf_parts(seed)
    if parts is None:
        return False
    heads = [one.head for one in parts.objects if one.stream is not None]
    packed = re.findall(rb"stream\n.*?endstream", seed, re.DOTALL)
    return all(data.count(part) >= seed.count(part) for part in (*heads, *packed))


# --------------------------------------------------------------------------------------------------------------- seeds


def made(kind: Kind, count: int = 10) -> list[bytes]:
    """Small documents of the round trip: one statement, at most one performance form."""
    found: list[bytes] = []
    seed = 1
    while len(found) < count:
        document = generate(seed, kind)
        seed += 1
        if _is_small(document):
            found.append(print_document(document))
    return found


def _is_small(document: Document) -> bool:
    lines = max(len(lane) for lane in document.tables[0].lanes)
    return len(document.tables) == 1 and lines < MOST_LINES and len(document.projects) < 2


def html_seeds() -> list[bytes]:
    pages = sorted((ROOT / "data/samples/site").rglob("*.html"))
    return [*made("html"), *(page.read_bytes() for page in pages if page.stat().st_size < 20_000)]


def docx_seeds() -> list[bytes]:
    return [
        *made("docx", 6),
        small_docx("<w:p><w:r><w:t>一、概况</w:t></w:r></w:p><w:tbl><w:tr><w:tc/></w:tr></w:tbl>"),
    ]


def xlsx_seeds() -> list[bytes]:
    return made("xlsx", 6)


def pdf_seeds() -> list[bytes]:
    grid = {
        "xs": [60, 200, 300],
        "ys": [60, 80, 100],
        "cells": {"0,0": "项目", "0,1": "预算数", "1,0": "合计", "1,1": "6.00"},
    }
    return [*packed_pdf_seeds(), small_pdf([{"grids": [grid], "texts": [[60, 200, 10, "本部门预算12.50万元。"]]}])]


def packed_pdf_seeds() -> list[bytes]:
    return made("pdf", 8)


def xls_seeds() -> list[bytes]:
    return [(ROOT / "tests/cases/sheet_xls_hidden_and_formatted/book.xls").read_bytes()]


def foreign_seeds() -> list[bytes]:
    """Kinds that are told, not read, without LibreOffice: rtf, doc (a compound file), wps, images, text."""
    rtf = rb"{\rtf1\ansi\ansicpg936 \trowd\cellx1000\cellx2000 \'cf\'ee\'c4\'bf\cell 12.50\cell\row}"
    compound = xls_seeds()[0].replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le"))
    image = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200)
    return [rtf, compound, image, "部门预算\t12.50\n".encode("gb18030"), b"%!PS-Adobe", b"OFD", b""]
