"""A data root in an object store, over the S3 protocol: the same bytes as in a folder, whatever happens at night."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.soak.night import here
from crawl.archive import Archive
from crawl.ledger import Ledger
from flows import errors, objects
from flows.bodies import archive_at
from flows.cli import main
from flows.crawl_sources import found_documents
from flows.demo import SAMPLES, open_site
from flows.errors import Trouble
from flows.hold import keep_ledger, one_night_at_a_time, open_root
from flows.objects import UrlObjects, objects_at
from flows.release.version import newest, versions
from flows.serve import in_background
from flows.settings import DataRoot
from flows.workers import Job, Outcome, Workers
from flows.working_copy import ledgers, pull, synced, whole_release
from tests.conftest import ROOT
from tests.flows.conftest import NOW, fill_root
from tests.flows.own_mount import papers
from tests.flows.s3 import BUCKET, Server, environment, s3_server

AT = ["--no-prefect", "--now", NOW.isoformat()]
URL = f"s3://{BUCKET}/county/data"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with (
        s3_server(tmp_path_factory.mktemp("copies")) as running,
        environment(
            YUJUE_CRAWL_ALLOW_PRIVATE_HOSTS="127.0.0.1",
            YUJUE_LEASE_SECONDS="3",
            YUJUE_LANG="en",
            YUJUE_MIN_FREE_MIB="1",
        ),
    ):
        yield running


@pytest.fixture(scope="module")
def sources(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample site with its two smallest documents and the one in a page; the others are gone."""
    folder = tmp_path_factory.mktemp("site")
    if not (SAMPLES / "site").is_dir():
        pytest.skip("data/samples/site has not been made")
    shutil.copytree(SAMPLES, folder / "samples")
    files = [path for path in (folder / "samples" / "site").rglob("*") if path.suffix in (".docx", ".pdf")]
    for path in sorted(files, key=lambda path: path.stat().st_size)[2:]:
        path.unlink()
    template = folder / "samples" / "source.yml"
    template.write_text(template.read_text(encoding="utf-8").replace("min: 6", "min: 1"), encoding="utf-8")
    site = open_site(folder / "demo", folder / "samples")
    with in_background(site.server):
        yield site.source.parent


def release_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stored_release(url: str, version: str) -> dict[str, bytes]:
    there = objects_at(f"{url}/releases/{version}")
    return {one.name: there.read(one.name) for one in there.entries()}


