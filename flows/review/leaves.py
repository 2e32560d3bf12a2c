"""A document in leaves, as a person turns them: a page where it has pages, else a table with the paragraphs before it.

Made of `raw_cells` alone, so that a release shows them without the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Row = dict[str, Any]
Box = tuple[float, float, float, float]

MAX_ROWS: Final = 120  # of a table on one leaf
MAX_PARAGRAPHS: Final = 60
MAX_COLUMNS: Final = 400  # beyond, a grid is not drawn as one


@dataclass(frozen=True)
class Piece:
    """A printed cell or paragraph. place: as in an identifier (`t9.r5.c3`, `p7`); box: on its page, in points."""

    place: str
    text: str
    home: str
    kind: str
    row: int = 0
    col: int = 0
    rowspan: int = 1
    colspan: int = 1
    box: Box | None = None


@dataclass(frozen=True)
class Grid:
    """A table, or some rows of it. rows: pieces, or None for a slot of the grid that no cell fills."""

    table: int
    rows: tuple[tuple[Piece | None, ...], ...]


@dataclass
class Leaf:
    """number: 1-based. page: of the document, where it has pages. blocks: paragraphs and grids, in reading order."""

    number: int
    page: int | None = None
    blocks: list[Piece | Grid] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


def place_of(row: Row) -> str | None:
    """Where a row of any table stands, as in an identifier; None for nowhere."""
    if row.get("table_no") is not None and row.get("row_no") is not None:
        return f"t{row['table_no']}.r{row['row_no']}.c{row['col_no']}"
    if row.get("table_no") is not None:
        return f"t{row['table_no']}"
    return f"p{row['paragraph_no']}" if row.get("paragraph_no") is not None else None


def leaves_of(raw: Sequence[Row], n_pages: int | None) -> list[Leaf]:
    """The leaves of a document; at least one."""
    if n_pages or any(row["page"] is not None for row in raw):
        return _pages(raw, n_pages or 0)
    found = [Leaf(number, None, blocks) for number, blocks in enumerate(_bundles(raw), 1)]
    for leaf in found:
        leaf.pieces = [piece for block in leaf.blocks for piece in _pieces(block)]
    return found or [Leaf(1)]


def leaf_of_places(leaves: Iterable[Leaf]) -> dict[str, int]:
    """Place → number of the leaf on which it stands first; `t9` for a table as a whole."""
    found: dict[str, int] = {}
    for leaf in leaves:
        for piece in leaf.pieces:
            found.setdefault(piece.place, leaf.number)
            if piece.row:
                found.setdefault(piece.place.partition(".")[0], leaf.number)
    return found


def _pages(raw: Sequence[Row], n_pages: int) -> list[Leaf]:
    last = max([n_pages, *(row["page"] for row in raw if row["page"] is not None)])
    found = [Leaf(number, number) for number in range(1, last + 1)]
    for row in raw:
        if row["page"] is not None and 1 <= row["page"] <= last:
            found[row["page"] - 1].pieces.append(_piece(row))
    return found


def _piece(row: Row) -> Piece:
    box = (row["x0"], row["y0"], row["x1"], row["y1"])
    return Piece(
        place=place_of(row) or "",
        text=str(row["text"] or ""),
        home=row["home"],
        kind=row["kind"],
        row=row["row_no"] or 0,
        col=row["col_no"] or 0,
        rowspan=max(1, row["rowspan"] or 1),
        colspan=max(1, row["colspan"] or 1),
        box=None if None in box else box,
    )


def _pieces(block: Piece | Grid) -> Iterator[Piece]:
    if isinstance(block, Piece):
        yield block
        return
    for row in block.rows:
        yield from (piece for piece in row if piece is not None)


def _bundles(raw: Sequence[Row]) -> Iterator[list[Piece | Grid]]:
    """Paragraphs up to and with the next table; a long table, and many paragraphs, over several leaves."""
    waiting: list[Piece | Grid] = []
    for table, rows in _blocks(raw):
        if table is None:
            waiting += [_piece(row) for row in rows]
            while len(waiting) > MAX_PARAGRAPHS:
                yield waiting[:MAX_PARAGRAPHS]
                waiting = waiting[MAX_PARAGRAPHS:]
            continue
        for part in _grids(table, [_piece(row) for row in rows if row["kind"] == "cell"]):
            yield [*waiting, part]
            waiting = []
    if waiting:
        yield waiting


def _blocks(raw: Sequence[Row]) -> Iterator[tuple[int | None, list[Row]]]:
    """(table number or None, rows) of every paragraph and table as printed, in reading order."""
    part: list[Row] = []
    key: object = None
    for row in raw:
        here = (row["block_no"], row["table_no"])
        if part and here != key:
            yield part[0]["table_no"], part
            part = []
        key = here
        part.append(row)
    if part:
        yield part[0]["table_no"], part


def _grids(table: int, pieces: Sequence[Piece]) -> Iterator[Grid]:
    by_row: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_row.setdefault(piece.row, []).append(piece)
    numbers = sorted(by_row)
    for start in range(0, len(numbers), MAX_ROWS):
        yield Grid(table, tuple(_rows(numbers[start : start + MAX_ROWS], by_row)))


def _rows(numbers: Sequence[int], by_row: dict[int, list[Piece]]) -> Iterator[tuple[Piece | None, ...]]:
    """Rows of a grid with None where neither a cell nor the span of one stands, so that columns stay in line."""
    covered: dict[int, int] = {}  # column → last row a span from above reaches
    last = numbers[-1] if numbers else 0
    for number in numbers:
        slots: list[Piece | None] = []
        at = 1
        for piece in sorted(by_row[number], key=lambda one: one.col):
            while at < min(piece.col, MAX_COLUMNS):
                if covered.get(at, 0) < number:
                    slots.append(None)
                at += 1
            slots.append(piece)
            for column in range(piece.col, min(piece.col + piece.colspan, MAX_COLUMNS)):
                covered[column] = min(number + piece.rowspan - 1, last)
            at = max(at, piece.col + piece.colspan)
        yield tuple(slots)
