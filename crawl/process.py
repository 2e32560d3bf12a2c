"""The crawl process: `python -m crawl.process` reads one job from stdin, crawls, and prints one JSON object per line.

Events: {"event": "run", run_id}, then {"event": "visit", …} each, last {"event": "stats", finish_reason, …}.
Nothing else is written to stdout; the log goes to stderr. Started by `crawl.runner` only, or forked for it by a
nursery (`crawl.nursery`), which has imported this module and calls `main`.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from scrapy.crawler import AsyncCrawlerProcess

from crawl.archive import Archive
from crawl.hosts import HostBook
from crawl.ledger import Ledger
from crawl.manners import Manners, Rules
from crawl.night import moment_of, parse_window
from crawl.parent import die_with_parent
from crawl.recorder import Recorder
from crawl.runner import Job, archive_path, ledger_path
from crawl.schedule import Plan
from crawl.settings import CrawlSettings, private_hosts_of, scrapy_settings
from crawl.source import load_source
from crawl.spiders import NoBrowser, WalkSpider, spider_of

_MAX_ERRORS = 20
Opener = Callable[[Job, str], Archive]


class ErrorLines(logging.Handler):
    """Keeps the first error messages of the run: Scrapy logs exceptions of callbacks and goes on."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One line per error, with the exception's own words."""
        if len(self.lines) >= _MAX_ERRORS:
            return
        text = " ".join(record.getMessage().split())[:300]
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            text += f" [{type(error).__name__}: {' '.join(str(error).split())[:300]}]"
        self.lines.append(text)


def no_settings(record: logging.LogRecord) -> bool:
    """Whether a line of Scrapy's may be logged: not the settings, among which is how we can be reached."""
    return not str(record.msg).startswith("Overridden settings")


def run_clock(at: str) -> Callable[[], datetime]:
    """The time of the run: it begins at `at` (which may be another than now) and goes on as time does."""
    begin, started = moment_of(at), time.monotonic()
    return lambda: begin + timedelta(seconds=time.monotonic() - started)


def peak_memory_mib() -> float:
    """The most memory this process held at once (resident). Linux: its own; ru_maxrss would count the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 1024, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def in_the_data_root(job: Job, writer: str) -> Archive:
    """The archive that lies in the data root as a folder."""
    return Archive(archive_path(Path(job.data_root)), writer=writer)


def crawl(job: Job, out: BinaryIO, open_archive: Opener) -> None:
    """Do one job; events are written to `out` as they happen."""

    def report(event: dict[str, object]) -> None:
        out.write(msgspec.json.encode(event) + b"\n")
        out.flush()

    source = load_source(job.source_file)
    data_root = Path(job.data_root)
    settings = CrawlSettings(
        data_root, job.contact, frozenset(job.private_hosts), night=job.night, daily_cap=job.daily_cap
    )
    private_hosts = private_hosts_of(source, settings.private_hosts)
    archive = open_archive(job, source.source_id)
    archive.clear_incoming()  # what a killed crawl of this source left half written; the source is locked
    warnings: list[str] = []

    def warn(line: str) -> None:
        if line not in warnings:
            warnings.append(line)

    with Ledger(ledger_path(data_root)) as ledger:
        # a run of a part of the source is another run than that of all of it: neither goes on where the other ended
        scope = "" if job.plan == Plan() else msgspec.json.encode(job.plan).decode()
        run_id = ledger.take_up_run(source.source_id, job.at, scope=scope)
        resumed = run_id is not None
        if run_id is None:
            run_id = ledger.begin_run(source.source_id, source.code, source.publisher, job.at, scope=scope)
        report({"event": "run", "run_id": run_id, "resumed": resumed})
        recorder = Recorder(
            source,
            archive,
            ledger,
            run_id=run_id,
            at=job.at,
            report=report,
            manners=Manners(
                HostBook(ledger),
                Rules(private_hosts, settings.contact, parse_window(settings.night), settings.daily_cap),
                clock=run_clock(job.at),
                wall=lambda: datetime.now(UTC),
            ),
        )
        spider_class = spider_of(source)
        logging.getLogger("scrapy.crawler").addFilter(no_settings)
        try:
            process = AsyncCrawlerProcess(
                spider_class.settings_for(scrapy_settings(source, settings, archive.incoming))
            )
        except NoBrowser as error:
            ledger.end_run(run_id, "no_browser")
            report({"event": "stats", "run_id": run_id, "finish_reason": "no_browser", "errors": [str(error)]})
            return
        errors = ErrorLines()
        logging.getLogger().addHandler(errors)
        crawler = process.create_crawler(spider_class)
        process.crawl(
            crawler,
            source=source,
            recorder=recorder,
            private_hosts=private_hosts,
            warn=warn,
            plan=job.plan,
        )
        process.start()
        stats: dict[str, Any] = crawler.stats.get_stats() if crawler.stats else {}
        spider = crawler.spider if isinstance(crawler.spider, WalkSpider) else None
        finish_reason = str(stats.get("finish_reason") or "no_stats")
        ledger.end_run(run_id, finish_reason)
        archive.clear_incoming()
        report(
            {
                "event": "stats",
                "run_id": run_id,
                "finish_reason": finish_reason,
                "requests": stats.get("downloader/request_count", 0),
                "exceptions": stats.get("spider_exceptions/count", 0),
                "errors": errors.lines,
                "warnings": warnings,
                **(spider.totals() if spider else {}),
                "peak_memory_mib": peak_memory_mib(),
            }
        )


def prepare() -> None:
    """What a nursery does once, so that no crawl has to."""
    from crawl.warm import warm  # noqa: PLC0415 - it reads pages with what is imported here

    warm()


def main(open_archive: Opener = in_the_data_root) -> None:
    """Entry of the process. open_archive: given the job and whose unfinished files are to be kept apart."""
    # whatever a library prints must not be taken for an event
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    told = sys.stdin.buffer.read()
    if not told:  # it was given up before it began
        return
    job = msgspec.json.decode(told, type=Job)
    die_with_parent(job.parent)
    crawl(job, out, open_archive)


if __name__ == "__main__":
    main()
