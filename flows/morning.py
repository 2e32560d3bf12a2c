"""A run with a report: whatever happens in between, in the morning there is a folder that says so.

`night_with_report` is what the command line, the schedule and the deployments call; `nightly` itself knows nothing of
it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from crawl.settings import CrawlSettings
from flows import errors
from flows.batches import Spread, here
from flows.hold import open_root
from flows.impact import Impact, ReleaseSide, compare
from flows.machine import fault
from flows.night import Night
from flows.nightly import nightly
from flows.quarantine import Quarantine, quarantined, update
from flows.report.build import report
from flows.report.page import render
from flows.report.tell import call_hook, prometheus, write_prometheus
from flows.runs import IMPACT, REPORT, Kind, Run, open_run, read_json, write_impact, write_json
from flows.settings import DataRoot, Place, WorkLimits, night_hook, prometheus_file, verify_nights
from flows.stage import Progress, quiet
from flows.steps import Step, Steps, directly
from flows.store import write_atomically
from flows.terminal import line
from flows.upkeep.verify import verify
from flows.working_copy import keep_notes

PAGE = "index.html"
METRICS = "yujue.prom"


def night_with_report(
    sources: Sequence[Path],
    now: dt.datetime,
    data_root: Place,
    *,
    step: Step = directly,
    spread: Spread = here,
    progress: Progress = quiet,
    limits: WorkLimits | None = None,
    crawl_settings: CrawlSettings | None = None,
    night: Night | None = None,
) -> Night:
    """One night, and its report under `runs/`. Raises as `nightly` does, after the report is written (in `night`)."""
    root = open_root(data_root)
    with recorded(root, "night", now, night=night) as (_, filled, steps):
        nightly(
            sources,
            now,
            data_root,
            step=steps.around(step),
            spread=spread,
            progress=progress,
            limits=limits,
            crawl_settings=crawl_settings,
            night=filled,
        )
        if nights := verify_nights():
            share = partial(verify, root, now, nights=nights, progress=progress)
            steps.around(directly)("verify", share)
    return filled


@contextmanager
def recorded(
    root: DataRoot, kind: Kind, now: dt.datetime, *, whole: bool = True, night: Night | None = None
) -> Iterator[tuple[Run, Night, Steps]]:
    """A run around the block: the Night it fills is reported on at its end, good or bad.

    whole: the run works on every document (`flows.quarantine.update`).
    """
    run = open_run(root, kind, now)
    night = night or Night()
    night.journal = run.journal
    steps = Steps(run.journal)
    run.journal.event("run_begins", detail=run.id)
    ended: BaseException | None = None
    try:
        yield run, night, steps
    except BaseException as error:
        ended = trouble = fault(error)
        if trouble is not None:
            raise trouble from error
        ended = error
        raise
    finally:
        _finish(run, night, steps, root, ended, whole=whole)


def _finish(run: Run, night: Night, steps: Steps, root: DataRoot, ended: BaseException | None, *, whole: bool) -> None:
    """Take stock and write it down. Trouble in doing so is told, and never hides how the run itself ended."""
    try:
        stock = Quarantine(held=quarantined(root))
        if ended is None and night.plans:  # a crawl works on no document, and a night may be at work beside it
            stock = update(root, night.plans, night.found, run.now, whole=whole)
        if ended is None:
            compared = _impact(night, root) if run.kind == "night" else None
            if compared is not None:
                write_impact(run.folder, compared)
        impact = read_json(run.folder / IMPACT)
        told = report(run, night, root, steps=steps, quarantine=stock, impact=impact, error=ended)
        night.report = told | {"folder": str(run.folder)}
        try:
            write_atomically(run.folder / PAGE, render(told).encode())
            write_json(run.folder / REPORT, told)
            run.journal.event("run_ends", outcome=told["status"], seconds=told["seconds"])
        finally:
            _tell(told, run, root)  # a disk that is full is what somebody should hear of
        keep_notes(root)
    except Exception as error:
        line(f"运行报告未能写成：{error}", f"the report of the run could not be written: {error}", mark="!")
        with suppress(OSError):
            run.journal.event("report_failed", outcome=type(error).__name__)
        if ended is None and not isinstance(error, OSError):
            raise  # a bug of ours, and nothing it could hide


def _impact(night: Night, root: DataRoot) -> Impact | None:
    """What a new release changed, over the documents that were worked on or came or went; None where there is none."""
    published = night.published
    if published is None or not published.is_new or not published.index.get("previous"):
        return None
    previous = str(published.index["previous"])
    if not (root.releases / previous).is_dir():
        return None
    before, after = ReleaseSide(root.releases / previous), ReleaseSide(published.folder)
    worked_on = {sha256 for plan in night.plans for sha256 in plan.made}
    came_or_went = set(before.documents()) ^ set(after.documents())
    return compare(before, after, worked_on | came_or_went, previous)


def _tell(told: dict[str, Any], run: Run, root: DataRoot) -> None:
    text = prometheus(told, time.time())
    for path in (root.runs / METRICS, prometheus_file()):
        if path is not None:
            try:
                write_prometheus(path, text, told["kind"])
            except OSError as error:
                line(f"无法写入 {path}：{error}", f"cannot write {path}: {error}", mark="!")
    command = night_hook()
    if command:
        trouble = call_hook(command, told, run.folder)
        with suppress(OSError):
            run.journal.event("hook", outcome="failed" if trouble else "ok")
        if trouble:
            line(f"YUJUE_NIGHT_HOOK 失败：{trouble}", f"YUJUE_NIGHT_HOOK failed: {trouble}", mark="!")


def exit_code(night: Night) -> int:
    """Of a run that ended without Trouble: 0, 1 where a person should look, 3 where a crawl is not complete."""
    return errors.OK if night.report is None else int(night.report["exit_code"])
