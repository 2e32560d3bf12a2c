"""The links of a page, each with what it is: a disclosure (kind, entity, year, date), a column to follow, a near miss.

A link is judged by its words (or its `title`, where the page cuts them off), then, where the words say only an
office's name or an action (查看), by what stands over it: row, column of the table, heading, tab, breadcrumb, the
page's own title. Every judgement carries its reasons. block: links of one list have one number. Pure functions.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec
from lxml import html

from crawl.about import About, read_about
from crawl.body import article_of
from crawl.clickable import address_of
from crawl.context import COLUMN_WORDS, Context, levelled, office_level, page_context
from crawl.dating import fiscal_year, plain_title, stated_years
from crawl.entity import entity_of, is_government
from crawl.naming import Kind, Naming, is_office, name_title
from crawl.outline import Outline, is_action
from crawl.page import Page, squeeze, text_of
from crawl.rows import row_day
from crawl.shape import Shape, address_shape, attachment_suffix
from crawl.titles import CUT_OFF, LABEL_ONLY, MAX_TEXT, is_year, titles_of, without_date

Role = Literal["disclosure", "column", "near_miss", "other"]
Target = Literal["page", "file", "route"]

_PREVIOUS_NEXT = re.compile(r"^\s*(?:上|下|前|后)一?(?:篇|条|页|则)|^(?:上|下)[一1](?:篇|条)")
_BESIDE = re.compile(
    r"\W*(?:(?:[上下前后]一?|[上下]1)[篇条页则]|相关|推荐|热门|热点|最新|延伸|猜你|往期|更多|最近|近期|分享)"
)
NOT_A_TITLE = re.compile(
    r"^(?:更多|more|首页|尾页|末页|上一?页|下一?页|返回.{0,4}|打印.{0,4}|关闭.{0,4}|查看更多|展开|收起)\W*$",
    re.IGNORECASE,
)
_PROSE = re.compile(r"[,，;；。：:]|联系|咨询|监督电话|若需|详见|请")
_PLATFORM = re.compile(r"(?:平台|专栏|专题|专区|系统|网站)$")
# what finance offices announce day by day; a disclosure where an office or a column of disclosures says so
_PUBLIC_FUNDS = re.compile(r"(?:资金|补助|补贴).{0,8}(?:分配|下达|拨付|安排|公示)|债券.{0,8}(?:项目|发行|存续|披露)")


class Found(msgspec.Struct, frozen=True):
    """One place the page leads to.

    text: the fullest words of its links. date: as the list prints it. fiscal_year: as words state it, else None.
    also: other kinds the words admit. confidence: 0 to 1, by how much of it is said in its own words. reasons: why.
    """

    url: str
    text: str
    role: Role
    kind: Kind | None = None
    also: tuple[Kind, ...] = ()
    entity: str | None = None
    fiscal_year: int | None = None
    date: str | None = None
    adjusted: bool = False
    target: Target = "page"
    shape: Shape = "unknown"
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    in_article: bool | None = False
    furniture: bool = False
    occurrences: int = 1
    block: int = 0


class Discovery(msgspec.Struct, frozen=True):
    """All that a page leads to, in the page's order, and what the page says about itself."""

    about: About
    links: tuple[Found, ...]

    def of(self, role: Role) -> list[Found]:
        """The links of one role."""
        return [link for link in self.links if link.role == role]


class _Spot(msgspec.Struct):
    url: str
    anchors: list[html.HtmlElement]
    words: list[str]


def discover(page: Page, outline: Outline | None = None, link_text: str = "") -> Discovery:
    """Judge every link of a page. Links to the page itself, to fragments of it and to scripts are left out."""
    outline = outline or Outline(page)
    about = read_about(page, outline, link_text)
    context = page_context(about)
    if address_shape(page.url) == "home":  # a home page lends its links nothing: its headings are those of sections
        context = msgspec.structs.replace(context, is_home=True)
    article = article_of(page, outline, about.title)
    folder = page.url.split("?", 1)[0].rsplit("/", 1)[0] + "/"
    context = msgspec.structs.replace(context, no_article=article.tag in {"body", "html"}, folder=folder)
    inside = set(article.iter("a")) if article.tag not in {"body", "html"} else None
    spots = _spots(page, outline)
    offices = _office_lists(outline, spots)
    blocks: dict[html.HtmlElement, int] = {}
    links = [_judge(spot, outline, context, inside, (offices, blocks)) for spot in spots.values()]
    return Discovery(about, tuple(links))


