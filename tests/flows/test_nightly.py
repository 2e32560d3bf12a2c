"""The night: a second one does nothing, a killed one is completed to the same bytes, a bad document costs itself."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock

from flows import errors
from flows.crawl_sources import found_documents
from flows.demo import open_site
from flows.night import Night
from flows.nightly import nightly
from flows.serve import in_background
from flows.settings import DataRoot, WorkLimits
from tests.conftest import ROOT
from tests.flows.conftest import LIMITS, NOW, SITE, fill_root


def night(root: DataRoot, now: dt.datetime = NOW, limits: WorkLimits = LIMITS) -> Night:
    return nightly([], now, root.path, limits=limits)


def parquet_of(root: DataRoot) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((root.releases / "latest").glob("*.parquet"))}


def results(root: DataRoot) -> dict[str, list[Path]]:
    return {name: sorted((root.path / name).glob("*/*.zst")) for name in ("tables", "facts", "findings")}


@pytest.fixture(scope="module")
def undisturbed(documents: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[DataRoot, Night]:
    root = fill_root(tmp_path_factory.mktemp("undisturbed"), documents[:4])
    return root, night(root)


@pytest.fixture
def copied(undisturbed: tuple[DataRoot, Night], tmp_path: Path) -> DataRoot:
    """A copy of the finished data root, to spoil."""
    shutil.copytree(undisturbed[0].path, tmp_path / "data", symlinks=True)
    return DataRoot(tmp_path / "data")


def test_a_night_ends_in_a_release(undisturbed: tuple[DataRoot, Night]) -> None:
    root, done = undisturbed
    assert done.done == {"read": 4, "facts": 4, "check": 4}
    assert sum(done.failed.values()) == 0
    assert done.published is not None
    assert done.published.version == "v2026.11.0"
    release = done.published.folder
    documents = pl.read_parquet(release / "meta_documents.parquet")
    assert documents["document_sha256"].to_list() == [one.sha256 for one in found_documents(root)]
    assert documents["publisher"].unique().to_list() == ["涞源县财政局"]
    assert documents["is_current"].all()
    lines = pl.read_parquet(release / "core_budget_lines.parquet")
    assert lines.height > 500
    assert set(lines["document_sha256"]) == set(documents["document_sha256"])
    assert pl.read_parquet(release / "meta_findings.parquet").height > 100
    assert done.published.index["not_found"][0]["outcome"] == "gone"


def test_a_second_night_reads_nothing_and_publishes_nothing(copied: DataRoot) -> None:
    before = parquet_of(copied)
    again = night(copied, now=NOW + dt.timedelta(days=35))
    assert again.done == {"read": 0, "facts": 0, "check": 0}
    assert again.published is not None
    assert (again.published.is_new, again.published.version) == (False, "v2026.11.0")
    assert parquet_of(copied) == before


def test_a_new_document_is_all_that_is_read(copied: DataRoot, documents: list[Path], tmp_path: Path) -> None:
    fill_root(copied.path, documents[:5])
    again = night(copied)
    assert again.done == {"read": 1, "facts": 1, "check": 1}
    assert again.published is not None
    assert again.published.version == "v2026.11.1"


@pytest.mark.parametrize("stage", ["tables", "facts"])
def test_killed_in_the_middle_and_run_again(
    stage: str, undisturbed: tuple[DataRoot, Night], documents: list[Path], tmp_path: Path
) -> None:
    root = fill_root(tmp_path / "data", documents[:4])
    (tmp_path / "none").mkdir()
    command = [sys.executable, "-m", "flows.cli", "nightly", "--no-prefect", "--now", NOW.isoformat()]
    command += ["--data", str(root.path), "--sources", str(tmp_path / "none")]
    limits = {"YUJUE_WORK_WORKERS": "1", "YUJUE_WORK_SECONDS": str(LIMITS.seconds)}
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **limits}, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while not results(root)[stage]:
            assert process.poll() is None, "the night ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    left = results(root)
    assert 1 <= len(left[stage]) < 4, "it was to be killed in the middle"
    assert not list(root.releases.glob("v*"))
    again = night(root)
    assert again.done["read"] == 4 - len(left["tables"])
    assert parquet_of(root) == parquet_of(undisturbed[0])
    assert results(root) == {
        name: [root.path / path.relative_to(undisturbed[0].path) for path in paths]
        for name, paths in results(undisturbed[0]).items()
    }
    assert list(root.path.rglob(".part-*")) == []


def test_damaged_results_are_made_again_and_named(copied: DataRoot) -> None:
    before = parquet_of(copied)
    for paths in results(copied).values():
        paths[0].write_bytes(paths[0].read_bytes()[:100])
    shutil.rmtree(copied.releases)
    again = night(copied)
    assert {issue.code for issue in again.issues} == {"stored_result_damaged"}
    assert len(again.issues) >= 2  # facts and findings are loaded for a release; a Reading only when facts are made
    assert parquet_of(copied) == before


def test_a_damaged_reading_is_made_again_when_it_is_needed(copied: DataRoot) -> None:
    before = parquet_of(copied)
    results(copied)["tables"][0].write_bytes(b"not zstd")
    shutil.rmtree(copied.facts)
    shutil.rmtree(copied.releases)
    again = night(copied)
    assert (again.done["read"], again.done["facts"]) == (0, 4)
    assert [issue.code for issue in again.issues] == ["stored_result_damaged"]
    assert sum(again.failed.values()) == 0
    assert parquet_of(copied) == before


def test_a_bad_document_costs_itself_alone(copied: DataRoot, documents: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.docx"
    bad.write_bytes(documents[0].read_bytes()[:2000])
    fill_root(copied.path, [*documents[:4], bad])
    again = night(copied)
    assert again.published is not None
    release = again.published.folder
    issues = pl.read_parquet(release / "meta_issues.parquet").filter(pl.col("severity") == "error")
    assert issues.height == 1
    assert pl.read_parquet(release / "meta_documents.parquet").height == 5


def test_bytes_missing_from_the_archive_are_an_issue_until_they_are_back(documents: list[Path], tmp_path: Path) -> None:
    root = fill_root(tmp_path / "data", documents[:2])
    lost = root.archive / (sha256 := found_documents(root)[0].sha256)[:2] / sha256
    content = lost.read_bytes()
    lost.unlink()
    first = night(root)
    assert (first.done["read"], first.failed["read"]) == (2, 1)
    assert first.published is not None
    assert first.published.index["issues"]["read_archive"] == 1
    assert night(root).done["read"] == 0  # nothing changed: not tried again
    lost.write_bytes(content)
    healed = night(root)
    assert (healed.done["read"], healed.failed["read"]) == (1, 0)
    assert healed.published is not None
    assert "read_archive" not in healed.published.index["issues"]


def test_one_night_at_a_time(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    with FileLock(root.lock), pytest.raises(errors.Trouble) as caught:
        night(root)
    assert caught.value.code == 2


def test_no_documents_no_release(tmp_path: Path) -> None:
    done = night(DataRoot(tmp_path))
    assert done.published is None
    assert done.documents == 0


@pytest.mark.slow
def test_the_sample_site_from_the_crawl_on_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not SITE.is_dir():
        pytest.skip("data/samples/site has not been made")
    monkeypatch.setenv("YUJUE_CRAWL_ALLOW_PRIVATE_HOSTS", "127.0.0.1")
    told = []
    for _ in range(2):
        site = open_site(tmp_path)
        with in_background(site.server):
            told.append(nightly([site.source], NOW, tmp_path, limits=LIMITS))
    first, second = told
    assert first.published is not None
    assert second.published is not None
    assert not first.crawled[0].result.failed, first.crawled[0].result
    assert first.documents >= 6
    assert first.done["read"] == first.documents
    assert second.crawled[0].result.bodies_fetched == 0
    assert second.done == {"read": 0, "facts": 0, "check": 0}
    assert (second.published.is_new, second.published.version) == (False, first.published.version)
    outcomes = {one["outcome"] for one in first.published.index["not_found"]}
    assert outcomes == {"gone", "refused"}


def test_the_demo_keeps_its_port(tmp_path: Path) -> None:
    if not SITE.is_dir():
        pytest.skip("data/samples/site has not been made")
    first = open_site(tmp_path)
    port = first.server.server_address[1]
    assert f"http://127.0.0.1:{port}/" in first.source.read_text(encoding="utf-8")
    busy = open_site(tmp_path)  # the port is taken: another one, and that is now the one
    other = busy.server.server_address[1]
    assert other != port
    first.server.server_close()
    busy.server.server_close()
    again = open_site(tmp_path)
    assert again.server.server_address[1] == other
    again.server.server_close()


def test_no_samples_no_demo(tmp_path: Path) -> None:
    with pytest.raises(errors.Trouble, match="the sample site is not there") as caught:
        open_site(tmp_path, tmp_path / "samples")
    assert caught.value.code == 4
