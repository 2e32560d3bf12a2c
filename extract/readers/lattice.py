"""Cell boxes of one ruled grid → rows, columns, spans; characters → cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from extract.document import Box
from extract.readers.pdf_page import Char

SNAP = 2.0  # points: edges nearer than this are one edge; no printed row or column is narrower


@dataclass
class LatticeCell:
    """One cell: 0-based anchor, spans, box; chars are those whose centre lies inside."""

    row: int
    col: int
    rowspan: int
    colspan: int
    box: Box
    chars: list[Char] = field(default_factory=list)


@dataclass
class Lattice:
    """A ruled grid. xs, ys: edges, ascending; columns = len(xs) - 1, rows = len(ys) - 1."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: list[LatticeCell]

    @property
    def box(self) -> Box:
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def cell_at(self, x: float, y: float) -> LatticeCell | None:
        """The cell that encloses the point, None in a hole of the grid or outside."""
        row, col = bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1
        index = self._index.get((row, col))
        return self.cells[index] if index is not None else None

    def __post_init__(self) -> None:
        self._index: dict[tuple[int, int], int] = {}
        for number, cell in enumerate(self.cells):
            for row in range(cell.row, cell.row + cell.rowspan):
                for col in range(cell.col, cell.col + cell.colspan):
                    self._index.setdefault((row, col), number)


def snap(values: Sequence[float], tolerance: float = SNAP) -> tuple[float, ...]:
    """Edges of `values`: neighbours within `tolerance` of the group's first become one, at their mean."""
    distinct = sorted(set(values))
    if all(b - a > tolerance for a, b in pairwise(distinct)):
        return tuple(distinct)  # edges that the rulings gave: one number each
    edges: list[list[float]] = []
    for value in sorted(values):
        if edges and value - edges[-1][0] <= tolerance:
            edges[-1].append(value)
        else:
            edges.append([value])
    return tuple(sum(group) / len(group) for group in edges)


def nearest(edges: Sequence[float], value: float) -> int:
    """Index of the edge nearest to `value`."""
    at = bisect_right(edges, value)
    if at == 0:
        return 0
    if at == len(edges):
        return len(edges) - 1
    return at if edges[at] - value < value - edges[at - 1] else at - 1


def build_lattice(boxes: Sequence[Box]) -> Lattice | None:
    """Grid of the cell boxes; None where they do not make one. Overlapping boxes: the one that comes first stays."""
    xs = snap([x for box in boxes for x in (box[0], box[2])])
    ys = snap([y for box in boxes for y in (box[1], box[3])])
    if len(xs) < 2 or len(ys) < 2:
        return None
    cells: list[LatticeCell] = []
    taken: set[tuple[int, int]] = set()
    for box in sorted(boxes, key=lambda b: (b[1], b[0], (b[2] - b[0]) * (b[3] - b[1]))):
        row, last_row = nearest(ys, box[1]), nearest(ys, box[3])
        col, last_col = nearest(xs, box[0]), nearest(xs, box[2])
        positions = {(r, c) for r in range(row, last_row) for c in range(col, last_col)}
        if not positions or positions & taken:
            continue
        taken |= positions
        cells.append(LatticeCell(row, col, last_row - row, last_col - col, box))
    cells.sort(key=lambda cell: (cell.row, cell.col))
    return Lattice(xs, ys, cells)


def assign(lattices: Sequence[Lattice], chars: Sequence[Char]) -> list[Char]:
    """Puts each character into the smallest grid cell around its centre; returns those that stand in no cell."""
    by_size = sorted(lattices, key=lambda grid: (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0]))
    alone = not any(_overlap(one.box, other.box) for one, other in combinations(by_size, 2))
    outside: list[Char] = []
    left = top = right = bottom = 0.0  # of the cell that took the last character: the next one is mostly in it too
    taken: list[Char] = outside
    for char in chars:
        _, x0, y0, x1, y1, *_ = char
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if alone and left <= x < right and top <= y < bottom:
            taken.append(char)
            continue
        for grid in by_size:
            xs, ys = grid.xs, grid.ys
            if xs[0] <= x <= xs[-1] and ys[0] <= y <= ys[-1]:
                cell = grid.cell_at(x, y)
                if cell is not None:
                    taken = cell.chars
                    taken.append(char)
                    left, right = xs[cell.col], xs[cell.col + cell.colspan]
                    top, bottom = ys[cell.row], ys[cell.row + cell.rowspan]
                    break
        else:
            outside.append(char)
    return outside


def _overlap(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
