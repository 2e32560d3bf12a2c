# ruff: noqa: E501 -- pages as they are written
"""Rows that only a page's own function, a box of choices or a heading explains; articles that only their shape marks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from crawl.clickable import raw_address
from crawl.dating import fiscal_year
from crawl.entity import same_entity
from crawl.naming import name_title
from crawl.openers import resolve_openers
from flows.commands.links import PageLinks, judge_page

URL = "http://www.a.gov.cn/czyjs/"


def page(body: str, title: str = "财政信息", url: str = URL) -> PageLinks:
    return judge_page(f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode(), url)


def rows(found: PageLinks) -> dict[str, tuple[str | None, int | None, str | None]]:
    return {link.url.rsplit("/", 1)[-1]: (link.kind, link.fiscal_year, link.date) for link in found.disclosures}


@pytest.mark.parametrize(
    ("script", "handler", "place"),
    [
        ("function go(id){window.open('d.jspx?id='+id);}", "go('12')", "d.jspx?id=12"),
        ("function go(id, t) { location.href = '/d/' + t + '/' + id + '.html'; }", "go(12,'ys')", "/d/ys/12.html"),
        ("const go = (id) => { window.open(`/d/${id}.html`) }", "go(7)", "/d/7.html"),
        ("var go = function(id){ var u = '/d/' + id; window.location.href = u; }", "return go('a-1');", "/d/a-1"),
        ("function go(id){window.open(host + id);}", "go('12')", None),  # host is not known
        ("function go(id){window.open('d.jspx?id='+id);}", "go(this)", None),
        ("function go(id){alert(id)}\nfunction to(i){window.open('/d?i='+i)}", "go('12')", None),
        ("function go(id){window.open('/d?i='+id)}", "go('1\" onload=x')", None),
    ],
)
def test_a_pages_own_function_opens_an_address(script: str, handler: str, place: str | None) -> None:
    root = html.document_fromstring(f"<html><body><script>{script}</script><a>x</a></body></html>")
    link = root.find(".//a")
    assert link is not None
    link.set("onclick", handler)
    resolve_openers(root)
    assert raw_address(link) == place


def test_rows_of_a_pages_own_function_are_links() -> None:
    body = """<script>function openDetail(id){window.open('detail.jspx?id='+id);}</script><ul>
    <li><a href="javascript:void(0);" onclick="openDetail('1')">某县残联2024年部门预算</a><span>2024-02-26</span></li>
    <li><a href="javascript:openDetail('2')">某县残联2023年部门决算</a><span>2024-09-26</span></li></ul>"""
    assert rows(page(body)) == {
        "detail.jspx?id=1": ("department_budget", 2024, "2024-02-26"),
        "detail.jspx?id=2": ("department_final", 2023, "2024-09-26"),
    }


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="functio go(id){}=>+'\"`$/?.;window.open,1 ", max_size=200))
def test_any_script_is_read_to_its_end(code: str) -> None:
    root = html.document_fromstring("<html><body><script></script><a onclick=\"go('1')\">x</a></body></html>")
    script = root.find(".//script")
    assert script is not None
    script.text = code
    resolve_openers(root)


def test_a_box_of_choices_that_jumps_is_a_list() -> None:
    body = """<select onchange="if(this.value)window.open(this.value)"><option value="">请选择</option>
    <option value="/s/1.html">某县档案局2024年部门预算</option><option value="/s/2.html">某县党校2024年部门预算</option></select>"""
    assert set(rows(page(body))) == {"1.html", "2.html"}


def test_a_box_of_a_form_is_no_list() -> None:
    body = '<form><select name="dept"><option value="/s/1.html">某县档案局2024年部门预算</option></select></form>'
    assert rows(page(body)) == {}


def test_offices_with_dates_take_the_year_of_the_column_that_names_the_paper() -> None:
    body = "".join(
        f'<li><a href="./t20240223_8{n}.html">{name}</a><span>2024-02-23</span></li>'
        for n, name in enumerate(["县审计局", "县会议服务中心", "县目标考核办"])
    )
    found = rows(page(f"<ul>{body}</ul>", "2024年部门预算-某县人民政府", f"{URL}2024nbmys/"))
    assert {one[1] for one in found.values()} == {2024} and len(found) == 3


def test_rows_that_say_only_look_are_of_the_office_of_their_row() -> None:
    body = (
        "<h1>某县2024年部门预算公开情况一览表</h1><table><tr><th>序号</th><th>单位名称</th><th>公开日期</th><th>公开链接</th></tr>"
        + "".join(
            f'<tr><td>{n}</td><td>{name}</td><td>2024-02-2{n}</td><td><a href="/k/{n}.html">点击查看</a></td></tr>'
            for n, name in enumerate(["县人社局", "县社保中心", "县就业中心"], 1)
        )
    )
    found = rows(page(body + "</table>", "某县2024年部门预算公开情况一览表", f"{URL}24.html"))
    assert found["1.html"] == ("department_budget", 2024, "2024-02-21") and len(found) == 3


@pytest.mark.parametrize("address", ["/2024/09/12/js/", "/?p=show&id=98", "/gg/js"])
def test_a_heading_with_its_date_marks_an_article_whatever_its_address(address: str) -> None:
    body = """<div><h1>某镇2023年度部门决算公开</h1><div>2024年9月12日 由 <a href="/author/">管理员</a></div>
    <div><a href="/up/2024/js.pdf">某镇2023年度部门决算.pdf</a></div></div>"""
    found = page(body, "某镇2023年度部门决算公开 – 某镇", f"http://www.a.gov.cn{address}")
    assert found.page_class.kind == "notice" and found.notice is not None
    assert (found.notice.kind, found.notice.fiscal_year) == ("department_final", 2023)
    assert found.notice.published_date == "2024-09-12" and not found.disclosures


def test_a_title_and_date_on_cards_is_no_article() -> None:
    card = '<div class="card"><h3>{}</h3><p>{}</p><a href="{}">查看详情</a></div>'
    body = card.format("某局2024年部门预算", "2024-02-06", "/p/1.html") + card.format(
        "某局2022年度部门决算", "2023-09-19", "/p/2.html"
    )
    assert set(rows(page(body))) == {"1.html", "2.html"}


def test_papers_in_an_article_without_a_name_and_not_those_beside_it() -> None:
    body = """<h1>某县教育局所属学校2024年单位预算公开汇总</h1><div>2024-02-25 来源：某县教育局</div><div class="x1">
    <p><a href="/g/11.html">某县一中2024年单位预算</a></p><p><a href="/g/12.html">某县二中2024年单位预算</a></p></div>
    <div class="x2">上一篇：<a href="/g/0.html">某县教育局2023年部门预算</a></div>
    <div class="x3"><h4>相关阅读</h4><a href="/g/1.html">某县教育局2022年部门预算</a></div>"""
    found = page(body, "某县教育局所属学校2024年单位预算公开汇总", "http://www.a.gov.cn/g/2.html")
    assert found.page_class.kind == "notice_with_links" and set(rows(found)) == {"11.html", "12.html"}


def test_years_of_offices_in_a_list_of_terms() -> None:
    terms = "".join(
        f'<dt>{name}</dt><dd><a href="/z/{n}/2024.html">2024年</a> <a href="/z/{n}/2023.html">2023年</a></dd>'
        for n, name in enumerate(["县教育局", "县审计局"])
    )
    found = page(f"<h2>部门预算</h2><dl>{terms}</dl>", "部门预算公开 某县").disclosures
    assert [(link.kind, link.entity, link.fiscal_year) for link in found] == [
        ("department_budget", name, year) for name in ("县教育局", "县审计局") for year in (2024, 2023)
    ]


def test_the_only_row_of_a_tab_is_under_that_tab() -> None:
    body = """<ul class="tab"><li data-tab="a">部门预算</li><li data-tab="b">部门决算</li></ul>
    <div class="pane" data-tab="a"><a href="/t/ys/2024.html">2024年度</a><a href="/t/ys/2023.html">2023年度</a></div>
    <div class="pane" data-tab="b"><a href="/t/js/2023.html">2023年度</a></div>"""
    kinds = [(link.kind, link.fiscal_year) for link in page(body, "预决算公开 某县司法局").disclosures]
    assert kinds == [("department_budget", 2024), ("department_budget", 2023), ("department_final", 2023)]


def test_today_over_an_article_is_not_its_date() -> None:
    title = "某县人民法院2024年度部门预算"
    body = f'<div>2026-11-23 星期一</div><div class="h">{title}</div><div><span>作者：政治部</span><span>2024-02-19</span></div>'
    found = page(f'{body}<p>正文</p><a href="/up/f1.pdf">f1.pdf</a>', title, "http://www.a.gov.cn/p/66.html")
    assert found.notice is not None and found.notice.published_date == "2024-02-19"


def test_an_article_whose_title_and_date_stand_only_in_its_head() -> None:
    made = """<html><head><title>某县史志办2023年度部门决算公开_某县人民政府</title><meta name="publishdate"
    content="2024-09-20 10:00:01"></head><body><p>现公开如下。</p><embed src="/pdf/88.pdf"></body></html>"""
    found = judge_page(made.encode(), "http://www.a.gov.cn/szb/a/88.jhtml")
    assert found.notice is not None and found.page_class.kind == "notice"
    assert (found.notice.kind, found.notice.published_date) == ("department_final", "2024-09-20")


def test_few_rows_that_scripts_open_are_no_splash() -> None:
    body = """<img src="d.gif"><a href="javascript:openw('/m/1.htm')">某县教育局2024年部门预算公开</a> 2024/3/1"""
    assert set(rows(page(body, "某县教育局", f"{URL}list.asp?id=6"))) == {"1.htm"}


def test_expenditure_of_a_countys_own_level_is_a_government_budget() -> None:
    body = '<ul><li><a href="/s/3.html">某县2024年县本级支出预算表</a><span>2024-02-01</span></li></ul>'
    found = rows(page(body, "政府预算 某县财政局"))
    assert found["3.html"] == ("government_budget", 2024, "2024-02-01")


@pytest.mark.parametrize(
    ("title", "kind", "year"),
    [
        ("2018年县供销社“三公经费”决算情况表", "three_public", 2018),
        ("某乡2023年财政预算执行情况及2024年财政预算（草案）的报告", "government_budget", 2024),
        ("2024年部门整体支出绩效目标申报表", "performance_target", 2024),
        ("县供销社2024年部预算公开", "department_budget", 2024),
    ],
)
def test_words_of_a_title(title: str, kind: str, year: int) -> None:
    found = name_title(title)
    assert (found.kind, found.near_miss, fiscal_year(title, found.noun_at)) == (kind, None, year)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("县医保局", "丰河县医疗保障局", True),
        ("某县发改委", "某县发展和改革委员会", True),
        ("人社局", "某市人力资源和社会保障局", True),
        ("甲县医保局", "乙县医疗保障局", False),
        ("县民政局", "某县民族宗教事务局", False),
        ("县审计局", "某县审批服务局", False),
    ],
)
def test_short_names_of_offices(one: str, other: str, same: bool) -> None:
    assert same_entity(one, other) is same is same_entity(other, one)


def test_a_row_that_is_a_list_with_its_date_in_another_item() -> None:
    row = """<ul class="nav_list"><li class="mc"><a href="/s/{0}.html">某县审计局{1}</a><div><p>索引号：1134</p>
    <p>生成日期：2024-01-01</p></div></li><li class="rq">{2}</li></ul>"""
    body = row.format(1, "2024年部门预算", "2024-01-29") + row.format(2, "2023年度决算公开", "2024-09-02")
    found = rows(page(body, "某县审计局 信息公开 预算公开"))
    assert {name: one[2] for name, one in found.items()} == {"1.html": "2024-01-29", "2.html": "2024-09-02"}


def test_an_action_of_a_query_that_hands_out_a_file() -> None:
    title = "某县文联2024年部门预算"
    body = (
        f'<h1>{title}</h1><p>2024-02-23</p><div><a href="index.php?m=content&amp;c=down&amp;a_k=ab">点击下载</a></div>'
    )
    found = page(body, title, "http://www.a.gov.cn/show-12-88-1.html")
    assert found.notice is not None
    assert [one.url for one in found.notice.attachments] == ["http://www.a.gov.cn/index.php?m=content&c=down&a_k=ab"]


def test_news_that_a_congress_approved_a_budget_is_a_near_miss() -> None:
    assert name_title("某县人大批准2025年财政预算").near_miss is not None
    assert name_title("某县人大批准的2025年政府预算公开").near_miss is None
