"""Bodies on their way in: unpacked as they come, within limits, and beyond a few MiB kept in a file, not in memory.

A page is needed whole (it is parsed), so it stays in memory, up to `MAX_PAGE_BYTES`; a file only has to be stored, so
of a large one only the head is kept in memory: `OnDisk`.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
import zlib
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, Protocol

from crawl.sentinel import body_kind

MIB: Final = 1024 * 1024
IN_MEMORY_BYTES: Final = 4 * MIB
MAX_PAGE_BYTES: Final = 16 * MIB  # the largest page seen is a report of 53 pages drawn in HTML, 3.4 MB
HEAD_BYTES: Final = 64 * 1024
_STEP: Final = 256 * 1024
_MAX_CODINGS = 2
_MAX_MEMBERS = 1000  # of one gzip stream
_PAGE_KINDS = frozenset({"html", "xml", "text", "empty"})
_UNREAD_CODINGS = frozenset({"zstd", "compress", "x-compress", "bzip2", "x-bzip2", "dcb", "dcz"})


class BodyRefused(Exception):  # noqa: N818 (the name of what happened)
    """A body that is not taken. The message is the reason, one plain line."""


class OnDisk(bytes):
    """The first bytes of a body whose whole lies in a file; `sha256` and `size` are those of the whole.

    Whoever needs the rest reads the file; the archive takes the file as it is. The file goes when nobody holds the
    body any more, unless the archive has taken it.
    """

    path: Path
    sha256: str
    size: int
    _held: _Held | None

    @classmethod
    def of(cls, head: bytes, path: Path, sha256: str, size: int) -> OnDisk:
        """A body of which `head` is in memory and all of it in the file `path`."""
        body = cls(head)
        body.path, body.sha256, body.size, body._held = path, sha256, size, _Held(path)
        return body


def stored(path: Path, sha256: str) -> bytes:
    """A body that lies in a file for good: whole if it is a page or small, else its head only."""
    size = path.stat().st_size
    if size > IN_MEMORY_BYTES:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if body_kind(head) not in _PAGE_KINDS:
            body = OnDisk(head)
            body.path, body.sha256, body.size, body._held = path, sha256, size, None
            return body
    return path.read_bytes()


class _Held:
    """Removes a file when it is forgotten."""

    def __init__(self, path: Path) -> None:
        weakref.finalize(self, _remove, path)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def whole_size(body: bytes) -> int:
    """Length of a body, wherever it is."""
    return body.size if isinstance(body, OnDisk) else len(body)


class _Decoder(Protocol):
    def decode(self, data: bytes, limit: int) -> tuple[bytes, bool]:
        """Some output (about `limit` at most) for further input, and whether there is more of it (ask with b'')."""

    def end(self) -> None:
        """Raise BodyRefused when the stream is not complete."""


class _Zlib:
    """gzip (also several members in a row) and deflate (with its header, or bare, as some servers send it)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._bits = 31 if name == "gzip" else 15
        self._work: Any = None
        self._plain = False
        self._members = 1
        self._padded = False
        self._held = b""  # too little to tell what it begins

    def decode(self, data: bytes, limit: int) -> tuple[bytes, bool]:
        data, self._held = self._held + data, b""
        if self._work is None:
            if len(data) < 2:
                self._held = data
                return b"", False
            # a server that says gzip and sends plain bytes
            self._plain = self.name == "gzip" and not data.startswith(b"\x1f")
            self._work = zlib.decompressobj(self._bits)
            if self.name == "deflate" and not _zlib_header(data):
                self._work = zlib.decompressobj(-15)
        if self._plain:
            return data, False
        if self._work.eof:
            rest = (b"" if self._padded else self._work.unused_data) + data
            self._padded = True  # what follows the end was looked at
            if rest == b"\x1f":
                self._held = rest
                return b"", False
            if self.name != "gzip" or not rest.startswith(b"\x1f\x8b"):
                return b"", False  # padding after the end
            self._work, data, self._padded = zlib.decompressobj(self._bits), rest, False
            self._members += 1
            if self._members > _MAX_MEMBERS:
                raise BodyRefused(f"gzip stream of more than {_MAX_MEMBERS} members")
        try:
            out = self._work.decompress(self._work.unconsumed_tail + data, limit)
        except zlib.error as error:
            raise BodyRefused(f"cannot be unpacked ({self.name}: {error})") from error
        return out, bool(self._work.unconsumed_tail) or (self._work.eof and bool(self._work.unused_data))

    def end(self) -> None:
        if (self._work is None and self._held) or (self._work and not self._plain and not self._work.eof):
            raise BodyRefused(f"the {self.name} stream ends early")


