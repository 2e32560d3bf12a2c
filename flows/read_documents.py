"""Read what has no Reading yet: bytes of the archive → a Reading in `tables/`; hostile ones cost one process."""

from __future__ import annotations

from collections.abc import Sequence

from crawl.archive import Archive
from crawl.schema import FoundDocument
from extract.document import Issue, Reading
from flows.bodies import archive_at
from flows.convert_documents import Conversions
from flows.fingerprint import digest, stage_code
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, Work, failed_fingerprint, failure_issue, quiet
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
    archive = archive_at(root.archive)
    works = {document.sha256: _work(document, converting, archive, limits) for document in documents}
    return Plan("read", Store(root.tables), works, limits, _failed, progress=progress)


def _work(document: FoundDocument, converting: Conversions, archive: Archive, limits: WorkLimits) -> Work:
    fingerprint = digest("read", stage_code("read"), document.provenance.filename or "")
    derived = converting.derived(document.sha256, archive)
    if derived is not None:
        fingerprint = digest(fingerprint, converting.result(document.sha256) or "")
    job = Job(
        "read",
        document.sha256,
        {
            "archive": archive.place,
            "sha256": document.sha256,
            "filename": document.provenance.filename,
            "derived": derived,
        },
    )
    kept = archive.state(document.sha256)  # another once a body that could not be read was replaced
    return Work(document.sha256, fingerprint, failed_fingerprint(fingerprint, limits, kept), job)


def _failed(work: Work, outcome: Outcome) -> bytes:
    return pack_reading(unread(work.sha256, failure_issue("read", outcome)))


def unread(sha256: str, issue: Issue) -> Reading:
    """The Reading of a document that could not be read at all: nothing, and why."""
    return Reading(document_sha256=sha256, kind="unknown", method="none", n_pages=None, blocks=[], issues=[issue])
