"""The same page under several addresses: a home page, a column or an error page sent with status 200 for what is gone.

A server that has lost a page often sends another in its place, under the address that was asked for and with status
200 (DOMAIN 7.6: "soft 404 = home page under the requested URL"). One such page looks like any other; the second one
gives it away, because two papers are never one page. What is compared is what a reader sees and where it leads, with
what changes from one answer to the next left out (counters, times of the server, tokens, the address itself).

Equal pages are not always lost ones: one notice is listed in two columns, or under http and https. So a page that was
met before is a lost one only where it does not hold the words of the link that led to it. Pure functions.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from crawl.page import Page, squeeze, text_of

_MAX_TEXT = 200_000  # characters of a page that are compared
_MAX_LINKS = 3000
_MAX_ELEMENTS = 40_000
# what an answer may say of itself: the moment, how long it took, how often it was asked for, a token. Nothing here may
# fit what a paper says (累计完成 12,345 万元, 接待 345 人次, amounts of ten digits)
_NONCE = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22}"
    r"|(?<![0-9A-Za-z])(?=[0-9A-Za-z_-]*\d)[0-9A-Za-z_-]{16,}(?![0-9A-Za-z])"
    r"|(?<!\d)\d{13}(?!\d)"
    r"|(?:访问|浏览|点击|阅读|来访)(?:总)?(?:次数|人数|量|数)?[为是：:\s]{0,4}\d[\d,]*"
    r"|第?\d[\d,]*\s*(?:位访客|次访问|次浏览|人在线)"
    r"|(?:耗时|用时|执行|查询|生成)[^\d]{0,10}\d[\d.]*\s*(?:毫秒|秒|ms)"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
)
# … of these, what a paper never holds in any other sense: two answers that differ in nothing else are one paper
_COUNTER = re.compile(
    r"(?:访问|浏览|点击|阅读|来访)(?:总)?(?:次数|人数|量|数)?[为是：:\s\[（(【]{0,6}\d[\d,]*"
    r"|第?\d[\d,]*\s*(?:位访客|次访问|次浏览|人在线)"
    r"|(?:耗时|用时|执行|查询|生成)[^\d]{0,10}\d[\d.]*\s*(?:毫秒|秒|ms)"
)
# parameters of an address that are of one answer only
_FLEETING = re.compile(r"(?i)^(?:_|_t|ts|rnd|rand|random|timestamp|token|nonce|csrf\w*|jsessionid)$")
_TOKEN = re.compile(r"(?i)csrf|token|nonce|viewstate|eventvalidation|timestamp|session")
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_GENERIC = 6  # characters; fewer, and no year, say nothing of one page ("查看", "部门预算")
_HELD = 0.9  # of the pairs of characters of a link's words, where they do not stand in one piece
_COPIES = 3  # addresses that give one page for the same words; a paper is not listed so often


class Met(msgspec.Struct):
    """A page that was met: under which address first, by which words; whether it answers what was asked there.

    answers: None where nothing asked for it in words (a listing). sha256: of the body as it came first. urls: every
    address it came under.
    """

    url: str
    words: str | None
    answers: bool | None
    sha256: str | None = None
    urls: set[str] = msgspec.field(default_factory=set)


class Repeats:
    """The pages of one run, by what a reader sees of them. known: prints of pages that earlier runs found to be sent
    in place of others."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = frozenset(known)
        self._met: dict[str, Met] = {}

    def met(self, print_: str) -> Met | None:
        """The page as it was met before in this run."""
        return self._met.get(print_)

    def note(self, print_: str, url: str, words: str | None, *, answers: bool | None, sha256: str | None) -> None:
        """A page came under an address; the first one is remembered."""
        met = self._met.setdefault(print_, Met(url, words, answers, sha256))
        met.urls.add(url)

    def is_known(self, print_: str) -> bool:
        """Whether an earlier run found this page to stand for others."""
        return print_ in self._known

    def is_lost(self, print_: str, url: str, words: str | None, *, answers: bool) -> bool:
        """Whether this page came in place of the one that was asked for at `url` by `words`."""
        if answers:
            return False
        if print_ in self._known:
            return True
        met = self._met.get(print_)
        if met is None or met.urls <= {url}:
            return False
        if is_generic(words) and words == met.words:  # one paper, linked twice by no words of its own?
            return len(met.urls | {url}) >= _COPIES
        return words != met.words or len(met.urls | {url}) >= _COPIES


