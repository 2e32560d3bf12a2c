"""The edge of a crawl: what the network gave becomes bodies of the archive and rows of the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

import msgspec

from crawl.address import file_name_of
from crawl.archive import Archive, ArchiveCorruption
from crawl.ledger import LastBody, Ledger, Link
from crawl.manners import Manners
from crawl.schema import Outcome, Role, Visit
from crawl.source import Source
from crawl.spool import whole_size

OTHER_BYTES = "other bytes that show the same:"  # how the reason begins of a visit that names what else came
_REFUSED_STATUS = frozenset({401, 403, 407, 412, 422, 429, 451, 521})
_MAX_VALIDATOR = 1000
_GONE_STATUS = frozenset({404, 410})
_FILENAME_STAR = re.compile(r"filename\*\s*=\s*([\w-]*)'[^']*'([^;]+)", re.IGNORECASE)
_FILENAME = re.compile(r"filename\s*=\s*(?:\"([^\"]*)\"|([^;]+))", re.IGNORECASE)


class Wanted(msgspec.Struct, frozen=True):
    """A url to ask for and all that is known of it before it is: who links to it, with which words.

    listing: number of the Source's listing it descends from. guessed: the address was made, not read: it may be gone.
    form: what is sent by POST to `address`; url is then the name of the request in the ledger (form written as query).
    column: address of the column below the listing it was found in, if any. kind: where a page states another than the
    listing's. hops: stub pages and notices that lead on which were passed since the listing. depth: links between the
    first page of the listing and this address (its further pages stand where the first one does).
    """

    url: str
    role: Role
    listing: int
    landing_url: str | None = None
    link_text: str | None = None
    listed_date: str | None = None
    notice_title: str | None = None
    published_date: str | None = None
    guessed: bool = False
    address: str | None = None
    form: tuple[tuple[str, str], ...] | None = None
    column: str | None = None
    kind: str | None = None
    hops: int = 0
    depth: int = 0


class Answer(msgspec.Struct, frozen=True):
    """What came back. headers: names in lower case. body: b'' for a 304."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def _validator(answer: Answer, name: str) -> str | None:
    """A validator to send back; one of absurd length is not kept."""
    value = answer.headers.get(name)
    return value if value and len(value) <= _MAX_VALIDATOR else None


def failure_outcome(status: int) -> tuple[Outcome, str]:
    """Outcome and reason of an answer that is no body."""
    if status in _GONE_STATUS:
        return "gone", f"status {status}"
    return ("refused" if status in _REFUSED_STATUS else "failed"), f"status {status}"


def file_name(answer_url: str, disposition: str | None) -> str | None:
    """Name of a file: Content-Disposition (RFC 6266; raw UTF-8 or GBK bytes as servers send them), else the path's."""
    if disposition:
        starred = _FILENAME_STAR.search(disposition)
        plain = _FILENAME.search(disposition)
        name = ""
        if starred:
            try:
                name = unquote(starred[2].strip().strip('"'), encoding=starred[1] or "utf-8", errors="replace")
            except LookupError:
                name = ""
        elif plain:
            name = unquote(_repair((plain[1] or plain[2] or "").strip()))
        name = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "").strip()
        if name:
            return name
    return file_name_of(answer_url)


def _repair(header: str) -> str:
    """A header value decoded as Latin-1 whose bytes were UTF-8 or GB18030."""
    try:
        raw = header.encode("latin-1")
    except UnicodeEncodeError:
        return header
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return header


