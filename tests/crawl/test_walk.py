"""Walks over made sites of several platforms, each in its own process: what is found, asked, and asked again."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from crawl.ledger import Ledger
from crawl.registry import Place, lint
from crawl.runner import ledger_path
from crawl.schedule import Plan
from crawl.schema import CrawlResult
from tests.crawl.web import (
    DOCX,
    NOW,
    PDF,
    Resource,
    Site,
    crawl,
    listing,
    notice,
    row,
    serve,
    small_site,
    source_file,
)

NIGHT = Plan()


def paths(site: Site) -> list[str]:
    return [path for path, _ in site.requests if path != "/robots.txt"]


def notices(site: Site, *names: str, folder: str = "/l") -> None:
    """Notices with one attachment each."""
    for name in names:
        site.page(f"{folder}/{name}.html", notice(f"{name}局2024年部门预算", (f"{name}.pdf", "预算表.pdf")))
        site.file(f"{folder}/{name}.pdf", PDF + name.encode())


def rows(*names: str) -> tuple[str, ...]:
    return tuple(row(f"{name}.html", f"{name}局2024年部门预算", "2024-02-06") for name in names)


def json_body(tree: Any) -> Resource:
    return Resource(json.dumps(tree, ensure_ascii=False).encode(), kind="application/json", etag=f'"{hash(str(tree))}"')


def declared(folder: Path, site: Site, body: str, *, platform: str = "static", extra: str = "") -> Path:
    path = folder / "330203_haishu.yml"
    path.write_text(
        f"code: 330203\npublisher: 海曙区人民政府\nplatform: {platform}\nlistings:\n{body}"
        f"politeness: {{delay_seconds: 0, retries: 0, timeout_seconds: 5}}\n{extra}".replace("ROOT", site.root),
        encoding="utf-8",
    )
    return path


def good(result: CrawlResult) -> None:
    assert (result.failed, result.errors, result.warnings, result.troubles) == (False, [], [], [])


def test_files_counted_from_one_although_the_script_says_zero(tmp_path: Path) -> None:
    """createPageHTML(3, 0, …) without its body: index_1 is asked first, gives 404, so the last page is index_3."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        script = 'createPageHTML(3, 0, "index", "html");'
        site.page("/l/index.html", listing(*rows("a"), script=script))
        site.page("/l/index_2.html", listing(*rows("b"), script=script))
        site.page("/l/index_3.html", listing(*rows("c"), script=script))
        notices(site, "a", "b", "c")
        path = source_file(tmp_path, site, listing="/l/index.html")
        result = crawl(path, data, plan=NIGHT)
        good(result)
        assert result.documents == 3
        asked = [one for one in paths(site) if "index" in one]
        assert asked == ["/l/index.html", "/l/index_1.html", "/l/index_2.html", "/l/index_3.html"]
        # the night after, the page that was never there is not asked for again
        site.requests.clear()
        good(crawl(path, data, now=NOW + timedelta(days=1), plan=NIGHT))
        assert paths(site) == ["/l/index.html", "/l/index_2.html"], "first page, and one more beyond it"


