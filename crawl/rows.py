"""The date of a link's row. Pure functions.

A list prints a date in the row, in a cell of its own under a head, in the element behind the row, or as bare text
between two links. Where there are several, the label or the head of the column tells which one is the publication:
发布 and 公开 before an unlabelled one, that before 发文, 更新, 生成; what is not shown (`display:none`) comes last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice, takewhile
from typing import Literal

from lxml import html

from crawl.dating import DATE, row_date
from crawl.outline import Outline
from crawl.page import pieces_of, squeeze

_MAX_ROW = 400  # characters of a row that are searched for its date
_MAX_CELLS = 14
_MAX_DESCRIPTIONS = 6  # of a term that are looked at for its date
_MAX_BEATS = 40  # children of a list that are looked at for its rhythm, from each end
_BLOCK_ROWS = frozenset({"dd", "dt", "li", "p", "div"})
_LABEL = re.compile(
    r"(发布|公开|公布|发文|印发|生成|成文|形成|更新|录入|修改|创建"
    r"|生效|实施|有效|废止|失效|截止|开始|结束)?"
    r"\s*(?:日\s*期|时\s*间)?\s*[:：】\]]?\s*$"
)
_RANKS = {
    "发布": 0, "公开": 0, "公布": 0, "发文": 3, "印发": 3, "更新": 4, "录入": 4, "修改": 5, "创建": 5, "生成": 5,
    "成文": 5, "形成": 5, "生效": 8, "实施": 8, "有效": 9, "废止": 9, "失效": 9, "截止": 9, "开始": 9, "结束": 9,
}  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ONLY_DATE = re.compile(
    r"[\s\[【(（〔]*[^\s\u4e00-\u9fff]{0,2}(?:发布|公开|更新)?(?:日期|时间)?[:：]?\s*[\d\s年月日./:：\-]{4,24}[\])）】〕\s]*"
)


def row_day(outline: Outline, anchor: html.HtmlElement, text: str, url: str) -> str | None:
    """YYYY-MM-DD of the row a link stands in; None where the row has no date."""
    row = outline.row(anchor)
    return (
        _of_cells(outline, anchor, url, headed=True)
        or _of_row(row, text, url)
        or _of_cells(outline, anchor, url, headed=False)
        or _beside(outline, anchor, row, url)
        or _of_attributes(anchor, row)
    )


def _of_row(row: html.HtmlElement, text: str, url: str) -> str | None:
    hidden = [one for one in row.iter() if isinstance(one.tag, str) and _HIDDEN.search(one.get("style") or "")][:8]
    words = pieces_of(row)[: 4 * _MAX_ROW]
    if not re.search(r"\d", words):
        return None
    at = words.find(text) if text else -1
    parts = [words[at + len(text) :][:_MAX_ROW], words[:at][-_MAX_ROW:]] if at >= 0 else [words[:_MAX_ROW]]
    out_of_sight = {one for part in hidden for one in _days(pieces_of(part)[:_MAX_ROW])}
    best: tuple[int, str] | None = None
    for part in parts:
        for day, rank in _days(part).items():
            weight = rank if rank != 1 or day not in out_of_sight else 2
            if best is None or weight < best[0]:
                best = (weight, day)
    if best is not None and best[0] < 8:
        return best[1]
    # cards, and month and day with the year of the address
    return next((near for part in parts if (near := row_date(part, url))), None) if best is None else None


def _days(text: str) -> dict[str, int]:
    """Every full date of a text with the rank of the label before it, the best rank of each."""
    found: dict[str, int] = {}
    for hit in DATE.finditer(text):
        day = row_date(hit[0] + ("日" if "年" in hit[0] else ""))
        if day is None:
            continue
        label = _LABEL.search(text[max(0, hit.start() - 16) : hit.start()])
        rank = _RANKS.get(label[1], 1) if label and label[1] else 1
        found[day] = min(rank, found.get(day, 99))
    return found


def _of_cells(outline: Outline, anchor: html.HtmlElement, url: str, *, headed: bool) -> str | None:
    """The cells of a table's row; the head of a column tells what its date is. headed: only cells under such a head."""
    line = anchor if anchor.tag == "tr" else next((one for one in anchor.iterancestors("tr")), None)
    if line is None or len(line) > _MAX_CELLS or line.find(".//table") is not None:
        return None
    best: tuple[int, str] | None = None
    for cell in line:
        if cell.tag not in {"td", "th"} or not 4 <= len(words := outline.text(cell)) <= 24:
            continue
        day = row_date(words, url)
        if day is None:
            continue
        heads = " ".join(outline.heads_of(cell))
        if headed and not re.search(r"日\s*期|时\s*间|date|time", heads, re.IGNORECASE):
            continue
        rank = min((rank for word, rank in _RANKS.items() if word in heads), default=1)
        if best is None or rank < best[0]:
            best = (rank, day)
    return best[1] if best is not None and best[0] < 8 else None


