"""Years and dates as documents print them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Final

_DIGITS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|\D|$)")
_YEAR_MARKED: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_CHINESE_YEAR: Final = re.compile(r"[二一][〇零九][〇零一二三四五六七八九]{2}(?=年)")
_DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)[-./年](\d{1,2})[-./月](\d{1,2})(?!\d)")
_YEAR_END: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)年(?:12月)?(?:底|末)")


def plain(text: str | None) -> str:
    """NFKC without white space, with years in Chinese digits (二〇二四年) written in digits."""
    squeezed = re.sub(r"\s+", "", unicodedata.normalize("NFKC", (text or "")[:2000]))
    return _CHINESE_YEAR.sub(lambda match: match[0].translate(_DIGITS), squeezed)


def find_years(text: str | None) -> list[int]:
    """Years in a title or link text, in order, each once; those followed by 年 alone, if there are any."""
    found = _YEAR_MARKED.findall(plain(text)) or _YEAR.findall(plain(text))
    return list(dict.fromkeys(int(year) for year in found))


def parse_date(text: str | None) -> dt.date | None:
    """The one date a text prints (`截止时间：2023-12-31`, `2023年12月31日`, `2023年底`); None for none or several."""
    found: set[dt.date] = set()
    for year, month, day in _DATE.findall(plain(text)):
        try:
            found.add(dt.date(int(year), int(month), int(day)))
        except ValueError:
            return None
    if not found:
        found = {dt.date(int(year), 12, 31) for year in _YEAR_END.findall(plain(text))}
    return found.pop() if len(found) == 1 else None
