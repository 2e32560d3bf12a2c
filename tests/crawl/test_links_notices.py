# ruff: noqa: E501 -- pages as they are written
"""Notices: where files hide, what a notice says of itself. Each case is named after its trouble; the pages are made here."""

from __future__ import annotations

import msgspec
import pytest

from crawl.notice import NoticePage, read_notice
from crawl.page import read_page
from crawl.page_class import classify

URL = "http://www.a.gov.cn/czyjs/202402/t20240205_11.html"
TITLE = "某县教育局2024年部门预算公开"


def article(body: str, title: str = TITLE, head: str = "") -> str:
    return (
        f"<html><head><title>{title}_某县人民政府</title>{head}</head><body><h1>{title}</h1><div>发布时间：2024-02-05 来源：县教育局 字体：大 中 小"
        f'</div><div class="TRS_Editor">{body}</div></body></html>'
    )


def noticed(body: str, url: str = URL) -> NoticePage:
    return read_notice(read_page(body.encode(), url), "", None)


class Hidden(msgspec.Struct):
    """body → ends of the addresses of its files."""

    name: str
    body: str
    files: list[str]


HIDDEN = [
    Hidden("plain_relative_path", '<a href="./P020240205001.pdf">预算公开</a>', ["/czyjs/202402/P020240205001.pdf"]),
    Hidden("suffix_in_capitals", '<a href="/f/2018_1.XLS">报表</a>', ["/f/2018_1.XLS"]),
    Hidden("onclick_with_name_and_path", "<a href=\"#\" onclick=\"downloadFj('教育局2024年部门预算.pdf','./P0202402.pdf')\">下载</a>", ["/czyjs/202402/P0202402.pdf"]),
    Hidden("onclick_of_a_row_that_is_no_link", "<li onclick=\"openFile('/attach/2024/1.docx')\">预算说明</li>", ["/attach/2024/1.docx"]),
    Hidden("javascript_address", "<a href=\"javascript:downfile('/upload/2024/预算.xlsx')\">附表</a>", ["%E9%A2%84%E7%AE%97.xlsx"]),
    Hidden("markup_in_a_script_variable", "<script>var hasFJ='<a href=\"./P0202402051.pdf\">教育局预算.pdf</a><BR/><a href=\"./P0202402052.pdf\">二</a>';</script>", ["P0202402051.pdf", "P0202402052.pdf"]),
    Hidden("json_in_a_script", '<script>var files=[{"name":"预算.pdf","url":"\\/upload\\/2024\\/77.pdf"}];</script>', ["/upload/2024/77.pdf"]),
    Hidden("viewer_in_an_iframe", '<iframe src="/pdfjs/web/viewer.html?file=%2Ff%2FP9.pdf"></iframe>', ["http://www.a.gov.cn/f/P9.pdf"]),
    Hidden("viewer_behind_a_link", '<a href="/pdf/viewer.html?file=../../f/P9.pdf">在线查看</a>', ["/f/P9.pdf"]),
    Hidden("file_in_an_embed_and_an_object", '<embed src="a1.pdf"><object data="a2.pdf"><param name="src" value="a2.pdf"></object>', ["a1.pdf", "a2.pdf"]),
    Hidden("download_without_suffix_named_by_its_words", '<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=99">教育局2024年部门预算.pdf</a>', ["wbfileid=99"]),
    Hidden("download_without_suffix_anywhere", '<a href="/upload_cz/download?id=7&siteId=2">附件1：预算公开表</a>', ["download?id=7&siteId=2"]),
    Hidden("name_in_the_download_attribute", '<a href="/oss/8f3a" download="预算公开表.xlsx">点击下载</a>', ["/oss/8f3a"]),
    Hidden("link_that_is_only_an_image", '<a href="/u/202602121709.pdf"><img src="/i/pdf.png"></a>', ["/u/202602121709.pdf"]),
    Hidden("several_paths_in_one_attribute", '<a href="./P001.pdf\n./P002.pdf\n./P003.xls">附件</a>', ["P001.pdf", "P002.pdf", "P003.xls"]),
    Hidden("paths_joined_by_semicolons", '<a href="/a/P001.pdf;/a/P002.pdf">附件</a>', ["/a/P001.pdf", "/a/P002.pdf"]),
    Hidden("the_same_file_twice", '<a href="/u/1.zip"><img src="x.gif"></a><a href="/u/1.zip">请详见附件</a>', ["/u/1.zip"]),
    Hidden("signed_query_behind_a_chinese_name", '<a href="/attachment/2024%E5%B9%B4%E9%A2%84%E7%AE%97.pdf?Tppq-s4F==">预算.pdf</a>', [".pdf?Tppq-s4F=="]),
    Hidden("data_attributes", '<div data-url="/upload/f/20240205.docx" class="file">预算说明</div>', ["/upload/f/20240205.docx"]),
    Hidden("file_on_another_host", '<a href="http://images.b.cn/web/W0202.pdf">1．县教育局</a>', ["http://images.b.cn/web/W0202.pdf"]),
    Hidden("forms_and_pages_are_no_files", '<a href="/b/申请表.doc">依申请公开申请表</a><a href="/x/2.html">预算.pdf</a><a href="mailto:a@b.cn">信箱</a><a href="/img/1.png">图</a>', []),
    Hidden("script_libraries_and_templates_are_no_files", "<script>var x='/f/'+id+'.pdf'; var y='${a}/b.pdf'; if(e=='.pdf'){}; var z='/js/layer.zip.js';</script>", []),
    Hidden("files_of_footer_and_navigation", '<div class="footer"><a href="/h/手册.pdf">预算手册</a></div>', []),
]  # fmt: skip


