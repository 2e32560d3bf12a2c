"""What can be reviewed: documents of a release, or documents given by path; their rows, and their bytes if at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol

import polars as pl

from crawl.archive import Archive, ArchiveCorruption
from flows import errors
from flows.local import LocalDocument
from flows.release.package import file_name
from normalize.schema import TABLES, to_frame

Row = dict[str, Any]
Tables = dict[str, list[Row]]

SHOWN: Final = (
    "documents",
    "disclosures",
    "statements",
    "budget_lines",
    "indicators",
    "spending_plans",
    "projects",
    "claims",
    "issues",
    "findings",
    "corrections",
    "raw_cells",
    "standings",  # of a release that has them
)
LISTED: Final = ("findings", "issues")  # what the list of documents and the queue are made of
KEPT: Final = 6  # documents whose rows are in memory


class Shelf(Protocol):
    """A set of documents. name: what a person calls it."""

    @property
    def name(self) -> str: ...

    def documents(self) -> list[Row]:
        """Rows of `documents`, in the order to be reviewed, with org_name, fiscal_year and doc_type."""

    def rows(self, table: str, *conditions: pl.Expr, columns: Sequence[str] = ()) -> pl.DataFrame:
        """Rows of one table of these documents. columns: those of them that there are; none named: all."""

    def tables(self, sha256: str) -> Tables:
        """All rows of one document, by table. Raises KeyError for one that is not on the shelf."""

    def body(self, sha256: str) -> bytes | None:
        """The bytes of a document; None where they are not at hand."""


@dataclass
class ReleaseShelf:
    """A release (or the output of `yujue read --out`). wanted: which documents of it; archive: where the bytes are."""

    folder: Path
    wanted: pl.Expr | None
    archive: Archive | None
    name: str
    _documents: list[Row] = field(default_factory=list)
    _kept: OrderedDict[str, Tables] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        documents, disclosures = self._scan("documents"), self._scan("disclosures")
        if documents is None or disclosures is None:
            raise errors.data(f"{self.folder} 中没有数据表", f"no tables in {self.folder}")
        about = disclosures.select("document_sha256", "org_name", "fiscal_year", "doc_type").unique("document_sha256")
        joined = documents.join(about, on="document_sha256", how="left")
        chosen = joined if self.wanted is None else joined.filter(self.wanted)
        order = ["county_code", "org_name", "fiscal_year", "document_sha256"]
        self._documents = _collected(chosen.sort(order, nulls_last=True), self.folder).to_dicts()

    def documents(self) -> list[Row]:
        return self._documents

    def rows(self, table: str, *conditions: pl.Expr, columns: Sequence[str] = ()) -> pl.DataFrame:
        frame = self._scan(table)
        if frame is None:
            return pl.DataFrame()
        mine = pl.col("document_sha256").is_in([row["document_sha256"] for row in self._documents])
        return _collected(_only(frame.filter(mine, *conditions), columns), self.folder)

    def tables(self, sha256: str) -> Tables:
        with self._lock:
            if sha256 in self._kept:
                self._kept.move_to_end(sha256)
                return self._kept[sha256]
        document = next((row for row in self._documents if row["document_sha256"] == sha256), None)
        if document is None:
            raise KeyError(sha256)
        found: Tables = {}
        for name in SHOWN:
            frame = self._scan(name)
            mine = pl.col("document_sha256") == sha256
            found[name] = [] if frame is None else _collected(frame.filter(mine), self.folder).to_dicts()
        found["documents"] = [document]
        with self._lock:
            self._kept[sha256] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def body(self, sha256: str) -> bytes | None:
        if self.archive is None:
            return None
        try:
            return self.archive.get(sha256)
        except (OSError, ArchiveCorruption):
            return None

    def _scan(self, table: str) -> pl.LazyFrame | None:
        for name in (file_name(table) if table in TABLES else table, f"meta_{table}.parquet", f"{table}.parquet"):
            if (self.folder / name).is_file():
                return pl.scan_parquet(self.folder / name)
        return None


@dataclass
class LocalShelf:
    """Documents given by path, read and checked."""

    given: Sequence[LocalDocument]
    name: str

    def documents(self) -> list[Row]:
        return [
            {**one.tables["documents"][0], **_about(one.tables["disclosures"])}
            for one in self.given
            if one.tables["documents"]
        ]

    def rows(self, table: str, *conditions: pl.Expr, columns: Sequence[str] = ()) -> pl.DataFrame:
        if table not in TABLES:
            return pl.DataFrame()
        frame = to_frame(table, [row for one in self.given for row in one.tables.get(table, ())])
        return _only(frame.filter(*conditions).lazy(), columns).collect()

    def tables(self, sha256: str) -> Tables:
        one = self._of(sha256)
        return {
            **{name: list(one.tables.get(name, ())) for name in SHOWN},
            "documents": [{**one.tables["documents"][0], **_about(one.tables["disclosures"])}],
        }

    def body(self, sha256: str) -> bytes | None:
        try:
            return self._of(sha256).path.read_bytes()
        except OSError:  # a member of an archive, or gone
            return None

    def _of(self, sha256: str) -> LocalDocument:
        for one in self.given:
            if one.reading.document_sha256 == sha256:
                return one
        raise KeyError(sha256)


@dataclass
class Shelves:
    """Several of them as one; a document that is on two is taken from the first."""

    parts: Sequence[Shelf]

    @property
    def name(self) -> str:
        return " · ".join(dict.fromkeys(part.name for part in self.parts))

    def documents(self) -> list[Row]:
        found: dict[str, Row] = {}
        for part in self.parts:
            for row in part.documents():
                found.setdefault(row["document_sha256"], row)
        return list(found.values())

    def rows(self, table: str, *conditions: pl.Expr, columns: Sequence[str] = ()) -> pl.DataFrame:
        frames, seen = [], set[str]()
        for part in self.parts:
            mine = {str(row["document_sha256"]) for row in part.documents()} - seen
            frame = part.rows(table, *conditions, columns=columns)
            if frame.height:
                frames.append(frame.filter(pl.col("document_sha256").is_in(list(mine))))
            seen |= mine
        return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()

    def tables(self, sha256: str) -> Tables:
        for part in self.parts:
            try:
                return part.tables(sha256)
            except KeyError:
                continue
        raise KeyError(sha256)

    def body(self, sha256: str) -> bytes | None:
        for part in self.parts:
            try:
                part.tables(sha256)
            except KeyError:
                continue
            return part.body(sha256)
        return None


def _only(frame: pl.LazyFrame, columns: Sequence[str]) -> pl.LazyFrame:
    there = frame.collect_schema().names()
    return frame.select(name for name in there if name in columns) if columns else frame


def _about(disclosures: Iterable[Mapping[str, Any]]) -> Row:
    row = next(iter(disclosures), {})
    return {name: row.get(name) for name in ("org_name", "fiscal_year", "doc_type")}


def _collected(frame: pl.LazyFrame, folder: Path) -> pl.DataFrame:
    try:
        return frame.collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise errors.data(f"{folder} 中的数据表不可读", f"a table of {folder} cannot be read") from error
