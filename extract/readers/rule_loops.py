# cython: language_level=3, boundscheck=True, wraparound=False, annotation_typing=False
# ruff: noqa: PLR0917 - columns, in the order of their meaning
"""The loops of `rulings`, compiled where there is a C compiler (types: `rule_loops.pxd`); see `char_loops`.

Lines are rows of an array: (position, start, end). Sides are [edge, unit]: 1 where the side of that edge between tick
`unit` and the next is drawn.
"""

from __future__ import annotations

from typing import Any

_COLLINEAR = 1.2  # pieces of one line lie this near to each other across its direction …
_BRIDGE = 3.0  # … and leave no wider gap along it (dashes, dots, corners of single rectangles)
_TOUCH = 2.5  # a line ends this near to the one it meets
_DRAWN = 0.55  # share of a side that must be drawn
_SHORTEST = 4.0  # no printed row or column is narrower
_APART = 1e6  # points: further than any two places of a page


def number(at: Any, line: Any) -> None:
    """Numbers of lines for pieces by their position: neighbours are one line, which is no thicker than two of them."""
    begin, is_staircase = at[0], False
    for n in range(len(at)):
        apart = n > 0 and at[n] - at[n - 1] > _COLLINEAR
        begin = at[n] if apart else begin
        is_staircase = is_staircase or at[n] - begin > 2 * _COLLINEAR
        line[n] = line[n - 1] + apart if n > 0 else 0
    if not is_staircase:
        return
    begin = at[0]
    for n in range(1, len(at)):
        apart = at[n] - at[n - 1] > _COLLINEAR or at[n] - begin > 2 * _COLLINEAR
        begin = at[n] if apart else begin
        line[n] = line[n - 1] + apart


def join(middle: Any, line: Any, start: Any, end: Any, joined: Any) -> int:
    """Fills `joined` with the lines that the pieces make, specks left out; how many there are.

    middle: position of each line. Pieces by line, then by their start.
    """
    count, first, reach = 0, 0, 0.0
    for n in range(len(line)):
        far = end[n] + line[n] * _APART
        if n == 0:
            reach = far
        elif line[n] != line[n - 1] or start[n] > reach - line[n - 1] * _APART + _BRIDGE:
            count = _add(middle, line[n - 1], start[first], reach, joined, count)
            first = n
        reach = far if far > reach else reach
    return _add(middle, line[len(line) - 1], start[first], reach, joined, count)


def _add(middle: Any, line: int, start: float, reach: float, joined: Any, count: int) -> int:
    end = reach - line * _APART
    if end - start > _SHORTEST:
        joined[count, 0], joined[count, 1], joined[count, 2] = middle[line], start, end
        return count + 1
    return count


def gather(across: Any, down: Any, of_row: Any, of_column: Any) -> None:
    """Gives lines that meet, directly or through others, the same number: the least of their rows."""
    rows, columns = len(across), len(down)
    for r in range(rows):
        of_row[r] = r
    for c in range(columns):
        of_column[c] = rows
    moves = True
    while moves:
        moves = False
        for c in range(columns):
            for r in range(rows):
                if of_row[r] != of_column[c] and _meet(across, r, down, c):
                    if of_row[r] < of_column[c]:
                        of_column[c] = of_row[r]
                    else:
                        of_row[r] = of_column[c]
                    moves = True


def _meet(across: Any, r: int, down: Any, c: int) -> bool:
    if across[r, 0] < down[c, 1] - _TOUCH or across[r, 0] > down[c, 2] + _TOUCH:
        return False
    return not (down[c, 0] < across[r, 1] - _TOUCH or down[c, 0] > across[r, 2] + _TOUCH)


def draw(lines: Any, edges: Any, ticks: Any, covered: Any, sides: Any) -> None:
    """Which sides the lines draw. covered: room for [edge, unit]."""
    n_edges, units = len(edges), len(ticks) - 1
    for edge in range(n_edges):
        for unit in range(units):
            covered[edge, unit] = 0.0
    for n in range(len(lines)):
        edge = _nearest(edges, lines[n, 0])
        start, end = lines[n, 1], lines[n, 2]
        first, last = 0, units - 1
        while first + 1 <= units and ticks[first + 1] <= start:
            first += 1
        while last >= 0 and ticks[last] >= end:
            last -= 1
        for unit in range(first + 1, last):
            covered[edge, unit] = ticks[unit + 1] - ticks[unit]
        if last >= first:
            covered[edge, first] += _shared(start, end, ticks[first], ticks[first + 1])
        if last > first:
            covered[edge, last] += _shared(start, end, ticks[last], ticks[last + 1])
    for edge in range(n_edges):
        for unit in range(units):
            sides[edge, unit] = covered[edge, unit] >= _DRAWN * (ticks[unit + 1] - ticks[unit])


def _shared(start: float, end: float, low: float, high: float) -> float:
    part = (end if end < high else high) - (start if start > low else low)
    return part if part > 0 else 0.0


def _nearest(edges: Any, value: float) -> int:
    low, high = 0, len(edges)
    while low < high:
        at = (low + high) // 2
        if edges[at] <= value:
            low = at + 1
        else:
            high = at
    if low == 0 or (low < len(edges) and edges[low] - value < value - edges[low - 1]):
        return low
    return low - 1


def enclose(above: Any, before: Any, free: Any, blocks: Any) -> int:
    """Fills `blocks` with the cells that the sides enclose: (row, column, row after, column after); how many there are.

    above: sides of rows; before: of columns. free: room for [row, column].
    """
    rows, columns, count = len(above) - 1, len(before) - 1, 0
    for row in range(rows):
        for col in range(columns):
            free[row, col] = 1
    for row in range(rows):
        for col in range(columns):
            if not free[row, col]:
                continue
            last_col = col
            while last_col + 1 < columns and free[row, last_col + 1] and not before[last_col + 1, row]:
                last_col += 1
            last_row = row
            while last_row + 1 < rows and _goes_on(last_row + 1, col, last_col, above, before, free):
                last_row += 1
            for r in range(row, last_row + 1):
                for c in range(col, last_col + 1):
                    free[r, c] = 0
            blocks[count, 0], blocks[count, 1], blocks[count, 2], blocks[count, 3] = (
                row,
                col,
                last_row + 1,
                last_col + 1,
            )
            count += 1
    return count


def _goes_on(row: int, first: int, last: int, above: Any, before: Any, free: Any) -> bool:
    """The cell that ends above `row` goes on into it: nothing drawn between or across, and closed at both sides."""
    for c in range(first, last + 1):
        if above[row, c] or not free[row, c] or (c > first and before[c, row]):
            return False
    if first > 0 and not before[first, row]:
        return False
    return last + 1 == len(before) - 1 or before[last + 1, row] != 0
