"""Labels made comparable. The printed label is never changed; these are keys that stand beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_CHINESE: Final = "一二三四五六七八九十百零〇"
_ORDINAL: Final = re.compile(
    rf"^(?:[（(](?:[{_CHINESE}]+|\d{{1,3}})[)）]|(?:[{_CHINESE}]+|\d{{1,3}})[、.．:：](?!\d)|[①-⑳])"
)
_OF_WHICH: Final = re.compile(r"^其中[:：]?")
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "＂": '"'})


@lru_cache(maxsize=32768)
def squeeze(text: str | None) -> str:
    """The text without any white space, quotation marks straight, widths and variants unified (NFKC)."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", (text or "").translate(_QUOTES)))


def is_of_which(label: str | None) -> bool:
    """Whether the label says that its line is part of the line above (其中)."""
    return bool(_OF_WHICH.match(squeeze(label)))


def strip_ordinal(text: str) -> str:
    """Without a leading 一、 （一） 1、 1. ① – ordinals move from year to year and are never keys."""
    return _ORDINAL.sub("", text, count=1) or text


@lru_cache(maxsize=32768)
def label_key(label: str | None) -> str:
    """What a label names: no white space, no ordinal, no 其中, no `/` (the separator of paths)."""
    text = _OF_WHICH.sub("", squeeze(label)) or squeeze(label)
    text = strip_ordinal(text)
    text = _OF_WHICH.sub("", text) or text
    return text.rstrip(":").replace("/", "|")


def path_key(parts: Sequence[str]) -> str:
    """Keys of a path joined with `/`; parts without a key are left out."""
    return "/".join(key for part in parts if (key := label_key(part)))
