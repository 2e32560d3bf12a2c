"""G02 授予中小企业的金额不超过政府采购总额 · Awards to small firms are within all procurement

规则：文中所说面向中小企业预留项目的成交金额、其他项目中由中小企业成交的金额，两者之和不超过政府采购总额；授予小微企
  业的不超过授予中小企业的。
Rule: What small and medium firms won in reserved projects plus what they won in others is no more than all
  procurement; what micro firms won is no more than what small and medium firms won.
Formula: reserved award + other award ≤ procurement total; micro award ≤ small and medium award
Exclusions:
  1. 没有印政府采购总额的不检查 / not checked where no total of procurement is printed
  2. 预留的预算金额（不是成交金额）不相加 / budgets reserved (no awards) are not added
Not applicable: 文中没有中小企业采购的金额 / the prose gives no award to small firms
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import Passage, Said
from flows.checks.views import DocumentFacts

_AWARD = re.compile(r"中标|成交|授予|合同金额")
_RESERVED = re.compile(r"预留[^;。]{0,16}项目[^;。]{0,30}$")
_OTHER = re.compile(r"其他(?:的)?(?:政府)?(?:采购)?项目")
_MICRO = re.compile(r"小微企业|小型和?微型|小型、微型")
_SMALL = re.compile(r"中小(?:微)?企业")


def _words(passage: Passage, said: Said) -> str:
    """The words of the claim's own clause chain: from the last ; or 。 to its number."""
    before = passage.folded[: max(said.end - len(said.printed or ""), 0)]
    return re.split(r"[;。]", before)[-1]


def _awards(passage: Passage) -> dict[str, Said]:
    """reserved, other, small, micro → the amount awarded, where the words say which."""
    found: dict[str, Said] = {}
    for said in passage.said:
        words = _words(passage, said)
        if not said.level or not _AWARD.search(words):
            continue
        micro = bool(_MICRO.search(words[-30:]))
        if not micro and not _SMALL.search(words):
            continue
        if _OTHER.search(words):
            found.setdefault("other", said)
        elif "预留" in words:
            found.setdefault("reserved_micro" if _MICRO.search(words) else "reserved", said)
        else:
            found.setdefault("micro" if micro else "small", said)
    return found


def _total(passages: list[Passage], number: int) -> tuple[Passage, Said] | None:
    """The nearest total of procurement printed before, or in the same passage."""
    for passage in reversed(passages[max(0, number - 2) : number + 1]):
        for said in passage.said:
            if said.concept == "procurement_total" and said.level and said.within is None:
                return passage, said
    return None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    passages = list(facts.prose.running)
    for number, passage in enumerate(passages):
        if "中小" not in passage.folded:
            continue
        awards, total = _awards(passage), _total(passages, number)
        if total is not None and ("reserved" in awards or "small" in awards):
            parts = [awards[name] for name in ("reserved", "other") if name in awards] or [awards["small"]]
            yield _within(facts, passage, parts, *total)
        if "small" in awards and "micro" in awards:
            yield _within(facts, passage, [awards["micro"]], passage, awards["small"])


def _within(facts: DocumentFacts, passage: Passage, parts: list[Said], other: Passage, whole: Said) -> Finding:
    right = sum((part.yuan for part in parts if part.yuan is not None), Decimal(0))
    assert whole.yuan is not None
    bound = sum((said.resolution for said in (whole, *parts)), Decimal(0)) / 2
    over = right - whole.yuan > bound
    listed = " + ".join(part.printed or "" for part in parts)
    return Finding(
        subject=f"{passage.place}/awards/{len(parts)}",
        outcome="fails" if over else "holds",
        message_zh=f"授予中小企业（小微企业）的金额 {listed}，"
        + ("超过" if over else "不超过")
        + f"总额 {whole.printed}。",
        message_en=f"Awards to small (micro) firms of {listed} are {'more than' if over else 'within'} the "
        f"{whole.printed} in all.",
        left=right,
        right=whole.yuan,
        tolerance=bound,
        left_zh="授予中小企业的金额",
        right_zh="总额",
        n_terms=len(parts),
        quotes=(*(passage.say(part) for part in parts), other.say(whole)),
    )


CHECK = Check(
    "G02",
    "document",
    "error",
    __doc__,
    run,
    ("no_award", "文中没有授予中小企业的金额。", "The prose gives no award to small firms."),
)
