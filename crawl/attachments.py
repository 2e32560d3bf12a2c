"""The files a page carries, wherever it hides them. Pure functions.

Places (DOMAIN 7.4 and pages seen): href; several paths in one href; onclick and javascript: calls; data- attributes;
strings of scripts (`var hasFJ='<a href=…>'`, JSON); iframes, embeds, objects and their viewers (`viewer.html?file=`);
downloads without a suffix; links that are only an image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from lxml import html

from crawl.outline import Outline
from crawl.page import Page, squeeze, text_of
from crawl.shape import ATTACHMENT_SUFFIXES, attachment_suffix, files_named, is_download, link_address, without_route

MAX_FILES = 5000  # of one page
_MAX_SCRIPT = 400_000  # characters of scripts that are searched
_MAX_ATTRIBUTE = 20_000
_MAX_PLACES = 10_000  # links and handlers that are looked at
_SUFFIXES = "|".join(sorted(ATTACHMENT_SUFFIXES, key=len, reverse=True))
# a quoted string of script or handler that is a path or a piece of markup; bounded, without nested quantifiers
_QUOTED = re.compile(r"\"([^\"\n]{3,2000})\"|'([^'\n]{3,2000})'|&quot;([^&\n]{3,2000})&quot;")
_PATH = re.compile(rf"[^\s\"'<>(){{}}+$`\\]{{1,600}}\.(?:{_SUFFIXES})(?:\?[^\s\"'<>]{{0,500}})?", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s{0,9}=\s{0,9}[\"']?([^\"'>\s\\]{1,1000})[^>]{0,400}>([^<]{0,500})", re.IGNORECASE)
_MAX_MARKUP = 1000  # links written in scripts that are looked at
_MAX_TAG = 1000  # characters of such a link
_VIEWER_NAMES = frozenset(
    {"file", "url", "src", "pdf", "path", "filepath", "fileurl", "pdfurl", "furl", "href", "doc", "document"}
)
_FORMS = re.compile(
    r"申请表|申请书|登记表|意见表|反馈表|流程图|指南|操作手册|用户手册|使用手册|控件|插件|浏览器|客户端|阅读器|驱动"
    r"|范本|示范文本|样表|模板|填表说明|帮助(?:文档|文件|手册|中心)?$"
)
# headings of what a site offers on every page of it: 常用下载, 政策文件推荐, 最新公开; never what says 附件 or a paper
_OFFERED = re.compile(
    r"\W*(?:最新|热门|热点|推荐|常用|往期|近期|猜你|更多|相关(?:链接|推荐|阅读|新闻|信息|政策|文章))[^:：]{0,8}\W*"
    r"|[^:：]{0,10}(?:推荐|排行|下载(?:专区|中心|排行)|(?:资料|表格|软件|工具)下载)\W*"
)
_OF_A_PAPER = re.compile(r"附件|附表|预算|决算|绩效|三公|收支|收入|支出|资金|资产|报表|公开[表稿]")
_DATA_ATTRIBUTES = re.compile(
    r"^(?:data-[\w-]+|file|fileurl|path|url|src|_href|link|value|rel|alt|oldsrc)$", re.IGNORECASE
)
_VIA_OLD = frozenset({"oldsrc", "data-oldsrc", "alt", "rel"})  # an editor's memory of where a file was


class FoundFile(msgspec.Struct, frozen=True):
    """A file a page carries. via: where it was found (href, hrefs, onclick, attribute, script, viewer, download)."""

    url: str
    text: str
    via: str


def find_files(page: Page, outline: Outline, title: str | None = None) -> list[FoundFile]:
    """Every file of a page, in order, each once. Those of navigation and footer, and forms to fill in, are left out."""
    found: dict[str, FoundFile] = {}
    for one in _all(page, outline):
        key = without_route(one.url)
        known = found.get(key)
        if known is None and len(found) < MAX_FILES:
            found[key] = one
        elif known is not None and not known.text and one.text:
            found[key] = msgspec.structs.replace(known, text=one.text)
    name = title or ""
    return [one if one.text else msgspec.structs.replace(one, text=name) for one in found.values() if _is_paper(one)]


def _is_paper(one: FoundFile) -> bool:
    return not (_FORMS.search(one.text) and not re.search(r"预算|决算|绩效|三公|资金|资产", one.text))


def _all(page: Page, outline: Outline) -> Iterator[FoundFile]:
    seen = 0
    for element in page.root.iter(
        "a",
        "iframe",
        "embed",
        "object",
        "param",
        "frame",
        "button",
        "input",
        "li",
        "div",
        "span",
        "p",
        "td",
        "img",
        "area",
    ):
        if element.tag in {"iframe", "embed", "object", "param", "frame"}:
            if not outline.is_furniture(element):
                yield from _from_viewer(page, element)
            continue
        handler = element.get("onclick") or ""
        if element.tag not in {"a", "area"} and not handler and not _has_data(element):
            continue
        seen += 1
        if seen > _MAX_PLACES:
            break
        if outline.is_furniture(element):
            continue
        if element.tag in {"a", "area"}:
            files = list(_from_anchor(page, element))
            if files and _is_offered(outline, element, files[0].text):
                continue
            yield from files
        if handler:
            for one in _from_code(page, handler[:_MAX_ATTRIBUTE], words_of(element), "onclick"):
                # where the href leads somewhere itself, a bare name in the handler is a name
                if element.tag != "a" or "/" in handler or link_address(page.base, element.get("href") or "") is None:
                    yield one
        yield from _from_data(page, element)
    yield from _from_scripts(page)


def _is_offered(outline: Outline, anchor: html.HtmlElement, words: str) -> bool:
    """Whether a file that names no paper stands in a block of what the site offers beside every page."""
    if _OF_A_PAPER.search(words):
        return False
    row = outline.row(anchor)
    near = (outline.label_before(anchor) or "", *outline.above(row)[:2])
    return any(_OFFERED.fullmatch(text) and not _OF_A_PAPER.search(text) for text in near)


def words_of(element: html.HtmlElement) -> str:
    """Words of a link: its text, its `title`, or the alt of its image."""
    shown = text_of(element)
    if shown:
        return shown
    if title := squeeze(element.get("title") or ""):
        return title
    images = (squeeze(image.get("alt") or image.get("title") or "") for image in element.iter("img"))
    return next((words for words in images if words and not re.fullmatch(r"[\w.-]+\.(?:gif|png|jpe?g|bmp)", words)), "")


def _from_anchor(page: Page, anchor: html.HtmlElement) -> Iterator[FoundFile]:
    href = anchor.get("href") or ""
    words = words_of(anchor)
    several = files_named(href[:200_000])
    if several:
        names = [part for part in re.split(r"[\r\n]+", anchor.text_content()) if part.strip()]
        for number, part in enumerate(several):
            if url := link_address(page.base, part):
                text = squeeze(names[number]) if len(names) == len(several) else words
                yield FoundFile(url, text, "hrefs")
        return
    if href.lower().lstrip().startswith("javascript:"):
        yield from _from_code(page, unquote(href)[:_MAX_ATTRIBUTE], words, "onclick")
        return
    url = link_address(page.base, href)
    if url is None:
        return
    named = " ".join(filter(None, (words, anchor.get("download"))))
    if (
        attachment_suffix(url, words)
        or attachment_suffix(url, anchor.get("title") or "")
        or attachment_suffix(url, anchor.get("download") or "")
    ):
        shown = _viewed(page, url)
        yield FoundFile(shown or url, words, "viewer" if shown else "href")
    elif is_download(url) and (words or anchor.get("download") is not None) and _names_file(named):
        yield FoundFile(url, words, "download")


def _names_file(words: str) -> bool:
    return bool(
        re.search(r"附件|附表|下载|预算|决算|绩效|三公|报表|公开|明细|目录|\.[a-z]{2,4}$", words, re.IGNORECASE)
    ) and not re.search(r"客户端|下载中心|app|软件|二维码", words, re.IGNORECASE)


def _viewed(page: Page, url: str) -> str | None:
    """The file a viewer is told to show: viewer.html?file=%2Ff%2FP9.pdf; None where the address is no viewer."""
    parts = urlsplit(url)
    query = parts.query or (parts.fragment.split("?", 1)[1] if "?" in parts.fragment else "")
    for name, value in parse_qsl(query):
        if name.lower() in _VIEWER_NAMES and attachment_suffix("http://a/" + value.split("?", 1)[0].rsplit("/", 1)[-1]):
            return link_address(url if value.startswith(".") else page.base, value)
    return None


def _from_viewer(page: Page, element: html.HtmlElement) -> Iterator[FoundFile]:
    if element.tag == "param":
        if (element.get("name") or "").lower() not in {"src", "movie", "filename", "data", "url"}:
            return
        sources = [element.get("value") or ""]
    else:
        sources = [element.get(name) or "" for name in ("src", "data", "data-src", "href")]
    for source in sources:
        url = link_address(page.base, source) if source else None
        if url is None:
            continue
        shown = _viewed(page, url)
        if shown:
            yield FoundFile(shown, squeeze(element.get("title") or ""), "viewer")
        elif attachment_suffix(url):
            yield FoundFile(url, squeeze(element.get("title") or ""), "viewer")


def _has_data(element: html.HtmlElement) -> bool:
    return any(name not in {"class", "id", "style"} and _DATA_ATTRIBUTES.match(name) for name in element.attrib)


def _from_data(page: Page, element: html.HtmlElement) -> Iterator[FoundFile]:
    for name, value in element.items():
        if name in _VIA_OLD or not _DATA_ATTRIBUTES.match(name) or len(value) > _MAX_ATTRIBUTE:
            continue
        path = value.strip()
        if "/" not in path and (name in {"value", "rel", "alt"} or re.search(r"name|title|text", name)):
            continue  # the name to show, not a place
        if path[:1] in "[{":
            for quoted in _QUOTED.finditer(path):
                text = next(part for part in quoted.groups() if part is not None).strip().replace("\\/", "/")
                if "/" in text and _PATH.fullmatch(text) and (url := link_address(page.base, text)):
                    yield FoundFile(url, _beside(path, quoted.start()) or words_of(element), "attribute")
            continue
        if several := files_named(path):
            names = _names_beside(element, name, len(several))
            for number, part in enumerate(several):
                if url := link_address(page.base, part):
                    yield FoundFile(url, names[number] if names else words_of(element), "attribute")
            continue
        if "." not in path or not _PATH.fullmatch(path):
            continue
        if (url := link_address(page.base, path)) and attachment_suffix(url):
            yield FoundFile(url, words_of(element), "attribute")


def _names_beside(element: html.HtmlElement, place: str, count: int) -> list[str]:
    """The names that another attribute gives to as many files (`data-files="a.pdf|b.xls" data-names="…|…"`)."""
    for name, value in element.items():
        if name != place and len(value) < _MAX_ATTRIBUTE and name not in {"class", "style"}:
            parts = [squeeze(part) for part in re.split(r"[\r\n;|]+|,", value)]
            if len(parts) == count and all(parts) and "/" not in value:
                return parts
    return []


def _from_code(page: Page, code: str, words: str, via: str) -> Iterator[FoundFile]:
    """Paths in the arguments of a call: downloadFj('预算.pdf','./P02.pdf'). The last path counts, a bare name is one
    only where no path is given, for the first argument often is the name to show."""
    strings = [next(part for part in found.groups() if part is not None) for found in _QUOTED.finditer(code)]
    paths = [text for text in strings if _PATH.fullmatch(text.strip()) or is_download("http://a/" + text.lstrip("./"))]
    pathlike = [text for text in paths if "/" in text]
    names = [text for text in strings if attachment_suffix("", text) and "/" not in text]
    for text in pathlike or paths[-1:]:
        url = link_address(page.base, text)
        if url and (attachment_suffix(url) or is_download(url)):
            yield FoundFile(url, words or (names[0] if names else ""), via)


def _from_scripts(page: Page) -> Iterator[FoundFile]:
    left = _MAX_SCRIPT
    for script in page.root.iter("script"):
        code = (script.text or "")[:left]
        left -= len(code)
        if left <= 0:
            return
        if "." not in code:
            continue
        code = (
            code.replace("\\/", "/")
            .replace("\\u002F", "/")
            .replace("\\u002f", "/")
            .replace('\\"', '"')
            .replace("\\'", "'")
        )
        seen: set[str] = set()
        for piece in re.split(r"<a\s", code, maxsplit=_MAX_MARKUP, flags=re.IGNORECASE)[1:]:
            found = _HREF.search(piece, 0, _MAX_TAG)
            url = link_address(page.base, found[1]) if found else None
            if found and url and attachment_suffix(url, found[2]) and url not in seen and not _templated(found[1]):
                seen.add(url)
                yield FoundFile(url, squeeze(found[2]), "script")
        for quoted in _QUOTED.finditer(code):
            text = next(part for part in quoted.groups() if part is not None).strip()
            if not _PATH.fullmatch(text) or _templated(text) or len(text) < 6:
                continue
            stem = text.rsplit("/", 1)[-1].rsplit(".", 1)[0]
            if "/" not in text and not re.search(r"\d{6}", stem):  # 'a.pdf' alone may be any name
                continue
            url = link_address(page.base, text)
            if url and url not in seen and stem:
                seen.add(url)
                yield FoundFile(url, _beside(code, quoted.start()), "script")


def _templated(text: str) -> bool:
    return any(mark in text for mark in ("${", "{{", "<%", "#{", "[[", "%s"))


def _beside(code: str, at: int) -> str:
    """A name given beside a path in JSON: {"name":"预算.pdf","url":"/f/1.pdf"}."""
    near = code[max(0, at - 300) : at + 500]
    found = re.search(r"[\"'](?:\w*[nN]ame|title|fileName|text)[\"']?\s*[:=]\s*[\"']([^\"'\n]{2,200})[\"']", near)
    return squeeze(found[1]) if found else ""
