"""Texts that stand in columns → cells of a table nobody ruled. Geometry and text only: no page, no document.

A band is one printed line cut into runs. Columns are what the runs of all bands leave between clear gutters; rows are
the bands that print numbers, with the parts of a wrapped label drawn to them; the header is the tree of its texts over
the columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import median

from extract.document import Box
from extract.readers.lines import Line, cluster, make_line, text_of
from extract.readers.pdf_page import Char

Span = tuple[float, float]
Rule = tuple[float, float, float]

RUN_GAP = 1.0  # sizes of a character: a wider gap inside a line parts two texts …
_NUMBER_GAP = 0.3  # … and a smaller one an amount from its neighbour
GUTTER = 0.3  # sizes between two columns, in every row …
TEXT_GUTTER = 1.0  # … and between two columns of words
_SAME_ROW = 0.8  # widths of 汉字 between the middles of lines that cannot be of two rows …
TIGHT = 1.6  # … and between the lines of one wrapped text
MARGIN = 1.5  # points around the texts of an outer column or row
_TOUCH = 0.25  # sizes by which a header's text may reach over its column
_CENTRED = 0.8  # sizes between the centres of a header's text and of the columns below it

_DIGITS = r"[-－—–+]?[（(]?\d[\d,，]*(?:[.．]\d+)?[)）]?"
NUMBER = re.compile(rf"{_DIGITS}(?:%|％|万元|亿元|元)?")
STRONG = re.compile(r"[-－—–+]?[（(]?(?:\d[\d,，]*[.．]\d+|\d{1,3}(?:[,，]\d{3})+)[)）]?(?:%|％|万元|亿元|元)?")
_GLUED = re.compile(r"\d[.．]\d+[^\d\s%％万亿元千\u3001-\u301e）)]|[\u3400-\u9fff]\s*\d[\d,]*\.\d{2,}$")
CODE = re.compile(r"\d{3,}")
DASH = re.compile(r"[-－—–─/]{1,4}")


_AFTER_NUMBER = re.compile(r"[万亿千]?元|年(?![初末度中])|[月日](?![常均])|[%％，,。、；;）)]")  # in a sentence


@dataclass(frozen=True)
class Band:
    """One printed line; runs: its parts that stand apart, left to right."""

    line: Line
    runs: tuple[Line, ...]

    @property
    def top(self) -> float:
        return self.line.box[1]

    @property
    def bottom(self) -> float:
        return self.line.box[3]

    @property
    def is_sentence(self) -> bool:
        """Whether a number in it goes on with its unit or a mark, as in prose."""
        return any(is_number(a) and _AFTER_NUMBER.match(b.text) for a, b in pairwise(self.runs))

    @property
    def middle(self) -> float:
        return (self.line.box[1] + self.line.box[3]) / 2

    @property
    def size(self) -> float:
        return self.line.size


@dataclass(frozen=True)
class Cell:
    """One cell; free: room right of its last line is not known where nobody ruled the column."""

    row: int
    col: int
    rowspan: int
    colspan: int
    runs: tuple[Line, ...]

    @property
    def text(self) -> str:
        groups = cluster(char for run in self.runs for char in run.chars)
        return "\n".join(text_of(group) for group in groups)


@dataclass(frozen=True)
class Layout:
    """xs, ys: edges in points; cells: of every position, row by row, blank ones too."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[Cell, ...]

    def box(self, cell: Cell) -> Box:
        return (
            self.xs[cell.col],
            self.ys[cell.row],
            self.xs[cell.col + cell.colspan],
            self.ys[cell.row + cell.rowspan],
        )

    @property
    def is_sound(self) -> bool:
        """No cell holds two numbers, and hardly one an amount glued to words: else rows or columns were missed."""
        glued = 0
        filled = [cell for cell in self.cells if cell.runs]
        for cell in filled:
            if len(cell.runs) > 1 and sum(map(is_number, cell.runs)) > 1:
                return False
            glued += any(_GLUED.search(run.text) for run in cell.runs)
        return glued <= 0.1 * len(filled)