def _of_attributes(anchor: html.HtmlElement, row: html.HtmlElement) -> str | None:
    """A date that only the `title` of a link (behind a label) or a data- attribute of its row tells."""
    hint = squeeze(anchor.get("title") or "")[:_MAX_ROW]
    labelled = re.search(r"(?:发布|公开)?(?:日期|时间)\s*[:：]\s*(.{6,24})", hint)
    if labelled and (day := row_date(labelled[1])):
        return day
    for element in (anchor, row, *islice(row.iter("time"), 3)):
        for name in ("data-date", "data-time", "data-pubdate", "data-publish", "datetime"):
            value = element.get(name)
            if value and len(value) < 40 and (day := row_date(value)):
                return day
    return None


def _beside(outline: Outline, anchor: html.HtmlElement, row: html.HtmlElement, url: str) -> str | None:
    """A date that stands in no element of the row: bare text up to the next link or line, or the element behind or
    before, by the rhythm of the list."""
    parent = row.getparent()
    if parent is None or outline.places(parent) < 2 or row.tag in {"td", "th", "tr"}:
        return None
    rhythm = _rhythm(outline, parent) if row.tag in _BLOCK_ROWS else None
    if rhythm == "before" and row.tag == "dd":  # one term may be the date of several descriptions
        term = next(islice(row.itersiblings("dt", preceding=True), 1), None)
        words = outline.text(term) if term is not None else ""
        if _ONLY_DATE.fullmatch(words):
            return row_date(words, url)
    if rhythm == "behind" and row.tag == "dt":  # of the descriptions of a term one is its date
        own = takewhile(lambda one: one.tag != "dt" and not outline.places(one), row.itersiblings())
        days = (outline.text(one) for one in islice(own, _MAX_DESCRIPTIONS) if isinstance(one.tag, str))
        return next((row_date(words, url) for words in days if _ONLY_DATE.fullmatch(words)), None)
    behind, before = _around(outline, row)
    for words in {"before": (before,), "behind": (behind,)}.get(rhythm or "", (behind, before)):
        text = squeeze(words)
        if _ONLY_DATE.fullmatch(text) and (day := row_date(text, url)):
            return day
    return None


def _rhythm(outline: Outline, block: html.HtmlElement) -> Literal["before", "behind"] | None:
    """Where the elements of a list that are nothing but a date stand: each before its link, or behind it; None where
    there are none, or where the list neither begins nor ends as such a list does.

    A date between two links says by itself not whose it is; the two ends of the list do.
    """
    first = _beat(outline, islice(block, _MAX_BEATS))
    last = _beat(outline, islice(block.iterchildren(reversed=True), _MAX_BEATS))
    if first == "date" and last == "link":
        return "before"
    return "behind" if first == "link" and last == "date" else None


def _beat(outline: Outline, children: Iterable[html.HtmlElement]) -> Literal["date", "link"] | None:
    """What comes first among a list's children: a link, or a date standing alone; headings and rules are passed."""
    for one in children:
        if not isinstance(one.tag, str):
            continue
        if outline.places(one):
            return "link"
        if _ONLY_DATE.fullmatch(outline.text(one)) and re.search(r"\d", outline.text(one)):
            return "date"
    return None


def _around(outline: Outline, row: html.HtmlElement) -> tuple[str, str]:
    """(text behind a row, text before it) up to the next link or, where the row is inline, the next line."""
    inline = row.tag in {"a", "span", "font", "b", "strong", "em", "u", "label"}
    behind = [row.tail or ""]
    for number, one in enumerate(row.itersiblings()):
        if number >= 4 or not isinstance(one.tag, str) or one.tag == "br" or outline.places(one):
            break
        behind += [outline.text(one), one.tail or ""] if inline or number == 0 else []
        if not inline:
            break
    before: list[str] = []
    for number, one in enumerate(row.itersiblings(preceding=True)):
        before.append(one.tail or "")
        if number >= 4 or not isinstance(one.tag, str) or one.tag == "br" or outline.places(one):
            break
        before.append(outline.text(one))
        if not inline:
            break
    else:
        parent = row.getparent()
        before.append((parent.text if parent is not None else "") or "")
    return " ".join(behind), " ".join(reversed(before))
