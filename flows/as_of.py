"""An earlier view: the documents known at a moment, those current then, and so the facts as they would have been.

The archive keeps every body and the ledger every visit, so the view needs nothing that was stored at the time. It is
read by today's code: what changed since is what the sites published, not how we read it.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from flows import errors
from flows.coverage import sought
from flows.crawl_sources import bodies, found_documents, unreached
from flows.night import How, Night
from flows.nightly import one_night_at_a_time, work_up
from flows.publish_release import broken, make_draft
from flows.release.draft import Draft
from flows.release.package import file_name, write_parquet
from flows.settings import DataRoot, WorkLimits
from flows.stage import Progress, quiet
from normalize.correction import Correction
from normalize.panels.tables import PANELS
from normalize.schema import TABLES, SchemaError

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
    folder: Path,
    *,
    corrections: Sequence[Correction] = (),
    progress: Progress = quiet,
) -> dict[str, int]:
    """Write every table of the contract as it would have been at a moment (`moment_of`), each as a Parquet file named
    like it; rows per table. What is not read yet is read.

    As large as a release, and made like one: piece by piece, aside, every file moved to its place when all are whole.
    Raises Trouble: exit code 2 where another night is at work or the folder cannot be written, 4 where rows break the
    contract.
    """
    with one_night_at_a_time(root):
        how = How(limits, progress=progress, corrections=corrections)
        stages = work_up(found_documents(root, moment), root, Night(), how)
        dead = unreached(root, moment)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as aside:
                draft = make_draft(
                    Path(aside), f"as of {moment}", stages.facts, stages.checks, dead, progress, bodies(root, moment),
                    (), sought(root, as_of=moment),
                )  # fmt: skip
                return _moved(draft, folder)
        except SchemaError as error:
            raise broken(error) from error
        except OSError as error:
            raise errors.usage(f"无法写入 {folder}：{error}", f"cannot write to {folder}: {error}") from error


def _moved(draft: Draft, folder: Path) -> dict[str, int]:
    """The tables of the draft as files of the folder. What is withheld is a matter of releases, not of documents."""
    names = [name for name in draft.rows if name in TABLES or name in PANELS]
    for name in names:
        path = draft.folder / file_name(name)
        if not path.is_file():
            write_parquet(draft.frames[name], name, path, draft.version)
    for name in names:
        (draft.folder / file_name(name)).replace(folder / f"{name}.parquet")
    return {name: draft.rows[name] for name in names}
