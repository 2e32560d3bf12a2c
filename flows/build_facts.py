"""Readings → rows of every table, in `facts/`: interpreted by forms, made comparable by normalize."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec

from crawl.schema import FoundDocument, Provenance
from flows.corrections import as_argument
from flows.corrections import fingerprint_of as fingerprint_of_corrections
from flows.errors import Trouble
from flows.fingerprint import digest, stage_code
from flows.read_documents import unread
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, Work, Works, failed_fingerprint, failure_issue, quiet
from flows.store import Store, pack_tables
from flows.worker import uninterpreted
from flows.workers import Job, Outcome, run_jobs
from normalize.correction import Correction, by_document
from normalize.facts import build_rows


def plan_facts(
    documents: Sequence[FoundDocument],
    reading: Plan,
    root: DataRoot,
    limits: WorkLimits,
    progress: Progress = quiet,
    *,
    corrections: Sequence[Correction] = (),
) -> Plan:
    """The stage `facts`. Rows follow from the Reading, the provenance, the corrections of the document, and the code,
    forms and vocabularies."""
    readings, reviewed, code = reading.results(), by_document(corrections), stage_code("facts")
    by_digest = {document.sha256: document for document in documents}

    def fingerprint_of(document: FoundDocument) -> str:
        said = msgspec.json.encode(document.provenance, order="sorted")
        corrected = fingerprint_of_corrections(reviewed.get(document.sha256, ()))
        return digest("facts", code, readings[document.sha256], said, str(document.is_current), corrected)

    def work(sha256: str, fingerprint: str) -> Work:
        document = by_digest[sha256]
        arguments = {
            "reading": reading.store.place(sha256, readings[sha256]),
            "provenance": msgspec.to_builtins(document.provenance),
            "is_current": document.is_current,
            "corrections": as_argument(reviewed.get(sha256, ())),
        }
        failed = failed_fingerprint(fingerprint, limits)
        return Work(sha256, fingerprint, failed, Job("facts", sha256, arguments))

    works = Works({sha256: fingerprint_of(document) for sha256, document in by_digest.items()}, work)
    # a partial of a name, no closure: it travels to other processes (`flows.orders`)
    failed = partial(_failed, limits)
    return Plan("facts", Store(root.facts), works, limits, failed, source=reading, progress=progress)


def _failed(limits: WorkLimits, work: Work, outcome: Outcome) -> bytes:
    return facts_of_a_failure(work.job, outcome, limits)


def facts_of_a_failure(job: Job, outcome: Outcome, limits: WorkLimits) -> bytes:
    """The cells as printed and the reason why they mean nothing; without even the cells where that fails too."""
    issue = failure_issue("interpret", outcome)
    arguments = {**job.arguments, "trouble": msgspec.to_builtins(issue)}
    try:
        for second in run_jobs([Job("facts", job.sha256, arguments)], limits):
            if second.failure is None:
                return second.packed
    except Trouble:
        raise  # the store's, not the document's
    except Exception:  # noqa: BLE001, S110 - what trips the pool may do so again: then not even the cells
        pass
    nothing = unread(job.sha256, issue)
    tables = build_rows(
        msgspec.structs.replace(nothing, issues=[]),
        uninterpreted(nothing, issue),
        msgspec.convert(job.arguments["provenance"], Provenance),
        is_current=job.arguments["is_current"],
    )
    return pack_tables(tables)
