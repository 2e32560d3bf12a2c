"""The nursery: one process that has imported all a crawl needs, and forks a crawl process whenever it is asked to.

`python -m crawl.nursery CONTROL MODULE SECONDS` is started by `crawl.child` only. CONTROL is the number of an inherited
Unix socket; after SECONDS without work it ends. Each message on the socket asks for one process: {"environment",
"folder"}, with four descriptors (what becomes its stdin, stdout and stderr, and a status socket). On the status socket
the process says `began ID` when it is a group of its own, and the nursery `ended CODE`, one line each; the other end is
closed by who asked, and only then the process is reaped, so that its id stays its own while anybody may signal it.

MODULE has main(), which does what `python -m MODULE` would, and may have prepare(), called once before all forks.

A forked process is what `python -m MODULE` would be: a session, an environment and a log of its own. It ends with the
nursery (the kernel sees to it), the nursery ends with who started it, and without that when it had nothing to do for a
while. It refuses to work where a fork would not be safe: threads, or a reactor that is installed already.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from crawl.parent import die_with_parent
from crawl.settings import become

MAX_MESSAGE: Final = 1_000_000
_TICK_SECONDS: Final = 1.0
_DESCRIPTORS: Final = 4


class Order(msgspec.Struct, frozen=True):
    """What the forked process begins with. folder: its working folder."""

    environment: dict[str, str]
    folder: str


class NotSafe(RuntimeError):  # noqa: N818 (the name of what happened)
    """A fork now would copy what must not be copied."""


def check_safe_to_fork() -> None:
    """Raise NotSafe where threads run (those of libraries too, on Linux) or a reactor is installed."""
    if "twisted.internet.reactor" in sys.modules:
        raise NotSafe("a reactor is installed")
    tasks = Path("/proc/self/task")
    threads = len(list(tasks.iterdir())) if tasks.is_dir() else 1
    if threads != 1:
        raise NotSafe(f"{threads} threads run")


def tell(status: socket.socket, word: str, number: int) -> None:
    """One line for who asked for a process."""
    with contextlib.suppress(OSError):  # nobody listens: the selector says so next
        status.sendall(f"{word} {number}\n".encode())


class Nursery:
    """Forks, watches over and reaps. control: the socket of who started us; entry: what a forked process calls."""

    def __init__(self, control: socket.socket, entry: Callable[[], object], idle_seconds: float) -> None:
        self.control = control
        self.entry = entry
        self.idle_seconds = idle_seconds
        self.parent = os.getppid()
        self.status: dict[int, socket.socket] = {}  # process → where its end is told
        self.ended: set[int] = set()  # those that are told of and not reaped yet
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ)
        self.wakeup, self.wake = os.pipe()
        os.set_blocking(self.wakeup, False)
        os.set_blocking(self.wake, False)
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only so that it wakes the selector
        self.selector.register(self.wakeup, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until who started us is gone, or there is nothing to do."""
        last = time.monotonic()
        while os.getppid() == self.parent:
            for key, _ in self.selector.select(_TICK_SECONDS):
                if key.fileobj is self.control:
                    if not self._take_order():
                        return
                elif key.fileobj == self.wakeup:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self.wakeup, 4096)
                else:
                    self._let_go(int(key.data))
            self._look_after()
            if self.status:
                last = time.monotonic()
            elif time.monotonic() - last > self.idle_seconds:
                return

    def close(self) -> None:
        """End what is left: nobody waits for it."""
        for pid in list(self.status):
            self._let_go(pid)

    def _take_order(self) -> bool:
        """Fork once; False when the other side is gone."""
        message, descriptors, _, _ = socket.recv_fds(self.control, MAX_MESSAGE, _DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
        if not message:
            return False
        if len(descriptors) != _DESCRIPTORS:  # cut short: who asked has died in the middle, or has no descriptors left
            for descriptor in descriptors:
                os.close(descriptor)
            return True
        *streams, number = descriptors
        status = socket.socket(fileno=number)
        order = msgspec.json.decode(message, type=Order)
        try:
            nursery, pid = os.getpid(), os.fork()
            if not pid:
                self._become(order, nursery, streams, status)
        except OSError:  # no memory, no more processes: who asked sees that no process was told of
            status.close()
            return True
        finally:
            for descriptor in streams:
                os.close(descriptor)
        self.status[pid] = status
        self.selector.register(status, selectors.EVENT_READ, pid)
        return True

    def _become(self, order: Order, nursery: int, streams: list[int], status: socket.socket) -> NoReturn:
        """In the forked process: put off all that is the nursery's, and be what was asked for."""
        code = 1
        try:
            os.setsid()
            die_with_parent(nursery)
            tell(status, "began", os.getpid())
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number, descriptor in enumerate(streams):
                os.dup2(descriptor, number)
                os.close(descriptor)
            self.selector.close()
            for one in (self.control, status, *self.status.values()):
                one.close()
            os.close(self.wakeup)
            os.close(self.wake)
            become(order.environment)
            os.chdir(order.folder)
            self.entry()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        except BaseException:  # noqa: BLE001 (this is the outermost frame of a process)
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _look_after(self) -> None:
        """Tell of those that have ended."""
        for pid in [one for one in self.status if one not in self.ended]:
            found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is not None:
                self.ended.add(pid)
                code = found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
                tell(self.status[pid], "ended", code)

    def _let_go(self, pid: int) -> None:
        """Who asked for the process is done with it: what is left of it ends, and its id becomes free."""
        status = self.status.pop(pid)
        with contextlib.suppress(KeyError):
            self.selector.unregister(status)
        status.close()
        for kill in (os.killpg, os.kill):  # it may have had no time to make its group
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
        self.ended.discard(pid)
        os.waitpid(pid, 0)


def main() -> None:
    """Entry of the process."""
    control, module = socket.socket(fileno=int(sys.argv[1])), importlib.import_module(sys.argv[2])
    getattr(module, "prepare", lambda: None)()
    check_safe_to_fork()
    gc.collect()
    gc.freeze()  # what is there stays: forked processes share it, and never look through it again
    nursery = Nursery(control, module.main, float(sys.argv[3]))
    try:
        nursery.serve()
    finally:
        nursery.close()


if __name__ == "__main__":
    main()
