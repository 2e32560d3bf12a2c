"""Y03 年初结转等于上年年末结转 · What was carried in is what was carried out the year before

规则：决算的年初结转和结余，应等于同一部门上年决算的年末结转和结余。
Rule: What a final account carries in equals what the same department's final account of the year before carried
  out.
Formula: carryover_in[year] = carryover_out[year − 1]
Exclusions:
  1. 只比较同一地区、同一部门、同一口径、相邻两年的决算 / only final accounts of the same place, organisation and
     edition, of two years that follow each other
  2. 任一文件中该行不唯一或为空白的不比较；空白不当作零 / not compared where the line is blank or not unique in
     either document; a blank is not a zero
  3. 机构变动、会计差错更正会使年初数调整，故只作提示 / the opening amount is adjusted where units move or errors
     are corrected: a warning only
Not applicable: 没有上年决算，或没有结转的行 / no final account of the year before, or no such line
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.elsewhere import compared, of_cell
from flows.checks.noun import Cell, Finding
from flows.checks.together import Companions, CrossCheck
from flows.checks.views import DocumentFacts

CODES = ("income_expenditure", "appropriation")


def _cell(facts: DocumentFacts, code: str, key: str) -> Cell | None:
    statements = list(facts.of(code))
    cell = statements[0].cell(statements[0].line(key), "total", "amount") if len(statements) == 1 else None
    return cell if cell is not None and cell.known else None


def run(facts: DocumentFacts, company: Companions) -> Iterator[Finding]:
    if facts.about.stage != "final":
        return
    for other in company.of("previous"):
        for code in CODES:
            mine, theirs = _cell(facts, code, "carryover_in"), _cell(other, code, "carryover_out")
            if mine is None or theirs is None:
                continue
            amount = of_cell(facts, mine)
            yield compared(
                f"{mine.statement}/carryover_in",
                amount,
                amount,
                [of_cell(other, theirs)],
                f"《{mine.title}》{mine.label} 为 {mine.printed}",
                f"《{mine.title}》 {mine.label} is {mine.printed}",
                other,
            )


CHECK = CrossCheck(
    "Y03",
    "department",
    "warning",
    __doc__,
    "previous",
    run,
    ("no_carryover", "没有结转的行。", "No line of what is carried over."),
)
