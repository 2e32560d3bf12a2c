"""N03 同一段中同一事项的数额前后一致 · One thing has one amount within a passage

规则：一段文字说明某一支出科目时，对同一年度、同一口径（预算、决算）先后印出的数额应当相同。
Rule: Where a passage explains one line of the classification, the amounts it prints for the same year and stage are
  the same.
Formula: first amount of the line = later amount of the same year and stage
Exclusions:
  1. 上年数、执行数、年初预算数与本年（决算）数各不相同，只在同一口径内比较 / earlier years, execution and the
     initial budget are amounts of their own; only the same kind is compared
  2. 列举明细、说明原因的数额不比较 / amounts listed as parts, or given in a reason, are not compared
  3. 按所印位数四舍五入相同的，视为相同 / amounts that round to the same are the same
Not applicable: 文中没有逐项说明的支出科目 / the prose explains no line of the classification
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import Passage, Said
from flows.checks.topics import is_before
from flows.checks.views import DocumentFacts


def _first(facts: DocumentFacts, passage: Passage) -> Said | None:
    """The amount that stands right behind the name of the line."""
    for said in passage.said:
        if not said.level or is_before(said, facts.about.fiscal_year) or said.within is not None:
            return None
        return said if said.stage is None else None
    return None


def _judge(facts: DocumentFacts, passage: Passage) -> Finding | None:
    item, first = passage.item, _first(facts, passage)
    if item is None or first is None or first.yuan is None:
        return None
    wanted = "final" if facts.about.stage == "final" else "budget"
    for said in passage.said:
        own = said.stage == wanted and said.level and said.within is None and said.subject == first.subject
        if said is first or not own or said.yuan is None or is_before(said, facts.about.fiscal_year):
            continue
        if facts.about.stage != "final" and said.year is None:
            continue
        gap, bound = abs(first.yuan - said.yuan), (first.resolution + said.resolution) / 2
        fails = gap > bound
        return Finding(
            subject=f"{passage.place}/{item.code or item.label}",
            outcome="fails" if fails else "holds",
            message_zh=f"同一段说明“{item.label}”：先印 {first.printed}，后印 {said.printed}，"
            + ("前后不一致。" if fails else "前后一致。"),
            message_en=f"One passage on {item.label} prints {first.printed} and then {said.printed}: "
            + ("they differ." if fails else "they agree."),
            left=first.yuan,
            right=said.yuan,
            tolerance=bound,
            left_zh="先印的数额",
            right_zh="后印的数额",
            n_terms=1,
            quotes=(passage.say(first), passage.say(said)),
        )
    return None


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        if passage.said and (finding := _judge(facts, passage)) is not None:
            yield finding


CHECK = Check(
    "N03",
    "document",
    "error",
    __doc__,
    run,
    ("no_item", "文中没有逐项说明的支出科目。", "No line of the classification explained in the prose."),
)
