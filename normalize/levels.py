"""Words of the performance framework: standard names of the first two levels, kinds of values told in words.

Source of the names: 财预〔2015〕88号, 财预〔2020〕10号, 财预〔2021〕101号; aliases as published by departments. A name
stays at the level it is printed at: 成本指标 is a second level of 产出指标 in the old framework, a first level in the
new one.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

from normalize import vocabulary

_BRACKET: Final = re.compile(r"[(（][^()（）]*[)）]$")
_NUMBER: Final = re.compile(r"^(?:[一二三四五六七八九十]+[、.．]|\d{1,2}(?:\.\d)?[、.．\-－—]\s*|[(（]\d{1,2}[)）])")
_POINTS: Final = re.compile(r"\d+(?:\.\d+)?分$")


@functools.cache
def _names(level: int) -> dict[str, str]:
    return {
        word: row["std"]
        for row in vocabulary.table("indicator_levels")
        if row["level"] == str(level)
        for word in vocabulary.spellings(row, "std")
    }


@functools.cache
def _classes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["class"], re.compile(row["pattern"])) for row in vocabulary.table("qualitative_classes"))


@functools.lru_cache(maxsize=4096)
def standard_level(printed: str | None, level: int) -> str | None:
    """Standard name of a first (1) or second (2) level; None for blank or unlisted words. Never raises.

    `产出指标（50分）`, `1-产出指标` and `一、产出` all give 产出指标; letters are not guessed.
    """
    word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", printed or ""))[:40]
    names = _names(level)
    for form in (word, _BRACKET.sub("", word)):
        bare = _POINTS.sub("", _NUMBER.sub("", form))
        for candidate in (form, bare):
            if candidate in names:
                return names[candidate]
    return None


@functools.lru_cache(maxsize=4096)
def qualitative_class(printed: str | None) -> str | None:
    """Kind of a value in words: the first class of the list whose pattern is the whole of it; None if none is."""
    word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", printed or "")).rstrip("。.;；")
    if not word or len(word) > 60:
        return None
    return next((name for name, pattern in _classes() if pattern.fullmatch(word)), None)
