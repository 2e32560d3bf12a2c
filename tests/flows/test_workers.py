"""Workers: a document that hangs, crashes or eats memory costs itself and nobody else."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import workers
from flows.settings import WorkLimits
from flows.stage import failure_issue
from flows.workers import Job, Outcome, run_jobs
from tests.conftest import ROOT

LIMITS = WorkLimits(seconds=3, memory_mib=2048, workers=2)


@pytest.fixture(autouse=True)
def bad_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORKER", "tests.flows.bad_worker")
    monkeypatch.chdir(ROOT)


def run(*troubles: str, limits: WorkLimits = LIMITS, filename: str = "") -> dict[str, Outcome]:
    jobs = [Job("read", trouble, {"path": trouble, "filename": filename}) for trouble in troubles]
    return {outcome.job.sha256: outcome for outcome in run_jobs(jobs, limits)}


def test_each_trouble_costs_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "START_SECONDS", 20)
    fine = [f"fine {number}" for number in range(6)]
    found = run("fine first", "crashes", "eats memory", "has a bug", "prints", *fine)
    failures = {name: outcome.failure for name, outcome in found.items() if outcome.failure}
    assert failures == {"crashes": "died", "eats memory": "memory", "has a bug": "error"}
    assert all(found[name].packed == name.encode() for name in (*fine, "prints"))
    assert "said the library" in found["crashes"].detail
    assert "合计" in found["has a bug"].detail
    assert str(ROOT) not in found["has a bug"].detail


def test_a_document_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "START_SECONDS", 0)
    begin = time.monotonic()
    found = run("hangs", limits=WorkLimits(seconds=2, workers=1))
    assert found["hangs"].failure == "timeout"
    assert time.monotonic() - begin < 20
    issue = failure_issue("read", found["hangs"])
    assert (issue.code, issue.severity, issue.document_sha256) == ("read_timeout", "error", "hangs")
    assert "2 s" in issue.message_en


def test_a_worker_killed_from_outside_is_tried_again(tmp_path: Path) -> None:
    found = run("crashes once", filename=str(tmp_path / "seen"))
    assert found["crashes once"].failure is None


def test_a_caller_that_gives_up_leaves_no_process() -> None:
    outcomes = run_jobs([Job("read", name, {"path": name}) for name in ("fine", "hangs", "hangs")], LIMITS)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "tests.flows.bad_worker 3 2048" not in listed


def test_no_jobs_start_no_process() -> None:
    assert list(run_jobs([], LIMITS)) == []


def seen(outcomes: Iterator[Outcome]) -> dict[str, str | None]:
    return {outcome.job.sha256: outcome.failure for outcome in outcomes}


def jobs(*names: str) -> list[Job]:
    return [Job("read", name, {"path": name}) for name in names]


def processes() -> set[str]:
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in listed.splitlines() if line.endswith("tests.flows.bad_worker 3 2048")}


def test_the_next_batch_goes_to_the_same_processes_and_none_is_left() -> None:
    with workers.Workers(LIMITS) as kept:
        assert seen(kept.run(jobs("fine 1", "fine 2", "fine 3"))) == {"fine 1": None, "fine 2": None, "fine 3": None}
        before = processes()
        assert len(before) == 2
        assert seen(kept.run(jobs("fine 4", "crashes", "fine"))) == {
            "fine 4": None,
            "crashes": "died",
            "fine": None,
        }
        assert before & processes()
        assert seen(kept.run([])) == {}
    assert not processes()


def test_a_batch_that_is_given_up_leaves_nothing_to_the_next() -> None:
    with workers.Workers(LIMITS) as kept:
        outcomes = kept.run(jobs("fine 1", "hangs", "hangs", "fine 2"))
        next(outcomes)
        outcomes.close()  # type: ignore[attr-defined]
        assert not processes()
        assert seen(kept.run(jobs("fine 3", "fine 4"))) == {"fine 3": None, "fine 4": None}


def test_jobs_are_put_together_while_others_are_done() -> None:
    taken: list[str] = []

    def coming() -> Iterator[Job]:
        for job in jobs(*(f"fine {number}" for number in range(40))):
            taken.append(job.sha256)
            yield job

    with workers.Workers(LIMITS) as kept:
        outcomes = kept.run(coming())
        next(outcomes)
        assert len(taken) == LIMITS.workers * workers.AHEAD
        assert len(seen(outcomes)) == 39
    assert len(taken) == 40


def test_a_job_that_cannot_be_put_together_leaves_nothing_to_the_next_batch() -> None:
    def coming() -> Iterator[Job]:
        yield from jobs("fine 1", "fine 2")
        raise KeyError("fine 3")

    with workers.Workers(LIMITS) as kept:
        with pytest.raises(KeyError):
            seen(kept.run(coming()))
        assert not processes()
        assert seen(kept.run(jobs("fine 4"))) == {"fine 4": None}


def test_memory_that_earlier_documents_have_left_taken_is_not_held_against_one() -> None:
    with workers.Workers(WorkLimits(seconds=3, memory_mib=2048, workers=1)) as kept:
        found = list(kept.run(jobs("fine 1", "short of memory after others", "eats memory", "fine 2")))
    assert {one.job.sha256: one.failure for one in found}["eats memory"] == "memory"
    assert [one.packed for one in found if one.failure is None] == [b"fine 1", b"fits alone", b"fine 2"]
