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
    final_url: where redirects led, when elsewhere. landing_url, link_text: the page that links to it, and the words of
    the link there (None for a listing of the Source).
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
    final_url: str | None = None
    landing_url: str | None = None
    link_text: str | None = None


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the web said about one document: how it was reached. All texts as printed on the page.

    published_date: YYYY-MM-DD from the page. county_code and publisher: from the Source.
    A document given on the command line has only filename. A member of an archive (zip, rar, 7z) has what was said
    of the archive, its own filename, the sha256 of the archive and its path in it.
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
    parent_sha256: str | None = None
    member_path: str | None = None


class FoundDocument(msgspec.Struct, frozen=True):
    """A document in the archive that a source leads to, with its best (first) provenance; is_current by the ledger."""

    sha256: str
    provenance: Provenance
    is_current: bool = True


class Body(msgspec.Struct, frozen=True):
    """A visit that brought a body other than the last one of its address. at: UTC, ISO 8601, as of the Visit."""

    source_id: str
    url: str
    sha256: str
    at: str


class UnpackIssue(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an archive, or a member of it, gave no document. code: stable; member: its path in the archive."""

    code: str
    severity: Literal["info", "warning", "error"]
    message_zh: str
    message_en: str
    member: str | None = None
    count: int = 1


class Unpacked(msgspec.Struct, frozen=True):
    """What an archive holds: (path in the archive, sha256) of each member, in its order; and what was not read."""

    members: list[tuple[str, str]]
    issues: list[UnpackIssue] = []


class CrawlResult(msgspec.Struct, frozen=True):
    """What one crawl of one source did.

    failed: the crawl as a whole cannot be trusted to be complete: it did not finish, no page of a listing could be
    read, manners forbade to ask for the rest, a minimum of the source's expectations was missed, or the crawler itself
    broke. The archive keeps what came.
    outcomes: visits by outcome. by_role: role → outcome → visits. bodies_fetched: bodies received over the network
    (304 counts none). documents: distinct documents this run led to. troubles: dead links and the like, one Visit
    each (outcome gone, refused or failed). skipped_links: reason → links of listings that were not followed.
    warnings: one plain line each. errors: exceptions of our own code (see the log). finish_reason: Scrapy's word,
    'finished' when the walk came to its end; 'timeout', 'killed', 'no_stats' are ours. seconds: wall clock.
    resumed: how often the run was taken up again after it had been cut short (its counts are those of the whole run).
    peak_memory_mib: the most memory the crawl process held at once.
    """

    source_id: str
    run_id: str
    outcomes: dict[str, int]
    by_role: dict[str, dict[str, int]]
    bodies_fetched: int
    documents: int
    failed: bool
    troubles: list[Visit]
    skipped_links: dict[str, int]
    warnings: list[str]
    errors: list[str]
    finish_reason: str
    seconds: float
    resumed: int = 0
    peak_memory_mib: float = 0.0
