"""The archive: bodies as received, each under the sha256 of its bytes, written once and verified on every read.

Layout: `<root>/ab/abcdef…` (64 hexadecimal digits, first two repeated as the folder). What is being written lies in
`<root>/.incoming/<writer>/`, on the same file system, so that it can be moved in one step.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from crawl.spool import OnDisk, stored

_STEP = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ArchiveCorruption(Exception):  # noqa: N818 (the name of what happened)
    """The bytes under a digest are not the bytes that have this digest. The message names digest and file."""

    def __init__(self, sha256: str, path: Path, found: str) -> None:
        self.sha256 = sha256
        self.path = path
        super().__init__(f"archive: the bytes stored as {sha256} have sha256 {found} ({path.name} is damaged)")


class Archive:
    """Bytes addressed by their sha256. Nothing is ever deleted or overwritten; safe with several writers."""

    def __init__(self, root: Path | str, *, writer: str | None = None) -> None:
        """writer: whose unfinished files are kept apart, so that they can be cleared away when it starts again."""
        self.root = Path(root)
        self.incoming = self.root / ".incoming" / (writer or "shared")

    def clear_incoming(self) -> None:
        """Remove what this writer left unfinished when it was killed. Nothing else may write under its name."""
        shutil.rmtree(self.incoming, ignore_errors=True)

    def digests(self) -> Iterator[str]:
        """The sha256 of everything stored, sorted."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(entry.name for entry in folder.iterdir() if _SHA256.fullmatch(entry.name))

    def path(self, sha256: str) -> Path:
        """Where the body with this digest lies (or would lie). Raises ValueError when it is no lower-case sha256."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a sha256: {sha256!r}")
        return self.root / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether a body is stored under this digest (its bytes are not looked at; see `verify`)."""
        return self.path(sha256).is_file()

    def get(self, sha256: str) -> bytes:
        """The body. Raises FileNotFoundError when it is not there, ArchiveCorruption when its bytes are not its own."""
        path = self.path(sha256)
        body = path.read_bytes()
        found = hashlib.sha256(body).hexdigest()
        if found != sha256:
            raise ArchiveCorruption(sha256, path, found)
        return body

    def body(self, sha256: str) -> bytes:
        """The body as a download would hand it over: of a large file only the head is in memory (an OnDisk).

        Not verified. Raises FileNotFoundError when it is not there.
        """
        return stored(self.path(sha256), sha256)

    def verify(self, sha256: str) -> bool:
        """Whether the body is there and its bytes are its own. Reads it piece by piece."""
        try:
            return _digest(self.path(sha256)) == sha256
        except OSError:
            return False

    def put(self, body: bytes) -> str:
        """Store a body (one that lies in a file is moved), return its sha256. A body already there is left alone.

        A damaged one is moved aside (`<sha256>.damaged`, `.damaged-2`, …), never overwritten, and the sound bytes
        take its place: what the damage was stays to be looked at.
        """
        if isinstance(body, OnDisk):
            return self._take(body)
        sha256 = hashlib.sha256(body).hexdigest()
        if self._stored(sha256):
            return sha256
        self.incoming.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="put-", dir=self.incoming)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            self._move_in(temporary, sha256)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return sha256

    def _take(self, body: OnDisk) -> str:
        if not self._stored(body.sha256):
            descriptor = os.open(body.path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            self._move_in(body.path, body.sha256)
        return body.sha256

    def _stored(self, sha256: str) -> bool:
        """Whether the sound body is there; what is damaged is moved out of the way."""
        if not self.has(sha256):
            return False
        if self.verify(sha256):
            return True
        self._move_aside(self.path(sha256))
        return False

    def _move_in(self, temporary: Path, sha256: str) -> None:
        path = self.path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.chmod(0o444)
        temporary.replace(path)
        _sync_folder(path.parent)

    @staticmethod
    def _move_aside(path: Path) -> None:
        aside = path.with_name(f"{path.name}.damaged")
        number = 1
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.name}.damaged-{number}")
        path.rename(aside)


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_STEP):
            found.update(piece)
    return found.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut (not offered on Windows)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
