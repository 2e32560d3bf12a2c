"""The night as a Prefect flow: the same plain functions, each step a task; Prefect sees shards, no documents.

Import this module only after `prefect_server.ensure_server` (or with PREFECT_API_URL set): Prefect reads its settings
when it is imported. For a schedule, Prefect can serve `flows/prefect_flow.py:nightly_flow`: what it must be told are
plain texts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from crawl.settings import CrawlSettings
from flows.cluster import elsewhere
from flows.morning import PAGE, night_with_report
from flows.night import Night
from flows.settings import Place, work_limits, work_runner
from flows.stage import Progress, quiet


def as_task(name: str, work: Callable[[], object]) -> object:
    """A step as a task run. No parameters, no results, no cache of Prefect's: fingerprints decide what is done."""
    as_prefect_task = task(name=name.partition(":")[0], task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    return as_prefect_task(work)()


@contextmanager
def reported() -> Iterator[Night]:
    """A night to be filled; at the end of the block, good or bad, an artifact of the flow run says what needs a person
    and where the report lies."""
    night = Night()
    try:
        yield night
    finally:
        if (report := night.report) is not None:
            page = Path(report["folder"], PAGE).resolve()
            needs = "\n".join(
                f"- `{one['what']}` {_plain(one['en'])} / {_plain(one['zh'])}" for one in report["needs_a_person"]
            )
            head = f"**{report['run']}** · exit code {report['exit_code']} · [{PAGE}]({page.as_uri()})"
            create_markdown_artifact(f"{head}\n\n{needs or '✓'}\n", key="report", description=report["run"])


def _plain(text: str) -> str:
    """A text of a web site's in Markdown: as letters only."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()<>#|!" else letter for letter in " ".join(text.split()))


@flow(name="nightly", persist_result=False, validate_parameters=False)
def nightly_flow(  # noqa: PLR0917 - Prefect passes parameters by name
    sources: list[str],
    now: str,
    data_root: str,
    told: list[Night] | None = None,
    progress: Progress | None = None,
    crawl_settings: CrawlSettings | None = None,
) -> None:
    """One night. sources: paths of source files; now: ISO time; told: takes the Night, for a caller in this process."""
    with elsewhere(work_runner(), work_limits()) as spread, reported() as night:
        night_with_report(
            [Path(source) for source in sources],
            dt.datetime.fromisoformat(now),
            data_root,
            step=as_task,
            spread=spread,
            progress=progress or quiet,
            crawl_settings=crawl_settings,
            night=night,
        )
    log = get_run_logger()
    for stage, count in night.done.items():
        log.info("%s: %d documents, %d failed", stage, count, night.failed[stage])
    if night.published is not None:
        log.info("release %s%s", night.published.version, "" if night.published.is_new else " holds: nothing new")
    if told is not None:
        told.append(night)


def nightly_under_prefect(
    sources: list[Path],
    now: dt.datetime,
    data_root: Place,
    *,
    progress: Progress = quiet,
    crawl_settings: CrawlSettings | None = None,
) -> Night:
    """Run the flow and return its Night."""
    told: list[Night] = []
    nightly_flow([str(source) for source in sources], now.isoformat(), str(data_root), told, progress, crawl_settings)
    return told[0]
