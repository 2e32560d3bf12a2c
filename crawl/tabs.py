"""Tabs and their panels: one page that carries several columns, shown one at a time by a script. Pure functions.

| how a tab names its panel | example |
|---|---|
| an address within the page | `<a href="#bmys">部门预算</a> … <div id="bmys">` |
| an attribute | `data-target="#bmys"`, `data-bs-target`, `aria-controls`, `data-tab`, `data-id`, `rel`, `for` |
| the same attribute on both | `<b data-tab="2">部门预算</b> … <div data-tab="2">` |
| a call with the id | `onclick="show('bmys')"` |
| a call with name and number | `onmouseover="setTab('one',2,3)"`, panel `con_one_2` |
| the panel names its tab | `<div aria-labelledby="tab-bmys">` |
| not at all | as many tabs in one bar as panels in the block after it: joined by their order (`tab_by_order`) |

A named panel may stand anywhere on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import html

from crawl.page import Page, squeeze

MAX_WORDS = 40  # characters of a tab; longer is a text
_MAX_ELEMENTS = 60_000  # of a page that are looked at
_MAX_TABS = 300
_MAX_ITEMS = 60  # tabs of one bar, panels of one name
_MAX_PIECES = 60  # of text in one tab
_POINTERS = (
    "data-target", "data-bs-target", "aria-controls", "data-tab", "data-id", "data-for", "data-panel", "data-content",
    "data-rel", "data-key", "rel", "for",
)  # fmt: skip
_PANEL_NAMES = ("data-tab", "data-id", "data-panel", "data-pane", "data-name", "data-key")
_ACTING = ("onclick", "onmouseover", "onmouseenter", "onfocus")
_NAME = re.compile(r"[\w-]{1,60}")
_NUMBERED = re.compile(r"\(\s*[\"']([\w-]{1,40})[\"']\s*,\s*[\"']?([\w-]{1,40})[\"']?")
_TAB_CALL = re.compile(
    r"\b\w{0,40}(?:tab|show|change|switch|select|hover|turn)\w{0,40}\(\s*[\"']([\w-]{1,60})", re.IGNORECASE
)
_QUOTED = re.compile(r"['\"]#?([\w-]{1,60})['\"]")
_PANEL_TAGS = frozenset(
    {"div", "ul", "ol", "dl", "section", "article", "table", "tbody", "dd", "li", "fieldset"}
)  # fmt: skip


def panel_words(page: Page) -> dict[html.HtmlElement, str]:
    """Panel → words of the tab that names it; empty where fewer than two panels are named (a link to the top of the
    page is no tab)."""
    words: dict[html.HtmlElement, str] = {}
    for tab, panel in islice(_pairs(page), _MAX_TABS):
        if panel not in words and not _is_inside(tab, panel) and not _is_inside(panel, tab):
            text = _words(tab)
            if text is not None:
                words[panel] = text
    return words if len(words) > 1 else {}


def _pairs(page: Page) -> Iterator[tuple[html.HtmlElement, html.HtmlElement]]:
    """(tab, panel), tabs in the page's order; nothing can be said yet of their words and places."""
    elements = [one for one in islice(page.root.iter(), _MAX_ELEMENTS) if isinstance(one.tag, str) and one.attrib]
    by_id: dict[str, html.HtmlElement] = {}
    panels: dict[str, list[html.HtmlElement]] = {}  # that bear a name in another attribute
    labelled: list[html.HtmlElement] = []
    for one in elements:
        if one.get("id"):
            by_id.setdefault(one.get("id") or "", one)
        if one.tag in _PANEL_TAGS:
            for name in dict.fromkeys(one.get(attribute) or "" for attribute in _PANEL_NAMES):
                known = panels.setdefault(name.lstrip("#"), []) if name else []
                if len(known) < _MAX_ITEMS:
                    known.append(one)
            if one.get("aria-labelledby"):
                labelled.append(one)
    told: set[str] = set()  # names of which a tab was seen: what bears the name after it is no tab of it
    for tab in elements:
        for name in dict.fromkeys(pointed_at(tab)):
            if name in by_id and by_id[name].tag in _PANEL_TAGS and by_id[name] is not tab:
                yield tab, by_id[name]
            if name not in told:
                told.add(name)
                yield from ((tab, panel) for panel in panels.get(name, ()) if panel is not tab)
        for name in _in_calls(tab):
            if name in by_id and by_id[name].tag in _PANEL_TAGS and by_id[name] is not tab:
                yield tab, by_id[name]
    for panel in labelled:
        label = by_id.get((panel.get("aria-labelledby") or "").strip())
        if label is not None and label is not panel:
            yield label, panel


