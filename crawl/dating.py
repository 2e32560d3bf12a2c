"""Dates and fiscal years in words and addresses. Pure functions.

A date that is printed only as month and day gets its year from the link's own address, or stays unknown; a fiscal year
that no words state stays unknown. Neither is ever taken from today's date.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

# one kind of separator throughout: in 2025年1-8月 the 8 is no day
_YEAR, _MONTH, _DAY = r"(19[89]\d|20\d\d)", r"(1[0-2]|0?[1-9])", r"(3[01]|[12]\d|0?[1-9])"
DATE = re.compile(
    rf"(?<!\d){_YEAR}\s*(?:年\s*{_MONTH}\s*月\s*{_DAY}(?=\s*日|(?!\d))|([-/.])\s*{_MONTH}\s*\4\s*{_DAY}(?!\d))"
)
# cards print the day large and the month small beside it, in either order: `27 2026-02`, `2026.02 27`, `02-27 2026`
_CARD = (
    re.compile(
        r"(?<![\d-])(?P<d>0[1-9]|[12]\d|3[01])\s*日?\s+(?P<y>20\d\d)\s*[-/.年]\s*(?P<m>1[0-2]|0?[1-9])(?![\d-])"
    ),
    re.compile(r"(?<!\d)(?P<y>20\d\d)\s*[-/.年]\s*(?P<m>1[0-2]|0[1-9])\s*月?\s+(?P<d>0[1-9]|[12]\d|3[01])(?![\d-])"),
    re.compile(
        r"(?<![\d-])(?P<m>1[0-2]|0[1-9])\s*[-/.月]\s*(?P<d>0[1-9]|[12]\d|3[01])\s*日?\s+(?P<y>20\d\d)(?![\d年])"
    ),
    re.compile(r"(?<!\d)(?P<y>20\d\d)\s*年?\s+(?P<m>1[0-2]|0[1-9])\s*[-/.月]\s*(?P<d>0[1-9]|[12]\d|3[01])(?![\d-])"),
)
_MONTH_DAY = re.compile(
    r"(?<![\d年/.\-:])(1[0-2]|0?[1-9])(?:\s*月\s*(3[01]|[12]\d|0?[1-9])\s*日|\s*[-/.]\s*(3[01]|[12]\d|0[1-9]))(?![\d月/.\-:年%])"
)
# 17-03-01: a year of two digits, from 2005 on
_SHORT_DATE = re.compile(r"(?<![\w./-])(0[5-9]|[1-4]\d)[-/.](0[1-9]|1[0-2])[-/.](0[1-9]|[12]\d|3[01])(?![\w./-])")
# how addresses write dates: /2026/02/27/, /202602/t20260227_1.html, /art/2024/8/29/, /20260302/, /2026-02-12/
_ADDRESS_DATES = (
    re.compile(r"(?<!\d)(20[0-4]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d{1,3}(?:\D|$))"),
    re.compile(r"[/_-](20[0-4]\d)[/_-](1[0-2]|0?[1-9])[/_-](3[01]|[12]\d|0?[1-9])(?!\d)"),
    re.compile(r"/(20[0-4]\d)(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])/"),
    re.compile(r"[/_-](20[0-4]\d)[/_-](0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)"),
)
_ADDRESS_MONTH = re.compile(r"/(20[0-4]\d)[/-]?(0[1-9]|1[0-2])/")
_NEAR = 62  # days between a listed month-day and the address's own date that still mean one publication

_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"二[〇○零][〇○零一二三四][〇○零一二三四五六七八九](?=年)")
_DOCUMENT_NUMBER = re.compile(r"[\[〔【(（](?:19|20)\d\d[\]〕】)）]\s*第?\s*\d+\s*号")
_STATED_YEAR = re.compile(r"(?<!\d)(199[5-9]|20[0-4]\d)(?!\d)")
_SHORT_YEAR = re.compile(r"(?<![\d-])([12]\d)年(?:度)?(?=(?:部门|单位|财政|政府|本级|年初)?(?:收支)?[预决])")
_SPAN = re.compile(r"(20\d\d)年?\s*(?:-|—|–|~|至|到)+\s*(20\d\d)")


# full-width forms of what dates are written with, one character for one, so that places in a text stay what they are
_NARROW = str.maketrans("０１２３４５６７８９－／．", "0123456789-/.")


def narrow(text: str) -> str:
    """A text with full-width digits and separators of dates as plain ones; its length stays."""
    return text.translate(_NARROW)


def find_date(text: str) -> str | None:
    """The first full date in a text as YYYY-MM-DD; None when there is none that exists in the calendar."""
    for found in DATE.finditer(text):
        month, day = (found[2], found[3]) if found[2] else (found[5], found[6])
        if day_ := _day(found[1], month, day):
            return day_.isoformat()
    return None


def row_date(text: str, url: str | None = None) -> str | None:
    """The date a list's row prints beside its title: full, split as on cards, or month and day with the year of
    `url`."""
    text = unicodedata.normalize("NFKC", text)
    if full := find_date(text):
        return full
    for pattern in _CARD:
        for found in pattern.finditer(text):
            if whole := _day(found["y"], found["m"], found["d"]):
                return whole.isoformat()
    for found in _SHORT_DATE.finditer(text):
        if short := _day(f"20{found[1]}", found[2], found[3]):
            return short.isoformat()
    for found in _MONTH_DAY.finditer(text):
        if near := _with_year_of(int(found[1]), int(found[2] or found[3]), url):
            return near
    return None


def address_date(url: str) -> str | None:
    """The day an address names: when the page was made or moved, which is not always when it was published."""
    for pattern in _ADDRESS_DATES:
        for found in pattern.finditer(url):
            if day := _day(found[1], found[2], found[3]):
                return day.isoformat()
    return None


def stated_years(text: str) -> list[int]:
    """Every year that words state, in order; numbers of documents (〔2024〕12号) and full dates are no fiscal years."""
    return [year for year, _ in _years_at(_plain(text))]


def fiscal_year(text: str, noun_at: int | None = None) -> int | None:
    """The year a title is about; None where it states none, or a span of years.

    noun_at: where in the normalized title (`plain_title`) the words stand that name its kind; of several years the last
    one before them counts ("2025年预算执行情况和2026年预算草案" with 预算草案 is 2026), else the first.
    """
    plain = _plain(text)
    years = _years_at(plain)
    if not years:
        short = _SHORT_YEAR.search(plain)
        return 2000 + int(short[1]) if short else None
    span = _SPAN.search(plain)
    if span and span[1] != span[2] and len({year for year, _ in years}) == 2:
        return None
    if noun_at is not None:
        before = [year for year, at in years if at < noun_at]
        if before:
            return before[-1]
    return years[0][0]


def plain_title(text: str) -> str:
    """A title for matching: full-width forms folded, white space gone, years in Chinese digits as numbers."""
    return _plain(text)


def _plain(text: str) -> str:
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return _CHINESE_YEAR.sub(lambda found: found[0].translate(_CHINESE_DIGITS), text)


def _years_at(plain: str) -> list[tuple[int, int]]:
    blank = _DOCUMENT_NUMBER.sub(lambda found: " " * len(found[0]), plain)
    without = DATE.sub(lambda found: " " * len(found[0]), blank)
    found = [(int(hit[1]), hit.start()) for hit in _STATED_YEAR.finditer(without)]
    return found or [(int(hit[1]), hit.start()) for hit in _STATED_YEAR.finditer(blank) if "年" in blank]


def _with_year_of(month: int, day: int, url: str | None) -> str | None:
    if url is None:
        return None
    known = address_date(url)
    if known is None:
        only_month = _ADDRESS_MONTH.search(url)
        known = f"{only_month[1]}-{only_month[2]}-15" if only_month else None
    if known is None:
        return None
    there = date.fromisoformat(known)
    near = [
        candidate
        for year in (there.year - 1, there.year, there.year + 1)
        if (candidate := _day(year, month, day)) and abs((candidate - there).days) <= _NEAR
    ]
    return min(near, key=lambda candidate: abs((candidate - there).days)).isoformat() if near else None


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
