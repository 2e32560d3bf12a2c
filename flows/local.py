"""Documents given by path: read, interpreted and checked by themselves, without archive, ledger or release."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from crawl.schema import Provenance, Unpacked
from crawl.unpack import may_be_archive
from extract.document import Issue, Reading
from flows import errors
from flows.build_facts import facts_of_a_failure
from flows.corrections import as_argument, the_corrections, the_verdicts
from flows.read_documents import unread
from flows.reviews import Verdict
from flows.reviews import by_document as verdicts_by_document
from flows.settings import WorkLimits
from flows.stage import Progress, failure_issue, quiet
from flows.store import Tables, pack_reading, unpack_reading, unpack_tables, unpack_unpacked
from flows.workers import Job, Outcome, run_jobs
from normalize.correction import Correction, by_document
from normalize.issues import issue_rows
from normalize.schema import MADE_BY_CHECKS, TABLES


@dataclass
class LocalDocument:
    """One document given by path, or a member of an archive given by path (path: the archive's, then the member's).

    tables: rows per table of the contract, findings included.

    unreadable: the issue that says why nothing could be read; None where something was.
    """

    path: Path
    reading: Reading
    provenance: Provenance
    tables: Tables = field(default_factory=dict)

    @property
    def unreadable(self) -> Issue | None:
        if self.reading.blocks:
            return None
        return next((issue for issue in self.reading.issues if issue.severity == "error"), None)

    @property
    def oddities(self) -> list[Issue]:
        """Issues about the file as a whole, where it could be read all the same."""
        return [
            issue
            for issue in self.reading.issues
            if issue is not self.unreadable and issue.place is None and issue.severity != "info"
        ]


def expand(paths: Sequence[Path]) -> list[Path]:
    """Files as given, and the files below folders, not hidden ones. Raises Trouble (exit code 2) for a missing one."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = [
                one
                for one in sorted(path.rglob("*"))
                if one.is_file() and not any(part.startswith(".") for part in one.relative_to(path).parts)
            ]
            if not below:
                raise errors.usage(f"目录中没有文件：{path}", f"no files in this folder: {path}")
            found += below
        elif path.exists():
            found.append(path)
        else:
            raise errors.usage(f"没有这个文件：{path}", f"no such file: {path}")
    return list(dict.fromkeys(found))


def read_paths(paths: Sequence[Path], limits: WorkLimits, progress: Progress = quiet) -> list[LocalDocument]:
    """Read these files; the same bytes under a second name are left out. In the order given.

    An archive (zip, rar, 7z) is read as its members, and itself only for what could not be unpacked.
    """
    given: dict[str, Path] = {}
    for path in paths:
        given.setdefault(_digest(path), path)
    with tempfile.TemporaryDirectory(prefix="yujue-members-") as folder:
        jobs: dict[str, Job] = {}
        about: dict[str, tuple[Path, Provenance]] = {}
        held = _unpack({sha256: path for sha256, path in given.items() if may_be_archive(_head(path))}, folder, limits)
        for sha256, path in given.items():
            unpacked = held.get(sha256)
            if unpacked is None or not unpacked.members or any(i.severity != "info" for i in unpacked.issues):
                jobs.setdefault(sha256, Job("read", sha256, {"path": str(path), "filename": path.name}))
                about.setdefault(sha256, (path, Provenance(filename=path.name)))
            for name, member in unpacked.members if unpacked is not None else ():
                filename = name.rpartition("/")[2]
                arguments = {"archive": folder, "sha256": member, "filename": filename}
                jobs.setdefault(member, Job("read", member, arguments))
                provenance = Provenance(filename=filename, parent_sha256=sha256, member_path=name)
                about.setdefault(member, (path / name, provenance))
        readings = {
            outcome.job.sha256: unread(outcome.job.sha256, failure_issue("read", outcome))
            if outcome.failure
            else unpack_reading(outcome.packed)
            for outcome in _told(list(jobs.values()), limits, "read", progress)
        }
    return [LocalDocument(path, readings[sha256], provenance) for sha256, (path, provenance) in about.items()]


