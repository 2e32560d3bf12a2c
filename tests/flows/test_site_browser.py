"""The site as a person opens it: a real browser that can reach nothing but loopback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.serve import SITE_HEADERS, FileServer, in_background
from flows.site.build import build_site
from flows.site.release import open_release
from tests.flows.chromium import Chromium, find_chromium
from tests.flows.site_release import VERSION, hostile_tables, sample_tables, write_release

LOOKS = (("zh", 1280, False), ("en", 1280, True), ("zh", 390, True), ("en", 390, False))
MATRIX = tuple((one, width, dark) for one in ("zh", "en") for width in (1280, 390) for dark in (False, True))


@pytest.fixture(scope="module")
def site(documents: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one PDF of the sample county."""
    folder = tmp_path_factory.mktemp("site-browser")
    tables = sample_tables([next(file for file in documents if file.suffix == ".pdf")], folder / "archive")
    release = write_release(folder / "releases" / VERSION, tables)
    build_site(open_release(release), folder / "site", archive=folder / "archive")
    return folder / "site"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    binary = find_chromium()
    if binary is None:
        pytest.skip("no Chromium is installed (Debian: chromium)")
    running = Chromium.start(binary)
    yield running
    running.close()


@pytest.fixture
def server(site: Path) -> Iterator[FileServer]:
    with in_background(FileServer(site, headers=SITE_HEADERS)) as running:
        yield running


def kinds(site: Path) -> list[str]:
    """One page of each kind, below a language's tree."""
    key = next((site / "zh" / "doc").iterdir()).name
    org = next((site / "zh" / "department").iterdir()).name
    names = ["index.html", "data/index.html", "data/core_budget_lines/index.html",
             "data/core_budget_lines/preview.html",
             "coverage/index.html", "quality/index.html", "county/index.html", "county/130630/index.html",
             f"department/{org}/index.html", f"doc/{key}/index.html", "codebooks/index.html",
             "codebooks/functional.html", "changes/index.html", "cite/index.html", "methods/index.html",
             "limits/index.html", "personal/index.html", "feeds/index.html", "search/index.html?q=会议费"]  # fmt: skip
    assert all((site / "zh" / name.partition("?")[0]).is_file() for name in names)
    return names


def open_all(browser: Chromium, root: str, names: list[str], looks: tuple[tuple[str, int, bool], ...]) -> None:
    """Every page in every look: nothing asked for elsewhere, no error, no sideways scrolling."""
    for language, width, dark in looks:
        browser.look(width=width, height=844, dark=dark, mobile=width < 500)
        for name in names:
            visit = browser.visit(f"{root}{language}/{name}")
            if name.endswith("preview.html") and root.startswith("http"):
                browser.wait_for("document.getElementById('rows').dataset.state === 'ready'")
                visit = browser.seen(visit.url)
            where = (language, width, dark, name)
            assert not visit.foreign, (where, visit.foreign)
            assert not visit.errors, (where, visit.errors)
            assert not visit.failed, (where, visit.failed)
            assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
            # the pages' own style arrived, and the theme is the one asked for
            light = browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 250, 246)"
            assert light is not dark, where


def test_every_kind_of_page_opens_alone(browser: Chromium, site: Path, server: FileServer) -> None:
    open_all(browser, server.url, kinds(site), LOOKS[:2])
    open_all(
        browser, server.url, [one for one in kinds(site) if re.match(r"(index|data/core|doc|coverage)", one)], LOOKS[2:]
    )


@pytest.mark.slow
def test_every_kind_of_page_in_every_look(browser: Chromium, site: Path, server: FileServer) -> None:
    open_all(browser, server.url, kinds(site), MATRIX)


def test_dictionary_coverage_quality_and_documents_open_from_a_file(browser: Chromium, site: Path) -> None:
    names = [one for one in kinds(site) if re.match(r"(data/core_budget_lines/index|coverage|quality|doc|search)", one)]
    open_all(browser, site.as_uri() + "/", names, LOOKS[:1])
    browser.wait_for("document.querySelectorAll('#results li').length > 0")  # the search works there too


