"""Cell boxes of one ruled grid → rows, columns, spans. Geometry only: no text, no page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import msgspec
import numpy as np

from extract.document import Box

SNAP = 2.0  # points: edges nearer than this are one edge; no printed row or column is narrower

_Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


class LatticeCell(msgspec.Struct, frozen=True, gc=False):
    """One cell: 0-based anchor, spans, box."""

    row: int
    col: int
    rowspan: int
    colspan: int
    box: Box


@dataclass(frozen=True, eq=False)
class Lattice:
    """A ruled grid. xs, ys: edges, ascending; columns = len(xs) - 1, rows = len(ys) - 1. cells: by row, then col."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: list[LatticeCell]

    @property
    def box(self) -> Box:
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    @cached_property
    def numbers(self) -> _Numbers:
        """[row, col] → index of the cell that stands there, -1 in a hole of the grid."""
        found: _Numbers = np.full((len(self.ys) - 1, len(self.xs) - 1), -1, dtype=np.int64)
        for number, cell in enumerate(self.cells):
            if cell.rowspan == cell.colspan == 1:
                found[cell.row, cell.col] = number
            else:
                found[cell.row : cell.row + cell.rowspan, cell.col : cell.col + cell.colspan] = number
        return found


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
