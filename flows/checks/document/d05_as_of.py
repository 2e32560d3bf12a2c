"""D05 资产情况的截止日期属于本年度 · The date of the asset figures belongs to the year

规则：决算中国有资产占有使用情况的截止日期，应为决算年度的年末；预算中的截止日期，应在预算年度之前不超过两年。
Rule: In a final account the date of the asset figures is the end of the year reported; in a budget it lies no more
  than two years before the budget year, and not behind it.
Formula: final: year(as of) = fiscal year; budget: fiscal year − 2 ≤ year(as of) ≤ fiscal year
Exclusions:
  1. 只看“截至…”而说明车辆、设备、房屋、资产的句子 / only sentences that begin with 截至 and speak of vehicles,
     equipment, buildings or assets
  2. 决算以次年日期报告的不算 / a final account dated in the following year is accepted
Not applicable: 文中没有资产的截止日期 / the prose gives no date of asset figures
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

_DATE = re.compile(r"截[至止]到?(?:日期[:为]?)?(20\d\d)年?(?:(\d{1,2})月)?(?:(\d{1,2})日|底|末)?")
_ASSETS = re.compile(r"车辆|汽车|公务用车|设备|房屋|固定资产|国有资产|资产总额")
LONGEST_LAG = 2


def run(facts: DocumentFacts) -> Iterator[Finding]:
    year, stage = facts.about.fiscal_year, facts.about.stage
    if year is None or stage not in ("budget", "final"):
        return
    for passage in facts.prose.running:
        for start, end in passage.sentences():
            match = _DATE.search(passage.folded, start, end)
            if match is None or not _ASSETS.search(passage.folded, match.end(), min(end, match.end() + 60)):
                continue
            said = int(match[1])
            right = said in (year, year + 1) if stage == "final" else year - LONGEST_LAG <= said <= year
            quote = passage.quote(match.start(), match.end())
            yield Finding(
                subject=f"{passage.place}/as_of",
                outcome="holds" if right else "fails",
                message_zh=f"资产情况{quote.text}，文件为 {year} 年度{'决算' if stage == 'final' else '预算'}，"
                + ("相符。" if right else "年度不符。"),
                message_en=f"The asset figures are dated {quote.text}; the document is the "
                f"{'final account' if stage == 'final' else 'budget'} of {year}: "
                + ("they fit." if right else "wrong year."),
                quotes=(quote,),
            )


CHECK = Check(
    "D05",
    "document",
    "error",
    __doc__,
    run,
    ("no_date", "文中没有资产的截止日期。", "No date of asset figures in the prose."),
)
