"""Holding a data root: one run at a time writes in it, on this machine and on all others.

On one machine by a lock of the system, which goes with the process, however that ends; over machines by a lease
(`flows.lease`). A data root in an object store is brought to this machine's working copy at the beginning, and what of
it is files goes back: the ledger after each source and at the end, a release when it is made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from filelock import FileLock, Timeout

from flows import errors, working_copy
from flows.lease import Lease
from flows.objects import objects_at
from flows.settings import DataRoot, Place, lease_seconds

_PULL_SECONDS: Final = 120.0  # another command of this machine is bringing the working copy up to date
_KEEP_SECONDS: Final = 60.0
_KEEP_SHARE: Final = 20  # the ledger is not stored more often than every so many times what storing it takes


@dataclass
class _Held:
    lease: Lease
    kept: float = 0.0
    took: float = 0.0
    keeping: Lock = field(default_factory=Lock)


_held: dict[str, _Held] = {}  # data roots this process holds


def open_root(place: Place) -> DataRoot:
    """The data root of a command, ready to be read: of a store, with a working copy as it is now.

    Raises Trouble (exit code 2) where the place cannot be used, or is of another version (`yujue migrate`).
    """
    root = DataRoot(place)
    fetch(root)
    return _of_this_version(root)


def open_filled_root(place: Place) -> DataRoot:
    """As `open_root`, for what makes no sense where nothing was ever crawled: a mistyped place is not "0 of 0, sound".

    Raises Trouble (exit code 2).
    """
    root = open_root(place)
    if not root.ledger.exists():
        raise errors.usage(
            f"{root} 不是数据目录（没有台账）；请核对 --data 或 YUJUE_DATA_ROOT",
            f"{root} is no data root (there is no ledger): look at --data, or YUJUE_DATA_ROOT",
        )
    return root


def fetch(root: DataRoot) -> None:
    """Bring the working copy up to what the store has; nothing to do for a folder, or while a night of this machine is
    at work: then nothing is newer than what lies here."""
    if root.url is None or str(root) in _held:
        return
    root.path.parent.mkdir(parents=True, exist_ok=True)
    lock = _pull_lock(root)
    try:
        lock.acquire(timeout=0 if root.path.exists() else _PULL_SECONDS)
    except Timeout:
        return
    try:
        working_copy.pull(root, holding=False)
    finally:
        lock.release()


def _of_this_version(root: DataRoot) -> DataRoot:
    from flows.migrate import refuse_other_versions  # noqa: PLC0415 - it holds data roots itself

    if root.url is not None and objects_at(root.place).entry(working_copy.RESTORING) is not None:
        raise errors.usage(
            f"{root} 的恢复未完成：请再次运行 yujue restore", f"{root} is being restored: run `yujue restore` again"
        )

    refuse_other_versions(root)
    return root


@contextmanager
def one_night_at_a_time(root: DataRoot) -> Iterator[None]:
    """Hold the data root. Raises Trouble (exit code 2) where another run does, or it cannot be written."""
    with _alone_on_this_machine(root) as lock:
        lease = Lease(objects_at(root.place), lease_seconds(), lock)
        try:
            lease.acquire()
        except OSError as error:
            raise _not_writable(root) from error
        _held[str(root)] = _Held(lease)
        try:
            working_copy.begin(root)
            working_copy.pull(root, holding=True)
            with _ledger_kept(root):
                yield
        finally:
            del _held[str(root)]
            with suppress(errors.Trouble, OSError):
                lease.release()


@contextmanager
def _ledger_kept(root: DataRoot) -> Iterator[None]:
    """Store the ledger however the block ends. Not before the working copy was brought up to date: what it had until
    then may be older than what the store has."""
    try:
        yield
    except BaseException:
        with suppress(errors.Trouble, OSError):  # it is in the working copy; how the block ended is what counts
            keep_ledger(root, now=True)
        raise
    keep_ledger(root, now=True)


@contextmanager
def _alone_on_this_machine(root: DataRoot) -> Iterator[str]:
    """The lock of the system; yields a name for it by which another process of this machine can tell that it is it."""
    try:
        root.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root.lock)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise errors.usage(f"另一次运行正在使用 {root}", f"another night is at work in {root}") from error
    except OSError as error:
        raise _not_writable(root) from error
    pulling = _pull_lock(root) if root.url else None
    try:
        if pulling is not None:
            pulling.acquire(timeout=_PULL_SECONDS)
        found = Path(root.lock).stat()
        yield f"{root.lock.absolute()} {found.st_dev}:{found.st_ino}"
    except Timeout as error:
        raise errors.usage(f"另一条命令正在使用 {root.path}", f"another command is at work in {root.path}") from error
    finally:
        if pulling is not None:
            pulling.release()
        lock.release()


def _pull_lock(root: DataRoot) -> FileLock:
    return FileLock(root.path.with_name(f"{root.path.name}.pull.lock"))


def _not_writable(root: DataRoot) -> errors.Trouble:
    return errors.usage(f"数据目录不可写：{root}", f"cannot write in the data root: {root}")


def still_held(root: DataRoot) -> None:
    """Before a step that counts. Raises Trouble (exit code 4) where the lease was lost."""
    held = _held.get(str(root))
    if held is not None:
        held.lease.check()


def keep_ledger(root: DataRoot, *, now: bool = False) -> None:
    """Store the ledger, unless that was done a moment ago. Nothing to do in a folder, or where nobody holds it."""
    held = _held.get(str(root))
    if root.url is None or held is None:
        return
    with held.keeping:
        began = time.monotonic()
        if not now and held.kept and began - held.kept < max(_KEEP_SECONDS, held.took * _KEEP_SHARE):
            return
        working_copy.keep_ledger(root, held.lease.number, held.lease.check)
        held.kept = time.monotonic()
        held.took = held.kept - began


def keep_release(root: DataRoot, version: str) -> None:
    """Store a release that was made here, and move `latest`. Raises Trouble where the lease was lost."""
    working_copy.keep_release(root, version, lambda: still_held(root))
