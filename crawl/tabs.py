"""Tabs that name their panels: one page that carries several columns, shown one at a time by a script. Pure functions.

| how a tab names its panel | example |
|---|---|
| an address within the page | `<a href="#bmys">部门预算</a> … <div id="bmys">` |
| an attribute | `data-target="#bmys"`, `data-bs-target`, `aria-controls`, `data-tab`, `data-id`, `rel`, `for` |
| a call with the id | `onclick="show('bmys')"` |
| a call with name and number | `onmouseover="setTab('one',2,3)"`, panel `con_one_2` |
| the panel names its tab | `<div aria-labelledby="tab-bmys">` |

Tabs that do not name their panels are joined by their order (`crawl.outline`); a named panel may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import html

from crawl.page import Page, squeeze

MAX_WORDS = 40  # characters of a tab; longer is a text
_MAX_ELEMENTS = 40_000  # of a page that are looked at
_MAX_TABS = 300
_NAMING = (
    "data-target", "data-bs-target", "aria-controls", "data-tab", "data-id", "data-for", "data-panel", "data-content",
    "data-rel", "rel", "for",
)  # fmt: skip
_ACTING = ("onclick", "onmouseover", "onmouseenter", "onfocus")
_CALL = re.compile(r"\(\s*['\"]([\w-]{1,40})['\"]\s*(?:,\s*['\"]?(\d{1,3})['\"]?)?")
_QUOTED = re.compile(r"['\"]#?([\w-]{1,60})['\"]")
_PANELS = frozenset({"div", "ul", "ol", "section", "table", "tbody", "dl", "dd", "article"})


def panel_words(page: Page) -> dict[html.HtmlElement, str]:
    """Panel → words of the tab that names it; empty where fewer than two panels are named (a link to the top of the
    page is no tab)."""
    named: dict[str, html.HtmlElement] = {}
    for element in islice(page.root.iter(), _MAX_ELEMENTS):
        if isinstance(element.tag, str) and element.tag in _PANELS and element.get("id"):
            named.setdefault(element.get("id") or "", element)
    if len(named) < 2:
        return {}
    words: dict[html.HtmlElement, str] = {}
    for tab, panel in islice(_pairs(page, named), _MAX_TABS):
        text = squeeze(tab.text_content()) if len(tab) < 12 else ""
        if (
            2 <= len(text) <= MAX_WORDS
            and panel is not tab
            and not _is_inside(tab, panel)
            and not _is_inside(panel, tab)
        ):
            words.setdefault(panel, text)
    return words if len(words) > 1 else {}


def _pairs(page: Page, named: dict[str, html.HtmlElement]) -> Iterator[tuple[html.HtmlElement, html.HtmlElement]]:
    tabs: dict[str, html.HtmlElement] = {}
    for element in islice(page.root.iter(), _MAX_ELEMENTS):
        if not isinstance(element.tag, str) or not element.attrib:
            continue
        if element.get("id"):
            tabs.setdefault(element.get("id") or "", element)
        for name in _names_of(element):
            if name in named:
                yield element, named[name]
                break
    for panel in named.values():
        tab = tabs.get((panel.get("aria-labelledby") or "").strip())
        if tab is not None:
            yield tab, panel


def _names_of(element: html.HtmlElement) -> Iterator[str]:
    """Ids that an element may name as its panel's."""
    href = (element.get("href") or "").strip()
    if href.startswith("#") and len(href) > 1:
        yield href[1:]
    for attribute in _NAMING:
        value = (element.get(attribute) or "").strip().lstrip("#")
        if value:
            yield value
    for attribute in _ACTING:
        code = (element.get(attribute) or "")[:300]
        if not code:
            continue
        if (call := _CALL.search(code)) and call[2]:
            yield from (f"con_{call[1]}_{call[2]}", f"{call[1]}_{call[2]}_con", f"{call[1]}_con_{call[2]}")
        yield from (found[1] for found in _QUOTED.finditer(code))


def _is_inside(element: html.HtmlElement, holder: html.HtmlElement) -> bool:
    return any(one is holder for one in element.iterancestors())
