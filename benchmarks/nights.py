"""A night with nothing new over an archive of many documents, each with bytes of its own.

python benchmarks/nights.py --documents 100000 --root FOLDER --only-fill    minutes; needs no quiet machine
python benchmarks/nights.py --documents 100000 --root FOLDER                the measured nights, on a quiet one

The archive is made by a builder: small Word files, each another sha256; rows in the ledger as crawls of some days ago
would have left them; a result of every stage, packed as the stages pack theirs; a release whose `inputs` are those
the night will find. Then `yujue nightly` runs as a person starts it, over a registry without sources (a crawl:
benchmarks/sweep.py), under Prefect and without: wall clock, processor time and peak memory of the
process that does the night. Exit code 1 where it took more than 60 s or 1 GiB, or did any work.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import zstandard  # noqa: E402

from benchmarks.figures import Figure, tell  # noqa: E402
from crawl.ledger import Ledger  # noqa: E402
from extract.readers import read_document  # noqa: E402
from flows.build_facts import plan_facts  # noqa: E402
from flows.check_facts import plan_checks  # noqa: E402
from flows.convert_documents import plan_converting  # noqa: E402
from flows.corrections import the_corrections  # noqa: E402
from flows.coverage import sought  # noqa: E402
from flows.crawl_sources import bodies, found_documents, unreached  # noqa: E402
from flows.publish_release import release_inputs  # noqa: E402
from flows.read_documents import plan_reading  # noqa: E402
from flows.release.version import point_latest_at  # noqa: E402
from flows.settings import DataRoot, work_limits  # noqa: E402
from flows.stage import Plan  # noqa: E402
from flows.store import pack_reading  # noqa: E402
from flows.unpack_archives import plan_unpacking  # noqa: E402
from flows.worker import check, facts  # noqa: E402

SOURCES = 40
PER_NOTICE = 4
BEFORE = "2026-11-21T18:00:00Z"
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MOST_SECONDS, MOST_MIB = 60.0, 1024.0
VERSION = "v2026.11.0"
XML = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w='
    '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
)
TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns='
    '"http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns='
    '"http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)


def small_docx() -> bytes:
    """A Word file of one small budget table."""
    rows = [
        ("部门收支总表", "", ""),
        ("项目", "预算数", "执行数"),
        ("一、一般公共预算拨款收入", "1,234.56", "1,200.00"),
    ]
    rows += [(f"（{number}）其他支出", f"{number}.50", "") for number in range(1, 9)] + [("收入总计", "1,270.56", "")]
    cells = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{one}</w:t></w:r></w:p></w:tc>" for one in row) + "</w:tr>"
        for row in rows
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", TYPES)
        file.writestr("_rels/.rels", RELS)
        text = "<w:p><w:r><w:t>涞源县某局2026年部门预算</w:t></w:r></w:p><w:p/>"
        file.writestr("word/document.xml", XML.format(f"{text}<w:tbl>{cells}</w:tbl>"))
    return buffer.getvalue()


def copies(count: int, plain: bytes) -> Iterator[bytes]:
    """The same Word file so many times, each with a comment of its own at the end of the zip. Raises ValueError."""
    if plain[-2:] != b"\0\0":
        raise ValueError("no zip file, or one with a comment already")
    for number in range(count):
        comment = f"{number:012d}".encode()
        yield plain[:-2] + len(comment).to_bytes(2, "little") + comment


def write(path: Path, content: bytes) -> None:
    """As the stores name their files, without the flush to the disk after each."""
    path.write_bytes(content)


def fill_archive(root: DataRoot, count: int, plain: bytes | None = None) -> list[str]:
    """So many documents, each with bytes of its own; their digests. plain: a Word file, in place of the small one."""
    for number in range(256):
        (Path(root.archive) / f"{number:02x}").mkdir(parents=True, exist_ok=True)
    found = []
    for body in copies(count, plain or small_docx()):
        sha256 = hashlib.sha256(body).hexdigest()
        write(Path(root.archive) / sha256[:2] / sha256, body)
        found.append(sha256)
    return found


def fill_ledger(root: DataRoot, documents: Sequence[str]) -> None:
    """Sources, runs, visits and links, with the columns the ledger has today."""
    with Ledger(root.ledger) as ledger:
        runs = {}
        for number in range(SOURCES):
            name = f"{130100 + number}_source"
            runs[name] = ledger.begin_run(name, str(130100 + number), f"第{number}县财政局", BEFORE)
        visit = (
            "INSERT INTO visits (run_id, source_id, url, role, at, outcome, status, sha256, landing_url, link_text) "
        )
        visit += "VALUES (?,?,?,?,?,?,?,?,?,?)"
        link = "INSERT INTO links (source_id, sha256, url, landing_url, role, link_text, notice_title, published_date, "
        link += "listed_date, filename, kind, run_id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
        visits: list[tuple[Any, ...]] = []
        links: list[tuple[Any, ...]] = []
        for name, run in runs.items():
            url = f"http://{name}.example/list/"
            page = hashlib.sha256(url.encode()).hexdigest()
            visits.append((run, name, url, "listing", BEFORE, "new", 200, page, None, None))
        for number, sha256 in enumerate(documents):
            name = f"{130100 + number % SOURCES}_source"
            site = f"http://{name}.example"
            notice = f"{site}/notice/{number // (SOURCES * PER_NOTICE)}.html"
            title = f"第{number}局2026年部门预算"
            if number // SOURCES % PER_NOTICE == 0:
                page = hashlib.sha256(notice.encode()).hexdigest()
                visits.append((runs[name], name, notice, "notice", BEFORE, "new", 200, page, f"{site}/list/", title))
            url, words = f"{site}/files/{number}.docx", f"附件：{title}.docx"
            visits.append((runs[name], name, url, "attachment", BEFORE, "new", 200, sha256, notice, words))
            date = f"{2020 + number % 7}-02-{1 + number % 28:02d}"
            links.append(
                (name, sha256, url, notice, "attachment", words, title, date, date, f"{number}.docx", None, runs[name])
            )
        with ledger.transaction() as db:
            db.executemany(visit, visits)
            db.executemany(link, links)
        for run in runs.values():
            ledger.end_run(run, "finished")


class Stencil:
    """A packed result of one document, made into that of another: its digest is in it whole and as a beginning."""

    def __init__(self, packed: bytes, sha256: str) -> None:
        self.raw, self.sha256 = zstandard.ZstdDecompressor().decompress(packed), sha256.encode()
        self.press = zstandard.ZstdCompressor(level=3, write_checksum=True)

    def of(self, sha256: str) -> bytes:
        other = sha256.encode()
        raw = self.raw.replace(self.sha256, other).replace(self.sha256[:16], other[:16])
        return self.press.compress(raw)


def fill_stage(plan: Plan, stencil: Stencil) -> None:
    for number in range(256):
        (plan.store.folder / f"{number:02x}").mkdir(parents=True, exist_ok=True)
    for sha256, work in plan.works.items():
        write(plan.store.path(sha256, work.fingerprint), stencil.of(sha256))


def stencils(body: bytes) -> tuple[Stencil, Stencil, Stencil]:
    """Of a document that is really read, interpreted and checked."""
    reading = read_document(body, filename="0.docx")
    sha256 = reading.document_sha256
    packed = pack_reading(reading)
    tables = facts({"reading": packed, "provenance": {"filename": "0.docx"}, "is_current": True})
    return Stencil(packed, sha256), Stencil(tables, sha256), Stencil(check({"tables": tables}), sha256)


def build(folder: Path, count: int) -> None:
    root, limits = DataRoot(folder), work_limits()
    fill_ledger(root, fill_archive(root, count))
    documents = found_documents(root)
    assert len(documents) == count
    assert not plan_unpacking(documents, root, limits).works  # asked, and remembered, as the night before has
    of_reading, of_facts, of_checks = stencils(next(copies(1, small_docx())))
    reading = plan_reading(documents, plan_converting(documents, root, limits), root, limits)
    fill_stage(reading, of_reading)
    corrections = the_corrections()
    built = plan_facts(documents, reading, root, limits, corrections=corrections)
    fill_stage(built, of_facts)
    checked = plan_checks(built, root, limits)
    fill_stage(checked, of_checks)
    inputs = release_inputs(built, checked, unreached(root), bodies(root), corrections, sought(root))
    release = root.releases / VERSION
    release.mkdir(parents=True)
    index = {
        "version": VERSION,
        "inputs": inputs,
        "previous": None,
        "counts": {"documents": count},
        "issues": {},
        "findings": {},
        "coverage": [],
    }
    (release / "index.json").write_text(json.dumps(index), encoding="utf-8")
    point_latest_at(root.releases, VERSION)


def one_night(root: Path, registry: Path, *, prefect: bool, home: Path) -> dict[str, Any]:
    """`yujue nightly` in a process of its own. seconds: wall clock; cpu: of it and what it started; mib: its peak."""
    command = [sys.executable, "-m", "flows.cli", "nightly", "--json", "--data", str(root), "--sources", str(registry)]
    command += ["--now", NOW.isoformat()] + ([] if prefect else ["--no-prefect"])
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    environment |= {"YUJUE_PREFECT_HOME": str(home), "YUJUE_MIN_FREE_MIB": "1", "PYTHONPATH": str(ROOT)}
    begin = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        out.seek(0)
        told = json.loads(out.read() or b"{}")
    report = json.loads(Path(told["report"], "report.json").read_text(encoding="utf-8"))
    return {
        "exit_code": os.waitstatus_to_exitcode(status),
        "seconds": round(seconds, 1),
        "cpu": round(used.ru_utime + used.ru_stime, 1),
        "mib": round(used.ru_maxrss / 1024),
        "done": told["done"],
        "is_new": told["release"]["is_new"],
        "steps": {one["step"]: one["seconds"] for one in report["steps"]},
        "needs": [one["what"] for one in report["needs_a_person"]],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--root", type=Path, help="made where it is not there, and kept (default: a temporary folder)")
    parser.add_argument("--only-fill", action="store_true", help="make the archive in --root, and end")
    parser.add_argument("--no-prefect", action="store_true", help="only the night without Prefect")
    given = parser.parse_args()
    if given.only_fill and given.root is None:
        parser.error("--only-fill wants --root")
    with tempfile.TemporaryDirectory() as temporary:
        root = given.root or Path(temporary) / "data"
        registry, home = Path(temporary) / "registry", Path(temporary) / "prefect"
        registry.mkdir()
        if not root.exists():
            begin = time.monotonic()
            build(root, given.documents)
            print(f"built {given.documents} documents in {time.monotonic() - begin:.0f} s", flush=True)
        if given.only_fill:
            return 0
        failed, figures = False, dict[str, Figure]()
        try:
            for prefect in (False,) if given.no_prefect else (False, True):
                found = one_night(root, registry, prefect=prefect, home=home)
                print(json.dumps({"prefect": prefect, **found}, ensure_ascii=False), flush=True)
                worked = any(found["done"].values()) or found["is_new"] or found["exit_code"]
                name = "with_prefect" if prefect else "alone"
                figures |= {f"{name}_{what}": found[what] for what in ("seconds", "cpu", "mib")}
                failed |= bool(worked) or found["seconds"] > MOST_SECONDS or found["mib"] > MOST_MIB
        finally:
            from flows.prefect_server import stop_server  # noqa: PLC0415

            stop_server(home)
    tell(documents=given.documents, **figures)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
