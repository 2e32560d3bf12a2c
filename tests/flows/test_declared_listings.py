"""Listings that are data (`api:`, scripts of the page) are watched over and looked at as pages are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawl.schedule import Plan
from crawl.settings import CrawlSettings
from crawl.source import load_source
from flows.settings import DataRoot
from flows.source_check import check_source
from flows.source_nights import source_nights
from tests.crawl.web import NOW, Resource, Site, crawl, notice, serve

DECLARED = """code: 330203
publisher: 某区人民政府
platform: {platform}
{options}listings:
  - url: {root}/budget/main
    kind: department_budget
    api:
      url: /api/list?area=330203&page={{page}}
      rows: data.list
      title: deptName
      link: /d/{{id}}.html
      date: publishDate
      total: data.total
politeness: {{delay_seconds: 0, retries: 0, timeout_seconds: 5}}
test_source: true
"""


def declared(folder: Path, site: Site) -> Path:
    path = folder / "330203_s.yml"
    path.write_text(DECLARED.format(platform="static", options="", root=site.root))
    return path


def answer(ids: range, name: str = "deptName", listed: str = "list") -> Resource:
    rows = [{"id": n, name: f"第{n}局", "publishDate": "2024-02-06"} for n in ids]
    tree: Mapping[str, Any] = {"code": 0, "data": {listed: rows, "total": len(rows)}}
    return Resource(json.dumps(tree, ensure_ascii=False).encode(), kind="application/json")


def a_site(site: Site) -> None:
    site.resources["/api/list?area=330203&page=1"] = answer(range(6))
    for n in range(8):
        site.page(f"/d/{n}.html", notice(f"第{n}局2024年部门预算", body="见附件。" * 5))


@pytest.mark.parametrize(
    ("later", "flagged"),
    [
        (answer(range(8)), False),
        (answer(range(6), name="orgName"), True),  # its keys were renamed
        (answer(range(6), listed="records"), True),
        (Resource(b'{"code": 500, "msg": "token expired"}', kind="application/json"), True),
    ],
)
def test_a_declared_listing_that_broke_is_flagged(tmp_path: Path, later: Resource, flagged: bool) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        a_site(site)
        path = declared(tmp_path, site)
        assert crawl(path, data, plan=Plan()).by_role["notice"] == {"new": 6}
        site.resources["/api/list?area=330203&page=1"] = later
        crawl(path, data, now=NOW + timedelta(days=1), plan=Plan())
    (night,) = source_nights(DataRoot(data), [load_source(path)])
    told = [flag for flag in night.flags if flag.startswith("the listing is ")]
    assert bool(told) is flagged, night.flags
    assert all("0 links, 6 before" in flag for flag in told)


def settings(folder: Path) -> CrawlSettings:
    return CrawlSettings(folder, "test@example.org", frozenset({"127.0.0.1"}), seconds=60.0, grace_seconds=3.0)


def test_check_asks_a_declared_listing_as_the_crawl_does(tmp_path: Path) -> None:
    """It is told how many rows the declaration finds, not what a browser's empty page looks like."""
    site = Site()
    with serve(site):
        a_site(site)
        checked = check_source(load_source(declared(tmp_path, site)), NOW, settings(tmp_path))
        (seen,) = checked.listings
        assert [path for path, _ in site.requests] == ["/robots.txt", "/api/list?area=330203&page=1"]
        assert (seen.outcome, seen.notices, seen.attachments, seen.troubles) == ("new", 6, 0, ())
        assert (seen.first_date, seen.titles[0]) == ("2024-02-06", "第0局")
        assert seen.skeleton is not None
        assert checked.good

        site.resources["/api/list?area=330203&page=1"] = answer(range(6), name="orgName")
        (seen,) = check_source(load_source(declared(tmp_path, site)), NOW, settings(tmp_path)).listings
        assert seen.notices == 0
        assert seen.troubles

        del site.resources["/api/list?area=330203&page=1"]
        (seen,) = check_source(load_source(declared(tmp_path, site)), NOW, settings(tmp_path)).listings
        assert (seen.outcome, seen.status) == ("gone", 404)


def test_check_of_a_listing_that_a_script_fills(tmp_path: Path) -> None:
    """The page is asked for, and the first request of its script; nothing else."""
    site = Site()
    with serve(site):
        path = tmp_path / "330203_s.yml"
        path.write_text(
            "code: 330203\npublisher: 某区人民政府\nplatform: gkmlpt\nlistings:\n"
            f"  - {{url: {site.root}/l/gkmlpt/index, kind: department_budget, column: '612'}}\n"
            "politeness: {delay_seconds: 0, retries: 0, timeout_seconds: 5}\ntest_source: true\n"
        )
        script = "window._CONFIG = {SITE_ID: 758019, x: 1}"
        site.page("/l/gkmlpt/index", f'<html><body><div id="app"></div><script>{script}</script></body></html>')
        for number in (1, 2):
            articles = [
                {"id": n, "title": f"第{n}局2024年部门预算", "url": f"{site.root}/l/{n}.html", "date": 1707177600}
                for n in range(number * 5, number * 5 + 5)
            ]
            tree = {"classify": {"post_count": 10}, "articles": articles, "total": 10}
            body = json.dumps(tree, ensure_ascii=False).encode()
            address = f"/l/gkmlpt/api/all/612?page={number}&sid=758019"
            site.resources[address] = Resource(body, kind="application/json")
        (seen,) = check_source(load_source(path), NOW, settings(tmp_path)).listings
        asked = [path for path, _ in site.requests]
        assert asked == ["/robots.txt", "/l/gkmlpt/index", "/l/gkmlpt/api/all/612?page=1&sid=758019"]
        assert (seen.notices, seen.kinds, seen.further_pages) == (5, {"department_budget": 5}, 1)
        assert (seen.first_date, seen.years, seen.troubles) == ("2024-02-06", (2024,), ())
