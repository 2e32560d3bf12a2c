"""Names of releases (CalVer: `v2026.11.0`), what lies in the folder of releases, and the pointer that moves last."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path
from typing import Any, Final

SCHEMA_VERSION: Final = "0.2.0"  # of the tables; a release says both its own name and this
STAGING: Final = ".staging-"
LATEST: Final = "latest"
_VERSION = re.compile(r"v(\d{4})\.(\d{2})\.(0|[1-9]\d{0,5})")


def parse(name: str) -> tuple[int, int, int] | None:
    """(year, month, number) of a release name; None for another name."""
    found = _VERSION.fullmatch(name)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def versions(folder: Path) -> list[str]:
    """Names of the releases in the folder, oldest first. A folder of that name is whole: it was renamed."""
    if not folder.is_dir():
        return []
    names = [(key, path.name) for path in folder.iterdir() if (key := parse(path.name)) and path.is_dir()]
    return [name for _, name in sorted(names)]


def newest(folder: Path) -> str | None:
    found = versions(folder)
    return found[-1] if found else None


def next_version(folder: Path, now: dt.datetime) -> str:
    """The next name within the month of `now`, counted from 0.

    A clock that was set back names nothing that sorts before the newest: it is the next of the newest's month then.
    """
    last = newest(folder)
    known = parse(last) if last is not None else None
    month = (now.year, now.month) if known is None else max((now.year, now.month), known[:2])
    number = known[2] + 1 if known is not None and known[:2] == month else 0
    return f"v{month[0]:04d}.{month[1]:02d}.{number}"


def index_of(folder: Path, version: str) -> dict[str, Any] | None:
    """The release's index.json; None where it is missing or damaged."""
    try:
        index = json.loads((folder / version / "index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return index if isinstance(index, dict) else None


def latest(folder: Path) -> str | None:
    """The release that `latest.json` names, if it is there."""
    try:
        pointer = json.loads((folder / "latest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    version = pointer.get("version") if isinstance(pointer, dict) else None
    return version if isinstance(version, str) and parse(version) and (folder / version).is_dir() else None


def point_latest_at(folder: Path, version: str) -> None:
    """Move `latest` (a link, for people) and then `latest.json` (for programs), each atomically. Idempotent."""
    from flows.store import sync_folder, write_atomically  # noqa: PLC0415 - the client moves no pointers

    link = folder / LATEST
    if not link.is_symlink() or link.readlink() != Path(version):
        beside = folder / f"{STAGING}{LATEST}"
        beside.unlink(missing_ok=True)
        beside.symlink_to(version, target_is_directory=True)
        beside.replace(link)
        sync_folder(folder)
    if latest(folder) != version:
        write_atomically(folder / "latest.json", f'{{"version": "{version}"}}\n'.encode())


def remove_debris(folder: Path) -> int:
    """Remove what killed nights left in the folder of releases; how many things that were."""
    debris = [path for path in folder.glob(".*") if path.name.startswith((STAGING, ".part-"))]
    for path in debris:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return len(debris)
