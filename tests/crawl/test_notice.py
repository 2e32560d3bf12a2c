"""Listing and notice pages of the shapes that are found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.notice import attachment_suffix, find_date, looks_like_disclosure, read_listing, read_notice
from crawl.page import PageError, read_page
from tests.crawl.web import listing, notice, row

URL = "http://www.a.gov.cn/czyjs/index.html"
SITES = {"a.gov.cn"}


def listed(body: str, url: str = URL):  # type: ignore[no-untyped-def]
    return read_listing(read_page(body.encode(), url), SITES)


def noticed(body: str, words: str = "", day: str | None = None):  # type: ignore[no-untyped-def]
    return read_notice(read_page(body.encode(), "http://www.a.gov.cn/czyjs/202402/t1.html"), words, day)


def test_notices_with_words_and_dates() -> None:
    found = listed(
        listing(
            row("202402/t1.html", "教育局2024年部门预算", "2024-02-05"),
            row("202402/t2.html", "财政局2024年…", "[2024年2月6日]").replace("<a ", '<a title="财政局2024年部门预算" '),
            row("javascript:open(3)", "水利局2024年部门预算", "2024-02-06"),
        )
    )
    assert [(link.url.rsplit("/", 1)[1], link.text, link.date) for link in found.notices] == [
        ("t1.html", "教育局2024年部门预算", "2024-02-05"),
        ("t2.html", "财政局2024年部门预算", "2024-02-06"),
    ]
    reasons = {skip.text: skip.reason for skip in found.skipped}
    assert reasons["水利局2024年部门预算"] == "its address cannot be followed"
    assert reasons["关于预算公开网站"] == "stands in navigation, header or footer"


def test_other_news_in_a_mixed_list_is_skipped_and_said() -> None:
    news = [row(f"n{n}.html", f"关于召开第{n}次会议的通知", "2024-02-01") for n in range(4)]
    found = listed(listing(*news, row("t1.html", "教育局2024年部门预算", "2024-02-05")))
    assert [link.text for link in found.notices] == ["教育局2024年部门预算"]
    assert sum(skip.reason == "words name no disclosure" for skip in found.skipped) == 4


def test_a_column_of_bare_department_names() -> None:
    found = listed(listing(row("a.html", "县教育局", "2024-02-01"), row("b.html", "县水利局", "2024-02-01")))
    assert [link.text for link in found.notices] == ["县教育局", "县水利局"]


def test_a_dated_title_without_the_words_among_those_with_them() -> None:
    rows = [row(f"t{n}.html", f"{n}局2024年部门预算", "2024-02-01") for n in range(3)]
    found = listed(listing(*rows, row("t9.html", "县委办公室", "2024-02-01"), row("t10.html", "无日期的其他链接")))
    assert [link.text for link in found.notices][-1] == "县委办公室"
    assert "无日期的其他链接" in {skip.text for skip in found.skipped}


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ("教育局2024年部门预算2024-02-05", "教育局2024年部门预算"),
        ("[2024-02-05] 教育局2024年部门预算", "教育局2024年部门预算"),
        ("教育局2024年部门预算（2024年2月5日）", "教育局2024年部门预算"),
        ("太原市2025年1-8月一般公共预算收支情况", "太原市2025年1-8月一般公共预算收支情况"),
        ("截至2024年2月5日的预算（表）", "截至2024年2月5日的预算（表）"),
    ],
)
def test_the_list_s_date_is_not_part_of_the_words(shown: str, words: str) -> None:
    assert [link.text for link in listed(listing(row("t1.html", shown))).notices] == [words]


def test_files_linked_from_the_listing_itself() -> None:
    found = listed(listing(row("/files/P1.pdf", "教育局2024年部门预算", "2024-02-01"), row("/d?id=3", "附件.xlsx")))
    assert [link.url for link in found.attachments] == [
        "http://www.a.gov.cn/files/P1.pdf",
        "http://www.a.gov.cn/d?id=3",
    ]
    assert found.notices == ()


def test_offsite() -> None:
    found = listed(listing(row("http://b.gov.cn/1.html", "乙县2024年部门预算", "2024-02-01")))
    assert found.notices == ()
    assert {skip.text: skip.reason for skip in found.skipped}["乙县2024年部门预算"] == "offsite"


@pytest.mark.parametrize(
    ("pager", "pages"),
    [
        ('<a href="index_1.html">下一页</a><a href="index_9.html">尾页</a>', ["index_1.html"]),
        ('<div class="pagination"><a href="?page=2">2</a></div>', ["index.html?page=2"]),
        ('<p><a href="index_1.html">2</a> <a href="index_2.html">[3]</a></p>', ["index_1.html", "index_2.html"]),
        ('<ul><li><a href="index_1.html">2</a></li><li><a href="index_2.html">3</a></li></ul>',
         ["index_1.html", "index_2.html"]),
        ('<p><a href="2023.html">2023</a><a href="2022.html">2022</a></p>', []),
        ('<p><a href="a.html">1</a></p>', []),
        ('<a href="/other/index_1.html">下一页</a>', []),
        ('<a href="http://b.cn/czyjs/index_1.html">下一页</a>', []),
        ('<a href="javascript:go(2)">下一页</a>', []),
    ],
)  # fmt: skip
def test_further_pages(pager: str, pages: list[str]) -> None:
    found = listed(listing(row("t1.html", "教育局2024年部门预算", "2024-02-05"), after=pager))
    assert [url.rsplit("/", 1)[1] for url in found.pages] == pages
    assert len(found.notices) == 1


@pytest.mark.parametrize("call", ['createPageHTML(3, 0, "index", "html");', "createPage( 3 ,0,'index','html')"])
def test_pages_that_only_a_script_knows(call: str) -> None:
    found = listed(listing(row("t1.html", "教育局2024年部门预算", "2024-02-05"), script=call))
    assert [url.rsplit("/", 1)[1] for url in found.guessed] == ["index_1.html", "index_2.html", "index_3.html"]
    assert listed(listing(script='createPageHTML(1, 0, "index", "html");')).guessed == ()


def test_a_notice() -> None:
    found = noticed(
        notice(
            "教育局2024年部门预算", ("./P01.docx", "附件1"), ("/d/%E9%A2%84.PDF?x=1", "预算表"), ("../p.html", "相关")
        )
    )
    assert (found.title, found.published_date, found.is_inline) == ("教育局2024年部门预算", "2024-02-06", False)
    assert [(link.url.split("/", 3)[3], link.text) for link in found.attachments] == [
        ("czyjs/202402/P01.docx", "附件1"),
        ("d/%E9%A2%84.PDF?x=1", "预算表"),
    ]


def test_title_and_date_without_metadata() -> None:
    body = "<h1>涞源县人民政府</h1><h2>教育局2024年部门预算</h2><p>成文日期：2024-01-30 发布日期：2024年2月6日</p>"
    found = noticed(f"<html><body>{body}</body></html>", "教育局…", "2024-02-09")
    assert (found.title, found.published_date) == ("教育局2024年部门预算", "2024-02-06")
    bare = noticed("<html><body><p>x</p></body></html>", "教育局2024年部门预算", "2024-02-09")
    assert (bare.title, bare.published_date) == ("教育局2024年部门预算", "2024-02-09")


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("教育局2024年部门预算-政务公开-涞源县人民政府", "教育局2024年部门预算"),
        ("教育局2024年部门预算_涞源县人民政府", "教育局2024年部门预算"),
        ("教育局2024年部门预算 - 涞源县", "教育局2024年部门预算"),
        ("教育局2024-2026年预算", "教育局2024-2026年预算"),
        ("教育局-部门预算", "教育局-部门预算"),
    ],
)
def test_title_without_the_names_of_column_and_site(head: str, title: str) -> None:
    assert noticed(f"<html><head><title>{head}</title></head><body>x</body></html>").title == title


def test_meta_article_title_wins() -> None:
    found = noticed('<head><meta name="ArticleTitle" content="甲局2024年预算"></head><h1>乙局2024年预算</h1>')
    assert found.title == "甲局2024年预算"


def test_tables_of_amounts_are_a_disclosure_layout_is_not() -> None:
    rows = "".join(f"<tr><td>科目</td><td>1,2{n}3.45</td></tr>" for n in range(4))
    assert noticed(notice("教育局2024年部门预算", ("a.pdf", "附件"), body=f"<table>{rows}</table>")).is_inline
    layout = "<table><tr><td>索引号</td><td>000</td></tr><tr><td>发布日期</td><td>2024-02-06</td></tr></table>"
    assert not noticed(notice("教育局2024年部门预算", ("a.pdf", "附件"), body=layout)).is_inline


def test_a_long_text_without_attachment_is_a_disclosure() -> None:
    text = "<p>" + "教育局2024年预算收入合计1234.56万元，" * 20 + "</p>"
    assert noticed(notice("教育局2024年部门预算", body=text)).is_inline
    assert not noticed(notice("教育局2024年部门预算", ("a.pdf", "附件"), body=text)).is_inline
    assert not noticed(notice("关于召开会议的通知", body=text)).is_inline


def test_a_viewer_shows_the_file_it_is_given() -> None:
    found = noticed(notice("教育局2024年部门预算", body='<iframe src="/pdfjs/viewer.html?file=/f/P9.pdf"></iframe>'))
    assert [link.url for link in found.attachments] == ["http://www.a.gov.cn/f/P9.pdf"]


def test_an_attachment_behind_a_script_is_said() -> None:
    found = noticed(notice("教育局2024年部门预算", ("javascript:down('9')", "附件：预算表.xlsx")))
    assert found.attachments == ()
    assert [(skip.text, skip.url) for skip in found.skipped] == [("附件：预算表.xlsx", "javascript:down('9')")]


@pytest.mark.parametrize(
    ("url", "text", "suffix"),
    [
        ("http://a/x.pdf", "", "pdf"),
        ("http://a/x.PDF?h=1", "", "pdf"),
        ("http://a/down?f=a.xlsx&id=2", "", "xlsx"),
        ("http://a/down?id=2", "附件1.doc", "doc"),
        ("http://a/down?id=2", "附件 2024.02", None),
        ("http://a/x.html", "", None),
        ("http://a/x.pdf.html", "", None),
    ],
)
def test_suffix(url: str, text: str, suffix: str | None) -> None:
    assert attachment_suffix(url, text) == suffix


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-05", "2024-02-05"),
        ("预算2024年2月5日发布", "2024-02-05"),
        ("[2024/2/5]", "2024-02-05"),
        ("2024.02.05", "2024-02-05"),
        ("2024年度部门预算 2023-12-31", "2023-12-31"),
        ("2024-02-30 2024-03-01", "2024-03-01"),
        ("02-05", None),
        ("2025年1-8月收支情况", None),
        ("2025年1-8月收支情况 2025-09-10", "2025-09-10"),
        ("2024年2月15日", "2024-02-15"),
        ("2024年12月315号", None),
        ("120240-02-05", None),
    ],
)
def test_dates(text: str, day: str | None) -> None:
    assert find_date(text) == day


def test_words() -> None:
    for title in (
        "2024年部门预算",
        "部门决算公开",
        "项目支出绩效自评",
        "“三公”经费预算",
        "三公经费",
        "预 算",
        "收支总表",
    ):
        assert looks_like_disclosure(title), title
    for title in ("关于召开会议的通知", "招聘公告", "计算机采购"):
        assert not looks_like_disclosure(title), title


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="<>/ahrefliu=\"'tdb预算2024-01 .pdf?#:&;", max_size=300))
def test_hostile_markup_never_breaks_the_reader(text: str) -> None:
    try:
        page = read_page(f"<a href='x.pdf'>{text}".encode(), URL)
    except PageError:
        return
    read_listing(page, SITES)
    read_notice(page, "", None)
