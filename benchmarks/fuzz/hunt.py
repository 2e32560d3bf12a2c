"""One part of a run: inputs of one target after the other in one process, with a clock and a bound of memory."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

import msgspec

from benchmarks.fuzz.mutate import mutate
from benchmarks.fuzz.targets import TARGETS, Target

SECONDS = 10
"""For one input: the slowest honest one takes a tenth of it."""
MEMORY = 3 * 2**30
LARGEST_CORPUS = 300_000
"""Bytes of a real document, made small where its target can."""
LARGEST_READ = 8 * 2**20
MOST_CORPUS = 24
REAL = 0.05
"""Of the inputs of a target begin with a real document, where there are any."""
DEEP = 0.7
SHOWN = 200
"""After so many inputs a part says how far it is."""


class TooSlow(BaseException):
    """An input took longer than SECONDS. No Exception: the last net of a reader must not catch it."""


@dataclass(frozen=True)
class Part:
    """So many inputs of a target, from number `first` on."""

    target: str
    inputs: int
    seed: int
    first: int = 0


@dataclass
class Found:
    """Of one target: inputs, seconds, slowest input, memory before and after (MB), and the troubles by their place."""

    target: str
    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    first_mb: float = 0.0
    last_mb: float = 0.0
    troubles: dict[str, tuple[int, bytes, str]] = field(default_factory=dict)

    def add(self, place: str, data: bytes, told: str) -> None:
        """One trouble more; of inputs that fail alike the smallest is kept."""
        count, smallest, said = self.troubles.get(place, (0, data, told))
        self.troubles[place] = (count + 1, min(data, smallest, key=len), said)


class Hand:
    """The input being worked on, in a file: what is left of a process that died with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)

    def take(self, number: int, data: bytes) -> None:
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, number.to_bytes(8, "big") + data, 0)

    def close(self) -> None:
        os.close(self._file)


def left_in_hand(path: Path) -> tuple[int, bytes] | None:
    """(number, input) of what was being worked on; None before the first."""
    with contextlib.suppress(OSError):
        found = path.read_bytes()
        return (int.from_bytes(found[:8], "big"), found[8:]) if len(found) >= 8 else None
    return None


def bound_this_process() -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def target_named(name: str) -> Target:
    return next(target for target in TARGETS if target.name == name)


def hunt(part: Part, corpus: str | None, hand: Hand, tell: Callable[[Found], None] = lambda found: None) -> Found:
    """Give the inputs of a part to its target; the same part has the same inputs. tell: how far it is, now and then."""
    target = target_named(part.target)
    seeds, real = bases(target, corpus, hand.path.parent)
    found = Found(part.target)
    began = time.monotonic()
    for number in range(part.first, part.inputs):
        chance = Random(f"{part.target}/{part.seed}/{number}")
        origin = chance.choice(real if real and chance.random() < REAL else seeds)
        data = make_input(target, origin, chance, seeds)
        hand.take(number, data)
        one(target, data, origin, found)
        if number == part.inputs // 10:
            found.first_mb = _memory()
        if number % SHOWN == 0:
            found.last_mb, found.seconds = _memory(), time.monotonic() - began
            tell(found)
    found.first_mb = found.first_mb or _memory()
    found.last_mb, found.seconds = _memory(), time.monotonic() - began
    return found


def make_input(target: Target, origin: bytes, chance: Random, seeds: list[bytes]) -> bytes:
    """Mostly a change that keeps the format, where the target has such; else changed bytes."""
    if target.deep is not None and chance.random() < DEEP:
        deep = target.deep(origin, chance)
        if deep is not None:
            return deep
    return mutate(origin, chance, [] if target.damage else seeds)


def one(target: Target, data: bytes, origin: bytes, found: Found) -> None:
    """Run one input; what it raises is a trouble."""
    start = time.monotonic()
    previous = signal.signal(signal.SIGALRM, _alarm)
    signal.alarm(SECONDS)
    try:
        target.run(data, origin)
    except (Exception, TooSlow) as error:  # noqa: BLE001 - what is looked for
        found.add(_place(error), data, "".join(traceback.format_exception(error, limit=-4))[-1500:])
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
    found.inputs += 1
    found.slowest = max(found.slowest, time.monotonic() - start)


def _alarm(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow(f"more than {SECONDS} s")


def _place(error: BaseException) -> str:
    """Kind and innermost place: inputs that fail alike count as one trouble."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "site-packages" not in f.filename]
    last = frames[-1] if frames else None
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.name}" if last else type(error).__name__


def _memory() -> float:
    """Resident megabytes now (not the highest), where the system tells."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bases(target: Target, corpus: str | None, kept: Path) -> tuple[list[bytes], list[bytes]]:
    """(our seeds, real documents made small) of a target: made once for all parts of a run, and kept in its folder."""
    path = kept / f"bases-{target.name}"
    with contextlib.suppress(FileNotFoundError):
        seeds, real = msgspec.msgpack.decode(path.read_bytes(), type=tuple[list[bytes], list[bytes]])
        return seeds, real
    found = (target.seeds(), _corpus(target, corpus))
    half = path.with_name(f"{path.name}.{os.getpid()}")
    half.write_bytes(msgspec.msgpack.encode(found))
    half.replace(path)
    return found


def _corpus(target: Target, folder: str | None) -> list[bytes]:
    """Real documents of this kind, where there are any: made small, and of these the smallest."""
    if folder is None or not target.corpus:
        return []
    paths = [path for pattern in target.corpus for path in sorted(Path(folder).rglob(pattern)) if path.is_file()]
    found = (target.shorten(path.read_bytes()) for path in paths if path.stat().st_size < LARGEST_READ)
    small = {data for data in found if data is not None and len(data) < LARGEST_CORPUS}
    return sorted(small, key=lambda data: (len(data), data))[:MOST_CORPUS]


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
