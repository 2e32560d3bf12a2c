"""Two texts printed over each other on one line: told apart by the order in which the page draws them.

Sorted by position alone, their glyphs would alternate and make words that nobody wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from extract.document import Box
from extract.readers.pdf_page import Char

_COVERED = 0.6  # of the narrower glyph: marks that are drawn tightly (）、) share less
_MOST = 6  # texts over each other; more are a drawing
_LONGEST = 2_000  # glyphs of a line: no sheet holds so many beside each other, and each is compared with each
_FEWEST = 2  # glyphs printed over others: one alone is a sign put together (a tick in a box, a letter with an accent)


def separate(drawn: Sequence[Char], ordered: Sequence[Char]) -> list[list[Char]]:
    """The texts of one line; one of them, `drawn` itself, where nothing is printed over anything else.

    drawn: the characters in the order in which the page draws them, which each text keeps; white space goes with what
    is drawn before it. ordered: the same, sorted from the left.
    """
    if len(drawn) > _LONGEST or sum(_covers(one, other) for one, other in _near(ordered)) < _FEWEST:
        return [list(drawn)]
    layers: list[list[Char]] = []
    for run in _runs(drawn):
        layer = next((layer for layer in layers if not _cross(layer, run)), None)
        if layer is None:
            if len(layers) == _MOST:
                return [list(drawn)]
            layers.append(list(run))
        else:
            layer.extend(run)
    told = all(sum(not c.text.isspace() for c in layer) >= _FEWEST for layer in layers)
    return layers if told else [list(drawn)]


def overprinted(boxes: Iterable[Box]) -> list[Box]:
    """Where lines of text stand over each other: the box of each such group. boxes: of the lines, top to bottom."""
    found: list[Box] = []
    before: Box | None = None
    for box in boxes:
        if before is not None and _over(before, box):
            both = [before, box, *([found.pop()] if found and _over(found[-1], box) else [])]
            found.append(
                (min(b[0] for b in both), min(b[1] for b in both), max(b[2] for b in both), max(b[3] for b in both))
            )
        before = box
    return found


def _over(one: Box, other: Box) -> bool:
    """Whether the boxes share most of their height and more than two glyphs' width."""
    if other[1] >= one[3] or one[1] >= other[3]:
        return False
    height = min(one[3] - one[1], other[3] - other[1])
    across = min(one[2], other[2]) - max(one[0], other[0])
    return min(one[3], other[3]) - max(one[1], other[1]) > 0.5 * height and across > 1.4 * height


def _near(ordered: Sequence[Char]) -> Iterator[tuple[Char, Char]]:
    """Neighbours that come closer than writing does: a quick look, for every line of a document passes here."""
    before = None
    for char in ordered:
        if before is not None and char.x0 < before.x1 - 0.3 * (before.x1 - before.x0):
            yield before, char
        before = char


def _covers(one: Char, other: Char) -> bool:
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    narrower = min(one.x1 - one.x0, other.x1 - other.x0)
    if not (one.text.isalnum() and other.text.isalnum()) or one.text == other.text or narrower <= 0 or shared <= 0:
        return False
    if min(one.bottom, other.bottom) - max(one.top, other.top) < 0.5 * min(
        one.bottom - one.top, other.bottom - other.top
    ):
        return False
    # two texts need not be in step: half a glyph each way is as far from any writing as a whole one
    return shared > _COVERED * narrower or (shared > 0.4 * narrower and _wide(one) and _wide(other))


def _wide(char: Char) -> bool:
    return char.text >= "\u2e80"


def _runs(chars: Sequence[Char]) -> list[list[Char]]:
    """Cut where the drawing goes back to the left over what it drew."""
    runs: list[list[Char]] = []
    end = 0.0
    for char in chars:
        if runs and (char.text.isspace() or char.x0 > end - 0.4 * (char.x1 - char.x0)):
            runs[-1].append(char)
        else:
            runs.append([char])
        if not char.text.isspace():
            end = char.x1
    return runs


def _cross(layer: Sequence[Char], run: Sequence[Char]) -> bool:
    return any(
        min(a.x1, b.x1) - max(a.x0, b.x0) > 0.4 * min(a.x1 - a.x0, b.x1 - b.x0)
        for a in layer
        for b in run
        if not a.text.isspace() and not b.text.isspace()
    )
