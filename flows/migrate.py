"""A data root of an earlier version of yujue, carried up to this one.

What has a version of its own: how things lie in the data root (`layout.json`), the ledger (in itself), the tables of
a release (in its index). A layout or a ledger of an earlier version is carried up by `yujue migrate`; a release stays
as it was published, the next night makes one of today's tables; intermediate results have no version, their
fingerprints say what they follow from. What is of a later version than this program is left alone.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crawl.ledger import LedgerError
from crawl.ledger_schema import SCHEMA_VERSION as LEDGER_VERSION
from crawl.ledger_schema import migrate_file, version_of_file
from flows import errors
from flows.files import PART, sync_folder
from flows.hold import one_night_at_a_time
from flows.release.version import SCHEMA_VERSION, index_of, newest
from flows.settings import DataRoot
from flows.working_copy import LAYOUT_VERSION, layout_of, snapshot


@dataclass(frozen=True)
class Part:
    """One thing that has a version. found: None where there is none of it yet. stays: never carried up."""

    name: str
    found: str | None
    wanted: str
    stays: bool = False

    @property
    def is_old(self) -> bool:
        return self.found is not None and not self.stays and _number(self.found) < _number(self.wanted)

    @property
    def is_newer(self) -> bool:
        return self.found is not None and _number(self.found) > _number(self.wanted)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def parts(root: DataRoot) -> list[Part]:
    """Everything in the data root that has a version. Raises Trouble (exit code 4) where one cannot be read."""
    said = layout_of(root)
    last = newest(root.releases)
    index = None if last is None else index_of(root.releases, last)
    return [
        # the first layout did not say its version
        Part("layout", str(said.layout) if said else "1" if root.ledger.exists() else None, str(LAYOUT_VERSION)),
        Part("ledger", _ledger_version(root.ledger), str(LEDGER_VERSION)),
        Part(
            "release",
            str(index["schema_version"]) if index and "schema_version" in index else None,
            SCHEMA_VERSION,
            stays=True,
        ),
    ]


def _ledger_version(ledger: Path) -> str | None:
    try:
        found = version_of_file(ledger)
    except LedgerError as error:
        raise errors.data(f"台账不可用：{error}", f"the ledger cannot be used: {error}") from error
    return None if found is None else str(found)


def refuse_other_versions(root: DataRoot) -> None:
    """Raises Trouble (exit code 2) where the data root is of an earlier or a later version than this program."""
    found = parts(root)
    refuse_newer(root, found)
    for part in found:
        if part.is_old:
            raise errors.usage(
                f"{root} 的 {part.name} 为第 {part.found} 版（现为 {part.wanted}）：请先运行 yujue migrate",
                f"the {part.name} of {root} is of version {part.found} (now {part.wanted}): run `yujue migrate` first",
            )


def refuse_newer(root: DataRoot, found: list[Part]) -> None:
    """Raises Trouble (exit code 2) where something is of a later version than this program knows."""
    for part in found:
        if part.is_newer:
            raise errors.usage(
                f"{root} 的 {part.name} 为第 {part.found} 版，本程序只到 {part.wanted}：请升级 yujue",
                f"the {part.name} of {root} is of version {part.found}, this program knows {part.wanted}: "
                "a later yujue is needed",
            )


def migrate(root: DataRoot, now: dt.datetime) -> Path | None:
    """Carry the data root up to this version; the backup of its ledger, None where nothing was to be done.

    Each step is done as a whole or not at all, so that one that was killed is done again by the next call. Raises
    Trouble: exit code 2 for a later version or where a night is at work, 4 where the ledger is damaged.
    """
    with one_night_at_a_time(root):
        found = parts(root)
        refuse_newer(root, found)
        ledger = next(part for part in found if part.name == "ledger")
        if not ledger.is_old:
            return None
        stamp = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        kept = root.ledger.with_name(f"ledger-v{ledger.found}-{stamp}.sqlite")
        try:
            _back_up(root.ledger, kept)
            migrate_file(root.ledger)
        except (sqlite3.Error, LedgerError) as error:
            raise errors.data(f"台账未能迁移：{error}", f"the ledger could not be migrated: {error}") from error
    return kept


def _back_up(ledger: Path, kept: Path) -> None:
    """The ledger as it was, whole or not there."""
    part = kept.with_name(f"{PART}{kept.name}")
    part.unlink(missing_ok=True)
    snapshot(ledger, part)
    with closing(sqlite3.connect(part)) as db:
        said = db.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        part.unlink()
        raise errors.data(f"台账损坏：{said}", f"the ledger is damaged: {said}")
    part.replace(kept)
    sync_folder(kept.parent)
