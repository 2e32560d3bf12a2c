"""What an answer really is: a listing, a notice, a stub, a wall, a page of another name. Pure functions with stated
reasons.

Status 200 says little (DOMAIN 7.6): a firewall's script comes with 200, a lost page is the home page under the
requested address, a file's address answers with HTML. Here each is told apart by what it holds.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from crawl.about import without_site
from crawl.attachments import find_files
from crawl.body import article_of, body_images, is_drawn_pdf, text_length
from crawl.clickable import address_of
from crawl.context import page_context
from crawl.dating import stated_years
from crawl.discover import Discovery, Found, discover
from crawl.naming import is_office, name_title
from crawl.outline import Outline
from crawl.page import MAX_PAGE_BYTES, Page, PageError, decode_page, read_page, squeeze, text_of
from crawl.records import markup_of_data, rows_in_script
from crawl.sentinel import BodyKind, body_kind, is_script_stub
from crawl.shape import address_shape, attachment_suffix, link_address

PageKind = Literal[
    "listing",
    "home",
    "notice",
    "notice_with_links",
    "pdf_as_html_notice",
    "directory_spa",
    "redirect_stub",
    "waf_stub",
    "splash",
    "soft_404",
    "irrelevant_listing",
    "irrelevant_article",
    "wrong_bytes",
    "file",
    "empty",
    "refused",
    "unreadable",
]

_STUB_TEXT = 160  # visible characters a stub may have
_JS_TARGET = re.compile(
    r"(?:(?:window|self|top|parent|document|this)\s*\.\s*){0,3}location(?:\s*\.\s*href)?\s*=\s*[\"']([^\"'\n]{1,600})[\"']"
    r"|location\s*\.\s*(?:replace|assign)\s*\(\s*[\"']([^\"'\n]{1,600})[\"']|window\s*\.\s*(?:open|navigate)\s*\(\s*[\"']([^\"'\n]{1,600})[\"']\s*,\s*[\"']_self",
    re.IGNORECASE,
)
_META_REFRESH = re.compile(r"<meta[^>]{0,60}refresh[^>]{0,60}url\s*=", re.IGNORECASE)
_JS_VARIABLE = re.compile(
    r"\blocation(?:\s*\.\s*href)?\s*=\s*([A-Za-z_$][\w$]{0,60})\s*(?=[;}\n]|$)|location\s*\.\s*(?:replace|assign)\s*\(\s*([A-Za-z_$][\w$]{0,60})\s*\)"
)
_JS_COMMENT = re.compile(r"/\*[^*]{0,4000}\*/|(?<![:\"'\w/])//[^\n]{0,4000}(?=\n|$)")
_META_URL = re.compile(r"(\d{1,5})?\s*[;,]?\s*url\s*=\s*[\"']?\s*([^\"'>]{1,600})", re.IGNORECASE)
_WALL = re.compile(
    r"__jsl_clearance|acw_sc__v2|_\$_ts|\$_ts\s*=|EO_Bot|__tst_status|eo_bot|cf-browser-verification|challenge-platform|anti.?spider|captcha|webdriver|yunsuo_session|safedog|jschl|WAF|请开启\s*JavaScript|请打开\s*JavaScript|安全验证"
    r"|访问(?:被)?(?:拒绝|阻断|禁止|拦截)|请求(?:被)?(?:拦截|阻断)|疑似(?:黑客)?攻击|您的(?:访问|请求).{0,12}(?:拦截|阻止|异常)"
    r"|Access Denied|Request Rejected|防火墙",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"页面(?:不存在|找不到|未找到|已删除|已被删除|已下线|走丢|无法访问|不见)|(?:找不到|未找到|无法找到)(?:该|您|此|相关)?.{0,12}(?:页|文件|信息|内容|资源)|(?:您|你)(?:要)?(?:访问|查看|浏览|请求)的.{0,10}(?:不存在|删除|找不到|出错|丢失|失效)|文章(?:不存在|已删除)|信息(?:不存在|已删除|已过期)"
    r"|该(?:栏目|网站|页面|信息).{0,6}(?:不存在|关闭|删除|下线)|(?:网站|系统|栏目)(?:正在)?(?:维护|升级|建设)中?|站点(?:不存在|已关闭|已暂停)|404(?:\s|$|\.)|not\s+found|Object\s+moved",
    re.IGNORECASE,
)
# the first part of a title that is nothing but such words: then the site's whole frame may stand around them
_LOST_TITLE = re.compile(
    r"\W*(?:404\b\W*(?:错误|页面?)?"
    r"|(?:404\W*)?(?:抱歉|对不起)?\W*(?:您|你)?(?:要|所)?(?:访问|查看|请求|浏览)?的?(?:页面|网页|文章|内容|信息|栏目)"
    r"(?:不存在|找不到了?|未找到|(?:已经?)?被?(?:删除|下线)|走丢了?|无法访问|不见了?)"
    r"|(?:页面)?(?:找不到|未找到|无法找到)(?:该|您|此|相关)?(?:页面?|网页|文件|内容)?|(?:page )?not found)\W*",
    re.IGNORECASE,
)
_DEFAULT_TITLES = re.compile(
    r"^(?:IIS(?:\s|\d|$)|Welcome to nginx|Apache2? .{0,20}(?:Default|Test) Page|Apache Tomcat|Test Page for"
    r"|HTTP Server Test Page|.{0,20}It works!?"
    r"|Index of /|404|40[34] |50[0-4] |Error|错误|出错|提示信息|系统提示)",
    re.IGNORECASE,
)
_SPA = re.compile(
    r"<div[^>]{0,200}\bid=[\"'](?:app|root|__nuxt|main-app)[\"'][^>]{0,100}>\s*</div>|api-gateway|/gkmlpt/|ztree|axios|\$\.ajax|\$\.post|\$\.getJSON|XMLHttpRequest|layui|vue(?:\.min)?\.js|doLayPage|loadData|getList|webpack|fetch\(",
    re.IGNORECASE,
)
_HOME_TITLE = re.compile(r"首页|主页|门户|网站$|官网|欢迎")
_ENTER = re.compile(r"进入|点击|欢迎|首页|enter|skip|跳过", re.IGNORECASE)
_DIRECTORY = re.compile(r"信息公开(?:指南|目录|平台|制度)?|公开目录|办事|服务事项|检索|政务服务|依申请")
_CONTENT = frozenset({
    "listing", "home", "notice", "notice_with_links", "pdf_as_html_notice", "directory_spa", "irrelevant_listing",
    "irrelevant_article", "file",
})  # fmt: skip
_MIN_ROWS = 4  # dated rows that make a list


class PageClass(msgspec.Struct, frozen=True):
    """What an answer is. target: where a redirect stub or a splash leads. reasons: what was seen, in plain words."""

    kind: PageKind
    reasons: tuple[str, ...] = ()
    target: str | None = None
    bytes_kind: BodyKind = "html"

    @property
    def is_content(self) -> bool:
        """Whether the page is of use as it is."""
        return self.kind in _CONTENT


def classify(
    body: bytes | Page,
    status: int = 200,
    requested_url: str | None = None,
    final_url: str | None = None,
    *,
    home: Page | None = None,
) -> PageClass:
    """What an answer is, by its bytes, its status and its addresses.

    home: the site's home page, where it is known: a page that leads to the same places is the home page under another
    address (soft 404).
    """
    url = final_url or requested_url or (body.url if isinstance(body, Page) else "http://unknown.invalid/")
    asked = requested_url or url
    kind: BodyKind = "html"
    if not isinstance(body, Page):
        early = by_bytes(body, status, asked)
        if early is not None:
            return early
        kind = body_kind(body)
        try:
            page = read_page(body, url)
        except PageError as error:
            return PageClass("unreadable", (str(error),), bytes_kind=kind)
    else:
        page = body
    outline = Outline(page)
    stub = _stub(page, status)
    if stub is not None:
        return stub
    wanted = attachment_suffix(asked)
    if (
        wanted
        and not isinstance(body, Page)
        and not (wanted in {"doc", "xls", "wps", "et", "csv"} and page.root.find(".//table") is not None)
    ):
        return PageClass("wrong_bytes", (f"a page came instead of the {wanted}",), bytes_kind=kind)
    return _content(page, outline, discover(page, outline), (asked, url), home)


def classify_read(page: Page, outline: Outline, found: Discovery, *, home: Page | None = None) -> PageClass:
    """As `classify`, of a page whose links are judged already."""
    return _stub(page, 200) or _content(page, outline, found, (page.url, page.url), home)


def by_bytes(body: bytes, status: int, asked: str) -> PageClass | None:
    """The class of what is no page to be read (a file, a wall, nothing); None for a page."""
    kind = body_kind(body)
    if kind == "empty":
        return PageClass("empty", (f"status {status}, no bytes",), bytes_kind=kind)
    if kind in {"pdf", "zip", "ole", "rar", "7z", "gzip", "rtf", "image"}:
        return PageClass("file", (f"bytes of a {kind}",), bytes_kind=kind)
    if kind == "binary":
        suffix = attachment_suffix(asked)
        return PageClass(
            "wrong_bytes" if suffix is None else "file",
            (f"bytes of no known kind for {suffix or 'a page'}",),
            bytes_kind=kind,
        )
    if status in {401, 403, 405, 412, 418, 421, 422, 429, 521} or (
        status >= 400 and _WALL.search(body[:4000].decode("utf-8", "replace"))
    ):
        return PageClass("waf_stub" if len(body) < 4000 else "refused", (f"status {status}",), bytes_kind=kind)
    if is_script_stub(body):
        text = body.decode("utf-8", "replace")
        target = _script_target(text)
        told = _META_REFRESH.search(text) or any(rows_in_script(part) for part in text.split("<script")[1:20])
        if _WALL.search(text) or (not told and target is None and not _SPA.search(text) and b"src=" not in body):
            return PageClass("waf_stub", ("nothing but a script",), bytes_kind=kind)
    if kind == "text" and b"<" not in body[:4000] and not _is_list(body):
        return PageClass("file", ("plain text",), bytes_kind=kind)
    return None


def _is_list(body: bytes) -> bool:
    """Whether a text is the answer that a listing's script gets, with rows in it."""
    return len(body) <= MAX_PAGE_BYTES and markup_of_data(decode_page(body)[0]) is not None


