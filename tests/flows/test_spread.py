"""Batches done elsewhere: what travels, what comes back, and what is done where a worker dies with its batch."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from flows import orders, workers
from flows.errors import Trouble
from flows.fingerprint import digest
from flows.journal import Journal
from flows.kept import KEPT
from flows.orders import do_order
from flows.settings import SettingError, WorkLimits, WorkRunner, work_runner
from flows.spread import GUILTY, Lost, batches_of, spread_over
from flows.stage import Plan, Work, failed_fingerprint, unknown_size
from flows.store import Store
from flows.workers import Job, Outcome, Workers

LIMITS = WorkLimits(seconds=20, memory_mib=2048, workers=1, shard=8)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    KEPT.close()


def failed(work: Work, outcome: Outcome) -> bytes:
    return f"{work.sha256} {outcome.failure} {outcome.detail}".encode()


def plan_of(folder: Path, documents: list[str], journal: Journal | None = None) -> Plan:
    def work(sha256: str) -> Work:
        fingerprint = digest("read", sha256)
        return Work(sha256, fingerprint, failed_fingerprint(fingerprint, LIMITS), Job("read", sha256, {"path": sha256}))

    works = {sha256: work(sha256) for sha256 in documents}
    return Plan("read", Store(folder), works, LIMITS, failed, journal=journal or Journal())


class There:
    """A cluster in this process. deadly: documents that take the worker with them; seen: the orders it was sent."""

    def __init__(self, deadly: dict[str, int] | None = None, work: Callable[[bytes], bytes] = do_order) -> None:
        self.deadly, self.work, self.seen = deadly or {}, work, list[orders.Order]()

    def submit(self, name: str, packed: bytes) -> Any:
        order: orders.Order = pickle.loads(packed)
        self.seen.append(order)
        there = self

        class Coming:
            def result(self) -> bytes:
                for sha256 in order.works:
                    if there.deadly.get(sha256, 0) > 0:
                        there.deadly[sha256] -= 1
                        raise Lost
                return there.work(packed)

        return Coming()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work itself is not what is looked at: a document's result is its name."""

    def done(_: Workers, jobs: Any) -> Any:
        for job in jobs:
            failure: Any = "timeout" if "hangs" in job.sha256 else None
            yield Outcome(job, packed=job.sha256.encode(), failure=failure, detail="20 s" if failure else "", seconds=1)

    monkeypatch.setattr(Workers, "run", done)
    monkeypatch.setattr(workers, "ALONE_AFTER", (0.0,))


