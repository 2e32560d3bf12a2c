"""Rows, header and cells of a table whose columns are known: from its printed lines to a grid. Geometry only."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.readers.alignment import (
    MARGIN,
    SAME_ROW,
    TIGHT,
    Band,
    Cell,
    Layout,
    Rule,
    Span,
    Tableau,
    column_range,
    edges_of,
    is_centred,
    is_number,
    open_range,
)
from extract.readers.lines import Line


# ----------------------------------------------------------------------------------------------------------- rows
def rows_of(table: Tableau, columns: Sequence[Span]) -> list[list[Band]]:
    """Bands of the body gathered to rows: each row has one band with numbers, or none."""
    em = table.em
    heights = sorted(rule[0] for rule in full_rules(table))
    strips: list[list[Band]] = []
    last: int | None = None
    for band in table.body:
        here = bisect_left(heights, band.middle)
        if strips and here == last:
            strips[-1].append(band)
        else:
            strips.append([band])
        last = here
    numeric = numeric_columns(table.body, columns)
    wholly = len(strips) >= 3 and sum(_n_anchors(strip, numeric, columns) <= 1 for strip in strips) >= 0.8 * len(strips)
    rows: list[list[Band]] = []
    for strip in strips:
        if wholly and _n_anchors(strip, numeric, columns) <= 1:
            rows.append(strip)
        else:
            rows.extend(_split(strip, numeric, columns, em))
    return rows


def full_rules(table: Tableau) -> list[Rule]:
    """Rules across the whole table, top to bottom; the others only underline a group of columns."""
    if not table.rules:
        return []
    left, right = min(rule[1] for rule in table.rules), max(rule[2] for rule in table.rules)
    return [rule for rule in table.rules if rule[2] - rule[1] >= 0.9 * (right - left)]


def numeric_columns(bands: Sequence[Band], columns: Sequence[Span]) -> set[int]:
    """Columns in which most texts are numbers."""
    count = [[0, 0] for _ in columns]
    for band in bands:
        for run in band.runs:
            first, last = column_range(run, columns)
            if first == last:
                count[first][is_number(run)] += 1
    return {i for i, (words, numbers) in enumerate(count) if numbers > words}


def _is_anchor(band: Band, numeric: set[int], columns: Sequence[Span]) -> bool:
    if not numeric:
        return len(band.runs) > 1 and column_range(band.runs[0], columns)[0] == 0
    return any(is_number(run) and column_range(run, columns)[0] in numeric for run in band.runs)


def _n_anchors(strip: Sequence[Band], numeric: set[int], columns: Sequence[Span]) -> int:
    return sum(_is_anchor(band, numeric, columns) for band in strip)


def _split(strip: Sequence[Band], numeric: set[int], columns: Sequence[Span], em: float) -> list[list[Band]]:
    """Rows between two rules, by white space: lines set tight around one line with numbers are one row."""
    rows: list[list[Band]] = []
    blocks = _near(strip, TIGHT * em)
    spaced = len(blocks) >= 3 and all(_n_anchors(block, numeric, columns) <= 1 for block in blocks)
    for block in blocks:
        if len(block) == 1 or (spaced and len(block) < 5 and _n_anchors(block, numeric, columns) == 1):
            rows.append(block)
            continue
        parts: list[list[Band]] = []
        for near in _near(block, SAME_ROW * em):
            parts.extend([near] if _n_anchors(near, numeric, columns) < 2 else [[band] for band in near])
        rows.extend(_split_tight(parts, numeric, columns))
    return rows


def _near(bands: Sequence[Band], reach: float) -> list[list[Band]]:
    """Bands in blocks in which the middle of each is less than `reach` points below the one before."""
    blocks: list[list[Band]] = []
    for band in bands:
        if blocks and band.middle - blocks[-1][-1].middle < reach:
            blocks[-1].append(band)
        else:
            blocks.append([band])
    return blocks


def _split_tight(blocks: Sequence[list[Band]], numeric: set[int], columns: Sequence[Span]) -> list[list[Band]]:
    """Rows set as tight as the lines of a wrapped label.

    blocks: lines that overlap, which are never of two rows. A line without numbers belongs to the row above or below
    that it wraps from or into, to the nearer one where both may be.
    """
    rows: list[list[Band]] = []
    waiting: list[Band] = []  # lines of a label that goes on in the row below
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        if _n_anchors(block, numeric, columns) or any(len(band.runs) > 1 for band in block):
            rows.append([*waiting, *block])
            waiting = []
            continue
        run = block[0].runs[0]
        up = bool(rows) and not waiting and any(_wraps(band, run, columns) for band in rows[-1])
        down = following is not None and any(_wraps(block[-1], other, columns) for b in following for other in b.runs)
        if up and down and following is not None:
            up = block[0].top - rows[-1][-1].bottom <= following[0].top - block[-1].bottom + 0.1 * run.size
        if up:
            rows[-1].extend(block)
        elif down:
            waiting.extend(block)
        else:
            rows.append([*waiting, *block])
            waiting = []
    return [*rows, waiting] if waiting else rows


def _wraps(before: Band, run: Line, columns: Sequence[Span]) -> bool:
    where = column_range(run, columns)
    above = [other for other in before.runs if column_range(other, columns) == where]
    if where[0] != where[1] or not above or is_number(run) or is_number(above[-1]):
        return False
    full = columns[where[0]][1] - above[-1].box[2] < 1.2 * run.size
    return full and abs(run.box[0] - above[0].box[0]) < 1.2 * run.size


# --------------------------------------------------------------------------------------------------------- layout
def lay_out(table: Tableau, columns: Sequence[Span], extent: Span | None = None) -> Layout:
    """Cells of the table over given columns. extent: x of the rules' ends."""
    head = _head(table, columns) or _plain_head(table, columns)
    rows = rows_of(table, columns)
    cells = list(head.cells)
    tops: list[float] = []
    bottoms: list[float] = []
    for number, row in enumerate(rows, start=len(head.levels)):
        tops.append(min(band.top for band in row))
        bottoms.append(max(band.bottom for band in row))
        cells.extend(_row_cells(number, [run for band in row for run in band.runs], columns))
    bounds = [*head.levels, *zip(tops, bottoms, strict=True)]
    heights = sorted(rule[0] for rule in full_rules(table))
    ys = [_outer(bounds[0][0] - MARGIN, heights, -1)]
    ys += [_between(above[1], below[0], heights) for above, below in pairwise(bounds)]
    ys.append(_outer(bounds[-1][1] + MARGIN, heights, 1))
    cells.sort(key=lambda cell: (cell.row, cell.col))
    return Layout(edges_of(columns, extent), tuple(ys), tuple(cells))


