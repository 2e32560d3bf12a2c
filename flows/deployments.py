"""What a Prefect server can start by itself: one flow per thing that is done, with parameters a form can ask for.

`yujue serve-nights` serves `nightly` on one machine; prefect.yaml names all of them for a work pool. Each is the same
plain function the command line calls, leaves a report under `runs/`, and ends Completed, Completed under the name
Attention (a person should look) or Failed. Parameters are checked by Prefect before a run begins.

Import this module only after `prefect_server.ensure_server`, or with PREFECT_API_URL set (see `flows.prefect_flow`).
"""

# no `from __future__ import annotations`: a served flow travels to the process of its run without the names that its
# annotations, as texts, would need there ("`NightlyModel` is not fully defined": every scheduled run would fail)

import contextlib
import datetime as dt
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow
from prefect.schedules import Cron
from prefect.states import Completed, Failed
from prefect.types.entrypoint import EntrypointType
from pydantic import Field, ValidationError

from flows import errors
from flows.cluster import elsewhere
from flows.corrections import the_corrections
from flows.crawl_sources import crawl, find_sources, load, one_crawl_per_host
from flows.hold import one_night_at_a_time, open_root
from flows.morning import PAGE, night_with_report, recorded
from flows.night import Night
from flows.prefect_flow import as_task, reported
from flows.prefect_server import answers
from flows.rebuild import LATEST, rebuild, selection_of
from flows.runs import write_impact
from flows.settings import DataRoot, Place, data_root, url_of, verify_nights, work_limits, work_runner
from flows.steps import run
from flows.upkeep import verify as verifying

Root = Annotated[str | None, Field(description="data root; default: YUJUE_DATA_ROOT, or data/", min_length=1)]
Moment = Annotated[dt.datetime | None, Field(description="the time it counts as; default: now")]
Digests = Annotated[
    list[Annotated[str, Field(pattern=r"^[0-9a-f]{6,64}$")]], Field(description="sha256 of documents, or beginnings")
]
Code = Annotated[str, Field(pattern=r"^\d{2,6}$")]
Year = Annotated[int, Field(ge=1990, le=2100)]

WATCH_SECONDS = 30.0
MOST_SILENCES = 10


@flow(name="nightly", persist_result=False)
def nightly(
    sources: Annotated[str | None, Field(description="folder of source files; default: our own")] = None,
    data: Root = None,
    now: Moment = None,
) -> State[Any]:
    """One night: crawl every source, read, build facts, check, release."""
    paths = find_sources([], Path(sources) if sources else None)
    with elsewhere(work_runner(), work_limits()) as spread, reported() as night:
        night_with_report(paths, _moment(now), _root(data).place, step=as_task, spread=spread, night=night)
    return _state(night)


@flow(name="crawl", persist_result=False)
def crawl_one(
    source: Annotated[str, Field(description="division code, name or path of one source", min_length=1)],
    data: Root = None,
    now: Moment = None,
) -> State[Any]:
    """Crawl one source into the archive and the ledger; reading is the next night's.

    Several workers of a work pool may do this at the same time, for other sources: archive and ledger take several
    writers. Sources that ask the same host wait for each other: the pace is kept per crawl. Of a data root in an object
    store the ledger is a working copy: there one crawl at a time.
    """
    root, moment, paths = _root(data), _moment(now), find_sources([source])
    alone = one_night_at_a_time(root) if root.url else contextlib.nullcontext()
    with reported() as night, recorded(root, "crawl", moment, whole=False, night=night) as (_, _, steps), alone:
        step = steps.around(as_task)
        for path in paths:
            with one_crawl_per_host(root, load(path).sites):
                night.came([run(step, f"crawl {path.stem}", partial(crawl, path, root, moment))])
    return _state(night)


@flow(name="rebuild", persist_result=False)
def rebuild_some(  # noqa: PLR0917 - Prefect passes parameters by name
    start: Annotated[Literal["read", "facts", "check"], Field(description="the stage to begin with")] = "read",
    sources: Annotated[list[str], Field(description="source ids")] = [],  # noqa: B006 - Prefect makes a form of it
    counties: Annotated[list[Code], Field(description="division codes, or prefixes")] = [],  # noqa: B006
    years: Annotated[list[Year], Field(description="fiscal years")] = [],  # noqa: B006
    documents: Digests = [],  # noqa: B006
    checks: Annotated[list[str], Field(description="ids of checks, with start=check")] = [],  # noqa: B006
    everything: Annotated[bool, Field(description="every document")] = False,
    against: Annotated[str, Field(description="release to compare with", min_length=1)] = LATEST,
    publish: Annotated[bool, Field(description="make the release afterwards")] = False,
    registry: Annotated[str | None, Field(description="folder of source files; default: our own")] = None,
    data: Root = None,
    now: Moment = None,
) -> State[Any]:
    """Do it again from the archive alone, and store the impact; without a selection, what has another fingerprint."""
    root, moment = _root(data), _moment(now)
    selection = selection_of(sources, counties, years, documents, checks, start=start, everything=everything)
    whole = publish or not selection.is_given
    with (
        elsewhere(work_runner(), work_limits()) as spread,
        reported() as night,
        recorded(root, "rebuild", moment, whole=whole, night=night) as (of_this, _, steps),
    ):
        rebuild(
            root,
            moment,
            work_limits(),
            start=start,
            selection=selection,
            against=against,
            make_release=publish,
            told=lambda impact: write_impact(of_this.folder, impact),
            step=steps.around(as_task),
            spread=spread,
            corrections=the_corrections(),
            sources=find_sources([], Path(registry) if registry else None),
            night=night,
        )
    return _state(night)


