"""Intermediate results: one file per document and stage, named by document and fingerprint.

    members/3a/…                                what an archive (zip, rar, 7z) holds
    converted/3a/…                              what LibreOffice made of an old format: a digest in the archive
    tables/3a/3a2245….-1f0c9a….msgpack.zst      a Reading
    facts/3a/…                                  rows per table
    findings/3a/…                               rows of the table findings

A result that is there is done: a file is written beside, flushed to the disk and renamed, an object is one PUT, so that
a kill at any moment leaves either the whole of it or none (`flows.objects`). One that cannot be read back counts as
absent, with an issue.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import zstandard

from crawl.schema import Unpacked
from extract.document import Issue, Reading
from flows import columnar
from flows.files import sync_folder as sync_folder  # noqa: PLC0414 - known by this name, too
from flows.files import write_atomically as write_atomically  # noqa: PLC0414
from flows.objects import Entry, LocalObjects, objects_at
from flows.settings import Place
from normalize.schema import TABLES, SchemaError

Row = dict[str, object]
Tables = dict[str, list[Row]]

SUFFIX = ".msgpack.zst"


class Derived(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was made of a document: digest in the archive, kind and maker of the derived file; or why there is none."""

    sha256: str | None = None
    kind: str = ""
    by: str = ""
    trouble: Issue | None = None


_reading = msgspec.msgpack.Decoder(Reading)
_unpacked = msgspec.msgpack.Decoder(Unpacked)
_derived = msgspec.msgpack.Decoder(Derived)
_derived_batch = msgspec.msgpack.Decoder(list[Derived])
DATES = {name: [f.name for f in spec.columns if f.dtype == pl.Date()] for name, spec in TABLES.items()}


class DamagedResult(Exception):  # noqa: N818 - names what was found
    """A stored result that does not unpack or decode. It is to be made again."""


def name_of(sha256: str, fingerprint: str) -> str:
    """File name of a result."""
    return f"{sha256}-{fingerprint}{SUFFIX}"


class Store:
    """The results of one stage under one place (`tables/`, `facts/`, `findings/`): a folder, or the URL of a prefix.

    Of a URL the names are listed once, when the first is asked for: that a result is there is known without asking
    again, that one is not (another process may have made it since) is asked. A Store travels to another process as its
    place.
    """

    def __init__(self, folder: Place) -> None:
        self.folder = folder
        self.objects = objects_at(folder)
        self._names: set[str] | None = None

    def __reduce__(self) -> tuple[type[Store], tuple[Place]]:
        return Store, (self.folder,)

    @property
    def is_local(self) -> bool:
        return isinstance(self.objects, LocalObjects)

    @staticmethod
    def name(sha256: str, fingerprint: str) -> str:
        """Its name below the place."""
        return f"{sha256[:2]}/{name_of(sha256, fingerprint)}"

    def place(self, sha256: str, fingerprint: str) -> str:
        """Path or URL, for `flows.objects.read_place` in any process."""
        return f"{self.folder}/{self.name(sha256, fingerprint)}"

    def path(self, sha256: str, fingerprint: str) -> Path:
        """The file, where the place is a folder."""
        return Path(self.place(sha256, fingerprint))

    def has(self, sha256: str, fingerprint: str) -> bool:
        name = self.name(sha256, fingerprint)
        if self.is_local:
            return self.objects.entry(name) is not None
        if name not in self._known():
            if self.objects.entry(name) is None:
                return False
            self._known().add(name)
        return True

    def names(self) -> set[str]:
        """File names of all results (`name_of`), as they are now: one listing instead of a question for each."""
        if not isinstance(self.objects, LocalObjects):
            self._names = None
            return {name.rpartition("/")[2] for name in self._known()}
        found: set[str] = set()
        with contextlib.suppress(FileNotFoundError):
            for folder in os.scandir(self.objects.place):
                if folder.is_dir():
                    with os.scandir(folder.path) as entries:  # no stat of each
                        found.update(entry.name for entry in entries if entry.name.endswith(SUFFIX))
        return found

    def put(self, sha256: str, fingerprint: str, packed: bytes) -> None:
        name = self.name(sha256, fingerprint)
        self.objects.write(name, packed)
        if self._names is not None:
            self._names.add(name)

    def get(self, sha256: str, fingerprint: str) -> bytes | None:
        """The packed result; None where there is none."""
        try:
            return self.objects.read(self.name(sha256, fingerprint))
        except FileNotFoundError:
            return None

    def forget(self, sha256: str, fingerprint: str) -> None:
        self.remove(self.name(sha256, fingerprint))

    def remove(self, name: str) -> None:
        self.objects.remove([name])
        if self._names is not None:
            self._names.discard(name)

    def remove_debris(self) -> int:
        """Remove what killed writers left behind; how many files that were."""
        return self.objects.remove_debris()

    def entries(self) -> list[Entry]:
        """Every result, by name."""
        return [one for one in self.objects.entries() if one.name.endswith(SUFFIX)]

    def contents(self) -> Iterator[bytes]:
        """Every packed result, in the order of the names."""
        return (self.objects.read(one.name) for one in self.entries())

    def __iter__(self) -> Iterator[Path]:
        """The files, where the place is a folder."""
        return (Path(self.folder) / one.name for one in self.entries())

    def _known(self) -> set[str]:
        if self._names is None:
            self._names = {one.name for one in self.entries()}
        return self._names


