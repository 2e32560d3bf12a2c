"""Worker processes kept from one order to the next in a process of a cluster.

Starting one costs a second or two of imports, as much as a hundred small documents; an order is a few documents only.
Each order has its worker processes to itself; those that nobody wants for a while are ended.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from flows.settings import WorkLimits
from flows.workers import Workers

IDLE_SECONDS: Final = 600.0  # longer than what a night does itself between two stages, short beside a night


@dataclass
class Kept:
    """Idle worker processes by the limits they were started with; for any number of threads."""

    idle_seconds: float = IDLE_SECONDS
    _idle: list[tuple[float, Workers]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _watch: threading.Thread | None = None

    @contextmanager
    def lent(self, limits: WorkLimits) -> Iterator[Workers]:
        """Worker processes under these limits, for one caller. Ended, not kept, where the caller's work raised."""
        workers = self._take(limits)
        try:
            yield workers
        except BaseException:
            workers.close()
            raise
        with self._lock:
            self._idle.append((time.monotonic(), workers))
            if self._watch is None:
                self._watch = threading.Thread(target=self._end_idle, daemon=True, name="kept workers")
                self._watch.start()

    def close(self) -> None:
        """End all that are idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, workers in idle:
            workers.close()

    def _take(self, limits: WorkLimits) -> Workers:
        with self._lock:
            for place in reversed(range(len(self._idle))):  # the one that was used last: the others may go
                if self._idle[place][1].limits == limits:
                    return self._idle.pop(place)[1]
        return Workers(limits)

    def _end_idle(self) -> None:
        while True:
            with self._lock:
                if not self._idle:
                    self._watch = None
                    return
                until = self._idle[0][0] + self.idle_seconds
                late = [self._idle.pop(0)[1]] if until <= time.monotonic() else []
            for workers in late:
                workers.close()
            if not late:
                time.sleep(max(0.01, until - time.monotonic()))


KEPT: Final = Kept()
atexit.register(KEPT.close)
