"""Rows per table, packed by columns: what a stage stores of a document, and what a release reads by the thousand.

A table whose rows keep the contract is an Arrow stream; one whose rows do not is kept row by row, so that the release
can name what is wrong. Either way the rows come back as they were.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import msgspec
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from flows.lazy_rows import LazyRows, dicts
from normalize.schema import TABLES, quickly, to_frame

Row = dict[str, Any]
Tables = dict[str, list[Row]]

_CODE: Final = 1  # MessagePack extension: an Arrow stream
_decoder = msgspec.msgpack.Decoder(dict[str, Any], ext_hook=lambda code, data: _Stream(bytes(data)))
_FEW: Final = 500  # rows of a document: more of them are moved only once, to where they are written from
_ALONE: Final = pa.ipc.IpcReadOptions(use_threads=False)  # for tables of some hundred rows threads are only trouble
_views = msgspec.msgpack.Decoder(dict[str, Any], ext_hook=lambda code, data: _opened(data))


def _opened(data: memoryview) -> pa.Table:
    """The table in an Arrow stream. The bytes are moved once: they lie anywhere among the packed tables, numbers must
    not, and one table shall not hold the others in memory."""
    return pa.ipc.open_stream(pa.py_buffer(bytes(data)), options=_ALONE).read_all()


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


def decode_rows(
    raw: bytes,
    only: Collection[str] | None = None,
    without: Mapping[str, Collection[str]] | None = None,
    lazy: Collection[str] = (),
) -> Tables:
    """Rows per table. only: tables that are wanted; None: all. without: table → columns that are not wanted. lazy:
    tables of which few rows or columns are wanted (`flows.lazy_rows`).

    Raises msgspec.MsgspecError, ValueError, KeyError or TypeError for what is damaged.
    """
    tables: Tables = {}
    for name, found in _decoder.decode(raw).items():
        if only is not None and name not in only:
            continue
        left_out = without.get(name, ()) if without is not None else ()
        if isinstance(found, _Stream):
            frame = _frame(name, found)
            names = [column for column in frame.columns if column not in left_out]
            # a sequence of dicts is what rows are; only `with_dates` changes them, and no lazy table has dates
            tables[name] = LazyRows(frame, left_out) if name in lazy else dicts(frame, names)  # type: ignore[assignment]
        else:
            tables[name] = found
    return tables


@cache
def _schema(name: str) -> dict[str, pl.DataType]:
    return dict(TABLES[name].polars_schema())


def _frame(name: str, stream: _Stream) -> pl.DataFrame:
    frame = pl.read_ipc_stream(io.BytesIO(stream))
    if dict(frame.schema) != _schema(name):
        raise ValueError(f"table {name} has other columns")
    return frame


def decode_tables(many: Iterable[bytes], dates: Mapping[str, list[str]]) -> dict[str, pa.Table]:
    """One typed, sorted Arrow table per table of TABLES over the results of several documents, in pieces as they lay
    in the results (`combine_chunks` where it is kept for long).

    Raises SchemaError where rows break the contract of their table, and what `decode_rows` raises.
    """
    streams: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
    rows: Tables = {}
    for raw in many:
        for name, found in _views.decode(raw).items():
            if isinstance(found, pa.Table):
                streams[name].append(found)
            elif found:
                rows.setdefault(name, []).extend(with_dates(found, dates[name]))
    return {name: _whole(name, found, rows.get(name, [])) for name, found in streams.items()}


def decode_frames(many: Iterable[bytes], dates: Mapping[str, list[str]]) -> dict[str, pl.DataFrame]:
    """What `decode_tables` gives, as frames."""
    return {name: as_frame(table) for name, table in decode_tables(many, dates).items()}


def as_frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def as_table(frame: pl.DataFrame) -> pa.Table:
    """The frame with the types of `arrow_types`."""
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


@cache
def arrow_types(name: str) -> pa.Schema:
    """Columns of table `name` as the stages store them: texts and lists with 64-bit offsets."""
    return as_table(pl.DataFrame(schema=TABLES[name].polars_schema())).schema


def with_dates(rows: list[Row], columns: Iterable[str]) -> list[Row]:
    """MessagePack has no days: texts of these columns are."""
    from datetime import date  # noqa: PLC0415 - beside its only use

    for column in columns:
        for row in rows:
            if isinstance(row[column], str):
                row[column] = date.fromisoformat(row[column])
    return rows


def _whole(name: str, streams: list[pa.Table], rows: list[Row]) -> pa.Table:
    wanted = arrow_types(name)
    for found in streams:
        if not found.schema.equals(wanted):
            raise ValueError(f"table {name} has other columns")
    parts = [as_table(to_frame(name, rows))] if rows or not streams else []
    whole = pa.concat_tables([*parts, *streams])
    few = whole.num_rows < _FEW * (len(parts) + len(streams))
    return in_order(name, whole.combine_chunks() if few else whole)


def in_order(name: str, table: pa.Table) -> pa.Table:
    """The table sorted as published. Most come sorted, and moving every column costs more than looking."""
    order = list(TABLES[name].sort)
    if not order or _is_ordered(table, order):
        return table
    keys = as_frame(table.select(order))
    rank = keys.select(pl.arg_sort_by(order, nulls_last=True, maintain_order=True).alias("_rank"))["_rank"]
    return table.take(rank.to_arrow())


def _is_ordered(table: pa.Table, order: Sequence[str]) -> bool:
    """Whether no row belongs before the one above it, nulls last. Looking at neighbours costs a third of ranking."""
    if table.num_rows < 2:
        return True
    fits: Any = True  # on the columns after this one
    for name in reversed(order):
        column = table.column(name)
        before, after = column.slice(0, table.num_rows - 1), column.slice(1)
        less, same = pc.less(before, after), pc.equal(before, after)
        if column.null_count:
            absent = pc.is_null(before), pc.is_null(after)
            less = pc.or_(pc.fill_null(less, False), pc.and_not(absent[1], absent[0]))
            same = pc.or_(pc.fill_null(same, False), pc.and_(*absent))
        fits = pc.or_(less, pc.and_(same, fits))
    return bool(pc.all(fits).as_py())
