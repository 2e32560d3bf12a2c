"""What listing and notice pages say: links, dates, titles, attachments. Pure functions over pages.

The entries that walks use, on top of `discover` (what links are), `attachments` (files) and `about` (the page itself).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import msgspec
from lxml import html

from crawl.about import About
from crawl.address import site_of
from crawl.attachments import find_files
from crawl.body import article_of, body_images, is_inline, platform_links, text_length
from crawl.context import levelled, page_context
from crawl.dating import find_date, fiscal_year, stated_years
from crawl.discover import (
    NOT_A_TITLE,
    Discovery,
    Found,
    anchor_address,
    discover,
)
from crawl.entity import entity_of
from crawl.naming import Kind, Naming, is_office, looks_like_disclosure, name_title
from crawl.outline import Outline
from crawl.page import Page, absolute, squeeze, text_of
from crawl.page_class import papers_of
from crawl.shape import ATTACHMENT_SUFFIXES, attachment_suffix, without_route
from crawl.titles import titles_of

__all__ = [
    "ATTACHMENT_SUFFIXES",
    "Link",
    "ListingPage",
    "NoticePage",
    "Skip",
    "attachment_suffix",
    "find_date",
    "looks_like_disclosure",
    "read_listing",
    "read_notice",
]

MAX_TEXT = 1000  # characters of a title or link that are kept
MAX_LINKS = 5000  # of a pager; more is no listing that a person made
_NEXT = re.compile(r"^[\s<>›»]*(?:下一?页|后一?页|next(?:\s*page)?|[>›»]{1,2})[\s<>›»]*$", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"^\s*[\[【(（]?\s*第?\s*(\d{1,4})\s*页?\s*[\])）】]?\s*$")
_PAGER_SCRIPT = re.compile(
    r"createPage(?:HTML)?\s*\(\s*(\d{1,5})\s*,\s*(\d{1,5})\s*,\s*[\"']([\w-]{1,64})[\"']\s*,\s*[\"'](\w{1,8})[\"']"
)
_PAGE_WORDS = re.compile(r"^(?:page|pager|paging|pagination|pagelist|pages|fenye|pagebar|pagelink)\w*$", re.IGNORECASE)


class Link(msgspec.Struct, frozen=True):
    """A link that is followed: absolute address, words of the link, date printed beside it (YYYY-MM-DD).

    kind, also, entity, fiscal_year: as its words, its row and its column say (None: not said). confidence, reasons: of
    that judgement.
    """

    url: str
    text: str
    date: str | None = None
    kind: Kind | None = None
    also: tuple[Kind, ...] = ()
    entity: str | None = None
    fiscal_year: int | None = None
    adjusted: bool = False
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()


class Skip(msgspec.Struct, frozen=True):
    """A link that is not followed, and why. Furniture is reported only where its words name a disclosure."""

    url: str
    text: str
    reason: str


class ListingPage(msgspec.Struct, frozen=True):
    """One page of a listing.

    notices, attachments: what it lists. pages: addresses of other pages of it that the page itself links to.
    guessed: addresses made from a script's page count (`createPageHTML(3, 0, "index", "html")`): some may not exist,
    because platforms count from 0 or from 1. columns: disclosure columns that it links to.
    """

    notices: tuple[Link, ...]
    attachments: tuple[Link, ...]
    pages: tuple[str, ...]
    guessed: tuple[str, ...]
    skipped: tuple[Skip, ...]
    columns: tuple[Link, ...] = ()


class NoticePage(msgspec.Struct, frozen=True):
    """One notice. is_inline: the page itself is a disclosure (tables with amounts; or a long text, no attachment).

    kind, also, entity, fiscal_year: by its title, else its column, else its attachments; None: not said. publisher: as
    printed. images: page images that are the whole report. papers: papers it links to on pages of their own. platform:
    links into a platform that shows the paper itself, which is no file.
    """

    title: str | None
    published_date: str | None
    attachments: tuple[Link, ...]
    is_inline: bool
    skipped: tuple[Skip, ...] = ()
    kind: Kind | None = None
    also: tuple[Kind, ...] = ()
    entity: str | None = None
    fiscal_year: int | None = None
    publisher: str | None = None
    images: tuple[str, ...] = ()
    papers: tuple[Link, ...] = ()
    platform: tuple[Link, ...] = ()
    reasons: tuple[str, ...] = ()


def read_listing(page: Page, sites: Iterable[str]) -> ListingPage:
    """Read one page of a listing; `sites` are the `site_of` values links may lead to.

    A link in the list area (outside navigation, footer, breadcrumb, sidebar) is a notice when it is a disclosure by
    its words or by what stands over it (`discover`); or when a date stands beside it and its words are an office's
    name, or half of its list, or the page's column, name disclosures. The others of the list area are reported as
    skipped, with a reason.
    """
    allowed = frozenset(sites)
    outline = Outline(page)
    found = discover(page, outline)
    context = page_context(found.about)
    pages = tuple(_page_links(page, allowed))
    named, total = Counter[int](), Counter[int]()
    for one in found.links:
        total[one.block] += 1
        named[one.block] += looks_like_disclosure(one.text)
    none_named = not any(named.values())
    notices: dict[str, Link] = {}
    files: dict[str, Link] = {}
    columns: dict[str, Link] = {}
    skipped: list[Skip] = []
    for one in found.links:
        if one.url in pages or not one.text or NOT_A_TITLE.match(one.text) or _PAGE_NUMBER.match(one.text):
            continue
        link = _link(one)
        says = looks_like_disclosure(one.text)
        if one.furniture and one.role != "disclosure":
            if one.role == "column":
                columns[one.url] = link
            if says:  # a column's own name, as a rule; shown so that a wrong guess is seen
                skipped.append(Skip(one.url, one.text, "stands in navigation, header or footer"))
            continue
        half = named[one.block] * 2 >= total[one.block]
        dated = one.date is not None and (half or (none_named and (is_office(one.text) or context.is_disclosure)))
        if site_of(one.url) not in allowed:
            skipped.append(Skip(one.url, one.text, "offsite"))
        elif one.target == "route":
            skipped.append(Skip(one.url, one.text, "a route of an application, not a page"))
        elif one.role == "near_miss":
            skipped.append(Skip(one.url, one.text, one.reasons[0]))
        elif one.target == "file":
            files[one.url] = link
        elif one.role == "disclosure" or dated or (says and one.role == "other"):
            notices[one.url] = link
        elif one.role == "column":
            if one.shape in {"unknown", "article"}:
                notices[one.url] = link
            else:
                columns[one.url] = link
        else:
            skipped.append(Skip(one.url, one.text, "words name no disclosure"))
    skipped.extend(_without_address(page, outline))
    return ListingPage(
        tuple(notices.values()),
        tuple(files.values()),
        pages,
        tuple(url for url in _guessed_pages(page) if url not in pages),
        tuple(skipped),
        tuple(columns.values()),
    )


def _link(one: Found) -> Link:
    # a page's fragment (gkmlpt writes its column there) is no part of what is asked for; a route's is
    url = one.url if one.target == "route" else without_route(one.url)
    own = (url, one.text, one.date, one.kind, one.also, one.entity, one.fiscal_year)
    return Link(*own, one.adjusted, one.confidence, one.reasons)


def _without_address(page: Page, outline: Outline) -> Iterator[Skip]:
    for anchor in _anchors(page):
        text = next(iter(titles_of(anchor)), "")
        if looks_like_disclosure(text) and anchor_address(page, anchor) is None and not outline.is_furniture(anchor):
            yield _unfollowed(anchor, text)


def _unfollowed(anchor: html.HtmlElement, text: str) -> Skip:
    return Skip(squeeze(anchor.get("href") or "")[:200], text, "its address cannot be followed")


def _anchors(page: Page) -> Iterator[html.HtmlElement]:
    for number, anchor in enumerate(page.root.iter("a")):
        if number >= MAX_LINKS:
            return
        yield anchor


def _in_pager(anchor: html.HtmlElement) -> bool:
    for node in anchor.iterancestors():
        names = f"{node.get('class') or ''} {node.get('id') or ''}".split()
        if any(_PAGE_WORDS.match(name) for name in names) and node.tag != "body":
            return True
    return False


def _page_links(page: Page, allowed: frozenset[str]) -> Iterator[str]:
    """Addresses of other pages of the same listing: rel=next, 下一页, and numbers that stand beside other numbers."""
    seen = {page.url}
    anchors = list(_anchors(page))
    numbers = {anchor: _number_home(anchor) for anchor in anchors if _PAGE_NUMBER.match(text_of(anchor))}
    together = Counter(numbers.values())
    for anchor in [*page.root.iter("link"), *anchors]:
        url = absolute(page.base, anchor.get("href") or "")
        if url is None or url in seen or site_of(url) not in allowed or attachment_suffix(url):
            continue
        text = text_of(anchor)
        is_next = (anchor.get("rel") or "").lower() == "next" or (anchor.tag == "a" and bool(_NEXT.match(text)))
        # one lone number is a title ("2023"), two side by side are a pager; years side by side are sub-columns
        is_number = (
            anchor in numbers
            and not re.fullmatch(r"\D*(19|20)\d\d\D*", text)
            and (_in_pager(anchor) or together[numbers[anchor]] > 1)
        )
        if (is_next or is_number) and _same_column(page.url, url):
            seen.add(url)
            yield url


def _number_home(anchor: html.HtmlElement) -> html.HtmlElement | None:
    parent = anchor.getparent()
    if parent is not None and parent.tag in {"li", "span", "td"}:
        return parent.getparent()
    return parent


def _same_column(here: str, there: str) -> bool:
    """Pages of one listing differ in the last part of the path or in the query."""
    one, other = urlsplit(here).path, urlsplit(there).path
    return one.rsplit("/", 1)[0] == other.rsplit("/", 1)[0] or one == other


def _guessed_pages(page: Page) -> Iterator[str]:
    """`createPageHTML(total, current, "index", "html")`: page 2 is index_1 on some platforms and index_2 on others."""
    for script in page.root.iter("script"):
        found = _PAGER_SCRIPT.search(script.text or "")
        if not found:
            continue
        total, stem, suffix = min(int(found[1]), 1000), found[3], found[4]
        if total < 2:
            return
        for number in range(1, total + 1):
            url = absolute(page.base, f"{stem}_{number}.{suffix}")
            if url and url != page.url:
                yield url
        return


def further_pages(page: Page) -> tuple[str, ...]:
    """Every further page of a listing that the page links to or whose address its scripts allow to guess."""
    linked = tuple(_page_links(page, frozenset({site_of(page.url)})))
    return (*linked, *(url for url in _guessed_pages(page) if url not in linked))


def read_notice(page: Page, link_text: str, listed_date: str | None) -> NoticePage:
    """Read one notice: its title, date, attachments, and whether its own body is a disclosure.

    Title: meta ArticleTitle, else a heading, else <title>, else the words that led here. Date: beside a label
    (发布日期, 发布时间 …) or under the title, else meta PubDate, else the listing's, else as signed.
    """
    outline = Outline(page)
    found = discover(page, outline, link_text)
    return notice_of(page, outline, found, link_text, listed_date)


def notice_of(page: Page, outline: Outline, found: Discovery, link_text: str, listed_date: str | None) -> NoticePage:
    """As `read_notice`, of a page whose links are judged already."""
    about = found.about
    title = about.title
    papers = papers_of(found)
    rows = {one.url for one in papers} if len(papers) >= 2 else set()
    files = [one for one in find_files(page, outline, title) if one.url not in rows]
    attachments = tuple(_attachment(one.url, one.text, found, about) for one in files)
    skipped = tuple(
        _unfollowed(anchor, text)
        for anchor in _anchors(page)
        if (text := next(iter(titles_of(anchor)), ""))
        and attachment_suffix("", text)
        and anchor_address(page, anchor) is None
        and not outline.is_furniture(anchor)
        and not any(one.text == text and one.via == "onclick" for one in files)
    )
    context = page_context(about)
    naming, year, reasons = _named(about, [one.text for one in attachments])
    entity = entity_of(title or "") or (title if title and is_office(title) else None)
    kind, more = levelled(naming.kind, naming, entity, (), context) if naming.kind else (None, ())
    article = article_of(page, outline, title)
    images = body_images(page, article)
    if files or len(images) < 1 or text_length(article, 1000) >= 400:
        images = []
    return NoticePage(
        title,
        about.shown_date or about.meta_date or listed_date or about.signed_date,
        attachments,
        is_inline(page, outline, title or link_text, has_attachments=bool(attachments or skipped)),
        skipped,
        kind,
        tuple(dict.fromkeys(one for one in (naming.kind, *naming.also) if one and one != kind)),
        entity or about.publisher or about.owner,
        year,
        about.publisher,
        tuple(images),
        tuple(_link(one) for one in papers),
        tuple(Link(url, text) for url, text in platform_links(page, article)),
        reasons + more,
    )


def _attachment(url: str, text: str, found: Discovery, about: About) -> Link:
    for one in found.links:
        if one.url == url and one.role == "disclosure":
            return msgspec.structs.replace(_link(one), text=text or one.text)
    naming = name_title(text)
    year = fiscal_year(text, naming.noun_at) if naming.wanted else None
    return Link(url, text, kind=naming.kind if naming.wanted else None, entity=entity_of(text), fiscal_year=year)


def _named(about: About, attachments: list[str]) -> tuple[Naming, int | None, tuple[str, ...]]:
    """Kind and year of a notice: of its title; what it does not say, of its column, its breadcrumb, its attachments."""
    sources = [("title", about.title or ""), ("column", about.meta.get("columnname") or "")]
    sources += [("breadcrumb", text) for text in reversed(about.columns)]
    sources += [("attachment", text) for text in attachments[:5]] + [("head", about.head_title or "")]
    naming = Naming()
    year: int | None = None
    reasons: tuple[str, ...] = ()
    own = name_title(about.title or "")
    if own.near_miss:
        return Naming(), fiscal_year(about.title or "", own.noun_at), (f"its title looks fiscal, but: {own.near_miss}",)
    for source, text in sources:
        one = name_title(text)
        if naming.kind is None and one.wanted:
            naming, reasons = one, (*reasons, f"kind by its {source}")
        if year is None:
            stated = fiscal_year(text, one.noun_at) if one.wanted or source in {"title"} else None
            if (
                stated is None
                and source != "attachment"
                and len(set(stated_years(text))) == 1
                and re.match(r"\D*\d{4}年?度?\D{0,12}$", text)
            ):
                stated = stated_years(text)[0]
            if stated is not None:
                year, reasons = stated, (*reasons, f"year by its {source}")
    return naming, year, reasons
