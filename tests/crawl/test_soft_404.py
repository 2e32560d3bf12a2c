"""One page sent with status 200 under many addresses: recognised, counted, named in the ledger, never a document.

And its opposite: one paper that is listed under several addresses stays one paper.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.completeness import never_given
from crawl.ledger import Ledger
from crawl.page import read_page
from crawl.repeats import Repeats, holds, is_generic, print_of
from crawl.runner import ledger_path
from crawl.schedule import Plan
from crawl.schema import CrawlResult, Visit
from flows.crawl_sources import unreached
from flows.settings import DataRoot
from tests.crawl.web import NOW, PDF, Resource, Site, crawl, listing, notice, row, serve, source_file

NEWS = "".join(row(f"/news/{number}.html", f"全县第{number}次工作会议召开", "2024-02-06") for number in range(60))


def home(nonce: str = "") -> str:
    """A home page: many sections, a link to the newest budget among them, and a long text."""
    more = "".join(f'<h2>栏目{n}</h2><a href="/c{n}/">更多</a>' for n in range(6))
    return (
        "<!DOCTYPE html><html><head><title>涞源县人民政府门户网站</title></head><body>"
        f'<div class="main"><ul>{NEWS}</ul>{more}<ul>{row("/czyjs/t0.html", "教育局2024年部门预算", "2024-02-06")}</ul>'
        f"<p>{'今日要闻。' * 100}</p></div><p>{nonce}</p></body></html>"
    )


def error_page(nonce: str = "", path: str = "") -> str:
    """A site's own error page in its usual frame: too large for a stub, no word of what it is."""
    menu = "".join(f'<li><a href="/menu/{number}.html">政务公开栏目{number}</a></li>' for number in range(40))
    said = "抱歉，系统暂时没有查询到相应的内容，请您稍后再试或返回上一级继续浏览本站其他栏目。" * 8
    return (
        f"<!DOCTYPE html><html><head><title>涞源县人民政府</title></head><body><ul class='tree'>{menu}</ul>"
        f'<div class="content"><p>{said}</p><p>{path}</p><p>{nonce}</p></div></body></html>'
    )


def told(data: Path, result: CrawlResult) -> dict[str, list[Visit]]:
    with Ledger(ledger_path(data)) as ledger:
        found: dict[str, list[Visit]] = {}
        for visit in ledger.visits(run_id=result.run_id):
            found.setdefault(visit.url.split("/", 3)[3], []).append(visit)
        return found


def documents(data: Path) -> list[str]:
    with Ledger(ledger_path(data)) as ledger:
        return [one.provenance.url or "" for one in ledger.documents()]


OFFICES = ("教育局", "水利局", "民政局", "司法局")


def site_of(site: Site, *bodies: str) -> None:
    rows = [row(f"t{number}.html", f"{OFFICES[number]}2024年部门预算", "2024-02-06") for number in range(len(bodies))]
    site.page("/l/index.html", listing(*rows, row("good.html", "财政局2024年部门预算", "2024-02-06")))
    site.page("/l/good.html", notice("财政局2024年部门预算", ("good.pdf", "预算表.pdf")))
    site.file("/l/good.pdf", PDF)
    for number, body in enumerate(bodies):
        site.page(f"/l/t{number}.html", body)


@pytest.mark.parametrize("nonce", [False, True])
@pytest.mark.parametrize("kind", ["home", "error"])
def test_one_page_under_every_lost_address(tmp_path: Path, kind: str, nonce: bool) -> None:
    """The first address is told too, the good notice stands, and the next night knows the page from the start."""
    site, data = Site(), tmp_path / "data"
    make = home if kind == "home" else error_page
    nonces = [
        f"页面生成时间 10:0{n}:1{n}，您是第 {n * 7 + 1000} 位访客，编号 {n}f3a9c1d7e5b2048{n}" if nonce else ""
        for n in range(3)
    ]
    with serve(site):
        site_of(site, *(make(one) for one in nonces))
        path = source_file(tmp_path, site, listing="/l/index.html")
        result = crawl(path, data, plan=Plan())
        assert result.errors == []
        found = told(data, result)
        for number in range(3):
            last = found[f"l/t{number}.html"][-1]
            assert last.outcome == "failed", (number, last)
            assert (last.reason or "").startswith("soft_404: the same page as "), last.reason
        assert documents(data) == [f"{site.root}/l/good.pdf"]
        assert result.skipped_links["soft_404"] == 3
        assert not any("/news/" in url or "/menu/" in url or "czyjs/t0" in url for url, _ in site.requests)

        # the night after: only one of them is there, and it is known for what it is
        for number in (1, 2):
            site.resources[f"/l/t{number}.html"] = Resource(b"", status=404)
        again = crawl(path, data, now=NOW + timedelta(days=2), plan=Plan(full=True))
        (visit,) = told(data, again)["l/t0.html"]
        assert (visit.outcome, (visit.reason or "").split(":")[0]) == ("failed", "soft_404")
        assert documents(data) == [f"{site.root}/l/good.pdf"]


