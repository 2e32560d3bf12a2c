"""Where the widths that a PDF states contradict the glyphs it draws: too little for a glyph, or for several.

Inside one printed string the place of a character follows from the widths of those before it (ISO 32000-1, 9.4.4).
Where these are wrong, glyphs stand over each other: sorted from the left they come in another order, and pdfium, which
leaves out a character within 0.07 of the size from the same one, takes two equal digits for one printed twice
(CPDF_TextPage::ProcessTextObjectItems). What it left out cannot be had back; that it may have is told. A character that
claims the room of several has its middle in another cell.
"""

from __future__ import annotations

import numpy as np

from extract.readers.pdf_page import Codes, Floats, Ints, Marks, Mask

_SHORT = 0.5  # of the glyph's width: no tight writing comes as near as that
_BACK = -1.5  # of its width: what goes back further begins anew, as over a line to write on
_LEVEL = 0.1  # of its height
_NOTHING = 0.07  # of its height: a letter or digit that narrow has no glyph to be seen and no width
_BROAD = 2.5  # times its height and its size: no glyph is that wide
_WIDE = 1.2  # times its height: as what is so broad is taken
_IN_NUMBERS = ".,．，"
_LEAST = 0.01  # points: a box has some width


def wrong_widths(code: Codes, part: Ints, added: Marks, places: Floats, *, stretch: Floats, size: Floats) -> Mask:
    """Letters and digits behind which the pen stands too near, or that have no width; with points, that of several.

    part, added: as in `RawChars`. places: (x0, top, x1, bottom) × n. stretch: points of the page to one of the font's
    size, of characters whose string runs to the right in user space and in the frame; 0 elsewhere. Behind the last of
    a string, what pdfium adds (of no string) stands where the pen stood, but for the stretch. size: of the font in
    points.
    """
    x0, top, x1, bottom = places
    wide, high = x1 - x0, bottom - top
    drawn = (code > 32) & (added == 0)
    broad = (wide > _BROAD * high) & (wide > _BROAD * size) & (stretch > 0)
    found: Mask = broad | (wide < _NOTHING * high)
    if len(code) > 1:
        step = x0[1:] - x0[:-1]
        short = (step < _SHORT * wide[:-1]) & (step > _BACK * wide[:-1])
        short &= drawn[:-1]
        if short.any():
            in_string = (part[1:] == part[:-1]) & (added[1:] == 0) & (np.abs(top[1:] - top[:-1]) < _LEVEL * high[:-1])
            # the letters of a ligature stand all on its place
            in_string &= (step != 0) | (x1[1:] != x1[:-1])
            pen = (added[1:] == 1) & (part[1:] == 0) & (stretch[:-1] > 0) & (step >= 0)
            pen &= step * stretch[:-1] < _SHORT * wide[:-1]
            found[:-1] |= short & (in_string | pen)
    found &= drawn
    for at in np.flatnonzero(found).tolist():
        sign = chr(int(code[at])) if code[at] < 0x110000 else " "
        found[at] = sign.isalnum() or (bool(broad[at]) and sign in _IN_NUMBERS)
    return found


def stand_at(pen: Floats, part: Ints, which: Mask, places: Floats) -> None:
    """Put the characters `which` where the pen stood, each as wide as the pen's step, so that they keep their order;
    none is much wider than high.

    pen: x of each character's origin in the frame. The last of a string keeps its right edge.
    """
    at = np.flatnonzero(which)
    places[0, at] = pen[at]
    inner = at[:-1][(at[1:] == at[:-1] + 1) & (part[at[1:]] == part[at[:-1]])]
    places[2, inner] = pen[inner + 1]
    places[2, at] = np.minimum(places[2, at], pen[at] + _WIDE * (places[3, at] - places[1, at]))
    places[2, at] = np.maximum(places[2, at], pen[at] + _LEAST)
