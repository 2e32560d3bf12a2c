"""The article of a page: which element holds it, and what it is made of (text, tables, page images, a drawn PDF).

Pure functions. DOMAIN 6: reports are also published as inline text, as page images, and as PDFs drawn in HTML.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import html

from crawl.naming import looks_like_disclosure
from crawl.outline import Outline
from crawl.page import Page, squeeze, text_of
from crawl.shape import link_address

_CONTENT_NAMES = re.compile(
    r"(?:^|[\s_-])(?:trs_(?:ued|edi)\w*|ue_table|article[-_]?(?:con(?:tent)?|body|text|main|detail)?|news[-_]?(?:con(?:tent)?|text|body)|v_news_content|vsb_content\w*|ucap-content|con(?:tent)?[-_]?(?:text|main|body|txt|box|detail)?"
    r"|zoom\w*|xl[-_]?(?:con\w*|nr)|xxgk[-_]?(?:con\w*|nr|detail\w*)|detail[-_]?(?:con\w*|text|body|main)?|text[-_]?con\w*|main[-_]?(?:txt|text|con\w*)|pages_content|bt_content|wzcon\w*|nr|zw|zhengwen|neirong|info[-_]?con\w*|m-txt-article|txt\w*|body-content"
    r"|view|arc_body|nrbody|j-fontcontent|easysite-news-text|ewb-article\w*|view[-_]con\w*|artcon\w*|word|print\w*)(?:$|[\s_-])",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+\.\d{1,6}|-?\d{2,}")
_MIN_AMOUNTS = 4  # amount cells that make a page's tables a disclosure rather than a layout
_LONG_BODY = 300  # characters of body text that make a page without attachment a document
_DRAWN = re.compile(r"(?:top|left|bottom)\s*:\s*-?[\d.]+\s*(?:pt|px|em|%|in)", re.IGNORECASE)
_MAX_NODES = 400_000  # elements looked at to find the article
_MIN_DRAWN = 150  # placed pieces of text that make a page a drawn PDF
_ICONS = re.compile(
    r"icon|logo|banner|button|btn|qrcode|ewm|arrow|share|wx|weibo|print|close|spacer|blank|bg[_.-]|/images?/|/img/|fileTypeImages|/style|/template",
    re.IGNORECASE,
)
_UPLOADED = re.compile(r"\d{8,}|upload|/[0-9a-f]{24,}|W0\d{10}|/P0\d{10}|attach|_ORIGIN", re.IGNORECASE)
_PLATFORM = re.compile(r"yjsgk|yjsgkpt|yjspt|czyjs|yjs\.|#!?/|yjsgktypt|budget", re.IGNORECASE)


def article_of(page: Page, outline: Outline, title: str | None = None) -> html.HtmlElement:
    """The element that holds the article: the fullest one with a usual name outside furniture, else the body."""
    body = page.root.find("body")
    whole = body if body is not None else page.root
    best, weight = None, 0
    budget = _MAX_NODES
    for number, element in enumerate(page.root.iter("div", "article", "td", "section", "main", "form", "ucapcontent")):
        if number > 20_000:
            break
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag not in {"article", "ucapcontent"} and not (names.strip() and _CONTENT_NAMES.search(names)):
            continue
        if outline.is_furniture(element):
            continue
        own, passed = _weight(element)
        budget -= passed
        if budget < 0:
            break
        if own > weight or (own == weight and any(one is best for one in element.iterancestors())):
            best, weight = element, own
    return best if best is not None else whole


def _weight(element: html.HtmlElement) -> tuple[int, int]:
    """(text and links in an element, elements looked at)."""
    words = links = number = 0
    for number, node in enumerate(element.iter()):
        if number > 30_000:
            break
        if not isinstance(node.tag, str) or node.tag in {"script", "style"}:
            continue
        words += len((node.text or "").strip()) + len((node.tail or "").strip())
        links += 40 * (node.tag in {"a", "iframe", "img"} and not node.get("href", "").startswith("#"))
    return words + links, number


def is_drawn_pdf(page: Page) -> bool:
    """Whether the page is a PDF drawn in HTML: hundreds of placed pieces of text (DOMAIN 6: 53 div pages, no table)."""
    placed = 0
    for element in page.root.iter("div", "span", "p", "text"):
        style = element.get("style") or ""
        names = element.get("class") or ""
        if (style and len(_DRAWN.findall(style[:400])) >= 2) or re.match(r"t m\w+ x\w+ ", names):
            placed += 1
            if placed >= _MIN_DRAWN:
                return True
    return False


def body_images(page: Page, article: html.HtmlElement) -> list[str]:
    """Addresses of the uploaded images in an article, in order: page images, where they are the whole report."""
    found: dict[str, None] = {}
    for image in article.iter("img"):
        source = squeeze(image.get("src") or image.get("data-src") or image.get("oldsrc") or "")
        if not source or source.startswith("data:") or _ICONS.search(source) or not _UPLOADED.search(source):
            continue
        width = re.match(r"\d+", image.get("width") or "")
        if width and int(width[0]) < 200:
            continue
        if url := link_address(page.base, source):
            found.setdefault(url)
    return list(found)[:1000]


def platform_links(page: Page, article: html.HtmlElement) -> list[tuple[str, str]]:
    """Links of an article into a platform that shows the paper itself (#/detailsPage?id=…): no file, not a listing."""
    found: dict[str, str] = {}
    for anchor in islice(article.iter("a"), 5000):
        if "#" not in (anchor.get("href") or ""):
            continue
        url = link_address(page.base, anchor.get("href") or "")
        if url and "#" in url and _PLATFORM.search(url):
            found.setdefault(url, text_of(anchor))
    return list(found.items())[:200]


def text_length(article: html.HtmlElement, enough: int = 100_000) -> int:
    """Characters of text outside links."""
    length = 0
    for node in article.iter():
        if not isinstance(node.tag, str) or node.tag in {"script", "style"}:
            continue
        if node.tag != "a":
            length += len(squeeze(node.text or ""))
        if node is not article:
            length += len(squeeze(node.tail or ""))
        if length >= enough:
            break
    return length


def has_amount_table(page: Page, outline: Outline) -> bool:
    """Whether tables of the page hold amounts: a disclosure, not a layout."""
    amounts = 0
    for cell in page.root.iter("td"):
        if (
            len(cell) < 8
            and cell.find(".//table") is None
            and _AMOUNT.fullmatch(text_of(cell))
            and not outline.is_furniture(cell)
        ):
            amounts += 1
            if amounts >= _MIN_AMOUNTS:
                return True
    return False


def is_inline(page: Page, outline: Outline, title: str, *, has_attachments: bool) -> bool:
    """Whether the page itself is a disclosure: tables with amounts, a drawn PDF, or a long text without an
    attachment."""
    if has_amount_table(page, outline):
        return True
    if looks_like_disclosure(title) and is_drawn_pdf(page):
        return True
    if has_attachments or not looks_like_disclosure(title):
        return False
    body = page.root.find("body")
    if body is None:
        return False
    blocks = (e for e in body.iter("p", "td", "li", "div") if e.find(".//p") is None and not outline.is_furniture(e))
    length = 0
    for block in blocks:
        if block.tag == "div" and block.find(".//div") is not None:
            continue
        words = len(text_of(block)) - sum(len(text_of(a)) for a in block.iter("a"))
        length += max(words, 0)
        if length >= _LONG_BODY:
            return True
    return False
