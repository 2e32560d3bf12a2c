"""A printed text as a number: its state and its exact decimal. A blank, a dash, a zero and a text are four things.

Nothing is rounded and nothing is guessed: a text that could be two numbers is `not_numeric`, never a longer number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final, Literal

from normalize.unit import money_factor

AmountState = Literal["number", "zero", "blank", "dash", "masked", "illegible", "not_numeric"]

LONGEST: Final = 40  # characters; no printed amount is longer, and hostile input shall not cost time
EXACT: Final = Context(prec=80)

# Full-width forms only: NFKC would also turn ① and ² into digits.
_NARROW: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", ord("￥"): "¥"}
_MINUS: Final = dict.fromkeys(map(ord, "−–—―─‐‑‒﹣－"), "-")
_HALF: Final = {**_NARROW, **_MINUS}
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_DASH: Final = re.compile(r"[-/\\∅]+")
_MASKED: Final = re.compile(r"\*+|.*\*{2,}.*|[×xX]{2,}|.*涉密.*")
# 128138,600: a format of spreadsheets (#,###) that parts only the last three digits; before it stand four or more.
_PLAIN: Final = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{4,9},\d{3}|\d+)(?:\.\d+)?|\.\d+")
_NUMBER: Final = re.compile(r"(?P<sign>[-+])?¥?(?P<number>[\d,]*\.?\d+)(?P<unit>%|‰|[千万百亿]*元)?")
_BRACKETED: Final = re.compile(r"\((?P<number>[\d,]*\.?\d+)\)")
_SPACED_GROUPS: Final = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """state; number: exact, in the printed unit, set for number and zero only; decimals: digits after the point.

    unit: printed in the cell itself (`%`, `万元` …), None where the cell prints none.
    """

    state: AmountState
    number: Decimal | None = None
    decimals: int = 0
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """yuan: exact. fen: None where yuan is no whole number of fen (or beyond int64). resolution: of the last digit."""

    yuan: Decimal
    fen: int | None
    resolution: Decimal


@lru_cache(maxsize=65536)
def parse_number(text: str | None) -> PrintedNumber:
    """Read a cell as printed. Never raises.

    blank: nothing or white space. dash: only dashes or slashes (-, －, —, --, /, ∅). masked: ***, ××, 涉密.
    number / zero: digits (full width too), with thousands separators in groups of three, a sign or accountant's
    brackets, a unit behind. not_numeric: everything else, lists such as `4125.49,4143.91` included.
    """
    if text is None:
        return PrintedNumber("blank")
    wide = _INVISIBLE.sub("", text[: LONGEST * 8].translate(_HALF))
    lines = [_tidy(line) for line in wide.strip().splitlines() if line.strip()]
    if not lines:
        return PrintedNumber("blank")
    joined = _join(lines)
    if joined is None or len(joined) > LONGEST:
        return PrintedNumber("not_numeric")
    if _DASH.fullmatch(joined):
        return PrintedNumber("dash")
    if _MASKED.fullmatch(joined):
        return PrintedNumber("masked")
    return _read(joined)


def _tidy(line: str) -> str:
    """One line without the spaces that cannot part two numbers; other spaces become one blank."""
    line = re.sub(r"\s+", " ", line.strip())
    if re.search(r"[.,]", line) and all(len(word) == 1 for word in line.split(" ")):
        return line.replace(" ", "")
    line = re.sub(r" ?([,.()%]) ?", r"\1", line)
    line = re.sub(r"^([-+¥]) ", r"\1", line)
    if _SPACED_GROUPS.fullmatch(line):
        return line.replace(" ", "")
    return re.sub(r"(?<=\d) (?=[千万百亿]*元$)", "", line)


def _join(lines: list[str]) -> str | None:
    """One text of the lines of a cell; None where they may be several numbers.

    A number too long for its cell is broken after the cell is full: no later line is longer than the first. Only a
    result that is well formed by itself and has a point or separators is taken for such a broken number.
    """
    if len(lines) == 1:
        return None if " " in lines[0] and re.search(r"\d \d", lines[0]) else lines[0].replace(" ", "")
    joined = "".join(lines).replace(" ", "")
    if not any(character.isdigit() for character in joined):
        return joined
    broken = all(len(line) <= len(lines[0]) for line in lines[1:])
    return joined if broken and re.search(r"[.,]", joined) and _read(joined).number is not None else None


def _read(text: str) -> PrintedNumber:
    match = _BRACKETED.fullmatch(text)
    sign, unit = ("-", None) if match else ("", None)
    if match is None:
        match = _NUMBER.fullmatch(text)
        if match is None:
            return PrintedNumber("not_numeric")
        sign, unit = match["sign"] or "", match["unit"]
    digits = match["number"]
    if not digits.isascii() or not _PLAIN.fullmatch(digits):
        return PrintedNumber("not_numeric")
    number = Decimal(("-" if sign == "-" else "") + digits.replace(",", ""))
    decimals = len(digits.partition(".")[2])
    if number.is_zero():
        return PrintedNumber("zero", abs(number), decimals, unit)
    return PrintedNumber("number", number, decimals, unit)


def to_money(printed: PrintedNumber, unit: str | None) -> Money | None:
    """The amount in yuan, exact; None where there is no number or the unit is no unit of money.

    resolution is 10^-decimals × the unit: 万元 with two decimals means 100 yuan.
    """
    factor = money_factor(unit)
    if printed.number is None or factor is None:
        return None
    yuan = EXACT.multiply(printed.number, factor)
    fen = EXACT.multiply(yuan, Decimal(100))
    whole = fen == fen.to_integral_value(context=EXACT) and abs(fen) < 2**63
    resolution = EXACT.multiply(EXACT.scaleb(Decimal(1), Decimal(-printed.decimals)), factor)
    return Money(yuan, int(fen) if whole else None, resolution)
