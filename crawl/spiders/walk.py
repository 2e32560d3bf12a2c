"""The walk every platform shares: listing → further pages of it → notices → attachments, and what is due again.

A page the server calls unchanged (304) is read again from the archive. What is done with an answer stands in
`crawl.spiders.listings`, `notices` and `lost`; how addresses are asked for, in `asking`.

A platform's class says how its listings begin (`first_step`) and what its answers mean (`rows_of`, `pager_of`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawl.address import host_of
from crawl.middlewares import Refused, RobotsUnreachable, plain_reason, refused_name
from crawl.page import Page, PageError, read_page
from crawl.recorder import Answer, Wanted, failure_outcome
from crawl.schedule import Known, is_due
from crawl.schema import Outcome, Role
from crawl.sentinel import body_kind, is_script_stub
from crawl.spiders.asking import as_attachment, key_of
from crawl.spiders.listings import Listings


class WalkSpider(Listings):
    """Walks one Source by one Plan."""

    name = "walk"

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first page of every listing of the plan, then for what is due again."""
        self.past = {key_of(known.url): known for known in self._ledger_before()}
        for number, listing in enumerate(self.source.listings):
            if self.plan.kinds and listing.kind is not None and listing.kind not in self.plan.kinds:
                continue
            self.listings_asked.add(number)
            first = self.first_step(listing)
            self._begin(number, None, first)
            self.sharing.setdefault(key_of(first.key), []).append(number)
        for numbers in list(self.sharing.values()):
            for request in self._next_page(numbers[0], None):
                yield request
        for request in self._due_again():
            yield request

    def _ledger_before(self) -> list[Known]:
        return self.recorder.ledger.known(self.source.source_id, but_run=self.recorder.run_id)

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
            yield from self.on_script_alone(wanted, answer, body, page)
        elif wanted.role == "attachment":
            yield from self._on_attachment(wanted, answer, body, page if kind == "html" else None)
        elif wanted.role == "listing":
            yield from self._on_listing(wanted, answer, body, page)
        elif page is None:  # a listing linked straight to a file without a telling name
            yield from self._on_attachment(as_attachment(wanted), answer, body, None)
        else:
            yield from self._on_notice(wanted, answer, body, page)
