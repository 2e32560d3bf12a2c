"""W01 没有重复或缺失的标点 · No punctuation doubled or missing

规则：文中不应有连续的句号、逗号、顿号（“。。”“，，”），一句话不应以“。，”相连。
Rule: No full stop, comma or other mark is printed twice running, and no comma follows a full stop.
Formula: no 。。 ，， 、、 ；； 。， ，。
Exclusions:
  1. 省略号和目录的引导点不算 / dots that stand for an omission and leaders of contents are not counted
  2. 由图像识别的文字不检查：标点最易误认 / text read from pictures is not checked: punctuation is misread most
Not applicable: 没有文字 / no prose
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.template import is_template
from flows.checks.views import DocumentFacts

_DOUBLED = re.compile(
    r"(?<!。)。。(?!。)|(?<!，)，，(?!，)|、、(?!、)|；；|：：|。，|，。|、。|。、|；。|。；|，、|、，"
)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if (facts.about.method or "").endswith("ocr") or is_template(facts):
        return
    for passage in facts.prose.running:
        matches = list(_DOUBLED.finditer(passage.text))
        if not matches:
            continue
        quotes = tuple(passage.around(match.start(), match.end()) for match in matches)
        marks = "、".join(dict.fromkeys(f"“{match[0]}”" for match in matches))
        yield Finding(
            subject=f"{passage.place}/punctuation",
            outcome="fails",
            message_zh=f"标点重复：{marks}，如“{quotes[0].text}”。",
            message_en=f"Punctuation is doubled: {marks}, as in “{quotes[0].text}”.",
            n_terms=len(matches),
            quotes=quotes,
        )


CHECK = Check(
    "W01", "document", "warning", __doc__, run, ("none_found", "没有发现重复的标点。", "No doubled punctuation.")
)
