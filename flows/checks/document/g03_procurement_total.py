"""G03 文中的政府采购总额与采购表一致 · The procurement total in prose is that of the table

规则：预算文中所说的政府采购预算总额，应等于政府采购预算表的合计。
Rule: The total of procurement that the prose of a budget says is the grand total of its procurement table.
Formula: procurement total in prose = procurement.grand_total
Exclusions:
  1. 采购表没有合计行、或合计行不止一行的，不检查 / not checked where the table has no grand total, or several
  2. 采购表不止一张的（部门与单位各一份），不检查 / nor where there are several tables (department and unit)
  3. 文中上年数、执行数、变动额不比较；总额说了几次的，与其一相符即可 / earlier years, execution and changes are not
     compared; where the total is said several times, one that agrees will do
  4. 空表见 G01；决算不检查：决算没有采购预算表 / for an empty table see G01; final accounts have no such table
Not applicable: 文件没有印有合计的政府采购表，或文中没有说总额 / the document has no procurement table with a total,
  or the prose says none
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from flows.checks.check import Check
from flows.checks.noun import Cell, Finding
from flows.checks.topics import is_before
from flows.checks.views import DocumentFacts
from flows.checks.words import value_en, value_zh

CONCEPT = "procurement_total"


def _total(facts: DocumentFacts) -> Cell | None:
    statements = list(facts.of("procurement"))
    if len(statements) != 1 or statements[0].cut:
        return None
    totals = [line for lane in statements[0].lanes if (line := statements[0].grand_total(lane)) is not None]
    cell = statements[0].cell(totals[0], "total", "amount") if len(totals) == 1 else None
    return cell if cell is not None and cell.known else None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    total = _total(facts)
    if total is None or total.yuan is None or facts.about.stage != "budget":
        return
    said = [
        (passage, one)
        for passage in facts.prose.running
        for one in passage.said
        if one.concept == CONCEPT and one.level and one.within is None and one.stage in (None, "budget")
        if not is_before(one, facts.about.fiscal_year)
    ]
    if not said:
        return
    wanted = total.yuan
    passage, near = min(said, key=lambda pair: abs((pair[1].yuan or Decimal(0)) - wanted))
    assert near.yuan is not None
    bound = (near.resolution + total.resolution) / 2
    gap = abs(near.yuan - total.yuan)
    fails = gap > bound
    yield Finding(
        subject=f"{total.statement}/grand_total/said",
        outcome="fails" if fails else "rounding" if gap else "holds",
        message_zh=f"文中说政府采购总额为 {near.printed}，《{total.title}》{value_zh(total)}，"
        + ("不符。" if fails else "相符。"),
        message_en=f"The prose says {near.printed} of procurement in all, 《{total.title}》 {value_en(total)}: "
        + ("they differ." if fails else "they agree."),
        left=near.yuan,
        right=total.yuan,
        tolerance=bound,
        left_zh="文中政府采购总额",
        right_zh=f"《{total.title}》合计",
        n_terms=1,
        cells=(total,),
        quotes=(passage.say(near),),
    )


CHECK = Check(
    "G03",
    "document",
    "error",
    __doc__,
    run,
    ("no_total", "没有印有合计的采购表，或文中没有总额。", "No procurement table with a total, or no total in prose."),
)
