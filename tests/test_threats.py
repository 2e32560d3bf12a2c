"""The threat model's promises: each line of docs/threat-model.md names a test that exists; and the cases that go across
the rooms (entities of every XML reader, the limits of LibreOffice, PDFs that grow)."""

from __future__ import annotations

import ast
import io
import re
import zipfile
import zlib
from pathlib import Path

import pytest

from crawl.page import read_page
from crawl.xml_rows import xml_tree
from extract.readers import read_document
from flows.settings import WorkLimits
from flows.workers import Job, run_jobs
from tests.conftest import ROOT
from tests.extract.builders import docx
from tests.extract.sheets import xlsx

MODEL = ROOT / "docs" / "threat-model.md"
_NAMED = re.compile(r"`(tests/[\w/.]+\.py)::(\w+)`")
WORD = "<w:p><w:r><w:t>部门预算</w:t></w:r></w:p>"
SECRET = "of-a-file-5ec2e7"
ROOMS = ("crawl", "extract", "normalize", "flows")


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_line_of_the_threat_model_names_a_test_that_exists() -> None:
    lines = [line for line in MODEL.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    threats = [line for line in lines if not line.startswith("| attack")]
    assert len(threats) > 30
    without = []
    for line in threats:
        found = _NAMED.findall(line)
        missing = [name for file, name in found if not (ROOT / file).is_file() or name not in functions(ROOT / file)]
        if not found or missing:
            without.append((line[:80], missing))
    assert without == []


# ------------------------------------------------------------------------------------------------------------- entities


def doctype(root: str, place: str, encoding: str) -> bytes:
    """A declaration of entities: one that grows to 3 × 10^9 characters, one that reads a file."""
    grow = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE {root} [<!ENTITY e0 "aaa">{grow}<!ENTITY file SYSTEM "{place}">]>'
    return f'<?xml version="1.0" encoding="{encoding}"?>{dtd}'.encode(encoding)


def with_entities(package: bytes, part: str, place: str, encoding: str) -> bytes:
    """The package with entities declared in one of its parts, and used in its first text."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == part:
                text = re.sub(r"^\s*<\?xml[^>]*\?>", "", content.decode())
                root = re.search(r"<([\w:]+)", text)
                assert root is not None
                used = re.sub(r">([^<>]+)<", r">\1&file;&e9;<", text, count=1)
                content = doctype(root[1], place, encoding) + used.encode(encoding).removeprefix(b"\xff\xfe")
            after.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("docx", "word/document.xml"),
        ("xlsx", "xl/workbook.xml"),
        ("xlsx", "xl/worksheets/sheet1.xml"),
        ("xlsx", "xl/styles.xml"),
    ],
)
def test_entities_of_an_office_file_are_refused(tmp_path: Path, kind: str, part: str, encoding: str) -> None:
    """In UTF-16, too, where no search of the bytes finds the declaration: nothing is read, and an issue says why."""
    (tmp_path / "secret").write_text(SECRET)
    package = docx(WORD) if kind == "docx" else xlsx([{"rows": [["科目", "金额"], ["甲", "5"]]}])
    reading = read_document(with_entities(package, part, (tmp_path / "secret").as_uri(), encoding))
    assert [(one.code, one.severity) for one in reading.issues] == [("damaged", "error")]
    assert reading.blocks == []


def test_entities_of_a_listing_and_of_a_page_are_not_expanded(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    declared = doctype("rows", (tmp_path / "secret").as_uri(), "utf-8").decode()
    tree = xml_tree(f"{declared}<rows><row><title>预算&file;&e9;</title></row></rows>")
    assert SECRET not in str(tree)
    assert len(str(tree)) < 1000
    markup = f"{declared}<html><body><h1>预算公开&file;&e9;</h1><p>{'正文。' * 50}</p></body></html>"
    text = "".join(read_page(markup.encode(), "http://a/").root.itertext())
    assert SECRET not in text
    assert "aaaaaaaaaa" not in text


def test_no_parser_of_ours_resolves_entities_or_uses_the_network() -> None:
    """Every XMLParser and iterparse says so; nothing else of lxml, nor the standard library, parses XML."""
    found = 0
    for path in (one for room in ROOMS for one in (ROOT / room).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not any(word in text for word in ("XMLParser", "iterparse", "xml.", "expat")):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
                assert not any(
                    name.startswith(("xml.etree", "xml.dom", "xml.sax.expat", "pyexpat")) for name in names
                ), path
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ("XMLParser", "iterparse"):
                found += 1
                said = {one.arg: ast.literal_eval(one.value) for one in node.keywords if one.arg in _SAFE}
                assert said == _SAFE, f"{path}:{node.lineno}"
    assert found >= 3


_SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


# ------------------------------------------------------------------------------------------------------------ documents


def test_a_pdf_that_grows_costs_itself_alone(tmp_path: Path) -> None:
    """A page of 600 kB that unpacks to 300 MB of drawing: the worker's limits of time or memory end it, and the next
    document is read by a fresh worker."""
    page = zlib.compress(b"0 0 m 9 9 l S\n" * 22_000_000, 9)
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    head += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>endobj\n"
    bomb = head + b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % len(page) + page + b"\nendstream endobj\n"
    bomb += b"trailer<</Root 1 0 R/Size 5>>\nstartxref\n9\n%%EOF\n"
    assert len(bomb) < 1_000_000
    jobs = []
    for number, content in enumerate((docx(WORD), bomb, docx(WORD * 2))):  # the first one starts the worker
        path = tmp_path / f"{number}.{'pdf' if content is bomb else 'docx'}"
        path.write_bytes(content)
        jobs.append(Job("read", f"{number:064x}", {"path": str(path), "filename": path.name}))
    outcomes = {one.job.sha256: one for one in run_jobs(jobs, WorkLimits(seconds=4, memory_mib=900, workers=1))}
    failures = [outcomes[job.sha256].failure for job in jobs]
    assert failures[1] in ("memory", "timeout", "died")
    assert (failures[0], failures[2]) == (None, None)
