"""One worker: inputs of one target after the other in a process of its own, with a clock and a bound of memory."""

from __future__ import annotations

import contextlib
import hashlib
import resource
import signal
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from benchmarks.fuzz.mutate import inside, mutate
from benchmarks.fuzz.targets import TARGETS, Target, is_package

SECONDS = 10
"""For one input: the slowest honest one takes a tenth of it."""
MEMORY = 3 * 2**30
LARGEST_CORPUS = 150_000
MOST_CORPUS = 6


class TooSlow(BaseException):
    """An input took longer than SECONDS. No Exception: the last net of a reader must not catch it."""


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


def target_named(name: str) -> Target:
    return next(target for target in TARGETS if target.name == name)


def hunt(name: str, inputs: int, seed: int, corpus: str | None) -> Found:
    """Give so many inputs to a target; the same seed gives the same inputs."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    target = target_named(name)
    seeds = target.seeds() + _corpus(target, corpus)
    found = Found(name)
    began = time.monotonic()
    for number in range(inputs):
        chance = Random(f"{name}/{seed}/{number}")
        origin = chance.choice(seeds)
        data = make_input(target, origin, chance, seeds)
        _one(target, data, origin, found)
        if number == inputs // 10:
            found.first_mb = _memory()
    found.last_mb = _memory()
    found.seconds = time.monotonic() - began
    return found


def make_input(target: Target, origin: bytes, chance: Random, seeds: list[bytes]) -> bytes:
    if target.package and is_package(origin) and chance.random() < 0.8:
        return inside(origin, chance)
    return mutate(origin, chance, [] if target.damage else seeds)


def _one(target: Target, data: bytes, origin: bytes, found: Found) -> None:
    start = time.monotonic()
    previous = signal.signal(signal.SIGALRM, _alarm)
    signal.alarm(SECONDS)
    try:
        target.run(data, origin)
    except (Exception, TooSlow) as error:  # noqa: BLE001 - what is looked for
        place = _place(error)
        count = found.troubles[place][0] if place in found.troubles else 0
        smallest = min(data, found.troubles[place][1], key=len) if count else data
        found.troubles[place] = (count + 1, smallest, "".join(traceback.format_exception(error, limit=-4))[-1500:])
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


def _corpus(target: Target, folder: str | None) -> list[bytes]:
    """Some real documents of this kind, where there are any: the smallest ones, so that inputs stay quick."""
    if folder is None or not target.corpus:
        return []
    found = [path for pattern in target.corpus for path in Path(folder).rglob(pattern)]
    small = sorted((p.stat().st_size, p) for p in found if p.is_file() and p.stat().st_size < LARGEST_CORPUS)
    return [path.read_bytes() for _, path in small[:MOST_CORPUS]]


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
