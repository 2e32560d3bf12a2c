"""P06 同一项目在清单与绩效表中预算一致 · A project has one budget in the list and in its form

规则：同一份文件中，项目清单（项目支出表、绩效项目清单）与项目绩效表所印的同名项目，预算数应当相同。
Rule: Within one document the budget of a project is the same in the list of projects and in its own form.
Formula: form.total[name] = list.total[name]
Exclusions:
  1. 名称须完全相同（空格、标点除外），且在清单与绩效表中各只出现一次 / the names must be the same but for white
     space and punctuation, and occur once in the list and once among the forms
  2. 清单项目另有上年结转等资金的，绩效表可能只列本年或连同结转，金额不同时不判断 / where the form prints other
     money too (carry-over), it may count it or not: amounts that differ are not assessed
  3. 绩效表印的是实施期（中期、全周期）资金总额的，不是当年预算，不同时不判断 / where the form prints the money of
     the project's whole term it is not the year's budget: amounts that differ are not assessed
  4. 任一边空白或没有单位的不判断 / not assessed where either is blank or has no unit
  5. 清单中只有一部分同名项目相等，且不等的多于相等的，两者口径不同，不判断 / where more of the pairs differ than
     agree, the two are of another scope: not assessed
Not applicable: 文件没有同名的清单项目与绩效表 / the document has no project both in a list and in a form
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import fold
from flows.checks.quoting import quote_of
from flows.checks.views import DocumentFacts, ProjectView
from flows.checks.words import UNITS, money, unit_in
from flows.lazy_rows import columns_of

_SIGNS = re.compile(r"[^\w]+")
_TERM = re.compile("(?:实施期|中期|项目期|全周期|三年|总投资)[^。]{0,4}(?:资金|预算|总额)")


def bare_name(name: str) -> str:
    return _SIGNS.sub("", fold(name))


def _once(pairs: Iterator[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for name, one in pairs:
        found.setdefault(name, []).append(one)
    return {name: ones[0] for name, ones in found.items() if len(ones) == 1 and name}


def run(facts: DocumentFacts) -> Iterator[Finding]:
    rows = facts.tables.get("projects", ())
    listed = _once((bare_name(r["project_name"] or ""), r) for r in rows if r["form"] == "project_list")
    forms = _once((bare_name(project.name), project) for project in facts.projects)
    found = [
        finding
        for name in forms
        if name in listed and (finding := _judge(facts, forms[name], listed[name])) is not None
    ]
    agree = sum(one.outcome in ("holds", "rounding") for one in found)
    if sum(one.outcome == "fails" for one in found) > agree:
        found = [_open(one, "another_scope") if one.outcome == "fails" else one for one in found]
    yield from found


def _judge(facts: DocumentFacts, form: ProjectView, row: Any) -> Finding | None:
    unit = unit_in(row["unit_printed"])
    if not form.total.known or form.total.yuan is None or row["total_yuan"] is None or unit is None:
        return None
    listed = Decimal(row["total_fen"]) / 100 if row["total_fen"] is not None else Decimal(repr(row["total_yuan"]))
    decimals = len((row["total_printed"] or "").strip().partition(".")[2])
    bound = (form.total.resolution + UNITS[unit].scaleb(-decimals)) / 2
    gap = abs(form.total.yuan - listed)
    fails = gap > bound
    shown = money(form.total.yuan, form.total.unit)
    finding = Finding(
        subject=f"{form.ident}/listed",
        outcome="fails" if fails else "rounding" if gap else "holds",
        message_zh=f"项目“{form.name}”在绩效表中预算为 {shown}，在项目清单中为 {money(listed, unit)}，"
        + ("不符。" if fails else "相符。"),
        message_en=f"Project {form.name} has {shown} in its form and {money(listed, unit)} in the list: "
        + ("they differ." if fails else "they agree."),
        left=form.total.yuan,
        right=listed,
        tolerance=bound,
        left_zh="绩效表预算数",
        right_zh="项目清单金额",
        n_terms=1,
        cells=(form.total,),
        quotes=(quote_of(row, row["total_printed"] or "", row["project_id"]),),
    )
    if fails and any(cell.yuan for cell in form.more):
        return _open(finding, "more_money")
    return _open(finding, "whole_term") if fails and _is_of_term(facts, form) else finding


def _is_of_term(facts: DocumentFacts, form: ProjectView) -> bool:
    table = form.total.place.partition(".")[0]
    return any(
        f"t{number}" == table and _TERM.search(fold(text))
        for number, text in columns_of(facts.tables.get("raw_cells", ()), "table_no", "text")
        if number is not None
    )


def _open(finding: Finding, reason: str) -> Finding:
    return msgspec.structs.replace(
        finding,
        outcome="not_assessable",
        reason=reason,
        message_zh=f"{finding.message_zh}口径可能不同，不作判断。",
        message_en=f"{finding.message_en} Their scope may differ: not assessed.",
    )


CHECK = Check(
    "P06",
    "document",
    "error",
    __doc__,
    run,
    ("no_pair", "没有同名的清单项目与绩效表。", "No project both in a list and in a form."),
)
