"""Rows of a packed table that become dicts only where somebody asks for dicts.

Of a table of some thousand cells most readers want a few columns or a few rows, and a dict for each row costs more than
everything they do with them. `columns_of` and `rows_with` answer both questions for such rows and for plain lists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, overload

import polars as pl

Row = dict[str, Any]


def dicts(frame: pl.DataFrame, names: Sequence[str]) -> list[Row]:
    """Rows of these columns of a frame."""
    columns = [frame.get_column(column).to_list() for column in names]
    return [dict(zip(names, row)) for row in zip(*columns)]  # noqa: B905 - columns of one frame; this is the hot loop


class LazyRows(Sequence[Row]):
    """The rows of a frame, without some of its columns. As a sequence: dicts, made at the first touch."""

    def __init__(self, frame: pl.DataFrame, without: Collection[str] = ()) -> None:
        self._frame = frame
        self._names = [name for name in frame.columns if name not in without]
        self._rows: list[Row] | None = None
        self._columns: dict[str, list[Any]] = {}
        self._parts: dict[str, list[Row]] = {}

    def __len__(self) -> int:
        return self._frame.height

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if self._rows is None:
            self._rows = dicts(self._frame, self._names)
        return self._rows[index]

    def column(self, name: str) -> list[Any]:
        """The values of one column, row by row. KeyError where there is none, or it was left out."""
        if name not in self._names:
            raise KeyError(name)
        if name not in self._columns:
            self._columns[name] = self._frame.get_column(name).to_list()
        return self._columns[name]

    def having(self, name: str) -> list[Row]:
        """The rows in which this column is not null."""
        if name not in self._parts:
            chosen = [index for index, value in enumerate(self.column(name)) if value is not None]
            self._parts[name] = dicts(self._frame[chosen], self._names)
        return self._parts[name]


def columns_of(rows: Sequence[Any], *names: str) -> Iterable[tuple[Any, ...]]:
    """For each row the values of these columns."""
    if isinstance(rows, LazyRows):
        return zip(*(rows.column(name) for name in names), strict=True)
    return (tuple(row[name] for name in names) for row in rows)


def rows_with(rows: Sequence[Any], name: str) -> Sequence[Any]:
    """The rows in which this column is not null."""
    return rows.having(name) if isinstance(rows, LazyRows) else [row for row in rows if row[name] is not None]
