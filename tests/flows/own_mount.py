"""Nights on a file system of their own: full, or read-only. Run in a mount namespace, which goes with the process:

    unshare --mount [--map-root-user] python -m tests.flows.own_mount FOLDER

FOLDER: an empty folder, over which a small tmpfs is mounted. Prints one line of JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.soak.night import here
from benchmarks.soak.papers import Paper, docx
from flows.cli import main
from flows.settings import DataRoot
from flows.workers import Workers
from tests.flows.conftest import fill_root

SIZE_KIB = 24 * 1024
ROOM_KIB = (4, 48, 600)  # not for the lock and the ledger, not for a report of the run, not for a release
ORGS = ("平安县教育局", "平安县水利局", "平安县民政局")
NIGHT = ["nightly", "--no-prefect", "--now", "2024-03-01T02:00:00+08:00"]


def papers(folder: Path, count: int) -> list[Path]:
    """So many reports as files."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number in range(count):
        path = folder / f"{number}.docx"
        path.write_bytes(docx(Paper(ORGS[number], 2024, (12345 + number, 678), (100, 250))))
        found.append(path)
    return found


def night(root: Path) -> int:
    """Exit code of a night over what the archive holds."""
    (root.parent / "no_sources").mkdir(exist_ok=True)
    return main([*NIGHT, "--data", str(root), "--sources", str(root.parent / "no_sources")])


def released(root: Path) -> dict[str, dict[str, str]]:
    """Version → name → digest of every file."""
    folder = DataRoot(root).releases
    return {
        one.name: {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(one.iterdir())}
        for one in sorted(folder.glob("v*"))
    }


def half_written(root: Path) -> list[str]:
    return [path.name for path in root.rglob("*") if path.name.startswith((".part-", ".staging-v"))]


def free(folder: Path) -> int:
    """KiB that are left."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize // 1024


def fill(ballast: Path, left: int) -> None:
    """Leave so many KiB."""
    ballast.unlink(missing_ok=True)
    ballast.write_bytes(bytes(max(0, free(ballast.parent) - left) * 1024))


def full_and_readonly(folder: Path, plain: Path) -> dict[str, Any]:
    """A night that ends in a release; then, with one report more, nights on a file system that was remounted read-only,
    as a kernel does with one in trouble, and with less room than they need, from hardly any to nearly enough; at last
    one with room."""
    root, ballast, files = folder / "data", folder / "ballast", papers(plain.parent / "papers", 3)
    for one in (plain, root):
        fill_root(one, files[:2])
        assert night(one) == 0
        fill_root(one, files)
    before, codes = released(root), []
    for how in ("ro", "rw"):
        subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)
        if how == "ro":
            codes.append(night(root))
            assert released(root) == before
    for left in ROOM_KIB:
        fill(ballast, left)
        codes.append(night(root))
        assert released(root) == before, "the release that stood is what it was, and there is no other"
    ballast.unlink()
    codes += [night(root), night(plain)]
    return {"codes": codes, "same": released(root) == released(plain), "left": half_written(root)}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_KIB}k", "tmpfs", str(place)], check=True)
    os.environ["YUJUE_MIN_FREE_MIB"] = "1"  # or a night says that the disk wants a person
    Workers.run = lambda workers, jobs: here(jobs, workers.limits)  # type: ignore[method-assign]
    print(json.dumps(full_and_readonly(place, place.parent / "plain")), flush=True)