@pytest.fixture(scope="module")
def in_a_folder(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    root = DataRoot(tmp_path_factory.mktemp("local") / "data")
    assert main(["nightly", "--sources", str(sources), "--data", str(root.path), *AT]) in (errors.OK, errors.FINDINGS)
    return root


@pytest.fixture(scope="module")
def killed(in_a_folder: DataRoot, sources: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A night over s3:// that was killed while it built facts. Its machine is lost with its working copy."""
    copies = tmp_path_factory.mktemp("lost")
    child = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "nightly", "--sources", str(sources), "--data", URL, *AT],
        cwd=ROOT,
        env={**os.environ, "YUJUE_WORKING_COPIES": str(copies), "PYTHONPATH": str(ROOT), "YUJUE_WORK_WORKERS": "1"},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    there, deadline = objects_at(URL), time.monotonic() + 400
    while not there.entries("facts/") and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert len(there.entries("facts/")) < 3, "it was killed in the middle"
    assert not there.entries("releases/")
    return URL


@pytest.fixture(scope="module")
def root(killed: str, sources: Path) -> DataRoot:
    """Completed by another machine, once the lease of the dead one has run out."""
    nightly = ["nightly", "--sources", str(sources), "--data", killed, *AT]
    deadline = time.monotonic() + 120
    while (code := main(nightly)) == errors.USAGE and time.monotonic() < deadline:
        time.sleep(0.5)
    assert code in (errors.OK, errors.FINDINGS)
    return open_root(killed)


@pytest.mark.slow
def test_a_killed_night_is_completed_elsewhere_to_the_bytes_of_a_folder(in_a_folder: DataRoot, root: DataRoot) -> None:
    expected = release_of(in_a_folder.releases / "v2026.11.0")
    assert stored_release(URL, "v2026.11.0") == expected
    assert release_of(root.releases / "v2026.11.0") == expected
    assert json.loads(objects_at(URL).read("releases/latest.json")) == {"version": "v2026.11.0"}
    assert found_documents(root) == found_documents(in_a_folder)
    names = {stage: [one.name for one in objects_at(f"{URL}/{stage}").entries()] for stage in ("tables", "facts")}
    for stage, found in names.items():
        folder = in_a_folder.path / stage
        assert found == sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.zst"))


@pytest.mark.slow
def test_a_second_night_does_nothing(root: DataRoot, sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {one.name: one.version for one in objects_at(URL).entries()}
    assert main(["nightly", "--sources", str(sources), "--data", URL, "--json", *AT]) in (errors.OK, errors.FINDINGS)
    said = json.loads(capsys.readouterr().out)
    assert sum(said["done"].values()) == 0
    assert not said["release"]["is_new"]
    after = {one.name: one.version for one in objects_at(URL).entries()}
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert {name.split("/")[0] for name in changed} <= {"ledger", "lease", "runs", "verify.json"}


@pytest.mark.slow
def test_every_command_reads_the_data_root_there(
    root: DataRoot, tmp_path: Path, sources: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a machine that has never seen it."""

    def run(*words: str) -> tuple[int, str]:
        code = main([*words, "--data", URL])
        return code, capsys.readouterr().out

    with environment(YUJUE_WORKING_COPIES=str(tmp_path / "another machine")):
        assert run("status")[0] == 0
        code, said = run("nights", "--json")
        assert code == 0
        assert {"ok", "attention"} & {row.get("status") for row in json.loads(said)}
        assert run("quarantine")[0] == 0
        facts = json.loads((DataRoot(URL).releases / "v2026.11.0" / "index.json").read_text())["counts"]["facts"]
        assert facts > 0
        import polars as pl

        lines = pl.read_parquet(DataRoot(URL).releases / "v2026.11.0" / "core_budget_lines.parquet")
        code, said = run("why", lines["fact_id"][0], "--json")
        assert (code, json.loads(said)["table"]) == (0, "budget_lines")
        assert run("archive", "hosts")[0] == 0
        assert run("verify", "--all")[0] == 0
        code, said = run("doctor", "--json")
        told = {one["name"]: one for one in json.loads(said)}
        assert {told[name]["status"] for name in ("store", "archive", "ledger", "release")} == {"ok"}, told
        code, said = run("rebuild", "--json")
        assert code == 0
        assert json.loads(said)["impact"]["documents_changed"] == 0
        assert run("tidy", "--dry-run")[0] == 0
        assert run("as-of", "2030-01-01", "--out", str(tmp_path / "view"))[0] == 0
        assert (tmp_path / "view" / "budget_lines.parquet").is_file()
        assert run("migrate")[0] == 0
        assert run("archive", "export-warc", str(tmp_path / "all.warc.gz"))[0] == 0


@pytest.mark.slow
def test_backup_and_restore_from_a_store_into_a_store(root: DataRoot, tmp_path: Path) -> None:
    out, other = tmp_path / "out", f"s3://{BUCKET}/restored"
    assert main(["backup", str(out), "--data", URL]) == 0
    assert not (out / "tables").exists()
    assert main(["restore", str(out), "--data", other]) == 0
    assert stored_release(other, "v2026.11.0") == stored_release(URL, "v2026.11.0")
    again = open_root(other)
    assert found_documents(again) == found_documents(root)
    bodies = [one.name for one in objects_at(f"{URL}/archive").entries()]
    assert [one.name for one in objects_at(f"{other}/archive").entries()] == bodies
    assert main(["restore", str(out), "--data", other]) == errors.USAGE, "it is not empty"
    folder = tmp_path / "as a folder"
    assert main(["restore", str(out), "--data", str(folder)]) == 0
    assert found_documents(DataRoot(folder)) == found_documents(root)
    objects_at(other).write("restoring.json", b"{}")
    assert main(["status", "--data", other]) == errors.USAGE
    assert main(["restore", str(out), "--data", other]) == 0
    assert main(["status", "--data", other]) == 0


# ----------------------------------------------------------------------------------------- the ledger, between machines


def visit(root: DataRoot, number: int) -> None:
    with Ledger(root.ledger) as ledger:
        ledger.begin_run(f"s{number}", "130630", "某局", "2026-11-23T02:00:00Z")


def known(root: DataRoot) -> list[str]:
    with Ledger(root.ledger) as ledger:
        return ledger.source_ids()


@pytest.fixture
def machines(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """A data root of its own, and the environment of one of several machines."""
    url = f"s3://{BUCKET}/{request.node.name}"
    return url, lambda name: environment(YUJUE_WORKING_COPIES=str(tmp_path / name))


def test_a_ledger_goes_from_machine_to_machine(machines: Any) -> None:
    url, machine = machines
    for number, name in enumerate(("a", "b", "a", "c")):
        with machine(name), one_night_at_a_time(DataRoot(url)):
            visit(DataRoot(url), number)
    with machine("reader"):
        assert known(open_root(url)) == ["s0", "s1", "s2", "s3"]
    assert len(ledgers(objects_at(url))) == 3, "old snapshots go"


def test_a_night_without_a_change_stores_no_ledger(machines: Any) -> None:
    url, machine = machines
    with machine("a"):
        for _ in range(3):
            with one_night_at_a_time(DataRoot(url)):
                if not DataRoot(url).ledger.exists():
                    visit(DataRoot(url), 1)
    assert len(ledgers(objects_at(url))) == 1


def test_what_a_killed_crawl_had_visited_is_kept_by_its_own_machine(machines: Any) -> None:
    url, machine = machines
    with machine("a"):
        with one_night_at_a_time(DataRoot(url)):
            visit(DataRoot(url), 1)
        visit(DataRoot(url), 2)  # killed before it could be stored
        with one_night_at_a_time(DataRoot(url)):
            assert known(DataRoot(url)) == ["s1", "s2"]
    with machine("b"):
        assert known(open_root(url)) == ["s1", "s2"]


def test_a_machine_that_came_first_is_right_and_the_rest_is_put_aside(
    machines: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    url, machine = machines
    with machine("a"), one_night_at_a_time(DataRoot(url)):
        visit(DataRoot(url), 1)
    with machine("a"):
        visit(DataRoot(url), 2)  # killed before it could be stored
    with machine("b"), one_night_at_a_time(DataRoot(url)):
        visit(DataRoot(url), 3)
    with machine("a"):
        root = open_root(url)
        assert known(root) == ["s1", "s3"]
        assert "superseded.sqlite" in capsys.readouterr().err
        with Ledger(root.ledger.with_name("superseded.sqlite")) as aside:
            assert aside.source_ids() == ["s1", "s2"]


def test_who_has_lost_the_lease_stores_nothing(machines: Any) -> None:
    """A night that slept: another took over, and what the sleeper wrote since stays with it."""
    url, machine = machines
    there = objects_at(url)
    with machine("a"):
        with pytest.raises(Trouble, match="has lost its lease"), one_night_at_a_time(DataRoot(url)):
            visit(DataRoot(url), 1)
            keep_ledger(DataRoot(url), now=True)
            newest_lease = there.entries("lease/")[-1].name
            there.write(newest_lease.replace("1.json", "2.json"), there.read(newest_lease))
            visit(DataRoot(url), 2)
        assert [name.split("-")[1] for name in ledgers(there)] == ["000001"]


def test_a_store_that_goes_away_at_night_costs_nothing(machines: Any, server: Server) -> None:
    url, machine = machines
    with machine("a"):
        with (
            pytest.raises(Trouble, match="the object store cannot be used") as caught,
            one_night_at_a_time(DataRoot(url)),
        ):
            visit(DataRoot(url), 1)
            server.stop()
        assert caught.value.code == errors.NETWORK
        with pytest.raises(Trouble, match="the object store cannot be used"):
            open_root(url)
        server.start()
        with one_night_at_a_time(DataRoot(url)):
            assert known(DataRoot(url)) == ["s1"]
    with machine("b"):
        assert known(open_root(url)) == ["s1"]


def filled(url: str, like: DataRoot) -> None:
    """A data root there as a crawl leaves it, with the bodies and the ledger of a folder."""
    root, archive = DataRoot(url), Archive(like.archive)
    with one_night_at_a_time(root):
        for digest in archive.digests():
            archive_at(root.archive).put(archive.get(digest))
        root.ledger.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(like.ledger, root.ledger)


def test_a_store_that_goes_away_in_the_middle_of_a_night(
    machines: Any,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """After the first facts, and while the release is uploaded: each night ends with one line, and at last a machine
    that has never seen the data root makes the release of a night in a folder, byte for byte."""
    url, machine = machines
    plain = fill_root(tmp_path / "plain", papers(tmp_path / "papers", 2))
    (tmp_path / "none").mkdir()
    nightly = ["nightly", "--sources", str(tmp_path / "none"), *AT, "--data"]
    lost: list[str] = []

    def lose(when: str) -> None:
        if when not in lost:
            lost.append(when)
            server.stop()

    def run(workers: Workers, jobs: list[Job]) -> Iterator[Outcome]:
        for outcome in here(jobs, workers.limits):
            yield outcome
            if outcome.job.operation == "facts" and url in str(outcome.job.arguments):
                lose("facts")

    def upload(there: UrlObjects, file: Path, name: str, *, new: bool = False) -> bool:
        if name.endswith("core_budget_lines.parquet"):
            lose("release")
        return stored(there, file, name, new=new)

    stored = UrlObjects.upload
    monkeypatch.setattr(objects, "_ATTEMPTS", 1)  # that it asks again, with pauses, is tested elsewhere
    monkeypatch.setattr(Workers, "run", run)
    monkeypatch.setattr(UrlObjects, "upload", upload)
    assert main([*nightly, str(plain.path)]) == errors.OK
    with machine("a"):
        filled(url, plain)
        capsys.readouterr()
        for stage in ("facts", "release"):
            assert main([*nightly, url]) == errors.NETWORK, stage
            assert lost[-1] == stage
            said = capsys.readouterr().err
            assert said.count("yujue: the object store cannot be used") == 1, said
            assert "Traceback" not in said
            server.start()
            assert not objects_at(f"{url}/releases").entries("v2026.11.0/index.json")
    with machine("b"):
        deadline = time.monotonic() + 60
        while (code := main([*nightly, url])) == errors.USAGE and time.monotonic() < deadline:
            time.sleep(0.5)  # the lease of the lost night
        assert code in (errors.OK, errors.FINDINGS)
        assert stored_release(url, "v2026.11.0") == release_of(plain.releases / "v2026.11.0")
        assert found_documents(open_root(url)) == found_documents(plain)
    assert lost == ["facts", "release"]


def test_a_damaged_snapshot_is_said(machines: Any) -> None:
    url, machine = machines
    with machine("a"), one_night_at_a_time(DataRoot(url)):
        visit(DataRoot(url), 1)
    (name,) = ledgers(objects_at(url))
    packed = objects_at(url).read(name)
    objects_at(url).write(name, packed[:-9] + b"!" + packed[-8:])
    with machine("b"):
        with pytest.raises(Trouble, match="is damaged") as caught:
            open_root(url)
        assert caught.value.code == errors.DATA
        visit(DataRoot(url), 2)  # of some earlier day
        with pytest.raises(Trouble, match="is damaged"), one_night_at_a_time(DataRoot(url)):
            raise AssertionError
    assert ledgers(objects_at(url)) == [name], "what could not be read is not outranked by something older"


def test_another_data_root_in_the_same_place(machines: Any) -> None:
    """The prefix was emptied and begun anew: what the working copy knows is the old one's."""
    url, machine = machines
    with machine("a"):
        with one_night_at_a_time(DataRoot(url)):
            visit(DataRoot(url), 1)
        there = objects_at(url)
        there.remove(one.name for one in there.entries())
        assert not open_root(url).ledger.exists()
        with one_night_at_a_time(DataRoot(url)):
            assert not DataRoot(url).ledger.exists()


# ------------------------------------------------------------------------------------------------------- releases there


def put_release(url: str, version: str, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        objects_at(url).write(f"releases/{version}/{name}", content)


def test_a_release_without_its_index_is_none(machines: Any) -> None:
    url, machine = machines
    with machine("a"), one_night_at_a_time(DataRoot(url)):
        pass
    put_release(url, "v2026.01.0", {"index.json": b"{}", "SHA256SUMS": b""})
    put_release(url, "v2026.02.0", {"SHA256SUMS": b"", "core.parquet": b"?"})
    with machine("b"):
        root = open_root(url)
        assert versions(root.releases) == ["v2026.01.0"]
        assert newest(root.releases) == "v2026.01.0"


def test_older_releases_are_fetched_when_they_are_wanted_and_checked(machines: Any) -> None:
    url, machine = machines
    import hashlib

    sums = f"{hashlib.sha256(b'table').hexdigest()}  core.parquet\n".encode()
    for version, content in (("v2026.01.0", b"table"), ("v2026.01.1", b"tablE"), ("v2026.02.0", b"table")):
        put_release(url, version, {"core.parquet": content, "SHA256SUMS": sums, "index.json": b"{}"})
    with machine("b"):
        root = open_root(url)
        assert versions(root.releases) == ["v2026.01.0", "v2026.01.1", "v2026.02.0"]
        assert (root.releases / "v2026.02.0" / "core.parquet").read_bytes() == b"table"
        assert not (root.releases / "v2026.01.0" / "core.parquet").exists()
        assert (whole_release(root, "v2026.01.0") / "core.parquet").read_bytes() == b"table"
        with pytest.raises(Trouble, match=r"v2026.01.1/core.parquet is damaged"):
            whole_release(root, "v2026.01.1")


def test_a_release_that_was_never_published_is_made_again(machines: Any) -> None:
    """Killed between the local rename and the upload; another machine may take the number meanwhile."""
    url, machine = machines
    with machine("a"):
        root = DataRoot(url)
        with one_night_at_a_time(root):
            for version in ("v2026.01.0", "v2026.01.1"):
                (root.releases / version).mkdir(parents=True)
                (root.releases / version / "index.json").write_text('{"mine": 1}')
        put_release(url, "v2026.01.0", {"index.json": b"{}", "SHA256SUMS": b""})
        pull(root, holding=False)
        assert (root.releases / "v2026.01.0" / "index.json").read_bytes() == b"{}"
        assert versions(root.releases) == ["v2026.01.0", "v2026.01.1"]
        with one_night_at_a_time(root):
            assert versions(root.releases) == ["v2026.01.0"]
        assert list(synced(root).releases) == ["v2026.01.0"]
