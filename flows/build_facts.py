"""Readings → rows of every table, in `facts/`: interpreted by forms, made comparable by normalize."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from crawl.schema import FoundDocument, Provenance
from flows.corrections import as_argument, fingerprint_of
from flows.errors import Trouble
from flows.fingerprint import digest, stage_code
from flows.read_documents import unread
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, Work, failed_fingerprint, failure_issue, quiet
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
    readings, reviewed = reading.results(), by_document(corrections)
    works = {
        document.sha256: _work(
            document, readings[document.sha256], reading.store, limits, reviewed.get(document.sha256, ())
        )
        for document in documents
    }

    def failed(work: Work, outcome: Outcome) -> bytes:
        return facts_of_a_failure(work.job, outcome, limits)

    return Plan("facts", Store(root.facts), works, limits, failed, source=reading, progress=progress)


def _work(
    document: FoundDocument, reading: str, tables: Store, limits: WorkLimits, corrections: Sequence[Correction]
) -> Work:
    provenance = msgspec.to_builtins(document.provenance)
    fingerprint = digest(
        "facts",
        stage_code("facts"),
        reading,
        msgspec.json.encode(provenance, order="sorted"),
        str(document.is_current),
        fingerprint_of(corrections),
    )
    arguments = {
        "reading": tables.place(document.sha256, reading),
        "provenance": provenance,
        "is_current": document.is_current,
        "corrections": as_argument(corrections),
    }
    return Work(
        document.sha256,
        fingerprint,
        failed_fingerprint(fingerprint, limits),
        Job("facts", document.sha256, arguments),
    )


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
