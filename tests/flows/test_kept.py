"""Worker processes of a cluster's slot serve order after order, and go when nobody wants them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from flows import workers
from flows.kept import Kept
from flows.settings import WorkLimits
from flows.workers import Job, Workers
from tests.conftest import ROOT

LIMITS = WorkLimits(seconds=5, memory_mib=2048, workers=1)


def processes(kept: Workers) -> set[int]:
    return {minder.worker.process.pid for minder in kept._minders if minder.worker is not None}


def work(kept: Workers) -> None:
    assert [one.packed for one in kept.run([Job("read", "fine", {"path": "fine", "filename": ""})])] == [b"fine"]


def is_there(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_the_next_order_gets_the_same_process_and_idle_ones_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORKER", "tests.flows.bad_worker")
    monkeypatch.chdir(ROOT)
    pool = Kept(idle_seconds=0.3)
    with pool.lent(LIMITS) as first:
        work(first)
        (process,) = processes(first)
        with pool.lent(LIMITS) as beside:
            assert beside is not first  # each order has its processes to itself
    with pool.lent(LIMITS) as second:
        work(second)
        assert processes(second) == {process}
    with pool.lent(replace(LIMITS, seconds=6)) as other:
        assert other is not second
    until = time.monotonic() + 20
    while is_there(process) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_there(process)


def test_processes_of_an_order_that_broke_off_are_not_kept() -> None:
    pool = Kept()
    with pytest.raises(KeyError), pool.lent(LIMITS) as broken:
        raise KeyError
    with pool.lent(LIMITS) as after:
        assert after is not broken
