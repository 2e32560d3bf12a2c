"""WARC 1.1 (ISO 28500): the archive written out, and a WARC of somebody else read in, both within bounds.

Written, for every body an address gave (each change of it, in the order of the visits): a `resource` record (the bytes
as they lie in the archive; the headers of the transfer are not kept, so it is no `response`), and a `metadata` record
that refers to it: the visit and the links that led there, as JSON. Each record is a gzip member of its own. The same
ledger gives the same file.

Read: record by record; what is made of them is in `crawl.warc_ingest`.

A reader of our own, because a WARC is as hostile as the web it came from: warcio (the second witness in the tests)
reads header lines of any length.
"""

from __future__ import annotations

import gzip
import uuid
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import IO, Final, Literal

import msgspec

from crawl.archive import Archive
from crawl.ledger import Ledger, Link
from crawl.night import stamp
from crawl.schema import Visit
from crawl.sentinel import body_kind

MAX_HEADER_BYTES: Final = 64 * 1024
MAX_RECORDS: Final = 2_000_000
MAX_TOTAL_BYTES: Final = 1 << 40
FORMAT: Final = "yujue-visit/1"
_STEP: Final = 1 << 18
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://yujue.example/warc")
_MEDIA: Final = {
    "html": "text/html",
    "xml": "application/xml",
    "text": "text/plain",
    "pdf": "application/pdf",
    "zip": "application/zip",
}


_DAMAGED = (OSError, EOFError, zlib.error)


class WarcError(ValueError):
    """A file that is no WARC, or breaks off, or goes beyond a limit: one line. What came before it was taken."""


class Said(msgspec.Struct, frozen=True):
    """What our metadata record says of a body."""

    format: Literal["yujue-visit/1"]
    visit: Visit
    links: list[Link] = []


# ---------------------------------------------------------------------------------------------------------- writing


def write_warc(out: IO[bytes], ledger: Ledger, archive: Archive, sources: Iterable[str] | None = None) -> int:
    """Write the bodies of some sources (all of them: None); returns how many.

    Raises FileNotFoundError or ArchiveCorruption for a body the archive has lost.
    """
    wanted = None if sources is None else set(sources)
    visits = [visit for visit in _changes(ledger) if wanted is None or visit.source_id in wanted]
    ways: dict[tuple[str, str, str], list[Link]] = {}
    for link in ledger.links():
        ways.setdefault((link.source_id, link.url, link.sha256), []).append(link)
    first = visits[0].at if visits else stamp(datetime.fromtimestamp(0, UTC))
    about = f"software: yujue\r\nformat: WARC File Format 1.1\r\nrecords: resource, metadata ({FORMAT})\r\n"
    _record(
        out,
        about.encode(),
        ("WARC-Type", "warcinfo"),
        ("WARC-Date", first),
        ("WARC-Record-ID", _id("warcinfo", first, str(len(visits)))),
        ("Content-Type", "application/warc-fields"),
    )
    for number, visit in enumerate(visits):
        sha256 = visit.sha256 or ""
        name = _id(visit.source_id, visit.url, sha256, visit.at, str(number))
        _resource(out, visit, name, archive)
        said = Said(FORMAT, visit, ways.get((visit.source_id, visit.url, sha256), []))
        body = msgspec.json.format(msgspec.json.encode(said), indent=0)
        _record(
            out,
            body,
            ("WARC-Type", "metadata"),
            ("WARC-Target-URI", visit.url),
            ("WARC-Refers-To", name),
            ("WARC-Date", visit.at),
            ("WARC-Record-ID", _id(name, "metadata")),
            ("Content-Type", "application/json"),
        )
    return len(visits)


def _changes(ledger: Ledger) -> Iterator[Visit]:
    """Visits that brought another body than the last one of their address."""
    last: dict[tuple[str, str], str] = {}
    for visit in ledger.visits():
        if visit.outcome in {"new", "unchanged", "replaced"} and visit.sha256 is not None:
            key = (visit.source_id, visit.url)
            if last.get(key) != visit.sha256:
                last[key] = visit.sha256
                yield visit


def _id(*parts: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, chr(31).join(parts))}>"


