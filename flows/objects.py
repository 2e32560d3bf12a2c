"""Named bytes under one place: a folder of this machine, or a prefix of an object store (S3 and what speaks like it).

A name is relative, its parts joined by `/`. What is there is whole: a file is written beside and renamed, an object is
one PUT (or a multipart upload, which is nothing before its last step). Both kinds can be made anew from their `place`
and travel to another process.

    objects_at("data/tables")   objects_at("s3://bucket/prefix/tables")

Trouble with the store (gone, slow, refused, no such bucket) ends a command with one line; it is never a document's.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

from flows import errors
from flows.files import PART, create_atomically, write_atomically
from flows.settings import Place, store_seconds, url_of

# a PUT there is whole or not there, and can be told to fail where there is an object already
STORES: Final = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "memory"})
_TAKEN: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_CLOCK: Final = ".clock-"
_ATTEMPTS: Final = 4  # of one request, with growing pauses; and the whole of it once more, where an answer broke off
_CONNECT_SECONDS: Final = 10


@dataclass(frozen=True)
class Entry:
    """One object. version: changes when its content does (and may without)."""

    name: str
    size: int
    version: str


class Objects(Protocol):
    """What can be done with named bytes. Every method raises Trouble where the place itself cannot be used."""

    @property
    def place(self) -> Place: ...

    def entries(self, under: str = "") -> list[Entry]:
        """Everything below a name that ends in `/` (or everything), by name; without what is unfinished or hidden."""
        ...

    def entry(self, name: str) -> Entry | None: ...

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes [start, end); a negative start counts from the end. Raises FileNotFoundError."""
        ...

    def write(self, name: str, content: bytes) -> None: ...

    def create(self, name: str, content: bytes) -> bool:
        """Write where there is nothing yet; False where there is something else. Of several at once one succeeds."""
        ...

    def upload(self, file: Path, name: str, *, new: bool = False) -> bool:
        """Store a file. new: only where there is nothing yet (then False where there is something else)."""
        ...

    def remove(self, names: Iterable[str]) -> None:
        """No trouble where they are not there."""
        ...

    def remove_debris(self) -> int:
        """What killed writers left behind, gone; how many things that were. Nobody else may be writing."""
        ...

    def age(self, name: str) -> float | None:
        """Seconds since it was written, by the clock of the place, whatever ours says; None where it is not there."""
        ...


def objects_at(place: Place) -> Objects:
    """Raises Trouble (exit code 2) for a URL that is no object store's, or whose package is not installed."""
    url = url_of(place)
    return LocalObjects(Path(place)) if url is None else UrlObjects(url)


def read_place(place: Place) -> bytes:
    """The bytes of one file or object, named as a whole. Raises FileNotFoundError."""
    url = url_of(place)
    if url is None:
        return Path(place).read_bytes()
    above, _, name = url.rpartition("/")
    return objects_at(above).read(name)