def _office_lists(outline: Outline, spots: dict[str, _Spot]) -> dict[html.HtmlElement, float]:
    """Of each block that lists offices, the share of links that lead to articles and files.

    A row of links to the offices' own home pages (友情链接, 部门网站) is no list of papers.
    """
    counts: dict[html.HtmlElement, list[int]] = {}
    sizes: dict[html.HtmlElement, int] = {}
    for spot in spots.values():
        for anchor in spot.anchors[:1]:
            block = _block_of(outline, anchor)
            sizes[block] = sizes.get(block, 0) + 1
            if not any(is_office(text) for text in spot.words[:2]):
                continue
            leaf = address_shape(spot.url) in {"article", "file", "route", "unknown"}
            known = counts.setdefault(block, [0, 0])
            known[0] += leaf
            known[1] += 1
    # one name among twenty other words is a word that sounds like an office (一网通办)
    return {block: leaf / total for block, (leaf, total) in counts.items() if total * 3 >= sizes[block]}


def _block_of(outline: Outline, anchor: html.HtmlElement) -> html.HtmlElement:
    row = outline.row(anchor)
    parent = row.getparent()
    return row if parent is None else parent


def _spots(page: Page, outline: Outline) -> dict[str, _Spot]:
    spots: dict[str, _Spot] = {}
    for anchor in outline.links:
        url = anchor_address(page, anchor)
        if url is None or url == page.url:
            continue
        spot = spots.setdefault(url, _Spot(url, [], []))
        if len(spot.anchors) < 12:
            spot.anchors.append(anchor)
            spot.words.extend(titles_of(anchor))
    return spots


def anchor_address(page: Page, anchor: html.HtmlElement) -> str | None:
    """Where a link leads: its href, else what its onclick opens, else a data- attribute."""
    return address_of(page.base, anchor)


def _judge(
    spot: _Spot,
    outline: Outline,
    context: Context,
    inside: set[html.HtmlElement] | None,
    lists: tuple[dict[html.HtmlElement, float], dict[html.HtmlElement, int]],
) -> Found:
    offices, blocks = lists
    shape = address_shape(spot.url)
    furniture = all(outline.is_furniture(anchor) for anchor in spot.anchors)
    text, naming = _best_title(spot.words)
    date = _date_of(outline, spot, text)
    is_file = shape == "file" or attachment_suffix(spot.url, text) is not None
    target: Target = "file" if is_file else "route" if shape == "route" else "page"
    found = Found(
        spot.url,
        text[:MAX_TEXT],
        "other",
        date=date,
        target=target,
        shape="file" if is_file else shape,
        in_article=_is_inside(outline, spot, inside),
        furniture=furniture,
        occurrences=len(spot.anchors),
        block=blocks.setdefault(_block_of(outline, spot.anchors[0]), len(blocks)),
    )
    anchor = next((one for one in spot.anchors if not outline.is_furniture(one)), spot.anchors[0])
    if (
        not furniture
        and (not text or _MARK.fullmatch(text))
        and (cell := _mark_in_table(found, outline, anchor, context))
    ):
        return cell
    if not text or NOT_A_TITLE.match(text):
        return found
    if naming.near_miss:
        reason = f"looks fiscal, but: {naming.near_miss}"
        return msgspec.structs.replace(found, role="near_miss", kind=naming.kind, reasons=(reason,))
    if naming.kind is not None:
        return _named(found, naming, outline, anchor, context)
    return _unnamed(found, outline, anchor, context, offices)


def _is_inside(outline: Outline, spot: _Spot, inside: set[html.HtmlElement] | None) -> bool | None:
    """Whether a link stands in the article; None where the page marks none and the link is not one of those that pages
    offer beside it (previous, next, related)."""
    if inside is not None:
        here = [anchor for anchor in spot.anchors if anchor in inside]
        # the notices before and after it stand in some articles, too
        return bool(here) and not all(_PREVIOUS_NEXT.match(outline.label_before(one) or "") for one in here[:3])
    for anchor in spot.anchors[:3]:
        near = (outline.label_before(anchor) or "", *outline.above(outline.row(anchor))[:2])
        if any(_BESIDE.match(text) for text in near) or any(_PREVIOUS_NEXT.match(text) for text in spot.words):
            return False
    return None


