"""Listings: the pages of a column, the columns below it, and the rows they bring."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from scrapy.http import Request

from crawl.ledger import SOFT_404
from crawl.listing_walk import ListingWalk, PageRead
from crawl.notice import Link
from crawl.page import Page
from crawl.pager import Step
from crawl.recorder import Answer, Wanted
from crawl.schedule import OVERLAP, is_due, is_stale
from crawl.schema import Visit
from crawl.source import Listing
from crawl.spiders.asking import as_attachment, from_listing, key_of
from crawl.spiders.notices import Notices

_MAX_COLUMNS = 300  # of one listing, with those below them


class Listings(Notices):
    """What is done with the answer of a listing's address."""

    def first_step(self, listing: Listing) -> Step:
        """The request a listing begins with."""
        return Step(listing.url)

    def _begin(self, number: int, column: str | None, first: Step, depth: int = 0) -> None:
        overlap = None if self.plan.full or self.plan.since else OVERLAP
        walk = ListingWalk(self.source.listings[number].pages, overlap=overlap, must_see=self._must_see, depth=depth)
        walk.start(first)
        self.walks[number, column] = walk

    def _must_see(self, url: str) -> bool:
        past = self.past.get(key_of(url))
        return is_stale(past.at if past else None, self.now, self.source.source_id)

    def _next_page(self, number: int, column: str | None) -> Iterator[Request]:
        walk, listing = self.walks[number, column], self.source.listings[number]
        above = column or listing.url
        while (step := walk.next()) is not None:
            past = self.past.get(key_of(step.key))
            if step.guessed and past and past.outcome == "gone" and not self.plan.full and not self._must_see(step.key):
                walk.missed(step.key)  # the other rule of counting holds here
                continue
            landing = above if step.key != above else listing.url if column else None
            wanted = Wanted(
                step.key, "listing", number, landing_url=landing, guessed=step.guessed, form=step.form,
                address=step.url if step.form is not None else None, column=column, depth=walk.depth,
            )  # fmt: skip
            found = list(self.ask(wanted))
            yield from found
            if found:
                return
        if walk.ended == "lost":
            self.warn(f"further pages of listing {above} were not found: several addresses in a row gave nothing")
        if walk.ended == "limit":
            self.warn(f"listing {above} has more than {listing.pages} pages (pages)")

    def listing_missed(self, wanted: Wanted) -> Iterator[Request]:
        """A page of a listing did not come: a step that waits for it is asked for, then the rest."""
        for number in (wanted.listing, *self._others_at(wanted)):
            self.walks[number, wanted.column].missed(wanted.url)
            yield from self._next_page(number, wanted.column)

    def _others_at(self, wanted: Wanted) -> list[int]:
        """The other listings that begin with this very page: two columns of an application whose names stand behind the
        # of one address (`gkmlpt/index#612`, `#613`). It is asked for once and read for each."""
        if wanted.column is not None:
            return []
        shared = self.sharing.pop(key_of(wanted.url), [])
        others = [number for number in shared if number != wanted.listing]
        for number in others:
            self.walks[number, None].next()  # what was asked for on behalf of all
        return others

    def _on_listing(self, wanted: Wanted, answer: Answer, body: bytes, page: Page | None) -> Iterator[Request]:
        if page is None:
            reason = "a file came instead of a listing page"
            yield from self._trouble(wanted, "failed", reason, status=answer.status, body=body)
            return
        if (same := self.is_lost_listing(wanted, page)) is not None:
            self._count("soft_404")
            reason = f"{SOFT_404} the same page as {same}"
            yield from self._trouble(wanted, "failed", reason, status=answer.status, body=body)
            return
        if self.is_empty_application(wanted, page) and self._brings_nothing(wanted, body, page):
            yield from self.on_shell(wanted, answer, body)
            return
        visit = self.recorder.keep(wanted, answer, "listing", body)
        self._done(visit)
        others = self._others_at(wanted)
        yield from self._read_listing(wanted, visit, body, page)
        for number in others:
            yield from self._read_listing(msgspec.structs.replace(wanted, listing=number), visit, body, page)

    def _brings_nothing(self, wanted: Wanted, body: bytes, page: Page) -> bool:
        """Whether no listing that begins with this page has a row, a column or a further page by it."""
        for number in {wanted.listing, *self.sharing.get(key_of(wanted.url), [])}:
            found = self.read_answer(msgspec.structs.replace(wanted, listing=number), body, page)
            if found.notices or found.attachments or found.skipped or found.columns or found.further.steps:
                return False
        return True

    def _read_listing(self, wanted: Wanted, visit: Visit, body: bytes, page: Page) -> Iterator[Request]:
        walk = self.walks[wanted.listing, wanted.column]
        self.listings_read.add(wanted.listing)
        found = self.read_answer(wanted, body, page)
        links = [*found.notices, *found.attachments]
        too_old = bool(self.plan.since and links) and all(self._is_too_old(link) for link in links)
        unknown = sum(key_of(link.url) not in self.past for link in links)
        read = PageRead(visit.sha256 or "", tuple(link.url for link in links), unknown, too_old)
        if walk.read(wanted.url, read, found.further):
            self._note_skipped(wanted, found.skipped)
            if not links and not wanted.guessed and not found.further.steps:
                self.warn(f"no notice found on listing page {wanted.url}")
            if found.further.total and found.further.total > 1 and not found.further.steps and walk.pages_read == 1:
                self.warn(f"further pages of {wanted.url} cannot be asked for: {found.further.reason}")
            yield from self._next_page(wanted.listing, wanted.column)
            for link in found.notices:
                yield from self._listed(from_listing(wanted, link, "notice"), link)
            for link in found.attachments:
                self._note_years(link.text)
                yield from self._listed(as_attachment(from_listing(wanted, link, "attachment")), link)
            yield from self._columns(wanted, found.columns)
        else:
            yield from self._next_page(wanted.listing, wanted.column)

    def _columns(self, wanted: Wanted, columns: tuple[Link, ...]) -> Iterator[Request]:
        """Columns below the listing (of a year, of a department) are walked as the listing is."""
        for link in columns:
            if (wanted.listing, link.url) in self.walks or key_of(link.url) in self._known:
                continue
            if sum(number == wanted.listing for number, _ in self.walks) > _MAX_COLUMNS:
                self.warn(f"more than {_MAX_COLUMNS} columns below {self.source.listings[wanted.listing].url}")
                return
            self._begin(wanted.listing, link.url, Step(link.url), wanted.depth + 1)
            yield from self._next_page(wanted.listing, link.url)

    def _listed(self, wanted: Wanted, link: Link) -> Iterator[Request]:
        """A row of the listing: a candidate of a dry run, or a request."""
        past = self.past.get(key_of(wanted.url))
        changed = past is not None and (
            (past.link_text or wanted.link_text) != wanted.link_text
            or (past.listed_date or wanted.listed_date) != wanted.listed_date
        )
        if self._is_of_another_kind(wanted, link):
            self._count("of another kind")
            return
        if self._is_too_old(link):
            self._count("older than asked for")
            return
        if self.plan.dry_run:
            state = "new" if past is None else "changed" if changed else "due" if is_due(past, self.now) else "known"
            self.recorder.report(
                {
                    "event": "candidate", "url": wanted.url, "landing_url": wanted.landing_url, "role": wanted.role,
                    "text": link.text, "date": link.date, "state": state,
                    "kind": self.source.listings[wanted.listing].kind,
                }
            )  # fmt: skip
            return
        yield from self.ask(wanted, changed=changed)

    def _is_of_another_kind(self, wanted: Wanted, link: Link) -> bool:
        """Whether a row of a column that mixes kinds names one that was not asked for."""
        if not self.plan.kinds or link.kind is None or self.source.listings[wanted.listing].kind is not None:
            return False
        return not {link.kind, *link.also} & set(self.plan.kinds)

    def _is_too_old(self, link: Link) -> bool:
        return bool(self.plan.since and link.date and link.date < self.plan.since)
