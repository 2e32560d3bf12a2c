"""Rows of a document → findings and the standing of each fact, in `findings/`.

The checks themselves are files of `flows/checks/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from flows.fingerprint import digest, stage_code
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, Work, failed_fingerprint, failure_issue, quiet
from flows.store import Store, pack_tables
from flows.workers import Job, Outcome
from normalize.issues import issue_rows

if TYPE_CHECKING:
    from flows.checks.standing import Verdict  # loading it loads every check: that is for the worker

Verdicts = Mapping[str, Mapping[str, "Verdict"]]  # document → fact_id → what a person decided
NONE: Final[Verdicts] = {}


def plan_checks(
    facts: Plan, root: DataRoot, limits: WorkLimits, progress: Progress = quiet, *, verdicts: Verdicts = NONE
) -> Plan:
    """The stage `check`. Findings follow from the rows of the document, the code of the checks, and the standings from
    what people decided, too."""
    works = {
        sha256: _work(sha256, fingerprint, facts.store, root, limits, verdicts.get(sha256, {}))
        for sha256, fingerprint in facts.results().items()
    }
    return Plan("check", Store(root.findings), works, limits, _failed, source=facts, progress=progress)


def _work(  # noqa: PLR0917 - everything a work follows from
    sha256: str, facts: str, store: Store, root: DataRoot, limits: WorkLimits, verdicts: Mapping[str, Verdict]
) -> Work:
    decided = [f"{fact_id} {one.verdict} {one.expected!r}" for fact_id, one in sorted(verdicts.items())]
    fingerprint = digest("check", stage_code("checks"), facts, *decided)
    arguments = {
        "tables": str(store.path(sha256, facts)),
        "verdicts": msgspec.to_builtins(verdicts),
        "archive": str(root.archive),
        "sha256": sha256,
    }
    job = Job("check", sha256, arguments)
    return Work(sha256, fingerprint, failed_fingerprint(fingerprint, limits), job)


def _failed(work: Work, outcome: Outcome) -> bytes:
    """No findings, and an issue that says so: a document that was not checked is not one without faults."""
    return pack_tables(
        {"findings": [], "standings": [], "issues": issue_rows([failure_issue("check", outcome)], work.sha256)}
    )
