"""What becomes of the numbers printed in tables: the share that are values in published rows, and every other class.

    python benchmarks/coverage.py FOLDER [--least 0.97]

A number is a cell whose whole text is one. It is a `fact` where a row of budget_lines has its place, `form` where it is
a text of a performance form (an amount, an indicator's value, a goal), `record` where it is one of a list (assets,
purchases). Numbers that name instead of measure (codes, ordinals, column numbers, headers) are `identity` and not
counted. All others are named by their home and the statement, the largest class first: nothing is left out in silence.
Ends with status 1 below --least. Printed: a Markdown table.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import tell
from crawl.schema import Provenance
from extract.document import Interpretation, Place, Reading, Text
from extract.interpret import interpret_reading
from extract.readers import read_document
from extract.text import is_number
from normalize.facts import build_rows
from normalize.schema import Row

VALUES = ("fact", "form", "record")
NAMES = frozenset({"code", "ordinal", "column_number", "header", "caption", "label"})  # homes of what is no value
SUFFIXES = frozenset({".pdf", ".docx", ".xlsx", ".xls", ".html", ".htm"})


def account(
    reading: Reading, interpretation: Interpretation, tables: Mapping[str, Sequence[Row]]
) -> Counter[tuple[str, str]]:
    """Numbers printed in the tables by (class, statement): of values and names the statement is left empty."""
    facts = {(row["table_no"], row["row_no"], row["col_no"]) for row in tables["budget_lines"]}
    forms = {place for part in (interpretation.projects, interpretation.goals) for place in _places(part)}
    records = {place for statement in interpretation.statements for place in _places(statement.records)}
    homes = {(use.table, use.row, use.col): use.home for use in interpretation.uses if use.table is not None}
    codes = {statement.table: statement.code for statement in interpretation.statements}
    found: Counter[tuple[str, str]] = Counter()
    for table in reading.tables():
        for cell in table.cells:
            if table.hidden is not None or not is_number(cell.text):
                continue
            place, home = cell.place, homes.get((table.number, cell.row, cell.col), "unused")
            if (place.table, place.row, place.col) in facts:
                found["fact", ""] += 1
            elif not forms.isdisjoint(cell.places):
                found["form", ""] += 1
            elif not records.isdisjoint(cell.places):
                found["record", ""] += 1
            elif home in NAMES:
                found["identity", ""] += 1
            else:
                found[home, codes.get(table.number, "performance")] += 1
    return found


def _places(value: object) -> Iterator[Place]:
    """Places of all texts in a value, at any depth."""
    if isinstance(value, Text):
        yield value.place
        yield from value.more
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _places(getattr(value, name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _places(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _places(part)


def share(found: Counter[tuple[str, str]]) -> float | None:
    """Values of all numbers that measure something; None where a document prints none in tables."""
    values = sum(found[kind, ""] for kind in VALUES)
    numbers = found.total() - found["identity", ""]
    return values / numbers if numbers else None


def of_document(path: Path) -> Counter[tuple[str, str]]:
    reading = read_document(path.read_bytes(), filename=path.name)
    interpretation = interpret_reading(reading)
    return account(reading, interpretation, build_rows(reading, interpretation, Provenance(filename=path.name)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least", type=float, default=0.97, help="share below which the run fails")
    options = parser.parse_args()
    whole: Counter[tuple[str, str]] = Counter()
    worst: dict[tuple[str, str], tuple[int, str]] = {}
    for path in sorted(path for path in options.folder.iterdir() if path.suffix.lower() in SUFFIXES):
        found = of_document(path)
        whole += found
        for kind, count in found.items():
            worst[kind] = max(worst.get(kind, (0, "")), (count, path.name))
    print("| class | in | numbers | most in one document |", "|---|---|---:|---|", sep="\n")
    for (home, statement), count in whole.most_common():
        most, name = worst[home, statement]
        print(f"| {home} | {statement} | {count} | {most} ({name}) |")
    known = share(whole)
    print(f"\nValues: {'–' if known is None else f'{100 * known:.2f} %'} of the numbers that measure something.")
    tell(share=None if known is None else 100 * known)
    return 0 if known is None or known >= options.least else 1


if __name__ == "__main__":
    raise SystemExit(main())
