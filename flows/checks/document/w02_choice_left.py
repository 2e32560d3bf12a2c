"""W02 没有留下“增加（减少）”的选项 · No choice of the template left open

规则：模板中“增加（减少）”“大于（小于）”一类的选项应选定一种，公开的文本中不应两种都留着。
Rule: The template's choices such as 增加（减少） are made; a published text does not keep both.
Formula: no 增加（减少）, 大于（小于）, 增加/减少 and the like before an amount or a reason
Exclusions:
  1. “增减变化”“增加或减少”等本来就泛指两者的说法不算 / general words for both directions are not counted
  2. 其后为零的（“增加（减少）0万元”）不算：两种都对 / before nothing (0万元) either word is right
  3. 名词解释、表注、填表说明中的不算；空白模板不检查 / not in explanations of terms, notes of forms, or blank
     templates
Not applicable: 没有文字，或文件是空白模板 / no prose, or a blank template
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.template import is_template
from flows.checks.views import DocumentFacts

_UP, _DOWN = "增加|增长|上升|提高|大于|高于|超过", "减少|下降|降低|小于|低于"
_CHOICE = re.compile(
    rf"(?:{_UP})[(（](?:或)?(?:{_DOWN})[)）]|(?:{_DOWN})[(（](?:或)?(?:{_UP})[)）]|(?:{_UP})[/／](?:{_DOWN})|(?:{_DOWN})[/／](?:{_UP})"
)
_ZERO = re.compile(r"(?:了|额|数|率|为|[(:])*-?0(?:\.0+)?(?:[万亿千]?元|%)")
_SKIPPED = frozenset({"glossary"})


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if is_template(facts):
        return
    for passage in facts.prose.running:
        if passage.section in _SKIPPED or passage.home in ("note", "caption"):
            continue
        matches = [match for match in _CHOICE.finditer(passage.text) if not _ZERO.match(passage.folded, match.end())]
        if not matches:
            continue
        quotes = tuple(passage.around(match.start(), match.end()) for match in matches)
        yield Finding(
            subject=f"{passage.place}/choice",
            outcome="fails",
            message_zh=f"模板的选项“{matches[0][0]}”没有选定：“{quotes[0].text}”。",
            message_en=f"The template's choice “{matches[0][0]}” was left open: “{quotes[0].text}”.",
            n_terms=len(matches),
            quotes=quotes,
        )


CHECK = Check(
    "W02", "document", "warning", __doc__, run, ("none_found", "没有发现未选定的选项。", "No choice left open.")
)
