"""Which amounts of a passage speak of the same thing: the level that a change, a share or a completion belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flows.checks.percents import Near, near
from flows.checks.prose import Passage, Said

BUDGETS = frozenset({"budget", "initial_budget", "adjusted_budget"})
_PRIOR_WORDS = re.compile(r"^(?:上一?年|去年|前一?年|年初|期初)")


def near_said(said: Said) -> Near:
    assert said.yuan is not None
    return near(said.yuan, said.resolution)


def levels_before(passage: Passage, one: Said) -> list[Said]:
    """Levels said of the same thing before `one`, the nearest first.

    In a passage about one line of the classification all amounts without a subject of their own are of that line.
    """
    item = passage.item is not None
    found = []
    for said in passage.said:
        if said is one:
            break
        if said.level and _same(said, one, item=item):
            found.append(said)
    return found[::-1]


def _same(said: Said, one: Said, *, item: bool) -> bool:
    if said.known or one.known:
        return said.subject == one.subject
    return item


def is_before(said: Said, fiscal_year: int | None) -> bool:
    """The level is of an earlier year, by the words: 2025年执行数, 上年预算."""
    if said.year is not None and fiscal_year is not None:
        return said.year < fiscal_year
    return False


def current(levels: Iterable[Said], fiscal_year: int | None, stage: str | None) -> Said | None:
    """The level of this document's year and stage: the nearest that is neither of another year nor only planned."""
    for said in levels:
        if is_before(said, fiscal_year):
            continue
        if stage == "final" and said.stage in BUDGETS | {"execution"}:
            continue
        return said
    return None


def compared(levels: Iterable[Said], one: Said, fiscal_year: int | None) -> Said | None:
    """The printed level that `one` is compared with: of the year or the stage its words name."""
    year, stage = one.row["comparison_year"], one.row["comparison_stage"]
    for said in levels:
        if year is not None and fiscal_year is not None and year < fiscal_year:
            if said.year == year and (stage is None or said.stage is None or said.stage == stage):
                return said
        elif stage is not None and said.stage == stage and stage in ("initial_budget", "adjusted_budget"):
            return said
    return None
