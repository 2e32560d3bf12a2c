"""Drawn lines → cells they enclose. Geometry only: no text, no page.

A line is (at, start, end): its position across its direction and its extent along it, in points. Lines are joined,
gathered into grids that touch, and each grid is cut into cells: a position of the grid belongs to the cell of its left
or upper neighbour where no line is drawn between them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from extract.readers.lattice import Lattice, LatticeCell

Rule = tuple[float, float, float]
_Block = tuple[int, int, int, int]

_COLLINEAR = 1.2  # pieces of one line lie this near to each other across its direction …
_BRIDGE = 3.0  # … and leave no wider gap along it (dashes, dots, corners of single rectangles)
_TOUCH = 2.5  # a line ends this near to the one it meets
_SAME_EDGE = 3.0  # double and thick borders are one edge
_DRAWN = 0.55  # share of a side that must be drawn
_SHORTEST = 4.0  # no printed row or column is narrower
_MOST_POSITIONS = 100_000  # of one grid: more do not fit on a page with rows and columns that can be read
_MOST_MEETINGS = 6_000_000  # looked at on one page: where lines cross more often they are a hatching, not a table
_MOST_LOOSE = 2_000  # horizontal lines outside grids: more are a pattern
_MOST_GRIDS = 500  # of one page, the largest: what is more is a drawing, and each costs a look at every character


def ruled_grids(across: Sequence[Rule], down: Sequence[Rule]) -> list[Lattice]:
    """The grids that horizontal (`across`) and vertical (`down`) lines make, top to bottom.

    A grid needs two lines each way and two cells. Sides that nobody drew (open left or right border) end where the
    horizontal lines end.
    """
    grids = []
    for rows, columns in _touching(_joined(across), _joined(down)):
        if len(rows) >= 2 and columns:
            grid = _grid(rows, columns)
            if grid is not None and len(grid.cells) > 1:
                grids.append(grid)
    if len(grids) > _MOST_GRIDS:
        grids = sorted(grids, key=_extent, reverse=True)[:_MOST_GRIDS]
    return sorted(grids, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _extent(grid: Lattice) -> float:
    return (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0])


def loose_rules(across: Sequence[Rule], grids: Sequence[Lattice]) -> list[Rule]:
    """Horizontal lines outside all grids, top to bottom: tables drawn with half of their rulings have only these."""
    boxes = [grid.box for grid in grids]
    if len(across) * len(boxes) > _MOST_MEETINGS:
        return []
    outside = [
        rule
        for rule in across
        if not any(
            box[1] - _SAME_EDGE <= rule[0] <= box[3] + _SAME_EDGE and rule[1] < box[2] and rule[2] > box[0]
            for box in boxes
        )
    ]
    found = _joined(outside) if outside else []
    return found if len(found) <= _MOST_LOOSE else []


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Lines with the pieces of one line joined; specks left out."""
    groups: list[list[Rule]] = []
    for rule in sorted(rules):
        if groups and rule[0] - groups[-1][-1][0] <= _COLLINEAR and rule[0] - groups[-1][0][0] <= 2 * _COLLINEAR:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    lines: list[Rule] = []
    for group in groups:
        at = sum(rule[0] for rule in group) / len(group)
        spans = sorted((start, end) for _, start, end in group)
        first, last = spans[0]
        for start, end in spans[1:]:
            if start > last + _BRIDGE:
                lines.append((at, first, last))
                first, last = start, end
            elif end > last:
                last = end
        lines.append((at, first, last))
    return [line for line in lines if line[2] - line[1] > _SHORTEST]


def _touching(across: list[Rule], down: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Lines gathered into grids: those that meet, directly or through others."""
    parent = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    heights = [line[0] for line in across]  # ascending, as _joined leaves them
    left = _MOST_MEETINGS
    for number, (x, top, bottom) in enumerate(down, start=len(across)):
        near = range(bisect_left(heights, top - _TOUCH), bisect_right(heights, bottom + _TOUCH))
        left -= len(near)
        if left < 0:
            return []
        for index in near:
            if across[index][1] - _TOUCH <= x <= across[index][2] + _TOUCH:
                one, other = root(index), root(number)
                if one != other:
                    parent[one] = other
    grids: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index in range(len(parent)):
        rows, columns = grids.setdefault(root(index), ([], []))
        if index < len(across):
            rows.append(across[index])
        else:
            columns.append(down[index - len(across)])
    return list(grids.values())


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
    for at, start, end in lines:
        row = covered[_nearest(edges, at)]
        unit = max(bisect_right(ticks, start) - 1, 0)
        while unit < units and ticks[unit] < end:
            row[unit] += max(0.0, min(end, ticks[unit + 1]) - max(start, ticks[unit]))
            unit += 1
    needed = [_DRAWN * (ticks[unit + 1] - ticks[unit]) for unit in range(units)]
    return [[row[unit] >= needed[unit] for unit in range(units)] for row in covered]


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
