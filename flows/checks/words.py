"""How findings speak: amounts in the printed unit, cells by label and code, statements by title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from flows.checks.noun import Cell

UNITS: Final[dict[str, Decimal]] = {
    "亿元": Decimal(100_000_000),
    "百万元": Decimal(1_000_000),
    "万元": Decimal(10_000),
    "千元": Decimal(1_000),
    "元": Decimal(1),
}
BLANK_ZH: Final = "（空白）"
BLANK_EN: Final = "(blank)"
LISTED_TERMS: Final = 8
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=8192)
def one_line(text: str) -> str:
    """A printed label on one line, white space collapsed (for messages only)."""
    return _SPACE.sub(" ", text).strip()


def unit_in(text: str | None) -> str | None:
    """The money unit named in a printed text such as 单位：万元; None when it names none."""
    return next((unit for unit in UNITS if text and unit in text), None)


@lru_cache(maxsize=8192)
def money(yuan: Decimal, unit: str | None, resolution: Decimal = Decimal(0)) -> str:
    """An amount in its printed unit: `186.00万元`; at least as many decimals as the resolution (yuan) has."""
    unit = unit or "元"
    number = yuan / UNITS[unit]
    wanted = _decimals(resolution / UNITS[unit]) if resolution else 0
    places = max(_decimals(number), wanted)
    return f"{number:.{places}f}{unit}"


@lru_cache(maxsize=8192)
def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def name(cell: Cell) -> str:
    """`30215 会议费`, with the column where it is not the line's main amount: `201 一般公共服务支出/项目支出`."""
    line = f"{cell.code} {cell.label}" if cell.code and cell.code != cell.label else cell.label
    main = cell.column_key in (None, "total", "amount") and cell.statement != "project"
    return line if main or not cell.column else f"{line}/{cell.column}"


def evidence(cell: Cell) -> str:
    """The position as printed: `合计 186.00`, `四、会议费 （空白）`."""
    return f"{name(cell)} {one_line(cell.printed) if cell.printed else BLANK_ZH}"


def value_zh(cell: Cell) -> str:
    """`30215 会议费 15.00万元`."""
    return f"{name(cell)} {_value(cell) or BLANK_ZH}"


def value_en(cell: Cell) -> str:
    return f"{name(cell)} {_value(cell) or BLANK_EN}"


def _value(cell: Cell) -> str:
    if cell.known and cell.yuan is not None:
        return money(cell.yuan, cell.unit, cell.resolution)
    return one_line(cell.printed) if cell.printed else ""


def names(cells: Sequence[Cell]) -> str:
    """Names of several cells (labels often hold 、 themselves, so a comma parts them)."""
    return "，".join(name(cell) for cell in cells)


def listed(cells: Sequence[Cell]) -> tuple[str, str]:
    """The printed terms of a sum, zh and en: `出国 7.00 + 公车 69.00`; long sums are cut short and counted."""
    shown = " + ".join(f"{name(cell)} {one_line(cell.printed or '')}" for cell in cells[:LISTED_TERMS])
    if len(cells) > LISTED_TERMS:
        return f"{shown} + … 共{len(cells)}项", f"{shown} + … {len(cells)} terms in all"
    return shown, shown
