"""Work done again from the archive alone: the same bytes, and what it would change is known before a release."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from flows import build_facts
from flows.cli import main
from flows.crawl_sources import found_documents
from flows.errors import Trouble
from flows.fingerprint import stage_code
from flows.nightly import nightly
from flows.rebuild import Selection, checked_by, rebuild, selection_of
from flows.settings import DataRoot
from flows.store import pack_tables, unpack_tables
from tests.flows.conftest import LIMITS, NOW, fill_root

FOLDERS = ("tables", "facts", "findings", "releases")


@pytest.fixture(scope="module")
def made(documents: list[Path], tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    root = fill_root(tmp_path_factory.mktemp("made"), documents[:2])
    nightly([], NOW, root.path, limits=LIMITS)
    return root


@pytest.fixture
def root(made: DataRoot, tmp_path: Path) -> DataRoot:
    shutil.copytree(made.path, tmp_path / "data", symlinks=True)
    return DataRoot(tmp_path / "data")


def files(root: DataRoot) -> dict[str, bytes]:
    found = [path for name in FOLDERS for path in (root.path / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(root.path)): path.read_bytes() for path in found}


def test_from_the_archive_alone_the_same_bytes(root: DataRoot) -> None:
    before = files(root)
    for name in FOLDERS:
        shutil.rmtree(root.path / name)
    done = rebuild(root, NOW, LIMITS, make_release=True)
    assert done.night.done == {"read": 2, "facts": 2, "check": 2}
    assert set(done.impact.rows["reason"]) == {"document_new"}
    assert files(root) == before


def test_a_selection_is_done_again_to_the_same_bytes(root: DataRoot) -> None:
    before = files(root)
    one = found_documents(root)[0].sha256
    done = rebuild(root, NOW, LIMITS, start="facts", selection=Selection(documents=frozenset({one[:10]})))
    assert done.night.done == {"read": 0, "facts": 1, "check": 1}
    assert (done.selected, done.again, done.differing) == (1, 2, [])
    assert done.impact.is_empty
    assert done.impact.documents == 1
    assert files(root) == before


def test_nothing_is_done_where_no_fingerprint_has_changed(root: DataRoot) -> None:
    done = rebuild(root, NOW, LIMITS, make_release=True)
    assert sum(done.night.done.values()) == 0
    assert done.impact.is_empty
    assert done.night.published is not None
    assert not done.night.published.is_new


def test_other_bytes_under_the_same_fingerprint_are_named(root: DataRoot) -> None:
    path = sorted(root.facts.glob("*/*.zst"))[0]
    tables = unpack_tables(path.read_bytes())
    tables["budget_lines"][0]["line_label"] = "spoiled"
    path.write_bytes(pack_tables(tables))
    done = rebuild(root, NOW, LIMITS, start="facts", selection=Selection(years=frozenset({2023, 2024})))
    assert done.differing == [path.name.partition("-")[0]]
    assert done.impact.is_empty  # the release was made of the sound ones


def test_a_changed_reading_is_told_before_the_release(root: DataRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that changes makes everything new; what it changes is in the impact, and the release comes after it."""
    monkeypatch.setattr(build_facts, "stage_code", lambda stage: stage_code(stage) + "+")
    lost = next(path for path in root.releases.glob("v*/core_budget_lines.parquet"))
    released = pl.read_parquet(lost)
    lost.chmod(0o644)
    changed = released.with_row_index().with_columns(
        pl.when(pl.col("index") == 0).then(pl.lit("0.01")).otherwise("printed_text").alias("printed_text")
    )
    changed.drop("index").slice(0, released.height - 1).write_parquet(lost)
    order: list[str] = []

    def told(impact: object) -> None:
        order.append(f"told with {len(list(root.releases.glob('v*')))} releases")

    done = rebuild(root, NOW, LIMITS, make_release=True, told=told)
    assert order == ["told with 1 releases"]
    assert done.night.done == {"read": 0, "facts": 2, "check": 2}
    assert done.impact.as_data()["facts"] == {"gained": 1, "lost": 0, "altered": 1}
    assert done.impact.as_data()["by_reason"] == {"altered": {"value": 1}, "gained": {"read_now": 1}}
    assert done.night.published is not None
    assert done.night.published.is_new


def test_words_that_select_nothing(root: DataRoot) -> None:
    for selection in (Selection(counties=frozenset({"65"})), Selection(documents=frozenset({"0" * 64}))):
        with pytest.raises(Trouble) as caught:
            rebuild(root, NOW, LIMITS, selection=selection)
        assert caught.value.code == 2
    with pytest.raises(Trouble, match=r"v2026\.11\.0"):
        rebuild(root, NOW, LIMITS, against="v1999.01.0")


def test_the_command(root: DataRoot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_WORK_SECONDS", str(LIMITS.seconds))
    monkeypatch.setenv("YUJUE_WORK_WORKERS", str(LIMITS.workers))
    command = ["rebuild", "--from", "check", "--county", "1306", "--now", NOW.isoformat(), "--data", str(root.path)]
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["selected"], told["done"]["check"], told["release"]) == (2, 2, None)
    folder = Path(told["folder"])
    assert json.loads((folder / "impact.json").read_text()) == told["impact"]
    assert pl.read_parquet(folder / "impact_facts.parquet").height == 0
    assert main([*command[:1], "--from", "elsewhere", "--data", str(root.path)]) == 2
    assert main([*command[:1], "--county", "Hebei", "--data", str(root.path)]) == 2
    assert main([*command, "--check", "nonsense"]) == 2
    assert main([*command[:1], "--check", "T01", "--data", str(root.path)]) == 2  # without --from check


def test_by_check_only_the_documents_it_looked_at(root: DataRoot) -> None:
    findings = pl.read_parquet(root.releases / "latest" / "meta_findings.parquet")
    looked = findings.filter(pl.col("outcome") != "not_applicable").group_by("check_id").agg(pl.col("document_sha256"))
    one = next(row for row in looked.sort("check_id").iter_rows(named=True) if len(set(row["document_sha256"])) == 1)
    selection = selection_of([], [], [], [], [one["check_id"]], start="check", everything=False)
    done = rebuild(root, NOW, LIMITS, start="check", selection=selection)
    assert done.night.done == {"read": 0, "facts": 0, "check": 1}
    assert done.night.plans[-1].made == set(one["document_sha256"])
    assert (done.selected, done.differing) == (1, [])


def test_a_check_that_is_new_since_the_release_selects_every_document(root: DataRoot) -> None:
    assert checked_by(root.releases / "latest", ["A99"]) is None
    assert checked_by(None, ["A99"]) is None
