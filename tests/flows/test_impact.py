"""What a release would gain, lose and change: rows told apart by reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.impact import COMPARED, STANDS, Frames, Impact, _stands, compare
from normalize.schema import TABLES, Row, to_frame
from tests.flows.conftest import rows_of, tables_of

ONE, TWO = "ab" * 32, "cd" * 32


@dataclass
class Given:
    """Rows in memory as a side."""

    tables: dict[str, dict[str, list[Row]]]

    def documents(self) -> list[str]:
        return sorted(self.tables)

    def frames(self, documents: Sequence[str]) -> Frames:
        rows = {name: [r for d in documents for r in self.tables.get(d, {}).get(name, [])] for name in COMPARED}
        return {name: to_frame(name, found) for name, found in rows.items()}


def document(sha256: str) -> dict[str, list[Row]]:
    tables = {**tables_of(sha256), "findings": rows_of("findings", sha256, 2)}
    for row in tables["findings"]:
        row["outcome"] = "holds"
    return tables


def impact(before: dict[str, Any], after: dict[str, Any]) -> Impact:
    return compare(Given(before), Given(after), {ONE, TWO}, "v2026.11.0")


def only_row(found: Impact) -> dict[str, Any]:
    assert found.rows.height == 1, found.rows
    return found.rows.row(0, named=True)


def test_the_same_rows_have_no_impact() -> None:
    found = impact({ONE: document(ONE)}, {ONE: document(ONE)})
    assert found.is_empty
    assert found.documents == 1
    assert found.as_data()["facts"] == {"gained": 0, "lost": 0, "altered": 0}


def test_every_row_is_gained_where_there_was_no_release() -> None:
    found = compare(None, Given({ONE: document(ONE)}), {ONE})
    assert set(found.rows["change"]) == {"gained"}
    assert set(found.rows["reason"]) == {"document_new"}
    assert found.as_data()["findings"] == {"-→holds": 2}


def test_an_altered_value_says_what_it_was() -> None:
    after = document(ONE)
    after["budget_lines"][0]["printed_text"] = "7.00"
    row = only_row(impact({ONE: document(ONE)}, {ONE: after}))
    assert (row["table"], row["change"], row["reason"]) == ("budget_lines", "altered", "value")
    assert row["columns"] == ["printed_text"]
    assert "7.00" in row["after"]
    assert "7.00" not in row["before"]


def test_reasons_are_told_apart() -> None:
    for column, value, reason in (
        ("unit_basis", "other", "unit"),
        ("org_name", "other", "publisher"),
        ("statement_code", "other", "key"),
        ("page", 99, "place"),
        ("confidence", 0.5, "method"),
        ("correction_ids", ["c1"], "correction"),
    ):
        after = document(ONE)
        after["budget_lines"][0][column] = value
        assert only_row(impact({ONE: document(ONE)}, {ONE: after}))["reason"] == reason, column


def test_a_row_in_another_place_is_not_lost_and_gained() -> None:
    after = document(ONE)
    after["budget_lines"][1] |= {"fact_id": "ab.t77.r1.c1", "table_no": 77, "page": 9}
    row = only_row(impact({ONE: document(ONE)}, {ONE: after}))
    assert (row["change"], row["reason"], row["row_id"]) == ("altered", "place", "ab.t77.r1.c1")


def test_lost_and_gained_documents_say_why() -> None:
    found = impact({ONE: document(ONE)}, {TWO: document(TWO)})
    reasons = found.as_data()["by_reason"]
    assert list(reasons["lost"]) == ["document_absent"]
    assert list(reasons["gained"]) == ["document_new"]
    failing: dict[str, list[Row]] = {name: [] for name in TABLES} | {"issues": document(ONE)["issues"][:1]}
    failing["issues"][0]["code"] = "read_timeout"
    found = impact({ONE: document(ONE)}, {ONE: failing})
    assert list(found.as_data()["by_reason"]["lost"]) == ["document_fails"]
    assert set(found.findings["reason"]) == {"document_fails"}
    healed = impact({ONE: failing}, {ONE: document(ONE)})
    assert list(healed.as_data()["by_reason"]["gained"]) == ["document_healed"]


def test_findings_that_moved() -> None:
    after = document(ONE)
    after["findings"][0]["outcome"] = "fails"
    after["findings"][1]["left_yuan"] = 12.5
    found = impact({ONE: document(ONE)}, {ONE: after})
    assert found.as_data()["findings"] == {"holds→fails": 1, "holds→holds": 1}
    assert sorted(found.findings["reason"]) == ["amounts", "outcome"]
    assert found.by_document()["findings_moved"].to_list() == [2]
    assert found.by_document().schema["reasons"] == pl.List(pl.String())


def standings(sha256: str, *words: str | None) -> pl.DataFrame:
    """A table as the stage of the checks leaves it: one row per fact, `standing` NULL where it could not be judged."""
    return pl.DataFrame(
        {
            "of_table": ["budget_lines"] * len(words),
            "fact_id": [f"f{number}" for number in range(len(words))],
            "document_sha256": [sha256] * len(words),
            "standing": list(words),
        },
        schema={name: pl.String() for name in ("of_table", "fact_id", "document_sha256", "standing")},
    )


def test_standings_that_moved_are_told() -> None:
    absent = pl.DataFrame({"document_sha256": [ONE], "lost_reason": ["x_lost"], "gained_reason": ["document_new"]})
    moved = _stands(standings(ONE, "proved", "printed", "in_doubt"), standings(ONE, "proved", "proved", None), absent)
    assert moved.schema == pl.Schema(STANDS)
    assert moved.select("fact_id", "before", "after", "reason").rows() == [
        ("f1", "printed", "proved", "standing"),
        ("f2", "in_doubt", None, "x_lost"),
    ]
    first = _stands(standings(ONE), standings(ONE, "proved"), absent)  # a release of before there were standings
    assert first.select("before", "after", "reason").rows() == [(None, "proved", "document_new")]
    told = Impact("v2026.11.0", standings=moved)
    assert not told.is_empty
    assert told.as_data()["standings"] == {"in_doubt→-": 1, "printed→proved": 1}
    assert told.by_document()["standings_moved"].to_list() == [2]
