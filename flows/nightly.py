"""The whole night. Open this first.

    crawl → documents → unpack → convert → read → facts → checks → release

Every step is a plain function; `step` runs one and may be Prefect's (flows/prefect_flow.py). What is done is decided by
fingerprints alone: a night with nothing new reads nothing and publishes nothing, and one that was killed is completed
by the next, to the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from crawl.schema import FoundDocument
from crawl.settings import CrawlSettings
from flows.batches import Spread, here
from flows.build_facts import plan_facts
from flows.check_facts import plan_checks
from flows.convert_documents import plan_converting
from flows.corrections import the_corrections, the_verdicts
from flows.coverage import sought
from flows.crawl_sources import at_once_of, bodies, crawl, crawl_together, found_documents, unreached
from flows.hold import keep_release
from flows.hold import one_night_at_a_time as one_night_at_a_time  # noqa: PLC0414 - known by this name, too
from flows.night import How, Night
from flows.objects import objects_at
from flows.publish_release import Published, publish_release
from flows.read_documents import plan_reading
from flows.release.version import remove_debris
from flows.settings import DataRoot, Place, WorkLimits, work_limits
from flows.source_nights import source_nights
from flows.stage import Plan, Progress, quiet
from flows.steps import Step, directly, run
from flows.unpack_archives import plan_unpacking, with_members
from flows.withholdings import the_withholdings

Only = Callable[[list[FoundDocument]], list[FoundDocument]]
Again = Callable[[Plan], Collection[str]]


class Stages(NamedTuple):
    """The documents and the stages a release follows from, every work of them done."""

    documents: list[FoundDocument]
    reading: Plan
    facts: Plan
    checks: Plan


def all_of_them(documents: list[FoundDocument]) -> list[FoundDocument]:
    return documents


def nothing_again(plan: Plan) -> Collection[str]:
    return ()


def nightly(
    sources: Sequence[Path],
    now: dt.datetime,
    data_root: Place,
    *,
    step: Step = directly,
    spread: Spread = here,
    progress: Progress = quiet,
    limits: WorkLimits | None = None,
    crawl_settings: CrawlSettings | None = None,
    corrections_folder: Path | None = None,
    reviews_folder: Path | None = None,
    night: Night | None = None,
) -> Night:
    """One night over these source files. night: filled as it goes, so that one that fails still says how far it came.

    step, spread, progress, limits: see `How`. Raises Trouble where the release is refused or another night is running.
    """
    root, night = DataRoot(data_root), night or Night()
    corrections, verdicts = the_corrections(corrections_folder), the_verdicts(reviews_folder)
    how = How(limits or work_limits(), step, spread, progress, corrections, verdicts, crawl_settings)
    with one_night_at_a_time(root):
        remove_all_debris(root)
        crawl_all(sources, root, now, night, how)
        stages = work_up(found_documents(root), root, night, how)
        release(stages, root, now, night, how, sources=sources)
    return night


def crawl_all(sources: Sequence[Path], root: DataRoot, now: dt.datetime, night: Night, how: How) -> None:
    """What the sites have published since: bodies into the archive, visits into the ledger."""
    settings, at_once = how.crawling, at_once_of(how.crawling)
    if at_once > 1:
        all_of = partial(crawl_together, sources, root, now, settings, at_once=at_once, tell=how.progress)
        night.came(run(how.step, f"crawl {len(sources)} sources", all_of))
    for number, source in enumerate(sources if at_once == 1 else (), start=1):
        how.progress("crawl", number - 1, len(sources))
        night.came([run(how.step, f"crawl {source.stem}", partial(crawl, source, root, now, settings))])
        how.progress("crawl", number, len(sources))
    night.sources = source_nights(root, [one.source for one in night.crawled])


def work_up(
    documents: list[FoundDocument],
    root: DataRoot,
    night: Night,
    how: How,
    *,
    only: Only = all_of_them,
    again: Again = nothing_again,
) -> Stages:
    """From documents to checked facts: whatever has no result yet is done, and what is wanted `again` is done again.

    only: narrows the documents once archives are unpacked (`flows.rebuild`).
    """
    do = partial(do_what_is_missing, night=night, step=how.step, again=again)
    with_this = (root, how.limits, how.progress)

    unpacking = plan_unpacking(documents, *with_this)
    if unpacking.works:
        do(unpacking)
        documents = with_members(documents, unpacking, root)
    all_documents, documents = documents, only(documents)
    night.know(documents)

    converting = plan_converting(documents, *with_this)
    if converting.works:
        do(converting)

    reading = plan_reading(documents, converting, *with_this)
    do(reading, spread=how.spread)

    facts = plan_facts(documents, reading, *with_this, corrections=how.corrections)
    do(facts, spread=how.spread)

    beside = {one.sha256 for one in all_documents} - {one.sha256 for one in documents}
    verdicts = the_verdicts() if how.verdicts is None else how.verdicts
    checks = plan_checks(facts, *with_this, verdicts=verdicts, beside=beside)
    do(checks, spread=how.spread)
    return Stages(documents, reading, facts, checks)


def release(
    stages: Stages, root: DataRoot, now: dt.datetime, night: Night, how: How, *, sources: Sequence[Path]
) -> None:
    """The release that holds everything, made only where it differs from the newest one. sources: the registry."""
    if stages.documents:
        night.published = run(how.step, "release", partial(_publish, stages, root, now, how, sources))


def _publish(stages: Stages, root: DataRoot, now: dt.datetime, how: How, sources: Sequence[Path]) -> Published:
    published = publish_release(
        stages.facts,
        stages.checks,
        unreached(root),
        root=root,
        now=now,
        progress=how.progress,
        bodies=bodies(root),
        corrections=how.corrections,
        looked=sought(root, sources),
        withholdings=the_withholdings(),
    )
    keep_release(root, published.version)
    return published


def do_what_is_missing(
    plan: Plan, night: Night, step: Step, again: Again = nothing_again, spread: Spread = here
) -> None:
    """Do a stage's missing works, a batch at a time; one that fails as a whole is split (`flows.batches`)."""
    night.plans.append(plan)
    plan.journal = night.journal
    missing = plan.missing(again(plan))
    night.done[plan.name] = len(missing)
    night.failed[plan.name] = spread(plan, missing, step) if missing else 0


def remove_all_debris(root: DataRoot) -> None:
    """What killed nights left half-written."""
    places = (root.members, root.converted, root.tables, root.facts, root.findings)
    for place in (root.place,) if root.url else places:
        objects_at(place).remove_debris()
    remove_debris(root.releases)
