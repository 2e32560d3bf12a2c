"""D06 不与本年自己比较 · A budget is not compared with itself

规则：预算说明中“比某年预算增加（减少、持平）”的某年，应是以前年度，不能是本预算年度；决算“与某年度相比”亦同。
Rule: Where a budget is said to be up, down or unchanged against the budget of a year, that year is an earlier one;
  the same for a final account compared with a year.
Formula: year compared with < fiscal year
Exclusions:
  1. 决算与本年预算（年初、全年、调整预算）比较是应有的，不算 / a final account is rightly compared with its own
     budget
  2. 说明原因的分句不算 / clauses that give a reason are not counted
Not applicable: 文中没有指明年度的比较 / no comparison in the prose names a year
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

CHANGES = ("increase", "decrease", "unchanged", "unstated")


def run(facts: DocumentFacts) -> Iterator[Finding]:
    year, stage = facts.about.fiscal_year, facts.about.stage
    if year is None or stage not in ("budget", "final"):
        return
    named = 0
    for passage in facts.prose.running:
        wrong = []
        for said in passage.said:
            compared = said.row["comparison_year"]
            printed = said.row["comparison_printed"] or ""
            if said.direction not in CHANGES or said.reason or compared is None or str(compared) not in printed:
                continue
            named += 1
            if compared == year and (stage == "budget" or said.row["comparison_stage"] in (None, "final")):
                wrong.append(said)
        if wrong:
            words = "、".join(dict.fromkeys(said.row["comparison_printed"] for said in wrong))
            kind = "预算" if stage == "budget" else "决算"
            yield Finding(
                subject=f"{passage.place}/own_year",
                outcome="fails",
                message_zh=f"{year} 年{kind}与“{words}”比较（{len(wrong)} 处），比较的年度就是本年度。",
                message_en=f"The document of {year} is compared with “{words}” ({len(wrong)} times): that is "
                f"its own year.",
                n_terms=len(wrong),
                quotes=tuple(passage.say(said) for said in wrong),
            )
    if named:
        yield Finding(
            "comparisons",
            "holds",
            f"文中指明年度的比较共 {named} 处，其余均与以前年度比较。",
            f"{named} comparisons name a year; the others are with earlier years.",
            n_terms=named,
        )


CHECK = Check(
    "D06",
    "document",
    "error",
    __doc__,
    run,
    ("no_comparison", "文中没有指明年度的比较。", "No comparison in the prose that names a year."),
)
