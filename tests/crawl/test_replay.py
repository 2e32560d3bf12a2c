"""The stored pages of 17 cities as one web behind their real host names, crawled for two nights.

Every gold link and attachment is to be fetched, with few requests beside them; the second night asks for listings and
for what changed. Only a part of the web is real: notices that gold links lead to and the further pages of a listing
are made here, attachments are documents of the corpus.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from w3lib.url import canonicalize_url

from crawl import runner
from crawl.address import clean_url
from crawl.schedule import Plan
from crawl.schema import CrawlResult
from crawl.settings import CrawlSettings
from tests.crawl.replay import PORT, Replay, serve
from tests.crawl.web import listing, notice, row

FIRST_NIGHT = datetime(2026, 3, 26, 14, 0, tzinfo=UTC)  # 22:00 in Beijing, after every stored page was published
# shares of the gold links and attachments that a crawl must fetch, and requests per wanted resource it may make
LINKS, ATTACHMENTS, REQUESTS = 0.95, 0.95, 1.3
# page classes that a source names as a listing; the others are reached from one
_LISTINGS = frozenset({"listing", "home", "irrelevant_listing"})
_REACHED = frozenset({"notice", "notice_with_links", "pdf_as_html_notice"})
_FILES = frozenset({".pdf", ".doc", ".docx", ".xls", ".xlsx", ".zip", ".rar", ".wps", ".et", ".ofd"})


class Web(msgspec.Struct):
    """The replayed web, the listings a source names, and what is wanted of it (canonical addresses)."""

    replay: Replay
    listings: list[str] = []
    links: set[str] = set()
    attachments: set[str] = set()
    pages: set[str] = set()

    @property
    def wanted(self) -> set[str]:
        return self.links | self.attachments | self.pages


def key(url: str) -> str:
    found: str = canonicalize_url(clean_url(url))
    return found


def gold_pages(shared: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    folder = shared / "gold" / "pages"
    for path in sorted((folder / "gold").glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        yield gold, (folder / gold["file"]).read_bytes()


def inline(title: str) -> str:
    """A notice that is its own disclosure."""
    cells = "".join(f"<tr><td>科目{n}</td><td>{n}23.45</td></tr>" for n in range(1, 8))
    return notice(title, body=f"<table>{cells}</table>", day="2026-02-20")


def build(shared: Path) -> Web:
    """The web of all gold pages."""
    corpus = [path.read_bytes() for path in sorted((shared / "corpus" / "documents").iterdir())[:12]]
    small = [body for body in corpus if len(body) < 400_000] or corpus[:1]
    web = Web(Replay())

    def file(url: str, number: int) -> None:
        web.replay.put(url, small[number % len(small)], "application/octet-stream")

    for gold, body in gold_pages(shared):
        if gold["page_class"] not in _LISTINGS | _REACHED:
            continue
        # several pages have the same base and no address of their own
        address = gold["url"] or f"{gold['base_url']}?page={gold['id']}"
        web.replay.put(address, body)
        web.pages.add(key(address))
        if gold["page_class"] in _LISTINGS:
            web.listings.append(address)
        else:
            above = f"{address.rsplit('/', 1)[0]}/list_{gold['id']}.html"
            web.replay.put(above, listing(row(address, gold["page_title"] or "2026年部门预算", "2026-02-25")))
            web.pages.add(key(above))
            web.listings.append(above)
        for link in gold["disclosure_links"]:
            if link["target"] == "spa_route":  # an application's route is no address of its own
                continue
            web.links.add(key(link["href"]))
            if Path(urlsplit(link["href"]).path).suffix.lower() in _FILES:
                file(link["href"], len(web.links))
            elif key(link["href"]) not in web.replay.stored:
                web.replay.put(link["href"], inline(link["title"]))
        for attachment in (gold.get("notice") or {}).get("attachments", []):
            web.attachments.add(key(attachment["href"]))
            file(attachment["href"], len(web.attachments))
        for number, url in enumerate((gold.get("pagination") or {}).get("page_urls") or []):
            if key(url) not in web.replay.stored:
                made = f"{number}_{gold['id']}.html"
                web.replay.put(url, listing(row(made, f"第{number}中学2025年单位预算", "2025-02-20")))
                web.replay.put(f"{url.rsplit('/', 1)[0]}/{made}", inline(f"第{number}中学2025年单位预算"))
                web.pages |= {key(url), key(f"{url.rsplit('/', 1)[0]}/{made}")}
    return web


def source_of(web: Web, folder: Path) -> Path:
    hosts = sorted({urlsplit(url).netloc for url in (*web.replay.stored, *web.wanted)})
    listed = "".join(f"  - {{url: {json.dumps(url)}, kind: department_budget}}\n" for url in web.listings)
    path = folder / "100000_replay.yml"
    path.write_text(
        f"code: 100000\npublisher: 各地\nplatform: static\nlistings:\n{listed}hosts: {json.dumps(hosts)}\n"
        "politeness: {delay_seconds: 1, retries: 0, timeout_seconds: 20}\n",
        encoding="utf-8",
    )
    return path


def crawl(source: Path, data: Path, now: datetime, port: int) -> CrawlResult:
    os.environ[PORT] = str(port)
    settings = CrawlSettings(data_root=data, contact="test@example.org", seconds=300.0)
    return runner.crawl_source(source, data_root=data, now=now, settings=settings, plan=Plan())


@pytest.mark.slow
def test_stored_pages_for_two_nights(tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PROCESS", "tests.crawl.replay")
    monkeypatch.setenv(PORT, "0")
    web = build(shared)
    source, data = source_of(web, tmp_path), tmp_path / "data"
    with serve(web.replay) as replay:
        first = crawl(source, data, FIRST_NIGHT, replay.port)
        assert first.errors == []
        asked = replay.asked()
        fetched = {key(url) for url in asked}
        links, attachments = web.links & fetched, web.attachments & fetched
        print(
            f"links {len(links)}/{len(web.links)}, attachments {len(attachments)}/{len(web.attachments)}, "
            f"{len(asked)} requests for {len(web.wanted)} wanted ({len(asked) / len(web.wanted):.2f}), "
            f"{len(replay.requests) - len(asked)} robots.txt; {first.outcomes}"
        )
        missed = sorted((web.links - links) | (web.attachments - attachments))
        extra = sorted(fetched - web.wanted)
        if os.environ.get("YUJUE_TEST_REPLAY_SHOW"):
            print("\n".join(["missed", *missed, "extra", *extra, *first.warnings]))
        assert len(replay.requests) <= REQUESTS * len(web.wanted), "robots.txt of every host among them"
        assert len(links) >= LINKS * len(web.links), missed[:20]
        assert len(attachments) >= ATTACHMENTS * len(web.attachments), missed[-20:]
        assert len(asked) == len(fetched), "nothing is asked for twice in a night"

        # the night after: one listing has one more row
        changed = web.listings[0]
        page = web.replay.stored[canonicalize_url(changed)]
        web.replay.put(
            changed,
            page.body.replace(b"</body>", row("new.html", "某局2026年部门预算", "2026-03-26").encode() + b"</body>"),
        )
        web.replay.put(changed.rsplit("/", 1)[0] + "/new.html", inline("某局2026年部门预算"))
        replay.requests.clear()
        second = crawl(source, data, FIRST_NIGHT + timedelta(days=1), replay.port)
        assert second.errors == []
        listings = {key(url) for url in web.listings}
        again = {key(url) for url in replay.asked()}
        beyond = {url for url in again - listings if url in web.links | web.attachments}
        print(f"second night: {len(replay.asked())} requests, {sum(same for _, same in replay.requests)} unchanged")
        assert key(changed.rsplit("/", 1)[0] + "/new.html") in again
        assert not beyond, "no notice and no file is asked for again"
        bodies = [url for url, same in replay.requests if not same and not url.endswith("/robots.txt")]
        assert len([url for url in bodies if key(url) in web.wanted]) <= 2
