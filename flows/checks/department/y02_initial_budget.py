"""Y02 决算所说的年初预算与预算文件相符 · The initial budget of a final account agrees with the budget

规则：决算文件的表中“年初预算数”一栏，以及文中所说的“年初预算为……”，应与同一部门同一年度预算文件所印的数相符。
Rule: What a final account prints as the initial budget, in a column or in the prose, agrees with the budget
  document of the same department and year.
Formula: initial_budget[line, final account] = amount[line, budget of the year]
Exclusions:
  1. 只比较同一地区、同一部门、同一口径、同一财政年度的预算与决算；任一要素有疑问的不比较 / only a budget and a
     final account of the same place, organisation, edition and year; where any of these is in doubt, none
  2. 只写“预算数”的是全年（调整）预算，不比较 / a plain “budget” is the adjusted one of the whole year: not compared
  3. 预算文件没有印出该项的不比较；印在几处的，与其中一处相符即可 / not compared where the budget does not print the
     thing; where it does in several places, agreeing with one of them is enough
  4. 至少两个非零数相符、且相符的多于不符的，才作判断：口径可能不同（是否含结转、是否含所属单位）/ judged only if
     two amounts other than nought agree, and more agree than differ: the scope may be another (carry-over,
     subordinate units)
Not applicable: 没有同年的预算文件，或决算没有说年初预算 / no budget of the same year, or no initial budget is said
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.elsewhere import Amount, compared, of_cell, of_said, where_known
from flows.checks.items import amounts_of, three_public_items
from flows.checks.noun import Finding
from flows.checks.together import Companions, CrossCheck
from flows.checks.views import DocumentFacts

INITIAL = "年初"


def _said(facts: DocumentFacts) -> Iterator[tuple[str, Amount, tuple[str | None, str | None, str | None]]]:
    """(subject, amount, (concept, code, label)) of every initial budget the prose of a final account says."""
    for passage in facts.prose.running:
        item = passage.item
        for said in passage.said:
            if not said.level or said.stage != "initial_budget" or said.yuan is None or said.within is not None:
                continue
            if said.year is not None and said.year != facts.about.fiscal_year:
                continue
            code = said.code or (item.code if item is not None else None)
            label = said.label or (item.label if item is not None else None)
            name = label or said.printed or ""
            subject = f"{passage.place}/{said.concept or code or label}"
            yield subject, of_said(facts, passage, said, name), (said.concept, code, label)


def _judge(facts: DocumentFacts, budget: DocumentFacts) -> Iterator[Finding]:
    found = []
    for subject, amount, (concept, code, label) in _said(facts):
        others = amounts_of(budget, concept, code, label)
        if others:
            shown = f"决算文件说“{amount.label}”年初预算为 {amount.printed}"
            shown_en = f"The final account says the initial budget of {amount.label} is {amount.printed}"
            found.append(compared(subject, amount, amount, others, shown, shown_en, budget))
    zh, en = "预算与决算的口径可能不同", "the scope of budget and final account may differ"
    yield from where_known(found, zh, en)
    columns = []
    theirs = three_public_items(budget, None)
    for item, cell in three_public_items(facts, INITIAL).items():
        if item in theirs:
            amount = of_cell(facts, cell)
            shown = f"决算文件《{cell.title}》“{cell.column}”年初预算为 {cell.printed}"
            shown_en = f"The final account's 《{cell.title}》 prints {cell.printed} as initial budget of {cell.column}"
            subject = f"{cell.statement}/{item}/initial_budget"
            columns.append(compared(subject, amount, amount, [of_cell(budget, theirs[item])], shown, shown_en, budget))
    yield from where_known(columns, zh, en)


def run(facts: DocumentFacts, company: Companions) -> Iterator[Finding]:
    for budget in company.of("budget"):
        yield from _judge(facts, budget)


CHECK = CrossCheck(
    "Y02",
    "department",
    "error",
    __doc__,
    "budget",
    run,
    ("no_initial_budget", "决算没有说年初预算。", "No initial budget is said."),
)
