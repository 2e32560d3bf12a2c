"""A pool of worker processes that can be killed: one hostile document costs one issue, never the night.

A worker that is late is killed, one that dies is replaced; a document whose worker died gets one more try alone, since
the machine may have run out of memory for another's sake; so does one that was short of memory in a worker that had
done others before. Works the same inside and outside Prefect.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal

import msgspec

from flows.errors import Trouble
from flows.settings import WorkLimits, worker_environment

Failure = Literal["timeout", "died", "memory", "archive", "damaged", "error"]
WORKER = "flows.worker"
KILLED = f"exit -{int(signal.SIGKILL)}"
ALONE_AFTER = (2.0, 8.0)  # seconds
AHEAD = 8  # jobs handed out for each process: none waits for the next
START_SECONDS = 60  # imports of the first document's libraries on a slow machine


@dataclass(frozen=True)
class Job:
    """One operation of `flows.worker` on one document."""

    operation: Literal["unpack", "convert", "read", "facts", "check"]
    sha256: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a job: the packed result, or how it failed and the last words of the worker.

    archive: the body is not in the archive, or not itself. damaged: the stored result the job builds on is.
    """

    job: Job
    packed: bytes = b""
    failure: Failure | None = None
    detail: str = ""
    seconds: float = 0.0  # wall time of the work itself

    @property
    def was_killed(self) -> bool:
        """Whether the system ended the worker (SIGKILL: short of memory, as a rule): the one death that can heal."""
        return self.failure == "died" and self.detail.startswith(KILLED)


class Workers:
    """Worker processes, kept from one call to the next: starting one costs as much as a hundred small documents."""

    def __init__(self, limits: WorkLimits) -> None:
        self.limits = limits
        self._minders: list[_Minder] = []
        self._forget()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, jobs: Iterable[Job]) -> Generator[Outcome, None, None]:
        """Outcomes as they are ready, of one call at a time. Closing it before its end ends all processes.

        Jobs are taken while others are done, so that putting them together costs the processes no waiting.
        """
        coming = iter(jobs)
        out = 0
        try:
            while True:
                for job in islice(coming, self.limits.workers * AHEAD - out):
                    self._hand_out(job, out)
                    out += 1
                if not out:
                    return
                outcome = self._done.get()
                out -= 1
                if isinstance(outcome, BaseException):
                    raise outcome
                yield outcome
        except BaseException:
            self.close()
            raise

    def _hand_out(self, job: Job, out: int) -> None:
        """To a process that is there, or to another where so many jobs are out that all that are there have one."""
        if len(self._minders) < min(self.limits.workers, out + 1):
            self._minders.append(_Minder(self._todo, self._done, self.limits))
            self._minders[-1].start()
        self._todo.put(job)

    def close(self) -> None:
        """End the processes. A later `run` starts others."""
        for minder in self._minders:
            minder.stop()
        for _ in self._minders:
            self._todo.put(None)  # wakes one that waits
        for minder in self._minders:
            minder.join()
        self._forget()

    def _forget(self) -> None:
        """What was in the queues was for the processes that are gone."""
        self._minders.clear()
        self._todo: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()


def run_jobs(jobs: Iterable[Job], limits: WorkLimits) -> Generator[Outcome, None, None]:
    """Run the jobs in `limits.workers` processes; outcomes come as they are ready. Closing it ends them all."""
    with Workers(limits) as workers:
        yield from workers.run(jobs)


def try_alone(job: Job, limits: WorkLimits, pauses: Sequence[float] | None = None) -> Outcome:
    """A job whose worker the system has killed: tried again when the others are done, each time after a longer wait."""
    outcome = Outcome(job, failure="died", detail=KILLED)
    for pause in ALONE_AFTER if pauses is None else pauses:
        time.sleep(pause)
        outcome = next(iter(run_jobs([job], replace(limits, workers=1))))
        if not outcome.was_killed:
            break
    return outcome


