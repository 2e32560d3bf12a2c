"""Files of a release: deterministic Parquet with what each column means, and checksums."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from flows.columnar import as_table
from flows.release.row_groups import BLOCK, ByDocument, ByRows, RowGroups
from flows.release.version import SCHEMA_VERSION
from normalize.columns import Field
from normalize.panels.tables import PUBLISHED, table_name
from normalize.schema import TableSpec

ROW_GROUP: Final = 15 * BLOCK
# Tables that are read a document at a time, with the rows of their groups. Readers without a page index (Polars) fetch
# a whole group, all columns between the first and the last one asked for, and at least 256 KiB of the file's end; and
# the footer grows with the number of groups. For one document of four million facts that makes 0.66 to 1.05 MB of
# core_budget_lines however its columns are ordered and its groups cut, and 0.34, 0.36, 0.40 MB of an excerpt of sixteen
# columns in groups of 24,576, 30,000, 40,000 rows; the second leaves room on both sides (`benchmarks/release.py`).
BY_DOCUMENT: Final = {"facts_by_document": 30_000}
PAGE: Final = 8_192
SUMS: Final = "SHA256SUMS"
_ARROW: Final[dict[pl.DataType, pa.DataType]] = {
    pl.String(): pa.string(),
    pl.Int8(): pa.int8(),
    pl.Int16(): pa.int16(),
    pl.Int32(): pa.int32(),
    pl.Int64(): pa.int64(),
    pl.Float64(): pa.float64(),
    pl.Boolean(): pa.bool_(),
    pl.Date(): pa.date32(),
    pl.List(pl.String()): pa.list_(pa.string()),
    pl.List(pl.Int32()): pa.list_(pa.int32()),
}
# Columns readers filter by: only these have statistics, which weigh in the footer that every reader fetches. In a table
# that is ordered by document, every row group has every county and year: statistics of them would skip nothing.
_HEIGHTS: Final = ("y0", "y1")
FILTERED_BY: Final = frozenset({
    "document_sha256", "disclosure_id", "county_code", "org_id", "fiscal_year", "stage", "doc_type", "statement_code",
    "check_id", "outcome", "state", "class_code", "panel", "row_key",
})  # fmt: skip


def file_name(table: str, suffix: str = "parquet") -> str:
    """`core_budget_lines.parquet`, `raw_cells.parquet`: the layer first, once."""
    return f"{table_name(PUBLISHED[table])}.{suffix}"


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


def is_distinct(field: Field, spec: TableSpec) -> bool:
    """Amounts and names of rows hardly repeat: a dictionary of them is only weight."""
    return field.name.endswith(("_yuan", "_fen")) or field.name in ("fact_id", "text") or (field.name,) == spec.key


def _encodings(spec: TableSpec) -> dict[str, str]:
    """Column → encoding, of the columns that have no dictionary.

    Names of rows share their beginnings (digest, table, row) with the row before: only the ends are stored. The bytes
    of amounts that stand for the same digits are alike. Measured over a million facts, beside plain pages under zstd:
    printed amounts 8 % smaller (25 % smaller than with a dictionary), amounts 10 %, coordinates (plain) 27 % smaller
    than with a dictionary.
    """
    found: dict[str, str] = {}
    for field in spec.columns:
        if field.name == "printed_text":
            found[field.name] = "DELTA_LENGTH_BYTE_ARRAY"
        elif field.name in _HEIGHTS:
            found[field.name] = "PLAIN"
        elif field.dtype == pl.Float64() and field.name.endswith("_yuan"):
            found[field.name] = "BYTE_STREAM_SPLIT"
        elif field.dtype == pl.String() and is_distinct(field, spec) and field.name != "text":
            found[field.name] = "DELTA_BYTE_ARRAY"
    return found


def _with_statistics(spec: TableSpec) -> list[str]:
    by_document = spec.sort[:1] == ("document_sha256",)
    wanted = {*spec.sort[:1], *spec.key} if by_document else {*FILTERED_BY, *spec.key}
    return [name for name in spec.names() if name in wanted]


class TableWriter:
    """One table as a Parquet file, written piece by piece. The same rows give the same bytes however they are cut:
    the row groups follow from the rows alone (`row_groups`), and there is no time and no machine in the file."""

    def __init__(self, table: str, where: Path | io.BytesIO, release: str) -> None:
        self.spec = PUBLISHED[table]
        self.rows = 0
        self._schema = arrow_schema(self.spec, release)
        self._groups = self._cut()
        encodings = _encodings(self.spec)
        plain = {*encodings, *(field.name for field in self.spec.columns if is_distinct(field, self.spec))}
        self._writer = pq.ParquetWriter(
            where,
            self._schema,
            version="2.6",
            compression="zstd",
            compression_level=3,
            use_dictionary=[_leaf(field) for field in self.spec.columns if field.name not in plain],
            column_encoding=encodings or None,
            write_statistics=_with_statistics(self.spec),
            max_rows_per_page=PAGE,
            write_page_index=True,
            store_schema=True,
        )

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        self.give_up()

    def close(self) -> None:
        """Write what is left and end the file."""
        for group in self._groups.rest():
            self._write(group)
        self._writer.close()

    def give_up(self) -> None:
        """Let go of the file, which is not whole unless `close` came first."""
        self._groups = self._cut()
        self._writer.close()

    def write(self, rows: pl.DataFrame | pa.Table) -> None:
        """Add rows, in the table's order."""
        if not len(rows):
            return
        table = rows if isinstance(rows, pa.Table) else as_table(rows)
        for group in self._groups.add(table.cast(self._schema)):
            self._write(group)
        self.rows += table.num_rows

    def _cut(self) -> RowGroups:
        most = BY_DOCUMENT.get(self.spec.name)
        return ByRows(self._schema, ROW_GROUP) if most is None else ByDocument(self._schema, most)

    def _write(self, group: pa.Table) -> None:
        self._writer.write_table(group.replace_schema_metadata(self._schema.metadata), row_group_size=len(group))


def _leaf(field: Field) -> str:
    """The name Parquet knows a column by: the values of a list stand below it."""
    return f"{field.name}.list.element" if isinstance(field.dtype, pl.List) else field.name


def write_parquet(frame: pl.DataFrame, table: str, where: Path | io.BytesIO, release: str) -> None:
    """Write one whole table."""
    write_pieces([frame], table, where, release)


def write_pieces(frames: Iterable[pl.DataFrame], table: str, where: Path | io.BytesIO, release: str) -> int:
    """Write one table from its pieces, in order; how many rows."""
    with TableWriter(table, where, release) as writer:
        for frame in frames:
            writer.write(frame)
    return writer.rows


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(folder: Path) -> None:
    """SHA256SUMS over every other file of the folder, as `sha256sum -c` reads it. The last file of a release."""
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in sorted(folder.iterdir()) if path.name != SUMS]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
