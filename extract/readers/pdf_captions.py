"""Rows of text that stand unruled right above a grid (部门 / 年度 / 单位), which in Word are the table's first row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.document import Box
from extract.readers.lines import Line, runs_of

_LABELLED = re.compile(
    r"(?:单位|部门|年度|时间|日期|编制|编报|填报|公开|截止|截至)[^：:]{0,10}[:：].+|[（(]?(?:金额)?单位[:：]?(?:人民币)?[万亿千]?元[)）]?"
)
_PROSE = re.compile(r"[。；！？]")
_LONGEST = 45  # characters of one caption text
_MOST_ROWS = 3
_REACH = 2.0  # sizes of a character between a caption and what it stands on


@dataclass(frozen=True)
class CaptionText:
    """One text of a caption row, its lines joined by "\\n"."""

    text: str
    box: Box


@dataclass(frozen=True)
class CaptionRow:
    """One row; lines: those of the page that it is made of."""

    texts: tuple[CaptionText, ...]
    lines: tuple[Line, ...]
    top: float
    bottom: float


def caption_rows(lines: Sequence[Line], grid: Box) -> list[CaptionRow]:
    """Caption rows above `grid`, top to bottom. lines: free lines of the page above the grid, top to bottom."""
    rows: list[CaptionRow] = []
    edge = grid[1]
    for group in reversed(_visual_rows([line for line in lines if line.box[3] <= grid[1] + line.size / 2])):
        row = _caption(group, grid)
        size = max(line.size for line in group)
        if row is None or edge - row.bottom > _REACH * size or len(rows) == _MOST_ROWS:
            break
        rows.insert(0, row)
        edge = row.top
    return rows


def place_in_columns(row: CaptionRow, edges: Sequence[float]) -> list[tuple[int, int, CaptionText]]:
    """(col, colspan, text): each text over the columns it overlaps; texts over the same column become one."""
    placed: list[tuple[int, int, CaptionText]] = []
    last = len(edges) - 2
    for text in row.texts:
        start = min(max(_column(edges, text.box[0] + 1), 0), last)
        end = min(max(_column(edges, text.box[2] - 1), start), last)
        if placed:
            before_col, before_span, before = placed[-1]
            before_end = before_col + before_span - 1
            if start <= before_end:
                start = before_end + 1 if end > before_end else start
            if start <= before_end or start > last:
                joined = CaptionText(f"{before.text} {text.text}", _union(before.box, text.box))
                placed[-1] = (before_col, before_span, joined)
                continue
        placed.append((start, end - start + 1, text))
    return placed


def _column(edges: Sequence[float], x: float) -> int:
    return sum(1 for edge in edges if edge <= x) - 1


def _visual_rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that overlap vertically stand in one row: a text wrapped over two lines beside one of a single line."""
    rows: list[list[Line]] = []
    bottom = 0.0
    for line in lines:
        if rows and line.box[1] < bottom - 0.2 * line.size:
            rows[-1].append(line)
            bottom = max(bottom, line.box[3])
        else:
            rows.append([line])
            bottom = line.box[3]
    return rows


def _caption(group: list[Line], grid: Box) -> CaptionRow | None:
    blocks: list[list[Line]] = []
    for line in group:
        for run in runs_of(line):
            for block in blocks:
                if any(min(run.box[2], b.box[2]) - max(run.box[0], b.box[0]) > 0.3 * run.size for b in block):
                    block.append(run)
                    break
            else:
                blocks.append([run])
    blocks.sort(key=lambda block: block[0].box[0])
    texts: list[CaptionText] = []
    labelled = False
    for block in blocks:
        box = block[0].box
        for run in block[1:]:
            box = _union(box, run.box)
        text = "\n".join(run.text for run in block)
        bare = "".join(text.split())
        centre = (box[0] + box[2]) / 2
        if len(bare) > _LONGEST or _PROSE.search(bare) or not grid[0] <= centre <= grid[2]:
            return None
        labelled = labelled or bool(_LABELLED.search(bare) if len(blocks) > 1 else _LABELLED.fullmatch(bare))
        texts.append(CaptionText(text, box))
    if not labelled:
        return None
    return CaptionRow(
        tuple(texts), tuple(group), min(line.box[1] for line in group), max(line.box[3] for line in group)
    )


def _union(a: Box, b: Box) -> Box:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