def paper_print(page: Page) -> str:
    """Digest of all a page shows, where it leads and what its scripts are, but for counters of its visitors and the
    time it took the server."""
    return print_of(page, scripts=True, but=_COUNTER)


def print_of(page: Page, *, scripts: bool = False, but: re.Pattern[str] = _NONCE) -> str:
    """Digest of what a reader sees of a page and where it leads, without what changes from answer to answer (but).

    scripts: with its scripts and what it tells them, as they are: two listings that a script fills may differ
    in nothing but the number of their columns.
    """
    own = urlsplit(page.url)
    own_names = {page.url, page.url.split("#")[0], own.path, f"{own.path}?{own.query}"} - {"", "/", "?", "/?"}
    text = text_of(page.root)[:_MAX_TEXT]
    for address in sorted(own_names, key=len, reverse=True):
        text = text.replace(address, "")
    parts = [but.sub("", text)]
    for number, anchor in enumerate(page.root.iter("a", "iframe", "img")):
        if number >= _MAX_LINKS:
            break
        # as it is written: a page sent under another address leads elsewhere by the same relative addresses
        address = squeeze(anchor.get("href") or anchor.get("src") or "")[:2000]
        if address and address.split("#")[0] not in own_names:
            parts.append(_lasting(address))
    if scripts:
        parts += [squeeze(one.text or "")[:_MAX_TEXT] for one in page.root.iter("script")]
        parts += _parameters(page)
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def _parameters(page: Page) -> list[str]:
    """What a page tells its scripts by attributes (`querydata`, `data-…`, hidden inputs), tokens of one visit apart."""
    found: list[str] = []
    for number, element in enumerate(page.root.iter()):
        if number >= _MAX_ELEMENTS:
            break
        if not isinstance(element.tag, str) or _TOKEN.search(f"{element.get('name') or ''} {element.get('id') or ''}"):
            continue
        for name, value in element.attrib.items():
            if name in {"querydata", "uniturl", "value", "onclick"} or name.startswith("data-"):
                found.append(f"{name}={value[:2000]}")
    return found


def _lasting(address: str) -> str:
    """An address without what is of one answer only. The host stays: other sites' pages are other pages."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if not _FLEETING.match(key)])
    return f"{parts.netloc}{_SESSION_PATH.sub('', parts.path)}?{query}#{parts.fragment}"


def is_generic(words: str | None) -> bool:
    """Whether the words of a link say nothing of one page."""
    plain = _plain(words or "")
    return len(plain) < _GENERIC and not re.search(r"(?:19|20)\d\d", plain)


def holds(page: Page, words: str | None) -> bool:
    """Whether a page says the words of the link that led to it, outside of its own links: in one piece, or nearly all
    of them in its title or a heading (a listing cuts titles, a page writes 年度 for 年)."""
    wanted = _plain(words or "")
    if is_generic(words) or not wanted:
        return False
    said = _plain(_unlinked(page))
    if wanted in said:
        return True
    pairs = {wanted[at : at + 2] for at in range(len(wanted) - 1)}
    for heading in _headings(page):
        there = _plain(heading)
        if pairs and sum(pair in there for pair in pairs) >= _HELD * len(pairs):
            return True
    return False


def _headings(page: Page) -> list[str]:
    found = [text_of(one) for one in page.root.iter("title", "h1", "h2", "h3", "h4")]
    for meta in page.root.iter("meta"):
        if (meta.get("name") or "").lower() == "articletitle":
            found.append(meta.get("content") or "")
    return [one for one in found[:100] if one]


def _unlinked(page: Page) -> str:
    """Text of the page and its title outside links, up to a bound."""
    found: list[str] = _headings(page)
    length = 0
    for element in page.root.iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style"}:
            continue
        if element.tag != "a" and next(element.iterancestors("a"), None) is None:
            found.append(element.text or "")
        found.append(element.tail or "")
        length += len(found[-1]) + len(found[-2])
        if length > _MAX_TEXT:
            break
    return "".join(found)


def _plain(text: str) -> str:
    """For comparing titles: compatibility forms folded, nothing but letters, digits and Han; 年度 as 年."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\W_]+", "", folded).replace("年度", "年").casefold()
