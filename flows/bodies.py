"""The archive of bodies where the data root is an object store: `crawl.archive.Archive` without a folder.

    archive_at("data/archive")   archive_at("s3://bucket/prefix/archive")

A body is there before the visit that brought it is written down: what the ledger knows, the store has.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crawl.archive import Archive, ArchiveCorruption
from crawl.sentinel import body_kind
from crawl.spool import HEAD_BYTES, IN_MEMORY_BYTES, OnDisk
from flows.objects import Entry, objects_at
from flows.settings import DataRoot, Place, url_of, working_copy_of

_BODY = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})")
_PAGES = frozenset({"html", "xml", "text", "empty"})


def archive_at(place: Place, *, writer: str | None = None, spool: Path | None = None) -> Archive:
    """The archive at a folder or at a URL. spool: folder for large bodies on their way to a store.

    Raises Trouble for a URL that cannot be used.
    """
    url = url_of(place)
    return Archive(Path(place), writer=writer) if url is None else StoredArchive(url, writer=writer, spool=spool)


def archive_of(root: DataRoot) -> Archive | None:
    """The archive of a data root, to look things up in; None where there is no such folder."""
    return archive_at(root.archive) if root.url is not None or Path(root.archive).is_dir() else None


class StoredArchive(Archive):
    """Bodies below a prefix of an object store. A body is one object, whole or not there; none is ever overwritten."""

    def __init__(self, url: str, *, writer: str | None = None, spool: Path | None = None) -> None:
        super().__init__(spool or working_copy_of(url), writer=writer)
        self.url = url
        self._spool = spool
        self.objects = objects_at(url)
        self._listed: dict[str, Entry] | None = None

    def __reduce__(self) -> tuple[type[StoredArchive], tuple[str]]:
        return StoredArchive, (self.url,)

    @property
    def place(self) -> str:
        return self.url

    def path(self, sha256: str) -> Path:
        """There is none. Raises ValueError."""
        raise ValueError(f"{self.url}/{self.name(sha256)} is no file of this machine")

    def digests(self) -> Iterator[str]:
        self._listed = {}
        for one in self.objects.entries():
            if found := _BODY.fullmatch(one.name):
                self._listed[found[1]] = one
        yield from sorted(self._listed)

    def has(self, sha256: str) -> bool:
        if self._listed is not None and sha256 in self._listed:
            return True  # nothing is ever deleted
        return self.objects.entry(self.name(sha256)) is not None

    def size(self, sha256: str) -> int | None:
        found = self.objects.entry(self.name(sha256))
        return None if found is None else found.size

    def state(self, sha256: str) -> str:
        found = self._entry(sha256)
        return "absent" if found is None else found.version

    def known_size(self, sha256: str) -> int:
        found = self._entry(sha256)
        return 0 if found is None else found.size

    def _entry(self, sha256: str) -> Entry | None:
        """By one listing of the whole archive when it is first asked for: a request for each body would take hours."""
        if self._listed is None:
            for _ in self.digests():
                break
        assert self._listed is not None
        return self._listed.get(sha256)

    def piece(self, sha256: str, start: int = 0, end: int | None = None) -> bytes:
        return self.objects.read(self.name(sha256), start, end)

    def aside(self) -> list[str]:
        return [one.name for one in self.objects.entries() if ".damaged" in one.name]

    def body(self, sha256: str) -> bytes:
        size = self.size(sha256)
        if size is None:
            raise FileNotFoundError(f"{self.url}/{self.name(sha256)}")
        if size > IN_MEMORY_BYTES:
            head = self.piece(sha256, 0, HEAD_BYTES)
            if body_kind(head) not in _PAGES:
                return OnDisk.of(head, self._fetch(sha256), sha256, size)
        return self.piece(sha256)

    def _fetch(self, sha256: str) -> Path:
        """A file of its own with the body, which goes when nobody holds it any more."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="body-", dir=self.incoming)
        with os.fdopen(handle, "wb") as file:
            file.write(self.piece(sha256))
        return Path(name)

    def verify(self, sha256: str) -> bool:
        try:
            self.get(sha256)
        except (FileNotFoundError, ArchiveCorruption):
            return False
        return True

    def put(self, body: bytes) -> str:
        sha256 = body.sha256 if isinstance(body, OnDisk) else hashlib.sha256(body).hexdigest()
        if self.has(sha256):
            if self.verify(sha256):
                return sha256
            self._put_aside(sha256)
        if isinstance(body, OnDisk):
            self.objects.upload(body.path, self.name(sha256))
        else:
            self.objects.write(self.name(sha256), body)
        if self._listed is not None:
            self._listed[sha256] = Entry(self.name(sha256), body.size if isinstance(body, OnDisk) else len(body), "new")
        return sha256

    def _put_aside(self, sha256: str) -> None:
        aside, number = f"{self.name(sha256)}.damaged", 1
        while not self.objects.create(aside, self.piece(sha256)):
            number += 1
            aside = f"{self.name(sha256)}.damaged-{number}"
        self.objects.remove([self.name(sha256)])
