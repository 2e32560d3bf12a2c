"""The gold documents printed as Word files and read again: the same cells, and the same gold facts with page null.

    python benchmarks/gold_docx.py [--gold DIR] [--documents DIR] [--out DIR] [--breaks kept|soft] [--only TEXT]

Each gold PDF is read, its blocks are printed by `build_docx` (no Word file of a county is at hand), that file is read
back, and both Readings are compared grid by grid and interpreted. With --out the tables are written as `yujue read`
would write them (OUT/pdf and OUT/docx), under the digest of the PDF and, for the docx, without pages; the gold's own
score.py is run on both. Without a page score.py looks for a fact in the whole document, which is easier: so
OUT/pdf_no_page holds the rows of the PDF with their pages taken away, and only that may be compared with OUT/docx.

What this cannot show: the builder prints what the PDF reader understood, so a cell lost in the PDF is missing in both,
and its Word is tidier than a county's.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.build_docx import Breaks, build_docx, paragraphs_of  # noqa: E402
from crawl.schema import Provenance  # noqa: E402
from extract.document import Reading, Table  # noqa: E402
from extract.interpret import interpret_reading  # noqa: E402
from extract.readers import read_document  # noqa: E402
from normalize.facts import build_rows  # noqa: E402
from normalize.schema import TABLES, Row, to_frame  # noqa: E402

SHARED = ROOT.parent / "shared"
SCORED = ("budget_lines", "indicators", "projects", "claims")


@dataclass
class Comparison:
    """What came back of one document. differences: first few, one line each."""

    name: str
    tables: int = 0
    positions: int = 0
    equal: int = 0
    paragraphs: int = 0
    equal_paragraphs: int = 0
    levels_equal: int = 0
    differences: list[str] = field(default_factory=list)


@dataclass
class RoundTrip:
    """One document read as PDF and, printed, as docx; rows: table → rows, under the digest of the PDF."""

    comparison: Comparison
    pdf_rows: dict[str, list[Row]]
    docx_rows: dict[str, list[Row]]


def round_trip(pdf: Path, breaks: Breaks = "kept") -> RoundTrip:
    """Reads `pdf`, prints it, reads it back, interprets both. The docx Reading takes the digest of the PDF."""
    reading = read_document(pdf)
    again = read_document(build_docx(reading, breaks), filename=f"{pdf.stem}.docx")
    again = msgspec.structs.replace(again, document_sha256=reading.document_sha256)
    return RoundTrip(
        compare(pdf.name, reading, again, soft=breaks == "soft"),
        rows_of(reading, pdf.name),
        rows_of(again, pdf.name),
    )


def compare(name: str, reading: Reading, again: Reading, *, soft: bool = False) -> Comparison:
    """Grids position by position, spans resolved; a position without a cell equals a blank one.

    soft: white space is left out of the comparison, since the builder joined wrapped lines.
    """
    result = Comparison(name)
    ours, theirs = list(reading.tables()), list(again.tables())
    result.tables = len(ours)
    if len(ours) != len(theirs):
        result.differences.append(f"{len(ours)} tables became {len(theirs)}")
    for before, after in zip(ours, theirs, strict=False):
        left, right = _texts(before, soft), _texts(after, soft)
        if (before.n_rows, before.n_cols) != (after.n_rows, after.n_cols):
            result.differences.append(
                f"t{before.number}: {before.n_rows}x{before.n_cols} became {after.n_rows}x{after.n_cols}"
            )
        result.positions += sum(map(len, left))
        for row, (a, b) in enumerate(zip(left, right, strict=False), start=1):
            for col, (x, y) in enumerate(zip(a, b, strict=False), start=1):
                result.equal += x == y
                if x != y and len(result.differences) < 20:
                    result.differences.append(f"t{before.number}.r{row}.c{col}: {x!r} became {y!r}")
        unruled = ({(c.row, c.text) for c in t.cells if not c.ruled and c.text.strip()} for t in (before, after))
        one, other = unruled
        if one != other and not soft:
            result.differences.append(f"t{before.number}: unruled {sorted(one ^ other)[:3]}")
    one_list, other_list = paragraphs_of(reading), paragraphs_of(again)
    result.paragraphs = len(one_list)
    for p, q in zip(one_list, other_list, strict=False):
        result.equal_paragraphs += _bare(p.text) == _bare(q.text)
        result.levels_equal += p.level == q.level
    if len(one_list) != len(other_list):
        result.differences.append(f"{len(one_list)} paragraphs became {len(other_list)}")
    return result


def _texts(table: Table, soft: bool) -> list[list[str]]:
    return [
        [(_bare(cell.text) if soft else cell.text) if cell is not None else "" for cell in row] for row in table.grid()
    ]


def _bare(text: str) -> str:
    return "".join(text.split())


def rows_of(reading: Reading, filename: str) -> dict[str, list[Row]]:
    """Rows of the document for every published table."""
    return build_rows(reading, interpret_reading(reading), Provenance(filename=filename))


def write(rows: list[dict[str, list[Row]]], folder: Path) -> None:
    """One Parquet file for each table that score.py reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCORED:
        if name in TABLES:
            frame = to_frame(name, [row for tables in rows for row in tables[name]])
            frame.write_parquet(folder / f"{name}.parquet")


