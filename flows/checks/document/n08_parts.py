"""N08 文中分项之和等于总额 · The parts listed in prose add up

规则：文中“其中：”列出全部分项的，分项之和等于总额：政府采购 = 货物 + 工程 + 服务；“三公”经费 = 出国 + 公车 + 接待；
  公车 =购置 + 运行；基本支出 = 人员 + 公用。
Rule: Where prose lists all parts of a whole they add up: procurement = goods + works + services; 三公 = abroad +
  vehicles + receptions; vehicles = purchase + operation; basic spending = personnel + public.
Formula: whole = Σ parts, within one passage
Exclusions:
  1. 只在全部分项都印有数额、且都写明是该总额的“其中”时检查 / checked only where every part is printed and said to
     be of that whole
  2. 同一段中总额或分项不止一个的（如预算与决算、分资金）不检查 / not checked where the whole or a part is printed
     more than once in the passage (budget and final, several funds)
  3. 按所印位数四舍五入 / rounding as printed
Not applicable: 文中没有列全分项的总额 / no whole in the prose is listed with all its parts
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import Passage, Said
from flows.checks.topics import is_before
from flows.checks.views import DocumentFacts

SUMS = {
    "procurement_total": ("procurement_goods", "procurement_works", "procurement_services"),
    "three_public": ("abroad", "vehicle", "reception"),
    "vehicle": ("vehicle_purchase", "vehicle_operation"),
    "basic_expenditure": ("personnel_expenditure", "public_expenditure"),
}


def _only(levels: list[Said], concept: str, whole: str | None) -> Said | None:
    found = [said for said in levels if said.concept == concept and (whole is None or said.within == whole)]
    again = [said for said in levels if said.concept == concept]
    return found[0] if len(found) == 1 == len(again) else None


def _judge(facts: DocumentFacts, passage: Passage, whole: str) -> Finding | None:
    levels = [said for said in passage.said if said.level and not is_before(said, facts.about.fiscal_year)]
    total = _only(levels, whole, None)
    parts = [_only(levels, part, whole) for part in SUMS[whole]]
    if total is None or total.yuan is None or any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None and part.yuan is not None]
    right = sum((part.yuan for part in known if part.yuan is not None), Decimal(0))
    bound = sum((said.resolution for said in (total, *known)), Decimal(0)) / 2
    delta = abs(total.yuan - right)
    outcome = "holds" if delta == 0 else "rounding" if delta <= bound else "fails"
    listed = " + ".join(part.printed or "" for part in known)
    words = {"holds": ("相符", "they agree"), "rounding": ("四舍五入", "rounding"), "fails": ("不符", "they differ")}[
        outcome
    ]
    return Finding(
        subject=f"{passage.place}/sum/{whole}",
        outcome=outcome,  # type: ignore[arg-type]
        message_zh=f"文中总额 {total.printed}，分项之和 {listed} = {right / 10000:f} 万元，{words[0]}。",
        message_en=f"The prose gives {total.printed} in all, and {listed} = {right:f} yuan by parts: {words[1]}.",
        left=total.yuan,
        right=right,
        tolerance=bound,
        left_zh="总额",
        right_zh="分项之和",
        n_terms=len(known),
        quotes=tuple(passage.say(said) for said in (total, *known)),
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        for whole in SUMS:
            if any(said.concept == whole for said in passage.said):
                finding = _judge(facts, passage, whole)
                if finding is not None:
                    yield finding


CHECK = Check(
    "N08",
    "document",
    "error",
    __doc__,
    run,
    ("no_list", "文中没有列全分项的总额。", "No whole in the prose is listed with all its parts."),
)
