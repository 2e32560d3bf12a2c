"""The archive: bodies as received, each under the sha256 of its bytes, written once and verified on every read.

Layout: `<root>/ab/abcdef…` (64 hexadecimal digits, first two repeated as the folder). What is being written lies in
`<root>/.incoming/<writer>/`, on the same file system, so that it can be moved in one step.

An archive may lie elsewhere than in a folder (`flows.bodies`: an object store): whoever is handed one asks it for
bodies and pieces of them, never for a path.
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
    """The bytes under a digest are not the bytes that have this digest. The message names both digests."""

    def __init__(self, sha256: str, found: str) -> None:
        self.sha256 = sha256
        super().__init__(f"archive: the bytes stored as {sha256} have sha256 {found}: they are damaged")


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

    @property
    def place(self) -> str:
        """Where it lies, in one word that another process can open it by."""
        return str(self.root)

    @staticmethod
    def name(sha256: str) -> str:
        """Name of a body below the archive's place. Raises ValueError when it is no lower-case sha256."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a sha256: {sha256!r}")
        return f"{sha256[:2]}/{sha256}"

    def path(self, sha256: str) -> Path:
        """Where the body with this digest lies (or would lie). Raises ValueError when it is no lower-case sha256."""
        return self.root / self.name(sha256)

    def has(self, sha256: str) -> bool:
        """Whether a body is stored under this digest (its bytes are not looked at; see `verify`)."""
        return self.path(sha256).is_file()

    def size(self, sha256: str) -> int | None:
        """Bytes of the body; None when it is not there."""
        try:
            return self.path(sha256).stat().st_size
        except OSError:
            return None

    def known_size(self, sha256: str) -> int:
        """Bytes of the body as far as they can be had without asking much; 0 where not."""
        return self.size(sha256) or 0

    def state(self, sha256: str) -> str:
        """Changes when the body is put there (again) or goes; says nothing of its bytes."""
        try:
            found = self.path(sha256).stat()
        except OSError:
            return "absent"
        return f"{found.st_size} {found.st_mtime_ns}"

    def piece(self, sha256: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes [start, end) of the body, not verified; a negative start counts from its end.

        Raises FileNotFoundError when it is not there.
        """
        with self.path(sha256).open("rb") as file:
            if start < 0:
                start = max(0, file.seek(0, os.SEEK_END) + start)
            file.seek(start)
            return file.read() if end is None else file.read(max(0, end - start))

    def aside(self) -> list[str]:
        """Names of damaged bodies that were moved out of the way."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob("*/*.damaged*"))

    def get(self, sha256: str) -> bytes:
        """The body. Raises FileNotFoundError when it is not there, ArchiveCorruption when its bytes are not its own."""
        body = self.piece(sha256)
        found = hashlib.sha256(body).hexdigest()
        if found != sha256:
            raise ArchiveCorruption(sha256, found)
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
