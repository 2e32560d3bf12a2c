"""Platform `static`: listings are plain pages, notices are plain pages, attachments are plain links.

The walk: listing → further pages of the listing → notices → attachments. A page the server calls unchanged (304) is
read again from the archive, so that every run walks the whole tree.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgspec
from scrapy import Spider
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure
from w3lib.url import canonicalize_url

from crawl.address import host_of
from crawl.middlewares import Refused, RobotsUnreachable, plain_reason, refused_name
from crawl.notice import Link, attachment_suffix, read_listing, read_notice
from crawl.page import Page, PageError, read_page
from crawl.recorder import Answer, Recorder, Wanted, failure_outcome
from crawl.schema import Role, Visit
from crawl.sentinel import body_kind, is_script_stub
from crawl.source import Source

_MAY_BE_HTML = frozenset({"doc", "xls", "et", "wps", "csv"})  # offices save "Word" and "Excel" files as HTML tables


class StaticSpider(Spider):
    """Walks one Source. Every url asked for ends as one visit of the ledger, whatever happens to it."""

    name = "static"

    def __init__(
        self,
        *,
        source: Source,
        recorder: Recorder,
        private_hosts: frozenset[str],
        warn: Callable[[str], None],
        **kwargs: Any,
    ) -> None:
        super().__init__(self.name, **kwargs)
        self.source = source
        self.recorder = recorder
        self.private_hosts = private_hosts
        self.warn = warn
        self.asked = 0
        self.notices = 0
        self.years: set[int] = set()
        self.listings_read: set[int] = set()
        self.skipped: dict[str, int] = {}
        self._pages: dict[int, int] = {}
        self._page_bodies: dict[int, set[str]] = {}
        self._known: dict[str, Visit | None] = {}  # key of a url → its visit of this run; None while it is on the way
        self._waiting: dict[str, list[Wanted]] = {}  # further pages that link to a url that is on the way
        self._full = False

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of every listing."""
        for number, listing in enumerate(self.source.listings):
            self._pages[number] = 1
            for request in self.ask(Wanted(listing.url, "listing", number)):
                yield request

    def ask(self, wanted: Wanted) -> Iterator[Request]:
        """A request for a url, unless this run has asked for it; then only the further link to it is kept."""
        key = _key(wanted.url)
        if key in self._known:
            visit = self._known[key]
            if visit is None:
                self._waiting.setdefault(key, []).append(wanted)
            else:
                self._link_again(wanted, visit)
            return
        if self.asked >= self.source.politeness.max_requests:
            if not self._full:
                self._full = True
                self.warn(f"more than {self.asked} urls (politeness.max_requests): the rest was not asked for")
            return
        self.asked += 1
        self._known[key] = None
        yield Request(
            wanted.url,
            callback=self.on_answer,
            errback=self.on_failure,
            dont_filter=True,
            meta={"wanted": wanted},
            headers={"Referer": wanted.landing_url} if wanted.landing_url else None,
        )

    def _link_again(self, wanted: Wanted, visit: Visit) -> None:
        if (
            visit.sha256
            and visit.role in {"attachment", "inline"}
            and visit.outcome in {"new", "unchanged", "replaced"}
        ):
            known = msgspec.structs.replace(wanted, url=visit.url)
            self.recorder.ledger.add_links(self.recorder.run_id, [self.recorder.link(known, visit.sha256, visit.role)])

    def _done(self, visit: Visit) -> None:
        key = _key(visit.url)
        self._known[key] = visit
        for wanted in self._waiting.pop(key, []):
            self._link_again(wanted, visit)

    # -- answers ------------------------------------------------------------------------------------------------

    def on_failure(self, failure: Failure) -> None:
        """A request without an answer: refused by a rule, or failed on the network."""
        request: Request = failure.request  # type: ignore[attr-defined]
        wanted: Wanted = request.meta["wanted"]
        error: BaseException = failure.value  # type: ignore[assignment]
        host = host_of(request.url)
        address = refused_name(host)
        if isinstance(error, Refused):
            visit = self.recorder.trouble(wanted, "refused", str(error))
        elif address is not None:
            visit = self.recorder.trouble(wanted, "refused", f"guard: {host} leads to {address}, not a public address")
        elif isinstance(error, RobotsUnreachable):
            visit = self.recorder.trouble(wanted, "failed", str(error))
        elif isinstance(error, DownloadCancelledError):
            limit = self.source.politeness.max_bytes
            visit = self.recorder.trouble(wanted, "failed", f"larger than {limit} bytes (politeness.max_bytes)")
        elif isinstance(error, IgnoreRequest):  # too many redirects
            visit = self.recorder.trouble(wanted, "failed", str(error))
        else:
            visit = self.recorder.trouble(wanted, "failed", plain_reason(error))
        self._done(visit)

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
                self._done(self.recorder.trouble(wanted, "failed", "status 304 without a question", status=304))
                return
            body = self.recorder.archive.get(last.sha256)
        elif answer.status in {200, 203}:
            body = answer.body
        else:
            outcome, reason = failure_outcome(answer.status)
            if wanted.guessed and outcome == "gone":
                reason += " (address guessed from the page count)"
            self._done(self.recorder.trouble(wanted, outcome, reason, status=answer.status))
            return
        yield from self._on_body(wanted, answer, body)

    def _on_body(self, wanted: Wanted, answer: Answer, body: bytes) -> Iterator[Request]:
        kind = body_kind(body)
        if kind == "empty":
            self._done(self.recorder.trouble(wanted, "failed", "empty answer", status=answer.status))
            return
        page: Page | None = None
        if kind == "html" or (kind in {"xml", "text"} and wanted.role != "attachment"):
            if is_script_stub(body):
                reason = "the answer is a script challenge, not a page"
                self._done(self.recorder.trouble(wanted, "refused", reason, status=answer.status, body=body))
                return
            try:
                page = read_page(body, answer.url)
            except PageError as error:
                if wanted.role != "attachment":
                    reason = str(error)
                    self._done(self.recorder.trouble(wanted, "failed", reason, status=answer.status, body=body))
                    return
        if wanted.role == "attachment":
            self._on_attachment(wanted, answer, body, page if kind == "html" else None)
        elif wanted.role == "listing":
            yield from self._on_listing(wanted, answer, body, page)
        elif page is None:  # a listing linked straight to a file without a telling name
            self._on_attachment(_as_attachment(wanted), answer, body, None)
        else:
            yield from self._on_notice(wanted, answer, body, page)

    def _on_attachment(self, wanted: Wanted, answer: Answer, body: bytes, page: Page | None) -> None:
        suffix = attachment_suffix(wanted.url, wanted.link_text or "")
        if page is not None:
            tables = page.root.find(".//table") is not None
            if suffix not in _MAY_BE_HTML or not tables:
                reason = f"a page came instead of the {suffix or 'file'} (soft 404)"
                self._done(self.recorder.trouble(wanted, "failed", reason, status=answer.status, body=body))
                return
        self._done(self.recorder.keep(wanted, answer, "attachment", body))

    def _on_listing(self, wanted: Wanted, answer: Answer, body: bytes, page: Page | None) -> Iterator[Request]:
        if page is None:
            reason = "a file came instead of a listing page"
            self._done(self.recorder.trouble(wanted, "failed", reason, status=answer.status, body=body))
            return
        visit = self.recorder.keep(wanted, answer, "listing", body)
        self._done(visit)
        self.listings_read.add(wanted.listing)
        # a server that answers every page number with page 1 must not send us round and round
        bodies = self._page_bodies.setdefault(wanted.listing, set())
        if visit.sha256 in bodies:
            return
        bodies.add(visit.sha256 or "")
        listing = read_listing(page, self.source.sites)
        self._note_skipped(wanted, listing.skipped)
        if not listing.notices and not listing.attachments and not wanted.guessed:
            self.warn(f"no notice found on listing page {wanted.url}")
        yield from self._further_pages(wanted, listing.pages, guessed=False)
        yield from self._further_pages(wanted, listing.guessed, guessed=True)
        for link in listing.notices:
            yield from self.ask(_from_listing(wanted, link, "notice"))
        for link in listing.attachments:
            found = _from_listing(wanted, link, "attachment")
            self._note_years(link.text)
            yield from self.ask(_as_attachment(found))

    def _note_skipped(self, wanted: Wanted, skipped: tuple[Any, ...]) -> None:
        for skip in skipped:
            self.skipped[skip.reason] = self.skipped.get(skip.reason, 0) + 1
        if skipped:
            rows = [(skip.url, skip.text, skip.reason) for skip in skipped]
            self.recorder.ledger.skip(self.recorder.run_id, self.source.source_id, wanted.url, rows)

    def _note_years(self, title: str) -> None:
        self.years.update(int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", title))

    def _further_pages(self, wanted: Wanted, urls: tuple[str, ...], *, guessed: bool) -> Iterator[Request]:
        limit = self.source.listings[wanted.listing].pages
        for url in urls:
            if _key(url) in self._known:
                continue
            if self._pages[wanted.listing] >= limit:
                self.warn(f"listing {self.source.listings[wanted.listing].url} has more than {limit} pages (pages)")
                return
            self._pages[wanted.listing] += 1
            yield from self.ask(Wanted(url, "listing", wanted.listing, landing_url=wanted.url, guessed=guessed))

    def _on_notice(self, wanted: Wanted, answer: Answer, body: bytes, page: Page) -> Iterator[Request]:
        notice = read_notice(page, wanted.link_text or "", wanted.listed_date)
        self.notices += 1
        self._note_years(f"{notice.title or ''} {wanted.link_text or ''}")
        known = msgspec.structs.replace(wanted, notice_title=notice.title, published_date=notice.published_date)
        role: Role = "inline" if notice.is_inline else "notice"
        self._done(self.recorder.keep(known, answer, role, body))
        self._note_skipped(wanted, notice.skipped)
        for skip in notice.skipped:
            self.warn(f"attachment {skip.text!r} of {wanted.url} was not fetched: {skip.reason} ({skip.url})")
        if not notice.is_inline and not notice.attachments and not notice.skipped:
            self.warn(f"notice without attachment and without a disclosure of its own: {wanted.url}")
        for link in notice.attachments:
            attachment = Wanted(
                link.url,
                "attachment",
                wanted.listing,
                landing_url=wanted.url,
                link_text=link.text or None,
                listed_date=wanted.listed_date,
                notice_title=notice.title,
                published_date=notice.published_date,
            )
            yield from self.ask(attachment)


def _key(url: str) -> str:
    """Two spellings of one address are one address."""
    key: str = canonicalize_url(url)
    return key


def _from_listing(wanted: Wanted, link: Link, role: Role) -> Wanted:
    return Wanted(link.url, role, wanted.listing, landing_url=wanted.url, link_text=link.text, listed_date=link.date)


def _as_attachment(wanted: Wanted) -> Wanted:
    """A document a listing links to directly: the words of the listing are all there is of a notice."""
    return msgspec.structs.replace(
        wanted, role="attachment", notice_title=wanted.link_text, published_date=wanted.listed_date
    )
