"""YAML read as data and nothing else: bounded, without anchors, aliases and tags; every key knows its line.

A source file may come from anywhere (a contribution, an import), so nothing in it may cost more than its size: aliases
are refused before they are followed, depth and number of nodes are limited, and a number of a thousand digits stays a
text. Plain scalars are read by the core schema of YAML 1.2 (`true`, `12`, `1.5`, `null`); everything else is text, so
that a date such as 2023-05 is what was written.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_DEPTH = 12
MAX_NODES = 50_000
_INT = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})")  # 007 is a name
_FLOAT = re.compile(r"[-+]?(?:\d{1,30}\.\d{0,30}|\.\d{1,30}|\d{1,30})(?:[eE][-+]?\d{1,3})?")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

Loc = tuple[int | str, ...]


class YamlTrouble(ValueError):  # noqa: N818 - names what was found
    """The text is not YAML, or YAML that is not taken. line: 1-based, where it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class Tree(msgspec.Struct, frozen=True):
    """The data (dict, list, str, int, float, bool, None) and the line of every key and list item."""

    data: Any
    lines: dict[Loc, int]

    def line_of(self, loc: Loc) -> int | None:
        """1-based line of the key at `loc`, or of the nearest enclosing one that is written in the file."""
        for length in range(len(loc), -1, -1):
            if loc[:length] in self.lines:
                return self.lines[loc[:length]]
        return None


def read_yaml(text: str) -> Tree:
    """Read one document. Raises YamlTrouble."""
    lines: dict[Loc, int] = {(): 1}
    events = _events(text)
    try:
        first = next((event for event in events if not isinstance(event, DocumentStartEvent)), None)
        data = None if first is None else _node(first, events, (), lines)
        for event in events:
            if isinstance(event, DocumentStartEvent):
                raise YamlTrouble("expected one document, found a second one", _line(event))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = (error.problem or "not YAML").splitlines()[0]
        raise YamlTrouble(f"not valid YAML: {problem}", mark.line + 1 if mark else None) from error
    except YAMLError as error:
        raise YamlTrouble(f"not valid YAML: {(str(error).splitlines() or ['unreadable'])[0]}") from error
    except (ValueError, IndexError, AttributeError, TypeError, AssertionError) as error:
        if isinstance(error, YamlTrouble):
            raise
        # the parser's own slips on text that no person wrote; the text is at fault either way
        raise YamlTrouble("not valid YAML: unreadable") from error
    return Tree(data, lines)


def _events(text: str) -> Iterator[Event]:
    """Events of the document, as long as they are within limits and of the plain kind."""
    depth = nodes = 0
    for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise YamlTrouble("anchors and aliases (& and *) are not used in these files", _line(event))
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            depth += 1
            nodes += 1
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            depth -= 1
        elif isinstance(event, ScalarEvent):
            nodes += 1
        if _tag(event):
            raise YamlTrouble("tags (!) are not used in these files", _line(event))
        if depth > MAX_DEPTH:
            raise YamlTrouble(f"more than {MAX_DEPTH} levels deep", _line(event))
        if nodes > MAX_NODES:
            raise YamlTrouble(f"more than {MAX_NODES} values", _line(event))
        if type(event).__name__.startswith(("Stream", "DocumentEnd", "Comment")):
            continue
        yield event


def _tag(event: Event) -> str | None:
    tag = getattr(event, "tag", None)
    return str(tag) if tag else None


def _line(event: Event) -> int | None:
    mark = event.start_mark
    return None if mark is None else int(mark.line) + 1


def _node(event: Event, events: Iterator[Event], loc: Loc, lines: dict[Loc, int]) -> Any:
    """The value that begins with `event`. The recursion is as deep as the document, which is bounded."""
    if isinstance(event, ScalarEvent):
        return _scalar(event)
    if isinstance(event, SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(inner := next(events), SequenceEndEvent):
            here = (*loc, len(items))
            lines[here] = _line(inner) or 1
            items.append(_node(inner, events, here, lines))
        return items
    if not isinstance(event, MappingStartEvent):
        raise YamlTrouble("not valid YAML: a value was expected", _line(event))
    mapping: dict[str, Any] = {}
    while not isinstance(inner := next(events), MappingEndEvent):
        if not isinstance(inner, ScalarEvent):
            raise YamlTrouble("a key is a word", _line(inner))
        key = str(inner.value)
        if key in mapping:
            raise YamlTrouble(f"not valid YAML: found duplicate key {key[:60]!r}", _line(inner))
        here = (*loc, key)
        lines[here] = _line(inner) or 1
        mapping[key] = _node(next(events), events, here, lines)
    return mapping


def _scalar(event: ScalarEvent) -> Any:
    text = str(event.value)
    if event.style in {"'", '"', "|", ">"}:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) and not text.isdigit() else text
