"""Results written by threads: all of them, in order, and trouble where it belongs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from flows.writing import AHEAD, THREADS, written


def test_slow_writes_run_side_by_side_and_come_back_in_order() -> None:
    together, most, lock = 0, 0, threading.Lock()

    def write(number: int) -> int:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        time.sleep(0.02 if number % 3 else 0.05)
        with lock:
            together -= 1
        return number * 2

    assert list(written(range(40), write)) == [(number, number * 2) for number in range(40)]
    assert 1 < most <= THREADS


def test_few_results_wait_at_a_time() -> None:
    taken: list[int] = []
    go = threading.Event()

    def results() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            if len(taken) > AHEAD:
                go.set()
            yield number

    stream = written(results(), lambda number: go.wait(5))
    assert next(stream) == (0, True)
    assert len(taken) <= AHEAD + 2
    assert len(list(stream)) == 99


def test_the_error_of_a_write_is_raised_here_and_the_others_are_written() -> None:
    done: list[int] = []

    def write(number: int) -> None:
        if number == 3:
            raise OSError(28, "disk full")
        time.sleep(0.01)
        done.append(number)

    with pytest.raises(OSError, match="disk full"):
        list(written(range(5), write))
    assert done[:3] == [0, 1, 2]
