"""Folders over HTTP: a release for who wants to look at it, the sample site for the demo's crawl.

Loopback by default; files only, below one folder, no listings, no hidden names; one range per request; conditional
requests; headers under which a page can load nothing from elsewhere.
"""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import json
import mimetypes
import os
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

LOOPBACK = "127.0.0.1"
CHUNK = 1 << 16
REMEMBERED = 50_000  # digests of files
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# a built site: its own few scripts may run, and its own files may be fetched; nothing else
SITE_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SITE_MARK = "site.json"  # at the root of a built site; names the moment of its release
TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".md": "text/markdown; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".js": "text/javascript; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".xml": "application/xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".webp": "image/webp",
    ".gz": "application/gzip",
    ".dta": "application/octet-stream",
    ".cff": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}
PACKED = ("text/", "application/json", "application/xml", "application/atom+xml", "image/svg+xml")
PACK_FROM, PACK_TO = 1_000, 16_000_000  # bytes of a text that is worth packing, and can be packed in memory
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class FileServer(ThreadingHTTPServer):
    """Serves the files below `root`. redirect: where `/` leads when the folder has no index.html. headers: of every
    answer. In a built site ETag and Last-Modified follow from the bytes and the release, not from the clock."""

    daemon_threads = True
    request_queue_size = 128  # hyparquet opens many connections at once; beyond the queue they hang for minutes

    def __init__(
        self,
        root: Path,
        host: str = LOOPBACK,
        port: int = 0,
        redirect: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.root = root.resolve()
        self.redirect = redirect
        self.headers = HEADERS if headers is None else headers
        self._digests: dict[tuple[Path, int, int, int], str] = {}
        super().__init__((host, port), Handler)

    def moment(self) -> int | None:
        """The moment of the built site that is served; None where the folder is something else."""
        try:
            moment = json.loads((self.root / SITE_MARK).read_text(encoding="utf-8"))["moment"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return moment if isinstance(moment, int) else None

    def digest(self, file: Path, content: BinaryIO, status: os.stat_result) -> str:
        """sha256 of a file; remembered while it is the same file of the same size and time."""
        key = (file, status.st_size, status.st_mtime_ns, status.st_ino)
        if key not in self._digests:
            if len(self._digests) > REMEMBERED:
                self._digests.clear()
            made = hashlib.sha256()
            while piece := content.read(CHUNK):
                made.update(piece)
            content.seek(0)
            self._digests[key] = made.hexdigest()
        return self._digests[key]

    @property
    def url(self) -> str:
        host, port = self.server_address[0], self.server_address[1]
        return f"http://{host if isinstance(host, str) else host.decode()}:{port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not worth a traceback."""


@contextmanager
def in_background(server: FileServer) -> Iterator[FileServer]:
    """Serve from a thread while the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD of files."""

    server: FileServer
    server_version = "yujue"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Nothing on the terminal: progress and results belong there."""

    def _answer(self, *, body: bool) -> None:
        path = urlsplit(self.path).path
        if path == "/" and self.server.redirect and not (self.server.root / "index.html").is_file():
            self._head(HTTPStatus.FOUND, {"Location": self.server.redirect, "Content-Length": "0"})
            return
        file = find_file(self.server.root, path)
        if file is None:
            self._missing(body=body)
            return
        if file.is_dir():
            self._head(HTTPStatus.MOVED_PERMANENTLY, {"Location": f"{path}/", "Content-Length": "0"})
            return
        try:
            with file.open("rb") as content:
                self._send(file, content, body=body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except OSError:
            self._say(HTTPStatus.NOT_FOUND, body=body)

    def _send(self, file: Path, content: BinaryIO, *, body: bool) -> None:
        status = os.fstat(content.fileno())
        if not stat.S_ISREG(status.st_mode):
            self._say(HTTPStatus.NOT_FOUND, body=body)
            return
        size = status.st_size
        kind = content_type(file)
        etag, changed = self._validators(file, content, status)
        packs = self._packs(kind, size)
        if packs:
            etag = f'{etag[:-1]}-gz"'
        modified = email.utils.formatdate(changed, usegmt=True)
        headers = {"ETag": etag, "Last-Modified": modified, "Accept-Ranges": "bytes", "Cache-Control": "no-cache"}
        if kind.startswith(PACKED):
            headers["Vary"] = "Accept-Encoding"
        if self._not_modified(etag, modified):
            self._head(HTTPStatus.NOT_MODIFIED, headers)
            return
        headers["Content-Type"] = kind
        if packs:
            packed = gzip.compress(content.read(), 6, mtime=0)
            self._head(HTTPStatus.OK, {**headers, "Content-Encoding": "gzip", "Content-Length": str(len(packed))})
            if body:
                self.wfile.write(packed)
            return
        start, end, code = 0, size - 1, HTTPStatus.OK
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range", etag) in (etag, modified):
            span = byte_range(wanted, size)
            if span is not None and not span:
                self._say(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, {"Content-Range": f"bytes */{size}"}, body=body)
                return
            if span is not None:
                start, end = span
                code = HTTPStatus.PARTIAL_CONTENT
                headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        headers["Content-Length"] = str(end - start + 1)
        self._head(code, headers)
        if body:
            content.seek(start)
            left = end - start + 1
            while left > 0 and (piece := content.read(min(CHUNK, left))):
                self.wfile.write(piece)
                left -= len(piece)

    def _validators(self, file: Path, content: BinaryIO, status: os.stat_result) -> tuple[str, float]:
        """ETag, and the time of Last-Modified. In a built site the bytes move the time, so that it tells them apart."""
        moment = self.server.moment()
        if moment is not None:
            digest = self.server.digest(file, content, status)
            return f'"{digest[:20]}"', moment + int(digest[:8], 16) % 86_400
        made = hashlib.sha256(f"{file.name} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()
        return f'"{made[:20]}"', status.st_mtime

    def _packs(self, kind: str, size: int) -> bool:
        """Whether the answer is packed: a text of some size, whole, for a client that can unpack it."""
        if not kind.startswith(PACKED) or not PACK_FROM <= size <= PACK_TO or self.headers.get("Range"):
            return False
        wanted = (one.lower().replace(" ", "") for one in self.headers.get("Accept-Encoding", "").split(","))
        return any(one == "gzip" or (one.startswith("gzip;q=") and one[7:].strip("0.") != "") for one in wanted)

    def _not_modified(self, etag: str, modified: str) -> bool:
        match = self.headers.get("If-None-Match")
        if match is not None:
            return etag in (one.strip().removeprefix("W/") for one in match.split(",")) or match.strip() == "*"
        return self.headers.get("If-Modified-Since") == modified  # the very one we sent: times do not order our bytes

    def _missing(self, *, body: bool) -> None:
        """404, with the site's own page where it has one."""
        page = self.server.root / "404.html"
        try:
            text = page.read_bytes() if page.is_file() and not page.is_symlink() else None
        except OSError:
            text = None
        if text is None:
            self._say(HTTPStatus.NOT_FOUND, body=body)
            return
        self._head(HTTPStatus.NOT_FOUND, {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(text))})
        if body:
            self.wfile.write(text)

    def _say(self, code: HTTPStatus, headers: dict[str, str] | None = None, *, body: bool) -> None:
        text = f"{code.value} {code.phrase}\n".encode()
        self._head(
            code,
            {**(headers or {}), "Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(text))},
        )
        if body:
            self.wfile.write(text)

    def _head(self, code: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in {**self.server.headers, **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def find_file(root: Path, path: str) -> Path | None:
    """The file (or folder, where the final slash is missing) a URL path means; None if outside, hidden or absent.

    Links are followed only to where they stay inside the root.
    """
    try:
        text = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return None
    parts = [part for part in text.split("/") if part]
    if any(part.startswith(".") or "\\" in part or not part.isprintable() for part in parts):
        return None
    wanted = root.joinpath(*parts)
    if text.endswith("/"):
        wanted /= "index.html"
    try:
        real = wanted.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    if not real.is_relative_to(root) or any(part.startswith(".") for part in real.relative_to(root).parts):
        return None
    return real if real.is_file() or (real / "index.html").is_file() else None


def byte_range(header: str, size: int) -> tuple[int, int] | tuple[()] | None:
    """First and last byte of a single range; () where it cannot be satisfied; None where the whole is to be sent."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None  # several ranges, or another unit: a server may send everything
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size - 1) if length else ()
    start = int(found[1])
    end = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < start:
        return None
    return (start, end) if start < size else ()


def content_type(file: Path) -> str:
    suffix = file.suffix.lower()
    return TYPES.get(suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
