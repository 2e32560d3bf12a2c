"""SIGKILL at random moments: the rerun ends with what an undisturbed crawl has, and asks for nothing twice.

YUJUE_KILL_MOMENTS (10) and YUJUE_KILL_SEED (the first of the seeds below) make the long form: 50 moments, other seeds.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawl.archive import Archive
from crawl.ledger import Ledger
from crawl.night import stamp
from crawl.runner import archive_path, ledger_path
from crawl.settings import child_environment
from tests.crawl.web import DOCX, NOW, PDF, Resource, Site, crawl, listing, notice, row, serve, source_file

SEED = 20240301
CRAWL = """
import sys
from datetime import datetime
from pathlib import Path
from tests.crawl.web import crawl
crawl(Path(sys.argv[1]), Path(sys.argv[2]), now=datetime.fromisoformat(sys.argv[3]),
      progress=lambda event: print(event["url"], flush=True))
"""
LARGE = b"PK\x03\x04" + b"large" * 1_200_000  # goes through a file


def a_site(site: Site) -> None:
    """Two listing pages, six notices; files small and large, shared, moved, gone, forbidden, replaced by a page."""
    rows = [row(f"n/t{n}.html", f"{n}局2024年部门预算", "2024-02-06") for n in range(6)]
    nxt = '<div class="page"><a href="index_1.html">下一页</a></div>'
    site.page("/czyjs/index.html", listing(*rows[:4], row("http://elsewhere.example/2024.html", "外单位2024年部门预算"),
                                           after=nxt))  # fmt: skip
    site.page("/czyjs/index_1.html", listing(*rows[4:]))
    extra = [
        [("/f/large.zip", "附件.zip"), ("/f/shared.pdf", "共用.pdf")],
        [("/f/shared.pdf", "共用的表.pdf"), ("/f/moved.pdf", "搬.pdf")],
        [("/f/gone.pdf", "没了.pdf"), ("/private/x.pdf", "禁.pdf")],
        [("/f/soft.pdf", "软.pdf"), ("/f/empty.pdf", "空.pdf")],
        [("/f/same.pdf", "同一份.pdf")],
        [],
    ]
    for number, links in enumerate(extra):
        own = [(f"/f/own{number}.docx", f"{number}局2024年部门预算.docx")] if number < 5 else []
        table = "".join(f"<tr><td>科目{n}</td><td>{n}23.45</td></tr>" for n in range(1, 8)) if number == 5 else ""
        body = f"<table>{table}</table>" if table else ""
        site.page(f"/czyjs/n/t{number}.html", notice(f"{number}局2024年部门预算", *own, *links, body=body))
        site.file(f"/f/own{number}.docx", DOCX + bytes([number]), headers={"Content-Disposition": "attachment; "
                  f'filename="own-{number}.docx"'})  # fmt: skip
    site.file("/f/large.zip", LARGE)
    site.file("/f/shared.pdf", PDF, headers={"Content-Disposition": 'attachment; filename="shared name.pdf"'})
    site.file("/f/same.pdf", PDF)
    site.resources["/f/moved.pdf"] = Resource(status=301, headers={"Location": "/f/new.pdf"})
    site.file("/f/new.pdf", PDF + b"new")
    site.page("/f/soft.pdf", "<html><body><h1>页面不存在</h1></body></html>")
    site.resources["/f/empty.pdf"] = Resource(b"")
    site.resources["/robots.txt"] = Resource(b"User-agent: *\nDisallow: /private/\n", kind="text/plain")
    for resource in site.resources.values():
        resource.seconds = 0.02


def held(data: Path) -> dict[str, Any]:
    """Everything the archive and the ledger hold, but for the clock and the count of resumptions."""
    with contextlib.closing(sqlite3.connect(ledger_path(data))) as db:
        tables = {
            "visits": "SELECT run_id, source_id, url, role, at, outcome, status, sha256, etag, last_modified, reason, "
            "final_url, landing_url, link_text FROM visits ORDER BY run_id, url",
            "links": "SELECT * FROM links ORDER BY 1, 2, 3, 4",
            "skipped": "SELECT * FROM skipped ORDER BY 1, 2, 3",
            "sources": "SELECT * FROM sources",
            "runs": "SELECT run_id, source_id, started_at, finish_reason FROM runs ORDER BY run_id",
            "robots": "SELECT origin, state, reason, body FROM robots ORDER BY origin",
            "hosts": "SELECT host, strikes, reason, tls, scheme FROM hosts ORDER BY host",
        }
        found: dict[str, Any] = {name: db.execute(select).fetchall() for name, select in tables.items()}
    archive = Archive(archive_path(data))
    found["archive"] = list(archive.digests())
    found["sound"] = all(archive.verify(sha256) for sha256 in found["archive"])
    found["files"] = sorted(str(path.relative_to(archive.root)) for path in archive.root.rglob("*") if path.is_file())
    return found


def children_of(pid: int) -> list[int]:
    """Children of all threads of a process."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(one) for one in children.read_text().split()]
    return found


def nurseries(pid: int) -> list[int]:
    """Nurseries a process has started."""
    return [one for one in children_of(pid) if b"crawl.nursery" in Path(f"/proc/{one}/cmdline").read_bytes()]


def crawl_processes(pid: int) -> list[int]:
    """Crawls that the nurseries of a process have forked."""
    return [child for nursery in nurseries(pid) for child in children_of(nursery)]


