"""The night as a Prefect flow: the same plain functions, each step a task; Prefect sees shards, no documents.

Import this module only after `prefect_server.ensure_server` (or with PREFECT_API_URL set): Prefect reads its settings
when it is imported. For a schedule, Prefect can serve `flows/prefect_flow.py:nightly_flow`: what it must be told are
plain texts.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from httpx import HTTPError, HTTPStatusError  # what Prefect's client raises
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from crawl.settings import CrawlSettings
from flows import errors
from flows.cluster import elsewhere
from flows.morning import PAGE, night_with_report
from flows.night import Night
from flows.settings import Place, work_limits, work_runner
from flows.stage import Progress, quiet
from flows.terminal import line


@dataclass
class Told:
    """What a night tells its caller in this process, whether or not Prefect can be told: how it ended."""

    night: Night | None = None
    error: BaseException | None = None


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
            try:
                create_markdown_artifact(f"{head}\n\n{needs or '✓'}\n", key="report", description=report["run"])
            except HTTPError as error:  # the report is in the data root; what came of the night counts
                get_run_logger().warning("the report could not be shown here: %s", _what(error))


def _plain(text: str) -> str:
    """A text of a web site's in Markdown: as letters only."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()<>#|!" else letter for letter in " ".join(text.split()))


@flow(name="nightly", persist_result=False, validate_parameters=False)
def nightly_flow(  # noqa: PLR0917 - Prefect passes parameters by name
    sources: list[str],
    now: str,
    data_root: str,
    told: Told | None = None,
    progress: Progress | None = None,
    crawl_settings: CrawlSettings | None = None,
) -> None:
    """One night. sources: paths of source files; now: ISO time; told: for a caller in this process."""
    try:
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
    except BaseException as error:
        if told is not None:
            told.error = error
        raise
    log = get_run_logger()
    for stage, count in night.done.items():
        log.info("%s: %d documents, %d failed", stage, count, night.failed[stage])
    if night.published is not None:
        log.info("release %s%s", night.published.version, "" if night.published.is_new else " holds: nothing new")
    if told is not None:
        told.night = night


def nightly_under_prefect(
    sources: list[Path],
    now: dt.datetime,
    data_root: Place,
    *,
    progress: Progress = quiet,
    crawl_settings: CrawlSettings | None = None,
) -> Night:
    """Run the flow and return its Night.

    Prefect keeps the history of runs and nothing else: where its server (or the database behind it) is lost on the way,
    the night goes on to its end, and one line says so. Raises Trouble (exit code 3) where it was lost before.
    """
    told = Told()
    try:
        with _quiet_about_the_server():
            nightly_flow(
                [str(source) for source in sources], now.isoformat(), str(data_root), told, progress, crawl_settings
            )
    except BaseException as error:
        own = told.error or error
        if not isinstance(own, HTTPError):
            raise own from own.__cause__  # that Prefect could not be told of it, too, is beside the point
        if told.night is None:
            raise _unusable(own) from error
        line(
            f"Prefect 在途中失联（{_what(own)}）：它的运行记录不完整，夜间工作本身已完成",
            f"Prefect was lost on the way ({_what(own)}): its history of this run is not complete, the night is",
            mark="!",
        )
    assert told.night is not None
    return told.night


def _unusable(error: HTTPError) -> errors.Trouble:
    return errors.network(
        f"Prefect 服务不可用（{_what(error)}）；已完成的都已保存；可用 --no-prefect 运行同样的步骤",
        f"the Prefect server cannot be used ({_what(error)}); what was done is kept; --no-prefect runs the same steps "
        "without it",
    )


def _what(error: HTTPError) -> str:
    """Without its address, in which a password may stand."""
    return f"HTTP {error.response.status_code}" if isinstance(error, HTTPStatusError) else type(error).__name__


class _NotOfTheServer(logging.Filter):
    """Keeps back what Prefect logs, with a traceback, of its own server."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], HTTPError))


@contextmanager
def _quiet_about_the_server() -> Iterator[None]:
    """What is to be said of a lost server is one line of ours, and no log of lines that could not be logged."""
    log, only, before = logging.getLogger("prefect.flow_runs"), _NotOfTheServer(), logging.raiseExceptions
    log.addFilter(only)
    logging.raiseExceptions = False
    try:
        yield
    finally:
        log.removeFilter(only)
    logging.raiseExceptions = before  # not where it is lost: what is left to log is tried once more when we end
