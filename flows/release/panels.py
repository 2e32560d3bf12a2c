"""Panels of a release, a group of counties at a time: organisations of two counties never meet in a row of a panel.

Documents lie in the order of their digests, the counties all over the files. So the large tables are read once and
dealt out to one file for each group; read from the release itself, every group would go through all of it.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from flows.columnar import as_frame
from flows.release.draft import Draft
from flows.release.package import TableWriter, file_name
from normalize.panels.build import build_panels
from normalize.panels.ground import GROUND
from normalize.panels.tables import KEYS, LINEAGE, PANELS
from normalize.schema import TABLES, SchemaError

GROUP: Final = 120_000  # facts of a group, unless one county has more
AT_ONCE: Final = 2  # groups that are in memory at once
# What the panels read of the large tables.
_COLUMNS: Final = {
    "budget_lines": GROUND,
    "indicators": ("document_sha256", "project_id", "is_quantitative"),
    "findings": ("document_sha256", "outcome", "human_verdict"),
    "projects": TABLES["projects"].names(),
}
_SMALL: Final = ("documents", "disclosures", "statements", "org_units")
_DOCUMENT: Final = "document_sha256"
Frames = dict[str, pl.DataFrame]


def add_panels(draft: Draft) -> None:
    """Make every table of PANELS: the panels as frames, the lineage as a file.

    Raises SchemaError where two counties have rows of one key.
    """
    groups = _groups(draft)
    with tempfile.TemporaryDirectory(prefix=".panels-", dir=draft.folder) as name:
        folder = Path(name)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            if len(groups) > 1:
                for done in [pool.submit(_deal, draft, table, groups, folder) for table in _COLUMNS]:
                    done.result()
            made = list(pool.map(lambda number: _panels(draft, groups, number, folder), range(len(groups))))
        for panel in KEYS:
            draft.put(panel, _joined(panel, [one[panel] for one in made]))
        draft.rows[LINEAGE] = _write_lineage(draft, folder, len(groups))


def _groups(draft: Draft) -> list[pl.DataFrame]:
    """document_sha256 of each group, some counties in one."""
    documents = draft.frames["disclosures"].select(
        _DOCUMENT, "n_facts", pl.col("org_id").str.extract(r"^(.*)-[^-]*$").fill_null("").alias("county")
    )
    sizes = documents.group_by("county").agg(pl.col("n_facts").sum()).sort("county")
    groups: list[list[str]] = [[]]
    full = 0
    for county, facts in sizes.iter_rows():
        if groups[-1] and full + facts > GROUP:
            groups.append([])
            full = 0
        groups[-1].append(county)
        full += facts
    return [documents.filter(pl.col("county").is_in(group)).select(_DOCUMENT).unique() for group in groups]


def _dealt(folder: Path, table: str, number: int) -> Path:
    return folder / f"{table}-{number}.arrow"


def _deal(draft: Draft, table: str, groups: list[pl.DataFrame], folder: Path) -> None:
    """The columns of a large table that panels read, to one file for each group; rows stay in order.

    A document whose disclosures are of two groups goes to both.
    """
    numbers: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        for sha256 in group[_DOCUMENT]:
            numbers.setdefault(sha256, []).append(number)
    columns = list(_COLUMNS[table])
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(pq.ParquetFile(draft.folder / file_name(table)))
        types = pa.schema([pa.field(name, source.schema_arrow.field(name).type) for name in columns])
        files = [
            stack.enter_context(pa.ipc.new_stream(_dealt(folder, table, n), types, options=options))
            for n in range(len(groups))
        ]
        for number in range(source.num_row_groups):
            rows = source.read_row_group(number, columns=columns, use_threads=False).select(columns)
            for n, parts in _of_groups(rows, numbers).items():
                files[n].write_table(pa.concat_tables(parts).combine_chunks().cast(types))


def _of_groups(rows: pa.Table, numbers: dict[str, list[int]]) -> dict[int, list[pa.Table]]:
    """Group → the rows of its documents, in order. Rows of a document lie together: they are cut, not picked."""
    found: dict[int, list[pa.Table]] = {}
    start = 0
    for run in pl.Series(rows.column(_DOCUMENT)).rle():
        for number in numbers.get(run["value"], ()):
            found.setdefault(number, []).append(rows.slice(start, run["len"]))
        start += run["len"]
    return found


def _panels(draft: Draft, groups: list[pl.DataFrame], number: int, folder: Path) -> Frames:
    """The panels of one group; its lineage goes to a file for each panel."""
    made = build_panels(_tables(draft, groups, number, folder))
    lineage = made.pop(LINEAGE)
    for (panel,), part in lineage.partition_by("panel", as_dict=True).items():
        part.write_ipc(_dealt(folder, str(panel), number), compression="lz4", compat_level=pl.CompatLevel.oldest())
    return made


def _tables(draft: Draft, groups: list[pl.DataFrame], number: int, folder: Path) -> Frames:
    """The tables as panels read them, of the documents of a group."""
    if len(groups) == 1:
        large = {name: draft.lazy(name).select(columns).collect() for name, columns in _COLUMNS.items()}
        return large | {name: draft.frames[name] for name in _SMALL}
    tables = {
        name: draft.frames[name].join(groups[number], on=_DOCUMENT, how="semi", maintain_order="left")
        for name in _SMALL
    }
    for name in _COLUMNS:
        with pa.ipc.open_stream(_dealt(folder, name, number)) as source:
            tables[name] = as_frame(source.read_all())
        _dealt(folder, name, number).unlink()
    return tables


def _joined(name: str, parts: list[pl.DataFrame]) -> pl.DataFrame:
    spec = PANELS[name]
    if len(parts) == 1:
        return parts[0]
    frame = pl.concat(parts).sort(spec.sort, nulls_last=True)
    _refuse_repeated(name, frame)
    return frame


def _refuse_repeated(name: str, frame: pl.DataFrame) -> None:
    """Raise SchemaError where two rows share a key. frame: in the table's order, which begins with or is its key."""
    same = [pl.col(column).eq_missing(pl.col(column).shift(1)) for column in PANELS[name].key]
    if frame.select((pl.all_horizontal(same) & (pl.int_range(pl.len()) > 0)).any()).item():
        raise SchemaError(f"{name}: rows share a key")


def _write_lineage(draft: Draft, folder: Path, groups: int) -> int:
    """The lineage as a file of the release, one panel after the other; how many rows."""
    with TableWriter(LINEAGE, draft.folder / file_name(LINEAGE), draft.version) as writer:
        for panel in sorted(KEYS):
            for frame in _lineage_of(panel, [_dealt(folder, panel, number) for number in range(groups)]):
                writer.write(frame)
    return writer.rows


def _lineage_of(panel: str, files: Iterable[Path]) -> Iterable[pl.DataFrame]:
    parts = [pl.read_ipc(path) for path in files if path.is_file()]
    if parts:
        frame = pl.concat(parts).sort(PANELS[LINEAGE].sort, nulls_last=True)
        _refuse_repeated(LINEAGE, frame)
        yield frame