@pytest.mark.parametrize("case", HIDDEN, ids=lambda case: case.name)
def test_hidden_file(case: Hidden) -> None:
    got = [link.url for link in noticed(article(case.body)).attachments]
    assert len(got) == len(case.files), got
    for url, end in zip(got, case.files, strict=True):
        assert url.endswith(end), url


def test_an_attachment_s_own_words_are_its_name_and_its_kind() -> None:
    body = article('<a href="./P1.pdf" title="某县教研室2024年单位预算公开.pdf">某县教研室</a>')
    (link,) = noticed(body).attachments
    assert (link.text, link.kind, link.fiscal_year) == ("某县教研室", "unit_budget", 2024)


def test_an_image_link_without_words_is_named_by_the_page() -> None:
    (link,) = noticed(article('<a href="/u/1.pdf"><img src="/i/pdf.png"></a>')).attachments
    assert link.text == TITLE


def test_page_images_as_the_report() -> None:
    images = "".join(f'<p><img src="./W020260302{n}_ORIGIN.jpg"></p>' for n in range(3))
    found = noticed(article(images + '<img src="/images/logo.png">'))
    assert len(found.images) == 3
    assert found.images[0].endswith("/czyjs/202402/W0202603020_ORIGIN.jpg")
    assert noticed(article(images + '<a href="x.pdf">预算</a>')).images == ()


def test_a_pdf_drawn_in_html() -> None:
    runs = "".join(f'<div class="p" style="top:{n}pt;left:40pt;position:absolute">收</div>' for n in range(200))
    body = article(f'<div class="page">{runs}</div>')
    assert noticed(body).is_inline
    assert classify(body.encode(), 200, URL).kind == "pdf_as_html_notice"


def test_a_link_into_a_platform_is_not_a_file() -> None:
    found = noticed(
        article('<a href="http://yjsgk.b.cn/#/detailsPage?id=804411">http://yjsgk.b.cn/#/detailsPage?id=804411</a>')
    )
    assert [link.url for link in found.platform] == ["http://yjsgk.b.cn/#/detailsPage?id=804411"]
    assert found.attachments == ()


@pytest.mark.parametrize(
    ("title", "head", "body", "kind", "year", "entity"),
    [
        (TITLE, "", "", "department_budget", 2024, "某县教育局"),
        ("某县审计局", '<meta name="ColumnName" content="2026年部门财政预算">', "", "department_budget", 2026, "某县审计局"),
        ("某县审计局", "", '<a href="1.pdf">某县审计局（汇总）2026年部门预算.pdf</a>', "department_budget", 2026, "某县审计局"),
        ("某县幼儿园2026年单位预算情况说明", "", "", "unit_budget", 2026, "某县幼儿园"),
        ("国家统计局部门预算（2026）", "", "", "department_budget", 2026, "国家统计局"),
        ("某局本级2026年度项目预算绩效目标表", "", "", "performance_target", 2026, "某局本级"),
        ("某县应急管理局2026年专项资金公开表", "", "", "other_fiscal", 2026, "某县应急管理局"),
        ("某县科技局（本级）2026年度部门预算公开和绩效公开", "", "", "department_budget", 2026, "某县科技局(本级)"),
        ("关于2023年度县级预算执行和其他财政收支的审计工作报告", "", "", None, 2023, None),
    ],
)  # fmt: skip
def test_fields_of_a_notice(  # noqa: PLR0917
    title: str, head: str, body: str, kind: str | None, year: int | None, entity: str | None
) -> None:
    found = noticed(article(body, title, head))
    assert (found.kind, found.fiscal_year) == (kind, year)
    if entity is not None:
        assert found.entity == entity


@pytest.mark.parametrize(
    ("body", "day"),
    [
        (article(""), "2024-02-05"),
        (article("", head='<meta name="PubDate" content="2024/03/09 16:00">'), "2024-02-05"),
        (f'<html><head><meta name="PubDate" content="2024/03/09 16:00"></head><body><h1>{TITLE}</h1></body></html>', "2024-03-09"),
        (f"<html><body><h1>{TITLE}</h1><p>2024年2月7日</p><p>正文</p></body></html>", "2024-02-07"),
        (f"<html><body><h1>{TITLE}</h1><p>{'正文' * 200}</p><p>某县教育局 2024年2月8日</p></body></html>", "2024-02-08"),
        (f"<html><body><h1>{TITLE}</h1><p>2024年1-8月收支</p></body></html>", None),
    ],
)  # fmt: skip
def test_the_date_as_shown_then_as_in_meta_then_as_signed(body: str, day: str | None) -> None:
    assert noticed(body).published_date == day


def test_papers_on_pages_of_their_own() -> None:
    body = article(
        '<p><a href="./t20240205_1.html">某县教育局（本级）2024年单位预算</a></p><p><a href="http://b.cn/2024/0205/c1a2/page.htm">某县一中2024年单位预算</a></p>'
    )
    found = noticed(body)
    assert [link.kind for link in found.papers] == ["unit_budget", "unit_budget"]
    assert classify(body.encode(), 200, URL).kind == "notice_with_links"


def test_previous_and_next_are_no_papers() -> None:
    beside = '<p>上一篇：<a href="./t20240205_1.html">上一篇：某县水利局2024年部门预算</a></p><p><a href="./t20240205_2.html">下一篇：某县民政局2024年部门预算</a></p>'
    body = article('<a href="a.pdf">预算</a>' + beside)
    assert noticed(body).papers == ()
    assert classify(body.encode(), 200, URL).kind == "notice"
