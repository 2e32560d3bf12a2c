"""What a run is made of: how its work is done (`How`), and what has come of it so far (`Night`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crawl.completeness import SourceNight
from crawl.schema import FoundDocument
from crawl.settings import CrawlSettings
from extract.document import Issue
from flows.batches import Spread, here
from flows.crawl_sources import Crawled
from flows.journal import Journal
from flows.publish_release import Published
from flows.reviews import Verdict
from flows.settings import WorkLimits
from flows.stage import Plan, Progress, merged_issues, quiet
from flows.steps import Step, directly
from normalize.correction import Correction


@dataclass(frozen=True)
class How:
    """How the work of a run is done.

    step: directly, or as a task of Prefect's. spread: where documents are read and made comparable, in processes of
    this machine or on a cluster (`flows.cluster`). verdicts: what people said of findings and values; None: what the
    setting's folder holds. crawling: how sites are asked; None: the settings of the environment.
    """

    limits: WorkLimits
    step: Step = directly
    spread: Spread = here
    progress: Progress = quiet
    corrections: Sequence[Correction] = ()
    verdicts: Sequence[Verdict] | None = None
    crawling: CrawlSettings | None = None


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
