# ruff: noqa: E501 -- pages as they are written
"""Listings and notices in many manners of markup (pages_made: invented, one file for each trouble, named after it)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.clickable import opened_by
from crawl.data_rows import day_of, rows_of
from crawl.dating import row_date
from crawl.literals import given_in_statements, parsed
from crawl.outline import Outline
from crawl.page import read_page
from crawl.records import markup_of_data, rows_in_script
from crawl.xml_rows import is_xml, xml_tree
from flows.commands.links import judge_page

MADE = Path(__file__).parent / "pages_made"
GOLD: list[dict[str, Any]] = [json.loads(line) for line in (MADE / "gold.jsonl").read_text("utf-8").splitlines()]
URL = "http://www.a.gov.cn/czyjs/"


@pytest.mark.parametrize("gold", GOLD, ids=[Path(one["file"]).stem for one in GOLD])
def test_made_page(gold: dict[str, Any]) -> None:
    """Every link of the page and no other, with a kind its words admit, its year, its date; a notice's own fields."""
    found = judge_page((MADE / gold["file"]).read_bytes(), gold["base_url"])
    ignored = set(gold.get("ignore") or [])
    got = {link.url: link for link in found.disclosures if link.url not in ignored}
    assert set(got) == {link["href"] for link in gold["links"]}
    for want in gold["links"]:
        link = got[want["href"]]
        assert link.kind in want["kind"], (want, link)
        assert (link.fiscal_year, link.date) == (want.get("fiscal_year"), want.get("date")), (want, link)
    if "page_class" in gold:
        assert found.page_class.kind == gold["page_class"]
    if notice := gold.get("notice"):
        assert found.notice is not None
        assert found.notice.kind in notice["kind"]
        own = (found.notice.fiscal_year, found.notice.published_date)
        assert own == (notice["fiscal_year"], notice["publish_date"])
        assert {one.url for one in found.notice.attachments} == set(notice["attachments"])


def links_of(body: str) -> dict[str, tuple[str | None, int | None, str | None]]:
    """(kind, year, date) by the last part of the address."""
    made = f"<html><head><title>部门预决算公开</title></head><body>{body}</body></html>"
    found = judge_page(made.encode(), URL).disclosures
    return {link.url.rsplit("/", 1)[-1]: (link.kind, link.fiscal_year, link.date) for link in found}


def test_hidden_index_block_of_a_row_is_not_its_date() -> None:
    row = (
        '<tr><td><a href="v1.html">某县发改局2024年部门预算</a><div style="display:none"><p>生成日期：2024-01-02</p>'
        "<p>公开日期：2024-02-06</p></div></td><td>2024年02月06日</td></tr>"
    )
    assert links_of(f"<table><tr><th>标题</th><th>发文日期</th></tr>{row}</table>") == {"v1.html": ("department_budget", 2024, "2024-02-06")}  # fmt: skip


def test_head_of_two_rows_gives_year_and_paper() -> None:
    head = '<tr><th rowspan="2">部门</th><th colspan="2">2022年</th><th>2023年</th></tr><tr><th>预算</th><th>决算</th><th>预算</th></tr>'
    rows = '<tr><td>市审计局</td><td><a href="index_a.html">预算</a></td><td><a href="index_b.html">决算</a></td><td><a href="index_c.html">预算</a></td></tr>'
    assert links_of(f"<table>{head}{rows}</table>") == {
        "index_a.html": ("department_budget", 2022, None),
        "index_b.html": ("department_final", 2022, None),
        "index_c.html": ("department_budget", 2023, None),
    }


def test_tab_named_by_the_anchor_of_its_panel() -> None:
    tabs = '<ul><li><a href="#b">2023年度部门决算</a></li><li><a href="#a">2025年部门预算</a></li></ul>'
    panels = '<div><dl id="a"><dd><a href="t20250210_1.htm">县教育局</a></dd></dl><dl id="b"><dd><a href="t20240910_2.htm">县教育局</a></dd></dl></div>'
    assert links_of(tabs + panels) == {
        "t20250210_1.htm": ("department_budget", 2025, None),
        "t20240910_2.htm": ("department_final", 2023, None),
    }


def test_offices_that_lead_to_folders_are_columns() -> None:
    found = judge_page('<title>部门预决算公开</title><h2>部门预决算公开</h2><div><a href="bm00/">县教育局</a><a href="bm01/">县公安局</a></div>'.encode(), URL)  # fmt: skip
    assert not found.disclosures
    assert {link.url for link in found.columns} == {URL + "bm00/", URL + "bm01/"}


def test_a_word_like_an_office_in_a_menu_is_none() -> None:
    menu = "".join(
        f'<td><a href="c{i}.htm">{word}</a></td>'
        for i, word in enumerate(["首页", "政策", "公开", "服务", "互动", "一网通办"])
    )
    assert links_of(f"<table><tr>{menu}</tr></table>") == {}


