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
from crawl.listing_json import Rows, datastore_rows, read_rows
from crawl.listing_walk import ListingWalk, PageRead
from crawl.middlewares import Refused, RobotsUnreachable, plain_reason, refused_name
from crawl.notice import Link, Skip, attachment_suffix, read_listing, read_notice
from crawl.page import Page, PageError, decode_page, read_page
from crawl.pager import Further, Step, further_pages
from crawl.pager_ajax import next_request
from crawl.recorder import Answer, Recorder, Wanted, failure_outcome
from crawl.schedule import OVERLAP, Known, Plan, is_due, is_stale, moment
from crawl.schema import Outcome, Role, Visit
from crawl.sentinel import body_kind, is_script_stub
from crawl.source import Listing, Source

_MAY_BE_HTML = frozenset({"doc", "xls", "et", "wps", "csv"})  # offices save "Word" and "Excel" files as HTML tables
_BROUGHT = frozenset({"new", "unchanged", "replaced"})
_DOCUMENTS = frozenset({"attachment", "inline"})


class ListingRead(msgspec.Struct, frozen=True):
    """One answer of a listing: notices and attachments it links to, the rest with reasons, its further pages."""

    notices: tuple[Link, ...]
    attachments: tuple[Link, ...]
    skipped: tuple[Skip, ...]
    further: Further