def _script_target(code: str) -> str | None:
    """Where scripts lead a browser: the last unconditional address; one only for phones, or put together from pieces,
    does not count."""
    target = None
    for script in _JS_COMMENT.sub(" ", code[:20_000]).split("</script")[:40]:
        for found in islice(_JS_TARGET.finditer(script), 20):
            before = script[max(0, found.start() - 240) : found.start()]
            phones = list(re.finditer(r"userAgent|Android|iPhone|mobile", before, re.IGNORECASE))
            if (phones and not re.search(r"\belse\b", before[phones[-1].end() :])) or re.match(
                r"\s*\+", script[found.end() :][:4]
            ):
                continue
            target = next(part for part in found.groups() if part)
    return target or _target_of_variable(code[:20_000])


def _target_of_variable(code: str) -> str | None:
    """Where `location = u` leads, u being a plain string."""
    used = _JS_VARIABLE.search(_JS_COMMENT.sub(" ", code))
    if used is None:
        return None
    name = re.escape(used[1] or used[2])
    given = re.search(rf"(?<![\w$.]){name}\s*=\s*[\"']([^\"'\n]{{1,600}})[\"']\s*(?![\s+])", code)
    return given[1] if given else None


def _stub(page: Page, status: int) -> PageClass | None:
    text = text_of(page.root)
    head = squeeze(" ".join(text_of(one) for one in page.root.iter("title")))
    own = text.replace(head, "", 1).strip() if head else text
    scripts = "</script>".join((script.text or "") for script in page.root.iter("script"))[:200_000]
    links = [
        one
        for one in islice(page.root.iter("a", "area"), 60)
        if address_of(page.base, one) and next(one.iterancestors("noscript"), None) is None
    ]
    for meta in page.root.iter("meta"):
        if (meta.get("http-equiv") or "").lower() != "refresh":
            continue
        found = _META_URL.match((meta.get("content") or "").strip())
        target = link_address(page.base, found[2]) if found else None
        if (
            found
            and target
            and target != page.url
            and int(found[1] or 0) <= 10
            and len(own) <= 4 * _STUB_TEXT
            and len(links) <= 6
        ):
            return PageClass("redirect_stub", (f"meta refresh, {len(own)} characters of text",), target)
    if _LOST_TITLE.fullmatch(re.split(r"\s[-–—|]|[-–—_|]", head, maxsplit=1)[0]) and head:
        return PageClass("soft_404", (f"its title says that it is not there: {head[:40]!r}",))
    if len(own) <= _STUB_TEXT and len(links) <= 3:
        frames = [
            address
            for one in page.root.iter("frame", "iframe")
            if (address := link_address(page.base, one.get("src") or ""))
        ]
        if _WALL.search(scripts[:20_000]) or (_WALL.search(text) and len(links) == 0):
            return PageClass("waf_stub", ("marks of a firewall or challenge, no content",))
        target = _script_target(scripts)
        address = link_address(page.base, unquote(target) if target and "%2F" in target else target) if target else None
        if address and address != page.url and not links:
            return PageClass("redirect_stub", ("a script leads elsewhere, no content",), address)
        if _DEFAULT_TITLES.match(head) or _LOST.search(text[:600]):
            return PageClass("soft_404", (f"a server's own page: {head or own[:40]!r}",))
        if frames and page.root.find(".//frameset") is not None:
            return PageClass("redirect_stub", ("a frame shows another page",), frames[0])
        if address and address != page.url:
            return PageClass("redirect_stub", ("a script leads elsewhere, no content",), address)
        words = [squeeze(one.get("title") or "") or text_of(one) for one in links]
        if any(name_title(one).wanted for one in (head, *words)):
            return None  # few rows are rows
        if links and (
            page.root.find(".//img") is not None or _ENTER.search(own) or page.root.find(".//object") is not None
        ):
            return PageClass("splash", ("little but a link onwards",), address_of(page.base, links[0]))
        if frames and len(own) < 40:
            return PageClass("redirect_stub", ("a frame shows another page",), frames[0])
        if (
            not links
            and _SPA.search(scripts) is None
            and len(scripts) > 200
            and len(own) < 40
            and status == 200
            and not page.root.findall(".//script[@src]")
        ):
            return PageClass("waf_stub", ("nothing but a script",))
    if (
        len(own) <= 6 * _STUB_TEXT
        and len(links) <= 25
        and (_DEFAULT_TITLES.match(head) or _LOST.search(f"{head} {own[:400]}"))
        and not name_title(head).wanted
    ):
        return PageClass("soft_404", (f"says that it is not there: {(_LOST.search(head + own) or [head])[0]!r}",))
    return None


