"""What a page says about itself: title, column, owner of the site, dates, publisher. Pure functions.

Sources: <meta> of 国办发〔2017〕47号 (SiteName, ColumnName, ArticleTitle, PubDate, ContentSource), the index block
(索引号, 发布机构, 发布日期 …), the breadcrumb, headings, <title>. DOMAIN 7.5: they conflict, so each is kept by its
source.
"""

from __future__ import annotations

import re
from itertools import islice

import msgspec
from lxml import html

from crawl.dating import DATE, find_date, narrow, stated_years
from crawl.entity import entity_of, site_owner
from crawl.naming import looks_like_disclosure, name_title
from crawl.outline import Outline
from crawl.page import Page, squeeze, text_of

MAX_TEXT = 1000  # characters of a title that are kept
_MAX_READ = 60_000  # characters of visible text that are searched for labels
_LABEL = re.compile(
    r"(发布|发文|公开|公布|成文|生成|信息|更新|录入|撰写)?\s*(?:日\s*期|时\s*间)\s*[:：】\]]?\s*|(发布于)\s*[:：]?\s*"
)
_PUBLISHER = re.compile(
    r"(?:发布机构|发文机关|公开机构|发布单位|信息来源|公开主体|责任部门|来\s*源|供稿|发布部门)\s*[:：】\]]?\s*([\u4e00-\u9fff（）()]{2,30})"
)
_CRUMBS = re.compile(
    r"(?:当前|您(?:现在)?(?:的)?|你(?:现在)?(?:的)?|所在)?(?:所在)?位置|您(?:现在)?在|^\s*首\s*页\s*[>»›/-]"
)
_CRUMB_NAMES = re.compile(
    r"crumb|position|location|dqwz|weizhi|bread|curpos|currentpath|^pos$|^wz$|^path$|^local", re.IGNORECASE
)
_TITLE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:art(?:icle)?[-_]?title|title|bt|biaoti|content[-_]?title|news[-_]?title|con[-_]?tit(?:le)?"
    r"|xl_?title|ewb-article-tt)(?:$|\s)",
    re.IGNORECASE,
)
_DATE_METAS = (
    "pubdate", "publishdate", "publish_date", "pubtime", "publishtime", "publish_time", "firstpublishedtime",
    "firstpublishtime", "article:published_time", "datepublished", "releasedate", "release_date", "og:release_date",
    "dc.date", "dcterms.issued", "weibo: article:create_at",
)  # fmt: skip
_CRUMB_CUT = re.compile(r"\s*(?:>{1,2}|》|»|›|→|/|::|＞|-|＜|<)\s*")


class About(msgspec.Struct, frozen=True):
    """What a page says about itself; None and () where it does not say.

    title: of the article (or the page's own heading). columns: the breadcrumb, and meta ColumnName, outermost first.
    shown_date: printed on the page beside a label or under the title; meta_date: PubDate; signed_date: at the end of
    the body. owner: the office the site belongs to. publisher: as printed, or meta ContentSource.
    """

    title: str | None
    head_title: str | None
    columns: tuple[str, ...]
    owner: str | None
    publisher: str | None
    shown_date: str | None
    meta_date: str | None
    signed_date: str | None
    has_article_title: bool
    has_publication_label: bool
    has_heading_with_date: bool
    meta: dict[str, str]

    @property
    def published_date(self) -> str | None:
        """The day of publication: as shown, else as in <meta>, else as signed."""
        return self.shown_date or self.meta_date or self.signed_date


def read_about(page: Page, outline: Outline, link_text: str = "") -> About:
    """What a page says about itself; `link_text`: the words that led here, the last resort for a title."""
    meta = metadata(page)
    heads = [text_of(element) for element in page.root.iter("title")][:3]
    head = next((text for text in heads if text), None)
    title = (_title(page, outline, meta, heads, link_text) or "")[:MAX_TEXT] or None
    body = page.root.find("body")
    text = narrow(text_of(page.root if body is None else body)[:_MAX_READ])  # what is shown: <title> is not
    plain = narrow(title) if title else None
    shown, labelled = _shown_date(text, plain)
    crumbs = _breadcrumb(page)
    column = meta.get("columnname")
    columns = (*crumbs, column) if column and column not in crumbs else crumbs
    return About(
        title,
        head,
        columns,
        site_owner(meta.get("sitename"), *_owner_words(page, head)),
        _publisher(text, meta),
        shown,
        next((day for name in _DATE_METAS if (day := find_date(meta.get(name, "")))), None),
        _signed_date(text, plain),
        bool(meta.get("articletitle")),
        labelled,
        title is not None and _has_information_behind(page, outline, title),
        meta,
    )