def without_pages(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The same rows as of a format that has no pages."""
    return {name: [{**row, "page": None} if "page" in row else row for row in found] for name, found in rows.items()}


def fact_differences(trip: RoundTrip) -> Counter[tuple[str, str]]:
    """(where it is missing, kind) → number of printed facts that only one of the two readings gives."""

    def keys(rows: list[Row]) -> Counter[tuple[str, ...]]:
        return Counter(
            tuple(
                _bare(str(row[column] or ""))
                for column in (
                    "statement_code",
                    "statement_title",
                    "line_code",
                    "line_label",
                    "column_path",
                    "printed_text",
                    "amount_state",
                    "amount_yuan",
                )
            )
            for row in rows
        )

    one, other = keys(trip.pdf_rows["budget_lines"]), keys(trip.docx_rows["budget_lines"])
    found: Counter[tuple[str, str]] = Counter()
    for where, missing in (("docx", one - other), ("pdf", other - one)):
        for key, count in missing.items():
            found[(where, f"{key[0]}: {key[1][:30]}")] += count
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=SHARED / "gold" / "documents")
    parser.add_argument("--documents", type=Path, default=SHARED / "corpus" / "documents")
    parser.add_argument("--score", type=Path, default=SHARED / "gold" / "score.py")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--breaks", choices=("kept", "soft"), default="kept")
    parser.add_argument("--only", default="", help="documents whose name holds this text")
    options = parser.parse_args()
    with (options.gold / "docs.csv").open(encoding="utf-8-sig", newline="") as handle:
        names = [row["file"] for row in csv.DictReader(handle) if options.only in row["file"]]
    trips: list[RoundTrip] = []
    for name in names:
        trip = round_trip(options.documents / name, options.breaks)
        trips.append(trip)
        _tell(trip)
    total = [trip.comparison for trip in trips]
    print(
        f"grids: {sum(c.equal for c in total)} of {sum(c.positions for c in total)} positions equal in "
        f"{sum(c.tables for c in total)} tables; paragraphs {sum(c.equal_paragraphs for c in total)} of "
        f"{sum(c.paragraphs for c in total)}"
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        write([trip.pdf_rows for trip in trips], folder / "pdf")
        write([without_pages(trip.pdf_rows) for trip in trips], folder / "pdf_no_page")
        write([trip.docx_rows for trip in trips], folder / "docx")
        for kind in ("pdf", "pdf_no_page", "docx"):
            print(f"--- score.py on {kind}", flush=True)
            subprocess.run([sys.executable, str(options.score), str(options.gold), str(folder / kind)], check=True)
    return 0 if all(c.equal == c.positions for c in total) else 1


def _tell(trip: RoundTrip) -> None:
    seen = trip.comparison
    print(f"{seen.name}: {seen.tables} tables, {seen.equal}/{seen.positions} positions equal, ", end="")
    print(f"{seen.equal_paragraphs}/{seen.paragraphs} paragraphs, {seen.levels_equal} levels")
    for text in seen.differences[:6]:
        print("   ", text)
    for (where, kind), count in fact_differences(trip).most_common(8):
        print(f"    {count} facts missing in the {where} reading: {kind}")


if __name__ == "__main__":
    sys.exit(main())
