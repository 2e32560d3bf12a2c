"""At least 97 % of the numbers printed in tables are values in the published rows; every other one has a named class.

All documents take minutes (benchmarks/coverage.py does that): here those of each city that are quickest to read.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.coverage import account, of_document, share
from crawl.schema import Provenance
from extract.document import Cell, Place, Reading, Table
from extract.interpret import interpret_reading
from normalize.facts import build_rows
from tests.conftest import SHARED

FOLDER = SHARED / "corpus" / "documents"
LEAST = 0.97
LARGEST = 400_000  # bytes
MOST = 5


def chosen() -> list[Path]:
    """The smallest document of each city with tables, always the same ones."""
    if not FOLDER.is_dir():
        return []
    by_city: dict[str, Path] = {}
    for path in sorted(FOLDER.glob("RW_*"), key=lambda path: (path.stat().st_size, path.name)):
        if path.suffix == ".pdf" and 100_000 < path.stat().st_size < LARGEST:
            by_city.setdefault(path.name.split("_")[1], path)
    return sorted(by_city.values())[:MOST]


@pytest.mark.skipif(not chosen(), reason="the real documents (../shared) are not on this machine")
def test_the_numbers_of_tables_are_values() -> None:
    found: Counter[tuple[str, str]] = Counter()
    for path in chosen():
        found += of_document(path)
    known = share(found)
    assert known is not None
    assert known >= LEAST, found
    assert found["fact", ""] > 300


def reading(rows: list[list[str]]) -> Reading:
    cells = [
        Cell(row, col, text, (Place(table=1, row=row + 1, col=col + 1),))
        for row, texts in enumerate(rows)
        for col, text in enumerate(texts)
    ]
    return Reading("0" * 64, "html", "html", None, [Table(1, len(rows), len(rows[0]), cells)])


def counted(rows: list[list[str]]) -> Counter[tuple[str, str]]:
    made = reading(rows)
    interpretation = interpret_reading(made)
    return account(made, interpretation, build_rows(made, interpretation, Provenance()))


def test_amounts_are_values_and_codes_are_names() -> None:
    found = counted(
        [
            ["科目编码", "科目名称", "合计", "基本支出"],
            ["201", "一般公共服务支出", "9.00", "4.00"],
            ["205", "教育支出", "3.00", "3.00"],
        ]
    )
    assert (found["fact", ""], found["identity", ""], share(found)) == (4, 2, 1.0)


def test_numbers_nothing_explains_lower_the_share() -> None:
    found = counted([["12.50"], ["13.50"], ["14.50"]])
    assert found["fact", ""] == 0
    assert share(found) == 0.0


def test_a_document_without_numbers_has_no_share() -> None:
    assert share(counted([["科目名称", "合计"], ["教育支出", ""]])) is None
