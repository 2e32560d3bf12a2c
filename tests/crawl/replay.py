"""Stored pages behind their real host names, without a network: the crawl process with one change.

`python -m tests.crawl.replay` is `crawl.process` with a download handler that sends every request, whatever its host,
to the server of the test on loopback, with the real address in a header. All that comes before it (guard, robots.txt,
validators, redirects) sees the real hosts and works as in production; only the delay between requests is off.
Nothing of this can be switched on in the product: it is another module, started by tests alone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import msgspec
from scrapy.http import Request, Response
from w3lib.url import canonicalize_url

from crawl import process

PORT = "YUJUE_TEST_REPLAY_PORT"
GONE = "YUJUE_TEST_REPLAY_GONE"  # hosts whose names do not resolve, with spaces between them
_HEADER = "X-Replay-Address"


class Stored(msgspec.Struct):
    """What one address answers."""

    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    location: str | None = None

    @property
    def etag(self) -> str:
        return f'"{hash(self.body) & 0xFFFFFFFF:x}"'


class Replay:
    """Addresses → stored answers; `requests`: (address, whether 304 was the answer) in order, robots.txt among them."""

    def __init__(self) -> None:
        self.stored: dict[str, Stored] = {}
        self.requests: list[tuple[str, bool]] = []
        self.port = 0

    def put(self, url: str, body: bytes | str, kind: str = "text/html; charset=utf-8") -> None:
        raw = body.encode() if isinstance(body, str) else body
        self.stored[canonicalize_url(url)] = Stored(raw, kind)

    def asked(self) -> list[str]:
        """Addresses asked for, without robots.txt."""
        return [url for url, _ in self.requests if not url.endswith("/robots.txt")]


def replay_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Scrapy's settings with the network handler in place of the real one, and no waiting."""
    handlers = dict(settings.get("DOWNLOAD_HANDLERS", {}))
    inner = handlers.get("http") or "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
    handler = "tests.crawl.replay.ReplayHandler"
    return {
        **settings,
        "DOWNLOAD_HANDLERS": {**handlers, "http": handler, "https": handler},
        "YUJUE_REPLAY_INNER": inner,
        "YUJUE_PRIVATE_HOSTS": ["127.0.0.1"],
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
    }


class ReplayHandler:
    """Download handler: the product's own one, asked for the loopback address."""

    lazy = True

    def __init__(self, crawler: Any) -> None:
        from scrapy.utils.misc import build_from_crawler, load_object

        self._inner = build_from_crawler(load_object(crawler.settings["YUJUE_REPLAY_INNER"]), crawler)

    @classmethod
    def from_crawler(cls, crawler: Any) -> ReplayHandler:
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        from scrapy.exceptions import CannotResolveHostError

        if (urlsplit(request.url).hostname or "") in os.environ.get(GONE, "").split():
            raise CannotResolveHostError("DNS lookup failed: no results for hostname lookup")
        response: Response = await self._inner.download_request(
            request.replace(
                url=f"http://127.0.0.1:{os.environ[PORT]}/",
                headers={**request.headers, _HEADER: request.url},
            )
        )
        return response.replace(url=request.url)

    async def close(self) -> None:
        await self._inner.close()


@contextmanager
def serve(replay: Replay) -> Iterator[Replay]:
    """The server that answers for every host."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = self.headers.get(_HEADER) or ""
            found = replay.stored.get(canonicalize_url(address))
            same = found is not None and self.headers.get("If-None-Match") == found.etag
            replay.requests.append((address, same))
            body = b"" if found is None or same else found.body
            self.send_response(404 if found is None else 304 if same else found.status)
            if found is not None:
                self.send_header("ETag", found.etag)
            if found is not None and found.location:
                self.send_header("Location", found.location)
            if not same:
                self.send_header("Content-Type", found.kind if found else "text/plain")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.do_GET()

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    replay.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield replay
    finally:
        server.shutdown()
        server.server_close()


prepare = process.prepare


def main() -> None:
    """The crawl process with the replaying handler."""
    real = process.scrapy_settings
    process.scrapy_settings = lambda *given, **named: replay_settings(real(*given, **named))  # type: ignore[assignment]
    process.main()


if __name__ == "__main__":
    main()
