"""Indicators told in the text of one cell: three levels run together, or all indicators of a project in a row.

Only the words of the framework (forms/41_indicators.yml) and the printed marks cut a text; a text that they do not
cut stays whole.
"""

from __future__ import annotations

import re
from functools import lru_cache

from extract.document import IndicatorRow, Text
from extract.form import Form
from extract.text import fold

_DASH = r"[-－—–:：、.．]"
_END = r"[;；,，。\n]"
_NUMBER = re.compile(r"^\s*[（(]?\d{1,2}[)）、.．]\s*(?!\d)")
_FIELD = re.compile(r"(?P<key>(?:[一-鿿]{2,6})?指标值|目标值|权重|分值|(?:计量|度量)单位)\s*[:：]")
_NAME_VALUE = re.compile(
    r"^(?P<name>.*?[^\d≥≤≧≦<>=＜＞＝约为达到:：])(?:[:：]|为|达到?)?"
    r"(?P<value>(?:[≥≤≧≦<>=＜＞＝]|大于|小于|不低于|不少于|不高于|不超过|不多于|至少)?\s*\d[\d,.]*\s*[^\d;；,，。]{0,6})$",
    re.DOTALL,
)


@lru_cache(maxsize=8)
def _levels(form: Form) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of a level name at the start of a text: the longest name first."""
    first = "|".join(form.level1_names)
    second = "|".join(form.level2_names)
    return re.compile(rf"(?:{first})"), re.compile(rf"(?:{second})")


def split_levels(text: str, form: Form) -> tuple[str | None, str | None, str]:
    """(level 1, level 2, name) of `产出指标质量指标来信扫描完成率`; (None, None, text) without its words."""
    flat = re.sub(r"\s+", "", text)
    first, second = _levels(form)
    one = _longest(first, flat)
    if one is None or "指标" not in one:
        return None, None, text
    rest = flat[len(one) :].lstrip("-－—/／>、:：")
    two = _longest(second, rest)
    if two is None or len(two) == len(rest):
        return one, None, rest or text
    name = rest[len(two) :].lstrip("-－—/／>、:：")
    return (one, two, name) if name else (one, None, two)


def _longest(pattern: re.Pattern[str], text: str) -> str | None:
    """The longest name the text begins with: an alternation takes the first, and 指标 is optional."""
    best: str | None = None
    for end in range(min(len(text), 18), 1, -1):
        if pattern.fullmatch(text[:end]):
            best = text[:end]
            break
    return best


@lru_cache(maxsize=8)
def _starts(form: Form) -> re.Pattern[str]:
    """Where an indicator begins: `3、1-产出指标；12-质量指标；` – its number, code and name of the two levels."""
    second = "|".join(form.level2_names)
    return re.compile(
        rf"(?:(?<!\d)\d{{1,2}}\s*[、.．]\s*)?\d?\s*{_DASH}?\s*(?P<one>产出指标|效益指标|满意度指标|成本指标|效果指标)"
        rf"\s*(?:{_END}|{_DASH})+\s*(?:\d{{1,2}}\s*{_DASH}\s*)?(?P<two>{second})\s*(?:{_END}|{_DASH})+"
    )


def split_all(text: Text, row: int, form: Form) -> list[IndicatorRow]:
    """All indicators of one cell, in order. [] where the text does not name its levels as a list does.

    Each part stands at the place of the cell; its words are those printed, line breaks left out.
    """
    flat = re.sub(r"\s*\n\s*", "", text.text)
    starts = list(_starts(form).finditer(flat))
    found: list[IndicatorRow] = []
    for index, start in enumerate(starts):
        stop = starts[index + 1].start() if index + 1 < len(starts) else len(flat)
        body = flat[start.end() : stop].strip(" ;；,，。\n")
        name, fields = _fields(body)
        value = fields.pop("年度指标值", None) or fields.pop("指标值", None) or fields.pop("目标值", None)
        if value is None and fields:
            value = fields.pop(next(iter(fields)))
        parts = {
            "level1": start["one"],
            "level2": start["two"],
            "level3": name,
            "value": value or "",
        }
        weight = fields.pop("权重", None) or fields.pop("分值", None)
        unit = fields.pop("计量单位", None) or fields.pop("度量单位", None)
        found.append(
            IndicatorRow(
                row=row,
                **{key: _text(part, text) for key, part in parts.items()},
                weight=_text(weight, text) if weight else None,
                unit=_text(unit, text) if unit else None,
                other=tuple((key, _text(part, text)) for key, part in fields.items()),
            )
        )
    return found


def _text(part: str, cell: Text) -> Text:
    return Text(part, cell.place, cell.more)


def _fields(body: str) -> tuple[str, dict[str, str]]:
    """The name of an indicator and what is printed behind it as `年度指标值：≥95%`; else cut before the number."""
    marks = list(_FIELD.finditer(body))
    if not marks:
        match = _NAME_VALUE.match(body)
        if match:
            return match["name"].strip(" ;；,，:："), {"指标值": match["value"].strip()}
        return body, {}
    fields: dict[str, str] = {}
    for index, mark in enumerate(marks):
        stop = marks[index + 1].start() if index + 1 < len(marks) else len(body)
        fields.setdefault(fold(mark["key"]), body[mark.end() : stop].strip(" ;；,，。"))
    return body[: marks[0].start()].strip(" ;；,，。"), fields
