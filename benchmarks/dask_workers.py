"""Two Dask workers against one, on real documents: the stage `read` of a night, in new data roots each time.

python benchmarks/dask_workers.py FOLDER --rounds 5

FOLDER holds the documents (searched through). A scheduler and workers are started as processes on loopback, one thread
each; a Prefect server of its own; nights alternate between one worker and two, so that what else the machine does is
shared, and end when the stage is done; the cluster that is not asked is stopped (SIGSTOP) for that time. Printed:
seconds of the stage in each round, medians and their ratio. Exit code 1 where it is below 1.5, or where the results of
the two differ.

Two workers cannot be quicker than two processes of the machine are: beside each round stands how many cores' work two
plain processes got done there (2.0 on two idle cores; virtual machines often have less than they say).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import tell  # noqa: E402
from crawl.archive import Archive  # noqa: E402
from crawl.ledger import Ledger, Link  # noqa: E402
from crawl.schema import Visit  # noqa: E402
from flows.prefect_server import stop_server  # noqa: E402
from flows.runs import EVENTS, runs  # noqa: E402
from flows.settings import DataRoot  # noqa: E402

AT, NOW = "2026-11-23T02:00:00Z", "2026-11-23T02:00:00+00:00"
SUFFIXES = {".docx", ".doc", ".pdf", ".xls", ".xlsx", ".wps", ".rtf"}
LEAST = 1.5
QUIET = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}  # as docs/operations.md starts workers


def fill(folder: Path, files: list[Path]) -> DataRoot:
    """A data root as a crawl leaves it."""
    root = DataRoot(folder)
    archive = Archive(root.archive)
    with Ledger(root.ledger) as ledger:
        run = ledger.begin_run("130630_bench", "130630", "涞源县财政局", AT)
        for number, file in enumerate(files):
            url, landing = f"http://127.0.0.1:9/{number}/{file.name}", f"http://127.0.0.1:9/{number}/"
            sha256 = archive.put(file.read_bytes())
            link = Link("130630_bench", sha256, url, landing, "attachment", filename=file.name)
            ledger.record(run, Visit("130630_bench", url, "attachment", AT, "new", status=200, sha256=sha256), [link])
        ledger.end_run(run, "finished")
    return root


def start(*command: str, log: Path, **more: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1", **more}
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def tell_all(cluster: list[subprocess.Popen[bytes]], what: signal.Signals) -> None:
    for process in cluster:
        os.killpg(process.pid, what)


def events(root: DataRoot) -> list[dict[str, Any]]:
    """What the newest run has said so far."""
    found = runs(root)
    path = found[-1] / EVENTS if found else None
    if path is None or not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


def night(root: DataRoot, address: str, home: Path, none: Path, log: Path) -> tuple[float, str]:
    """Seconds of the stage `read`, and a digest of all Readings."""
    process = start(
        "flows.cli", "nightly", "--now", NOW, "--data", str(root.path), "--sources", str(none), log=log,
        YUJUE_WORK_RUNNER="dask", YUJUE_WORK_DASK_ADDRESS=address, YUJUE_PREFECT_HOME=str(home),
    )  # fmt: skip
    ended: list[dict[str, Any]] = []
    try:
        while not ended:
            if process.poll() is not None:
                raise SystemExit(log.read_text(encoding="utf-8")[-4000:])
            time.sleep(0.2)
            ended = [one for one in events(root) if one["event"] == "step_ends" and one["stage"] == "read"]
    finally:
        process.kill()  # the stages after it are not looked at
        process.wait()
    if ended[0]["outcome"] != "ok":
        raise SystemExit(f"the stage failed: {ended[0]}")
    total = hashlib.sha256()
    for path in sorted(Path(root.tables).glob("*/*.zst")):
        total.update(path.name.encode() + path.read_bytes())
    return float(ended[0]["seconds"]), total.hexdigest()


def plain(processes: int) -> float:
    """Seconds in which so many processes do the same sums each."""
    code = "s = 0\nfor i in range(8_000_000): s += i * i"
    begin = time.monotonic()
    for one in [subprocess.Popen([sys.executable, "-c", code]) for _ in range(processes)]:
        one.wait()
    return time.monotonic() - begin


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--every", type=int, default=1, help="only one document of so many, by name")
    given = parser.parse_args()
    files = sorted(path for path in given.folder.rglob("*") if path.suffix.lower() in SUFFIXES)[:: given.every]
    taken: dict[int, list[float]] = {1: [], 2: []}
    cores: list[float] = []
    digests: set[str] = set()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        log, home, none = folder / "log", folder / "prefect", folder / "none"
        none.mkdir()
        processes: list[subprocess.Popen[bytes]] = []
        try:
            addresses = {}
            clusters: dict[int, list[subprocess.Popen[bytes]]] = {1: [], 2: []}
            for number in (1, 2):  # a cluster of one worker and one of two
                told = folder / f"scheduler{number}.json"
                command = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told)]
                clusters[number].append(start("distributed.cli.dask_scheduler", *command, log=log, **QUIET))
                processes.append(clusters[number][-1])
                while not told.exists() or not told.read_text():
                    time.sleep(0.2)
                addresses[number] = json.loads(told.read_text())["address"]
                for worker in range(number):
                    more = ["--host", "127.0.0.1", "--local-directory", str(folder / f"dask{number}{worker}")]
                    command = [addresses[number], "--nthreads", "1", "--no-dashboard", *more]
                    clusters[number].append(start("distributed.cli.dask_worker", *command, log=log, **QUIET))
                    processes.append(clusters[number][-1])
            for turn in range(given.rounds):
                for cluster in clusters.values():
                    tell_all(cluster, signal.SIGSTOP)
                cores.append(2 * plain(1) / plain(2))
                print(f"round {turn}, two processes do the work of {cores[-1]:.2f} cores", flush=True)
                for number in (1, 2) if turn % 2 == 0 else (2, 1):
                    root = fill(folder / f"data{turn}{number}", files)
                    tell_all(clusters[3 - number], signal.SIGSTOP)
                    tell_all(clusters[number], signal.SIGCONT)
                    seconds, digest = night(root, addresses[number], home, none, log)
                    taken[number].append(seconds)
                    digests.add(digest)
                    print(f"round {turn}, workers {number}: {seconds:.1f} s", flush=True)
        finally:
            for process in processes:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            stop_server(home)
    one, two = statistics.median(taken[1]), statistics.median(taken[2])
    found = {
        "documents": len(files),
        "one": one,
        "two": two,
        "ratio": round(one / two, 2),
        "results": len(digests),
        "cores": round(statistics.median(cores), 2),
    }
    print(json.dumps(found))
    tell(**found)
    return int(one / two < LEAST or len(digests) != 1)


if __name__ == "__main__":
    raise SystemExit(main())
