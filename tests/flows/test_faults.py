"""Faults of machine, disk and clock in the middle of nights: afterwards nothing is lost, and what is published is what
an undisturbed night publishes, or what stood before, with a clear refusal.

Elsewhere: SIGKILL (tests/crawl/test_kill.py, test_nightly, test_kills), a lost or deadly worker (test_workers,
test_batches), a lost Dask worker (test_cluster), a lost Postgres (test_postgres), a store that goes away, in the middle
of a night too (test_object_store), clocks and leases (test_lease), half-written results (test_store), a clock set back
between visits (tests/crawl/test_schedule.py).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.soak.night import here
from crawl.archive import Archive
from flows.errors import Trouble
from flows.machine import fault, writing
from flows.nightly import Night, nightly
from flows.release.version import latest, versions
from flows.settings import DataRoot, WorkLimits
from flows.workers import Job, Outcome, Workers
from tests.conftest import ROOT
from tests.flows.conftest import fill_root
from tests.flows.own_mount import ROOM_KIB, papers, released

MARCH = dt.datetime.fromisoformat("2024-03-01T02:00:00+08:00")  # as `own_mount.NIGHT`


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are worked on without worker processes, which cost seconds."""
    monkeypatch.setattr(Workers, "run", lambda workers, jobs: here(jobs, workers.limits))


def night(root: DataRoot, now: dt.datetime = MARCH) -> Night:
    return nightly([], now, root.path, limits=WorkLimits(seconds=60, workers=1))


def own_mount() -> list[str]:
    """The command that gives a process mounts of its own."""
    unshare = shutil.which("unshare")
    for more in ([], ["--map-root-user"]):
        command = [unshare or "unshare", "--mount", *more]
        probe = [*command, "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
        if unshare and subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("mounts of one's own are not permitted here (unshare --mount)")


@pytest.mark.slow
def test_a_full_disk_and_one_that_turned_read_only(tmp_path: Path) -> None:
    """A real file system that is full (ENOSPC) at the ledger, at the run's report, at the release, or read-only."""
    (tmp_path / "mount").mkdir()
    command = [*own_mount(), sys.executable, "-m", "tests.flows.own_mount", str(tmp_path / "mount")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YUJUE_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"codes": [4] * (1 + len(ROOM_KIB)) + [0, 0], "same": True, "left": []}
    assert "Traceback" not in done.stderr
    assert done.stderr.count("ended, the machine is at fault") >= 2, done.stderr


def test_a_library_that_does_not_say_why_it_could_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pyreadstat: `Unable to write data`. With room left it is a bug of ours, without it the disk's."""
    with pytest.raises(ValueError, match="unable"), writing(tmp_path / "x.dta", ValueError):
        raise ValueError("unable to write")
    monkeypatch.setattr("flows.machine.disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(OSError, match="No space left") as caught, writing(tmp_path / "x.dta", ValueError):
        raise ValueError("unable to write")
    trouble = fault(caught.value)
    assert trouble is not None
    assert trouble.code == 4
    assert fault(ValueError("a bug")) is None


def test_two_nights_started_at_once(tmp_path: Path, in_this_process: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One does the work, the other says who does; the release is that of a night alone."""
    files = papers(tmp_path / "papers", 2)
    alone, root = fill_root(tmp_path / "alone", files), fill_root(tmp_path / "data", files)
    night(alone)
    second: list[subprocess.CompletedProcess[str]] = []

    def with_a_second(workers: Workers, jobs: list[Job]) -> Iterator[Outcome]:
        if not second:
            command = [sys.executable, "-m", "flows.cli", "nightly", "--no-prefect", "--data", str(root.path)]
            command += ["--sources", str(tmp_path)]
            environment = {name: value for name, value in os.environ.items() if not name.startswith("YUJUE_")}
            second.append(
                subprocess.run(
                    command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
                )
            )
        yield from here(jobs, workers.limits)

    monkeypatch.setattr(Workers, "run", with_a_second)
    night(root)
    assert second[0].returncode == 2
    assert "another night is at work" in second[0].stderr
    assert released(root.path) == released(alone.path)


def test_a_clock_that_jumps_between_nights(tmp_path: Path, in_this_process: None) -> None:
    """Seven years ahead, and back again: no release sorts before an older one, `latest` never moves backwards, and a
    night with nothing new publishes nothing whatever the clock says."""
    files = papers(tmp_path / "papers", 3)
    root = fill_root(tmp_path / "data", files[:1])
    made = []
    for count, year in ((1, 2024), (2, 2031), (3, 2024), (3, 1999)):
        fill_root(root.path, files[:count])
        done = night(root, MARCH.replace(year=year))
        assert done.published is not None
        made.append(done.published)
    assert [one.is_new for one in made] == [True, True, True, False]
    assert [one.version for one in made] == [*versions(root.releases), made[2].version]
    assert latest(root.releases) == made[2].version == versions(root.releases)[-1]
    assert [one.index["previous"] for one in made[:3]] == [None, made[0].version, made[1].version]


def test_a_damaged_body_is_told_and_never_read_as_another(tmp_path: Path, in_this_process: None) -> None:
    """While its results are there the release stands; when its bytes are wanted again a release without it is refused,
    and with sound bytes the release is the one that stood."""
    files = papers(tmp_path / "papers", 2)
    root = fill_root(tmp_path / "data", files)
    first = night(root)
    assert first.published is not None
    archive = Archive(root.archive)
    damaged = next(iter(archive.digests()))
    body = archive.path(damaged)
    sound = body.read_bytes()
    body.chmod(0o644)
    body.write_bytes(sound[:200] + b"X" + sound[201:])  # a bit of the disk, the length as it was

    before = released(root.path)
    again = night(root)
    assert again.published is not None
    assert (again.published.version, again.published.is_new) == (first.published.version, False)

    for folder in (root.tables, root.facts, root.findings):  # as other code does
        shutil.rmtree(folder)
    with pytest.raises(Trouble, match="lost_facts") as caught:
        night(root)
    assert caught.value.code == 4
    assert damaged[:16] in str(caught.value)
    assert versions(root.releases) == [first.published.version]

    archive.put(sound)
    assert archive.aside(), "the damaged bytes are kept beside, to be looked at"
    healed = night(root)
    assert healed.published is not None
    assert (healed.published.version, healed.published.is_new) == (first.published.version, False)
    assert released(root.path) == before
