"""Texts that stand in columns of a table nobody ruled. Geometry and text only: no page, no document.

A band is one printed line cut into runs. Columns are what the runs of all bands leave between clear gutters; rows are
the bands that print numbers, with the parts of a wrapped label drawn to them; the header is the tree of its texts over
the columns (`aligned_layout`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import median

from extract.document import Box
from extract.readers.lines import Line, cell_text, cut_line

Span = tuple[float, float]
Rule = tuple[float, float, float]

RUN_GAP = 1.0  # sizes of a character: a wider gap inside a line parts two texts …
_NUMBER_GAP = 0.3  # … and a smaller one an amount from its neighbour
GUTTER = 0.3  # sizes between two columns, in every row …
TEXT_GUTTER = 1.0  # … and between two columns of words
SAME_ROW = 0.8  # widths of 汉字 between the middles of lines that cannot be of two rows …
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
        if len(self.runs) == 1:
            return self.runs[0].text
        return cell_text(char for run in self.runs for char in run.chars)


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
    text, x0, x1, _ = line.source.letters
    starts, gaps, end = [line.first], [0.0], x1[line.first]
    nearest = _NUMBER_GAP * line.size
    for n in range(line.first + 1, line.last):
        if text[n].isspace():
            continue
        if x0[n] - end > nearest:
            starts.append(n)
            gaps.append(x0[n] - end)
        end = x1[n]
    runs: list[int] = []
    before = False
    for start, stop, gap in zip(starts, [*starts[1:], line.last], gaps, strict=True):
        part = text[start:stop].strip()
        amount = bool(STRONG.fullmatch(part))
        apart = gap > RUN_GAP * line.size or amount or (before and not _AFTER_NUMBER.match(part))
        runs += [(runs[-1] + apart if runs else 0)] * (stop - start)
        before = amount or bool(CODE.fullmatch(part))
    return Band(line, tuple(cut_line(line, runs)))


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
        set(range(a, b + 1)) <= set(named) and is_centred(run, a, b, below, columns)
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


def is_centred(run: Line, left: int, right: int, later: Sequence[Line], columns: Sequence[Span]) -> bool:
    """Whether a header's text is centred over these columns, or over the texts that name them below it."""
    boxes = [other.box for other in later if left <= column_range(other, columns)[0] <= right]
    x0, x1 = min((box[0] for box in boxes), default=columns[left][0]), max((box[2] for box in boxes), default=0.0)
    a, b = min(x0, columns[left][0]), max(x1, columns[right][1])
    twice = run.box[0] + run.box[2]
    return min(abs(a + b - twice), abs(x0 + x1 - twice)) < 2 * _CENTRED * run.size


def open_range(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], span[1] + 1
