"""Notices and attachments: what a notice's page says, the files it carries, the papers it lists."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec
from scrapy.http import Request

from crawl.declared import read_detail
from crawl.ledger import SOFT_404
from crawl.notice import Link, NoticePage, Skip, attachment_suffix, read_notice
from crawl.page import Page, PageError, decode_page, read_page
from crawl.recorder import Answer, Wanted
from crawl.repeats import paper_print, print_of
from crawl.schema import Role
from crawl.sentinel import body_kind
from crawl.spiders.asking import from_listing, key_of
from crawl.spiders.lost import MAX_HOPS, LostPages

_MAY_BE_HTML = frozenset({"doc", "xls", "et", "wps", "csv"})  # offices save "Word" and "Excel" files as HTML tables
# what the bytes behind a name may be; old office programs are given new files' names and the other way round
_BYTES = {
    "pdf": frozenset({"pdf"}),
    "docx": frozenset({"zip"}),
    "xlsx": frozenset({"zip"}),
    "zip": frozenset({"zip"}),
    "ofd": frozenset({"zip"}),
    "rar": frozenset({"rar"}),
    "doc": frozenset({"ole", "rtf", "html", "xml"}),
    "xls": frozenset({"ole", "html", "xml"}),
}


class Notices(LostPages):
    """What is done with the answer of a notice's address, or of an attachment's."""

    def _on_attachment(self, wanted: Wanted, answer: Answer, body: bytes, page: Page | None) -> Iterator[Request]:
        suffix = attachment_suffix(wanted.url, wanted.link_text or "")
        if page is not None:
            tables = page.root.find(".//table") is not None
            if suffix not in _MAY_BE_HTML or not tables:
                self._count("soft_404")
                reason = f"a page came instead of the {suffix or 'file'} (soft 404)"
                print_ = f"for a file {print_of(page)}"
                if self.repeats.met(print_) is not None:  # kept once, to be looked at
                    body = b""
                self.repeats.note(print_, key_of(wanted.url), None, answers=None, sha256=None)
                yield from self._trouble(wanted, "failed", reason, status=answer.status, body=body)
                return
        kinds, kind = _BYTES.get(suffix or ""), body_kind(body)
        if kinds is not None and kind not in kinds and page is None:
            self._count(f"wrong_bytes: {kind} instead of {suffix}")  # kept all the same: what it is, its bytes say
        self._done(self.recorder.keep(wanted, answer, "attachment", body))

    def _on_notice(self, wanted: Wanted, answer: Answer, body: bytes, page: Page) -> Iterator[Request]:
        api = self.api_of(wanted.listing)
        if api is not None and api.detail is not None and body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
            yield from self._on_detail(wanted, answer, body)
            return
        notice = read_notice(page, wanted.link_text or "", wanted.listed_date)
        print_ = print_of(page)
        before, lost = self.twin_of(wanted, page, print_, notice)
        if lost:
            yield from self.on_lost(wanted, answer, body, print_, before)
            return
        self.notices += 1
        self._note_years(f"{notice.title or ''} {wanted.link_text or ''}")
        known = msgspec.structs.replace(
            wanted, notice_title=notice.title, published_date=notice.published_date, kind=notice.kind or wanted.kind
        )
        twin = self._known.get(before) if before is not None and before != key_of(wanted.url) else None
        again = twin is not None and twin.role == "inline" and bool(twin.sha256)  # one document, under two addresses
        role: Role = "inline" if notice.is_inline and not again else "notice"
        visit = self.recorder.keep(
            known, answer, role, body, says_the_same=lambda held: _shows_the_same(held, page, notice)
        )
        self._done(visit)
        if twin is not None and again:
            self._link_again(known, twin)
        answers = before is not None or self.says_what_was_asked(known, page, notice)
        self.repeats.note(print_, key_of(wanted.url), wanted.link_text, answers=answers, sha256=visit.sha256)
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
        if wanted.hops >= MAX_HOPS:
            rows = [
                Skip(link.url, link.text, f"listed by {MAX_HOPS} notices one behind the other")
                for link in notice.papers
            ]
            self._note_skipped(wanted, tuple(rows))
            return
        for link in notice.papers:  # papers that this notice lists on pages of their own
            paper = from_listing(msgspec.structs.replace(wanted, hops=wanted.hops + 1), link, "notice")
            yield from self.ask(paper)

    def _on_detail(self, wanted: Wanted, answer: Answer, body: bytes) -> Iterator[Request]:
        """A notice that is an answer in JSON, by the paths the source declares."""
        api = self.api_of(wanted.listing)
        assert api is not None
        assert api.detail is not None
        try:
            tree = json.loads(decode_page(body)[0])
        except (ValueError, RecursionError) as error:
            yield from self._trouble(wanted, "failed", f"not JSON: {error}", status=answer.status, body=body)
            return
        read = read_detail(tree, api.detail, answer.url)
        within = read_notice(read.page, wanted.link_text or "", wanted.listed_date) if read.page is not None else None
        files = {link.url: link for link in (*(within.attachments if within else ()), *read.attachments)}
        if not files and read.page is None and read.title is None:
            self._count("soft_404")
            reason = f"{SOFT_404} the answer holds no notice"
            yield from self._trouble(wanted, "failed", reason, status=answer.status, body=body)
            return
        known = msgspec.structs.replace(
            wanted,
            notice_title=read.title or wanted.link_text,
            published_date=read.date or (within.published_date if within else None) or wanted.listed_date,
        )
        self.notices += 1
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
                depth=notice.depth + 1,
            )
            yield from self.ask(attachment, changed=changed)


def _shows_the_same(held: bytes, page: Page, notice: NoticePage) -> bool:
    """Whether an earlier answer of a notice's address shows what this one shows and leads to the same files."""
    try:
        earlier = read_page(held, page.url)
    except PageError:
        return False
    return paper_print(earlier) == paper_print(page) and _leads_to(read_notice(earlier, "", None)) == _leads_to(notice)


def _leads_to(notice: NoticePage) -> set[str]:
    links = (*notice.attachments, *notice.papers, *notice.platform)
    return {*notice.images, *(link.url for link in links), *(skip.url for skip in notice.skipped)}