def _outer(y: float, heights: Sequence[float], side: int) -> float:
    """The rule next outside, where it is near; else just around the text."""
    beyond = [at for at in heights if 0 <= (at - y) * side + 2 * MARGIN < 24]
    return (max(beyond) if side < 0 else min(beyond)) if beyond else y


def _between(bottom: float, top: float, heights: Sequence[float]) -> float:
    inside = heights[bisect_left(heights, min(bottom, top) - 1) : bisect_right(heights, max(bottom, top) + 1)]
    return inside[0] if inside else (bottom + top) / 2


def _row_cells(row: int, runs: Sequence[Line], columns: Sequence[Span]) -> list[Cell]:
    """Cells of one row; texts over the same columns are one cell, columns without text blank cells."""
    found: list[tuple[int, int, list[Line]]] = []
    for run in sorted(runs, key=lambda run: column_range(run, columns)):
        first, last = column_range(run, columns)
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]), [*found[-1][2], run])
        else:
            found.append((first, last, [run]))
    cells = [Cell(row, first, 1, last - first + 1, tuple(part)) for first, last, part in found]
    covered = {col for first, last, _ in found for col in range(first, last + 1)}
    cells += [Cell(row, col, 1, 1, ()) for col in range(len(columns)) if col not in covered]
    return sorted(cells, key=lambda cell: cell.col)


