"""Where a link stands on a page: its row, the words above it, its column, whether it is furniture. Pure functions.

One pass over the tree notes for every element how many places its links lead to, so that finding the row of a link is a
walk upwards and a page of 100,000 links costs no more per link than a page of ten.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import html

from crawl.clickable import link_elements, raw_address
from crawl.page import Page, marks_furniture, marks_trail, squeeze, text_of
from crawl.tables import Grid, grid_of
from crawl.tabs import panel_words, tab_by_order

MAX_HEADING = 40  # characters of what can be a heading; longer is a text
_MAX_CLIMB = 40  # ancestors that are looked at above a link
_MAX_SIBLINGS = 12  # elements before a block that may hold its heading
_MAX_PASSED = 300  # rows before a row that are looked through for a heading
_HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "tr", "li", "strong", "b"})
_MAX_ITEMS = 60  # columns of a table
_ROW_TAGS = frozenset({"li", "tr", "dl", "dd", "article"})
_LEVELS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LEAD_TAGS = frozenset({"span", "b", "strong", "em", "i", "font", "p", "a", "label", "h3", "h4", "h5"})
_LIST_TAGS = ("ul", "ol", "table")
_STOP_TAGS = frozenset({"body", "html", "main"})


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
        self._grids: dict[html.HtmlElement, Grid | None] = {}
        self._levels: dict[html.HtmlElement, dict[html.HtmlElement, tuple[str, ...]]] = {}
        self.links: list[html.HtmlElement] = list(link_elements(page.root, MAX_LINKS))
        for element in self.links:
            self._anchors += 1
            self._note(element)

    def _note(self, anchor: html.HtmlElement) -> None:
        href = squeeze(raw_address(anchor) or "")
        if not href:
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
            found = found or ((marks_furniture(one) or marks_trail(one)) and not self._holds_most(one))
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
            if self.places(ancestor) > 1 or ancestor in self._panels:  # a tab's panel is a list, if of one row
                break
            row = ancestor
            if ancestor.tag in _ROW_TAGS and not self._is_cell(ancestor):
                break
        return row

    def _is_cell(self, item: html.HtmlElement) -> bool:
        """Whether an item is one cell of a row that is a list itself (`<ul><li>title</li><li>date</li></ul><ul>…`)."""
        block = item.getparent()
        if item.tag != "li" or block is None or self.places(block) != 1 or len(block) < 2:
            return False
        beside = (*islice(block.itersiblings(), 3), *islice(block.itersiblings(preceding=True), 3))
        return any(
            one.tag == block.tag and one.get("class") == block.get("class") and self.places(one) for one in beside
        )

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
        near = dict.fromkeys((*((lone,) if lone else ()), *self._levels_before(row)))
        return (*near, *self._over(parent))

    def _over(self, block: html.HtmlElement) -> tuple[str, ...]:
        if block in self._above:
            return self._above[block]
        found: list[str] = []
        node = block
        for _ in range(_MAX_CLIMB):
            if node.tag in {"html", "body"}:
                break
            near = (self._tab_of(node), self._heading_before(node), *self._levels_before(node))
            for text in (*near, self._caption_of(node), self._lead_of(node)):
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

    def _levels_before(self, element: html.HtmlElement) -> tuple[str, ...]:
        """The headings h1 to h6 over an element among its siblings, each of a higher level than the one before it,
        nearest first. Noted for all children of a parent in one pass."""
        parent = element.getparent()
        if parent is None:
            return ()
        if parent not in self._levels:
            noted: dict[html.HtmlElement, tuple[str, ...]] = {}
            stack: list[tuple[str, str]] = []
            for child in parent:
                if child.tag in _LEVELS and self._is_heading(child):
                    stack = [one for one in stack if one[0] < child.tag]
                    stack.append((child.tag, self.text(child)))
                elif stack:
                    noted[child] = tuple(text for _, text in reversed(stack))
            self._levels[parent] = noted
        return self._levels[parent].get(element, ())

    def _is_heading(self, element: html.HtmlElement) -> bool:
        if (
            self.places(element) > 2
            or len(element) > 30
            or (self.places(element) and (element.tag in _LIST_TAGS or any(True for _ in element.iter(*_LIST_TAGS))))
        ):
            return False
        text = self.text(element)
        return 2 <= len(text) <= MAX_HEADING and bool(re.search(r"[\u4e00-\u9fff]|20\d\d", text))

    def _lead_of(self, element: html.HtmlElement) -> str | None:
        """The words a list's item begins with before the list inside it (`<li>县教育局<ul>…`)."""
        if element.tag not in {"li", "dd", "td", "div"} or not self.places(element):
            return None
        words = squeeze(element.text or "")
        for one in element:
            if not isinstance(one.tag, str) or words or self.places(one) or one.tag not in _LEAD_TAGS:
                break
            words = squeeze(self.text(one))
        words = words.strip(":：·•▪- ")
        return words if 2 <= len(words) <= MAX_HEADING and re.search(r"[\u4e00-\u9fff]{2}|20\d\d", words) else None

    def _caption_of(self, element: html.HtmlElement) -> str | None:
        for tag in ("caption", "legend"):
            found = element.find(tag) if element.tag in {"table", "fieldset"} else None
            if found is not None and self._is_heading(found):
                return self.text(found)
        return None

    def _tab_of(self, panel: html.HtmlElement) -> str | None:
        """The tab of a panel: one that names it, else the one of its place in the bar before it (`crawl.tabs`)."""
        return self._panels.get(panel) or tab_by_order(panel)

    # -- tables ---------------------------------------------------------------------------------------------------

    def table_words(self, anchor: html.HtmlElement) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(words of the cells before a link in its row and of the section its row stands in, words over its column,
        outermost first) of a link in a table with more than one column."""
        found = self._cell(anchor)
        if found is None:
            return (), ()
        grid, cell = found
        before = [self.text(one) for one in grid.before(cell) if not self.places(one)]
        words = [text for text in before if re.search(r"[\u4e00-\u9fff]{2}|^20\d\d年?$", text) and len(text) <= 60]
        section = grid.section(cell)
        if section is not None and 2 <= len(text := self.text(section)) <= MAX_HEADING:
            words.insert(0, text)
        return tuple(words), self.heads_of(cell)

    def heads_of(self, cell: html.HtmlElement) -> tuple[str, ...]:
        """The words over a cell's column, outermost first."""
        table = next((one for one in cell.iterancestors("table")), None)
        grid = self._grid(table) if table is not None else None
        if grid is None:
            return ()
        heads = [self.text(one) for one in grid.heads(cell)]
        return tuple(dict.fromkeys(text for text in heads if 2 <= len(text) <= MAX_HEADING))

    def _cell(self, anchor: html.HtmlElement) -> tuple[Grid, html.HtmlElement] | None:
        cell = anchor if anchor.tag in {"td", "th"} else next((one for one in anchor.iterancestors("td", "th")), None)
        table = next((one for one in cell.iterancestors("table")), None) if cell is not None else None
        grid = self._grid(table) if table is not None else None
        if grid is None or cell is None or not 2 <= grid.width_at(cell) <= _MAX_ITEMS:
            return None
        return grid, cell

    def _grid(self, table: html.HtmlElement) -> Grid | None:
        if table not in self._grids:
            self._grids[table] = grid_of(table, lambda row: self.places(row) == 0)
        return self._grids[table]

    def label_before(self, anchor: html.HtmlElement) -> str | None:
        """The words right before a link in its own block (`县教育局：预算 决算`), up to the block that is a row."""
        node = anchor
        for _ in range(4):
            parent = node.getparent()
            if parent is None or parent.tag in {"body", "html", "table", "tbody", "ul", "ol"} or len(parent) > 30:
                return None
            if node.tag == "dd":  # of the terms of a list only its own
                term = next((one for one in node.itersiblings("dt", preceding=True)), None)
                return self.text(term)[:60] or None if term is not None and not self.places(term) else None
            pieces: list[str] = []
            for one in parent:
                if one is node:
                    break
                if isinstance(one.tag, str) and not self.places(one) and one.tag not in {"script", "style"}:
                    pieces.append(self.text(one))
                pieces.append(one.tail or "")
            words = squeeze(" ".join([parent.text or "", *pieces])).strip(":：|、/ -—[]【】()（）,，")
            if words:
                return words if len(words) <= 60 else None
            node = parent
        return None


_ACTIONS = re.compile(
    r"\W*(?:点击|点此)?(?:查看|下载|详情|详细|打开|预览|浏览|附件|链接|进入|more)\w{0,4}\W*", re.IGNORECASE
)


def _is_short_action(text: str) -> bool:
    return bool(_ACTIONS.fullmatch(text))


is_action = _is_short_action
