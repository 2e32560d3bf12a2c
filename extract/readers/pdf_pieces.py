"""One PDF page → its grids with text, its free lines, and the pieces of tables that stitching joins."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from extract.document import Box, Place
from extract.readers.lattice import Lattice
from extract.readers.lines import Line, TextLines, line_at, text_lines, texts_by_owner
from extract.readers.overprint import overprinted
from extract.readers.pdf_captions import CaptionRow, caption_rows, place_in_columns
from extract.readers.pdf_cells import cut_numbers, owners
from extract.readers.pdf_page import PageContent
from extract.readers.pdf_prose import PageLine, in_margin, page_fields
from extract.stitch import Piece, PieceCell


class GridCell(msgspec.Struct, frozen=True, gc=False):
    """A cell with its text; free: room right of its last line, in widths of a character."""

    row: int
    col: int
    rowspan: int
    colspan: int
    box: Box
    text: str
    free: float


@dataclass(frozen=True)
class Grid:
    """A grid with its text. xs, ys: edges in points, upright frame. size: of most of its text, in points.

    ruled: False where no rulings enclose its cells and it was found by the alignment of its texts.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[GridCell, ...]
    size: float | None = None
    ruled: bool = True

    @property
    def box(self) -> Box:
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


@dataclass
class Sheet:
    """One page after its characters are sorted into cells and free lines. fields: indexes of the lines the page prints.

    frame: the page without its content (but for its rules), for `to_shown`. overprinted: where texts are printed over
    each other. cut_numbers: where a ruling runs through a number.
    """

    number: int
    frame: PageContent
    grids: list[Grid]
    lines: list[Line]
    fields: set[int] = field(default_factory=set)
    overprinted: list[Box] = field(default_factory=list)
    cut_numbers: list[Box] = field(default_factory=list)

    @property
    def format(self) -> tuple[int, int]:
        return (round(self.frame.width), round(self.frame.height))

    def body(self) -> list[tuple[int, Line]]:
        """(index, line) of the lines that the author wrote."""
        return [(i, line) for i, line in enumerate(self.lines) if i not in self.fields]

    def page_line(self, index: int) -> PageLine:
        return PageLine(self.number, self.frame.height, self.frame.width, self.lines[index])


@dataclass(frozen=True)
class Part:
    """A piece with what it was made of. captions_on: number of the page of its caption rows.

    above: indexes of the page's lines between what stands above and the piece.
    """

    piece: Piece
    top: float
    captions: tuple[CaptionRow, ...]
    captions_on: int
    above: tuple[int, ...]


def make_sheet(page: PageContent) -> Sheet:
    """Sorts the characters of a page; a box around text (one cell) is no grid, and an empty grid is kept only if ruled
    into at least two rows and columns."""
    lattices = [lattice for lattice in page.lattices if len(lattice.cells) > 1]
    lattices.sort(key=lambda grid: (grid.ys[0], grid.xs[0]))
    n_cells = sum(len(lattice.cells) for lattice in lattices)
    owner = owners(lattices, page.chars)
    lines = text_lines(page.chars, owner)
    by_cell = texts_by_owner(lines, n_cells)
    grids: list[Grid] = []
    first = 0
    for lattice in lattices:
        after = first + len(lattice.cells)
        grid = _grid(lattice, by_cell[first:after], lines)
        if grid is not None:
            grids.append(grid)
        first = after
    free = [line_at(lines, number) for number in range(len(lines)) if lines.owner[number] == n_cells]
    over = _overprinted(lattices, by_cell, lines) if lines.is_apart else []
    over += overprinted(line.box for line in free)
    cut = cut_numbers(page.chars, owner) if lattices else []
    return Sheet(page.number, page.bare(), grids, free, overprinted=over, cut_numbers=cut)


def _overprinted(lattices: Sequence[Lattice], by_cell: Sequence[Sequence[int]], lines: TextLines) -> list[Box]:
    """The cells in which texts are printed over each other."""
    cells = [cell for lattice in lattices for cell in lattice.cells]
    return [
        cell.box
        for cell, numbers in zip(cells, by_cell, strict=True)
        if overprinted((lines.x0[n], lines.top[n], lines.x1[n], lines.bottom[n]) for n in numbers)
    ]


def _grid(lattice: Lattice, by_cell: Sequence[Sequence[int]], lines: TextLines) -> Grid | None:
    cells: list[GridCell] = []
    sizes: Counter[float] = Counter()
    for cell, numbers in zip(lattice.cells, by_cell, strict=True):
        text, free = "", 0.0
        if numbers:
            text = "\n".join([lines.text[n] for n in numbers]) if len(numbers) > 1 else lines.text[numbers[0]]
            last = numbers[-1]
            free = (cell.box[2] - cell.box[0] - (lines.x1[last] - lines.x0[last])) / lines.largest[last]
            sizes[lines.size[numbers[0]]] += 1
        cells.append(GridCell(cell.row, cell.col, cell.rowspan, cell.colspan, cell.box, text, free))
    if not sizes and not (len(lattice.xs) > 2 and len(lattice.ys) > 2):
        return None
    return Grid(lattice.xs, lattice.ys, tuple(cells), sizes.most_common(1)[0][0] if sizes else None)


