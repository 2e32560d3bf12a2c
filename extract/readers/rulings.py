"""Drawn lines → cells they enclose. Geometry only: no text, no page.

A line is (at, start, end), or a row of an array: its position across its direction and its extent along it, in points.
Lines are joined, gathered into grids that touch, and each grid is cut into cells: a position of the grid belongs to the
cell of its left or upper neighbour where no line is drawn between them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from extract.readers.lattice import Lattice, LatticeCell

Rule = tuple[float, float, float]
Rules: TypeAlias = Sequence[Rule] | np.ndarray[Any, np.dtype[np.float64]]
_Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
_Block = tuple[int, int, int, int]

_COLLINEAR = 1.2  # pieces of one line lie this near to each other across its direction …
_BRIDGE = 3.0  # … and leave no wider gap along it (dashes, dots, corners of single rectangles)
_TOUCH = 2.5  # a line ends this near to the one it meets
_SAME_EDGE = 3.0  # double and thick borders are one edge
_DRAWN = 0.55  # share of a side that must be drawn
_SHORTEST = 4.0  # no printed row or column is narrower
_APART = 1e6  # points: further than any two places of a page
_MOST_POSITIONS = 100_000  # of one grid: more do not fit on a page with rows and columns that can be read
_MOST_MEETINGS = 1_000_000  # places where lines may cross: with more they are a hatching, not a table
_MOST_LOOSE = 2_000  # horizontal lines outside grids: more are a pattern
_MOST_GRIDS = 500  # of one page, the largest: what is more is a drawing, and each costs a look at every character


def ruled_grids(across: Rules, down: Rules) -> list[Lattice]:
    """The grids that horizontal (`across`) and vertical (`down`) lines make, top to bottom.

    A grid needs two lines each way and two cells. Sides that nobody drew (open left or right border) end where the
    horizontal lines end.
    """
    return grids_and_rules(across, down)[0]


def grids_and_rules(across: Rules, down: Rules) -> tuple[list[Lattice], list[Rule]]:
    """(`ruled_grids`, horizontal lines outside all of them, top to bottom).

    Tables drawn with half of their rulings have only the latter.
    """
    rows = joined(across)
    grids = []
    for some_rows, columns in _touching(rows, joined(down)):
        if len(some_rows) >= 2 and columns:
            grid = _grid(some_rows, columns)
            if grid is not None and len(grid.cells) > 1:
                grids.append(grid)
    if len(grids) > _MOST_GRIDS:
        grids = sorted(grids, key=_extent, reverse=True)[:_MOST_GRIDS]
    grids.sort(key=lambda grid: (grid.ys[0], grid.xs[0]))
    boxes = [grid.box for grid in grids]
    if len(rows) * len(boxes) > _MOST_MEETINGS:
        return grids, []
    outside = [
        (at, start, end)
        for at, start, end in rows
        if not any(
            top - _SAME_EDGE <= at <= bottom + _SAME_EDGE and start < x1 and end > x0 for x0, top, x1, bottom in boxes
        )
    ]
    return grids, outside if len(outside) <= _MOST_LOOSE else []


def _extent(grid: Lattice) -> float:
    return (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0])


def joined(rules: Rules) -> list[Rule]:
    """Lines with the pieces of one line joined, by their position; specks left out."""
    if not len(rules):
        return []
    at, start, end = np.asarray(rules, dtype=np.float64).T
    order = np.argsort(at, kind="stable")
    at = at[order]
    line: _Numbers = np.zeros(len(at), dtype=np.int64)
    np.cumsum(at[1:] - at[:-1] > _COLLINEAR, out=line[1:])
    first, last = _runs(line)
    if (at[last] - at[first] > 2 * _COLLINEAR).any():
        line = _narrow(at.tolist())  # a staircase of lines, each near to the next
        first, last = _runs(line)
    middle = np.add.reduceat(at, first) / (last - first + 1)
    start, end = start[order], end[order]
    order = np.lexsort((start, line))
    start, end, line = start[order], end[order], line[order]
    reach = np.maximum.accumulate(end + line * _APART) - line * _APART
    begins: _Numbers = np.ones(len(at), dtype=np.bool_)
    begins[1:] = (line[1:] != line[:-1]) | (start[1:] > reach[:-1] + _BRIDGE)
    first, last = _runs(np.cumsum(begins))
    kept = reach[last] - start[first] > _SHORTEST
    first, last = first[kept], last[kept]
    return list(zip(middle[line[first]].tolist(), start[first].tolist(), reach[last].tolist(), strict=True))


def _runs(numbers: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Where each of the ascending numbers stands first and last."""
    changes = (numbers[1:] != numbers[:-1]).nonzero()[0]
    ends: _Numbers = np.empty(len(changes) + 1, dtype=np.int64)
    ends[:-1], ends[-1] = changes, len(numbers) - 1
    starts: _Numbers = np.zeros(len(changes) + 1, dtype=np.int64)
    starts[1:] = changes + 1
    return starts, ends


def _narrow(at: Sequence[float]) -> _Numbers:
    """Numbers of lines of which none is thicker than two neighbours."""
    numbers = [0]
    begin = at[0]
    for before, here in pairwise(at):
        apart = here - before > _COLLINEAR or here - begin > 2 * _COLLINEAR
        begin = here if apart else begin
        numbers.append(numbers[-1] + apart)
    return np.array(numbers, dtype=np.int64)


