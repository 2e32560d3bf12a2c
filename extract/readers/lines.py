"""Characters → lines of text, in reading order, by position only (digits may sit on another baseline than 汉字).

All characters of a page are sorted at once: each has an owner (a cell, or the page outside cells), and lines are told
inside an owner. What is left to do one by one is done for runs of characters that stand on the same height.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Final, NamedTuple

import numpy as np

from extract.document import Box
from extract.readers import char_loops as loops
from extract.readers.overprint import separate
from extract.readers.pdf_page import Char, Chars, Codes, Floats, Ints, Marks, Mask, text_of_codes

_OVER: Final = 0.3  # of its width: writing does not come nearer to the character before … (as in `char_loops`)
_FEWEST: Final = 2  # … in one line more often than this
_HAN: Final = 0x2E80  # the first code point of East Asian scripts


@dataclass(frozen=True, eq=False)
class TextLines:
    """Lines by owner, then from top to bottom; one value of each column for each line.

    chars: of all lines, each line's from left to right; those of line n are start[n] … start[n + 1] - 1. text: spaces
    as drawn, and one where a gap stands for a space that was not drawn. x0 … bottom: around what is not white. size:
    of most of its characters; largest: the greatest of their sizes. spaced: of each character, a space
    that was not drawn stands before it. is_apart: texts printed over each other were told apart.
    """

    chars: Chars
    start: list[int]
    owner: list[int]
    text: list[str]
    x0: list[float]
    top: list[float]
    x1: list[float]
    bottom: list[float]
    size: list[float]
    largest: list[float]
    spaced: Mask
    is_apart: bool = False

    def __len__(self) -> int:
        return len(self.owner)

    @cached_property
    def letters(self) -> tuple[str, list[float], list[float], list[bool]]:
        """(all characters, left and right edge of each, whether a space that was not drawn stands before it)."""
        return self.chars.text, self.chars.x0.tolist(), self.chars.x1.tolist(), self.spaced.tolist()


@dataclass(eq=False)  # made for every line of a document: frozen would cost twice the time
class Line:
    """One printed line (or a run of it); never changed. text: white space at its ends left out; box: upright frame.

    size: of most of its characters. Those are number first … last - 1 of source, white ones at the ends left out.
    """

    text: str
    box: Box
    size: float
    source: TextLines
    first: int
    last: int

    @cached_property
    def chars(self) -> tuple[Char, ...]:
        """Its characters from left to right."""
        return tuple(self.source.chars.take(slice(self.first, self.last)))


def glued_end(line: Line, marks: str) -> float:
    """Right edge of what cannot be broken off the start of a line: a number or word, or one character and a mark."""
    text, _, x1, _ = line.source.letters
    is_ascii, end = text[line.first].isascii(), x1[line.first]
    for n in range(line.first + 1, line.last):
        if not (is_ascii and text[n].isascii() and not text[n].isspace()) and text[n] not in marks:
            break
        end = x1[n]
    return end


def text_lines(chars: Chars, owner: Ints) -> TextLines:
    """The lines of all owners (≥ 0). White characters are kept where a line is; on no line they were not printed."""
    white = chars.is_space.view(np.uint8)
    drawn = (white == 0).nonzero()[0]
    if not len(drawn):
        return _NO_LINES
    drawn = drawn[np.lexsort(((chars.top + chars.bottom)[drawn], owner[drawn]))]
    which, lines = _numbered(chars, owner, white, drawn)
    order = np.lexsort((chars.x1[which], chars.x0[which], lines))
    which, lines = which[order], lines[order]
    apart = _told_apart(chars, which, lines)
    if apart is not None:
        lines, order = apart
        which = which[order]
    return _measured(chars.take(which), owner[which], lines, apart is not None)


def _numbered(chars: Chars, owner: Ints, white: Marks, drawn: Ints) -> tuple[Ints, Ints]:
    """(characters that stand on a line, the number of it, counted over all owners).

    drawn: what is not white, by owner, then by height of the middle.
    """
    n = len(drawn)
    bands: Floats = np.empty((2, n))
    line_owner: Ints = np.empty(n, dtype=np.int64)
    line: Ints = np.empty(len(white), dtype=np.int64)
    n_lines = loops.number_lines(drawn, owner, chars.top, chars.bottom, line, line_owner, bands)
    which: Ints = np.empty(len(white), dtype=np.int64)
    which[:n] = drawn
    end = n
    if n < len(white):
        ends: Floats = np.empty(n_lines)
        end += loops.place_spaces(
            white, owner, chars.top, chars.bottom, line, line_owner[:n_lines], bands, ends, which[n:]
        )
    which = which[:end]
    return which, line[which]


def _told_apart(chars: Chars, which: Ints, lines: Ints) -> tuple[Ints, Ints] | None:
    """(new line numbers, new order) where texts are printed over each other on one line; None where none are."""
    x0, x1 = chars.x0[which], chars.x1[which]
    if loops.count_crowded(lines, x0, x1) < _FEWEST:
        return None
    closer = (lines[1:] == lines[:-1]) & (x0[1:] < x1[:-1] - _OVER * (x1[:-1] - x0[:-1]))
    part: Ints = np.zeros(len(lines), dtype=np.int64)
    for number, count in Counter(lines[1:][closer].tolist()).items():
        if count < _FEWEST:
            continue
        found = np.flatnonzero(lines == number)
        ordered = list(chars.take(which[found]))
        as_drawn = np.argsort(which[found], kind="stable")
        told = separate([ordered[n] for n in as_drawn.tolist()], ordered)
        at = {id(char): n for n, text in enumerate(told) for char in text}
        part[found] = [at[id(char)] for char in ordered]
    if not part.any():
        return None
    order = np.lexsort((x1, x0, part, lines))
    together = (lines * (int(part.max()) + 1) + part)[order]
    return np.cumsum(np.diff(together, prepend=together[0]) != 0), order


def _measured(chars: Chars, owner: Ints, lines: Ints, is_apart: bool) -> TextLines:
    """Text and extent of each line. Characters by line, then from the left."""
    n, n_lines = len(chars), int(lines[-1]) + 1
    white, rounded = chars.is_space, chars.size.round(1)
    spaced: Marks = np.zeros(n, dtype=np.uint8)
    printed: Codes = np.empty(2 * n, dtype=np.uint32)
    ends: Ints = np.empty((2, n_lines), dtype=np.int64)
    extents: Floats = np.empty((7, n_lines))
    n_printed = loops.measure(
        lines,
        white.view(np.uint8),
        chars.code,
        chars.x0,
        chars.top,
        chars.x1,
        chars.bottom,
        chars.size,
        rounded,
        spaced,
        printed,
        ends,
        extents,
    )
    start, until = ends.tolist()
    x0, top, x1, bottom, largest, least, most = extents.tolist()
    start.append(n)
    text = text_of_codes(printed[:n_printed])
    texts = [text[begin:end] for begin, end in zip([0, *until], until, strict=False)]
    mixed = [number for number in range(n_lines) if least[number] != most[number]]
    if mixed:
        usual = _Sizes(rounded.tolist(), (~white).tolist(), (~white & (chars.code >= _HAN)).tolist())
        for number in mixed:
            most[number] = usual.of(slice(start[number], start[number + 1]))
    owners = owner[ends[0]].tolist()
    return TextLines(chars, start, owners, texts, x0, top, x1, bottom, most, largest, spaced.view(np.bool_), is_apart)


class _Sizes(NamedTuple):
    """Of each character: its size to 0.1 pt, whether it is drawn, whether it is 汉字."""

    size: list[float]
    is_drawn: list[bool]
    is_han: list[bool]

    def of(self, line: slice) -> float:
        """The size of most characters of a line; where it has 汉字, of these: fonts measure digits apart."""
        han = list(compress(self.size[line], self.is_han[line]))
        return Counter(han or compress(self.size[line], self.is_drawn[line])).most_common(1)[0][0]


def line_at(lines: TextLines, number: int) -> Line:
    """Line `number` of `lines`."""
    box = (lines.x0[number], lines.top[number], lines.x1[number], lines.bottom[number])
    text, first, last = lines.text[number], lines.start[number], lines.start[number + 1]
    if text[0].isspace() or text[-1].isspace():
        first += len(text) - len(text.lstrip())  # white space at the ends is drawn, so it counts in both
        last -= len(text) - len(text.rstrip())
        text = text.strip()
    return Line(text, box, lines.size[number], lines, first, last)


def lines_of(chars: Chars) -> list[Line]:
    """Printed lines, top to bottom."""
    found = text_lines(chars, np.zeros(len(chars), dtype=np.int64))
    return [line_at(found, number) for number in range(len(found))]


def runs_of(line: Line, gap: float = 2.0) -> list[Line]:
    """The parts of a line that stand apart by more than `gap` times the size."""
    text, x0, x1, _ = line.source.letters
    wide = gap * line.size
    runs: list[int] = []
    run, end = 0, math.inf  # a line begins with what is drawn
    for n in range(line.first, line.last):
        if not text[n].isspace():
            if x0[n] - end > wide:
                run, end = run + 1, x1[n]
            elif not runs or x1[n] > end:
                end = x1[n]
        runs.append(run)
    return cut_line(line, runs)


def cut_line(line: Line, part: Sequence[int]) -> list[Line]:
    """The parts of a line. part: for each of its characters the number of its part, ascending from 0."""
    if not part or part[-1] == 0:
        return [line]
    text, _, _, spaced = line.source.letters
    parts: list[Line] = []
    begin = 0
    for cut in [*(n for n in range(1, len(part)) if part[n] != part[n - 1]), len(part)]:
        end = cut
        while text[line.first + end - 1].isspace():
            end -= 1
        drawn = [char for char in line.chars[begin:end] if not char.text.isspace()]
        box = (
            min(char.x0 for char in drawn),
            min(char.top for char in drawn),
            max(char.x1 for char in drawn),
            max(char.bottom for char in drawn),
        )
        first, last = line.first + begin, line.first + end
        words = "".join([" " + text[n] if spaced[n] and n > first else text[n] for n in range(first, last)])
        sizes = Counter(round(char.size, 1) for char in [c for c in drawn if ord(c.text) >= _HAN] or drawn)
        parts.append(Line(words, box, sizes.most_common(1)[0][0], line.source, first, last))
        begin = next((n for n in range(end, len(part)) if not text[line.first + n].isspace()), len(part))
    return parts


def cell_text(chars: Iterable[Char]) -> str:
    """Text inside one cell: its lines joined by "\\n", spaces as drawn also at the ends of a line."""
    columns = Chars.of(chars)
    return "\n".join(text_lines(columns, np.zeros(len(columns), dtype=np.int64)).text)


def texts_by_owner(lines: TextLines, n_owners: int) -> Sequence[Sequence[int]]:
    """Numbers of the lines of each owner 0 … n_owners - 1, top to bottom."""
    found: list[list[int]] = [[] for _ in range(n_owners)]
    for number, owner in enumerate(lines.owner):
        if owner < n_owners:
            found[owner].append(number)
    return found


_NO_LINES = TextLines(Chars.of(()), [0], [], [], [], [], [], [], [], [], np.zeros(0, dtype=np.bool_))
