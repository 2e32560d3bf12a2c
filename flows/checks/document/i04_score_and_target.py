"""I04 未达到目标值的指标不得满分 · An indicator that missed its target does not get the full score

规则：绩效自评表中，实际完成值没有达到指标值（如 ≥36 次而完成 20 次）的，得分应低于分值。
Rule: In a self-evaluation form an indicator whose actual value misses its target (≥ 36 times, 20 done) scores less
  than its weight.
Formula: actual misses the target ⇒ score < weight
Exclusions:
  1. 指标值没有印出比较符（≥、≤、=…）的不检查：不知道多好还是少好 / not checked where no comparator is printed: more
     may be better, or less
  2. 指标值与实际值单位不同、任一不是数、或实际值照抄指标值的，不检查 / not checked where the units differ, either
     is no number, or the actual value repeats the target word for word
  3. 没有印得分或分值的不检查 / indicators without score or weight are not checked
  4. 得分低于分值的都算相符：评分标准各地不同 / any score below the weight agrees: how much is taken off is each
     place's own
Not applicable: 文件没有可比较的自评指标 / the document has no evaluated indicators that can be compared
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import fold
from flows.checks.quoting import quote_of
from flows.checks.views import AnyRow, DocumentFacts
from flows.checks.words import one_line

_SIGNS: Final = "≥≤＞＜><=＝大于小于等不少超过低高以上下"


def misses(comparator: str | None, actual: Decimal, target: Decimal) -> bool | None:
    """Whether the actual value misses the target; None where the comparator does not say."""
    if comparator in ("ge", "gt"):
        return actual < target  # more than 95 and exactly 95: that near a miss is left alone
    if comparator in ("le", "lt"):
        return actual > target
    return None


def _unit(text: str) -> str:
    """What is printed beside the number."""
    return "".join(sign for sign in fold(text) if not sign.isdigit() and sign not in ".,%" and sign not in _SIGNS)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for row in facts.tables.get("indicators", ()):
        numbers = (row["value_number"], row["actual_number"], row["score"], row["weight"])
        if any(number is None for number in numbers) or row["value_max"] is not None:
            continue
        target, actual, score, weight = (Decimal(repr(number)) for number in numbers)
        missed = misses(row["comparator_code"], actual, target)
        printed, done = row["value_printed"] or "", row["actual_printed"] or ""
        same_unit = ("%" in fold(printed)) == ("%" in fold(done)) and _unit(done) in ("", _unit(printed))
        if missed is None or weight <= 0 or fold(printed) == fold(done) or not same_unit:
            continue
        yield _judge(row, printed, done, missed=missed, fails=missed and score >= weight)


def _judge(row: AnyRow, printed: str, done: str, *, missed: bool, fails: bool) -> Finding:
    name = one_line(row["level3"] or row["description"] or "")
    score = f"{one_line(row['score_printed'] or '')}/{row['weight']:g}"
    state_zh, state_en = ("未达到", "missed") if missed else ("达到", "reached")
    return Finding(
        subject=f"{row['indicator_id'].partition('.')[2]}/score",
        outcome="fails" if fails else "holds",
        message_zh=f"指标“{name}”目标 {one_line(printed)}，完成 {one_line(done)}（{state_zh}），得分 {score}"
        + ("：未达到而得满分。" if fails else "。"),
        message_en=f"Indicator {name}: target {one_line(printed)}, actual {one_line(done)} ({state_en}), score {score}"
        + (": missed, and yet the full score." if fails else "."),
        n_terms=1,
        quotes=(quote_of(row, f"{printed} → {done}", row["indicator_id"]),),
    )


CHECK = Check(
    "I04",
    "document",
    "warning",
    __doc__,
    run,
    ("no_evaluated", "没有可比较的自评指标。", "No evaluated indicators that can be compared."),
)
