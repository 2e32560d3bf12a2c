"""N02 文中的增减与所说的数额相符 · A change said in prose agrees with the amounts said beside it

规则：文中说某项比上年（比预算）增加或减少若干、增长或下降百分之几的，方向与比率应与同一段文字所印的本年数、上年数
  （或由增减额推出的上年数）相符。
Rule: Where prose says that something is up or down by an amount or per cent, direction and rate agree with this
  year's amount and the earlier one printed in the same passage (or the earlier one that follows from the change).
Formula: percent = (now − before) / before, before printed or = now ∓ change; sign(now − before) = the word used
Exclusions:
  1. 说明原因的分句不检查 / clauses that give a reason are not checked
  2. 同一段落中没有同一事项的本年数的，不检查 / not checked where the passage prints no amount of the same thing
  3. 每个数按所印位数留出半个末位；比率另留一个末位（有的系统是截尾）/ each number is taken with half of its last
     digit, the rate with one whole one (some systems cut digits off)
  4. 基数可能为零的见 N07 / where the base may be nothing, see N07
Not applicable: 文中没有可核对的增减 / no change in the prose can be compared
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding, Outcome
from flows.checks.percents import HUNDRED, Near, agrees, change, shown
from flows.checks.prose import Passage, Said
from flows.checks.topics import compared, current, levels_before, near_said
from flows.checks.views import DocumentFacts

WORDS = {"increase": ("增加", "up"), "decrease": ("减少", "down")}


def _base(now: Said, one: Said, before: Said | None) -> Near | None:
    """What the change is measured from: printed, or this year's amount less the change."""
    if before is not None:
        return near_said(before)
    if one.yuan is None or now.yuan is None:
        return None
    sign = 1 if one.direction == "increase" else -1
    return Near(now.yuan - sign * one.yuan, (now.resolution + one.resolution) / 2)


def _judge(facts: DocumentFacts, passage: Passage, one: Said) -> Finding | None:
    year = facts.about.fiscal_year
    levels = levels_before(passage, one)
    now = current(levels, year, facts.about.stage)
    if now is None or now.yuan is None:
        return None
    before = compared(levels, one, year)
    base = _base(now, one, before)
    if base is None or base.may_be_zero or base.value < 0:
        return None
    ends = change(near_said(now), base)
    if before is None and one.yuan is not None:  # the change itself is printed: less is left open than by now / before
        moved = one.yuan if one.direction == "increase" else -one.yuan
        rates = [
            HUNDRED * (moved + slack) / end
            for end in (base.low, base.high)
            for slack in (-one.resolution / 2, one.resolution / 2)
        ]
        ends = (min(rates), max(rates))
    if ends is None:
        return None
    sign = 1 if one.direction == "increase" else -1
    wrong_way = ends[1] < 0 if sign > 0 else ends[0] > 0
    printed = None if one.percent is None else sign * abs(one.percent)
    wrong_rate = printed is not None and not agrees(printed, one.percent_resolution, ends)
    gap = None if before is None or one.yuan is None else abs(abs(near_said(now).value - base.value) - abs(one.yuan))
    wrong_gap = gap is not None and gap > (now.resolution + one.resolution) / 2 + base.slack
    outcome: Outcome = "fails" if wrong_way or wrong_rate or wrong_gap else "holds"
    zh_word, en_word = WORDS[one.direction]
    said_zh = (
        f"{zh_word}{one.printed or ''}{'、' if one.printed and one.percent_printed else ''}{one.percent_printed or ''}"
    )
    said_en = f"{en_word} {one.printed or ''} {one.percent_printed or ''}".strip()
    known = (
        f"上年（预算）数 {before.printed}" if before is not None else f"由增减额推得上年数 {base.value / 10000:f} 万元"
    )
    known_en = (
        f"earlier amount {before.printed}"
        if before is not None
        else f"an earlier amount of {base.value:f} yuan follows"
    )
    right = shown(ends, one.percent_resolution)
    verdict_zh = f"应为 {right}" if outcome == "fails" else "相符"
    verdict_en = f"it should be {right}" if outcome == "fails" else "they agree"
    return Finding(
        subject=f"{passage.place}/change/{one.concept or one.label or (passage.item.label if passage.item else '')}",
        outcome=outcome,
        message_zh=f"文中说{said_zh}，而本年数 {now.printed}，{known}，按此计算为 {right}，{verdict_zh}。",
        message_en=f"The prose says {said_en}; this year's amount is {now.printed}, {known_en}: {right} by "
        f"calculation, "
        f"{verdict_en}.",
        left=now.yuan,
        right=base.value,
        left_zh="本年数",
        right_zh="比较的基数",
        n_terms=2,
        quotes=tuple(passage.say(said) for said in (one, now, *([before] if before else []))),
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        for one in passage.said:
            if one.direction not in WORDS or one.reason or one.measure not in ("amount", "percent"):
                continue
            if one.percent is not None and one.row["percent_kind"] != "change":
                continue
            finding = _judge(facts, passage, one)
            if finding is not None:
                yield finding


CHECK = Check(
    "N02",
    "document",
    "error",
    __doc__,
    run,
    ("no_change", "文中没有可核对的增减。", "No change in the prose that can be compared."),
)
