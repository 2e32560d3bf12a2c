"""A process for one crawl, and how it is come by: forked by a nursery (`crawl.nursery`) where that works, else started.

Both are told what to do on stdin, tell events on stdout, log to a file, have a session of their own, and do nothing
before they are told: one that is given up while it begins has done no harm.

A nursery lives in the process that asked for it, for one module, and serves all its threads and data roots. One that
has died is followed by a new one; where it cannot work at all, a crawl is a process started from nothing, which costs
a second or two of imports and nothing else.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Protocol

import msgspec

from crawl.nursery import Order

START_SECONDS = 60.0  # a nursery that has not forked by then (it imports first) is given up
IDLE_SECONDS = 300.0  # one without work ends
_log = logging.getLogger(__name__)


class Child(Protocol):
    """What the runner needs of a process; `subprocess.Popen` has most of it.

    pid is also that of its process group, and is not given to another process before `close`. parent: the process it
    dies with.
    """

    pid: int
    parent: int
    stdin: IO[bytes]
    stdout: IO[bytes]

    def poll(self) -> int | None:
        """Exit code (-N: signal N), None while it runs."""

    def wait(self, timeout: float) -> int:
        """Exit code. Raises subprocess.TimeoutExpired."""

    def close(self) -> None:
        """No more will be asked of it; it has ended."""


class NoNursery(RuntimeError):  # noqa: N818 (the name of what happened)
    """The nursery did not fork."""


class Started:
    """A process of its own from the beginning."""

    def __init__(self, module: str, log: IO[bytes], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=dict(environment),
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.pid, self.parent = self._process.pid, os.getpid()
        self.stdin, self.stdout = self._process.stdin, self._process.stdout

    def poll(self) -> int | None:
        """See Child."""
        return self._process.poll()

    def wait(self, timeout: float) -> int:
        """See Child."""
        return self._process.wait(timeout)

    def close(self) -> None:
        """See Child."""
        _close(self.stdin, self.stdout)


class Forked:
    """A process a nursery has forked. status: our end of the socket on which it is told of."""

    def __init__(self, nursery: int, status: socket.socket, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.parent, self.stdin, self.stdout = nursery, stdin, stdout
        self._status = status
        self._heard = b""
        self._code: int | None = None
        word, pid = self._line(START_SECONDS) or ("", 0)
        if word != "began":
            raise NoNursery("it ended, or took too long")
        self.pid = pid

    def poll(self) -> int | None:
        """See Child."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0.0)
        return None

    def wait(self, timeout: float) -> int:
        """See Child. Where the nursery died, so did the process: by SIGKILL."""
        if self._code is None:
            found = self._line(timeout)
            if found is None and not self._over:
                raise subprocess.TimeoutExpired("a forked crawl", timeout)
            self._code = -9 if found is None else found[1]
        return self._code

    def close(self) -> None:
        """See Child. The nursery kills what is left of its group."""
        _close(self.stdin, self.stdout)
        self._status.close()

    _over = False  # the nursery has said its last word

    def _line(self, timeout: float) -> tuple[str, int] | None:
        """The next line that is told (see `crawl.nursery`); None when it does not come."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self._heard:
            readable, _, _ = select.select([self._status], [], [], max(0.0, deadline - time.monotonic()))
            if not readable:
                return None
            heard = b""
            with contextlib.suppress(ConnectionError):
                heard = self._status.recv(64)
            if not heard:
                self._over = True
                return None
            self._heard += heard
        line, _, self._heard = self._heard.partition(b"\n")
        word, number = line.split()
        return word.decode(), int(number)


class _Nursery:
    """Our side of one nursery."""

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self.words = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the nursery)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "crawl.nursery", str(theirs.fileno()), module, str(IDLE_SECONDS)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.words,
                env=dict(environment),
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )
        self.control = ours
        self.sending = threading.Lock()

    def fork(self, log: IO[bytes], environment: Mapping[str, str]) -> Forked:
        """A new process. Raises NoNursery, OSError."""
        message = msgspec.json.encode(Order(dict(environment), str(Path.cwd())))
        stdin_read, stdin = os.pipe()
        stdout, stdout_write = os.pipe()
        ours, theirs = socket.socketpair()
        into, out = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        try:
            try:
                with self.sending:
                    sent = [stdin_read, stdout_write, log.fileno(), theirs.fileno()]
                    socket.send_fds(self.control, [message], sent)
            finally:
                os.close(stdin_read)
                os.close(stdout_write)
                theirs.close()
            return Forked(self.process.pid, ours, into, out)
        except BaseException:
            _close(into, out)
            ours.close()
            raise

    def ended(self) -> int | None:
        """Its exit code, if it is on its way out; None while it runs."""
        try:
            return self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            return None

    def disown(self) -> None:
        """In a fork of the process it belongs to: let go of it."""
        self.control.close()
        self.process.returncode = 0  # nobody's child here

    def close(self) -> str:
        """End it, with all it has forked. Its last words ('' where it said nothing)."""
        self.control.close()  # it ends by itself when it sees this
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with self.words:
            self.words.seek(0)
            lines = self.words.read(1_000_000).decode("utf-8", "replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        return said[-1][:300] if said else ""


_Key = tuple[str, ...]
_nurseries: dict[_Key, _Nursery] = {}
_given_up: list[_Nursery] = []  # they do not answer, but crawls may run under them
_hopeless: set[_Key] = set()
_lock = threading.Lock()


def new_child(module: str, log: IO[bytes], environment: Mapping[str, str]) -> Child:
    """A process that runs `module` as `python -m` would; `module.main()` is its entry. log: what becomes its stderr."""
    # how Python itself was started cannot be changed after a fork
    key = (module, *sorted(f"{name}={value}" for name, value in environment.items() if name.startswith("PYTHON")))
    for _ in range(2):  # the second time for one that has just ended
        if (nursery := _nursery(key, module, environment)) is None:
            break
        try:
            return nursery.fork(log, environment)
        except (NoNursery, OSError) as error:
            _drop(key, nursery, str(error))
    return Started(module, log, environment)


def close_nurseries() -> None:
    """End every nursery of this process, with all that runs under it."""
    with _lock:
        ending = [*_nurseries.values(), *_given_up]
        _nurseries.clear()
        _given_up.clear()
        _hopeless.clear()
    for one in ending:
        one.close()


def _nursery(key: _Key, module: str, environment: Mapping[str, str]) -> _Nursery | None:
    """The nursery for a module, a new one where there is none; None where it is known not to work."""
    if sys.platform != "linux":  # a death signal, threads to be counted, SEQPACKET: all of them Linux's
        return None
    with _lock:
        if key in _hopeless:
            return None
        if key not in _nurseries:
            _nurseries[key] = _Nursery(module, environment)
        return _nurseries[key]


def _drop(key: _Key, nursery: _Nursery, trouble: str) -> None:
    """It did not fork: the next crawl has another, or none where it ended by its own decision and before any work."""
    code = nursery.ended()
    with _lock:
        if _nurseries.get(key) is not nursery:  # another thread was here first
            return
        del _nurseries[key]
        if code is None:
            _given_up.append(nursery)
        elif code > 0:
            _hopeless.add(key)
    if code is None:
        _log.warning("the nursery for %s does not fork (%s): this crawl is started by itself", key[0], trouble)
        return
    said = nursery.close()
    if code:
        _log.warning("the nursery for %s ended with code %d: %s", key[0], code, said or "it said nothing")


def _after_fork() -> None:
    """In a fork of this process: the nurseries are not its own, and must not live for its sake."""
    global _lock  # noqa: PLW0603 (another thread may have held it)
    _lock = threading.Lock()
    for one in [*_nurseries.values(), *_given_up]:
        one.disown()
    _nurseries.clear()
    _given_up.clear()


def _close(*files: IO[bytes]) -> None:
    for file in files:
        with contextlib.suppress(OSError):  # what was not written yet has no reader any more
            file.close()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(close_nurseries)
