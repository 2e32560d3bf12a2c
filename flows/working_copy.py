"""What of a data root in an object store must be files of this machine, and how it gets there and back.

    here, in the working copy            there, in the store
    ledger/ledger.sqlite                 ledger/00000007-000002-<sha256>.sqlite.zst   whole, as of one moment
    releases/v2026.11.0/…                releases/v2026.11.0/…, `index.json` last; then releases/latest.json
    runs/…, quarantine.json, verify.json the same names
    (nothing)                            archive/…, members/ converted/ tables/ facts/ findings/: asked for one by one

The store is the truth and the working copy may be thrown away at any time between two nights. A night that was killed
goes on from the ledger of the working copy, if no other machine has come before it.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec
import zstandard

from flows import errors
from flows.files import sync_folder, write_atomically
from flows.objects import Entry, Objects, objects_at
from flows.release.package import sha256_of
from flows.release.version import STAGING, newest, parse, point_latest_at
from flows.settings import DataRoot
from flows.terminal import line

LAYOUT: Final = "layout.json"
LAYOUT_VERSION: Final = 1
LEDGERS: Final = "ledger/"
RELEASES: Final = "releases/"
INDEX: Final = "index.json"  # of a release: uploaded last, so that a release without it is none
SUMS: Final = "SHA256SUMS"
RESTORING: Final = "restoring.json"  # there while a backup is being restored into the store
NOTES: Final = ("quarantine.json", "verify.json", "releases/accepted.json")
RUNS: Final = "runs/"
_SYNCED: Final = ".synced.json"
_KEPT_LEDGERS: Final = 3
_SUFFIX: Final = ".sqlite.zst"


class Layout(msgspec.Struct, frozen=True):
    """layout: version of how things lie in a data root. root: which data root it is (of a store's: a random name)."""

    layout: int = LAYOUT_VERSION
    root: str = ""


class Synced(msgspec.Struct):
    """What the working copy and the store last agreed on.

    root: which data root. ledger, ledger_sha256: the snapshot the local ledger began from, and the digest of its
    content. releases: version → state of its index in the store. notes: name → (state there, state here).
    """

    root: str = ""
    ledger: str = ""
    ledger_sha256: str = ""
    releases: dict[str, str] = {}
    notes: dict[str, tuple[str, str]] = {}


def synced(root: DataRoot) -> Synced:
    try:
        return msgspec.json.decode((root.path / _SYNCED).read_bytes(), type=Synced)
    except (OSError, msgspec.MsgspecError):
        return Synced()


def _save(root: DataRoot, state: Synced) -> None:
    write_atomically(root.path / _SYNCED, msgspec.json.encode(state))


def layout_of(root: DataRoot) -> Layout | None:
    """None where there is no data root yet, or one from before layouts had a version. Raises Trouble (exit code 4)."""
    try:
        return msgspec.json.decode(objects_at(root.place).read(LAYOUT), type=Layout)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise errors.data(f"{root}/{LAYOUT} 损坏：{error}", f"{root}/{LAYOUT} is damaged: {error}") from error


def begin(root: DataRoot) -> None:
    """Say in the data root how things lie in it, where nothing says so yet. The caller holds it."""
    if layout_of(root) is None:
        objects_at(root.place).create(LAYOUT, msgspec.json.encode(Layout(root=uuid4().hex if root.url else "")))


def pull(root: DataRoot, *, holding: bool) -> None:
    """Bring the working copy up to what the store has. holding: this process holds the lease: what only lies here was
    never published and goes. Nothing to do for a folder."""
    if root.url is None:
        return
    there, said, state = objects_at(root.url), layout_of(root), synced(root)
    root.path.mkdir(parents=True, exist_ok=True)
    identity = said.root if said is not None else ""
    if state.root != identity:
        _throw_away(root)
        state = Synced(root=identity)
        _save(root, state)
    _pull_ledger(root, there, state)
    _pull_releases(root, there, state, holding=holding)
    _pull_notes(root, there, state)
    _save(root, state)


def _throw_away(root: DataRoot) -> None:
    """What lies here is another data root's (it was made anew in the same place): put aside, the last one only."""
    aside = root.path.with_name(f"{root.path.name}.before")
    tops = dict.fromkeys(name.partition("/")[0] for name in (LEDGERS, RELEASES, *NOTES))
    gone = [name for name in tops if (root.path / name).exists()]
    if gone:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
    for name in gone:
        (root.path / name).rename(aside / name)


# -------------------------------------------------------------------------------------------------------------- ledger


def ledgers(there: Objects) -> list[str]:
    """Names of the snapshots in the store, oldest first: by number of the lease, then by number within it."""
    return [one.name for one in there.entries(LEDGERS) if one.name.endswith(_SUFFIX)]


def _pull_ledger(root: DataRoot, there: Objects, state: Synced) -> None:
    known = ledgers(there)
    if not known or known[-1] == state.ledger:
        return  # ours is the newest, or goes on from it
    expected = known[-1].removesuffix(_SUFFIX).rpartition("-")[2]
    try:
        content = zstandard.ZstdDecompressor().decompressobj().decompress(there.read(known[-1]))
    except zstandard.ZstdError as error:
        raise errors.data(f"台账快照损坏：{known[-1]}", f"the snapshot {known[-1]} of the ledger is damaged") from error
    found = hashlib.sha256(content).hexdigest()
    if found[: len(expected)] != expected:
        raise errors.data(f"台账快照损坏：{known[-1]}", f"the snapshot {known[-1]} of the ledger is damaged")
    if root.ledger.exists() and _content_of(root.ledger) != state.ledger_sha256:
        _put_ledger_aside(root)
    state.ledger = state.ledger_sha256 = ""
    _save(root, state)  # from here on the local ledger counts for nothing until it is whole
    for suffix in ("-wal", "-shm"):
        root.ledger.with_name(root.ledger.name + suffix).unlink(missing_ok=True)
    write_atomically(root.ledger, content)
    state.ledger, state.ledger_sha256 = known[-1], found
    _save(root, state)


def _put_ledger_aside(root: DataRoot) -> None:
    """Visits of a night that was killed here before another machine's: the pages are asked for again, if need be."""
    aside = root.ledger.with_name("superseded.sqlite")
    with closing(sqlite3.connect(root.ledger)) as old, closing(sqlite3.connect(aside)) as new:
        old.backup(new)
    line(
        f"本机一次中断的运行的访问记录未及保存，另一台机器已先行；留在 {aside}",
        f"visits of a run that was cut short here were not kept, another machine came first; they are in {aside}",
        mark="!",
    )


def snapshot(ledger: Path, into: Path) -> str:
    """The ledger as of one moment, by SQLite's own backup, as one file; the sha256 of it. Raises sqlite3.Error."""
    with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(into)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    return sha256_of(into)


def _content_of(ledger: Path) -> str:
    with tempfile.TemporaryDirectory(dir=ledger.parent) as folder:
        try:
            return snapshot(ledger, Path(folder) / "ledger.sqlite")
        except sqlite3.Error:
            return "damaged"


def keep_ledger(root: DataRoot, number: int, check: Callable[[], None]) -> bool:
    """Store the ledger as it is now; False where nothing in it has changed. number: of the lease. check: raises where
    the lease is lost."""
    if root.url is None or not root.ledger.exists():
        return False
    there, state = objects_at(root.url), synced(root)
    with tempfile.TemporaryDirectory(prefix=".keeping-", dir=root.ledger.parent) as folder:
        plain, packed = Path(folder) / "ledger.sqlite", Path(folder) / "ledger.zst"
        sha256 = snapshot(root.ledger, plain)
        if sha256 == state.ledger_sha256:
            return False
        with plain.open("rb") as source, packed.open("wb") as target:
            zstandard.ZstdCompressor(level=3, write_checksum=True).copy_stream(source, target)
        known = ledgers(there)
        ours = f"{LEDGERS}{number:08d}-"
        last = max((int(name.split("-")[1]) for name in known if name.startswith(ours)), default=0)
        name = f"{ours}{last + 1:06d}-{sha256[:32]}{_SUFFIX}"
        check()
        if not there.upload(packed, name, new=True):
            raise errors.data(f"另一次运行已写入 {name}", f"another run has written {name}")
    state.ledger, state.ledger_sha256 = name, sha256
    _save(root, state)
    there.remove(one for one in known[: -(_KEPT_LEDGERS - 1)])
    return True


# ------------------------------------------------------------------------------------------------------------ releases


def _pull_releases(root: DataRoot, there: Objects, state: Synced, *, holding: bool) -> None:
    """Every release by name and index, the newest whole. An older one is fetched by `whole_release`."""
    published = {one.name.split("/")[1]: one for one in there.entries(RELEASES) if _is_index(one.name)}
    root.releases.mkdir(parents=True, exist_ok=True)
    for folder in [path for path in root.releases.iterdir() if parse(path.name)]:
        other = folder.name in published and state.releases.get(folder.name) != published[folder.name].version
        if other or (holding and folder.name not in published):
            shutil.rmtree(folder)
    for version, index in published.items():
        if not (root.releases / version).is_dir():
            _put_in_place(root, version, {INDEX: there.read(f"{RELEASES}{version}/{INDEX}")})
        state.releases[version] = index.version
    state.releases = {version: said for version, said in state.releases.items() if version in published}
    last = newest(root.releases)
    if last is not None and last in published:
        whole_release(root, last)
        try:
            said = msgspec.json.decode(there.read(f"{RELEASES}latest.json"), type=dict[str, str]).get("version", "")
        except (FileNotFoundError, msgspec.MsgspecError):
            said = ""
        if said in published:
            point_latest_at(root.releases, said)


def _is_index(name: str) -> bool:
    parts = name.split("/")
    return len(parts) == 3 and parts[2] == INDEX and parse(parts[1]) is not None


def whole_release(root: DataRoot, version: str) -> Path:
    """Folder of a release with all its files: fetched now, and checked, where only its index is here.

    Raises Trouble (exit code 4) where the store lacks a file of it, or has a damaged one.
    """
    folder = root.releases / version
    if root.url is None or (folder / SUMS).is_file():
        return folder
    there = objects_at(root.url)
    names = [one.name for one in there.entries(f"{RELEASES}{version}/")]
    start = len(f"{RELEASES}{version}/")
    files = {name[start:]: there.read(name) for name in names}
    sums = files.get(SUMS, b"").decode()
    for expected, _, name in (row.partition("  ") for row in sums.splitlines()):
        if hashlib.sha256(files.get(name, b"")).hexdigest() != expected:
            raise errors.data(
                f"{root}/{RELEASES}{version}/{name} 损坏或缺失",
                f"{root}/{RELEASES}{version}/{name} is damaged or missing",
            )
    if SUMS in files:
        _put_in_place(root, version, files)
    return folder


def _put_in_place(root: DataRoot, version: str, files: dict[str, bytes]) -> None:
    beside = Path(tempfile.mkdtemp(prefix=f"{STAGING}fetch-", dir=root.releases))
    for name, content in files.items():
        path = beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o444)
    beside.chmod(0o755)
    folder = root.releases / version
    if folder.exists():
        folder.rename(root.releases / f"{STAGING}gone-{uuid4().hex}")
    beside.rename(folder)
    for gone in root.releases.glob(f"{STAGING}gone-*"):
        shutil.rmtree(gone)
    sync_folder(root.releases)


