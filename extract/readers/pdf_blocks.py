"""Sheets → blocks in reading order: tables where they begin, paragraphs around them, page fields in their place."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from extract.document import Block, Paragraph, Place
from extract.readers.pdf_aligned import add_aligned
from extract.readers.pdf_pieces import Part, Sheet, grown, mark_page_fields, middle, parts_of
from extract.readers.pdf_prose import Draft, PageLine, paragraphs
from extract.stitch import stitch


class _Item(NamedTuple):
    """One thing on a page from top to bottom: a piece of a table, or a line (of the page or of the author)."""

    top: float
    part: Part | None = None
    line: PageLine | None = None
    is_page_field: bool = False


def blocks_of(sheets: Sequence[Sheet]) -> list[Block]:
    """Blocks of the whole document; tables stitched, paragraphs numbered from 1."""
    mark_page_fields(sheets)
    add_aligned(sheets)
    parts = parts_of(sheets)
    joined = stitch([part.piece for part in parts])
    tables = {stitched.table.number: stitched.table for stitched in joined}
    repeated = {number for stitched in joined for number in stitched.repeated_titles}
    items = _items(sheets, parts, repeated, set(tables))
    body = [item.line for item in items if item.line is not None and not item.is_page_field]
    drafts = {id(draft.lines[0]): draft for draft in paragraphs(body, _table_size(sheets))}
    by_number = {sheet.number: sheet for sheet in sheets}
    blocks: list[Block] = []
    n_paragraphs = 0
    for item in items:
        if item.part is not None and item.part.piece.number in tables:
            blocks.append(tables[item.part.piece.number])
        if item.line is None:
            continue
        draft = Draft([item.line]) if item.is_page_field else drafts.get(id(item.line))
        if draft is None:
            continue  # a further line of a paragraph
        n_paragraphs += 1
        blocks.append(
            Paragraph(
                n_paragraphs,
                draft.text,
                _places(draft, n_paragraphs, by_number),
                draft.level,
                "page_field" if item.is_page_field else "body",
                draft.breaks,
            )
        )
    return blocks


def _table_size(sheets: Sequence[Sheet]) -> float | None:
    sizes = Counter(grid.size for sheet in sheets for grid in sheet.grids if grid.size is not None)
    return sizes.most_common(1)[0][0] if sizes else None


def _items(sheets: Sequence[Sheet], parts: Sequence[Part], repeated: set[int], begins: set[int]) -> list[_Item]:
    """Everything from the first page's top to the last page's foot; caption lines are left out, they are cells."""
    by_page: dict[int, list[Part]] = defaultdict(list)
    captions: set[int] = set()
    for part in parts:
        by_page[part.piece.page].append(part)
        captions.update(id(line) for row in part.captions for line in row.lines)
    items: list[_Item] = []
    after_table = False
    for sheet in sheets:
        titles = {i for part in by_page[sheet.number] if part.piece.number in repeated for i in part.above}
        on_page = [_Item(part.top, part=part) for part in by_page[sheet.number]]
        for index, line in enumerate(sheet.lines):
            if id(line) not in captions:
                is_field = index in sheet.fields or index in titles
                on_page.append(_Item(middle(line), line=sheet.page_line(index), is_page_field=is_field))
        for item in sorted(on_page, key=lambda entry: entry.top):
            entry = item
            if item.part is not None:
                after_table = after_table or item.part.piece.number in begins
            elif item.line is not None and not item.is_page_field:
                if after_table:
                    entry = item._replace(line=item.line._replace(after_table=True))
                after_table = False
            items.append(entry)
    return items


def _places(draft: Draft, number: int, sheets: dict[int, Sheet]) -> tuple[Place, ...]:
    """One Place per page that the paragraph stands on, around all its lines there."""
    places: list[Place] = []
    for page, lines in groupby(draft.lines, attrgetter("page")):
        x0, top, x1, bottom = zip(*(item.line.box for item in lines), strict=True)
        around = grown((min(x0), min(top), max(x1), max(bottom)))
        places.append(Place(page, sheets[page].frame.to_shown(around), paragraph=number))
    return tuple(places)
