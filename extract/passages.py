"""Running text of a document: paragraphs put together again where a line or page break cut them, and long cells.

A grammar of sentences needs whole sentences. A reader that works from a page can take one paragraph for several lines
(no indent, a ragged margin, a page break under a picture); here the words decide: a text that does not end as a
sentence does, is no heading, and whose next is not numbered, goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from extract.amount_text import Folded, fold_text
from extract.document import Cell, Paragraph, Place, Reading, Table

_ENDS = re.compile(r"[。;；!！?？:：]\s*$")
_NUMBERED = re.compile(
    r"\s*(?:[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]|(?:[一二三四五六七八九十]{1,3})[、.．]|\d{1,2}[、.．](?!\d)"
    r"|[①-⑳]|第[一二三四五六七八九十]{1,3}[部章节条]|注[：:])"
)
_CELL_OF_PROSE = re.compile(r"[，。；、,;：:]")
_SENTENCE = re.compile(r"[，,。；;：:]\s*\S")
_SHORTEST_LINE = 12  # characters: a shorter text that stands alone is a caption, a title or a name
_NO_PROSE = frozenset({"amount", "code", "ordinal", "header", "column_number", "label"})
MIN_CELL, MAX_PASSAGE = 16, 20_000


@dataclass
class Passage:
    """One run of text. text: the printed pieces one behind the other; starts: where each of `blocks` begins in it.

    heading: text of the nearest heading above, "" in tables.
    """

    blocks: list[Paragraph | Cell]
    heading: str = ""
    starts: list[int] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        for block in self.blocks:
            self.starts.append(len(self.text))
            self.text += block.text

    def folded(self) -> Folded:
        return fold_text(self.text)

    def locate(self, index: int) -> tuple[Paragraph | Cell, Place]:
        """The block that prints text[index], and the Place of it."""
        which = sum(start <= index for start in self.starts) - 1
        block = self.blocks[which]
        if isinstance(block, Paragraph):
            return block, block.place_at(index - self.starts[which])
        return block, block.place


def passages_of(reading: Reading, headings: set[int], cell_homes: dict[tuple[int, int, int], str]) -> Iterator[Passage]:
    """Passages in reading order. headings: numbers of paragraphs that are headings; they begin nothing and end all.

    cell_homes: home by (table, row, col); labels, amounts and headers are no prose, however long.
    """
    edges = _edges(reading)
    run: list[Paragraph] = []
    above = ""
    for block in reading.blocks:
        if isinstance(block, Paragraph):
            if block.role == "page_field" or not block.text.strip():
                continue
            if run and not _goes_on(run[-1], block, headings, edges):
                yield from _closed(run, above)
                run = []
            if _names_only(block, headings):
                above = block.text
            run.append(block)
            continue
        if run:
            yield from _closed(run, above)
            run = []
        yield from _cells(block, cell_homes)
    if run:
        yield from _closed(run, above)


def _closed(run: list[Paragraph], heading: str) -> Iterator[Passage]:
    if sum(len(block.text) for block in run) <= MAX_PASSAGE:
        yield Passage(list(run), heading)
        return
    for block in run:  # hostile or broken: no sentence is that long
        yield Passage([block], heading)


def _cells(table: Table, homes: dict[tuple[int, int, int], str]) -> Iterator[Passage]:
    if table.hidden is not None:
        return
    for cell in table.cells:
        if len(cell.text) < MIN_CELL or homes.get((table.number, cell.row, cell.col)) in _NO_PROSE:
            continue
        if _CELL_OF_PROSE.search(cell.text):
            yield Passage([cell])


def _edges(reading: Reading) -> dict[int, float]:
    """Right edge of the prose by page."""
    edges: dict[int, float] = {}
    for paragraph in reading.paragraphs():
        for place in paragraph.places:
            if place.page is not None and place.box is not None and paragraph.role == "body":
                edges[place.page] = max(edges.get(place.page, 0.0), place.box[2])
    return edges


def _names_only(paragraph: Paragraph, headings: set[int]) -> bool:
    """A heading, and no first line of a sentence that was taken for one by its type (`一、基本支出：指为保障`)."""
    return paragraph.number in headings and not _SENTENCE.search(paragraph.text)


def _goes_on(before: Paragraph, after: Paragraph, headings: set[int], edges: dict[int, float]) -> bool:
    """Whether `after` continues the sentence of `before`; only where lines have places: other formats know better."""
    last, first = before.places[-1], after.places[0]
    if last.page is None or first.page is None or last.box is None or first.page - last.page not in (0, 1):
        return False
    if _names_only(before, headings) or _names_only(after, headings) or _ENDS.search(before.text):
        return False
    if len(before.text.strip()) < _SHORTEST_LINE or _NUMBERED.match(after.text):
        return False
    return last.box[2] > 0.8 * edges.get(last.page, 0.0)  # a number that cannot be broken leaves some room
