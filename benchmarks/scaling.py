"""Whole nights over more and more documents: do time and memory stay the same for each document?

    python benchmarks/scaling.py --sizes 100 1000 10000

For each size a data root of its own: so many Word files, each another sha256, and a ledger as crawls would have left it
(`benchmarks.nights`); a first night, which reads, interprets, checks and releases all of them, and a second one with
nothing new, both as a person starts them, without Prefect. Printed: seconds of each step and peak memory by size, and
for each the slope between the two largest sizes (1: twice the documents take twice as long; the growth of log seconds
by log documents). Steps below --least seconds at the largest size say nothing and have no slope. Exit code 1 where a
slope is above 1.1.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import tell  # noqa: E402
from benchmarks.nights import fill_archive, fill_ledger, one_night  # noqa: E402
from flows.settings import DataRoot  # noqa: E402

MOST_SLOPE: Final = 1.1
BATCH: Final = re.compile(r" \d+: .*")  # of the name of a step: more documents make more batches
BOOKKEEPING, FIRST, AGAIN, MEMORY = "bookkeeping", "night", "nothing new", "peak MiB"


def measured(size: int, folder: Path) -> dict[str, float]:
    """Seconds by step of both nights, and the larger peak of their processes in MiB."""
    registry = folder / "registry"
    registry.mkdir()
    root = DataRoot(folder / "data")
    documents = fill_archive(root, size)
    begin = time.monotonic()
    fill_ledger(root, documents)
    found = {BOOKKEEPING: time.monotonic() - begin}
    first, again = (one_night(folder / "data", registry, prefect=False, home=folder / "prefect") for _ in range(2))
    if first["exit_code"] not in {0, 1} or not first["is_new"] or any(again["done"].values()):
        raise RuntimeError(f"{size} documents: the nights did not do what they are measured for: {first} {again}")
    for step, seconds in first["steps"].items():
        stage = f"{FIRST}: {BATCH.sub('', step)}"
        found[stage] = found.get(stage, 0.0) + float(seconds)
    found |= {FIRST: float(first["seconds"]), AGAIN: float(again["seconds"])}
    return {**found, MEMORY: float(max(first["mib"], again["mib"]))}


def slope(small: tuple[int, float], large: tuple[int, float]) -> float:
    """Growth of the logarithm of a value by that of the documents, between two sizes."""
    return math.log(max(large[1], 1e-3) / max(small[1], 1e-3)) / math.log(large[0] / small[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--least", type=float, default=2.0, help="seconds of a step below which it has no slope")
    options = parser.parse_args()
    sizes = sorted(set(options.sizes))
    if len(sizes) < 2:
        parser.error("two sizes at least")
    runs: dict[int, dict[str, float]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            runs[size] = measured(size, Path(folder))
        print(json.dumps({"documents": size, **runs[size]}, ensure_ascii=False), flush=True)
    print(f"\n| step | {' | '.join(f'{size:,}' for size in sizes)} | slope |")
    print("|---|" + "---:|" * (len(sizes) + 1))
    slopes: dict[str, float] = {}
    small, large = sizes[-2:]
    for step, last in runs[large].items():
        if last >= options.least:
            slopes[step] = slope((small, runs[small].get(step, 0.0)), (large, last))
        cells = [f"{runs[size].get(step, 0.0):.1f}" for size in sizes]
        print(f"| {step} | {' | '.join(cells)} | {f'{slopes[step]:.2f}' if step in slopes else '–'} |")
    steepest = max(slopes, key=lambda step: slopes[step], default="")
    worst = slopes.get(steepest)
    tell(
        smallest=sizes[0], before=small, largest=large, slope=worst, steepest=steepest,
        night=runs[large][FIRST], again=runs[large][AGAIN], peak=runs[large][MEMORY],
    )  # fmt: skip
    return int(worst is not None and worst > MOST_SLOPE)


if __name__ == "__main__":
    sys.exit(main())