class _Minder(threading.Thread):
    """Minds one worker process: hands it jobs, waits no longer than the limit, replaces it when it is gone."""

    def __init__(
        self, todo: queue.SimpleQueue[Job | None], done: queue.SimpleQueue[Outcome | BaseException], limits: WorkLimits
    ) -> None:
        super().__init__(daemon=True, name="minder")
        self.todo, self.done, self.limits = todo, done, limits
        self.worker: _Worker | None = None
        self.stopped = threading.Event()

    def stop(self) -> None:
        self.stopped.set()
        worker = self.worker
        if worker is not None:
            worker.kill()

    def run(self) -> None:
        try:
            while (job := self.todo.get()) is not None and not self.stopped.is_set():
                used = self.worker is not None
                outcome = self._try(job)
                may_heal = outcome.failure == "died" or (outcome.failure == "memory" and used)
                if may_heal and not self.stopped.is_set():
                    outcome = self._try(job)
                self.done.put(outcome)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self.done.put(error)
        finally:
            if self.worker is not None:
                self.worker.close()

    def _try(self, job: Job) -> Outcome:
        if self.worker is None or self.worker.served >= self.limits.documents_per_worker:
            if self.worker is not None:
                self.worker.close()
            self.worker = _Worker(self.limits)
            if self.stopped.is_set():
                self.worker.kill()
        begin = time.monotonic()
        outcome = replace(self.worker.do(job), seconds=time.monotonic() - begin)
        if outcome.failure in ("timeout", "died", "memory"):
            self.worker.close()
            self.worker = None
        return outcome


@dataclass
class _Worker:
    """One worker process and the pipes to it."""

    limits: WorkLimits
    served: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.last_words = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self.process = subprocess.Popen(
            [sys.executable, "-m", WORKER, str(self.limits.seconds), str(self.limits.memory_mib)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.last_words,
            env=worker_environment(),
        )

    def do(self, job: Job) -> Outcome:
        first = self.served == 0
        self.served += 1
        deadline = time.monotonic() + self.limits.seconds + (START_SECONDS if first else 0)
        request = msgspec.msgpack.encode({"operation": job.operation, "arguments": job.arguments})
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(len(request).to_bytes(8, "big") + request)
            self.process.stdin.flush()
            size = int.from_bytes(self._take(8, deadline), "big")
            status, payload = msgspec.msgpack.decode(self._take(size, deadline), type=tuple[str, bytes])
        except TimeoutError:
            self.kill()
            return Outcome(job, failure="timeout", detail=f"{self.limits.seconds} s")
        except (OSError, EOFError):
            self.kill()
            return Outcome(job, failure="died", detail=self._tail())
        if status == "ok":
            return Outcome(job, packed=payload)
        if status == "memory":
            return Outcome(job, failure="memory", detail=f"{self.limits.memory_mib} MiB")
        if status == "trouble":
            raise Trouble(*msgspec.json.decode(payload, type=tuple[int, str, str]))
        failure: Failure = "archive" if status == "archive" else "damaged" if status == "damaged" else "error"
        return Outcome(job, failure=failure, detail=payload.decode(errors="replace"))

    def _take(self, size: int, deadline: float) -> bytes:
        """Exactly so many bytes from the worker. Raises TimeoutError, EOFError."""
        assert self.process.stdout is not None
        handle = self.process.stdout.fileno()
        taken = bytearray()
        while len(taken) < size:
            ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            # the descriptor itself: a buffered reader could hold bytes that select does not see
            piece = os.read(handle, min(size - len(taken), 1 << 20))
            if not piece:
                raise EOFError
            taken += piece
        return bytes(taken)

    def _tail(self) -> str:
        """Return code and last line the worker wrote to stderr."""
        code = self.process.wait()
        size = self.last_words.seek(0, 2)
        self.last_words.seek(max(0, size - 2000))
        lines = self.last_words.read().decode(errors="replace").strip().splitlines()
        return f"exit {code}" + (f", {lines[-1][:300]}" if lines else "")

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()

    def close(self) -> None:
        """End the process (it is idle or lost) and its pipes."""
        self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # an unsent request in the buffer of a dead worker
                    pipe.close()
        self.last_words.close()
