"""I01 文中的绩效数量与指标表一致 · A quantity of the goals in prose is that of the indicator

规则：部门绩效目标的文字写明数量（“办结案件数量大于12件”）的，与项目绩效指标表中名称相近、单位相同的指标值一致。
Rule: Where the prose of the department's goals names a quantity, the indicator of nearly the same name and the same
  unit in the project forms has the same value.
Formula: number in prose = number of the indicator, same unit, names alike
Exclusions:
  1. 名称相近的指标不止一个的，与其一相同即可；都不同的不判断 / where several indicators are alike, one of them will
     do; if none is, it is not assessed
  2. 百分数、金额、时间不比较 / per cents, amounts of money and times are not compared
  3. 指标名称与文中名称都须有同一个中心词（案件、会议……）/ both names must share their central noun
Not applicable: 文中没有可与指标核对的数量 / no quantity in the prose can be compared with an indicator
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.prose import fold
from flows.checks.views import DocumentFacts

_SAID = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,14}?(?:数量|数|次数|件数|人数|量|率)?)(?P<word>大于等于|大于|不少于|不低于|多于|超过|至少|达到|达|≥|>|=|等于|为)"
    r"(?P<number>\d+(?:\.\d+)?)(?P<unit>件|个|次|人次|人|份|期|场|批|篇|条|项|家|户|台|套|名|处|公里|平方米|亩|吨)"
)
_GENERAL = re.compile(r"数量|次数(?!量)|件数(?!量)|人数(?!量)|完成|办理|办结|组织|开展|全年|工作|数|量")
ALIKE, SHORTEST = 0.6, 2


def _alike(one: str, two: str) -> bool:
    core_one, core_two = _GENERAL.sub("", one), _GENERAL.sub("", two)
    if len(core_one) < SHORTEST or len(core_two) < SHORTEST or (core_one not in core_two and core_two not in core_one):
        return False
    return SequenceMatcher(None, one, two).ratio() >= ALIKE


def _quantities(facts: DocumentFacts) -> Iterator[tuple[re.Match[str], Quote]]:
    for row in facts.tables.get("goals", ()):
        if row["level"] == "project" or row["paragraph_no"] is None:
            continue
        for field in ("indicator_text", "goal_text"):
            text = fold(row[field] or "")
            for match in _SAID.finditer(text):
                yield match, Quote(f"p{row['paragraph_no']}", row["page"], match[0], row["goal_id"])


def _candidates(facts: DocumentFacts, name: str, unit: str) -> list[Any]:
    found = []
    for row in facts.tables.get("indicators", ()):
        if row["project_id"] is None or row["value_number"] is None or (row["value_unit"] or "") != unit:
            continue
        if any(_alike(name, fold(row[field] or "")) for field in ("level3", "description")):
            found.append(row)
    return found


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for match, quote in _quantities(facts):
        number = float(match["number"])
        found = _candidates(facts, match["name"], match["unit"])
        if not found:
            continue
        same = [row for row in found if row["value_number"] == number]
        row = (same or found)[0]
        place = f"t{row['table_no']}.r{row['row_no']}.c{row['col_no']}"
        printed = f"{row['level3'] or row['description']} {row['value_printed']}"
        outcome = "holds" if same else "fails" if len(found) == 1 else "not_assessable"
        verdict = {"holds": ("一致", "the same"), "fails": ("不一致", "not the same")}.get(
            outcome, ("有几个相近的指标，不作判断", "several indicators are alike: not assessed")
        )
        yield Finding(
            subject=f"{quote.place}/{match['name']}",
            outcome=outcome,  # type: ignore[arg-type]
            reason="several_indicators" if outcome == "not_assessable" else None,
            message_zh=f"文中绩效目标写“{match[0]}”，项目“{row['project_name'] or ''}”的指标为“{printed}”，"
            f"{verdict[0]}。",
            message_en=f"The prose says “{match[0]}”; the indicator of project {row['project_name'] or ''} is "
            f"“{printed}”: "
            f"{verdict[1]}.",
            n_terms=len(found),
            quotes=(quote, Quote(place, row["page"], printed, row["indicator_id"])),
        )


CHECK = Check(
    "I01",
    "document",
    "warning",
    __doc__,
    run,
    ("no_quantity", "文中没有可与指标核对的数量。", "No quantity in the prose that an indicator has too."),
)
