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
        "found {positive_right} of {positive_all}; false where none may be: {violated} of {forbidden}; of {fails} "
        "findings that say “fails” over all documents {fails_true} were judged true",
    ),
    _of(
        "checks",
        "checking every document from stored rows, one core, second engine included",
        "benchmarks/checks.py {documents} --keep {work}/checks",
        "{documents} documents: {documents_per_minute:,.0f} a minute ({milliseconds:.0f} ms each), "
        "{second_engine_share:.0f} % of it the second engine on {second_engine_pages} pages",
        "--every 20",
    ),
    _of(
        "planted",
        "errors planted in single cells and lines of statements of 13 documents",
        "benchmarks/planted.py {gold} {documents} --count 2000",
        "{planted:,}: place named in {all_named:.1f} % (first in {all_first:.1f} %), right amount in {all_right:.1f} "
        "%; {gained} findings gained in {intact} intact documents",
        "--count 50",
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
    _of(
        "sweep",
        "a night's sweep of 2,500 sources with nothing new, on loopback",
        "benchmarks/sweep.py --sources 2500 --at-once 12",
        "{wall_seconds:,.0f} s, {at_once} at once, {cpu_per_source:.2f} s of CPU and {requests_per_source:.1f} "
        "requests a source; {peak_mb_all_processes:,} MB in all, ledger read within {slowest_view_seconds:.2f} s",
        "--sources 12",
    ),
    _of(
        "nights",
        "a night with nothing new over 100,000 documents",
        "benchmarks/nights.py --documents 100000",
        "{with_prefect_seconds:.0f} s under Prefect, {with_prefect_mib} MiB; {alone_seconds:.0f} s without",
        "--documents 500",
    ),
    _of(
        "overhead",
        "what Prefect costs a first night of whole reports",
        "benchmarks/overhead.py data/samples/site/yjsgk/2023/P202302210004.docx --documents 10000 --rounds 2",
        "{documents:,} documents: bare loop {bare:.0f} s ({milliseconds:.0f} ms a document), night {night:.0f} s "
        "({per_cent:+.1f} %); start of a flow {start:.0f} s, of a new server {first_start_of_the_server:.0f} s",
        "--documents 20",
    ),
    _of(
        "overhead-quick",
        "the same of the quickest documents there are",
        "benchmarks/overhead.py --documents 10000",
        "{documents:,} documents: bare loop {bare:.0f} s ({milliseconds:.1f} ms a document), night {night:.0f} s "
        "({per_cent:+.1f} %)",
        "--documents 50 --rounds 2",
    ),
    _of(
        "dask",
        "two Dask workers against one, real documents",
        "benchmarks/dask_workers.py {documents} --rounds 5",
        "{ratio:.2f} times as fast ({one:.0f} s and {two:.0f} s), same results; two plain processes got the work of "
        "{cores:.2f} cores done meanwhile",
        "--every 20 --rounds 1",
    ),
    _of(
        "kills",
        "nights of the sample county, killed at random moments and started again",
        "benchmarks/kills.py --kills 30",
        "{kills} kills, {wrong} releases that differ from that of an undisturbed night",
        "--kills 2",
    ),
    _of(
        "scaling",
        "whole nights over more and more documents",
        "benchmarks/scaling.py --sizes 100 1000 10000",
        "from {before:,} to {largest:,}: steepest slope {slope:.2f} ({steepest}); {night:.0f} s the first night, "
        "{again:.0f} s with nothing new, {peak:.0f} MiB",
        "--sizes 20 100",
    ),
    _of(
        "release",
        "a release of 4,000,000 facts (the sample enlarged)",
        "-m benchmarks.release --facts 4000000 --work {work}/release --hyparquet {work}/node_modules",
        "{seconds:.0f} s, {max_rss_mb:,} MB, core_budget_lines {core_budget_lines_mb:.0f} MB; one document over HTTP, "
        "from core_facts_by_document: {polars_shown_kb:.0f} kB by Polars, {hyparquet_shown_kb:.0f} kB by hyparquet; "
        "from core_budget_lines 13 columns: {polars_projected_kb:,.0f} and {hyparquet_projected_kb:.0f} kB, whole rows "
        "{polars_whole_row_kb:,.0f} and {hyparquet_whole_row_kb:.0f} kB",
    ),
    _of(
        "roundtrip",
        "generated statements and forms, printed as docx, PDF, xlsx, HTML and read back",
        "-m benchmarks.roundtrip --documents 10000 --jobs 2",
        "{documents:,} documents ({by_office:,} through LibreOffice), {facts:,} facts: {equal:,} equal, {told:,} told "
        "by an issue or a state, {silent:,} silently different",
        "--documents 20",
    ),
    _of(
        "fuzz",
        "damaged documents, archives, pages, addresses, YAML",
        "-m benchmarks.fuzz --inputs 100000 --jobs 2 --corpus {documents}",
        "{inputs:,} inputs of {targets} kinds, {a_second:.0f} a second: {troubles} troubles, memory grew by "
        "{growth:.0f} MB at most",
        "--inputs 500",
    ),
    _of(
        "soak",
        "thirty simulated nights of sites that change, break and come back, against a model",
        "-m benchmarks.soak --nights 30",
        "{nights} nights, {events} events, {requests:,} requests, {releases} releases: {wrong} differences",
        "--nights 3",
    ),
)


def find(ids: list[str]) -> tuple[Benchmark, ...]:
    """The benchmarks of these ids, all for none given. KeyError naming what is not there."""
    known = {one.id: one for one in SUITE}
    if unknown := [name for name in ids if name not in known]:
        raise KeyError(", ".join(unknown))
    return tuple(one for one in SUITE if not ids or one.id in ids)
