"""What the orchestration costs: the stage `read` of a night under Prefect against a bare loop over the same documents.

python benchmarks/overhead.py REPORT.docx --documents 10000 --rounds 2
python benchmarks/overhead.py --documents 10000

So many copies of a report, each with bytes of its own (benchmarks/nights.py); without one, of a Word file of one small
table, the quickest document there is, of which the orchestration costs the largest share. The bare loop hands the same
jobs to as many worker processes (`flows.workers.run_jobs`) and stores what comes back as the stage does; the night
under Prefect plans, asks what is there, runs batches as tasks and writes every document into the log besides. Both in
one run, in turns (bare, night, night, bare …), because the machine may have other work and what runs second finds the
disk busy with the first (which is waited for, as far as the system lets one): the number of rounds is even. Printed:
seconds of each, milliseconds of a document in the bare loop, the share of the mean night above the mean bare loop, the
seconds from the start of the command to the first batch (the slowest), and, apart from them, those in which Prefect's
server came up and made its database, once for all nights. Exit code 1 where the share is more than 5 %, or a start
more than 15 s.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import tell  # noqa: E402
from benchmarks.nights import fill_archive, fill_ledger  # noqa: E402
from flows.convert_documents import plan_converting  # noqa: E402
from flows.crawl_sources import found_documents  # noqa: E402
from flows.prefect_server import stop_server  # noqa: E402
from flows.read_documents import plan_reading  # noqa: E402
from flows.runs import EVENTS, runs  # noqa: E402
from flows.settings import DataRoot, work_limits  # noqa: E402
from flows.store import Store  # noqa: E402
from flows.workers import run_jobs  # noqa: E402
from flows.writing import written  # noqa: E402

MOST_SHARE, MOST_START = 0.05, 15.0


def bare(root: DataRoot, into: Path) -> float:
    """Seconds of reading and storing alone."""
    limits, store = work_limits(), Store(into)
    documents = found_documents(root)
    plan = plan_reading(documents, plan_converting(documents, root, limits), root, limits)
    jobs = [plan.works[sha256].job for sha256 in sorted(plan.works)]
    os.sync()
    begin = time.monotonic()
    for outcome, _ in written(run_jobs(jobs, limits), lambda one: store.put(one.job.sha256, "0" * 16, one.packed)):
        if outcome.failure is not None:
            raise SystemExit(f"not read: {outcome.failure} {outcome.detail}")
    return time.monotonic() - begin


def environment_of(home: Path) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    return given | {"YUJUE_PREFECT_HOME": str(home), "PYTHONPATH": str(ROOT), "YUJUE_VERIFY_NIGHTS": "0"}


def server(home: Path) -> float:
    """Seconds until a server that was never there before answers."""
    begin = time.monotonic()
    command = [sys.executable, "-c", "from flows.prefect_server import ensure_server; ensure_server()"]
    subprocess.run(command, cwd=ROOT, env=environment_of(home), check=True)
    return time.monotonic() - begin


def night(root: DataRoot, home: Path, none: Path) -> tuple[float, float]:
    """Seconds of the stage `read` of a night under Prefect, and from the start of the command to its first batch."""
    command = [sys.executable, "-m", "flows.cli", "nightly", "--data", str(root.path), "--sources", str(none)]
    os.sync()
    begin = time.time()
    process = subprocess.Popen(command, cwd=ROOT, env=environment_of(home), stdout=subprocess.DEVNULL)
    told: list[dict[str, object]] = []
    seen = 0
    while process.poll() is None:  # the stages after it are not looked at
        time.sleep(0.5)
        found = runs(root)
        if found and (found[-1] / EVENTS).exists():
            with (found[-1] / EVENTS).open("rb") as file:  # only what is new: who looks on shall cost little
                file.seek(seen)
                lines = file.read().splitlines(keepends=True)
            whole = [line for line in lines if line.endswith(b"\n")]
            seen += sum(map(len, whole))
            told += [json.loads(line) for line in whole if b'"event":"step_' in line]
            if any(one["stage"] == "facts" for one in told):
                process.kill()
    process.wait()
    read = [one for one in told if one["stage"] == "read"]
    at = {one["event"]: datetime.fromisoformat(str(one["at"])).timestamp() for one in read[::-1]}
    last = max(datetime.fromisoformat(str(one["at"])).timestamp() for one in read if one["event"] == "step_ends")
    return last - at["step_begins"], at["step_begins"] - begin


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("report", type=Path, nargs="?", help="a docx; default: one small table")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=4)
    given = parser.parse_args()
    if given.rounds % 2:
        parser.error(f"--rounds {given.rounds}: an even number, so that each comes first as often as the other")
    report = given.report.read_bytes() if given.report else None
    bares: list[float] = []
    nights: list[float] = []
    starts: list[float] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        home, none = folder / "prefect", folder / "none"
        none.mkdir()
        try:
            came_up = server(home)
            for turn in range(given.rounds):
                root = DataRoot(folder / f"data{turn}")
                fill_ledger(root, fill_archive(root, given.documents, report))
                if turn % 2 == 0:
                    bares.append(bare(root, folder / f"stored{turn}"))
                seconds, start = night(root, home, none)
                nights.append(seconds)
                starts.append(start)
                if turn % 2:
                    bares.append(bare(root, folder / f"stored{turn}"))
                print(f"bare {bares[-1]:.1f} s, night {seconds:.1f} s, start {start:.1f} s", flush=True)
                shutil.rmtree(root.path)
        finally:
            stop_server(home)
    plain, whole = statistics.mean(bares), statistics.mean(nights)
    share = whole / plain - 1
    found = {
        "documents": given.documents,
        "milliseconds": round(1000 * plain / given.documents, 1),
        "bare": round(plain, 1),
        "night": round(whole, 1),
        "orchestration_share": round(share, 4),
        "per_cent": round(100 * share, 1),
        "start": round(max(starts), 1),
        "first_start_of_the_server": round(came_up, 1),
    }
    print(json.dumps(found))
    tell(**found)
    return int(share > MOST_SHARE or max(starts) > MOST_START)


if __name__ == "__main__":
    raise SystemExit(main())
