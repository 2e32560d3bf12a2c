"""What of a page is a link and where it leads: anchors, and whatever opens an address when it is clicked. Pure.

Rows of lists are as often `<div onclick="window.open('/a.shtml')">` or `<tr data-href="…">` as they are anchors; a row
that holds an anchor of its own is not counted beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import html

from crawl.shape import attachment_suffix, link_address

_MAX_CODE = 2000  # characters of a handler that are read
_ROW_TAGS = frozenset(
    {"option", "div", "li", "tr", "td", "p", "span", "dd", "dt", "button", "section", "article", "h3", "h4", "b"}
)
_DATA = ("data-href", "data-url", "data-link", "data-src-url", "data-target-url", "_href", "link", "url")
_STRING = re.compile(r"(?:[\"'`]|&quot;)((?:https?:)?[^\"'`\s<>{}&][^\"'`\s<>{}]{2,600})(?:[\"'`]|&quot;)")
_ADDRESS = re.compile(
    r"(?:https?:)?//[^/].{2,}|\.{0,2}/.{2,}|[\w%()~.-][^:]*\.(?:s?html?|jhtml|aspx?|jspx?|php|do|action|pdf|docx?|xlsx?|wps|et|ofd|zip|rar)(?:[?#].*)?"
    r"|\?[\w-]+=.+|#!?/.+",
    re.IGNORECASE,
)
_NO_PLACE = re.compile(r"\.(?:js|css|png|jpe?g|gif|ico|bmp|svg|swf)(?:[?#].*)?$", re.IGNORECASE)
_JUMP = re.compile(r"open\s*\(|location|href|jump|go\w*\s*\(|this\.(?:value|options)", re.IGNORECASE)
_NOT_OPENING = re.compile(r"share|copy|print|collect|addfav|sethome|\bimg|\.src\b|weibo|qrcode", re.IGNORECASE)


def raw_address(element: html.HtmlElement) -> str | None:
    """The address an element leads to as its markup writes it: its href, else what its handler opens, else a data-
    attribute; None where it leads nowhere (`#tab1`, `javascript:;`)."""
    href = (element.get("href") or "").strip() if element.tag in {"a", "area"} else ""
    lower = href[:12].lower()
    is_place = href and not lower.startswith(("javascript:", "vbscript:", "mailto:", "tel:"))
    if is_place and (not href.startswith("#") or href.startswith(("#/", "#!/"))):
        return href
    for code in (element.get("onclick") or "", href if lower.startswith("javascript:") else ""):
        if code and (found := opened_by(code)):
            return found
    for name in _DATA:
        if value := _place_in(element, name):
            return value
    if element.tag == "option" and (value := _place_in(element, "value")) and _jumps(element):
        return value
    return None


def _place_in(element: html.HtmlElement, name: str) -> str | None:
    value = (element.get(name) or "").strip()
    return value if value and len(value) < 2000 and _ADDRESS.fullmatch(value) and not _NO_PLACE.search(value) else None


def _jumps(option: html.HtmlElement) -> bool:
    """Whether choosing an option goes to its value: a box that says so, or whose every value is an address."""
    box = next(option.iterancestors("select"), None)
    if box is None:
        return False
    if _JUMP.search((box.get("onchange") or "")[:_MAX_CODE]):
        return True
    values = [one.get("value") or "" for one in islice(box.iter("option"), 40)]
    return not box.get("name") and all(_ADDRESS.fullmatch(one) for one in values if one not in {"", "#", "0"})


def opened_by(code: str) -> str | None:
    """The address that a handler opens: its first quoted string that reads as one; None for none."""
    if _NOT_OPENING.search(code[:_MAX_CODE]):
        return None
    found = [one[1] for one in _STRING.finditer(code[:_MAX_CODE])]
    places = [text for text in found if _ADDRESS.fullmatch(text) and not _NO_PLACE.search(text)]
    # a bare file name is, as a rule, the name to show: downloadFj('预算.pdf','./P02.pdf')
    whole = [text for text in places if "/" in text or "?" in text]
    bare = [text for text in places if text.isascii() and (attachment_suffix("", text) is None or "open" in code)]
    return (whole or bare or [None])[0]


def link_elements(root: html.HtmlElement, limit: int) -> Iterator[html.HtmlElement]:
    """The first `limit` links of a tree, in order: every anchor, and other elements that open an address and hold no
    anchor that does."""
    seen = 0
    for element in root.iter():
        if seen >= limit:
            return
        tag = element.tag
        if tag in {"a", "area"} or (tag in _ROW_TAGS and _is_row_that_opens(element)):
            seen += 1
            yield element


def _is_row_that_opens(element: html.HtmlElement) -> bool:
    attributes = element.attrib
    if element.tag != "option" and "onclick" not in attributes and not any(name in attributes for name in _DATA):
        return False
    if raw_address(element) is None or sum(1 for _ in element.iter()) > 60:
        return False
    return not any(raw_address(one) for one in element.iter("a"))


def address_of(base: str, element: html.HtmlElement) -> str | None:
    """Where an element leads, absolute; None where it leads nowhere."""
    raw = raw_address(element)
    return link_address(base, raw) if raw is not None else None