def _content(
    page: Page, outline: Outline, found: Discovery, addresses: tuple[str, str], home: Page | None
) -> PageClass:
    asked, final = addresses
    about = found.about
    context = page_context(about)
    if home is not None and urlsplit(asked).path not in {"", "/"} and same_places(page, home):
        return PageClass("soft_404", ("leads to the same places as the home page",))
    if (
        address_shape(final) == "home"
        and address_shape(asked) in {"article", "column", "file"}
        and urlsplit(asked).path != urlsplit(final).path
    ):
        return PageClass("soft_404", ("the home page came instead of what was asked for",))
    article = article_of(page, outline, about.title)
    if is_drawn_pdf(page) and name_title(about.title or "").kind is not None:
        return PageClass("pdf_as_html_notice", ("hundreds of placed pieces of text",))
    score, reasons = _article_score(page, outline, found)
    disclosures = [link for link in found.links if link.role == "disclosure"]
    main = [link for link in found.links if not link.furniture]
    if score >= 3:
        return _notice(page, outline, found, reasons, article)
    leaves = sum(1 for link in main if link.shape in {"article", "file"})
    if _calls_itself_home(found) and leaves + len(main) >= 12:
        return PageClass("home", ("its title is the site's own name",))
    if len(main) <= 25 and leaves < 5 and len(disclosures) < 2 and _is_spa(page):
        return PageClass("directory_spa", (f"{len(main)} links outside navigation, lists filled by script",))
    if _is_home(page, found):
        return PageClass("home", ("address or title of a home page, many sections",))
    rows = [link for link in main if link.date]
    if disclosures or context.is_disclosure:
        return PageClass("listing", (f"{len(rows)} dated rows, {len(disclosures)} disclosures",))
    return PageClass("irrelevant_listing", (f"{len(rows)} dated rows, no words of a disclosure",))


