"""Real documents made small: a few pages of a PDF, the first rows and only the used styles of a Word document.

A change of a small document is met by the same code as that of a large one, in a tenth of the time; so real documents
of any size are among the bases, and a template's unused styles are neither read thousands of times nor changed.
"""

from __future__ import annotations

import ctypes
import io
import zipfile
from pathlib import PurePosixPath
from typing import Any

import pypdfium2.raw as pdfium
from lxml import etree

from benchmarks.fuzz.packed import is_package, members, pack

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEFT_OUT = ("docProps/", "customXml/", "word/theme/", "word/stylesWithEffects.xml")
_BLOCKS = 24
"""Of a document's body; of each table _ROWS rows. The first statements of a document come within."""
_ROWS = 12
_SHEET_ROWS = 14
_PAGES = 2


def shorten_docx(data: bytes) -> bytes:
    """The same with less: first blocks and rows, used styles. As it is where it is no Word document."""
    if not is_package(data):
        return data
    try:
        parts = dict(members(data))
        body = _parsed(parts["word/document.xml"])
        _cut_body(body)
        parts["word/document.xml"] = _bytes(body)
        if "word/styles.xml" in parts:
            parts["word/styles.xml"] = _used_styles(parts["word/styles.xml"], body)
    except (KeyError, IndexError, etree.XMLSyntaxError, zipfile.BadZipFile):
        return data
    kept = {name: part for name, part in parts.items() if not name.startswith(_LEFT_OUT)}
    return pack([(name, _without_lost(name, part, kept)) for name, part in kept.items()])


def shorten_xlsx(data: bytes) -> bytes:
    """The same with the first rows of every sheet. As it is where it is no package."""
    if not is_package(data):
        return data
    try:
        return pack([(name, _first_rows(name, part)) for name, part in members(data)])
    except (etree.XMLSyntaxError, zipfile.BadZipFile):
        return data


def _first_rows(name: str, part: bytes) -> bytes:
    if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
        return part
    root = _parsed(part)
    for rows in root.iter("{*}sheetData"):
        for row in rows[_SHEET_ROWS:]:
            rows.remove(row)
    return _bytes(root)


def _parsed(part: bytes) -> Any:
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))


def _bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _cut_body(root: Any) -> None:
    body = root[0]
    for block in [one for one in body if one.tag != f"{_W}sectPr"][_BLOCKS:]:
        body.remove(block)
    for table in list(body.iter(f"{_W}tbl")):
        for row in table.findall(f"{_W}tr")[_ROWS:]:
            table.remove(row)


def _used_styles(part: bytes, body: Any) -> bytes:
    """Styles that the body names, what they are based on, and the defaults."""
    root = _parsed(part)
    styles = {style.get(f"{_W}styleId"): style for style in root.iter(f"{_W}style")}
    named = ("pStyle", "rStyle", "tblStyle")
    waiting = [one.get(f"{_W}val") for name in named for one in body.iter(f"{_W}{name}")]
    waiting += [name for name, style in styles.items() if style.get(f"{_W}default") == "1"]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in used or name not in styles:
            continue
        used.add(name)
        waiting += [one.get(f"{_W}val") for tag in ("basedOn", "link") for one in styles[name].findall(f"{_W}{tag}")]
    for name, style in styles.items():
        if name not in used:
            style.getparent().remove(style)
    for latent in root.findall(f"{_W}latentStyles"):
        root.remove(latent)
    return _bytes(root)


def _without_lost(name: str, part: bytes, kept: dict[str, bytes]) -> bytes:
    """A table of relations or types without what leads to parts left out."""
    if not name.endswith(".rels") and name != "[Content_Types].xml":
        return part
    root = _parsed(part)
    base = PurePosixPath(name).parent.parent
    for one in list(root):
        target = one.get("Target") or one.get("PartName")
        if target is None or one.get("TargetMode") == "External":
            continue
        path = target.lstrip("/") if target.startswith("/") else str(base / target)
        if path.startswith(_LEFT_OUT) and path not in kept:
            root.remove(one)
    return _bytes(root)


def shorten_pdf(data: bytes) -> bytes | None:
    """A few pages from its middle, where the tables are; None where pdfium cannot open it or lay them out anew."""
    source = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not source:
        return None
    made = pdfium.FPDF_CreateNewDocument()
    try:
        count = pdfium.FPDF_GetPageCount(source)
        first = count // 3
        wanted = range(first, min(count, first + _PAGES))
        which = (ctypes.c_int * len(wanted))(*wanted)
        if not wanted or not pdfium.FPDF_ImportPagesByIndex(made, source, which, len(wanted), 0):
            return None
        return _saved(made)
    finally:
        pdfium.FPDF_CloseDocument(made)
        pdfium.FPDF_CloseDocument(source)


def _saved(document: Any) -> bytes | None:
    out = io.BytesIO()

    def write(_self: Any, body: Any, size: int) -> int:
        out.write(ctypes.string_at(body, size))
        return 1

    writer = pdfium.FPDF_FILEWRITE(version=1)
    kept = type(writer.WriteBlock)(write)
    writer.WriteBlock = kept
    return out.getvalue() if pdfium.FPDF_SaveAsCopy(document, writer, pdfium.FPDF_NO_INCREMENTAL) else None
