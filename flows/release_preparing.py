"""What the next release would be, without making it: its differences and everything that speaks against it."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flows import errors
from flows.coverage import sought
from flows.crawl_sources import bodies, found_documents, unreached
from flows.night import How, Night
from flows.nightly import one_night_at_a_time, work_up
from flows.publish_release import broken, changes, make_draft
from flows.release.changes_text import delta
from flows.release.checks import Refusal, acceptances, refusals
from flows.release.version import STAGING, newest, next_version
from flows.settings import DataRoot, WorkLimits
from flows.stage import Progress, quiet
from normalize.correction import Correction
from normalize.schema import SchemaError
from normalize.withholding import Withholding


@dataclass(frozen=True)
class Prepared:
    """version: the name it would get. refusals: those that nobody has accepted."""

    version: str
    previous: str | None
    rows: dict[str, int]
    delta: list[dict[str, Any]]
    refusals: list[Refusal]

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def prepare(
    root: DataRoot,
    now: dt.datetime,
    limits: WorkLimits,
    *,
    corrections: Sequence[Correction] = (),
    withholdings: Sequence[Withholding] = (),
    sources: Sequence[Path] = (),
    progress: Progress = quiet,
) -> Prepared:
    """Do what is missing (from the archive, without a crawl) and draft the release. Raises Trouble as a night does."""
    with one_night_at_a_time(root):
        stages = work_up(found_documents(root), root, Night(), How(limits, progress=progress, corrections=corrections))
        if not stages.documents:
            raise errors.usage(f"{root.path} 中没有文件", f"there is no document in {root.path}")
        root.releases.mkdir(parents=True, exist_ok=True)
        previous, version = newest(root.releases), next_version(root.releases, now)
        before = None if previous is None else root.releases / previous
        staging = Path(tempfile.mkdtemp(prefix=f"{STAGING}{version}-", dir=root.releases))
        try:
            draft = make_draft(
                staging, version, stages.facts, stages.checks, unreached(root), progress, bodies(root), corrections,
                sought(root, sources), withholdings,
            )  # fmt: skip
            accepted = {(one["check"], one["subject"]) for one in acceptances(root.releases, previous)}
            left = [one for one in refusals(draft, before) if (one.check, one.subject) not in accepted]
            return Prepared(version, previous, dict(draft.rows), delta(changes(draft, before)), left)
        except SchemaError as error:
            raise broken(error) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