def _unpack(paths: dict[str, Path], folder: str, limits: WorkLimits) -> dict[str, Unpacked]:
    """What these archives hold, the members' bodies in `folder`; nothing for one that is none or cannot be opened."""
    jobs = [Job("unpack", sha256, {"path": str(path), "into": folder}) for sha256, path in paths.items()]
    found = {o.job.sha256: unpack_unpacked(o.packed) for o in run_jobs(jobs, limits) if not o.failure}
    return {sha256: unpacked for sha256, unpacked in found.items() if unpacked.members or unpacked.issues}


def check_documents(documents: Sequence[LocalDocument], limits: WorkLimits, progress: Progress = quiet) -> None:
    """Fill in the tables of each document: facts first, then findings."""
    by_sha = {document.reading.document_sha256: document for document in documents}
    reviewed = by_document(the_corrections())
    jobs = [_facts_job(one, reviewed.get(one.reading.document_sha256, ())) for one in documents]
    facts = {
        outcome.job.sha256: facts_of_a_failure(outcome.job, outcome, limits) if outcome.failure else outcome.packed
        for outcome in _told(jobs, limits, "facts", progress)
    }
    for sha256, packed in facts.items():
        by_sha[sha256].tables = {**unpack_tables(packed), **{name: [] for name in MADE_BY_CHECKS}}
    judged = verdicts_by_document(the_verdicts())
    company = _company(facts)
    checks = [
        Job(
            "check",
            sha256,
            {
                "tables": packed,
                "verdicts": _said(judged, sha256),
                "company": company.get(sha256, []),
                **_at(by_sha[sha256]),
            },
        )
        for sha256, packed in facts.items()
    ]
    for outcome in _told(checks, limits, "check", progress):
        tables = by_sha[outcome.job.sha256].tables
        if outcome.failure:
            tables["issues"] += issue_rows([failure_issue("check", outcome)], outcome.job.sha256)
        else:
            made = unpack_tables(outcome.packed)
            tables["issues"] += made.pop("issues", [])
            tables |= made


def _said(judged: Mapping[str, list[Verdict]], sha256: str) -> list[dict[str, object]]:
    said: list[dict[str, object]] = msgspec.to_builtins(judged.get(sha256, []))
    return said


def _at(document: LocalDocument) -> dict[str, str]:
    """Where a second engine finds the document; nothing for a member of an archive."""
    return {} if document.provenance.parent_sha256 else {"path": str(document.path)}


def _company(facts: Mapping[str, bytes]) -> dict[str, list[list[object]]]:
    """Document → the documents among these it is compared with, as `flows.worker.check` takes them."""
    from flows.checks.identity import READ, companies, identity_of  # noqa: PLC0415 - the checks are loaded where used

    known = {sha256: identity_of(unpack_tables(packed, READ)) for sha256, packed in facts.items()}
    found = companies({sha256: one for sha256, one in known.items() if one is not None})
    return {sha256: [[relation, other, facts[other]] for relation, other in own] for sha256, own in found.items()}


def together(documents: Sequence[LocalDocument]) -> Tables:
    """Rows of all documents, per table of the contract."""
    return {name: [row for document in documents for row in document.tables[name]] for name in TABLES}


def _facts_job(document: LocalDocument, corrections: Sequence[Correction]) -> Job:
    arguments = {
        "reading": pack_reading(document.reading),
        "provenance": msgspec.to_builtins(document.provenance),
        "is_current": True,
        "corrections": as_argument(corrections),
    }
    return Job("facts", document.reading.document_sha256, arguments)


def _told(jobs: list[Job], limits: WorkLimits, stage: str, progress: Progress) -> Iterator[Outcome]:
    progress(stage, 0, len(jobs))
    for count, outcome in enumerate(run_jobs(jobs, limits), start=1):
        yield outcome
        progress(stage, count, len(jobs))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise errors.usage(f"无法打开：{path}", f"cannot be opened: {path}") from error
