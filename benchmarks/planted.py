"""Planted errors: is the wrong cell named?

    python benchmarks/planted.py GOLD CORPUS [--count 2000] [--seed 7] [--misses N]

GOLD: the folder with docs.csv, CORPUS: the documents it names. Every document is read once; then one error at a time is
put into the amounts of its statements, as if it had been printed so, and the document is checked again:

 - digit: two digits exchanged, or one replaced by another; point: the decimal point moved by one place;
 - sign: the sign lost or put; unit: the amount in another unit (times or by 10,000); row: a coded line left out.

Counted are errors where a sum ran through the cell and the error is more than its rounding. `named`: a finding names
the cell among those that may be wrong (of a line left out: names the line, or the sum it is missing from with all its
amounts); `first`: as the likeliest; `right`: with the amount that stood there. Printed: a Markdown table, and how many
findings the intact documents gain when they are checked once more (none: checks are pure).
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.figures import tell
from crawl.schema import Provenance
from extract.interpret import interpret_reading
from extract.readers import read_document
from flows.checks import all_checks, judge_document
from flows.checks.facts import document_facts
from flows.checks.locate import line_of
from flows.checks.pieces import doubt
from normalize.amount import parse_number
from normalize.facts import build_rows

Row = dict[str, Any]
Tables = dict[str, list[Row]]
KINDS = ("digit", "point", "sign", "unit", "row")
WHAT = ("seen", "named", "first", "right")
UNIT_STEP = 10_000
# Who prints nothing but thousands of yuan or more makes a slip of the last digit no more than rounding: tried again.
TRIES = 40


@dataclass
class Intact:
    """A document as read. fails: (check, subject) of what fails already. summed: places a sum runs through that is
    judged either way, with the least rounding such a sum allows (yuan). parts: places that such a sum adds up with
    other lines to the total of a line of its own."""

    name: str
    tables: Tables
    fails: frozenset[tuple[str, str]]
    summed: dict[str, Decimal]
    parts: frozenset[str]
    rows: list[int] = field(default_factory=list)


def intact(name: str, content: bytes) -> Intact:
    reading = read_document(content, filename=name)
    tables: Tables = build_rows(reading, interpret_reading(reading), Provenance(filename=name))
    facts = document_facts(tables)
    assert facts is not None
    summed: dict[str, Decimal] = {}
    parts: set[str] = set()
    for check, finding in ((one, found) for one in all_checks() for found in one.run(facts)):
        is_open = doubt(facts, check, msgspec.structs.replace(finding, outcome="fails")).outcome != "fails"
        if finding.outcome not in {"holds", "rounding"} or finding.tolerance is None or is_open:
            continue
        slack = finding.tolerance + abs(finding.delta or Decimal(0))
        for cells in finding.identities:
            for cell in cells:
                if cell.known:
                    summed[cell.place] = min(slack, summed.get(cell.place, slack))
            terms = [cell for cell in cells[1:] if cell.known and cell.yuan]
            if len(terms) > 1 and len({line_of(cell) for cell in (cells[0], *terms)}) == len(terms) + 1:
                parts |= {cell.place for cell in terms}
    one = Intact(name, tables, fails_of(judge_document(tables)["findings"]), summed, frozenset(parts))
    one.rows = [
        index
        for index, row in enumerate(tables["budget_lines"])
        if row["amount_state"] == "number" and row["amount_fen"] and place(row) in summed
    ]
    return one


def place(row: Row) -> str:
    return f"t{row['table_no']}.r{row['row_no']}.c{row['col_no']}"


def fails_of(findings: list[Row]) -> frozenset[tuple[str, str]]:
    return frozenset((row["check_id"], row["subject"]) for row in findings if row["outcome"] == "fails")


def slip(text: str, kind: str, chance: random.Random) -> str:
    """The printed number with one slip; unchanged where the kind has no place in it."""
    digits = [index for index, char in enumerate(text) if char.isdigit()]
    number = parse_number(text).number
    if number is None or not digits:
        return text
    chars = list(text)
    if kind == "digit" and chance.random() < 0.5:
        pairs = [(a, b) for a, b in pairwise(digits) if text[a] != text[b]]
        if pairs:
            a, b = chance.choice(pairs)
            chars[a], chars[b] = chars[b], chars[a]
        return "".join(chars)
    if kind == "digit":
        at = chance.choice(digits)
        chars[at] = chance.choice([char for char in "0123456789" if char != text[at]])
        return "".join(chars)
    if kind == "point":
        return format(number.scaleb(chance.choice((1, -1))), "f")
    if kind == "sign":
        return text.replace("-", "") if number < 0 else f"-{text}"
    return format(number * UNIT_STEP if chance.random() < 0.5 else number / UNIT_STEP, "f")


def with_slip(one: Intact, kind: str, chance: random.Random) -> tuple[Tables, Row, Decimal] | None:
    """The tables with one error, the row it is in as it was, and by how much it is out (yuan); None for no error."""
    index = chance.choice(one.rows)
    row = one.tables["budget_lines"][index]
    text = slip(row["printed_text"], kind, chance)
    was, now = parse_number(row["printed_text"]), parse_number(text)
    if now.number is None or not was.number:
        return None
    scale = Decimal(row["amount_fen"]) / 100 / was.number
    yuan = now.number * scale
    if abs(yuan - Decimal(row["amount_fen"]) / 100) <= one.summed[place(row)]:
        return None
    fen = yuan * 100
    changed = row | {
        "printed_text": text,
        "amount_yuan": float(yuan),
        "amount_fen": int(fen) if fen == int(fen) else None,
        "resolution_yuan": float(scale.scaleb(-now.decimals)),
        "amount_state": "number" if yuan else "zero",
    }
    lines = list(one.tables["budget_lines"])
    lines[index] = changed
    return {**one.tables, "budget_lines": lines}, row, yuan - Decimal(row["amount_fen"]) / 100


def without_line(one: Intact, chance: random.Random) -> tuple[Tables, Row, Decimal] | None:
    """The tables without one coded line that has no lines below it, and the cell of the line that was drawn."""
    row = one.tables["budget_lines"][chance.choice(one.rows)]
    code, gone = row["line_code"], (row["table_no"], row["row_no"], row["lane"])
    if not code or place(row) not in one.parts:
        return None
    if abs(Decimal(row["amount_fen"]) / 100) <= one.summed[place(row)]:
        return None  # no more than rounding, as with a slip
    lines = [line for line in one.tables["budget_lines"] if (line["table_no"], line["row_no"], line["lane"]) != gone]
    if any(line["table_no"] == gone[0] and (line["line_code"] or "").startswith(code) for line in lines):
        return None  # its parts would stand in for it, and every sum would hold
    return {**one.tables, "budget_lines": lines}, row, Decimal(row["amount_fen"]) / 100


@dataclass
class Told:
    """What the findings say about one planted error."""

    seen: bool
    named: bool
    first: bool
    right: bool


def told(one: Intact, kind: str, row: Row, findings: list[Row]) -> Told:
    new = [f for f in findings if f["outcome"] == "fails" and (f["check_id"], f["subject"]) not in one.fails]
    if kind == "row":
        named = [str(f["missing_line"]) for f in new if f["missing_line"] is not None]
        exact = any(str(row["line_code"]) == line.split()[0] for line in named)
        return Told(bool(new), bool(named), bool(named), exact)
    at = place(row)
    naming = [f for f in new if at in f["suspects"]]
    texts = [f["suspect_texts"][f["suspects"].index(at)] for f in naming]
    number = parse_number(str(row["printed_text"])).number
    right = any(parse_number(str(text).rstrip("元万千百亿")).number == number for text in texts)
    first = next((f["suspects"][0] for f in new if f["suspects"]), None) == at
    return Told(bool(new), bool(naming), first, right)


def plant(documents: list[Intact], count: int, chance: random.Random) -> Iterator[tuple[Intact, str, Row, Told]]:
    """`count` errors, the kinds in turn, each in a document drawn with as many chances as it has amounts in sums."""
    weights = [len(one.rows) for one in documents]
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        for _ in range(TRIES):
            one = chance.choices(documents, weights)[0]
            made = without_line(one, chance) if kind == "row" else with_slip(one, kind, chance)
            if made is not None:
                tables, row, _ = made
                yield one, kind, row, told(one, kind, row, judge_document(tables)["findings"])
                break


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--misses", type=int, default=0, help="print so many errors that were not named")
    given = parser.parse_args()
    with (given.gold / "docs.csv").open(encoding="utf-8-sig", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    documents = [intact(name, (given.corpus / name).read_bytes()) for name in names]
    gained = sum(len(fails_of(judge_document(one.tables)["findings"]) - one.fails) for one in documents)
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in (*KINDS, "all")}
    misses = 0
    for one, kind, row, result in plant(documents, given.count, random.Random(given.seed)):
        for name in (kind, "all"):
            counts[name]["planted"] += 1
            for what in WHAT:
                counts[name][what] += getattr(result, what)
        if not result.named and misses < given.misses:
            misses += 1
            print(f"{kind}: {one.name} {place(row)} {row['line_code'] or row['line_label']} {row['column_path']}")
    print("| error | planted | seen | named | first | right amount |\n|---|---|---|---|---|---|")
    for name, counted in counts.items():
        whole = counted["planted"] or 1
        shares = " | ".join(
            f"{counted[what]} ({counted[what] / whole:.1%})" for what in ("seen", "named", "first", "right")
        )
        print(f"| {name} | {counted['planted']} | {shares} |")
    print(f"\n{len(documents)} intact documents checked again: {gained} findings gained")
    planted = counts["all"]["planted"]
    shares = {
        f"{name}_{what}": 100 * counted[what] / (counted["planted"] or 1)
        for name, counted in counts.items()
        for what in WHAT
    }
    tell(planted=planted, intact=len(documents), gained=gained, **shares)


if __name__ == "__main__":
    main()