def _best_title(words: list[str]) -> tuple[str, Naming]:
    best: tuple[int, str, Naming] | None = None
    for text in dict.fromkeys(words):
        naming = name_title(text)
        rank = (
            4 * (naming.kind is not None)
            - 6 * bool(CUT_OFF.search(text))
            + (not naming.generic)
            + (naming.kind is not None and naming.clean)
            + bool(stated_years(text))
        )
        rank -= 5 * bool(LABEL_ONLY.match(text)) + 4 * bool(_PREVIOUS_NEXT.match(text))
        if best is None or rank > best[0]:
            best = (rank, text, naming)
    return (best[1], best[2]) if best else ("", Naming())


def _date_of(outline: Outline, spot: _Spot, text: str) -> str | None:
    for anchor in spot.anchors[:6]:
        if date := row_day(outline, anchor, text, spot.url):
            return date
    return None


def _named(found: Found, naming: Naming, outline: Outline, anchor: html.HtmlElement, context: Context) -> Found:
    """A link whose own words name a kind."""
    year = fiscal_year(found.text, naming.noun_at)
    above = outline.above(outline.row(anchor))
    stated = year or (None if found.furniture else _year_of(above)[0])
    leaf = found.shape in {"article", "file"} or found.target == "file"
    if naming.generic and not found.furniture and found.shape != "home":
        composed = _composed(outline, anchor, found.text)
        if composed is not None:
            whole = name_title(composed)
            if whole.wanted:
                return _completed(
                    msgspec.structs.replace(found, text=composed),
                    whole,
                    fiscal_year(composed, whole.noun_at) or year,
                    above,
                    context,
                    reasons=("its row and column name it",),
                    confidence=0.55,
                    listed=True,
                )
    if found.shape == "home" or (_PLATFORM.search(plain_title(found.text)) and not leaf):
        return msgspec.structs.replace(found, role="column", reasons=("words name a column",))
    # a year's government budget is one paper; a year's department budgets are a column of many
    one_paper = year is not None and (naming.kind or "").startswith("government") and found.shape == "unknown"
    if naming.generic and not leaf and not one_paper and not (found.date and found.shape != "column"):
        return msgspec.structs.replace(found, role="column", fiscal_year=year, reasons=("general words, no article",))
    if naming.generic and year is None and not (found.date or (leaf and not found.furniture and context.is_disclosure)):
        return msgspec.structs.replace(found, role="column", reasons=("general words without a year",))
    if found.shape == "column" and not found.date and (naming.generic or year is None):
        return msgspec.structs.replace(found, role="column", reasons=("its address is a column's",))
    if found.furniture and not (year and naming.clean and (leaf or found.shape == "unknown") and not naming.generic):
        role: Role = "column" if naming.clean else "other"
        return msgspec.structs.replace(found, role=role, reasons=("stands in navigation, header or footer",))
    if naming.kind == "other_fiscal" and _PUBLIC_FUNDS.search(plain_title(found.text)):
        entity = entity_of(found.text)
        office = entity is not None and is_office(entity)
        if not (office or context.is_disclosure or _heading_names(above)):
            return msgspec.structs.replace(found, reasons=("a notice of funds, in no column of disclosures",))
    if not naming.clean and not (found.date and (context.is_disclosure or _heading_names(above)) and year):
        return msgspec.structs.replace(found, reasons=("a sentence, not a title",))
    if stated is None and not naming.generic and not found.date and not leaf:
        return msgspec.structs.replace(found, role="column", reasons=("no year, no date, no article",))
    return _completed(found, naming, year, above, context, reasons=("its words name it",), confidence=0.7)


_MARK = re.compile(r"[^\u4e00-\u9fff]{1,6}|有|是|已公开|公开|链接|全文|文本|下载|原文")


def _mark_in_table(found: Found, outline: Outline, anchor: html.HtmlElement, context: Context) -> Found | None:
    """A link that is only a picture or a mark (√, pdf, 公开) in a cell whose row and column say what it is."""
    composed = _composed(outline, anchor, "", needs_paper=True)
    naming = name_title(composed or "")
    if composed is None or not naming.wanted:
        return None
    year = fiscal_year(composed, naming.noun_at)
    above = outline.above(outline.row(anchor))
    named = msgspec.structs.replace(found, text=composed)
    reasons = ("its row and column name it",)
    return _completed(named, naming, year, above, context, reasons=reasons, confidence=0.5, listed=True)


