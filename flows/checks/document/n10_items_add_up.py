"""N10 逐项说明的数额之和等于总额 · The lines explained in prose add up to their total

规则：决算说明先写一般公共预算财政拨款支出的年初预算（全年预算、决算）总额，再逐项说明的，各项同一口径的数额之和等于
  总额。
Rule: Where the prose of a final account gives the initial (adjusted, final) total of general public spending and
  then explains it line by line, the lines of the same stage add up to the total.
Formula: total[stage] = Σ items[stage], stage ∈ {initial budget, adjusted budget, final}
Exclusions:
  1. 有一项没有印该口径数额的，不检查该口径 / a stage is not checked where one line does not print it
  2. 只检查紧接在总额之后、连续的各项；编号须从 1 起 / only lines that follow the total, numbered from 1
  3. 按所印位数四舍五入 / rounding as printed
Not applicable: 文中没有先总后分的说明 / the prose gives no total that is then explained line by line
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import Passage, Said
from flows.checks.views import DocumentFacts

STAGES = {
    "initial_budget": ("年初预算", "initial budget"),
    "adjusted_budget": ("全年预算", "adjusted budget"),
    "final": ("决算", "final"),
}
_NUMBER = re.compile(r"^[(]?(\d{1,2})[)、.]")
FEWEST = 2
WHOLE = "general_public_budget_expenditure"
VERDICTS = {
    "holds": ("相符。", "they agree."),
    "rounding": ("相差在四舍五入之内。", "rounding."),
    "fails": ("不符。", "they differ."),
}


def _stage(passage: Passage, stage: str) -> Said | None:
    found = [said for said in passage.said if said.level and said.stage == stage and said.within is None]
    return found[0] if len(found) == 1 else None


def _groups(passages: list[Passage]) -> Iterator[tuple[Passage, list[Passage]]]:
    """(passage of the total, the items behind it numbered 1, 2, 3 …)."""
    for number, passage in enumerate(passages):
        if passage.item is not None or not any(
            said.concept == "general_public_budget_expenditure" for said in passage.said
        ):
            continue
        items: list[Passage] = []
        for following in passages[number + 1 :]:
            match = _NUMBER.match(following.folded)
            if following.item is None or match is None or int(match[1]) != len(items) + 1:
                break
            items.append(following)
        if len(items) >= FEWEST:
            yield passage, items


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if facts.about.stage != "final":
        return
    passages = list(facts.prose.running)
    for whole, items in _groups(passages):
        for stage, (zh, en) in STAGES.items():
            total = _stage(whole, stage)
            parts = [said for item in items if (said := _stage(item, stage)) is not None and said.yuan is not None]
            if total is None or total.yuan is None or len(parts) < len(items):
                continue
            right = sum((said.yuan for said in parts if said.yuan is not None), Decimal(0))
            bound = sum((said.resolution for said in (total, *parts)), Decimal(0)) / 2
            delta = abs(total.yuan - right)
            outcome = "holds" if delta == 0 else "rounding" if delta <= bound else "fails"
            yield Finding(
                subject=f"{whole.place}/items/{stage}",
                outcome=outcome,  # type: ignore[arg-type]
                message_zh=f"文中{zh}总额 {total.printed}，逐项说明的 {len(parts)} 项之和为 {right / 10000:f} 万元，"
                + VERDICTS[outcome][0],
                message_en=f"The prose gives {total.printed} ({en}) in all; the {len(parts)} lines it explains "
                f"add up to "
                f"{right:f} yuan: "
                + {"holds": "they agree.", "rounding": "rounding.", "fails": "they differ."}[outcome],
                left=total.yuan,
                right=right,
                tolerance=bound,
                left_zh=f"{zh}总额",
                right_zh="各项之和",
                n_terms=len(parts),
                quotes=(whole.say(total), *(item.say(said) for item, said in zip(items, parts, strict=True))),
            )


CHECK = Check(
    "N10",
    "document",
    "error",
    __doc__,
    run,
    ("no_list", "文中没有先总后分的说明。", "No total in the prose that is explained line by line."),
)
