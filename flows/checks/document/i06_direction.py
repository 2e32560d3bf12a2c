"""I06 越多越好的比率不写“不高于” · A rate that should be high has no upper bound

规则：满意度、合格率、完成率、及时率、覆盖率、达标率等越高越好的指标，目标不应写成“≤”（不高于）某个低于 100 的数。
Rule: Indicators that are better the higher they are (satisfaction, rates of passing, completion, timeliness,
  coverage) do not say “≤” a number below 100 as their target.
Formula: name ∈ rates wanted high ⇒ comparator ∉ {≤, <} where the number is below 100
Exclusions:
  1. 只看名称以这些词结尾的指标；投诉率、故障率、发生率等越低越好的不在此列 / only indicators whose name ends with
     one of these words; complaints, failures and the like should be low and are not meant
  2. 数量、成本、时限指标不检查：“≤”可能正是要求 / quantities, costs and terms are not checked: there “≤” may be
     what is meant
  3. 目标不是单一的百分数的不检查：有单位（小时、份）的、另有文字（投诉率≤5%）的 / targets that are no plain rate
     are not checked: with a unit (hours, copies) or other words (complaints ≤ 5 %)
  4. “≤100%”不算：等于没有目标，但不矛盾 / “≤ 100 %” is not counted: it asks nothing, and contradicts nothing
  5. 名称中有“未”“不”“差”等反义，或支付、成本等可以控制上限的，不检查 / names with a negative word, and those of
     payments and costs, which may be capped, are not checked
Not applicable: 文件没有印有比较符的比率指标 / the document has no indicators of rates with a comparator
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import fold
from flows.checks.quoting import quote_of
from flows.checks.views import AnyRow, DocumentFacts
from flows.checks.words import one_line

_HIGH = re.compile(
    r"(?:满意度?|满意率|合格率|完成率|及时率|准时率|达标率|覆盖率|准确率|到位率|优良率|优秀率|完好率|知晓率|参与率|达成率|兑现率)$"
)
_LOW = re.compile(r"[未不非无差负]|投诉|故障|事故|偏差|超支|违|支付|成本|费用|价格")
_PLAIN = re.compile(r"(?:[≥≤<>=≧≦＝]|大于|小于|等于|不低于|不高于|不少于|不超过|大于等于|小于等于)?\d{1,3}(?:\.\d+)?%?")
WHOLE = 100
UPPER = frozenset({"le", "lt"})


def _with_sign(row: AnyRow) -> str:
    """The target as printed, with the sign a column of its own may hold: `≤ 98`."""
    sign, value = one_line(row["comparator"] or ""), one_line(row["value_printed"] or "")
    return value if sign in value else f"{sign} {value}"


def run(facts: DocumentFacts) -> Iterator[Finding]:
    n_rates = 0
    for row in facts.tables.get("indicators", ()):
        code, number = row["comparator_code"], row["value_number"]
        if code in (None, "none", "unstated") or number is None or row["value_unit"] not in (None, "", "%", "百分比"):
            continue
        name = fold(row["level3"] or row["description"] or "")
        if not _HIGH.search(name) or _LOW.search(name) or not _PLAIN.fullmatch(fold(row["value_printed"] or "")):
            continue
        if code not in UPPER or not 0 < number < WHOLE:
            n_rates += 1
        else:
            printed = _with_sign(row)
            yield Finding(
                subject=f"{row['indicator_id'].partition('.')[2]}/direction",
                outcome="fails",
                message_zh=f"指标“{one_line(row['level3'] or name)}”越高越好，目标却写作 {printed}。",
                message_en=f"Indicator {one_line(row['level3'] or name)} should be high, and its target is {printed}.",
                n_terms=1,
                quotes=(quote_of(row, printed, row["indicator_id"]),),
            )
    if n_rates:
        yield Finding(
            subject="indicators/direction",
            outcome="holds",
            message_zh=f"{n_rates} 个越高越好的比率指标方向相符。",
            message_en=f"{n_rates} rates that should be high have a target that says so.",
            n_terms=n_rates,
        )


CHECK = Check(
    "I06",
    "document",
    "warning",
    __doc__,
    run,
    ("no_rates", "没有印有比较符的比率指标。", "No indicators of rates with a comparator."),
)
