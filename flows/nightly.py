"""The whole night. Open this first.

    crawl → documents → unpack → convert → read → facts → checks → release

Every step is a plain function; `step` runs one and may be Prefect's (flows/prefect_flow.py). What is done is decided by
fingerprints alone: a night with nothing new reads nothing and publishes nothing, and one that was killed is completed
by the next, to the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from crawl.completeness import SourceNight
from crawl.schema import FoundDocument
from crawl.settings import CrawlSettings
from extract.document import Issue
from flows.batches import Spread, here
from flows.build_facts import plan_facts
from flows.check_facts import plan_checks
from flows.convert_documents import plan_converting
from flows.corrections import the_corrections, the_verdicts
from flows.coverage import sought
from flows.crawl_sources import Crawled, at_once_of, bodies, crawl, crawl_together, found_documents, unreached
from flows.hold import keep_release
from flows.hold import one_night_at_a_time as one_night_at_a_time  # noqa: PLC0414 - known by this name, too
from flows.journal import Journal
from flows.objects import objects_at
from flows.publish_release import Published, publish_release
from flows.read_documents import plan_reading
from flows.release.version import remove_debris
from flows.reviews import Verdict
from flows.settings import DataRoot, Place, WorkLimits, work_limits
from flows.source_nights import source_nights
from flows.stage import Plan, Progress, merged_issues, quiet
from flows.steps import Step, directly, run
from flows.unpack_archives import plan_unpacking, with_members
from flows.withholdings import the_withholdings
from normalize.correction import Correction

Only = Callable[[list[FoundDocument]], list[FoundDocument]]
Again = Callable[[Plan], Collection[str]]


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
    published: Published | None = None
    found: dict[str, FoundDocument] = field(default_factory=dict, repr=False)
    plans: list[Plan] = field(default_factory=list, repr=False)
    journal: Journal = field(default_factory=Journal, repr=False)
    report: dict[str, Any] | None = field(default=None, repr=False)  # written by `flows.morning`

    def came(self, crawled: Sequence[Crawled]) -> None:
        """What became of sources that were crawled; a line of the log each."""
        self.crawled += crawled
        for one in crawled:
            result = one.result
            self.journal.event(
                "source",
                stage="crawl",
                source=result.source_id,
                outcome="failed" if result.failed else "ok",
                count=result.bodies_fetched,
                seconds=result.seconds,
                detail=result.finish_reason,
            )

    def know(self, documents: Sequence[FoundDocument]) -> None:
        self.documents, self.found = len(documents), {one.sha256: one for one in documents}
        self.journal.know(documents)

    @property
    def issues(self) -> list[Issue]:
        return merged_issues(self.plans)


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

    spread: where documents are read and made comparable: this machine's processes, or a cluster (`flows.cluster`).
    Raises Trouble where the release is refused or another night is running.
    """
    root, limits, night = DataRoot(data_root), limits or work_limits(), night or Night()
    corrections, verdicts = the_corrections(corrections_folder), the_verdicts(reviews_folder)
    with one_night_at_a_time(root):
        remove_all_debris(root)
        at_once = at_once_of(crawl_settings)
        if at_once > 1:
            all_of = partial(crawl_together, sources, root, now, crawl_settings, at_once=at_once, tell=progress)
            night.came(run(step, f"crawl {len(sources)} sources", all_of))
        for number, source in enumerate(sources if at_once == 1 else (), start=1):
            progress("crawl", number - 1, len(sources))
            night.came([run(step, f"crawl {source.stem}", partial(crawl, source, root, now, crawl_settings))])
            progress("crawl", number, len(sources))
        night.sources = source_nights(root, [one.source for one in night.crawled])

        stages = work_up(
            found_documents(root),
            root,
            night,
            limits,
            step=step,
            spread=spread,
            progress=progress,
            corrections=corrections,
            verdicts=verdicts,
        )
        if stages.documents:
            night.published = run(step, "release", partial(publish, stages, root, now, progress, corrections, sources))
    return night


def work_up(
    documents: list[FoundDocument],
    root: DataRoot,
    night: Night,
    limits: WorkLimits,
    *,
    step: Step = directly,
    spread: Spread = here,
    progress: Progress = quiet,
    corrections: Sequence[Correction] = (),
    verdicts: Sequence[Verdict] | None = None,
    only: Only = all_of_them,
    again: Again = nothing_again,
) -> Stages:
    """From documents to checked facts: whatever has no result yet is done, and what is wanted `again` is done again.

    verdicts: what people said of findings and values; None: what the setting's folder holds.
    only: narrows the documents once archives are unpacked (`flows.rebuild`).
    """
    do = partial(do_what_is_missing, night=night, step=step, again=again)

    unpacking = plan_unpacking(documents, root, limits, progress)
    if unpacking.works:
        do(unpacking)
        documents = with_members(documents, unpacking, root)
    all_documents, documents = documents, only(documents)
    night.know(documents)

    converting = plan_converting(documents, root, limits, progress)
    if converting.works:
        do(converting)

    reading = plan_reading(documents, converting, root, limits, progress)
    do(reading, spread=spread)

    facts = plan_facts(documents, reading, root, limits, progress, corrections=corrections)
    do(facts, spread=spread)

    beside = {one.sha256 for one in all_documents} - {one.sha256 for one in documents}
    verdicts = the_verdicts() if verdicts is None else verdicts
    checks = plan_checks(facts, root, limits, progress, verdicts=verdicts, beside=beside)
    do(checks, spread=spread)
    return Stages(documents, reading, facts, checks)


def publish(  # noqa: PLR0917 - called as a step
    stages: Stages,
    root: DataRoot,
    now: dt.datetime,
    progress: Progress,
    corrections: Sequence[Correction],
    sources: Sequence[Path],
) -> Published:
    """The release that holds everything, made only where it differs from the newest one. sources: the registry."""
    published = publish_release(
        stages.facts,
        stages.checks,
        unreached(root),
        root=root,
        now=now,
        progress=progress,
        bodies=bodies(root),
        corrections=corrections,
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
