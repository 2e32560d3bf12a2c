"""As much of CSS as tells where an absolutely positioned text stands: inline styles and rules of one simple selector.

Not a style engine: no combinators, no media queries, no specificity beyond tag < class < id < inline, no transforms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from extract.readers.docx_text import XmlElement

Style = dict[str, str]

_POINTS = {"pt": 1.0, "px": 0.75, "": 0.75, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12.0}
_LENGTH = re.compile(r"([-+]?(?:\d{1,7}(?:\.\d{0,9})?|\.\d{1,9}))(pt|px|in|cm|mm|pc|em|rem|%|)", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,4000})\}")
_SELECTOR = re.compile(r"(?:[a-zA-Z][\w-]*)?(?:[.#][\w-]+)?")
_MAX_CSS = 2_000_000  # characters of style sheets in one page
_MAX_RULES = 50_000
_WHITE = frozenset({"#fff", "#ffffff", "white", "transparent", "rgb(255,255,255)", "rgba(0,0,0,0)", "inherit"})
_NO_LINE = frozenset({"none", "hidden"})
_SIDES = ("top", "right", "bottom", "left")


class StyleSheet:
    """Rules of the page's own <style> elements whose selector is a tag, a class, an id, or a tag with one of these."""

    def __init__(self, sheets: Iterable[str] = ()) -> None:
        self._rules: dict[str, Style] = {}
        self._placing: set[str] = set()
        room = _MAX_CSS
        for sheet in sheets:
            self._add(_COMMENT.sub(" ", sheet[:room]))
            room -= len(sheet)
            if room <= 0:
                break

    @classmethod
    def of_page(cls, root: XmlElement) -> StyleSheet:
        return cls(element.text or "" for element in root.iter("style"))

    def _add(self, sheet: str) -> None:
        for found in _RULE.finditer(sheet):
            declared = declarations(found.group(2))
            for printed in found.group(1).split(","):
                selector = printed.strip()
                if not selector or not _SELECTOR.fullmatch(selector):
                    continue
                if len(self._rules) >= _MAX_RULES and selector not in self._rules:
                    return
                self._rules.setdefault(selector, {}).update(declared)
                if declared.get("position", "").lower() == "absolute":
                    self._placing.add(selector)

    def places(self, element: XmlElement) -> bool:
        """Whether the element stands at an absolute position: a quick look, before any style is read."""
        own = element.get("style")
        if own and "absolute" in own:
            return True
        return bool(self._placing) and any(
            key in self._placing for key in _keys(str(element.tag), element.get("class"), element.get("id"))
        )

    def style_of(self, element: XmlElement) -> Style:
        """The declarations that hold for the element itself; nothing is inherited here."""
        own = element.get("style")
        if not self._rules:
            return declarations(own) if own else {}
        style: Style = {}
        tag = str(element.tag)
        for key in _keys(tag, element.get("class"), element.get("id")):
            found = self._rules.get(key)
            if found:
                style.update(found)
        if own:
            style.update(declarations(own))
        return style


def _keys(tag: str, classes: str | None, ident: str | None) -> list[str]:
    keys = [tag]
    for name in (classes or "").split()[:20]:
        keys += [f".{name}", f"{tag}.{name}"]
    if ident:
        keys += [f"#{ident}", f"{tag}#{ident}"]
    return keys


def declarations(text: str) -> Style:
    """`a: b; c: d !important` → {a: b, c: d}; names in lower case."""
    style: Style = {}
    for part in text[:4000].split(";"):
        name, colon, value = part.partition(":")
        if colon:
            style[name.strip().lower()] = value.replace("!important", "").strip()
    return style


@lru_cache(maxsize=8192)
def points(value: str | None, em: float = 12.0) -> float | None:
    """A length in points (a bare number counts as px, as browsers do for old pages); None for what is no length."""
    if not value or len(value) > 24:
        return None
    found = _LENGTH.fullmatch(value.strip())
    if found is None:
        return None
    unit = found.group(2).lower()
    if unit == "%":
        return None
    return float(found.group(1)) * (em if unit in {"em", "rem"} else _POINTS[unit])


def drawn_sides(style: Mapping[str, str]) -> frozenset[str]:
    """The sides (top, right, bottom, left) on which the style draws a border that can be seen."""
    sides = set()
    everywhere = "border" in style or "border-style" in style
    for side in _SIDES:
        if not everywhere and f"border-{side}" not in style and f"border-{side}-style" not in style:
            continue
        shorthand = style.get(f"border-{side}", style.get("border", ""))
        line = style.get(f"border-{side}-style", style.get("border-style", ""))
        width = style.get(f"border-{side}-width", style.get("border-width", ""))
        colour = style.get(f"border-{side}-color", style.get("border-color", ""))
        words = re.sub(r"\s*,\s*", ",", f"{shorthand} {line} {width} {colour}".lower()).split()
        if not words or any(word in _NO_LINE or word in _WHITE for word in words):
            continue
        lengths = [length for length in map(points, words) if length is not None]
        if any(length == 0 for length in lengths):
            continue
        if any(word in {"solid", "double", "dashed", "dotted", "groove", "ridge", "inset", "outset"} for word in words):
            sides.add(side)
    return frozenset(sides)


def is_filled(style: Mapping[str, str]) -> bool:
    """Whether the element has a background that can be told from white paper."""
    printed = style.get("background-color", style.get("background", "")).replace(" ", "").lower()
    return bool(printed) and printed not in _WHITE and not printed.startswith(("none", "url"))
