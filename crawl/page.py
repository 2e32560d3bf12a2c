"""A page as received, made into a tree: character set, base address, and which parts are furniture. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import msgspec
from lxml import etree, html

from crawl.address import clean_url
from crawl.comments import with_comments_unfolded
from crawl.openers import resolve_openers
from crawl.records import markup_of_data, records_in, rows_in_script

MAX_PAGE_BYTES = 16_000_000
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SPACE = re.compile(r"[\s\u00a0\u3000]+")

# Whole words (separated by -, _, or camel case) of class and id that name furniture around the content
# fmt: off
_FURNITURE_WORDS = frozenset({
    "nav", "navbar", "navigation", "menu", "submenu", "mainmenu", "leftmenu", "footer", "foot", "copyright",
    "breadcrumb", "breadcrumbs", "crumb", "crumbs", "position", "location", "dqwz", "banner", "sidebar", "aside",
    "friend", "friendlink", "friendlinks", "yqlj", "share", "login", "search", "topbar", "toolbar", "related",
    "recommend",
})
# fmt: on
# class or id that is exactly this: `header` alone is the page's, `article-header` is the article's
_FURNITURE_NAMES = frozenset({"header", "head", "top", "page-header", "site-header"})
_FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "script", "style", "noscript", "template"})
_UNSEEN = frozenset({"script", "style", "noscript", "template"})
# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol",
    "option", "p", "pre", "section", "select", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})
# fmt: on
_LANDMARK_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Page(msgspec.Struct, frozen=True):
    """A parsed page. url: where it was finally found; base: what its relative addresses start from."""

    url: str
    base: str
    encoding: str
    root: html.HtmlElement


class PageError(ValueError):
    """A body that cannot be read as a page."""


def decode_page(body: bytes) -> tuple[str, str]:
    """(text, encoding) of a page, by its bytes: byte order mark, strict UTF-8, else GB18030.

    Labels in headers and <meta> are not asked: they are wrong often enough (GBK sent as utf-8, UTF-8 labelled gb2312),
    and while two GBK characters may by chance be valid UTF-8, a page of them is not. What GB18030 cannot read either
    becomes U+FFFD.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body.decode(encoding, errors="replace"), encoding
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace"), "gb18030"


def read_page(body: bytes, url: str) -> Page:
    """Parse a body. Raises PageError when it is empty of markup or larger than 16 MB."""
    if len(body) > MAX_PAGE_BYTES:
        raise PageError(f"page of {len(body)} bytes, more than {MAX_PAGE_BYTES}")
    text, encoding = decode_page(body)
    text = with_comments_unfolded(markup_of_data(text) or text)
    # bytes again, with the label forced: lxml refuses str that begins with an XML encoding declaration, and would
    # follow a wrong <meta charset>; U+0000 would end the text early
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.replace("\x00", "").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise PageError(f"not a page: {error}") from error
    base = url
    for element in root.iter("base"):
        href = (element.get("href") or "").strip()
        if href:
            base = absolute(url, href) or url
            break
    _unfold_records(root)
    resolve_openers(root)
    return Page(url, base, encoding, root)


def _unfold_records(root: html.HtmlElement) -> None:
    """Rows that a page keeps as data for its own scripts (`<script type="text/xml"><datastore>…CDATA`, `var list=[…]`,
    `document.write`) as markup in place."""
    for script in list(root.iter("script"))[:200]:
        code = script.text or ""
        datastore = "<![CDATA[" in code and "<record" in code
        markup, parent = records_in(code) if datastore else rows_in_script(code), script.getparent()
        if markup is None or parent is None:
            continue
        try:
            rows = html.fragment_fromstring(markup, create_parent="div")
        except (etree.ParserError, ValueError):
            continue
        parent.insert(parent.index(script), rows)


def absolute(base: str, href: str) -> str | None:
    """A link's address, absolute and clean; None for javascript:, mailto:, fragments and what is no address."""
    href = re.sub(r"[\t\r\n]", "", href).strip().replace("\\", "/")
    if not href or href.startswith("#"):
        return None
    try:
        return clean_url(urljoin(base, href))
    except ValueError:
        return None


def text_of(element: html.HtmlElement) -> str:
    """Visible text as it reads: blocks, cells and line breaks apart, inline elements together; spaces collapsed."""
    return squeeze("".join(_texts(element, "")))


def pieces_of(element: html.HtmlElement) -> str:
    """Visible text with every element apart: for finding a date that stands right behind a title."""
    return squeeze("".join(_texts(element, " ")))


def squeeze(text: str) -> str:
    """White space of every kind collapsed to single spaces, ends trimmed."""
    return _SPACE.sub(" ", text).strip()


def _texts(element: html.HtmlElement, between: str) -> Iterator[str]:
    hidden: html.HtmlElement | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(node.tag, str):
            continue
        gap = " " if node.tag in _BLOCKS else between
        if event == "start":
            if hidden is None and node.tag in _UNSEEN:
                hidden = node
            yield gap
            if hidden is None:
                yield node.text or ""
            continue
        if hidden is node:
            hidden = None
        yield gap
        if node is not element and hidden is None:
            yield node.tail or ""


def is_furniture(element: html.HtmlElement) -> bool:
    """Whether an element stands in navigation, footer, breadcrumb, sidebar or search by the page's own structure."""
    return any(marks_furniture(node) for node in (element, *element.iterancestors()))


_TRAIL = re.compile(r"\s{0,200}(?:当前|[您你](?:现在)?(?:的|所在的?)?|所在)(?:所在)?(?:的)?位置\s{0,20}[:：]")
_LISTS = ("ul", "ol", "dl", "table", "p")
_MAX_TRAIL = 12  # links of a breadcrumb


def marks_trail(node: html.HtmlElement) -> bool:
    """Whether an element calls itself the page's breadcrumb (当前位置：首页 > 县财政局 > …), whatever its class is."""
    if not node.text or not _TRAIL.match(node.text) or len(node) > 2 * _MAX_TRAIL:
        return False
    return next(node.iter(*_LISTS), node) is node  # a list inside is the page's, not the breadcrumb's


def marks_furniture(node: html.HtmlElement) -> bool:
    """Whether this element itself, by tag, role, class or id, marks what it holds as furniture."""
    if node.tag in {"body", "html", "main", "article"}:
        return False
    if node.tag in _FURNITURE_TAGS or (node.get("role") or "").lower() in _LANDMARK_ROLES:
        return True
    if node.tag == "header":  # an article's own header is content, the page's is not
        return not any(a.tag in {"article", "main"} for a in node.iterancestors())
    if node.tag == "a":  # a class on a link itself (a.hot, a.position) is style, not structure
        return False
    names = f"{node.get('class') or ''} {node.get('id') or ''}"
    if any(name.lower() in _FURNITURE_NAMES for name in names.split()):
        return True
    return any(word.lower() in _FURNITURE_WORDS for word in _WORDS.findall(names))
