"""What is asked again, and when. Pure functions of what the ledger knows and of the time the run counts as.

A night asks every listing's first page (with its validators, so that an unchanged one costs the site nothing), walks on
while pages bring something new, and asks again for those known notices and files whose turn has come:

| last outcome | asked again after |
|---|---|
| failed, refused | 20 hours: the next night |
| gone | 14 days |
| a body, published less than 30 days ago | 3 days: corrections come early |
| less than a year ago | 30 days |
| less than three years ago | 180 days |
| older | 365 days |

A notice that was read in a run that did not come to its end is asked again at once. A document without a date is as
old as our first visit to it. Every turn is moved by up to 15 % either way, by the address, so that what was found in
one night does not come due in one night.

A walk of a listing ends where `OVERLAP` pages beyond the first brought nothing unknown (rows are sometimes put in
behind the first page), unless the next page has not been asked for SWEEP days: then the walk goes on to the end. So
every page of every listing is seen about once a month without a calendar of its own.
"""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime, timedelta

import msgspec

from crawl.schema import Outcome, Role

OVERLAP = 1
SWEEP = timedelta(days=30)
_SPREAD = 0.15
_SOON = timedelta(hours=20)
_GONE = timedelta(days=14)
# published less than so many days ago: asked again after so many days
_BY_AGE = ((30, 3), (365, 30), (3 * 365, 180))
_OLD = timedelta(days=365)


class Plan(msgspec.Struct, frozen=True):
    """What one run of a source is to do.

    full: everything is asked again, whatever its turn, and listings are walked to their end. since: YYYY-MM-DD; notices
    listed before it are left alone, and a listing is not walked beyond a page of such. kinds: only listings of these
    kinds (empty: all). dry_run: listing pages only; what they lead to is reported as candidates, not asked for.
    """

    full: bool = False
    since: str | None = None
    kinds: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether it looks at a part of the source, which says nothing about the whole of it."""
        return bool(self.dry_run or self.since or self.kinds)


class Known(msgspec.Struct, frozen=True):
    """What the ledger knows of one address of a source. at: last visit; first_at: first; both UTC, ISO 8601.

    settled: that visit was part of a run that came to its end; a notice of one that did not may have files that were
    never asked for. sha256: of its newest body, with `outcome` of the last visit. The words are those of a link to it.
    """

    url: str
    role: Role
    outcome: Outcome
    at: str
    first_at: str
    settled: bool = True
    sha256: str | None = None
    landing_url: str | None = None
    link_text: str | None = None
    listed_date: str | None = None
    notice_title: str | None = None
    published_date: str | None = None
    kind: str | None = None


def moment(text: str) -> datetime:
    """A time of the ledger (`2024-03-01T02:03:04Z`)."""
    return datetime.fromisoformat(text).astimezone(UTC)


def turn_of(known: Known) -> timedelta:
    """How long after its last visit an address is asked again."""
    if known.outcome in {"failed", "refused"}:
        return _SOON
    if known.outcome == "gone":
        return spread(_GONE, known.url)
    last = moment(known.at)
    born = known.published_date or known.listed_date
    try:
        day = date.fromisoformat(born) if born else moment(known.first_at).date()
    except ValueError:
        day = moment(known.first_at).date()
    age = (last.date() - day).days
    for limit, days in _BY_AGE:
        if age < limit:
            return spread(timedelta(days=days), known.url)
    return spread(_OLD, known.url)


def is_due(known: Known, now: datetime) -> bool:
    """Whether the turn of an address has come. A last visit that lies in the future (a clock set back) is none."""
    if known.role == "notice" and not known.settled:
        return True
    waited = now - moment(known.at)
    return waited < timedelta(0) or waited >= turn_of(known)


def is_stale(last_at: str | None, now: datetime, source_id: str) -> bool:
    """Whether a listing page must be seen whatever the pages before it brought. last_at: its last visit."""
    return last_at is None or not timedelta(0) <= now - moment(last_at) < spread(SWEEP, source_id)


def spread(turn: timedelta, name: str) -> timedelta:
    """The turn, longer or shorter by up to 15 %, the same for the same name at all times."""
    share = zlib.crc32(name.encode()) / 0xFFFFFFFF
    return turn * (1 - _SPREAD + 2 * _SPREAD * share)
