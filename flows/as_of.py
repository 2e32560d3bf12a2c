"""An earlier view: the documents known at a moment, those current then, and so the facts as they would have been.

The archive keeps every body and the ledger every visit, so the view needs nothing that was stored at the time. It is
read by today's code: what changed since is what the sites published, not how we read it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from pathlib import Path

from flows import errors
from flows.coverage import sought, with_coverage
from flows.crawl_sources import bodies, found_documents, unreached
from flows.night import How, Night
from flows.nightly import one_night_at_a_time, work_up
from flows.publish_release import load_tables
from flows.release.package import write_parquet
from flows.release.standing import with_standings
from flows.revisions import Frames, with_revisions
from flows.settings import DataRoot, WorkLimits
from flows.stage import Progress, quiet
from flows.store import write_atomically
from normalize.correction import Correction
from normalize.panels.build import build_panels

BEIJING = dt.timezone(dt.timedelta(hours=8))  # the day of those who publish
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def moment_of(text: str) -> str:
    """A moment as visits have it (UTC, seconds). A day means its last second in Beijing; a time without zone is UTC.

    Raises Trouble (exit code 2).
    """
    try:
        moment = dt.datetime.fromisoformat(text)
        if _DAY.fullmatch(text):
            moment = moment.replace(hour=23, minute=59, second=59, tzinfo=BEIJING)
        elif moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        moment = moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise errors.usage(
            f"{text!r} 不是日期或 ISO 8601 时间，如 2026-11-23",
            f"{text!r} is not a day or an ISO 8601 time: 2026-11-23",
        ) from error
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def view(
    root: DataRoot,
    moment: str,
    limits: WorkLimits,
    *,
    corrections: Sequence[Correction] = (),
    progress: Progress = quiet,
) -> Frames:
    """Every table of the contract as it would have been at a moment (`moment_of`). What is not read yet is read.

    Raises Trouble (exit code 2) where another night is at work.
    """
    with one_night_at_a_time(root):
        how = How(limits, progress=progress, corrections=corrections)
        stages = work_up(found_documents(root, moment), root, Night(), how)
        dead = unreached(root, moment)
        tables = load_tables(stages.facts, stages.checks, dead, progress)
        tables = with_revisions(tables, bodies(root, moment))
        tables = with_coverage(tables, dead, sought(root, as_of=moment))
        return with_standings(tables | build_panels(tables))


def write_view(tables: Frames, folder: Path, moment: str) -> dict[str, int]:
    """Write every table as a Parquet file named like it; rows per table. Raises Trouble (exit code 2)."""
    try:
        for name, frame in tables.items():
            buffer = io.BytesIO()
            write_parquet(frame, name, buffer, f"as of {moment}")
            write_atomically(folder / f"{name}.parquet", buffer.getvalue())
    except OSError as error:
        raise errors.usage(f"无法写入 {folder}：{error}", f"cannot write to {folder}: {error}") from error
    return {name: frame.height for name, frame in tables.items()}
