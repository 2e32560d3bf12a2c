"""Y04 文中与上年相比的增减与上年文件相符 · A change since last year agrees with last year's document

规则：文中说某项“比上年（预算）增加（减少）若干”的，由本年数与增减额推得的上年数，应与上年同类文件所印的数相符；文中
  直接印出上年预算数的，也应相符。
Rule: Where prose says that something is up or down by an amount since last year('s budget), the earlier amount that
  follows from this year's amount and the change agrees with what last year's document of the same kind prints; so
  does an earlier amount the prose prints itself.
Formula: now ∓ change = amount[year − 1]
Exclusions:
  1. 只比较同一地区、同一部门、同一口径、上一财政年度的同类文件；任一要素有疑问的不比较 / only documents of the same
     place, organisation, edition and kind, of the year before; where any of these is in doubt, none
  2. 与上年执行数、决算数相比的预算，与上年预算不是一回事，不比较；说明原因的分句不比较 / a budget compared with
     what was spent is left out, and so are clauses that give a reason
  3. 至少两个非零数相符、且相符的多于不符的，才作判断：文中常不说明比的是预算还是执行，口径也可能变了 / judged only
     if two amounts other than nought agree, and more agree than differ: the prose often does not say whether it is
     the budget or what was spent, and the scope may have changed
  4. 上年文件没有印出该项的不比较；印在几处的，与其中一处相符即可 / not compared where last year's document does not
     print the thing; where it does in several places, agreeing with one of them is enough
  5. 每个数按所印位数留出半个末位 / each number is taken with half of its last digit
Not applicable: 没有上年的同类文件，或文中没有可比较的增减 / no document of the year before, or no change to compare
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from flows.checks.elsewhere import Amount, compared, of_said, where_known
from flows.checks.items import amounts_of
from flows.checks.noun import Finding
from flows.checks.prose import Passage, Said
from flows.checks.together import Companions, CrossCheck
from flows.checks.topics import current, levels_before
from flows.checks.views import DocumentFacts

BASES = {"budget": frozenset({"budget", "initial_budget"}), "final": frozenset({"final", "execution"})}
WORDS = {"increase": ("增加", "up", 1), "decrease": ("减少", "down", -1)}
Earlier = tuple[str, Amount, Amount, Said]  # subject, as printed, as it follows, of what


def _name(passage: Passage, said: Said) -> str:
    of_item = passage.item.label if passage.item is not None and said.concept is None else None
    return said.label or of_item or str(said.row["subject_printed"] or "")


def _of_change(facts: DocumentFacts, passage: Passage, one: Said) -> Earlier | None:
    """The earlier amount that follows from a change."""
    about = facts.about
    now = current(levels_before(passage, one), about.fiscal_year, about.stage)
    if now is None or now.yuan is None or one.yuan is None:
        return None
    zh, _, sign = WORDS[one.direction]
    before = now.yuan - sign * abs(one.yuan)
    if before < 0:
        return None
    name = _name(passage, now)
    change = of_said(facts, passage, one, name)
    mine = msgspec.structs.replace(change, printed=f"{now.printed}、{zh}{one.printed}")
    wanted = Amount(before, now.resolution + one.resolution, "", name, facts.document_sha256)
    return f"{passage.place}/{one.concept or name}/change", mine, wanted, now


def _of_level(facts: DocumentFacts, passage: Passage, one: Said) -> Earlier | None:
    """An earlier amount that is printed."""
    if one.yuan is None or one.stage not in BASES.get(facts.about.stage or "", frozenset()):
        return None
    name = _name(passage, one)
    amount = of_said(facts, passage, one, name)
    return f"{passage.place}/{one.concept or name}/level", amount, amount, one


def _earlier(facts: DocumentFacts) -> Iterator[tuple[Passage, Earlier]]:
    year = facts.about.fiscal_year
    allowed = BASES.get(facts.about.stage or "", frozenset()) | {None}
    for passage in facts.prose.running:
        for one in passage.said:
            if one.reason or one.measure != "amount" or one.within is not None:
                continue
            found = None
            if one.direction in WORDS and one.row["comparison_year"] is not None and year is not None:
                if one.row["comparison_year"] == year - 1 and one.row["comparison_stage"] in allowed:
                    found = _of_change(facts, passage, one)
            elif one.level and year is not None and one.year == year - 1:
                found = _of_level(facts, passage, one)
            if found is not None:
                yield passage, found


def _judge(facts: DocumentFacts, other: DocumentFacts) -> Iterator[Finding]:
    found = []
    for passage, (subject, mine, wanted, of) in _earlier(facts):
        item = passage.item
        code = of.code or (item.code if item is not None and of.concept is None else None)
        label = of.label or (item.label if item is not None and of.concept is None else None)
        others = amounts_of(other, of.concept, code, label)
        if not others:
            continue
        name = mine.label or others[0].label
        shown = f"文中“{name}”为 {mine.printed}"
        shown_en = f"The prose says {mine.printed} for {name}"
        if wanted is not mine:
            amount = f"{(wanted.yuan / Decimal(10_000)).normalize():f} 万元"
            shown, shown_en = f"{shown}，推得上年为 {amount}", f"{shown_en}, so {amount} the year before"
        found.append(compared(subject, mine, wanted, others, shown, shown_en, other))
    zh, en = "文中所比的未必是该文件的数", "it is not known that this document is what the prose compares with"
    yield from where_known(found, zh, en)


def run(facts: DocumentFacts, company: Companions) -> Iterator[Finding]:
    for other in company.of("previous"):
        yield from _judge(facts, other)


CHECK = CrossCheck(
    "Y04",
    "department",
    "error",
    __doc__,
    "previous",
    run,
    ("no_change", "文中没有可比较的增减。", "No change in the prose that can be compared."),
)
