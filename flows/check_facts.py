"""Rows of a document → findings and the standing of each fact, in `findings/`.

The checks themselves are files of `flows/checks/`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from flows.company import FILE as COMPANIES
from flows.company import companies_of
from flows.company import said as company_said
from flows.fingerprint import digest, stage_code
from flows.reviews import Verdict, by_document
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, Work, Works, failed_fingerprint, failure_issue, quiet
from flows.store import Store, pack_tables
from flows.workers import Job, Outcome
from normalize.issues import issue_rows


def plan_checks(
    facts: Plan,
    root: DataRoot,
    limits: WorkLimits,
    progress: Progress = quiet,
    *,
    verdicts: Sequence[Verdict] = (),
    beside: Collection[str] = (),
) -> Plan:
    """The stage `check`. Findings follow from the rows of the document and of those it is compared with, the verdicts
    on it and the code of the checks.

    beside: documents that are left alone this time and still are company of others (`flows.company`).
    """
    built, code, judged = facts.results(), stage_code("checks"), by_document(verdicts)
    found = companies_of(facts, root.path / COMPANIES, code, beside)

    def work(sha256: str, fingerprint: str) -> Work:
        arguments = {
            "tables": facts.store.place(sha256, built[sha256]),
            "company": [
                [relation, other, facts.store.place(other, found.rows[other])]
                for relation, other in found.company.get(sha256, ())
            ],
            "verdicts": msgspec.to_builtins(judged.get(sha256, [])),
            "archive": str(root.archive),
            "sha256": sha256,
        }
        job = Job("check", sha256, arguments)
        return Work(sha256, fingerprint, failed_fingerprint(fingerprint, limits), job)

    said = {sha256: [msgspec.json.encode(one, order="sorted") for one in those] for sha256, those in judged.items()}
    works = Works(
        # without verdict and company: the fingerprint it had before there was any
        {
            sha256: digest(
                "check",
                code,
                fingerprint,
                *said.get(sha256, ()),
                *company_said(found.company.get(sha256, ()), found.rows),
            )
            for sha256, fingerprint in built.items()
        },
        work,
    )
    return Plan("check", Store(root.findings), works, limits, _failed, source=facts, progress=progress)


def _failed(work: Work, outcome: Outcome) -> bytes:
    """No findings, and an issue that says so: a document that was not checked is not one without faults."""
    return pack_tables(
        {"findings": [], "standings": [], "issues": issue_rows([failure_issue("check", outcome)], work.sha256)}
    )
