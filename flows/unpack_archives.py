"""Archives (zip, rar, 7z) → their members as documents of their own, in the archive of bodies like all others.

What an archive holds follows from its bytes and the code that opens it, so that it is done once and can be done again.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from crawl.archive import Archive
from crawl.schema import FoundDocument, Unpacked
from flows.bodies import archive_at
from flows.fingerprint import digest, stage_code
from flows.kinds import ARCHIVE, FILE, Kinds
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Progress, Work, failed_fingerprint, quiet
from flows.store import Store, pack_unpacked, unpack_unpacked
from flows.workers import Job, Outcome


def plan_unpacking(
    documents: Sequence[FoundDocument], root: DataRoot, limits: WorkLimits, progress: Progress = quiet
) -> Plan:
    """The stage `unpack`: one work for each document that may be an archive by its first bytes."""
    archive = archive_at(root.archive)
    may_be = Kinds(root.path / FILE, archive).ask(ARCHIVE, (document.sha256 for document in documents))
    works = {sha256: _work(sha256, archive, limits) for sha256 in may_be}
    return Plan("unpack", Store(root.members), works, limits, _failed, progress=progress)


def with_members(documents: Sequence[FoundDocument], unpacking: Plan, root: DataRoot) -> list[FoundDocument]:
    """The documents and the members of their archives, one per digest, sorted by it.

    A member has the provenance of its archive, with its own file name, `parent_sha256` and `member_path`. What sources
    also led to by itself keeps its own provenance; of several archives the first by date, landing page and digest
    counts. A member is current where it or one of its archives is.
    """
    archive = archive_at(root.archive)
    found = {document.sha256: document for document in documents}
    parents = [document for document in documents if document.sha256 in unpacking.works]
    for parent in sorted(parents, key=_rank):
        for path, sha256 in _members(parent.sha256, unpacking, archive):
            known = found.get(sha256)
            if known is not None:
                if parent.is_current and not known.is_current:
                    found[sha256] = msgspec.structs.replace(known, is_current=True)
                continue
            provenance = msgspec.structs.replace(
                parent.provenance, filename=path.rpartition("/")[2], parent_sha256=parent.sha256, member_path=path
            )
            found[sha256] = FoundDocument(sha256, provenance, is_current=parent.is_current)
    return [document for _, document in sorted(found.items())]


def _rank(document: FoundDocument) -> tuple[bool, str, str, str]:
    said = document.provenance
    return said.published_date is None, said.published_date or "", said.landing_url or "", document.sha256


def _members(sha256: str, unpacking: Plan, archive: Archive) -> list[tuple[str, str]]:
    """Members as stored; unpacked again where a body is no longer in the archive."""
    members = unpacking.load(sha256, unpack_unpacked).members
    if not all(archive.has(member) for _, member in members):
        unpacking.do([sha256])
        members = unpacking.load(sha256, unpack_unpacked).members
    return members


def _work(sha256: str, archive: Archive, limits: WorkLimits) -> Work:
    fingerprint = digest("unpack", stage_code("unpack"))
    folder = archive.place
    job = Job("unpack", sha256, {"archive": folder, "sha256": sha256, "into": folder})
    return Work(sha256, fingerprint, failed_fingerprint(fingerprint, limits), job)


def _failed(work: Work, outcome: Outcome) -> bytes:
    """No members; the reading of the archive itself says why (the same code fails there in the same way)."""
    return pack_unpacked(Unpacked([]))
