"""Data roots with documents in them, and rows of every table, for the tests of the night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from crawl.archive import Archive
from crawl.ledger import Ledger, Link
from crawl.schema import Visit
from flows.settings import DataRoot, WorkLimits
from flows.site.build import build_site
from flows.site.release import open_release
from normalize.columns import Field
from normalize.schema import MADE_BY_CHECKS, TABLES, Row
from tests.conftest import ROOT
from tests.flows.chromium import Chromium, find_chromium

SITE = ROOT / "data" / "samples" / "site"
NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
LIMITS = WorkLimits(seconds=120, workers=2)


def sample_documents() -> list[Path]:
    """The attachments of the sample site, smallest first."""
    found = [path for path in SITE.rglob("*") if path.suffix in (".docx", ".pdf")]
    return sorted(found, key=lambda path: path.stat().st_size)


@pytest.fixture(scope="session")
def documents() -> list[Path]:
    found = sample_documents()
    if not found:
        pytest.skip("data/samples/site has not been made")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """One browser for all tests; `reset` gives a test a page that no other has used."""
    binary = find_chromium()
    if binary is None:
        pytest.skip("no Chromium is installed (Debian: chromium)")
    running = Chromium.start(binary)
    yield running
    running.close()


@pytest.fixture(scope="session")
def site_sample(documents: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(release folder, archive) of a Word and a PDF document of the sample county."""
    from tests.flows.site_release import VERSION, sample_tables, write_release

    folder = tmp_path_factory.mktemp("site-sample")
    files = [next(file for file in documents if file.suffix == kind) for kind in (".docx", ".pdf")]
    tables = sample_tables(files, folder / "archive")
    return write_release(folder / "releases" / VERSION, tables), folder / "archive"


@pytest.fixture(scope="session")
def site_built(site_sample: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of that release. No test may change it."""
    folder = tmp_path_factory.mktemp("site-built") / "site"
    release, archive = site_sample
    build_site(open_release(release), folder, archive=archive, base="https://example.org/", contact="a@example.org")
    return folder


@pytest.fixture(scope="session")
def site_hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site in which every text that is not our own is hostile. No test may change it."""
    from tests.flows.site_release import VERSION, hostile_tables, write_release

    folder = tmp_path_factory.mktemp("site-hostile")
    release = write_release(folder / "releases" / VERSION, hostile_tables())
    build_site(open_release(release), folder / "site")
    return folder / "site"


def fill_root(folder: Path, files: list[Path]) -> DataRoot:
    """A data root as a crawl leaves it: these documents in archive and ledger."""
    root = DataRoot(folder)
    archive = Archive(root.archive)
    with Ledger(root.ledger) as ledger:
        run = ledger.begin_run("130630_test", "130630", "涞源县财政局", "2026-11-23T02:00:00Z")
        for number, file in enumerate(files):
            url = f"http://127.0.0.1:9/{number}/{file.name}"
            sha256 = archive.put(file.read_bytes())
            visit = Visit("130630_test", url, "attachment", "2026-11-23T02:00:00Z", "new", status=200, sha256=sha256)
            link = Link(
                "130630_test",
                sha256,
                url,
                f"http://127.0.0.1:9/{number}/",
                "attachment",
                link_text=file.name,
                published_date="2024-02-19",
                filename=file.name,
            )
            ledger.record(run, visit, [link])
        gone = "http://127.0.0.1:9/gone.pdf"
        ledger.record(run, Visit("130630_test", gone, "attachment", "2026-11-23T02:00:00Z", "gone", status=404))
        ledger.end_run(run, "finished")
    return root


def value_of(field: Field, number: int, sha256: str) -> object:
    """Some value of the column's type; texts that name a row differ from row to row."""
    if field.name == "document_sha256":
        return sha256
    if isinstance(field.dtype, pl.List):
        return [f"{field.name}{number}"] if field.dtype.inner == pl.String() else [number]
    if field.dtype == pl.String():
        return f"{field.name}-{sha256[:8]}-{number}"
    if field.dtype == pl.Boolean():
        return bool(number % 2)
    if field.dtype == pl.Date():
        return dt.date(2024, 2, 1 + number % 28)
    if field.dtype == pl.Float64():
        return number / 4
    return number


def rows_of(table: str, sha256: str, count: int) -> list[Row]:
    """Rows that keep the contract of a table."""
    return [
        {field.name: value_of(field, number, sha256) for field in TABLES[table].columns}
        for number in range(1, count + 1)
    ]


def tables_of(sha256: str, count: int = 3) -> dict[str, list[Row]]:
    """Rows of every table but findings, one row where the document is the key."""
    one = {"documents", "disclosures"}
    return {name: rows_of(name, sha256, 1 if name in one else count) for name in TABLES if name not in MADE_BY_CHECKS}