def metadata(page: Page) -> dict[str, str]:
    """<meta name content> (or property, itemprop), names in lower case; the first non-empty one of a name counts."""
    found: dict[str, str] = {}
    for element in page.root.iter("meta"):
        name = (element.get("name") or element.get("property") or element.get("itemprop") or "").strip().lower()
        content = squeeze(element.get("content") or "")
        if name and content:
            found.setdefault(name, content)
    return found


def without_site(title: str) -> str:
    """`notice - column - site`: the first part is the notice. A bare hyphen ends it only before words without digits
    that name no disclosure, because titles have hyphens of their own."""
    title = re.split(r"\s[-–—]\s|[_|]", title)[0].strip()
    while "-" in title:
        head, tail = title.rsplit("-", 1)
        if not head.strip() or re.search(r"\d", tail) or looks_like_disclosure(tail):
            break
        title = head.strip()
    return title


def _title(page: Page, outline: Outline, meta: dict[str, str], heads: list[str], link_text: str) -> str | None:
    if "articletitle" in meta:
        return meta["articletitle"]
    headings: list[str] = []
    for tag in ("h1", "h2"):
        texts = [
            text
            for element in page.root.iter(tag)
            if not outline.is_furniture(element) and outline.places(element) <= 1 and (text := text_of(element))
        ]
        if tag == "h2" and len({year for text in texts for year in stated_years(text)}) > 1:
            continue  # of sections of several years
        if len(texts) <= 3:  # more are the headings of a page's sections, not of the page
            headings.extend(texts)
    marked = [
        text
        for element in page.root.iter("div", "p", "span", "td", "h3")
        if _TITLE_NAMES.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        and len(element) <= 6
        and outline.places(element) <= 1
        and 4 <= len(text := text_of(element)) <= 120
    ][:20]
    if len(marked) > 3:
        marked = []
    heads = [without_site(text) for text in heads]
    named = [text for text in (*headings, *marked, *heads, link_text) if looks_like_disclosure(text)]
    stated = [text for text in named if name_title(text).wanted and re.search(r"\d{4}|部门|单位", text)]
    if not any(stated_years(text) for text in stated) and (large := _large_line(page, outline)):
        return large
    if stated or named:
        return (stated or named)[0]
    return next((text for text in (link_text, *headings, *heads) if text), None)