def _resource(out: IO[bytes], visit: Visit, name: str, archive: Archive) -> None:
    sha256 = visit.sha256 or ""
    if not archive.verify(sha256):
        archive.get(sha256)  # says what is wrong
    head, size = archive.piece(sha256, 0, _STEP), archive.size(sha256) or 0
    kind = _MEDIA.get(body_kind(head), "application/octet-stream")
    fields = [
        ("WARC-Type", "resource"),
        ("WARC-Target-URI", visit.url),
        ("WARC-Date", visit.at),
        ("WARC-Record-ID", name),
        ("WARC-Block-Digest", f"sha256:{sha256}"),
        ("WARC-Payload-Digest", f"sha256:{sha256}"),
        ("Content-Type", kind),
        ("Content-Length", str(size)),
    ]
    pieces = (archive.piece(sha256, start, start + _STEP) for start in range(_STEP, size, _STEP))
    _member(out, _head(fields), head, pieces)


def _record(out: IO[bytes], body: bytes, *fields: tuple[str, str]) -> None:
    _member(out, _head([*fields, ("Content-Length", str(len(body)))]), body, ())


def _head(fields: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"{name}: {' '.join(value.split())}" for name, value in fields]
    return ("\r\n".join(["WARC/1.1", *lines]) + "\r\n\r\n").encode()


def _member(out: IO[bytes], head: bytes, body: bytes, rest: Iterable[bytes]) -> None:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)  # no time and no name in the gzip header
    out.write(packer.compress(head))
    out.write(packer.compress(body))
    for piece in rest:
        out.write(packer.compress(piece))
    out.write(packer.compress(b"\r\n\r\n") + packer.flush())


# ---------------------------------------------------------------------------------------------------------- reading


class Record:
    """One record: its fields (names in lower case) and its block, read once and in pieces."""

    def __init__(self, fields: dict[str, str], file: IO[bytes], length: int) -> None:
        self.fields = fields
        self._file = file
        self.left = length

    def read(self, most: int = _STEP) -> bytes:
        """The next piece; b'' at the end. Raises WarcError where the file ends before the block does, or is damaged."""
        try:
            piece = self._file.read(min(most, self.left))
        except _DAMAGED as error:
            raise WarcError(f"damaged: {error}") from error
        if self.left and not piece:
            raise WarcError("the file ends inside a record")
        self.left -= len(piece)
        return piece

    def line(self) -> bytes:
        """The next line of the block. Raises WarcError for one without end, or where the file is damaged."""
        try:
            line = self._file.readline(min(MAX_HEADER_BYTES, self.left))
        except _DAMAGED as error:
            raise WarcError(f"damaged: {error}") from error
        self.left -= len(line)
        if not line.endswith(b"\n") and self.left:
            raise WarcError("a line without end")
        return line

    def skip(self) -> None:
        """Read to the end of the block."""
        while self.read():
            pass


def read_warc(file: IO[bytes]) -> Iterator[Record]:
    """The records of a WARC, packed or not. Raises WarcError (see there)."""
    magic = file.read(2)
    file.seek(0)
    stream: IO[bytes] = gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file  # type: ignore[assignment]
    total = 0
    try:
        for _ in range(MAX_RECORDS):
            fields = _fields(stream)
            if fields is None:
                return
            length = fields.get("content-length", "")
            if not (length.isascii() and length.isdecimal() and len(length) < 16):
                raise WarcError(f"a record whose Content-Length is {length[:40]!r}")
            total += int(length)
            if total > MAX_TOTAL_BYTES:
                raise WarcError(f"more than {MAX_TOTAL_BYTES} bytes")
            record = Record(fields, stream, int(length))
            yield record
            record.skip()
    except _DAMAGED as error:
        raise WarcError(f"damaged: {error}") from error
    raise WarcError(f"more than {MAX_RECORDS} records")


def _fields(stream: IO[bytes]) -> dict[str, str] | None:
    """The head of the next record; None at the end of the file."""
    line = b"\r\n"
    blank = 0
    while line in {b"\r\n", b"\n"}:
        line = stream.readline(1000)
        blank += 1
        if blank > 1000:
            raise WarcError("nothing but empty lines")
    if not line:
        return None
    if not line.startswith(b"WARC/"):
        raise WarcError(f"not a WARC record: {line[:40]!r}")
    fields: dict[str, str] = {}
    left = MAX_HEADER_BYTES
    last = ""
    while True:
        line = stream.readline(left + 1)
        left -= len(line)
        if left < 0:
            raise WarcError(f"a record head of more than {MAX_HEADER_BYTES} bytes")
        if not line.endswith(b"\n"):
            raise WarcError("the file ends inside a record")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return fields
        if text[0] in " \t" and last:
            fields[last] += " " + text.strip()
            continue
        name, _, value = text.partition(":")
        last = name.strip().lower()
        fields.setdefault(last, value.strip())
