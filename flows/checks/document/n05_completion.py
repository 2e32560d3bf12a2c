"""N05 文中的预算完成率与数额相符 · A rate of completion said in prose is what the amounts give

规则：文中说决算数完成预算百分之几的，应等于决算数除以所说的预算数（年初预算、全年预算）；所说的预算数为零时，完成率
  没有意义。
Rule: Where prose says how much of a budget was done, the rate is the final amount divided by the budget it names
  (initial or adjusted); where that budget is nothing, there is no rate.
Formula: completion = final / budget named
Exclusions:
  1. 只说“预算”而段中印有年初与全年两个预算数的，与其一相符即可 / where the words say 预算 only and both an initial
     and an adjusted budget are printed, either will do
  2. 段中没有所说的预算数的不检查 / not checked where the passage does not print that budget
  3. 预算与决算均为零的不检查 / not checked where both are nothing
Not applicable: 文中没有可核对的完成率 / no rate of completion in the prose can be compared
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.percents import agrees, quotient, shown
from flows.checks.prose import Passage, Said
from flows.checks.topics import BUDGETS, is_before, levels_before, near_said
from flows.checks.views import DocumentFacts

NAMED = {"initial_budget": ("initial_budget",), "adjusted_budget": ("adjusted_budget",)}


def _bases(passage: Passage, one: Said, year: int | None) -> list[Said]:
    """The printed budgets that may be meant: one per stage, the nearest."""
    stages = NAMED.get(one.row["comparison_stage"] or "", tuple(BUDGETS))
    if one.row["comparison_stage"] not in (*BUDGETS, None):
        return []
    found: dict[str | None, Said] = {}
    for said in levels_before(passage, one):
        if said.stage in stages and said.percent is None and not is_before(said, year):
            found.setdefault(said.stage, said)
    return list(found.values())


def _judge(facts: DocumentFacts, passage: Passage, one: Said) -> Finding | None:
    bases = _bases(passage, one, facts.about.fiscal_year)
    if not bases or one.percent is None or one.yuan is None:
        return None
    judged = [(base, quotient(near_said(one), near_said(base))) for base in bases]
    zero = [base for base, ends in judged if ends is None and base.yuan == 0]
    fits = [base for base, ends in judged if ends is not None and agrees(one.percent, one.percent_resolution, ends)]
    subject = f"{passage.place}/completion/{one.concept or one.label or ''}"
    if not fits and len(zero) == len(bases):
        if one.yuan == 0:
            return None
        return Finding(
            subject=subject,
            outcome="fails",
            message_zh=f"文中说预算数为 {zero[0].printed}，却说完成预算的 {one.percent_printed}：预算为零，"
            f"没有完成率。",
            message_en=f"The prose says the budget is {zero[0].printed} and yet that {one.percent_printed} of "
            f"it was done: "
            "of nothing there is no rate.",
            left=one.yuan,
            right=zero[0].yuan,
            left_zh="决算数",
            right_zh="预算数",
            n_terms=1,
            quotes=(passage.say(one), passage.say(zero[0])),
        )
    base, ends = next(((b, e) for b, e in judged if b in fits), judged[0])
    if ends is None:
        return None
    right = shown(ends, one.percent_resolution)
    return Finding(
        subject=subject,
        outcome="holds" if fits else "fails",
        message_zh=f"文中说决算数 {one.printed} 完成预算的 {one.percent_printed}，按预算数 {base.printed} "
        f"计算为 {right}，" + ("相符。" if fits else "不符。"),
        message_en=f"The prose says that {one.printed} is {one.percent_printed} of the budget; of {base.printed} it is "
        f"{right}: " + ("they agree." if fits else "they differ."),
        left=one.yuan,
        right=base.yuan,
        left_zh="决算数",
        right_zh="预算数",
        n_terms=1,
        quotes=(passage.say(one), passage.say(base)),
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        for one in passage.said:
            if one.level and one.row["percent_kind"] == "completion":
                finding = _judge(facts, passage, one)
                if finding is not None:
                    yield finding


CHECK = Check(
    "N05",
    "document",
    "error",
    __doc__,
    run,
    ("no_rate", "文中没有可核对的预算完成率。", "No rate of completion in the prose that can be compared."),
)
