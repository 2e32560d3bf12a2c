"""The target value of a performance indicator as comparator, number (or range) and unit.

What is printed is never completed: `3个` has no sign and stays `unstated`, `≤1次；≤1次` holds
several values and stays unread, `2024年12月底前` is a date, `有效提升` a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from normalize import vocabulary

ComparatorCode = Literal["ge", "le", "gt", "lt", "eq", "unstated", "none"]

LONGEST: Final = 60

_CODES: Final[dict[str, dict[str, ComparatorCode]]] = {"before": {}, "after": {}, "column": {}}
for _row in vocabulary.table("comparators"):
    _CODES[_row["stands"]][_row["printed"]] = _row["code"]  # type: ignore[assignment]
_CODES["column"].update(_CODES["before"])

UNITS: Final[dict[str, str]] = {
    word: row["unit"] for row in vocabulary.table("measure_units") for word in vocabulary.spellings(row, "unit")
}
MEASURES: Final = frozenset(UNITS)

_HALF: Final = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), ord("．"), ord("，"), ord("－"), ord("＋"))}
_AFTER: Final = "|".join(sorted(_CODES["after"], key=len, reverse=True))
_SIGN: Final = "|".join(re.escape(word) for word in sorted(_CODES["before"], key=len, reverse=True))
_NUM: Final = r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,10})?"
_REST: Final = r"(?:\D*|[kh]?m[23])"
# What the number is of, before it: a rate beside any number (完成率100%), any words beside a sign (全年≥50个).
_LEAD: Final = rf"(?:[一-鿿（）()]{{2,14}}(?:率|度)|达到|达|[一-鿿（）()]{{1,16}}?(?=(?:{_SIGN})))"
_VALUE: Final = re.compile(rf"(?P<lead>{_LEAD})??(?P<sign>{_SIGN})?(?P<low>{_NUM})(?P<rest>{_REST})")
_RANGE: Final = re.compile(
    rf"(?P<low>{_NUM})(?P<first>[^\d\-~～—–至－]{{0,8}})[-~～—–至－](?P<high>{_NUM})(?P<rest>{_REST})"
)
_SEVERAL: Final = re.compile(r"[；;、]|，(?=\D)")
_DATE_TAIL: Final = re.compile(r"[前后底初末起止内外左右]|月份|季度末|年度[前内]")
_UNIT_SHAPE: Final = re.compile(r"[一-鿿A-Za-z%％‰/·㎡²³（）()、]{1,10}")
_RATIO: Final = re.compile(r"[一-鿿A-Za-z㎡²³]{1,4}(?:[/·.][一-鿿A-Za-z㎡²³]{1,4}){1,3}")  # 微克/立方米, 元/生.月
_MULTIPLE: Final = re.compile(r"[十百千万亿]+")


@dataclass(frozen=True, slots=True)
class Target:
    """comparator: as printed. number, maximum: exact. unit: as printed; unit_std: of the vocabulary, None if unlisted.

    note: `several_values` where one cell holds several, `unit_unlisted`, `comparator_unlisted`; else None.
    """

    comparator: str | None = None
    code: ComparatorCode = "none"
    number: Decimal | None = None
    maximum: Decimal | None = None
    unit: str | None = None
    unit_std: str | None = None
    note: str | None = None

    @property
    def is_quantitative(self) -> bool:
        return self.number is not None


def standard_unit(printed: str | None) -> str | None:
    """The vocabulary's spelling of a unit: 百分比 → %, 台/套 → 台套, 次/年 and 万册 part by part; None if unlisted."""
    word = re.sub(r"\s+", "", printed or "")
    for form in (word, unicodedata.normalize("NFKC", word)):
        if form in UNITS:
            return UNITS[form]
    outside = re.sub(r"[（(][^（）()]*[)）]$", "", word)
    if outside in UNITS:
        return UNITS[outside]
    parts = [_standard_part(part) for part in re.split(r"[/·]", word)]
    return "/".join(part for part in parts if part) if word and all(parts) else None


def _standard_part(part: str) -> str | None:
    if part in UNITS:
        return UNITS[part]
    multiple = _MULTIPLE.match(part)
    if multiple and part[multiple.end() :] in UNITS:
        return multiple[0] + UNITS[part[multiple.end() :]]
    return UNITS.get(part.removesuffix("数"))


