"""From bytes to facts on one core: milliseconds a page of each stage, and a county of 200 documents.

    python benchmarks/facts.py FOLDER [--repeat N] [--county 200] [--core C]

Timed is the CPU of one process after a warm-up (the smallest document): reading (bytes → Reading), interpreting
(Reading → Interpretation), rows (→ the tables of the schema), and with --frames the typed frames of them. Of --repeat
runs over a document the quickest counts, stage by stage: another process on the machine makes a run slower, never
quicker. --county N: one run over N documents, those of the folder in turn, as a county publishes them in one season;
the caches of the program are warm after the first hundred, as they are there. Printed: Markdown tables.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import tell
from crawl.schema import Provenance
from extract.interpret import interpret_reading
from extract.readers import read_document
from normalize.facts import build_rows
from normalize.schema import to_frame

SUFFIXES = frozenset({".pdf", ".docx", ".xlsx", ".xls", ".html", ".htm"})
STAGES = ("read", "interpret", "rows", "frames")


@dataclass
class Measured:
    """CPU seconds by stage of some documents with what they hold. pages: of formats that have pages."""

    documents: int = 0
    pages: int = 0
    facts: int = 0
    size: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    def add(self, other: Measured) -> None:
        self.documents += other.documents
        self.pages += other.pages
        self.facts += other.facts
        self.size += other.size
        for stage, seconds in other.seconds.items():
            self.seconds[stage] += seconds

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


def run(path: Path, *, frames: bool) -> Measured:
    """One run over one document. facts: rows of amounts and of indicators."""
    clock = time.process_time
    content = path.read_bytes()
    start = clock()
    reading = read_document(content, filename=path.name)
    read = clock()
    interpretation = interpret_reading(reading)
    interpreted = clock()
    tables = build_rows(reading, interpretation, Provenance(filename=path.name))
    built = clock()
    if frames:
        for name, rows in tables.items():
            to_frame(name, rows)
    framed = clock()
    facts = len(tables["budget_lines"]) + len(tables["indicators"])
    seconds = dict(zip(STAGES, (read - start, interpreted - read, built - interpreted, framed - built), strict=True))
    return Measured(1, reading.n_pages or 0, facts, len(content), seconds)


def quickest(path: Path, repeat: int, *, frames: bool) -> Measured:
    best = run(path, frames=frames)
    for _ in range(repeat - 1):
        again = run(path, frames=frames)
        best.seconds = {stage: min(best.seconds[stage], again.seconds[stage]) for stage in STAGES}
    return best


def over_folder(paths: Iterable[Path], repeat: int, *, frames: bool) -> dict[str, Measured]:
    """Sums by kind of file."""
    found: dict[str, Measured] = {}
    for path in paths:
        found.setdefault(path.suffix.lower(), Measured()).add(quickest(path, repeat, frames=frames))
        gc.collect()
    return found


def county(paths: list[Path], documents: int, *, frames: bool) -> Measured:
    """One run over so many documents, those of the folder in turn."""
    found = Measured()
    for path in itertools.islice(itertools.cycle(paths), documents):
        found.add(run(path, frames=frames))
    return found


def speed(found: dict[str, Measured]) -> dict[str, float]:
    """Pages a second over the kinds that have pages."""
    paged = [seen for seen in found.values() if seen.pages]
    pages, seconds = sum(seen.pages for seen in paged), sum(seen.total for seen in paged)
    return {"documents": sum(seen.documents for seen in found.values()), "pages_per_second": pages / seconds}


def documents_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in SUFFIXES)


def print_folder(found: dict[str, Measured], stages: tuple[str, ...]) -> None:
    heads = " | ".join(f"{stage} ms/page" for stage in stages)
    print(f"| kind | documents | pages | facts | {heads} | ms/page | ms/document | pages/s |")
    print("|---|" + "---:|" * (len(stages) + 6))
    for kind, seen in sorted(found.items()):
        per_page = [1000 * seen.seconds[stage] / seen.pages if seen.pages else None for stage in stages]
        whole = 1000 * seen.total / seen.pages if seen.pages else None
        cells = [
            kind,
            str(seen.documents),
            str(seen.pages) if seen.pages else "–",
            str(seen.facts),
            *(_shown(value) for value in (*per_page, whole)),
            _shown(1000 * seen.total / max(1, seen.documents)),
            f"{seen.pages / seen.total:.0f}" if seen.pages and seen.total else "–",
        ]
        print("| " + " | ".join(cells) + " |")


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def print_county(seen: Measured, stages: tuple[str, ...]) -> None:
    """Normalising is what comes after reading: interpretation and rows."""
    after = seen.total - seen.seconds["read"]
    print(f"\n| a county | {' | '.join(f'{stage} s' for stage in stages)} | after reading s | whole s |")
    print("|---|" + "---:|" * (len(stages) + 2))
    cells = [f"{seen.documents} documents, {seen.pages} pages, {seen.facts} facts"]
    cells += [f"{seen.seconds[stage]:.1f}" for stage in stages]
    print("| " + " | ".join([*cells, f"{after:.1f}", f"{seen.total:.1f}"]) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeat", type=int, default=3, help="runs over each document; the quickest counts")
    parser.add_argument("--county", type=int, default=0, metavar="N", help="also one run over N documents")
    parser.add_argument("--frames", action="store_true", help="also time the typed frames")
    parser.add_argument("--core", type=int, help="the core to run on (Linux)")
    options = parser.parse_args()
    if options.core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {options.core})
    stages = STAGES if options.frames else STAGES[:-1]
    paths = documents_of(options.folder)
    if not paths:
        parser.error(f"no documents in {options.folder}")
    run(min(paths, key=lambda path: path.stat().st_size), frames=options.frames)
    figures: dict[str, float] = {}
    if options.repeat:
        seen = over_folder(paths, options.repeat, frames=options.frames)
        print_folder(seen, stages)
        figures |= speed(seen)
    if options.county:
        whole = county(paths, options.county, frames=options.frames)
        print_county(whole, stages)
        figures |= {
            "county_documents": whole.documents,
            "county_pages": whole.pages,
            "county_seconds": whole.total,
            "county_after": whole.total - whole.seconds["read"],
        }
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f}.")
    tell(**figures)


if __name__ == "__main__":
    main()