def mark_page_fields(sheets: Sequence[Sheet]) -> None:
    """Sets `fields` of every sheet; what repeats is seen only over all pages."""
    where = [
        (sheet, index)
        for sheet in sheets
        for index, line in enumerate(sheet.lines)
        if in_margin(line, sheet.frame.height)
    ]
    for found in page_fields([sheet.page_line(index) for sheet, index in where], len(sheets)):
        sheet, index = where[found]
        sheet.fields.add(index)


def parts_of(sheets: Sequence[Sheet]) -> list[Part]:
    """The pieces of all pages in reading order, numbered from 1."""
    floors = _floors(sheets)
    parts: list[Part] = []
    before: Sheet | None = None
    for sheet in sheets:
        parts.extend(_parts_of_sheet(sheet, before, len(parts), floors[sheet.format]))
        before = sheet
    return parts


def _floors(sheets: Sequence[Sheet]) -> dict[tuple[int, int], float]:
    """The lowest place where the author's text is printed, by page format."""
    floors: dict[tuple[int, int], float] = defaultdict(float)
    for sheet in sheets:
        bottoms = [line.box[3] for _, line in sheet.body()] + [grid.ys[-1] for grid in sheet.grids]
        floors[sheet.format] = max([floors[sheet.format], *bottoms])
    return floors


def _parts_of_sheet(sheet: Sheet, before: Sheet | None, n_before: int, floor: float) -> list[Part]:
    parts: list[Part] = []
    body = sheet.body()
    top = 0.0
    used: set[int] = set()
    for order, grid in enumerate(sheet.grids):
        between = [(i, line) for i, line in body if i not in used and top <= middle(line) < grid.ys[0]]
        captions, frame = caption_rows([line for _, line in between], grid.box), sheet.frame
        if order == 0 and not between and before is not None:
            captions = _stranded(before, grid)
            frame = before.frame if captions else frame
        in_caption = {id(line) for row in captions for line in row.lines}
        above = tuple(i for i, line in between if id(line) not in in_caption)
        used.update(i for i, line in between if id(line) in in_caption)
        below = [i for i, line in body if i not in used and middle(line) >= grid.ys[-1]]
        number = n_before + order + 1
        heights = [row.bottom - row.top for row in captions]
        heights += [b - a for a, b in zip(grid.ys, grid.ys[1:], strict=False)]
        piece = Piece(
            number,
            sheet.number,
            len(heights),
            grid.xs,
            tuple(heights),
            (*_caption_cells(captions, grid, frame, number), *_ruled_cells(sheet, grid, len(captions), number)),
            above=tuple(sheet.lines[i].text for i in above),
            is_first=order == 0,
            is_last=order == len(sheet.grids) - 1 and not below,
            room=floor - grid.ys[-1],
            ruled=grid.ruled,
        )
        parts.append(Part(piece, grid.ys[0], tuple(captions), frame.number, above))
        top = grid.ys[-1]
    return parts


def _stranded(before: Sheet, grid: Grid) -> list[CaptionRow]:
    """Caption rows left at the foot of the page before, whose grid begins on the next page."""
    last_grid = max((g.ys[-1] for g in before.grids), default=0.0)
    lines = [line for _, line in before.body() if middle(line) > last_grid]
    if not lines:
        return []
    foot = max(line.box[3] for line in lines)
    return caption_rows(lines, (grid.xs[0], foot, grid.xs[-1], foot))


def _caption_cells(captions: Sequence[CaptionRow], grid: Grid, frame: PageContent, number: int) -> list[PieceCell]:
    cells: list[PieceCell] = []
    for row, caption in enumerate(captions):
        for col, colspan, text in place_in_columns(caption, grid.xs):
            place = Place(frame.number, frame.to_shown(grown(text.box)), number, row + 1, col + 1)
            cells.append(PieceCell(row, col, text.text, place, colspan=colspan, ruled=False))
    return cells


def _ruled_cells(sheet: Sheet, grid: Grid, shift: int, number: int) -> list[PieceCell]:
    page = sheet.number
    boxes = sheet.frame.all_to_shown([cell.box for cell in grid.cells])
    return [
        PieceCell(
            cell.row + shift,
            cell.col,
            cell.text,
            Place(page, box, number, cell.row + shift + 1, cell.col + 1),
            cell.rowspan,
            cell.colspan,
            free=cell.free,
        )
        for cell, box in zip(grid.cells, boxes, strict=True)
    ]


def middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2


def grown(box: Box) -> Box:
    """Room for rounding around a box that was measured on the characters themselves."""
    return (box[0] - 0.5, box[1] - 0.5, box[2] + 0.5, box[3] + 0.5)
