"""Make documents, print them, read them back, compare.

    python -m benchmarks.roundtrip --documents 10000 --seed 1 [--jobs 2] [--kind pdf] [--keep FOLDER]

Document n of a run is the one of seed SEED + n, for ever. One in ten goes through LibreOffice, where it is installed
(`office`). Printed: documents, facts compared, equal, told by an issue, silent (must be 0), by kind and by family; the
seeds of documents with a silent difference, and with --shrink their smallest form. Exit code 1 when a difference is
silent.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import tell
from benchmarks.roundtrip.compare import Compared, compare, read_rows
from benchmarks.roundtrip.generate import generate
from benchmarks.roundtrip.model import Document, Kind
from benchmarks.roundtrip.office import BATCH, WAYS, Way, installed, print_all, way_of
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


def print_document(document: Document, way: Way | None = None) -> bytes:
    """way: through LibreOffice; RuntimeError where that brings no file."""
    if way is None:
        return PRINTERS[document.kind](document)
    (data,) = print_all([document], way)
    if data is None:
        raise RuntimeError(f"LibreOffice made no {way.suffix} of the document of seed {document.seed}")
    return data


def round_trip(document: Document, way: Way | None = None) -> Compared:
    """Print, read, compare."""
    return read_back(document, print_document(document, way), document.kind if way is None else way.suffix)


def read_back(document: Document, data: bytes, suffix: str) -> Compared:
    """An exception of the reader is a silent difference: it is none of its declared answers."""
    try:
        return compare(document, read_rows(data, f"document.{suffix}"))
    except Exception:  # noqa: BLE001 - what is looked for
        return Compared(silent=[traceback.format_exc(limit=-3)])


class Done(NamedTuple):
    """One document of a run. kind: its format, and who made it if that was not us."""

    seed: int
    kind: str
    family: str
    compared: Compared


def _chunk(seeds: list[int], kind: Kind | None, way_name: str | None) -> list[Done]:
    if way_name is None:
        documents = [generate(seed, kind) for seed in seeds]
        return [Done(one.seed, one.kind, one.tables[0].family, round_trip(one)) for one in documents]
    way = WAYS[way_name]
    documents = [generate(seed, way.source) for seed in seeds]
    found = []
    for one, data in zip(documents, print_all(documents, way), strict=True):
        not_made = Compared(issues=Counter({"not made by LibreOffice": 1}))
        compared = not_made if data is None else read_back(one, data, way.suffix)
        found.append(Done(one.seed, way_name, one.tables[0].family, compared))
    return found


def chunks_of(seeds: range, kind: Kind | None, *, office: bool) -> list[tuple[list[int], Kind | None, str | None]]:
    """What goes to a process together: documents of ours, or those LibreOffice is started once for."""
    by_way: dict[str | None, list[int]] = defaultdict(list)
    for seed in seeds:
        way = way_of(seed) if office and kind is None else None
        by_way[None if way is None else way.name].append(seed)
    sizes = {name: CHUNK if name is None else BATCH for name in by_way}
    return [
        (some[i : i + sizes[name]], kind, name)
        for name, some in by_way.items()
        for i in range(0, len(some), sizes[name])
    ]


def run(seeds: range, kind: Kind | None, jobs: int, *, office: bool = False) -> Iterator[Done]:
    chunks = chunks_of(seeds, kind, office=office)
    if jobs == 1:
        for chunk in chunks:
            yield from _chunk(*chunk)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(_chunk, *zip(*chunks, strict=True)):
            yield from found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kind", choices=sorted(PRINTERS))
    parser.add_argument("--without-office", action="store_true", help="nothing through LibreOffice")
    parser.add_argument("--shrink", type=int, default=0, metavar="N", help="shrink the first N documents with trouble")
    parser.add_argument("--show", type=int, default=10, metavar="N", help="print the first N troubled documents")
    parser.add_argument("--keep", type=Path, help="write the troubled documents into this folder")
    options = parser.parse_args()
    began = time.monotonic()
    tallies: dict[str, Tally] = {}
    troubled: list[Done] = []
    office = installed() and not options.without_office
    seeds = range(options.seed, options.seed + options.documents)
    for done in run(seeds, options.kind, options.jobs, office=office):
        for key in ("all", done.kind, done.family):
            tallies.setdefault(key, Tally()).add(done.compared)
        if done.compared.silent:
            troubled.append(done)
    _report(tallies, time.monotonic() - began)
    seen = tallies["all"]
    by_office = sum(tally.documents for key, tally in tallies.items() if key in WAYS)
    tell(
        documents=seen.documents,
        by_office=by_office,
        facts=seen.facts,
        equal=seen.equal,
        told=sum(seen.told.values()),
        silent=seen.silent,
    )
    for number, done in enumerate(troubled[: options.show]):
        _show(done, options.kind, options.keep, shrunk=number < options.shrink)
    if troubled:
        print("\nseeds with a silent difference:", " ".join(str(done.seed) for done in troubled[:200]))
    return 1 if troubled else 0


def _show(done: Done, kind: Kind | None, keep: Path | None, *, shrunk: bool) -> None:
    way = WAYS.get(done.kind)
    document = generate(done.seed, kind if way is None else way.source)
    print(f"\nseed {done.seed} ({done.kind}, {done.family}): {len(done.compared.silent)} silent")
    print("\n".join(f"  {line}" for line in done.compared.silent[:4]))
    if shrunk:
        document = shrink(document, lambda smaller: bool(round_trip(smaller, way).silent))
        print(f"  {document!r}")
        print("\n".join(f"  {line}" for line in round_trip(document, way).silent[:4]))
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        suffix = document.kind if way is None else way.suffix
        (keep / f"{done.seed}.{suffix}").write_bytes(print_document(document, way))


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
