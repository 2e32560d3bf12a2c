"""N12 文中的“三公”经费、机关运行经费与报表一致 · 三公 and operating funds in prose are those of the table

规则：文中所说本年的“三公”经费及其各项、机关运行经费，应等于“三公”经费（和机关运行经费）表中的数额。
Rule: The 三公 expenses of the year, each of their items and the operating funds said in prose are those of the
  statement of 三公 expenses (and operating funds).
Formula: amount in prose = three_public[item]
Exclusions:
  1. 上年数、变动额、说明原因的数不比较；表中上年的栏也不比较 / earlier years, changes and reasons are not compared,
     nor the table's columns of the year before
  2. 表中同一事项有几个数（预算与决算、分单位）的，与其一相符即可 / where the table prints several amounts for the
     thing (budget and final, several units), one of them will do
  3. 只看“三公”经费与机关运行经费两部分的文字 / only the parts of the prose on these two are read
  4. 表中没有印出的不检查；两边按所印位数四舍五入 / not checked where the table prints nothing; rounding as printed
Not applicable: 文中或表中没有可核对的“三公”经费 / prose or tables print no 三公 expenses to compare
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.linking import rows_of
from flows.checks.noun import Cell, Finding
from flows.checks.prose import Passage, Said
from flows.checks.said import compare
from flows.checks.topics import is_before
from flows.checks.views import DocumentFacts

THREE = frozenset({"three_public", "abroad", "vehicle", "vehicle_purchase", "vehicle_operation", "reception"})
WHOLES = frozenset({None, "three_public", "vehicle"})
STAGES = {"final": "final", "initial_budget": "budget", "budget": "budget", "adjusted_budget": "budget_adjusted"}
_PRIOR = re.compile(r"上年|去年|以前")


def _of_section(passage: Passage) -> bool:
    return "三公" in passage.heading or passage.section == "three_public" or "三公" in passage.folded[:40]


def _operating(facts: DocumentFacts) -> list[Cell]:
    """Amounts under a header 机关运行经费 of the 三公 statements."""
    return [
        cell
        for statement in facts.of("three_public")
        for line in statement.lines
        for column, cell in line.cells.items()
        if "机关运行经费" in column.path and cell.known and not _PRIOR.search(column.path)
    ]


def _three(facts: DocumentFacts, said: Said) -> list[Cell]:
    found = []
    stage = STAGES.get(said.stage or "")
    for row, cell in rows_of(facts, said.concept or ""):
        if row["statement_code"] != "three_public" or (stage is not None and row["stage"] not in (None, stage)):
            continue
        if row["column_key"] != "previous_year" and not _PRIOR.search(str(row["column_path"] or "")):
            found.append(cell)
    return found


def _claims(facts: DocumentFacts) -> Iterator[tuple[Passage, Said]]:
    for passage in facts.prose.running:
        for said in passage.said:
            if (
                not said.level
                or is_before(said, facts.about.fiscal_year)
                or said.year not in (None, facts.about.fiscal_year)
            ):
                continue
            if (said.concept in THREE and said.within in WHOLES and _of_section(passage)) or (
                said.concept == "operating_funds" and said.within is None
            ):
                yield passage, said


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if not any(True for _ in facts.of("three_public")):
        return
    for passage, said in _claims(facts):
        known = _operating(facts) if said.concept == "operating_funds" else _three(facts, said)
        if known:
            name = str(said.row["subject_printed"] or "")
            yield compare(f"{passage.place}/{said.concept}", name, passage, said, known)


CHECK = Check(
    "N12",
    "document",
    "error",
    __doc__,
    run,
    ("nothing_to_compare", "文中或表中没有可核对的“三公”经费。", "No 三公 expenses in prose and tables to compare."),
)