def _zlib_header(data: bytes) -> bool:
    return len(data) >= 2 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0


class _Brotli:
    def __init__(self) -> None:
        import brotli  # noqa: PLC0415 - Scrapy brings it; asked for by no request of ours

        self._work: Any = brotli.Decompressor()
        self._error: type[Exception] = brotli.error

    def decode(self, data: bytes, limit: int) -> tuple[bytes, bool]:
        if self._work.is_finished():
            return b"", False
        try:
            out: bytes = self._work.process(data, output_buffer_limit=limit)
        except self._error as error:
            raise BodyRefused(f"cannot be unpacked (br: {error})") from error
        return out, not self._work.is_finished() and not self._work.can_accept_more_data()

    def end(self) -> None:
        if not self._work.is_finished():
            raise BodyRefused("the br stream ends early")


def decoders(content_encoding: str) -> list[_Decoder]:
    """What undoes a Content-Encoding header, in the order of undoing. Words that are no coding are passed over.

    Raises BodyRefused for a coding we do not read, or more than two of them.
    """
    names = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    found: list[_Decoder] = []
    for name in reversed(names):
        if name in {"gzip", "x-gzip"}:
            found.append(_Zlib("gzip"))
        elif name == "deflate":
            found.append(_Zlib("deflate"))
        elif name == "br":
            found.append(_Brotli())
        elif name in _UNREAD_CODINGS:
            raise BodyRefused(f"packed in a way we did not ask for (Content-Encoding: {name})")
    if len(found) > _MAX_CODINGS:
        raise BodyRefused(f"packed {len(found)} times over (Content-Encoding)")
    return found


class Spool:
    """Takes the pieces of one body: `write` … `finish`, or `discard`."""

    def __init__(self, folder: Path, *, max_bytes: int, content_encoding: str = "", keep_first: int = 0) -> None:
        """max_bytes: of the unpacked body; keep_first: be content with so many (0: all or nothing).

        Raises BodyRefused for a Content-Encoding we do not read.
        """
        self._folder = folder
        self._max = max_bytes
        self._keep_first = keep_first
        self._decoders = decoders(content_encoding)
        self._pieces: list[bytes] = []
        self._hash = hashlib.sha256()
        self._file: IO[bytes] | None = None
        self._path: Path | None = None
        self._head = b""
        self._is_page: bool | None = None
        self.size = 0
        self.enough = False

    def write(self, data: bytes) -> None:
        """Take a piece as it came from the network. Raises BodyRefused where the body is not to be taken."""
        self._through(data, 0)

    def _through(self, data: bytes, stage: int) -> None:
        if self.enough:
            return
        if stage == len(self._decoders):
            self._keep(data)
            return
        more = True
        while more and not self.enough:
            out, more = self._decoders[stage].decode(data, _STEP)
            data = b""
            if out:
                self._through(out, stage + 1)

    def _keep(self, data: bytes) -> None:
        if self._keep_first and self.size + len(data) >= self._keep_first:
            data = data[: self._keep_first - self.size]
            self.enough = True
        self.size += len(data)
        if self.size > self._max:
            how = " when unpacked" if self._decoders else ""
            raise BodyRefused(f"larger than {self._max} bytes{how} (politeness.max_bytes)")
        self._hash.update(data)
        if self._file is not None:
            self._file.write(data)
            return
        self._pieces.append(data)
        if self.size <= IN_MEMORY_BYTES:
            return
        if self._is_page is None:
            self._is_page = body_kind(b"".join(self._pieces)[:HEAD_BYTES]) in _PAGE_KINDS
        if not self._is_page:
            self._to_file()
        elif self.size > MAX_PAGE_BYTES:
            raise BodyRefused(f"a page larger than {MAX_PAGE_BYTES} bytes")

    def _to_file(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="body-", dir=self._folder)
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb")
        body = b"".join(self._pieces)
        self._head, self._pieces = body[:HEAD_BYTES], []
        self._file.write(body)

    def finish(self) -> bytes:
        """The body: its bytes, or an OnDisk. Raises BodyRefused when a packed one is cut short."""
        if not self.enough:
            for decoder in self._decoders:
                decoder.end()
        if self._file is None or self._path is None:
            return b"".join(self._pieces)
        self._file.close()
        return OnDisk.of(self._head, self._path, self._hash.hexdigest(), self.size)

    def discard(self) -> None:
        """Forget what came."""
        self._pieces = []
        if self._file is not None and self._path is not None:
            self._file.close()
            _remove(self._path)