def test_audit_and_review_of_a_final_account_are_near_misses() -> None:
    rows = '<li><a href="t1.html">县卫健局2018年度部门决算草案审签结果</a><i>2019-10-30</i></li><li><a href="t2.html">关于某县2023年财政决算的审查结果报告</a><i>2024-08-01</i></li>'
    assert links_of(f"<ul>{rows}</ul>") == {}


def test_files_joined_in_one_data_attribute_with_their_names() -> None:
    made = '<title>某县医保局2025年部门预算</title><h1>某县医保局2025年部门预算</h1><p>发布日期：2025-02-28</p><div data-files="/u/a.pdf|/u/b.xlsx" data-names="预算.pdf|表.xlsx"></div>'
    notice = judge_page(made.encode(), "http://www.a.gov.cn/a/2025/8812.html").notice
    assert notice is not None
    assert [(one.url, one.text) for one in notice.attachments] == [
        ("http://www.a.gov.cn/u/a.pdf", "预算.pdf"),
        ("http://www.a.gov.cn/u/b.xlsx", "表.xlsx"),
    ]


def test_a_column_in_the_fragment_is_kept_by_links_and_not_asked_for() -> None:
    answer = '{"articles":[{"title":"2024年某区教育局部门预算","url":"http://www.a.gov.cn/gkmlpt/content/2/2391/post_1.html#5210"}]}'
    (link,) = judge_page(answer.encode(), "http://www.a.gov.cn/gkmlpt/api/all/5210").disclosures
    assert (link.url.rsplit("/", 1)[-1], link.target) == ("post_1.html#5210", "page")


def test_a_commented_jump_for_phones_does_not_count() -> None:
    made = b'<html><head><script>\n// if(/mobile/.test(navigator.userAgent)) location.href="/m/";\nlocation.replace("/pc/index.html");\n</script><noscript><a href="/pc/index.html">enter</a></noscript></head><body></body></html>'
    found = judge_page(made, URL).page_class
    assert (found.kind, found.target) == ("redirect_stub", "http://www.a.gov.cn/pc/index.html")


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("window.open('/a/1.shtml')", "/a/1.shtml"),
        ("toUrl(&quot;detail.aspx?id=3&quot;)", "detail.aspx?id=3"),
        ("location.href=`./b/2.html`", "./b/2.html"),
        ("downloadFj('预算.pdf','./P02.pdf')", "./P02.pdf"),
        ("setTab('yjs',1,3)", None),
        ("share('/a/1.html','weibo')", None),
    ],
)
def test_what_a_click_opens(code: str, place: str | None) -> None:
    assert opened_by(code) == place


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-06T09:30:00+08:00", "2024-02-06"), ("20240206093000", "2024-02-06"), ("1707184800000", "2024-02-06"),
        ("/Date(1707184800000)/", "2024-02-06"), ("Tue, 06 Feb 2024 09:00:00 GMT", "2024-02-06"), ("2024-02-31", None),
        ("1707184800", "2024-02-06"), ("预算", None),
    ],
)  # fmt: skip
def test_dates_of_data(text: str, day: str | None) -> None:
    assert day_of(text) == day


def test_short_years_and_slashes() -> None:
    assert row_date("17-03-01") == "2017-03-01"
    assert row_date("02/15", "http://a/uploads/2023/0215/x.pdf") == "2023-02-15"
    assert row_date("1.17-03-01") is None


@pytest.mark.parametrize(
    "text",
    [
        'callback({"a":[{"t":"甲县2024年部门预算","u":"/a.html"}]})', "var d=[{t:'甲县2024年部门预算',u:'/a.html',},];",
        '[[1,"甲县2024年部门预算","/a.html"]]', '{"d":"[{\\"T\\":\\"甲县2024年部门预算\\",\\"U\\":\\"/a.html\\"}]"}',
    ],
)  # fmt: skip
def test_data_in_several_wrappings(text: str) -> None:
    assert [(row.title, row.address) for row in rows_of(parsed(text))] == [("甲县2024年部门预算", "/a.html")]


def test_xml_entities_are_not_expanded() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "'
        + "x" * 50
        + '"><!ENTITY b "'
        + "&a;" * 50
        + '">]><r><t>&b;</t></r>'
    )
    assert is_xml(bomb)
    assert "xxx" not in str(xml_tree(bomb))


def test_table_that_spans_more_than_it_has_is_bounded() -> None:
    made = (
        "<table><tr>"
        + '<td colspan="99999" rowspan="99999">局</td>' * 300
        + "</tr>"
        + '<tr><td><a href="1.html">查看</a></td></tr>' * 300
        + "</table>"
    )
    page = read_page(made.encode(), URL)
    assert Outline(page).table_words(next(page.root.iter("a"))) is not None


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="[]{}:,'\"`\\/<>!=ab12 预算年-.html\n", max_size=300))
def test_any_text_is_data_or_none(text: str) -> None:
    for start in ("", "[{", "cb(", '<?xml version="1.0"?>', "var a="):
        markup_of_data(start + text)
        rows_in_script(start + text + "预算")


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["title", "url", "date", "nd", "x"]), inner, max_size=4), max_leaves=20)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(JSON)
def test_any_tree_has_rows_or_none(tree: Any) -> None:
    for row in rows_of(tree):
        assert row.title
        assert row.address