@flow(name="release", persist_result=False)
def release(
    registry: Annotated[str | None, Field(description="folder of source files; default: our own")] = None,
    data: Root = None,
    now: Moment = None,
) -> State[Any]:
    """Make a release of what the archive holds today, if it differs from the newest one. Nothing is crawled."""
    return rebuild_some.fn(publish=True, registry=registry, data=data, now=now)


@flow(name="verify", persist_result=False)
def verify(
    nights: Annotated[int | None, Field(description="the share of one of so many nights; 1: all", ge=1)] = None,
    data: Root = None,
    now: Moment = None,
) -> State[Any]:
    """Bodies of the archive against their digests."""
    root, moment = _root(data), _moment(now)
    share = nights or verify_nights() or 1
    with reported() as night, recorded(root, "verify", moment, whole=False, night=night) as (_, _, steps):
        steps.around(as_task)("verify", lambda: verifying.verify(root, moment, nights=share))
    return _state(night)


def _root(data: str | None) -> DataRoot:
    return open_root(data or data_root())


def _moment(now: dt.datetime | None) -> dt.datetime:
    if now is None:
        return dt.datetime.now(dt.UTC)
    return now if now.tzinfo is not None else now.replace(tzinfo=dt.UTC)


def _state(night: Night) -> State[Any]:
    """The end of the flow run (its artifact: `flows.prefect_flow.reported`)."""
    report = night.report
    if report is None:
        return Failed(message="the report could not be written")
    page = Path(report["folder"], PAGE).resolve()
    if report["exit_code"] > errors.FINDINGS:
        return Failed(message=f"exit code {report['exit_code']}: {page}")
    if report["exit_code"] == errors.FINDINGS:
        return Completed(name="Attention", message=str(page))
    return Completed(message=str(page))


# --------------------------------------------------------------------------------------------------------- one machine


def check_schedule(cron: str, timezone: str) -> None:
    """Raises Trouble (exit code 2) for what is no cron line or no time zone."""
    try:
        CronSchedule(cron=cron, timezone=timezone)
    except (ValidationError, ValueError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        text = " ".join(reason.split())
        raise errors.usage(
            f"计划不可用（{cron}，{timezone}）：{text}", f"not a usable schedule ({cron}, {timezone}): {text}"
        ) from error


def serve_nights(cron: str, timezone: str, *, sources: Path | None, data: Place, server: str) -> None:
    """Serve `nightly` by a schedule until the process is ended. server: address of the API (`ensure_server`).

    Runs that fell due while the service was down are not made up for: one night does all there is to do.
    """
    check_schedule(cron, timezone)
    forget_late_runs("nightly/nightly")
    parameters = {
        "data": url_of(data) or str(Path(data).absolute()),
        "sources": str(sources.absolute()) if sources else None,
    }
    _watch(server, lambda: os._exit(errors.NETWORK))
    served: Flow[Any, Any] = nightly
    served.serve(
        name="nightly",
        schedule=Cron(cron, timezone=timezone, slug="nightly"),
        paused=False,
        pause_on_shutdown=False,  # Prefect 3.8 does not get to it when the process is ended by a signal
        parameters=parameters,
        limit=1,
        print_starting_message=False,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def forget_late_runs(deployment: str) -> None:
    """Drop the scheduled runs of a deployment by pausing it (serving takes its schedule up again)."""
    with get_client(sync_client=True) as client, contextlib.suppress(ObjectNotFound):
        client.pause_deployment(client.read_deployment_by_name(deployment).id)


def _watch(server: str, give_up: Callable[[], object]) -> None:
    """End this process where its server is gone for good: what started it (systemd …) starts it again, and that one a
    server. A night at work is another process and goes on."""

    def look() -> None:
        silences = 0
        while silences < MOST_SILENCES:
            time.sleep(WATCH_SECONDS)
            silences = 0 if answers(server) else silences + 1
        give_up()

    threading.Thread(target=look, name="server watch", daemon=True).start()
