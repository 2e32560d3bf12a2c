"""The checks over several documents on those of the corpus that belong together (docs/checks-proof.md)."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawl.schema import Provenance
from extract.interpret import interpret_reading
from extract.readers import read_document
from flows.checks import judge_document
from flows.checks.identity import companies, identity_of
from flows.checks.together import Companions
from normalize.facts import build_rows
from tests.flows.checks.build import Tables

BUREAU = ("GBC_dept_budget.pdf", "GBC_unit_budget.pdf")
YEARS = tuple(f"OB_江苏省人民检察院_{name}.pdf" for name in ("2017年省检察院部门预算", "2018年省检察院部门预算公开"))


@cache
def rows_of(path: Path) -> Tables:
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    reading = read_document(path)
    tables: Any = build_rows(reading, interpret_reading(reading), Provenance(filename=path.name))
    return tables  # type: ignore[no-any-return]


def told(shared: Path, names: tuple[str, ...], later: str) -> tuple[set[str], dict[str, Counter[str]]]:
    """The relations the night finds for a document among these, and check → outcomes of the checks over several."""
    documents = [rows_of(shared / "corpus" / "documents" / name) for name in names]
    by_sha = {tables["documents"][0]["document_sha256"]: tables for tables in documents}
    known = {sha: one for sha, tables in by_sha.items() if (one := identity_of(tables)) is not None}
    own = rows_of(shared / "corpus" / "documents" / later)
    found = companies(known)[own["documents"][0]["document_sha256"]]
    company = Companions((relation, lambda sha=sha: by_sha[sha]) for relation, sha in found)  # type: ignore[misc]
    outcomes: dict[str, Counter[str]] = {}
    for row in judge_document(own, company=company)["findings"]:
        if row["level"] in ("department", "county", "source"):
            outcomes.setdefault(str(row["check_id"]), Counter())[str(row["outcome"])] += 1
    return {relation for relation, _ in found}, outcomes


def test_a_department_beside_its_own_office(shared: Path) -> None:
    relations, outcomes = told(shared, BUREAU, BUREAU[0])
    assert relations == {"unit"}
    assert outcomes["L01"]["fails"] == 1 and outcomes["L01"]["holds"] > 30  # the one the people found, X053
    assert "L02" not in outcomes  # it lists one unit: nothing can be added up


def test_two_years_of_one_department(shared: Path) -> None:
    relations, outcomes = told(shared, YEARS, YEARS[1])
    assert relations == {"previous"}  # other amounts than last year: no twins, so Y05 is not asked
    assert outcomes == {"Y04": Counter(holds=13, fails=3)}  # one slip, printed thrice
