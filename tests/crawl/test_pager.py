"""Which further pages a listing has: every scheme once, the traps each by name, and the stored pages of four cities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.address import site_of
from crawl.page import read_page
from crawl.pager import MAX_PAGES, Further, further_pages, value_of
from crawl.pager_ajax import gkmlpt_pages, next_request

HERE = "https://www.example.gov.cn/czyjs/index.html"
ZERO = """function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
  for (var i = 0; i < _nPageCount; i++) {
    if (i == _nCurrIndex) document.write(i + 1);
    else if (i == 0) document.write("<a href=\\"" + _sPageName + "." + _sPageExt + "\\">1</a>");
    else document.write("<a href=\\"" + _sPageName + "_" + i + "." + _sPageExt + "\\">" + (i + 1) + "</a>");
  }}"""
ONE = """function createPageHTML(n, c, name, ext){ for (var i = 1; i <= n; i++) {
    document.write("<a href='" + name + "_" + i + "." + ext + "'>" + i + "</a>"); }}"""
ONE_SHIFTED = """function createPage(n, c, name, ext){ for (var i = 0; i < n; i++) {
    document.write("<a href='" + name + "_" + (i + 1) + "." + ext + "'>" + (i + 1) + "</a>"); }}"""


def read(script: str = "", body: str = "", url: str = HERE, **more: Any) -> Further:
    text = f"<html><body>{body}<script>{script}</script></body></html>"
    return further_pages(read_page(text.encode(), url), {site_of(url)}, **more)


def names(further: Further) -> list[str]:
    return [url.rsplit("/", 1)[1] for url in further.exact]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (ZERO, ["index_1.html", "index_2.html"]),
        (ONE, ["index_2.html", "index_3.html"]),
        (ONE_SHIFTED, ["index_2.html", "index_3.html"]),
    ],
)
def test_the_body_of_the_function_says_how_files_are_counted(function: str, expected: list[str]) -> None:
    name = "createPageHTML" if "createPageHTML" in function else "createPage"
    found = read(f'{name}(3, 0, "index", "html"); {function}')
    assert (found.scheme, found.confidence, found.total) == ("create_page", "stated", 3)
    assert names(found) == expected
    assert found.probes == ()


def test_without_its_body_the_two_telling_addresses_are_probed() -> None:
    found = read('createPageHTML(4, 0, "index", "html");')
    assert found.confidence == "unknown"
    assert names(found) == ["index_2.html", "index_3.html"], "these exist under both rules"
    assert [url.rsplit("/", 1)[1] for url in found.probes] == ["index_1.html", "index_4.html"]
    assert found.steps[-1].unless == found.steps[0].url, "the last is asked for only where the first gave nothing"


def test_links_beside_the_script_decide_against_it() -> None:
    """A site that counts from 1 and passes 0 for the first page: its own link to index_2 is called 2."""
    links = '<div class="page"><a href="index_2.html">2</a><a href="index_2.html">下一页</a></div>'
    script = """var totalPage = Math.ceil(76/20); var limit = 20;
    if (totalPage > limit) { totalPage = limit } var cur; cur = 0; createPageHTML(totalPage, cur, "index", "html");"""
    found = read(script, links)
    assert (found.total, names(found)) == (4, ["index_2.html", "index_3.html", "index_4.html"])
    links = '<div class="page"><a href="index_1.html">2</a><a href="index_2.html">3</a></div>'
    assert names(read('createPage(3, 1, "index", "html")', links)) == ["index_1.html", "index_2.html"]


def test_a_cap_of_twenty_pages_is_kept() -> None:
    script = 'var totalPage = Math.ceil(3976/20); if(totalPage>20) totalPage=20; createPageHTML(totalPage, 1, "index", "html");'  # fmt: skip  # noqa: E501
    assert read(script).total == 20


def test_a_container_first_counts_from_one() -> None:
    found = read(
        "createPageHTML('page_div',3, 1,'nav_list','shtml',52);", url="http://a.example.gov.cn/x/nav_list.shtml"
    )
    assert names(found) == ["nav_list_2.shtml", "nav_list_3.shtml"]
    assert found.probes == ()


def test_mof_variables() -> None:
    """countPage and currentPage, the address put together in the same script; the comment holds a decoy."""
    script = """var currentPage = 0;//所在页从0开始
    var prevPage = currentPage-1; var nextPage = currentPage+1; var countPage = 3;//共多少页 countPage = 99
    document.write("<a href=\\"" + "index_" + nextPage + ".htm\\">下一页</a>");
    document.write('<a href="index_' + (countPage-1) + '.htm">尾页</a>');"""
    found = read(script, url="http://www.example.gov.cn/zhengwuxinxi/")
    assert (found.scheme, found.total, names(found)) == ("count_page", 3, ["index_1.htm", "index_2.htm"])


def test_reg_click_has_no_rule_of_its_own() -> None:
    script = """regClick(new Object({"pageIndex": "1", "pageCount":"3", "pageSize": "20",
      "firstPage": "/zfxxgk/zfwj/index.shtml"}));"""
    found = read(script)
    assert (found.scheme, found.confidence, found.total) == ("reg_click", "unknown", 3)
    assert urlsplit(found.steps[0].url).path == "/zfxxgk/zfwj/index_1.shtml"


def test_a_definition_alone_is_no_call() -> None:
    assert read(ZERO).scheme == "none"


def test_next_link_and_numbers_but_no_years() -> None:
    body = (
        '<ul><li><a href="2023/">2023</a></li><li><a href="2024/">2024</a></li></ul>'
        '<p><a href="index.html">1</a> <a href="index_2.html">2</a> <a href="index_9.html">9</a>'
        '<a href="index_2.html">下一页</a></p><a href="report.pdf">3</a>'
    )
    found = read(body=body)
    assert (found.scheme, found.total) == ("links", 9)
    assert names(found) == ["index_2.html", "index_9.html"]


def test_a_total_makes_a_parameter_whole() -> None:
    """The pager shows 2 and 3, the script says 5."""
    body = '<div class="page"><a href="?cid=7&amp;page=2">2</a><a href="?cid=7&amp;page=3">3</a></div>'
    found = read("var totalPages = 5;", body, url="https://www.example.gov.cn/list?cid=7")
    assert [parse_qs(urlsplit(url).query)["page"][0] for url in found.exact] == ["2", "3", "4", "5"]
    assert all("cid=7" in url for url in found.exact)


def test_pages_of_another_site_are_not_asked() -> None:
    assert read(body='<a href="http://evil.example/index_2.html">下一页</a>').steps == ()


def test_jpaas_asks_as_its_script_does() -> None:
    values = """{webId:"15", pageId:"55894", parseType:"bulidstatic", pageType:"column", tagId: "检索",
      tplSetId: "ojY", unitUrl: "/api-gateway/jpaas-publish-server/front/page/build/unit"}"""
    found = read(f'doLayPageRender(\'v_1\', {values}, {{rows: "15", count: "40", pageNo: "1" }});')
    assert (found.scheme, found.total) == ("jpaas", 3)
    query = parse_qs(urlsplit(found.steps[0].url).query)
    assert json.loads(query["paramJson"][0]) == {"pageNo": 2, "pageSize": 15}
    assert (query["tagId"], query["webId"]) == (["检索"], ["15"])


def test_jpaas_takes_the_list_and_not_the_menu() -> None:
    unit = "{'webId':'15','pageId':'5','tplSetId':'x','tagId':'%s','pageType':'column','parseType':'bulidstatic'}"
    body = f'<div querydata="{unit % "导航"}"></div><div querydata="{unit % "信息列表"}" unitUrl="/u"></div>'
    found = read(body=body)
    assert parse_qs(urlsplit(found.steps[0].url).query)["tagId"] == ["信息列表"]
    assert read(body=f'<div querydata="{unit % "导航"}"></div>').scheme == "none"


def test_datastore_asks_for_what_is_not_in_the_page() -> None:
    store = (
        "<datastore><nextgroup><![CDATA[<a href='/module/web/jpage/dataproxy.jsp?page=1&webid=26&columnid=1'></a>]]>"
        "</nextgroup><totalrecord>230</totalrecord>" + "<record><![CDATA[<li></li>]]></record>" * 45 + "</datastore>"
    )
    text = f'<html><body><script type="text/xml">{store}</script></body></html>'
    found = further_pages(read_page(text.encode(), HERE), {site_of(HERE)})
    asked = [parse_qs(urlsplit(step.url).query) for step in found.steps]
    assert [(one["startrecord"][0], one["endrecord"][0]) for one in asked] == [("46", "145"), ("146", "230")]
    assert found.steps[0].form == (("col", "1"), ("webid", "26"), ("columnid", "1"))
    assert found.steps[0].key != found.steps[1].key


def test_paging_nav_is_counted_but_its_address_is_not_made_up() -> None:
    value = json.dumps({"AppUrl": "https://www.example.gov.cn/yjsgk", "page": 1, "totalPages": 3, "colid": "f6/4"})
    body = f"<input type='hidden' id='pagingProp_4c' value='{value}'/>"
    found = read(body=body)
    assert (found.scheme, found.total, found.steps) == ("paging_nav", 3, ())
    declared = read(body=body, template="{AppUrl}/list?c={colid}&n={page}")
    assert [step.url for step in declared.steps] == [
        f"https://www.example.gov.cn/yjsgk/list?c=f6%2F4&n={number}" for number in (2, 3)
    ]


def test_gkmlpt_column_behind_the_hash() -> None:
    found = gkmlpt_pages("https://www.gd.example/zjj/gkmlpt/index#612", "window._CONFIG = {SITE_ID: 758019}")
    assert found is not None
    assert found.steps[0].url == "https://www.gd.example/zjj/gkmlpt/api/all/612?page=1&sid=758019"
    assert gkmlpt_pages("https://www.gd.example/zjj/gkmlpt/index") is None


def test_the_request_behind_one_ends() -> None:
    url = "https://a.example/api?page=2&sid=1"
    step = next_request(url, has_rows=True, total_pages=3)
    assert step is not None
    assert step.url == "https://a.example/api?page=3&sid=1"
    assert next_request(url, has_rows=True, total_pages=2) is None
    assert next_request(url, has_rows=False, total_pages=None) is None
    assert next_request("https://a.example/api?sid=1", has_rows=True, total_pages=9) is None
    assert next_request(f"https://a.example/api?page={MAX_PAGES}", has_rows=True, total_pages=None) is None
    assert next_request("https://a.example/api?paramJson=%7Bbroken", has_rows=True, total_pages=None) is None


@pytest.mark.parametrize("total", [0, 1, 999_999, 10**30])
def test_absurd_totals_are_bounded(total: int) -> None:
    assert len(read(f'createPageHTML({total}, 0, "index", "html");').steps) <= MAX_PAGES


def test_a_variable_that_names_itself() -> None:
    assert value_of("a", "var a = b; var b = a;") is None
    assert read("var a = a; createPageHTML(a, 0, 'index', 'html')").scheme == "none"


@given(st.text(alphabet="createPHTML(){}[]0123456789,;:=+-*/'\"<>_&%. \nindexhtmlvarfortotalPage", max_size=300))
def test_any_script_gives_a_bounded_answer(script: str) -> None:
    found = read(script.replace("</", ""))
    assert len(found.steps) <= MAX_PAGES
    assert all(site_of(step.url) == "example.gov.cn" for step in found.steps)


def test_the_stored_pages(shared: Path) -> None:
    """Every pager of the gold pages: total, and addresses where the gold has them."""
    folder, checked = shared / "gold" / "pages", 0
    for path in sorted((folder / "gold").glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        page = read_page((folder / gold["file"]).read_bytes(), gold["base_url"])
        found = further_pages(page, {site_of(gold["base_url"])})
        pager = gold["pagination"]
        if pager is None:
            continue
        checked += 1
        if pager["total_pages"] == 1:
            assert found.steps == (), gold["id"]
        elif pager["page_urls"]:
            assert set(found.exact) == set(pager["page_urls"]), gold["id"]
        elif pager["total_pages"]:
            assert found.total == pager["total_pages"], gold["id"]
        else:
            assert found.scheme == "jpaas", gold["id"]
    assert checked >= 9
