# cython: language_level=3, boundscheck=True, wraparound=False, annotation_typing=False
# ruff: noqa: PLR0917 - columns, in the order of their meaning
"""The loops over all characters of a page, compiled where there is a C compiler (types: `char_loops.pxd`).

One source for both: uncompiled it is a module as any other, slower, with the same answers. So it holds loops over
arrays and nothing else, written as C can do them as well. Arrays are filled in place and as long as what they speak of.
places: (x0, top, x1, bottom) × n. Columns of characters are those of `pdf_page.Chars`; marks are 0 or 1.
"""

from __future__ import annotations

from typing import Any

_SPACE = 32
_TALL = 1.6  # height over width from which a character's box is looked at again
_TOO_HIGH = 1.6  # height over size of the font from which the font's box is not believed
_LEAST_SIZE, _MOST_SIZE = 0.5, 3.0  # of a character's height: the size of its font
_SMALLEST = 0.01  # points: a size of nothing, as a matrix without extent makes it
_FAR = 1e6  # points; NaN is not nearer either
_TINY = 2.5  # points: glyphs of a lower string may follow each other within one point
_SPOTS = 4096.0  # points: on a page as large as that no two spots have the same number
_APART = 1e6  # points: further than any two places of a page, so that owners do not mix in one order
_SAME_LINE = 0.5  # of the smaller character's height: vertical overlap that puts two characters on one line
_OVER = 0.3  # of its width: writing does not come nearer to the character before
_WORD_GAP = 0.25  # of the size, between two Latin letters or digits: a space that was not drawn
_WIDE_GAP = 1.0  # of the size, between any two characters
_FIRST_RADICAL, _LAST_RADICAL = 0x2E80, 0x2FDF
_FIRST_SURROGATE, _LAST_SURROGATE, _LAST_CODE = 0xD800, 0xDFFF, 0x10FFFF
_THIN = 4.0  # a filled area thinner than this (points) is a ruling, as Word and WPS draw them
_STROKED = 6.0  # so is one with a stroke around it


def begins(numbers: Any, first: Any) -> int:
    """Fills `first` with where each run of equal numbers begins; how many runs there are."""
    count = 0
    for n in range(len(numbers)):
        if n == 0 or numbers[n] != numbers[n - 1]:
            first[count] = n
            count += 1
    return count


# -------------------------------------------------------------------------------------------------- engine → characters
def move(bounds: Any, frame: Any, places: Any) -> None:
    """bounds: n × (left, top, right, bottom) where the origin lies below. frame: the matrix that leads to `places`."""
    a, b, c, d, e, f = frame[0], frame[1], frame[2], frame[3], frame[4], frame[5]
    for n in range(len(bounds)):
        if b == 0 and c == 0:
            left, right = a * bounds[n, 0] + e, a * bounds[n, 2] + e
            high, low = d * bounds[n, 3] + f, d * bounds[n, 1] + f
        else:
            left, right = a * bounds[n, 0] + c * bounds[n, 3] + e, a * bounds[n, 2] + c * bounds[n, 1] + e
            high, low = b * bounds[n, 0] + d * bounds[n, 3] + f, b * bounds[n, 2] + d * bounds[n, 1] + f
        places[0, n] = left if left < right else right
        places[1, n] = high if high < low else low
        places[2, n] = right if left < right else left
        places[3, n] = low if high < low else high


def find_too_high(code: Any, added: Any, part: Any, font: Any, places: Any, found: Any) -> int:
    """Fills `found` with characters whose boxes are far higher than their font's size; how many there are."""
    count, string = 0, 0
    for n in range(len(code)):
        if n > 0 and part[n] != part[n - 1]:
            string += 1
        if added[n] and code[n] <= _SPACE:
            continue
        height = places[3, n] - places[1, n]
        if height > _TALL * (places[2, n] - places[0, n]) and 0 < font[string] < height / _TOO_HIGH:
            found[count] = n
            count += 1
    return count


def settle(code: Any, added: Any, part: Any, font: Any, places: Any, size: Any, kept: Any) -> int:
    """Which characters are printed, and their sizes; how many are so far away that nobody sees them.

    White space that pdfium adds between words and lines is not printed. font: the size of each part's font, which is
    believed where it goes with the height of the character.
    """
    far, string = 0, 0
    for n in range(len(code)):
        if n > 0 and part[n] != part[n - 1]:
            string += 1
        height, own = places[3, n] - places[1, n], font[string]
        if not (own > _LEAST_SIZE * height and own < _MOST_SIZE * height):
            own = height
        size[n] = own if own > _SMALLEST else _SMALLEST
        kept[n] = not (added[n] and code[n] <= _SPACE)
        for side in range(4):
            if kept[n] and not -_FAR < places[side, n] < _FAR:
                kept[n] = 0
                if code[n] > _SPACE:
                    far += 1
    return far


