"""Amounts of other documents beside those of the one that is checked: one way to compare and to tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from flows.checks.noun import Cell, Finding, Outcome, Quote
from flows.checks.prose import Passage, Said
from flows.checks.views import DocumentFacts
from flows.checks.words import one_line

KINDS: Final = {
    "budget": ("预算", "budget"),
    "final": ("决算", "final account"),
}
FEWEST: Final = 2  # amounts other than nought that must agree before what is compared with what counts as known


class Amount(msgspec.Struct, frozen=True):
    """An amount of a document and where it stands: a cell or a quote of it. yuan exact, resolution as in `Cell`."""

    yuan: Decimal
    resolution: Decimal
    printed: str
    label: str
    document: str
    cell: Cell | None = None
    quote: Quote | None = None

    @property
    def where(self) -> str:
        """For the evidence of a finding that is filed under another document: text, document and place."""
        place = self.cell.place if self.cell is not None else self.quote.place if self.quote is not None else ""
        return f"{one_line(self.printed)} [{self.document[:16]}.{place}]"


def of_cell(facts: DocumentFacts, cell: Cell) -> Amount:
    """Raises ValueError for a cell without an amount."""
    if cell.yuan is None:
        raise ValueError(f"{cell.fact_id}: no amount")
    return Amount(cell.yuan, cell.resolution, cell.printed or "", cell.label, facts.document_sha256, cell=cell)


def of_said(facts: DocumentFacts, passage: Passage, said: Said, label: str) -> Amount:
    """An amount of the prose. Raises ValueError where none is printed."""
    if said.yuan is None:
        raise ValueError(f"{passage.place}: no amount")
    quote = passage.say(said)
    return Amount(said.yuan, said.resolution, said.printed or "", label, facts.document_sha256, quote=quote)


def called(facts: DocumentFacts) -> tuple[str, str]:
    """The document in words: 《2023 年预算》."""
    about = facts.about
    zh, en = KINDS.get(about.stage or "", ("文件", "document"))
    return f"{about.fiscal_year} 年{zh}文件", f"the {about.fiscal_year} {en}"


def compared(  # noqa: PLR0917 - both sides and what is said of them
    subject: str,
    mine: Amount,
    wanted: Amount,
    others: Sequence[Amount],
    zh: str,
    en: str,
    other: DocumentFacts,
) -> Finding:
    """Whether one of the amounts the other document prints is the one wanted. zh, en: what this document says, as the
    first half of a sentence. mine: where it says so; wanted: the amount that follows (often the same). others: never
    empty; where none agrees the nearest is told."""
    near = min(others, key=lambda one: abs(one.yuan - wanted.yuan))
    bound = (wanted.resolution + near.resolution) / 2
    gap = abs(near.yuan - wanted.yuan)
    outcome: Outcome = "holds" if not gap else "rounding" if gap <= bound else "fails"
    of_zh, of_en = called(other)
    end_zh, end_en = ("不符", "they differ") if outcome == "fails" else ("相符", "they agree")
    return Finding(
        subject=subject,
        outcome=outcome,
        message_zh=f"{zh}，而{of_zh}所印“{near.label}”为 {near.printed}，{end_zh}。"
        if outcome == "fails"
        else f"{zh}，{of_zh}所印“{near.label}”为 {near.printed}，{end_zh}。",
        message_en=f"{en}; {of_en} prints {near.printed} for {near.label}: {end_en}.",
        left=wanted.yuan,
        right=near.yuan,
        tolerance=bound,
        left_zh=mine.label,
        right_zh=f"{of_zh} {near.label}",
        n_terms=1,
        cells=(mine.cell,) if mine.cell is not None else (),
        quotes=(mine.quote,) if mine.quote is not None else (),
        elsewhere=(near.where,),
    )


def where_known(findings: Iterable[Finding], zh: str, en: str) -> list[Finding]:
    """Findings of one document whose basis it does not name (上年: the budget of last year, or what was spent?).

    Where at least two amounts other than nought agree with the other document, and more than do not, it is that
    document that is meant; else those that fail are told as not applicable (`basis_unknown`). zh, en: what is not
    named.
    """
    found = list(findings)
    agree = sum(one.outcome in ("holds", "rounding") and bool(one.left) for one in found)
    differ = sum(one.outcome == "fails" for one in found)
    if agree >= FEWEST and agree > differ:
        return found
    return [unknown(one, "basis_unknown", zh, en) if one.outcome == "fails" else one for one in found]


def unknown(finding: Finding, reason: str, zh: str, en: str) -> Finding:
    """A finding that fails as one that does not apply, with the reason."""
    return msgspec.structs.replace(
        finding,
        outcome="not_applicable",
        reason=reason,
        message_zh=f"{finding.message_zh}但{zh}，不作判断。",
        message_en=f"{finding.message_en} But {en}: not judged.",
    )
