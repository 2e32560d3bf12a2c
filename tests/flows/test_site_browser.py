"""The site as a person opens it: a real browser that can reach nothing but loopback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.serve import SITE_HEADERS, FileServer, in_background
from tests.flows.chromium import Chromium
from tests.flows.page_marks import FAINT_TEXTS, UNNAMED
from tests.flows.site_release import VERSION

Look = tuple[int, bool]  # width, dark
MATRIX: tuple[Look, ...] = tuple((width, dark) for width in (1280, 390) for dark in (False, True))


@pytest.fixture(autouse=True)
def _new_page(browser: Chromium) -> None:
    browser.reset()


@pytest.fixture
def server(site_built: Path) -> Iterator[FileServer]:
    with in_background(FileServer(site_built, headers=SITE_HEADERS)) as running:
        yield running


def of_pdf(site: Path) -> str:
    """Name of the document with pictures of its pages."""
    return next((site / "pages").iterdir()).name


def kinds(site: Path) -> list[str]:
    """One page of each kind, below a language's tree; of documents one with pictures and one without."""
    keys = sorted(path.name for path in (site / "zh" / "doc").iterdir())
    org = next((site / "zh" / "department").iterdir()).name
    names = ["index.html", "data/index.html", "data/core_budget_lines/index.html",
             "data/core_budget_lines/preview.html", "data/panel_department_year/index.html",
             "coverage/index.html", "quality/index.html", "county/index.html", "county/130630/index.html",
             f"department/{org}/index.html", *(f"doc/{key}/index.html" for key in keys), "codebooks/index.html",
             "codebooks/functional.html", "changes/index.html", "cite/index.html", "methods/index.html",
             "review/index.html",
             "limits/index.html", "personal/index.html", "feeds/index.html", "search/index.html?q=会议费"]  # fmt: skip
    assert all((site / "zh" / name.partition("?")[0]).is_file() for name in names)
    return names


def open_all(
    browser: Chromium, root: str, names: list[str], languages: tuple[str, ...], looks: tuple[Look, ...]
) -> None:
    """Every page in every look: nothing asked for elsewhere, no error, no sideways scrolling, no faint text.

    A page is loaded once in each language and then looked at in every theme and width, as a person turns a phone.
    """
    for language in languages:
        for name in names:
            browser.look(width=looks[0][0], height=844, dark=looks[0][1], mobile=looks[0][0] < 500)
            browser.visit(f"{root}{language}/{name}")
            if name.endswith("preview.html") and root.startswith("http"):
                browser.wait_for("document.getElementById('rows').dataset.state === 'ready'")
            assert browser.evaluate(UNNAMED) == [], (language, name)
            for width, dark in looks:
                browser.look(width=width, height=844, dark=dark, mobile=width < 500)
                where = (language, width, dark, name)
                assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
                # the pages' own style arrived, and the theme is the one asked for
                light = browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 250, 246)"
                assert light is not dark, where
                if width == looks[0][0]:  # colours are those of the theme, whatever the width
                    assert browser.evaluate(FAINT_TEXTS) == [], where
            visit = browser.seen(name)
            assert not visit.foreign, (language, name, visit.foreign)
            assert not visit.errors, (language, name, visit.errors)
            assert not visit.failed, (language, name, visit.failed)


def test_every_kind_of_page_in_every_look(browser: Chromium, site_built: Path, server: FileServer) -> None:
    open_all(browser, server.url, kinds(site_built), ("zh", "en"), MATRIX)


def test_dictionary_coverage_quality_and_documents_open_from_a_file(browser: Chromium, site_built: Path) -> None:
    wanted = r"(data/core_budget_lines/index|coverage|quality|doc|search)"
    names = [one for one in kinds(site_built) if re.match(wanted, one)]
    open_all(browser, site_built.as_uri() + "/", names, ("zh",), MATRIX[:1])
    browser.wait_for("document.querySelectorAll('#results li').length > 0")  # the search works there too


def test_a_permalink_leads_to_its_cell_and_its_checks(browser: Chromium, site_built: Path, server: FileServer) -> None:
    release = site_built / "releases" / VERSION
    lines = pl.read_parquet(release / "core_budget_lines.parquet").filter(
        (pl.col("amount_state") == "number") & pl.col("fact_id").str.starts_with(of_pdf(site_built))
    )
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


def test_cells_can_be_walked_by_keyboard(browser: Chromium, site_built: Path, server: FileServer) -> None:
    key = of_pdf(site_built)
    browser.look(dark=False)
    browser.visit(f"{server.url}zh/doc/{key}/index.html")
    first = "document.querySelector('td.v')"
    browser.evaluate(f"{first}.closest('details') && ({first}.closest('details').open = true)")
    browser.evaluate(f"{first}.tabIndex = 0; {first}.focus()")
    before = browser.evaluate("document.activeElement.id")
    browser.press("ArrowRight")
    browser.press("ArrowDown")
    after = browser.evaluate("document.activeElement.id")
    assert re.fullmatch(r"t\d+\.r\d+\.c\d+", str(after))
    assert after != before
    browser.press("Enter")
    assert browser.evaluate("document.querySelector('.v.now').id") == after
    assert browser.evaluate("location.hash") == f"#{after}"


def test_the_preview_fetches_a_part_and_finds_rows(browser: Chromium, site_built: Path, server: FileServer) -> None:
    browser.look(dark=False)
    browser.visit(f"{server.url}en/data/core_budget_lines/preview.html")
    browser.wait_for("document.getElementById('rows').dataset.state === 'ready'")
    rows = browser.evaluate("document.querySelectorAll('#rows tbody tr').length")
    frame = pl.read_parquet(site_built / "releases" / VERSION / "core_budget_lines.parquet")
    assert rows == min(50, frame.height)
    count = frame.filter(pl.col("amount_state") == "number").height
    browser.evaluate(
        "document.getElementById('column').value = 'amount_state'; document.getElementById('value').value = 'number';"
        "document.getElementById('wanted').requestSubmit()"
    )
    browser.wait_for(f"document.getElementById('said').textContent.includes('of {count};')")
    assert not browser.seen().errors


def test_hostile_text_does_nothing_in_a_browser(browser: Chromium, site_hostile: Path) -> None:
    names = ["data/core_budget_lines/index.html", "data/core_budget_lines/preview.html",
             "county/130630/index.html",
             "quality/index.html", f"doc/{'ab' * 8}/index.html", "search/index.html?q=script"]  # fmt: skip
    with in_background(FileServer(site_hostile, headers=SITE_HEADERS)) as server:
        open_all(browser, server.url, names, ("zh",), MATRIX[:1])
        for name in names:
            browser.visit(f"{server.url}zh/{name}")
            if "/doc" in f"/{name}":
                browser.evaluate("document.querySelector('.v').click()")
                assert "⟦U+202E⟧" in str(browser.evaluate("document.getElementById('panel').textContent"))
            assert browser.evaluate("document.title") != "owned"
            assert browser.evaluate("document.querySelectorAll('[onerror],[onmouseover]').length") == 0
            assert not browser.seen().errors
