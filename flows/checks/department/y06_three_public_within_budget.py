"""Y06 “三公”经费决算不超过预算文件 · Three public expenses spent are within the budget document

规则：同一部门同一年度，决算文件“三公”经费表的决算数，不应超过预算文件所印的预算数。
  决算表自己印有预算数的，由 T07 检查。
Rule: For one department and year the final amounts of the 三公 statement are no more than what the budget document
  prints. Where the final account prints the budget itself, T07 checks it.
Formula: final[item, year] ≤ budget[item, year]
Exclusions:
  1. 只比较同一地区、同一部门、同一口径、同一财政年度的预算与决算；任一要素有疑问的不比较 / only a budget and a
     final account of the same place, organisation, edition and year; where any of these is in doubt, none
  2. 决算表自己印有预算数的不比较（见 T07）/ not where the final account's own statement prints budgets (see T07)
  3. 决算文件说“三公”经费有调整、追加或全年预算的，预算文件所印的不是最后的预算，不判断 / not judged where the final
     account speaks of an adjusted, added or whole-year budget of 三公 expenses: the budget document's is not the
     last
  4. 空白不当作零；按所印位数四舍五入 / a blank is not a zero; rounding as printed
Not applicable: 没有同年的预算文件，或任一文件没有“三公”经费表 / no budget of the same year, or one of the two has
  no三公 statement
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.elsewhere import called, of_cell, unknown
from flows.checks.items import three_public_items, three_public_stages
from flows.checks.noun import Finding
from flows.checks.together import Companions, CrossCheck
from flows.checks.views import DocumentFacts

_ADJUSTED = re.compile("(?:调整|追加|全年)[^。]{0,6}预算|预算[^。]{0,6}(?:调整|追加)|调整后")
_THREE_PUBLIC = re.compile("三公|公务接待|公务用车|因公出国")


def _is_adjusted(facts: DocumentFacts) -> bool:
    return any(
        _ADJUSTED.search(passage.folded) and _THREE_PUBLIC.search(passage.heading + passage.folded)
        for passage in facts.prose.running
    )


def run(facts: DocumentFacts, company: Companions) -> Iterator[Finding]:
    stages = three_public_stages(facts)
    if "final" not in stages or stages.keys() & {"budget", "budget_adjusted"}:
        return
    for budget in company.of("budget"):
        theirs = three_public_items(budget, None)
        for item, cell in three_public_items(facts, None).items():
            if item == "total" or item not in theirs:
                continue  # a total may hold meetings and training in one of the two
            spent, planned = of_cell(facts, cell), of_cell(budget, theirs[item])
            bound = (spent.resolution + planned.resolution) / 2
            what, amounts = cell.column, (spent.printed, planned.printed)
            fails = spent.yuan - planned.yuan > bound
            of_zh, of_en = called(budget)
            finding = Finding(
                subject=f"{cell.statement}/{item}/budget",
                outcome="fails" if fails else "holds",
                message_zh=f"《{cell.title}》{what} 决算为 {amounts[0]}，{of_zh}所印预算为 {amounts[1]}，"
                + ("决算超过预算。" if fails else "未超过预算。"),
                message_en=f"《{cell.title}》 prints {amounts[0]} spent on {what}, {of_en} {amounts[1]}: "
                + ("more than the budget." if fails else "within the budget."),
                left=spent.yuan,
                right=planned.yuan,
                tolerance=bound,
                left_zh="决算数",
                right_zh=f"{of_zh} 预算数",
                n_terms=1,
                cells=(cell,),
                elsewhere=(planned.where,),
            )
            if fails and _is_adjusted(facts):
                zh, en = "文中说预算有调整", "the prose speaks of an adjusted budget"
                finding = unknown(finding, "adjusted_budget", zh, en)
            yield finding


CHECK = CrossCheck(
    "Y06",
    "department",
    "warning",
    __doc__,
    "budget",
    run,
    ("no_three_public", "没有可比较的“三公”经费。", "No 三公 expenses to compare."),
)
