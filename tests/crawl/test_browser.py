"""What a headless browser may ask for: it resolves names and follows scripts by itself, so it is filtered."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from types import SimpleNamespace

import pytest

from crawl.source import Source
from crawl.spiders import BrowserSpider, NoBrowser
from crawl.spiders.browser import browser_path

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
