"""Rows of the table `indicators`: one per printed indicator."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from extract.document import IndicatorRow, Issue, Text
from normalize.amount import parse_number
from normalize.department import Disclosure
from normalize.indicator import Target, parse_target
from normalize.issues import normalize_issue
from normalize.levels import qualitative_class, standard_level
from normalize.placing import Placing, place_of, printed
from normalize.schema import Row

_POINTS: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)[分%％]?")


def indicator_rows(
    indicators: Sequence[IndicatorRow], disclosure: Disclosure, placing: Placing, key: tuple[str | None, str | None]
) -> tuple[list[Row], list[Issue]]:
    """One row per printed indicator; key: project_id and project_name, both None for a whole department."""
    rows: list[Row] = []
    issues: list[Issue] = []
    for each in indicators:
        target = parse_target(*(text.text if text else None for text in (each.value, each.comparator, each.unit)))
        rows.append(_row(each, target, disclosure, placing, key))
        issues += _issues(each, target, placing.sha256)
    return rows, issues


def _row(
    each: IndicatorRow, target: Target, disclosure: Disclosure, placing: Placing, key: tuple[str | None, str | None]
) -> Row:
    place = place_of(each.value, each.level3, each.description, each.level2, each.level1)
    actual = parse_target(each.actual.text, None, each.unit.text if each.unit else None) if each.actual else Target()
    words = None if target.is_quantitative else qualitative_class(printed(each.value))
    return {
        "indicator_id": placing.identify("indicator", place, f"indicator{each.row}"),
        "disclosure_id": disclosure.disclosure_id,
        "project_id": key[0],
        **placing.columns(place),
        "seq": 0,
        "project_name": key[1],
        "level1": printed(each.level1),
        "level2": printed(each.level2),
        "level3": printed(each.level3),
        "level1_std": standard_level(printed(each.level1), 1),
        "level2_std": standard_level(printed(each.level2), 2),
        "description": printed(each.description),
        "value_printed": printed(each.value),
        "comparator": target.comparator,
        "comparator_code": target.code,
        "value_number": None if target.number is None else float(target.number),
        "value_max": None if target.maximum is None else float(target.maximum),
        "value_unit": target.unit,
        "value_unit_std": target.unit_std,
        "is_quantitative": target.is_quantitative,
        "qualitative_class": words,
        "basis": printed(each.basis),
        "basis_state": "absent" if each.basis is None else "printed" if printed(each.basis) else "blank",
        "weight": _points(each.weight),
        "actual_printed": printed(each.actual),
        "actual_number": None if actual.number is None else float(actual.number),
        "score_printed": printed(each.score),
        "score": _points(each.score),
        "reason": printed(each.reason),
        "other_columns": [f"{heading}：{text.text}" for heading, text in each.other],
        "correction_ids": None,
        "as_read": None,
    }


def _issues(each: IndicatorRow, target: Target, sha256: str) -> list[Issue]:
    issues = []
    if target.note == "several_values" and each.value:
        shown = " ".join(each.value.text.split())
        messages = (f"指标值“{shown}”含多个值，未拆分", f"target “{shown}” holds several values and is left unread")
        issues.append(
            normalize_issue("indicator_several_values", "info", messages, sha256=sha256, place=each.value.place)
        )
    weight = each.weight
    if weight is not None and _points(weight) is None and printed(weight) and parse_number(weight.text).state != "dash":
        shown = weight.text.strip()
        messages = (f"权重“{shown}”不是数", f"weight “{shown}” is not a number")
        issues.append(normalize_issue("weight_not_numeric", "warning", messages, sha256=sha256, place=weight.place))
    return issues


def _points(text: Text | None) -> float | None:
    """A weight or score as printed: `10`, `10.0`, `10分`, `10%`."""
    match = _POINTS.fullmatch(re.sub(r"\s+", "", unicodedata.normalize("NFKC", text.text))) if text else None
    return float(match["number"]) if match else None
