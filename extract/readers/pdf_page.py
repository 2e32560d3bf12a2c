"""What a PDF engine gives for one page: printed characters and the grids that rulings make.

Nothing above this module knows which engine it is.

All coordinates are points with the origin top left, in the frame in which the text stands upright; `to_shown` leads
back to the page as shown, which is what Places hold. Characters are kept in columns (numpy arrays): what is done for
each of them is done for all of a page at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from extract.document import Box
from extract.readers.char_loops import count_odd, mark_spaces
from extract.readers.lattice import Lattice

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Ints: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Codes: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
Marks: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]

_UNMAPPED = 0xFFFD
# radicals stand where the author pasted from a PDF whose fonts mix them up with the characters they look like
_RADICALS = range(0x2E80, 0x2FE0)
_IDEOGRAPHS: Codes = np.array([ord(unicodedata.normalize("NFKC", chr(code))) for code in _RADICALS], dtype=np.uint32)
_LAST_SPACE = 0x3000
_IS_SPACE: Marks = np.array([chr(code).isspace() for code in range(_LAST_SPACE + 1)], dtype=np.uint8)


class Char(NamedTuple):
    """One printed character. size: height of the font in points.

    confidence: 0–1 where the character was recognized in a picture, None where the document says which it is.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    confidence: float | None = None


@dataclass(frozen=True, eq=False)
class Chars:
    """Characters in the order of the page's content, one value of each column for each. code: Unicode code point.

    confidence: NaN where the document itself says which character it is; None where it says so of all. part: the same
    number for the characters of one printed string; None where the engine does not tell.
    """

    code: Codes
    x0: Floats
    top: Floats
    x1: Floats
    bottom: Floats
    size: Floats
    confidence: Floats | None = None
    part: Ints | None = None

    @classmethod
    def of(cls, chars: Iterable[Char]) -> Chars:
        """Columns of single characters; a text of several letters (a ligature) is cut into letters of equal width."""
        single: list[Char] = []
        for char in chars:
            if len(char.text) == 1:
                single.append(char)
                continue
            step = (char.x1 - char.x0) / max(len(char.text), 1)
            for at, letter in enumerate(char.text):
                start = char.x0 + at * step
                single.append(char._replace(text=letter, x0=start, x1=start + step))
        columns = list(zip(*single, strict=True)) or [()] * len(Char._fields)
        confidence = None
        if any(sure is not None for sure in columns[6]):
            confidence = np.array([np.nan if sure is None else sure for sure in columns[6]], dtype=np.float64)
        x0, top, x1, bottom, size = (np.array(column, dtype=np.float64) for column in columns[1:6])
        return cls(printable([ord(text) for text in columns[0]]), x0, top, x1, bottom, size, confidence)

    def __len__(self) -> int:
        return len(self.code)

    def __iter__(self) -> Iterator[Char]:
        sure: Sequence[float | None] = [None] * len(self)
        if self.confidence is not None:
            sure = [None if isnan(value) else value for value in self.confidence.tolist()]
        columns = (self.x0, self.top, self.x1, self.bottom, self.size)
        return map(Char, self.text, *(column.tolist() for column in columns), sure)

    @property
    def text(self) -> str:
        """All characters, in order."""
        return text_of_codes(self.code)

    @property
    def is_space(self) -> Mask:
        """Which of them are white."""
        found: Marks = np.empty(len(self), dtype=np.uint8)
        mark_spaces(self.code, _IS_SPACE, found)
        return found.view(np.bool_)

    def take(self, which: Any) -> Chars:
        """Those at the given positions (or under the given mask), in that order."""
        return Chars(
            self.code[which],
            self.x0[which],
            self.top[which],
            self.x1[which],
            self.bottom[which],
            self.size[which],
            None if self.confidence is None else self.confidence[which],
            None if self.part is None else self.part[which],
        )


