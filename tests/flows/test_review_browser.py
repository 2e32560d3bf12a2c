"""The review page in a real browser: a person with a keyboard, from the list to a line in a file."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.local import LocalDocument, check_documents, read_paths
from flows.review.app import ReviewApp
from flows.review.desk import Desk
from flows.review.painter import Painter
from flows.review.server import ReviewServer
from flows.review.shelf import LocalShelf
from flows.review.values import tasks_of
from flows.reviews import read_verdicts
from normalize.correction import read_corrections
from tests.flows.chromium import Chromium
from tests.flows.conftest import LIMITS

ONE_PAGE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Rotate 90>>endobj
trailer<</Root 1 0 R>>"""


def test_a_page_is_painted_as_it_is_shown_and_what_is_none_is_not() -> None:
    painter = Painter()
    try:
        picture = painter.picture("a", lambda: ONE_PAGE, 1, 400)
        assert picture is not None
        assert (picture.width, picture.height) == (100, 200)
        assert picture.png.startswith(b"\x89PNG")
        assert painter.picture("a", lambda: ONE_PAGE, 2, 400) is None
        assert painter.picture("b", lambda: b"%PDF-1.4 nothing", 1, 400) is None
        assert painter.picture("c", lambda: None, 1, 400) is None
        assert painter.picture("a", lambda: ONE_PAGE, 1, 200) is not None, "what is no page does not end the painter"
    finally:
        painter.close()


def test_a_painter_that_is_killed_is_replaced() -> None:
    painter = Painter()
    try:
        assert painter.picture("a", lambda: ONE_PAGE, 1, 100) is not None
        assert painter._process is not None
        painter._process.kill()
        painter._process.wait()
        assert painter.picture("a", lambda: ONE_PAGE, 1, 101) is not None
    finally:
        painter.close()


@dataclass
class Sitting:
    server: ReviewServer
    desk: Desk
    app: ReviewApp


@pytest.fixture(scope="module")
def samples(documents: list[Path]) -> list[LocalDocument]:
    """A PDF and a Word document of the sample county, read and checked."""
    wanted = [next(path for path in documents if path.suffix == suffix) for suffix in (".pdf", ".docx")]
    read = read_paths(wanted, LIMITS)
    check_documents(read, LIMITS)
    return read


