"""Numbers as a workbook prints them: format codes of Excel and WPS (ECMA-376 part 1, 18.8.31) applied to values.

Only what decides which characters are printed is done; colours, padding (`_x`) and fill (`*x`) print nothing here.
Binary doubles are taken at the 15 significant digits that spreadsheets show, and rounded half away from zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final

# Codes that a file refers to by number only. 27-36 and 50-58 are those of Chinese (18.8.30, zh-cn); 14 and 22 are
# printed as the Chinese system setting does.
BUILTIN: Final[dict[int, str]] = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"¥"#,##0;"¥"\\-#,##0',
    6: '"¥"#,##0;"¥"\\-#,##0',
    7: '"¥"#,##0.00;"¥"\\-#,##0.00',
    8: '"¥"#,##0.00;"¥"\\-#,##0.00',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    **dict.fromkeys((34, 55), '上午/下午h"时"mm"分"'),
    **dict.fromkeys((35, 56), '上午/下午h"时"mm"分"ss"秒"'),
}

_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP)
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_(?P<padding>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/通用格式)|(?P<exponent>E[+-])|(?P<half>AM/PM|A/P|上午/下午)"
    r"|(?P<date>y+|m+|d+|h+|s+|a{3,4}|e+|b+|g+)|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<text>@)|(?P<slash>/)|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MAX_CODE = 512


@dataclass(frozen=True)
class Shown:
    """text: as printed. known: False where the code holds something we cannot apply and General was used instead."""

    text: str
    known: bool = True


@dataclass(frozen=True)
class _Section:
    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, Decimal] | None
    known: bool

    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.tokens}


def exact(value: float | str) -> Decimal:
    """The value as spreadsheets know it: 15 significant digits. Raises ArithmeticError for what is no finite number."""
    number = _FIFTEEN.plus(Decimal(value.strip() if isinstance(value, str) else repr(value)))
    if not number.is_finite() or number.adjusted() > 308:
        raise ArithmeticError(f"no finite number: {value!r}")
    return number if number.adjusted() > -300 else Decimal(0)


def show_number(value: Decimal, code: str, *, from_1904: bool = False) -> Shown:
    """A number under a format code; dates are numbers of days."""
    sections = _sections(code)
    section, magnitude = _chosen(sections, value)
    if section is None or not section.known:
        return Shown(general(value), known=False)
    kinds = section.kinds()
    if not kinds:
        return Shown("")
    if "date" in kinds or "elapsed" in kinds:
        return _date(section, value, from_1904)
    if "general" in kinds or kinds <= {"text"}:
        shown = general(magnitude)
        return Shown("".join(shown if kind in {"general", "text"} else text for kind, text in section.tokens))
    if "slash" in kinds and "digit" in kinds:
        return Shown(general(value), known=False)
    return Shown(_digits(section, magnitude))


def show_text(text: str, code: str) -> str:
    """A text under a format code: only a fourth section, or one with `@`, changes it."""
    sections = _sections(code)
    section = sections[3] if len(sections) == 4 else next((s for s in sections if "text" in s.kinds()), None)
    if section is None:
        return text
    return "".join(text if kind == "text" else shown for kind, shown in section.tokens if kind in {"text", "literal"})


def general(value: Decimal) -> str:
    """Whole numbers in full; others in at most 11 characters, as Excel shows them where the column is wide enough.

    Excel turns whole numbers of 12 and more digits into 1.23E+11; those are codes, and are kept in full (as Calc does).
    """
    if value == value.to_integral_value() and abs(value) < Decimal(10) ** 20:
        return f"{int(value)}"
    whole = len(str(int(abs(value))))
    if abs(value) < Decimal("0.0001") or whole > 20:
        mantissa, _, exponent = f"{value:.5E}".partition("E")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}E{exponent[0]}{exponent[1:].zfill(2)}"
    rounded = _round(value, max(0, 10 - whole))
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# ----------------------------------------------------------------------------------------------------- sections


@lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[_Section, ...]:
    found: list[list[tuple[str, str]]] = [[]]
    for match in _TOKEN.finditer(code[:_MAX_CODE]):
        kind = match.lastgroup or "literal"
        text = match.group(kind)
        if kind == "literal" and text == ";":
            found.append([])
        else:
            found[-1].append((kind, text))
    return tuple(_section(tokens) for tokens in found[:4])


def _section(raw: list[tuple[str, str]]) -> _Section:
    tokens: list[tuple[str, str]] = []
    condition: tuple[str, Decimal] | None = None
    known = True
    for kind, text in raw:
        if kind in {"quoted", "escaped", "literal"}:
            tokens.append(("literal", text))
        elif kind == "bracket":
            limit = _CONDITION.fullmatch(text.strip())
            if limit:
                condition = (limit.group(1), Decimal(limit.group(2)))
            elif text.startswith("$"):
                currency = text[1:].partition("-")[0]
                tokens += [("literal", currency)] if currency else []
            elif re.fullmatch(r"h+|m+|s+", text, re.IGNORECASE):
                tokens.append(("elapsed", text.lower()))
            elif text.lower().startswith("dbnum"):
                known = False  # Chinese numerals: rare, and spelled in several ways
        elif kind == "date":
            tokens.append(("date", text.lower()))
            known = known and text[0].lower() not in "bg"
        elif kind not in {"padding", "fill"}:
            tokens.append((kind, text))
    return _Section(tuple(_minutes(tokens)), condition, known)


def _minutes(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """`m` next to hours or seconds is minutes: written `n` from here on."""
    clock = [i for i, (kind, _) in enumerate(tokens) if kind in {"date", "elapsed"}]
    for at, i in enumerate(clock):
        kind, text = tokens[i]
        if kind != "date" or text[0] != "m" or len(text) > 2:
            continue
        before = tokens[clock[at - 1]][1] if at else ""
        after = tokens[clock[at + 1]][1] if at + 1 < len(clock) else ""
        if before[:1] == "h" or after[:1] == "s":
            tokens[i] = (kind, "n" * len(text))
    return tokens


def _chosen(sections: tuple[_Section, ...], value: Decimal) -> tuple[_Section | None, Decimal]:
    """The section for this value, and the number it prints: its own sign is printed by the first section only."""
    numbers = sections[:3]
    if any(section.condition for section in numbers):
        for section in numbers:
            if section.condition is None or _holds(value, section.condition):
                return section, abs(value) if section.condition and value < 0 and section is not numbers[0] else value
        return None, value
    if len(numbers) == 1 or (len(numbers) == 2 and value >= 0) or (len(numbers) == 3 and value > 0):
        return numbers[0], value
    if value < 0:
        return numbers[1], abs(value)
    return numbers[2], value


def _holds(value: Decimal, condition: tuple[str, Decimal]) -> bool:
    sign, limit = condition
    if sign == "<>":
        return value != limit
    return ("=" in sign and value == limit) or ("<" in sign and value < limit) or (">" in sign and value > limit)


# ------------------------------------------------------------------------------------------------------- digits


def _round(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE) if places < 40 else value


def _digits(section: _Section, value: Decimal) -> str:
    tokens = section.tokens
    kinds = [kind for kind, _ in tokens]
    point = kinds.index("point") if "point" in kinds else None
    end = kinds.index("exponent") if "exponent" in kinds else len(tokens)
    if point is not None and point > end:
        point = None
    whole_at = [i for i in range(point if point is not None else end) if kinds[i] == "digit"]
    part_at = [i for i in range(point + 1, end) if kinds[i] == "digit"] if point is not None else []
    if not whole_at and not part_at:
        return ("-" if value < 0 else "") + "".join(text for kind, text in tokens if kind in {"literal", "percent"})
    last_digit = whole_at[-1] if whole_at else -1
    commas = [i for i, kind in enumerate(kinds) if kind == "comma"]
    grouped = bool(whole_at) and any(whole_at[0] < i < last_digit for i in commas)
    scale = sum(1 for i in commas if i > last_digit and (point is None or i < point or i > max(part_at, default=point)))
    number = _WIDE.multiply(abs(value), Decimal(100) ** kinds.count("percent")) / (Decimal(1000) ** scale)
    power = 0
    if end < len(tokens):
        power = number.adjusted() - (len(whole_at) - 1) if number else 0
        number = number.scaleb(-power)
        if _round(number, len(part_at)).adjusted() >= max(1, len(whole_at)) and number:
            number, power = number.scaleb(-1), power + 1
    whole, _, part = f"{_round(number, len(part_at)):f}".partition(".")
    whole = whole.lstrip("0")
    printed = _whole(tokens, whole_at, whole, grouped)
    for i, digit in zip(part_at, part, strict=False):
        printed[i] = digit
    for i in reversed(part_at):  # '#' drops, '?' blanks the zeros at the end
        if printed[i] != "0" or tokens[i][1] == "0":
            break
        printed[i] = " " if tokens[i][1] == "?" else ""
    out = "-" if value < 0 else ""
    for i, (kind, text) in enumerate(tokens):
        if kind == "digit":
            out += printed.get(i, "") if i < end else ""
        elif kind == "point" and i == point:
            out += (whole if not whole_at else "") + "."
        elif kind == "exponent":
            places = sum(1 for j in range(i, len(tokens)) if kinds[j] == "digit")
            sign = "-" if power < 0 else "+" if text[1] == "+" else ""
            out += f"E{sign}{str(abs(power)).zfill(places)}"
        elif kind in {"literal", "percent"}:
            out += text
    return out.strip(" ")


def _whole(tokens: tuple[tuple[str, str], ...], places: list[int], whole: str, grouped: bool) -> dict[int, str]:
    """Digits before the point, from the right; what is left over stands at the first place."""
    printed: dict[int, str] = {}
    for back, i in enumerate(reversed(places)):
        if back >= len(whole):
            text = {"0": "0", "?": " "}.get(tokens[i][1], "")
        elif back == len(places) - 1:
            rest = whole[: len(whole) - back]
            text = rest[-1] if len(rest) == 1 else _group(rest, back) if grouped else rest
        else:
            text = whole[-1 - back]
        # the separator stands to the right of every third digit from the point
        separator = "," if grouped and back and back % 3 == 0 and text.strip() else ""
        printed[i] = text + separator if not (back == len(places) - 1 and back < len(whole) - 1) else text
    return printed


def _group(rest: str, skipped: int) -> str:
    """Digits with separators; `skipped` more digits follow on the right."""
    out = ""
    for at, digit in enumerate(rest):
        out += digit
        right = len(rest) - 1 - at + skipped
        if right and right % 3 == 0:
            out += ","
    return out


# -------------------------------------------------------------------------------------------------------- dates


def _date(section: _Section, value: Decimal, from_1904: bool) -> Shown:
    if not 0 <= value < 2_958_466:
        return Shown(general(value), known=False)
    seconds = int(_round(value * 86_400, 0))
    days = seconds // 86_400
    # day 60 of the 1900 calendar is a 29 February that never was; days before it count one less
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30) + timedelta(days=1 if days < 60 else 0)
    try:
        at = start + timedelta(seconds=seconds)
    except OverflowError:
        return Shown(general(value), known=False)
    half = any(kind == "half" for kind, _ in section.tokens)
    out = ""
    for kind, text in section.tokens:
        if kind == "date":
            out += _date_part(text, at, half)
        elif kind == "elapsed":
            total = seconds // {"h": 3600, "m": 60, "s": 1}[text[0]]
            out += str(total).zfill(len(text))
        elif kind == "half":
            words = ("上午", "下午") if text.startswith("上") else ("AM", "PM") if len(text) > 3 else ("A", "P")
            out += words[at.hour >= 12]
        elif kind in {"literal", "point", "slash", "comma"}:
            out += text
        elif kind == "digit":  # tenths of seconds; whole seconds is what we know
            out += "0"
    return Shown(out.strip(" "))


def _date_part(text: str, at: datetime, half: bool) -> str:
    n = len(text)
    hour = (at.hour % 12 or 12) if half else at.hour
    if text[0] == "y":
        return f"{at.year:04d}" if n > 2 else f"{at.year % 100:02d}"
    if text[0] == "e":
        return f"{at.year:04d}"
    if text[0] == "a":
        return ("星期" if n > 3 else "") + "一二三四五六日"[date.weekday(at)]
    if text[0] == "m" and n > 2:
        month = _MONTHS[at.month - 1]
        return month[0] if n == 5 else month[:3] if n == 3 else month
    if text[0] == "d" and n > 2:
        return _DAYS[at.weekday()][:3] if n == 3 else _DAYS[at.weekday()]
    number = {"m": at.month, "d": at.day, "h": hour, "n": at.minute, "s": at.second}[text[0]]
    return f"{number:02d}" if n > 1 else str(number)
