"""Intermediate results that no fingerprint of today wants, and old runs: removed; all of it can be made again."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows import errors
from flows.crawl_sources import found_documents
from flows.night import How, Night
from flows.nightly import one_night_at_a_time, remove_all_debris, work_up
from flows.runs import runs
from flows.settings import DataRoot, Place, WorkLimits
from flows.store import Store
from flows.working_copy import forget_run
from normalize.correction import Correction


@dataclass
class Tidied:
    """files, bytes: per folder what was (or would be) removed. kept: results that are wanted."""

    files: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)
    kept: int = 0


def tidy(
    root: DataRoot,
    limits: WorkLimits,
    *,
    corrections: Sequence[Correction] = (),
    dry_run: bool = False,
    runs_before: dt.datetime | None = None,
) -> Tidied:
    """Remove what the next night would not use. Wants a complete night: otherwise it is not known what is wanted.

    Results of earlier days (`yujue as-of`) are made again when they are asked for. runs_before: older runs go, too.
    Raises Trouble (exit code 2) where there is work left to do or another night is at work.
    """
    found, night = Tidied(), Night()
    with one_night_at_a_time(root):
        how = How(limits, _nothing_may_be_missing, corrections=corrections)
        work_up(found_documents(root), root, night, how)
        if not dry_run:
            remove_all_debris(root)
        wanted: set[tuple[Place, str]] = set()
        for plan in night.plans:
            for sha256 in plan.works:
                fingerprint = plan.result(sha256)
                if fingerprint is not None:
                    wanted.add((plan.store.folder, plan.store.name(sha256, fingerprint)))
        found.kept = len(wanted)
        for folder in (root.members, root.converted, root.tables, root.facts, root.findings):
            store, what = Store(folder), str(folder).rpartition("/")[2]
            for one in store.entries():
                if (folder, one.name) not in wanted:
                    found.files[what] += 1
                    found.bytes[what] += one.size
                    if not dry_run:
                        store.remove(one.name)
        for run in runs(root):
            if runs_before is not None and run.name < runs_before.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ"):
                _remove_run(run, root, found, dry_run=dry_run)
    return found


def _nothing_may_be_missing(name: str, work: Callable[[], object]) -> object:
    raise errors.usage(
        f"还有未完成的工作（{name}）：先运行一夜或 yujue rebuild",
        f"there is work left to do ({name}): run a night or `yujue rebuild` first",
    )


def _remove_run(folder: Path, root: DataRoot, found: Tidied, *, dry_run: bool) -> None:
    files, what = [one for one in folder.rglob("*") if one.is_file()], root.runs.name
    found.files[what] += len(files)
    found.bytes[what] += sum(one.stat().st_size for one in files)
    if not dry_run:
        forget_run(root, folder.name)
        shutil.rmtree(folder)
