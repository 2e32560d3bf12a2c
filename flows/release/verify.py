"""A release on disk, looked over without a network: files by their checksums, tables by what the index says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flows.release.package import SUMS, sha256_of


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file of a release."""

    file: str
    zh: str
    en: str


def verify(folder: Path) -> list[Fault]:
    """Everything wrong with a release; nothing where it is whole."""
    try:
        index: dict[str, Any] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        sums = _sums(folder)
    except (OSError, ValueError) as error:
        return [Fault("index.json", f"清单读不出：{error}", f"the index cannot be read: {error}")]
    found = {path.name: sha256_of(path) for path in folder.iterdir() if path.is_file() and path.name != SUMS}
    return [*_files(found, sums), *_resources(folder, found, index), *_tables(folder, index)]


def _sums(folder: Path) -> dict[str, str]:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("  ") for line in lines]
    if not all(len(sha256) == 64 and name for sha256, _, name in pairs):
        raise ValueError(SUMS)
    return {name: sha256 for sha256, _, name in pairs}


def _files(there: dict[str, str], sums: dict[str, str]) -> Iterator[Fault]:
    for name in sorted(sums.keys() - there.keys()):
        yield Fault(name, "文件缺失", "the file is missing")
    for name in sorted(there.keys() - sums.keys()):
        yield Fault(name, f"{SUMS} 没有此文件", f"{SUMS} does not know the file")
    for name in sorted(sums.keys() & there.keys()):
        if there[name] != sums[name]:
            yield Fault(name, "校验和不符", "the checksum differs")


def _resources(folder: Path, there: dict[str, str], index: dict[str, Any]) -> Iterator[Fault]:
    for one in index.get("resources", []):
        name = str(one["name"])
        if name in there and ((folder / name).stat().st_size, there[name]) != (one["bytes"], one["sha256"]):
            yield Fault(name, "与清单所说的不同", "it is not what the index says")


def _tables(folder: Path, index: dict[str, Any]) -> Iterator[Fault]:
    for one in index.get("resources", []):
        if one.get("format", "parquet") != "parquet":
            continue
        path = folder / str(one["name"])
        try:
            found = pl.scan_parquet(path)
            columns = found.collect_schema().names()
            rows = found.select(pl.len()).collect().item()
            key = [column for column in one.get("key", []) if column in columns]
            digests = found.select(pl.struct(key).hash().n_unique()) if key else None
            keys = rows if digests is None else digests.collect(engine="streaming").item()
        except (OSError, pl.exceptions.PolarsError) as error:
            yield Fault(path.name, f"读不出：{error}", f"it cannot be read: {error}")
            continue
        if (rows, len(columns)) != (one["rows"], one["columns"]):
            zh, en = f"有 {rows} 行 {len(columns)} 列", f"it has {rows} rows and {len(columns)} columns"
            yield Fault(path.name, f"{zh}，清单说 {one['rows']} 行 {one['columns']} 列", f"{en}, not as the index says")
        if keys != rows:
            yield Fault(path.name, "有行的键相同", "rows share a key")
