"""Our reading on trial: before a failing sum is told as the government's error, the reading is suspected.

The reading of a suspected amount is tried in this order, against the amount that would restore the sums through it:

 1. the grid: the same characters cut or placed another way (`flows.checks.regrid`);
 2. the second witness: another engine, asked what stands in the cell (PDF with a text layer);
 3. look-alikes: digits that recognition takes for each other (pictures), or a point.

If one of them satisfies the sums it is a *suspected misreading*, with the text and the crop of the picture to look at.
If the text was taken from the file itself, letter by letter, and the witness, where there is one, reads the same, the
error is in the *source*. Otherwise it cannot be told. Nothing is ever changed: the other reading is offered beside the
printed one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final, Literal, cast

import msgspec

from flows.checks.noun import Cell
from flows.checks.regrid import regrid
from flows.checks.views import DocumentFacts
from flows.checks.words import UNITS
from flows.lazy_rows import columns_of
from normalize.amount import parse_number

Cause = Literal["reading", "source", "unknown"]
Box = tuple[float, float, float, float]
Witness = Callable[[int, Box], "Witnessed | None"]  # page (1-based) and box → what a second engine reads there
_BOXES: Final = "boxes"
_WHERE: Final = ("table_no", "row_no", "col_no", "x0", "y0", "x1", "y1")

# Digits that recognition takes for each other in small print.
ALIKE: Final = frozenset(
    frozenset(pair)
    for pair in ("17", "14", "08", "06", "09", "38", "35", "56", "58", "68", "89", "49", "27", "39", "47")
)
_LETTERS: Final = str.maketrans(
    {"O": "0", "o": "0", "D": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8", "Z": "2"}
)
_OUR_TROUBLES: Final = frozenset(
    {
        "witnesses_disagree",
        "ocr_low_confidence",
        "unmapped_characters",
        "overprinted_text",
        "ocr_unread_marks",
        "widths_contradict_glyphs",
        "number_cut_by_ruling",
    }
)
MOST: Final = 24


def look_alike(printed: Decimal, meant: Decimal) -> bool:
    """The two numbers differ in digits that look alike, or in the point alone."""
    one, two = (str(abs(number).normalize().quantize(Decimal("0.01"))) for number in (printed, meant))
    if one.replace(".", "").strip("0") == two.replace(".", "").strip("0"):
        return True
    return len(one) == len(two) and all(a == b or frozenset((a, b)) in ALIKE for a, b in zip(one, two, strict=True))


def alternatives(printed: str) -> Iterator[str]:
    """Other ways to read a text that is no number: letters for digits, a comma or a blank for the point, a point
    twice."""
    text = "".join(printed.split()).translate(_LETTERS)
    tries = [text, re.sub(r"[.。·]{2,}", ".", text), re.sub(r"[,，](\d{2})$", r".\1", text), text.rstrip(".,，。·")]
    tries += [re.sub(r"^[^\d\-]+|[^\d]+$", "", text), re.sub(r"(\d)[\s·](\d{2})$", r"\1.\2", printed)]
    tries += [re.sub(r"(\d)[.,](\d{3})[.,]", r"\1\2.", text)]
    yield from [one for one in dict.fromkeys(tries) if one != printed][:MOST]


def other_reading(cell: Cell, wanted: Decimal, slack: Decimal) -> str | None:
    """An alternative of an unreadable cell's text that is the wanted amount (yuan), within `slack`."""
    if not cell.printed or cell.unit is None:
        return None
    for text in alternatives(cell.printed):
        number = parse_number(text).number
        if number is not None and abs(number * UNITS[cell.unit] - wanted) <= slack:
            return text
    return None


class Witnessed(msgspec.Struct, frozen=True):
    """What a second engine reads at a place. text: where it is another one."""

    agrees: bool
    text: str | None = None


class Trial(msgspec.Struct, frozen=True):
    """What came of it. text: the other reading that satisfies the sums, how it is made (split, merge, shift, witness,
    look_alike). witnessed: what the second engine said, None where it was not asked or could not answer."""

    cause: Cause
    text: str | None = None
    how: str | None = None
    witnessed: Witnessed | None = None


def try_reading(
    facts: DocumentFacts, cell: Cell, meant: Decimal, slack: Decimal, witness: Witness | None = None
) -> Trial:
    """Put the reading of a cell on trial. meant: the amount (yuan) that would restore the sums, within `slack`."""
    other = regrid(facts, cell, meant, slack)
    if other is not None:
        return Trial("reading", other.text, other.how)
    by_ocr = cell.place in _read_from_pictures(facts) or (facts.about.method or "").endswith("ocr")
    witnessed = None if by_ocr else _ask(facts, cell, witness)
    if witnessed is not None and not witnessed.agrees:
        said = parse_number(witnessed.text or "").number
        fits = said is not None and cell.unit is not None and abs(said * UNITS[cell.unit] - meant) <= slack
        return Trial("reading" if fits else "unknown", witnessed.text if fits else None, "witness", witnessed)
    troubled = any(
        issue["code"] in _OUR_TROUBLES and (issue["place"] == cell.place or issue["page"] == cell.page is not None)
        for issue in facts.tables.get("issues", ())
    )
    if not by_ocr and (witnessed is not None or not troubled):
        return Trial("source", witnessed=witnessed)
    if cell.yuan is not None and look_alike(cell.yuan, meant):
        return Trial("reading", None, "look_alike")
    return Trial("unknown")


def box_of(facts: DocumentFacts, cell: Cell) -> Box | None:
    """Where on its page the cell is printed, in points from the top left; None for formats without pages."""
    boxes = facts.made.get(_BOXES)
    if boxes is None:
        boxes = {
            f"t{table}.r{row}.c{col}": (x0, y0, x1, y1)
            for table, row, col, x0, y0, x1, y1 in columns_of(facts.tables.get("raw_cells", ()), *_WHERE)
            if table is not None and x0 is not None
        }
        facts.made[_BOXES] = boxes
    return cast(dict[str, Box], boxes).get(cell.place)


def crop_of(facts: DocumentFacts, cell: Cell) -> str:
    """What to look at: `3a2245b978ca3436#p7@72.0,90.5,120.0,104.5`; without pages `3a2245b978ca3436#t9.r10.c2`."""
    box = box_of(facts, cell)
    where = (
        cell.place if box is None or cell.page is None else f"p{cell.page}@{','.join(f'{edge:.1f}' for edge in box)}"
    )
    return f"{facts.document_sha256[:16]}#{where}"


def _ask(facts: DocumentFacts, cell: Cell, witness: Witness | None) -> Witnessed | None:
    if witness is None or cell.page is None or facts.about.kind != "pdf":
        return None
    box = box_of(facts, cell)
    return None if box is None else witness(cell.page, box)


def _read_from_pictures(facts: DocumentFacts) -> set[str]:
    return {
        f"t{row['table_no']}.r{row['row_no']}.c{row['col_no']}"
        for row in facts.tables.get("budget_lines", ())
        if (row["extract_method"] or "").endswith("ocr")
    }
