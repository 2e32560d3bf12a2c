"""What an answer really is: each kind of page that is not what was asked for is named in the ledger and counted."""

from __future__ import annotations

from pathlib import Path

from crawl.ledger import Ledger
from crawl.platforms import family_of, guess_platform
from crawl.runner import ledger_path
from crawl.schedule import Plan
from crawl.schema import CrawlResult
from tests.crawl.hostile import Hostile, Line, misbehave, source_of
from tests.crawl.web import DOCX, PDF, Site, crawl, listing, notice, row, serve, source_file

SHELL = '<html><head><title>预决算公开</title></head><body><div id="app"></div><script src="/js/app.1f.js"></script></body></html>'  # fmt: skip  # noqa: E501
WALL = "<html><head><script>var _$_ts=1;document.cookie='acw_sc__v2='+_$_ts;location.reload();</script></head></html>"


def troubles(result: CrawlResult) -> dict[str, tuple[str, str]]:
    return {one.url.rsplit("/", 1)[1]: (one.outcome, one.reason or "") for one in result.troubles}


def test_files_behind_stubs_and_walls(tmp_path: Path) -> None:
    """A file's address that leads on by script or meta is followed; a wall is a refusal; neither is a document."""
    site, data = Site(), tmp_path / "data"
    names = ("script", "meta", "wall", "lost", "zip")
    with serve(site):
        site.page("/l/index.html", listing(row("t1.html", "教育局2024年部门预算")))
        site.page("/l/t1.html", notice("教育局2024年部门预算", *((f"{name}.pdf", f"{name}.pdf") for name in names)))
        site.page("/l/script.pdf", "<html><script>window.location.href='/real/1.pdf'</script></html>")
        site.page("/l/meta.pdf", '<html><meta http-equiv="refresh" content="0;url=/real/2.pdf"></html>')
        site.page("/l/wall.pdf", WALL)
        site.page("/l/lost.pdf", "<html><body><p>文件不存在</p></body></html>")
        site.file("/l/zip.pdf", DOCX)
        site.file("/real/1.pdf", PDF + b"1")
        site.file("/real/2.pdf", PDF + b"2")
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=Plan())
        assert (result.failed, result.errors, result.documents) == (False, [], 3)
        assert {name: outcome for name, (outcome, _) in troubles(result).items()} == {
            "wall.pdf": "refused",
            "lost.pdf": "failed",
        }
        counted = result.skipped_links
        assert (counted["redirect_stub"], counted["waf_stub"], counted["soft_404"]) == (1, 1, 1)
        assert counted["wrong_bytes: zip instead of pdf"] == 1
        with Ledger(ledger_path(data)) as ledger:
            (one,) = [link for link in ledger.links() if link.url.endswith("/real/1.pdf")]
            assert (one.link_text, one.landing_url) == ("script.pdf", f"{site.root}/l/t1.html")


def test_an_application_without_rows_is_not_an_empty_column(tmp_path: Path) -> None:
    """A shell that a browser would fill: the listing was not read, so nothing may be said to be unpublished."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page("/l/index.html", SHELL)
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=Plan())
        (trouble,) = result.troubles
        assert (trouble.outcome, (trouble.reason or "").split(":")[0]) == ("failed", "spa_stub")
        assert result.failed
        assert result.skipped_links["spa_stub"] == 1
        with Ledger(ledger_path(data)) as ledger:
            assert ledger.listing_states()[0].read_at is None

        # the same with a menu and a footer around it, too large for a stub
        menu = "".join(f'<a href="/menu/{number}/">栏目</a>' for number in range(12))
        site.page("/l/index.html", SHELL.replace("<body>", f'<body><div class="nav">{menu}</div><!--{"x" * 9000}-->'))
        again = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=Plan(full=True))
        assert [(one.outcome, (one.reason or "").split(":")[0]) for one in again.troubles] == [("failed", "spa_stub")]


def test_an_empty_column_is_read_and_said_to_be_empty(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        menu = "".join(f'<a href="/menu/{number}/">栏目{number}</a>' for number in range(12))
        site.page("/l/index.html", listing(after=f'<div class="menu">{menu}</div><p>暂无内容</p>'))
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=Plan())
        assert (result.failed, result.troubles) == (False, [])
        assert any("no notice found on listing page" in line for line in result.warnings)


def test_a_splash_before_the_listing_is_passed(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page("/l/index.html", '<html><body><img src="/s.jpg"><a href="/m/list.html">点击进入</a></body></html>')
        site.page("/m/list.html", listing(row("t1.html", "教育局2024年部门预算")))
        site.page("/m/t1.html", notice("教育局2024年部门预算", ("a.pdf", "预算表.pdf")))
        site.file("/m/a.pdf", PDF)
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data, plan=Plan())
        assert (result.failed, result.documents, result.skipped_links["splash"]) == (False, 1, 1)


def test_a_site_that_answers_to_phones_only(tmp_path: Path) -> None:
    """DOMAIN 7.6: some portals answer 403 to whoever is no phone. Only a source that says so gets the phone's words."""
    site = Hostile()
    with misbehave(site):

        @site.on("/index.html")
        async def _(line: Line) -> None:
            if "Mobile" in line.headers.get("user-agent", ""):
                await line.answer(listing(row("t1.html", "教育局2024年部门预算")).encode())
            else:
                await line.answer(b"", status="403 Forbidden")

        site.page("/t1.html", notice("教育局2024年部门预算", ("/a.pdf", "预算表.pdf")))
        site.page("/a.pdf", PDF, "application/pdf")
        plain = crawl(source_of(tmp_path, site), tmp_path / "plain")
        phone = crawl(
            source_of(tmp_path, site, politeness="delay_seconds: 0, retries: 0, timeout_seconds: 2, mobile: true"),
            tmp_path / "phone",
        )
    assert (plain.failed, plain.outcomes) == (True, {"refused": 1})
    assert (phone.failed, phone.documents) == (False, 1)
    assert all("yujue" in line["user-agent"] for line in site.headers), "who we are is said either way"


