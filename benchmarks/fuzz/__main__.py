"""Change bytes and see that every reader, unpacker, parser and loader ends in one of its declared answers.

    python -m benchmarks.fuzz --inputs 100000 --seed 1 [--jobs 2] [--target NAME] [--corpus ../shared] [--keep FOLDER]

The inputs are shared out over the targets; each part of them runs in a process of its own with 10 s for one input and
3 GB. Most changes keep the format (elements of XML and HTML, operators of a PDF's pages, packed again), the others are
of bytes. Looked for: an exception that is none of the declared ones, rows that no table takes, a hang, a process that
dies, memory that grows with the inputs, a damaged document whose facts are others without an issue.
--keep: the smallest input of each trouble. Exit code 1 when anything was found.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks.figures import tell
from benchmarks.fuzz.hunt import Found, name_of
from benchmarks.fuzz.parts import parts_of, run_parts
from benchmarks.fuzz.targets import TARGETS

LEAK_MB = 120.0
"""Growth over nine tenths of a part; caches that fill once stay below it."""


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


def show(found: Found, keep: Path | None) -> None:
    """The troubles of a part, and their inputs into the folder, as soon as the part is done."""
    for place, (count, data, told) in found.troubles.items():
        print(f"\n{found.target}: {place}, {count} times; smallest {len(data)} bytes, {name_of(data)}\n{told}")
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{found.target}-{name_of(data)}").write_bytes(data)
    speed = found.inputs / max(found.seconds, 1e-9)
    print(f"{found.target}: {found.inputs} inputs, {speed:.0f} a second", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--target", choices=[target.name for target in TARGETS])
    parser.add_argument("--corpus", help="a folder of real documents, which are changed too")
    parser.add_argument("--keep", type=Path, help="write the smallest input of every trouble into this folder")
    options = parser.parse_args()
    began = time.monotonic()
    done: list[Found] = []
    for found in run_parts(parts_of(options.inputs, options.seed, options.target), options.corpus, options.jobs):
        done.append(found)
        show(found, options.keep)
    clean = report(done, time.monotonic() - began)
    inputs = sum(found.inputs for found in done)
    tell(
        inputs=inputs,
        targets=len({found.target for found in done}),
        a_second=inputs / max(time.monotonic() - began, 1e-9),
        troubles=len({(found.target, place) for found in done for place in found.troubles}),
        growth=max((found.last_mb - found.first_mb for found in done), default=0.0),
    )
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
