"""The checks over every document of the corpus, from stored rows as a night has them.

    python benchmarks/checks.py DOCUMENTS [--every N] [--keep FOLDER]

Documents are read and built first (kept in FOLDER for another run where one is given), which is not measured. Then each
is checked by what the night runs for it (`flows.worker.check`): its rows unpacked, all checks, the company of documents
it is compared with, the trial by the second engine, the findings packed. Time is that of one core; what is imported
once per process is imported before. Of three rounds the quickest counts for each document.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import tell  # noqa: E402
from crawl.schema import Provenance  # noqa: E402
from extract.interpret import interpret_reading  # noqa: E402
from extract.readers import read_document  # noqa: E402
from flows.checks.identity import READ, Identity, companies, identity_of  # noqa: E402
from flows.fingerprint import stage_code  # noqa: E402
from flows.second_engine import SecondEngine  # noqa: E402
from flows.store import pack_tables, unpack_tables  # noqa: E402
from flows.worker import check  # noqa: E402
from normalize.facts import build_rows  # noqa: E402

ROUNDS = 3


@dataclass
class Stored:
    """One document with its packed rows; seconds, and those of them that the second engine took, per round."""

    path: Path
    rows: bytes
    sha256: str
    company: list[list[object]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    second_engine: list[float] = field(default_factory=list)


def stored(path: Path, keep: Path | None) -> Stored:
    """The rows of a document as the stage `facts` leaves them; from `keep` where code and bytes are the same."""
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    kept = None if keep is None else keep / f"{sha256}.{stage_code('read')}{stage_code('facts')}"
    if kept is not None and kept.is_file():
        return Stored(path, kept.read_bytes(), sha256)
    reading = read_document(data, filename=path.name)
    rows = pack_tables(build_rows(reading, interpret_reading(reading), Provenance(filename=path.name)))
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(rows)
    return Stored(path, rows, sha256)


def bring_together(documents: Sequence[Stored]) -> None:
    """Give each document its company."""
    by_sha = {one.sha256: one for one in documents}
    known: dict[str, Identity] = {}
    for one in documents:
        identity = identity_of(unpack_tables(one.rows, READ))
        if identity is not None:
            known[one.sha256] = identity
    for sha256, company in companies(known).items():
        by_sha[sha256].company = [[relation, other, by_sha[other].rows] for relation, other in company]


class Watch:
    """How long the second engine takes, told apart from the checks that ask it."""

    def __init__(self) -> None:
        self.seconds, self.pages = 0.0, 0
        self._compare = SecondEngine._compare

    def __enter__(self) -> Watch:
        watch = self

        def timed(engine: SecondEngine, page: int) -> object:
            started = time.process_time()
            try:
                return watch._compare(engine, page)
            finally:
                watch.seconds += time.process_time() - started
                watch.pages += 1

        SecondEngine._compare = timed  # type: ignore[assignment]
        return self

    def __exit__(self, *_: object) -> None:
        SecondEngine._compare = self._compare  # type: ignore[method-assign]


def measure(documents: Sequence[Stored]) -> int:
    """Check every document, ROUNDS times; how many pages the second engine read in a round."""
    pages = 0
    for _ in range(ROUNDS):
        with Watch() as watch:
            for one in documents:
                before, started = watch.seconds, time.process_time()
                check({"tables": one.rows, "path": str(one.path), "company": one.company})
                one.seconds.append(time.process_time() - started)
                one.second_engine.append(watch.seconds - before)
            pages = watch.pages
    return pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--every", type=int, default=1, help="every Nth document only")
    parser.add_argument("--keep", type=Path, help="where built rows are kept between runs")
    options = parser.parse_args()
    paths = sorted(path for path in options.documents.iterdir() if path.is_file())[:: options.every]
    documents = [stored(path, options.keep) for path in paths]
    bring_together(documents)
    check({"tables": documents[0].rows, "path": str(documents[0].path)})  # what is imported once per process
    SecondEngine(lambda: None)(1, (0.0, 0.0, 1.0, 1.0))
    from extract.readers import witness  # noqa: F401, PLC0415 - imported by the first question, once per process

    gc.collect()
    gc.freeze()
    pages = measure(documents)
    quickest = [min(zip(one.seconds, one.second_engine, strict=True)) for one in documents]
    whole, second = sum(one for one, _ in quickest), sum(one for _, one in quickest)
    slowest = max(range(len(documents)), key=lambda index: quickest[index][0])
    each = whole / len(documents)
    print(f"{len(documents)} documents, {each * 1000:.1f} ms each on one core; the second engine read {pages} pages")
    print(f"slowest: {quickest[slowest][0] * 1000:.0f} ms, {documents[slowest].path.name}")
    tell(
        documents=len(documents),
        milliseconds=each * 1000,
        documents_per_minute=60 / each,
        second_engine_share=100 * second / whole,
        second_engine_pages=pages,
        slowest_milliseconds=quickest[slowest][0] * 1000,
    )


if __name__ == "__main__":
    main()