def _composed(outline: Outline, anchor: html.HtmlElement, own: str, *, needs_paper: bool = False) -> str | None:
    """What a cell of a matrix of offices, years and papers means: the office of its row (or the words right before
    it), the year and the paper of its column's head, its own words; None where it stands in no such matrix.
    needs_paper: the row or the head must name the paper."""
    row, heads = outline.table_words(anchor)
    label = None
    if not row and not heads:
        label = outline.label_before(anchor)
        row = (label,) if label else ()
    over = [text for text in (*row, *heads) if _tells(text)]
    offices = [text for text in over if is_office(text)]
    if not offices:
        return None
    rest = [text for text in over if text not in offices and text != own]
    if needs_paper and not any(name_title(text).wanted for text in rest):
        return None
    said = " ".join([offices[-1], *sorted(rest, key=lambda text: not stated_years(text)), own])
    known = bool(stated_years(said)) or label is not None or bool(heads)
    return squeeze(said)[:MAX_TEXT] if known else None


def _tells(text: str) -> bool:
    """Whether words of a head or a first cell name an office, a year or a paper."""
    return bool(is_office(text) or stated_years(text) or (name_title(text).kind is not None and len(text) <= 24))


def _unnamed(
    found: Found, outline: Outline, anchor: html.HtmlElement, context: Context, offices: dict[html.HtmlElement, float]
) -> Found:
    """A link whose words name no kind: an office's name, an action, or something else."""
    plain = plain_title(found.text)
    office, action = is_office(found.text), is_action(found.text)
    if not (office or action or found.furniture) and len(plain) <= 30 and found.shape in {"article", "file", "unknown"}:
        composed = _composed(outline, anchor, found.text, needs_paper=True)
        naming = name_title(composed or "")
        if composed and naming.wanted and naming.clean:
            return _completed(
                msgspec.structs.replace(found, text=composed),
                naming,
                fiscal_year(composed, naming.noun_at),
                outline.above(outline.row(anchor)),
                context,
                reasons=("its row and column name it",),
                confidence=0.5,
                listed=True,
            )
    if found.furniture or not (office or action or is_year(plain)):
        if COLUMN_WORDS.search(plain) and len(plain) <= 24 and found.shape != "article":
            return msgspec.structs.replace(found, role="column", reasons=("words name a column",))
        return found
    leafy = offices.get(_block_of(outline, anchor), 0.0) >= 0.6
    row, heads = outline.table_words(anchor)
    row_words = next((text for text in reversed(row) if re.search(r"[\u4e00-\u9fff]{2}", text)), None)
    column_head = " ".join(heads) or None
    above = outline.above(outline.row(anchor))
    if action or is_year(plain):
        label = outline.label_before(anchor) if row_words is None and column_head is None else None
        told = [text for text in row if _tells(text)] or ([row_words] if row_words else [])
        parts = [*told, *heads, found.text if is_year(plain) else ""]
        parts.sort(key=lambda text: (not is_office(text), not stated_years(text)))
        whose: str | None = None
        if not action and row_words is None and column_head is None:  # a year: of the office and the paper over it
            over = (label or "", *above)
            whose = next((text for text in over[:4] if is_office(text)), None)
            paper = next((text for text in over if name_title(text).wanted), "")
            parts = [whose or "", found.text, paper]
        if row_words is None and column_head is None and action:
            whole = text_of(outline.row(anchor)).replace(found.text, " ")
            parts = [re.sub(r"\s+", " ", without_date(squeeze(whole)))[:200]]
        composed = squeeze(" ".join(filter(None, parts)))
        naming = name_title(composed)
        # one office's paper of one year is a page; a county's papers of one year may be a column of them
        lone = whose is not None or (context.owner is not None and not is_government(context.owner))
        leaf = found.shape in {"article", "file"} or (found.shape == "unknown" and lone and not action)
        if naming.wanted and (leaf or found.date or (row_words and column_head)):
            year = fiscal_year(composed, naming.noun_at)
            replaced = msgspec.structs.replace(found, text=composed if action else found.text)
            return _completed(
                replaced,
                naming,
                year,
                above,
                context,
                reasons=("its row and column name it",),
                confidence=0.5,
                words=composed,
                listed=True,
            )
        named = next((text for text in reversed(row) if is_office(text)), None) if action else None
        if named is not None:  # a row of offices: what its heading or its page names, of the office of the row
            found = msgspec.structs.replace(found, text=named)
        elif not office:
            return _sub_column(found, context)
    if found.shape in {"column", "home"} and not found.date and not leafy and not found.in_article:
        if any(name_title(one).wanted for one in above) or context.naming.wanted:
            return _own_column(found, context)
        return _sub_column(found, context)
    for source, text in (
        ("column of the table", column_head or ""),
        *(("heading", one) for one in above),
        ("page", ""),
    ):
        naming = context.naming if source == "page" else name_title(text)
        if not naming.wanted or (
            text and (not naming.clean or _PROSE.search(text) or len(set(stated_years(text))) > 1)
        ):
            continue
        if source == "page" and (
            context.is_home or not (((found.in_article or context.no_article) and leafy) or found.date)
        ):
            continue
        if source == "page" and found.shape in {"column", "home"} and not found.date and not found.in_article:
            break
        year = fiscal_year(text, naming.noun_at) if text else context.paper_year
        naming = office_level(naming, found.text, context)
        reason = f"an office's name under {source} {text[:40]!r}" if text else "an office's name on a page of this kind"
        return _completed(
            found, naming, year, above, context, reasons=(reason,), confidence=0.4, words=f"{found.text}{text}"
        )
    return _sub_column(found, context)


