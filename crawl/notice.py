"""What listing and notice pages say: links, dates, titles, attachments. Pure functions over pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import msgspec
from lxml import html

from crawl.address import file_name_of, site_of
from crawl.page import Page, absolute, is_furniture, pieces_of, squeeze, text_of

# kinds of files that carry disclosures, and archives of them
# fmt: off
ATTACHMENT_SUFFIXES = frozenset({
    "pdf", "doc", "docx", "docm", "wps", "wpt", "xls", "xlsx", "xlsm", "et", "ett", "csv", "ofd", "rtf",
    "zip", "rar", "7z",
})
# fmt: on
MAX_TEXT = 1000  # characters of a title or link that are kept
MAX_LINKS = 5000  # per page; more is no listing that a person made
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{2,4})(?![A-Za-z0-9])\s*$")
_DISCLOSURE = re.compile(
    r"预\s*[、，]?\s*决?\s*算|决\s*算|绩\s*效|三\s*公\s*[”\"’']?\s*经费|[“\"]三公[”\"]|收支|财政信息"
)
# one kind of separator throughout: in 2025年1-8月 the 8 is no day
_YEAR, _MONTH, _DAY = r"(19[89]\d|20\d\d)", r"(1[0-2]|0?[1-9])", r"(3[01]|[12]\d|0?[1-9])"
_DATE = re.compile(
    rf"(?<!\d){_YEAR}\s*(?:年\s*{_MONTH}\s*月\s*{_DAY}(?=\s*日|(?!\d))|([-/.])\s*{_MONTH}\s*\4\s*{_DAY}(?!\d))"
)
_DATE_LABEL = re.compile(r"(?:发布|发文|公开|公布|成文|生成|信息|更新)?\s*(?:日期|时间)\s*[:：】\]]?\s*")
_NEXT = re.compile(r"^[\s<>›»]*(?:下一?页|后一?页|next(?:\s*page)?|[>›»]{1,2})[\s<>›»]*$", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"^\s*[\[【(（]?\s*第?\s*(\d{1,4})\s*页?\s*[\])）】]?\s*$")
_PAGER_SCRIPT = re.compile(
    r"createPage(?:HTML)?\s*\(\s*(\d{1,5})\s*,\s*(\d{1,5})\s*,\s*[\"']([\w-]{1,64})[\"']\s*,\s*[\"'](\w{1,8})[\"']"
)
_NOT_A_TITLE = re.compile(
    r"^(?:更多|more|首页|尾页|末页|上一?页|下一?页|返回.{0,4}|打印.{0,4}|关闭.{0,4}|查看更多)\W*$", re.I
)
_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+\.\d{1,6}|-?\d{2,}")
_MIN_AMOUNTS = 4  # amount cells that make a page's tables a disclosure rather than a layout
_LONG_BODY = 300  # characters of body text that make a page without attachment a document
_PAGE_WORDS = re.compile(r"^(?:page|pager|paging|pagination|pagelist|pages|fenye|pagebar|pagelink)\w*$", re.IGNORECASE)


class Link(msgspec.Struct, frozen=True):
    """A link that is followed: absolute address, words of the link, date printed beside it (YYYY-MM-DD)."""

    url: str
    text: str
    date: str | None = None


class Skip(msgspec.Struct, frozen=True):
    """A link that is not followed, and why. Furniture is reported only where its words name a disclosure."""

    url: str
    text: str
    reason: str


class ListingPage(msgspec.Struct, frozen=True):
    """One page of a listing.

    notices, attachments: what it lists. pages: addresses of other pages of it that the page itself links to.
    guessed: addresses made from a script's page count (`createPageHTML(3, 0, "index", "html")`): some may not exist,
    because platforms count from 0 or from 1.
    """

    notices: tuple[Link, ...]
    attachments: tuple[Link, ...]
    pages: tuple[str, ...]
    guessed: tuple[str, ...]
    skipped: tuple[Skip, ...]


class NoticePage(msgspec.Struct, frozen=True):
    """One notice. is_inline: the page itself is a disclosure (tables with amounts; or a long text, no attachment)."""

    title: str | None
    published_date: str | None
    attachments: tuple[Link, ...]
    is_inline: bool
    skipped: tuple[Skip, ...] = ()


def attachment_suffix(url: str, text: str = "") -> str | None:
    """The suffix that says a link leads to a file, from path, query values, or the words of the link; None if none."""
    parts = urlsplit(url)
    names = [file_name_of(url) or "", *(value for _, value in parse_qsl(parts.query)), text]
    for name in names:
        found = _SUFFIX.search(name)
        if found and found[1].lower() in ATTACHMENT_SUFFIXES:
            return found[1].lower()
    return None


def find_date(text: str) -> str | None:
    """The first full date in a text as YYYY-MM-DD; None when there is none that exists in the calendar."""
    for found in _DATE.finditer(text):
        try:
            month, day = (found[2], found[3]) if found[2] else (found[5], found[6])
            return date(int(found[1]), int(month), int(day)).isoformat()
        except ValueError:
            continue
    return None


def looks_like_disclosure(text: str) -> bool:
    """Whether the words of a title name a budget, a final account or a performance disclosure."""
    return bool(_DISCLOSURE.search(text))


def read_listing(page: Page, sites: Iterable[str]) -> ListingPage:
    """Read one page of a listing; `sites` are the `site_of` values links may lead to.

    A link in the list area (outside navigation, footer, breadcrumb, sidebar) is a notice when its words name a
    disclosure; or when a date stands beside it and either half of its list do, or no link of the page does (columns
    that list bare department names). The others of the list area are reported as skipped, with a reason.
    """
    allowed = frozenset(sites)
    pages = tuple(_page_links(page, allowed))
    candidates, skipped = _candidates(page, allowed, pages)
    named = {id(area): 0 for area, _ in candidates}
    total = dict(named)
    for area, link in candidates:
        total[id(area)] += 1
        named[id(area)] += looks_like_disclosure(link.text)
    none_named = not any(named.values())
    notices: dict[str, Link] = {}
    files: dict[str, Link] = {}
    for area, link in candidates:
        half = named[id(area)] * 2 >= total[id(area)]
        if attachment_suffix(link.url, link.text):
            files.setdefault(link.url, link)
        elif looks_like_disclosure(link.text) or (link.date and (half or none_named)):
            notices.setdefault(link.url, link)
        else:
            skipped.append(Skip(link.url, link.text, "words name no disclosure"))
    followed = notices.keys() | files.keys()
    return ListingPage(
        tuple(notices.values()),
        tuple(files.values()),
        pages,
        tuple(url for url in _guessed_pages(page) if url not in pages),
        tuple(skip for skip in skipped if skip.url not in followed),
    )


def _candidates(
    page: Page, allowed: frozenset[str], pages: tuple[str, ...]
) -> tuple[list[tuple[html.HtmlElement, Link]], list[Skip]]:
    found: list[tuple[html.HtmlElement, Link]] = []
    skipped: list[Skip] = []
    for anchor in _anchors(page):
        url = absolute(page.base, anchor.get("href") or "")
        text = _link_text(anchor)
        if url is None:
            if looks_like_disclosure(text) and not is_furniture(anchor):
                skipped.append(_unfollowed(anchor, text))
            continue
        if url == page.url or url in pages or not text or _NOT_A_TITLE.match(text):
            continue
        if _in_pager(anchor) or _PAGE_NUMBER.match(text) or _NEXT.match(text):
            continue
        if is_furniture(anchor):
            if looks_like_disclosure(text):  # a column's own name, as a rule; shown so that a wrong guess is seen
                skipped.append(Skip(url, text, "stands in navigation, header or footer"))
            continue
        if site_of(url) not in allowed:
            skipped.append(Skip(url, text, "offsite"))
            continue
        row = _row_of(anchor)
        area = row.getparent()
        found.append((page.root if area is None else area, Link(url, text, find_date(pieces_of(row)))))
    return found, skipped


def _unfollowed(anchor: html.HtmlElement, text: str) -> Skip:
    return Skip(squeeze(anchor.get("href") or "")[:200], text, "its address cannot be followed")


def _anchors(page: Page) -> Iterator[html.HtmlElement]:
    for number, anchor in enumerate(page.root.iter("a")):
        if number >= MAX_LINKS:
            return
        yield anchor


def _link_text(anchor: html.HtmlElement) -> str:
    return _full_link_text(anchor)[:MAX_TEXT]


def _full_link_text(anchor: html.HtmlElement) -> str:
    """Words of a link; its `title` where the page shows them cut off with an ellipsis, or shows none."""
    shown, title = text_of(anchor), squeeze(anchor.get("title") or "")
    if title and (not shown or re.search(r"(?:\.{2,}|…+)$", shown)):
        return title
    # the date of the list is often inside the link, before or behind the title
    for found in _DATE.finditer(shown):
        before, behind = shown[: found.start()].strip("[(（【 "), shown[found.end() :].lstrip("日").strip("])）】 ")
        if not before or not behind:
            return before or behind or shown
    return shown


def _row_of(anchor: html.HtmlElement) -> html.HtmlElement:
    """The item of a list a link stands in: the largest ancestor that holds no other link to another place."""
    row = anchor
    href = anchor.get("href")
    for ancestor in anchor.iterancestors():
        if ancestor.tag in {"body", "html", "main"}:
            break
        links = ancestor.iterfind(".//a")
        if any(other is not anchor and other.get("href") not in {None, href, ""} for other in links):
            break
        row = ancestor
        if ancestor.tag in {"li", "tr", "dl"}:
            break
    return row


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


def read_notice(page: Page, link_text: str, listed_date: str | None) -> NoticePage:
    """Read one notice: its title, date, attachments, and whether its own body is a disclosure.

    Title: meta ArticleTitle, else a heading, else <title>, else the words that led here.
    Date: meta PubDate, else beside a label (发布日期, 发布时间 …), else the listing's.
    """
    meta = _metadata(page)
    title = (_title(page, meta, link_text) or "")[:MAX_TEXT] or None
    attachments = tuple(_attachments(page))
    skipped = tuple(
        _unfollowed(anchor, text)
        for anchor in _anchors(page)
        if (text := _link_text(anchor))
        and attachment_suffix("", text)
        and absolute(page.base, anchor.get("href") or "") is None
        and not is_furniture(anchor)
    )
    return NoticePage(
        title,
        find_date(meta.get("pubdate", "")) or _labelled_date(page) or listed_date,
        attachments,
        _is_inline(page, title or link_text, has_attachments=bool(attachments or skipped)),
        skipped,
    )


def _metadata(page: Page) -> dict[str, str]:
    """<meta name content>, names in lower case; the first non-empty one of a name counts."""
    found: dict[str, str] = {}
    for element in page.root.iter("meta"):
        name, content = (element.get("name") or "").strip().lower(), squeeze(element.get("content") or "")
        if name and content:
            found.setdefault(name, content)
    return found


def _title(page: Page, meta: dict[str, str], link_text: str) -> str | None:
    if "articletitle" in meta:
        return meta["articletitle"]
    headings = [
        text_of(element) for tag in ("h1", "h2") for element in page.root.iter(tag) if not is_furniture(element)
    ]
    heads = [_without_site(text_of(element)) for element in page.root.iter("title")]
    named = [text for text in (*headings, *heads, link_text) if looks_like_disclosure(text)]
    if named:
        return named[0]
    return next((text for text in (link_text, *headings, *heads) if text), None)


def _without_site(title: str) -> str:
    """`notice - column - site`: the first part is the notice. A bare hyphen ends it only before words without digits
    that name no disclosure, because titles have hyphens of their own."""
    title = re.split(r"\s[-–—]\s|[_|]", title)[0].strip()
    while "-" in title:
        head, tail = title.rsplit("-", 1)
        if not head.strip() or re.search(r"\d", tail) or looks_like_disclosure(tail):
            break
        title = head.strip()
    return title


def _labelled_date(page: Page) -> str | None:
    text = text_of(page.root)[:20_000]
    best: tuple[int, str] | None = None
    for label in _DATE_LABEL.finditer(text):
        found = find_date(text[label.end() : label.end() + 14])
        if found is None:
            continue
        rank = 0 if label[0].startswith(("发布", "公布", "公开")) else 1
        if best is None or rank < best[0]:
            best = (rank, found)
    return best[1] if best else None


def _attachments(page: Page) -> Iterator[Link]:
    seen: set[str] = set()
    for element in page.root.iter("a", "iframe", "embed", "object"):
        if len(seen) >= MAX_LINKS:
            return
        if is_furniture(element):
            continue
        href = element.get("href") or element.get("src") or element.get("data") or ""
        url = absolute(page.base, href)
        if url is None:
            continue
        text = _link_text(element) if element.tag == "a" else ""
        if element.tag != "a":  # a viewer: …/viewer.html?file=report.pdf shows the file it is given
            files = [value for name, value in parse_qsl(urlsplit(url).query) if name.lower() == "file"]
            url = absolute(page.base, files[0]) if files else url
        if url is None or url in seen or not attachment_suffix(url, text):
            continue
        seen.add(url)
        yield Link(url, text)


def _is_inline(page: Page, title: str, *, has_attachments: bool) -> bool:
    amounts = 0
    for cell in page.root.iter("td"):
        if cell.find(".//table") is None and _AMOUNT.fullmatch(text_of(cell)) and not is_furniture(cell):
            amounts += 1
            if amounts >= _MIN_AMOUNTS:
                return True
    if has_attachments or not looks_like_disclosure(title):
        return False
    body = page.root.find("body")
    if body is None:
        return False
    blocks = (e for e in body.iter("p", "td", "li", "div") if e.find(".//p") is None and not is_furniture(e))
    length = 0
    for block in blocks:
        if block.tag == "div" and block.find(".//div") is not None:
            continue
        words = len(text_of(block)) - sum(len(text_of(a)) for a in block.iter("a"))
        length += max(words, 0)
        if length >= _LONG_BODY:
            return True
    return False
