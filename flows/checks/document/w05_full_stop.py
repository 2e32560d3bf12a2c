"""W05 句子以句号结束 · A sentence ends with a full stop

规则：说明增减原因的一段话，以句号结束。
Rule: A paragraph that gives the reason of a change ends with a full stop.
Formula: last character of the paragraph ∈ 。；！？”）
Exclusions:
  1. 只看写有“主要原因”的完整段落；标题、列举、分行的文字不算 / only whole paragraphs that give a main reason; no
     headings, lists or lines cut short
  2. 文中这样的段落多数没有句号的（文件不用句号），不算 / where most such paragraphs have none, the document does
     not use them
  3. 由图像识别的文字不检查 / text read from pictures is not checked
Not applicable: 文中没有说明原因的段落 / no paragraph gives a reason
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import Passage
from flows.checks.template import is_template
from flows.checks.views import DocumentFacts

_ENDS = re.compile(r"[。;；:：！!?？…”』」)）\]】.,，、]$")


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if (facts.about.method or "").endswith("ocr") or is_template(facts):
        return
    given: list[tuple[Passage, bool]] = []
    for passage in facts.prose.running:
        if "主要原因" in passage.folded and passage.home == "narrative":
            given.append((passage, bool(_ENDS.search(passage.text))))
    open_ended = [passage for passage, ends in given if not ends]
    if not given:
        return
    if 3 * len(open_ended) > len(given):
        yield Finding(
            "paragraphs",
            "not_assessable",
            "文中说明原因的段落多不用句号，或分行印出，不作判断。",
            "Many paragraphs that give a reason have no full stop, or are printed line by line: not assessed.",
            reason="no_full_stops",
            n_terms=len(given),
        )
        return
    for passage in open_ended:
        quote = passage.quote(max(0, len(passage.text) - 20), len(passage.text))
        yield Finding(
            subject=f"{passage.place}/full_stop",
            outcome="fails",
            message_zh=f"句末没有句号：“…{quote.text}”。",
            message_en=f"The sentence has no full stop: “…{quote.text}”.",
            quotes=(quote,),
        )
    if not open_ended:
        yield Finding(
            "paragraphs",
            "holds",
            f"说明原因的 {len(given)} 段都有句号。",
            f"The {len(given)} paragraphs that give a reason end with a full stop.",
            n_terms=len(given),
        )


CHECK = Check(
    "W05",
    "document",
    "warning",
    __doc__,
    run,
    ("no_reason", "文中没有说明原因的段落。", "No paragraph gives a reason."),
)
