"""W06 引号成对 · Quotation marks come in pairs

规则：一段文字中的引号、书名号成对出现。
Rule: Within a paragraph quotation marks and marks of titles come in pairs.
Formula: number of “ = number of ”; number of 《 = number of 》
Exclusions:
  1. 前后引号印成同一种的不检查 / not checked where opening and closing marks are printed the same
  2. 一句话被分成几段的，只在前后段都配不上时报告 / where a sentence is cut into paragraphs, it is told only when
     the neighbours do not pair it either
  3. 没有句号的文字（标题、链接的名称）和以省略号截断的文字不检查 / text without a full stop (titles, names of
     links) and text cut short by dots is not checked
  4. 由图像识别的文字不检查 / text read from pictures is not checked
Not applicable: 文中没有引号 / the prose has no quotation marks
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import Passage
from flows.checks.template import is_template
from flows.checks.views import DocumentFacts

PAIRS = ("“”", "《》")
_CUT = re.compile(r"\.{3}|…")


def _odd(passage: Passage, pair: str) -> int | None:
    """Position of the first mark without its partner; None where all pair."""
    opened: list[int] = []
    for position, char in enumerate(passage.text):
        if char == pair[0]:
            opened.append(position)
        elif char == pair[1]:
            if not opened:
                return position
            opened.pop()
    return opened[0] if opened else None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if (facts.about.method or "").endswith("ocr") or is_template(facts):
        return
    passages = [passage for passage in facts.prose.running if "。" in passage.text and not _CUT.search(passage.text)]
    counted = 0
    for pair in PAIRS:
        uses = [passage for passage in passages if pair[0] in passage.text or pair[1] in passage.text]
        counted += len(uses)
        alone = [
            (number, passage)
            for number, passage in enumerate(passages)
            if passage.text.count(pair[0]) != passage.text.count(pair[1])
        ]
        odd = {number for number, _ in alone}
        for number, passage in alone:
            if {number - 1, number + 1} & odd or "".join(p.text for p in uses).count(pair[0]) == 0:
                continue
            position = _odd(passage, pair)
            if position is None or _doubled_same(passage, pair):
                continue
            quote = passage.around(position, position + 1)
            yield Finding(
                subject=f"{passage.place}/{pair}",
                outcome="fails",
                message_zh=f"“{passage.text[position]}”没有配对：“{quote.text}”。",
                message_en=f"A mark {passage.text[position]} has no partner: “{quote.text}”.",
                quotes=(quote,),
            )
    if counted:
        yield Finding("marks", "holds", f"检查了 {counted} 段。", f"{counted} paragraphs checked.", n_terms=counted)


def _doubled_same(passage: Passage, pair: str) -> bool:
    """Opening marks only, or closing marks only, an even number of them: printed the same on both sides."""
    one, two = passage.text.count(pair[0]), passage.text.count(pair[1])
    return (one == 0 or two == 0) and (one + two) % 2 == 0


CHECK = Check(
    "W06", "document", "warning", __doc__, run, ("no_marks", "文中没有引号。", "No quotation marks in the prose.")
)
