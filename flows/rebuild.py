"""Work done again from the archive alone: what is selected, or everything whose fingerprint has changed.

Nothing is crawled and nothing of the archive is touched. What is made again under the same fingerprint must be the
same bytes; where it is not, the rebuild names the documents. The impact against a release is known, and stored,
before a new one is made.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Literal, get_args

import polars as pl

from crawl.schema import FoundDocument
from flows import errors
from flows.batches import Spread, here
from flows.checks import all_checks
from flows.crawl_sources import found_documents
from flows.impact import Impact, ReleaseSide, ResultsSide, compare
from flows.night import How, Night
from flows.nightly import one_night_at_a_time, release, remove_all_debris, work_up
from flows.release.package import file_name
from flows.release.version import newest, versions
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, quiet
from flows.steps import Step, directly, run
from flows.working_copy import whole_release
from normalize.correction import Correction

Stage = Literal["read", "facts", "check"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
LATEST: Final = "latest"
_DOCUMENT = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True)
class Selection:
    """Which documents are done again: those that fulfil every kind of word that is given. everything: all of them.

    sources: source ids. counties: division codes, a prefix of one means all below it. years: fiscal years as the
    release has them; a document the release does not have may be of any year. documents: beginnings of digests.
    checks: ids of checks: the documents the release has a finding of, other than "not applicable"; all of them for a
    check the release does not know yet.
    """

    sources: frozenset[str] = frozenset()
    counties: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    documents: frozenset[str] = frozenset()
    checks: frozenset[str] = frozenset()
    everything: bool = False

    @property
    def is_given(self) -> bool:
        return bool(self.everything or self.sources or self.counties or self.years or self.documents or self.checks)

    def has(
        self, document: FoundDocument, years: Mapping[str, int | None], checked: Collection[str] | None = None
    ) -> bool:
        """checked: the documents the checks bear on (`checked_by`); None: they bear on all."""
        said = document.provenance
        return (
            (not self.sources or said.source_id in self.sources)
            and (not self.counties or any((said.county_code or "").startswith(code) for code in self.counties))
            and (not self.years or document.sha256 not in years or years[document.sha256] in self.years)
            and (not self.documents or document.sha256.startswith(tuple(self.documents)))
            and (checked is None or document.sha256 in checked or document.sha256 not in years)
        )


@dataclass
class Rebuilt:
    """night: what was done. selected: documents the selection named (None: none was given). again, differing:
    results made again under the fingerprint they had, and documents of which one came out as other bytes."""

    night: Night
    impact: Impact
    selected: int | None
    again: int = 0
    differing: list[str] = field(default_factory=list)


def rebuild(
    root: DataRoot,
    now: dt.datetime,
    limits: WorkLimits,
    *,
    start: Stage = "read",
    selection: Selection = Selection(),
    against: str = LATEST,
    make_release: bool = False,
    told: Callable[[Impact], None] = lambda impact: None,
    step: Step = directly,
    spread: Spread = here,
    progress: Progress = quiet,
    corrections: Sequence[Correction] = (),
    sources: Sequence[Path] = (),
    night: Night | None = None,
) -> Rebuilt:
    """Do it again, tell the impact, and then publish if that is wanted. sources: the registry, as the nights have it.

    A selection is worked on and compared alone; for a release everything else that is missing is done too and the
    impact is that of the release. Raises Trouble (exit code 2) where nothing is selected or there is no such release,
    as `publish_release` does, and where another night is at work.
    """
    night = night or Night()
    how = How(limits, step, spread, progress, corrections)
    with one_night_at_a_time(root):
        remove_all_debris(root)
        base = release_of(root, against)
        years, checked = fiscal_years(base), checked_by(base, selection.checks)
        chosen: set[str] = set()

        def choose(documents: list[FoundDocument]) -> list[FoundDocument]:
            chosen.update(one.sha256 for one in documents if selection.has(one, years, checked))
            if selection.is_given and not chosen:
                raise errors.usage("没有文件符合所给条件", "no document is selected")
            alone = selection.is_given and not make_release
            return [one for one in documents if one.sha256 in chosen] if alone else documents

        def again(plan: Plan) -> Collection[str]:
            wanted = selection.is_given and plan.name in STAGES and STAGES.index(plan.name) >= STAGES.index(start)
            return chosen if wanted else ()

        stages = work_up(found_documents(root), root, night, how, only=choose, again=again)
        before = None if base is None else ReleaseSide(base)
        after = ResultsSide(stages.facts, stages.checks)
        scope = set(after.documents())
        if before is not None and (make_release or not selection.is_given):
            scope |= set(before.documents())
        name = None if base is None else base.name
        impact: Impact = run(step, "impact", partial(compare, before, after, scope, name))
        told(impact)
        if make_release:
            release(stages, root, now, night, how, sources=sources)
    made = [plan for plan in night.plans if plan.name in STAGES]
    return Rebuilt(
        night,
        impact,
        len(chosen) if selection.is_given else None,
        again=sum(len(plan.same) + len(plan.differing) for plan in made),
        differing=sorted({sha256 for plan in made for sha256 in plan.differing}),
    )


def release_of(root: DataRoot, name: str) -> Path | None:
    """Folder of a release; of the newest by `latest`, None where there is none. Raises Trouble (exit code 2)."""
    if name == LATEST:
        found = newest(root.releases)
        return None if found is None else root.releases / found
    if name not in versions(root.releases):
        known = ", ".join(versions(root.releases)[-5:]) or "-"
        raise errors.usage(f"没有版本 {name}（有：{known}）", f"there is no release {name} (there are: {known})")
    return whole_release(root, name)


def fiscal_years(release: Path | None) -> dict[str, int | None]:
    """Document → fiscal year, as a release has it."""
    if release is None:
        return {}
    columns = ["document_sha256", "fiscal_year"]
    return dict(pl.read_parquet(release / file_name("disclosures"), columns=columns).select(columns).iter_rows())


def checked_by(release: Path | None, checks: Collection[str]) -> set[str] | None:
    """The documents of a release that these checks had something to look at in; None: any may be one."""
    if release is None or not checks:
        return None
    columns = ["document_sha256", "check_id", "outcome"]
    found = pl.read_parquet(release / file_name("findings"), columns=columns).filter(pl.col("check_id").is_in(checks))
    if set(found["check_id"]) != set(checks):
        return None  # a check that is new since
    return set(found.filter(pl.col("outcome") != "not_applicable")["document_sha256"])


def selection_of(
    sources: Sequence[str],
    counties: Sequence[str],
    years: Sequence[int],
    documents: Sequence[str],
    checks: Sequence[str] = (),
    *,
    start: Stage = "read",
    everything: bool,
) -> Selection:
    """Words of the command line as a Selection. Raises Trouble (exit code 2)."""
    known = {one.id for one in all_checks()} if checks else set()
    for check in checks:
        if check not in known:
            raise errors.usage(
                f"没有检查 {check}（docs/checks.md 列出全部）", f"no check {check} (docs/checks.md has all)"
            )
    if checks and start != "check":
        raise errors.usage("--check 须与 --from check 同用", "--check goes with --from check")
    for code in counties:
        if not (code.isdecimal() and 2 <= len(code) <= 6):
            raise errors.usage(f"不是区划代码：{code}", f"not a division code: {code}")
    for digest in documents:
        if not _DOCUMENT.fullmatch(digest):
            raise errors.usage(
                f"不是文件的 sha256（或其前 6 位以上）：{digest}",
                f"not the sha256 of a document (or 6+ digits): {digest}",
            )
    return Selection(
        sources=frozenset(sources),
        counties=frozenset(counties),
        years=frozenset(years),
        documents=frozenset(documents),
        checks=frozenset(checks),
        everything=everything,
    )