@dataclass(frozen=True)
class Tableau:
    """The printed lines of one table: head (may be empty) and body; rules: lines across it, as (y, x0, x1)."""

    head: tuple[Band, ...]
    body: tuple[Band, ...]
    rules: tuple[Rule, ...] = ()

    @property
    def bands(self) -> tuple[Band, ...]:
        return (*self.head, *self.body)

    @property
    def size(self) -> float:
        return median(band.size for band in self.body)

    @property
    def em(self) -> float:
        """Width of a 汉字: the size of the font, where the height of a character may be that of the font's box."""
        widths = [c.x1 - c.x0 for band in self.bands for c in band.line.chars if "\u3400" <= c.text <= "\u9fff"]
        return median(widths) if widths else 0.85 * self.size


def band_of(line: Line) -> Band:
    """The line cut where texts stand apart, and between an amount and what stands right beside it."""
    parts: list[list[Char]] = []
    gaps: list[float] = []
    end = 0.0
    for char in line.chars:
        if char.text.isspace():
            if parts:
                parts[-1].append(char)
            continue
        gap = char.x0 - end
        if not parts or gap > _NUMBER_GAP * line.size:
            parts.append([char])
            gaps.append(gap)
        else:
            parts[-1].append(char)
        end = char.x1
    joined: list[list[Char]] = []
    before = False
    for part, gap in zip(parts, gaps, strict=True):
        text = "".join(char.text for char in part).strip()
        amount = bool(STRONG.fullmatch(text))
        apart = gap > RUN_GAP * line.size or amount or (before and not _AFTER_NUMBER.match(text))
        if joined and not apart:
            joined[-1].extend(part)
        else:
            joined.append(list(part))
        before = amount or bool(CODE.fullmatch(text))
    return Band(line, (line,) if len(joined) == 1 else tuple(map(make_line, joined)))


def is_number(run: Line) -> bool:
    """A number, or the dash that stands for none."""
    text = "".join(run.text.split())
    return bool(NUMBER.fullmatch(text) or DASH.fullmatch(text))


def has_digits(run: Line) -> bool:
    return bool(NUMBER.fullmatch("".join(run.text.split())))


def is_strong(run: Line) -> bool:
    """An amount that is no counter, page number or year: decimals or thousands."""
    return bool(STRONG.fullmatch("".join(run.text.split())))


def is_code(run: Line) -> bool:
    return bool(CODE.fullmatch("".join(run.text.split())))


# -------------------------------------------------------------------------------------------------------- columns
def spans_of(runs: Iterable[Line], gutter: float) -> list[Span]:
    """What the runs cover together, left to right; gaps narrower than `gutter` points are no gaps."""
    spans: list[Span] = []
    for x0, x1 in sorted((run.box[0], run.box[2]) for run in runs):
        if spans and x0 - spans[-1][1] < gutter:
            spans[-1] = (spans[-1][0], max(spans[-1][1], x1))
        else:
            spans.append((x0, x1))
    return spans


def columns_of(table: Tableau) -> list[Span]:
    """Columns by the body, and those that only the header names because they are blank."""
    size = table.size
    runs = [run for band in table.body if len(band.runs) > 1 for run in band.runs]
    columns = spans_of(runs, GUTTER * size)
    joined: list[Span] = []
    for column in columns:
        if joined and column[0] - joined[-1][1] < TEXT_GUTTER * size:
            numbers = [[is_number(run) for run in runs if within(run, part)] for part in (joined[-1], column)]
            if all(sum(one) * 2 < len(one) for one in numbers):
                joined[-1] = (joined[-1][0], column[1])
                continue
        joined.append(column)
    return _with_blank_columns(joined, table)


def _with_blank_columns(columns: list[Span], table: Tableau) -> list[Span]:
    """Columns with the width that their header takes, and those that only the header names: blank in all rows.

    A header that stands in a gutter names the column beside it, where nothing else does (amounts to the right of a
    centred header); else a blank column.
    """
    below: list[Line] = []
    found = list(columns)
    for band in reversed(table.head):
        gutters: dict[int, list[Line]] = {}
        for run in band.runs:
            alone = all(run.box[2] <= x0 or run.box[0] >= x1 for x0, x1 in found)
            over = any(overlap(run.box, other.box) > 0 for other in below)
            if alone and not over and not _heads_neighbours(run, found, below):
                gutters.setdefault(sum(x1 <= run.box[0] for _, x1 in found), []).append(run)
        below.extend(band.runs)
        unnamed = {i for i, (x0, x1) in enumerate(found) if not any(r.box[0] < x1 and x0 < r.box[2] for r in below)}
        wider = list(found)
        blank: list[Span] = []
        for gutter, runs in sorted(gutters.items()):
            left, right = gutter - 1 in unnamed, gutter in unnamed
            if left and right and len(runs) == 1:
                left = runs[0].box[0] - found[gutter - 1][1] < found[gutter][0] - runs[0].box[2]
                right = not left
            if left:
                unnamed.discard(gutter - 1)
                wider[gutter - 1] = (wider[gutter - 1][0], runs.pop(0).box[2])
            if right and runs:
                unnamed.discard(gutter)
                wider[gutter] = (runs.pop().box[0], wider[gutter][1])
            blank.extend((run.box[0], run.box[2]) for run in runs)
        found = sorted([*wider, *blank])
    return found


