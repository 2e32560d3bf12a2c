"""N04 文中的占比与数额相符 · A share said in prose is what the amounts give

规则：文中列举各部分及其占比（占百分之几）的，占比应等于该部分除以同一段文字所印的总额。
Rule: Where prose lists parts with their shares, each share is the part divided by the whole printed in the same
  passage.
Formula: share = part / whole
Exclusions:
  1. 总额须由本段的多数占比（至少两项，且最多一项不符）证明，或由文字明说其为总额 / the whole is the amount that
     most of the passage's shares (two or more, at most one missing) prove, or the one the words name
  2. 每个数按所印位数留出半个末位，占比另留一个末位 / each number is taken with half of its last digit, the share
     with one whole one
Not applicable: 文中没有可核对的占比 / no share in the prose can be compared
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.percents import agrees, quotient, shown
from flows.checks.prose import Passage, Said
from flows.checks.topics import near_said
from flows.checks.views import DocumentFacts

FEWEST_PROOFS = 2


def _fits(part: Said, whole: Said) -> bool | None:
    ends = quotient(near_said(part), near_said(whole))
    if ends is None or part.percent is None:
        return None
    return agrees(part.percent, part.percent_resolution, ends)


def _groups(passage: Passage) -> Iterator[tuple[Said, list[Said]]]:
    """(whole, its parts): shares that follow each other, and the amount before them that they are shares of."""
    run: list[Said] = []
    for said in [*passage.said, None]:
        if said is not None and said.level and said.row["percent_kind"] == "share":
            run.append(said)
            continue
        if said is not None and not said.level:
            continue
        if run:
            wholes = [
                one for one in passage.said if one.level and one.end <= run[0].start + 1 and one.row["percent"] is None
            ][::-1]
            if (whole := _whole(wholes, run)) is not None:
                yield whole, run
        run = []


def _whole(wholes: list[Said], parts: list[Said]) -> Said | None:
    """The amount that most of the shares prove; else the nearest one that the words make the whole of all of them."""
    for whole in wholes:
        proofs = sum(_fits(part, whole) is True for part in parts)
        if proofs >= FEWEST_PROOFS and proofs >= len(parts) - 1:
            return whole
    named = {part.within for part in parts}
    if len(named) == 1 and None not in named:
        return next((whole for whole in wholes[:1] if whole.concept in named), None)
    return None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        for whole, parts in _groups(passage):
            for part in parts:
                fits, ends = _fits(part, whole), quotient(near_said(part), near_said(whole))
                if fits is None or ends is None:
                    continue
                right = shown(ends, part.percent_resolution)
                name = part.label or part.row["subject_printed"] or part.concept or ""
                yield Finding(
                    subject=f"{passage.place}/share/{name}",
                    outcome="holds" if fits else "fails",
                    message_zh=f"文中说 {name} {part.printed} 占 {part.percent_printed}，按总额 "
                    f"{whole.printed} 计算为 {right}，" + ("相符。" if fits else "不符。"),
                    message_en=f"The prose gives {name} {part.printed} a share of {part.percent_printed}; of "
                    f"{whole.printed} "
                    f"it is {right}: " + ("they agree." if fits else "they differ."),
                    left=part.yuan,
                    right=whole.yuan,
                    left_zh=name,
                    right_zh="总额",
                    n_terms=1,
                    quotes=(passage.say(part), passage.say(whole)),
                )


CHECK = Check(
    "N04",
    "document",
    "error",
    __doc__,
    run,
    ("no_share", "文中没有可核对的占比。", "No share in the prose that can be compared."),
)
