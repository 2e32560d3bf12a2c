"""The numbers that Word prints before paragraphs of a list (`一、`, `（一）`, `1.`): they are in no text of the file.

ECMA-376 part 1, 17.9: a paragraph names a list (w:num) and a level, itself or through its style; the list's abstract
definition (w:abstractNum) says how each level counts and what is printed around the count. Bullets print no number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from extract.readers.docx_text import A, W, XmlElement
from extract.readers.number_words import HIGHEST, number_words

_VALUE = W + "val"
_LEVELS = 9
_LONGEST = 60  # characters around the counts of one level
_PLACEHOLDER = re.compile(r"%([1-9])")
_CLOSES = "、．。，：）】》」』〕"  # a full-width mark has the gap that a tab would make
_GONE = frozenset({W + "del", W + "moveFrom", W + "pPrChange"})
_MAX_DEFINITIONS = 20_000


@dataclass(frozen=True)
class _Level:
    start: int = 1
    number_format: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None  # 0: never; n: only after a paragraph of level n (1-based) or above
    style: str | None = None
    legal: bool = False


@dataclass(frozen=True)
class _Named:
    """What a paragraph or a style says of its list. level None: not said."""

    num: str | None = None
    level: int | None = None


@dataclass
class _List:
    """An abstract definition with its counts; they go on over every w:num made of it."""

    levels: dict[int, _Level]
    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)


@dataclass
class _Num:
    """One w:num. starts: level → first number, where it counts anew. levels: definitions that it replaces."""

    of: _List
    starts: dict[int, int]
    levels: dict[int, _Level]
    begun: set[int] = field(default_factory=set)

    def level(self, index: int) -> _Level | None:
        return self.levels.get(index) or self.of.levels.get(index)


class ListNumbers:
    """`text_of` gives what is printed before a paragraph. unread: numbers in a format that is not known."""

    def __init__(self, numbering: XmlElement | None, styles: XmlElement | None, *roots: XmlElement) -> None:
        self.unread = 0
        self._printed: dict[XmlElement, str] = {}
        if numbering is None:
            return
        self._nums = _nums(numbering)
        self._styles = _styles(styles)
        listed = [style for style in self._styles if self._chain(style)]
        wanted = (W + "numPr", W + "pStyle") if listed else (W + "numPr",)
        last = None
        for root in roots:
            for said in root.iter(*wanted):  # few paragraphs of a document say either
                properties = said.getparent()
                if properties is None or properties.tag != W + "pPr":
                    continue
                paragraph = properties.getparent()
                if paragraph is not None and paragraph is not last and paragraph.tag == W + "p":
                    self._count(paragraph, properties)
                    last = paragraph

    def text_of(self, paragraph: XmlElement) -> str:
        return self._printed.get(paragraph, "")

    def _count(self, paragraph: XmlElement, properties: XmlElement) -> None:
        own = _named(properties.find(W + "numPr"))
        style = properties.find(W + "pStyle")
        chain = self._chain(style.get(_VALUE, "") if style is not None else "")
        if own.num is None and not chain:
            return
        num_id = own.num if own.num is not None else next((n.num for _, n in chain if n.num is not None), None)
        num = self._nums.get(num_id or "")
        if num is None or not _is_printed(paragraph):
            return
        index = own.level
        if index is None:
            linked = (i for name, _ in chain for i, level in num.of.levels.items() if level.style == name)
            said = (n.level for _, n in chain if n.level is not None)
            index = next(linked, None) if own.num is None else None
            index = index if index is not None else next(said, 0)
        level = num.level(index)
        if level is not None:
            self._printed[paragraph] = self._next(num, index, level)

    def _chain(self, style: str) -> list[tuple[str, _Named]]:
        """The style and those it is based on, where any of them names a list."""
        chain: list[tuple[str, _Named]] = []
        seen: set[str] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            named, parent = self._styles[style]
            chain.append((style, named))
            style = parent
        return chain if any(named.num is not None for _, named in chain) else []

    def _next(self, num: _Num, index: int, level: _Level) -> str:
        counts = num.of.counts
        if index in num.starts and index not in num.begun:
            counts[index] = None
        num.begun.add(index)
        before = counts[index]
        counts[index] = min(before + 1, HIGHEST) if before is not None else num.starts.get(index, level.start)
        for deeper in range(index + 1, _LEVELS):
            other = num.level(deeper)
            restart = other.restart if other is not None else None
            if restart is None or index < restart:
                counts[deeper] = None
        return self._around(num, level)

    def _around(self, num: _Num, level: _Level) -> str:
        if level.number_format == "bullet" or not level.text:
            return ""
        unread = False

        def count(match: re.Match[str]) -> str:
            nonlocal unread
            index = int(match.group(1)) - 1
            other = num.level(index) or _Level()
            value = num.of.counts[index]
            value = num.starts.get(index, other.start) if value is None else value
            words = number_words(value, "decimal" if level.legal else other.number_format)
            unread = unread or words is None
            return words or ""

        printed = _PLACEHOLDER.sub(count, level.text)
        if unread:
            self.unread += 1
            return ""
        if level.suffix == "nothing" or not printed or (level.suffix == "tab" and printed[-1] in _CLOSES):
            return printed
        return printed + (" " if level.suffix == "space" else "\t")


def _is_printed(paragraph: XmlElement) -> bool:
    """False in what was deleted or moved away, and in the branch of alternate content that is not printed."""
    parent = paragraph.getparent()
    while parent is not None:
        if parent.tag in _GONE or (parent.tag == A + "Fallback" and _has_choice(parent)):
            return False
        if parent.tag == W + "tr":
            row = parent.find(W + "trPr")
            if row is not None and row.find(W + "del") is not None:
                return False
        parent = parent.getparent()
    return True


def _has_choice(fallback: XmlElement) -> bool:
    parent = fallback.getparent()
    choice = parent.find(A + "Choice") if parent is not None else None
    return choice is not None and len(choice) > 0


# ------------------------------------------------------------------------------------------------------ definitions
def _nums(numbering: XmlElement) -> dict[str, _Num]:
    lists: dict[str, _List] = {}
    by_style: dict[str, _List] = {}
    linked: dict[str, str] = {}
    for element in list(numbering.iterfind(W + "abstractNum"))[:_MAX_DEFINITIONS]:
        found = _List({i: level for child in element.iterfind(W + "lvl") for i, level in [_level(child)]})
        name = element.get(W + "abstractNumId", "")
        lists[name] = found
        style, link = element.find(W + "styleLink"), element.find(W + "numStyleLink")
        if style is not None:
            by_style[style.get(_VALUE, "")] = found
        if link is not None and not found.levels:
            linked[name] = link.get(_VALUE, "")
    nums: dict[str, _Num] = {}
    for element in list(numbering.iterfind(W + "num"))[:_MAX_DEFINITIONS]:
        reference = element.find(W + "abstractNumId")
        name = reference.get(_VALUE, "") if reference is not None else ""
        of = by_style.get(linked.get(name, ""), lists.get(name))
        if of is None:
            continue
        num = _Num(of, {}, {})
        for override in element.iterfind(W + "lvlOverride"):
            index = _whole(override.get(W + "ilvl"), 0)
            start, replaced = override.find(W + "startOverride"), override.find(W + "lvl")
            if replaced is not None:
                num.levels[index] = _level(replaced)[1]
            if start is not None:
                num.starts[index] = _whole(start.get(_VALUE), 0)
        nums[element.get(W + "numId", "")] = num
    nums.pop("0", None)  # 17.9.18: takes the numbering of a style away
    return nums


def _level(element: XmlElement) -> tuple[int, _Level]:
    level = _Level()
    for child in element:
        value = child.get(_VALUE)
        if child.tag == W + "start":
            level = replace(level, start=_whole(value, 1))
        elif child.tag == W + "numFmt":
            level = replace(level, number_format=value or "decimal")
        elif child.tag == A + "AlternateContent":  # a format of later versions, with one that all know
            known = child.find(f"{A}Fallback/{W}numFmt")
            level = replace(level, number_format=known.get(_VALUE) or "decimal" if known is not None else "custom")
        elif child.tag == W + "lvlText":
            level = replace(level, text=(value or "")[:_LONGEST])
        elif child.tag == W + "suff":
            level = replace(level, suffix=value or "tab")
        elif child.tag == W + "lvlRestart":
            level = replace(level, restart=_whole(value, 0))
        elif child.tag == W + "pStyle":
            level = replace(level, style=value)
        elif child.tag == W + "isLgl":
            level = replace(level, legal=value not in {"0", "false", "off"})
    return min(_whole(element.get(W + "ilvl"), 0), _LEVELS - 1), level


def _styles(styles: XmlElement | None) -> dict[str, tuple[_Named, str]]:
    """style → (list it names, style it is based on), for paragraph styles."""
    found: dict[str, tuple[_Named, str]] = {}
    for style in styles.iterfind(W + "style") if styles is not None else ():
        if style.get(W + "type", "paragraph") == "paragraph":
            parent = style.find(W + "basedOn")
            named = _named(style.find(f"{W}pPr/{W}numPr"))
            found[style.get(W + "styleId", "")] = (named, parent.get(_VALUE, "") if parent is not None else "")
    return found


def _named(properties: XmlElement | None) -> _Named:
    if properties is None:
        return _Named()
    num, level = properties.find(W + "numId"), properties.find(W + "ilvl")
    return _Named(
        num.get(_VALUE) if num is not None else None,
        min(_whole(level.get(_VALUE), 0), _LEVELS - 1) if level is not None else None,
    )


def _whole(value: str | None, otherwise: int) -> int:
    """A count from the file, bounded."""
    return min(int(value), HIGHEST) if value and value.isascii() and value.isdecimal() and len(value) < 9 else otherwise