def _heads_neighbours(run: Line, columns: Sequence[Span], below: Sequence[Line]) -> bool:
    """Whether a header's text in a gutter is centred over columns around it that texts below it name."""
    named = sorted({column_range(other, columns)[0] for other in below})
    return any(
        set(range(a, b + 1)) <= set(named) and _is_centred(run, a, b, below, columns)
        for a, b in combinations(named, 2)
        if columns[a][1] <= run.box[0] and run.box[2] <= columns[b][0]
    )


def within(run: Line, column: Span) -> bool:
    return run.box[0] >= column[0] - 0.1 and run.box[2] <= column[1] + 0.1


def overlap(one: Box, other: Box) -> float:
    return min(one[2], other[2]) - max(one[0], other[0])


def column_range(run: Line, columns: Sequence[Span]) -> tuple[int, int]:
    """First and last column that a run stands over; the nearest one where it stands over none."""
    slack = _TOUCH * run.size
    over = [i for i, (x0, x1) in enumerate(columns) if min(run.box[2], x1) - max(run.box[0], x0) > slack]
    if not over:
        over = [i for i, (x0, x1) in enumerate(columns) if min(run.box[2], x1) - max(run.box[0], x0) > 0]
    if over:
        return over[0], over[-1]
    centre = (run.box[0] + run.box[2]) / 2
    near = min(range(len(columns)), key=lambda i: abs((columns[i][0] + columns[i][1]) / 2 - centre))
    return near, near


def edges_of(columns: Sequence[Span], extent: Span | None) -> tuple[float, ...]:
    """Edges of columns: the middle of each gutter; outside, the ends of the rules where they reach as far."""
    left, right = columns[0][0] - MARGIN, columns[-1][1] + MARGIN
    if extent is not None:
        left, right = min(left, extent[0]), max(right, extent[1])
    return (left, *((a[1] + b[0]) / 2 for a, b in pairwise(columns)), right)


# ----------------------------------------------------------------------------------------------------------- rows
def rows_of(table: Tableau, columns: Sequence[Span]) -> list[list[Band]]:
    """Bands of the body gathered to rows: each row has one band with numbers, or none."""
    em = table.em
    heights = [rule[0] for rule in full_rules(table)]
    strips: list[list[Band]] = []
    last: int | None = None
    for band in table.body:
        here = sum(1 for y in heights if y < band.middle)
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
        for near in _near(block, _SAME_ROW * em):
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
    heights = [rule[0] for rule in full_rules(table)]
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
    inside = [at for at in heights if min(bottom, top) - 1 <= at <= max(bottom, top) + 1]
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
    others = {c for other in band.runs if other is not run for c in range(*_open(column_range(other, columns)))}
    named = {c for other in later for c in range(*_open(column_range(other, columns)))} - others
    best = (first, last)
    for left in range(first, -1, -1):
        if left not in named:
            break
        for right in range(last, len(columns)):
            if right not in named:
                break
            if right - left > best[1] - best[0] and _is_centred(run, left, right, later, columns):
                best = (left, right)
    return best


def _is_centred(run: Line, left: int, right: int, later: Sequence[Line], columns: Sequence[Span]) -> bool:
    """Whether a header's text is centred over these columns, or over the texts that name them below it."""
    boxes = [other.box for other in later if left <= column_range(other, columns)[0] <= right]
    x0, x1 = min((box[0] for box in boxes), default=columns[left][0]), max((box[2] for box in boxes), default=0.0)
    a, b = min(x0, columns[left][0]), max(x1, columns[right][1])
    twice = run.box[0] + run.box[2]
    return min(abs(a + b - twice), abs(x0 + x1 - twice)) < 2 * _CENTRED * run.size


def _open(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], span[1] + 1
