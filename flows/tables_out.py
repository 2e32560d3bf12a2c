"""The tables of documents given by path, as Parquet files named like the tables: `budget_lines.parquet` …"""

from __future__ import annotations

import io
from pathlib import Path

from flows import errors
from flows.release.package import write_parquet
from flows.release.standing import with_standings
from flows.store import Tables, write_atomically
from normalize.schema import SchemaError, to_frame

LOCAL = "local"  # stands where a release would give its name


def write_tables(tables: Tables, folder: Path) -> dict[str, int]:
    """Write every table of the contract, each file whole or not at all; rows per table.

    Raises Trouble: exit code 4 where rows break the contract (nothing is written then), 2 where the folder cannot be
    written.
    """
    try:
        frames = with_standings({name: to_frame(name, rows) for name, rows in tables.items()})
    except SchemaError as error:
        raise errors.data(f"数据不符合表结构：{error}", f"rows break the contract: {error}") from error
    try:
        for name, frame in frames.items():
            buffer = io.BytesIO()
            write_parquet(frame, name, buffer, LOCAL)
            write_atomically(folder / f"{name}.parquet", buffer.getvalue())
    except OSError as error:
        raise errors.usage(f"无法写入 {folder}：{error}", f"cannot write to {folder}: {error}") from error
    return {name: frame.height for name, frame in frames.items()}
