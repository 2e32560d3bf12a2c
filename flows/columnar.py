"""Rows per table, packed by columns: what a stage stores of a document, and what a release reads by the thousand.

A table whose rows keep the contract is an Arrow stream; one whose rows do not is kept row by row, so that the release
can name what is wrong. Either way the rows come back as they were.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import msgspec
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from normalize.schema import TABLES, quickly, to_frame

Row = dict[str, Any]
Tables = dict[str, list[Row]]

_CODE: Final = 1  # MessagePack extension: an Arrow stream
_decoder = msgspec.msgpack.Decoder(dict[str, Any], ext_hook=lambda code, data: _Stream(bytes(data)))


class _Stream(bytes):
    """An Arrow stream among the decoded tables."""


def encode(tables: Mapping[str, list[Row]]) -> bytes:
    """Tables in the order of their names, so that the same rows are the same bytes."""
    return msgspec.msgpack.encode({name: _encoded(name, tables[name]) for name in sorted(tables)})


def _encoded(name: str, rows: list[Row]) -> object:
    frame = quickly(TABLES[name], rows) if rows and name in TABLES else None
    if frame is None:
        return rows
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer, compression="uncompressed", compat_level=pl.CompatLevel.oldest())
    return msgspec.msgpack.Ext(_CODE, buffer.getvalue())


def decode_rows(raw: bytes, only: Collection[str] | None = None) -> Tables:
    """Rows per table. only: tables that are wanted; None: all.

    Raises msgspec.MsgspecError, ValueError, KeyError or TypeError for what is damaged.
    """
    tables: Tables = {}
    for name, found in _decoder.decode(raw).items():
        if only is not None and name not in only:
            continue
        tables[name] = _as_rows(name, found) if isinstance(found, _Stream) else found
    return tables


def _as_rows(name: str, stream: _Stream) -> list[Row]:
    frame = pl.read_ipc_stream(io.BytesIO(stream))
    if frame.schema != TABLES[name].polars_schema():
        raise ValueError(f"table {name} has other columns")
    names = frame.columns
    return [dict(zip(names, row, strict=True)) for row in zip(*(one.to_list() for one in frame), strict=True)]


def decode_frames(many: Iterable[bytes], dates: Mapping[str, list[str]]) -> dict[str, pl.DataFrame]:
    """One typed, sorted frame per table of TABLES over the results of several documents.

    Raises SchemaError where rows break the contract of their table, and what `decode_rows` raises.
    """
    streams: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
    rows: Tables = {}
    for raw in many:
        for name, found in _decoder.decode(raw).items():
            if isinstance(found, _Stream):
                streams[name].append(pa.ipc.open_stream(pa.py_buffer(found)).read_all())
            elif found:
                rows.setdefault(name, []).extend(with_dates(found, dates[name]))
    return {name: _frame(name, found, rows.get(name, [])) for name, found in streams.items()}


def with_dates(rows: list[Row], columns: Iterable[str]) -> list[Row]:
    """MessagePack has no days: texts of these columns are."""
    from datetime import date  # noqa: PLC0415 - beside its only use

    for column in columns:
        for row in rows:
            if isinstance(row[column], str):
                row[column] = date.fromisoformat(row[column])
    return rows


def _frame(name: str, streams: list[pa.Table], rows: list[Row]) -> pl.DataFrame:
    spec = TABLES[name]
    parts = [to_frame(name, rows)] if rows or not streams else []
    if streams:
        joined = pl.from_arrow(pa.concat_tables(streams))
        if not isinstance(joined, pl.DataFrame) or joined.schema != spec.polars_schema():
            raise ValueError(f"table {name} has other columns")
        parts.append(joined)
    return in_order(name, parts[0] if len(parts) == 1 else pl.concat(parts))


def in_order(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The table sorted as published. Most come sorted, and moving every column costs more than looking."""
    order = TABLES[name].sort
    if not order:
        return frame
    rank = frame.select(pl.arg_sort_by(order, nulls_last=True, maintain_order=True).alias("_rank"))["_rank"]
    return frame if rank.is_sorted() else frame[rank]