class Recorder:
    """Writes one run. Every method that writes also reports one event: {"event": "visit", url, role, outcome, …}.

    A run that was cut short goes on where it stood: what it has visited (`past`) is not asked for again
    (`crawl.middlewares.ResumeMiddleware` answers from the archive), and is not written again either.
    """

    def __init__(
        self,
        source: Source,
        archive: Archive,
        ledger: Ledger,
        *,
        run_id: str,
        at: str,
        report: Callable[[dict[str, object]], None],
        manners: Manners | None = None,
    ) -> None:
        self.source = source
        self.archive = archive
        self.ledger = ledger
        self.run_id = run_id
        self.at = at
        self.report = report
        self.manners = manners
        self.bodies_fetched = 0
        self.bytes_fetched = 0
        self._past = {visit.url: visit for visit in ledger.visits(run_id=run_id)}

    def past(self, url: str) -> Visit | None:
        """The visit this run made to a url before it was cut short; None when the url is still to be asked for.

        A visit whose body the archive has lost counts as not made.
        """
        visit = self._past.get(url)
        if visit is not None and visit.sha256 is not None and not self.archive.verify(visit.sha256):
            del self._past[url]
            return None
        return visit

    def validators(self, url: str) -> LastBody | None:
        """Validators to send: only while the archive still holds the sound body they stand for."""
        last = self.ledger.last_body(self.source.source_id, url)
        return last if last is not None and self.archive.verify(last.sha256) else None

    def not_modified(self, wanted: Wanted) -> LastBody | None:
        """The body a 304 means; None when none was asked about."""
        return self.ledger.last_body(self.source.source_id, wanted.url)

    def keep(
        self,
        wanted: Wanted,
        answer: Answer,
        role: Role,
        body: bytes,
        *,
        says_the_same: Callable[[bytes], bool] | None = None,
    ) -> Visit:
        """Archive a body and write the visit that brought it: new, unchanged or replaced.

        says_the_same: whether the body held so far says what this one says. Then the visit is unchanged and stands for
        the body held so far: no counter makes a new document; the new bytes are archived, its reason names them.
        """
        if (visit := self._past.get(wanted.url)) is not None:
            self._link_past(wanted, visit)
            return visit
        last = self.ledger.last_body(self.source.source_id, wanted.url)
        if answer.status == 304 and last is not None:
            sha256 = last.sha256
        else:
            sha256 = self.archive.put(body)
            self.bodies_fetched += 1
            self.bytes_fetched += whole_size(body)
        outcome: Outcome = "new" if last is None else "unchanged" if last.sha256 == sha256 else "replaced"
        reason = None
        if last is not None and outcome == "replaced" and says_the_same and self._holds(last.sha256, says_the_same):
            outcome, reason, sha256 = "unchanged", f"{OTHER_BYTES} {sha256}", last.sha256
        confirmed = answer.status == 304
        visit = self._visit(
            wanted,
            role,
            outcome,
            status=answer.status,
            sha256=sha256,
            # a 304 may leave out what it confirms
            etag=_validator(answer, "etag") or (last.etag if confirmed and last else None),
            last_modified=_validator(answer, "last-modified") or (last.last_modified if confirmed and last else None),
            final_url=answer.url if answer.url != wanted.url else None,
            reason=reason,
        )
        links = [self.link(wanted, sha256, role, answer)] if role in {"attachment", "inline"} else []
        self.ledger.record(self.run_id, visit, links)
        self._tell(visit)
        if self.manners is not None:
            self.manners.welcomed(answer.url)
        return visit

    def _holds(self, sha256: str, says_the_same: Callable[[bytes], bool]) -> bool:
        try:
            return says_the_same(self.archive.get(sha256))
        except (ArchiveCorruption, OSError):  # then the new bytes are all there is
            return False

    def trouble(
        self,
        wanted: Wanted,
        outcome: Outcome,
        reason: str,
        *,
        status: int | None = None,
        body: bytes = b"",
    ) -> Visit:
        """Write a visit that brought no usable body; a body that came all the same is archived to be looked at."""
        if (past := self._past.get(wanted.url)) is not None:
            return past
        sha256 = self.archive.put(body) if body else None
        visit = self._visit(wanted, wanted.role, outcome, status=status, sha256=sha256, reason=reason)
        self.ledger.record(self.run_id, visit)
        self._tell(visit)
        if self.manners is not None and outcome == "refused" and status is not None and status < 400:
            self.manners.challenged(wanted.url)  # no status said so: a firewall's page did
        return visit

    def disown(self, visit: Visit, reason: str) -> Visit:
        """Write that what a visit of this run brought was not what was asked for; returns the visit that says so. Its
        body is no document any more (`Ledger.links`)."""
        told = msgspec.structs.replace(visit, outcome="failed", reason=reason, etag=None, last_modified=None)
        self.ledger.record(self.run_id, told)
        self._tell(told)
        return told

    def _link_past(self, wanted: Wanted, visit: Visit) -> None:
        """The way to a document was written with its visit; a further one is added with the file name known then."""
        if visit.sha256 is None or visit.role not in {"attachment", "inline"}:
            return
        link = self.link(wanted, visit.sha256, visit.role)
        known = [one for one in self.ledger.links(source_id=link.source_id, sha256=link.sha256) if one.url == link.url]
        if all(one.landing_url != link.landing_url for one in known):
            filename = known[0].filename if known else link.filename
            self.ledger.add_links(self.run_id, [msgspec.structs.replace(link, filename=filename)])

    def link(self, wanted: Wanted, sha256: str, role: Role, answer: Answer | None = None) -> Link:
        """The row that says how a document was reached.

        What only its own answer says (the file's name; title and date of a notice that is the document itself) stays as
        it was said where that answer is not at hand: a page that links to it again, a 304.
        """
        headers = answer.headers if answer else {}
        name = file_name(wanted.url, headers.get("content-disposition"))
        title, day = wanted.notice_title, wanted.published_date
        if answer is None or answer.status == 304:
            said = self.ledger.said_of(self.source.source_id, wanted.url, sha256)
            if said is not None:
                name = said.filename if "content-disposition" not in headers else name
                if role == "inline" and title is None:
                    title, day = said.notice_title, said.published_date
        return Link(
            source_id=self.source.source_id,
            sha256=sha256,
            url=wanted.url,
            landing_url=wanted.landing_url or wanted.url,
            role=role,
            link_text=wanted.link_text,
            notice_title=title,
            published_date=day,
            listed_date=wanted.listed_date,
            filename=name,
            kind=wanted.kind or self.source.listings[wanted.listing].kind,
        )

    def _visit(self, wanted: Wanted, role: Role, outcome: Outcome, **rest: object) -> Visit:
        return msgspec.convert(
            {
                "source_id": self.source.source_id,
                "url": wanted.url,
                "role": role,
                "at": self.at,
                "outcome": outcome,
                "landing_url": wanted.landing_url,
                "link_text": wanted.link_text,
                **rest,
            },
            Visit,
        )

    def _tell(self, visit: Visit) -> None:
        self.report({"event": "visit", "run_id": self.run_id, **msgspec.to_builtins(visit)})
