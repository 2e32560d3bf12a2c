"""Characters → lines of text, in reading order, by position only (digits may sit on another baseline than 汉字).

All characters of a page are sorted at once: each has an owner (a cell, or the page outside cells), and lines are told
inside an owner. What is left to do one by one is done for runs of characters that stand on the same height.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from extract.document import Box
from extract.readers.overprint import separate
from extract.readers.pdf_page import Char, Chars, Floats, Ints, Mask, text_of_codes

_SAME_LINE: Final = 0.5  # of the smaller character's height: vertical overlap that puts two characters on one line
_WORD_GAP: Final = 0.25  # of the size, between two Latin letters or digits: a space that was not drawn
_WIDE_GAP: Final = 1.0  # of the size, between any two characters
_OVER: Final = 0.3  # of its width: writing does not come nearer to the character before …
_FEWEST: Final = 2  # … in one line more often than this
_HAN: Final = 0x2E80  # the first code point of East Asian scripts
_APART: Final = 1e6  # points: further than any two places of a page, so that owners do not mix in one sort


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
    def letters(self) -> tuple[str, list[float], list[bool]]:
        """(all characters, the right edge of each, whether a space that was not drawn stands before it)."""
        return self.chars.text, self.chars.x1.tolist(), self.spaced.tolist()


@dataclass(frozen=True, eq=False)
class Line:
    """One printed line (or a run of it). text: white space at its ends left out; box in the upright frame.

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
    text, x1, _ = line.source.letters
    is_ascii, end = text[line.first].isascii(), x1[line.first]
    for n in range(line.first + 1, line.last):
        if not (is_ascii and text[n].isascii() and not text[n].isspace()) and text[n] not in marks:
            break
        end = x1[n]
    return end


def text_lines(chars: Chars, owner: Ints) -> TextLines:
    """The lines of all owners (≥ 0). White characters are kept where a line is; on no line they were not printed."""
    white = chars.is_space
    drawn = np.flatnonzero(~white)
    if not len(drawn):
        return _NO_LINES
    middle = chars.top + chars.bottom
    drawn = drawn[np.lexsort((middle[drawn], owner[drawn]))]
    own, top, bottom = owner[drawn], chars.top[drawn], chars.bottom[drawn]
    line = _line_numbers(own, top, bottom)
    which, lines = drawn, line
    spaces = np.flatnonzero(white)
    if len(spaces):
        begins = _first_of_each(line)
        bands = np.minimum.reduceat(top, begins), np.maximum.reduceat(bottom, begins)
        at, is_on_line = _lines_of_spaces(middle[spaces] / 2, owner[spaces], own[begins], bands)
        which, lines = np.concatenate((drawn, spaces[is_on_line])), np.concatenate((line, at[is_on_line]))
    order = np.lexsort((chars.x1[which], chars.x0[which], lines))
    which, lines = which[order], lines[order]
    apart = _told_apart(chars, which, lines)
    if apart is not None:
        lines, order = apart
        which = which[order]
    return _measured(chars.take(which), owner[which], lines, apart is not None)


def _first_of_each(numbers: Ints) -> Ints:
    """Where each of the ascending numbers stands first."""
    is_new: Mask = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=is_new[1:])
    return is_new.nonzero()[0]


def _told_apart(chars: Chars, which: Ints, lines: Ints) -> tuple[Ints, Ints] | None:
    """(new line numbers, new order) where texts are printed over each other on one line; None where none are."""
    x0, x1 = chars.x0[which], chars.x1[which]
    closer = (lines[1:] == lines[:-1]) & (x0[1:] < x1[:-1] - _OVER * (x1[:-1] - x0[:-1]))
    if int(closer.sum()) < _FEWEST:
        return None
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
    is_drawn = ~chars.is_space
    start, texts, spaced = _texts(chars, lines, is_drawn)
    drawn, of = (chars, lines) if is_drawn.all() else (chars.take(is_drawn), lines[is_drawn])
    begins = _first_of_each(of)
    return TextLines(
        chars,
        start,
        owner[np.array(start[:-1])].tolist(),
        texts,
        np.minimum.reduceat(drawn.x0, begins).tolist(),
        np.minimum.reduceat(drawn.top, begins).tolist(),
        np.maximum.reduceat(drawn.x1, begins).tolist(),
        np.maximum.reduceat(drawn.bottom, begins).tolist(),
        _usual_sizes(drawn.size, drawn.code >= _HAN, begins),
        np.maximum.reduceat(drawn.size, begins).tolist(),
        spaced,
        is_apart,
    )