def test_results_are_written_where_they_are_made_and_counts_come_back(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    documents = [f"{number:02d}" for number in range(20)] + ["20 hangs"]
    plan = plan_of(tmp_path / "tables", documents, Journal(log, sources={"07": "130630_x"}))
    there = There()
    assert spread_over(plan, plan.missing(), there.submit, slots=1) == 1
    assert plan.finished == 21
    assert plan.missing() == []
    assert plan.store.get("07", plan.works["07"].fingerprint) == b"07"
    assert plan.failures["20 hangs"].failure == "timeout"
    assert [len(order.works) for order in there.seen] == [8, 7, 3, 3]  # `shard`, then half of what is left
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert len([one for one in events if one["event"] == "document"]) == 21
    assert [one["source"] for one in events if one.get("document") == "07"] == ["130630_x"]
    size = max(len(pickle.dumps(order)) for order in there.seen)
    assert size < 4000  # digests and paths, never bytes


def test_a_document_that_kills_its_worker_is_split_out_and_quarantined(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    documents = [f"{number:02d}" for number in range(16)]
    plan = plan_of(tmp_path / "tables", documents, Journal(log))
    assert spread_over(plan, plan.missing(), There({"05": 99}).submit, slots=1) == 1
    assert plan.made == set(documents)
    assert plan.failures["05"].detail == GUILTY
    assert plan.store.get("05", plan.works["05"].failed_fingerprint) == f"05 died {GUILTY}".encode()
    told = [json.loads(line) for line in log.read_text().splitlines()]
    assert [one["document"] for one in told if one["event"] == "quarantined"] == ["05"]
    assert len([one for one in told if one["event"] == "batch_split"]) == 3  # 8, 4, 2, alone


def test_a_bystander_that_is_lost_with_another_passes_alone(tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "tables", list("abcdefgh"))
    there = There({"a": 3})
    assert spread_over(plan, list("abcdefgh"), there.submit, slots=1) == 0
    assert ["".join(sorted(order.works)) for order in there.seen if "a" in order.works] == ["abcd", "ab", "a", "a"]
    assert plan.missing() == []


def test_a_cluster_that_loses_everything_ends_the_night(tmp_path: Path) -> None:
    documents = [f"{number:02d}" for number in range(12)]
    plan = plan_of(tmp_path / "tables", documents)
    with pytest.raises(Trouble, match="none passed") as caught:
        spread_over(plan, documents, There(dict.fromkeys(documents, 99)).submit, slots=2)
    assert caught.value.code == 4
    assert len(plan.missing()) >= 3  # most are not blamed


def test_what_a_lost_worker_has_written_is_not_done_again(tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "tables", ["a", "b", "c", "d"])
    plan.limits = WorkLimits(shard=4)
    sent: list[list[str]] = []

    class Dies:
        def submit(self, name: str, packed: bytes) -> Any:
            order: orders.Order = pickle.loads(packed)
            sent.append(sorted(order.works))
            first = len(sent) == 1

            class Coming:
                def result(self) -> bytes:
                    if first:
                        order.store.put("a", order.works["a"].fingerprint, b"a")
                        raise Lost
                    return do_order(packed)

            return Coming()

    assert spread_over(plan, ["a", "b", "c", "d"], Dies().submit, slots=0) == 0
    assert sorted(one for batch in sent for one in batch).count("a") == 1
    assert plan.made == {"a", "b", "c", "d"}
    assert plan.finished == 4


def test_a_machine_with_other_code_or_another_data_root_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(tmp_path / "tables", ["a"])

    def elsewhere(packed: bytes) -> bytes:
        order: orders.Order = pickle.loads(packed)
        return do_order(pickle.dumps(replace(order, store=Store(tmp_path / "other"))))

    with pytest.raises(Trouble, match="not in our data root"):
        spread_over(plan, ["a"], There(work=elsewhere).submit, slots=1)

    def older(packed: bytes) -> bytes:
        order: orders.Order = pickle.loads(packed)
        return do_order(pickle.dumps(replace(order, code="older")))

    with pytest.raises(Trouble, match="other code") as caught:
        spread_over(plan, ["a"], There(work=older).submit, slots=1)
    assert caught.value.code == 2
    assert plan.missing() == ["a"]


@pytest.mark.parametrize(
    ("documents", "slots", "sizes"),
    [
        (67, 2, [17, 13, 9, 7, 5, 4, 4, 4, 4]),
        (100_000, 8, [500] * 200),
        (1, 64, [1]),
        (0, 1, []),
        (10, 0, [5, 3, 1, 1]),
    ],
)
def test_batches_become_smaller_towards_the_end_and_none_is_too_large(
    documents: int, slots: int, sizes: list[int]
) -> None:
    names = [f"{number:06d}" for number in range(documents)]
    batches = batches_of(names, unknown_size, slots, 500)
    assert [one for batch in batches for one in batch] == names
    assert [len(batch) for batch in batches] == sizes


def test_large_documents_come_first_and_batches_become_smaller() -> None:
    sizes = {"a": 100_000, "b": 9_000_000, "c": 50_000, "d": 4_000_000, **{f"e{n:02d}": 40_000 for n in range(40)}}
    batches = batches_of(sorted(sizes), sizes.__getitem__, 2, 500)
    assert [batch[0] for batch in batches[:2]] == ["b", "d"]
    assert batches[1][1:] + batches[2][:1] == ["a", "c"]
    assert sorted(one for batch in batches for one in batch) == sorted(sizes)
    counts = [len(batch) for batch in batches[2:]]
    assert counts == sorted(counts, reverse=True)
    assert len(batches) <= 10


def test_the_runner_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YUJUE_WORK_RUNNER", raising=False)
    assert work_runner() == WorkRunner("processes", None)
    monkeypatch.setenv("YUJUE_WORK_RUNNER", "dask")
    monkeypatch.setenv("YUJUE_WORK_DASK_ADDRESS", "tcp://10.0.0.5:8786")
    assert work_runner() == WorkRunner("dask", "tcp://10.0.0.5:8786")
    monkeypatch.setenv("YUJUE_WORK_DASK_ADDRESS", "10.0.0.5")
    with pytest.raises(SettingError, match="tcp://"):
        work_runner()
    monkeypatch.setenv("YUJUE_WORK_RUNNER", "ray")
    for address in ("auto", "10.0.0.5:6379", "ray://10.0.0.5:10001"):
        monkeypatch.setenv("YUJUE_WORK_RAY_ADDRESS", address)
        assert work_runner() == WorkRunner("ray", address)
    monkeypatch.setenv("YUJUE_WORK_RAY_ADDRESS", "10.0.0.5")
    with pytest.raises(SettingError, match=r"10\.0\.0\.5:6379"):
        work_runner()
    monkeypatch.setenv("YUJUE_WORK_RUNNER", "spark")
    with pytest.raises(SettingError, match="processes, dask or ray"):
        work_runner()


def test_while_a_slow_batch_is_waited_for_the_other_slots_have_work(tmp_path: Path) -> None:
    """Batches come back in any order; the first in the row may take as long as all others."""
    there = There()
    out: list[str] = []

    class Coming:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def result(self) -> bytes:
            if not out:
                out.append(str(len(there.seen)))  # how many were sent when the first was waited for
            return cast(bytes, self.inner.result())

    def submit(name: str, packed: bytes) -> Coming:
        return Coming(there.submit(name, packed))

    plan = plan_of(tmp_path / "tables", [f"{number:02d}" for number in range(40)])
    assert spread_over(plan, plan.missing(), submit, slots=2) == 0
    assert out == ["8"]  # four for each slot: none waits for the slow one
