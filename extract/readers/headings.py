"""Headings told by their numbering, where the format gives no style: 第一部分 › 一、 › （一） › 1、"""

from __future__ import annotations

import re
from typing import Final

from extract.text import without_bookmarks

NUMBERINGS: Final = (
    re.compile(r"第[一二三四五六七八九十]{1,3}(?:部分|章)"),
    re.compile(r"[一二三四五六七八九十]{1,3}、"),
    re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]"),
    re.compile(r"\d{1,2}[、.．](?!\d)"),
)
_SENTENCE = tuple("。；;，,、：:！!？?")
_LONGEST = 50


def may_be_heading(text: str) -> bool:
    """Short, and not ending as a sentence or a list item does."""
    if text.rstrip().endswith(_SENTENCE):
        return False
    return 1 < len("".join(text.split())) <= _LONGEST


def numbered_depth(text: str) -> int | None:
    """Depth of a numbered heading, 0 for 第一部分 … 3 for 1、; None where it is none."""
    printed = without_bookmarks(text)
    if not may_be_heading(printed):
        return None
    bare = "".join(printed.split())
    return next((depth for depth, pattern in enumerate(NUMBERINGS) if pattern.match(bare)), None)
