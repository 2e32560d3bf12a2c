"""The hand-checked facts, pages and findings, scored: reading, links and checks as a user runs them.

    python benchmarks/scores.py SHARED [--only facts|pages|findings]

SHARED holds corpus/documents, gold/ with its scorers, and the fixtures. Each scorer is run on what the commands
`yujue read`, `yujue links --batch` and `yujue check` give; what it prints is printed, its figures are told.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import tell, told  # noqa: E402

FINDINGS = "findings.parquet"
YUJUE = (sys.executable, "-m", "flows.entry")


def command(*words: str | Path) -> str:
    """What the command printed, shown too. CalledProcessError where it failed (1, findings, is no failure)."""
    done = subprocess.run([str(word) for word in words], cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout, flush=True)
    if done.returncode not in {0, 1}:
        print(done.stderr, file=sys.stderr)
        done.check_returncode()
    return done.stdout


def facts(shared: Path, work: Path) -> None:
    with (shared / "gold" / "documents" / "docs.csv").open(encoding="utf-8") as file:
        names = sorted({row["file"] for row in csv.DictReader(file)})
    command(*YUJUE, "read", *(shared / "corpus" / "documents" / name for name in names), "--out", work)
    said = command(sys.executable, shared / "gold" / "score.py", shared / "gold" / "documents", work)
    tell(**{
        f"{name}_{part}": int(number)
        for name, exact, whole in re.findall(r"^(\w+): exact (\d+)/(\d+)", said, re.M)
        for part, number in (("exact", exact), ("all", whole))
    })  # fmt: skip


def pages(shared: Path, work: Path) -> None:
    said = command(
        sys.executable, shared / "gold" / "score_pages.py", shared / "gold" / "pages", "--", *YUJUE, "links", "--batch"
    )
    names = ("precision", "recall", "kind", "year", "date", "attachment_precision", "attachment_recall", "notices")
    numbers = re.findall(r"(?:precision|recall|kind|year|date|right) (\d\.\d+)", said)
    tell(**dict(zip(names, map(float, numbers), strict=True)))


def findings(shared: Path, work: Path) -> None:
    documents = shared / "corpus" / "documents"
    sample = shared / "fixtures" / "sample.docx"
    command(*YUJUE, "check", documents, sample, "--out", work)
    gold = shared / "gold"
    said = command(
        sys.executable, gold / "score_findings.py", gold / "findings.csv", shared / "corpus" / "MANIFEST.tsv", work
    )
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for polarity, yes, of in re.findall(r"^(\w+) [\w ]+: (\d+)/(\d+) right", said, re.M):
        right[polarity] += int(yes)
        whole[polarity] += int(of)
    judged = command(sys.executable, "benchmarks/fails_judged.py", shared / "corpus" / "MANIFEST.tsv", work / FINDINGS)
    eyed = command(
        sys.executable,
        "benchmarks/cases_judged.py",
        gold / "findings.csv",
        shared / "corpus" / "MANIFEST.tsv",
        work / FINDINGS,
    )
    fails = {verdict: int(count) for verdict, count in re.findall(r"([\w ]+): (\d+)(?:, |$)", judged.splitlines()[-1])}
    forbidden = whole["negative"] + whole["trap"]
    tell(
        **told(eyed),
        positive_right=right["positive"],
        positive_all=whole["positive"],
        fails=sum(fails.values()),
        fails_true=fails.get("true", 0),
        forbidden=forbidden,
        violated=forbidden - right["negative"] - right["trap"],
    )


PARTS = {"facts": facts, "pages": pages, "findings": findings}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--only", choices=sorted(PARTS))
    options = parser.parse_args()
    for name, part in PARTS.items():
        if options.only in {None, name}:
            with tempfile.TemporaryDirectory() as folder:
                part(options.shared.resolve(), Path(folder))


if __name__ == "__main__":
    main()
