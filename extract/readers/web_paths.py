"""Addresses of elements in a page: the paths of XPath, each level counted once.

libxml2 counts the siblings before an element anew for each path, which takes minutes for a table of 20,000 rows.
"""

from __future__ import annotations

from collections import Counter

from extract.readers.docx_text import XmlElement


class Paths:
    """Paths of elements of one tree, which must not change meanwhile; the same as `getpath` gives."""

    def __init__(self, root: XmlElement) -> None:
        self._root = root
        self._known: dict[XmlElement, str] = {root: f"/{root.tag}"}

    def path(self, element: XmlElement) -> str:
        """`/html/body/div[2]/p`: a number only where the parent has several of this name."""
        waiting: list[XmlElement] = []
        at = element
        while at not in self._known:
            parent = at.getparent()
            if parent is None:  # of another tree
                return str(element.getroottree().getpath(element))
            waiting.append(parent)
            at = parent
        for parent in reversed(waiting):
            self._number(parent)
        return self._known[element]

    def _number(self, parent: XmlElement) -> None:
        above = self._known[parent]
        several = Counter(child.tag for child in parent if isinstance(child.tag, str))
        met: Counter[str] = Counter()
        for child in parent:
            if isinstance(child.tag, str):
                met[child.tag] += 1
                number = f"[{met[child.tag]}]" if several[child.tag] > 1 else ""
                self._known[child] = f"{above}/{child.tag}{number}"
