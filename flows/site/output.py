"""The folder of a built site: filled beside the old one, unchanged files linked over, exchanged in one step."""

from __future__ import annotations

import ctypes
import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from flows import errors
from flows.store import sync_folder

MARK: Final = "site.json"  # a folder with this file is ours to replace
MEMORY: Final = ".documents.json"  # fingerprints of the document pages; hidden, so never served
_EXCHANGE: Final = 2  # RENAME_EXCHANGE of renameat2(2)
_HERE: Final = -100  # AT_FDCWD


class Output:
    """A site being written. `staging` is filled; `old` is the site that stands, None where there is none."""

    def __init__(self, folder: Path, staging: Path, old: Path | None, moment: dt.datetime) -> None:
        self.folder = folder
        self.staging = staging
        self.old = old
        self.moment = int(moment.timestamp())
        self.written = 0
        self.kept = 0
        self.remembered: dict[str, Any] = _memory(old) if old is not None else {}

    def write(self, path: str, content: str | bytes) -> None:
        """Write one file; where the old site has the same bytes, its file is kept."""
        data = content.encode("utf-8", "replace") if isinstance(content, str) else content
        target = self.staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.old is not None:
            before = self.old / path
            if before.is_file() and before.stat().st_size == len(data) and before.read_bytes() == data:
                self._link(before, target)
                self.kept += 1
                return
        target.write_bytes(data)
        stamp = self.moment + int(hashlib.sha256(data).hexdigest()[:8], 16) % 86_400
        os.utime(target, (stamp, stamp))  # Last-Modified follows from the release and the bytes, not from the clock
        self.written += 1

    def keep(self, folders: Iterable[str]) -> bool:
        """Take whole folders over from the old site; False (and nothing taken) where one is not there."""
        wanted = list(folders)
        if self.old is None or not all((self.old / one).is_dir() for one in wanted):
            return False
        for one in wanted:
            for file in sorted((self.old / one).rglob("*")):
                if file.is_file():
                    target = self.staging / file.relative_to(self.old)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    self._link(file, target)
                    self.kept += 1
        return True

    def take(self, source: Path, path: str) -> None:
        """A file of the release, linked (or copied to another file system)."""
        target = self.staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        self._link(source, target)

    @staticmethod
    def _link(source: Path, target: Path) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)


@contextmanager
def building(folder: Path, moment: dt.datetime) -> Iterator[Output]:
    """Build into a folder beside `folder`; exchanged when the block ends well, removed when it does not.

    Raises Trouble (exit code 2) where the folder holds something that is no site, cannot be written, or another build
    is at work.
    """
    folder = folder.absolute()
    if folder.exists() and not _is_ours(folder):
        raise errors.usage(
            f"{folder} 不是空目录，也不是本命令建的站点（没有 {MARK}）；请另选目录",
            f"{folder} is neither empty nor a site made by this command (no {MARK}); choose another folder",
        )
    staging = folder.parent / f".{folder.name}.building"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f".{folder.name}.lock", timeout=0):
            shutil.rmtree(staging, ignore_errors=True)  # what a killed build left
            staging.mkdir()
            output = Output(folder, staging, folder if (folder / MARK).is_file() else None, moment)
            try:
                yield output
                _exchange(staging, folder)
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)
                raise
            shutil.rmtree(staging, ignore_errors=True)  # now the old site
            sync_folder(folder.parent)
    except Timeout as error:
        raise errors.usage(f"另一次建站正在写 {folder}", f"another build is writing {folder}") from error
    except OSError as error:
        raise errors.usage(f"无法写入 {folder}：{error}", f"cannot write {folder}: {error}") from error


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MARK).is_file() or not any(folder.iterdir()))


def _exchange(staging: Path, folder: Path) -> None:
    """The two folders change places in one step, where the system can; else within two renames."""
    if not folder.exists():
        staging.rename(folder)
        return
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None and rename(_HERE, os.fsencode(staging), _HERE, os.fsencode(folder), _EXCHANGE) == 0:
        return
    aside = folder.parent / f".{folder.name}.old"
    shutil.rmtree(aside, ignore_errors=True)
    folder.rename(aside)
    staging.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)


def _memory(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
