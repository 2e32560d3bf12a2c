"""Read what has no Reading yet: bytes of the archive → a Reading in `tables/`; hostile ones cost one process."""

from __future__ import annotations

from collections.abc import Sequence

from crawl.schema import FoundDocument
from extract.document import Issue, Reading
from flows.bodies import archive_at
from flows.convert_documents import Conversions
from flows.fingerprint import digest, stage_code
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, Work, Works, failed_fingerprint, failure_issue, quiet
from flows.store import Store, pack_reading
from flows.workers import Job, Outcome


def plan_reading(
    documents: Sequence[FoundDocument],
    converting: Conversions,
    root: DataRoot,
    limits: WorkLimits,
    progress: Progress = quiet,
) -> Plan:
    """The stage `read`. A Reading follows from the bytes, the name they came under, and the code of the readers; of a
    document read through LibreOffice also from its conversion."""
    archive, code = archive_at(root.archive), stage_code("read")
    by_digest = {document.sha256: document for document in documents}

    def fingerprint_of(sha256: str) -> str:
        fingerprint = digest("read", code, by_digest[sha256].provenance.filename or "")
        if converting.derived(sha256, archive) is not None:
            fingerprint = digest(fingerprint, converting.result(sha256) or "")
        return fingerprint

    def work(sha256: str, fingerprint: str) -> Work:
        arguments = {
            "archive": archive.place,
            "sha256": sha256,
            "filename": by_digest[sha256].provenance.filename,
            "derived": converting.derived(sha256, archive),
        }
        kept = archive.state(sha256)  # another once a body that could not be read was replaced
        failed = failed_fingerprint(fingerprint, limits, kept)
        return Work(sha256, fingerprint, failed, Job("read", sha256, arguments))

    works = Works({sha256: fingerprint_of(sha256) for sha256 in by_digest}, work)
    return Plan("read", Store(root.tables), works, limits, _failed, progress=progress, size=archive.known_size)


def _failed(work: Work, outcome: Outcome) -> bytes:
    return pack_reading(unread(work.sha256, failure_issue("read", outcome)))


def unread(sha256: str, issue: Issue) -> Reading:
    """The Reading of a document that could not be read at all: nothing, and why."""
    return Reading(document_sha256=sha256, kind="unknown", method="none", n_pages=None, blocks=[], issues=[issue])
