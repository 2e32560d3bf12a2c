"""What a crawl imports and compiles on its way, done once, before the crawls are forked (`crawl.nursery`).

Scrapy loads its parts by the names in the settings when a crawl begins; the names are taken from there, so that a part
that comes or goes with a version of Scrapy or of our settings is found here too. Patterns are compiled where they are
first used: a made-up listing and notice are read for that, so that a process does not begin with the 0.1 s it takes.
Nothing here opens a file of the data root, starts a thread or installs a reactor.
"""

from __future__ import annotations

import importlib
import platform
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from scrapy.settings import BaseSettings, Settings

from crawl.about import read_about
from crawl.notice import read_listing, read_notice
from crawl.outline import Outline
from crawl.page import read_page
from crawl.page_class import classify
from crawl.pager import further_pages
from crawl.settings import CrawlSettings, scrapy_settings
from crawl.source import Source
from crawl.strict_yaml import read_yaml

_SITE: Final = "https://www.example.org"
_LISTING: Final = """<html><head><title>部门预算</title><meta name="ColumnName" content="部门预算"></head><body>
<div class="nav"><a href="/">首页</a> &gt; <a href="./">部门预算</a></div><ul>
<li><a href="t1.html">某局2026年部门预算</a><span>2026-02-01</span></li>
<li><a href="t2.html">某局2025年部门决算</a><span>2025-09-01</span></li></ul>
<script>createPageHTML(3, 0, "index", "html");</script><a href="index_1.html">下一页</a></body></html>"""
_NOTICE: Final = """<html><head><title>某局2026年部门预算公开</title></head><body><h1>某局2026年部门预算公开</h1>
<div>发布时间：2026-02-01 10:00 来源：某局</div><div class="TRS_Editor"><p>按照要求，现将2026年部门预算公开如下。</p>
<a href="p.pdf">2026年部门预算.pdf</a></div></body></html>"""
_SOURCE: Final = f"code: 110000\npublisher: 某县\nlistings:\n  - url: {_SITE}/a/\nexpect: {{years: [2026]}}\n"


def warm() -> None:
    """Import, compile, look up. A part that cannot be imported is left to the crawl that needs it."""
    source = Source.model_validate({"source_id": "warm", **read_yaml(_SOURCE).data})
    for module in sorted(modules_of(Settings(scrapy_settings(source, CrawlSettings(Path()))))):
        try:
            importlib.import_module(module)
        except ImportError:
            continue
    platform.platform()  # Scrapy's first line of the log; asks another program, once
    re.purge()  # 512 patterns have room: those of the imports are of no use any more
    _practise(source)


def modules_of(settings: BaseSettings) -> set[str]:
    """Modules of Scrapy and ours that the settings name; parts that are off, too: Scrapy imports them all the same."""
    return {name.rpartition(".")[0] for value in settings.values() for name in _names_in(value)}


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith(("scrapy.", "crawl.")):
            yield value
    elif isinstance(value, list | tuple):
        yield from (name for one in value for name in _names_in(one))
    elif isinstance(value, BaseSettings | dict):
        yield from (name for pair in value.items() for one in pair for name in _names_in(one))


def _practise(source: Source) -> None:
    """Read a listing and a notice as a crawl does."""
    listing, notice = (
        read_page(text.encode(), f"{_SITE}/a/{name}") for text, name in ((_LISTING, "index.html"), (_NOTICE, "t1.html"))
    )
    read_listing(listing, source.sites)
    further_pages(listing, source.sites)
    read_notice(notice, "某局2026年部门预算", "2026-02-01")
    read_about(notice, Outline(notice))
    for text in (_LISTING, _NOTICE):
        classify(text.encode(), 200, f"{_SITE}/a/", f"{_SITE}/a/")
