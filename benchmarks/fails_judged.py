"""Findings that fail, against those judged by eye.

    python benchmarks/fails_judged.py MANIFEST.tsv OUT/findings.parquet

MANIFEST.tsv: file and sha256. Prints how many are true and false, and lists those nobody has judged yet, to be looked
at beside the page and added to tests/flows/checks/judged_fails.tsv (facts and our own words, none of the document's).
Column `how`: page, beside the picture of the page; text, by the text and the grid (Word, HTML, or what is absent).
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import polars as pl

JUDGED = Path(__file__).parents[1] / "tests" / "flows" / "checks" / "judged_fails.tsv"


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        names = {row["sha256"]: row["file"] for row in csv.DictReader(file, delimiter="\t")}
    with JUDGED.open(encoding="utf-8") as file:
        known = {
            (r["document"], r["check_id"], r["subject"]): r["verdict"] for r in csv.DictReader(file, delimiter="\t")
        }
    fails = pl.read_parquet(sys.argv[2]).filter(pl.col("outcome") == "fails").to_dicts()
    tally: Counter[str] = Counter()
    for row in fails:
        name = names.get(row["document_sha256"], "sample.docx")
        verdict = known.get((name, row["check_id"], row["subject"]), "not judged")
        tally[verdict] += 1
        if verdict != "true":
            print(f"{verdict}: {name} {row['check_id']} {row['subject']} {row['message_zh']}")
    print(", ".join(f"{verdict}: {count}" for verdict, count in sorted(tally.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