@pytest.fixture
def sitting(samples: list[LocalDocument], tmp_path: Path) -> Iterator[Sitting]:
    shelf = LocalShelf(samples, "samples")
    desk = Desk(tmp_path / "reviews", tmp_path / "corrections", "tester", lambda: dt.date(2026, 11, 23))
    app = ReviewApp(shelf, desk, tasks_of(shelf, "fails", 0, shelf.documents()), "fails", "en")
    server = ReviewServer(app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield Sitting(server, desk, app)
    server.shutdown()
    server.server_close()
    app.painter.close()
    thread.join()


@pytest.fixture
def page(browser: Chromium) -> Chromium:
    """The browser with a new page as wide as a desk's."""
    browser.reset()
    browser.look(width=1440, height=900)
    return browser


def said(page: Chromium, text: str) -> None:
    page.wait_for(f"document.querySelector('#said').textContent.includes({text!r})")


def test_a_person_reviews_with_the_keyboard_alone(sitting: Sitting, page: Chromium) -> None:
    assert len(sitting.app.tasks) >= 2
    page.visit(sitting.server.url)
    assert "token" not in page.evaluate("location.href")
    page.press("n")
    page.wait_for("document.querySelector('#finding-title')")
    first = sitting.app.tasks[0]
    assert f"f={first.name}" in page.evaluate("location.search")
    assert page.evaluate("document.activeElement.id") == "finding-title", "what is read aloud next"
    page.press("a")
    said(page, "confirmed")
    (file,) = sitting.desk.reviews.iterdir()
    (verdict,) = read_verdicts(file)
    assert (verdict.fingerprint, verdict.verdict, verdict.reason) == (first.name, "confirm", "source_error")
    assert (verdict.document_sha256, verdict.reviewer) == (first.sha256, "tester")
    assert f"f={sitting.app.tasks[1].name}" in page.evaluate("location.search"), "on to the next"

    page.press("f")
    page.wait_for("document.activeElement.name === 'note'")
    page.type("why? n a u")
    page.press("Enter")
    said(page, "flagged")
    assert {one.verdict: one.note for one in read_verdicts(file)} == {"confirm": "", "flag": "why? n a u"}
    page.press("u")
    said(page, "undone")
    assert [one.verdict for one in read_verdicts(file)] == ["confirm"]
    page.press("u")
    end = time.monotonic() + 30
    while file.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not file.exists()

    assert page.seen().errors == []
    foreign = [url for url in page.seen().requests if not url.startswith(f"http://127.0.0.1:{sitting.server.port}/")]
    assert foreign == []


def test_values_are_walked_and_corrected(sitting: Sitting, page: Chromium) -> None:
    view = sitting.app.view(
        next(row["document_sha256"] for row in sitting.app.shelf.documents() if row["kind"] == "pdf")
    )
    at = next(value for value in view.values.values() if value.table == "budget_lines" and value.printed)
    assert page.visit(sitting.server.url).errors == []
    page.visit(f"http://127.0.0.1:{sitting.server.port}/d/{view.sha256[:16]}/{view.leaf_of(at)}?at={at.name}")
    page.wait_for("document.querySelector('#value-title')")
    picture = "document.querySelector('svg image')"
    assert (
        page.evaluate(f"fetch({picture}.getAttribute('href')).then(a => a.headers.get('content-type'))") == "image/png"
    )
    assert page.evaluate("document.querySelector('#here').getBBox().width") > 1
    after = view.following(at.name)
    assert after is not None
    page.press("j")
    page.wait_for(f"location.search.includes({after.name!r})")
    page.press("k")
    page.wait_for(f"location.search.includes({at.name!r})")
    page.press("e")
    page.wait_for("document.activeElement.name === 'text'")
    page.evaluate("document.activeElement.select()")
    page.type("12,345.67")
    page.evaluate("document.querySelector('form[action=\"/correct\"] [name=note]').value = 'seen'")
    page.evaluate("document.querySelector('form[action=\"/correct\"] [name=why]').value = 'a test'")
    page.press("Enter")
    said(page, "the correction is written")
    (one,) = read_corrections(next(sitting.desk.corrections.iterdir()))
    assert (one.document, one.fact_id, one.printed, one.fix.text) == (view.sha256, at.name, at.printed, "12,345.67")
    assert page.seen().errors == []


def test_help_language_zoom_and_the_narrow_page(sitting: Sitting, page: Chromium) -> None:
    page.visit(sitting.server.url)
    page.press("n")
    page.wait_for("document.querySelector('#main')")
    page.press("?")
    page.wait_for("document.querySelector('#help').open")
    page.press("a")
    assert not sitting.desk.reviews.exists(), "no key acts behind the help"
    page.evaluate("document.querySelector('#help').close()")
    page.press("+")
    assert page.evaluate("document.documentElement.dataset.size") == "1"
    page.press("-")
    page.evaluate("document.querySelector('a[data-full]').click()")
    page.wait_for("document.documentElement?.lang === 'zh-CN' && document.querySelector('#main')")
    page.look(width=720, height=450)  # 1440 x 900 at 200 %
    try:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off at 200 %"
    finally:
        page.look(width=1440, height=900)
    unnamed = "[...document.querySelectorAll('button, a, input:not([type=hidden]), select')].filter(one => "
    unnamed += "!one.closest('[aria-hidden]') && !(one.textContent.trim() || one.getAttribute('aria-label') || "
    unnamed += "(one.labels && one.labels.length))).length"
    assert page.evaluate(unnamed) == 0, "everything that can be used has a name"
    assert page.seen().errors == []
