"""Rows of a document → findings, in `findings/`. The checks themselves are files of `flows/checks/`."""

from __future__ import annotations

from flows.fingerprint import digest, stage_code
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, Work, failed_fingerprint, failure_issue, quiet
from flows.store import Store, pack_tables
from flows.workers import Job, Outcome
from normalize.issues import issue_rows


def plan_checks(facts: Plan, root: DataRoot, limits: WorkLimits, progress: Progress = quiet) -> Plan:
    """The stage `check`. Findings follow from the rows of the document and the code of the checks."""
    works = {sha256: _work(sha256, fingerprint, facts.store, limits) for sha256, fingerprint in facts.results().items()}
    return Plan("check", Store(root.findings), works, limits, _failed, source=facts, progress=progress)


def _work(sha256: str, facts: str, store: Store, limits: WorkLimits) -> Work:
    fingerprint = digest("check", stage_code("checks"), facts)
    job = Job("check", sha256, {"tables": store.place(sha256, facts)})
    return Work(sha256, fingerprint, failed_fingerprint(fingerprint, limits), job)


def _failed(work: Work, outcome: Outcome) -> bytes:
    """No findings, and an issue that says so: a document that was not checked is not one without faults."""
    return pack_tables({"findings": [], "issues": issue_rows([failure_issue("check", outcome)], work.sha256)})
