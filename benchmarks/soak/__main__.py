"""Thirty simulated nights: what ledger, archive, coverage, revisions and releases hold, against a model of the events.

    python -m benchmarks.soak --nights 30 --seed 1 [--processes] [--work FOLDER]

Two counties with a site each publish, replace, put back, withdraw, lose, rename and move; their servers break (500,
403, a firewall's script, the home page under every address, a name that does not resolve, a listing without rows) and
come back. Every night is the product's own: crawl processes over the replayed web, stages, release. Exit code 1 where
anything is not as the model says. One line per night, at last the figures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import Figure, tell
from benchmarks.soak.events import History
from benchmarks.soak.night import digests_of, soaking

FIRST = dt.datetime(2024, 3, 1, 14, 0, tzinfo=dt.UTC)  # 22:00 in Beijing


class Soaked(NamedTuple):
    """What came of the nights. wrong: every difference from the model, each with its night."""

    figures: dict[str, Figure]
    wrong: list[str]


def soak(nights: int, seed: int, folder: Path, *, processes: bool, aloud: bool = True) -> Soaked:
    """Spend the nights; figures and every difference, each with its night."""
    history = History(seed, FIRST.date())
    wrong: list[str] = []
    events = 0
    begin = time.monotonic()
    with soaking(history.world, folder, FIRST, processes=processes) as at:
        for number in range(nights):
            happened = history.next_night(number)
            events += len(happened)
            found = at.night(number)
            wrong += [f"night {number}: {one}" for one in found]
            if aloud:
                print(f"night {number}: {'; '.join(happened) or 'nothing'}; {len(found)} differences", flush=True)
                print("".join(f"    {one}\n" for one in found), end="", flush=True)
        for version, digests in at.releases.items():
            if digests_of(at.root.releases / version) != digests:
                wrong.append(f"{version} was changed by a later night")
        figures: dict[str, Figure] = {
            "nights": nights, "seed": seed, "events": events, "requests": at.asked,
            "documents": len(at.model.documents), "revisions": len(at.model.pairs), "releases": len(at.releases),
            "seconds": round(time.monotonic() - begin, 1),
        }  # fmt: skip
        return Soaked(figures, wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", action="store_true", help="read in worker processes, as a night does")
    parser.add_argument("--work", type=Path, help="keep the data root here")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.work or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        told = soak(given.nights, given.seed, folder, processes=given.processes)
    tell(**told.figures, wrong=len(told.wrong))
    return int(bool(told.wrong))


if __name__ == "__main__":
    raise SystemExit(main())
