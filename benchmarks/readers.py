"""Our reader against others on the same files: CPU seconds, peak memory, and accuracy where the truth is given.

    python benchmarks/readers.py FILE… [--truth truth.json] [--repeat N] [--core C]

Every run is a process of its own on one core, the engines take turns (A B C A B C). Timed is the CPU of opening the
file and reading all its tables; imports and a first page of each engine come before. Ours is `read_document`: bytes →
stitched tables and paragraphs; the others give tables page by page, not joined. Printed: a Markdown table per file
(median seconds, times as slow as ours, peak memory of the process) and one of median and least ratio over the files.
With --truth: tables equal to the truth in every position after our stitching; for the others, which do not stitch, the
share of the truth's cell texts that they have (white space left out, counted as often as printed).
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import Figure, tell  # noqa: E402

Grid = list[list[str | None]]


def read_ours(path: Path) -> list[Grid]:
    from extract.readers import read_document  # noqa: PLC0415 - each engine only in the process that measures it

    tables = read_document(path.read_bytes(), filename=path.name).tables()
    return [
        [[cell.text if cell is not None and cell.ruled else None for cell in row] for row in t.grid()] for t in tables
    ]


def read_pdfplumber(path: Path) -> list[Grid]:
    import pdfplumber  # noqa: PLC0415

    found: list[Grid] = []
    with pdfplumber.open(path) as document:
        for page in document.pages:
            found.extend(page.extract_tables())
            page.close()
    return found


def read_camelot(path: Path) -> list[Grid]:
    camelot: Any = importlib.import_module("camelot")

    return [table.df.values.tolist() for table in camelot.read_pdf(str(path), pages="all", flavor="lattice")]


def read_pymupdf(path: Path) -> list[Grid]:
    pymupdf: Any = importlib.import_module("pymupdf")

    with pymupdf.open(path) as document:
        return [table.extract() for page in document for table in page.find_tables().tables]


def read_docling(path: Path) -> list[Grid]:
    docling: Any = importlib.import_module("docling.document_converter")

    document = docling.DocumentConverter().convert(path).document
    return [[[cell.text for cell in row] for row in table.data.grid] for table in document.tables]


def read_python_docx(path: Path) -> list[Grid]:
    import docx  # noqa: PLC0415

    return [[[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(str(path)).tables]


@dataclass(frozen=True)
class Engine:
    """module: what must be installed; suffixes: of the files it reads (ours reads all)."""

    name: str
    module: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], list[Grid]]


OURS = Engine("yujue", "extract", (), read_ours)
ENGINES = (
    OURS,
    Engine("pdfplumber", "pdfplumber", (".pdf",), read_pdfplumber),
    Engine("camelot", "camelot", (".pdf",), read_camelot),
    Engine("PyMuPDF", "pymupdf", (".pdf",), read_pymupdf),
    Engine("docling", "docling", (".pdf",), read_docling),
    Engine("python-docx row.cells", "docx", (".docx",), read_python_docx),
)


@dataclass
class Runs:
    """Runs of one engine on one file. seconds: of CPU; peak: MiB of the process; accuracy: as printed."""

    seconds: list[float] = field(default_factory=list)
    peak: float = 0.0
    accuracy: str = ""
    trouble: str = ""


def accuracy(found: list[Grid], truth: list[dict[str, Any]], *, stitched: bool) -> str:
    """`exact tables of all`, or the share of the truth's cell texts that were found."""
    if stitched:
        exact = sum(
            _bare(ours[len(true["unruled_rows"]) :]) == _bare(true["grid"][len(true["unruled_rows"]) :])
            for ours, true in zip(found, truth, strict=False)
        )
        return f"{exact}/{len(truth)} tables"
    wanted = Counter(
        text
        for true in truth
        for number, row in enumerate(_bare(true.get("anchor_grid", true["grid"])))
        if number not in true["unruled_rows"]
        for text in row
        if text
    )
    had = Counter(text for grid in found for row in _bare(grid) for text in row if text)
    return f"{100 * sum((wanted & had).values()) / max(1, wanted.total()):.2f} % of texts"


