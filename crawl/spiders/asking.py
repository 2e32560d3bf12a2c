"""Asking for addresses and writing down what became of them: what every part of a walk does.

Every url asked for ends as one visit of the ledger, whatever happens to it; an address that is known and whose turn has
not come (`crawl.schedule`) is not asked for at all, nor is one too many links away from its listing.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from scrapy import Spider
from scrapy.http import FormRequest, Request
from w3lib.url import canonicalize_url

from crawl.listing_walk import ListingWalk
from crawl.notice import Link, Skip
from crawl.recorder import Recorder, Wanted
from crawl.schedule import Known, Plan, is_due, moment
from crawl.schema import Outcome, Role, Visit
from crawl.source import Source
from crawl.spiders.answers import ListingReader

_BROUGHT = frozenset({"new", "unchanged", "replaced"})
_DOCUMENTS = frozenset({"attachment", "inline"})


class Asking(ListingReader, Spider, ABC):
    """The state of one walk over a Source by a Plan, and the requests it makes."""

    def __init__(
        self,
        *,
        source: Source,
        recorder: Recorder,
        private_hosts: frozenset[str],
        warn: Callable[[str], None],
        plan: Plan | None = None,
        **kwargs: Any,
    ) -> None:
        Spider.__init__(self, self.name, **kwargs)
        ListingReader.__init__(self)
        self.source = source
        self.recorder = recorder
        self.private_hosts = private_hosts
        self.warn = warn
        self.plan = plan or Plan(full=True)
        self.now: datetime = moment(recorder.at)
        self.asked = 0
        self.not_due = 0
        self.notices = 0
        self.years: set[int] = set()
        self.listings_read: set[int] = set()
        self.skipped: dict[str, int] = {}
        self.walks: dict[tuple[int, str | None], ListingWalk] = {}  # number of a listing, column below it → its walk
        self.listings_asked: set[int] = set()
        self.sharing: dict[str, list[int]] = {}  # key of a first page → the listings that begin with it
        self.past: dict[str, Known] = {}  # key of a url → what the ledger knew of it before this run
        self._known: dict[str, Visit | None] = {}  # key of a url → its visit of this run; None while it is on the way
        self._waiting: dict[str, list[Wanted]] = {}  # further pages that link to a url that is on the way
        self._full = False

    @classmethod
    def settings_for(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Scrapy's settings as this class needs them."""
        return dict(settings)

    def ask(self, wanted: Wanted, *, changed: bool = False) -> Iterator[Request]:
        """A request for a url, unless this run has asked for it (then only the further link to it is kept), or its turn
        has not come. changed: the page that links to it says something new of it, so its turn has come."""
        key = key_of(wanted.url)
        if key in self._known:
            visit = self._known[key]
            if visit is None:
                self._waiting.setdefault(key, []).append(wanted)
            else:
                self._link_again(wanted, visit)
            return
        past = self.past.get(key)
        free = wanted.role == "listing" or past is None or self.plan.full or changed
        if past is not None and not free and not is_due(past, self.now):
            self.not_due += 1
            self._known[key] = visit = visit_of(past, self.source.source_id)
            if wanted.role == "attachment":
                self._link_again(wanted, visit)
            return
        if wanted.depth > (most := self.source.politeness.max_depth):
            self._count("too deep")
            reason = f"depth: {wanted.depth} links away from its listing, at most {most} (politeness.max_depth)"
            yield from self._trouble(wanted, "refused", reason)
            return
        if self.asked >= self.source.politeness.max_requests:
            if not self._full:
                self._full = True
                self.warn(f"more than {self.asked} urls (politeness.max_requests): the rest was not asked for")
            return
        self.asked += 1
        self._known[key] = None
        yield self.request_for(wanted)

    def request_for(self, wanted: Wanted) -> Request:
        """The request itself: GET, or POST where a form is sent."""
        common: dict[str, Any] = {
            "callback": self.on_answer,
            "errback": self.on_failure,
            "dont_filter": True,
            "meta": {"wanted": wanted},
            "headers": {"Referer": wanted.landing_url} if wanted.landing_url else None,
        }
        if wanted.form is not None:
            return FormRequest(wanted.address or wanted.url, method="POST", formdata=list(wanted.form), **common)
        return Request(wanted.url, **common)

    @abstractmethod
    def on_answer(self, response: Any) -> Iterator[Request]:
        """An answer of any status."""

    @abstractmethod
    def on_failure(self, failure: Any) -> Iterator[Request]:
        """A request without an answer."""

    @abstractmethod
    def listing_missed(self, wanted: Wanted) -> Iterator[Request]:
        """A page of a listing did not come: what is asked for instead."""

    def _link_again(self, wanted: Wanted, visit: Visit) -> None:
        if visit.sha256 and visit.role in _DOCUMENTS and visit.outcome in _BROUGHT:
            known = msgspec.structs.replace(wanted, url=visit.url)
            self.recorder.ledger.add_links(self.recorder.run_id, [self.recorder.link(known, visit.sha256, visit.role)])

    def _done(self, visit: Visit) -> None:
        key = key_of(visit.url)
        self._known[key] = visit
        for wanted in self._waiting.pop(key, []):
            self._link_again(wanted, visit)

    def _trouble(self, wanted: Wanted, outcome: Outcome, reason: str, **more: Any) -> Iterator[Request]:
        """No usable body came. A listing goes on with its next page: what waits for this one is asked for then."""
        self._done(self.recorder.trouble(wanted, outcome, reason, **more))
        if wanted.role == "listing":
            yield from self.listing_missed(wanted)

    def _count(self, name: str, number: int = 1) -> None:
        self.skipped[name] = self.skipped.get(name, 0) + number

    def _note_skipped(self, wanted: Wanted, skipped: tuple[Skip, ...]) -> None:
        for skip in skipped:
            self._count(skip.reason)
        if skipped:
            rows = [(skip.url, skip.text, skip.reason) for skip in skipped]
            self.recorder.ledger.skip(self.recorder.run_id, self.source.source_id, wanted.url, rows)

    def _note_years(self, title: str) -> None:
        self.years.update(years_in(title))

    def totals(self) -> dict[str, object]:
        """What the run adds up to, for the last event. On a night that asked only for what is new or due, notices,
        years and documents are those the source is known to hold, not only those that were asked for."""
        told: dict[str, object] = {
            "notices": self.notices,
            "years": sorted(self.years),
            "listings_asked": sorted(self.listings_asked),
            "listings_read": sorted(self.listings_read),
            "skipped_links": self.skipped,
            "not_due": self.not_due,
        }
        if self.plan.full or not self.past:
            return told
        alive = [
            one for one in self.recorder.ledger.known(self.source.source_id) if one.sha256 and one.outcome != "gone"
        ]
        titles = [f"{one.notice_title or ''} {one.link_text or ''}" for one in alive if one.role != "listing"]
        told["notices"] = sum(one.role in {"notice", "inline"} for one in alive)
        told["years"] = sorted(self.years.union(*(years_in(title) for title in titles)))
        told["documents"] = len({one.sha256 for one in alive if one.role in _DOCUMENTS})
        return told


def key_of(url: str) -> str:
    """Two spellings of one address are one address."""
    key: str = canonicalize_url(url)
    return key


def years_in(title: str) -> set[int]:
    """Years that a title names."""
    return {int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", title)}


def visit_of(known: Known, source_id: str) -> Visit:
    """What the ledger knows of an address, as if it had been asked now."""
    return Visit(source_id, known.url, known.role, known.at, known.outcome, sha256=known.sha256)


def from_listing(wanted: Wanted, link: Link, role: Role) -> Wanted:
    """What a link of a listing's page (or of a notice that lists papers) leads to."""
    return Wanted(
        link.url, role, wanted.listing, landing_url=wanted.url, link_text=link.text, listed_date=link.date,
        kind=link.kind, column=wanted.column, hops=wanted.hops, depth=wanted.depth + 1,
    )  # fmt: skip


def as_attachment(wanted: Wanted) -> Wanted:
    """A document a listing links to directly: the words of the listing are all there is of a notice."""
    return msgspec.structs.replace(
        wanted, role="attachment", notice_title=wanted.link_text, published_date=wanted.listed_date
    )
