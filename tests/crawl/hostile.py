"""A server on loopback that misbehaves: asyncio, real sockets, each path its own way of doing harm."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Handler = Callable[["Line"], Awaitable[None]]


class Line:
    """One request as a handler sees it: path, headers, and the socket to answer on."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.path = ""
        self.headers: dict[str, str] = {}

    async def read(self) -> bool:
        first = (await self.reader.readline()).decode("latin-1").split()
        if len(first) < 2:
            return False
        self.path = first[1]
        self.headers = {}
        while (line := await self.reader.readline()).strip():
            name, _, value = line.decode("latin-1").partition(":")
            self.headers[name.strip().lower()] = value.strip()
        return True

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, body: bytes, kind: str = "text/html; charset=utf-8", status: str = "200 OK",
                     **headers: str) -> None:  # fmt: skip
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    async def head(self, *lines: str, status: str = "200 OK") -> None:
        await self.send(("\r\n".join([f"HTTP/1.1 {status}", *lines]) + "\r\n\r\n").encode("latin-1"))

    async def redirect(self, where: str) -> None:
        await self.answer(b"", status="302 Found", Location=where)

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class Hostile:
    """Paths → handlers; a path that ends in `*` stands for all that begin so. `asked` holds every path in order."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.port = 0
        self.scheme = "http"

    @property
    def root(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def on(self, path: str) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.handlers[path] = handler
            return handler

        return keep

    def page(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", **headers: str) -> None:
        raw = body.encode() if isinstance(body, str) else body

        async def answer(line: Line) -> None:
            await line.answer(raw, kind, **headers)

        self.handlers[path] = answer

    def moved(self, path: str, where: str) -> None:
        async def answer(line: Line) -> None:
            await line.redirect(where)

        self.handlers[path] = answer

    def find(self, path: str) -> Handler | None:
        if path in self.handlers:
            return self.handlers[path]
        fits = [known for known in self.handlers if known.endswith("*") and path.startswith(known[:-1])]
        return self.handlers[max(fits, key=len)] if fits else None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        with suppress(ConnectionError, OSError, asyncio.LimitOverrunError, ValueError):
            while await line.read():
                self.asked.append(line.path)
                self.headers.append(line.headers)
                handler = self.find(line.path)
                if handler is None:
                    await line.answer(b"<html><body>not here</body></html>", status="404 Not Found")
                else:
                    await handler(line)
                if writer.is_closing():
                    break
        writer.close()


@contextmanager
def misbehave(site: Hostile, context: ssl.SSLContext | None = None) -> Iterator[Hostile]:
    """Serve in a thread of its own while the block runs."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def start() -> None:
        server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=context)
        site.port = server.sockets[0].getsockname()[1]
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        starting = loop.create_task(start())
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        with suppress(BaseException):
            loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()
        starting.result()

    if context is not None:
        site.scheme = "https"
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield site
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def source_of(
    folder: Path, site: Hostile, name: str = "130630_laiyuan", *, listing: str = "/index.html", pages: int = 5,
    politeness: str = "delay_seconds: 0, retries: 0, timeout_seconds: 1.5, max_bytes: 2000000", extra: str = "",
) -> Path:  # fmt: skip
    path = folder / f"{name}.yml"
    path.write_text(
        f"code: {name[:6]}\npublisher: 涞源县人民政府\nplatform: static\n"
        f"listings:\n  - url: {site.root}{listing}\n    kind: department_budget\n    pages: {pages}\n"
        f"politeness: {{{politeness}}}\n{extra}",
        encoding="utf-8",
    )
    return path
