"""Characters → the cells they belong to: by their centre, and as a whole where one printed text runs over a ruling.

A spreadsheet prints a label that is wider than its cell over the blank cells beside it, and a number that is wider over
both. Cut at the rulings such a text would be given away in pieces, so it is kept together and goes to the cell it was
written into.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import numpy as np

from extract.document import Box
from extract.readers.char_loops import give_to_cells
from extract.readers.lattice import Lattice, LatticeCell
from extract.readers.pdf_page import Chars, Codes, Floats, Ints, Mask, text_of_codes

_TOUCHING: Final = 0.1  # of the size: characters of one text leave no wider gap at the ruling they run over …
_RUN: Final = 0.45  # … and none wider than this elsewhere in one printed string
_SAME_HEIGHT: Final = 0.3  # of the size, between the feet of two characters of one text
_STRADDLES: Final = 0.12  # of its width: by which a character on a ruling stands on both sides of it
_IN_NUMBER: Final = 1.0  # of the size: digits of one number leave no wider gap …
_OVER: Final = 1.0  # … and cover each other by no more, in one printed string
_NUMBER: Final[Codes] = np.array([ord(c) for c in "0123456789.,０１２３４５６７８９．，"], dtype=np.uint32)
_TWO_NUMBERS: Final = re.compile(r"([\d,，]*[.．]\d{2})[-－]?\d[\d,，]*[.．]\d+")


class _Cells:
    """The cells of all grids of a page, counted through."""

    def __init__(self, lattices: Sequence[Lattice]) -> None:
        self.lattices = lattices
        self.first = [0, *accumulate(len(lattice.cells) for lattice in lattices)]

    @property
    def nowhere(self) -> int:
        return self.first[-1]

    def same_row(self, numbers: Sequence[int]) -> list[LatticeCell]:
        """The cells of these numbers, where all are of one grid and share a row; none else."""
        grid = bisect_right(self.first, numbers[0]) - 1
        start, end = self.first[grid], self.first[grid + 1]
        if not all(start <= number < end for number in numbers):
            return []
        cells = [self.lattices[grid].cells[number - start] for number in numbers]
        from_row, to_row = max(cell.row for cell in cells), min(cell.row + cell.rowspan for cell in cells)
        return cells if from_row < to_row else []


def owners(lattices: Sequence[Lattice], chars: Chars) -> Ints:
    """For each character the number of its cell, counted over all lattices; their count where it stands in none.

    Of grids inside each other the smallest takes it. lattices: in the order in which their cells are counted.
    """
    cells = _Cells(lattices)
    owner: Ints = np.full(len(chars), cells.nowhere, dtype=np.int64)
    if not len(chars) or not lattices:
        return owner
    places = np.array((chars.x0, chars.top, chars.x1, chars.bottom), dtype=np.float64)
    for number in sorted(range(len(lattices)), key=lambda n: _area(lattices[n].box)):
        lattice = lattices[number]
        edges = np.array(lattice.xs, dtype=np.float64), np.array(lattice.ys, dtype=np.float64)
        give_to_cells(places, *edges, lattice.numbers, cells.first[number], cells.nowhere, owner)
    if chars.part is not None:
        _keep_together(cells, chars, owner)
    return owner


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _keep_together(cells: _Cells, chars: Chars, owner: Ints) -> None:
    """Gives each text that runs over a ruling to one cell; changes `owner`."""
    assert chars.part is not None
    drawn = np.flatnonzero(~chars.is_space)
    own = owner[drawn]
    if len(drawn) < 2 or not ((own[1:] != own[:-1]) & (chars.part[drawn[1:]] == chars.part[drawn[:-1]])).any():
        return
    before, after = drawn[:-1], drawn[1:]
    gap = np.abs(chars.x0[after] - chars.x1[before])
    size = np.minimum(chars.size[after], chars.size[before])
    same_part, touches = chars.part[before] == chars.part[after], gap < _TOUCHING * size
    follows: Mask = np.abs(chars.bottom[after] - chars.bottom[before]) < _SAME_HEIGHT * size
    follows &= touches | (same_part & (gap < _RUN * size))
    crosses = follows & touches & same_part & (owner[before] != owner[after])
    crosses &= (owner[before] != cells.nowhere) & (owner[after] != cells.nowhere)
    if not crosses.any():
        return
    ends = np.flatnonzero(~follows)
    for at in np.flatnonzero(crosses).tolist():
        position = int(np.searchsorted(ends, at))
        start = int(ends[position - 1]) + 1 if position else 0
        stop = int(ends[position]) + 1 if position < len(ends) else len(drawn)
        run = drawn[start:stop]
        numbers = list(dict.fromkeys(owner[run].tolist()))
        if len(numbers) < 2 or cells.nowhere in numbers or _TWO_NUMBERS.fullmatch(chars.take(run).text):
            continue
        row = cells.same_row(numbers)
        if row and all(_runs_over(cell.box[0], chars.x0[run], chars.x1[run]) for cell in row[1:]):
            inner = np.arange(int(run.min()), int(run.max()) + 1)  # with the white characters between
            owner[inner[np.isin(owner[inner], numbers)]] = numbers[_written_into(row, chars.take(run))]


def _written_into(row: Sequence[LatticeCell], run: Chars) -> int:
    """Which cell the run was written into: it begins at the left edge of the first, ends at the right edge of the last,
    or lies around the middle of another.
    """
    left, right = float(run.x0.min()), float(run.x1.max())
    slack = [abs((left + right) - (cell.box[0] + cell.box[2])) / 2 for cell in row]
    slack[0], slack[-1] = abs(left - row[0].box[0]), abs(row[-1].box[2] - right)
    return slack.index(min(slack))


def _runs_over(ruling: float, x0: Floats, x1: Floats) -> bool:
    """Whether a character stands on the ruling, or two touch each other just there."""
    slack = _STRADDLES * (x1 - x0)
    if ((ruling - x0 > slack) & (x1 - ruling > slack)).any():
        return True
    return bool((np.abs(x1 - ruling) < slack).any() and (np.abs(x0 - ruling) < slack).any())


def cut_numbers(chars: Chars, owner: Ints) -> list[Box]:
    """Numbers of which digits stand in another cell, or beside the grid: a ruling runs through them.

    owner: as `owners` gives it. Two amounts printed in one string, each in its cell, are none.
    """
    if chars.part is None or len(chars) < 2:
        return []
    cut = (chars.part[1:] == chars.part[:-1]) & (owner[1:] != owner[:-1])
    if not cut.any():
        return []
    is_sign = np.isin(chars.code, _NUMBER)
    gap, size = chars.x0[1:] - chars.x1[:-1], chars.size[:-1]
    follows = (chars.part[1:] == chars.part[:-1]) & is_sign[1:] & is_sign[:-1]
    follows &= (gap < _IN_NUMBER * size) & (gap > -_OVER * size)
    follows &= np.abs(chars.bottom[1:] - chars.bottom[:-1]) < _SAME_HEIGHT * size
    found: dict[int, Box] = {}
    ends = np.flatnonzero(np.append(~follows, True))
    for at in np.flatnonzero(cut & follows).tolist():
        number = int(np.searchsorted(ends, at))
        run = slice(int(ends[number - 1]) + 1 if number else 0, int(ends[number]) + 1)
        two = _TWO_NUMBERS.fullmatch(text_of_codes(chars.code[run]))
        if two is None or len(two[1]) != at + 1 - run.start:
            x0, top, x1, bottom = (column[run] for column in (chars.x0, chars.top, chars.x1, chars.bottom))
            found[number] = (float(x0.min()), float(top.min()), float(x1.max()), float(bottom.max()))
    return list(found.values())
