"""A batch that fails as a whole is split until the guilty document stands alone; the rest passes."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from flows import workers
from flows.batches import BACK_OFF, MOST_IN_A_ROW, do_batch
from flows.errors import Trouble
from flows.journal import Journal
from flows.quarantine import quarantined, release, update
from flows.read_documents import unread
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Work, failed_fingerprint, failure_issue
from flows.store import Store, pack_reading
from flows.workers import Job, Outcome
from tests.conftest import ROOT
from tests.flows.conftest import NOW

LIMITS = WorkLimits(seconds=30, memory_mib=2048, workers=2)


def plan_of(root: DataRoot, troubles: Sequence[str], limits: WorkLimits = LIMITS, code: str = "1") -> Plan:
    works = {
        trouble: Work(
            trouble,
            f"{code:0>16}",
            failed_fingerprint(f"{code:0>16}", limits),
            Job("read", trouble, {"path": trouble, "filename": str(root.path / "seen")}),
        )
        for trouble in troubles
    }

    def failed(work: Work, outcome: Outcome) -> bytes:
        return pack_reading(unread(work.sha256, failure_issue("read", outcome)))

    return Plan("read", Store(root.tables), works, limits, failed)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataRoot:
    monkeypatch.setattr(workers, "WORKER", "tests.flows.bad_worker")
    monkeypatch.setattr(workers, "ALONE_AFTER", (0.0, 0.0))
    monkeypatch.chdir(ROOT)
    return DataRoot(tmp_path)


def test_a_document_that_breaks_the_pool_costs_itself_alone(root: DataRoot) -> None:
    names = [*(f"fine {number}" for number in range(5)), "breaks the pool", "has a bug"]
    plan = plan_of(root, names, WorkLimits(seconds=30, memory_mib=2048, workers=1))  # the others wait behind it
    journal = Journal(root.path / "events.jsonl")
    plan.journal = journal
    assert do_batch(plan, sorted(names), journal) == 2
    good = {name for name in names if plan.result(name) == plan.works[name].fingerprint}
    assert good == {name for name in names if name.startswith("fine")}
    told = [json.loads(line) for line in (root.path / "events.jsonl").read_text().splitlines()]
    assert [one["document"] for one in told if one["event"] == "quarantined"] == ["breaks the pool"]
    assert any(one["event"] == "batch_split" for one in told)
    assert plan.missing() == []  # nor is it tried again tomorrow

    stock = update(root, [plan], {}, NOW, whole=True)
    assert [one.document for one in stock.new] == ["breaks the pool", "has a bug"]
    assert {one.code for one in stock.held} == {"read_error"}
    assert quarantined(root) == stock.held
    assert quarantined(root)[0].since == "2026-11-23T02:00:00Z"
    again = update(root, [plan], {}, NOW, whole=True)
    assert (again.new, again.healed, len(again.held)) == ([], [], 2)


def test_where_a_write_fails_nothing_of_that_call_comes_out_of_the_next_one(
    root: DataRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kept workers had more to do when the write failed; what they then said belongs to no later batch."""
    names = [f"fine {number:02d}" for number in range(12)]
    plan, refused = plan_of(root, names), list[str]()
    put = Store.put

    def fails_once(store: Store, sha256: str, fingerprint: str, packed: bytes) -> None:
        if not refused:
            refused.append(sha256)
            raise ValueError("cannot be written")
        put(store, sha256, fingerprint, packed)

    monkeypatch.setattr(Store, "put", fails_once)
    with plan.with_kept_workers():
        assert do_batch(plan, names, Journal()) == 0
    assert refused
    assert {name for name in names if plan.store.has(name, plan.works[name].fingerprint)} == set(names)
    assert (plan.made, plan.finished) == (set(names), len(names))


def test_other_limits_other_code_or_a_person_try_it_again(root: DataRoot) -> None:
    plan = plan_of(root, ["has a bug"])
    do_batch(plan, ["has a bug"], Journal())
    update(root, [plan], {}, NOW, whole=True)
    assert plan.missing() == []
    assert plan_of(root, ["has a bug"], WorkLimits(seconds=31, memory_mib=2048)).missing() == ["has a bug"]
    fixed = plan_of(root, ["has a bug"], code="2")
    assert fixed.missing() == ["has a bug"]
    assert [one.document for one in release(root, ["has a"])] == ["has a bug"]
    assert plan.missing() == ["has a bug"]
    fixed.store.put("has a bug", fixed.works["has a bug"].fingerprint, b"a Reading")
    stock = update(root, [fixed], {}, NOW, whole=True)
    assert (stock.held, [one.document for one in stock.healed]) == ([], ["has a bug"])
    assert quarantined(root) == []


def test_a_run_over_some_documents_keeps_the_others_on_the_list(root: DataRoot) -> None:
    plan = plan_of(root, ["has a bug"])
    do_batch(plan, ["has a bug"], Journal())
    update(root, [plan], {}, NOW, whole=True)
    assert len(update(root, [plan_of(root, [])], {}, NOW, whole=False).held) == 1
    assert update(root, [plan_of(root, [])], {}, NOW, whole=True).held == []


def test_a_worker_the_system_kills_is_tried_when_the_others_are_done(root: DataRoot) -> None:
    plan = plan_of(root, ["fine", "killed thrice"])
    assert do_batch(plan, ["fine", "killed thrice"], Journal()) == 0
    assert (root.path / "seen").read_text() == "xxxx"


class Tripping(Plan):
    """Stores a result for each document, unless told to raise; counts its calls."""

    raises: list[Exception]
    calls: int

    def do(self, documents: Sequence[str]) -> int:
        self.calls += 1
        if self.raises:
            raise self.raises.pop(0)
        for sha256 in documents:
            self._store(Outcome(self.works[sha256].job, packed=b"x"))
        return 0


def tripping(root: DataRoot, raises: list[Exception], names: Sequence[str] = ("a", "b")) -> Tripping:
    plain = plan_of(root, names)
    plan = Tripping("read", plain.store, plain.works, LIMITS, plain.failed)
    plan.raises, plan.calls = raises, 0
    return plan


def test_what_can_heal_is_tried_again_after_longer_and_longer_waits(root: DataRoot) -> None:
    waits: list[float] = []
    plan = tripping(root, [OSError(errno.EAGAIN, "no process to be had")] * 2)
    assert do_batch(plan, ["a", "b"], Journal(), sleep=waits.append) == 0
    assert waits == list(BACK_OFF[:2])
    assert plan.calls == 3


def test_a_full_disk_ends_the_night_and_blames_no_document(root: DataRoot) -> None:
    for error, waited in ((OSError(errno.ENOSPC, "full"), 0), (OSError(errno.EMFILE, "files"), len(BACK_OFF))):
        waits: list[float] = []
        plan = tripping(root, [error] * 20)
        with pytest.raises(Trouble) as caught:
            do_batch(plan, ["a", "b"], Journal(), sleep=waits.append)
        assert caught.value.code == 4
        assert len(waits) == waited
        assert plan.missing() == ["a", "b"]


def test_where_nothing_passes_it_is_not_the_documents(root: DataRoot) -> None:
    names = [f"{number:03d}" for number in range(MOST_IN_A_ROW * 4)]
    plan = tripping(root, [ValueError("every reply is broken")] * 1000, names)
    with pytest.raises(Trouble, match="none passed"):
        do_batch(plan, names, Journal())
    assert plan.missing() == names
