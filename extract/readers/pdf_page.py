"""What a PDF engine gives for one page: printed characters and the cells that rulings enclose.

Nothing above this module knows which engine it is.

All coordinates are points with the origin top left, in the frame in which the text stands upright; `to_shown` leads
back to the page as shown, which is what Places hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from extract.document import Box


class Char(NamedTuple):
    """One printed character. size: height of the font in points; font: its name without the subset tag.

    confidence: 0–1 where the character was recognized in a picture, None where the document says which it is.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    font: str
    confidence: float | None = None


@dataclass(frozen=True)
class PageContent:
    """One page. number: 1-based. width, height: of the upright frame. turn: clockwise degrees from shown to upright.

    lattices: for each ruled grid the boxes of its smallest enclosed cells. unmapped: characters whose font does not
    say which letter they are. n_images: pictures on it. cut: True where the page holds more objects than the limit.
    hidden: characters that a clip path keeps from being printed; they are not among `chars`. rules: horizontal lines
    that belong to no grid, as (y, x0, x1).
    """

    number: int
    width: float
    height: float
    chars: list[Char]
    lattices: list[list[Box]]
    turn: int = 0
    unmapped: int = 0
    cut: bool = False
    n_images: int = 0
    hidden: int = 0
    rules: Sequence[tuple[float, float, float]] = ()

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
