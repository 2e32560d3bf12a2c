"""Printed text made comparable, and the few shapes of text that every form shares. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BLANK = re.compile(r"[\s\u200b\u200c\u200d\ufeff\u00ad]+")
_INVISIBLE = "\u200b\u200c\u200d\ufeff\u00ad"
_QUOTES = str.maketrans("", "", "“”‘’\"'「」『』")
_ORDINALS = (
    re.compile(r"^[一二三四五六七八九十]+[、,.]\s*"),
    re.compile(r"^\([一二三四五六七八九十]+\)[、.]?"),
    re.compile(r"^\d{1,2}[、.](?!\d)"),
    re.compile(r"^\(\d{1,2}\)[、.]?"),
    re.compile(r"^[①-⑳][、.]?"),
)
_NUMBER = re.compile(r"^(?:[-+(]?(?:\d[\d,]*|\d*)(?:\.\d+)?\)?%?)$")
_DASH = re.compile(r"^(?:[-‐‑‒–—―─−_/／∅ˉ]+|\*+|[.…·]{2,})$")
_CODE = re.compile(r"^\d{3}(?:\d\d){0,2}$")
_CODE_IN_NAME = re.compile(r"^\[?(\d{3}(?:\d\d){0,2})\]?[-－—_]?(?=[\u4e00-\u9fff“(（])")
_BOOKMARK = re.compile(r"^\s*(?:\[(?:bookmark|书签)[:：]?\s*[^\[\]]{1,60}\]\s*)+", re.IGNORECASE)
_INTEGER = re.compile(r"^\d{1,3}$")


@lru_cache(maxsize=16384)
def compact(text: str) -> str:
    """The printed text without any white space; nothing else is changed (header paths, line paths)."""
    return _BLANK.sub("", text)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """For comparing only: NFKC, no white space, no quotation marks. Patterns of forms are written against this."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTES)


def without_bookmarks(text: str) -> str:
    """The text without the names of bookmarks that a conversion of Word printed before it."""
    return _BOOKMARK.sub("", text)


def is_blank(text: str) -> bool:
    # Most texts show by their first character that something is printed.
    if text[:1].isalnum():
        return False
    if not text or (text[0] > " " and text[0] not in _INVISIBLE and not text[0].isspace()):
        return not text
    return not _BLANK.sub("", text)


@lru_cache(maxsize=16384)
def is_number(text: str) -> bool:
    """A printed number or percentage, negative in any notation; a year alone is not told apart here."""
    folded = fold(text).replace("−", "-").replace("(-", "-")
    return bool(folded) and any(ch.isdigit() for ch in folded) and bool(_NUMBER.match(folded))


def is_dash(text: str) -> bool:
    """A sign printed in the place of an amount: dashes, slashes, asterisks."""
    return bool(_DASH.match(fold(text)))


def is_amount_like(text: str) -> bool:
    """What may stand in an amount cell: a number, a sign for none, or nothing."""
    return is_blank(text) or is_number(text) or is_dash(text)


def is_money(text: str) -> bool:
    """A number printed as money is: with decimals or thousands separators, or zero."""
    folded = fold(text)
    return is_number(text) and ("." in folded or "," in folded or folded == "0")


def is_code(text: str) -> bool:
    """A classification code of 3, 5 or 7 digits."""
    return bool(_CODE.match(fold(text)))


def is_integer(text: str) -> bool:
    return bool(_INTEGER.match(fold(text)))


@lru_cache(maxsize=16384)
def code_in_name(text: str) -> str | None:
    """The code that is printed in one cell with its name: `2014050-事业运行`, `[201]一般公共服务支出`.

    Without a sign between them only a code of expenditure is believed (`208社会保障`): 12333 begins names as well.
    """
    found = _CODE_IN_NAME.match(fold(text))
    if found is None or (found.group(0).isdigit() and found.group(1)[0] not in "235"):
        return None
    return found.group(1)


@lru_cache(maxsize=16384)
def ordinal_rank(text: str) -> int | None:
    """Depth that the printed ordinal of a label claims: 一、→0, （一）→1, 1、→2, （1）→3, ①→4; None without one."""
    folded = fold_keep_circled(text)
    for rank, pattern in enumerate(_ORDINALS):
        if pattern.match(folded):
            return rank
    return None


@lru_cache(maxsize=16384)
def strip_ordinal(text: str) -> str:
    """The folded label without its ordinal."""
    folded = fold_keep_circled(text)
    for pattern in _ORDINALS:
        if pattern.match(folded):
            return fold(pattern.sub("", folded, count=1))
    return fold(text)


@lru_cache(maxsize=16384)
def fold_keep_circled(text: str) -> str:
    """As `fold`, but ①-⑳ stay what they are (NFKC would turn them into bare digits)."""
    if not any("①" <= ch <= "⑳" for ch in text):
        return fold(text)
    return "".join(ch if "①" <= ch <= "⑳" else fold(ch) for ch in text)


def indent(text: str) -> int:
    """Width of the white space before the first printed character, a full-width space counting two."""
    width = 0
    for ch in text:
        if ch == "\u3000":
            width += 2
        elif ch.isspace():
            width += 1
        else:
            break
    return width
