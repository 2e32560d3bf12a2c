"""名词解释: terms and their definitions, from the part of the prose that explains words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from extract.document import Paragraph, Place, Reading, Section, Table, Term
from extract.form import Sections, finds, load_sections
from extract.text import compact, fold

_ORDINAL = (
    r"\s*(?:[(（](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]、?|[一二三四五六七八九十]{1,3}\s*[、.．]"
    r"|\d{1,2}\s*[、.．)）]|[①-⑳]、?|[●■◆·•])?\s*"
)
_TERM = r"(?P<term>[^：:。；;]{2,50}?)"
_EXPLAINED = (
    re.compile(rf"{_ORDINAL}{_TERM}\s*[：:]\s*(?P<definition>\S.*)", re.DOTALL),
    re.compile(rf"{_ORDINAL}{_TERM}[，,]?\s*(?P<definition>(?:是指|主要是指|指的是|系指|指|反映)\S.*)", re.DOTALL),
)
_ALONE = re.compile(rf"{_ORDINAL}(?P<term>[^：:。；;，,]{{2,40}}?)\s*[：:]?\s*")
_BEGINS_DEFINITION = re.compile(r"\s*(?:是指|主要是指|指|反映|即|为|是)")
_STARTS_NEW = re.compile(r"\s*(?:[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、.．](?!\d)|[①-⑳●■◆])")
# 其中：因公出国费用反映… goes on with the definition before it.
_GOES_ON = re.compile(r"\s*(?:其中|具体|包括|主要包括|注)\s*[：:，,]?")
_CONTACT = re.compile(r"\s*(?:\S{0,8}(?:公开)?联系(?:人|方式|电话)|附件?[：:]|附表)")
_PART = re.compile(r"\s*第[一二三四五六七八九十]{1,3}[部章]")
_LEADERS = re.compile(r"[.…·]{4,}\s*\d*\s*$|\d+\s*$")


@dataclass
class _Draft:
    term: str
    definition: str
    place: Place
    ended: bool


def glossary_paragraphs(reading: Reading, sections: list[Section]) -> list[Paragraph]:
    """Paragraphs behind a heading that says 名词解释, up to the next heading of its depth; headings within included.

    A heading that has no explanation right behind it is a line of a table of contents.
    """
    words = load_sections()
    begins = {
        section.heading.place.paragraph: section.level
        for section in sections
        if section.heading is not None and _is_glossary(section.heading.text, words)
    }
    levels = {section.heading.place.paragraph: section.level for section in sections if section.heading is not None}
    prose = [b for b in reading.blocks if isinstance(b, Table) or (b.role == "body" and b.text.strip())]
    found: list[Paragraph] = []
    depth: int | None = None
    for at, block in enumerate(prose):
        if isinstance(block, Table):
            depth = None
        elif block.number in begins:
            behind = [b for b in prose[at + 1 : at + 4] if isinstance(b, Paragraph)]
            depth = begins[block.number] if _explains(behind) else None
        elif depth is not None and _CONTACT.match(block.text):
            depth = None
        elif depth is not None:
            level = levels.get(block.number)
            if level is not None and level <= depth and _is_heading(block):
                depth = None
            else:
                found.append(block)
    return found


def _explains(behind: list[Paragraph]) -> bool:
    """Whether one of the first paragraphs behind a heading explains a word."""
    texts = [block.text.strip() for block in behind]
    alone = any(_ALONE.fullmatch(a) and _BEGINS_DEFINITION.match(b) for a, b in pairwise(texts))
    found = [_explained(text) for text in texts]
    return alone or any(one is not None and len(one[1]) >= 10 for one in found)


def _is_glossary(text: str, words: Sections) -> bool:
    patterns = next((word.headings for word in words.sections if word.code == "glossary"), ())
    return finds(patterns, fold(text)) is not None and not re.search(r"[：:].{12,}", compact(text))


def _is_heading(block: Paragraph) -> bool:
    """A heading of its own, and not a term with the first line of its definition."""
    return bool(_PART.match(block.text)) or not re.search(r"[：:]\s*\S{12,}|指|反映", block.text)


def read_terms(paragraphs: list[Paragraph]) -> list[Term]:
    """Terms in order. A paragraph that begins no term goes on with the definition before it."""
    drafts: list[_Draft] = []
    for at, paragraph in enumerate(paragraphs):
        text = paragraph.text.strip()
        before = drafts[-1] if drafts else None
        found = None if before is not None and _is_rest(text, before) else _explained(text)
        if found is not None:
            drafts.append(_Draft(found[0], found[1], paragraph.place, _ends(text)))
            continue
        behind = paragraphs[at + 1].text if at + 1 < len(paragraphs) else ""
        alone = _ALONE.fullmatch(text)
        if alone and _BEGINS_DEFINITION.match(behind) and (before is None or before.ended or not before.definition):
            drafts.append(_Draft(alone["term"], "", paragraph.place, False))
        elif before is not None and (_ends(text) or not before.ended) and not _LEADERS.search(text[-8:]):
            before.definition += text
            before.ended = _ends(text)
    kept = [draft for draft in drafts if draft.definition.strip()]
    return [Term(seq, _tidy(d.term), d.definition.strip(), d.place) for seq, d in enumerate(kept, 1)]


def _is_rest(text: str, before: _Draft) -> bool:
    """The next line of a definition that was cut, or a part of it that is explained within it."""
    if _GOES_ON.match(text):
        return True
    return (
        not before.ended and not _STARTS_NEW.match(text) and bool(before.definition or _BEGINS_DEFINITION.match(text))
    )


def _explained(text: str) -> tuple[str, str] | None:
    if _PART.match(text):
        return None
    for pattern in _EXPLAINED:
        match = pattern.fullmatch(text)
        if match and len(match["definition"]) >= 4 and not re.search(r"[，,].*[，,]", match["term"]):
            return match["term"], match["definition"]
    return None


def _ends(text: str) -> bool:
    return bool(re.search(r"[。；;.！!]\s*[”’）)]?\s*$", text))


def _tidy(term: str) -> str:
    bare = compact(term).strip("：:，,、")
    whole = re.fullmatch(r"[“\"]([^“”\"]*)[”\"]", bare)
    return whole.group(1) if whole else bare
