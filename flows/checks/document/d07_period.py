"""D07 项目实施周期包括本年度 · The period of a project includes the year

规则：预算中项目的实施周期（起止时间）应包括预算年度。
Rule: The period of a project in a budget includes the budget year.
Formula: year(begin) ≤ fiscal year ≤ year(end)
Exclusions:
  1. 只印一个日期或没有年份的不检查 / not checked where one date or no year is printed
  2. 只看标题或标签为实施周期、项目周期、起止时间、执行期限的文字 / only what stands under such a heading or label
Not applicable: 文中没有项目的实施周期 / no period of a project is printed
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

_LABEL = re.compile(r"(?:实施|项目|执行|起止)(?:周期|期限|时间|期间|年限|起止)|起止(?:时间|年限|日期)")
_SPAN = re.compile(
    r"(20\d\d)(?:年|[./-])(?:\d{1,2}(?:月|[./-]?))?(?:\d{1,2}日?)?(?:[-—–~～至到]+)(20\d\d)(?:年|[./-])(?:\d{1,2}(?:月|[./-]?))?(?:\d{1,2}日?)?"
)
LONGEST = 60


def run(facts: DocumentFacts) -> Iterator[Finding]:
    year = facts.about.fiscal_year
    if year is None or facts.about.stage != "budget":
        return
    for passage in facts.prose.running:
        if not _LABEL.search(passage.heading) and not _LABEL.match(
            passage.folded.lstrip("0123456789一二三四五六七八九十、.()")
        ):
            continue
        match = _SPAN.search(passage.folded[:LONGEST])
        if match is None:
            continue
        begins, ends = int(match[1]), int(match[2])
        right = begins <= year <= ends
        quote = passage.quote(match.start(), match.end())
        yield Finding(
            subject=f"{passage.place}/period",
            outcome="holds" if right else "fails",
            message_zh=f"项目实施周期为 {quote.text}，" + ("包括" if right else "不包括") + f" {year} 预算年度。",
            message_en=f"The project runs {quote.text}, which {'includes' if right else 'leaves out'} the "
            f"budget year {year}.",
            quotes=(quote,),
        )


CHECK = Check(
    "D07",
    "document",
    "warning",
    __doc__,
    run,
    ("no_period", "文中没有项目的实施周期。", "No period of a project is printed."),
)
