"""The printed text of one Word paragraph: insertions kept, deletions dropped, alternate content counted once."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

XmlElement: TypeAlias = "etree._Element"

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

_PRINTED = W + "t"
_TEXT = frozenset({_PRINTED, M + "t"})
_FIXED = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
}
# deleted, moved away, instructions of fields, properties, phonetic guides, marks without text
_SKIPPED = frozenset(
    W + name
    for name in (
        "del",
        "moveFrom",
        "delText",
        "delInstrText",
        "instrText",
        "rPr",
        "pPr",
        "sdtPr",
        "sdtEndPr",
        "rt",
        "footnoteReference",
        "endnoteReference",
        "annotationRef",
        "commentReference",
    )
)


# what makes the text of a paragraph anything else than its w:t one after the other
_NOT_PLAIN = (
    *_FIXED,
    *(name for name in _SKIPPED if name not in {W + "rPr", W + "pPr", W + "sdtPr", W + "sdtEndPr"}),
    M + "t",
    W + "sym",
    W + "vanish",
    W + "txbxContent",
    A + "AlternateContent",
)
_STOPS = W + "tabs"  # the tab stops of a paragraph: w:tab as well, and not printed


class TextWalk:
    """Reads paragraphs; remembers text boxes met on the way (`boxes`: w:txbxContent) and counts hidden runs."""

    def __init__(self, *roots: XmlElement) -> None:
        self.boxes: list[XmlElement] = []
        self.hidden = 0
        # elements that hold anything but plain runs: most paragraphs of a table do not, and are read in one call
        self._special: set[XmlElement] = set()
        for root in roots:
            for found in root.iter(*_NOT_PLAIN):
                parent = found.getparent()
                if parent is not None and parent.tag == _STOPS:
                    continue
                while parent is not None and parent not in self._special:
                    self._special.add(parent)
                    parent = parent.getparent()

    def paragraph(self, element: XmlElement) -> str:
        """Text of one w:p as printed: tabs as "\\t", breaks as "\\n"; text boxes are not part of it."""
        if element not in self._special:
            return "".join([found.text or "" for found in element.iter(_PRINTED)])
        out: list[str] = []
        self._collect(element, out)
        return "".join(out)

    def branch(self, element: XmlElement) -> XmlElement | None:
        """The one branch of mc:AlternateContent that is printed: the first choice, else the fallback."""
        choice = element.find(A + "Choice")
        return choice if choice is not None and len(choice) else element.find(A + "Fallback")

    def _collect(self, parent: XmlElement, out: list[str]) -> None:
        for child in parent:
            tag = child.tag
            if tag in _TEXT:
                out.append(child.text or "")
            elif tag in _FIXED:
                out.append(_FIXED[tag])
            elif tag in _SKIPPED:
                continue
            elif tag == W + "r":
                if _is_hidden(child):
                    self.hidden += 1
                else:
                    self._collect(child, out)
            elif tag == W + "sym":
                out.append(_symbol(child))
            elif tag == W + "txbxContent":
                self.boxes.append(child)
            elif tag == A + "AlternateContent":
                branch = self.branch(child)
                if branch is not None:
                    self._collect(branch, out)
            elif isinstance(tag, str):
                self._collect(child, out)


def _is_hidden(run: XmlElement) -> bool:
    properties = run.find(W + "rPr")
    if properties is None:
        return False
    vanish = properties.find(W + "vanish")
    return vanish is not None and vanish.get(W + "val", "true") not in {"0", "false", "off"}


def _symbol(element: XmlElement) -> str:
    """w:sym names a glyph of a symbol font; the code point is kept as it is, there is no other text."""
    try:
        return chr(int(element.get(W + "char", ""), 16))
    except (ValueError, OverflowError):
        return "\ufffd"