def spots(code: Any, kept: Any, places: Any, shift: float, found: Any) -> int:
    """Fills `found` with one number for each character and spot of one point; how many there are."""
    count = 0
    for n in range(len(code)):
        if kept[n] and code[n] > _SPACE and places[3, n] - places[1, n] > _TINY:
            across, down = (places[0, n] + shift) // 1.0, (places[1, n] + shift) // 1.0
            found[count] = (code[n] * _SPOTS + across) * _SPOTS + down
            count += 1
    return count


def has_equal(ordered: Any) -> bool:
    """Whether two neighbours are equal."""
    for n in range(1, len(ordered)):  # noqa: SIM110 - C knows no `any`
        if ordered[n] == ordered[n - 1]:
            return True
    return False


def count_odd(code: Any) -> int:
    """How many codes are no character, or one that may be a radical."""
    count = 0
    for n in range(len(code)):
        if code[n] >= _FIRST_RADICAL and (
            code[n] <= _LAST_RADICAL or _FIRST_SURROGATE <= code[n] <= _LAST_SURROGATE or code[n] > _LAST_CODE
        ):
            count += 1
    return count


def mark_unreadable(code: Any, unmapped: Any, kept: Any, instead: int) -> int:
    """Puts `instead` for the kept characters of which nobody knows the letter; how many there are."""
    count = 0
    for n in range(len(code)):
        if kept[n] and (unmapped[n] or (code[n] < _SPACE and code[n] != 9 and code[n] != 10 and code[n] != 13)):
            code[n] = instead
            count += 1
    return count


def sort_paths(
    segments: Any, fill: Any, stroke: Any, places: Any, most: int, strips: Any, rest: Any, n_of: Any
) -> None:
    """Tells what is a ruling as a whole from what must be looked at side by side.

    One call for each path tells enough: what is thin is a line, whatever its outline. strips: (position, start, end) of
    rulings across and down, 2 × n × 3. rest: numbers of the other paths. n_of: how many rulings across, down, others.
    most: segments of one path.
    """
    n_of[0], n_of[1], n_of[2] = 0, 0, 0
    for n in range(len(segments)):
        if segments[n] < 2 or segments[n] > most or not (fill[n] or stroke[n]):
            continue
        if segments[n] > 2 and (segments[n] > 5 or stroke[n]):
            rest[n_of[2]] = n
            n_of[2] += 1
            continue
        wide, high = places[2, n] - places[0, n], places[3, n] - places[1, n]
        along = 0 if wide >= high else 1
        if (high if along == 0 else wide) <= (_STROKED if stroke[n] else _THIN):
            at = n_of[along]
            strips[along, at, 0] = (places[1 - along, n] + places[3 - along, n]) / 2
            strips[along, at, 1], strips[along, at, 2] = places[along, n], places[along + 2, n]
            n_of[along] += 1


# --------------------------------------------------------------------------------------------------- characters → lines
def give_to_cells(places: Any, xs: Any, ys: Any, numbers: Any, first: int, nowhere: int, owner: Any) -> None:
    """Gives characters that are `nowhere` yet to the cell of a grid in which their middle stands.

    xs, ys: edges. numbers: [row, column] → the grid's cell, -1 in a hole. first: what is added to it.
    """
    for n in range(len(owner)):
        if owner[n] != nowhere:
            continue
        row = _last_at(ys, (places[1, n] + places[3, n]) / 2)
        if row < 0 or row >= len(ys) - 1:
            continue
        col = _last_at(xs, (places[0, n] + places[2, n]) / 2)
        if 0 <= col < len(xs) - 1 and numbers[row, col] >= 0:
            owner[n] = numbers[row, col] + first


def _last_at(edges: Any, value: float) -> int:
    """The last edge that does not lie beyond the value; -1 where none is."""
    low, high = 0, len(edges)
    while low < high:
        at = (low + high) // 2
        if edges[at] <= value:
            low = at + 1
        else:
            high = at
    return low - 1


def mark_spaces(code: Any, is_space: Any, white: Any) -> int:
    """Fills `white`; how many are white. is_space: by code; what lies beyond is not."""
    count, known = 0, len(is_space)
    for n in range(len(code)):
        white[n] = code[n] < known and is_space[code[n]]
        count += white[n]
    return count


