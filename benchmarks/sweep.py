"""A night in which nothing is new: many sources, each on a host of its own on loopback, swept as `yujue crawl` does.

python benchmarks/sweep.py --sources 2500 --at-once 4

Every source has a listing of three pages with 20 notices each, all known to the ledger (written there directly, as a
first night of a month ago would have). What is measured is what such a night costs: wall clock and processor time per
source, requests per source, the most memory of all processes together, and whether `yujue status` can be asked while
the sweep runs. Hosts are addresses of 127.0.0.0/8, so "one request per second and host" holds as for real ones.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crawl.archive import Archive  # noqa: E402
from crawl.ledger import Ledger, Link  # noqa: E402
from crawl.runner import archive_path, ledger_path  # noqa: E402
from crawl.schema import Role, Visit  # noqa: E402
from crawl.settings import CrawlSettings  # noqa: E402
from flows.crawl_sources import crawl_together  # noqa: E402
from flows.settings import DataRoot  # noqa: E402

PAGES, ROWS = 3, 20
NOW = datetime(2026, 3, 26, 14, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=2)


def page_of(number: int) -> bytes:
    """One page of the listing every source has."""
    rows = "".join(
        f'<li><a href="t{number}_{row}.html">第{number * ROWS + row}局2026年部门预算</a>'
        f"<span>2026-02-{row + 1:02d}</span></li>"
        for row in range(ROWS)
    )
    after = f'<div class="page"><a href="index_{number + 1}.html">下一页</a></div>' if number + 1 < PAGES else ""
    return f"<html><head><title>部门预算</title></head><body><ul>{rows}</ul>{after}</body></html>".encode()


def serve() -> tuple[ThreadingHTTPServer, list[str]]:
    """One server that answers on every loopback address."""
    pages = {f"/{'index' if n == 0 else f'index_{n}'}.html": page_of(n) for n in range(PAGES)}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(f"{self.headers.get('Host')}{self.path}")
            body = pages.get(self.path)
            same = body is not None and self.headers.get("If-None-Match") == f'"{self.path}"'
            self.send_response(404 if body is None else 304 if same else 200)
            if body is not None:
                self.send_header("ETag", f'"{self.path}"')
            sent = b"" if body is None or same else body
            if not same:
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, asked


def make(folder: Path, data: Path, count: int, port: int, delay: float) -> tuple[list[Path], frozenset[str]]:
    """The source files, and a ledger that knows all their pages."""
    archive, paths, hosts = Archive(archive_path(data)), [], set()
    digests = [archive.put(page_of(number)) for number in range(PAGES)]
    paper = archive.put(b"%PDF-1.4 a budget")
    at = BEFORE.strftime("%Y-%m-%dT%H:%M:%SZ")
    with Ledger(ledger_path(data)) as ledger:
        ledger._db.execute("PRAGMA synchronous=OFF")
        for number in range(count):
            host = f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"
            hosts.add(host)
            source_id, root = f"{110000 + number}_s{number}", f"http://{host}:{port}"
            path = folder / f"{source_id}.yml"
            path.write_text(
                f"code: {110000 + number}\npublisher: 第{number}县\nplatform: static\nlistings:\n"
                f"  - {{url: {root}/index.html, kind: department_budget}}\npoliteness: {{delay_seconds: {delay}}}\n"
            )
            paths.append(path)
            run = ledger.begin_run(source_id, str(110000 + number), f"第{number}县", at)
            ledger._db.execute("BEGIN")
            for url, role, digest, links in known(source_id, root, digests, paper):
                visit = Visit(source_id, url, role, at, "new", 200, digest, etag=f'"/{url.rsplit("/", 1)[1]}"')
                values = [run, *(getattr(visit, name) for name in COLUMNS)]
                marks = ",".join("?" * len(values))
                ledger._db.execute(f"INSERT INTO visits (run_id, {', '.join(COLUMNS)}) VALUES ({marks})", values)
                ledger._write_links(run, links)
            ledger._db.execute("COMMIT")
            ledger.end_run(run, "finished")
    return paths, frozenset(hosts)


COLUMNS = (
    "source_id", "url", "role", "at", "outcome", "status", "sha256", "etag", "last_modified", "reason", "final_url",
    "landing_url", "link_text",
)  # fmt: skip


def known(source_id: str, root: str, digests: list[str], paper: str) -> list[tuple[str, Role, str, list[Link]]]:
    """Listing pages, notices and files of one source: (address, role, body, links)."""
    found: list[tuple[str, Role, str, list[Link]]] = []
    for number, digest in enumerate(digests):
        found.append((f"{root}/{'index' if number == 0 else f'index_{number}'}.html", "listing", digest, []))
        for row in range(ROWS):
            notice, file = f"{root}/t{number}_{row}.html", f"{root}/p{number}_{row}.pdf"
            day = f"2026-02-{row + 1:02d}"
            link = Link(source_id, paper, file, notice, "attachment", "预算.pdf", "部门预算", day, day, "p.pdf")
            found += [(notice, "notice", digest, []), (file, "attachment", paper, [link])]
    return found


def resident_mb(pids: set[int]) -> float:
    """Resident memory of these processes and all below them, in MB (Linux)."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
    family, grown = set(pids), True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    total = 0
    for pid in family:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
    return total / 1e6


def main() -> None:
    """Make, sweep, print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=int, default=40)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--delay", type=float, default=1.0, help="seconds between two requests to one host")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yujue-sweep-") as folder:
        data = Path(folder) / "data"
        (Path(folder) / "sources").mkdir()
        server, asked = serve()
        paths, hosts = make(Path(folder) / "sources", data, given.sources, server.server_address[1], given.delay)
        ready = time.monotonic()
        settings = CrawlSettings(data, "sweep@example.org", hosts, seconds=120.0)
        peak, done, views = [0.0], threading.Event(), list[float]()

        def watch() -> None:
            while not done.wait(0.5):
                peak[0] = max(peak[0], resident_mb({os.getpid()}))
                begun = time.monotonic()
                with Ledger(ledger_path(data)) as ledger:
                    ledger.sweeps()
                views.append(time.monotonic() - begun)
                done.wait(5 if given.sources > 200 else 0)

        threading.Thread(target=watch, daemon=True).start()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        crawled = crawl_together(paths, DataRoot(data), NOW, settings, at_once=given.at_once)
        wall = time.monotonic() - ready
        done.set()
        server.shutdown()
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime
        outcomes: dict[str, int] = {}
        for one in crawled:
            for name, number in one.result.outcomes.items():
                outcomes[name] = outcomes.get(name, 0) + number
        count = given.sources
        print(
            json.dumps(
                {
                    "sources": count,
                    "at_once": given.at_once,
                    "failed": sum(one.result.failed for one in crawled),
                    "outcomes": outcomes,
                    "wall_seconds": round(wall, 1),
                    "wall_per_source": round(wall / count, 3),
                    "cpu_per_source": round(cpu / count, 3),
                    "requests_per_source": round(len(asked) / count, 2),
                    "peak_mb_all_processes": round(peak[0]),
                    "ledger_views": len(views),
                    "slowest_view_seconds": round(max(views, default=0.0), 3),
                    "hours_for_2500": round(wall / count * 2500 / 3600, 2),
                },
                indent=1,
            )
        )


if __name__ == "__main__":
    main()
