"""T07 “三公”经费决算不超过预算 · Three public expenses spent are within their budget

规则：决算文件的“三公”经费表并列预算数与决算数的，各项决算数不应超过预算数。“三公”经费只减不增，超过预算并非一定违
  规，但应指出。
Rule: Where the 三公 statement of a final account prints budget and final amounts side by side, no item's final
  amount is more than its budget. Spending more is not always a breach; it is pointed out.
Formula: final[item] ≤ budget[item]
Exclusions:
  1. 空白不当作零：预算数或决算数空白的项不判断 / a blank is not a zero: items whose budget or final amount is blank
     are not assessed
  2. 栏名写明是年初预算的不判断：年中可能依法调整 / columns that say initial budget are not judged: it may have been
     adjusted during the year
  3. 同一项另有调整（全年）预算栏的，与该栏比较 / where there is a column of the adjusted budget too, that one
     counts
  4. 会议费、培训费不在“三公”之内，不检查 / meetings and training are no 三公 expenses and are not checked
  5. 分单位或分资金列几行的表不检查 / tables with several lines (units, funds) are not checked
Not applicable: 文件没有并列预算数与决算数的“三公”经费表 / the document has no 三公 statement with both amounts
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.equation import Equation, evaluate
from flows.checks.items import StagedCell, three_public_stages
from flows.checks.noun import Cell, Finding
from flows.checks.views import DocumentFacts

INITIAL = "年初"
SUBTOTAL = "three_public_subtotal"
ITEMS = ("abroad", "vehicle", "vehicle_purchase", "vehicle_operation", "reception")
OTHERS = frozenset({"meeting", "training"})


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if facts.about.stage != "final":
        return
    stages = three_public_stages(facts)
    final = stages.get("final", {})
    for item in (SUBTOTAL, *ITEMS) if final else ():
        name = "total" if item == SUBTOTAL and SUBTOTAL not in final and not _has_others(facts) else item
        budget = stages.get("budget_adjusted", {}).get(name) or stages.get("budget", {}).get(name)
        spent = final.get(name)
        if spent is not None and budget is not None:
            yield _judge(f"{spent.cell.statement}/{item}/final", budget, spent.cell)


def _has_others(facts: DocumentFacts) -> bool:
    """Whether the statement's total holds meetings or training; where it does not, 合计 is the three together."""
    return any(
        OTHERS & ({line.key for line in statement.lines} | {column.key for column in statement.columns})
        for statement in facts.of("three_public")
    )


def _judge(subject: str, budget: StagedCell, spent: Cell) -> Finding:
    if INITIAL not in budget.path:
        return evaluate(Equation(subject, budget.cell, (spent,), "决算数", "the final amount", "at_least"))
    return Finding(
        subject,
        "not_applicable",
        f"《{spent.title}》{spent.label or spent.column} 只印年初预算，年中可能调整，不作判断。",
        f"《{spent.title}》 prints the initial budget alone, which may have been adjusted: not judged.",
        cells=(budget.cell, spent),
        reason="initial_budget",
    )


CHECK = Check(
    "T07",
    "statement",
    "warning",
    __doc__,
    run,
    ("no_statement", "没有并列预算数与决算数的“三公”经费表。", "No 三公 statement with both amounts."),
)