_INFORMATION = re.compile(
    r"(?:发布|发文|公开|信息)?(?:日期|时间|来源|作者|浏览|点击|阅读|字体|字号|编辑|索引号|发布机构|发布者)\s*[:：】\]]|(?:20\d\d)[-/.年]\d{1,2}[-/.月]\d{1,2}"
)
_DATED = re.compile(r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")
_LARGE = re.compile(
    r"font-size\s*:\s*(?:(?:1[89]|[2-9]\d)(?:\.\d+)?(?:px|pt)|(?:1[4-9])(?:\.\d+)?pt|[12]\.\d+r?em|x+-large|large)",
    re.IGNORECASE,
)
_LINE_TAGS = (
    "center",
    "b",
    "strong",
    "font",
    "span",
    "p",
    "div",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "caption",
    "legend",
    "dt",
)


def _large_line(page: Page, outline: Outline) -> str | None:
    """The line that names a paper and is set as a title: large, centred, or with time and source right behind it."""
    for number, element in enumerate(page.root.iter(*_LINE_TAGS)):
        if number > 20_000:
            return None
        if len(element) > 3 or outline.places(element):
            continue
        text = text_of(element)
        if not 8 <= len(text) <= 100 or not stated_years(text) or outline.is_furniture(element):
            continue
        naming = name_title(text)
        if not (naming.wanted and naming.clean) or next(element.iterancestors("a", "li"), None) is not None:
            continue
        marks = f"{element.get('style') or ''} {element.get('align') or ''} {element.tag}"
        large = (
            bool(_LARGE.search(marks))
            or element.tag in {"h1", "h2", "h3", "h4", "center"}
            or element.get("size") in {"4", "5", "6", "7", "+1", "+2", "+3"}
        )
        if (large and entity_of(text) is not None) or _INFORMATION.search(_behind(outline, element)):
            return text
    return None


def _has_information_behind(page: Page, outline: Outline, title: str) -> bool:
    """Whether the title stands on the page, leading nowhere, with the day of publication right behind it: an article,
    whatever its address looks like. In a list the words behind a title's date are the next title."""
    for number, element in enumerate(page.root.iter(*_LINE_TAGS)):
        if number > 20_000:
            return False
        if len(element) > 3 or outline.places(element) or not 4 <= len(title) <= 120:
            continue
        if text_of(element) != title or outline.is_furniture(element):
            continue
        if next(element.iterancestors("a", "li", "tr"), None) is not None or _is_of_a_card(outline, element):
            continue
        if _DATED.search(narrow(_behind(outline, element)[:60])):
            return True
    return False


def _is_of_a_card(outline: Outline, element: html.HtmlElement) -> bool:
    """Whether words stand in one of several like parts of a page that each lead somewhere: the title of a row."""
    for depth, node in enumerate(element.iterancestors()):
        if depth > 8 or node.tag == "body":
            return False
        if outline.places(node):
            beside = (*islice(node.itersiblings(), 20), *islice(node.itersiblings(preceding=True), 20))
            like = (one for one in beside if one.tag == node.tag and one.get("class") == node.get("class"))
            return any(outline.places(one) for one in like)
    return False


def _behind(outline: Outline, element: html.HtmlElement) -> str:
    """The text right behind an element, some 80 characters of it, up to a list."""
    words = element.tail or ""
    node: html.HtmlElement | None = element
    for _ in range(6):
        if node is None or len(words) >= 80 or node.tag in {"body", "html"}:
            break
        for number, one in enumerate(node.itersiblings()):
            if number >= 3 or len(words) >= 80:
                break
            if outline.places(one) > 1:
                return words[:120]
            if isinstance(one.tag, str) and one.tag not in {"script", "style"}:
                words += " " + one.text_content()[:200] + (one.tail or "")
        node = node.getparent()
    return words[:120]


def _owner_words(page: Page, head: str | None) -> list[str]:
    """What else tells the owner of a site: the last parts of <title>, the copyright line."""
    words: list[str] = []
    if head:
        parts = [part for part in re.split(r"[_|]|\s[-–—]\s|-", head) if part.strip()]
        words.extend(reversed(parts))
    for element in page.root.iter("div", "p", "td", "span", "footer"):
        if len(words) > 12:
            break
        text = element.text or ""
        if "主办" in text or "版权所有" in text:
            found = re.search(
                r"(?:主办单位|主办|版权所有)\s*[:：]?\s*(?:©|Copyright)?\s*([\u4e00-\u9fff]{3,30})", squeeze(text)
            )
            if found:
                words.append(found[1])
    return words


def _breadcrumb(page: Page) -> tuple[str, ...]:
    for element in page.root.iter("div", "p", "span", "td", "ul", "ol", "nav", "dl", "section", "li"):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        opening = squeeze(element.text or "")[:12]
        if not (_CRUMB_NAMES.search(names) if names.strip() else False) and not _CRUMBS.search(opening):
            continue
        text = text_of(element)
        if not 3 <= len(text) <= 200:
            continue
        parts = [_CRUMBS.sub("", part).strip(" :：") for part in _CRUMB_CUT.split(text)]
        parts = [part for part in parts if part and part != "首页"]
        links = sum(1 for _ in element.iter("a"))
        if (links >= 1 and len(parts) >= 1 and links <= 12) or len(parts) >= 3:
            return tuple(part[:80] for part in parts[:10])
    return ()


def _shown_date(text: str, title: str | None) -> tuple[str | None, bool]:
    """(date, whether a label of publication stands on the page)."""
    best: tuple[int, int, str] | None = None
    at_title = text.find(title) if title else -1
    for label in _LABEL.finditer(text):
        found = find_date(text[label.end() : label.end() + 14])
        if found is None:
            continue
        word = label[1] or label[2] or ""
        rank = 0 if word in {"发布", "公布", "公开", "发布于"} else 1 if word in {"", "信息", "录入", "更新"} else 2
        # labels of lists far from the article are not the article's
        far = abs(label.start() - at_title) > 4000 if at_title >= 0 else False
        if best is None or (rank + 3 * far, label.start()) < best[:2]:
            best = (rank + 3 * far, label.start(), found)
    if best is not None:
        return best[2], True
    if title and at_title >= 0:
        for start in _places(text, title):
            near = text[start + len(title) : start + len(title) + 160]
            for hit in DATE.finditer(near):
                if day := find_date(hit[0] + "日"):
                    return day, False
        before = list(DATE.finditer(text[max(0, at_title - 240) : at_title]))
        if before and (day := find_date(before[-1][0] + "日")):
            return day, False
    return None, False


def _places(text: str, title: str) -> list[int]:
    found: list[int] = []
    at = text.find(title)
    while at >= 0 and len(found) < 6:
        found.append(at)
        at = text.find(title, at + 1)
    return found


def _signed_date(text: str, title: str | None) -> str | None:
    """The last date written as 年月日: papers are signed at their end."""
    at = text.find(title) if title else 0
    signed = [hit for hit in DATE.finditer(text, max(at, 0)) if "年" in hit[0]]
    return find_date(signed[-1][0] + "日") if signed else None


def _publisher(text: str, meta: dict[str, str]) -> str | None:
    found = _PUBLISHER.search(text)
    if found:
        words = re.split(
            r"(?:发布|发文|成文|公开|生成|文\s*号|时间|日期|索引|名称|主题|浏览|点击|字体|字号|作者|有效|体裁|来源)",
            found[1],
        )[0]
        if len(words) >= 2:
            return words
    return meta.get("contentsource")
