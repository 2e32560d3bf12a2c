"""The cases of findings.csv without an anchor text, by judgements that are kept.

    python benchmarks/cases_judged.py FINDINGS.csv MANIFEST.tsv OUT/findings.parquet

The gold's own scorer leaves these to the eye. Each was looked at once, beside the page, and what was seen is a row of
tests/flows/checks/judged_cases.tsv (our own words, none of the document's). A positive case is right where the finding
it names (check_id, subject) fails. A negative or trap is right where on its pages nothing fails that it speaks of: of
the families (* for all) and, where words are given, that names one of them; findings that judged_fails.tsv holds for
true are no violation. A case without a judgement is wrong and told, so that a new one is looked at.
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.figures import tell  # noqa: E402

JUDGED: Final = ROOT / "tests" / "flows" / "checks"
Row = Mapping[str, Any]


def rows_of(path: Path, delimiter: str = "\t") -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def by_eye(cases: Iterable[Row]) -> list[Row]:
    """The scored cases that have no anchor text."""
    return [case for case in cases if not case["anchor_text"].strip() and case["polarity"] != "undetermined"]


def pages(text: str) -> set[int]:
    """`7`, `13,17`, `5-25` as page numbers; `all` and the like as none."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", text):
        found.update(range(int(first), int(last or first) + 1))
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\s,]+", "", unicodedata.normalize("NFKC", text))


def _speaks_of(finding: Row, judgement: Row, span: set[int]) -> bool:
    if span and finding["pages"] and not span & set(finding["pages"]):
        return False
    if judgement["families"] != "*" and finding["family"] not in judgement["families"]:
        return False
    said = _plain("".join([finding["message_zh"] or "", *(finding["evidence"] or [])]))
    words = judgement["words"].split()
    return not words or any(word in said for word in words)


def is_right(case: Row, judgement: Row, fails: Iterable[Row], known: Iterable[tuple[str, str]]) -> bool:
    """Whether the document's failing findings are what was seen. known: (check_id, subject) judged true."""
    there = [(one["check_id"], one["subject"]) for one in fails]
    if case["polarity"] == "positive":
        return (judgement["check_id"], judgement["subject"]) in there
    span, true = pages(case["page"]), set(known)
    return not any(_speaks_of(one, judgement, span) and (one["check_id"], one["subject"]) not in true for one in fails)


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__)
        return 2
    cases = by_eye(rows_of(Path(sys.argv[1]), ","))
    sha = {row["file"]: row["sha256"] for row in rows_of(Path(sys.argv[2]))}
    fails = pl.read_parquet(sys.argv[3]).filter(pl.col("outcome") == "fails").to_dicts()
    judged = {row["id"]: row for row in rows_of(JUDGED / "judged_cases.tsv")}
    true: dict[str, list[tuple[str, str]]] = {}
    for row in rows_of(JUDGED / "judged_fails.tsv"):
        if row["verdict"] == "true":
            true.setdefault(row["document"], []).append((row["check_id"], row["subject"]))
    right = 0
    for case in cases:
        name, judgement = case["file"], judged.get(case["id"])
        own = [row for row in fails if row["document_sha256"] == sha.get(name)]
        if judgement is not None and is_right(case, judgement, own, true.get(name, [])):
            right += 1
        else:
            state = "not judged" if judgement is None else "wrong"
            print(f"{state}: {case['id']} {case['polarity']} {name} p{case['page']} {case['expected_finding'][:80]}")
    print(f"by eye: {right}/{len(cases)} right")
    tell(by_eye_right=right, by_eye_all=len(cases))
    return 0


if __name__ == "__main__":
    sys.exit(main())
