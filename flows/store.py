"""Intermediate results: one file per document and stage, named by document and fingerprint.

    members/3a/…                                what an archive (zip, rar, 7z) holds
    converted/3a/…                              what LibreOffice made of an old format: a digest in the archive
    tables/3a/3a2245….-1f0c9a….msgpack.zst      a Reading
    facts/3a/…                                  rows per table
    findings/3a/…                               rows of the table findings

A file that is there is done: it is written beside, flushed to the disk and renamed, so that a kill at any moment
leaves either the whole file or none. A file that cannot be read back counts as absent, with an issue.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import polars as pl
import zstandard

from crawl.schema import Unpacked
from extract.document import Issue, Reading
from flows import columnar
from normalize.schema import TABLES, SchemaError

Row = dict[str, object]
Tables = dict[str, list[Row]]

SUFFIX = ".msgpack.zst"
PART = ".part-"


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


def write_atomically(path: Path, content: bytes) -> None:
    """Write a whole file or none: beside, flushed, renamed. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PART, dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (a rename is not, before its folder is flushed)."""
    with contextlib.suppress(OSError):  # not every file system lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def name_of(sha256: str, fingerprint: str) -> str:
    """File name of a result."""
    return f"{sha256}-{fingerprint}{SUFFIX}"


class Store:
    """The results of one stage under one folder (`tables/`, `facts/`, `findings/`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str, fingerprint: str) -> Path:
        return self.folder / sha256[:2] / name_of(sha256, fingerprint)

    def has(self, sha256: str, fingerprint: str) -> bool:
        return self.path(sha256, fingerprint).is_file()

    def names(self) -> set[str]:
        """Names of all results (`name_of`): one listing instead of a question for each."""
        found: set[str] = set()
        with contextlib.suppress(FileNotFoundError):
            for folder in os.scandir(self.folder):
                if folder.is_dir():
                    with os.scandir(folder.path) as entries:
                        found.update(entry.name for entry in entries)
        return found

    def put(self, sha256: str, fingerprint: str, packed: bytes) -> None:
        write_atomically(self.path(sha256, fingerprint), packed)

    def get(self, sha256: str, fingerprint: str) -> bytes | None:
        """The packed result; None where there is none."""
        try:
            return self.path(sha256, fingerprint).read_bytes()
        except FileNotFoundError:
            return None

    def forget(self, sha256: str, fingerprint: str) -> None:
        self.path(sha256, fingerprint).unlink(missing_ok=True)

    def remove_debris(self) -> int:
        """Remove what killed writers left behind; how many files that were."""
        debris = [path for path in self.folder.glob(f"*/{PART}*") if path.is_file()]
        for path in debris:
            path.unlink(missing_ok=True)
        return len(debris)

    def __iter__(self) -> Iterator[Path]:
        return iter(sorted(self.folder.glob(f"*/*{SUFFIX}")))


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


def unpack_tables(packed: bytes) -> Tables:
    """Rows per table, with dates as dates again. Raises DamagedResult."""
    try:
        tables = columnar.decode_rows(_unpack(packed))
        for name, rows in tables.items():
            columnar.with_dates(rows, DATES[name])
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise DamagedResult(str(error)) from error
    return tables


def unpack_frames(packed: Iterable[bytes]) -> dict[str, pl.DataFrame]:
    """One typed, sorted frame per table over the packed results of several documents.

    Raises DamagedResult, and SchemaError where rows break the contract of their table.
    """
    try:
        return columnar.decode_frames(map(_unpack, packed), DATES)
    except SchemaError:
        raise
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise DamagedResult(str(error)) from error


def damaged_issue(sha256: str, path: Path, error: DamagedResult) -> Issue:
    """What to say of a damaged result. It is an issue of the night, not of the release: the result is made again."""
    return Issue(
        code="stored_result_damaged",
        severity="warning",
        stage="release",
        message_zh=f"中间结果 {path.parent.parent.name}/{path.name} 损坏，已重做（{error}）",
        message_en=f"the stored result {path.parent.parent.name}/{path.name} was damaged and is made again ({error})",
        document_sha256=sha256,
    )


def _pack(raw: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(raw)


def _unpack(packed: bytes) -> bytes:
    try:
        return zstandard.ZstdDecompressor().decompress(packed)
    except zstandard.ZstdError as error:
        raise DamagedResult(str(error)) from error
