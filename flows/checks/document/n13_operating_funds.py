"""N13 机关运行经费不超过公用经费 · Operating funds are within public funds

规则：机关运行经费是一般公共预算安排的公用经费，不应超过一般公共预算基本支出表合计行的公用经费。
Rule: The operating funds of an office are its public funds from the general public budget: they are no more than
  public funds on the total line of the statement of basic general public spending.
Formula: operating funds in prose ≤ basic_expenditure.grand_total[public]
Exclusions:
  1. 文中说机关运行经费包括项目支出（其他运转类、专项业务费）的，口径更宽，不检查 / not checked where the prose says
     they hold project spending (other running costs): that is wider
  2. 少于公用经费的算相符：所属事业单位的公用经费不是机关运行经费 / less agrees: the public funds of institutions
     that are no offices are not counted
  3. 上年数、执行数、变动额不比较 / earlier years, execution and changes are not compared
  4. 基本支出表不止一张、合计行不止一行，或表中另有资金来源的，不检查 / not checked where there are several
     statements of basic spending, or several totals
  5. 数额大于公用经费而等于基本支出加某项的，口径不明；只报告超过合计行全部基本支出的、或同段说明就是公用经费的 /
     what is more than public funds may be counted in another way: told only where it is more than all basic
     spending, or where the prose says that they are the public funds
Not applicable: 文中没有机关运行经费，或没有分列公用经费的基本支出表 / the prose names no operating funds, or no
  statement of basic spending has public funds
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Cell, Finding
from flows.checks.prose import Passage, Said
from flows.checks.topics import is_before
from flows.checks.views import DocumentFacts
from flows.checks.words import value_en, value_zh

CONCEPT = "operating_funds"
_WIDER = re.compile("项目支出|运转类|专项|其他运转|不含|不包括")
_SAME = re.compile("(?:即|为|是|等于|指)[^。,]{0,12}(?:日常)?公用经费")


def _totals(facts: DocumentFacts) -> tuple[Cell, Cell] | None:
    """(public funds, all basic spending) on the only total line."""
    statements = list(facts.of("basic_expenditure"))
    if len(statements) != 1 or statements[0].cut:
        return None
    statement = statements[0]
    lines = [line for lane in statement.lanes if (line := statement.grand_total(lane)) is not None]
    if len(lines) != 1:
        return None
    public, total = statement.cell(lines[0], "public"), statement.cell(lines[0], "total", "amount")
    return (public, total) if public is not None and public.known and total is not None and total.known else None


def _said(facts: DocumentFacts) -> Iterator[tuple[Passage, Said]]:
    for passage in facts.prose.running:
        for one in passage.said:
            if one.concept != CONCEPT or not one.level or one.within is not None or one.yuan is None:
                continue
            if is_before(one, facts.about.fiscal_year) or one.stage not in (None, facts.about.stage):
                continue
            if not _WIDER.search(passage.folded):
                yield passage, one


def run(facts: DocumentFacts) -> Iterator[Finding]:
    totals = _totals(facts)
    for passage, one in _said(facts) if totals is not None else ():
        assert totals is not None and one.yuan is not None
        limit = totals[0] if _SAME.search(passage.folded) else totals[1]
        if totals[0].yuan is not None and one.yuan <= totals[0].yuan:
            limit = totals[0]
        assert limit.yuan is not None
        bound = (one.resolution + limit.resolution) / 2
        fails = one.yuan - limit.yuan > bound
        exact = one.yuan == limit.yuan
        yield Finding(
            subject=f"{passage.place}/operating_funds",
            outcome="fails" if fails else "rounding" if one.yuan > limit.yuan else "holds",
            message_zh=f"文中机关运行经费 {one.printed}，《{limit.title}》{value_zh(limit)}，"
            + ("前者更大。" if fails else "相符。" if exact else "没有超过。"),
            message_en=f"The prose says {one.printed} of operating funds, 《{limit.title}》 {value_en(limit)}: "
            + ("more than it." if fails else "within it."),
            left=one.yuan,
            right=limit.yuan,
            tolerance=bound,
            left_zh="机关运行经费",
            right_zh=f"《{limit.title}》{limit.column}",
            n_terms=1,
            cells=(limit,),
            quotes=(passage.say(one),),
        )


CHECK = Check(
    "N13",
    "document",
    "error",
    __doc__,
    run,
    (
        "no_operating_funds",
        "文中没有机关运行经费，或没有公用经费。",
        "No operating funds in prose, or no public funds.",
    ),
)