def test_a_page_that_was_taken_for_a_document_is_none_when_it_comes_again(tmp_path: Path) -> None:
    """The error page bears the words of a budget: the first time it is a document, the second time it is found out, and
    a view of the ledger of that moment leaves it out."""
    site, data = Site(), tmp_path / "data"
    body = error_page().replace("涞源县人民政府</title>", "部门预算公开</title>").replace("抱歉", "部门预算公开")
    with serve(site):
        site_of(site, body)
        path = source_file(tmp_path, site, listing="/l/index.html")
        crawl(path, data, plan=Plan())
        before = documents(data)
        assert f"{site.root}/l/t0.html" in before, "nothing tells one such page from a paper"
        site_of(site, body, body)
        crawl(path, data, now=NOW + timedelta(days=9), plan=Plan(full=True))
        assert documents(data) == [f"{site.root}/l/good.pdf"]
        dead = {one.url.rsplit("/", 1)[1] for one in unreached(DataRoot(data))}
        assert dead == {"t0.html", "t1.html"}, "their papers were not had, and the table of coverage says so"
        with Ledger(ledger_path(data)) as ledger:
            assert never_given(ledger.visits()) == 2
            earlier = ledger.documents(as_of="2024-03-05T00:00:00Z")
        assert sorted(one.provenance.url or "" for one in earlier) == sorted(before)


def test_one_paper_in_two_columns_is_one_paper(tmp_path: Path) -> None:
    """The same article under two addresses, with a visit counter in it: both visits stand, one document."""
    site, data = Site(), tmp_path / "data"
    rows = "".join(f"<tr><td>科目{n}</td><td>{n}23.45</td></tr>" for n in range(1, 8))

    def article(count: int) -> str:
        return notice("教育局2024年部门预算", body=f"<table>{rows}</table><p>浏览次数：{count}</p>")

    with serve(site):
        site.page(
            "/l/index.html",
            listing(
                row("a/t1.html", "教育局2024年部门预算", "2024-02-06"),
                row("b/t1.html", "县教育局2024年度部门预算", "2024-02-06"),
            ),
        )
        site.page("/l/a/t1.html", article(11))
        site.page("/l/b/t1.html", article(12))
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=Plan())
        assert (result.failed, result.documents, result.outcomes) == (False, 1, {"new": 3})
        assert "soft_404" not in result.skipped_links


def test_papers_that_differ_in_their_year_alone_are_two(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"

    def article(year: int) -> str:
        return notice(f"教育局{year}年部门预算", body=f"<p>{'本部门没有政府性基金预算安排的支出。' * 30}</p>")

    with serve(site):
        site.page("/l/index.html", listing(*(row(f"{y}.html", f"教育局{y}年部门预算") for y in (2023, 2024))))
        for year in (2023, 2024):
            site.page(f"/l/{year}.html", article(year))
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=Plan())
        assert (result.failed, result.documents) == (False, 2)


def test_the_listing_itself_comes_for_a_lost_notice(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site_of(site, "")
        site.resources["/l/t0.html"] = site.resources["/l/index.html"]
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=Plan())
        (visit,) = told(data, result)["l/t0.html"]
        assert (visit.outcome, visit.reason) == ("failed", f"soft_404: the same page as {site.root}/l/index.html")
        assert documents(data) == [f"{site.root}/l/good.pdf"]


def test_columns_that_all_show_one_page(tmp_path: Path) -> None:
    """The columns of the years are gone: each address answers with the same page, whose links are not taken again."""
    site, data = Site(), tmp_path / "data"
    years = "".join(f'<li><a href="/l/{year}/">{year}年部门预算</a></li>' for year in (2022, 2023, 2024))
    with serve(site):
        site.page("/l/", listing(after=f'<ul class="years">{years}</ul>'))
        for year in (2022, 2023, 2024):
            site.page(f"/l/{year}/", listing(row("/l/x/t9.html", "教育局2024年部门预算", "2024-02-06")))
        site.page("/l/x/t9.html", notice("教育局2024年部门预算", ("t9.pdf", "预算表.pdf")))
        site.file("/l/x/t9.pdf", PDF)
        result = crawl(source_file(tmp_path, site, listing="/l/"), data, plan=Plan())
        found = told(data, result)
        assert [found[f"l/{year}/"][0].outcome for year in (2022, 2023, 2024)] == ["new", "failed", "failed"]
        assert found["l/2024/"][0].reason == f"soft_404: the same page as {site.root}/l/2022/"
        assert result.skipped_links["soft_404"] == 2
        assert result.documents == 1


def test_a_page_for_every_file_is_kept_once(tmp_path: Path) -> None:
    """Attachments whose addresses answer with the error page: each named, its body archived once."""
    site, data = Site(), tmp_path / "data"
    files = [(f"f{number}.pdf", f"附件{number}.pdf") for number in range(4)]
    with serve(site):
        site.page("/l/index.html", listing(row("t1.html", "教育局2024年部门预算")))
        site.page("/l/t1.html", notice("教育局2024年部门预算", *files))
        for number, (name, _) in enumerate(files):
            site.page(f"/l/{name}", error_page(f"10:00:0{number}"))
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=Plan())
        visits = [found[0] for url, found in told(data, result).items() if url.endswith(".pdf")]
        assert [one.outcome for one in visits] == ["failed"] * 4
        assert all("soft 404" in (one.reason or "") for one in visits)
        assert sum(one.sha256 is not None for one in visits) == 1
        assert result.skipped_links["soft_404"] == 4


