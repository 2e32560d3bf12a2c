"""D04 标题中的年度是本文件的年度 · The year in a heading is the year of the document

规则：各部分标题、表题中“某年度部门预算（决算）”的年度，应与文件的年度一致。
Rule: The year in headings and captions of the kind “2024年度部门决算…” is the year of the document.
Formula: year in heading = fiscal year
Exclusions:
  1. 只看与文件同类（预算或决算）的标题；比较多年的标题不算 / only headings of the document's own kind (budget or
     final account) count, and none that compare years
  2. 写有其他年度的标题不少于本年度的，说明一份文件有几个年度，不判断 / where as many headings show another year,
     the document holds several years: not assessed
  3. “2023年结转”“2025年预算与2024年执行”等不是本年度的标题不算 / headings of carry-over or comparison are not
     counted
Not applicable: 文件没有印有年度的标题 / the document has no heading with a year
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.views import DocumentFacts

_OWN = re.compile(r"(?<!\d)(20\d\d)年?度?[^0-9,。;:]{0,20}?(预算|决算)")
_OTHER = re.compile(r"20\d\d.*20\d\d|执行|上年|结转|比较|对比|增减|截至|回顾|总结")
WORDS = {"budget": "预算", "final": "决算"}


def _headings(facts: DocumentFacts) -> Iterator[tuple[str, str, Quote]]:
    for passage in facts.prose.passages:
        if passage.home in ("heading", "caption") and len(passage.text) <= 60:
            yield passage.place, passage.folded, passage.quote(0, len(passage.text))
    for row in facts.printed:
        if row["title_printed"] and row["statement_code"] != "unrecognized":
            place = f"t{row['table_no']}"
            title = "".join(row["title_printed"].split())
            yield place, title, Quote(place, row["page"], title)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    year, word = facts.about.fiscal_year, WORDS.get(facts.about.stage or "")
    if year is None or word is None:
        return
    own: list[Quote] = []
    other: dict[str, tuple[str, Quote]] = {}
    for place, text, quote in _headings(facts):
        match = _OWN.search(text)
        if match is None or match[2] != word or _OTHER.search(text):
            continue
        if int(match[1]) == year:
            own.append(quote)
        else:
            other.setdefault(place, (match[1], quote))
    if not own and not other:
        return
    if len(other) >= len(own):
        yield Finding(
            "headings/year",
            "not_assessable",
            "标题中的年度不止一个，无从判断哪个是本文件的年度。",
            "The headings show several years: which one is the document's cannot be judged.",
            reason="several_years",
            quotes=tuple(quote for _, quote in other.values()),
        )
        return
    for place, (printed, quote) in other.items():
        yield Finding(
            subject=f"{place}/year",
            outcome="fails",
            message_zh=f"标题“{quote.text}”写作 {printed} 年，而文件为 {year} 年度。",
            message_en=f"The heading “{quote.text}” says {printed}, while the document is of {year}.",
            quotes=(quote,),
        )
    if not other:
        yield Finding(
            "headings/year",
            "holds",
            f"标题中的年度均为 {year} 年。",
            f"The headings all say {year}.",
            n_terms=len(own),
        )


CHECK = Check(
    "D04",
    "document",
    "error",
    __doc__,
    run,
    ("no_year", "没有印有年度的标题。", "No heading with a year."),
)
