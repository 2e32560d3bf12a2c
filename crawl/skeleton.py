"""The skeleton of a listing page: what stays the same when only its rows change, and whether it broke.

A site that was rebuilt answers as before, status 200, and its old selectors or row shapes find half of what is there or
nothing: the silent failure users of every crawler complain about. So each listing page is compared with its last body:
a structure that changed *and* a yield that fell is a source to look at. Either alone is not: sites restyle, and columns
have few rows in January.

The structure is a set of shapes: for every element that repeats (rows) the path of tags and classes that leads to it,
and the frame of the page down to a small depth. Numbers in names, words for states (`active`, `odd`, `last`) and the
text itself do not count. Of a listing that is asked for as data the structure is the names of its values.
Pure functions.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import Any, Final, Literal

import msgspec
from lxml import html

from crawl.page import Page

MAX_ELEMENTS: Final = 60_000
FRAME_DEPTH: Final = 5
DATA_DEPTH: Final = 12
PATH_LENGTH: Final = 6  # steps of a row's path that count, from the row upwards
MIN_REPEATS: Final = 3
CHANGED_BELOW: Final = 0.5  # share of common shapes; pages of one column share more, pages of two sites far less
FELL_BELOW: Final = 0.5  # share of the links found before
MIN_YIELD: Final = 4  # fewer links before say nothing when they are halved
# fmt: off
_STATES: Final = frozenset({
    "active", "on", "cur", "current", "selected", "hover", "first", "last", "odd", "even",
    "open", "close", "show", "hide", "hidden", "disabled", "now", "this",
})
# fmt: on
_WORD: Final = re.compile(r"[a-z]+")

State = Literal["same", "restyled", "fewer", "emptied", "broken"]


class Skeleton(msgspec.Struct, frozen=True):
    """The shapes of a page, sorted; digest: 16 hex digits that name the set."""

    digest: str
    shapes: tuple[str, ...]


class Verdict(msgspec.Struct, frozen=True):
    """A page against its last body.

    same; restyled (other structure, as many links); fewer (same structure, fewer than half of the links); emptied (same
    structure, none of several links); broken (other structure and fewer than half of the links). likeness: 0 to 1.
    """

    state: State
    likeness: float
    before: int
    after: int

    @property
    def flagged(self) -> bool:
        """Whether a person should look: the crawl may be losing what is there."""
        return self.state in {"broken", "emptied"}


def skeleton(page: Page) -> Skeleton:
    """The skeleton of a page."""
    body = page.root.find(".//body")
    root = page.root if body is None else body
    shapes: set[str] = set()
    rows: Counter[str] = Counter()
    seen = 0
    stack: list[tuple[html.HtmlElement, int, tuple[str, ...]]] = [(root, 0, ())]
    while stack:
        element, depth, path = stack.pop()
        seen += 1
        if seen > MAX_ELEMENTS:
            break
        here = (*path, _name(element))[-PATH_LENGTH:]
        if 0 < depth <= FRAME_DEPTH and not _is_row(element):
            shapes.add("frame " + "/".join(here))
        if element.tag == "a" and element.get("href"):
            rows["/".join(here)] += 1
        stack.extend((child, depth + 1, here) for child in element if isinstance(child.tag, str))
    shapes.update(f"rows {path}" for path, count in rows.items() if count >= MIN_REPEATS)
    return _named(shapes)


def data_skeleton(tree: Any) -> Skeleton:
    """The skeleton of an answer in JSON: the path of names that leads to each value (`data.list[].title`)."""
    shapes: set[str] = set()
    stack: list[tuple[Any, tuple[str, ...]]] = [(tree, ())]
    for _ in range(MAX_ELEMENTS):
        if not stack:
            break
        value, path = stack.pop()
        if isinstance(value, dict) and len(path) < DATA_DEPTH:
            stack.extend((one, (*path, str(name)[:100])) for name, one in value.items())
        elif isinstance(value, list) and len(path) < DATA_DEPTH:
            stack.extend((one, (*path, "[]")) for one in value)
        if path:
            shapes.add(".".join(path))
    return _named(shapes)


def _named(shapes: set[str]) -> Skeleton:
    ordered = tuple(sorted(shapes))
    return Skeleton(hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:16], ordered)


def _is_row(element: html.HtmlElement) -> bool:
    """One of several like it: how many there are is content, not structure."""
    return element.tag in {"li", "tr", "dd", "dt", "option", "a", "br", "script", "style", "link", "meta", "input"}


def _name(element: html.HtmlElement) -> str:
    """Tag and class words, without numbers and states: `div.list-box`."""
    classes = []
    for name in (element.get("class") or "").lower().split()[:6]:
        words = [word for word in _WORD.findall(name) if word not in _STATES]
        if words:
            classes.append("-".join(words))
    return ".".join([str(element.tag), *sorted(set(classes))])


def likeness(one: Skeleton, other: Skeleton) -> float:
    """Share of the shapes that both have, of those that either has; 1.0 for two pages without any."""
    a, b = set(one.shapes), set(other.shapes)
    return len(a & b) / len(a | b) if a | b else 1.0


def judge(before: Skeleton, after: Skeleton, *, links_before: int, links_after: int) -> Verdict:
    """What became of a listing page whose last body had `links_before` links that a researcher wants."""
    alike = round(likeness(before, after), 3)
    changed = alike < CHANGED_BELOW
    fell = links_before >= MIN_YIELD and links_after < links_before * FELL_BELOW
    state: State = "same"
    if fell and changed:
        state = "broken"
    elif fell:
        state = "fewer" if links_after else "emptied"
    elif changed:
        state = "restyled"
    return Verdict(state, alike, links_before, links_after)
