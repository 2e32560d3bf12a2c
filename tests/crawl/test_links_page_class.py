# ruff: noqa: E501 -- pages as they are written
"""The truth of an answer: each kind that hides behind status 200, and those that say it. The pages are made here."""

from __future__ import annotations

import msgspec
import pytest

from crawl.page import read_page
from crawl.page_class import classify

HOST = "http://www.a.gov.cn"


class Answer(msgspec.Struct):
    """What came; asked: the path asked for; kind: what it is; target: where a stub leads."""

    name: str
    body: bytes
    kind: str
    asked: str = "/czyjs/t20240205_1.html"
    status: int = 200
    final: str | None = None
    target: str | None = None


def html(body: str, title: str = "", head: str = "") -> bytes:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


NEWS = "".join(
    f'<li><a href="/xw/202401/t2024010{n}_{n}.html">要闻第{n}条的标题文字</a><span>2024-01-0{n}</span></li>'
    for n in range(1, 10)
)
ROWS = "".join(
    f'<li><a href="t2024020{n}_{n}.html">某县第{n}局2024年部门预算</a><span>2024-02-0{n}</span></li>'
    for n in range(1, 10)
)

ANSWERS = [
    Answer("meta_refresh", html("", head='<meta http-equiv="Refresh" content="0;URL=./202402/t1.html">'), "redirect_stub", target=f"{HOST}/czyjs/202402/t1.html"),
    Answer("meta_refresh_with_quotes", html("正在跳转", head="<meta http-equiv=refresh content=\"1; url='/site/index.html'\">"), "redirect_stub", target=f"{HOST}/site/index.html"),
    Answer("script_sets_location", b"<script type='text/javascript'>document.location.href='/site/index.html'</script>", "redirect_stub", target=f"{HOST}/site/index.html"),
    Answer("script_replaces_location", html("<script>window.location.replace('/new/')</script>"), "redirect_stub", target=f"{HOST}/new/"),
    Answer("script_leads_phones_elsewhere", html("<script>if(navigator.userAgent.indexOf('Android')>-1){location.href='/m/'}</script><script>window.location='/pc/index.html';</script>"), "redirect_stub", target=f"{HOST}/pc/index.html"),
    Answer("frame_of_another_page", b"<html><head><title>x</title></head><frameset><frame src='/portal/index.html'></frameset></html>", "redirect_stub", asked="/", target=f"{HOST}/portal/index.html"),
    Answer("firewall_script", b"<html><script>var _0x1a=['acw_sc__v2'];" + b"a=1;" * 100 + b"setCookie()</script></html>", "waf_stub"),
    Answer("firewall_cookie_then_reload", b"<script>document.cookie='__jsl_clearance=1';location.href=location.pathname+location.search</script>", "waf_stub"),
    Answer("firewall_words", html("<p>您的请求疑似攻击行为，已被拦截！</p>"), "waf_stub"),
    Answer("firewall_status", html("Forbidden"), "waf_stub", status=412),
    Answer("lost_page", html("<p>您访问的页面不存在或已删除</p><a href='/'>返回首页</a>", "提示信息"), "soft_404"),
    Answer("server_default_page", html('<a href="http://go.b.com/"><img src="iisstart.png"></a>', "IIS Windows Server"), "soft_404", asked="/"),
    Answer("nginx_default_page", html("<h1>Welcome to nginx!</h1><p>If you see this page, the server is installed.</p>", "Welcome to nginx!"), "soft_404", asked="/"),
    Answer("home_page_after_redirect", html(f"<ul>{NEWS}</ul>", "某县人民政府门户网站"), "soft_404", final=f"{HOST}/"),
    Answer("splash", html('<a href="/portal/index.html"><img src="/images/welcome.jpg"></a><p>点击进入</p>', "某县人民政府"), "splash", asked="/", target=f"{HOST}/portal/index.html"),
    Answer("page_instead_of_pdf", html("<p>预算</p>" * 50), "wrong_bytes", asked="/f/P1.pdf"),
    Answer("pdf_instead_of_page", b"%PDF-1.4 " + b"x" * 100, "file"),
    Answer("nothing", b"", "empty"),
    Answer("listing", html(f'<div>当前位置：<a href="/">首页</a> > <a href="/cz/">财政</a> > 部门预算</div><ul>{ROWS}</ul>', "部门预算-某县人民政府"), "listing", asked="/czyjs/"),
    Answer("listing_of_other_things", html(f'<div>当前位置：<a href="/">首页</a> > <a href="/xw/">新闻</a> > 要闻</div><ul>{NEWS}</ul>', "要闻-某县人民政府"), "irrelevant_listing", asked="/xw/"),
    Answer("home", html(f"<ul>{NEWS}</ul><ul>{ROWS}</ul>" + "".join(f'<a href="/c{n}/">栏目{n}</a>' for n in range(40)), "某县人民政府门户网站"), "home", asked="/"),
    Answer("notice", html('<h1>某县教育局2024年部门预算公开</h1><div>发布时间：2024-02-05 来源：县教育局 【打印】【关闭】</div><div class="TRS_Editor"><a href="P1.pdf">预算</a></div>', "某县教育局2024年部门预算公开"), "notice"),
    Answer("article_of_other_things", html('<h1>全县植树活动启动</h1><div>发布时间：2024-02-05 来源：县林业局 【打印】【关闭】 字体：大</div><div class="TRS_Editor">正文' + "文字" * 300 + "</div>", "全县植树活动启动"), "irrelevant_article"),
    Answer("application_without_rows", html('<div id="app"></div><script src="/static/js/chunk-vendors.js"></script><script src="/static/js/app.js"></script>', "预决算公开平台"), "directory_spa", asked="/yjs/index.html"),
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_answer(answer: Answer) -> None:
    found = classify(answer.body, answer.status, HOST + answer.asked, answer.final)
    assert (found.kind, found.target) == (answer.kind, answer.target), found
    assert found.reasons or answer.kind == "notice"


def test_the_home_page_under_the_requested_address_is_known_by_its_links() -> None:
    home = html(f"<ul>{NEWS}</ul><a href='/a/'>甲</a><a href='/b/'>乙</a>", "某县")
    there = read_page(home, f"{HOST}/")
    assert classify(home, 200, f"{HOST}/czyjs/", home=there).kind == "soft_404"
    assert classify(home, 200, f"{HOST}/", home=there).kind != "soft_404"


@pytest.mark.parametrize("label", ["gb2312", "utf-8", "iso-8859-1", None])
@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-16", "utf-8-sig"])
def test_real_bytes_count_not_the_label(encoding: str, label: str | None) -> None:
    meta = f'<meta charset="{label}">' if label else ""
    body = html(f"<ul>{ROWS}</ul>", "部门预算", meta).decode().encode(encoding)
    assert classify(body, 200, f"{HOST}/czyjs/").kind == "listing"
