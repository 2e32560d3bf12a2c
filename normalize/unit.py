"""Units of money: found in captions, headers, labels and cells; inherited inside a document only where it agrees.

A unit is never guessed: where nothing prints one and the document's other statements do not agree, there is none, the
amounts keep their state and lose their yuan.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from extract.document import Column, Text
from normalize import vocabulary

UnitSource = Literal["caption", "header", "cell", "label", "prose"]
UnitBasis = Literal["printed", "inherited", "proven", "assumed"]

_FACTORS: Final[dict[str, Decimal]] = {row["unit"]: Decimal(row["yuan"]) for row in vocabulary.table("money_units")}
_STANDARD: Final[dict[str, str]] = {
    word: row["unit"] for row in vocabulary.table("money_units") for word in vocabulary.spellings(row, "unit")
}
_WORDS: Final = "|".join(sorted(_STANDARD, key=len, reverse=True))
_LABELLED: Final = re.compile(rf"单位(?:为|:)?(?P<unit>{_WORDS})(?![/人每])")
_BRACKETED: Final = re.compile(rf"\((?:金额|计量|货币)?(?:单位:?)?(?P<unit>{_WORDS})\)")
_ALONE: Final = re.compile(rf"(?:金额)?(?P<unit>{_WORDS})")
_RATE: Final = re.compile(r"%|‰|率$|比例$|占比$|百分比")
_TAIL_BRACKET: Final = re.compile(r"\((?P<inside>[^()]*)\)$")

NO_MONEY: Final = "%"  # stands for "this column or line counts something else than money"


@dataclass(frozen=True, slots=True)
class MoneyUnit:
    """unit: 元 … 亿元, or None; printed: the text that states it; source and basis as in the glossary of the schema."""

    unit: str | None = None
    printed: str | None = None
    source: UnitSource | None = None
    basis: UnitBasis | None = None


UNKNOWN: Final = MoneyUnit()


def money_factor(unit: str | None) -> Decimal | None:
    """Yuan per unit; None for no unit or one that is not of money."""
    return None if unit is None else _FACTORS.get(_STANDARD.get(unit, unit))


@lru_cache(maxsize=16384)
def find_money_unit(text: str | None) -> str | None:
    """The standard unit of money a caption, header or label states, else None. Never raises.

    `单位：万元`, `金额单位：元`, `（万元）`, `价值（金额单位：万元）`, `万元`; not `元/人`, not prose that
    mentions 万元. Two different units in one text give None.
    """
    if not text:
        return None
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text[:400]))
    found = {_STANDARD[m["unit"]] for pattern in (_LABELLED, _BRACKETED) for m in pattern.finditer(plain)}
    alone = _ALONE.fullmatch(plain)
    if alone:
        found.add(_STANDARD[alone["unit"]])
    return found.pop() if len(found) == 1 else None


_KINDS: Final[tuple[tuple[str, UnitSource], ...]] = (("unit", "caption"), ("unit_header", "header"))


def own_unit(caption: Mapping[str, Text], *, header_first: bool = False) -> MoneyUnit:
    """The unit a statement or form prints for itself: kinds `unit` (caption) and `unit_header` (header).

    header_first: of a form that has its amounts under one heading, `项目资金（万元）`, which is nearer to them than a
    line above the form, perhaps printed on every page for other tables.
    """
    for kind, source in reversed(_KINDS) if header_first else _KINDS:
        if kind in caption and (unit := find_money_unit(caption[kind].text)):
            return MoneyUnit(unit, caption[kind].text, source, "printed")
    return UNKNOWN


def resolve_units(captions: Sequence[Mapping[str, Text]], *, header_first: bool = False) -> list[MoneyUnit]:
    """One unit for each statement (or form) of a document, in order: its own (`own_unit`), else what all others print
    (inherited)."""
    own = [own_unit(caption, header_first=header_first) for caption in captions]
    agreed = {each.unit for each in own if each.unit}
    inherited = UNKNOWN
    if len(agreed) == 1:
        witness = next(each for each in own if each.unit)
        inherited = MoneyUnit(witness.unit, witness.printed, witness.source, "inherited")
    return [each if each.unit else inherited for each in own]


def column_unit(column: Column) -> MoneyUnit:
    """The unit a column's own header prints; unit `%` where it counts a rate; UNKNOWN where it prints none."""
    for part in reversed(column.path):
        unit = find_money_unit(part)
        if unit:
            return MoneyUnit(unit, part, "header", "printed")
    if column.path and _RATE.search(unicodedata.normalize("NFKC", column.path[-1])):
        return MoneyUnit(NO_MONEY, column.path[-1], "header", "printed")
    return UNKNOWN


@lru_cache(maxsize=16384)
def label_unit(label: str | None, measures: frozenset[str]) -> MoneyUnit:
    """The unit in the last brackets of a line's label: money, or one of `measures` (then the line is not money)."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", label or ""))
    match = _TAIL_BRACKET.search(plain)
    if match is None:
        return UNKNOWN
    unit = find_money_unit(match[0])
    if unit:
        return MoneyUnit(unit, match["inside"], "label", "printed")
    words = re.split(r"[、,/]", match["inside"])
    if words and all(word in measures for word in words):
        return MoneyUnit(match["inside"], match["inside"], "label", "printed")
    return UNKNOWN
