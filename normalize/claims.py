"""Claims and terms of the prose as rows: printed numbers become yuan, percents and counts; what cannot stays NULL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from extract.document import Claim, Term
from normalize.amount import parse_number, to_money
from normalize.claim_links import Linker
from normalize.department import Disclosure
from normalize.placing import Placing
from normalize.schema import Row


def claim_rows(claims: Iterable[Claim], facts: Sequence[Row], disclosure: Disclosure, placing: Placing) -> list[Row]:
    """Rows of `claims`, in reading order. facts: rows of budget_lines of the same document."""
    linker = Linker(facts, disclosure.fiscal_year)
    return [_claim(claim, linker, disclosure, placing) for claim in claims]


def term_rows(terms: Iterable[Term], disclosure: Disclosure, placing: Placing) -> list[Row]:
    """Rows of `glossary`, in reading order."""
    return [
        {
            "term_id": placing.identify("term", term.place),
            "disclosure_id": disclosure.disclosure_id,
            **placing.columns(term.place),
            "seq": term.seq,
            "term": term.term,
            "definition": term.definition,
        }
        for term in terms
    ]


def _claim(claim: Claim, linker: Linker, disclosure: Disclosure, placing: Placing) -> Row:
    amount = _Amount(claim)
    fact_id, reason = linker.link(claim, amount.yuan, amount.resolution)
    year = claim.comparison_year
    if year is None and claim.comparison_prior and (own := claim.year or disclosure.fiscal_year) is not None:
        year = own - 1
    return {
        "claim_id": f"{placing.sha256[:16]}.{claim.place.ref()}.{claim.seq}",
        "disclosure_id": disclosure.disclosure_id,
        **placing.columns(claim.place),
        "section_code": claim.section,
        "seq": claim.seq,
        "measure": _measure(claim),
        "direction": claim.direction,
        "concept": claim.concept,
        "subject_printed": claim.subject,
        "class_code": claim.code,
        "class_label": claim.label,
        "within_concept": claim.within,
        "claim_year": disclosure.fiscal_year - 1 if claim.prior and disclosure.fiscal_year else claim.year,
        "stage": claim.stage,
        "amount_printed": amount.printed,
        "amount_yuan": None if amount.yuan is None else float(amount.yuan),
        "amount_fen": amount.fen,
        "amount_state": amount.state,
        "unit_basis": amount.basis,
        "count_number": _count(claim),
        "count_unit": claim.unit if claim.measure == "count" else None,
        "percent_printed": _percent_printed(claim),
        "percent": _percent(claim),
        "percent_kind": claim.percent_kind,
        "percent_base": claim.percent_base,
        "comparison_printed": claim.comparison,
        "comparison_year": year,
        "comparison_stage": claim.comparison_stage,
        "is_reason": claim.reason,
        "phrase": claim.phrase,
        "fact_id": fact_id,
        "link_reason": reason,
    }


class _Amount:
    """The money of a claim: exact yuan and the size of its last digit, None with a state where there is none."""

    def __init__(self, claim: Claim) -> None:
        self.printed: str | None = None
        self.state = "blank"
        self.yuan: Decimal | None = None
        self.resolution: Decimal | None = None
        self.fen: int | None = None
        self.basis: str | None = None
        if claim.measure != "amount" or claim.number is None:
            return
        self.printed = claim.number + ("" if claim.unit_inherited else claim.unit or "")
        self.basis = "inherited" if claim.unit_inherited else "printed"
        read = parse_number(claim.number)
        money = to_money(read, claim.unit) if claim.sure else None
        self.state = read.state if claim.sure else "not_numeric"
        if money is not None:
            self.yuan, self.fen, self.resolution = money.yuan, money.fen, money.resolution


def _measure(claim: Claim) -> str:
    if claim.measure != "none":
        return claim.measure
    return "nothing" if claim.nothing else "unchanged"


def _count(claim: Claim) -> float | None:
    if claim.measure != "count" or not claim.sure:
        return None
    number = parse_number(claim.number).number
    return None if number is None else float(number)


def _percent_printed(claim: Claim) -> str | None:
    if claim.percent is None:
        return None
    return claim.percent if claim.percent.endswith("‰") else f"{claim.percent}%"


def _percent(claim: Claim) -> float | None:
    """In per cent, ‰ included (a tenth)."""
    if claim.percent is None:
        return None
    number = parse_number(claim.percent.rstrip("‰")).number
    if number is None:
        return None
    return float(number / 10 if claim.percent.endswith("‰") else number)
