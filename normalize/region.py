"""Which administrative division a printed name of an organisation belongs to, by `vocabulary/divisions.csv`.

A name decides only where it leaves one possibility: 上海市普陀区… is one place, 普陀区… alone is two and gives None.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from normalize import vocabulary
from normalize.period import plain

_PARTY: Final = re.compile(
    r"^(?:中国共产党|中共|中国共产主义青年团|共青团|中国人民政治协商会议|国家税务总局|中国国民党革命委员会|民革|民盟|民建|民进|农工党|九三学社)"
)
_NATIONAL: Final = re.compile(r"^(?:国家|全国|中华(?:人民共和国|全国)|中共中央|国务院|中央)")


@dataclass(frozen=True, slots=True)
class Division:
    """One division as it was from `since` to `until` (None: still is). now: the codes it went to."""

    code: str
    name: str
    since: int
    until: int | None
    now: tuple[str, ...]

    def stood_in(self, year: int | None) -> bool:
        if year is None:
            return self.until is None
        return self.since <= year and (self.until is None or year <= self.until)


@functools.cache
def _divisions() -> dict[str, tuple[Division, ...]]:
    """Divisions by name."""
    found: dict[str, list[Division]] = defaultdict(list)
    for row in vocabulary.table("divisions"):
        until = int(row["until"]) if row["until"] else None
        now = tuple(code for code in row["now"].split(";") if code)
        found[row["name"]].append(Division(row["code"], row["name"], int(row["since"] or 0), until, now))
    return {name: tuple(rows) for name, rows in found.items()}


@functools.cache
def _by_code() -> dict[str, Division]:
    """The latest division of each code."""
    every = (division for rows in _divisions().values() for division in rows)
    return {division.code: division for division in sorted(every, key=lambda each: (each.code, each.since))}


def divisions() -> tuple[Division, ...]:
    """Every division of the list, former ones too."""
    return tuple(division for rows in _divisions().values() for division in rows)


def stem(code: str) -> str:
    """The digits that say something: 31 of 310000, 1306 of 130600, 130630."""
    return re.sub(r"(?:00){1,2}$", "", code)


def contains(outer: str, inner: str) -> bool:
    """Whether the division `inner` lies in `outer`, or is it."""
    return stem(inner).startswith(stem(outer))


def current_code(code: str) -> str | None:
    """The code in use today of a division known by an older one; None where it went to several, or is unknown."""
    for _ in range(8):
        division = _by_code().get(code)
        if division is None:
            return None
        if division.until is None:
            return code
        if len(division.now) != 1:
            return None
        code = division.now[0]
    return None


def find_division(name: str | None, year: int | None = None) -> Division | None:
    """The smallest division a name begins with, as it was in `year`; None where the name leaves several open."""
    rest = _PARTY.sub("", plain(name))
    found: Division | None = None
    while rest:
        candidates = [
            division
            for length in range(2, min(len(rest), 15) + 1)
            for division in _divisions().get(rest[:length], ())
            if division.stood_in(year)
            and (found is None or (contains(found.code, division.code) and division.code != found.code))
        ]
        if not candidates:
            break
        longest = max(len(division.name) for division in candidates)
        best = [division for division in candidates if len(division.name) == longest]
        if len(best) > 1:  # in the year of a change both stand: the one that went on
            best = [division for division in best if division.until is None or division.until != year]
        if len({division.code for division in best}) != 1:
            return found
        found, rest = best[0], rest[longest:]
    return found


def is_national(name: str | None) -> bool:
    """An organ of the state as a whole (国家信访局), not its branch in a place (国家统计局天津调查总队)."""
    folded = plain(name)
    if not _NATIONAL.match(folded):
        return False
    places = {division.name for rows in _divisions().values() for division in rows}
    short = {
        re.sub(r"(?:省|市|自治区|壮族|回族|维吾尔|特别行政区)+$", "", place)
        for place in places
        if place[-1] in "省市区"
    }
    return not any(
        folded[start : start + length] in places or (length >= 2 and folded[start : start + length] in short)
        for start in range(2, len(folded))
        for length in range(2, 6)
    )
