"""Bytes become text and a tree, whatever their label says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.page import PageError, absolute, decode_page, is_furniture, pieces_of, read_page, squeeze, text_of

URL = "http://a.gov.cn/x/index.html"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("label", ["utf-8", "gb2312", "big5", "iso-8859-1", ""])
def test_wrong_labels_do_no_harm(encoding: str, label: str) -> None:
    page = read_page(
        f'<html><head><meta charset="{label}"></head><body>部门预算㙍塩</body></html>'.encode(encoding), URL
    )
    assert text_of(page.root.find("body")) == "部门预算㙍塩"


@given(st.text(alphabet="预算决绩效目标镕囧𠮷喆", max_size=50))
def test_a_page_of_gb18030_text_is_not_taken_for_utf8(text: str) -> None:
    text = f"涞源县人民政府办公室部门预算公开{text}"  # two characters alone may be valid UTF-8 by chance
    assert decode_page(text.encode("gb18030"))[0] == text
    assert decode_page(text.encode("utf-8"))[0] == text


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_give_a_page_or_page_error(body: bytes) -> None:
    try:
        page = read_page(body, URL)
    except PageError:
        return
    assert isinstance(text_of(page.root), str)


def test_an_xml_declaration_and_an_early_nul() -> None:
    page = read_page(b"<?xml version='1.0' encoding='gb2312'?><html><body>a\x00b \xe9\xa2\x84</body></html>", URL)
    assert text_of(page.root.find("body")) == "ab 预"


def test_nothing_is_no_page() -> None:
    with pytest.raises(PageError):
        read_page(b"  ", URL)
    with pytest.raises(PageError, match="bytes"):
        read_page(b"x" * 16_000_001, URL)


def test_absolute() -> None:
    assert absolute(URL, "./P01.pdf") == "http://a.gov.cn/x/P01.pdf"
    assert absolute(URL, "..\\f\\a.doc") == "http://a.gov.cn/f/a.doc"
    assert absolute(URL, "//b.cn/ q.pdf") == "http://b.cn/%20q.pdf"
    for href in ("", "#top", "javascript:void(0)", "mailto:a@b.cn", "http://[bad", "tel:1"):
        assert absolute(URL, href) is None


def test_base_href() -> None:
    assert (
        read_page(b"<html><head><base href='/files/'></head><body>x</body></html>", URL).base
        == "http://a.gov.cn/files/"
    )
    assert read_page(b"<html><head><base href='javascript:'></head><body>x</body></html>", URL).base == URL


def test_text_reads_as_shown() -> None:
    page = read_page(
        "<body><p>关于<b>预</b>算</p><td>甲</td>x<script>no()</script>尾<br>行\u3000\xa0末</body>".encode(), URL
    )
    assert text_of(page.root.find("body")) == "关于预算 甲 x尾 行 末"
    row = read_page(b"<ul><li><a>2024</a><span>2024-02-05</span></li></ul>", URL).root.find(".//li")
    assert (text_of(row), pieces_of(row)) == ("20242024-02-05", "2024 2024-02-05")
    assert squeeze(" a\n\u3000b ") == "a b"


@pytest.mark.parametrize(
    ("html", "furniture"),
    [
        ("<nav><a>x</a></nav>", True),
        ("<div class='footer'><a>x</a></div>", True),
        ("<div id='mainMenu'><a>x</a></div>", True),
        ("<div class='header'><ul><li><a>x</a></li></ul></div>", True),
        ("<header><a>x</a></header>", True),
        ("<div role='navigation'><a>x</a></div>", True),
        ("<article><header><a>x</a></header></article>", False),
        ("<div class='article-header'><a>x</a></div>", False),
        ("<div class='content_list'><a class='position'>x</a></div>", False),
        ("<div class='canavan'><a>x</a></div>", False),
    ],
)
def test_furniture_by_structure(html: str, furniture: bool) -> None:
    page = read_page(f"<html><body class='nav-page'>{html}</body></html>".encode(), URL)
    assert is_furniture(next(page.root.iter("a"))) is furniture
