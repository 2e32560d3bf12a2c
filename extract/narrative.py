"""The prose: headings and sections."""

from __future__ import annotations

import re

from extract.document import Paragraph, Reading, Section, Table
from extract.form import Sections, finds, load_sections
from extract.text import fold, is_blank, ordinal_rank, without_bookmarks
from extract.uses import CONTENTS, Account

_RANKS = (
    (re.compile(r"^第[一二三四五六七八九十]+(?:部分|章)"), 1),
    (re.compile(r"^[一二三四五六七八九十]{1,3}[、.]"), 2),
    (re.compile(r"^\([一二三四五六七八九十]{1,3}\)"), 3),
)
_LEAD_IN = re.compile(r"^([^:,,。;]{2,14}):(.*)$")
MAX_HEADING = 45
_SENTENCE = re.compile(r"[。;；!?]|[,，].*[,，]")


def heading_rank(paragraph: Paragraph) -> int | None:
    """Depth of a heading (1 第一部分, 2 一、, 3 （一）) or None for body text.

    The printed numbering decides before the style does: reports give one style to headings of different depth.
    """
    folded = fold(without_bookmarks(paragraph.text))
    if not folded or paragraph.role == "page_field" or len(folded) > 2 * MAX_HEADING:
        return None
    for pattern, rank in _RANKS:
        if pattern.match(folded):
            if paragraph.level is not None or (len(folded) <= MAX_HEADING and not _SENTENCE.search(folded)):
                return rank
            return None
    # 1、 and （1） number items and paragraphs as often as headings: a bold one is not yet a section.
    return paragraph.level if ordinal_rank(paragraph.text) is None and folded[-1] not in "。;" else None


def section_code(heading: str, words: Sections) -> str | None:
    """Section code of a heading, by vocabulary; the earliest hit in the heading wins, then the order of the words."""
    folded = fold(heading)
    best: tuple[int, int, str] | None = None
    for order, word in enumerate(words.sections):
        part = finds(word.headings, folded)
        if part is not None:
            candidate = (folded.find(part) if word.code in ("duties", "institutions") else 0, order, word.code)
            if best is None or candidate < best:
                best = candidate
    return best[2] if best is not None else None


def read_sections(reading: Reading, account: Account, titles: set[int]) -> list[Section]:
    """Sections in order of the document. titles: paragraphs that are the title of a table, no headings of prose.

    A lead-in (`机构设置：`) begins a section of its own inside a section of several subjects.
    """
    words = load_sections()
    sections: list[Section] = []
    parents: list[tuple[int, str]] = []
    current: Section | None = None
    for block in reading.blocks:
        if isinstance(block, Table):
            if current is not None:
                current.tables.append(block.number)
            continue
        if block.role == "page_field":
            account.paragraph(block, "page_field")
            continue
        if is_blank(block.text) or block.number in titles or account.home_of_paragraph(block) == CONTENTS:
            continue
        rank = heading_rank(block)
        if rank is not None and not account.has_paragraph(block):
            while parents and parents[-1][0] >= rank:
                parents.pop()
            inherited = parents[-1][1] if parents else "other"
            code = section_code(block.text, words) or inherited
            if rank == 1:
                code = "other"
            parents.append((rank, code))
            current = Section(code=code, heading=block.as_text(), level=rank, paragraphs=[], tables=[])
            sections.append(current)
            account.paragraph(block, "heading")
            continue
        if account.has_paragraph(block) and not account_is_text(account, block):
            continue
        led = _lead_in(block, words)
        if led is not None and current is not None and led != current.code and current.code in _SPLIT:
            inner = Section(code=led, heading=None, level=current.level + 1, paragraphs=[], tables=[])
            sections.append(inner)
            current = inner
        if current is None:
            current = Section(code="other", heading=None, level=0, paragraphs=[], tables=[])
            sections.append(current)
        current.paragraphs.append(block.number)
    return sections


_SPLIT = frozenset({"duties", "institutions"})


def account_is_text(account: Account, block: Paragraph) -> bool:
    """Captions and notes belong to their table, not to the prose."""
    return account.home_of_paragraph(block) not in ("caption", "note")


def _lead_in(block: Paragraph, words: Sections) -> str | None:
    match = _LEAD_IN.match(fold(block.text))
    if match is None:
        return None
    for word in words.sections:
        if word.lead_ins and finds([f"^(?:{p})$" for p in word.lead_ins], match.group(1)):
            return word.code
    return None
