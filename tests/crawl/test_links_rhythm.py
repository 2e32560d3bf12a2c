# ruff: noqa: E501 -- pages as they are written
"""Lists that do not say in the row itself what a row is: dates beside it, levels over it, records in comments, files of
the site's frame. Each case is named after its trouble; the pages are made here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.comments import with_comments_unfolded
from crawl.discover import discover
from crawl.notice import read_notice
from crawl.page import read_page
from crawl.page_class import classify

LIST = "http://www.a.gov.cn/zwgk/czyjs/list.html"
NOTICE = "http://www.a.gov.cn/czyjs/202402/t20240205_11.html"


def page(body: str, title: str = "预决算公开-某县人民政府") -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def found(body: str, url: str = LIST) -> dict[str, tuple[str | None, int | None, str | None]]:
    """The disclosures of a page as the last part of the address → (kind, year, date)."""
    links = discover(read_page(body.encode(), url)).of("disclosure")
    return {link.url.rsplit("/", 1)[-1]: (link.kind, link.fiscal_year, link.date) for link in links}


def dates(body: str) -> list[str | None]:
    return [date for _, _, date in found(page(body)).values()]


def row(number: int, tag: str) -> str:
    return f'<{tag}><a href="/a/{number}.html">某县第{number}中学2024年单位预算</a></{tag}>'


DAYS = ["2024-03-05", "2024-03-04", "2024-02-01"]


def _interleaved(date_tag: str, link_tag: str, *, date_first: bool) -> str:
    parts = [(f"<{date_tag}>{day}</{date_tag}>", row(number, link_tag)) for number, day in enumerate(DAYS)]
    return "".join(day + link if date_first else link + day for day, link in parts)


@pytest.mark.parametrize("date_first", [True, False], ids=["dates_before", "dates_behind"])
@pytest.mark.parametrize(("date_tag", "link_tag"), [("dt", "dd"), ("dd", "dt"), ("dd", "dd"), ("p", "p"), ("li", "li")])
def test_a_date_between_two_links_is_given_by_the_ends_of_the_list(
    date_tag: str, link_tag: str, date_first: bool
) -> None:
    block = {"p": "div", "li": "ul"}.get(date_tag, "dl")
    assert dates(f"<{block}>{_interleaved(date_tag, link_tag, date_first=date_first)}</{block}>") == DAYS


def test_one_term_dates_all_its_descriptions() -> None:
    body = "<dt>2024年3月5日</dt>" + row(1, "dd") + row(2, "dd") + "<dt>2024年2月1日</dt>" + row(3, "dd")
    assert dates(f"<dl>{body}</dl>") == ["2024-03-05", "2024-03-05", "2024-02-01"]


def test_a_term_is_dated_by_its_last_description() -> None:
    body = "".join(row(n, "dt") + f"<dd>县教育局发布</dd><dd>{day}</dd>" for n, day in enumerate(DAYS))
    assert dates(f"<dl>{body}</dl>") == DAYS


def test_a_link_without_a_date_takes_none_from_the_row_before() -> None:
    body = row(1, "p") + "<p>2024-03-05</p>" + row(2, "p") + row(3, "p") + "<p>2024-02-01</p>"
    assert dates(f"<div>{body}</div>") == ["2024-03-05", None, "2024-02-01"]


def test_a_centre_in_a_list_of_departments_is_one_of_them() -> None:
    names = "".join(
        f'<td><a href="/ztzl/2023/{n}.html">{name}</a></td>'
        for n, name in enumerate(["市审计局", "市公共资源交易中心", "市红十字会"])
    )
    got = found(
        page(f"<h3>2023年度部门决算</h3><table><tr>{names}</tr></table>", "部门决算公开专栏_某市人民政府"),
        "http://www.a.gov.cn/ztzl/",
    )
    assert {kind for kind, _, _ in got.values()} == {"department_final"}
    assert len(got) == 3


@pytest.mark.parametrize(("level", "kind"), [("部门", "department_budget"), ("单位", "unit_budget")])
def test_a_centre_in_a_matrix_has_the_level_of_the_matrix(level: str, kind: str) -> None:
    rows = "".join(
        f'<tr><td>{name}</td><td><a href="/f/{n}.pdf">查看</a></td><td><a href="/f/j{n}.pdf">查看</a></td></tr>'
        for n, name in enumerate(["县融媒体中心", "县公共资源交易中心"])
    )
    head = f"<tr><th>{level}名称</th><th>2024年预算</th><th>2022年决算</th></tr>"
    got = found(page(f"<table>{head}{rows}</table>", f"某县{level}预决算公开目录"))
    assert {name: kind for name, (kind, _, _) in got.items()} == {
        "0.pdf": kind,
        "1.pdf": kind,
        "j0.pdf": kind.replace("budget", "final"),
        "j1.pdf": kind.replace("budget", "final"),
    }


def test_an_institution_s_own_title_in_a_department_column_is_a_unit_s() -> None:
    body = "<h3>部门预算</h3><ul>" + "".join(
        f'<li><a href="/a/{n}.html">{title}</a><span>2024-02-05</span></li>'
        for n, title in enumerate(
            ["某县教师进修学校关于2024年预算公开的说明", "某县中心卫生院2024年预算公开", "某县供销合作社2024年预算公开"]
        )
    )
    got = found(page(f"{body}</ul>"))
    assert [kind for kind, _, _ in got.values()] == ["unit_budget", "unit_budget", "department_budget"]


RECORDS = """<div id="rec"><!--
<record t="某镇人民政府2024年部门预算公开表" u="./20240226/12.html" d="2024-02-26 10:21"/>
<record t="某镇文化服务中心2022年单位决算公开" u="./20230928/99.html?a=1&b=2" d="2023-09-28"/>
--></div><div id="list">加载中...</div>"""


def test_records_in_a_comment() -> None:
    got = found(page(RECORDS))
    assert got == {
        "12.html": ("department_budget", 2024, "2024-02-26"),
        "99.html?a=1&b=2": ("unit_final", 2022, "2023-09-28"),
    }


def test_records_in_a_comment_as_json() -> None:
    text = '<div><!--[{"title":"某县民政局2024年部门预算","url":"/a/1.html","time":"2024-02-01"},{"title":"某县水利局2024年部门预算","url":"/a/2.html","time":"2024-02-02"}]--></div>'
    assert [date for _, _, date in found(page(text)).values()] == ["2024-02-01", "2024-02-02"]


OLD = '<!-- <ul><li><a href="/a/1.html">某县民政局2024年部门预算</a></li><li><a href="/a/2.html">某县水利局2024年部门预算</a></li></ul> -->'


def test_markup_in_a_comment_is_dead_unless_a_script_reads_comments() -> None:
    assert found(page(OLD)) == {}
    reader = "<script>var h=document.getElementById('x').childNodes[0].nodeValue;</script>"
    assert list(found(page(f'<div id="x">{OLD}</div>{reader}'))) == ["1.html", "2.html"]


@pytest.mark.parametrize(
    "text",
    [
        "<!--[if IE]><p>旧浏览器</p><![endif]--> 2024年部门预算 2024年部门预算",
        f"<script>{RECORDS}</script>",
        "<!--" + "<record t='某县2024年部门预算' " * 400,
        "<!--" * 5000,
        f"<!--{'[' * 3000}-->",
        '<!-- <record t="联系我们" u="/a/1.html"/><record t="网站地图" u="/a/2.html"/> ------------ -->',
    ],
    ids=["condition", "old_way_to_hide_code", "no_end", "only_starts", "deep", "no_papers"],
)
def test_comments_that_stay_as_they_are(text: str) -> None:
    assert with_comments_unfolded(text) == text


@given(
    st.lists(
        st.sampled_from(
            [
                "<!--",
                "-->",
                "<record ",
                "/>",
                't="某县2024年部门预算" ',
                'u="/a/1.html"',
                "<script>",
                "</script>",
                "{",
                "[",
                '"',
                "&",
                "字",
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_any_comment_is_read_or_left(text: str) -> None:
    got = with_comments_unfolded(text)
    assert got == text or "<a href=" in got


def test_a_breadcrumb_is_known_by_its_words() -> None:
    trail = '<div class="gk_wz">当前位置：<a href="/">首页</a> &gt; <a href="/public/column/660187">县财政局</a> &gt; 财政预决算</div>'
    rows = "".join(
        f'<li><a href="/public/660187/{n}{n}.html">某县第{n}局2024年部门预算</a><i>2024-01-2{n}</i></li>'
        for n in range(1, 6)
    )
    assert "660187" not in found(page(f"{trail}<ul>{rows}</ul>", "财政预决算-某县财政局"))


EMBEDDED = (
    "<html><head><title>某镇</title></head><body><center><h1>某镇卫生院二〇二三年度单位决算</h1></center>"
    '<p align="center">发布单位：某镇卫生院 　发布时间：２０２４－０９－２４</p><embed src="../f/1.pdf" type="application/pdf"/>'
    '<p>如无法显示，请<a href="../f/1.pdf">点击下载</a>。</p><p>附表：<a href="../f/2.pdf">二〇二三年度单位决算附表</a></p></body></html>'
)


def test_a_notice_around_an_embedded_document_dated_in_full_width_digits() -> None:
    body = EMBEDDED.encode()
    assert classify(body, 200, "http://www.a.gov.cn/yjs/wsy.html").kind == "notice"
    notice = read_notice(read_page(body, "http://www.a.gov.cn/yjs/wsy.html"), "", None)
    assert (notice.published_date, notice.kind, notice.fiscal_year) == ("2024-09-24", "unit_final", 2023)
    assert [link.url.rsplit("/", 1)[-1] for link in notice.attachments] == ["1.pdf", "2.pdf"]


def test_previous_and_next_inside_the_article_are_no_papers_of_it() -> None:
    title = "某县水利局2024年度部门决算公开"
    steps = "".join(
        f'<p class="np">{word}一篇：<a href="content-4-{n}.html">{name}2024年度部门决算公开</a></p>'
        for n, (word, name) in enumerate([("上", "某县交通运输局"), ("下", "某县民政局")])
    )
    text = "根据《中华人民共和国预算法》等规定，现予公开。"
    body = f"<article><h2>{title}</h2><p>日期：2025-09-25 来源：县水利局</p><div><p>{text}</p><a href='/u/1.pdf'>附件.pdf</a></div>{steps}</article>"
    assert classify(page(body, title).encode(), 200, "http://www.a.gov.cn/content-4-9.html").kind == "notice"


def test_a_column_whose_title_names_its_site_is_no_home_page() -> None:
    crumbs = '<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/x/">信息公开</a> &gt; 财政资金</div>'
    rows = "".join(
        f'<li><a href="./202402/{n}.html">某镇第{n}中学2024年单位预算</a><i>2024-02-1{n}</i></li>' for n in range(8)
    )
    body = page(f"{crumbs}<ul>{rows}</ul>", "某镇人民政府-财政资金")
    assert classify(body.encode(), 200, "http://www.a.gov.cn/pczz/czzj/").kind == "listing"


FRAME = [
    ("usual_downloads", "<div><b>常用下载</b><a href='/xz/ht.docx'>劳动合同书</a><a href='/xz/b.xls'>名册</a></div>"),
    ("recommended_rules", "<div class='xg'><b>政策文件推荐</b><a href='/f/tl.pdf'>《某区耕地保护条例》全文</a></div>"),
    ("latest_notices", "<div><h3>最新公开</h3><ul><li><a href='/f/1.pdf'>森林防火工作的通知.pdf</a></li><li><a href='/x/2.html'>开会</a></li></ul></div>"),
    ("a_model_contract", "<p><a href='/xz/fb.docx'>劳动合同示范文本</a></p>"),
]  # fmt: skip


def test_a_paper_s_tables_under_a_heading_of_downloads_are_attachments() -> None:
    title = "某县教育局2024年部门预算公开"
    body = f"<h1>{title}</h1><div>发布时间：2024-02-05 来源：县教育局</div><div><b>资料下载</b><a href='./P1.xlsx'>收支总表</a><a href='./P2.pdf'>公开稿</a></div>"
    notice = read_notice(read_page(page(body, title).encode(), NOTICE), "", None)
    assert [link.url.rsplit("/", 1)[-1] for link in notice.attachments] == ["P1.xlsx", "P2.pdf"]


@pytest.mark.parametrize("frame", [html for _, html in FRAME], ids=[name for name, _ in FRAME])
def test_files_of_the_page_s_frame_are_no_attachments(frame: str) -> None:
    title = "某县教育局2024年部门预算公开"
    body = f"<h1>{title}</h1><div>发布时间：2024-02-05 来源：县教育局</div><p>附件下载</p><p><a href='./P1.xlsx'>收支总表</a></p>{frame}"
    notice = read_notice(read_page(page(body, title).encode(), NOTICE), "", None)
    assert [link.url.rsplit("/", 1)[-1] for link in notice.attachments] == ["P1.xlsx"]
