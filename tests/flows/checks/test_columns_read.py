"""What the checks leave packed is nothing they read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawl.schema import Provenance
from extract.interpret import interpret_reading
from extract.readers import read_document
from flows.checks import judge_document
from flows.checks.columns_read import NOT_READ, TABLES_READ
from flows.store import pack_tables, unpack_tables
from normalize.facts import build_rows
from normalize.schema import TABLES
from tests.conftest import ROOT

READERS = (*sorted((ROOT / "flows" / "checks").rglob("*.py")), ROOT / "flows" / "reviews.py")
OTHERS = (ROOT / "normalize" / "claim_links.py",)  # what the checks hand their rows to


@pytest.fixture(scope="module")
def text() -> str:
    return "".join(path.read_text("utf-8") for path in (*READERS, *OTHERS) if path.name != "columns_read.py")


def test_a_column_left_out_is_named_nowhere(text: str) -> None:
    for table, columns in NOT_READ.items():
        assert columns <= set(TABLES[table].names()), table
        assert not [column for column in columns if re.search(rf"[\"']{column}[\"']", text)], table


def test_a_table_that_is_read_is_unpacked(text: str) -> None:
    named = set(re.findall(r"tables(?:\.get\(|\[)\"(\w+)\"", text)) - {"findings"}
    assert named <= TABLES_READ <= TABLES.keys()


def test_the_checks_say_the_same_of_what_is_unpacked(shared: Path) -> None:
    reading = read_document(shared / "fixtures" / "sample.docx")
    packed = pack_tables(build_rows(reading, interpret_reading(reading), Provenance(filename="sample.docx")))
    lean = unpack_tables(packed, TABLES_READ, NOT_READ)
    assert len(lean["budget_lines"][0]) == len(TABLES["budget_lines"].columns) - len(NOT_READ["budget_lines"])
    assert judge_document(lean) == judge_document(unpack_tables(packed))
