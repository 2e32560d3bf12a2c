"""What a published column is, the types and meanings of null that columns share, and how sets of them are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

S: Final = pl.String()
I16: Final = pl.Int16()
I32: Final = pl.Int32()
I64: Final = pl.Int64()
F64: Final = pl.Float64()
B: Final = pl.Boolean()
D: Final = pl.Date()
LS: Final = pl.List(pl.String())
LI: Final = pl.List(pl.Int32())


@dataclass(frozen=True, slots=True)
class Field:
    """One column. unit: of the values, where they have one. A column is nullable only if a null has a meaning."""

    name: str
    dtype: pl.DataType
    zh: str
    en: str
    unit: str | None = None
    nullable: bool = False
    null_meaning_zh: str | None = None
    null_meaning_en: str | None = None
    example: str | None = None


Null = tuple[str, str]
NOT_PRINTED: Final[Null] = ("原文未印", "not printed")
NOT_KNOWN: Final[Null] = ("不能确定", "cannot be determined")
NO_SUCH: Final[Null] = ("该格式没有", "the format has none")
NO_AMOUNT: Final[Null] = ("无数值或单位不明，见状态栏", "no number, or unit unknown; see the state column")
NOT_WEB: Final[Null] = ("不是从网上取得", "not reached through the web")
NO_NUMBER: Final[Null] = ("不能解析为数值", "not readable as a number")


class Definitions(dict[str, Field]):
    """Columns by name, or by `table.name` where the name means something else in that table."""

    def add(
        self,
        name: str,
        dtype: pl.DataType,
        zh: str,
        en: str,
        *,
        example: str,
        null: Null | None = None,
        unit: str | None = None,
    ) -> None:
        """Define one column; `table.name` overrides `name` in that table. Raises ValueError if it is taken."""
        if name in self:
            raise ValueError(f"column defined twice: {name}")
        null_zh, null_en = null or (None, None)
        self[name] = Field(name.rpartition(".")[2], dtype, zh, en, unit, null is not None, null_zh, null_en, example)
