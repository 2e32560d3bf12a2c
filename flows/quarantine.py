"""Documents that have no result but a reason, stage by stage: `quarantine.json` in the data root.

The list follows from the stored results: a failed one is named by a fingerprint in which the limits count, so that
other code, other bytes or other limits try the document again by themselves, and it is off the list when it passes.
Between nights the list is a file, so that it can be shown without planning a night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from crawl.schema import FoundDocument
from extract.document import Issue
from flows.settings import DataRoot
from flows.stage import FAILURES, Plan
from flows.store import DamagedResult, Store, unpack_derived, unpack_reading, unpack_tables, write_atomically

STAGES = ("unpack", "convert", "read", "facts", "check")


class Quarantined(msgspec.Struct, frozen=True):
    """One document at one stage. fingerprint: of the stored result that says so. since: the run that found it, UTC."""

    document: str
    stage: str
    code: str
    message_zh: str
    message_en: str
    fingerprint: str
    source: str | None = None
    filename: str | None = None
    url: str | None = None
    since: str = ""


@dataclass(frozen=True)
class Quarantine:
    """The list after a run; what came to it, and what was healed."""

    held: list[Quarantined] = field(default_factory=list)
    new: list[Quarantined] = field(default_factory=list)
    healed: list[Quarantined] = field(default_factory=list)


def quarantined(root: DataRoot) -> list[Quarantined]:
    """The list as the last run left it; empty where there is none, or it is damaged (the next run writes it anew)."""
    try:
        return msgspec.json.decode(root.quarantine.read_bytes(), type=list[Quarantined])
    except (OSError, msgspec.MsgspecError):
        return []


def update(
    root: DataRoot, plans: Sequence[Plan], documents: Mapping[str, FoundDocument], now: dt.datetime, *, whole: bool
) -> Quarantine:
    """Take stock after a run. whole: the run worked on every document, so that what it does not know is gone."""
    before = {(one.stage, one.document): one for one in quarantined(root)}
    since = now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    held = {(one.stage, one.document): one for plan in plans for one in _of(plan, documents)}
    for key, one in held.items():
        known = before.get(key)
        held[key] = msgspec.structs.replace(one, since=known.since if known else since)
    seen = {(plan.name, sha256) for plan in plans for sha256 in plan.works}
    kept = {} if whole else {key: one for key, one in before.items() if key not in seen}
    after = [one for _, one in sorted((kept | held).items())]
    found = Quarantine(
        after,
        [one for key, one in sorted(held.items()) if key not in before],
        [one for key, one in sorted(before.items()) if key not in kept and key not in held],
    )
    if after or root.quarantine.exists():
        write_atomically(root.quarantine, msgspec.json.format(msgspec.json.encode(after), indent=1))
    return found


def release(root: DataRoot, documents: Sequence[str]) -> list[Quarantined]:
    """Forget the failed results of these documents (all of the list where none is given): the next night tries again.

    documents: digests or beginnings of them.
    """
    wanted = [one for one in quarantined(root) if not documents or one.document.startswith(tuple(documents))]
    folders = {
        "unpack": root.members,
        "convert": root.converted,
        "read": root.tables,
        "facts": root.facts,
        "check": root.findings,
    }
    for one in wanted:
        Store(folders[one.stage]).forget(one.document, one.fingerprint)
    return wanted


def _of(plan: Plan, documents: Mapping[str, FoundDocument]) -> Iterable[Quarantined]:
    for sha256 in sorted(plan.works):
        fingerprint = plan.result(sha256)
        if fingerprint is None or fingerprint == plan.fingerprint(sha256):
            continue
        issue = _reason(plan, sha256, fingerprint)
        said = documents[sha256].provenance if sha256 in documents else None
        yield Quarantined(
            document=sha256,
            stage=plan.name,
            code=issue.code if issue else f"{plan.name}_failed",
            message_zh=issue.message_zh if issue else "未能完成",
            message_en=issue.message_en if issue else "it could not be done",
            fingerprint=fingerprint,
            source=said.source_id if said else None,
            filename=said.filename if said else None,
            url=said.url if said else None,
        )


def _reason(plan: Plan, sha256: str, fingerprint: str) -> Issue | None:
    """The Issue in the stored result that says why it failed."""
    packed = plan.store.get(sha256, fingerprint)
    if packed is None:
        return None
    try:
        if plan.name == "convert":
            return unpack_derived(packed).trouble
        if plan.name == "read":
            return next((one for one in unpack_reading(packed).issues if one.code in FAILURES), None)
        if plan.name in ("facts", "check"):
            rows = [row for row in unpack_tables(packed)["issues"] if row["code"] in FAILURES]
            words = ("code", "severity", "stage", "message_zh", "message_en")
            return msgspec.convert({name: rows[-1][name] for name in words}, Issue) if rows else None
    except (DamagedResult, KeyError, msgspec.ValidationError):
        return None
    return None
