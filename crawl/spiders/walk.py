"""The walk every platform shares: listing → further pages of it → notices → attachments, and what is due again.

A page the server calls unchanged (304) is read again from the archive. On a night that is not full, a known notice or
file whose turn has not come (`crawl.schedule`) is not asked for at all. Every url asked for ends as one visit of the
ledger, whatever happens to it.

A platform's class says how its listings begin (`first_step`) and what its answers mean (`rows_of`, `pager_of`).
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from scrapy import Spider
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import FormRequest, Request, Response
from twisted.python.failure import Failure
from w3lib.url import canonicalize_url

from crawl.address import host_of
from crawl.declared import read_detail
from crawl.listing_walk import ListingWalk, PageRead
from crawl.middlewares import Refused, RobotsUnreachable, plain_reason, refused_name
from crawl.notice import Link, Skip, attachment_suffix, read_notice
from crawl.page import Page, PageError, decode_page, read_page
from crawl.page_class import PageClass, classify
from crawl.pager import Step
from crawl.recorder import Answer, Recorder, Wanted, failure_outcome
from crawl.schedule import OVERLAP, Known, Plan, is_due, is_stale, moment
from crawl.schema import Outcome, Role, Visit
from crawl.sentinel import body_kind, is_script_stub
from crawl.source import Listing, Source
from crawl.spiders.answers import ListingReader

_MAY_BE_HTML = frozenset({"doc", "xls", "et", "wps", "csv"})  # offices save "Word" and "Excel" files as HTML tables
_BROUGHT = frozenset({"new", "unchanged", "replaced"})
_DOCUMENTS = frozenset({"attachment", "inline"})
_MAX_STUB = 8000  # bytes
_MAX_HOPS = 3  # stubs and pages that only lead on, one behind the other
_MAX_COLUMNS = 300  # of one listing, with those below them


class WalkSpider(ListingReader, Spider):
    """Walks one Source by one Plan."""

    name = "walk"

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
        self.past: dict[str, Known] = {}  # key of a url → what the ledger knew of it before this run
        self._known: dict[str, Visit | None] = {}  # key of a url → its visit of this run; None while it is on the way
        self._waiting: dict[str, list[Wanted]] = {}  # further pages that link to a url that is on the way
        self._full = False

    @classmethod
    def settings_for(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Scrapy's settings as this class needs them."""
        return dict(settings)

    # -- asking -------------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of every listing of the plan, then for what is due again."""
        self.past = {_key(known.url): known for known in self._ledger_before()}
        for number, listing in enumerate(self.source.listings):
            if self.plan.kinds and listing.kind is not None and listing.kind not in self.plan.kinds:
                continue
            self.listings_asked.add(number)
            self._begin(number, None, self.first_step(listing))
        for number in sorted(self.listings_asked):
            for request in self._next_page(number, None):
                yield request
        for request in self._due_again():
            yield request

    def _begin(self, number: int, column: str | None, first: Step) -> None:
        overlap = None if self.plan.full or self.plan.since else OVERLAP
        walk = ListingWalk(self.source.listings[number].pages, overlap=overlap, must_see=self._must_see)
        walk.start(first)
        self.walks[number, column] = walk

    def _ledger_before(self) -> list[Known]:
        return self.recorder.ledger.known(self.source.source_id, but_run=self.recorder.run_id)

    def first_step(self, listing: Listing) -> Step:
        """The request a listing begins with."""
        return Step(listing.url)

    def ask(self, wanted: Wanted, *, changed: bool = False) -> Iterator[Request]:
        """A request for a url, unless this run has asked for it (then only the further link to it is kept), or its turn
        has not come. changed: the page that links to it says something new of it, so its turn has come."""
        key = _key(wanted.url)
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
            self._known[key] = visit = _visit_of(past, self.source.source_id)
            if wanted.role == "attachment":
                self._link_again(wanted, visit)
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

    def _must_see(self, url: str) -> bool:
        past = self.past.get(_key(url))
        return is_stale(past.at if past else None, self.now, self.source.source_id)

    def _next_page(self, number: int, column: str | None) -> Iterator[Request]:
        walk, listing = self.walks[number, column], self.source.listings[number]
        above = column or listing.url
        while (step := walk.next()) is not None:
            past = self.past.get(_key(step.key))
            if step.guessed and past and past.outcome == "gone" and not self.plan.full and not self._must_see(step.key):
                walk.missed(step.key)  # the other rule of counting holds here
                continue
            landing = above if step.key != above else listing.url if column else None
            wanted = Wanted(
                step.key, "listing", number, landing_url=landing, guessed=step.guessed, form=step.form,
                address=step.url if step.form is not None else None, column=column,
            )  # fmt: skip
            found = list(self.ask(wanted))
            yield from found
            if found:
                return
        if walk.ended == "lost":
            self.warn(f"further pages of listing {above} were not found: several addresses in a row gave nothing")
        if walk.ended == "limit":
            self.warn(f"listing {above} has more than {listing.pages} pages (pages)")

    def _due_again(self) -> Iterator[Request]:
        """Known notices and files whose turn has come, whether or not a listing still leads to them."""
        if self.plan.full or self.plan.dry_run:
            return
        for known in self.past.values():
            date = known.published_date or known.listed_date
            if known.role == "listing" or not is_due(known, self.now):
                continue
            if self.plan.since and (date is None or date < self.plan.since):
                continue
            number = self._listing_of(known)
            if number is not None:
                role: Role = "attachment" if known.role == "attachment" else "notice"
                yield from self.ask(
                    Wanted(
                        known.url, role, number, landing_url=known.landing_url, link_text=known.link_text,
                        listed_date=known.listed_date, notice_title=known.notice_title,
                        published_date=known.published_date,
                    )
                )  # fmt: skip

    def _listing_of(self, known: Known) -> int | None:
        """The listing an address descends from: by its kind, else the first of the plan; None: of another kind."""
        kinds = {number: self.source.listings[number].kind for number in sorted(self.listings_asked)}
        if known.kind is None:
            return next(iter(kinds), None)
        found = next((number for number, kind in kinds.items() if kind == known.kind), None)
        return found if found is not None or self.plan.kinds else next(iter(kinds), None)

    def _link_again(self, wanted: Wanted, visit: Visit) -> None:
        if visit.sha256 and visit.role in _DOCUMENTS and visit.outcome in _BROUGHT:
            known = msgspec.structs.replace(wanted, url=visit.url)
            self.recorder.ledger.add_links(self.recorder.run_id, [self.recorder.link(known, visit.sha256, visit.role)])

    def _done(self, visit: Visit) -> None:
        key = _key(visit.url)
        self._known[key] = visit
        for wanted in self._waiting.pop(key, []):
            self._link_again(wanted, visit)

    # -- answers ------------------------------------------------------------------------------------------------

    def on_failure(self, failure: Failure) -> Iterator[Request]:
        """A request without an answer: refused by a rule, or failed on the network."""
        request: Request = failure.request  # type: ignore[attr-defined]
        wanted: Wanted = request.meta["wanted"]
        outcome, reason = self._failure(request, failure.value)
        yield from self._trouble(wanted, outcome, reason)

    def _failure(self, request: Request, error: BaseException | None) -> tuple[Outcome, str]:
        host = host_of(request.url)
        address = refused_name(host)
        if isinstance(error, Refused):
            return "refused", str(error)
        if address is not None:
            return "refused", f"guard: {host} leads to {address}, not a public address"
        if isinstance(error, RobotsUnreachable):
            return "failed", str(error)
        if isinstance(error, DownloadCancelledError):
            return "failed", f"larger than {self.source.politeness.max_bytes} bytes (politeness.max_bytes)"
        if isinstance(error, IgnoreRequest):  # too many redirects
            return "failed", str(error)
        return "failed", plain_reason(error or RuntimeError("no answer"))

    def _trouble(self, wanted: Wanted, outcome: Outcome, reason: str, **more: Any) -> Iterator[Request]:
        """No usable body came. A listing goes on with its next page: what waits for this one is asked for then."""
        self._done(self.recorder.trouble(wanted, outcome, reason, **more))
        if wanted.role == "listing":
            self.walks[wanted.listing, wanted.column].missed(wanted.url)
            yield from self._next_page(wanted.listing, wanted.column)

    def on_answer(self, response: Response) -> Iterator[Request]:
        """An answer of any status: a visit, and whatever the page leads to."""
        wanted: Wanted = response.meta["wanted"]
        answer = Answer(
            response.status,
            response.url,
            {
                name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
                for name, values in response.headers.items()
            },
            response.body,
        )
        if answer.status == 304:
            last = self.recorder.not_modified(wanted)
            if last is None:
                yield from self._trouble(wanted, "failed", "status 304 without a question", status=304)
                return
            body = self.recorder.archive.body(last.sha256)
        elif answer.status in {200, 203}:
            body = answer.body
        else:
            outcome, reason = failure_outcome(answer.status)
            if wanted.guessed and outcome == "gone":
                reason += " (address guessed from the page count)"
            yield from self._trouble(wanted, outcome, reason, status=answer.status)
            return
        yield from self._on_body(wanted, answer, body)

    def _on_body(self, wanted: Wanted, answer: Answer, body: bytes) -> Iterator[Request]:
        kind = body_kind(body)
        if kind == "empty":
            yield from self._trouble(wanted, "failed", "empty answer", status=answer.status)
            return
        page: Page | None = None
        if kind == "html" or (kind in {"xml", "text"} and wanted.role != "attachment"):
            try:
                page = read_page(body, answer.url)
            except PageError as error:
                if wanted.role != "attachment":
                    yield from self._trouble(wanted, "failed", str(error), status=answer.status, body=body)
                    return
        stub = self._stub(wanted, answer, body, page) if page is not None and kind == "html" else None
        if stub is not None:
            yield from self._on_stub(wanted, answer, body, stub)
        elif page is not None and is_script_stub(body) and not self._is_application(wanted, body, answer.url):
            reason = "the answer is a script challenge, not a page"
            yield from self._trouble(wanted, "refused", reason, status=answer.status, body=body)
        elif wanted.role == "attachment":
            yield from self._on_attachment(wanted, answer, body, page if kind == "html" else None)
        elif wanted.role == "listing":
            yield from self._on_listing(wanted, answer, body, page)
        elif page is None:  # a listing linked straight to a file without a telling name
            yield from self._on_attachment(_as_attachment(wanted), answer, body, None)
        else:
            yield from self._on_notice(wanted, answer, body, page)

    def _stub(self, wanted: Wanted, answer: Answer, body: bytes, page: Page) -> PageClass | None:
        """What stands in the place of a page that was asked for; None where the page itself came.

        Only what is small, or was reached by a redirect, is looked at: a stub of 30 kB has not been seen.
        """
        if wanted.role == "attachment" or (len(body) > _MAX_STUB and answer.url == wanted.url):
            return None
        found = classify(page, answer.status or 200, wanted.address or wanted.url, answer.url)
        if found.kind not in {"redirect_stub", "waf_stub", "splash", "soft_404"}:
            return None
        if wanted.role == "notice" and (found.kind == "splash" or read_notice(page, "", None).attachments):
            return None  # little text and a link to a file is a short notice, whatever else it looks like
        return None if self._is_application(wanted, body, answer.url) else found

    def _on_stub(self, wanted: Wanted, answer: Answer, body: bytes, stub: PageClass) -> Iterator[Request]:
        """A stub that leads on is followed, and the page it leads to is what was wanted; others are trouble."""
        self.skipped[stub.kind] = self.skipped.get(stub.kind, 0) + 1
        reason = f"{stub.kind}: {'; '.join(stub.reasons)}"
        if stub.target is None or wanted.hops >= _MAX_HOPS:
            outcome: Outcome = "refused" if stub.kind == "waf_stub" else "failed"
            yield from self._trouble(wanted, outcome, reason, status=answer.status, body=body)
            return
        self._done(self.recorder.keep(wanted, answer, wanted.role, body))
        onward = msgspec.structs.replace(
            wanted,
            url=stub.target,
            landing_url=wanted.url,
            guessed=False,
            hops=wanted.hops + 1,
            form=None,
            address=None,
        )
        requests = list(self.ask(onward))
        yield from requests
        if wanted.role == "listing" and not requests:
            yield from self._next_page(wanted.listing, wanted.column)

    def _is_application(self, wanted: Wanted, body: bytes, url: str) -> bool:
        """Whether a listing of nothing but a script tells which request fills it, as applications in a browser do."""
        if wanted.role != "listing":
            return False
        try:
            return bool(self.pager_of(read_page(body, url), self.source.listings[wanted.listing]).steps)
        except PageError:
            return False

    def _on_attachment(self, wanted: Wanted, answer: Answer, body: bytes, page: Page | None) -> Iterator[Request]:
        suffix = attachment_suffix(wanted.url, wanted.link_text or "")
        if page is not None:
            tables = page.root.find(".//table") is not None
            if suffix not in _MAY_BE_HTML or not tables:
                reason = f"a page came instead of the {suffix or 'file'} (soft 404)"
                yield from self._trouble(wanted, "failed", reason, status=answer.status, body=body)
                return
        self._done(self.recorder.keep(wanted, answer, "attachment", body))

    # -- listings -----------------------------------------------------------------------------------------------

    def _on_listing(self, wanted: Wanted, answer: Answer, body: bytes, page: Page | None) -> Iterator[Request]:
        walk = self.walks[wanted.listing, wanted.column]
        if page is None:
            reason = "a file came instead of a listing page"
            yield from self._trouble(wanted, "failed", reason, status=answer.status, body=body)
            return
        visit = self.recorder.keep(wanted, answer, "listing", body)
        self._done(visit)
        self.listings_read.add(wanted.listing)
        found = self.read_answer(wanted, body, page)
        links = [*found.notices, *found.attachments]
        too_old = bool(self.plan.since and links) and all(self._is_too_old(link) for link in links)
        unknown = sum(_key(link.url) not in self.past for link in links)
        read = PageRead(visit.sha256 or "", tuple(link.url for link in links), unknown, too_old)
        if walk.read(wanted.url, read, found.further):
            self._note_skipped(wanted, found.skipped)
            if not links and not wanted.guessed and not found.further.steps:
                self.warn(f"no notice found on listing page {wanted.url}")
            if found.further.total and found.further.total > 1 and not found.further.steps and walk.pages_read == 1:
                self.warn(f"further pages of {wanted.url} cannot be asked for: {found.further.reason}")
            yield from self._next_page(wanted.listing, wanted.column)
            for link in found.notices:
                yield from self._listed(_from_listing(wanted, link, "notice"), link)
            for link in found.attachments:
                self._note_years(link.text)
                yield from self._listed(_as_attachment(_from_listing(wanted, link, "attachment")), link)
            yield from self._columns(wanted, found.columns)
        else:
            yield from self._next_page(wanted.listing, wanted.column)

    def _columns(self, wanted: Wanted, columns: tuple[Link, ...]) -> Iterator[Request]:
        """Columns below the listing (of a year, of a department) are walked as the listing is."""
        for link in columns:
            if (wanted.listing, link.url) in self.walks or _key(link.url) in self._known or wanted.hops >= _MAX_HOPS:
                continue
            if sum(number == wanted.listing for number, _ in self.walks) > _MAX_COLUMNS:
                self.warn(f"more than {_MAX_COLUMNS} columns below {self.source.listings[wanted.listing].url}")
                return
            self._begin(wanted.listing, link.url, Step(link.url))
            yield from self._next_page(wanted.listing, link.url)

    def _listed(self, wanted: Wanted, link: Link) -> Iterator[Request]:
        """A row of the listing: a candidate of a dry run, or a request."""
        past = self.past.get(_key(wanted.url))
        changed = past is not None and (
            (past.link_text or wanted.link_text) != wanted.link_text
            or (past.listed_date or wanted.listed_date) != wanted.listed_date
        )
        if self._is_too_old(link):
            self.skipped["older than asked for"] = self.skipped.get("older than asked for", 0) + 1
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

    def _is_too_old(self, link: Link) -> bool:
        return bool(self.plan.since and link.date and link.date < self.plan.since)

    def _note_skipped(self, wanted: Wanted, skipped: tuple[Skip, ...]) -> None:
        for skip in skipped:
            self.skipped[skip.reason] = self.skipped.get(skip.reason, 0) + 1
        if skipped:
            rows = [(skip.url, skip.text, skip.reason) for skip in skipped]
            self.recorder.ledger.skip(self.recorder.run_id, self.source.source_id, wanted.url, rows)

    def _note_years(self, title: str) -> None:
        self.years.update(_years(title))

    # -- notices ------------------------------------------------------------------------------------------------

    def _on_notice(self, wanted: Wanted, answer: Answer, body: bytes, page: Page) -> Iterator[Request]:
        self.notices += 1
        api = self.source.listings[wanted.listing].api
        if api is not None and api.detail is not None and body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
            yield from self._on_detail(wanted, answer, body)
            return
        notice = read_notice(page, wanted.link_text or "", wanted.listed_date)
        self._note_years(f"{notice.title or ''} {wanted.link_text or ''}")
        known = msgspec.structs.replace(
            wanted, notice_title=notice.title, published_date=notice.published_date, kind=notice.kind or wanted.kind
        )
        visit = self.recorder.keep(known, answer, "inline" if notice.is_inline else "notice", body)
        self._done(visit)
        self._note_skipped(wanted, notice.skipped)
        for skip in notice.skipped:
            self.warn(f"attachment {skip.text!r} of {wanted.url} was not fetched: {skip.reason} ({skip.url})")
        images = tuple(Link(url, "") for url in notice.images)
        leads_on = notice.attachments or images or notice.papers or notice.platform
        if not notice.is_inline and not leads_on and not notice.skipped:
            self.warn(f"notice without attachment and without a disclosure of its own: {wanted.url}")
        rows = [Skip(link.url, link.text, "a platform that shows the paper itself") for link in notice.platform]
        self._note_skipped(wanted, tuple(rows))
        yield from self._attached(known, (*notice.attachments, *images), changed=visit.outcome == "replaced")
        if wanted.hops < _MAX_HOPS:
            for link in notice.papers:  # papers that this notice lists on pages of their own
                paper = _from_listing(msgspec.structs.replace(wanted, hops=wanted.hops + 1), link, "notice")
                yield from self.ask(paper)

    def _on_detail(self, wanted: Wanted, answer: Answer, body: bytes) -> Iterator[Request]:
        """A notice that is an answer in JSON, by the paths the source declares."""
        listing = self.source.listings[wanted.listing]
        assert listing.api is not None
        assert listing.api.detail is not None
        try:
            tree = json.loads(decode_page(body)[0])
        except (ValueError, RecursionError) as error:
            yield from self._trouble(wanted, "failed", f"not JSON: {error}", status=answer.status, body=body)
            return
        read = read_detail(tree, listing.api.detail, answer.url)
        within = read_notice(read.page, wanted.link_text or "", wanted.listed_date) if read.page is not None else None
        files = {link.url: link for link in (*(within.attachments if within else ()), *read.attachments)}
        known = msgspec.structs.replace(
            wanted,
            notice_title=read.title or wanted.link_text,
            published_date=read.date or (within.published_date if within else None) or wanted.listed_date,
        )
        self._note_years(f"{known.notice_title or ''} {wanted.link_text or ''}")
        is_inline = within is not None and within.is_inline
        visit = self.recorder.keep(known, answer, "inline" if is_inline else "notice", body)
        self._done(visit)
        if not files and not is_inline:
            self.warn(f"notice without attachment and without a disclosure of its own: {wanted.url}")
        yield from self._attached(known, tuple(files.values()), changed=visit.outcome == "replaced")

    def _attached(self, notice: Wanted, links: tuple[Link, ...], *, changed: bool) -> Iterator[Request]:
        for link in links:
            attachment = Wanted(
                link.url,
                "attachment",
                notice.listing,
                landing_url=notice.url,
                link_text=link.text or None,
                listed_date=notice.listed_date,
                notice_title=notice.notice_title,
                published_date=notice.published_date,
                kind=link.kind or notice.kind,
            )
            yield from self.ask(attachment, changed=changed)

    # -- what became of it --------------------------------------------------------------------------------------

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
        told["years"] = sorted(self.years.union(*(_years(title) for title in titles)))
        told["documents"] = len({one.sha256 for one in alive if one.role in _DOCUMENTS})
        return told


def _key(url: str) -> str:
    """Two spellings of one address are one address."""
    key: str = canonicalize_url(url)
    return key


def _years(title: str) -> set[int]:
    return {int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", title)}


def _visit_of(known: Known, source_id: str) -> Visit:
    """What the ledger knows of an address, as if it had been asked now."""
    return Visit(source_id, known.url, known.role, known.at, known.outcome, sha256=known.sha256)


def _from_listing(wanted: Wanted, link: Link, role: Role) -> Wanted:
    return Wanted(
        link.url, role, wanted.listing, landing_url=wanted.url, link_text=link.text, listed_date=link.date,
        kind=link.kind, column=wanted.column, hops=wanted.hops,
    )  # fmt: skip


def _as_attachment(wanted: Wanted) -> Wanted:
    """A document a listing links to directly: the words of the listing are all there is of a notice."""
    return msgspec.structs.replace(
        wanted, role="attachment", notice_title=wanted.link_text, published_date=wanted.listed_date
    )
