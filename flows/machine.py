"""Faults of the machine: a disk that is full, read-only, broken or not ours. They are nobody's bug and no document's
fault, and whoever runs the night can mend them: one line, exit code 4, and what stood before still stands."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from typing import Final

from flows import errors

OF_THE_MACHINE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM})
# primary result codes of SQLite (https://www.sqlite.org/rescode.html)
_SQLITE: Final = {8: "read-only", 10: "input/output error", 13: "disk full", 14: "cannot be opened"}
_NO_ROOM: Final = 64 * 1024  # bytes; with less left, a write that failed without saying why failed for want of room


def fault(error: BaseException) -> errors.Trouble | None:
    """The fault of the machine that an exception is, or was raised from; None for anything else."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if isinstance(at, errors.Trouble):
            return None
        if (what := _what(at)) is not None:
            return errors.data(
                f"中止，本机故障（磁盘已满、只读或无权限？）：{what}；原有版本未受影响，排除后再次运行即可补齐",
                f"ended, the machine is at fault (disk full, read-only, not allowed?): {what}; what was published "
                "stands as it was, and the next run completes this one",
            )
        at = at.__cause__ or at.__context__
    return None


def _what(error: BaseException) -> str | None:
    if isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
        return " ".join(str(error).split())
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        found = None if code is None else _SQLITE.get(code & 0xFF)
        return None if found is None else f"{error} ({found})"
    return None


@contextmanager
def writing(path: Path, *unclear: type[Exception]) -> Iterator[None]:
    """Around a library that says `unclear` of a write that failed: OSError (ENOSPC) where there is no room left."""
    try:
        yield
    except unclear as error:
        if disk_usage(path.parent).free > _NO_ROOM:
            raise
        raise OSError(errno.ENOSPC, "No space left on device", str(path)) from error
