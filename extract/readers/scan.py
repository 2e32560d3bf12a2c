"""Pictures of pages → the same page content that a text layer gives: characters in place, cells between rulings.

Grids come from the drawn lines, as in a PDF; each line of print inside a cell is cut out by its ink and read alone, so
no text can run over a ruling. Print outside grids is found by the line finder. Nothing read is ever put right: where
two looks at a number differ, or nobody would print it so, or its decimals are not those of its column, its confidence
is low.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import cv2
import numpy as np

from extract.document import Box
from extract.readers.lattice import Lattice
from extract.readers.pdf_page import NO_CHARS, Char, Chars, PageContent
from extract.readers.scan_lines import ruled_grids
from extract.readers.scan_page import Scan, straighten
from extract.readers.scan_text import LineReader, PixelBox, ReadChar

if TYPE_CHECKING:
    Raster: TypeAlias = np.ndarray[Any, Any]

SURE: Final = 0.8  # a cell below this is told to the reader of the data
_DOUBTFUL: Final = 0.4  # what a number keeps that two looks or a count of its marks speak against
_SECOND_LOOK: Final = 0.98
_NUMBER: Final = re.compile(r"[-－+]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?[%％]?")
_NUMERIC: Final = re.compile(r"[\d.,，．。·:：'’\-－—+%％oOlI|]*\d[\d.,，．。·:：'’\-－—+%％oOlI|]*")
_ODD: Final = re.compile(r"[.,，．。·:：'’oOlI|]")
_DATED: Final = re.compile(r"\d{4}([.年]\d{1,2}){1,2}")
_IN_STEP: Final = 0.6  # share of a column's numbers that have as many decimals
_LEAST: Final = 8  # characters from which a page says which way it is turned
_DIRT: Final = 1.3  # points: a mark smaller than this both ways, alone in its line, is not print
_USUAL: Final = 10.0  # points of height of a line, where a page has none to measure


@dataclass(frozen=True)
class ScannedPage:
    """content: in the straight upright frame, every Char with its confidence. scan: how it was straightened.

    doubts: boxes of print that could not be read at all, with their confidence. stacked: share of the lines that are
    one of several single characters in their cell, as letters of a line are on a page that lies sideways.
    """

    content: PageContent
    scan: Scan
    doubts: tuple[tuple[Box, float], ...]
    stacked: float = 0.0

    def to_shown(self, box: Box, *, turned: bool = False) -> Box:
        """Box on the page as scanned. turned: the box has already left the upright frame (`PageContent.to_shown`)."""
        sideways = self.content.turn in {90, 270}
        return self.scan.leaning(box if turned else self.content.to_shown(box), sideways=sideways)

    def to_straight(self, box: Box) -> Box:
        """The way back: from the page as scanned into the upright straight frame."""
        width, height, turn = self.content.width, self.content.height, self.content.turn
        sideways = turn in {90, 270}
        shown = PageContent(0, *((height, width) if sideways else (width, height)), NO_CHARS, [], -turn % 360)
        return shown.to_shown(self.scan.leaning(box, sideways=sideways, back=True))

    @property
    def confidence(self) -> float:
        """Mean over the characters; 1 where there are none."""
        sure = [char.confidence for char in self.content.chars if char.confidence is not None]
        return sum(sure) / len(sure) if sure else 1.0


@dataclass(frozen=True)
class _Line:
    """One line of print: its ink, and the box it must be cut out within; both in pixels. cell: number of its cell."""

    ink: PixelBox
    room: PixelBox
    cell: int | None = None


@dataclass(frozen=True)
class _Cut:
    """A line cut out of its page; left, right: x of its edges there, in pixels."""

    picture: Raster
    left: int
    right: int


_Read: TypeAlias = tuple[_Line, list[ReadChar], _Cut]


def read_picture(picture: Raster, scale: float, number: int, reader: LineReader) -> ScannedPage:
    """The page of `picture` (height, width, 3: red, green, blue), `scale` pixels per point; turned upright."""
    page = _read_upright(picture, scale, number, reader, 0)
    if len(page.content.chars) < _LEAST or (page.confidence >= 0.75 and page.stacked < 0.4):
        return page
    turned = [page]
    for turn in (90, 270, 180):
        around = np.ascontiguousarray(np.rot90(picture, -turn // 90))
        turned.append(_read_upright(around, scale, number, reader, turn))
    best = max(turned, key=_legible)
    return best if _legible(best) > _legible(page) + 0.1 else page


def _legible(page: ScannedPage) -> float:
    return page.confidence * (1 - page.stacked) if len(page.content.chars) >= _LEAST else 0.0


def _read_upright(picture: Raster, scale: float, number: int, reader: LineReader, turn: int) -> ScannedPage:
    scan = straighten(picture, scale)
    grids, rulings = ruled_grids(scan.paper, scale)
    letters = np.where(rulings > 0, 0, scan.ink).astype(np.uint8)
    lines = _lines_in_cells(letters, grids, scale)
    lines += _lines_outside(scan, letters, grids, reader)
    chars, doubts, stacked = _read_lines(scan, letters, lines, reader)
    content = PageContent(number, scan.width, scan.height, Chars.of(chars), grids, turn, n_images=1)
    return ScannedPage(content, scan, tuple(doubts), stacked)


# ------------------------------------------------------------------------------------------------------ lines of print


def _lines_in_cells(letters: Raster, grids: Sequence[Lattice], scale: float) -> list[_Line]:
    rooms = [_pixels(cell.box, scale, 1.0) for grid in grids for cell in grid.cells]
    rooms = [room for room in rooms if room[2] - room[0] > 2 and room[3] - room[1] > 2]
    bands = [_bands(letters[top:bottom, x0:x1]) for x0, top, x1, bottom in rooms]
    heights = sorted(b - a for found in bands for a, b in found if b - a > 5 * scale)
    usual = heights[len(heights) // 2] if heights else round(_USUAL * scale)
    lines: list[_Line] = []
    for number, ((x0, top, x1, bottom), found) in enumerate(zip(rooms, bands, strict=True)):
        joined = _joined_bands(found, usual)
        for index, (a, b) in enumerate(joined):
            ink = _shrunk(letters, (x0, top + a, x1, top + b))
            if max(ink[2] - ink[0], ink[3] - ink[1]) < _DIRT * scale:
                continue
            above = (joined[index - 1][1] + a) // 2 if index else 0
            below = (joined[index + 1][0] + b + 1) // 2 if index + 1 < len(joined) else bottom - top
            lines.append(_Line(ink, (x0, top + above, x1, top + below), number))
    return lines


def _bands(part: Raster) -> list[tuple[int, int]]:
    """Runs of rows that hold ink."""
    rows = np.concatenate(([0], part.any(axis=1).astype(np.int8), [0]))
    edges = np.flatnonzero(np.diff(rows))
    return [(int(edges[i]), int(edges[i + 1])) for i in range(0, len(edges), 2)]


def _joined_bands(bands: Sequence[tuple[int, int]], usual: int) -> list[tuple[int, int]]:
    """Parts of one line that no ink joins (二, 三, the dot of a mark) put together."""
    joined: list[tuple[int, int]] = []
    for band in bands:
        if joined:
            last = joined[-1]
            partial = min(last[1] - last[0], band[1] - band[0]) < 0.6 * usual
            if partial and band[1] - last[0] <= 1.2 * usual and band[0] - last[1] <= 0.45 * usual:
                joined[-1] = (last[0], band[1])
                continue
        joined.append(band)
    return joined


def _lines_outside(scan: Scan, letters: Raster, grids: Sequence[Lattice], reader: LineReader) -> list[_Line]:
    outside = letters.copy()
    paper = scan.paper.copy()
    for grid in grids:
        box = _pixels(grid.box, scan.scale, -1.5)
        outside[box[1] : box[3], box[0] : box[2]] = 0
        paper[box[1] : box[3], box[0] : box[2]] = 255
    lines: list[_Line] = []
    height, width = paper.shape
    for top, bottom in _strips(outside, scan.scale):
        columns = np.flatnonzero(outside[top:bottom].any(axis=0))
        margin = round(8 * scan.scale)
        x0, x1 = max(0, int(columns[0]) - margin), min(width, int(columns[-1]) + margin)
        y0, y1 = max(0, top - margin), min(height, bottom + margin)
        for a, b, c, d in reader.find(paper[y0:y1, x0:x1]):
            room = (a + x0, b + y0, c + x0, d + y0)
            ink = _shrunk(outside, room)
            if min(ink[2] - ink[0], ink[3] - ink[1]) > 0 and max(ink[2] - ink[0], ink[3] - ink[1]) > 2 * scan.scale:
                lines.append(_Line(ink, room))
    return lines


def _strips(outside: Raster, scale: float) -> list[tuple[int, int]]:
    """Bands of the page that hold print outside grids; those that are near to each other are one."""
    strips: list[tuple[int, int]] = []
    for top, bottom in _bands(cv2.morphologyEx(outside, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))):
        if strips and top - strips[-1][1] < 30 * scale:
            strips[-1] = (strips[-1][0], bottom)
        else:
            strips.append((top, bottom))
    return strips


def _pixels(box: Box, scale: float, inset: float) -> PixelBox:
    """Box in pixels; inset in points (rulings are this thick)."""
    x0, top, x1, bottom = box
    return (
        max(0, round((x0 + inset) * scale)),
        max(0, round((top + inset) * scale)),
        max(0, round((x1 - inset) * scale)),
        max(0, round((bottom - inset) * scale)),
    )


def _shrunk(letters: Raster, box: PixelBox) -> PixelBox:
    """The box around the ink in `box`; an empty one where there is none."""
    x0, top, x1, bottom = box
    part = letters[top:bottom, x0:x1]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return (x0, top, x0, top)
    return (x0 + int(columns[0]), top + int(rows[0]), x0 + int(columns[-1]) + 1, top + int(rows[-1]) + 1)


# ------------------------------------------------------------------------------------------------------------- reading


def _read_lines(
    scan: Scan, letters: Raster, lines: Sequence[_Line], reader: LineReader
) -> tuple[list[Char], list[tuple[Box, float]], float]:
    """(characters, boxes of what could not be read, share of stacked lines)."""
    usual = _usual_height(lines, scan.scale)
    cuts = [_cut(scan.paper, line, usual, 0.16) for line in lines]
    read = list(zip(lines, reader.read([cut.picture for cut in cuts]), cuts, strict=True))
    read = _with_split(scan, letters, read, usual, reader)
    again = [i for i, (_, text, _) in enumerate(read) if _wants_second_look(text)]
    closer = [_cut(scan.paper, read[i][0], usual, 0.3).picture for i in again]
    closer = [cv2.resize(one, None, fx=1.15, fy=1.0, interpolation=cv2.INTER_CUBIC) for one in closer]
    for index, second in zip(again, reader.read(closer), strict=True):
        line, first, cut = read[index]
        read[index] = (line, _compared(first, second), cut)
    chars: list[Char] = []
    doubts: list[tuple[Box, float]] = []
    odd = _out_of_step(read)
    for index, (line, text, cut) in enumerate(read):
        if not any(char.text.strip() for char in text):
            doubts.append((_points(line.ink, scan.scale), 0.0))
            continue
        checked = _checked(text) if _is_numeric(text) else text
        checked = _capped(checked, _DOUBTFUL) if index in odd else checked
        chars.extend(_placed(checked, line, cut, scan.scale))
    return chars, doubts, _stacked(read)


def _stacked(read: Sequence[_Read]) -> float:
    in_cells: dict[int, list[int]] = defaultdict(list)
    stacked = 0
    for line, text, _ in read:
        if line.cell is not None:
            in_cells[line.cell].append(len(text))
        else:
            stacked += line.ink[3] - line.ink[1] > 3 * (line.ink[2] - line.ink[0])
    stacked += sum(len(found) for found in in_cells.values() if len(found) >= 3 and max(found) <= 1)
    return stacked / max(len(read), 1)


def _with_split(scan: Scan, letters: Raster, read: list[_Read], usual: float, reader: LineReader) -> list[_Read]:
    """Where the letters of two lines touch, the ink is one high band: cut at its barest row, if that reads better."""
    heights = sorted(line.ink[3] - line.ink[1] for line, _, _ in read)
    low = max(heights[len(heights) // 4] if heights else 0, 5 * scan.scale)  # on many a page most bands are two lines
    tries: dict[int, list[list[_Line]]] = {}
    for index, (line, text, _) in enumerate(read):
        high = line.ink[3] - line.ink[1]
        if high > 1.45 * low and _mean(text) < 0.985:
            counts = {max(2, math.floor(high / (1.15 * low))), max(2, math.ceil(high / (1.15 * low)))}
            tries[index] = [_split(letters, line, count, usual) for count in sorted(counts)]
    parts = [part for splits in tries.values() for split in splits for part in split]
    if not parts:
        return read
    cuts = [_cut(scan.paper, part, 0.8 * usual, 0.1) for part in parts]
    again = iter(zip(parts, reader.read([cut.picture for cut in cuts]), cuts, strict=True))
    result: list[_Read] = []
    for index, one in enumerate(read):
        best, sure = [one], _mean(one[1])
        for split in tries.get(index, []):
            found = [next(again) for _ in split]
            if len(found) > 1 and (mean := sum(_mean(text) for _, text, _ in found) / len(found)) > sure:
                best, sure = found, mean
        result.extend(best)
    return result


def _split(letters: Raster, line: _Line, count: int, usual: float) -> list[_Line]:
    x0, top, x1, bottom = line.ink
    rows = letters[top:bottom, x0:x1].sum(axis=1)
    edges = [0]
    for number in range(1, count):
        about = round((bottom - top) * number / count)
        reach = max(1, round(min(0.25 * usual, (bottom - top) / count / 3)))
        low = max(about - reach, edges[-1] + 1)
        edges.append(low + int(np.argmin(rows[low : about + reach])))
    edges.append(bottom - top)
    parts = []
    for a, b in pairwise(edges):
        ink = _shrunk(letters, (x0, top + a, x1, top + b))
        if ink[2] > ink[0]:
            upper = line.room[1] if a == 0 else top + a
            lower = line.room[3] if b == bottom - top else top + b
            parts.append(_Line(ink, (line.room[0], upper, line.room[2], lower), line.cell))
    return parts


def _mean(chars: Sequence[ReadChar]) -> float:
    return sum(char.sure for char in chars) / len(chars) if chars else 0.0


def _usual_height(lines: Sequence[_Line], scale: float) -> float:
    heights = sorted(line.ink[3] - line.ink[1] for line in lines)
    return max(heights[len(heights) // 2] if heights else 0, 5 * scale)


def _cut(paper: Raster, line: _Line, usual: float, pad: float) -> _Cut:
    """The line cut out with white around it."""
    x0, top, x1, bottom = line.ink
    high = max(bottom - top, 0.75 * usual)
    middle = (top + bottom) / 2
    y0, y1 = round(middle - high * (0.5 + pad)), round(middle + high * (0.5 + pad))
    side = max(2, round(high * 0.25))
    left, right = x0 - side, x1 + side
    picture = np.full((y1 - y0, right - left), 255, np.uint8)
    a, b = max(left, line.room[0], 0), min(right, line.room[2], paper.shape[1])
    c, d = max(y0, line.room[1], 0), min(y1, line.room[3], paper.shape[0])
    if a < b and c < d:
        picture[c - y0 : d - y0, a - left : b - left] = paper[c:d, a:b]
    return _Cut(picture, left, right)


def _text(chars: Sequence[ReadChar]) -> str:
    return "".join(char.text for char in chars)


def _is_numeric(chars: Sequence[ReadChar]) -> bool:
    return _NUMERIC.fullmatch("".join(_text(chars).split())) is not None


def _wants_second_look(chars: Sequence[ReadChar]) -> bool:
    if not chars:
        return True
    if not _is_numeric(chars):
        return False
    bare = "".join(_text(chars).split())
    return _NUMBER.fullmatch(bare) is None or min(char.sure for char in chars) < _SECOND_LOOK


def _compared(first: list[ReadChar], second: list[ReadChar]) -> list[ReadChar]:
    """Of two looks the surer one; where they differ, neither is trusted."""
    if not first or not second:
        return _capped(first or second, _DOUBTFUL)
    better = max(first, second, key=lambda chars: min(char.sure for char in chars))
    if "".join(_text(first).split()) != "".join(_text(second).split()):
        return _capped(better, _DOUBTFUL)
    return better


def _capped(chars: list[ReadChar], most: float) -> list[ReadChar]:
    return [ReadChar(char.text, char.at, min(char.sure, most)) for char in chars]


def _checked(chars: list[ReadChar]) -> list[ReadChar]:
    """A number that nobody would print (151,73) is not trusted."""
    bare = "".join(_text(chars).split())
    if _ODD.search(bare) and not _NUMBER.fullmatch(bare) and not _DATED.fullmatch(bare):
        return _capped(chars, _DOUBTFUL)
    return chars


def _out_of_step(read: Sequence[_Read]) -> set[int]:
    """Indexes of numbers without the decimals that the others of their column have (a lost point or digit).

    Years and short whole numbers (numbers of lines and columns) are left alone.
    """
    columns: dict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
    for index, (line, text, _) in enumerate(read):
        bare = "".join(_text(text).split())
        if _NUMBER.fullmatch(bare) and not bare.endswith(("%", "％")):
            whole, _, part = bare.partition(".")
            digits = sum(char.isdecimal() for char in whole)
            kind = 0 if digits == 4 and not part and whole.startswith(("19", "20")) else digits
            columns[(line.room[0], line.room[2])].append((index, len(part), kind))
    odd: set[int] = set()
    for numbers in columns.values():
        usual, count = Counter(decimals for _, decimals, _ in numbers).most_common(1)[0]
        if usual and count >= 4 and count >= _IN_STEP * len(numbers):
            odd |= {i for i, decimals, digits in numbers if decimals != usual and (decimals or digits > usual)}
    return odd


def _placed(chars: Sequence[ReadChar], line: _Line, cut: _Cut, scale: float) -> list[Char]:
    """Characters with boxes: as high as the line's ink, as wide as their neighbours leave them."""
    x0, top, x1, bottom = (value / scale for value in line.ink)
    drawn = [char for char in chars if char.text.strip()]
    tall = any(char.text > "\u2e7f" for char in drawn)
    size = max((bottom - top) / (0.92 if tall else 0.72), 4.0)
    at = [min(max((cut.left + char.at * (cut.right - cut.left)) / scale, x0), x1) for char in chars]
    placed: list[Char] = []
    for index, char in enumerate(chars):
        half = 0.5 * size if char.text > "\u2e7f" else 0.3 * size
        before = (at[index] - at[index - 1]) / 2 if index else half
        after = (at[index + 1] - at[index]) / 2 if index + 1 < len(chars) else half
        near = 1.3 * half
        start, end = at[index] - (before if before < near else half), at[index] + (after if after < near else half)
        start, end = max(start, x0), min(max(end, start + 0.1), x1 + 0.1)
        placed.append(Char(char.text, min(start, end - 0.1), top, end, bottom, round(size, 1), round(char.sure, 3)))
    return placed


def _points(box: PixelBox, scale: float) -> Box:
    return (box[0] / scale, box[1] / scale, box[2] / scale, box[3] / scale)