def test_a_pager_that_answers_every_number_with_page_one(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        pages = '<div class="page">' + "".join(f'<a href="?page={n}">{n}</a>' for n in range(1, 31)) + "</div>"
        body = listing(*rows("a"), after=pages)
        site.page("/l/index.html", body)
        for number in range(1, 31):
            site.page(f"/l/index.html?page={number}", body)
        notices(site, "a")
        result = crawl(source_file(tmp_path, site, listing="/l/index.html", pages=40), data, plan=NIGHT)
        good(result)
        assert result.documents == 1


def test_a_calendar_of_endless_next_links(tmp_path: Path) -> None:
    """Each page links to another month and shows the same rows with another clock: the walk ends by itself."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        for number in range(60):
            after = f'<p>{number}</p><a href="index_{number + 1}.html">下一页</a>'
            site.page("/l/index.html" if number == 0 else f"/l/index_{number}.html", listing(*rows("a"), after=after))
        notices(site, "a")
        good(crawl(source_file(tmp_path, site, listing="/l/index.html", pages=50), data, plan=NIGHT))
        assert len([path for path in paths(site) if "index" in path]) < 6


def test_rows_that_jpaas_fetches(tmp_path: Path) -> None:
    """The page has no rows, only the parameters of a unit; the unit is walked until its total is reached."""
    site, data = Site(), tmp_path / "data"
    unit = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    with serve(site):
        values = "{webId:'15', pageId:'55894', parseType:'bulidstatic', pageType:'column', tagId: '信息列表', tplSetId: 'oj', unitUrl: '" + unit + "'}"  # fmt: skip  # noqa: E501
        script = f'doLayPageRender("x_1", {values}, {{rows: "2", count: "0", pageNo: "1" }});'
        site.page("/l/index.html", listing(script=script))
        for number, names in ((1, ("a", "b")), (2, ("c",))):
            query = [("parseType", "bulidstatic"), ("webId", "15"), ("tplSetId", "oj"), ("pageType", "column"),
                     ("tagId", "信息列表"), ("pageId", "55894"),
                     ("paramJson", f'{{"pageNo":{number},"pageSize":2}}')]  # fmt: skip
            html = "".join(rows(*names)) + '<div class="page" count="3"></div>'
            site.resources[f"{unit}?{urlencode(query)}"] = json_body({"code": "200", "data": {"html": html}})
        notices(site, "a", "b", "c")
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=NIGHT)
        good(result)
        assert result.documents == 3
        assert len(paths(site)) == 1 + 2 + 6


def test_records_behind_a_datastore(tmp_path: Path) -> None:
    """jcms: the first records stand in a script of the page, the others are asked for by POST."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        address = "/module/web/jpage/dataproxy.jsp?page=1&webid=26&columnid=10578&unitid=111869&webname=海曙"
        records = "".join(f"<record><![CDATA[{one}]]></record>" for one in rows("a", "b"))
        store = (
            f'<script type="text/xml"><datastore><nextgroup><![CDATA[<a href="{address}"></a>]]></nextgroup>'
            f"<totalrecord>3</totalrecord><recordset>{records}</recordset></datastore></script>"
        )
        site.page("/l/index.html", listing(after=store))
        form = urlencode([("col", "1"), ("webid", "26"), ("columnid", "10578"), ("unitid", "111869"), ("webname", "海曙")])  # fmt: skip  # noqa: E501
        rest = f"<datastore><recordset><record><![CDATA[{rows('c')[0]}]]></record></recordset></datastore>"
        key = f"/module/web/jpage/dataproxy.jsp?startrecord=3&endrecord=3&perpage=100&{form}"
        site.resources[key] = Resource(rest.encode(), kind="text/xml")
        notices(site, "a", "b", "c")
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=NIGHT)
        good(result)
        assert result.documents == 3
        assert site.asked(key) == 1


def test_a_directory_whose_column_stands_behind_the_hash(tmp_path: Path) -> None:
    """gkmlpt: the page is an application; its column is asked for as data, with the site's number from the page."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page("/l/gkmlpt/index", '<html><body><div id="app"></div><script>window._CONFIG = {SITE_ID: 758019, x: 1}</script></body></html>')  # fmt: skip  # noqa: E501
        for number, names in ((1, ("a", "b")), (2, ("c",))):
            articles = [
                {"id": 1, "title": f"{one}局2024年部门预算", "url": f"{site.root}/l/{one}.html", "date": 1707177600}
                for one in names
            ]
            site.resources[f"/l/gkmlpt/api/all/612?page={number}&sid=758019"] = json_body(
                {"classify": {"post_count": 3}, "articles": articles, "total": 3}
            )
        notices(site, "a", "b", "c")
        listed = "  - {url: ROOT/l/gkmlpt/index, kind: department_budget, column: '612'}\n"
        result = crawl(declared(tmp_path, site, listed, platform="gkmlpt"), data, plan=NIGHT)
        good(result)
        assert result.documents == 3
        with Ledger(ledger_path(data)) as ledger:
            assert {link.listed_date for link in ledger.links()} == {"2024-02-06"}, (
                "a time in seconds, as Beijing's day"
            )


def test_a_budget_platform_as_the_source_declares_it(tmp_path: Path) -> None:
    """List by POST, detail by id, files of a detail: nothing of it is on a page."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        for number, ids in ((1, (1, 2)), (2, (3,))):
            records = [{"id": one, "deptName": f"{one}局", "publishDate": "2024-02-06 10:00:00"} for one in ids]
            form = urlencode([("area", "330203"), ("pageNo", number)])
            site.resources[f"/api/list?{form}"] = json_body({"data": {"list": records, "total": 3}})
        for one in (1, 2, 3):
            files = [{"fileName": f"{one}局2024年部门预算.pdf", "fileId": f"f{one}"}]
            tree = {"data": {"title": f"{one}局2024年部门预算", "publishDate": 1707177600000, "files": files}}
            site.resources[f"/api/detail?id={one}"] = json_body(tree)
            site.file(f"/file/download?id=f{one}", PDF + bytes([one]))
        listed = (
            "  - url: ROOT/budget/main\n    kind: department_budget\n    api:\n      url: /api/list\n"
            "      form: {area: '330203', pageNo: '{page}'}\n      rows: data.list\n      title: deptName\n"
            "      date: publishDate\n      total: data.total\n      detail:\n        url: /api/detail?id={id}\n"
            "        title: data.title\n        date: data.publishDate\n        attachments: data.files\n"
            "        link: /file/download?id={fileId}\n        name: fileName\n"
        )
        path = declared(tmp_path, site, listed)
        result = crawl(path, data, plan=NIGHT)
        good(result)
        assert result.documents == 3
        with Ledger(ledger_path(data)) as ledger:
            found = sorted((link.notice_title, link.published_date, link.link_text) for link in ledger.links())
        assert found[0] == ("1局2024年部门预算", "2024-02-06", "1局2024年部门预算.pdf")
        site.requests.clear()
        again = crawl(path, data, now=NOW + timedelta(days=1), plan=NIGHT)
        assert [one.split("?")[0] for one in paths(site)] == ["/api/list", "/api/list"]
        assert (again.failed, again.documents) == (False, 3)