def printable(codes: Any) -> Codes:
    """Code points as they are read: none at all (a lone surrogate, beyond Unicode) is U+FFFD, a radical its character.

    Kangxi radicals have the glyphs of their ideographs; Unicode (NFKC) says which that is.
    """
    found: Codes = np.asarray(codes, dtype=np.uint32)
    if not count_odd(found):
        return found
    wrong = ((found >= 0xD800) & (found < 0xE000)) | (found > 0x10FFFF)
    if wrong.any():
        found = np.where(wrong, np.uint32(_UNMAPPED), found)
    radical = (found >= _RADICALS.start) & (found < _RADICALS.stop)
    if radical.any():
        found = found.copy()
        found[radical] = _IDEOGRAPHS[found[radical] - _RADICALS.start]
    return found


def text_of_codes(codes: Codes) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le")


@dataclass(frozen=True)
class PageContent:
    """One page. number: 1-based. width, height: of the upright frame. turn: clockwise degrees from shown to upright.

    lattices: the ruled grids. unmapped: characters whose font does not say which letter they are. n_images: pictures
    on it. cut: True where the page holds more objects than the limit. hidden: characters that a clip path keeps from
    being printed; they are not among `chars`. rules: horizontal lines that belong to no grid, as (y, x0, x1).
    n_outlines: curved shapes, which may be glyphs drawn as such. slanted: what is written across the page; it is not
    among `chars`. sliced: those of `hidden` whose upper or lower part is seen, cut lengthwise by an edge.
    given_up: the limits that made rulings or grids be left out, in words. wrong_widths: letters and digits whose widths
    contradict their glyphs (`pen_steps`).
    """

    number: int
    width: float
    height: float
    chars: Chars
    lattices: list[Lattice]
    turn: int = 0
    unmapped: int = 0
    cut: bool = False
    n_images: int = 0
    hidden: int = 0
    rules: Sequence[tuple[float, float, float]] = ()
    n_outlines: int = 0
    slanted: str = ""
    sliced: int = 0
    given_up: Sequence[str] = ()
    wrong_widths: int = 0

    def to_shown(self, box: Box) -> Box:
        """Box on the page as shown, rounded to 0.01 pt."""
        x0, top, x1, bottom = box
        if self.turn == 90:
            x0, top, x1, bottom = top, self.width - x1, bottom, self.width - x0
        elif self.turn == 180:
            x0, top, x1, bottom = self.width - x1, self.height - bottom, self.width - x0, self.height - top
        elif self.turn == 270:
            x0, top, x1, bottom = self.height - bottom, x0, self.height - top, x1
        return (round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2))

    def all_to_shown(self, boxes: Sequence[Box]) -> list[Box]:
        """`to_shown` of many."""
        x0, top, x1, bottom = np.array(boxes, dtype=np.float64).reshape(-1, 4).T
        if self.turn == 90:
            x0, top, x1, bottom = top, self.width - x1, bottom, self.width - x0
        elif self.turn == 180:
            x0, top, x1, bottom = self.width - x1, self.height - bottom, self.width - x0, self.height - top
        elif self.turn == 270:
            x0, top, x1, bottom = self.height - bottom, x0, self.height - top, x1
        sides = (np.round(side, 2).tolist() for side in (x0, top, x1, bottom))
        return list(zip(*sides, strict=True))

    def bare(self) -> PageContent:
        """The page without its characters and grids."""
        return PageContent(
            self.number, self.width, self.height, NO_CHARS, [], self.turn, cut=self.cut, rules=self.rules
        )


NO_CHARS = Chars.of(())


class PdfEngine(Protocol):
    """An open PDF. Pages are given one by one and forgotten, so that memory stays flat."""

    @property
    def n_pages(self) -> int: ...

    def pages(self) -> Iterator[PageContent | PageFailure]: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class PageFailure:
    """A page that could not be interpreted; why: one clause."""

    number: int
    why: str
