"""N01 文中的总额与报表一致 · A total said in prose is that of the tables

规则：文中所说的收支总计、财政拨款收支总计等总额，应等于本文件报表中同一事项的数额。
Rule: A total said in prose (income and expenditure, fiscal appropriation) is the amount the document's own tables
  print for the same thing.
Formula: amount in prose = amount in table
Exclusions:
  1. 只看一段开头所说的总额；分项、上年数、变动额不在此列 / only the total a passage begins with; parts, earlier
     years and changes are not counted
  2. 只说收入或只说支出（或其一部分）的，同段须另有与报表相符的姊妹数，以证明所说的就是全部门的数 / where it is of
     income or expenditure alone, a sister amount of the same passage must agree with the tables: that shows it is
     the whole department's
  3. 报表中没有这一事项的不检查 / not checked where the tables do not print the thing
  4. 两边按各自所印位数四舍五入 / each side is taken with half of its last digit
Not applicable: 文中没有可与报表核对的总额 / the prose names no total that the tables print
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from flows.checks.check import Check
from flows.checks.linking import cells_by_fact, rows_of
from flows.checks.noun import Finding
from flows.checks.prose import Passage, Said
from flows.checks.topics import is_before
from flows.checks.views import DocumentFacts

WHOLE = frozenset({"total_both", "appropriation_both"})
SISTERS = (
    frozenset({"income_total", "expenditure_total", "income_current", "expenditure_current"}),
    frozenset({"basic_expenditure", "project_expenditure"}),
    frozenset({"personnel_expenditure", "public_expenditure"}),
)
CONCEPTS = WHOLE.union(*SISTERS)


def _eligible(facts: DocumentFacts, passage: Passage, said: Said) -> bool:
    if said.concept not in CONCEPTS or not said.level or said.within is not None or passage.item is not None:
        return False
    if is_before(said, facts.about.fiscal_year) or (said.year or 0) > (facts.about.fiscal_year or 9999):
        return False
    levels = [one for one in passage.said if one.level]
    if said.concept in WHOLE:
        return said is levels[0]
    sisters = next(group for group in SISTERS if said.concept in group)
    return any(
        one is not said and one.concept in sisters and one.concept != said.concept and one.row["fact_id"] is not None
        for one in levels
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for passage in facts.prose.running:
        for said in passage.said:
            reason = said.row["link_reason"] or ""
            if reason in ("", "not_in_statements") or not _eligible(facts, passage, said):
                continue
            finding = _judge(facts, passage, said, differs=reason == "differs")
            if finding is not None:
                yield finding


def _judge(facts: DocumentFacts, passage: Passage, said: Said, *, differs: bool) -> Finding | None:
    own = said.row["fact_id"]
    if differs:
        known = (cell for row, cell in rows_of(facts, said.concept or "") if row["column_key"] != "previous_year")
        cell = next(known, None)
    else:
        cell = cells_by_fact(facts).get(own) if own else None
    if cell is None or cell.yuan is None or said.yuan is None:
        return None
    bound = (said.resolution + cell.resolution) / 2
    if differs and abs(cell.yuan - said.yuan) <= max(bound, Decimal(0)):
        return None
    return Finding(
        subject=f"{passage.place}/{said.concept}",
        outcome="fails" if differs else "holds" if cell.yuan == said.yuan else "rounding",
        message_zh=f"文中说 {said.printed}，《{cell.title}》{cell.label} 为 {cell.printed}（{cell.unit or ''}），"
        + ("不符。" if differs else "相符。"),
        message_en=f"The prose says {said.printed}; 《{cell.title}》 prints {cell.printed} ({cell.unit or ''}) for "
        f"{cell.label}: " + ("they differ." if differs else "they agree."),
        cells=(cell,),
        left=said.yuan,
        right=cell.yuan,
        tolerance=bound,
        left_zh="文中所说",
        right_zh=cell.label,
        n_terms=1,
        quotes=(passage.say(said),),
    )


CHECK = Check(
    "N01",
    "document",
    "error",
    __doc__,
    run,
    ("no_total", "文中没有可与报表核对的总额。", "The prose names no total that the tables print."),
)