# -- what is compared ------------------------------------------------------------------------------------------------


def printed(body: str, url: str = "http://a.gov.cn/x/1.html") -> str:
    return print_of(read_page(body.encode(), url))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>访问量：12,345</p>", "<p>访问量：12,346</p>"),
        ("<p>浏览次数： 11</p>", "<p>浏览次数： 12</p>"),
        ("<p>t=1700000000001</p>", "<p>t=1700000000002</p>"),
        ("<p>您是第 88 位访客</p>", "<p>您是第 89 位访客</p>"),
        ("<p>生成用时 0.012 秒</p>", "<p>生成用时 0.4 秒</p>"),
        ("<p>今天 10:00:01</p>", "<p>今天 10:00:02</p>"),
        (
            "<p>请求编号 9f8e7d6c-1234-1234-1234-1234567890ab</p>",
            "<p>请求编号 00000000-1234-1234-1234-1234567890ab</p>",
        ),
        ('<a href="/y?_=1700000000001">y</a>', '<a href="/y?_=1700000000002">y</a>'),
        ('<a href="/y;jsessionid=AAA">y</a>', '<a href="/y;jsessionid=BBB">y</a>'),
        ("<script>var t='a'</script><p>x</p>", "<script>var t='b'</script><p>x</p>"),
    ],
)
def test_what_changes_from_answer_to_answer_does_not_count(one: str, other: str) -> None:
    assert printed(one) == printed(other)


def test_the_address_itself_does_not_count() -> None:
    body = "<p>{0} 不存在</p><a href='{0}'>刷新</a><a href='../home.html'>首页</a>"
    one, other = "http://a.gov.cn/x/1.html", "http://a.gov.cn/y/2/3.html"
    assert printed(body.format(one), one) == printed(body.format(other), other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>2023年部门预算</p>", "<p>2024年部门预算</p>"),
        ("<p>支出 12.50 万元</p>", "<p>支出 12.51 万元</p>"),
        ("<p>收入 1234567890.12 元</p>", "<p>收入 1234567891.12 元</p>"),
        ("<p>国内公务接待12批次，345人次</p>", "<p>国内公务接待12批次，346人次</p>"),
        ("<p>累计完成投资 12,345 万元</p>", "<p>累计完成投资 12,346 万元</p>"),
        ("<p>预算执行率 95.2%</p>", "<p>预算执行率 95.3%</p>"),
        ('<a href="P01.pdf">表</a>', '<a href="P02.pdf">表</a>'),
        ('<a href="/download?id=5">表</a>', '<a href="/download?id=6">表</a>'),
    ],
)
def test_what_a_paper_says_and_where_it_leads_counts(one: str, other: str) -> None:
    assert printed(one) != printed(other)


def test_listings_that_differ_in_what_they_tell_their_scripts_are_two() -> None:
    """Shells of a jpaas site: the same to a reader, each with the number of its own column in an attribute."""
    shell = "<input name='csrf' value='{1}'><div querydata=\"{{'pageId':'{0}'}}\"></div><div data-id='x'></div>"
    one, same, other = (
        print_of(read_page(shell.format(column, token).encode(), "http://a.gov.cn/l/"), scripts=True)
        for column, token in (("1229535302", "a"), ("1229535302", "b"), ("1229535303", "a"))
    )
    assert one == same
    assert one != other


def test_words_are_held_outside_links_only() -> None:
    words = "教育局2024年部门预算"
    assert holds(read_page("<h1>县教育局2024年度部门预算公开</h1>".encode(), "http://a/"), words)
    assert not holds(read_page(f"<p>要闻</p><a href='x'>{words}</a>".encode(), "http://a/"), words)
    assert not holds(read_page("<p>查看</p>".encode(), "http://a/"), "查看")
    assert is_generic("部门预算")
    assert is_generic(None)
    assert not is_generic("2024年")


def test_two_links_by_no_words_of_their_own_may_be_one_page_three_may_not() -> None:
    repeats = Repeats()
    repeats.note("p", "u1", "查看", answers=False, sha256=None)
    assert not repeats.is_lost("p", "u2", "查看", answers=False)
    repeats.note("p", "u2", "查看", answers=False, sha256=None)
    assert repeats.is_lost("p", "u3", "查看", answers=False)
    assert not repeats.is_lost("p", "u3", "查看", answers=True)
    assert repeats.is_lost("p", "u2", "教育局2024年部门预算", answers=False)


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=30))
def test_any_markup_has_a_print(text: str, words: str) -> None:
    page = read_page(f"<html><body>{text}<p>x</p></body></html>".encode("utf-8", "replace"), "http://a.gov.cn/x")
    assert len(print_of(page)) == 64
    assert isinstance(holds(page, words), bool)