TREE = """var z = [{ id:1, pId:0, name:"2024年部门预算", open:true}, { id:11, pId:1, name:"县教育局", url:"/t/101.html"},
 { id:2, pId:0, name:"2022年部门决算"}, { id:21, pId:2, name:"县教育局", url:"/t/201.html"}, { id:22, pId:2, name:"县水利局", url:"/t/202.html"}];"""
CALLS = """d = new dTree('d'); d.add(0,-1,'预决算公开'); d.add(1,0,'2024年部门预算',''); d.add(2,0,'2022年部门决算','');
 d.add(3,1,'县教育局','/t/101.html'); d.add(4,2,'县教育局','/t/201.html'); d.add(5,2,'县水利局','/t/202.html');"""


@pytest.mark.parametrize("code", [TREE, CALLS], ids=["records", "calls"])
def test_a_flat_list_of_nodes_is_a_tree(code: str) -> None:
    assert links_of(f"<script>{code}</script>") == {
        "101.html": ("department_budget", 2024, None),
        "201.html": ("department_final", 2022, None),
        "202.html": ("department_final", 2022, None),
    }


def test_an_order_that_names_records_by_chance_makes_no_tree() -> None:
    rows = [
        {"id": n, "order": 4 - n, "title": f"县{office}局2024年部门预算", "url": f"/a/{n}.html"}
        for n, office in enumerate(["教育", "水利", "民政", "司法"], 1)
    ]
    assert [row.above for row in rows_of(rows)] == [()] * 4


def test_a_ring_of_parents_ends() -> None:
    ring = [{"id": n, "pid": 1 + n % 3, "name": f"县{n}局2024年部门预算", "url": f"/a/{n}.html"} for n in (1, 2, 3)]
    assert all(len(row.above) <= 6 for row in rows_of(ring))


@pytest.mark.parametrize(
    "code",
    [
        "var a = new Array(); a[0] = new Array('1.html','县教育局2024年部门预算','2024-02-06 10:00:22','0');"
        "a[1] = new Array('2.html','县水利局2023年部门决算','2024-09-06 10:00:22','0');",
        "a[a.length] = {u:'1.html', t:'县教育局2024年部门预算', d:'2024-02-06'};"
        "a[a.length] = {u:'2.html', t:'县水利局2023年部门决算', d:'2024-09-06'};",
        "a.push(['1.html','县教育局2024年部门预算','2024-02-06']); a.push(['2.html','县水利局2023年部门决算','2024-09-06']);",
        "var a = [['1.html','县教育局2024年部门预算','2024-02-06'],['2.html','县水利局2023年部门决算','2024-09-06']];",
        "var a = new Array(new Array('1.html','县教育局2024年部门预算','2024-02-06'),"
        "new Array('2.html','县水利局2023年部门决算','2024-09-06'));",
    ],
    ids=["new Array", "at the end", "push", "array of arrays", "new Array of them"],
)
def test_rows_given_in_statements(code: str) -> None:
    assert links_of(f"<script>{code}</script>") == {
        "1.html": ("department_budget", 2024, "2024-02-06"),
        "2.html": ("department_final", 2023, "2024-09-06"),
    }


def test_statements_that_hold_no_plain_values_are_passed_over() -> None:
    assert given_in_statements("a.push(f(1)); a.push({x: 1}); b[i] = [y(); a.push('l', 2); a.push(") == [
        [{"x": 1}, ["l", 2]]
    ]
    assert given_in_statements("a.push(" * 5000 + "[" * 5000) == []


def test_the_explanation_of_a_budget_is_part_of_it() -> None:
    for title in ("县水利局关于2024年部门预算编制的说明", "县水利局2024年部门预算编制情况的说明"):
        assert links_of(f'<li><a href="/a/1.html">{title}</a></li>') == {"1.html": ("department_budget", 2024, None)}


def test_a_resolution_on_a_final_account_is_a_near_miss() -> None:
    for title in ("某县人大常委会关于批准2023年县级财政决算的决议", "某县人大常委会关于2023年县级财政决算的决议"):
        assert links_of(f'<li><a href="/a/1.html">{title}</a><span>2024-09-30</span></li>') == {}


@pytest.mark.parametrize(
    ("title", "lost"),
    [
        ("页面不存在 - 某县人民政府", True),
        ("404_某县", True),
        ("您访问的页面不存在", True),
        ("网站信息公开指南 - 某县", False),
    ],
)
def test_a_title_that_says_it_is_lost_within_the_whole_frame(title: str, lost: bool) -> None:
    menu = "".join(f'<li><a href="/c/{n}/">栏目名称{n}</a></li>' for n in range(60))
    page = f"<html><head><title>{title}</title></head><body><ul>{menu}</ul><p>抱歉</p></body></html>"
    assert (judge_page(page.encode(), f"{URL}x.html").page_class.kind == "soft_404") is lost