@lru_cache(maxsize=16384)
def parse_target(value: str | None, comparator: str | None = None, unit: str | None = None) -> Target:
    """Read a target value; comparator and unit are the texts of their own columns, if the form has such. Never raises.

    A number without a sign is `unstated`, never `eq`; anything that is no single value or range is `none`.
    """
    sign = _blank_to_none(comparator)
    unit_cell = _blank_to_none(unit)
    code, note = _column_code(sign)
    raw = (value or "").strip().rstrip("。；;，,")
    text = re.sub(r"\s+", "", raw)
    unread = Target(sign, "none", unit=unit_cell, unit_std=standard_unit(unit_cell), note=note)
    if not text or len(text) > LONGEST:
        return unread
    plain = text.translate(_HALF)
    parted = re.search(r"\d\s+\d", raw) is not None  # two numbers, or one broken over lines: we cannot know
    target = None if parted else _read_range(plain, text) or _read_value(plain, text, unit_cell)
    if target is None:
        several = parted or (_SEVERAL.search(text) is not None and re.search(r"\d", plain) is not None)
        return replace(unread, note="several_values") if several else unread
    printed_unit = target.unit or unit_cell
    std = standard_unit(printed_unit)
    if printed_unit is not None and std is None:
        note = note or "unit_unlisted"
    final_code = target.code
    if sign is not None:
        final_code = code if code not in {"none", "unstated"} else "unstated"
    return Target(sign or target.comparator, final_code, target.number, target.maximum, printed_unit, std, note)


def _blank_to_none(text: str | None) -> str | None:
    stripped = (text or "").strip()
    return stripped or None


def _column_code(sign: str | None) -> tuple[ComparatorCode, str | None]:
    if sign is None:
        return "unstated", None
    word = re.sub(r"\s+", "", sign)
    code = _CODES["column"].get(word) or _CODES["column"].get(unicodedata.normalize("NFKC", word))
    return (code, None) if code else ("none", "comparator_unlisted")


def _number(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def _split_rest(rest: str) -> tuple[str, str | None] | None:
    """(unit, trailing comparator) of what follows a number; None if it is no unit."""
    tail = re.search(rf"(?:{_AFTER})$", rest)
    word, after = (rest[: tail.start()], tail[0]) if tail else (rest, None)
    if not word:
        return "", after
    known = standard_unit(word) is not None or _RATIO.fullmatch(word) is not None
    if not known and (len(word) > 3 or _DATE_TAIL.search(word) or not _UNIT_SHAPE.fullmatch(word)):
        return None
    return word, after


def _is_year(number: Decimal, unit: str) -> bool:
    return unit in {"年", "年度"} and 1900 <= number <= 2100


def _read_value(plain: str, text: str, unit_cell: str | None) -> Target | None:
    match = _VALUE.fullmatch(plain)
    if match is None:
        return None
    split = _split_rest(text[match.start("rest") :])
    if split is None:
        return None
    unit, after = split
    number = _number(match["low"])
    if _is_year(number, unit or unit_cell or ""):
        return None
    sign = match["sign"]
    if match["lead"] and not unit and not sign:
        return None  # `满意度90` may be a name with a number in it; with % or a sign it is a value
    if sign:
        printed = text[match.start("sign") : match.end("sign")]
        # 控制在5万元以内 is one comparator in two pieces; the first is printed before the number
        return Target(printed, _CODES["before"][sign], number, None, unit or None)
    if after:
        return Target(after, _CODES["after"][after], number, None, unit or None)
    return Target(None, "unstated", number, None, unit or None)


def _read_range(plain: str, text: str) -> Target | None:
    match = _RANGE.fullmatch(plain)
    if match is None:
        return None
    split = _split_rest(text[match.start("rest") :])
    if split is None or split[1] is not None:
        return None
    first, unit = text[match.start("first") : match.end("first")], split[0]
    low, high = _number(match["low"]), _number(match["high"])
    if (first and first != unit) or low > high or _is_year(low, unit):
        return None
    return Target(None, "unstated", low, high, unit or None)