def test_the_second_night_asks_for_listings_and_what_changed(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        small_site(site)
        path = source_file(tmp_path, site, extra="expect: {documents: {min: 3, max: 3}, years: [2023, 2024]}\n")
        first = crawl(path, data, plan=NIGHT)
        assert (first.failed, first.documents) == (False, 3)
        site.requests.clear()
        second = crawl(path, data, now=NOW + timedelta(days=1), plan=NIGHT)
        assert paths(site) == ["/czyjs/index.html", "/czyjs/index_1.html"]
        assert all("If-None-Match" in headers for path, headers in site.requests if path != "/robots.txt")
        assert (second.failed, second.documents, second.bodies_fetched) == (False, 3, 0), "nothing is missed by it"

        # a new notice, another date beside a known one: both are asked for, the rest is not
        site.page(
            "/czyjs/index.html",
            listing(
                row("202403/t4.html", "水利局2024年部门预算", "2024-03-02"),
                row("202402/t1.html", "政府办公室2024年部门预算", "2024-03-02"),
                row("./202402/t2.html", "教育局2024年部门预算公开", "2024-02-06"),
            ),
        )
        site.page("/czyjs/202403/t4.html", notice("水利局2024年部门预算", ("P04.docx", "预算.docx")))
        site.file("/czyjs/202403/P04.docx", DOCX + b"4")
        site.requests.clear()
        third = crawl(path, data, now=NOW + timedelta(days=2), plan=NIGHT)
        assert sorted(paths(site)) == [
            "/czyjs/202402/t1.html",
            "/czyjs/202403/P04.docx",
            "/czyjs/202403/t4.html",
            "/czyjs/index.html",
        ]
        assert third.by_role["notice"] == {"new": 1, "unchanged": 1}

        # three days and more after: the young ones are asked again, replaced and gone are recorded
        site.file("/czyjs/202402/P01.docx", DOCX + b"corrected")
        del site.resources["/czyjs/202402/t2.html"]
        late = crawl(path, data, now=NOW + timedelta(days=6), plan=NIGHT)
        assert (late.outcomes["replaced"], late.outcomes["gone"]) == (1, 1), "one file, one notice"
        with Ledger(ledger_path(data)) as ledger:
            gone = ledger.visits(outcome="gone")
            assert {visit.url.rsplit("/", 1)[1] for visit in gone} == {"gone.pdf", "t2.html"}
            assert len(ledger.documents()) == 5, "nothing is taken back"


def test_a_row_put_in_behind_the_first_page_is_found(tmp_path: Path) -> None:
    """Within the overlap it is found at once, deeper at the next full sweep."""
    site, data = Site(), tmp_path / "data"

    def pages(*deep: str) -> None:
        for number in range(5):
            after = f'<a href="index_{number + 1}.html">下一页</a>' if number < 4 else ""
            names = (f"p{number}", *(deep if number == 3 else ()))
            site.page(
                "/l/index.html" if number == 0 else f"/l/index_{number}.html", listing(*rows(*names), after=after)
            )

    with serve(site):
        pages()
        notices(site, "p0", "p1", "p2", "p3", "p4", "deep")
        path = source_file(tmp_path, site, listing="/l/index.html")
        assert crawl(path, data, plan=NIGHT).documents == 5
        pages("deep")
        site.requests.clear()
        second = crawl(path, data, now=NOW + timedelta(days=1), plan=NIGHT)
        assert second.documents == 5
        assert paths(site) == ["/l/index.html", "/l/index_1.html"]
        sweep = crawl(path, data, now=NOW + timedelta(days=36), plan=NIGHT)
        assert sweep.documents == 6


def test_since_leaves_old_rows_alone(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        small_site(site)
        result = crawl(source_file(tmp_path, site), data, plan=Plan(since="2024-02-06"))
        assert "/czyjs/202402/t1.html" not in paths(site)
        assert "/czyjs/202302/t3.html" not in paths(site)
        assert site.asked("/files/P02.pdf?v=3") == 1
        assert result.skipped_links["older than asked for"] == 2


def test_a_dry_run_fetches_no_notice(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    events: list[dict[str, Any]] = []
    with serve(site):
        small_site(site)
        path = source_file(tmp_path, site, extra="expect: {documents: {min: 3}}\n")
        result = crawl(path, data, plan=Plan(dry_run=True), progress=events.append)
        assert paths(site) == ["/czyjs/index.html", "/czyjs/index_1.html"]
        assert not result.failed, "what a dry run does not look for is not missing"
        found = [event for event in events if event["event"] == "candidate"]
        assert [(one["text"], one["date"], one["state"], one["kind"]) for one in found] == [
            ("政府办公室2024年部门预算", "2024-02-05", "new", "department_budget"),
            ("教育局2024年部门预算公开", "2024-02-06", "new", "department_budget"),
            ("政府办公室2023年部门预算", "2023-02-07", "new", "department_budget"),
        ]
        assert crawl(path, data, now=NOW + timedelta(days=1), plan=NIGHT).documents == 3, "it made nothing known"


def test_stubs_that_lead_on_and_stubs_that_do_not(tmp_path: Path) -> None:
    """A listing and a notice behind stubs are reached; a lost page (status 200) is trouble, a short notice is none."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page("/l/index.html", "<html><head><script>window.location.href='/m/list.html';</script></head></html>")
        names = ("meta", "lost", "short", "loop")
        site.page("/m/list.html", listing(*rows(*names)))
        site.page("/m/meta.html", '<html><head><meta http-equiv="refresh" content="0;url=real.html"></head></html>')
        site.page("/m/real.html", notice("meta局2024年部门预算", ("a.pdf", "预算表.pdf")))
        site.page("/m/lost.html", "<html><head><title>404</title></head><body>您访问的页面不存在</body></html>")
        site.page("/m/short.html", '<html><body><img src="x.png"><a href="b.pdf">点击查看预算.pdf</a></body></html>')
        site.page("/m/loop.html", '<html><head><meta http-equiv="refresh" content="0;url=loop2.html"></head></html>')
        site.page("/m/loop2.html", '<html><head><meta http-equiv="refresh" content="0;url=loop.html"></head></html>')
        site.file("/m/a.pdf", PDF)
        site.file("/m/b.pdf", PDF + b"b")
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=NIGHT)
        assert (result.failed, result.documents) == (False, 2)
        assert result.skipped_links["redirect_stub"] == 1, "the script's; those of meta are followed by Scrapy"
        troubles = {one.url.rsplit("/", 1)[1]: (one.outcome, one.reason or "") for one in result.troubles}
        assert troubles.keys() == {"lost.html", "loop.html"}
        assert {outcome for outcome, _ in troubles.values()} == {"failed"}
        assert "soft_404" in troubles["lost.html"][1]
        with Ledger(ledger_path(data)) as ledger:
            assert {link.notice_title for link in ledger.links()} >= {"meta局2024年部门预算"}


def test_columns_below_a_listing_and_papers_of_a_notice(tmp_path: Path) -> None:
    """A column of a year below the listing is walked, one beside it is not; papers a notice lists are read too."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        column = '<p><a href="2023n/">2023年部门预算</a></p><p><a href="/other/yjs/">2022年部门预决算公开专栏</a></p>'
        site.page("/l/index.html", listing(*rows("a"), after=column))
        site.page("/l/2023n/", listing(row("../b.html", "b局2023年部门预算", "2023-02-06")))
        papers = "".join(f'<p><a href="/p/{n}.html">{n}小学2024年单位预算</a></p>' for n in ("第一", "第二", "第三"))
        site.page("/l/a.html", notice("a局及所属单位2024年部门预算公开", body=papers))
        notices(site, "b")
        for number in ("第一", "第二", "第三"):
            path = f"/p/{quote(number)}.html"
            site.page(path, notice(f"{number}小学2024年单位预算", (f"{quote(number)}.pdf", "预算.pdf")))
            site.file(f"/p/{quote(number)}.pdf", PDF + number.encode())
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=NIGHT)
        assert (result.failed, result.documents, result.troubles) == (False, 4, [])
        assert not any(path.startswith("/other") for path in paths(site))
        assert result.skipped_links["a column elsewhere"] >= 1


def test_only_one_kind(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page("/a/index.html", listing(*rows("a")))
        site.page("/b/index.html", listing(row("b.html", "b局2023年部门决算", "2024-02-06")))
        notices(site, "a", folder="/a")
        notices(site, "b", folder="/b")
        listed = (
            "  - {url: ROOT/a/index.html, kind: department_budget}\n"
            "  - {url: ROOT/b/index.html, kind: department_final}\n"
        )
        path = declared(tmp_path, site, listed, extra="expect: {documents: {min: 2}}\n")
        result = crawl(path, data, plan=Plan(kinds=("department_final",)))
        assert (result.failed, result.documents) == (False, 1)
        assert not any(one.startswith("/a/") for one in paths(site))


def test_a_pager_no_page_explains_is_told_and_can_be_declared(tmp_path: Path) -> None:
    """showPagingNav: two pages by the page's own word, the request known to a script elsewhere only."""
    site, data = Site(), tmp_path / "data"
    values = json.dumps(
        {"AppUrl": "ROOT", "page": 1, "pageSize": 20, "totalPages": 2, "totalElements": 22, "colid": "f6"}
    )
    with serve(site):
        hidden = f"<input type='hidden' id='pagingProp_4c' value='{values}'/>".replace("ROOT", site.root)
        site.page("/l/index.html", listing(*rows("a"), after=hidden))
        site.page("/paging?col=f6&n=2", listing(*rows("b"), after=hidden))
        site.page("/b.html", notice("b局2024年部门预算", ("/l/b.pdf", "b.pdf")))
        notices(site, "a", "b")
        told = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=NIGHT)
        assert [line for line in told.warnings if "cannot be asked for: 22 rows on 2 pages" in line]
        listed = (
            "  - {url: ROOT/l/index.html, kind: department_budget, paging: '{AppUrl}/paging?col={colid}&n={page}'}\n"
        )
        result = crawl(declared(tmp_path, site, listed), data, plan=NIGHT)
        good(result)
        assert result.documents == 2


def test_a_source_that_wants_a_browser_without_the_extra(tmp_path: Path) -> None:
    """One clear line says what to install; with the extra the page is read as a browser shows it."""
    from importlib.util import find_spec

    site, data = Site(), tmp_path / "data"
    with serve(site):
        script = "document.querySelector('ul').innerHTML = " + json.dumps("".join(rows("a")), ensure_ascii=False)
        site.page("/l/index.html", f"<html><body><ul></ul><script>{script}</script></body></html>")
        notices(site, "a")
        listed = "  - {url: ROOT/l/index.html, kind: department_budget}\n"
        result = crawl(declared(tmp_path, site, listed, platform="browser"), data, plan=NIGHT)
        if find_spec("scrapy_playwright") is None:
            assert (result.failed, result.finish_reason) == (True, "no_browser")
            assert result.errors == ["platform browser: the extra is not installed (pip install 'yujue[browser]')"]
            assert site.requests == []
        else:
            good(result)
            assert result.documents == 1


def test_two_columns_of_one_directory_address(tmp_path: Path) -> None:
    """gkmlpt/index#612 and #613 are one page to the server: it is asked for once, and both columns are walked."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page("/l/gkmlpt/index", '<html><body><div id="app"></div><script>window._CONFIG = {SITE_ID: 758019, x: 1}</script></body></html>')  # fmt: skip  # noqa: E501
        for column, name in (("612", "a"), ("613", "b")):
            articles = [{"title": f"{name}局2024年部门预算", "url": f"{site.root}/l/{name}.html", "date": 1707177600}]
            site.resources[f"/l/gkmlpt/api/all/{column}?page=1&sid=758019"] = json_body(
                {"articles": articles, "total": 1}
            )
        notices(site, "a", "b")
        listed = "".join(
            f"  - {{url: ROOT/l/gkmlpt/index, kind: {kind}, column: '{column}'}}\n"
            for column, kind in (("612", "department_budget"), ("613", "department_final"))
        )
        result = crawl(declared(tmp_path, site, listed, platform="gkmlpt"), data, plan=NIGHT)
        good(result)
        assert result.documents == 2
        assert site.asked("/l/gkmlpt/index") == 1
        with Ledger(ledger_path(data)) as ledger:
            assert {link.url.rsplit("/", 1)[1] for link in ledger.links()} == {"a.pdf", "b.pdf"}


def test_a_county_on_a_known_budget_platform_is_ten_lines(tmp_path: Path) -> None:
    """Inner Mongolia's platform: no page of it lists anything; the source says its area, the platform the requests."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        for number, ids in ((1, ("x1", "x2")), (2, ())):
            items = [
                {"id": one, "title": f"{one}旗2024年政府预算公开", "publishTime": "2024-02-06 10:00:00"} for one in ids
            ]
            site.resources[f"/yjs/business/basic/select?id=330203zf&type=2&p={number}"] = json_body({"list": items})
        for one in ("x1", "x2"):
            files = [{"id": f"f{one}", "name": f"{one}旗2024年政府预算", "suffix": "pdf"}]
            site.resources[f"/yjs/business/basic/result/{one}"] = json_body({"files": files})
            site.file(f"/yjs/business/file/download/f{one}", PDF + one.encode())
        text = (
            "code: 330203\npublisher: 海曙区人民政府\nplatform: neimenggu_yjs\noptions: {area_code: 330203}\n"
            "listings:\n"
            f"  - {{url: {site.root}/yjs/business/page/list, kind: government_budget}}\ntest_source: true\n"
            "expect: {notices: {min: 2}}\npoliteness: {delay_seconds: 0, retries: 0}\n"
        )
        assert len(text.splitlines()) <= 10
        path = tmp_path / "330203_haishu.yml"
        path.write_text(text, encoding="utf-8")
        assert lint([path], {"330203": Place("海曙区")}) == []
        result = crawl(path, data, plan=NIGHT)
        good(result)
        assert result.documents == 2
        with Ledger(ledger_path(data)) as ledger:
            told = {(link.notice_title, link.link_text, link.published_date) for link in ledger.links()}
            assert ("x1旗2024年政府预算公开", "x1旗2024年政府预算", "2024-02-06") in told
            (state,) = ledger.listing_states()
        assert (state.url, state.read_at) == (f"{site.root}/yjs/business/page/list", "2024-03-01T02:03:04Z"), (
            "the listing stands as the requests that bring its rows do"
        )


def test_what_is_too_many_links_away_is_named_and_not_asked(tmp_path: Path) -> None:
    """The walk ends at the depth of the source, and what lies beyond it is in the ledger."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page("/l/index.html", listing(*rows("a")))
        notices(site, "a")
        path = source_file(tmp_path, site, listing="/l/index.html",
                           politeness="delay_seconds: 0, retries: 0, timeout_seconds: 5, max_depth: 1")  # fmt: skip
        result = crawl(path, data, plan=NIGHT)
        assert result.finish_reason == "finished"
        assert paths(site) == ["/l/index.html", "/l/a.html"]
        (deep,) = result.troubles
        assert (deep.url, deep.outcome) == (f"{site.root}/l/a.pdf", "refused")
        assert deep.reason == "depth: 2 links away from its listing, at most 1 (politeness.max_depth)"
        assert result.skipped_links["too deep"] == 1


def test_rows_of_a_do_address_that_returns_json(tmp_path: Path) -> None:
    """cms .do: rows as markup in `attributes.data`, the pager as markup in `page_bar`; the number is in the address."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        for number, names in ((1, ("a", "b")), (2, ("c",)), (3, ())):
            found = {"attributes": {"data": "".join(rows(*names)), "page_bar": "<b>共2页</b>"}, "success": True}
            site.resources[f"/l/list.do?columnId=7&pageNo={number}"] = json_body(found)
        notices(site, "a", "b", "c")
        listed = "  - {url: 'ROOT/l/list.do?columnId=7&pageNo=1', kind: department_budget}\n"
        result = crawl(declared(tmp_path, site, listed, platform="cms_do"), data, plan=NIGHT)
        assert (result.failed, result.documents, result.troubles) == (False, 3, [])
