"""W03 “主要原因是”之后写有原因 · The main reason is followed by one

规则：写有“主要原因是”“主要原因：”的，其后应写明原因。
Rule: The words 主要原因是 are followed by a reason.
Formula: after 主要原因是 stands text before the full stop
Exclusions:
  1. 原因写在下一段的（“主要原因：”另起一段）不算缺 / a reason that begins on the next line is none missing
  2. 空白模板不检查 / blank templates are not checked
Not applicable: 文中没有写原因之处 / the prose gives no reasons
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.template import is_template
from flows.checks.views import DocumentFacts

_REASON = re.compile(r"(?:主要)?原因(?:是|为|:|是:)(?=[。;]|$)")
_ANY = re.compile(r"主要原因")


def run(facts: DocumentFacts) -> Iterator[Finding]:
    if is_template(facts):
        return
    passages = facts.prose.passages
    given = 0
    for number, passage in enumerate(passages):
        if passage.home == "heading":
            continue
        given += len(_ANY.findall(passage.folded))
        matches = [match for match in _REASON.finditer(passage.folded) if not _goes_on(passages, number, match)]
        if matches:
            quotes = tuple(passage.around(match.start(), match.end() + 1, 10) for match in matches)
            yield Finding(
                subject=f"{passage.place}/reason",
                outcome="fails",
                message_zh=f"“{matches[0][0]}”之后没有写原因：“{quotes[0].text}”。",
                message_en=f"No reason follows the words: “{quotes[0].text}”.",
                n_terms=len(matches),
                quotes=quotes,
            )
    if given:
        yield Finding(
            "reasons", "holds", f"文中写原因 {given} 处。", f"The prose gives {given} reasons.", n_terms=given
        )


def _goes_on(passages: list, number: int, match: re.Match[str]) -> bool:  # type: ignore[type-arg]
    """The words end the passage, and more prose stands on the next line."""
    following = passages[number + 1] if number + 1 < len(passages) else None
    return match.end() == len(match.string) and following is not None and following.home != "heading"


CHECK = Check(
    "W03", "document", "warning", __doc__, run, ("no_reason", "文中没有写原因之处。", "The prose gives no reasons.")
)