# ------------------------------------------------------------------------------------------------------------- packing


def pack_reading(reading: Reading) -> bytes:
    return _pack(msgspec.msgpack.encode(reading))


def unpack_reading(packed: bytes) -> Reading:
    """Raises DamagedResult."""
    try:
        return _reading.decode(_unpack(packed))
    except msgspec.MsgspecError as error:
        raise DamagedResult(str(error)) from error


def pack_unpacked(unpacked: Unpacked) -> bytes:
    return _pack(msgspec.msgpack.encode(unpacked))


def unpack_unpacked(packed: bytes) -> Unpacked:
    """Raises DamagedResult."""
    try:
        return _unpacked.decode(_unpack(packed))
    except msgspec.MsgspecError as error:
        raise DamagedResult(str(error)) from error


def pack_derived(derived: Derived) -> bytes:
    return _pack(msgspec.msgpack.encode(derived))


def unpack_derived(packed: bytes) -> Derived:
    """Raises DamagedResult."""
    try:
        return _derived.decode(_unpack(packed))
    except msgspec.MsgspecError as error:
        raise DamagedResult(str(error)) from error


def pack_derived_batch(batch: Sequence[Derived]) -> bytes:
    return msgspec.msgpack.encode(batch)


def unpack_derived_batch(packed: bytes) -> list[Derived]:
    return _derived_batch.decode(packed)


def pack_tables(tables: Mapping[str, list[Row]]) -> bytes:
    """Rows per table; the tables in the order of their names, so that the same rows are the same bytes."""
    return _pack(columnar.encode(tables))


def unpack_tables(
    packed: bytes,
    only: Collection[str] | None = None,
    without: Mapping[str, Collection[str]] | None = None,
    lazy: Collection[str] = (),
) -> Tables:
    """Rows per table, with dates as dates again. only: tables that are wanted; None: all. without: table → columns that
    are left out of its rows. lazy: tables without dates whose rows are `flows.lazy_rows.LazyRows`. Raises
    DamagedResult."""
    try:
        tables = columnar.decode_rows(_unpack(packed), only, without, lazy)
        for name, rows in tables.items():
            columnar.with_dates(rows, DATES[name])
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise DamagedResult(str(error)) from error
    return tables


def unpack_arrow(packed: Iterable[bytes]) -> dict[str, pa.Table]:
    """One typed, sorted Arrow table per table over the packed results of several documents.

    Raises DamagedResult, and SchemaError where rows break the contract of their table.
    """
    try:
        return columnar.decode_tables(map(_unpack, packed), DATES)
    except SchemaError:
        raise
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise DamagedResult(str(error)) from error


def damaged_issue(sha256: str, place: str, error: DamagedResult) -> Issue:
    """What to say of a damaged result. It is an issue of the night, not of the release: the result is made again."""
    *_, stage, _, name = place.split("/")
    return Issue(
        code="stored_result_damaged",
        severity="warning",
        stage="release",
        message_zh=f"中间结果 {stage}/{name} 损坏，已重做（{error}）",
        message_en=f"the stored result {stage}/{name} was damaged and is made again ({error})",
        document_sha256=sha256,
    )


def _pack(raw: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(raw)


def _unpack(packed: bytes) -> bytes:
    try:
        return zstandard.ZstdDecompressor().decompress(packed)
    except zstandard.ZstdError as error:
        raise DamagedResult(str(error)) from error