@dataclass(frozen=True)
class _Head:
    """levels: (top, bottom) of the texts of each header row."""

    levels: tuple[Span, ...]
    cells: tuple[Cell, ...]


def _plain_head(table: Tableau, columns: Sequence[Span]) -> _Head:
    """Each printed line a row: for headers whose texts do not make a tree."""
    levels = tuple((band.top, band.bottom) for band in table.head)
    cells = [cell for row, band in enumerate(table.head) for cell in _row_cells(row, band.runs, columns)]
    return _Head(levels, tuple(cells))


def _head(table: Tableau, columns: Sequence[Span]) -> _Head | None:
    """The header as a tree: a text over several columns is above the texts of each of them. None: it is no tree."""
    if not table.head:
        return _Head((), ())
    groups: dict[tuple[int, int], list[Line]] = {}
    for number, band in enumerate(table.head):
        later = [run for other in table.head[number + 1 :] for run in other.runs]
        for run in band.runs:
            groups.setdefault(_head_range(run, band, later, table.rules, columns), []).append(run)
    for col in range(len(columns)):
        over = [span for span in groups if span[0] <= col <= span[1]]
        if not over or any(_holds(min(over, key=_width), span) for span in groups):
            groups.setdefault((col, col), [])
    spans = sorted(groups, key=lambda span: (span[0], -span[1]))
    if any(a[0] < b[0] <= a[1] < b[1] for a in spans for b in spans):
        return None
    depth = {span: sum(_holds(other, span) for other in spans) for span in spans}
    deepest = max(depth.values())
    tops, bottoms = [float("inf")] * (deepest + 1), [float("-inf")] * (deepest + 1)
    for span, runs in groups.items():
        is_leaf = not any(_holds(span, other) for other in spans)
        for run in runs:
            if not is_leaf or depth[span] == deepest:
                bottoms[depth[span]] = max(bottoms[depth[span]], run.box[3])
            if depth[span] > 0 or not is_leaf:
                tops[depth[span]] = min(tops[depth[span]], run.box[1])
    every = [run.box for band in table.head for run in band.runs]
    tops[0], bottoms[-1] = min(box[1] for box in every), max(box[3] for box in every)
    if any(not below >= above - 1 for above, below in zip(bottoms, tops[1:], strict=False)):
        return None
    cells = []
    for span in spans:
        is_leaf = not any(_holds(span, other) for other in spans)
        rowspan = deepest + 1 - depth[span] if is_leaf else 1
        cells.append(Cell(depth[span], span[0], rowspan, span[1] - span[0] + 1, tuple(groups[span])))
    return _Head(tuple(zip(tops, bottoms, strict=True)), tuple(cells))


def _width(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]


def _head_range(
    run: Line, band: Band, later: Sequence[Line], rules: Sequence[Rule], columns: Sequence[Span]
) -> tuple[int, int]:
    """Columns a header's text belongs to: those below it, those its underline spans, those it is centred over."""
    first, last = column_range(run, columns)
    x0, _, x1, bottom = run.box
    centre = (x0 + x1) / 2
    for y, start, end in rules:
        if 0 <= y - bottom + 1 < run.size and start <= centre <= end:
            under = [i for i, (a, b) in enumerate(columns) if start <= (a + b) / 2 <= end]
            if len(under) < len(columns) and under and under[0] <= first and last <= under[-1]:
                return under[0], under[-1]
    if not later:
        return first, last
    others = {c for other in band.runs if other is not run for c in range(*open_range(column_range(other, columns)))}
    named = {c for other in later for c in range(*open_range(column_range(other, columns)))} - others
    best = (first, last)
    for left in range(first, -1, -1):
        if left not in named:
            break
        for right in range(last, len(columns)):
            if right not in named:
                break
            if right - left > best[1] - best[0] and is_centred(run, left, right, later, columns):
                best = (left, right)
    return best