def _touching(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Lines gathered into grids: those that meet, directly or through others."""
    if not across or not down or len(across) * len(down) > _MOST_MEETINGS:
        return []
    y, left, right = np.array(across).T
    x, top, bottom = np.array(down).T
    meet = (y >= top[:, None] - _TOUCH) & (y <= bottom[:, None] + _TOUCH)
    meet &= (x[:, None] >= left - _TOUCH) & (x[:, None] <= right + _TOUCH)
    # each line takes the least number of those it meets, until nothing moves
    of_row, of_column = np.arange(len(across)), np.full(len(down), len(across))
    while True:
        column = np.where(meet, of_row, len(across)).min(axis=1)
        row = np.minimum(of_row, np.where(meet, column[:, None], len(across)).min(axis=0))
        if (row == of_row).all() and (column == of_column).all():
            break
        of_row, of_column = row, column
    return [
        (
            [across[n] for n in np.flatnonzero(of_row == grid).tolist()],
            [down[n] for n in np.flatnonzero(of_column == grid).tolist()],
        )
        for grid in np.unique(of_row).tolist()
    ]


def _edges(values: list[float]) -> list[float]:
    """Positions of edges: neighbours are one edge, at their mean."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= _SAME_EDGE and value - groups[-1][0] <= 2 * _SAME_EDGE:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _drawn(lines: list[Rule], edges: list[float], ticks: list[float]) -> list[list[bool]]:
    """[edge][unit]: the side between tick `unit` and the next is drawn on that edge."""
    units = len(ticks) - 1
    covered = [[0.0] * units for _ in edges]
    whole = [ticks[unit + 1] - ticks[unit] for unit in range(units)]
    for at, start, end in lines:
        row = covered[_nearest(edges, at)]
        first, last = max(bisect_right(ticks, start) - 1, 0), min(bisect_left(ticks, end), units) - 1
        if last - first > 1:
            row[first + 1 : last] = whole[first + 1 : last]
        for unit in {first, last} if last >= first else ():
            row[unit] += max(0.0, min(end, ticks[unit + 1]) - max(start, ticks[unit]))
    return [[part >= _DRAWN * all_of_it for part, all_of_it in zip(row, whole, strict=True)] for row in covered]


def _nearest(edges: list[float], value: float) -> int:
    at = bisect_right(edges, value)
    if at == 0 or (at < len(edges) and edges[at] - value < value - edges[at - 1]):
        return at
    return at - 1


def _grid(across: list[Rule], down: list[Rule]) -> Lattice | None:
    ys, xs = _edges([line[0] for line in across]), _edges([line[0] for line in down])
    starts, ends = sorted(line[1] for line in across), sorted(line[2] for line in across)
    left, right = starts[len(starts) // 4], ends[3 * len(ends) // 4]
    open_left, open_right = left < xs[0] - 2 * _SAME_EDGE, right > xs[-1] + 2 * _SAME_EDGE
    xs = [*([left] if open_left else []), *xs, *([right] if open_right else [])]
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1 or rows * columns > _MOST_POSITIONS:
        return None
    above = _drawn(across, ys, xs)
    before = _drawn(down, xs, ys)
    if open_left:
        before[0] = [True] * rows
    if open_right:
        before[-1] = [True] * rows
    return _lattice(_blocks(above, before), ys, xs)


def _blocks(above: list[list[bool]], before: list[list[bool]]) -> list[_Block]:
    """(row, col, row after, col after) of each cell. above, before: the sides drawn, [edge][unit]."""
    rows, columns = len(above) - 1, len(before) - 1
    if all(map(all, above[1:-1])) and all(map(all, before[1:-1])):
        return [(row, col, row + 1, col + 1) for row in range(rows) for col in range(columns)]
    free = [[True] * columns for _ in range(rows)]
    blocks: list[_Block] = []
    for row in range(rows):
        for col in range(columns):
            if not free[row][col]:
                continue
            if before[col + 1][row] and above[row + 1][col]:
                blocks.append((row, col, row + 1, col + 1))
                continue
            last_col = col
            while last_col + 1 < columns and free[row][last_col + 1] and not before[last_col + 1][row]:
                last_col += 1
            last_row = row
            while last_row + 1 < rows and _goes_on(last_row + 1, range(col, last_col + 1), above, before, free):
                last_row += 1
            if last_row > row or last_col > col:
                for r in range(row, last_row + 1):
                    free[r][col : last_col + 1] = [False] * (last_col + 1 - col)
            blocks.append((row, col, last_row + 1, last_col + 1))
    return blocks


def _lattice(blocks: Sequence[_Block], ys: Sequence[float], xs: Sequence[float]) -> Lattice:
    """The grid of these cells; an edge at which none begins or ends is none."""
    used_rows, used_cols = (
        sorted({b[0] for b in blocks} | {b[2] for b in blocks}),
        sorted({b[1] for b in blocks} | {b[3] for b in blocks}),
    )
    cells: list[LatticeCell] = []
    at_row, at_col = {edge: n for n, edge in enumerate(used_rows)}, {edge: n for n, edge in enumerate(used_cols)}
    for row, col, row_after, col_after in blocks:
        top, left = at_row[row], at_col[col]
        box = (xs[col], ys[row], xs[col_after], ys[row_after])
        cells.append(LatticeCell(top, left, at_row[row_after] - top, at_col[col_after] - left, box))
    return Lattice(tuple(xs[edge] for edge in used_cols), tuple(ys[edge] for edge in used_rows), cells)


def _goes_on(row: int, inner: range, above: list[list[bool]], before: list[list[bool]], free: list[list[bool]]) -> bool:
    """The cell that ends above `row` goes on into it: nothing drawn between or across, and closed at both sides."""
    return (
        not any(above[row][c] for c in inner)
        and not any(before[c][row] for c in inner[1:])
        and all(free[row][c] for c in inner)
        and (inner.start == 0 or before[inner.start][row])
        and (inner.stop == len(before) - 1 or before[inner.stop][row])
    )
