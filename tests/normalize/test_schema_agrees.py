"""The common schema (SCHEMA.md of the shared material) and our columns, from which the dictionary is made, agree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from normalize.amount import AmountState
from normalize.columns import COLUMNS
from normalize.panels.tables import PUBLISHED
from normalize.schema import TABLES
from normalize.vocabulary import table

# tables of SCHEMA e.4 that no document leads to yet: said to be not there, not promised
ABSENT = {
    "meta_regions", "code_regions", "meta_sources", "core_orgs", "core_three_public", "core_staffing", "meta_changes",
}  # fmt: skip
OTHER_NAMES = {"meta_checks": "findings"}


@pytest.fixture(scope="module")
def schema(shared: Path) -> str:
    return (shared / "SCHEMA.md").read_text("utf-8")


def glossary(schema: str, thing: str) -> str:
    line = next(line for line in schema.splitlines() if line.startswith(f"| {thing} |"))
    return line.split("|", 2)[2]


def test_the_contract_columns_of_facts_are_there(schema: str) -> None:
    named = re.findall(
        r"[a-z][a-z_0-9]+", " ".join(re.findall(r"`([^`]+)`", glossary(schema, "columns of the published facts")))
    )
    columns = {column.name for column in TABLES["budget_lines"].columns}
    wanted = {name for name in named if "_" in name and name not in {"_raw", "score", "shared"}} - {"gold"}
    assert {"document_sha256", "amount_yuan", "line_key"} <= wanted
    assert wanted - columns == set()


def test_states_of_amounts_are_those_of_the_glossary(schema: str) -> None:
    assert set(re.findall(r"[a-z_]+", glossary(schema, "`amount_state`"))) == set(get_args(AmountState))


def test_outcomes_are_those_of_the_glossary(schema: str) -> None:
    said = COLUMNS["outcome"].en
    for outcome in re.findall(r"[a-z_]+", glossary(schema, "outcomes of a check")):
        assert outcome in said


def test_kinds_of_documents_are_of_the_glossary(schema: str) -> None:
    ours = {row["doc_type"] for row in table("doc_types")}
    assert ours <= set(re.findall(r"[a-z_]+", glossary(schema, "`doc_type`")))
    assert {"department_budget", "unit_budget", "department_final", "unit_final"} <= ours


def test_bases_of_units_are_those_of_the_glossary(schema: str) -> None:
    said = COLUMNS["unit_basis"].en
    for basis in ("printed", "inherited", "proven", "assumed"):
        assert basis in glossary(schema, "`unit_source` / `unit_basis`")
        assert basis in said


def test_every_table_of_the_schema_is_there_or_said_to_be_absent(schema: str) -> None:
    part = schema[schema.index("### e.4 Tables") : schema.index("### e.5")]
    bold = [name for line in part.splitlines() if line.startswith("**") for name in re.findall(r"\*\*(.+?)\*\*", line)]
    named = {
        name for text in bold for name in re.findall(r"^(?:meta|core|code|raw|panel)_[a-z_]+|(?<= / )[a-z_]+", text)
    }
    ours = {f"{spec.layer}_{name}" for name, spec in PUBLISHED.items()} | set(PUBLISHED)
    lacking = {name for name in named if name not in ours and OTHER_NAMES.get(name) not in PUBLISHED}
    assert lacking == ABSENT & lacking, lacking - ABSENT
