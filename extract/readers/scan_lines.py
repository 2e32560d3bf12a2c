"""Ruling lines of a straightened page, by morphology: long thin dark runs across and down, in points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import cv2
import numpy as np

from extract.readers.lattice import Lattice
from extract.readers.rulings import Rule
from extract.readers.rulings import ruled_grids as grids_of

if TYPE_CHECKING:
    Raster: TypeAlias = np.ndarray[Any, Any]

_LONG: Final = 13.0  # points: a run shorter than this may be a stroke of a character
_SELF: Final = 40.0  # points: a run this long is a rule by itself
_MEET: Final = 2.2  # points between a rule's end and the rule it ends at
_GRID: Final = 60.0  # points: the longer side of the smallest table; a character drawn of boxes (目, 国) is smaller
_CROSSED: Final = 0.12  # share of a short run's length that print touches
_CROSSED_LONG: Final = 0.3  # and of a long one's
_CONTRAST: Final = 18  # of 255: by which a ruling is darker, on the average along it, than the paper beside it
_HALF: Final = 1.1  # points: half of the thickness taken away with a ruling
_FAINT: Final = 208  # of 255: hairlines lose their black where they are thinner than a pixel
_THICK: Final = 4.5  # points: anything thicker is a filled area


def ruled_grids(paper: Raster, scale: float) -> tuple[list[Lattice], Raster]:
    """(ruled grids, top to bottom, in points; mask of the pixels of its rulings)."""
    across, down = _held(_lines(paper, scale, max), _lines(np.ascontiguousarray(paper.T), scale, min))
    grids = [grid for grid in grids_of(across, down) if _extent(grid) >= _GRID]
    mask = np.zeros_like(paper)
    half = _HALF * scale
    for at, start, end in across:
        mask[max(0, round(at * scale - half)) : round(at * scale + half), round(start * scale) : round(end * scale)] = 1
    for at, start, end in down:
        mask[round(start * scale) : round(end * scale), max(0, round(at * scale - half)) : round(at * scale + half)] = 1
    return grids, mask


def _extent(grid: Lattice) -> float:
    x0, top, x1, bottom = grid.box
    return max(x1 - x0, bottom - top)


def _held(across: list[Rule], down: list[Rule]) -> tuple[list[Rule], list[Rule]]:
    """Rules that are long, or end on both sides at others that are: a short free run is a stroke of print."""
    kept: tuple[list[Rule], list[Rule]] = ([], [])
    short: tuple[list[Rule], list[Rule]] = ([], [])
    for index, rules in enumerate((across, down)):
        for rule in rules:
            (kept if rule[2] - rule[1] >= _SELF else short)[index].append(rule)
    for _ in range(3):
        found = [[rule for rule in short[i] if _ends_meet(rule, kept[1 - i])] for i in (0, 1)]
        for i in (0, 1):
            kept[i].extend(found[i])
            short[i][:] = [rule for rule in short[i] if rule not in found[i]]
    return kept


def _ends_meet(rule: Rule, others: list[Rule]) -> bool:
    at, start, end = rule
    crossing = [other[0] for other in others if other[1] - _MEET <= at <= other[2] + _MEET]
    return any(abs(x - start) <= _MEET for x in crossing) and any(abs(x - end) <= _MEET for x in crossing)


def _lines(paper: Raster, scale: float, worse: Callable[[Iterable[float]], float]) -> list[Rule]:
    """Long thin level runs. A hairline in noise is dark only on the average along it; so is a row of strokes of print,
    which is told by what touches it from its sides."""
    dark = (cv2.GaussianBlur(paper, (3, 3), 0) < _FAINT).astype(np.uint8)
    level = cv2.blur(paper, (11, 1))
    beside = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((round(_THICK * scale), 1), np.uint8))
    level = (cv2.subtract(beside, level) > _CONTRAST).astype(np.uint8)
    level = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    runs = cv2.morphologyEx(level, cv2.MORPH_OPEN, np.ones((1, round(_LONG * scale)), np.uint8))
    count, labels, stats, centres = cv2.connectedComponentsWithStats(runs, connectivity=8)
    rules: list[Rule] = []
    for label in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[label])
        if area / w > _THICK * scale or _is_crossed(dark, (x, y, w, h), scale, worse):
            continue
        if h <= (_THICK + 1) * scale:
            rules.append((float(centres[label][1] + 0.5) / scale, x / scale, (x + w) / scale))
        else:
            rules.extend(_leaning(labels[y : y + h, x : x + w] == label, x, y, scale))
    return rules


def _is_crossed(
    dark: Raster, run: tuple[int, int, int, int], scale: float, worse: Callable[[Iterable[float]], float]
) -> bool:
    """Whether much print touches the run between its ends: then it is made of strokes of print.

    worse: which of the two sides of a long run counts. A line of print stands on a false level run, so one side is
    enough; a number may be set tight against a ruling that goes down, but no print runs down on both sides of it.
    """
    x, y, w, h = run
    end = round(_MEET * scale)
    reach = max(2, round(0.8 * scale))
    inner = slice(x + end, max(x + w - end, x + end + 1))
    touched = [dark[max(0, y - reach) : max(0, y - 1), inner], dark[y + h + 1 : y + h + reach, inner]]
    shares = [float(side.any(axis=0).mean()) if side.size else 0.0 for side in touched]
    if w < _SELF * scale:
        return sum(shares) > 2 * _CROSSED
    return worse(shares) > _CROSSED_LONG


def _leaning(part: Raster, x: int, y: int, scale: float) -> list[Rule]:
    """A run that climbs (paper that was not flat) as short level ones."""
    step = max(1, round(2 * _LONG * scale))
    found: list[Rule] = []
    for start in range(0, part.shape[1], step):
        rows, cols = np.nonzero(part[:, start : start + step])
        if len(rows):
            at = (y + float(rows.mean()) + 0.5) / scale
            found.append((at, (x + start + int(cols.min())) / scale, (x + start + int(cols.max()) + 1) / scale))
    return found