def number_lines(order: Any, owner: Any, top: Any, bottom: Any, line: Any, line_owner: Any, bands: Any) -> int:
    """Gives the characters of `order` (by owner, then by height of their middle) to lines; how many there are.

    What decides is the band of a line's first character: a tall neighbour must not swallow the next line. bands:
    (top, bottom) around all of its characters, × n.
    """
    number = -1
    band_top, band_bottom = 0.0, 0.0
    for n in range(len(order)):
        at = order[n]
        high, low = top[at], bottom[at]
        shared = (band_bottom if band_bottom < low else low) - (band_top if band_top > high else high)
        height, band = low - high, band_bottom - band_top
        if number < 0 or owner[at] != line_owner[number] or shared < _SAME_LINE * (height if height < band else band):
            number += 1
            band_top, band_bottom = high, low
            line_owner[number], bands[0, number], bands[1, number] = owner[at], high, low
        elif high < bands[0, number]:
            bands[0, number] = high
        bands[1, number] = max(bands[1, number], low)
        line[at] = number
    return number + 1


def place_spaces(
    white: Any, owner: Any, top: Any, bottom: Any, line: Any, line_owner: Any, bands: Any, ends: Any, found: Any
) -> int:
    """Gives white characters to the lines on which they stand and fills `found` with those; how many there are.

    ends: room for a number of each line.
    """
    lines, count = len(line_owner), 0
    for n in range(lines):
        ends[n] = line_owner[n] * _APART + bands[1, n]
        if n > 0 and ends[n] < ends[n - 1]:
            ends[n] = ends[n - 1]
    for n in range(len(white)):
        if not white[n]:
            continue
        middle = (top[n] + bottom[n]) / 2
        wanted = owner[n] * _APART + middle
        low, high = 0, lines - 1
        while low < high:  # the first line of its owner that ends below its middle
            at = (low + high) // 2
            if ends[at] < wanted:
                low = at + 1
            else:
                high = at
        if line_owner[low] == owner[n] and bands[0, low] <= middle <= bands[1, low]:
            line[n] = low
            found[count] = n
            count += 1
    return count


def count_crowded(line: Any, x0: Any, x1: Any) -> int:
    """How often a character comes nearer to the one before it on its line than writing does."""
    count = 0
    for n in range(1, len(line)):
        if line[n] == line[n - 1] and x0[n] < x1[n - 1] - _OVER * (x1[n - 1] - x0[n - 1]):
            count += 1
    return count


def measure(
    line: Any,
    white: Any,
    code: Any,
    x0: Any,
    top: Any,
    x1: Any,
    bottom: Any,
    size: Any,
    rounded: Any,
    spaced: Any,
    printed: Any,
    lines: Any,
    extents: Any,
) -> int:
    """Characters by line, then from the left → what is known of each line; how many characters `printed` has.

    spaced: a space that was not drawn stands before the character. printed: the codes with those. lines: (first
    character, end in `printed`) × n. extents: (x0, top, x1, bottom, largest size, least and greatest of `rounded`) × n,
    of what is not white.
    """
    count, number = 0, -1
    for n in range(len(line)):
        is_first = n == 0 or line[n] != line[n - 1]
        if is_first:
            number += 1
            lines[0, number] = n
            extents[0, number], extents[1, number] = _FAR, _FAR
            extents[2, number], extents[3, number] = -_FAR, -_FAR
            extents[4, number], extents[5, number], extents[6, number] = 0.0, _FAR, 0.0
        elif not white[n] and not white[n - 1]:
            gap, least = x0[n] - x1[n - 1], size[n] if size[n] < size[n - 1] else size[n - 1]
            if gap > _WORD_GAP * least and (gap > _WIDE_GAP * least or (_is_latin(code[n]) and _is_latin(code[n - 1]))):
                spaced[n] = 1
                printed[count] = _SPACE
                count += 1
        printed[count] = code[n]
        count += 1
        lines[1, number] = count
        if not white[n]:
            extents[0, number] = min(extents[0, number], x0[n])
            extents[1, number] = min(extents[1, number], top[n])
            extents[2, number] = max(extents[2, number], x1[n])
            extents[3, number] = max(extents[3, number], bottom[n])
            extents[4, number] = max(extents[4, number], size[n])
            extents[5, number] = min(extents[5, number], rounded[n])
            extents[6, number] = max(extents[6, number], rounded[n])
    return count


def _is_latin(code: int) -> bool:
    return 97 <= (code | 32) <= 122
