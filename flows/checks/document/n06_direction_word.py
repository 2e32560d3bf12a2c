"""N06 “大于、小于、等于预算”的说法与数额相符 · The words more, less, equal agree with the two amounts

规则：文中说决算数大于（高于）、小于（低于）或等于（持平于）预算数的，应与同一段文字所印的决算数与预算数的大小相符。
Rule: Where prose says that the final amount is more than, less than or equal to the budget, that is what the two
  amounts printed in the same passage show.
Formula: sign(final − budget) = the word used
Exclusions:
  1. “基本持平”“略有”不要求相等，不检查 / “nearly equal” promises no equality and is not checked
  2. 只说“预算数”而印有年初、全年两个预算数的，与其一相符即可 / where the words say 预算数 only and two budgets are
     printed, either will do
  3. 段中印出不止一对数额（分项列举）的不检查 / passages that print more than one pair of amounts are not checked
Not applicable: 文中没有可核对的说法 / no such words in the prose can be compared
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import Passage, Said
from flows.checks.topics import BUDGETS, is_before
from flows.checks.views import DocumentFacts

WORDS = re.compile(
    r"决算数?(?P<almost>与?.{0,2}(?:基本|略微?有?|稍)?)??(?:(?P<more>大于|高于|多于|超过)|(?P<less>小于|低于|少于)|(?P<same>等于))"
    r"(?P<which>年初|全年|调整后?)?预算数?"
    r"|决算数?[与和同](?P<which2>年初|全年|调整后?)?预算数?(?P<almost2>基本)?(?P<same2>持平|一致|相同|相等)"
)
STAGES = {"年初": ("initial_budget",), "全年": ("adjusted_budget",), "调整": ("adjusted_budget",)}


def _pair(facts: DocumentFacts, passage: Passage, end: int, which: str | None) -> tuple[Said, list[Said]] | None:
    """(final, budgets) said before the words; None where the passage prints several pairs or none."""
    before = [
        said
        for said in passage.said
        if said.level and said.end <= end and said.within is None and not is_before(said, facts.about.fiscal_year)
    ]
    finals = [said for said in before if said.stage == "final"]
    wanted = STAGES.get((which or "")[:2], tuple(BUDGETS))
    budgets = [said for said in before if said.stage in wanted]
    planned = [said for said in before if said.stage in BUDGETS]
    if len(finals) != 1 or not budgets or len({said.stage for said in planned}) != len(planned):
        return None
    if any(said.subject != finals[0].subject for said in budgets) and passage.item is None:
        return None
    return finals[0], budgets


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        if "决算" not in passage.folded or not passage.said:
            continue
        for match in WORDS.finditer(passage.folded):
            if match["almost"] or match["almost2"]:
                continue
            pair = _pair(facts, passage, match.start(), match["which"] or match["which2"])
            if pair is None:
                continue
            final, budgets = pair
            fits = [said for said in budgets if _fits(match, final, said)]
            budget = (fits or budgets)[0]
            name = passage.item.label if passage.item else final.row["subject_printed"] or ""
            yield Finding(
                subject=f"{passage.place}/word/{name}",
                outcome="holds" if fits else "fails",
                message_zh=f"文中说“{match[0]}”，而{name}决算数 {final.printed}，预算数 {budget.printed}，"
                + ("相符。" if fits else "不符。"),
                message_en=f"The prose says “{match[0]}”; {name}: final {final.printed}, budget {budget.printed}: "
                + ("they agree." if fits else "they differ."),
                left=final.yuan,
                right=budget.yuan,
                tolerance=(final.resolution + budget.resolution) / 2,
                left_zh="决算数",
                right_zh="预算数",
                n_terms=1,
                quotes=(passage.quote(match.start(), match.end()), passage.say(final), passage.say(budget)),
            )


def _fits(match: re.Match[str], final: Said, budget: Said) -> bool:
    assert final.yuan is not None
    assert budget.yuan is not None
    delta, slack = final.yuan - budget.yuan, (final.resolution + budget.resolution) / 2
    if match["more"]:
        return delta > 0 or abs(delta) < slack
    if match["less"]:
        return delta < 0 or abs(delta) < slack
    return abs(delta) <= slack


CHECK = Check(
    "N06",
    "document",
    "error",
    __doc__,
    run,
    ("no_words", "文中没有可核对的大于、小于、等于预算的说法。", "No such words in the prose that can be compared."),
)
