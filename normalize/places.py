"""A place named level by level (province, prefecture, county) → its division, by `vocabulary/divisions.csv`.

Lists of places are made by people at different times: a county may stand under a name it no longer has, under a
prefecture it has left, or with the word for another kind of division (县 for what is now 区). Each step back from the
exact name is tried only where the one before found nothing, and decides only where it leaves one division.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from normalize.pinyin import short_name
from normalize.region import Division, current_code, divisions, stem

Basis = Literal["exact", "elsewhere", "former_name", "other_ending", "shared"]
ALIASES: Final = {"济源示范区": "济源市"}  # what a city is called by its own government
CORPS: Final = "新疆生产建设兵团"  # no division; its cities are the autonomous region's


@dataclass(frozen=True, slots=True)
class Found:
    """The division of today a name stands for. basis: how the name led there (shared: by those it holds)."""

    code: str
    name: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why a name led to no one division."""

    reason: Literal["no_such_division", "ambiguous"]
    detail: str = ""


@functools.cache
def division_of(code: str) -> Division | None:
    """The division a code names, the latest one where the code was used twice."""
    return _by_code().get(code)


def find_place(*levels: str) -> Found | NotFound:
    """The division of the last name given (empty ones are passed over), within those before it."""
    names = [ALIASES.get(name.strip(), name.strip()) for name in levels if name.strip()]
    if not names:
        return NotFound("no_such_division", "no name")
    within = ""
    for name in names[:-1]:
        outer = [one for one in _current().get(name, ()) if stem(one.code).startswith(within) and one.code[4:] == "00"]
        if len({one.code for one in outer}) == 1:
            within = stem(outer[0].code)
    province, name = within[:2], names[-1]
    steps: tuple[tuple[Basis, Iterable[Division], str], ...] = (
        ("exact", _current().get(name, ()), within),
        ("former_name", _former().get(name, ()), within),
        ("elsewhere", _current().get(name, ()), province),
        ("former_name", _former().get(name, ()), province),
        ("other_ending", _by_short().get(short_name(name), ()) if len(short_name(name)) > 1 else (), within),
    )
    for basis, candidates, inside in steps:
        inside_it = [one for one in candidates if stem(one.code).startswith(inside)]
        codes = {now for one in inside_it if (now := current_code(one.code)) is not None}
        codes = {code for code in codes if not (within and code == within.ljust(6, "0"))}
        if len(codes) == 1:
            code = codes.pop()
            return Found(code, _by_code()[code].name, basis)
        if codes:
            return NotFound("ambiguous", "; ".join(sorted(codes)))
        went_to = {code for one in inside_it for code in one.now}
        if len(went_to) > 1:  # it was there and was divided: its namesake elsewhere is another place
            return NotFound("ambiguous", "; ".join(sorted(went_to)))
    return NotFound("no_such_division", name)


@functools.cache
def _by_code() -> dict[str, Division]:
    return {one.code: one for one in sorted(divisions(), key=lambda each: (each.code, each.since))}


@functools.cache
def _current() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = defaultdict(list)
    for one in divisions():
        if one.until is None:
            found[one.name].append(one)
    return {name: tuple(rows) for name, rows in found.items()}


@functools.cache
def _former() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = defaultdict(list)
    for one in divisions():
        if one.until is not None:
            found[one.name].append(one)
    return {name: tuple(rows) for name, rows in found.items()}


@functools.cache
def _by_short() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = defaultdict(list)
    for one in divisions():
        if one.until is None:
            found[short_name(one.name)].append(one)
    return {name: tuple(rows) for name, rows in found.items()}
