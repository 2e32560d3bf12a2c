"""Calibration of standings: of the facts of each standing, how many are read wrong?

    python benchmarks/standings.py GOLD CORPUS [--misses N]

GOLD: the folder with docs.csv and facts.csv, CORPUS: the documents it names. Every gold fact is looked for among the
rows of `budget_lines` (page, printed text or blank, line by code or label, leaf of the column); it is right where a row
has the gold's state and amount, wrong where the row at its line and column has another, and missing where there is no
such row (a missing fact has no standing). Errors of the source that the gold keeps are no errors of ours. Printed: a
Markdown table of the facts, how many are wrong, and the upper end of a 95 % interval (Wilson) of the share.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import unicodedata
from collections import Counter
from decimal import Decimal
from math import sqrt
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import tell
from crawl.schema import Provenance
from extract.interpret import interpret_reading
from extract.readers import read_document
from flows.checks import judge_document
from flows.checks.standing import STANDINGS
from normalize.facts import build_rows

Row = dict[str, Any]
Z = 1.96
FEN = Decimal("0.005")


def bare(text: object) -> str:
    """Without white space, in one form of signs."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", "" if text is None else str(text)))
    return folded.translate(str.maketrans("“”‘’﹦", "\"\"''="))


def leaf(path: str) -> str:
    return bare(path.rpartition("/")[2])


def is_line(gold: Row, row: Row) -> bool:
    """The same line: its label and, where both print one, its code."""
    codes = bare(gold["line_code"]), bare(row["line_code"])
    if all(codes) and codes[0] != codes[1]:
        return False
    labels = bare(gold["line_label"]), bare(row["line_label"])
    return labels[0] == labels[1] or (all(codes) and codes[0] == codes[1])


def is_right(gold: Row, row: Row) -> bool:
    if gold["state"] != row["amount_state"] or bare(gold["printed_text"]) != bare(row["printed_text"]):
        return False
    if not gold["amount_yuan"]:
        return bool(row["amount_yuan"] is None)
    return row["amount_yuan"] is not None and abs(Decimal(gold["amount_yuan"]) - Decimal(str(row["amount_yuan"]))) < FEN


def found(gold: Row, rows: list[Row]) -> Row | None:
    """The row of a gold fact: the right one where there is one, else one at its line and column."""
    near = [row for row in rows if is_line(gold, row) and leaf(row["column_path"] or "") == leaf(gold["column_path"])]
    near = [row for row in near if bare(gold["statement_title"]) == bare(row["statement_title"])] or near
    return next((row for row in near if is_right(gold, row)), near[0] if near else None)


def upper(wrong: int, whole: int) -> float:
    """Upper end of the Wilson interval (95 %) of a share."""
    if not whole:
        return 1.0
    share = wrong / whole
    middle = share + Z**2 / (2 * whole)
    return (middle + Z * sqrt(share * (1 - share) / whole + Z**2 / (4 * whole**2))) / (1 + Z**2 / whole)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--misses", type=int, default=0, help="print so many facts that are wrong")
    given = parser.parse_args()
    with (given.gold / "facts.csv").open(encoding="utf-8-sig", newline="") as file:
        facts = list(csv.DictReader(file))
    whole: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missing = 0
    for name in dict.fromkeys(fact["file"] for fact in facts):
        reading = read_document((given.corpus / name).read_bytes(), filename=name)
        tables = build_rows(reading, interpret_reading(reading), Provenance(filename=name))
        standing = {row["fact_id"]: str(row["standing"]) for row in judge_document(tables)["standings"]}
        by_page: dict[object, list[Row]] = {}
        for row in tables["budget_lines"]:
            by_page.setdefault(row["page"], []).append(row)
        for gold in (fact for fact in facts if fact["file"] == name):
            one = found(gold, by_page.get(int(gold["page"]), []))
            if one is None:
                missing += 1
                continue
            word = standing[one["fact_id"]]
            whole[word] += 1
            if not is_right(gold, one):
                wrong[word] += 1
                if sum(wrong.values()) <= given.misses:
                    print(
                        f"{word}: {name} {one['fact_id']} read {one['printed_text']!r}, gold {gold['printed_text']!r}"
                    )
    print("| standing | gold facts | wrong | share wrong | at most (95 %) |\n|---|---|---|---|---|")
    for word in (*STANDINGS, "all"):
        count = sum(whole.values()) if word == "all" else whole[word]
        bad = sum(wrong.values()) if word == "all" else wrong[word]
        share = f"{bad / count:.2%} | {upper(bad, count):.2%}" if count else "– | –"
        print(f"| {word} | {count} | {bad} | {share} |")
    print(f"\n{missing} of {len(facts)} gold facts have no row at their line and column in `budget_lines`")
    tell(facts=whole.total(), wrong=wrong.total(), missing=missing)


if __name__ == "__main__":
    main()
