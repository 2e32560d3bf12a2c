"""A release as the site reads it: everything through index.json and the Parquet files it names."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from flows import errors
from flows.release import version as names
from normalize.panels.tables import PUBLISHED

Row = dict[str, Any]
NEEDED: Final = ("documents", "disclosures", "findings", "budget_lines", "raw_cells")
LAYERS: Final = ("panel", "core", "meta", "code", "raw")


@dataclass(frozen=True)
class Column:
    """One column as its file describes it. null_zh/null_en: what a null means; None where it is never null."""

    name: str
    dtype: str
    zh: str
    en: str
    unit: str | None
    null_zh: str | None
    null_en: str | None
    example: str | None


@dataclass(frozen=True)
class Table:
    """One published table with its files. name: as in the index; stem: of its files (`core_budget_lines`).

    warnings: as the index says them; None where it says nothing of warnings.
    """

    name: str
    stem: str
    layer: str
    title_zh: str
    title_en: str
    rows: int
    files: tuple[Row, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    warnings: tuple[Any, ...] | None

    @property
    def parquet(self) -> str | None:
        return next((str(one["name"]) for one in self.files if str(one["name"]).endswith(".parquet")), None)

    def has(self, column: str) -> bool:
        return any(one.name == column for one in self.columns)


@dataclass(frozen=True)
class Release:
    """A release folder that was opened. moment: the first of its month plus its number in hours; no clock."""

    folder: Path
    index: Row
    tables: dict[str, Table] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return str(self.index["version"])

    @property
    def moment(self) -> dt.datetime:
        year, month, number = names.parse(self.version) or (2020, 1, 0)
        start = dt.datetime(min(max(year, 1990), 2200), min(max(month, 1), 12), 1, tzinfo=dt.UTC)
        return start + dt.timedelta(hours=min(number, 600))

    def path(self, table: str) -> Path | None:
        found = self.tables.get(table)
        return None if found is None or found.parquet is None else self.folder / found.parquet

    def has(self, table: str, *columns: str) -> bool:
        found = self.tables.get(table)
        return found is not None and found.parquet is not None and all(found.has(column) for column in columns)

    def scan(self, table: str) -> pl.LazyFrame:
        """The table, lazily. Raises Trouble (exit code 4) where the release has no such table."""
        path = self.path(table)
        if path is None:
            raise errors.data(f"版本 {self.version} 没有表 {table}", f"release {self.version} has no table {table}")
        return pl.scan_parquet(path)

    def frame(self, table: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The table in memory: for small ones, or few columns. An absent table or column gives an empty frame."""
        path = self.path(table)
        if path is None or (columns is not None and not self.has(table, *columns)):
            return pl.DataFrame()
        return pl.read_parquet(path, columns=None if columns is None else list(columns))

    def others(self) -> list[Row]:
        """index.json of the releases beside this one, oldest first, this one included."""
        found = []
        for version in names.versions(self.folder.parent):
            index = self.index if version == self.version else names.index_of(self.folder.parent, version)
            if index is not None and index.get("version") == version:
                found.append(index)
        return found or [self.index]


def open_release(folder: Path) -> Release:
    """Open a release folder. Raises Trouble (exit code 2: no release; 4: a damaged one), saying which file."""
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.usage(
            f"{folder} 不是版本目录：没有 index.json；请用 --data 指数据目录，或 --release 指 releases/ 下的一个版本",
            f"{folder} is no release: it has no index.json; give a data root (--data), or a folder below releases/",
        ) from error
    except ValueError as error:
        raise errors.data(f"{folder}/index.json 损坏", f"{folder}/index.json is damaged") from error
    if not isinstance(index, dict) or "version" not in index or not isinstance(index.get("resources"), list):
        raise errors.data(
            f"{folder}/index.json 不是版本的目录（缺 version 或 resources）",
            f"{folder}/index.json is not the index of a release (no version or resources)",
        )
    if names.parse(str(index["version"])) is None:
        raise errors.data(
            f"{folder}/index.json 的版本名 {index['version']!r} 不是 v2026.11.0 这样的名称",
            f"{folder}/index.json names a release {index['version']!r}; expected a name such as v2026.11.0",
        )
    release = Release(folder, index, _tables(folder, index["resources"]))
    for table in NEEDED:
        if release.path(table) is None:
            raise errors.data(
                f"版本 {release.version} 缺少表 {table}，无法建站",
                f"release {release.version} lacks the table {table}: no site can be built",
            )
    return release


def _tables(folder: Path, resources: Sequence[Row]) -> dict[str, Table]:
    grouped: dict[str, list[Row]] = {}
    for one in resources:
        name = one.get("name") if isinstance(one, dict) else None
        if not isinstance(name, str) or "/" in name or "\\" in name or not name.split(".")[0]:
            continue
        grouped.setdefault(name.split(".")[0], []).append(one)
    found: dict[str, Table] = {}
    for stem, files in grouped.items():
        files.sort(key=lambda one: (not str(one["name"]).endswith(".parquet"), str(one["name"])))
        table = _table(folder, stem, files)
        if table is not None:
            found[table.name] = table
    order = sorted(found.values(), key=lambda one: LAYERS.index(one.layer) if one.layer in LAYERS else len(LAYERS))
    return {one.name: one for one in order}


def _table(folder: Path, stem: str, files: list[Row]) -> Table | None:
    first = files[0]
    layer = stem.partition("_")[0]
    name = str(first.get("table") or stem)
    columns: tuple[Column, ...] = ()
    path = folder / str(first["name"])
    if path.name.endswith(".parquet"):
        try:
            schema = pq.read_schema(path)
        except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
            raise errors.data(f"数据表损坏或缺失：{path}", f"a table is damaged or missing: {path}") from error
        columns = tuple(_column(name, one) for one in schema)
    if not columns and layer not in LAYERS:
        return None
    spec = PUBLISHED.get(name)
    said = (one["warnings"] for one in files if isinstance(one.get("warnings"), list))
    warnings: list[Any] | None = next(said, None)
    return Table(
        name,
        stem,
        layer,
        str(first.get("title_zh") or stem),
        str(first.get("title_en") or stem),
        int(first.get("rows") or 0),
        tuple(files),
        columns,
        tuple(str(one) for one in first.get("key") or (spec.key if spec is not None else ())),
        None if warnings is None else tuple(warnings),
    )


def _column(table: str, one: Any) -> Column:
    said = {key.decode(): value.decode("utf-8", "replace") for key, value in (one.metadata or {}).items()}
    null_zh, _, null_en = said.get("null_meaning", "").partition(" / ")
    spec = PUBLISHED.get(table)
    own = next((each for each in spec.columns if each.name == one.name), None) if spec is not None else None
    zh, en = said.get("label_zh") or one.name, said.get("label_en") or one.name
    if own is not None and own.nullable:
        null_zh, null_en = own.null_meaning_zh or null_zh, own.null_meaning_en or null_en
    return Column(
        one.name,
        str(one.type),
        zh,
        en,
        said.get("unit"),
        said.get("null_meaning_zh") or null_zh or None,
        said.get("null_meaning_en") or null_en or null_zh or None,
        own.example if own is not None else None,
    )
