"""What the orchestration costs: the stage `read` of a night under Prefect against a bare loop over the same documents.

python benchmarks/overhead.py --documents 10000

Small Word files, each another sha256 (as benchmarks/nights.py makes them). The bare loop hands the same jobs to as
many worker processes (`flows.workers.run_jobs`) and drops what comes back; the night under Prefect plans, asks what is
there, runs batches as tasks, writes every result to the disk and every document into the log. Both in one run, in turns
(bare, night, bare …), because the machine may have other work. Printed: seconds of each, the share of the median night
above the median bare loop, split into storing (writing and flushing the results, which is work and no orchestration)
and the rest, and the seconds from the start of the command to the first batch. Exit code 1 where the rest is more than
5 %, or the start more than 15 s.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.nights import fill_archive, fill_ledger  # noqa: E402
from flows.convert_documents import plan_converting  # noqa: E402
from flows.crawl_sources import found_documents  # noqa: E402
from flows.prefect_server import stop_server  # noqa: E402
from flows.read_documents import plan_reading  # noqa: E402
from flows.runs import EVENTS, runs  # noqa: E402
from flows.settings import DataRoot, work_limits  # noqa: E402
from flows.store import Store  # noqa: E402
from flows.workers import run_jobs  # noqa: E402

MOST_SHARE, MOST_START = 0.05, 15.0


def bare(root: DataRoot) -> tuple[float, list[bytes]]:
    """Seconds of the reading alone, and the packed Readings."""
    limits = work_limits()
    documents = found_documents(root)
    plan = plan_reading(documents, plan_converting(documents, root, limits), root, limits)
    jobs = [plan.works[sha256].job for sha256 in sorted(plan.works)]
    begin = time.monotonic()
    packed = [outcome.packed for outcome in run_jobs(jobs, limits)]
    return time.monotonic() - begin, packed


def storing(folder: Path, packed: list[bytes]) -> float:
    """Seconds of writing so many results as the stage does: whole, flushed, renamed."""
    store = Store(folder)
    begin = time.monotonic()
    for content in packed:
        store.put(hashlib.sha256(content).hexdigest(), "0" * 16, content)
    return time.monotonic() - begin


def night(root: DataRoot, home: Path, none: Path) -> tuple[float, float]:
    """Seconds of the stage `read` of a night under Prefect, and from the start of the command to its first batch."""
    command = [sys.executable, "-m", "flows.cli", "nightly", "--data", str(root.path), "--sources", str(none)]
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    environment |= {"YUJUE_PREFECT_HOME": str(home), "PYTHONPATH": str(ROOT), "YUJUE_VERIFY_NIGHTS": "0"}
    begin = time.time()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    told: list[dict[str, object]] = []
    while process.poll() is None:  # the stages after it are not looked at
        time.sleep(0.2)
        found = runs(root)
        if found and (found[-1] / EVENTS).exists():
            lines = (found[-1] / EVENTS).read_text(encoding="utf-8").splitlines()
            steps = [line for line in lines if '"event":"step_' in line and line.endswith("}")]
            told = [json.loads(line) for line in steps]
            if any(one["stage"] == "facts" for one in told):
                process.kill()
    process.wait()
    read = [one for one in told if one["stage"] == "read"]
    at = {one["event"]: datetime.fromisoformat(str(one["at"])).timestamp() for one in read[::-1]}
    last = max(datetime.fromisoformat(str(one["at"])).timestamp() for one in read if one["event"] == "step_ends")
    return last - at["step_begins"], at["step_begins"] - begin


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    bares: list[float] = []
    nights: list[float] = []
    starts: list[float] = []
    stores: list[float] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        home, none = folder / "prefect", folder / "none"
        none.mkdir()
        try:
            for turn in range(given.rounds):
                root = DataRoot(folder / f"data{turn}")
                fill_ledger(root, fill_archive(root, given.documents))
                seconds, packed = bare(root)
                bares.append(seconds)
                stores.append(storing(folder / f"stored{turn}", packed))
                seconds, start = night(root, home, none)
                nights.append(seconds)
                starts.append(start)
                said = f"bare {bares[-1]:.1f} s, storing {stores[-1]:.1f} s, night {seconds:.1f} s, start {start:.1f} s"
                print(said, flush=True)
        finally:
            stop_server(home)
    plain, whole, stored = statistics.median(bares), statistics.median(nights), statistics.median(stores)
    rest = (whole - stored) / plain - 1
    found = {
        "documents": given.documents,
        "bare": round(plain, 1),
        "night": round(whole, 1),
        "storing_share": round(stored / plain, 4),
        "orchestration_share": round(rest, 4),
        "start": round(statistics.median(starts), 1),
    }
    print(json.dumps(found))
    return int(rest > MOST_SHARE or found["start"] > MOST_START)


if __name__ == "__main__":
    raise SystemExit(main())