def keep_release(root: DataRoot, version: str, check: Callable[[], None]) -> None:
    """Store a release made here: its files, then its index, then the pointer to it. Nothing where it is there.

    check: raises where the lease is lost; asked before the steps that count.
    """
    if root.url is None:
        return
    there, folder, state = objects_at(root.url), root.releases / version, synced(root)
    above = f"{RELEASES}{version}/"
    if there.entry(above + INDEX) is None:
        check()
        there.remove(one.name for one in there.entries(above))  # of a night that was killed while uploading
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        for name in [*(one for one in files if one != INDEX), INDEX]:
            if name == INDEX:
                check()
            if not there.upload(folder / name, above + name, new=True):
                raise errors.data(
                    f"另一次运行正在写入 {root}/{above}{name}", f"another run is writing {root}/{above}{name}"
                )
        found = there.entry(above + INDEX)
        state.releases[version] = "" if found is None else found.version
        _save(root, state)
    pointer = msgspec.json.encode({"version": version}) + b"\n"
    try:
        current = there.read(f"{RELEASES}latest.json")
    except FileNotFoundError:
        current = b""
    if current != pointer:
        check()
        there.write(f"{RELEASES}latest.json", pointer)


# --------------------------------------------------------------------------------------------------------------- notes


def claim_run(root: DataRoot, name: str) -> bool:
    """Whether the name of a run is ours over all machines (always, in a folder: the folder of the run says so)."""
    if root.url is None:
        return True
    return objects_at(root.url).create(f"{RUNS}{name}/claim.json", msgspec.json.encode({"by": uuid4().hex}))


