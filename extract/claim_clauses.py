"""The nouns of the grammar of claims, and the cutting of a text into clauses."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from extract.amount_text import Token
from extract.claim_words import Direction
from extract.concepts import Subject

_BRACKETS = re.compile(r"[()]")
_ENDS = re.compile(r"[,;:。!?()]|\Z")

Measure = Literal["amount", "count", "percent", "none"]
PercentKind = Literal["change", "share", "completion"]


@dataclass(frozen=True, slots=True)
class Compared:
    """What a number is compared with. base: the words."""

    base: str
    year: int | None
    prior: bool
    stage: str | None


@dataclass(slots=True)
class Said:
    """One claim in the making; start, end, at: positions of its phrase and of its number in the folded text."""

    start: int
    end: int
    at: int
    measure: Measure
    direction: Direction
    subject: Subject | None
    within: str | None = None
    token: Token | None = None
    unit: str = ""
    unit_inherited: bool = False
    percent: Token | None = None
    percent_kind: PercentKind | None = None
    percent_base: str | None = None
    compared: Compared | None = None
    year: int | None = None
    prior: bool = False
    stage: str | None = None
    count_key: str | None = None
    nothing: bool = False
    reason: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """text[start:end] with its numbers; before, behind: the punctuation around it ("" at the ends)."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    before: str
    behind: str


def clauses_of(text: str, tokens: list[Token]) -> Iterator[Clause]:
    """Clauses in order. A bracket without a number in it is part of its clause, whatever it holds."""
    inside = bytearray(len(text) + 1)  # 1: part of a token or of a bracket without numbers
    for token in tokens:
        inside[token.start : token.end] = b"\1" * (token.end - token.start)
    stack: list[int] = []
    for token, after in pairwise(tokens):  # `12.5,30.1万元` is one list
        alike = token.kind == after.kind or (token.kind == "number" and after.kind == "money")
        if alike and after.start == token.end + 1 and text[token.end] == ",":
            inside[token.end] = 1
    numbers = [token.start for token in tokens if token.kind != "number"]
    for match in _BRACKETS.finditer(text):
        index, char = match.start(), match[0]
        if inside[index]:
            continue
        if char == "(":
            stack.append(index)
        elif stack:
            opened = stack.pop()
            if bisect_right(numbers, opened) == bisect_left(numbers, index):
                inside[opened : index + 1] = b"\1" * (index + 1 - opened)
    start, before, which = 0, "", 0
    for match in _ENDS.finditer(text):
        index = match.start()
        if inside[index]:
            continue
        behind = text[index] if index < len(text) else ""
        own: list[Token] = []
        while which < len(tokens) and tokens[which].end <= index:
            own.append(tokens[which])
            which += 1
        yield Clause(start, index, tuple(own), before, behind)
        start, before = index + 1, behind
