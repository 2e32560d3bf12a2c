"""Tables of contents: the paragraphs that only list what stands further on. They are no headings and no prose.

A line is one by itself where it prints a leader and a page (`一、部门概况………3`), or where Word left the field that
makes it (`PAGEREF _Toc25831 \\h 3`). Others are told by what stands around them: under 目录, one after the other, until
the first of them is printed again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from extract.document import Block, Paragraph
from extract.text import fold, fold_keep_circled, ordinal_rank, strip_ordinal

_HEAD = re.compile(r"(?:目[录次錄]|contents|tableofcontents)[::]?", re.IGNORECASE)
_PAGE = r"[-–—(]*\d{1,4}[-–—)]*"
_LEADER = re.compile(r"[.·⋯・•。]{4,}|[-_]{6,}")  # in folded text: NFKC makes … three points
_LED_TO_A_PAGE = re.compile(rf"(?:[.·⋯・•。]{{4,}}|[-_]{{6,}}){_PAGE}(?!\d)")
_LED_AT_END = re.compile(r".*\D(?:[.·⋯・•。]{4,}|[-_]{6,})(?:" + _PAGE + r")?$")
_FIELD = re.compile(r"PAGEREF\s+_\w+|HYPERLINK\s+\\l\s|\bTOC\s+\\[a-z]", re.IGNORECASE)
_TABBED = re.compile(rf"\S[ \u3000]*\t\s*(?:{_PAGE}|错误[!！]未定义书签。?)\s*$")
_ENDS_WITH_PAGE = re.compile(rf"(?:[\s\u3000]+|(?<=[^\d\s.,%])){_PAGE}$")
_PART = re.compile(r"^第[一二三四五六七八九十\d]{1,3}(?:部分|章|节|篇)[::、.]?|^附[件表录]?\d{0,2}[::、.]")
_BEFORE_A_YEAR = re.compile(r"^\d{1,2}[.、](?=(?:19|20)\d\d年)")  # 1.2026年…: an ordinal, no decimal number
_SENTENCE = re.compile(r"[。;；]")
_LONGEST = 60  # characters of a line without a leader
_MOST_LINES = 400
_MOST_LISTS = 20
_FEWEST = 2
_CONFIRMED = 0.5  # of the lines under 目录 that must be printed again further on


@dataclass(frozen=True)
class _Entry:
    """One line under 目录. whole: folded text; key: without its ordinal, leader and page; led: with a leader."""

    paragraph: Paragraph
    whole: str
    key: str
    led: bool


def contents_lines(blocks: Sequence[Block]) -> frozenset[int]:
    """Numbers of the paragraphs that are lines of a table of contents, the word 目录 above them as well."""
    found: set[int] = set()
    lists = 0
    for index, block in enumerate(blocks):
        if not isinstance(block, Paragraph) or block.role != "body" or block.number in found:
            continue
        if _HEAD.fullmatch(fold(block.text)) and lists < _MOST_LISTS:
            lists += 1
            lines = _lines_under(blocks, index)
            if lines:
                found.update([block.number, *(line.paragraph.number for line in lines)])
        elif _is_line_by_itself(block.text) or (_TABBED.search(block.text) and _is_printed_later(blocks, index)):
            found.add(block.number)
    return frozenset(found)


def without_levels(blocks: list[Block]) -> list[Block]:
    """The blocks with the lines of contents as plain paragraphs; the word 目录 keeps the level it is printed with."""
    listed = contents_lines(blocks)
    return [
        msgspec.structs.replace(block, level=None)
        if isinstance(block, Paragraph)
        and block.level is not None
        and block.number in listed
        and not _HEAD.fullmatch(fold(block.text))
        else block
        for block in blocks
    ]


def _is_line_by_itself(text: str) -> bool:
    if _FIELD.search(text):
        return True
    folded = fold(text)
    return bool(_LED_TO_A_PAGE.search(folded)) and _LED_AT_END.fullmatch(folded) is not None


def _lines_under(blocks: Sequence[Block], head: int) -> list[_Entry]:
    entries: list[_Entry] = []
    stop, starts_over = head, False
    for stop in range(head + 1, len(blocks)):
        block = blocks[stop]
        if not isinstance(block, Paragraph) or len(entries) >= _MOST_LINES:
            break
        if block.role == "page_field":
            continue
        entry = _entry(block)
        starts_over = entry is not None and _begins_the_body(entry, entries)
        if entry is None or starts_over:
            break
        entries.append(entry)
    later = _texts(blocks[stop:])
    if not starts_over:
        _drop_headings_of_the_body(entries, later, blocks[stop])
    confirmed = sum(_confirmed(entry, later) for entry in entries)
    # a list that is printed again from its first line on needs no more: its tables may be in another file
    enough = _FEWEST if starts_over else max(_FEWEST, _CONFIRMED * len(entries))
    return entries if confirmed >= enough else []


def _drop_headings_of_the_body(entries: list[_Entry], later: str, after: Block) -> None:
    """Drops the last entries that are printed once: where the list ends is not told by its first line, only by prose
    or a table under a heading. On a page that the list leaves before its end, all are lines of it."""
    ends_on = after.place.page if isinstance(after, Paragraph) else after.cells[0].place.page if after.cells else None
    sure = {entry.paragraph.place.page for entry in entries if _confirmed(entry, later)} - {ends_on, None}
    while entries and not _confirmed(entries[-1], later) and entries[-1].paragraph.place.page not in sure:
        entries.pop()


def _entry(paragraph: Paragraph) -> _Entry | None:
    """None for what no line of contents looks like: prose."""
    folded = fold(paragraph.text)
    led = bool(_LEADER.search(folded)) or bool(_FIELD.search(paragraph.text))
    if not led and (len(folded) > _LONGEST or _SENTENCE.search(folded[:-1])):
        return None
    if not led and folded.endswith(("。", ";")) and ordinal_rank(paragraph.text) is None:
        return None
    return _Entry(paragraph, folded, _key(paragraph.text), led)


def _key(text: str) -> str:
    """What of a line is printed again above the part itself."""
    bare = _FIELD.split(text, maxsplit=1)[0]
    bare = _ENDS_WITH_PAGE.sub("", _LEADER.split(fold_keep_circled(bare), maxsplit=1)[0])
    named = _BEFORE_A_YEAR.sub("", _PART.sub("", bare))
    return strip_ordinal(named).rstrip("。;:") or bare


def _begins_the_body(entry: _Entry, entries: Sequence[_Entry]) -> bool:
    """Whether a line of the list stands here again: the list is over."""
    if not entries or entry.led:
        return False
    first = entries[0]
    if len(entry.whole) > 3 and (first.whole.startswith(entry.whole) or entry.whole.startswith(first.whole)):
        return True
    numbered = _PART.match(entry.whole) or ordinal_rank(entry.paragraph.text) is not None
    if not numbered and len(first.key) > 3 and first.key != first.whole and entry.whole.endswith(first.key):
        return True  # 一、主要职责 in the list, 某局主要职责 above the part itself
    apart = entry.paragraph.place.page is None or entry.paragraph.place.page != entries[-1].paragraph.place.page
    return apart and any(
        entry.whole == other.whole or (len(entry.key) > 2 and entry.key == other.key) for other in entries
    )


def _confirmed(entry: _Entry, later: str) -> bool:
    return entry.led or (len(entry.key) > 1 and entry.key in later)


def _is_printed_later(blocks: Sequence[Block], index: int) -> bool:
    block = blocks[index]
    assert isinstance(block, Paragraph)
    key = _key(block.text.rpartition("\t")[0])
    return len(key) > 1 and any(
        isinstance(other, Paragraph)
        and other.role == "body"
        and not _TABBED.search(other.text)
        and key == _key(other.text)
        for other in blocks[index + 1 :]
    )


def _texts(blocks: Sequence[Block]) -> str:
    """Short texts that may be headings and titles, folded, one a line."""
    found: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            if block.role == "body" and len(block.text) <= 2 * _LONGEST:
                found.append(fold(block.text))
        else:
            found.extend(fold(cell.text) for cell in block.cells if cell.row < 3 and len(cell.text) <= 2 * _LONGEST)
    return "\n".join(found)
