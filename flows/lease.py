"""One night at a time, over all machines: a lease is an object with an owner, renewed while the owner lives.

    lease/00000007.json     {owner, host, process, beat, seconds, released}

Every holder has a number of its own, one more than the last. Whoever creates the object of the next number holds the
lease: the store lets one of several succeed (`If-None-Match: *`; in a folder: a hard link). The holder writes its
object anew every quarter of its time; one that was not renewed for the whole of it may be taken over, by a higher
number. No clock of ours is compared with another's: the age of the object is told by the store's clock alone, and
before it is taken over it is watched, for longer than a living owner waits, by a clock that no one sets.

What a former holder that only slept might still write is fenced off: it asks before each step that counts (`check`),
and what it writes bears its number, which a higher one outranks (`flows.working_copy`).
"""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from flows import errors
from flows.objects import Objects

FOLDER: Final = "lease/"
_NAME = re.compile(r"lease/(\d{8})\.json")
_BEATS: Final = 4  # in the time after which a lease may be taken over
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
Clock = Callable[[], float]


def steady() -> float:
    """Seconds that nobody sets, and that go on while the machine sleeps (where the system has such a clock)."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Holder(msgspec.Struct, frozen=True):
    """Who holds the lease. host: name and boot of the machine. exclusive_on_host: place of the lock that only this
    process could hold on its machine. beat: how often it was renewed. seconds: without renewal, until it is lost."""

    owner: str
    host: str
    process: int
    exclusive_on_host: str
    seconds: float
    beat: int = 0
    released: bool = False

    @property
    def machine(self) -> str:
        return self.host.partition(" ")[0]


def this_host() -> str:
    """Name of the machine, and which of its boots this is: another boot is no proof that a process of it is gone."""
    try:
        boot = _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        boot = "-"
    return f"{socket.gethostname()} {boot}"


@dataclass
class Lease:
    """The right to write in a data root. lock: the lock of this machine that this process holds, so that another holder
    that named the same lock of the same machine is known to be dead. seconds: see `Holder`."""

    objects: Objects
    seconds: float
    lock: str
    host: str = field(default_factory=this_host)
    clock: Clock = steady
    sleep: Callable[[float], object] = time.sleep
    number: int = 0
    _holder: Holder | None = field(default=None, repr=False)
    _renewed: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _thread: threading.Thread | None = field(default=None, repr=False)
    _writing: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _lost: str | None = None

    def acquire(self) -> None:
        """Raises Trouble (exit code 2) where another holds it, saying who; as the store does where it is in trouble."""
        number, holder = self._newest()
        if holder is not None and not holder.released and not self._is_dead(holder):
            self._wait_for_the_dead(number, holder)
        mine = Holder(uuid4().hex, self.host, os.getpid(), self.lock, self.seconds)
        began = self.clock()
        if not self.objects.create(_name(number + 1), msgspec.json.encode(mine)):
            raise self._busy(self._newest()[1])
        self.number, self._holder, self._renewed, self._lost = number + 1, mine, began, None
        self.objects.remove(one for one in self._names() if one < _name(number))
        self._stop.clear()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="lease")
        self._thread.start()

    def check(self) -> None:
        """Before a step that counts. Raises Trouble (exit code 4) where the lease is no longer ours."""
        if self._lost is None and self.clock() - self._renewed > self.seconds:
            self._lost = f"not renewed for {self.seconds:g} s"
        if self._lost is None:
            number, _ = self._newest()
            if number != self.number:
                self._lost = f"taken over as number {number}"
        if self._lost is not None:
            raise errors.data(
                f"本次运行已失去数据目录的租约（{self._lost}），到此为止；下一夜会补齐",
                f"this run has lost its lease on the data root ({self._lost}) and ends here; the next completes it",
            )

    def release(self) -> None:
        """Give it up, so that the next need not wait. Nothing where it was lost."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        if self._holder is not None and self._lost is None and self._newest()[0] == self.number:
            done = msgspec.structs.replace(self._holder, released=True)
            self.objects.write(_name(self.number), msgspec.json.encode(done))
        self._holder = None

    def renew(self) -> None:
        """Write our object anew: a sign of life. Raises Trouble where the store cannot be used."""
        assert self._holder is not None
        began = self.clock()
        if began - self._renewed > self.seconds:
            self._lost = f"not renewed for {self.seconds:g} s"
            return
        beat = msgspec.structs.replace(self._holder, beat=self._holder.beat + 1)
        self.objects.write(_name(self.number), msgspec.json.encode(beat))
        self._holder, self._renewed = beat, began

    def _beat(self) -> None:
        while not self._stop.wait(self.seconds / _BEATS):
            try:
                self.renew()
            except (errors.Trouble, OSError):
                continue  # the store may be back in time; `check` says so where it is not
            if self._lost is not None:
                return

    def _wait_for_the_dead(self, number: int, holder: Holder) -> None:
        """Raises Trouble where the holder lives, or is not known to be dead long enough."""
        age = self.objects.age(_name(number))
        if age is not None and age <= holder.seconds:
            raise self._busy(holder, age)
        until = self.clock() + holder.seconds / _BEATS * 1.5
        while (left := until - self.clock()) > 0:
            self.sleep(min(left, 1.0))
        found, now = self._newest()
        if now is not None and not now.released and (found, now) != (number, holder):
            raise self._busy(now)

    def _is_dead(self, holder: Holder) -> bool:
        """We hold the lock that it held on this machine: so it holds it no more."""
        return holder.host == self.host and holder.exclusive_on_host == self.lock

    def _names(self) -> list[str]:
        return [one.name for one in self.objects.entries(FOLDER) if _NAME.fullmatch(one.name)]

    def _newest(self) -> tuple[int, Holder | None]:
        """The highest number and who has it; one that cannot be read counts as held by a stranger."""
        names = self._names()
        if not names:
            return 0, None
        number = int(names[-1][len(FOLDER) : -len(".json")])
        try:
            return number, msgspec.json.decode(self.objects.read(names[-1]), type=Holder)
        except FileNotFoundError:
            return number, None
        except msgspec.MsgspecError:
            return number, Holder("", "?", 0, "", self.seconds)

    def _busy(self, holder: Holder | None, age: float | None = None) -> errors.Trouble:
        who = "?" if holder is None else f"{holder.machine}, {holder.process}"
        wait = "" if holder is None else f"{max(0.0, holder.seconds - (age or 0.0)):.0f}"
        return errors.usage(
            f"另一台机器上的运行正在使用 {self.objects.place}（{who}）；若它已死，{wait or '稍后'} 秒后可接手",
            f"another night is at work in {self.objects.place} (on {who}); if it is dead, it can be taken over in "
            f"{wait or 'some'} s",
        )


def _name(number: int) -> str:
    return f"{FOLDER}{number:08d}.json"
