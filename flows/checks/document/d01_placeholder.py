"""D01 没有未填写的占位符 · No placeholder left

规则：公开的报告中不应留有模板的占位符（如“XX局”“××年度”）。
Rule: A published report holds no placeholder of its template (XX局, ××年度).
Formula: no XX, ××, ○○ standing for a name or a number
Exclusions:
  1. 整份文件是空白模板的（占位符多而几乎没有金额），说明它是模板，不逐处报告 / a document that is itself a blank
     template (many placeholders, hardly an amount) is told to be one, and its places are not listed
  2. 目录中的占位符不报告 / placeholders in the table of contents are not reported
  3. 姓名、编号等为保护隐私而遮去的（张XX、文号XX号）不算 / names and numbers masked for privacy are not counted
Not applicable: 文件是空白模板，或没有文字 / the document is a blank template, or has no prose
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.template import PLACEHOLDER, is_template
from flows.checks.views import DocumentFacts

_MASKED = re.compile(r"(?:号|电话|手机|身份证|证号|账号|[赵钱孙李周吴郑王冯陈张刘杨黄]|第)[XxＸ×]{2,}|[XxＸ×]{2,}号")


def _texts(facts: DocumentFacts) -> Iterator[tuple[str, Quote]]:
    for passage in facts.prose.passages:
        for match in PLACEHOLDER.finditer(passage.text):
            if not _MASKED.search(passage.text[max(0, match.start() - 3) : match.end() + 2]):
                yield passage.place, passage.around(match.start(), match.end())
    for row in facts.printed:
        title = row["title_printed"] or ""
        if PLACEHOLDER.search(title):
            yield f"t{row['table_no']}", Quote(f"t{row['table_no']}", row["page"], title)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if is_template(facts):
        yield Finding(
            "document",
            "not_applicable",
            "文件本身是未填写的模板，不作检查。",
            "The document is a blank template: not checked.",
            reason="template",
        )
        return
    seen: set[str] = set()
    for place, quote in _texts(facts):
        if place in seen:
            continue
        seen.add(place)
        yield Finding(
            subject=f"{place}/placeholder",
            outcome="fails",
            message_zh=f"留有未填写的占位符：“{quote.text}”。",
            message_en=f"A placeholder was left: “{quote.text}”.",
            quotes=(quote,),
        )


CHECK = Check(
    "D01",
    "document",
    "error",
    __doc__,
    run,
    ("none_found", "没有发现占位符。", "No placeholder found."),
)
