"""Every figure of the README: what is measured, by which command, and how its figures are worded.

A command's words may hold {shared} (the folder with corpus, gold and fixtures), {fixtures}, {documents}, {gold} and
{work} (a folder for intermediate results, kept between runs). Every command ends by telling its figures
(`benchmarks.figures.tell`); `row` puts them into words. `short` is the same in little, for a look and for CI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Benchmark:
    """One row of the table. short: arguments that come last and make it quick."""

    id: str
    what: str
    command: tuple[str, ...]
    row: str
    short: tuple[str, ...] = ()


def _of(id_: str, what: str, command: str, row: str, short: str = "") -> Benchmark:
    return Benchmark(id_, what, tuple(command.split()), row, tuple(short.split()))


SUITE: Final = (
    _of(
        "sample-pdf",
        "sample report, PDF with Word's borders",
        "benchmarks/readers.py {fixtures}/sample_word.pdf --truth {fixtures}/truth.json --repeat 5",
        "{ours_accuracy} exact; {ours_seconds:.2f} s, pdfplumber {pdfplumber_median:.0f} times as long; "
        "peak {ours_peak:.0f} MiB",
        "--repeat 1",
    ),
    _of(
        "sample-docx",
        "sample report, docx",
        "benchmarks/readers.py {fixtures}/sample.docx --truth {fixtures}/truth.json --repeat 5",
        "{ours_accuracy} exact; {ours_seconds:.2f} s, python-docx `row.cells` {python_docx_row_cells_median:.1f} times "
        "as long",
        "--repeat 1",
    ),
    _of(
        "peers",
        "sample report, PDF, against camelot and PyMuPDF's tables (installed beside: `camelot-py`, `pymupdf`)",
        "benchmarks/readers.py {fixtures}/sample.pdf --truth {fixtures}/truth.json --repeat 1 "
        "--warm-up {fixtures}/hz_form.pdf",
        "{ours_accuracy} exact in {ours_seconds:.2f} s; pdfplumber {pdfplumber_median:.0f}, camelot "
        "{camelot_median:.0f}, PyMuPDF {PyMuPDF_median:.0f} times as long, none of the three joins tables over pages",
    ),
    _of(
        "facts",
        "bytes → facts, every document",
        "benchmarks/facts.py {documents} --county 200",
        "{pages_per_second:.0f} pages a second of CPU, pages read by OCR included; a county of {county_documents} "
        "documents ({county_pages:,} pages) in {county_seconds:.0f} s, {county_after:.0f} s of it after reading",
        "--repeat 1 --county 5",
    ),
    _of(
        "scans",
        "scans made of real pages, tilted, dirty, stamped",
        "benchmarks/scans.py {documents}",
        "{exact:,} of {numbers:,} numbers exact ({share:.2f} %); wrong and told {told}, wrong and not told {silent}",
        "--pages 2",
    ),
    _of(
        "coverage",
        "numbers printed in tables that become values",
        "benchmarks/coverage.py {documents}",
        "{share:.2f} %; the rest in named places or issues",
    ),
    _of(
        "gold-facts",
        "hand-checked facts, indicators, projects, claims of 13 documents (the rules were made looking at these)",
        "benchmarks/scores.py {shared} --only facts",
        "{facts_exact:,} of {facts_all:,}, {indicators_exact} of {indicators_all}, {projects_exact} of {projects_all}, "
        "{claims_exact} of {claims_all} exact",
    ),
    _of(
        "gold-pages",
        "links of 60 stored pages (the rules were made looking at these)",
        "benchmarks/scores.py {shared} --only pages",
        "precision {precision:.3f}, recall {recall:.3f}, kind {kind:.3f}, year {year:.3f}, date {date:.3f}, "
        "attachments {attachment_precision:.3f} and {attachment_recall:.3f}, notices {notices:.3f}",
    ),
    _of(
        "gold-findings",
        "real and planted errors of findings.csv",
        "benchmarks/scores.py {shared} --only findings",
        "found {positive_right} of {positive_all}; false where none may be: {violated} of {forbidden}",
    ),
    _of(
        "standings",
        "hand-checked facts that are wrong, by standing",
        "benchmarks/standings.py {gold} {documents}",
        "{wrong} of {facts:,}; so the words are not told apart by it ([the table](docs/standing.md))",
    ),
    _of(
        "memory",
        "documents in a row in one process",
        "benchmarks/memory.py {fixtures}/sample_word.pdf {fixtures}/sample.docx",
        "{documents:,}: peak {early_peak:.0f} MiB after {early}, {end_peak:.0f} at the end",
        "--documents 60 --early 20",
    ),
)


def find(ids: list[str]) -> tuple[Benchmark, ...]:
    """The benchmarks of these ids, all for none given. KeyError naming what is not there."""
    known = {one.id: one for one in SUITE}
    if unknown := [name for name in ids if name not in known]:
        raise KeyError(", ".join(unknown))
    return tuple(one for one in SUITE if not ids or one.id in ids)
