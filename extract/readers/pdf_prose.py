"""Lines outside grids → page fields, paragraphs and headings."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from extract.readers.headings import may_be_heading, numbered_depth
from extract.readers.lines import Line, glued_end

_PAGE_NUMBER = re.compile(r"[-—–－―~·\s]*(?:第)?\s*\d{1,4}\s*(?:页)?(?:\s*[/,，共]+\s*\d{1,4}\s*页?)?[-—–－―~·\s]*")
_ZONE = 0.12  # of the page height: where page numbers and running headers stand
_ENUMERATOR = re.compile(
    r"[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]?[、.．：]|[（(](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]|[①-⑳]|注[：:\d]|第[一二三四五六七八九十]{1,3}[部章节条]"
)
_NAMES_TABLE = re.compile(
    r"表(?:\s?[（(][^（）()]{1,24}[)）]){0,2}\s*(?:(?:金额|计量|货币)?单\s*位\s*[:：]?\s*(?:人民币)?(?:百万|[亿万千])?元)?\s*$"
)
_CAPTION = re.compile(r"(?:编制|填报|公开)?(?:部门|单位)(?:名称)?\s*[:：]")
_SENTENCE_END = re.compile(r"[。；;：:！!？?]$")


class PageLine(NamedTuple):
    """A line and where it stands. after_table: a grid stands between it and the line before."""

    page: int
    height: float
    width: float
    line: Line
    after_table: bool = False


@dataclass
class Draft:
    """A paragraph being put together; number and Place follow later. text: once it has all its lines."""

    lines: list[PageLine]
    level: int | None = None

    @cached_property
    def text(self) -> str:
        return join_lines([item.line.text for item in self.lines])

    @property
    def breaks(self) -> tuple[int, ...]:
        """Positions in `text` at which a further page begins."""
        if self.lines[-1].page == self.lines[0].page:
            return ()
        turns = [n for n in range(1, len(self.lines)) if self.lines[n].page != self.lines[n - 1].page]
        texts = [item.line.text for item in self.lines]
        return tuple(len(join_lines(texts[: n + 1])) - len(texts[n]) for n in turns)


def in_margin(line: Line, height: float) -> bool:
    """Whether a line stands where page numbers and running headers do, on a page of that height."""
    return line.box[1] < _ZONE * height or line.box[3] > (1 - _ZONE) * height


def page_fields(lines: Sequence[PageLine], n_pages: int) -> set[int]:
    """Indexes of the lines that the page prints and not the author: page numbers, running headers and footers."""
    found: set[int] = set()
    repeated: dict[tuple[str, int], list[int]] = defaultdict(list)
    bare_numbers: dict[int, list[int]] = defaultdict(list)  # number minus page → indexes
    for index, item in enumerate(lines):
        top, bottom = item.line.box[1], item.line.box[3]
        if not in_margin(item.line, item.height):
            continue
        number = _PAGE_NUMBER.fullmatch(item.line.text)
        if number and not item.line.text.strip().isdecimal():
            found.add(index)
        elif number:
            bare_numbers[int(item.line.text.strip()) - item.page].append(index)
        spot = round(top / 4) if top < item.height / 2 else -round((item.height - bottom) / 4)
        repeated[(re.sub(r"\d+", "#", "".join(item.line.text.split())), spot)].append(index)
    for offset, indexes in bare_numbers.items():
        if len(indexes) > 1 or (n_pages == 1 and offset == 0):  # a number alone must count with the pages
            found.update(indexes)
    for indexes in repeated.values():
        pages = {lines[i].page for i in indexes}
        if len(pages) >= 3 and len(pages) * 2 > n_pages:
            found.update(indexes)
    return found


def paragraphs(lines: Sequence[PageLine], table_size: float | None = None) -> list[Draft]:
    """Paragraphs with heading levels, in reading order.

    lines: the body lines of the document, in reading order. table_size: the usual size of text in its tables, for
    documents without running prose.
    """
    margins = _margins(lines)
    drafts: list[Draft] = []
    for item in lines:
        if drafts and _goes_on(drafts[-1].lines[-1], item, margins):
            drafts[-1].lines.append(item)
        else:
            drafts.append(Draft([item]))
    _set_levels(drafts, table_size)
    return drafts


def join_lines(texts: Sequence[str]) -> str:
    """Wrapped lines as one text: a space only where Latin letters meet."""
    joined = ""
    for text in texts:
        latin = text[:1].isascii() and text[:1].isalpha() and joined[-1:].isascii() and joined[-1:].isalpha()
        joined += f" {text}" if latin else text
    return joined


def _margins(lines: Sequence[PageLine]) -> dict[tuple[float, float], tuple[float, float]]:
    """(left, right) text margin by size of the page: the usual left edge and the furthest usual right edge."""
    by_size: dict[tuple[float, float], list[Line]] = defaultdict(list)
    by_format: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for item in lines:
        by_size[item.width, item.height].append(item.line)
    for size, found in by_size.items():
        by_format[_format(*size)].extend(found)
    margins: dict[tuple[int, int], tuple[float, float]] = {}
    for page_format, found in by_format.items():
        lefts = sorted([line.box[0] for line in found])
        rights = sorted([line.box[2] for line in found])
        margins[page_format] = (lefts[len(lefts) // 20], rights[-1 - len(rights) // 50])
    return {size: margins[_format(*size)] for size in by_size}


def _format(width: float, height: float) -> tuple[int, int]:
    return (round(width), round(height))


def _goes_on(before: PageLine, item: PageLine, margins: dict[tuple[float, float], tuple[float, float]]) -> bool:
    """Whether `item` continues the paragraph of `before`: its line was full, and `item` has no first-line indent."""
    if item.after_table:
        return False
    if item.page != before.page and (
        item.page > before.page + 1 or _format(item.width, item.height) != _format(before.width, before.height)
    ):
        return False
    left, right = margins[item.width, item.height]
    upper, lower = before.line, item.line
    size = upper.size
    if abs(upper.size - lower.size) > 0.08 * size:
        return False
    if item.page == before.page and not -0.5 * size < lower.box[1] - upper.box[3] < 1.3 * size:
        return False
    room = right - upper.box[2]
    if room > _first_token(lower) + 0.7 * size:
        return False
    if _ENUMERATOR.match(lower.text) and _SENTENCE_END.search(upper.text):
        return False
    if _CAPTION.match(lower.text) and _NAMES_TABLE.search(upper.text):
        return False
    centre = (left + right) / 2
    centred = abs((lower.box[0] + lower.box[2]) / 2 - centre) < size and lower.box[0] > left + 3 * size
    return centred or lower.box[0] <= left + 0.8 * size or lower.box[0] <= upper.box[0] + 0.3 * size < left + 1.5 * size


def _first_token(line: Line) -> float:
    """Width of what could not be broken off the line's start."""
    return glued_end(line, "，。；：、）》”％%") - line.box[0]


def _set_levels(drafts: Sequence[Draft], table_size: float | None) -> None:
    sizes: Counter[float] = Counter()
    for draft in drafts:
        for item in draft.lines:
            sizes[round(item.line.size, 1)] += len(item.line.text)
    if not sizes:
        return
    running: Counter[float] = Counter()
    short: list[Draft] = []
    for draft in drafts:
        if may_be_heading(draft.text):
            short.append(draft)
        else:
            running[round(draft.lines[0].line.size, 1)] += len(draft.text)
    body = running.most_common(1)[0][0] if running else table_size or sizes.most_common(1)[0][0]
    larger = sorted({s for s in sizes if s > 1.08 * body}, reverse=True)
    ranks: dict[float, int] = {}
    for size in larger:  # sizes that differ by less than a twelfth are one rank
        above = [s for s in ranks if s <= 1.08 * size]
        ranks[size] = ranks[above[0]] if above else min(len(set(ranks.values())) + 1, 3)
    base = max(ranks.values(), default=0)
    for draft in short:
        rank = ranks.get(round(draft.lines[0].line.size, 1))
        depth = numbered_depth(draft.text) if rank is None else None
        if rank is not None:
            draft.level = rank
        elif depth is not None:
            draft.level = max(base, 1) + depth
