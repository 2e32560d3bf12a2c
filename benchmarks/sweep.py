"""A night in which nothing is new: many sources, each on a host of its own on loopback, swept as `yujue crawl` does.

python benchmarks/sweep.py --sources 2500 --at-once 4

Every source has a listing of three pages with 20 notices each, all known to the ledger (written there directly, as a
first night of a month ago would have). What is measured is what such a night costs: wall clock and processor time per
source (the crawls', and that of the process that runs them; the site's server is a process of its own and not counted),
requests per source, the most memory of all processes together, and how long the views of the ledger take that
`yujue status` shows, asked all the while. Hosts are addresses of 127.0.0.0/8, so "one request per second and host"
holds as for real ones: the smallest time between two requests to one host, as its server saw them, is printed.
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
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import tell  # noqa: E402
from crawl.archive import Archive  # noqa: E402
from crawl.child import close_nurseries  # noqa: E402
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


def serve(port_to: Connection, log: Path) -> None:
    """A server that answers on every loopback address, until it is terminated; each request is a line of the log."""
    pages = {f"/{'index' if n == 0 else f'index_{n}'}.html": page_of(n) for n in range(PAGES)}
    lines, writing = log.open("w", buffering=1), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with writing:
                lines.write(f"{time.monotonic():.4f} {self.headers.get('Host')}\n")
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
    port_to.send(server.server_address[1])
    server.serve_forever()


def pace(log: Path) -> tuple[int, int, float]:
    """Requests, hosts, and the smallest number of seconds between two requests to one host."""
    last: dict[str, float] = {}
    count, least = 0, float("inf")
    for line in log.read_text().splitlines():
        at, host = float(line.split()[0]), line.split()[1]
        least = min(least, at - last.get(host, float("-inf")))
        last[host], count = at, count + 1
    return count, len(last), least


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


def memory_mb(pids: set[int]) -> float:
    """Memory of these processes and all below them, in MB (Linux): what they share is counted once (PSS)."""
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
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
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
        ours, theirs = Pipe()
        server = get_context("spawn").Process(target=serve, args=(theirs, Path(folder) / "asked"), daemon=True)
        server.start()
        paths, hosts = make(Path(folder) / "sources", data, given.sources, ours.recv(), given.delay)
        ready = time.monotonic()
        settings = CrawlSettings(data, "sweep@example.org", hosts, seconds=120.0)
        peak, done, views = [0.0], threading.Event(), list[float]()

        def watch() -> None:
            while not done.wait(0.5):
                peak[0] = max(peak[0], memory_mb({os.getpid()}))
                begun = time.monotonic()
                with Ledger(ledger_path(data)) as ledger:
                    ledger.sweeps()
                views.append(time.monotonic() - begun)
                done.wait(5 if given.sources > 200 else 0)

        def spent() -> float:
            return sum(
                used.ru_utime + used.ru_stime
                for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
            )

        watching = threading.Thread(target=watch, daemon=True)
        before = spent()
        watching.start()
        crawled = crawl_together(paths, DataRoot(data), NOW, settings, at_once=given.at_once)
        wall = time.monotonic() - ready
        done.set()
        watching.join()
        close_nurseries()  # what ran under them is counted when they have ended
        cpu = spent() - before
        server.terminate()
        asked, asked_hosts, least = pace(Path(folder) / "asked")
        outcomes: dict[str, int] = {}
        for one in crawled:
            for name, number in one.result.outcomes.items():
                outcomes[name] = outcomes.get(name, 0) + number
        count = given.sources
        found = {
            "sources": count,
            "at_once": given.at_once,
            "failed": sum(one.result.failed for one in crawled),
            "outcomes": outcomes,
            "wall_seconds": round(wall, 1),
            "wall_per_source": round(wall / count, 3),
            "cpu_per_source": round(cpu / count, 3),
            "requests_per_source": round(asked / count, 2),
            "hosts": asked_hosts,
            "least_seconds_between_requests_to_a_host": round(least, 3),
            "peak_mb_all_processes": round(peak[0]),
            "ledger_views": len(views),
            "slowest_view_seconds": round(max(views, default=0.0), 3),
            "hours_for_2500": round(wall / count * 2500 / 3600, 2),
        }
        print(json.dumps(found, indent=1))
        del found["outcomes"]
        tell(**found)


if __name__ == "__main__":
    main()