def _notice(page: Page, outline: Outline, found: Discovery, reasons: list[str], article: object) -> PageClass:
    about = found.about
    context = page_context(about)
    links = papers_of(found)
    own = name_title(about.title or "")
    if not (own.wanted or context.naming.wanted or context.is_disclosure):
        files = find_files(page, outline, about.title)
        if not any(name_title(one.text).wanted for one in files):
            return PageClass("irrelevant_article", (*reasons, "its title names no disclosure"))
    if own.near_miss and not links:
        return PageClass("irrelevant_article", (*reasons, f"its title looks fiscal, but: {own.near_miss}"))
    if len(links) >= 2:
        return PageClass("notice_with_links", (*reasons, f"{len(links)} papers on pages of their own"))
    return PageClass("notice", tuple(reasons))


def papers_of(found: Discovery) -> list[Found]:
    """The papers a notice's article links to that stand on pages of their own: not its attachments, not what the page
    offers beside it (previous, next, related)."""
    inside = [link for link in found.links if link.role == "disclosure" and not link.furniture]
    inside = [link for link in inside if link.in_article or link.in_article is None]
    links = [link for link in inside if link.target != "file" and not re.match(r"[上下前后]一?[篇条页]", link.text)]
    together = Counter(link.block for link in links)
    # in a list of offices' papers one may be a file of another host: it is a row like the others
    rows = [link for link in inside if link.target == "file" and together[link.block] >= 3 and is_office(link.text)]
    return links + rows


