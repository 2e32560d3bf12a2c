"""XML answers of listings (feeds, exports, record sets) as trees of names and values. Pure functions.

Parsed without entities, DTDs and network; a broken answer is read as far as it goes.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

_MAX_DEPTH = 20
_MAX_NODES = 200_000
_DECLARED = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_PAGE = re.compile(r"<!doctype\s+html|<html\b|<body\b|<head\b|<div\b|<table\b", re.IGNORECASE)


def is_xml(text: str) -> bool:
    """Whether a text is XML that is no page."""
    head = text[:3000].lstrip("\ufeff \t\r\n")
    if _DECLARED.match(head):
        return not re.search(r"<!doctype\s+html|<html\b|xhtml", head, re.IGNORECASE)
    return bool(re.match(r"<[A-Za-z_][\w.:-]*[\s>]", head)) and not _PAGE.search(head) and _closes(text, head)


def _closes(text: str, head: str) -> bool:
    """Whether the first element is the whole of the text, under a name that no page's markup has."""
    name = re.match(r"<([A-Za-z_][\w.:-]*)", head)
    if name is None or name[1].lower() in HTML_TAGS:
        return False
    return text.rstrip().endswith(f"</{name[1]}>")


# fmt: off
HTML_TAGS = frozenset({
    "a", "abbr", "article", "aside", "b", "base", "blockquote", "br", "button", "caption", "center", "dd", "div", "dl",
    "dt", "em", "fieldset", "font", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "i", "iframe", "img", "input", "label", "legend", "li", "link", "main", "meta", "nav", "noscript", "ol", "p",
    "pre", "script", "section", "select", "span", "strong", "style", "table", "tbody", "td", "th", "thead", "title",
    "tr", "u", "ul", "ucapcontent",
})
# fmt: on


def xml_tree(text: str) -> Any | None:
    """The tree of an XML text: mappings of names to values, lists where a name repeats; None where it is none.

    Names are without namespaces and attributes stand beside children.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    source = _DECLARED.sub("", text.replace("\x00", "").lstrip("\ufeff \t\r\n"), count=1)
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    budget = [_MAX_NODES]
    value = _value(root, 0, budget)
    return {_name(root): value} if value is not None else None


def _value(element: etree._Element, depth: int, budget: list[int]) -> Any:
    budget[0] -= 1
    if depth > _MAX_DEPTH or budget[0] < 0:
        return None
    children = [one for one in element if isinstance(one.tag, str)]
    if not children and not element.attrib:
        return (element.text or "").strip()
    found: dict[str, Any] = {_local(str(name)): str(value) for name, value in element.attrib.items()}
    for child in children:
        name, value = _name(child), _value(child, depth + 1, budget)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    if not children and (element.text or "").strip():
        found["text"] = (element.text or "").strip()
    return found


def _name(element: etree._Element) -> str:
    return _local(str(element.tag))


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]
