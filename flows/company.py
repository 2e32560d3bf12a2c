"""Which documents are checked together: of each the few words that say it, remembered; and from them the companies.

`companies.msgpack` of the data root (of one in an object store: of its working copy) keeps `Identity` by document,
  under
the fingerprint of its rows: a night looks only at documents whose rows are new. Where the file is lost or damaged, or
the code of the checks is another, every document is looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import msgspec

from flows.checks.identity import READ, Company, Identity, companies, identity_of
from flows.stage import Plan
from flows.store import DamagedResult, unpack_tables, write_atomically

FILE: Final = "companies.msgpack"


class _Known(msgspec.Struct, array_like=True, gc=False):
    """rows: fingerprint of the rows it was taken from. identity: None where the document discloses nothing."""

    rows: str
    identity: Identity | None


class _File(msgspec.Struct):
    code: str = ""
    known: dict[str, _Known] = {}


class Found(msgspec.Struct, frozen=True):
    """company: document → documents it is compared with. rows: document → fingerprint of its rows, of all of them."""

    company: dict[str, Company]
    rows: dict[str, str]


def companies_of(facts: Plan, path: Path, code: str, beside: Collection[str] = ()) -> Found:
    """The companies of the documents of the stage `facts`, which is done.

    path: the file. code: digest of the code of the checks. beside: documents the night leaves alone; they are company
    as they were when they were last looked at, if their rows are still there.
    """
    kept = _kept(path, code)
    built = facts.results()
    known, new = dict[str, _Known](), False
    for sha256, fingerprint in built.items():
        one = kept.known.get(sha256)
        if one is None or one.rows != fingerprint:
            one, new = _Known(fingerprint, _look(facts, sha256, fingerprint)), True
        known[sha256] = one
    for sha256 in beside:
        one = kept.known.get(sha256)
        if one is not None and sha256 not in known and facts.store.has(sha256, one.rows):
            known[sha256] = one
    if new or kept.code != code:
        kept = _File(code, {**kept.known, **known})
        write_atomically(path, msgspec.msgpack.encode(kept))
    identities = {sha256: one.identity for sha256, one in known.items() if one.identity is not None}
    return Found(companies(identities), {sha256: one.rows for sha256, one in known.items()})


def _kept(path: Path, code: str) -> _File:
    try:
        found = msgspec.msgpack.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError):
        return _File()  # nothing, or damaged: looked at again
    return found if found.code == code else _File()


def _look(facts: Plan, sha256: str, fingerprint: str) -> Identity | None:
    """Of the stored rows. Damaged ones are company of nobody; the stage `check` makes them again."""
    packed = facts.store.get(sha256, fingerprint)
    try:
        return None if packed is None else identity_of(unpack_tables(packed, READ))
    except DamagedResult:
        return None


def said(company: Company, rows: Mapping[str, str]) -> list[str]:
    """What the findings of a document follow from, beside its own rows."""
    return [f"{relation} {sha256} {rows[sha256]}" for relation, sha256 in company]
