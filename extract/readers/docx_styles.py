"""Heading levels of Word styles."""

from __future__ import annotations

import re

from extract.readers.docx_text import W, XmlElement

_NAMED_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)


def heading_levels(styles: XmlElement | None) -> dict[str, int]:
    """style id → heading level (1-based): the outline level of the style or of what it is based on, else its name."""
    if styles is None:
        return {}
    outline: dict[str, int | None] = {}
    based_on: dict[str, str] = {}
    for style in styles.iterfind(W + "style"):
        if style.get(W + "type", "paragraph") != "paragraph":
            continue  # of tables and characters: no paragraph can have it, and there are hundreds
        style_id = style.get(W + "styleId", "")
        parent = style.find(W + "basedOn")
        if parent is not None:
            based_on[style_id] = parent.get(W + "val", "")
        level = style.find(f"{W}pPr/{W}outlineLvl")
        if level is not None:
            value = level.get(W + "val", "")
            outline[style_id] = int(value) + 1 if value.isdecimal() and int(value) < 9 else None
            continue
        name = style.find(W + "name")
        named = _NAMED_HEADING.fullmatch(name.get(W + "val", "").strip()) if name is not None else None
        if named:
            outline[style_id] = int(named.group(1))
    levels: dict[str, int] = {}
    for style_id in {*outline, *based_on}:
        at, seen = style_id, set[str]()
        while at not in outline and at in based_on and at not in seen:
            seen.add(at)
            at = based_on[at]
        level_found = outline.get(at)
        if level_found is not None:
            levels[style_id] = level_found
    return levels
