"""Indicators and projects of the hand-checked documents: one for each way the performance forms are printed.

The whole gold set is scored by `score.py`; here is what must not be lost again, read from three of its documents.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from crawl.schema import Provenance
from extract.interpret import interpret_reading
from extract.readers import read_document
from normalize.facts import build_rows
from normalize.schema import Row

# wide table with names cut by the page · merged levels over pages that rule fewer columns · lists of projects
SAMPLE = ("A04", "A09", "A10")
MOST_MISSES = 1  # A09: a label runs over into the cell of its value, which the reader cannot tell apart yet


def plain(value: object) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", "" if value is None else str(value)))


def gold(shared: Path, name: str, doc_id: str) -> list[dict[str, str]]:
    with (shared / "gold" / "documents" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return [row for row in csv.DictReader(handle) if row["doc_id"] == doc_id]


@cache
def rows_of(path: Path) -> dict[str, list[Row]]:
    reading = read_document(path)
    return build_rows(reading, interpret_reading(reading), Provenance(filename=path.name))


def rows(shared: Path, doc_id: str) -> dict[str, list[Row]]:
    path = shared / "corpus" / "documents" / gold(shared, "docs", doc_id)[0]["file"]
    if not path.is_file():
        pytest.skip("the corpus is not here")
    return rows_of(path)


@pytest.mark.parametrize("doc_id", SAMPLE)
def test_indicators(shared: Path, doc_id: str) -> None:
    keys = ("level1", "level2", "level3", "value_printed")
    found = [tuple(plain(row[key]) for key in keys) for row in rows(shared, doc_id)["indicators"]]
    missing = []
    for item in gold(shared, "indicators", doc_id):
        want = tuple(plain(item[key]) for key in keys)
        if want[2] and want in found:
            found.remove(want)
        elif want[2]:
            missing.append(want)
    assert len(missing) <= MOST_MISSES, missing


@pytest.mark.parametrize("doc_id", SAMPLE)
def test_projects(shared: Path, doc_id: str) -> None:
    found = {
        (plain(row["project_name"]), plain(row["total_printed"]), plain(row["fiscal_printed"]))
        for row in rows(shared, doc_id)["projects"]
    }
    for item in gold(shared, "projects", doc_id):
        if item["kind"] in ("project", "project_goal_text", "project_list_row"):
            name = re.sub(r"\((?:部门整体|专项资金)\)$", "", plain(item["project_name"]))
            assert (name, plain(item["total_printed"]), plain(item["fiscal_printed"])) in found


def test_indicators_of_a_department_belong_to_no_project(shared: Path) -> None:
    tables = rows(shared, "A04")
    (form,) = [row for row in tables["projects"] if row["form"] == "department_target"]
    assert (form["project_name"], form["total_printed"]) == (None, "9,626.777589")
    whole = [row for row in tables["indicators"] if row["project_id"] is None]
    assert len(whole) == form["indicator_count"] == 10
    assert {row["project_name"] for row in whole} == {None}
