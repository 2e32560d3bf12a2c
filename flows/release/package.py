"""Files of a release: deterministic Parquet with what each column means, and checksums."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from flows.release.version import SCHEMA_VERSION
from normalize.columns import Field
from normalize.panels.tables import PUBLISHED
from normalize.schema import TableSpec

ROW_GROUP: Final = 122_880
_ARROW: Final[dict[pl.DataType, pa.DataType]] = {
    pl.String(): pa.string(),
    pl.Int16(): pa.int16(),
    pl.Int32(): pa.int32(),
    pl.Int64(): pa.int64(),
    pl.Float64(): pa.float64(),
    pl.Boolean(): pa.bool_(),
    pl.Date(): pa.date32(),
    pl.List(pl.String()): pa.list_(pa.string()),
    pl.List(pl.Int32()): pa.list_(pa.int32()),
}


def file_name(table: str) -> str:
    """`core_budget_lines.parquet`, `raw_cells.parquet`: the layer first, once."""
    layer = f"{PUBLISHED[table].layer}_"
    return f"{layer}{table.removeprefix(layer)}.parquet"


def arrow_schema(spec: TableSpec, release: str) -> pa.Schema:
    """The table's columns with their labels, units and meanings of null; release and schema version of the file."""
    return pa.schema(
        [pa.field(field.name, _ARROW[field.dtype], field.nullable, _labels(field)) for field in spec.columns],
        {
            "release": release,
            "schema_version": SCHEMA_VERSION,
            "table": spec.name,
            "title_zh": spec.title_zh,
            "title_en": spec.title_en,
        },
    )


def _labels(field: Field) -> dict[str, str]:
    labels = {"label_zh": field.zh, "label_en": field.en}
    if field.unit:
        labels["unit"] = field.unit
    if field.nullable:
        labels["null_meaning"] = f"{field.null_meaning_zh} / {field.null_meaning_en}"
    return labels


def write_parquet(frame: pl.DataFrame, table: str, where: Path | io.BytesIO, release: str) -> None:
    """Write one table. The same rows give the same bytes: no time, no machine, fixed row groups."""
    schema = arrow_schema(PUBLISHED[table], release)
    content = frame.to_arrow().cast(schema).replace_schema_metadata(schema.metadata)
    pq.write_table(
        content,
        where,
        row_group_size=ROW_GROUP,
        version="2.6",
        compression="zstd",
        compression_level=3,
        write_page_index=True,
        store_schema=True,
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(folder: Path) -> None:
    """SHA256SUMS over every other file of the folder, as `sha256sum -c` reads it."""
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in sorted(folder.iterdir()) if path.name != "SHA256SUMS"]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
