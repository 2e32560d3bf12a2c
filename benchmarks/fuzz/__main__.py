"""Change bytes and see that every reader, unpacker, parser and loader ends in one of its declared answers.

    python -m benchmarks.fuzz --inputs 100000 --seed 1 [--jobs 2] [--target NAME] [--corpus ../shared] [--keep FOLDER]

The inputs are shared out over the targets; each part runs in a process of its own with 10 s for one input and 3 GB.
Looked for: an exception that is none of the declared ones, a hang, a process that dies, memory that grows with the
inputs, a damaged document whose facts are others without an issue. --keep: the smallest input of each trouble.
Exit code 1 when anything was found.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from benchmarks.figures import tell
from benchmarks.fuzz.hunt import Found, hunt, name_of
from benchmarks.fuzz.targets import TARGETS

PART = 2_000
LEAK_MB = 120.0
"""Growth over nine tenths of a part; caches that fill once stay below it."""


def parts(inputs: int, seed: int, only: str | None) -> list[tuple[str, int, int]]:
    """(target, inputs, seed) of every process."""
    chosen = [target for target in TARGETS if only in (None, target.name)]
    whole = sum(target.share for target in chosen)
    found = []
    for target in chosen:
        left, number = max(1, -(-inputs * target.share // whole)), 0
        while left > 0:
            found.append((target.name, min(left, PART), seed * 1_000 + number))
            left, number = left - PART, number + 1
    return found


def run(inputs: int, seed: int, jobs: int, only: str | None, corpus: str | None) -> tuple[list[Found], list[str]]:
    """What was found, and the parts whose process died."""
    done: list[Found] = []
    died: list[str] = []
    waiting = parts(inputs, seed, only)
    context = multiprocessing.get_context("spawn")
    while waiting:
        with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=1) as pool:
            futures: list[tuple[tuple[str, int, int], Future[Found]]] = []
            futures += [(part, pool.submit(hunt, *part, corpus)) for part in waiting]
            waiting = []
            broken = False
            for part, future in futures:
                try:
                    done.append(future.result())
                except BrokenProcessPool:
                    # one process died; those beside it are innocent and are run again, each alone
                    broken = True
                    waiting.append(part)
        if broken:
            waiting = [part for part in waiting if not _dies(part, corpus, done, died)]
    return done, died


def _dies(part: tuple[str, int, int], corpus: str | None, done: list[Found], died: list[str]) -> bool:
    """Run one part in a pool of its own. True: it is settled, one way or the other."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            done.append(pool.submit(hunt, *part, corpus).result())
        except BrokenProcessPool:
            died.append(f"{part[0]} with {part[1]} inputs of seed {part[2]}")
    return True


def report(done: list[Found], seconds: float) -> bool:
    """Print the table; True when nothing was found."""
    by_target: dict[str, list[Found]] = {}
    for found in done:
        by_target.setdefault(found.target, []).append(found)
    print("| target | inputs | inputs/s | slowest s | growth MB | troubles |")
    print("|---|---:|---:|---:|---:|---:|")
    clean = True
    for name, some in by_target.items():
        inputs, spent = sum(f.inputs for f in some), sum(f.seconds for f in some)
        growth = max(f.last_mb - f.first_mb for f in some)
        troubles = len({place for f in some for place in f.troubles})
        clean = clean and not troubles and growth < LEAK_MB
        slowest = max(f.slowest for f in some)
        print(f"| {name} | {inputs} | {inputs / max(spent, 1e-9):.0f} | {slowest:.2f} | {growth:.0f} | {troubles} |")
    total = sum(f.inputs for f in done)
    print(f"\n{total} inputs in {seconds:.0f} s: {total / max(seconds, 1e-9):.0f} a second", flush=True)
    return clean


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--target", choices=[target.name for target in TARGETS])
    parser.add_argument("--corpus", help="a folder of real documents, whose bytes are changed too")
    parser.add_argument("--keep", type=Path, help="write the smallest input of every trouble into this folder")
    options = parser.parse_args()
    began = time.monotonic()
    done, died = run(options.inputs, options.seed, options.jobs, options.target, options.corpus)
    clean = report(done, time.monotonic() - began)
    for found in done:
        for place, (count, data, told) in found.troubles.items():
            print(f"\n{found.target}: {place}, {count} times; smallest {len(data)} bytes, {name_of(data)}\n{told}")
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{found.target}-{name_of(data)}").write_bytes(data)
    for part in died:
        print(f"process died: {part}")
    inputs = sum(found.inputs for found in done)
    tell(
        inputs=inputs,
        targets=len({found.target for found in done}),
        a_second=inputs / max(time.monotonic() - began, 1e-9),
        troubles=len({(found.target, place) for found in done for place in found.troubles}) + len(died),
        growth=max((found.last_mb - found.first_mb for found in done), default=0.0),
    )
    return 0 if clean and not died else 1


if __name__ == "__main__":
    sys.exit(main())
