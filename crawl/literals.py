"""Objects and arrays in text: JSON, JSONP, and what scripts write (bare keys, single quotes, `new Array(…)`, rows given
one statement at a time). Nothing is run; size, depth and counts are bounded. Pure functions.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import Any

_MAX_DEPTH = 24
_PREFIX = re.compile(r"[\s\ufeff]*(?:[^\[{\"'<]{0,200})(?=[\[{])")
_MAX_RELAXED = 2_000_000
_TOKEN = re.compile(
    r"\"(?:[^\"\\\n]|\\.){0,100000}\"|'(?:[^'\\\n]|\\.){0,100000}'|`[^`\\]{0,100000}`|//[^\n]{0,2000}|/\*[^*]{0,2000}\*/"
    r"|[A-Za-z_$\u4e00-\u9fff][\w$]{0,200}|-?\d[\d.eE+-]{0,40}|\s{1,2000}|.",
    re.DOTALL,
)
_decoder = json.JSONDecoder()


def parsed(text: str) -> Any | None:
    """The first object or array of a text: JSON, JSONP, an assignment, or as scripts write it (bare keys, single
    quotes, commas at the end). None where there is none."""
    start = _PREFIX.match(text[:2000])
    if start is None:
        return None
    return parsed_at(text, start.end())


def parsed_at(text: str, at: int) -> Any | None:
    """As `parsed`, of the object or array that begins at a place."""
    try:
        return _decoder.raw_decode(text, at)[0]
    except (ValueError, RecursionError):
        return _relaxed(text[at : at + _MAX_RELAXED])[0]


def _relaxed(code: str) -> tuple[Any | None, int]:
    """(the literal of a script that a text begins with, where it ends); (None, 0) where it is none."""
    strict, end = _as_json(code)
    try:
        return (json.loads(strict), end) if strict else (None, 0)
    except (ValueError, RecursionError):
        return None, 0


def _as_json(code: str) -> tuple[str | None, int]:
    """A literal of a script as JSON, up to the bracket that closes it, and where that is; None for what is no plain
    literal. The arguments of a call that the text begins with, and of `new Array`, are arrays."""
    out: list[str] = []
    open_brackets: list[str] = []
    made = True  # a bracket that opens here holds a list, not the arguments of some function
    for found in _TOKEN.finditer(code):
        piece = found[0]
        first = piece[0]
        if first.isspace() or piece.startswith(("//", "/*")):
            continue
        if piece in {"new", "Array"}:
            made = piece == "Array"
            continue
        if first == "(" and not made:
            return None, 0
        made = False
        if first in "\"'`":
            inner = piece[1:-1]
            if len(piece) < 2:
                return None, 0
            inner = (
                inner.replace("\\'", "'")
                if first == '"'
                else inner.replace("\\'", "'").replace('\\"', '"').replace('"', '\\"')
            )
            out.append(f'"{inner}"'.replace("\n", " "))
        elif first in "[{(":
            if len(open_brackets) >= _MAX_DEPTH:
                return None, 0
            open_brackets.append("}" if first == "{" else "]")
            out.append("{" if first == "{" else "[")
        elif first in "]})":
            if out and out[-1] == ",":
                out.pop()
            if not open_brackets:
                return None, 0
            out.append(open_brackets.pop())
            if not open_brackets:
                return "".join(out), found.end()
        elif first in ",:":
            out.append(first)
        elif first.isalpha() or first in "_$":
            out.append(
                piece if piece in {"true", "false", "null"} else "null" if piece == "undefined" else f'"{piece}"'
            )
        elif first.isdigit() or first == "-":
            out.append(piece)
        else:
            return None, 0
    return None, 0


# -- rows that are given one statement at a time --------------------------------------------------------------------

_MAX_STATEMENTS = 5000
_MAX_FAILED = 300  # calls with arguments that are no plain values
_MAX_RECORD = 8000  # characters of one
_STATEMENT = re.compile(
    r"([A-Za-z_$][\w$.]{0,60})\s{0,4}(?:"
    r"\[[^\[\]\n]{0,40}\]\s{0,4}=\s{0,4}(?:new\s{1,4}Array\s{0,4})?(?=[\[{(])"  # a[0] = new Array(…), a[a.length] = {…}
    r"|\.\s{0,2}(?:push|add|append|unshift)\s{0,4}(?=\())"  # a.push({…}), tree.add(11, 1, '…', '/….html')
)


def given_in_statements(code: str) -> list[list[Any]]:
    """The lists that a script fills statement by statement, in the order of their first statements; the arguments of a
    call that has several are one record."""
    lists: dict[str, list[Any]] = {}
    read = failed = 0
    for found in islice(_STATEMENT.finditer(code), _MAX_STATEMENTS):
        if found.start() < read:
            continue  # within a value
        value, length = _relaxed(code[found.end() : found.end() + _MAX_RECORD])
        if not length:
            failed += 1
            if failed > _MAX_FAILED:
                break
            continue
        read = found.end() + length
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], (dict, list)):
            value = value[0]  # push({…}) gives one record
        lists.setdefault(found[1], []).append(value)
    return list(lists.values())
