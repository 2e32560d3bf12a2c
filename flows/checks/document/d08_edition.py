"""D08 单位预算不自称部门预算 · A unit's edition does not call itself the department's

规则：单位预算（决算）的说明中，自称应为“单位预算（决算）”，不应写成“部门预算（决算）安排”。
Rule: The prose of a unit's budget (final account) calls itself the unit's, not the department's.
Formula: own words in the prose = edition of the document
Exclusions:
  1. 名词解释、职能、法规名称、“部门预算支出经济分类”等通用名称不算 / explanations of terms, duties, names of rules
     and general names such as 部门预算支出经济分类 are not counted
  2. 文件各处自称不一、无从判断是哪一种的，不判断 / where the document calls itself both ways as often, it is not
     assessed
  3. 部门文件中的“单位预算”多是泛称，不检查 / in a department's document 单位预算 is often a general word: not
     checked
  4. 只看带有年度或“安排”的自称（“2026年部门预算安排”）/ only own words with the year or 安排 are counted
Not applicable: 文件不是单位的预算、决算 / the document is not a unit's budget or final account
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.prose import Passage
from flows.checks.views import DocumentFacts

_NAMES = {"unit": "单位", "department": "部门"}
_SKIPPED = frozenset({"glossary", "duties", "institutions", "legal_basis"})


def _own(word: str, year: int) -> re.Pattern[str]:
    """How a document of the year calls itself; `部门预算支出经济分类` is no such name."""
    return re.compile(
        rf"(?:{year}年度?(?:区级|市级|县级|省级)?(?:本|预算)?)(?:{word})(?:预算|决算)(?!支出经济|经济|管理|公开\.|\.)"
        rf"|(?:^|[;,。])(?:{word})(?:预算|决算)安排"
    )


def run(facts: DocumentFacts) -> Iterator[Finding]:
    year, level = facts.about.fiscal_year, facts.about.entity_level
    if year is None or level != "unit":
        return
    other = "department"
    mine, theirs = _own(_NAMES[level], year), _own(_NAMES[other], year)
    named = re.compile(rf"{_NAMES[level]}(?!预算支出经济)")
    own, wrong = 0, list[tuple[Passage, list[Quote]]]()
    for passage in facts.prose.passages:
        own += len(mine.findall(passage.folded))
        if passage.home == "heading" or passage.section in _SKIPPED:
            continue
        found = [passage.around(m.start(), m.end(), 6) for m in theirs.finditer(passage.folded)]
        if found:
            wrong.append((passage, found))
    own += sum(
        f"{year}" in (row["title_printed"] or "") and bool(named.search(row["title_printed"])) for row in facts.printed
    )
    if wrong and own <= sum(len(found) for _, found in wrong):
        yield Finding(
            "edition",
            "not_assessable",
            "文件自称“部门”与“单位”的次数相当，无从判断。",
            "The document calls itself a department's and a unit's as often: not assessed.",
            reason="both_names",
        )
        return
    for passage, found in wrong:
        yield Finding(
            subject=f"{passage.place}/edition",
            outcome="fails",
            message_zh=f"{_NAMES[level]}预（决）算中写作“{_NAMES[other]}”：“{found[0].text}”（{len(found)} 处）。",
            message_en=f"The edition of a {level} is called a {other}'s: “{found[0].text}” ({len(found)} times).",
            n_terms=len(found),
            quotes=tuple(found),
        )


CHECK = Check(
    "D08",
    "document",
    "warning",
    __doc__,
    run,
    ("none_found", "没有发现自称不符之处。", "Nothing calls itself by the other edition's name."),
)