def _own_column(found: Found, context: Context) -> Found:
    """An office in a list of offices that lead to folders: each is a column of its papers, not a paper."""
    if found.shape == "column" and not context.is_home:
        return msgspec.structs.replace(found, role="column", reasons=("an office's own column",))
    return found


def _sub_column(found: Found, context: Context) -> Found:
    """An office or a year that a disclosure column leads to in its own folder: one of its columns."""
    below = found.url.startswith(context.folder) and context.folder.count("/") > 3
    if below and found.shape != "article" and context.is_disclosure and not context.is_home:
        return msgspec.structs.replace(found, role="column", reasons=("a part of this column",))
    return found


def _heading_names(above: tuple[str, ...]) -> bool:
    return any(name_title(text).wanted or COLUMN_WORDS.search(plain_title(text)) for text in above[:3])


def _completed(
    found: Found,
    naming: Naming,
    year: int | None,
    above: tuple[str, ...],
    context: Context,
    *,
    reasons: tuple[str, ...],
    confidence: float,
    words: str | None = None,
    listed: bool = False,
) -> Found:
    """A disclosure with what its words leave open taken from the headings above it, its columns, the site's owner.

    listed: its words are put together of a row and a column of a list of offices."""
    kind = naming.kind
    assert kind is not None
    entity = entity_of(words or found.text) or (found.text if is_office(found.text) else None)
    if entity is None and naming.generic:  # the office's name is the heading, its papers stand below
        entity = next((text for text in above[:3] if is_office(text)), None)
    if entity is not None:
        confidence += 0.1
    kind, level_reason = levelled(kind, naming, entity, above, context, listed=listed)
    if year is not None:
        confidence += 0.15
    else:
        year, heading = _year_of(above)
        if heading is not None:
            reasons += (f"year of the heading {heading[:40]!r}",)
        elif context.years and context.is_disclosure and not found.date:
            year = context.years[0]
            reasons += ("year of the page",)
    also = tuple(dict.fromkeys(one for one in (naming.kind, *naming.also) if one is not None and one != kind))
    return msgspec.structs.replace(
        found,
        role="disclosure",
        kind=kind,
        also=also,
        entity=entity or context.owner,
        fiscal_year=year,
        adjusted=naming.adjusted,
        confidence=round(min(confidence + 0.05 * naming.clean, 1.0), 2),
        reasons=reasons + level_reason,
    )


def _year_of(above: tuple[str, ...]) -> tuple[int | None, str | None]:
    """The year of the nearest heading that states just one, and that heading."""
    for text in above:
        years = set(stated_years(text))
        if len(years) == 1:
            return years.pop(), text
    return None, None
