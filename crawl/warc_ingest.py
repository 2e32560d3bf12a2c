"""A WARC of somebody else, or one of ours, taken into archive and ledger.

Taken are `resource` and `response` records of the source's own sites, within its limits. What our own metadata says of
a body is taken over; where there is none, a page becomes a notice, and anything else an attachment of which only its
address is known. What is left out is counted, by reason.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from crawl.address import clean_url, file_name_of, site_of
from crawl.archive import Archive
from crawl.ledger import Ledger, Link
from crawl.night import stamp
from crawl.schema import Outcome, Visit
from crawl.sentinel import body_kind
from crawl.source import Source
from crawl.spool import BodyRefused, OnDisk, Spool
from crawl.warc import MAX_HEADER_BYTES, Record, Said, WarcError, read_warc

MAX_METADATA_BYTES: Final = 1 << 20
_STEP: Final = 1 << 18


class Ingested(msgspec.Struct, frozen=True):
    """What became of a WARC. visits: by outcome; left_out: reason → records that were not taken; error: why reading
    stopped early, None when it came to the end of the file."""

    run_id: str
    visits: dict[str, int]
    left_out: dict[str, int]
    error: str | None = None


class _Taken(msgspec.Struct, frozen=True):
    """A body of the file that lies in the archive now."""

    name: str
    url: str
    at: str
    sha256: str
    is_page: bool
    status: int
    etag: str | None = None
    last_modified: str | None = None


class _LeftOut(Exception):  # noqa: N818 (the name of what happened)
    pass


def ingest_warc(path: Path, source: Source, *, archive: Archive, ledger: Ledger, at: str) -> Ingested:
    """Take the bodies of a WARC into archive and ledger, as visits of one source made when the WARC says.

    at: stamps the run. A body older than what the ledger knows of its address goes to the archive only: the ledger's
    last word on an address is the newest. Raises FileNotFoundError.
    """
    with path.open("rb") as file:
        run_id = ledger.begin_run(source.source_id, source.code, source.publisher, at)
        work = _Ingest(source, archive, ledger, run_id)
        error = None
        try:
            for record in read_warc(file):
                work.take(record)
        except WarcError as trouble:
            error = str(trouble)
        work.write(None)
        ledger.end_run(run_id, "ingested" if error is None else "ingest_broken")
    return Ingested(run_id, dict(sorted(work.visits.items())), dict(sorted(work.left_out.items())), error)


class _Ingest:
    def __init__(self, source: Source, archive: Archive, ledger: Ledger, run_id: str) -> None:
        self.source = source
        self.archive = archive
        self.ledger = ledger
        self.run_id = run_id
        self.visits: dict[str, int] = {}
        self.left_out: dict[str, int] = {}
        self._waiting: _Taken | None = None  # a body whose metadata may come next

    def take(self, record: Record) -> None:
        kind = record.fields.get("warc-type", "")
        if kind == "metadata" and self._waiting and record.fields.get("warc-refers-to") == self._waiting.name:
            self.write(_said(record))
            return
        self.write(None)
        if kind in {"warcinfo", "request", "metadata"}:
            return
        try:
            self._waiting = self._body(record, kind)
        except _LeftOut as reason:
            self.left_out[str(reason)] = self.left_out.get(str(reason), 0) + 1

    def _body(self, record: Record, kind: str) -> _Taken:
        if kind not in {"resource", "response"}:
            raise _LeftOut(f"record of type {kind[:30]!r}")
        try:
            url = clean_url(record.fields.get("warc-target-uri", "").strip("<>"))
            moment = datetime.fromisoformat(record.fields.get("warc-date", ""))
        except ValueError:
            raise _LeftOut("no usable url or date") from None
        if moment.tzinfo is None:
            raise _LeftOut("no usable url or date")
        if site_of(url) not in self.source.sites:
            raise _LeftOut("offsite")
        status, headers = (200, {}) if kind == "resource" else _http_head(record)
        if status not in {200, 203}:
            raise _LeftOut(f"status {status}")
        try:
            body = self._spooled(record, headers)
        except BodyRefused as error:
            raise _LeftOut(str(error)) from error
        if not body:
            raise _LeftOut("empty")
        sha256 = body.sha256 if isinstance(body, OnDisk) else hashlib.sha256(body).hexdigest()
        digest = record.fields.get("warc-block-digest", "").lower()
        if kind == "resource" and digest.startswith("sha256:") and len(digest) == 71 and digest[7:] != sha256:
            raise _LeftOut("its bytes are not those of its digest")
        self.archive.put(body)
        return _Taken(
            record.fields.get("warc-record-id", ""),
            url,
            stamp(moment),
            sha256,
            body_kind(body) == "html",
            status,
            _short(headers.get("etag")),
            _short(headers.get("last-modified")),
        )

    def _spooled(self, record: Record, headers: dict[str, str]) -> bytes:
        limit = self.source.politeness.max_bytes
        spool = Spool(self.archive.incoming, max_bytes=limit, content_encoding=headers.get("content-encoding", ""))
        try:
            for piece in _pieces(record, chunked="chunked" in headers.get("transfer-encoding", "").lower()):
                spool.write(piece)
            return spool.finish()
        except BaseException:
            spool.discard()
            raise

    def write(self, said: Said | None) -> None:
        """Write the visit of the waiting body."""
        taken, self._waiting = self._waiting, None
        if taken is None:
            return
        known = self.ledger.visits(source_id=self.source.source_id, url=taken.url)
        if known and known[-1].at > taken.at:
            self.left_out["older than the ledger's last visit"] = (
                self.left_out.get("older than the ledger's last visit", 0) + 1
            )
            return
        last = self.ledger.last_body(self.source.source_id, taken.url)
        outcome: Outcome = "new" if last is None else "unchanged" if last.sha256 == taken.sha256 else "replaced"
        plain = Visit(
            self.source.source_id,
            taken.url,
            "notice" if taken.is_page else "attachment",
            taken.at,
            outcome,
            status=taken.status,
            sha256=taken.sha256,
            etag=taken.etag,
            last_modified=taken.last_modified,
        )
        if said is not None and (said.visit.sha256, said.visit.url) == (taken.sha256, taken.url):
            visit = msgspec.structs.replace(
                said.visit, source_id=self.source.source_id, outcome=outcome, at=taken.at, reason=None
            )
            fits = [link for link in said.links if (link.sha256, link.url) == (taken.sha256, taken.url)]
            links = [msgspec.structs.replace(link, source_id=self.source.source_id) for link in fits]
        else:
            visit, links = plain, []
            if not taken.is_page:
                name = file_name_of(taken.url)
                links = [
                    Link(self.source.source_id, taken.sha256, taken.url, taken.url, "attachment", filename=name)
                ]  # nothing is known of a page that leads there
        links = [link for link in links if link.role in {"attachment", "inline"}]
        self.ledger.record(self.run_id, visit, links)
        self.visits[outcome] = self.visits.get(outcome, 0) + 1


def _said(record: Record) -> Said | None:
    if record.left > MAX_METADATA_BYTES:
        return None
    body = io.BytesIO()
    while piece := record.read():
        body.write(piece)
    try:
        return msgspec.json.decode(body.getvalue(), type=Said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _http_head(record: Record) -> tuple[int, dict[str, str]]:
    """Status and headers (names in lower case) of an HTTP answer in a record."""
    words = record.line().split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit() or len(words[1]) != 3:
        raise _LeftOut("no HTTP answer inside")
    headers: dict[str, str] = {}
    size = 0
    while (line := record.line()).strip():
        size += len(line)
        if size > MAX_HEADER_BYTES:
            raise _LeftOut(f"more than {MAX_HEADER_BYTES} bytes of headers")
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return int(words[1]), headers


def _pieces(record: Record, *, chunked: bool) -> Iterator[bytes]:
    """The body in pieces; transfer chunks undone. A record that says chunked and is not is taken as it is."""
    if not chunked:
        while piece := record.read():
            yield piece
        return
    first = True
    while record.left:
        line = record.line()
        try:
            left = int(line.split(b";")[0].strip() or b"x", 16)
        except ValueError:
            if not first:
                raise BodyRefused("its transfer chunks are broken") from None
            yield line
            yield from _pieces(record, chunked=False)
            return
        first = False
        if left <= 0:
            return
        while left:
            piece = record.read(min(left, _STEP))
            if not piece:
                raise BodyRefused("its transfer chunks are broken")
            left -= len(piece)
            yield piece
        record.line()


def _short(value: str | None) -> str | None:
    return value if value and len(value) <= 1000 else None