def _article_score(page: Page, outline: Outline, found: Discovery) -> tuple[int, list[str]]:
    """How much speaks for an article rather than a list or a home page."""
    about, score = found.about, 0
    reasons: list[str] = []
    shape = address_shape(page.url)
    if about.has_heading_with_date:
        score, reasons = score + 2, [*reasons, "date or source right behind its heading"]
    if about.has_article_title:
        score, reasons = score + 3, [*reasons, "meta ArticleTitle"]
    if shape == "article":
        score, reasons = score + 2, [*reasons, "address of an article"]
    elif shape == "home":
        score, reasons = score - 3, [*reasons, "address of a home page"]
    elif shape == "column":
        score -= 1
    if about.has_publication_label:
        score, reasons = score + 1, [*reasons, "a date of publication"]
    elif (about.shown_date or about.meta_date) and about.title and name_title(about.title).wanted:
        score += 1
    text = text_of(page.root)[:60_000]
    marks = {
        mark
        for mark in (
            "字体",
            "字号",
            "打印",
            "关闭",
            "扫一扫",
            "上一篇",
            "下一篇",
            "浏览次数",
            "索引号",
            "来源：",
            "责任编辑",
            "信息来源",
            "分享到",
            "附件",
        )
        if mark in text
    }
    if len(marks) >= 2:
        score, reasons = score + 1 + (len(marks) >= 3), [*reasons, f"marks of an article: {'、'.join(sorted(marks))}"]
    rows = [link for link in found.links if link.date and not link.furniture]
    separate = len({link.date for link in rows}) > 1 or len(rows) >= 8
    if len(rows) >= _MIN_ROWS and separate:
        score, reasons = score - 3, [*reasons, f"{len(rows)} dated rows"]
    naming = name_title(about.title or "")
    if about.title and naming.wanted and not naming.generic and stated_years(about.title):
        score, reasons = score + 2, [*reasons, "its title names a paper"]
    pages = [link for link in found.links if link.role == "disclosure" and link.target != "file" and not link.furniture]
    if len(pages) >= 5 and not about.has_article_title and shape != "article":
        score, reasons = score - 3, [*reasons, f"{len(pages)} papers on pages of their own"]
    return score, reasons


def _is_spa(page: Page) -> bool:
    size = 0
    for script in page.root.iter("script"):
        code = script.text or ""
        size += len(code)
        if _SPA.search(code[:100_000]) or re.search(
            r"vue|ztree|axios|jpaas|layui|gkml|/app\.|chunk", script.get("src") or "", re.IGNORECASE
        ):
            return True
    if sum(1 for _ in page.root.iter("script")) >= 8 and sum(1 for one in page.root.iter("a") if one.get("href")) < 10:
        return True
    return any((one.get("id") or "") in {"app", "root"} and not len(one) for one in page.root.iter("div"))


def _calls_itself_home(found: Discovery) -> bool:
    """Whether <title> is the site's own name (…局网站, …门户网站, 首页) and no more."""
    head = without_site(found.about.head_title or "")
    if not head or name_title(head).kind is not None or _DIRECTORY.search(head):
        return False
    columns = found.about.columns
    if columns and columns[-1] != head and columns[-1] in (found.about.head_title or ""):
        return False  # 某镇人民政府-财政资金: a column that names its site too
    return head == found.about.owner or bool(re.search(r"(?:网站|门户|首页|主页|网站群|官网|信息网)$|^首页", head))


def _is_home(page: Page, found: Discovery) -> bool:
    about = found.about
    if address_shape(page.url) == "home":
        return True
    if about.columns and len(about.columns) > 1:
        return False
    head = without_site(about.head_title or "")
    if name_title(head).kind is not None or page_context(about).naming.wanted:
        return False
    main = [link for link in found.links if not link.furniture]
    sections = sum(1 for link in found.links if re.fullmatch(r"\W*(?:更多|more)\W*", link.text, re.IGNORECASE))
    return (bool(_HOME_TITLE.search(head)) or head == about.owner) and (len(main) >= 40 or sections >= 3)


def same_places(page: Page, home: Page) -> bool:
    """Whether a page leads to the same places as another: nine of ten addresses, and at least ten."""
    here, there = _places(page), _places(home)
    return min(len(here), len(there)) >= 10 and len(here & there) >= 0.9 * max(len(here), len(there))


def _places(page: Page) -> set[str]:
    return {url for one in page.root.iter("a") if (url := link_address(page.url, one.get("href") or ""))}


def has_page_images(page: Page, outline: Outline, title: str | None) -> bool:
    """Whether the report is a row of page images: two or more uploaded images, hardly any text."""
    article = article_of(page, outline, title)
    return len(body_images(page, article)) >= 2 and text_length(article, 1000) < 400
