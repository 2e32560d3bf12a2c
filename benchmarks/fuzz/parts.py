"""The parts of a run, so many at once, each in a process that is looked after from here.

A process that dies, or hangs where no signal of its own reaches it, costs the input it had in hand: that is a trouble,
and the part goes on behind it in a new process.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from benchmarks.fuzz.hunt import Found, Hand, Part, bound_this_process, hunt, left_in_hand
from benchmarks.fuzz.targets import TARGETS

PART = 2_000
STUCK = 90
"""Seconds without a new input: the alarm of the process itself was not heard. A start with its seeds takes a few."""


@dataclass
class _Running:
    part: Part
    process: BaseProcess
    hand: Path
    since: float
    last: Found | None = None


def parts_of(inputs: int, seed: int, only: str | None) -> list[Part]:
    """The inputs shared out over the targets, in parts of at most PART; the costly targets first."""
    chosen = [target for target in TARGETS if only in (None, target.name)]
    whole = sum(target.share for target in chosen)
    found = []
    for target in chosen:
        left, number = max(1, -(-inputs * target.share // whole)), 0
        while left > 0:
            found.append(Part(target.name, min(left, PART), seed * 1_000 + number))
            left, number = left - PART, number + 1
    return found


def run_parts(
    parts: list[Part], corpus: str | None, jobs: int, work: Callable[..., None] | None = None
) -> Iterator[Found]:
    """What came of every part, as it ends; of one whose process died, more than one. work: as `_work`."""
    context = _context()
    waiting, running = list(reversed(parts)), dict[Connection, _Running]()
    with tempfile.TemporaryDirectory(prefix="yujue-fuzz-") as folder:
        number = 0
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    number += 1
                    ours, theirs = context.Pipe(duplex=False)
                    hand, part = Path(folder) / str(number), waiting.pop()
                    process = context.Process(target=work or _work, args=(part, corpus, hand, theirs), daemon=True)
                    process.start()
                    theirs.close()
                    running[ours] = _Running(part, process, hand, time.time())
                for connection in wait(list(running), timeout=1.0):
                    assert isinstance(connection, Connection)
                    yield from _heard(connection, running, waiting)
                for connection, one in list(running.items()):
                    if time.time() - _touched(one) > STUCK:
                        one.process.kill()
                        one.process.join()
                        yield _lost(connection, running, waiting, f"hangs for {STUCK} s, deaf to its alarm")
        finally:
            for one in running.values():
                one.process.kill()


def _context() -> Any:
    """Processes forked from one that has imported everything, where the system has that: a start costs seconds."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.fuzz.hunt"])
    return context


def _work(part: Part, corpus: str | None, hand: Path, told: Connection) -> None:
    """In the process of a part: says how far it is, and at last what it found."""
    bound_this_process()
    held = Hand(hand)
    found = hunt(part, corpus, held, lambda so_far: told.send((False, so_far)))
    told.send((True, found))
    told.close()


def _heard(connection: Connection, running: dict[Connection, _Running], waiting: list[Part]) -> Iterator[Found]:
    one = running[connection]
    try:
        over, found = connection.recv()
    except EOFError:
        one.process.join()
        yield _lost(connection, running, waiting, f"process died, {_cause(one.process.exitcode)}")
        return
    one.last = found
    if over:
        one.process.join()
        connection.close()
        del running[connection]
        yield found


def _lost(connection: Connection, running: dict[Connection, _Running], waiting: list[Part], why: str) -> Found:
    """The trouble of a process that is gone, with all it had said before; the rest of its part is waiting again."""
    one = running.pop(connection)
    connection.close()
    found = one.last or Found(one.part.target)
    found.first_mb = found.first_mb or found.last_mb  # how much it grew was not known yet
    held = left_in_hand(one.hand)
    if held is None:
        found.add(f"{why}, before its first input", b"", "")
        print(f"{one.part}: {why}, before its first input", file=sys.stderr, flush=True)
        return found
    number, data = held
    found.add(why, data, f"{one.part}, input {number}")
    found.inputs = number + 1 - one.part.first
    found.seconds = time.time() - one.since
    if number + 1 < one.part.inputs:
        waiting.append(Part(one.part.target, one.part.inputs, one.part.seed, number + 1))
    return found


def _cause(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _touched(one: _Running) -> float:
    try:
        return max(one.since, one.hand.stat().st_mtime)
    except OSError:
        return one.since