def _bare(grid: Grid) -> list[list[str]]:
    return [["".join((text or "").split()) for text in row] for row in grid]


def measure(engine: Engine, path: Path, warm_up: Path, truth: Path | None) -> dict[str, Any]:
    """One timed run in this process, after a warm-up."""
    engine.read(warm_up)
    start = time.process_time()
    found = engine.read(path)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    known = json.loads(truth.read_text("utf-8")) if truth is not None else None
    said = accuracy(found, known, stitched=engine is OURS) if known is not None else ""
    return {"seconds": seconds, "peak": peak, "accuracy": said}


def run(engine: Engine, path: Path, warm_up: Path, options: argparse.Namespace, into: Runs) -> None:
    truth, core = options.truth, options.core
    command = [sys.executable, __file__, str(path), "--child", engine.name, "--warm-up", str(warm_up)]
    command += ["--truth", str(truth)] if truth is not None else []
    command += ["--core", str(core)] if core is not None else []
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        into.trouble = (done.stderr.strip().splitlines() or ["failed"])[-1][:80]
        return
    result = json.loads(done.stdout.splitlines()[-1])
    into.seconds.append(result["seconds"])
    into.peak = max(into.peak, result["peak"])
    into.accuracy = result["accuracy"]


def smallest(files: list[Path], suffix: str) -> Path:
    return min((path for path in files if path.suffix.lower() == suffix), key=lambda path: path.stat().st_size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--truth", type=Path, help="tables of every one of the files, as fixtures/truth.json")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--core", type=int, help="the core to run on (Linux)")
    parser.add_argument("--warm-up", type=Path, help="file read before the clock starts (default: the smallest given)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        if options.core is not None and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {options.core})
        engine = next(engine for engine in ENGINES if engine.name == options.child)
        print(json.dumps(measure(engine, options.files[0], options.warm_up, options.truth)))
        return
    ratios: dict[str, list[float]] = {}
    figures: dict[str, Figure] = {}
    peak = 0.0
    print("| file | engine | CPU s | × ours | peak MiB | accuracy |", "|---|---|---:|---:|---:|---|", sep="\n")
    for path in options.files:
        engines = [
            engine
            for engine in ENGINES
            if engine is OURS or (path.suffix.lower() in engine.suffixes and importlib.util.find_spec(engine.module))
        ]
        results = {engine.name: Runs() for engine in engines}
        warm_up = options.warm_up or smallest(options.files, path.suffix.lower())
        for _ in range(options.repeat):
            for engine in engines:
                run(engine, path, warm_up, options, results[engine.name])
        ours = statistics.median(results[OURS.name].seconds or [float("nan")])
        peak = max(peak, results[OURS.name].peak)
        for name, runs in results.items():
            if not runs.seconds:
                print(f"| {path.name} | {name} | – | – | – | {runs.trouble} |", flush=True)
                continue
            seconds = statistics.median(runs.seconds)
            if name != OURS.name:
                ratios.setdefault(name, []).append(seconds / ours)
            elif len(options.files) == 1:
                figures |= {"ours_seconds": seconds, "ours_accuracy": runs.accuracy}
            print(
                f"| {path.name} | {name} | {seconds:.3f} | {seconds / ours:.1f} | {runs.peak:.0f} | {runs.accuracy} |",
                flush=True,
            )
    print("\n| engine | files | median × ours | least × ours |", "|---|---:|---:|---:|", sep="\n")
    for name, found in ratios.items():
        print(f"| {name} | {len(found)} | {statistics.median(found):.1f} | {min(found):.1f} |")
    print(f"\nPeak of ours over all files: {peak:.0f} MiB. Load of the machine: {os.getloadavg()[0]:.1f}.")
    for name, found in ratios.items():
        engine = re.sub(r"\W+", "_", name)
        figures |= {
            f"{engine}_files": len(found),
            f"{engine}_median": statistics.median(found),
            f"{engine}_least": min(found),
            f"{engine}_most": max(found),
        }
    tell(files=len(options.files), ours_peak=peak, **figures)


if __name__ == "__main__":
    main()
