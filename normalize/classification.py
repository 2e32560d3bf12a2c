"""Whether a printed code and its label are a pair of the official list. What is printed is never corrected."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from extract.document import Column, Issue, Line, Place
from normalize import vocabulary
from normalize.issues import normalize_issue
from normalize.label import label_key

EXACT: Final = "exact"
VARIANT: Final = "label_variant"
DIFFERS: Final = "label_differs"
UNVERIFIED: Final = "unverified"
UNKNOWN: Final = "unknown_code"
_LENGTHS: Final = {"functional": (3, 5, 7), "economic_department": (3, 5), "economic_government": (3, 5)}
_LEADING_CODE: Final = re.compile(r"^\[?\d{3,9}\]?[-_]?")


@functools.cache
def _pairs() -> dict[tuple[str, str], tuple[frozenset[str], frozenset[str], bool]]:
    """(system, code) → (names, other names documents print, whether the list is sure of the code).

    A code may stand for two things in two periods (30311); both are names of it.
    """
    found: dict[tuple[str, str], tuple[frozenset[str], frozenset[str], bool]] = {}
    for row in vocabulary.table("classification"):
        names, others, sure = found.get((row["system"], row["code"]), (frozenset(), frozenset(), False))
        more = frozenset(_plain(each) for each in row["other_names"].split(";") if each)
        key = (row["system"], row["code"])
        found[key] = (names | {_plain(row["name"])}, others | more, sure or row["trust"] == "seen")
    return found


def _plain(label: str) -> str:
    """The label without code, ordinal and brackets; `|` of labels of several classifications are left as they are."""
    return re.sub(r"[()（）]", "", _LEADING_CODE.sub("", label_key(label)))


def map_status(system: str | None, code: str | None, label: str | None) -> str | None:
    """How a printed pair stands to the list; None where there is no code of a listed system, or no label.

    exact; label_variant (a name of another year, or only 支出 at its end differs); label_differs; unverified (the list
    itself is not sure of this code); unknown_code.
    """
    if not code or not label or system not in _LENGTHS or not re.fullmatch(r"\d+", code):
        return None
    if len(code) not in _LENGTHS[system]:
        return None  # a place's own subdivision (3021101), or a code that was not read whole
    entry = _pairs().get((system, code))
    if entry is None:
        return UNKNOWN
    names, others, sure = entry
    printed = _plain(label)
    if not printed:
        return None
    if printed in names:
        return EXACT if sure else UNVERIFIED
    if printed in others or printed.removesuffix("支出") in {name.removesuffix("支出") for name in names}:
        return VARIANT if sure else UNVERIFIED
    return DIFFERS if sure else UNVERIFIED


def line_status(line: Line, columns: Sequence[Column]) -> str | None:
    """map_status of a line that prints code and label together.

    None where the code was carried down from above (the label is then of a project or a unit), and in a lane with
    labels of two classifications side by side, where a label may belong to the other code.
    """
    if line.label is None or line.printed_code is None:
        return None
    if sum(column.role == "label" and column.lane == line.lane for column in columns) > 1:
        return None
    return map_status(line.class_system, line.code, line.label.text)


def line_statuses(lines: Sequence[Line], columns: Sequence[Column]) -> list[str | None]:
    """`line_status` of every line of a statement, in order.

    Where more labels differ than agree, the labels are not those of the codes (a list of projects by function): then
    none is said to differ.
    """
    statuses = [line_status(line, columns) for line in lines]
    agree = sum(status in (EXACT, VARIANT) for status in statuses)
    if statuses.count(DIFFERS) > agree:
        return [None if status == DIFFERS else status for status in statuses]
    return statuses


def pair_issues(lines: Sequence[Line], statuses: Sequence[str | None], sha256: str) -> list[Issue]:
    """One issue for each pair of a statement that the list does not have."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    first: dict[tuple[str, str, str, str], Place] = {}
    for line, status in zip(lines, statuses, strict=True):
        if status in (UNKNOWN, DIFFERS) and line.label is not None:
            key = (status or "", line.class_system or "", line.code or "", re.sub(r"\s+", "", line.label.text))
            found[key] += 1
            first.setdefault(key, line.label.place)
    issues: list[Issue] = []
    for (status, system, code, label), count in found.items():
        known = "、".join(sorted(_pairs()[system, code][0])) if status == DIFFERS else None
        zh = f"“{code} {label}”不在科目表中" + (f"，表中该码为“{known}”" if known else "") + "；照印保留"
        en = f"“{code} {label}” is not in the list" + (f", which has “{known}”" if known else "") + "; kept as printed"
        place = first[status, system, code, label]
        issues.append(
            normalize_issue(f"classification_{status}", "info", (zh, en), sha256=sha256, place=place, count=count)
        )
    return issues
