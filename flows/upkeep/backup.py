"""A data root in another place, and back: what cannot be made again, every file checked against its digest.

    OUT/MANIFEST.json            what the backup holds: path, size and sha256 of every file; written last, in one step
    OUT/archive/3a/3a22…         bodies, as in the archive
    OUT/ledger/<sha256>.sqlite   the ledger, whole, as of one moment
    OUT/releases/v2026.11.0/…    releases, and what else lies in the data root (not Readings, facts, findings)

A second backup into the same folder copies what is new. The backup is what its manifest names: one that was killed
leaves the manifest before it, which still holds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from flows import errors
from flows.files import PART, sync_folder, write_atomically
from flows.hold import keep_ledger, one_night_at_a_time
from flows.objects import Entry, LocalObjects, Objects, objects_at
from flows.release.version import latest, parse, point_latest_at
from flows.settings import DataRoot
from flows.stage import Progress, quiet
from flows.working_copy import INDEX, LAYOUT, RELEASES, RESTORING, Layout

MANIFEST: Final = "MANIFEST.json"
FORMAT: Final = 1
LEDGER: Final = "ledger/ledger.sqlite"
REMADE: Final = ("tables", "facts", "findings")  # follow from the archive
_STEP: Final = 1 << 20
_BODY: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """One file: path in the data root, size, digest."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """made_at: UTC. latest: the release that was the latest."""

    format: int
    made_at: str
    latest: str | None
    files: list[Kept]


@dataclass
class Copied:
    """damaged: files that are not what their names or their release say: not in the backup."""

    files: int = 0
    bytes: int = 0
    new: int = 0
    damaged: list[str] = field(default_factory=list)


def backup(
    root: DataRoot, into: Path, now: dt.datetime, *, with_results: bool = False, progress: Progress = quiet
) -> Copied:
    """Copy the data root into a folder of its own. with_results: Readings, facts and findings, too.

    Raises Trouble: exit code 2 where a folder cannot be used or another night is at work.
    """
    if root.url is None and into.resolve().is_relative_to(root.path.resolve()):
        raise errors.usage("备份不能放在数据目录之内", "a backup cannot lie inside the data root")
    done, kept = Copied(), list[Kept]()
    known = {one.path: one for one in manifest_of(into).files} if (into / MANIFEST).exists() else {}
    try:
        with one_night_at_a_time(root):
            into.mkdir(parents=True, exist_ok=True)
            there = objects_at(root.place)
            entries = [one for one in there.entries() if _is_kept(one.name, with_results=with_results)]
            for number, entry in enumerate(entries, start=1):
                one = _keep(there, entry, into, known.get(entry.name), done)
                if one is not None:
                    kept.append(one)
                progress("backup", number, len(entries))
            if root.ledger.exists():
                kept.append(_keep_ledger(root.ledger, into, done))
            stamp = now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            manifest = Manifest(FORMAT, stamp, latest(root.releases), sorted(kept, key=lambda one: one.path))
            write_atomically(into / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            _forget_old_ledgers(into, manifest)
    except OSError as error:
        raise errors.usage(f"备份未完成：{error}", f"the backup is not complete: {error}") from error
    done.files, done.bytes = len(kept), sum(one.bytes for one in kept)
    return done


def restore(source: Path, root: DataRoot, *, progress: Progress = quiet) -> Copied:
    """Make a data root of a backup: beside it first, and in its place in one step when every digest is right.

    Raises Trouble: exit code 2 where the data root is there already and not empty, or the backup is none; 4 where a
    file is missing or damaged (then nothing is put in place).
    """
    manifest = manifest_of(source)
    if root.url is not None:
        return _restore_into_a_store(source, manifest, root, progress)
    target = root.path.absolute()
    if target.exists() and any(target.iterdir()):
        raise errors.usage(f"数据目录不是空的：{target}", f"the data root is not empty: {target}")
    done = Copied()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-restoring-", dir=target.parent))
    except OSError as error:
        raise errors.usage(f"无法写入 {target.parent}", f"cannot write in {target.parent}: {error}") from error
    try:
        for number, one in enumerate(manifest.files, start=1):
            _bring_back(source, beside, one)
            done.files, done.bytes = done.files + 1, done.bytes + one.bytes
            progress("restore", number, len(manifest.files))
        if manifest.latest is not None and parse(manifest.latest) and (beside / "releases" / manifest.latest).is_dir():
            point_latest_at(beside / "releases", manifest.latest)
        beside.chmod(0o755)
        if target.exists():
            target.rmdir()
        beside.rename(target)
        sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return done


def manifest_of(folder: Path) -> Manifest:
    """Raises Trouble (exit code 2) where the folder is no backup of ours, (4) where its manifest is damaged."""
    try:
        found = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except OSError as error:
        raise errors.usage(f"不是备份：{folder}", f"not a backup: {folder}") from error
    except msgspec.MsgspecError as error:
        raise errors.data(f"备份清单损坏：{error}", f"the manifest of the backup is damaged: {error}") from error
    if found.format != FORMAT:
        raise errors.usage(f"备份格式 {found.format} 未知", f"a backup of format {found.format}: this knows {FORMAT}")
    return found


def _restore_into_a_store(source: Path, manifest: Manifest, root: DataRoot, progress: Progress) -> Copied:
    """Objects are put in place one by one: `restoring.json` is there until the last, and no command uses a data root
    with it. A restore that was killed is completed by the next."""
    there, done = objects_at(root.place), Copied()
    if there.entry(RESTORING) is None and any(not one.name.startswith("lease/") for one in there.entries()):
        raise errors.usage(f"数据目录不是空的：{root}", f"the data root is not empty: {root}")
    with one_night_at_a_time(root):
        there.write(RESTORING, msgspec.json.encode({"made_at": manifest.made_at}))
        # a release counts when its index is there: last, and the ledger after that
        files = sorted(manifest.files, key=lambda one: (one.path == LEDGER, one.path.endswith(f"/{INDEX}"), one.path))
        for number, one in enumerate(files, start=1):
            if one.path == LEDGER:
                _bring_back(source, root.path, one)
            elif one.path != LAYOUT:
                there.write(one.path, _content(source, one))
            done.files, done.bytes = done.files + 1, done.bytes + one.bytes
            progress("restore", number, len(files))
        if any(one.path == LAYOUT for one in files):
            said = msgspec.json.decode(there.read(LAYOUT), type=Layout)
            of_backup = msgspec.json.decode((source / LAYOUT).read_bytes(), type=Layout)
            there.write(LAYOUT, msgspec.json.encode(msgspec.structs.replace(said, layout=of_backup.layout)))
        keep_ledger(root, now=True)
        if manifest.latest is not None and parse(manifest.latest):
            there.write(f"{RELEASES}latest.json", msgspec.json.encode({"version": manifest.latest}) + b"\n")
        there.remove([RESTORING])
    return done


def _content(source: Path, one: Kept) -> bytes:
    """A file of the backup. Raises Trouble (exit code 4) where it is not there, or not what the manifest says."""
    try:
        content = (source / _safe(one)).read_bytes()
    except FileNotFoundError as error:
        raise errors.data(f"备份中缺少 {one.path}", f"the backup lacks {one.path}") from error
    if hashlib.sha256(content).hexdigest() != one.sha256:
        raise errors.data(f"备份中的文件损坏：{one.path}", f"a file of the backup is damaged: {one.path}")
    return content


def _is_kept(name: str, *, with_results: bool) -> bool:
    """Whether a file of the data root belongs in a backup: not the ledger, which is copied by itself."""
    top, _, below = name.partition("/")
    if top == "archive":
        return _BODY.fullmatch(below) is not None
    apart = {"ledger", "lease", *(() if with_results else REMADE)}
    passing = name in {"releases/latest.json", RESTORING} or name.startswith("releases/latest/")
    return top not in apart and not passing and not (not below and name.endswith(".lock"))


def _keep(there: Objects, entry: Entry, into: Path, known: Kept | None, done: Copied) -> Kept | None:
    """Copy one file, unless the backup has it. Bodies are named by their digest, files of a release never change."""
    name, target = entry.name, into / entry.name
    never_changes = name.startswith(("archive/", "releases/"))
    if known is not None and never_changes and _is_there(target, known.bytes) and known.bytes == entry.size:
        return known
    expected = name.rpartition("/")[2] if name.startswith("archive/") else None
    if isinstance(there, LocalObjects):
        sha256 = _copy(there.place / name, target, expected=expected)
    else:
        content = there.read(name)
        sha256 = hashlib.sha256(content).hexdigest()
        if expected in (None, sha256):
            write_atomically(target, content)
        else:
            sha256 = None
    if sha256 is None:
        done.damaged.append(name)
        return None
    if known is None or known.sha256 != sha256:
        done.new += 1
    return Kept(name, entry.size, sha256)


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _keep_ledger(ledger: Path, into: Path, done: Copied) -> Kept:
    """The ledger as of one moment, by SQLite's own backup; under its digest, so that the one before it stays whole."""
    folder = into / "ledger"
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PART, dir=folder)
    os.close(handle)
    part = Path(name)
    try:
        with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            if target.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise errors.data("台账损坏，未备份", "the ledger is damaged and was not backed up")
        with part.open("rb+") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        size = part.stat().st_size
        part.replace(folder / f"{sha256}.sqlite")
    except sqlite3.DatabaseError as error:
        raise errors.data(f"台账损坏：{error}", f"the ledger is damaged: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    sync_folder(folder)
    done.new += 1
    return Kept(LEDGER, size, sha256)


def _forget_old_ledgers(into: Path, manifest: Manifest) -> None:
    named = {f"{one.sha256}.sqlite" for one in manifest.files if one.path == LEDGER}
    for path in (into / "ledger").glob("*.sqlite"):
        if path.name not in named:
            path.unlink()


def _bring_back(source: Path, beside: Path, one: Kept) -> None:
    origin = source / (f"ledger/{one.sha256}.sqlite" if one.path == LEDGER else _safe(one))
    try:
        found = _copy(origin, beside / one.path, expected=one.sha256)
    except FileNotFoundError as error:
        raise errors.data(f"备份中缺少 {one.path}", f"the backup lacks {one.path}") from error
    if found is None:
        raise errors.data(f"备份中的文件损坏：{one.path}", f"a file of the backup is damaged: {one.path}")


def _safe(one: Kept) -> str:
    """Its path, if that leads nowhere but below. Raises Trouble (exit code 4)."""
    parts = PurePosixPath(one.path).parts
    if not parts or PurePosixPath(one.path).is_absolute() or ".." in parts:
        raise errors.data(f"备份清单中的路径不可用：{one.path}", f"a path of the manifest cannot be used: {one.path}")
    return one.path


def _copy(path: Path, target: Path, *, expected: str | None) -> str | None:
    """Copy a file whole or not at all and return its sha256; None (and no copy) where it is not the one expected."""
    target.parent.mkdir(parents=True, exist_ok=True)
    total = hashlib.sha256()
    handle, name = tempfile.mkstemp(prefix=PART, dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, path.open("rb") as file:
            while piece := file.read(_STEP):
                total.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        if expected is not None and total.hexdigest() != expected:
            return None
        part.chmod(path.stat().st_mode & 0o777)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return total.hexdigest()