class WalkSpider(Spider):
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
        super().__init__(self.name, **kwargs)
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
        self.walks: dict[int, ListingWalk] = {}
        self.past: dict[str, Known] = {}  # key of a url → what the ledger knew of it before this run
        self._known: dict[str, Visit | None] = {}  # key of a url → its visit of this run; None while it is on the way
        self._waiting: dict[str, list[Wanted]] = {}  # further pages that link to a url that is on the way
        self._full = False
        self._rows: dict[int, int] = {}  # number of a listing → most rows an answer of its script had

    @classmethod
    def settings_for(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Scrapy's settings as this class needs them."""
        return dict(settings)

    # -- asking -------------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of every listing of the plan, then for what is due again."""
        self.past = {_key(known.url): known for known in self._ledger_before()}
        overlap = None if self.plan.full or self.plan.since else OVERLAP
        for number, listing in enumerate(self.source.listings):
            if self.plan.kinds and listing.kind not in self.plan.kinds:
                continue
            self.walks[number] = ListingWalk(listing.pages, overlap=overlap, must_see=self._must_see)
            self.walks[number].start(self.first_step(listing))
        for number in self.walks:
            for request in self._next_page(number):
                yield request
        for request in self._due_again():
            yield request

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

    def _next_page(self, number: int) -> Iterator[Request]:
        walk, listing = self.walks[number], self.source.listings[number]
        while (step := walk.next()) is not None:
            past = self.past.get(_key(step.key))
            if step.guessed and past and past.outcome == "gone" and not self.plan.full and not self._must_see(step.key):
                walk.missed(step.key)  # the other rule of counting holds here
                continue
            landing = listing.url if step.key != listing.url else None
            wanted = Wanted(
                step.key, "listing", number, landing_url=landing, guessed=step.guessed, form=step.form,
                address=step.url if step.form is not None else None,
            )  # fmt: skip
            found = list(self.ask(wanted))
            yield from found
            if found:
                return
        if walk.ended == "lost":
            self.warn(f"further pages of listing {listing.url} were not found: several addresses in a row gave nothing")
        if walk.ended == "limit":
            self.warn(f"listing {listing.url} has more than {listing.pages} pages (pages)")

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
        kinds = {number: self.source.listings[number].kind for number in self.walks}
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
            self.walks[wanted.listing].missed(wanted.url)
            yield from self._next_page(wanted.listing)

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
            body = self.recorder.archive.get(last.sha256)
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
            if is_script_stub(body) and not self._is_application(wanted, body, answer.url):
                reason = "the answer is a script challenge, not a page"
                yield from self._trouble(wanted, "refused", reason, status=answer.status, body=body)
                return
            try:
                page = read_page(body, answer.url)
            except PageError as error:
                if wanted.role != "attachment":
                    yield from self._trouble(wanted, "failed", str(error), status=answer.status, body=body)
                    return
        if wanted.role == "attachment":
            yield from self._on_attachment(wanted, answer, body, page if kind == "html" else None)
        elif wanted.role == "listing":
            yield from self._on_listing(wanted, answer, body, page)
        elif page is None:  # a listing linked straight to a file without a telling name
            yield from self._on_attachment(_as_attachment(wanted), answer, body, None)
        else:
            yield from self._on_notice(wanted, answer, body, page)

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
        walk = self.walks[wanted.listing]
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
            yield from self._next_page(wanted.listing)
            for link in found.notices:
                yield from self._listed(_from_listing(wanted, link, "notice"), link)
            for link in found.attachments:
                self._note_years(link.text)
                yield from self._listed(_as_attachment(_from_listing(wanted, link, "attachment")), link)
        else:
            yield from self._next_page(wanted.listing)

    def read_answer(self, wanted: Wanted, body: bytes, page: Page) -> ListingRead:
        """Rows and pager of one answer of a listing: a page, or what a script of it gets."""
        listing = self.source.listings[wanted.listing]
        rows = self.rows_of(listing, wanted, body)
        if rows is None:
            return self._read_page(page, listing)
        further = self.after_rows(listing, wanted, rows)
        if rows.page is None:
            return ListingRead((), (), (), further)
        read = read_listing(rows.page, self.source.sites)
        return ListingRead(read.notices, read.attachments, read.skipped, further)

    def _read_page(self, page: Page, listing: Listing) -> ListingRead:
        read = read_listing(page, self.source.sites)
        notices, files, skipped = list(read.notices), list(read.attachments), list(read.skipped)
        hidden = datastore_rows(page)  # rows that a script of the page would show
        if hidden is not None:
            more = read_listing(hidden, self.source.sites)
            shown = {link.url for link in (*notices, *files)}
            notices += [link for link in more.notices if link.url not in shown]
            files += [link for link in more.attachments if link.url not in shown]
            skipped += more.skipped
        return ListingRead(tuple(notices), tuple(files), tuple(skipped), self.pager_of(page, listing))

    def rows_of(self, listing: Listing, wanted: Wanted, body: bytes) -> Rows | None:
        """The rows of an answer that is no page: JSON, JSONP, a datastore. None for a page."""
        start = body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
        if start.startswith(b"<") and b"<datastore" not in body[:20_000]:
            return None
        return read_rows(
            body, wanted.url, wanted.landing_url or wanted.url, listing.api.fields if listing.api else None
        )

    def pager_of(self, page: Page, listing: Listing) -> Further:
        """The further pages that a page of the listing tells of."""
        return further_pages(page, self.source.sites, template=listing.paging)

    def after_rows(self, listing: Listing, wanted: Wanted, rows: Rows) -> Further:
        """The request behind one that brought rows, until the total it tells is reached or a page brings nothing."""
        pages = self.pages_of(wanted, rows)
        if wanted.form is not None:
            return Further()
        step = next_request(wanted.url, has_rows=rows.rows > 0, total_pages=pages)
        return Further("parameter", "inferred", pages, (step,) if step else (), "the number in the address, plus one")

    def pages_of(self, wanted: Wanted, rows: Rows) -> int | None:
        """How many pages there are by an answer's own total; the last page has fewer rows than the others."""
        most = self._rows[wanted.listing] = max(rows.rows, self._rows.get(wanted.listing, 0))
        if rows.pages is not None:
            return rows.pages
        return max(1, -(-rows.total // most)) if rows.total is not None and most else None

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
        known = msgspec.structs.replace(wanted, notice_title=notice.title, published_date=notice.published_date)
        visit = self.recorder.keep(known, answer, "inline" if notice.is_inline else "notice", body)
        self._done(visit)
        self._note_skipped(wanted, notice.skipped)
        for skip in notice.skipped:
            self.warn(f"attachment {skip.text!r} of {wanted.url} was not fetched: {skip.reason} ({skip.url})")
        if not notice.is_inline and not notice.attachments and not notice.skipped:
            self.warn(f"notice without attachment and without a disclosure of its own: {wanted.url}")
        yield from self._attached(known, notice.attachments, changed=visit.outcome == "replaced")

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
            )
            yield from self.ask(attachment, changed=changed)

    # -- what became of it --------------------------------------------------------------------------------------

    def totals(self) -> dict[str, object]:
        """What the run adds up to, for the last event. On a night that asked only for what is new or due, notices,
        years and documents are those the source is known to hold, not only those that were asked for."""
        told: dict[str, object] = {
            "notices": self.notices,
            "years": sorted(self.years),
            "listings_asked": sorted(self.walks),
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
    return Wanted(link.url, role, wanted.listing, landing_url=wanted.url, link_text=link.text, listed_date=link.date)


def _as_attachment(wanted: Wanted) -> Wanted:
    """A document a listing links to directly: the words of the listing are all there is of a notice."""
    return msgspec.structs.replace(
        wanted, role="attachment", notice_title=wanted.link_text, published_date=wanted.listed_date
    )
