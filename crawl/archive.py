"""The archive: bodies as received, each under the sha256 of its bytes, written once and verified on every read.

Layout: `<root>/ab/abcdef…` (64 hexadecimal digits, first two repeated as the folder).
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

_SHA256 = re.compile(r"[0-9a-f]{64}")


class ArchiveCorruption(Exception):  # noqa: N818 (the name of what happened)
    """The bytes under a digest are not the bytes that have this digest. The message names digest and file."""

    def __init__(self, sha256: str, path: Path, found: str) -> None:
        self.sha256 = sha256
        self.path = path
        super().__init__(f"archive: the bytes stored as {sha256} have sha256 {found} ({path.name} is damaged)")


class Archive:
    """Bytes addressed by their sha256. Nothing is ever deleted or overwritten; safe with several writers."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)

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

    def verify(self, sha256: str) -> bool:
        """Whether the body is there and its bytes are its own."""
        try:
            self.get(sha256)
        except (FileNotFoundError, ArchiveCorruption):
            return False
        return True

    def put(self, body: bytes) -> str:
        """Store a body, return its sha256. A body already there is left alone.

        A damaged one is moved aside (`<sha256>.damaged`, `.damaged-2`, …), never overwritten, and the sound bytes
        take its place: what the damage was stays to be looked at.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        path = self.path(sha256)
        if path.is_file():
            if self.verify(sha256):
                return sha256
            self._move_aside(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        # same folder: os.replace is atomic only inside one file system
        handle, name = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o444)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return sha256

    @staticmethod
    def _move_aside(path: Path) -> None:
        aside = path.with_name(f"{path.name}.damaged")
        number = 1
        while aside.exists():
            number += 1
            aside = path.with_name(f"{path.name}.damaged-{number}")
        path.rename(aside)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut (not offered on Windows)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