@dataclass(frozen=True)
class LocalObjects:
    """Files below a folder."""

    place: Path

    def entries(self, under: str = "") -> list[Entry]:
        folder = self.place / under
        found = []
        for path in folder.rglob("*") if folder.is_dir() else ():
            name = path.relative_to(self.place).as_posix()
            if not any(part.startswith(".") for part in name.split("/")):
                found.append(self.entry(name))  # None: a folder, or gone since
        return sorted((one for one in found if one is not None), key=lambda one: one.name)

    def entry(self, name: str) -> Entry | None:
        try:
            found = (self.place / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Entry(name, found.st_size, _local_version(found)) if stat.S_ISREG(found.st_mode) else None

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        with (self.place / name).open("rb") as file:
            if start:
                size = os.fstat(file.fileno()).st_size
                start = max(0, size + start) if start < 0 else start
                file.seek(start)
            return file.read() if end is None else file.read(max(0, end - start))

    def write(self, name: str, content: bytes) -> None:
        write_atomically(self.place / name, content)

    def create(self, name: str, content: bytes) -> bool:
        return create_atomically(self.place / name, content)

    def upload(self, file: Path, name: str, *, new: bool = False) -> bool:
        content = file.read_bytes()
        if new:
            return self.create(name, content)
        self.write(name, content)
        return True

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            (self.place / name).unlink(missing_ok=True)

    def remove_debris(self) -> int:
        walked = os.walk(self.place)  # no object for each of a hundred thousand files, as `rglob` makes
        debris = [Path(folder) / name for folder, _, names in walked for name in names if name.startswith(PART)]
        for path in debris:
            path.unlink(missing_ok=True)
        return len(debris)

    def age(self, name: str) -> float | None:
        probe = self.place / f"{_CLOCK}{uuid4().hex}"
        try:
            written = (self.place / name).stat().st_mtime
            probe.touch()
            return probe.stat().st_mtime - written
        except FileNotFoundError:
            return None
        finally:
            probe.unlink(missing_ok=True)


def _local_version(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns}"


@dataclass(frozen=True)
class UrlObjects:
    """Objects below a prefix, through fsspec. place: a URL without a slash at its end."""

    place: str

    def __post_init__(self) -> None:
        _filesystem(self.place.partition("://")[0], os.getpid())  # a package that is missing is said now

    @property
    def _fs(self) -> Any:
        return _filesystem(self.place.partition("://")[0], os.getpid())

    @property
    def _root(self) -> str:
        """As the file system writes it: `bucket/prefix`."""
        return str(self._fs._strip_protocol(self.place))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def entries(self, under: str = "") -> list[Entry]:
        with _told(self.place):
            try:
                found = self._fs.find(self._path(under).rstrip("/"), detail=True)
            except FileNotFoundError as error:
                self._ask_for_the_bucket(error)
                return []
        start = len(self._root) + 1
        names = ((path[start:], info) for path, info in sorted(found.items()) if not path.endswith("/"))
        return [
            Entry(name, int(info["size"]), _version(info))
            for name, info in names
            if not any(part.startswith(".") for part in name.split("/"))
        ]

    def entry(self, name: str) -> Entry | None:
        with _told(self.place):
            try:
                info = self._fs.info(self._path(name))
            except FileNotFoundError as error:
                self._ask_for_the_bucket(error)
                return None
        return Entry(name, int(info["size"]), _version(info)) if info["type"] == "file" else None

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        with _told(self.place):
            try:
                if start == 0 and end is None:
                    return bytes(self._fs.cat_file(self._path(name)))
                return bytes(self._fs.cat_file(self._path(name), start=start or None, end=end))
            except FileNotFoundError as error:
                self._ask_for_the_bucket(error)
                raise FileNotFoundError(f"{self.place}/{name}") from error
            except OSError as error:
                if _code(error) == "InvalidRange":  # of an empty object, or beyond its end
                    return b""
                raise

    def write(self, name: str, content: bytes) -> None:
        with _told(self.place):
            self._fs.pipe_file(self._path(name), content)

    def create(self, name: str, content: bytes) -> bool:
        with _told(self.place):
            try:
                self._fs.pipe_file(self._path(name), content, mode="create")
            except OSError as error:
                if not (isinstance(error, FileExistsError) or _code(error) in _TAKEN):
                    raise
                # ours, where the answer to the first attempt was lost
                return self._is(name, content)
        return True

    def upload(self, file: Path, name: str, *, new: bool = False) -> bool:
        with _told(self.place):
            try:
                self._fs.put_file(str(file), self._path(name), mode="create" if new else "overwrite")
            except OSError as error:
                if not new or not (isinstance(error, FileExistsError) or _code(error) in _TAKEN):
                    raise
                return self._is(name, file.read_bytes())
        return True

    def _is(self, name: str, content: bytes) -> bool:
        try:
            return self.read(name) == content
        except FileNotFoundError:
            return False

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            with _told(self.place), suppress(FileNotFoundError):
                self._fs.rm_file(self._path(name))

    def remove_debris(self) -> int:
        """Multipart uploads that were never ended: they cannot be seen, but are paid for."""
        if self.place.partition("://")[0] not in {"s3", "s3a"}:
            return 0
        bucket, _, prefix = self._root.partition("/")
        with _told(self.place):
            said = self._fs.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=f"{prefix}/" if prefix else "")
            uploads = said.get("Uploads") or []
            for one in uploads:
                self._fs.call_s3("abort_multipart_upload", Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"])
        return len(uploads)

    def age(self, name: str) -> float | None:
        probe = self._path(f"{_CLOCK}{uuid4().hex}")
        with _told(self.place):
            try:
                written = self._fs.modified(self._path(name))
                self._fs.pipe_file(probe, b"")
                return float((self._fs.modified(probe) - written).total_seconds())
            except FileNotFoundError as error:
                self._ask_for_the_bucket(error)
                return None
            finally:
                with suppress(Exception):
                    self._fs.rm_file(probe)

    def _ask_for_the_bucket(self, error: FileNotFoundError) -> None:
        """No such object is one thing, no such bucket another. Raises Trouble."""
        if _code(error) == "NoSuchBucket":
            raise _no_bucket(self.place) from error


@cache
def _filesystem(protocol: str, process: int) -> Any:
    """process: a file system is not taken over a fork."""
    del process
    if protocol not in STORES:
        known = ", ".join(sorted(STORES - {"memory"}))
        raise errors.usage(f"不是对象存储：{protocol}://（可用：{known}）", f"no object store: {protocol}:// ({known})")
    options: dict[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}
    if protocol in {"s3", "s3a"}:
        options["config_kwargs"] = {
            "connect_timeout": min(_CONNECT_SECONDS, store_seconds()),
            "read_timeout": store_seconds(),
            "retries": {"mode": "standard", "max_attempts": _ATTEMPTS},
        }
    elif protocol == "memory":
        options = {}
    try:
        import fsspec  # noqa: PLC0415 - an extra, and slow to import: only for who keeps data in a store

        found = fsspec.filesystem(protocol, **options)
    except (ImportError, ValueError) as error:  # ValueError: no package of this protocol is known
        raise errors.usage(
            f"缺少对象存储的软件包（{error}）：pip install 'yujue[object-store]'",
            f"the package for {protocol}:// is not installed ({error}): pip install 'yujue[object-store]'",
        ) from error
    if protocol in {"s3", "s3a"}:
        found.retries = 2
    return found


def _version(info: dict[str, Any]) -> str:
    return str(info.get("ETag") or info.get("etag") or info.get("LastModified") or info.get("created"))


def _code(error: BaseException) -> str | None:
    """What S3 called it."""
    answer = getattr(error.__cause__, "response", None) or getattr(error, "response", None)
    return answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None


def _no_bucket(place: Place) -> errors.Trouble:
    bucket = str(place).partition("://")[2].partition("/")[0]
    return errors.usage(f"对象存储中没有桶 {bucket}（{place}）", f"there is no bucket {bucket} ({place})")


@contextmanager
def _told(place: Place) -> Iterator[None]:
    """What a store can do to us, as one line. What says that an object is not there, or is there, passes through."""
    try:
        yield
    except errors.Trouble:
        raise
    except FileNotFoundError as error:
        if _code(error) == "NoSuchBucket":
            raise _no_bucket(place) from error
        raise
    except PermissionError as error:
        raise errors.usage(f"无权访问 {place}：{_words(error)}", f"not allowed at {place}: {_words(error)}") from error
    except (MemoryError, TypeError, AttributeError, LookupError, AssertionError):
        raise  # ours
    except Exception as error:
        if type(error).__name__ in {"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound"}:
            raise errors.usage(
                f"没有 {place} 的凭据（AWS_ACCESS_KEY_ID 等）：{_words(error)}",
                f"no credentials for {place} (AWS_ACCESS_KEY_ID …): {_words(error)}",
            ) from error
        raise errors.network(
            f"对象存储无法使用（{place}）：{_words(error)}",
            f"the object store cannot be used ({place}): {_words(error)}",
        ) from error


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{text[:200] or type(error).__name__}"
