"""The nouns of crawling: what was found, what was fetched, what is kept. No logic."""

from __future__ import annotations

from typing import Literal

import msgspec

Outcome = Literal["new", "unchanged", "replaced", "gone", "refused", "failed"]
Role = Literal["listing", "notice", "attachment", "inline"]


class Visit(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of the ledger: one request and what became of it.

    at: UTC, ISO 8601 with seconds. sha256: of the body as received; None when nothing was received.
    outcome: new (first time this url gave a body), unchanged (304 or same bytes), replaced (other bytes than last
    time), gone (404, 410), refused (robots.txt, 401, 403, 429, guard), failed (network, timeout, 5xx, too large).
    reason: one plain line for refused and failed.
    """

    source_id: str
    url: str
    role: Role
    at: str
    outcome: Outcome
    status: int | None = None
    sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    reason: str | None = None


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the web said about one document: how it was reached. All texts as printed on the page.

    published_date: YYYY-MM-DD from the page. county_code and publisher: from the Source.
    A document given on the command line has only filename.
    """

    filename: str | None = None
    source_id: str | None = None
    county_code: str | None = None
    publisher: str | None = None
    url: str | None = None
    landing_url: str | None = None
    link_text: str | None = None
    notice_title: str | None = None
    published_date: str | None = None


class FoundDocument(msgspec.Struct, frozen=True):
    """A document in the archive that a source leads to, with its best (first) provenance; `is_current` by the ledger."""

    sha256: str
    provenance: Provenance
    is_current: bool = True
