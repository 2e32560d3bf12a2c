"""Makes `vocabulary/classification.csv`: codes and names of the official classifications, from a reference folder.

Run by hand: `python -m normalize.make_classification FOLDER`; FOLDER holds func_expenditure.csv, econ_dept.csv and
econ_gov.csv (columns code, name, evidence, other_names_seen as `name (years);…`). Codes and names are those of the
ministry of finance's tables. trust: `seen` (official, or printed by documents) or `unverified`: such a row may suggest
a name, it never judges what a document prints.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path
from typing import Final

SOURCES: Final = {
    "functional": "func_expenditure.csv",
    "economic_department": "econ_dept.csv",
    "economic_government": "econ_gov.csv",
}
TARGET: Final = Path(__file__).parent / "vocabulary" / "classification.csv"


def make(folder: Path, target: Path) -> int:
    """Write the list and return how many rows it has, sorted by system and code."""
    rows: list[tuple[str, str, str, str, str]] = []
    for system, name in SOURCES.items():
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                trust = "seen" if row["evidence"].startswith(("official", "disclosure")) else "unverified"
                named = re.sub(r"\s*\(\d[^()]*\)", "", row["other_names_seen"])  # without the years of each name
                others = [each.strip() for each in named.split(";") if each.strip()]
                rows.append((system, row["code"], row["name"], ";".join(others), trust))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("system", "code", "name", "other_names", "trust"))
        writer.writerows(sorted(rows))
    return len(rows)


if __name__ == "__main__":
    make(Path(sys.argv[1]), TARGET)
