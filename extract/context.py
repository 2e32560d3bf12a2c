"""What stands around each table: the texts above it that may be its title or captions, and the notes under it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from extract.caption import parse_caption
from extract.document import Paragraph, Reading, Table
from extract.header import declares_empty, is_note, looks_like_title
from extract.text import fold, is_blank

MAX_ABOVE = 12
MAX_BELOW = 6


@dataclass
class Surroundings:
    """above: nearest first, up to the table before. below: notes right under the table, in order.

    directly_after: the table that stands above with nothing printed between.
    """

    table: Table
    above: list[Paragraph] = field(default_factory=list)
    below: list[Paragraph] = field(default_factory=list)
    directly_after: int | None = None
    heading: Paragraph | None = None

    def captions(self) -> list[Paragraph]:
        """Paragraphs above that are captions, as far as no prose stands between."""
        return [paragraph for paragraph in self._near() if parse_caption(paragraph.text)]

    def titles(self) -> list[Paragraph]:
        """Paragraphs above that may be the title, best first: nearest, but what ends in 表 before what does not."""
        near = [p for p in self._near() if not parse_caption(p.text)]
        return sorted(near, key=lambda p: "表" not in fold(p.text)[-12:])

    def _near(self) -> list[Paragraph]:
        near: list[Paragraph] = []
        for paragraph in self.above:
            title = paragraph.level is not None or looks_like_title(paragraph.text)
            if not title and not parse_caption(paragraph.text):
                break
            if len(fold(paragraph.text)) > 60:
                break
            near.append(paragraph)
        return near


def surroundings(reading: Reading, passed: Set[int] = frozenset()) -> dict[int, Surroundings]:
    """Surroundings of every table, by Table.number. passed: paragraphs that name no table, lines of contents."""
    found: dict[int, Surroundings] = {}
    above: list[Paragraph] = []
    heading: Paragraph | None = None
    last: Surroundings | None = None
    open_notes = False
    for block in reading.blocks:
        if isinstance(block, Table) and block.hidden is not None:
            continue
        if isinstance(block, Table):
            here = Surroundings(block, above=list(reversed(above[-MAX_ABOVE:])), heading=heading)
            if last is not None and not above:
                here.directly_after = last.table.number
            found[block.number] = here
            last, above, open_notes = here, [], True
            continue
        if block.role == "page_field" or block.number in passed or is_blank(block.text):
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