def test_rows_of_another_kind_in_a_mixed_column(tmp_path: Path) -> None:
    """--kind asks for rows of that kind; a row whose words say no kind is asked for all the same."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page(
            "/l/index.html",
            listing(
                row("b.html", "教育局2024年部门预算"),
                row("f.html", "教育局2023年部门决算"),
                row("g.html", "教育局2024年财政信息公开"),
            ),
        )
        for name in ("b", "f", "g"):
            site.page(f"/l/{name}.html", notice(f"教育局 {name}", (f"{name}.pdf", "表.pdf")))
            site.file(f"/l/{name}.pdf", PDF + name.encode())
        path = source_file(tmp_path, site, listing="/l/index.html")
        path.write_text(path.read_text().replace("    kind: department_budget\n", ""))
        result = crawl(path, data, plan=Plan(kinds=("department_budget",)))
        asked = {path for path, _ in site.requests}
        assert "/l/b.html" in asked
        assert "/l/f.html" not in asked
        assert result.skipped_links["of another kind"] >= 1


def test_every_family_of_addresses_has_its_platform() -> None:
    """The layouts and families of DOMAIN 7.1, 7.2 and 7.3, one address each, as a person would copy it."""
    told = {
        "http://yjsgk.jsczt.cn/#/overView?code=320102000": ("jiangsu_yjsgk", "dedicated"),
        "https://czt.nmg.gov.cn/yjs/business/page/index?cityCode=150100&areaCode=150102": (
            "neimenggu_yjs",
            "dedicated",
        ),
        "http://yjs.czj.ningbo.gov.cn/gkxxzl/nbcs/budget/main?gklb=1000&XZQH=330203": ("ningbo_yjs", "dedicated"),
        "http://117.141.250.58:10060/wzyjsgkpt/": ("wuzhou_yjsgkpt", "dedicated"),
        "http://www.sjz.gov.cn/yjsgk/": ("shijiazhuang_yjsgk", "dedicated"),
        "https://cz.tj.gov.cn/zwgk_53713/yjsgktypt/": ("tianjin_yjsgk", "dedicated"),
        "https://czt.shanxi.gov.cn/bmp_pub/index_gfa.html?ADMDIV=140105000": ("shanxi_bmp", "dedicated"),
        "https://czj.beijing.gov.cn/zwxx/czsj/gqczyjs/": ("trs", "static"),
        "http://www.bx.gov.cn/ztlm/bxxyjs/": ("trs", "static"),
        "https://www.a.gov.cn/gkmlpt/index#612": ("gkmlpt", "json"),
        "https://www.a.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit?webId=1": ("jpaas", "json"),
        "https://www.a.gov.cn/col/col1229/index.html?number=D001-A001": ("jpaas", "json"),
        "http://www.a.gov.cn/module/web/jpage/morecolumndataproxy.jsp?page=1&webid=26": ("dataproxy", "json"),
        "http://www.a.gov.cn/cms/web/queryList.do?columnId=7": ("cms_do", "json"),
        "http://www.a.gov.cn/col/col10578/index.html": ("jcms", "static"),
        "http://www.a.gov.cn/columns/6ed98fe4-ec9e-4238-9d1d-674cd2f17369/index.html": ("columns", "static"),
        "https://www.a.gov.cn/a/c116540n/list.shtml": ("shtml", "static"),
        "https://www.a.gov.cn/OpennessContent/show/1.html": ("openness", "static"),
        "http://public.zhengzhou.gov.cn/?a=dir&h=1&p=D1901&c=177950": ("dynamic", "static"),
        "http://www.a.gov.cn/zfxxgk/czyjs.htm": ("vsb", "static"),
    }
    found = {}
    for url in told:
        address, _, behind = url.partition("#")
        name = guess_platform(address, behind).platform
        found[url] = (name, family_of(name))
    assert found == told
