"""One crawl of one source, in a process of its own.

Scrapy's reactor starts once per process and its process class swallows start-up errors, so a crawl is believed only
when its last line says that the walk came to its end. All counts are taken from the ledger, not from the crawler's
memory: a crawl that was killed reports what it really kept.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec
from filelock import FileLock, Timeout

from crawl.child import Child, new_child
from crawl.ledger import Ledger
from crawl.schedule import Plan
from crawl.schema import CrawlResult, Visit
from crawl.settings import DAILY_CAP, CrawlSettings, child_environment, from_environment
from crawl.source import Range, Source, load_source

_MAX_LINE = 4_000_000
PROCESS = "crawl.process"  # the module that crawls; tests put one in its place that replays stored pages
Event = dict[str, Any]


class Job(msgspec.Struct, frozen=True):
    """What the crawl process is told. at: UTC time that stamps the visits. parent: id of the process it dies with.

    archive: where bodies go, in words the process understands ('': the folder in the data root).
    """

    source_file: str
    data_root: str
    at: str
    parent: int  # filled in when the process is there
    contact: str | None
    private_hosts: list[str]
    night: str = "always"
    daily_cap: int = DAILY_CAP
    plan: Plan = Plan()
    archive: str = ""


class Elsewhere(NamedTuple):
    """An archive that is no folder. process: module that crawls into it, run as `crawl.process` is; archive: its place.

    The rooms after this one know such archives; this one does not.
    """

    process: str
    archive: str


class CrawlBusy(RuntimeError):  # noqa: N818 (the name of what happened)
    """Another process crawls this source into the same data root."""


def archive_path(data_root: Path) -> Path:
    """Folder of the archive."""
    return data_root / "archive"


def ledger_path(data_root: Path) -> Path:
    """File of the ledger."""
    return data_root / "ledger" / "ledger.sqlite"


def log_path(data_root: Path, source_id: str) -> Path:
    """Log of the newest crawl of a source."""
    return data_root / "logs" / f"crawl-{source_id}.log"


def crawl_source(
    source_file: Path,
    *,
    data_root: Path,
    now: datetime,
    progress: Callable[[dict[str, Any]], None] | None = None,
    settings: CrawlSettings | None = None,
    plan: Plan | None = None,
    stop: threading.Event | None = None,
    elsewhere: Elsewhere | None = None,
) -> CrawlResult:
    """Crawl one source to its end (or its time limit) and say what came of it.

    now: stamps every visit (aware; it is written in UTC). progress: called with {"event": "visit", …} in this thread,
    once per visit; on a dry run also {"event": "candidate", …}. settings: default from the environment. plan: what is
    asked (default: listings as far as they bring something new, what is new, and what is due again). stop: when set by
    another thread, the crawl is ended as at its time limit, with finish_reason 'stopped'. elsewhere: where bodies go
    when not to the data root's own archive.

    Raises FileNotFoundError and SourceError for the source file, ValueError for a naive `now`, CrawlBusy when the
    source is being crawled already. Trouble with the site is no exception: see CrawlResult.failed.
    """
    if now.tzinfo is None:
        raise ValueError("now: a time with a time zone is needed")
    source = load_source(source_file)
    settings = settings or from_environment()
    data_root = Path(data_root).resolve()
    lock_file = data_root / "ledger" / f"{source.source_id}.lock"
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    log = log_path(data_root, source.source_id)
    log.parent.mkdir(parents=True, exist_ok=True)
    job = Job(
        source_file=str(Path(source_file).resolve()),
        data_root=str(data_root),
        at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        parent=0,
        contact=settings.contact,
        private_hosts=sorted(settings.private_hosts),
        night=settings.night,
        daily_cap=settings.daily_cap,
        plan=plan or Plan(),
        archive=elsewhere.archive if elsewhere else "",
    )
    started = time.monotonic()
    try:
        with FileLock(lock_file, timeout=0):
            process = elsewhere.process if elsewhere else PROCESS
            events, reason = _run(job, log, settings, progress or _ignore, stop or threading.Event(), process)
    except Timeout as error:
        raise CrawlBusy(f"{source.source_id}: another crawl of this source is running") from error
    stats = events.get("stats", {})
    if reason is None:
        reason = str(stats.get("finish_reason") or "no_stats")
    run_id = str(events.get("run", {}).get("run_id") or "")
    return _result(
        source=source,
        ledger_file=ledger_path(data_root),
        run_id=run_id,
        stats=stats,
        reason=reason,
        log=log,
        seconds=time.monotonic() - started,
        plan=job.plan,
    )


def _ignore(event: dict[str, Any]) -> None:
    """No one wants to know."""


def _run(  # noqa: PLR0917 - called once
    job: Job,
    log: Path,
    settings: CrawlSettings,
    progress: Callable[[dict[str, Any]], None],
    stop: threading.Event,
    process: str,
) -> tuple[dict[str, Event], str | None]:
    """Run the process; returns its run and stats events and, where we ended it, why ('timeout', 'stopped')."""
    deadline = time.monotonic() + settings.seconds
    last: dict[str, Event] = {}
    with log.open("wb") as log_file:
        child = new_child(process, log_file, child_environment())
        try:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(msgspec.json.encode(msgspec.structs.replace(job, parent=child.parent)))
                child.stdin.close()
            for event in _events(child.stdout, deadline, stop):
                if event.get("event") in {"run", "stats"}:
                    last[str(event["event"])] = event
                else:
                    progress(event)
            if stop.is_set():
                return last, "stopped"
            if time.monotonic() >= deadline:
                return last, "timeout"
            # the pipe is closed: the process is on its way out
            code = child.wait(max(settings.grace_seconds, 1.0))
        except subprocess.TimeoutExpired:
            return last, None if "stats" in last else "killed"
        finally:
            _stop(child, settings.grace_seconds)
            child.close()
    return last, "killed" if code < 0 else None


def _events(stdout: IO[bytes], deadline: float, stop: threading.Event) -> Iterator[Event]:
    """Events as they come, until the pipe closes or the deadline passes. Lines that are no event are passed over."""
    lines: queue.Queue[bytes | None] = queue.Queue(maxsize=1000)

    def pump() -> None:
        with contextlib.suppress(ValueError, OSError):  # closed under us
            while line := stdout.readline(_MAX_LINE):
                lines.put(line)
        lines.put(None)

    threading.Thread(target=pump, daemon=True, name="crawl-events").start()
    while (left := deadline - time.monotonic()) > 0 and not stop.is_set():
        try:
            line = lines.get(timeout=min(left, 1.0))
        except queue.Empty:
            continue
        if line is None:
            return
        try:
            event = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError:
            continue
        yield event


def _stop(child: Child, grace_seconds: float) -> None:
    """TERM, a while to finish the page at hand, then KILL; for the whole process group. No-op when it has ended."""
    if child.poll() is not None:
        return
    for number, wait in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, 10.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        try:
            child.wait(wait)
        except subprocess.TimeoutExpired:
            continue
        return


def _result(
    *,
    source: Source,
    ledger_file: Path,
    run_id: str,
    stats: Event,
    reason: str,
    log: Path,
    seconds: float,
    plan: Plan,
) -> CrawlResult:
    errors = [str(line) for line in stats.get("errors", [])]
    if reason == "no_stats" or (reason == "killed" and not errors):
        errors.append(f"the crawl process ended without a report ({reason}); its last words: {_last_line(log)}")
    elif stats.get("exceptions", 0) and not errors:
        errors.append(f"{stats['exceptions']} exceptions while reading pages; see {log.name}")
    visits: list[Visit] = []
    by_role: dict[str, dict[str, int]] = {}
    documents = resumed = 0
    if run_id:
        with Ledger(ledger_file) as ledger:
            resumed = ledger.resumed(run_id)
            visits = ledger.visits(run_id=run_id)
            by_role = ledger.summary(run_id)
            documents = len({link.sha256 for link in ledger.links(run_id=run_id)})
            if reason in {"timeout", "stopped", "killed", "no_stats"}:
                ledger.end_run(run_id, reason)
    documents = int(stats.get("documents", documents))
    outcomes: dict[str, int] = {}
    for visit in visits:
        outcomes[visit.outcome] = outcomes.get(visit.outcome, 0) + 1
    warnings = [str(line) for line in stats.get("warnings", [])]
    minimum_missed = not plan.is_partial and _expectations(source, stats, documents, warnings)
    left = Counter(visit.reason for visit in visits if (visit.reason or "").startswith("not asked: "))
    warnings.extend(f"{count} urls {reason}" for reason, count in left.items())
    read = set(stats.get("listings_read", []))
    unasked = set(range(len(source.listings))) - set(stats.get("listings_asked", range(len(source.listings))))
    unread = [listing.url for number, listing in enumerate(source.listings) if number not in read | unasked]
    if stats:
        warnings.extend(f"no page of this listing could be read: {url}" for url in unread)
    return CrawlResult(
        source_id=source.source_id,
        run_id=run_id,
        outcomes=dict(sorted(outcomes.items())),
        by_role=by_role,
        bodies_fetched=sum(visit.sha256 is not None and visit.status != 304 for visit in visits),
        documents=documents,
        failed=reason != "finished" or bool(errors) or bool(unread) or minimum_missed or bool(left),
        troubles=[visit for visit in visits if visit.outcome in {"gone", "refused", "failed"} and not _guessed(visit)],
        skipped_links={str(key): int(value) for key, value in sorted(stats.get("skipped_links", {}).items())},
        warnings=warnings,
        errors=errors,
        finish_reason=reason,
        seconds=round(seconds, 3),
        resumed=resumed,
        peak_memory_mib=float(stats.get("peak_memory_mib", 0.0)),
    )


def _guessed(visit: Visit) -> bool:
    """A page address we made up ourselves is no dead link."""
    return visit.outcome == "gone" and "(address guessed" in (visit.reason or "")


def _expectations(source: Source, stats: Event, documents: int, warnings: list[str]) -> bool:
    """Compare with what the source expects; adds warnings; True when a minimum is missed."""
    missed = False
    notices = int(stats.get("notices", 0))
    for name, expected, found in (
        ("documents", source.expect.documents, documents),
        ("notices", source.expect.notices, notices),
    ):
        missed |= _in_range(name, expected, found, warnings)
    years = {int(year) for year in stats.get("years", [])}
    for year in source.expect.years:
        if year not in years:
            warnings.append(f"expect.years: no notice names {year}")
            missed = True
    return missed


def _in_range(name: str, expected: Range, found: int, warnings: list[str]) -> bool:
    if expected.max is not None and found > expected.max:
        warnings.append(f"expect.{name}.max: {found} found, at most {expected.max} expected")
    if expected.min is not None and found < expected.min:
        warnings.append(f"expect.{name}.min: {found} found, at least {expected.min} expected")
        return True
    return False


def _last_line(log: Path) -> str:
    """The last non-empty line of the log ('nothing' when there is none)."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        lines = [line.strip() for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "nothing"
