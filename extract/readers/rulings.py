"""Drawn lines → cells they enclose. Geometry only: no text, no page.

A line is (at, start, end), or a row of an array: its position across its direction and its extent along it, in points.
Lines are joined, gathered into grids that touch, and each grid is cut into cells: a position of the grid belongs to the
cell of its left or upper neighbour where no line is drawn between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from extract.readers import rule_loops as loops
from extract.readers.char_loops import begins
from extract.readers.lattice import Lattice, LatticeCell

Rule = tuple[float, float, float]
Rules: TypeAlias = Sequence[Rule] | np.ndarray[Any, np.dtype[np.float64]]
_Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
_Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
_Sides: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
_Block = tuple[int, int, int, int]

_SAME_EDGE = 3.0  # double and thick borders are one edge
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


def grids_and_rules(
    across: Rules, down: Rules, tell: Callable[[str], None] = lambda limit: None
) -> tuple[list[Lattice], list[Rule]]:
    """(`ruled_grids`, horizontal lines outside all of them, top to bottom).

    Tables drawn with half of their rulings have only the latter. tell: called with each limit that made lines or grids
    be given up, so that no table goes without a word.
    """
    rows, columns_drawn = joined(across), joined(down)
    grids = []
    if len(rows) * len(columns_drawn) > _MOST_MEETINGS:
        tell(f"{len(rows)} x {len(columns_drawn)} rulings")
    for some_rows, columns in _touching(rows, columns_drawn):
        if len(some_rows) >= 2 and columns:
            grid = _grid(some_rows, columns)
            if grid is None and len(some_rows) * len(columns) > _MOST_POSITIONS:
                tell(f"a grid of {len(some_rows)} x {len(columns)} rulings")
            if grid is not None and len(grid.cells) > 1:
                grids.append(grid)
    if len(grids) > _MOST_GRIDS:
        tell(f"{len(grids)} grids")
        grids = sorted(grids, key=_extent, reverse=True)[:_MOST_GRIDS]
    grids.sort(key=lambda grid: (grid.ys[0], grid.xs[0]))
    boxes = [grid.box for grid in grids]
    if len(rows) * len(boxes) > _MOST_MEETINGS:
        tell(f"{len(rows)} rulings beside {len(boxes)} grids")
        return grids, []
    outside = [
        (at, start, end)
        for at, start, end in rows
        if not any(
            top - _SAME_EDGE <= at <= bottom + _SAME_EDGE and start < x1 and end > x0 for x0, top, x1, bottom in boxes
        )
    ]
    if len(outside) > _MOST_LOOSE:
        tell(f"{len(outside)} rulings outside grids")
        return grids, []
    return grids, outside


def _extent(grid: Lattice) -> float:
    return (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0])


def joined(rules: Rules) -> list[Rule]:
    """Lines with the pieces of one line joined, by their position; specks left out."""
    if not len(rules):
        return []
    at, start, end = np.asarray(rules, dtype=np.float64).T
    order = np.argsort(at, kind="stable")
    at = at[order]
    line: _Numbers = np.empty(len(at), dtype=np.int64)
    loops.number(at, line)
    first: _Numbers = np.empty(len(at) + 1, dtype=np.int64)
    n = begins(line, first)
    first[n] = len(at)
    middle = np.add.reduceat(at, first[:n]) / (first[1 : n + 1] - first[:n])
    start, end = start[order], end[order]
    order = np.lexsort((start, line))
    found: _Floats = np.empty((len(at), 3))
    n = loops.join(middle, line, start[order], end[order], found)  # each line keeps its place in the order
    return list(map(tuple, found[:n].tolist()))


def _touching(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Lines gathered into grids: those that meet, directly or through others."""
    if not across or not down or len(across) * len(down) > _MOST_MEETINGS:
        return []
    of_row, of_column = np.empty(len(across), dtype=np.int64), np.empty(len(down), dtype=np.int64)
    loops.gather(np.array(across), np.array(down), of_row, of_column)
    found: dict[int, tuple[list[Rule], list[Rule]]] = {number: ([], []) for number in sorted(set(of_row.tolist()))}
    for rule, number in zip(across, of_row.tolist(), strict=True):
        found[number][0].append(rule)
    for rule, number in zip(down, of_column.tolist(), strict=True):
        if number < len(across):
            found[number][1].append(rule)
    return list(found.values())


def _edges(values: list[float]) -> list[float]:
    """Positions of edges: neighbours are one edge, at their mean."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= _SAME_EDGE and value - groups[-1][0] <= 2 * _SAME_EDGE:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _drawn(lines: list[Rule], edges: list[float], ticks: list[float]) -> _Sides:
    """[edge, unit]: the side between tick `unit` and the next is drawn on that edge."""
    covered: _Floats = np.empty((len(edges), len(ticks) - 1))
    sides: _Sides = np.empty(covered.shape, dtype=np.uint8)
    loops.draw(np.array(lines), np.array(edges), np.array(ticks), covered, sides)
    return sides


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
        before[0] = 1
    if open_right:
        before[-1] = 1
    return _lattice(_blocks(above, before), ys, xs)


def _blocks(above: _Sides, before: _Sides) -> list[_Block]:
    """(row, col, row after, col after) of each cell. above, before: the sides drawn, [edge, unit]."""
    rows, columns = len(above) - 1, len(before) - 1
    blocks: _Numbers = np.empty((rows * columns, 4), dtype=np.int64)
    n = loops.enclose(above, before, np.empty((rows, columns), dtype=np.uint8), blocks)
    return list(map(tuple, blocks[:n].tolist()))


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
