"""Characters → lines of text, in reading order, by position only (digits may sit on another baseline than 汉字)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from extract.document import Box
from extract.readers.overprint import separate
from extract.readers.pdf_page import Char

_SAME_LINE = 0.5  # of the smaller character's height: vertical overlap that puts two characters on one line
_WORD_GAP = 0.25  # of the size, between two Latin letters or digits: a space that was not drawn
_WIDE_GAP = 1.0  # of the size, between any two characters


@dataclass(frozen=True)
class Line:
    """One printed line (or a run of it). size and font: of most of its characters; box in the upright frame."""

    text: str
    box: Box
    size: float
    font: str
    chars: tuple[Char, ...]


def cluster(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters grouped to lines, top to bottom, each sorted by x. White characters are kept where a line is."""
    drawn: list[Char] = []
    white: list[Char] = []
    for char in chars:
        (white if char.text.isspace() else drawn).append(char)
    if not drawn:
        return []
    groups = [drawn] if _is_one_line(drawn) else _lines(drawn)
    if white:
        _add_spaces(groups, white)
    found: list[list[Char]] = []
    for group in groups:
        ordered = sorted(group, key=_from_left)
        told = separate(group, ordered)
        found.extend([ordered] if len(told) == 1 else (sorted(text, key=_from_left) for text in told))
    return found


def _is_one_line(drawn: list[Char]) -> bool:
    """Whether all stand on the line of the first: the usual case in a cell, told without sorting."""
    top, bottom = drawn[0].top, drawn[0].bottom
    height = bottom - top
    for char in drawn:
        shared = (bottom if bottom < char.bottom else char.bottom) - (top if top > char.top else char.top)
        own = char.bottom - char.top
        if shared < _SAME_LINE * (own if own < height else height):
            return False
    return True


def _lines(drawn: list[Char]) -> list[list[Char]]:
    groups: list[list[Char]] = []
    top = bottom = 0.0
    for char in sorted(drawn, key=_middle):
        overlap = min(bottom, char.bottom) - max(top, char.top)
        if groups and overlap >= _SAME_LINE * min(char.bottom - char.top, bottom - top):
            groups[-1].append(char)
            # the band of the line follows its first character: a tall neighbour must not swallow the next line
        else:
            groups.append([char])
            top, bottom = char.top, char.bottom
    return groups


def _from_left(char: Char) -> tuple[float, float]:
    return (char.x0, char.x1)


def _middle(char: Char) -> float:
    return char.top + char.bottom


def _add_spaces(groups: list[list[Char]], spaces: list[Char]) -> None:
    """Each white character goes to the line it overlaps most; one on no line was not printed."""
    bands = [(min(c.top for c in g), max(c.bottom for c in g)) for g in groups]
    at = 0
    for space in sorted(spaces, key=lambda c: (c.top + c.bottom) / 2):
        centre = (space.top + space.bottom) / 2
        while at + 1 < len(bands) and bands[at][1] < centre:
            at += 1
        if bands and bands[at][0] <= centre <= bands[at][1]:
            groups[at].append(space)


def text_of(group: list[Char]) -> str:
    """Text of one line; spaces as drawn, and one where a gap stands for a space that was not drawn."""
    out: list[str] = [group[0].text]
    before = group[0]
    for char in group[1:]:
        gap = char.x0 - before.x1
        size = char.size if char.size < before.size else before.size
        if gap > _WORD_GAP * size and not char.text.isspace() and not before.text.isspace():
            words = (
                before.text[-1].isascii()
                and char.text[0].isascii()
                and before.text[-1].isalpha()
                and char.text[0].isalpha()
            )
            if words or gap > _WIDE_GAP * size:
                out.append(" ")
        out.append(char.text)
        before = char
    return "".join(out)


def make_line(group: list[Char]) -> Line:
    """Line of a non-empty group sorted by x; white characters at its ends do not count for its box."""
    drawn = [c for c in group if not c.text.isspace()]
    sizes: dict[float, int] = {}
    fonts: dict[str, int] = {}
    for char in drawn:
        size = round(char.size, 1)
        sizes[size] = sizes.get(size, 0) + 1
        fonts[char.font] = fonts.get(char.font, 0) + 1
    box = (drawn[0].x0, min(c.top for c in drawn), max(c.x1 for c in drawn), max(c.bottom for c in drawn))
    first, last = group.index(drawn[0]), len(group) - 1 - group[::-1].index(drawn[-1])
    inner = group[first : last + 1]
    return Line(
        text_of(group).strip(), box, max(sizes, key=sizes.__getitem__), max(fonts, key=fonts.__getitem__), tuple(inner)
    )


def lines_of(chars: Iterable[Char]) -> list[Line]:
    """Printed lines, top to bottom."""
    return [make_line(group) for group in cluster(list(chars))]


def runs_of(line: Line, gap: float = 2.0) -> list[Line]:
    """The parts of a line that stand apart by more than `gap` times the size."""
    runs: list[list[Char]] = []
    end = 0.0
    for char in line.chars:
        if char.text.isspace():
            if runs:
                runs[-1].append(char)
            continue
        if not runs or char.x0 - end > gap * line.size:
            runs.append([char])
        else:
            runs[-1].append(char)
        end = max(end, char.x1) if len(runs[-1]) > 1 else char.x1
    return [make_line(run) for run in runs]


def cell_text(chars: list[Char]) -> str:
    """Text inside one cell: its lines joined by "\\n", spaces as drawn also at the ends of a line."""
    return "\n".join(text_of(group) for group in cluster(chars))
