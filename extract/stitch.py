"""Pieces of tables on single pages → whole tables. Pure: geometry and text in, tables with stated seams out.

A join needs positive evidence (same edges, nothing between) and has vetoes (other title, other caption, the next row
would still have fitted on the page above), so that two tables that only look alike stay two.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from extract.document import Cell, Place, Seam, Table
from extract.seam_texts import counts_up, folded, title_inside

EDGE_TOLERANCE = 2.5  # points by which the same edge may move from page to page
FULL = 3.0  # widths of a character: a line with less room was broken by the cell's edge (a mark may not begin a line)
SPACER = 14.0  # points: a blank outer column narrower than this only frames the sheet
TITLE_ROWS = 6  # rows of title, department and unit that may stand above a header inside the grid
_AMOUNT = re.compile(r"[-－+]?[\d,，]+[.．]\d{2,}%?")
_HAN = re.compile(r"[\u3400-\u9fff]")
_Row = list[tuple[float, float, int, str]]
LABELS_AGAIN = 3  # rows that begin with the labels of the table's own rows show that the form is printed anew
_COUNTS = re.compile(r"\d(?!\d*年)")
_COLUMN_NUMBERS = frozenset({"栏次", "行次"})
_NO_BEGINNING = "（(）)、，。；：％%”》/"


class PieceCell(msgspec.Struct, frozen=True, gc=False):
    """One cell of a piece; row and col count from 0 in the piece.

    free: room right of the cell's last line, in widths of a character of that cell (0 where unknown).
    """

    row: int
    col: int
    text: str
    place: Place
    rowspan: int = 1
    colspan: int = 1
    ruled: bool = True
    free: float = 0.0


@dataclass(frozen=True)
class Piece:
    """The part of a table on one page. number: of the piece in the document, as printed, from 1.

    edges: x of the column edges, ascending, in points (n_cols + 1). heights: of the rows, in points.
    above: texts of the lines between what stands above on the page (or the page's top) and the piece; page fields left
    out. is_first, is_last: no other table above / nothing but page fields below it on its page.
    room: points left under it down to the lowest place where text is printed on such pages.
    ruled: False where the piece was found by the alignment of its texts.
    """

    number: int
    page: int
    n_rows: int
    edges: tuple[float, ...]
    heights: tuple[float, ...]
    cells: tuple[PieceCell, ...]
    above: tuple[str, ...] = ()
    is_first: bool = True
    is_last: bool = True
    room: float = 0.0
    ruled: bool = True

    @property
    def n_cols(self) -> int:
        return len(self.edges) - 1


@dataclass
class Stitched:
    """A joined table; repeated_titles: (page, lines) above its later pieces that repeat the first piece's title."""

    table: Table
    pieces: list[int]
    repeated_titles: dict[int, int] = field(default_factory=dict)


def stitch(pieces: Sequence[Piece]) -> list[Stitched]:
    """Joined tables in the order of their first pieces. pieces: in reading order."""
    document = _Document(pieces)
    done: list[_Growing] = []
    for piece in pieces:
        growing = done[-1] if done else None
        decision = growing.decide(piece) if growing is not None else None
        if growing is not None and decision is not None:
            growing.join(piece, decision)
        else:
            done.append(_Growing(piece, document))
    return [growing.finish() for growing in done]


@dataclass
class _Document:
    pieces: Sequence[Piece]

    @cached_property
    def printed(self) -> frozenset[str]:
        """Every text in the tables of the document: a label cut at a seam may stand whole elsewhere."""
        return frozenset(_bare(cell.text) for piece in self.pieces for cell in piece.cells)


@dataclass(frozen=True)
class _Decision:
    reasons: tuple[str, ...]
    n_repeated: int
    n_title_lines: int
    shift: float


class _OpenCell(msgspec.Struct):
    row: int
    col: int
    text: str
    places: list[Place]
    rowspan: int
    colspan: int
    ruled: bool
    free: float


class _Growing:
    """A table while pieces are still being added. Columns are those of the union of all edges seen so far."""

    def __init__(self, piece: Piece, document: _Document) -> None:
        self._document = document
        self._first = piece
        self._last = piece
        self._edges = piece.edges
        self._n_rows = piece.n_rows
        self._seams: list[Seam] = []
        self._numbers = [piece.number]
        self._titles: dict[int, int] = {}

    # --------------------------------------------------------------------------------------------- join or not
    def decide(self, piece: Piece) -> _Decision | None:
        """The reasons to join `piece`, or None."""
        last = self._last
        if piece.page != last.page + 1 or not last.is_last or not piece.is_first or piece.ruled != last.ruled:
            return None
        reasons = [f"last on page {last.page}, first on page {piece.page}"]
        shift = 0.0
        left, right = self._edges[0], self._edges[-1]
        their_left, their_right = piece.edges[0], piece.edges[-1]
        if not (_near(their_left, left) and _near(their_right, right)):
            (left, right), (their_left, their_right) = _outer(self._first), _outer(piece)
        if not (_near(their_left, left) and _near(their_right, right)):
            shift = their_left - left  # left and right pages of a bound copy have other margins
            if abs(their_right - right - shift) > EDGE_TOLERANCE or piece.n_cols != len(self._edges) - 1:
                return None
            reasons.append(f"same width and columns, moved by {shift:.0f} pt")
        else:
            reasons.append("same outer edges")
        inner = [x - shift for x in piece.edges if their_left + EDGE_TOLERANCE < x < their_right - EDGE_TOLERANCE]
        own = [x for x in self._edges if left + EDGE_TOLERANCE < x < right - EDGE_TOLERANCE]
        shared = sum(any(_near(x, y) for y in own) for x in inner)
        repeated = self._repeated_rows(piece, shift)
        if inner and own:
            if shared < max(1, (min(len(inner), len(own)) + 1) // 2):
                return None
            reasons.append(f"{shared} of {len(inner)} inner edges shared")
        elif not repeated and (inner or own) and not self._is_one_block(piece):
            return None
        n_title = _title_lines(self._first.above, piece.above)
        if n_title < len(piece.above):
            return None
        label_again = n_title > 0 and not repeated and self._label_again(piece)
        if n_title and not repeated and not label_again:
            return None  # the same title over other first rows: the next form of a series
        if self._caption_differs(piece) or self._other_title(piece):
            return None
        if n_title:
            reasons.append("title repeated")
        if label_again:
            reasons.append("label of the row above printed again")
        if repeated:
            reasons.append(f"{repeated} header rows repeated")
        if self._starts_like_first(piece, shift, repeated):
            return None
        rest = piece.heights[repeated:]
        fits = bool(rest) and rest[0] <= last.room - 2 * EDGE_TOLERANCE
        if fits and not label_again and not self._counts_on(piece, repeated):
            return None
        reasons.append("nothing but page fields between")
        return _Decision(tuple(reasons), repeated, n_title, shift)

    @cached_property
    def _cells(self) -> list[_OpenCell]:
        """The cells so far; most tables stand on one page and never need them open."""
        return [_open(cell, 0, cell.col, cell.colspan) for cell in self._first.cells]

    @cached_property
    def _first_rows(self) -> _Rows:
        return _Rows(self._first, 0.0)

    def _repeated_rows(self, piece: Piece, shift: float) -> int:
        """How many first rows of `piece` repeat the table's own first rows (no row with amounts, no cell cut)."""
        theirs, ours = _Rows(piece, shift), self._first_rows
        count = self._equal_rows(ours, theirs, 0)
        for start in range(1, min(TITLE_ROWS, self._first.n_rows)):
            if sum(bool(text) for *_, text in ours.get(start - 1)) > 2:
                break  # no title or unit row: what follows is no header
            if sum(bool(text) for *_, text in theirs.get(0)) > 2:
                count = max(count, self._equal_rows(ours, theirs, start))
        while count and any(c.row < count < c.row + c.rowspan for c in piece.cells):
            count -= 1
        if count and all(not c.ruled for c in piece.cells if c.row < count) and piece.n_rows > count:
            # a caption alone repeats above every table of a file: it is no header
            return 0 if piece.above else count
        return count

    def _equal_rows(self, ours: _Rows, theirs: _Rows, start: int) -> int:
        """How many rows of the piece, from its first, equal ours from `start` on."""
        count = 0
        while start + count < self._first.n_rows:
            mine, other = ours.get(start + count), theirs.get(count)
            if not other or not _same_row(mine, other):
                break
            if all(not text for _, _, _, text in other) or any(_AMOUNT.fullmatch(text) for _, _, _, text in other):
                break
            count += 1
        return count

    def _caption_differs(self, piece: Piece) -> bool:
        """Whether the piece has a caption of its own that the table does not have (another department, year, unit)."""
        own = {_bare(c.text) for c in self._first.cells if not c.ruled}
        return any(_bare(c.text) not in own for c in piece.cells if not c.ruled)

    def _other_title(self, piece: Piece) -> bool:
        """Whether the piece begins with a title inside the grid that is not the table's own: the next of a series."""
        title = title_inside(piece.cells, piece.n_cols)
        return title is not None and title not in {folded(c.text) for c in self._first.cells}

    def _starts_like_first(self, piece: Piece, shift: float, repeated: int) -> bool:
        """A new table of the same form begins with the same label in its corner, though other rows follow; where its
        first rows are the same as well (the next form of the same project), with the labels of the rows below."""
        if repeated:
            return self._labels_again(piece, shift, repeated) >= LABELS_AGAIN
        corner = next((_bare(c.text) for c in self._first.cells if c.row == 0 and c.col == 0), "")
        theirs = next((_bare(c.text) for c in piece.cells if c.row == 0 and c.col == 0), "")
        return bool(corner) and corner == theirs and self._first.n_rows > 1

    def _labels_again(self, piece: Piece, shift: float, repeated: int) -> int:
        """How many different words begin the rows under the repeated ones as they begin our own rows there."""
        theirs, ours = _Rows(piece, shift), self._first_rows
        words: set[str] = set()
        for row in range(repeated, min(piece.n_rows, self._first.n_rows)):
            mine, other = ours.get(row), theirs.get(row)
            if not mine or not other or not _same_row(mine[:1], other[:1]) or not _HAN.search(mine[0][3]):
                break
            words.add(mine[0][3])
        return len(words)

    def _label_again(self, piece: Piece) -> bool:
        """Whether the first row is labelled as our last one is: a report that prints its title on every page prints
        the labels of merged cells again where it breaks them (and breaks above a whole group, not where a row ends)."""
        before = [_bare(c.text) for c in self._cells if c.col == 0 and c.row + c.rowspan == self._n_rows]
        after = [_bare(c.text) for c in piece.cells if c.col == 0 and c.row == 0]
        corner = [_bare(c.text) for c in self._first.cells if c.col == 0 and c.row == 0]
        return bool(before and after and _HAN.search(after[0])) and before[0] == after[0] and after != corner

    def _is_one_block(self, piece: Piece) -> bool:
        return piece.n_rows == 1 and piece.n_cols == 1

    def _counts_on(self, piece: Piece, repeated: int) -> bool:
        """Whether a running number in the first column goes on (30 … 31)."""
        before = [c.text.strip() for c in self._cells if c.col == 0 and c.row + c.rowspan == self._n_rows]
        after = [c.text.strip() for c in piece.cells if c.col == 0 and c.row == repeated]
        return bool(
            before and after and before[0].isdecimal() and after[0].isdecimal() and int(after[0]) == int(before[0]) + 1
        )

    # --------------------------------------------------------------------------------------------------- joining
    def join(self, piece: Piece, decision: _Decision) -> None:
        edges = tuple(x - decision.shift for x in piece.edges)
        columns = self._widen(edges)
        drop = decision.n_repeated
        offset = self._n_rows - drop
        added = []
        for cell in piece.cells:
            if cell.row >= drop:
                start, end = columns[cell.col], columns[cell.col + cell.colspan]
                added.append(_open(cell, offset, start, end - start))
        reasons = list(decision.reasons)
        first_row = self._n_rows
        n_new = piece.n_rows - drop
        merged = False
        if n_new:
            merged, more = self._merge_first_row(added, first_row)
            reasons.extend(more)
        if merged:
            for moved in added:
                moved.row -= 1
            n_new -= 1
            first_row -= 1
        self._cells.extend(added)
        self._n_rows += n_new
        self._seams.append(
            Seam(first_row, piece.number, piece.page, tuple(reasons), _dropped(piece, drop, columns), merged)
        )
        self._numbers.append(piece.number)
        if decision.n_title_lines:
            self._titles[piece.number] = decision.n_title_lines
        # a piece that only repeats the header leaves the room of the piece above as it is
        self._last = piece

    def _widen(self, edges: tuple[float, ...]) -> list[int]:
        """Takes new edges into the table's columns; returns the index of each of `edges` among them."""
        new = [x for x in edges if not any(_near(x, y) for y in self._edges)]
        if new:
            union = tuple(sorted([*self._edges, *new]))
            moved = [union.index(x) for x in self._edges]
            for cell in self._cells:
                start, end = moved[cell.col], moved[cell.col + cell.colspan]
                cell.col, cell.colspan = start, end - start
            self._seams = [_moved_seam(seam, moved) for seam in self._seams]
            self._edges = union
        return [min(range(len(self._edges)), key=lambda i: abs(self._edges[i] - x)) for x in edges]

    def _merge_first_row(self, added: list[_OpenCell], first_row: int) -> tuple[bool, list[str]]:
        """Joins what the page break cut: a whole row, or only merged labels. Returns (row merged, reasons)."""
        above = {c.col: c for c in self._cells if c.row + c.rowspan == first_row and c.row < first_row}
        below = {c.col: c for c in added if c.row == first_row}
        pairs = {
            col: (above[col], cell)
            for col, cell in below.items()
            if col in above and above[col].colspan == cell.colspan
        }
        if self._row_is_cut(above, below, pairs):
            for col, (upper, lower) in pairs.items():
                self._take_in(upper, lower, added, grow=lower.rowspan - 1)
                del below[col]
            return True, ["a row cut by the page break"]
        reasons: list[str] = []
        for col in sorted(pairs):
            upper, lower = pairs[col]
            if _bare(lower.text):
                if not self._label_is_cut(upper, lower, below):
                    break
                reasons.append(f"label “{_bare(upper.text)}|{_bare(lower.text)}” cut by the page break")
            elif self._label_goes_on(upper, lower, above, below):
                reasons.append(f"merged label “{_bare(upper.text)}” goes on")
            else:
                break
            self._take_in(upper, lower, added, grow=lower.rowspan)
        return False, reasons

    def _take_in(self, upper: _OpenCell, lower: _OpenCell, added: list[_OpenCell], *, grow: int) -> None:
        if lower.text.strip():
            upper.text = f"{upper.text}\n{lower.text}" if upper.text.strip() else lower.text
        upper.places.extend(lower.places)
        upper.rowspan += grow
        upper.free = lower.free
        added.remove(lower)

    def _row_is_cut(
        self,
        above: dict[int, _OpenCell],
        below: dict[int, _OpenCell],
        pairs: dict[int, tuple[_OpenCell, _OpenCell]],
    ) -> bool:
        if not pairs or len(pairs) != len(below) or set(below) != set(above):
            return False
        filled = [(u, w) for u, w in pairs.values() if _bare(w.text)]
        if not filled:
            return False
        for upper, lower in filled:
            if not _bare(upper.text) or upper.free >= FULL:
                return False
            if _AMOUNT.fullmatch(_bare(lower.text)) and (_AMOUNT.fullmatch(_bare(upper.text)) or _ends_in_words(upper)):
                return False  # a header, or a whole amount, over an amount
            if counts_up(upper.text, lower.text):
                return False
        # a label over several rows that is blank below may as well go on: it tells nothing about the last row
        blank = [col for col, (u, w) in pairs.items() if _bare(u.text) and not _bare(w.text) and u.rowspan == 1]
        return any(self._never_blank(col) for col in blank)

    def _never_blank(self, col: int) -> bool:
        """Whether every ruled cell that begins in this column has text (the cells of header rows count as well)."""
        return all(_bare(c.text) for c in self._cells if c.col == col and c.ruled)

    def _label_is_cut(self, upper: _OpenCell, lower: _OpenCell, below: dict[int, _OpenCell]) -> bool:
        """A merged label whose words run over the page break, while the rest of the row is a row of its own."""
        others = [c for c in below.values() if c is not lower]
        return (
            upper.col == 0
            and bool(_HAN.search(upper.text))
            and upper.free < FULL
            and any(_bare(c.text) for c in others)
            and (
                lower.text.strip()[:1] in _NO_BEGINNING
                or _bare(upper.text) + _bare(lower.text) in self._document.printed
            )
        )

    def _label_goes_on(
        self, upper: _OpenCell, lower: _OpenCell, above: dict[int, _OpenCell], below: dict[int, _OpenCell]
    ) -> bool:
        """Whether the blank cell belongs to the merged label above: spans in this column, or never a blank."""
        if not _bare(upper.text) or not any(_bare(c.text) for c in below.values()) or self._is_header(upper):
            return False
        if upper.rowspan > 1 or lower.rowspan > 1:
            return True
        col = upper.col
        spans = any(c.rowspan > 1 and c.row >= self._body_from() for c in self._cells if c.col == col and c.ruled)
        in_words = bool(_HAN.search(upper.text)) and not upper.text.strip()[:1].isdigit()
        # a lane that ends above those beside it (收入总计) is blank from there on, label and amount
        beside, under = above.get(col + upper.colspan), below.get(col + upper.colspan)
        ended = bool(beside and under and not _bare(under.text) and not _HAN.search(beside.text))
        return in_words and self._never_blank(col) and (spans or (col == 0 and not ended))

    def _is_header(self, upper: _OpenCell) -> bool:
        """Whether the last row names or numbers the columns: nothing above in this one, and no number beside."""
        if _bare(upper.text) in _COLUMN_NUMBERS:
            return True
        own = [c for c in self._cells if c.col == upper.col and c.colspan == upper.colspan and c.row < upper.row]
        beside = [
            c for c in self._cells if c.row < upper.row + upper.rowspan <= c.row + c.rowspan or c.row >= upper.row
        ]
        return not any(_bare(c.text) for c in own) and not any(_COUNTS.search(_bare(c.text)) for c in beside)

    def _body_from(self) -> int:
        """The first row that may be no header: the first with an amount, or else the first one under the captions."""
        amounts = (c.row for c in self._cells if _AMOUNT.fullmatch(_bare(c.text)))
        return min(amounts, default=self._head_rows() + 1)

    def _head_rows(self) -> int:
        return sum(1 for row in {c.row for c in self._cells if not c.ruled})

    def finish(self) -> Stitched:
        if len(self._numbers) == 1:
            return Stitched(_alone(self._first), self._numbers, self._titles)
        cells = [
            Cell(c.row, c.col, c.text, tuple(c.places), rowspan=c.rowspan, colspan=c.colspan, ruled=c.ruled)
            for c in sorted(self._cells, key=lambda c: (c.row, c.col))
        ]
        table = Table(
            self._first.number,
            self._n_rows,
            len(self._edges) - 1,
            cells,
            seams=self._seams,
            ruled=self._first.ruled,
        )
        return Stitched(table, self._numbers, self._titles)


def _alone(piece: Piece) -> Table:
    """The table of a piece that stands alone."""
    cells = [
        Cell(c.row, c.col, c.text, (c.place,), rowspan=c.rowspan, colspan=c.colspan, ruled=c.ruled)
        for c in sorted(piece.cells, key=lambda c: (c.row, c.col))
    ]
    return Table(piece.number, piece.n_rows, piece.n_cols, cells, seams=[], ruled=piece.ruled)


def _moved_seam(seam: Seam, moved: Sequence[int]) -> Seam:
    """The seam with the columns of its dropped cells as they stand after columns were added."""
    dropped = tuple(
        tuple(
            Cell(
                c.row,
                moved[c.col],
                c.text,
                c.places,
                rowspan=c.rowspan,
                colspan=moved[c.col + c.colspan] - moved[c.col],
                ruled=c.ruled,
            )
            for c in row
        )
        for row in seam.dropped
    )
    return Seam(seam.row, seam.table, seam.page, seam.reasons, dropped, seam.merged_row)


def _dropped(piece: Piece, count: int, columns: Sequence[int]) -> tuple[tuple[Cell, ...], ...]:
    """The repeated rows, cells as in the piece but with the joined table's columns; row counts from 0 in the piece."""
    return tuple(
        tuple(
            Cell(
                c.row,
                columns[c.col],
                c.text,
                (c.place,),
                rowspan=c.rowspan,
                colspan=columns[c.col + c.colspan] - columns[c.col],
                ruled=c.ruled,
            )
            for c in piece.cells
            if c.row == row
        )
        for row in range(count)
    )


def _open(cell: PieceCell, offset: int, col: int, colspan: int) -> _OpenCell:
    return _OpenCell(cell.row + offset, col, cell.text, [cell.place], cell.rowspan, colspan, cell.ruled, cell.free)


def _ends_in_words(cell: _OpenCell) -> bool:
    return bool(_HAN.match(_bare(cell.text)[-1:]))


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= EDGE_TOLERANCE


def _bare(text: str) -> str:
    return "".join(text.split()) if text else ""


class _Rows:
    """A piece by its rows, each made when it is asked for: most tables are told apart by their first ones."""

    def __init__(self, piece: Piece, shift: float) -> None:
        self._edges, self._shift = piece.edges, shift
        self._left, self._right = _outer(piece)
        self._cells: dict[int, list[PieceCell]] = defaultdict(list)
        for cell in piece.cells:
            self._cells[cell.row].append(cell)

    def get(self, row: int) -> _Row:
        """(x0, x1, rowspan, bare text) of the cells that begin there, blank ones of the frame left out."""
        found: _Row = []
        for c in self._cells.get(row, ()):
            x0, x1 = max(self._edges[c.col], self._left), min(self._edges[c.col + c.colspan], self._right)
            text = _bare(c.text)
            if x0 < x1 or text:
                found.append((x0 - self._shift, x1 - self._shift, c.rowspan if c.ruled else 1, text))
        return found


def _outer(piece: Piece) -> tuple[float, float]:
    """The piece's left and right edge without narrow blank columns at the sides (spacers of a spreadsheet)."""
    edges = piece.edges
    first, last = 0, piece.n_cols - 1
    if edges[1] - edges[0] >= SPACER and edges[last + 1] - edges[last] >= SPACER:
        return edges[0], edges[last + 1]
    filled = {c.col for c in piece.cells if _bare(c.text)}
    while first < last and first not in filled and edges[first + 1] - edges[first] < SPACER:
        first += 1
    while last > first and last not in filled and edges[last + 1] - edges[last] < SPACER:
        last -= 1
    return edges[first], edges[last + 1]


def _same_row(ours: _Row, theirs: _Row) -> bool:
    return len(ours) == len(theirs) and all(
        _near(a[0], b[0]) and _near(a[1], b[1]) and a[2] == b[2] and a[3] == b[3]
        for a, b in zip(ours, theirs, strict=True)
    )


def _title_lines(first: Sequence[str], later: Sequence[str]) -> int:
    """How many of the lines above a later piece repeat the last lines above the first one (all of them, or none)."""
    own, other = [_bare(t) for t in first], [_bare(t) for t in later]
    return len(other) if other and own[-len(other) :] == other else 0
