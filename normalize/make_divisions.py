"""Makes `vocabulary/divisions.csv`: names and codes of administrative divisions (GB/T 2260) in use since 2010.

Run by hand: `python -m normalize.make_divisions FOLDER` where FOLDER holds `divisions_history.csv` (columns code, name,
start_year, end_or_change_year, new_codes as `code[year];…`). Names and codes are facts published by the ministry of
civil affairs; only they and their years are taken over. Disclosure by departments began in 2010: what ended before
cannot occur.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path
from typing import Final

SINCE: Final = 2010
TARGET: Final = Path(__file__).parent / "vocabulary" / "divisions.csv"


def make(source: Path, target: Path) -> int:
    """Write the list and return how many rows it has. Rows are sorted by code and first year, so the file is stable."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = [
            (
                row["code"],
                row["name"],
                row["start_year"][:4],  # `2025-2026`: between two lists; the wider span is kept
                row["end_or_change_year"][-4:],
                ";".join(re.findall(r"\d{6}", row["new_codes"])),
            )
            for row in csv.DictReader(file)
            if not row["end_or_change_year"] or int(row["end_or_change_year"][-4:]) >= SINCE
        ]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "since", "until", "now"))
        writer.writerows(sorted(rows))
    return len(rows)


if __name__ == "__main__":
    make(Path(sys.argv[1]) / "divisions_history.csv", TARGET)
