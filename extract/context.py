"""What stands around each table: the texts above it that may be its title or captions, and the notes under it."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from extract.caption import parse_caption, title_and_unit
from extract.document import Paragraph, Reading, Table
from extract.header import declares_empty, is_note, looks_like_title
from extract.text import fold, is_blank

MAX_ABOVE = 12
MAX_BELOW = 6
MAX_STRANGE = 2  # lines between a table and its title that we cannot name
LONGEST_STRANGE = 40
TITLE_WITHIN = 3
_SENTENCE = re.compile(r"[。;；!?]")
_NAMES_TABLE = re.compile(r"^.{0,40}表(?:\([^()]{1,24}\))?$")
_CUT_UNIT = re.compile(r"单位[::]?\(?(?:人民币)?[百千万亿]{1,2}$")


@dataclass
class Surroundings:
    """above: nearest first, up to the table before. below: notes right under the table, in order.

    directly_after: the table that stands above with nothing printed between. running: what the page itself prints
    above the table (running headers), nearest first: a title or caption may stand there and nowhere else.
    """

    table: Table
    above: list[Paragraph] = field(default_factory=list)
    below: list[Paragraph] = field(default_factory=list)
    directly_after: int | None = None
    heading: Paragraph | None = None
    running: list[Paragraph] = field(default_factory=list)

    def captions(self) -> list[Paragraph]:
        """Captions above, nearest first, as far as no prose stands between.

        A unit cut by a line break (`单位：万` over `元`) is one caption; the lower half alone would be another unit.
        """
        halves = {lower.number: upper for upper, lower in self.cut_captions()}
        found: list[Paragraph] = []
        for paragraph in self._near():
            upper = halves.get(paragraph.number)
            if upper is not None:
                text = upper.text.rstrip() + paragraph.text.strip()
                found.append(Paragraph(upper.number, text, (*upper.places, *paragraph.places)))
            elif parse_caption(paragraph.text):
                found.append(paragraph)
        return found + [p for p in self._running_parts() if parse_caption(p.text)]

    def cut_captions(self) -> list[tuple[Paragraph, Paragraph]]:
        """The two halves of each caption that a line break cut."""
        near = self._near()
        return [
            (upper, lower)
            for lower, upper in pairwise(near)
            if fold(lower.text) == "元" and _CUT_UNIT.search(fold(upper.text))
        ]

    def titles(self) -> list[Paragraph]:
        """Paragraphs above that may be the title, best first: nearest, but what ends in 表 before what does not."""
        near = [p for p in self._near() if not parse_caption(p.text) and not _CUT_UNIT.search(fold(p.text))]
        near = sorted(near, key=lambda p: "表" not in fold(p.text)[-12:])
        # a title printed again over every piece of a long table repeats as a running header does
        return near + [p for p in self._running_parts() if "表" in fold(p.text)[-12:] and looks_like_title(p.text)]

    def _running_parts(self) -> list[Paragraph]:
        """Nearest first; a title and the unit beside it are two."""
        found: list[Paragraph] = []
        for paragraph in self.running:
            parts = title_and_unit(paragraph.text) or (paragraph.text,)
            found += [msgspec.structs.replace(paragraph, text=part) for part in reversed(parts)]
        return found

    def _near(self) -> list[Paragraph]:
        near: list[Paragraph] = []
        strange = 0
        for index, paragraph in enumerate(self.above):
            parts = title_and_unit(paragraph.text)
            if parts is not None:
                near += [msgspec.structs.replace(paragraph, text=part) for part in reversed(parts)]
                continue
            title = paragraph.level is not None or looks_like_title(paragraph.text)
            if not title and not parse_caption(paragraph.text) and not _CUT_UNIT.search(fold(paragraph.text)):
                strange += 1
                if strange <= MAX_STRANGE and self._named_above(index):
                    continue
                break
            if len(fold(paragraph.text)) > 60:
                break
            near.append(paragraph)
        return near

    def _named_above(self, index: int) -> bool:
        """Whether a line that is neither title nor caption stands between the table and its title: it is short, no
        sentence, and the name of a table stands close above it."""
        line = fold(self.above[index].text)
        if len(line) > LONGEST_STRANGE or _SENTENCE.search(line):
            return False
        return any(
            _NAMES_TABLE.search(fold((title_and_unit(other.text) or (other.text,))[0]))
            for other in self.above[index + 1 : index + 1 + TITLE_WITHIN]
        )


def _on_page_of(table: Table, field: Paragraph) -> bool:
    """What a page prints at its head speaks of its own tables; over the table before it names that one."""
    page = table.cells[0].place.page if table.cells else None
    return page is None or field.place.page is None or field.place.page == page


def surroundings(reading: Reading, passed: Set[int] = frozenset()) -> dict[int, Surroundings]:
    """Surroundings of every table, by Table.number. passed: paragraphs that name no table, lines of contents."""
    found: dict[int, Surroundings] = {}
    above: list[Paragraph] = []
    running: list[Paragraph] = []
    heading: Paragraph | None = None
    last: Surroundings | None = None
    open_notes = False
    for block in reading.blocks:
        if isinstance(block, Table) and block.hidden is not None:
            continue
        if isinstance(block, Table):
            here = Surroundings(block, above=list(reversed(above[-MAX_ABOVE:])), heading=heading)
            here.running = [p for p in reversed(running[-MAX_ABOVE:]) if _on_page_of(block, p)]
            if last is not None and not above:
                here.directly_after = last.table.number
            found[block.number] = here
            last, above, running, open_notes = here, [], [], True
            continue
        if block.number in passed or is_blank(block.text):
            continue
        if block.role == "page_field":
            running.append(block)
            continue
        if last is not None and open_notes and len(last.below) < MAX_BELOW:
            if is_note(block.text) or declares_empty(block.text):
                last.below.append(block)
                continue
            open_notes = False
        if block.level is not None:
            heading = block
        above.append(block)
    return found