def _line_numbers(own: Ints, top: Floats, bottom: Floats) -> Ints:
    """The line of each character, counted over all owners. Characters by owner, then by height of their middle.

    The band of a line follows its first character: a tall neighbour must not swallow the next line.
    """
    is_new: Mask = np.ones(len(own), dtype=np.bool_)
    is_new[1:] = (own[1:] != own[:-1]) | (top[1:] != top[:-1]) | (bottom[1:] != bottom[:-1])
    starts = np.flatnonzero(is_new)
    numbers: list[int] = []
    number = owner = -1
    line_top = line_bottom = 0.0
    for of, high, low in zip(own[starts].tolist(), top[starts].tolist(), bottom[starts].tolist(), strict=True):
        shared = (line_bottom if line_bottom < low else low) - (line_top if line_top > high else high)
        height, line_height = low - high, line_bottom - line_top
        if of != owner or shared < _SAME_LINE * (height if height < line_height else line_height):
            number += 1
            owner, line_top, line_bottom = of, high, low
        numbers.append(number)
    line: Ints = np.zeros(len(own), dtype=np.int64)
    line[starts] = np.diff(np.array(numbers, dtype=np.int64), prepend=0)
    return np.cumsum(line)


def _lines_of_spaces(middle: Floats, owner: Ints, line_owner: Ints, bands: tuple[Floats, Floats]) -> tuple[Ints, Mask]:
    """(the first line of its owner that ends below the middle of a white character, whether it stands on it)."""
    tops, bottoms = bands
    ends = np.maximum.accumulate(line_owner * _APART + bottoms)
    at = np.minimum(np.searchsorted(ends, owner * _APART + middle), len(line_owner) - 1)
    return at, (line_owner[at] == owner) & (tops[at] <= middle) & (middle <= bottoms[at])


def _texts(chars: Chars, lines: Ints, drawn: Mask) -> tuple[list[int], list[str], Mask]:
    """(first character of each line and the end of the last, text of each line, characters with a space before)."""
    counts = np.bincount(lines)
    start = [0, *np.cumsum(counts).tolist()]
    gap = chars.x0[1:] - chars.x1[:-1]
    size = np.minimum(chars.size[1:], chars.size[:-1])
    spaced: Mask = np.zeros(len(chars), dtype=np.bool_)
    spaced[1:] = (gap > _WORD_GAP * size) & (lines[1:] == lines[:-1]) & drawn[1:] & drawn[:-1]
    code = chars.code
    if spaced.any():
        latin = _is_latin(chars)
        spaced[1:] &= (gap > _WIDE_GAP * size) | (latin[1:] & latin[:-1])
        at = np.flatnonzero(spaced)
        if len(at):
            code = np.insert(code, at, np.uint32(32))
            counts = counts + np.bincount(lines[at], minlength=len(counts))
    text = text_of_codes(code)
    texts: list[str] = []
    begin = 0
    for count in counts.tolist():
        texts.append(text[begin : begin + count])
        begin += count
    return start, texts, spaced


def _is_latin(chars: Chars) -> Mask:
    lower = chars.code | 32
    found: Mask = (lower >= ord("a")) & (lower <= ord("z"))
    return found


def _usual_sizes(size: Floats, is_han: Mask, begins: Ints) -> list[float]:
    """The size of most characters of each line, to 0.1 pt; where it has 汉字, of these: fonts measure digits apart."""
    rounded = np.round(size, 1)
    least, most = np.minimum.reduceat(rounded, begins), np.maximum.reduceat(rounded, begins)
    usual: list[float] = most.tolist()
    for number in np.flatnonzero(least != most).tolist():
        end = begins[number + 1] if number + 1 < len(begins) else len(size)
        of_line, han = rounded[begins[number] : end], is_han[begins[number] : end]
        usual[number] = Counter((of_line[han] if han.any() else of_line).tolist()).most_common(1)[0][0]
    return usual


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
    runs: list[int] = []
    end = 0.0
    for char in line.chars:
        if char.text.isspace():
            runs.append(runs[-1])
        elif not runs or char.x0 - end > gap * line.size:
            runs.append(runs[-1] + 1 if runs else 0)
            end = char.x1
        else:
            runs.append(runs[-1])
            end = max(end, char.x1)
    return cut_line(line, runs)


def cut_line(line: Line, part: Sequence[int]) -> list[Line]:
    """The parts of a line. part: for each of its characters the number of its part, ascending from 0."""
    if not part or part[-1] == 0:
        return [line]
    text, _, spaced = line.source.letters
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
