"""How the values of a column are spread, and where and why they are missing; computed on the whole table, once.

One column at a time is in memory. Counts, not estimates; the number of different texts is exact too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from flows.site import words
from flows.site.release import Column, Release, Table

BINS: Final = 24
MOST_VALUES: Final = 6
FEW: Final = 40  # so many different texts are listed with their counts; more are only counted
MOST_TEXT: Final = 40
# companion of an amount that says why there is no number: column ending → its ending
REASONS: Final = (("_yuan", "_why"), ("_yuan", "_state"), ("_printed", "_state"), ("_fen", "_state"))
NAMED_REASONS: Final = {
    "amount_yuan": "amount_state",
    "amount_fen": "amount_state",
    "resolution_yuan": "amount_state",
    "printed_text": "amount_state",
    "value_number": "state",
    "planned_yuan": "state",
    "quantity": "quantity_state",
}


@dataclass
class Spread:
    """One column. bars: shares of the tallest, 0 to 1, of the histogram; ends: its first and last value.

    values: (text, rows) of the commonest; years: year → (rows, rows without a value); reasons: year → reason → rows
    without a value, where another column says why.
    """

    rows: int
    nulls: int
    different: int | None = None
    bars: list[float] = field(default_factory=list)
    ends: tuple[str, str] | None = None
    middle: str | None = None
    is_log: bool = False
    values: list[tuple[str, int]] = field(default_factory=list)
    years: dict[int, tuple[int, int]] = field(default_factory=dict)
    reasons: dict[int, dict[str, int]] = field(default_factory=dict)
    reason_column: str | None = None

    @property
    def null_share(self) -> float:
        return self.nulls / self.rows if self.rows else 0.0


def spread(release: Release, table: Table, column: Column, years: pl.LazyFrame | None) -> Spread:
    """The spread of one column. years: document_sha256 → fiscal_year, for tables without a year of their own."""
    lazy = release.scan(table.name)
    name = column.name
    frame = lazy.select(name).collect()
    series = frame[name]
    found = Spread(series.len(), series.null_count())
    if isinstance(series.dtype, pl.List):
        series = series.list.len().cast(pl.Int64)
    values = series.drop_nulls()
    if values.len():
        if values.dtype in (pl.Boolean, pl.String):
            _texts(found, values)
        elif values.dtype.is_temporal():
            _numbers(found, values.to_physical().cast(pl.Float64), dates=True)
        else:
            _numbers(found, values.cast(pl.Float64), dates=False)
    if found.nulls and found.nulls < found.rows * 1.01:
        _missing(found, lazy, table, name, years)
    return found


def _texts(found: Spread, values: pl.Series) -> None:
    found.different = values.n_unique()
    if found.different <= FEW or found.different * 20 <= values.len():
        counted = (
            values.cast(pl.String)
            .rename("value")
            .value_counts(name="rows")
            .sort(["rows", "value"], descending=[True, False])
        )
        for value, rows in counted.head(MOST_VALUES).iter_rows():
            text = str(value)
            found.values.append((text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…", int(rows)))


def _numbers(found: Spread, values: pl.Series, *, dates: bool) -> None:
    """A histogram of at most BINS bars; amounts over several powers of ten by the logarithm of what is above zero."""
    low, high, middle = (float(one) for one in (values.min(), values.max(), values.median()))  # type: ignore[arg-type]
    found.different = values.n_unique()
    found.ends = (_shown(low, dates), _shown(high, dates))
    found.middle = _shown(middle, dates)
    if high <= low:
        found.bars = [1.0]
        return
    scaled = values
    if not dates and low >= 0 and high > 1000 and middle < high / 50:
        found.is_log = True
        scaled = values.filter(values > 0).log10()
        if not scaled.len():
            return
        low, high = float(scaled.min()), float(scaled.max())  # type: ignore[arg-type]
        found.ends = (_shown(10**low, dates), _shown(10**high, dates))
        if high <= low:
            found.bars = [1.0]
            return
    bins = BINS if found.different > BINS else max(2, found.different)
    index = ((scaled - low) / (high - low) * bins).floor().clip(0, bins - 1).cast(pl.Int32)
    counts = dict(index.rename("bin").value_counts(name="rows").iter_rows())
    top = max(counts.values())
    found.bars = [counts.get(one, 0) / top for one in range(bins)]


def _shown(value: float, dates: bool) -> str:
    if dates:
        shown = pl.Series([round(value)], dtype=pl.Int32).cast(pl.Date)[0]
        return str(shown)
    if value == round(value) and abs(value) < 1e15:
        return f"{round(value)}" if 1900 <= value <= 2100 else f"{round(value):,}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def _missing(found: Spread, lazy: pl.LazyFrame, table: Table, name: str, years: pl.LazyFrame | None) -> None:
    reason = reason_column(table, name)
    own_year = table.has("fiscal_year")
    if name in ("fiscal_year", "document_sha256") or (
        not own_year and (years is None or not table.has("document_sha256"))
    ):
        return
    wanted = [name, *([reason] if reason else []), "fiscal_year" if own_year else "document_sha256"]
    rows = lazy.select(list(dict.fromkeys(wanted)))
    if not own_year:
        assert years is not None
        rows = rows.join(years, on="document_sha256", how="left")
    keys = ["fiscal_year", *([reason] if reason else [])]
    counted = (
        rows.filter(pl.col("fiscal_year").is_not_null())
        .group_by(keys)
        .agg(pl.len().alias("rows"), pl.col(name).is_null().sum().alias("nulls"))
        .sort(keys, nulls_last=True)
        .collect()
    )
    for row in counted.iter_rows(named=True):
        year = int(row["fiscal_year"])
        before = found.years.get(year, (0, 0))
        found.years[year] = (before[0] + row["rows"], before[1] + row["nulls"])
        if reason and row["nulls"]:
            found.reasons.setdefault(year, {})[str(row[reason])] = int(row["nulls"])
    found.reason_column = reason


def reason_column(table: Table, name: str) -> str | None:
    """The column that says why this one is null, where the table has one."""
    named = NAMED_REASONS.get(name)
    if named and table.has(named):
        return named
    for ending, other in REASONS:
        if name.endswith(ending) and table.has(name.removesuffix(ending) + other):
            return name.removesuffix(ending) + other
    return None


def reason_words(code: str, language: str) -> str:
    """`blank` → 空白（不是零）."""
    for vocabulary in ("why", "amount_state"):
        said = words.say(vocabulary, code, language)
        if said != code:
            return said
    return code


def preview(release: Release, table: Table, rows: int) -> list[tuple[Any, ...]]:
    """The first rows as they stand in the file."""
    return release.scan(table.name).head(rows).collect().rows()


def shown(value: Any, name: str) -> str:
    """A value of the preview; texts cut to a line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return f"{value:,.2f}" if name.endswith("_yuan") else f"{value:g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = ", ".join(str(one) for one in value)
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:60]}…"
