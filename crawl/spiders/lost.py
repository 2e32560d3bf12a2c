"""Answers that are not what was asked for: stubs that lead on, challenges, and one page sent under many addresses.

Each is counted, and named in the ledger as the outcome of its address (`redirect_stub`, `waf_stub`, `splash`,
`soft_404`); none of them is kept as a document, and nothing they link to is followed, but where a stub leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

import msgspec
from scrapy.http import Request

from crawl.body import has_amount_table
from crawl.ledger import SOFT_404
from crawl.notice import NoticePage, read_notice
from crawl.outline import Outline
from crawl.page import Page, PageError, read_page
from crawl.page_class import PageClass, classify
from crawl.recorder import Answer, Wanted
from crawl.repeats import Repeats, holds, is_generic, print_of
from crawl.schema import Outcome
from crawl.spiders.asking import Asking, key_of

_MAX_STUB = 8000  # bytes
MAX_HOPS = 3  # stubs and pages that only lead on, one behind the other
_MAX_SHELL = 60  # links of the shell of an application: menu and footer
_MAX_KNOWN = 50  # pages of earlier runs that stood for others


class LostPages(Asking):
    """What is done with an answer that is another page."""

    @cached_property
    def repeats(self) -> Repeats:
        """The pages of this run, and those that earlier runs found to be sent in place of others."""
        return Repeats(self._sent_for_others())

    def _sent_for_others(self) -> Iterator[str]:
        archive = self.recorder.archive
        for sha256 in self.recorder.ledger.soft_404_bodies(self.source.source_id, limit=_MAX_KNOWN):
            try:
                page = read_page(archive.get(sha256), self.source.listings[0].url)
            except (PageError, OSError, ValueError):  # another kind of body, or one the archive has lost
                continue
            yield print_of(page)

    # -- stubs --------------------------------------------------------------------------------------------------

    def _stub(self, wanted: Wanted, answer: Answer, body: bytes, page: Page) -> PageClass | None:
        """What stands in the place of a page that was asked for; None where the page itself came.

        Only what is small, or was reached by a redirect, is looked at: a stub of 30 kB has not been seen.
        """
        if len(body) > _MAX_STUB and (answer.url == wanted.url or wanted.role == "attachment"):
            return None
        found = classify(page, answer.status or 200, wanted.address or wanted.url, answer.url)
        if found.kind not in {"redirect_stub", "waf_stub", "splash", "soft_404"}:
            return None
        if wanted.role == "attachment" and found.kind not in {"redirect_stub", "waf_stub"}:
            return None  # a page in the place of a file, whatever it says
        if wanted.role == "notice" and (found.kind == "splash" or read_notice(page, "", None).attachments):
            return None  # little text and a link to a file is a short notice, whatever else it looks like
        return None if self._is_application(wanted, body, answer.url) else found

    def _on_stub(self, wanted: Wanted, answer: Answer, body: bytes, stub: PageClass) -> Iterator[Request]:
        """A stub that leads on is followed, and the page it leads to is what was wanted; others are trouble."""
        self._count(stub.kind)
        reason = f"{stub.kind}: {'; '.join(stub.reasons)}"
        if stub.target is None or wanted.hops >= MAX_HOPS:
            outcome: Outcome = "refused" if stub.kind == "waf_stub" else "failed"
            yield from self._trouble(wanted, outcome, reason, status=answer.status, body=body)
            return
        is_file = wanted.role == "attachment"
        self._done(self.recorder.keep(wanted, answer, "notice" if is_file else wanted.role, body))
        onward = msgspec.structs.replace(
            wanted,
            url=stub.target,
            landing_url=wanted.landing_url if is_file else wanted.url,
            guessed=False,
            hops=wanted.hops + 1,
            depth=wanted.depth + 1,
            form=None,
            address=None,
        )
        if (shared := self.sharing.pop(key_of(wanted.url), None)) is not None:
            self.sharing[key_of(stub.target)] = shared
        requests = list(self.ask(onward))
        yield from requests
        if wanted.role == "listing" and not requests:
            yield from self.listing_missed(wanted)

    def _is_application(self, wanted: Wanted, body: bytes, url: str) -> bool:
        """Whether a listing of nothing but a script tells which request fills it, as applications in a browser do."""
        if wanted.role != "listing":
            return False
        try:
            return bool(self.pager_of(read_page(body, url), self.source.listings[wanted.listing]).steps)
        except PageError:
            return False

    def on_script_alone(self, wanted: Wanted, answer: Answer, body: bytes, page: Page) -> Iterator[Request]:
        """Nothing but a script: the shell of an application, or the challenge of a firewall, which is a refusal."""
        if wanted.role != "attachment" and _is_shell(wanted, page):
            yield from self.on_shell(wanted, answer, body)
            return
        self._count("waf_stub")
        reason = "the answer is a script challenge, not a page"
        yield from self._trouble(wanted, "refused", reason, status=answer.status, body=body)

    def on_shell(self, wanted: Wanted, answer: Answer, body: bytes) -> Iterator[Request]:
        """An application that a browser fills came: read as it is, it would say that nothing was published."""
        self._count("spa_stub")
        reason = "spa_stub: an application of a browser that shows nothing by itself (`api:`, or platform: browser)"
        yield from self._trouble(wanted, "failed", reason, status=answer.status, body=body)

    def is_empty_application(self, wanted: Wanted, page: Page) -> bool:
        """Whether the first page of a listing may be the shell of an application: few links, and the marks of one."""
        if wanted.column is not None or key_of(wanted.url) != key_of(self.source.listings[wanted.listing].url):
            return False
        return sum(1 for _ in islice(page.root.iter("a"), _MAX_SHELL)) < _MAX_SHELL and _is_shell(wanted, page)

    # -- one page under many addresses --------------------------------------------------------------------------

    def is_lost_listing(self, wanted: Wanted, page: Page) -> str | None:
        """The address under which the first page of a listing, or of a column below one, came before; None where it is
        a page of its own. Further pages of a listing are not looked at here: a walk ends by itself where they repeat.
        """
        first = self.source.listings[wanted.listing].url if wanted.column is None else wanted.column
        if key_of(wanted.url) != key_of(first) or wanted.form is not None:
            return None
        whole = f"listing {print_of(page, scripts=True)}"
        met = self.repeats.met(whole)
        self.repeats.note(whole, key_of(wanted.url), None, answers=None, sha256=None)
        self.repeats.note(print_of(page), key_of(wanted.url), None, answers=None, sha256=None)
        return met.url if met is not None and met.url != key_of(wanted.url) else None

    def twin_of(self, wanted: Wanted, page: Page, print_: str, notice: NoticePage) -> tuple[str | None, bool]:
        """(key of the address a notice's page was met under before, whether it is no answer to what was asked for).

        A page that carries files or amounts of its own, or holds the words of the link that led to it, is an answer;
        a home page that does not hold them is none, were it met for the first time.
        """
        met, url, words = self.repeats.met(print_), key_of(wanted.url), wanted.link_text
        if not self.repeats.is_known(print_) and (met is None or met.urls <= {url}):
            if is_generic(words) or holds(page, words):
                return None, False
            return None, classify(page, 200, wanted.url, page.url).kind == "home"
        as_listing = met is not None and met.words is None
        answers = self.says_what_was_asked(wanted, page, notice, as_listing=as_listing)
        before = met.url if met is not None else None
        return before, self.repeats.is_lost(print_, url, words, answers=answers)

    @staticmethod
    def says_what_was_asked(wanted: Wanted, page: Page, notice: NoticePage, *, as_listing: bool = False) -> bool:
        """Whether a page is an answer to the link that led to it, whatever else it was sent for.

        as_listing: it came as a listing before, whose rows are no papers of a notice's own.
        """
        if holds(page, wanted.link_text):
            return True
        own = notice.attachments or notice.images or (notice.papers and not as_listing)
        if own or has_amount_table(page, Outline(page)):
            return classify(page, 200, wanted.url, page.url).kind not in {"home", "soft_404"}
        return False

    def on_lost(
        self, wanted: Wanted, answer: Answer, body: bytes, print_: str, before: str | None
    ) -> Iterator[Request]:
        """The page of another address came: trouble, and the first that got it is told to be none either, unless it
        was the right one there. The body is kept once, to be looked at and known again."""
        self._count("soft_404")
        met = self.repeats.met(print_)
        first = met is None or len(met.urls) == 1
        where = "as came for other addresses before" if self.repeats.is_known(print_) else "as the home page"
        where = f"as {before}" if before else where
        if met is not None and met.answers is False:
            met.answers = None
            visit = self._known.get(met.url)
            if visit is not None and visit.sha256 and visit.outcome not in {"failed", "refused"}:
                self._count("soft_404")
                reason = f"{SOFT_404} the same page as {wanted.url}"
                self._known[met.url] = self.recorder.disown(visit, reason)
        self.repeats.note(print_, key_of(wanted.url), wanted.link_text, answers=False, sha256=None)
        reason = f"{SOFT_404} the same page {where}"
        kept = body if first and not self.repeats.is_known(print_) else b""
        yield from self._trouble(wanted, "failed", reason, status=answer.status, body=kept)


def _is_shell(wanted: Wanted, page: Page) -> bool:
    return classify(page, 200, wanted.url, page.url).kind == "directory_spa"