def _local_state(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns}"


def _pull_notes(root: DataRoot, there: Objects, state: Synced) -> None:
    remote: dict[str, Entry] = {one.name: one for one in there.entries(RUNS)}
    remote |= {one.name: one for one in map(there.entry, NOTES) if one is not None}
    for name, entry in remote.items():
        was_there, was_here = state.notes.get(name, ("", ""))
        here = _local_state(root.path / name)
        if entry.version == was_there or (here and here != was_here):
            continue  # known, or changed here since and not yet stored
        try:
            write_atomically(root.path / name, there.read(name))
        except FileNotFoundError:
            continue
        state.notes[name] = (entry.version, _local_state(root.path / name))
    for name in [one for one in state.notes if one not in remote]:
        _, was_here = state.notes.pop(name)
        if _local_state(root.path / name) == was_here:
            (root.path / name).unlink(missing_ok=True)


def keep_notes(root: DataRoot) -> None:
    """Store what was written about runs, the quarantine and the verifying since the last time."""
    if root.url is None:
        return
    there, state = objects_at(root.url), synced(root)
    paths = [path for path in (root.path / RUNS).rglob("*") if path.is_file()] if root.runs.is_dir() else []
    for path in [*paths, *(root.path / name for name in NOTES)]:
        name, here = path.relative_to(root.path).as_posix(), _local_state(path)
        if not here or path.name.startswith(".") or state.notes.get(name, ("", ""))[1] == here:
            continue
        there.upload(path, name)
        entry = there.entry(name)
        state.notes[name] = ("" if entry is None else entry.version, here)
    _save(root, state)


def forget_run(root: DataRoot, name: str) -> None:
    """Remove a run from the store (the caller removes its folder)."""
    if root.url is not None:
        there = objects_at(root.url)
        there.remove(one.name for one in there.entries(f"{RUNS}{name}/"))
