"""A counting number as Word prints it in a list: the formats of ST_NumberFormat (ECMA-376 part 1, 17.18.59)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

HIGHEST: Final = 32767  # the highest number that Word counts to in a list
_DIGITS: Final = "〇一二三四五六七八九"
_LEGAL_SIMPLIFIED: Final = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL: Final = "零壹貳參肆伍陸柒捌玖"
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def number_words(value: int, number_format: str) -> str | None:
    """`value` in the format; None for a format that is not known here. Beyond what a format can say: its digits."""
    known = _FORMATS.get(number_format)
    if known is None:
        return None
    return known(value) if 0 <= value <= HIGHEST else str(value)


def _chinese(value: int, digits: str, units: str, *, whole_ten: bool) -> str:
    """Counting words: 十一, 二十, 一百零一. whole_ten: 一十一 as in legal numbers."""
    if value == 0:
        return digits[0]
    out = ""
    gap = False
    for power, unit in ((10000, units[3]), (1000, units[2]), (100, units[1]), (10, units[0]), (1, "")):
        digit, value = divmod(value, power)
        if digit == 0:
            gap = bool(out)
            continue
        if gap:
            out += "零"
        gap = False
        out += unit if power == 10 and digit == 1 and not out and not whole_ten else digits[digit] + unit
    return out


def _counting(value: int) -> str:
    return _chinese(value, _DIGITS, "十百千万", whole_ten=False)


def _legal_simplified(value: int) -> str:
    return _chinese(value, _LEGAL_SIMPLIFIED, "拾佰仟万", whole_ten=True)


def _legal_traditional(value: int) -> str:
    return _chinese(value, _LEGAL_TRADITIONAL, "拾佰仟萬", whole_ten=True)


def _digital(value: int) -> str:
    """Digit for digit: 一〇."""
    return "".join(_DIGITS[int(digit)] for digit in str(value))


def _chinese_counting(value: int) -> str:
    """chineseCounting: words below a hundred, digit for digit from there on."""
    return _counting(value) if value < 100 else _digital(value)


def _one_of(signs: str) -> Callable[[int], str]:
    return lambda value: signs[value - 1] if 1 <= value <= len(signs) else str(value)


def _letters(value: int) -> str:
    """A … Z, AA, BB …: Word repeats the letter."""
    if value == 0:
        return "0"
    times, letter = divmod(value - 1, 26)
    return chr(65 + letter) * min(times + 1, 30)


def _roman(value: int) -> str:
    out = ""
    for worth, sign in _ROMAN:
        times, value = divmod(value, worth)
        out += sign * times
    return out or "0"


def _full_width(value: int) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(value))


def _run(start: int, count: int) -> str:
    return "".join(map(chr, range(start, start + count)))


_CIRCLED: Final = _run(0x2460, 20) + _run(0x3251, 15) + _run(0x32B1, 15)

_FORMATS: Final[dict[str, Callable[[int], str]]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda value: f"{value:02d}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _one_of(_CIRCLED),
    "decimalEnclosedCircleChinese": _one_of(_CIRCLED),
    "decimalEnclosedParen": _one_of(_run(0x2474, 20)),
    "decimalEnclosedFullstop": _one_of(_run(0x2488, 20)),
    "ideographEnclosedCircle": _one_of(_run(0x3280, 10)),
    "numberInDash": lambda value: f"- {value} -",
    "chineseCounting": _chinese_counting,
    "chineseCountingThousand": _counting,
    "japaneseCounting": _counting,
    "taiwaneseCounting": _counting,
    "taiwaneseCountingThousand": _counting,
    "ideographDigital": _digital,
    "japaneseDigitalTenThousand": _digital,
    "taiwaneseDigital": _digital,
    "chineseLegalSimplified": _legal_simplified,
    "ideographLegalTraditional": _legal_traditional,
    "ideographTraditional": _one_of(_STEMS),
    "ideographZodiac": _one_of(_BRANCHES),
    "upperLetter": _letters,
    "lowerLetter": lambda value: _letters(value).lower(),
    "upperRoman": _roman,
    "lowerRoman": lambda value: _roman(value).lower(),
    "none": lambda _: "",
}