def pointed_at(element: html.HtmlElement) -> Iterator[str]:
    """The names of what an element says it shows: by its address, an attribute, a call of a function for tabs."""
    href = (element.get("href") or "").strip()
    values = [href[1:]] if href.startswith("#") else []
    values += [(element.get(attribute) or "").strip().lstrip("#.") for attribute in _POINTERS]
    yield from (value for value in values if _NAME.fullmatch(value))
    for code in _code_of(element):
        if found := _NUMBERED.search(code):  # setTab('one', 2, 3) shows con_one_2
            name, number = found[1], found[2]
            yield from (f"con_{name}_{number}", f"{name}_{number}_con", f"{name}_con_{number}")
            yield from (f"{name}_{number}", f"{name}{number}", f"con{name}{number}")
        if found := _TAB_CALL.search(code):
            yield found[1]


def _in_calls(element: html.HtmlElement) -> Iterator[str]:
    """Whatever the code of an element quotes: some of it may be ids."""
    for code in _code_of(element):
        yield from (found[1] for found in _QUOTED.finditer(code))


def _code_of(element: html.HtmlElement) -> list[str]:
    return [code[:300] for attribute in _ACTING if (code := element.get(attribute))]


def _words(tab: html.HtmlElement) -> str | None:
    """The words of a tab; None for what leads to several places or is a text."""
    if len(tab) >= 12 or sum(1 for _ in islice(tab.iter("a"), 2)) > 1:
        return None
    pieces = list(islice(tab.itertext(), _MAX_PIECES + 1))
    text = squeeze("".join(piece[: 20 * MAX_WORDS] for piece in pieces))
    return text if len(pieces) <= _MAX_PIECES and 2 <= len(text) <= MAX_WORDS else None


def _is_inside(element: html.HtmlElement, holder: html.HtmlElement) -> bool:
    return any(one is holder for one in element.iterancestors())


# -- by order -------------------------------------------------------------------------------------------------------


def tab_by_order(panel: html.HtmlElement) -> str | None:
    """The words of the tab of a panel that none names: panels in one block, as many items in a block before it."""
    parent = panel.getparent()
    if parent is None or panel.tag not in _PANEL_TAGS:
        return None
    panels = [one for one in parent if isinstance(one.tag, str) and one.tag == panel.tag]
    if not 2 <= len(panels) <= _MAX_ITEMS or panel not in panels or parent.tag in {"ul", "ol", "body"}:
        return None
    for holder in (panel, parent):
        for before in islice(holder.itersiblings(preceding=True), 4):
            if not isinstance(before.tag, str):
                break
            if before.tag == holder.tag and before.get("class") and before.get("class") == holder.get("class"):
                continue  # a block like this one, not a bar of tabs
            items = _items(before)
            wanted = [one for one in panels if one is not before]
            if len(items) == len(wanted) >= 2 and panel in wanted:
                text = squeeze(items[wanted.index(panel)].text_content())
                if 2 <= len(text) <= MAX_WORDS:
                    return text
    return None


def _items(block: html.HtmlElement) -> list[html.HtmlElement]:
    """The items of a bar of tabs: its li, or its only child's, or its own children of one kind with short words."""
    lis = block.findall("li") or block.findall("ul/li") or block.findall("div/ul/li") or block.findall("ol/li")
    if lis:
        return list(lis[:_MAX_ITEMS])
    spans = [one for one in block if one.tag in {"a", "span", "div", "h2", "h3", "em", "dt"}]
    return spans[:_MAX_ITEMS] if len({one.tag for one in spans}) == 1 else []
