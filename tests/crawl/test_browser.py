"""What a headless browser may ask for: it resolves names and follows scripts by itself, so it is filtered."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from crawl.archive import Archive
from crawl.runner import archive_path
from crawl.source import Source
from crawl.spiders import BrowserSpider, NoBrowser
from crawl.spiders.browser import browser_path
from tests.crawl.web import PDF, Site, crawl, notice, row, serve, source_file

SOURCE = Source.model_validate(
    {
        "source_id": "330203_haishu",
        "code": "330203",
        "publisher": "海曙区",
        "platform": "browser",
        "listings": [
            {"url": "http://127.0.0.1:8000/l/index.html", "kind": "department_budget"},
            {"url": "http://localhost/l/", "kind": "department_budget"},
        ],
    }
)


def refused(url: str, kind: str = "document", *, private: frozenset[str] = frozenset({"127.0.0.1"})) -> bool:
    spider = BrowserSpider.__new__(BrowserSpider)
    spider.source, spider.private_hosts = SOURCE, private
    return asyncio.run(spider.is_refused(SimpleNamespace(url=url, resource_type=kind)))


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example/x.js",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:9000/other-port",
        "http://127.0.0.2:8000/",
        "http://2130706433:8000/",
        "http://localhost/l/",  # a name of the source that leads into our own network
        "file:///etc/hostname",
        "javascript:alert(1)",
    ],
)
def test_what_a_page_asks_for_beyond_its_source_is_refused(url: str) -> None:
    assert refused(url)


def test_the_source_itself_is_asked_and_no_pictures_of_it() -> None:
    assert not refused("http://127.0.0.1:8000/l/data.json", "xhr")
    assert refused("http://127.0.0.1:8000/logo.png", "image")
    assert refused("http://127.0.0.1:8000/l/index.html", private=frozenset())


def test_a_page_that_asks_without_end_is_stopped() -> None:
    spider = BrowserSpider.__new__(BrowserSpider)
    spider.source, spider.private_hosts = SOURCE, frozenset({"127.0.0.1"})
    more = SimpleNamespace(url="http://127.0.0.1:8000/l/more.json", resource_type="xhr")
    assert [asyncio.run(spider.is_refused(more)) for _ in range(201)] == [False] * 200 + [True]
    spider.page_begins()
    assert not asyncio.run(spider.is_refused(more)), "the next page is counted from its own beginning"


# what stands for the browser's library where it is not installed: the same class, path and settings, and Chromium
# itself started by hand; it renders a page, and keeps whatever it fetches in memory as the library does
_LIBRARY = """
import asyncio, shutil
from scrapy.http import HtmlResponse
class ScrapyPlaywrightDownloadHandler:
    lazy = False
    abort_request = None
    closed = 0
    def __init__(self, crawler):
        self.options = crawler.settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS")
    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)
    async def download_request(self, request):
        assert self.abort_request is not None and request.meta["playwright"]
        if "huge" in request.url:
            return HtmlResponse(request.url, body=b"<p>x</p>" * 2_200_000)
        args = [self.options["executable_path"], "--headless", *self.options["args"], "--dump-dom", request.url]
        process = await asyncio.create_subprocess_exec(
            *args, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
        out, _ = await process.communicate()
        return HtmlResponse(request.url, body=out, encoding="utf-8")
    async def close(self):
        self.closed += 1
        assert self.closed == 1
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on this machine")
def test_pages_as_chromium_shows_them_and_files_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are made by a script; a file of 60 MB behind them never lies in memory; a page of 17 MB is refused."""
    library = tmp_path / "library" / "scrapy_playwright"
    library.mkdir(parents=True)
    (library / "__init__.py").write_text("")
    (library / "handler.py").write_text(_LIBRARY)
    (library / "page.py").write_text("class PageMethod:\n    def __init__(self, *args): pass\n")
    if importlib.util.find_spec("scrapy_playwright") is None:
        monkeypatch.setenv("PYTHONPATH", str(library.parent))
    site, data = Site(), tmp_path / "data"
    large = PDF + b"z" * 60_000_000
    with serve(site):
        made = row("a.html", "教育局2024年部门预算") + row("huge.html", "水利局2024年部门预算")
        script = "document.querySelector('ul').innerHTML = " + json.dumps(made, ensure_ascii=False)
        site.page("/l/index.html", f"<html><body><ul></ul><script>{script}</script></body></html>")
        site.page("/l/a.html", notice("教育局2024年部门预算", ("a.pdf", "预算表.pdf")))
        site.page("/l/huge.html", "<p>x</p>" * 2_200_000)
        site.file("/l/a.pdf", large)
        path = source_file(tmp_path, site, listing="/l/index.html",
                           politeness="delay_seconds: 0, retries: 0, timeout_seconds: 30")  # fmt: skip
        path.write_text(path.read_text().replace("platform: static", "platform: browser"))
        result = crawl(path, data)
    assert (result.finish_reason, result.errors, result.documents) == ("finished", [], 1)
    (huge,) = result.troubles
    assert (huge.outcome, huge.reason) == ("failed", "a page larger than 16777216 bytes")
    assert result.peak_memory_mib < 300
    (document,) = [one for one in Archive(archive_path(data)).digests() if one == hashlib.sha256(large).hexdigest()]
    assert Archive(archive_path(data)).verify(document)


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NoBrowser, match=r"pip install 'yujue\[browser\]'"):
        browser_path()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NoBrowser, match="apt install chromium"):
        browser_path()
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/chromium" if name == "chromium" else None)
    assert browser_path() == "/usr/bin/chromium"
