"""W08 “持平”的原因不说增减 · The reason of “unchanged” is no change

规则：文中说与上年（预算）持平的，其后所写原因不应是减少或增加。
Rule: Where prose says that something is unchanged, the reason it gives is not a decrease or an increase.
Formula: after 持平, 主要原因 holds no word of one direction only
Exclusions:
  1. 原因中增、减都有的（相互抵消），或“未增加”“无变化”“严格控制”的，不算 / reasons with both directions (they
     cancel out), or that say nothing was added or changed, are not counted
  2. 本段另有数额增减的，原因可能说的是它们，不算 / where the paragraph also tells of changes, the reason may be
     theirs
Not applicable: 文中没有写原因的“持平” / nothing in the prose is unchanged for a reason
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.views import DocumentFacts

_SAME = re.compile(
    r"(?<!基本)(?:持平|一致|相同|无变化|没有变化)[,。;](?:主要)?(?:原因(?:是|为|:|是:)|是因为|主要是)([^。;]{4,120})"
)
_DOWN = re.compile(r"(?<![未不无没])(?<!没有)(?<!未有)(?:减少|下降|降低|压减|缩减|压缩|节约|节支|核减|调减)")
_UP = re.compile(r"(?<![未不无没])(?<!没有)(?<!未有)(?:增加|增长|上升|提高|新增|追加|调增)")
_NO_CHANGE = re.compile(
    r"(?:[无未不没][^,。;]{0,6}(?:变化|变动|增减|增加|减少|调整))|持平|不变|保持|稳定|增减(?:变化)?|控制|一致|相同|据实|未"
)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        if any(said.direction in ("increase", "decrease") and not said.reason for said in passage.said):
            continue
        for match in _SAME.finditer(passage.folded):
            reason = match[1]
            down, up = _DOWN.search(reason), _UP.search(reason)
            wrong = bool(down) != bool(up) and not _NO_CHANGE.search(reason)
            word = (down or up)[0] if wrong and (down or up) else ""  # type: ignore[index]
            quote = passage.around(match.start(), match.end(), 12)
            yield Finding(
                subject=f"{passage.place}/unchanged",
                outcome="fails" if wrong else "holds",
                message_zh=f"文中说持平，原因却是“{word}”：“{quote.text}”。" if wrong else "持平的原因没有说增减。",
                message_en=f"Said to be unchanged (持平), and the reason is a change ({word}): “{quote.text}”."
                if wrong
                else "The reason of what is unchanged is no change.",
                quotes=(quote,),
            )


CHECK = Check(
    "W08",
    "document",
    "warning",
    __doc__,
    run,
    ("none_found", "文中没有写原因的“持平”。", "Nothing unchanged for a reason."),
)