def test_a_permalink_leads_to_its_cell_and_its_checks(browser: Chromium, site: Path, server: FileServer) -> None:
    release = site / "releases" / VERSION
    lines = pl.read_parquet(release / "core_budget_lines.parquet").filter(pl.col("amount_state") == "number")
    fact = str(lines["fact_id"][0])
    browser.look(dark=False)
    browser.visit(f"{server.url}f/?id={fact}")
    browser.wait_for("document.querySelector('.panel.chosen') !== null")
    assert not browser.seen().errors
    assert browser.evaluate("location.hash") == f"#{fact.partition('.')[2]}"
    said = str(browser.evaluate("document.getElementById('panel').textContent"))
    assert fact in said
    assert VERSION in str(browser.evaluate("document.querySelector('#panel textarea').value"))
    assert fact in str(browser.evaluate("document.querySelector('#panel a[href^=\"mailto:\"]').href"))
    assert browser.evaluate("document.querySelector('.picture a.now') !== null")


def test_cells_can_be_walked_by_keyboard(browser: Chromium, site: Path, server: FileServer) -> None:
    key = next((site / "zh" / "doc").iterdir()).name
    browser.look(dark=False)
    browser.visit(f"{server.url}zh/doc/{key}/index.html")
    first = "document.querySelector('td.v')"
    browser.evaluate(f"{first}.closest('details') && ({first}.closest('details').open = true)")
    browser.evaluate(f"{first}.tabIndex = 0; {first}.focus()")
    before = browser.evaluate("document.activeElement.id")
    browser.press("ArrowRight", 39)
    browser.press("ArrowDown", 40)
    after = browser.evaluate("document.activeElement.id")
    assert re.fullmatch(r"t\d+\.r\d+\.c\d+", str(after))
    assert after != before
    browser.press("Enter", 13)
    assert browser.evaluate("document.querySelector('.v.now').id") == after
    assert browser.evaluate("location.hash") == f"#{after}"


def test_the_preview_fetches_a_part_and_finds_rows(browser: Chromium, site: Path, server: FileServer) -> None:
    browser.look(dark=False)
    browser.visit(f"{server.url}en/data/core_budget_lines/preview.html")
    browser.wait_for("document.getElementById('rows').dataset.state === 'ready'")
    rows = browser.evaluate("document.querySelectorAll('#rows tbody tr').length")
    frame = pl.read_parquet(site / "releases" / VERSION / "core_budget_lines.parquet")
    assert rows == min(50, frame.height)
    count = frame.filter(pl.col("amount_state") == "number").height
    browser.evaluate(
        "document.getElementById('column').value = 'amount_state'; document.getElementById('value').value = 'number';"
        "document.getElementById('wanted').requestSubmit()"
    )
    browser.wait_for(f"document.getElementById('said').textContent.includes('of {count};')")
    assert not browser.seen().errors


def test_hostile_text_does_nothing_in_a_browser(browser: Chromium, tmp_path: Path) -> None:
    release = write_release(tmp_path / "releases" / VERSION, hostile_tables())
    build_site(open_release(release), tmp_path / "site")
    names = ["data/core_budget_lines/index.html", "data/core_budget_lines/preview.html",
             "county/130630/index.html",
             "quality/index.html", f"doc/{'ab' * 8}/index.html", "search/index.html?q=script"]  # fmt: skip
    with in_background(FileServer(tmp_path / "site", headers=SITE_HEADERS)) as server:
        open_all(browser, server.url, names, LOOKS[:1])
        for name in names:
            browser.visit(f"{server.url}zh/{name}")
            if "/doc" in f"/{name}":
                browser.evaluate("document.querySelector('.v').click()")
                assert "⟦U+202E⟧" in str(browser.evaluate("document.getElementById('panel').textContent"))
            assert browser.evaluate("document.title") != "owned"
            assert browser.evaluate("document.querySelectorAll('[onerror],[onmouseover]').length") == 0
            assert not browser.seen().errors
