"""What texts beside a page break say of the table there: a title of its own, the next number of a list. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

_TITLE = re.compile(
    r"^[^。；;，,]{2,60}表(?:\([^()]{1,24}\))?(?:(?:金额|计量|货币)?单位:?(?:人民币)?(?:百万|[亿万千])?元)?$"
)
_ORDINAL = re.compile(r"^\(?([一二三四五六七八九十]{1,3})(?:\)|[、.])")
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九十", 1)}


class Printed(Protocol):
    """A cell of a piece."""

    @property
    def row(self) -> int: ...
    @property
    def colspan(self) -> int: ...
    @property
    def text(self) -> str: ...


def folded(text: str) -> str:
    """NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def title_inside(cells: Iterable[Printed], n_cols: int) -> str | None:
    """The folded title that stands in the first row with text: alone, over all columns, named as tables are."""
    filled = [cell for cell in cells if cell.text.strip()]
    first = min((cell.row for cell in filled), default=None)
    row = [cell for cell in filled if cell.row == first]
    if len(row) != 1 or n_cols < 2 or row[0].colspan < n_cols:
        return None
    text = folded(row[0].text)
    return text if _TITLE.match(text) else None


def counts_up(upper: str, lower: str) -> bool:
    """Whether a label has the number after that of the label above (八、… over 九、…): two labels, not one cut in two.

    A text that is numbered throughout (一、…。二、…) has its first number far above that of its next line.
    """
    first, second = _number(upper), _number(lower)
    return first is not None and second == first + 1


def _number(text: str) -> int | None:
    """The Chinese number that a text begins with, below 100."""
    found = _ORDINAL.match(folded(text))
    if found is None:
        return None
    tens, ten, ones = found[1].rpartition("十")
    if not ten:
        return _DIGITS[ones] if len(ones) == 1 else None
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return None
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)
