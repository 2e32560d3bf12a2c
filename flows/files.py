"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

PART = ".part-"
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def write_atomically(path: Path, content: bytes) -> None:
    """Write a whole file or none: beside, flushed, renamed. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _beside(path, content)
    try:
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def create_atomically(path: Path, content: bytes) -> bool:
    """Write a whole file where there is none; False, and nothing written, where there is one. Raises OSError.

    By a hard link, which is one step and fails where the name is taken, on network file systems as well.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _beside(path, content)
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _create_in_place(path, content)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def _create_in_place(path: Path, content: bytes) -> bool:
    """Where there are no hard links: exclusive, but a kill in between leaves a file cut short."""
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        return False
    return True


def _beside(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix=PART, dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (a rename is not, before its folder is flushed)."""
    with contextlib.suppress(OSError):  # not every file system lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
