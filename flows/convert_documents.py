"""Old and foreign office formats (doc, wps, rtf, ppt, dps, pptx, xlsb) → files our own readers open, in batches.

One soffice process serves up to twenty documents, so this is a stage before the reading and not a part of it. What was
made goes to the archive of bodies under its own digest; a small record under `converted/` names it. The record follows
from the bytes, the converting code and the version of LibreOffice: a killed night loses one batch at most, and a
second night converts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from crawl.archive import Archive
from crawl.schema import FoundDocument
from extract.readers.convert import BATCH, START_SECONDS, converter_version
from extract.settings import find_soffice, read_limits
from flows.bodies import archive_at
from flows.fingerprint import digest, stage_code
from flows.kinds import FILE, OFFICE, Kinds
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, Work, failed_fingerprint, failure_issue, quiet
from flows.store import Derived, Store, pack_derived, unpack_derived, unpack_derived_batch
from flows.workers import Job, Outcome, run_jobs


class Conversions(Plan):
    """A stage whose works are done many at a time; its results are `Derived`."""

    def do(self, documents: Sequence[str]) -> int:
        """As `Plan.do`. A batch that is lost as a whole is tried again in halves, at last each document alone."""
        failed = 0
        self.expected = max(self.expected, self.finished + len(documents))
        self.progress(self.name, self.finished, self.expected)
        waiting = list(self._batches(documents))
        while waiting:
            again: list[list[str]] = []
            for outcome in run_jobs([self._job(batch) for batch in waiting], _batch_limits(self.limits)):
                batch: list[str] = outcome.job.arguments["documents"]
                if outcome.failure is not None and len(batch) > 1:
                    again += [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
                    continue
                failed += self._store_batch(batch, outcome)
                self.finished += len(batch)
                self.progress(self.name, self.finished, self.expected)
            waiting = again
        return failed

    def derived(self, sha256: str, archive: Archive) -> Derived | None:
        """What was made of a document, made again where it is no longer in the archive; None where none is needed."""
        if sha256 not in self.works:
            return None
        found = self.load(sha256, unpack_derived)
        if found.sha256 is not None and not archive.has(found.sha256):
            self.do([sha256])
            found = self.load(sha256, unpack_derived)
        return found

    def _batches(self, documents: Sequence[str]) -> Iterator[list[str]]:
        """Of one kind each: a soffice process has one export filter."""

        def kind(sha256: str) -> str:
            return str(self.works[sha256].job.arguments["kind"])

        for _, group in groupby(sorted(documents, key=lambda sha256: (kind(sha256), sha256)), kind):
            same = list(group)
            yield from (same[start : start + BATCH] for start in range(0, len(same), BATCH))

    def _job(self, batch: list[str]) -> Job:
        return Job("convert", batch[0], {**self.works[batch[0]].job.arguments, "documents": batch})

    def _store_batch(self, batch: list[str], outcome: Outcome) -> int:
        """Store a record for each document; how many of them say that nothing was made."""
        if outcome.failure is not None:
            return sum(self._store(replace(outcome, job=self.works[sha256].job)) for sha256 in batch)
        failed = 0
        for sha256, derived in zip(batch, unpack_derived_batch(outcome.packed), strict=True):
            work = self.works[sha256]
            fingerprint = work.fingerprint if derived.sha256 is not None else work.failed_fingerprint
            self.store.put(sha256, fingerprint, pack_derived(derived))
            self.forget_result(sha256)
            self.made.add(sha256)
            self.seconds[sha256] = outcome.seconds / len(batch)
            if derived.sha256 is None:
                self.failures[sha256] = outcome
                failed += 1
        return failed


def plan_converting(
    documents: Sequence[FoundDocument], root: DataRoot, limits: WorkLimits, progress: Progress = quiet
) -> Conversions:
    """The stage `convert`: one work for each document that by its bytes is read through LibreOffice.

    An xls is not among them: our own reader opens it, and converts alone the rare one that it cannot.
    """
    archive = archive_at(root.archive)
    needed = Kinds(root.path / FILE, archive).ask(OFFICE, (document.sha256 for document in documents))
    fingerprint = digest("convert", stage_code("convert"), _version()) if needed else ""
    works = {sha256: _work(sha256, kind, fingerprint, archive, limits) for sha256, kind in needed.items()}
    return Conversions("convert", Store(root.converted), works, limits, _failed, progress=progress)


def _work(sha256: str, kind: str, fingerprint: str, archive: Archive, limits: WorkLimits) -> Work:
    job = Job("convert", sha256, {"archive": archive.place, "kind": kind, "documents": [sha256]})
    seconds = str(read_limits().max_convert_seconds)
    kept = archive.state(sha256)  # another try when a damaged body has been replaced
    return Work(sha256, fingerprint, failed_fingerprint(fingerprint, limits, seconds, kept), job)


def _version() -> str:
    soffice = find_soffice()
    return "absent" if soffice is None else converter_version(soffice)


def _batch_limits(limits: WorkLimits) -> WorkLimits:
    """A batch has the time of its documents one after another; soffice has limits of its own, reached first."""
    seconds = START_SECONDS + BATCH * read_limits().max_convert_seconds
    return replace(limits, seconds=max(limits.seconds, seconds))


def _failed(work: Work, outcome: Outcome) -> bytes:
    return pack_derived(Derived(trouble=failure_issue("read", outcome)))
