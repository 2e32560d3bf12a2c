"""N07 基数为零时没有增长率 · From nothing there is no rate of growth

规则：文中所说增加额等于本年数（上年为零）时，增长率没有意义，不应印出 100% 或其他比率；惯例是说明“基数为零，不可
  比”。
Rule: Where the increase is the whole of this year's amount (the year before was nothing), there is no rate of
  growth; printing 100% or another one is wrong. The custom is to say that it cannot be compared.
Formula: now = change, and a rate is printed
Exclusions:
  1. 本年数与增减额均为零的不算 / an amount and a change of nothing are not counted
  2. 增加额为推算而非所印的不检查 / only changes that are printed as amounts are checked
  3. 上年数不为零但按所印单位显示为零的（比率极大）不算 / a base that only rounds to nothing gives a huge rate,
     which is right
Not applicable: 文中没有基数为零的增长 / no growth from nothing in the prose
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.percents import HUNDRED
from flows.checks.topics import current, levels_before
from flows.checks.views import DocumentFacts

SLIGHT = 10_000  # per cent: a rate above comes from a base that is small and not nothing


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        for one in passage.said:
            if one.direction != "increase" or not one.yuan or one.percent is None or one.reason:
                continue
            now = current(levels_before(passage, one), facts.about.fiscal_year, facts.about.stage)
            if now is None or now.yuan is None or now.yuan != one.yuan or not 0 < one.percent < SLIGHT:
                continue
            if one.percent * now.resolution >= HUNDRED * one.yuan:
                continue
            yield Finding(
                subject=f"{passage.place}/zero_base/{one.concept or one.label or ''}",
                outcome="fails",
                message_zh=f"文中本年数 {now.printed} 全部为增加额，上年为零，却印有增长率 "
                f"{one.percent_printed}：基数为零，"
                "没有增长率。",
                message_en=f"All of this year's {now.printed} is said to be new, so that the year before was "
                f"nothing, and yet "
                f"a growth of {one.percent_printed} is printed: from nothing there is no rate.",
                left=now.yuan,
                right=one.yuan,
                left_zh="本年数",
                right_zh="增加额",
                n_terms=1,
                quotes=(passage.say(one), passage.say(now)),
            )


CHECK = Check(
    "N07",
    "document",
    "warning",
    __doc__,
    run,
    ("no_zero_base", "文中没有基数为零的增长。", "No growth from nothing in the prose."),
)
