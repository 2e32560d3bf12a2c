"""Our reading on trial: before a failing sum is told as the government's error, the reading is suspected.

An amount that was recognised in a picture (OCR), or at which the second engine read something else, may be ours to
answer for. If one of its look-alikes, or another way to split the text, satisfies the sums through it, it is a
*suspected misreading*; if the text was taken from the file itself, letter by letter, and no engine disagrees, the error
is in the *source*. Nothing is ever changed: the other reading is offered beside the printed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal

from flows.checks.facts import DocumentFacts
from flows.checks.noun import Cell
from flows.checks.words import UNITS
from normalize.amount import parse_number

Cause = Literal["reading", "source", "unknown"]

# Digits that recognition takes for each other in small print.
ALIKE: Final = frozenset(
    frozenset(pair)
    for pair in ("17", "14", "08", "06", "09", "38", "35", "56", "58", "68", "89", "49", "27", "39", "47")
)
_LETTERS: Final = str.maketrans(
    {"O": "0", "o": "0", "D": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8", "Z": "2"}
)
_OUR_TROUBLES: Final = frozenset(
    {"witnesses_disagree", "ocr_low_confidence", "unmapped_characters", "overprinted_text", "ocr_unread_marks"}
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


def cause_of(facts: DocumentFacts, cell: Cell, meant: Decimal) -> Cause:
    """Whose error a suspected cell is: reading (ours), source (the document's), unknown."""
    by_ocr = cell.place in _read_from_pictures(facts) or (facts.about.method or "").endswith("ocr")
    troubled = any(
        issue["code"] in _OUR_TROUBLES and (issue["place"] == cell.place or issue["page"] == cell.page is not None)
        for issue in facts.tables.get("issues", ())
    )
    if not by_ocr and not troubled:
        return "source"
    if cell.yuan is not None and look_alike(cell.yuan, meant):
        return "reading"
    return "unknown"


def _read_from_pictures(facts: DocumentFacts) -> set[str]:
    return {
        f"t{row['table_no']}.r{row['row_no']}.c{row['col_no']}"
        for row in facts.tables.get("budget_lines", ())
        if (row["extract_method"] or "").endswith("ocr")
    }
