"""Numbers in running text: money, per cent, counts and bare numbers as tokens, on text made comparable.

Comparable text (`Folded`) is NFKC without white space and quotation marks, character by character, so that every
position leads back to the printed text. A blank that stands between two digits stays: it may part two numbers.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

TokenKind = Literal["money", "percent", "count", "number"]

MONEY_UNITS: Final = ("亿元", "百万元", "万元", "千元", "元", "亿", "万")  # longest first where one ends another
COUNTERS: Final = (
    "平方米",
    "人次",
    "批次",
    "台套",
    "台",
    "辆",
    "套",
    "个",
    "批",
    "次",
    "人",
    "名",
    "项",
    "件",
    "户",
    "家",
)

_SKIPPED: Final = frozenset("“”‘’\"'「」『』\u200b\u200c\u200d\ufeff\u00ad")
# Characters that stay what they are; most of a text.
_UNCHANGED: Final = re.compile(r"[0-9A-Za-z.,:;()%+*/<>=\-\u4e00-\u9fff、。]+")
_MINUS: Final = dict.fromkeys("−–—﹣", "-")
# 1,234.56 or 1234.56; never the tail of a longer number, of a date or of a code.
_PLAIN: Final = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_GROUPED_BADLY: Final = re.compile(r"\d{4,},\d{3}(?!\d)|\d{1,3},\d{3}\d|\d{1,3},\d{3},\d{1,2}(?!\d)|\d \d|\d\.\d+\.\d")
_TOKEN: Final = re.compile(
    rf"(?<![\d.A-Za-z])(?P<sign>(?<![\d)])-)?(?P<number>{_PLAIN})(?:"
    r"(?P<points>个百分点)"
    r"|(?P<percent>[%‰])"
    r"|(?:人民币)?(?P<money>(?:亿|百万|万|千)?元|(?:亿|万)(?=[,.;:、()。!?]|其中|$))(?!/)"
    rf"|(?P<count>台\((?:件、)?套\)|个\(次\)|{'|'.join(COUNTERS)})"
    r")?"
)
_RANGE: Final = re.compile(r"\d[-~至]$")
_CLOSED: Final = re.compile(r"^.*\.\d+,")  # behind decimals a comma parts two numbers, never thousands
_NOT_A_NUMBER: Final = re.compile(
    r"年|月|日|号|时|分(?!别)|级|周|届|岁|[-/]\d|\.\d|个百分点|余|多(?=[万亿元])|[A-Za-z]"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """text: for patterns; at[i]: position in the printed text of text[i]."""

    text: str
    at: tuple[int, ...]

    def printed(self, source: str, start: int, end: int) -> str:
        """The printed text of text[start:end]."""
        return source[self.at[start] : self.at[end - 1] + 1] if start < end else ""


@dataclass(frozen=True, slots=True)
class Token:
    """A number in the text: text[start:end] with its unit. number: as in the folded text, sign included.

    unit: money unit, `%`, or counter; "" for a bare number. sure: False where its digits could be read otherwise.
    """

    kind: TokenKind
    start: int
    end: int
    number: str
    unit: str
    sure: bool = True

    @property
    def decimals(self) -> int:
        return len(self.number.partition(".")[2])


@lru_cache(maxsize=8192)
def _fold_char(char: str) -> str:
    if "①" <= char <= "⑳" or char == "\ufffd":  # circled numbers would become bare digits
        return char
    return "".join(_MINUS.get(c, c) for c in unicodedata.normalize("NFKC", char) if not c.isspace())


def fold_text(text: str) -> Folded:
    """Text made comparable, with the way back. Never raises."""
    chars: list[str] = []
    at: list[int] = []
    gap = False
    index, length = 0, len(text)
    while index < length:
        if not gap:
            plain = _UNCHANGED.match(text, index)
            if plain is not None:
                chars.extend(plain[0])
                at.extend(range(index, plain.end()))
                index = plain.end()
                continue
        char = text[index]
        index += 1
        if char in _SKIPPED:
            continue
        folded = _fold_char(char)
        if not folded:
            gap = True
            continue
        if gap and chars and chars[-1].isdigit() and folded[0].isdigit():
            chars.append(" ")
            at.append(index - 1)
        gap = False
        chars.extend(folded)
        at.extend([index - 1] * len(folded))
    return Folded("".join(chars), tuple(at))


def tokens_of(text: str) -> list[Token]:
    """Numbers of a folded text, left to right. Dates, document numbers and approximations (20余万元) are none.

    A bare number is kept, because the unit of a list may stand behind its last member only (`12.5,30.1万元`).
    """
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        if match["points"]:
            continue
        kind: TokenKind = "number"
        unit = match["percent"] or match["money"] or match["count"] or ""
        if match["percent"]:
            kind = "percent"
        elif match["money"]:
            kind = "money"
        elif match["count"]:
            kind = "count"
        elif _NOT_A_NUMBER.match(text, match.end()):
            continue
        number = (match["sign"] or "") + match["number"]
        found.append(Token(kind, match.start(), match.end(), number, unit, _sure(text, match)))
    return found


def _sure(text: str, match: re.Match[str]) -> bool:
    """False where separators stand so that the digits before and behind could be one number or two."""
    start, end = match.span("number")
    if match["sign"] is None and _RANGE.search(text, max(0, start - 2), start):
        return False
    while start > 0 and text[start - 1] in "0123456789, .":
        start -= 1
    return not _GROUPED_BADLY.search(_CLOSED.sub("", text[start:end]))
