"""Differences between releases: every changed row and value with its reason, in the release and at the command."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from flows.entry import main
from flows.errors import Trouble
from flows.publish_release import Published, publish_release
from flows.release.package import file_name
from flows.release.version import latest
from flows.settings import DataRoot
from flows.stage import Plan
from normalize.schema import Row
from tests.flows.conftest import NOW
from tests.flows.releases import two_releases
from tests.flows.test_release import GONE, SHAS, plans, publish


def without(plan: Plan, sha256: str) -> Plan:
    plan.works.pop(sha256)
    return plan


def publish_only(root: DataRoot, shas: list[str]) -> Published:
    facts, checks = plans(root)
    for sha256 in set(SHAS) - set(shas):
        without(facts, sha256), without(checks, sha256)
    return publish_release(facts, checks, [GONE], root=root, now=NOW)


def changes_of(release: Published) -> pl.DataFrame:
    return pl.read_parquet(release.folder / file_name("changes"))


def test_a_changed_value_a_vocabulary_and_a_correction_have_their_reasons(tmp_path: Path) -> None:
    def change(tables: dict[str, list[Row]]) -> None:
        lines = sorted(tables["budget_lines"], key=lambda row: str(row["fact_id"]))
        lines[0]["amount_yuan"] = 99.0
        lines[1]["map_status"] = "another"
        lines[2].update(printed_text="186.00", correction_ids=["another"])

    _, after = two_releases(tmp_path, change)
    found = changes_of(after).filter(pl.col("of_table") == "core_budget_lines")
    told = {(row["column"], row["reason"], row["op"]) for row in found.iter_rows(named=True)}
    assert told == {
        ("amount_yuan", "extractor", "changed"),
        ("map_status", "vocabulary", "changed"),
        ("printed_text", "correction", "changed"),
        ("correction_ids", "correction", "changed"),
    }
    assert found.filter(pl.col("column") == "amount_yuan")["after"].unique().to_list() == ["99.0"]
    assert found.height == 4 * len(SHAS)
    assert found["change_id"].n_unique() == found.height
    assert {"table": "core_budget_lines", "op": "changed", "reason": "vocabulary", "rows": 3} in after.index["delta"]
    text = (after.folder / "CHANGES.md").read_text(encoding="utf-8")
    assert "v2026.11.0 → v2026.11.1" in text
    assert "`99.0`" in text


def test_a_new_document_is_one_row_per_table_and_the_first_release_has_none(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    first = publish_only(root, SHAS[:2])
    assert changes_of(first).is_empty()
    found = changes_of(publish_only(root, SHAS))
    lines = found.filter(pl.col("of_table") == "core_budget_lines").row(0, named=True)
    assert (lines["op"], lines["reason"], lines["document_sha256"], lines["n_rows"]) == (
        "added", "new_document", SHAS[2], 3,
    )  # fmt: skip
    assert set(found.filter(pl.col("document_sha256") == SHAS[2])["reason"]) == {"new_document"}
    assert not found.filter(pl.col("document_sha256") == SHAS[0]).height


def test_a_row_that_moved_is_rekeyed_and_neither_gone_nor_added(tmp_path: Path) -> None:
    def change(tables: dict[str, list[Row]]) -> None:
        for row in tables["assets"]:
            row.update(asset_id=f"{row['asset_id']}-moved", table_no=77)

    _, after = two_releases(tmp_path, change)
    found = changes_of(after).filter(pl.col("of_table") == "core_assets")
    assert set(found["op"]) == {"rekeyed"}
    row = found.row(0, named=True)
    assert row["after"] == row["row_id"] == f"{row['before']}-moved"


def test_nothing_differs_between_the_same(tmp_path: Path) -> None:
    release = publish(DataRoot(tmp_path))
    assert main(["diff", str(release.folder), str(release.folder)]) == 0
    from flows.release.diff import compare

    assert compare(release.folder, release.folder, ("a", "b")).is_empty()


def test_the_command_tells_one_table_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def change(tables: dict[str, list[Row]]) -> None:
        tables["budget_lines"][0]["line_label"] = "另一行"
        tables["assets"][0]["item"] = "另一项"

    two_releases(tmp_path, change)
    releases = str(tmp_path / "releases")
    assert main(["diff", "v2026.11.0", "v2026.11.1", "--releases", releases, "--table", "core_assets", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {one["of_table"] for one in told["changes"]} == {"core_assets"}
    assert told["delta"] == [{"table": "core_assets", "op": "changed", "reason": "extractor", "rows": 3}]
    assert main(["diff", "v2026.11.0", "v2026.11.9", "--releases", releases]) == 2


def test_a_release_is_refused_with_every_reason_and_may_be_accepted(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    publish(root)

    def change(tables: dict[str, list[Row]]) -> None:
        for row in tables["claims"]:
            row["fact_id"] = "leads nowhere"

    with pytest.raises(Trouble) as caught:
        publish(root, change=change)
    assert caught.value.code == 4
    assert "[references core_claims.fact_id]" in caught.value.en
    assert latest(root.releases) == "v2026.11.0"
    assert not [path for path in root.releases.iterdir() if path.name.startswith(".")]
    because = ["--because", "links of an old reader", "--data", str(tmp_path)]
    assert main(["release", "accept", "references", "core_claims.fact_id", *because]) == 0
    done = publish(root, change=change)
    assert done.index["accepted"] == [
        {"check": "references", "subject": "core_claims.fact_id", "because": "links of an old reader"}
    ]


def test_a_document_that_is_gone_refuses_the_release(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    publish(root)
    with pytest.raises(Trouble, match=r"\[coverage documents\] 1 documents of the previous release are gone"):
        publish_only(root, SHAS[:2])


def test_a_table_that_lost_many_rows_refuses_the_release(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)

    def many(tables: dict[str, list[Row]]) -> None:
        glossary = tables["glossary"][0]
        tables["glossary"] += [{**glossary, "term_id": f"{glossary['term_id']}-{n}"} for n in range(100)]

    publish(root, change=many)
    with pytest.raises(Trouble, match=r"\[rows core_glossary\] core_glossary has 9 rows, 309 before"):
        publish(root)


def test_a_damaged_previous_release_is_named(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    damaged = publish(root).folder / file_name("documents")
    damaged.chmod(0o644)
    damaged.write_bytes(b"PAR1")

    def change(tables: dict[str, list[Row]]) -> None:
        tables["budget_lines"][0]["line_label"] = "另一行"

    with pytest.raises(Trouble, match="the previous release is damaged"):
        publish(root, change=change)
