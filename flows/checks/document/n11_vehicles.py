"""N11 车辆数等于各类用车之和 · Vehicles held are the sum of their kinds

规则：文中说共有车辆若干辆，其中各类用车若干辆的，各类之和等于总数。
Rule: Where prose gives the vehicles held and then their kinds, the kinds add up to the number.
Formula: vehicles = Σ vehicles by use
Exclusions:
  1. 只在列有“其他用车”时检查：没有它，列举可能不全 / checked only where other vehicles (其他用车) are listed:
     without them the list may not be complete
  2. 一句话内不止一个总数的不检查 / not checked where a sentence gives more than one number in all
Not applicable: 文中没有车辆的分类数 / the prose gives no vehicles by use
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

_SENTENCE = re.compile(
    r"(?:共有|拥有|现有|实有|保有|有|购置)(?:公务用车|机动车|车辆|汽车|用车)(?:共)?(\d+)(?:辆|台)[,，;]?其中[:：,，]?(?P<kinds>[^。]*)"
)
_KIND = re.compile(r"([\u4e00-\u9fff()]{2,24}?用车|其他车辆|[\u4e00-\u9fff]{2,12}车辆?)(\d+)(?:辆|台)")


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        if "用车" not in passage.folded:
            continue
        for match in _SENTENCE.finditer(passage.folded):
            listed = re.split(r"[;；]?单(?:价|位价值)|[;；]", match["kinds"])[0]
            kinds = _KIND.findall(listed)
            if len(kinds) < 2 or "其他" not in listed or "共" in listed:
                continue
            total, right = int(match[1]), sum(int(number) for _, number in kinds)
            fails = total != right
            end = match.start("kinds") + len(listed)
            yield Finding(
                subject=f"{passage.place}/vehicles",
                outcome="fails" if fails else "holds",
                message_zh=f"文中说共有车辆 {total} 辆，各类用车之和为 {right} 辆，"
                + ("不符。" if fails else "相符。"),
                message_en=f"The prose gives {total} vehicles in all, and {right} by use: "
                + ("they differ." if fails else "they agree."),
                n_terms=len(kinds),
                quotes=(passage.quote(match.start(), end),),
            )


CHECK = Check(
    "N11",
    "document",
    "error",
    __doc__,
    run,
    ("no_vehicles", "文中没有车辆的分类数。", "No vehicles by use in the prose."),
)
