"""Make documents, print them, read them back, compare.

    python -m benchmarks.roundtrip --documents 10000 --seed 1 [--jobs 2] [--kind pdf] [--keep FOLDER]

Document n of a run is the one of seed SEED + n, for ever. Printed: documents, facts compared, equal, told by an issue,
silent (must be 0), by kind and by family; the seeds of documents with a silent difference, and with --shrink their
smallest form. Exit code 1 when a difference is silent.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import tell
from benchmarks.roundtrip.compare import Compared, compare, read_rows
from benchmarks.roundtrip.generate import generate
from benchmarks.roundtrip.model import Document, Kind
from benchmarks.roundtrip.shrink import shrink
from benchmarks.roundtrip.to_pdf import to_pdf
from benchmarks.roundtrip.to_sheet import to_xlsx
from benchmarks.roundtrip.to_word import to_docx, to_html

PRINTERS = {"docx": to_docx, "pdf": to_pdf, "xlsx": to_xlsx, "html": to_html}
CHUNK = 50


@dataclass
class Tally:
    documents: int = 0
    facts: int = 0
    equal: int = 0
    told: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    issues: Counter[str] = field(default_factory=Counter)

    def add(self, compared: Compared) -> None:
        self.documents += 1
        self.facts += compared.facts
        self.equal += compared.equal
        self.told += compared.told
        self.silent += len(compared.silent)
        self.issues += compared.issues


def print_document(document: Document) -> bytes:
    return PRINTERS[document.kind](document)


def round_trip(document: Document) -> Compared:
    """Print, read, compare. An exception of the reader is a silent difference: it is none of its declared answers."""
    data = print_document(document)
    try:
        return compare(document, read_rows(data, f"document.{document.kind}"))
    except Exception:  # noqa: BLE001 - what is looked for
        return Compared(silent=[traceback.format_exc(limit=-3)])


def _chunk(seeds: list[int], kind: Kind | None) -> list[tuple[int, Kind, str, Compared]]:
    found = []
    for seed in seeds:
        document = generate(seed, kind)
        found.append((seed, document.kind, document.tables[0].family, round_trip(document)))
    return found


def run(seeds: range, kind: Kind | None, jobs: int) -> Iterator[tuple[int, Kind, str, Compared]]:
    chunks = [list(seeds[i : i + CHUNK]) for i in range(0, len(seeds), CHUNK)]
    if jobs == 1:
        for chunk in chunks:
            yield from _chunk(chunk, kind)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(_chunk, chunks, [kind] * len(chunks)):
            yield from found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kind", choices=sorted(PRINTERS))
    parser.add_argument("--shrink", type=int, default=0, metavar="N", help="shrink the first N documents with trouble")
    parser.add_argument("--show", type=int, default=10, metavar="N", help="print the first N troubled documents")
    parser.add_argument("--keep", type=Path, help="write the troubled documents into this folder")
    options = parser.parse_args()
    began = time.monotonic()
    tallies: dict[str, Tally] = {}
    troubled: list[tuple[int, Compared]] = []
    for seed, kind, family, compared in run(
        range(options.seed, options.seed + options.documents), options.kind, options.jobs
    ):
        for key in ("all", kind, family):
            tallies.setdefault(key, Tally()).add(compared)
        if compared.silent:
            troubled.append((seed, compared))
    _report(tallies, time.monotonic() - began)
    seen = tallies["all"]
    tell(documents=seen.documents, facts=seen.facts, equal=seen.equal, told=sum(seen.told.values()), silent=seen.silent)
    for number, (seed, compared) in enumerate(troubled[: options.show]):
        document = generate(seed, options.kind)
        print(f"\nseed {seed} ({document.kind}, {document.tables[0].family}): {len(compared.silent)} silent")
        print("\n".join(f"  {line}" for line in compared.silent[:4]))
        if number < options.shrink:
            document = shrink(document, lambda smaller: bool(round_trip(smaller).silent))
            print(f"  {document!r}")
            print("\n".join(f"  {line}" for line in round_trip(document).silent[:4]))
        if options.keep is not None:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{seed}.{document.kind}").write_bytes(print_document(document))
    if troubled:
        print("\nseeds with a silent difference:", " ".join(str(seed) for seed, _ in troubled[:200]))
    return 1 if troubled else 0


def _report(tallies: dict[str, Tally], seconds: float) -> None:
    print("| of | documents | facts | equal | told | silent |")
    print("|---|---:|---:|---:|---:|---:|")
    for key, seen in tallies.items():
        told = sum(seen.told.values())
        print(f"| {key} | {seen.documents} | {seen.facts} | {seen.equal} | {told} | {seen.silent} |")
    everything = tallies["all"]
    print("\ntold by:", ", ".join(f"{code} {n}" for code, n in everything.told.most_common()) or "nothing")
    print("issues:", ", ".join(f"{code} {n}" for code, n in everything.issues.most_common()) or "none")
    print(f"{seconds:.0f} s, {everything.documents / seconds:.1f} documents/s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
