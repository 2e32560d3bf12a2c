"""A small web site on loopback that a test writes itself, and a Source for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from crawl.runner import crawl_source
from crawl.schedule import Plan
from crawl.schema import CrawlResult
from crawl.settings import CrawlSettings

NOW = datetime(2024, 3, 1, 2, 3, 4, tzinfo=UTC)
PDF = b"%PDF-1.4\n%synthetic\n" + b"x" * 500
DOCX = b"PK\x03\x04synthetic docx" + b"y" * 300
HTML = "text/html; charset=utf-8"


class Resource(msgspec.Struct):
    """What the site answers at one path. etag: sent, and 304 for If-None-Match. seconds: waited before answering."""

    body: bytes = b""
    status: int = 200
    kind: str = HTML
    etag: str | None = None
    last_modified: str | None = None
    headers: dict[str, str] = {}
    seconds: float = 0.0
    declared_length: int | None = None
    chunked: bool = False


class Site:
    """Paths → resources; `requests` holds (path, headers) of every request in order."""

    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}
        self.requests: list[tuple[str, Mapping[str, str]]] = []
        self.times: list[float] = []
        self.port = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(self, path: str, body: str, *, encoding: str = "utf-8", etag: bool = True, **more: Any) -> None:
        raw = body.encode(encoding)
        self.resources[path] = Resource(raw, etag=f'"{abs(hash(raw)):x}"' if etag else None, **more)

    def file(self, path: str, body: bytes, *, etag: bool = True, **more: Any) -> None:
        tag = f'"{abs(hash(body)):x}"' if etag else None
        self.resources[path] = Resource(body, kind="application/octet-stream", etag=tag, **more)

    def asked(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.requests)


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests.append((self.path, dict(self.headers)))
            site.times.append(time.monotonic())
            found = site.resources.get(self.path)
            if found is None:
                found = Resource(b"<html><body>not here</body></html>", status=404)
            if found.seconds:
                time.sleep(found.seconds)
            same = found.etag is not None and self.headers.get("If-None-Match") == found.etag
            same = same or (
                found.last_modified is not None and self.headers.get("If-Modified-Since") == found.last_modified
            )
            self.send_response(304 if same else found.status)
            if found.etag:
                self.send_header("ETag", found.etag)
            if found.last_modified:
                self.send_header("Last-Modified", found.last_modified)
            for name, value in found.headers.items():
                self.send_header(name, value)
            if not same:
                self.send_header("Content-Type", found.kind)
                if found.chunked:
                    self.send_header("Transfer-Encoding", "chunked")
                else:
                    self.send_header("Content-Length", str(found.declared_length or len(found.body)))
            self.end_headers()
            if not same and found.chunked:
                for start in range(0, len(found.body), 4096):
                    piece = found.body[start : start + 4096]
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.write(b"0\r\n\r\n")
            elif not same:
                self.wfile.write(found.body)
            if found.declared_length:
                self.close_connection = True

        def do_POST(self) -> None:
            """A form is looked up as if it were the query."""
            form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            self.path += ("&" if "?" in self.path else "?") + form
            self.do_GET()

        def handle(self) -> None:
            with suppress(ConnectionError):  # the crawler hangs up on bodies that are too large
                super().handle()

        def log_message(self, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def source_file(folder: Path, site: Site, *, listing: str = "/czyjs/index.html", extra: str = "", pages: int = 10,
                politeness: str = "delay_seconds: 0, retries: 0, timeout_seconds: 5") -> Path:  # fmt: skip
    path = folder / "130630_laiyuan.yml"
    path.write_text(
        f"code: 130630\npublisher: 涞源县人民政府\nplatform: static\n"
        f"listings:\n  - url: {site.root}{listing}\n    kind: department_budget\n    pages: {pages}\n"
        f"politeness: {{{politeness}}}\n{extra}",
        encoding="utf-8",
    )
    return path


def crawl(source: Path, data_root: Path, *, now: datetime = NOW, seconds: float = 60.0, **more: Any) -> CrawlResult:
    """One crawl. plan: everything is asked again, unless a test says otherwise."""
    plan = more.pop("plan", Plan(full=True))
    settings = CrawlSettings(
        data_root=data_root,
        contact="test@example.org",
        private_hosts=more.pop("private_hosts", frozenset({"127.0.0.1"})),
        seconds=seconds,
        grace_seconds=3.0,
    )
    return crawl_source(source, data_root=data_root, now=now, settings=settings, plan=plan, **more)


def row(href: str, text: str, day: str = "") -> str:
    return f'<li><a href="{href}">{text}</a><span>{day}</span></li>'


def listing(*rows: str, after: str = "", script: str = "") -> str:
    return (
        "<!DOCTYPE html><html><head><title>财政预决算</title></head><body>"
        '<div class="header"><a href="/">首页</a><a href="/czyjs/">预决算公开</a></div>'
        f'<div class="main"><ul class="list">{"".join(rows)}</ul>{after}</div>'
        '<div class="footer"><a href="/about.html">关于预算公开网站</a></div>'
        f"<script>{script}</script></body></html>"
    )


def notice(title: str, *links: tuple[str, str], body: str = "", day: str = "2024-02-06") -> str:
    items = "".join(f'<p><a href="{href}">{text}</a></p>' for href, text in links)
    return (
        f'<html><head><title>{title}-涞源县人民政府</title><meta name="PubDate" content="{day} 10:22"></head><body>'
        f'<div class="nav"><a href="/x.pdf">指南.pdf</a></div><h1>{title}</h1>'
        f'<div class="article"><p>现将有关情况公开如下。</p>{body}{items}</div>'
        f'<div class="footer">版权所有</div></body></html>'
    )


def small_site(site: Site) -> None:
    """Two pages of listing, three notices (one in HTML only), three attachments, one dead link."""
    nxt = '<div class="page"><span>1</span><a href="index_1.html">2</a><a href="index_1.html">下一页</a></div>'
    site.page(
        "/czyjs/index.html",
        listing(
            row("202402/t1.html", "政府办公室2024年部门预算", "2024-02-05"),
            row("./202402/t2.html", "教育局2024年部门预算公开", "2024-02-06"),
            row("http://elsewhere.example/2024.html", "外单位2024年部门预算", "2024-02-06"),
            after=nxt,
        ),
    )
    site.page("/czyjs/index_1.html", listing(row("202302/t3.html", "政府办公室2023年部门预算", "2023-02-07")))
    site.page(
        "/czyjs/202402/t1.html",
        notice("政府办公室2024年部门预算", ("./P01.docx", "政府办公室2024年部门预算.docx"), ("gone.pdf", "附件2.pdf")),
    )
    site.page(
        "/czyjs/202402/t2.html",
        notice("教育局2024年部门预算公开", ("/files/P02.pdf?v=3", "教育局预算"), day="2024-02-08"),
    )
    rows = "".join(f"<tr><td>科目{n}</td><td>{n}23.45</td></tr>" for n in range(1, 8))
    site.page(
        "/czyjs/202302/t3.html",
        notice("政府办公室2023年部门预算", body=f"<table>{rows}</table>", day="2023-02-07"),
    )
    site.file("/czyjs/202402/P01.docx", DOCX)
    site.file("/files/P02.pdf?v=3", PDF)
