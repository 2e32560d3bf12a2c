"""The whole night. Open this first.

    crawl → documents → unpack → convert → read → facts → checks → release

Every step is a plain function; `step` runs one and may be Prefect's (flows/prefect_flow.py). What is done is decided by
fingerprints alone: a night with nothing new reads nothing and publishes nothing, and one that was killed is completed
by the next, to the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from crawl.completeness import SourceNight
from crawl.settings import CrawlSettings
from extract.document import Issue
from flows import errors
from flows.build_facts import plan_facts
from flows.check_facts import plan_checks
from flows.convert_documents import plan_converting
from flows.corrections import the_corrections
from flows.coverage import sought
from flows.crawl_sources import Crawled, bodies, crawl, found_documents, unreached
from flows.publish_release import Published, publish_release
from flows.read_documents import plan_reading
from flows.release.version import remove_debris
from flows.settings import DataRoot, WorkLimits, work_limits
from flows.source_nights import source_nights
from flows.stage import Plan, Progress, merged_issues, quiet, shards
from flows.store import Store
from flows.unpack_archives import plan_unpacking, with_members

T = TypeVar("T")
Step = Callable[[str, Callable[[], object]], object]


@dataclass
class Night:
    """What one night did. done, failed: stage → documents worked on, of them in vain. issues: of the night itself.

    sources: what the night changed of each source, and why a person should look at it.
    """

    crawled: list[Crawled] = field(default_factory=list)
    sources: list[SourceNight] = field(default_factory=list)
    documents: int = 0
    done: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    published: Published | None = None


def directly(name: str, work: Callable[[], object]) -> object:
    """A step without Prefect: just do it."""
    return work()


def nightly(
    sources: Sequence[Path],
    now: dt.datetime,
    data_root: Path,
    *,
    step: Step = directly,
    progress: Progress = quiet,
    limits: WorkLimits | None = None,
    crawl_settings: CrawlSettings | None = None,
    corrections_folder: Path | None = None,
) -> Night:
    """One night over these source files. Raises Trouble where the release is refused or another night is running."""
    root, limits, night = DataRoot(data_root), limits or work_limits(), Night()
    corrections = the_corrections(corrections_folder)
    with one_night_at_a_time(root):
        remove_all_debris(root)
        for number, source in enumerate(sources, start=1):
            progress("crawl", number - 1, len(sources))
            night.crawled.append(run(step, f"crawl {source.stem}", partial(crawl, source, root, now, crawl_settings)))
            progress("crawl", number, len(sources))
        night.sources = source_nights(root, [one.source for one in night.crawled])

        documents = found_documents(root)
        unpacking = plan_unpacking(documents, root, limits, progress)
        if unpacking.works:
            do_what_is_missing(unpacking, night, step)
            documents = with_members(documents, unpacking, root)
        night.documents = len(documents)

        converting = plan_converting(documents, root, limits, progress)
        if converting.works:
            do_what_is_missing(converting, night, step)

        reading = plan_reading(documents, converting, root, limits, progress)
        do_what_is_missing(reading, night, step)

        facts = plan_facts(documents, reading, root, limits, progress, corrections=corrections)
        do_what_is_missing(facts, night, step)

        checks = plan_checks(facts, root, limits, progress)
        do_what_is_missing(checks, night, step)

        if documents:
            night.published = run(
                step,
                "release",
                lambda: publish_release(
                    facts,
                    checks,
                    unreached(root),
                    root=root,
                    now=now,
                    progress=progress,
                    bodies=bodies(root),
                    corrections=corrections,
                    looked=sought(root, sources),
                ),
            )
        night.issues = merged_issues((unpacking, converting, reading, facts, checks))
    return night


def do_what_is_missing(plan: Plan, night: Night, step: Step) -> None:
    """Do a stage's missing works, a shard at a time."""
    missing = plan.missing()
    night.done[plan.name] = len(missing)
    night.failed[plan.name] = 0
    for number, shard in enumerate(shards(missing, plan.limits.shard), start=1):
        night.failed[plan.name] += run(step, f"{plan.name} {number}: {len(shard)} documents", partial(plan.do, shard))


def run(step: Step, name: str, work: Callable[[], T]) -> T:
    """A step, with the type of what it returns."""
    return step(name, work)  # type: ignore[return-value]


def remove_all_debris(root: DataRoot) -> None:
    """What killed nights left half-written."""
    for folder in (root.members, root.converted, root.tables, root.facts, root.findings):
        Store(folder).remove_debris()
    remove_debris(root.releases)


@contextmanager
def one_night_at_a_time(root: DataRoot) -> Iterator[None]:
    """Hold the data root. The lock is the system's: it goes with the process, however that ends."""
    try:
        root.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root.lock)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise errors.usage(f"另一次运行正在使用 {root.path}", f"another night is at work in {root.path}") from error
    except OSError as error:
        raise errors.usage(f"数据目录不可写：{root.path}", f"cannot write in the data root: {root.path}") from error
    try:
        yield
    finally:
        lock.release()
