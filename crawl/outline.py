"""Where a link stands on a page: its row, the words above it, its column, whether it is furniture. Pure functions.

One pass over the tree notes for every element how many places its links lead to, so that finding the row of a link is a
walk upwards and a page of 100,000 links costs no more per link than a page of ten.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import html

from crawl.page import Page, marks_furniture, squeeze, text_of
from crawl.tabs import panel_words

MAX_HEADING = 40  # characters of what can be a heading; longer is a text
_MAX_CLIMB = 40  # ancestors that are looked at above a link
_MAX_SIBLINGS = 12  # elements before a block that may hold its heading
_MAX_PASSED = 300  # rows before a row that are looked through for a heading
_HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "tr", "li", "strong", "b"})
_MAX_ITEMS = 60  # tabs, or columns of a table
_ROW_TAGS = frozenset({"li", "tr", "dl", "dd", "article"})
_STOP_TAGS = frozenset({"body", "html", "main"})
_PANEL_TAGS = frozenset({"div", "ul", "ol", "section", "table", "dd", "li"})


MAX_LINKS = 8000  # of one page; more is no page that a person made


class Outline:
    """What is known of the places of a page's links. Built once per page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._targets: dict[html.HtmlElement, set[str] | None] = {}
        self._furniture: dict[html.HtmlElement, bool] = {}
        self._text: dict[html.HtmlElement, str] = {}
        self._above: dict[html.HtmlElement, tuple[str, ...]] = {}
        self._among: dict[html.HtmlElement, str | None] = {}
        self._panels = panel_words(page)
        self._anchors = 0
        self._weighed = 0
        for element in islice(page.root.iter("a"), MAX_LINKS):
            self._anchors += 1
            self._note(element)

    def _note(self, anchor: html.HtmlElement) -> None:
        href = squeeze(anchor.get("href") or "")
        if not href or href == "#" or href.lower().startswith("javascript:void"):
            return
        node: html.HtmlElement | None = anchor
        while node is not None:
            known = self._targets.get(node, set())
            if known is None:  # many already, and so for every element above
                return
            if href in known:  # and so for every element above
                return
            known.add(href)
            self._targets[node] = known if len(known) <= 2 else None
            node = node.getparent()

    def places(self, element: html.HtmlElement) -> int:
        """How many different places the links inside lead to: 0, 1, 2, or 3 for any more."""
        known = self._targets.get(element, set())
        return 3 if known is None else len(known)

    def is_furniture(self, element: html.HtmlElement) -> bool:
        """As `page.is_furniture`, remembered for every ancestor."""
        chain: list[html.HtmlElement] = []
        node: html.HtmlElement | None = element
        found = False
        while node is not None:
            if node in self._furniture:
                found = self._furniture[node]
                break
            chain.append(node)
            node = node.getparent()
        for one in reversed(chain):
            found = found or (marks_furniture(one) and not self._holds_most(one))
            self._furniture[one] = found
        return found

    def _holds_most(self, element: html.HtmlElement) -> bool:
        """Whether half of the page's links stand in it: then it is the page, whatever its class is called."""
        if self._anchors < 20 or self.places(element) < 3 or self._weighed > 500:
            return False
        self._weighed += 1
        held = sum(1 for _ in islice(element.iter("a"), self._anchors // 2 + 1))
        return held * 2 > self._anchors

    def row(self, anchor: html.HtmlElement) -> html.HtmlElement:
        """The item of a list a link stands in: the largest ancestor whose links all lead to one place.

        A row of a table counts as a row although its cells lead to different places (部门 | 预算 | 决算).
        """
        row = anchor
        for depth, ancestor in enumerate(anchor.iterancestors()):
            if ancestor.tag in _STOP_TAGS or depth > _MAX_CLIMB:
                break
            if self.places(ancestor) > 1:
                break
            row = ancestor
            if ancestor.tag in _ROW_TAGS:
                break
        return row

    def text(self, element: html.HtmlElement) -> str:
        """Visible text, remembered; elements with many links are no headings and are not read."""
        if element not in self._text:
            self._text[element] = text_of(element)
        return self._text[element]

    def above(self, row: html.HtmlElement) -> tuple[str, ...]:
        """What stands over a row, nearest first: headings before its list and around it, its tab, its table's caption.

        Only short texts with at most two links; other rows of the list itself do not count.
        """
        parent = row.getparent()
        if parent is None:
            return ()
        if row.tag in {"dd", "dt"}:
            term = next((one for one in row.itersiblings("dt", preceding=True)), None)
            own = (self.text(term),) if term is not None and self._is_heading(term) else ()
            return (*own, *self._over(parent))
        lone = self._heading_among(row)
        return (*((lone,) if lone else ()), *self._over(parent))

    def _over(self, block: html.HtmlElement) -> tuple[str, ...]:
        if block in self._above:
            return self._above[block]
        found: list[str] = []
        node = block
        for _ in range(_MAX_CLIMB):
            if node.tag in {"html", "body"}:
                break
            for text in (self._tab_of(node), self._heading_before(node), self._caption_of(node)):
                if text and text not in found:
                    found.append(text)
            parent = node.getparent()
            if parent is None:
                break
            node = parent
        self._above[block] = tuple(found[:8])
        return self._above[block]

    def _heading_among(self, row: html.HtmlElement) -> str | None:
        """The nearest heading among the siblings before a row (`<p>2024年</p><p>link</p><p>link</p>`), remembered for
        each row passed, so that long lists are walked once."""
        passed = [row]
        found: str | None = None
        for before in row.itersiblings(preceding=True):
            if before in self._among:
                found = self._among[before]
                break
            if not isinstance(before.tag, str):
                continue
            passed.append(before)
            if before.tag in _HEADING_TAGS and not self.places(before) and self._is_heading(before):
                found = self.text(before)
                break
            if len(passed) > _MAX_PASSED:
                break
        for one in passed if found is None or len(passed) < 2 else passed[:-1]:
            self._among[one] = found
        return found

    def _heading_before(self, element: html.HtmlElement) -> str | None:
        """The heading right before a block; a block with content of its own ends the search."""
        for seen, before in enumerate(element.itersiblings(preceding=True)):
            if not isinstance(before.tag, str):
                continue
            if seen > _MAX_SIBLINGS or self.places(before) > 2 or before.tag in {"script", "style"}:
                return None
            if self._is_heading(before):
                return self.text(before)
            # the heading of the block before is not the heading of this one, unless it holds nothing else
            if len(before) and (self.places(before) or len(self.text(before)) > MAX_HEADING):
                return None
        return None

    def _is_heading(self, element: html.HtmlElement) -> bool:
        if (
            self.places(element) > 2
            or len(element) > 30
            or (self.places(element) and element.tag in {"ul", "ol", "table"})
        ):
            return False
        text = self.text(element)
        return 2 <= len(text) <= MAX_HEADING and bool(re.search(r"[\u4e00-\u9fff]|20\d\d", text))

    def _caption_of(self, element: html.HtmlElement) -> str | None:
        for tag in ("caption", "legend"):
            found = element.find(tag) if element.tag in {"table", "fieldset"} else None
            if found is not None and self._is_heading(found):
                return self.text(found)
        return None

    def _tab_of(self, panel: html.HtmlElement) -> str | None:
        """The tab of a panel: one that names it (`crawl.tabs`), else panels in one block, as many items in a block
        before it, joined by their order."""
        if panel in self._panels:
            return self._panels[panel]
        if panel.tag not in _PANEL_TAGS:
            return None
        parent = panel.getparent()
        if parent is None:
            return None
        panels = [one for one in parent if isinstance(one.tag, str) and one.tag == panel.tag]
        if not 2 <= len(panels) <= _MAX_ITEMS or panel not in panels or parent.tag in {"ul", "ol", "body"}:
            return None
        at = panels.index(panel)
        for holder in (panel, parent):
            for number, before in enumerate(holder.itersiblings(preceding=True)):
                if number >= 4 or not isinstance(before.tag, str):
                    break
                items = _items(before)
                wanted = panels if before not in panels else [one for one in panels if one is not before]
                if len(items) == len(wanted) >= 2 and panel in wanted:
                    text = squeeze(items[at if wanted is panels else wanted.index(panel)].text_content())
                    if 2 <= len(text) <= MAX_HEADING:
                        return text
        return None

    # -- tables ---------------------------------------------------------------------------------------------------

    def table_words(self, anchor: html.HtmlElement) -> tuple[str | None, str | None]:
        """(words of the row's first cells, words of the column's head) of a link in a table with more than one
        column."""
        cell = next((one for one in anchor.iterancestors("td", "th")), None)
        if cell is None:
            return None, None
        line = cell.getparent()
        if line is None or line.tag != "tr":
            return None, None
        cells = [one for one in line if one.tag in {"td", "th"}]
        if not 2 <= len(cells) <= _MAX_ITEMS:
            return None, None
        at = cells.index(cell)
        named = [self.text(one) for one in cells[:at] if self.places(one) == 0 or not _is_short_action(self.text(one))]
        words = [text for text in named if re.search(r"[\u4e00-\u9fff]{2}", text) and len(text) <= 60]
        head = self._column_head(line, at, len(cells))
        return (words[-1] if words else None), head

    def _column_head(self, line: html.HtmlElement, at: int, width: int) -> str | None:
        table = next((one for one in line.iterancestors("table")), None)
        if table is None:
            return None
        first = next(iter(table.iter("tr")), None)
        if first is None or first is line:
            return None
        heads = [one for one in first if one.tag in {"td", "th"}]
        if len(heads) != width or self.places(first) > 1:
            return None
        text = self.text(heads[at])
        return text if 2 <= len(text) <= MAX_HEADING else None


def _items(block: html.HtmlElement) -> list[html.HtmlElement]:
    """The items of a bar of tabs: its li, or its only child's, or its own children of one kind with short words."""
    lis = block.findall("li") or block.findall("ul/li") or block.findall("div/ul/li") or block.findall("ol/li")
    if lis:
        return list(lis[:_MAX_ITEMS])
    spans = [one for one in block if one.tag in {"a", "span", "div", "h2", "h3", "em", "dt"}]
    return spans[:_MAX_ITEMS] if len({one.tag for one in spans}) == 1 else []


_ACTIONS = re.compile(
    r"\W*(?:点击|点此)?(?:查看|下载|详情|详细|打开|预览|浏览|附件|链接|进入|more)\w{0,4}\W*", re.IGNORECASE
)


def _is_short_action(text: str) -> bool:
    return bool(_ACTIONS.fullmatch(text))


is_action = _is_short_action
