"""The night of the sample county, killed at random moments and started again, against one that was left alone.

python benchmarks/kills.py --kills 30 --seed 11

A night is timed undisturbed. Then, in fresh data roots, `yujue nightly` is killed (SIGKILL) at moments drawn from equal
shares of that time, so that every stage is hit; each time it is started again at once, with the same --now; after
`--per-root` kills it may end. Every file of the release must be byte for byte the undisturbed one's, there must be one
release, and nothing half-written may be left. Exit code 1 where that is not so.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import tell  # noqa: E402
from flows.demo import open_site  # noqa: E402
from flows.release.version import versions  # noqa: E402
from flows.runs import EVENTS, runs  # noqa: E402
from flows.serve import LOOPBACK, in_background  # noqa: E402
from flows.settings import DataRoot  # noqa: E402

NOW = "2026-11-23T02:00:00+08:00"
MOST_SECONDS = 3600


def start(root: Path, registry: Path, log: Path, more: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.cli", "nightly", "--data", str(root), "--sources", str(registry)]
    command += ["--now", NOW, *more]
    environment = {**os.environ, "YUJUE_CRAWL_ALLOW_PRIVATE_HOSTS": LOOPBACK, "PYTHONPATH": str(ROOT)}
    environment |= {"YUJUE_VERIFY_NIGHTS": "1"}
    with log.open("ab") as file:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)


def release(root: Path) -> dict[str, str]:
    """Name → digest of every file of the one release."""
    folder = DataRoot(root).releases
    found = versions(folder)
    assert len(found) == 1, f"{len(found)} releases: {found}"
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / found[0]).iterdir())}


def half_written(root: Path) -> list[str]:
    """What a killed writer may leave and the next night has to remove."""
    return [str(path.relative_to(root)) for path in root.rglob("*") if path.name.startswith((".part-", ".staging-"))]


def stage_of(root: Path) -> str:
    """What the newest run was at: the last step it began, or what came before the first."""
    found = runs(DataRoot(root))
    events = found[-1] / EVENTS if found else None
    if events is None or not events.exists():
        return "start"
    told = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    steps = [one for one in told if one["event"] in ("step_begins", "step_ends")]
    if not steps:
        return "start"
    return str(steps[-1]["stage"]) + (" done" if steps[-1]["event"] == "step_ends" else "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--per-root", type=int, default=5)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--prefect", action="store_true", help="nights under Prefect (default: without)")
    given = parser.parse_args()
    chance, more = random.Random(given.seed), [] if given.prefect else ["--no-prefect"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        site = open_site(folder / "site")
        registry, log = site.source.parent, folder / "log"
        with in_background(site.server):
            begin = time.monotonic()
            code = start(folder / "plain", registry, log, more).wait(MOST_SECONDS)
            length = time.monotonic() - begin
            assert code in (0, 1), log.read_text(encoding="utf-8")
            wanted = release(folder / "plain")
            print(f"undisturbed: {length:.1f} s, exit code {code}, {len(wanted)} files", flush=True)

            moments = [(number + chance.random()) / given.kills * length for number in range(given.kills)]
            chance.shuffle(moments)
            hit: Counter[str] = Counter()
            roots, wrong, kills = 0, 0, 0
            while kills < given.kills:
                root, roots = folder / f"root{roots}", roots + 1
                for moment in moments[kills : kills + given.per_root]:
                    process = start(root, registry, log, more)
                    try:
                        process.wait(moment)
                        moments[kills] *= 0.8  # the machine is faster than it was: nothing to kill any more
                        break
                    except subprocess.TimeoutExpired:
                        process.kill()
                        process.wait()
                    kills += 1
                    hit[stage_of(root)] += 1
                code = start(root, registry, log, more).wait(MOST_SECONDS)
                found = release(root)
                differs = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
                left = half_written(root)
                wrong += bool(differs or left)
                print(f"{root.name}: {kills} kills so far; differs {differs or '-'}; left {left or '-'}", flush=True)
    told = {"kills": kills, "roots": roots, "hit": dict(sorted(hit.items())), "seconds": round(length, 1)}
    print(json.dumps({**told, "wrong": wrong}, ensure_ascii=False))
    tell(kills=kills, roots=roots, seconds=length, wrong=wrong)
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
