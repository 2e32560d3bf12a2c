"""Claims of a document: every number its prose says about money, shares and counts, with its place and words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from extract.amount_text import Folded, fold_text
from extract.claim_clauses import Said
from extract.claim_grammar import Grammar
from extract.document import Claim, Paragraph, Reading, Section, Use
from extract.passages import Passage, passages_of

# What a run of text must hold to be worth reading: nearly all prose of a report holds none.
_WORTH = re.compile(
    r"[\d０-９]\s*(?:[亿百千万]*\s*元|[万亿%％‰]|[辆台批人个项平])|持平|相同|一致|变化"
    r"|(?:无|没有|未安排|不安排|未编制|未发生|不涉及|未使用|未列支)[^。]{0,24}(?:预算|支出|收入|经费|费|此项|该项)"
)


def read_claims(
    reading: Reading, sections: Iterable[Section], uses: Iterable[Use], skip: frozenset[int]
) -> list[Claim]:
    """Claims in reading order. skip: paragraphs that explain words (名词解释) and say nothing of this document."""
    section_of = {number: section.code for section in sections for number in section.paragraphs}
    headings: set[int] = set()
    homes: dict[tuple[int, int, int], str] = {}
    for use in uses:
        if use.paragraph is not None and use.home == "heading":
            headings.add(use.paragraph)
        elif use.table is not None and use.row is not None and use.col is not None:
            homes[use.table, use.row, use.col] = use.home
    claims: list[Claim] = []
    for passage in passages_of(reading, headings, homes):
        first = passage.blocks[0]
        if not _WORTH.search(passage.text) or (isinstance(first, Paragraph) and first.number in skip):
            continue
        claims += _of_passage(passage, section_of)
    return claims


def _of_passage(passage: Passage, section_of: dict[int, str]) -> list[Claim]:
    folded = fold_text(passage.text)
    said = Grammar(folded.text, fold_text(passage.heading).text).read()
    seqs: dict[int, int] = {}
    claims: list[Claim] = []
    for one in said:
        block, _ = passage.locate(folded.at[min(one.at, len(folded.at) - 1)])
        seqs[id(block)] = seqs.get(id(block), 0) + 1
        section = section_of.get(block.number) if isinstance(block, Paragraph) else None
        claims.append(_claim(one, passage, folded, seqs[id(block)], section))
    return claims


def _claim(said: Said, passage: Passage, folded: Folded, seq: int, section: str | None) -> Claim:
    block, place = passage.locate(folded.at[min(said.at, len(folded.at) - 1)])
    subject, compared = said.subject, said.compared
    # A cell of a form speaks of its project: 培训费5万元 there is no training budget of the department.
    of_department = isinstance(block, Paragraph)
    return Claim(
        place=place,
        seq=seq,
        phrase=folded.printed(passage.text, said.start, said.end).replace("\n", ""),
        measure=said.measure,
        direction=said.direction,
        section=section,
        subject=(subject.printed or None) if subject else None,
        concept=subject.key if subject and of_department else None,
        code=subject.code if subject else None,
        label=subject.label if subject else None,
        within=said.within if of_department else None,
        number=said.token.number if said.token else None,
        unit=said.unit or None,
        unit_inherited=said.unit_inherited,
        sure=said.token.sure if said.token else True,
        percent=said.percent.number + ("‰" if said.percent.unit == "‰" else "") if said.percent else None,
        percent_kind=said.percent_kind,
        percent_base=said.percent_base,
        comparison=compared.base if compared else None,
        comparison_year=compared.year if compared else None,
        comparison_prior=compared.prior if compared else False,
        comparison_stage=compared.stage if compared else None,
        year=said.year,
        prior=said.prior,
        stage=said.stage,
        nothing=said.nothing,
        reason=said.reason,
    )