class Running:
    """A crawl on its way, either under this process, and it or its nursery is killed, or under a flow that is killed
    itself."""

    def __init__(self, path: Path, data: Path, now: datetime, *, under_flow: bool, nursery_too: bool) -> None:
        self.visits = 0
        self.nursery_too = nursery_too
        self.flow: subprocess.Popen[bytes] | None = None
        if under_flow:
            self.flow = subprocess.Popen(
                [sys.executable, "-c", CRAWL, str(path), str(data), now.isoformat()],
                stdout=subprocess.PIPE,
                env=child_environment(),
                start_new_session=True,
            )
            self.thread = threading.Thread(target=self._read, daemon=True)
        else:
            self.thread = threading.Thread(
                target=lambda: crawl(path, data, now=now, progress=lambda _: self._seen()), daemon=True
            )
        self.thread.start()

    def _seen(self) -> None:
        self.visits += 1

    def _read(self) -> None:
        assert self.flow is not None
        assert self.flow.stdout is not None
        for _ in self.flow.stdout:
            self._seen()

    def ended(self) -> bool:
        return not self.thread.is_alive()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            if self.flow is not None:
                self.flow.kill()  # the kernel takes the crawl with it
            else:
                for child in (nurseries if self.nursery_too else crawl_processes)(os.getpid()):
                    os.kill(child, signal.SIGKILL)

    def wait(self) -> None:
        self.thread.join(60)
        if self.flow is not None:
            self.flow.wait(60)


def killed_at(site: Site, path: Path, data: Path, now: datetime, chance: random.Random) -> None:
    """Run a crawl and kill it at a random moment: by the count of requests, of visits, or by the clock."""
    before = len(site.requests)
    running = Running(path, data, now, under_flow=chance.random() < 0.2, nursery_too=chance.random() < 0.2)
    kind, count = chance.choice(("requests", "requests", "visits", "visits", "clock")), chance.randint(0, 5)
    limit = time.monotonic() + (chance.uniform(0.3, 3.0) if kind == "clock" else 60.0)
    while time.monotonic() < limit and not running.ended():
        if kind == "requests" and len(site.requests) - before > count:
            break
        if kind == "visits" and running.visits > count:
            break
        time.sleep(0.001)
    time.sleep(chance.uniform(0.0, 0.03))
    running.kill()
    running.wait()
    heard = -1
    while heard != len(site.requests):  # what was on the wire when it died still comes to the server
        heard = len(site.requests)
        time.sleep(0.3)


def came_to_its_end(data: Path, now: datetime) -> bool:
    """Whether the run was finished before it was killed (the process may outlive it)."""
    if not ledger_path(data).exists():
        return False
    with Ledger(ledger_path(data)) as ledger:
        runs = [run for run in ledger.runs() if run[1] == stamp(now)]
    return bool(runs) and runs[-1][2] == "finished"


def check_not_asked_twice(segments: list[list[str]]) -> None:
    """What is asked for again was the last request of the part that was cut short (a redirect: with its target)."""
    in_flight = {"/f/moved.pdf", "/f/new.pdf"}
    for number, segment in enumerate(segments):
        assert len(segment) == len(set(segment)), f"twice in part {number}: {segment}"
        later = {path for part in segments[number + 1 :] for path in part}
        again = [path for path in segment if path in later]
        last = set(segment[-1:]) | (in_flight if segment[-1:] and segment[-1] in in_flight else set())
        assert set(again) <= last, f"asked again after part {number}: {again}, last was {segment[-1:]}"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
def test_killed_at_random_moments_then_as_if_nothing_had_been(tmp_path: Path) -> None:
    """Two nights, each killed again and again until it is let through: everything new, then one thing changed."""
    moments = int(os.environ.get("YUJUE_KILL_MOMENTS", "10"))
    seed = int(os.environ.get("YUJUE_KILL_SEED", str(SEED)))
    chance = random.Random(seed)
    site = Site()
    report: list[str] = []
    with serve(site):
        path = source_file(tmp_path, site, politeness="delay_seconds: 0, retries: 0, timeout_seconds: 20")
        killed = number = 0
        while killed < moments:
            a_site(site)
            data, undisturbed = tmp_path / f"data{number}", tmp_path / f"undisturbed{number}"
            for night in range(2):
                if night:
                    site.file("/f/shared.pdf", PDF + b"replaced", headers={"Content-Disposition":
                              'attachment; filename="shared name.pdf"'})  # fmt: skip
                    del site.resources["/f/own1.docx"]
                now = NOW + timedelta(days=night)
                crawl(path, undisturbed, now=now)
                segments: list[list[str]] = []
                for _ in range(min(chance.randint(4, 6), max(moments - killed, 0))):
                    begin = len(site.requests)
                    killed_at(site, path, data, now, chance)
                    segments.append([asked for asked, _ in site.requests[begin:]])
                    if came_to_its_end(data, now):
                        break
                    killed += 1
                begin = len(site.requests)
                last = None if came_to_its_end(data, now) else crawl(path, data, now=now)
                segments.append([asked for asked, _ in site.requests[begin:]])
                report.append(f"{number}/{night}: {[len(part) for part in segments]}")
                where = f"seed {seed}, data {number}, night {night}, killed {killed}: {report[-1]}"
                assert last is None or (last.finish_reason, last.errors) == ("finished", []), where
                found, wanted = held(data), held(undisturbed)
                for name, value in wanted.items():
                    assert found[name] == value, f"{name} differs ({where})"
                assert found["sound"]
                check_not_asked_twice(segments)
            number += 1
    print(f"seed {seed}: killed {killed} times; requests by part: {'; '.join(report)}")
