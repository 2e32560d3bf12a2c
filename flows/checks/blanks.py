"""What a blank stands for, as far as the sums through it tell: nothing, an amount that was left out, or it cannot be
  said.

A blank is never a zero; this is evidence beside it, not a value in its place.

 - implied_zero: a sum through the blank holds without it.
 - implied_nonzero: a sum fails by an amount that the blank alone can be (it is the only blank of the sum, and no
  printed
   cell is the likelier error), or the sum's only other side is printed; `yuan` is that amount.
 - undetermined: no sum runs through it, several blanks could share the difference, or two sums disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

import msgspec

from flows.checks.noun import Cell, Finding

Kind = Literal["implied_zero", "implied_nonzero", "undetermined"]


class BlankEvidence(msgspec.Struct, frozen=True):
    """yuan: the amount implied, None unless implied_nonzero. checks: ids of those that say so, sorted."""

    kind: Kind
    yuan: Decimal | None = None
    checks: tuple[str, ...] = ()


UNDETERMINED = BlankEvidence("undetermined")


def blank_evidence(findings: Iterable[tuple[str, Finding]]) -> dict[str, BlankEvidence]:
    """fact_id of every blank that stands in a sum → what the sums say of it. findings: check id and finding, of all
    checks of a document."""
    said: dict[str, dict[BlankEvidence, set[str]]] = {}
    for check_id, finding in findings:
        for cell, evidence in _of(finding):
            said.setdefault(cell.fact_id, {}).setdefault(evidence, set()).add(check_id)
    return {fact_id: _together(found) for fact_id, found in said.items()}


def _together(said: dict[BlankEvidence, set[str]]) -> BlankEvidence:
    """What the sums say that agree; two that disagree, in kind or amount, leave it undetermined."""
    told = [evidence for evidence in said if evidence != UNDETERMINED]
    if len(told) != 1:
        return UNDETERMINED
    return msgspec.structs.replace(told[0], checks=tuple(sorted(said[told[0]])))


def _of(finding: Finding) -> Iterable[tuple[Cell, BlankEvidence]]:
    if finding.reason in ("blank_total", "blank_terms"):
        yield from _one_sided(finding)
        return
    for left, *terms in finding.identities:
        blanks = [cell for cell in terms if cell.empty]
        if finding.outcome in ("holds", "rounding"):
            yield from ((cell, BlankEvidence("implied_zero")) for cell in blanks)
        elif finding.outcome == "fails" and left.yuan is not None:
            lacking = left.yuan - sum((cell.yuan for cell in terms if cell.yuan is not None), Decimal(0))
            named = {cell.place for cell, _ in finding.suspects}
            alone = len(blanks) == 1 and lacking > 0 and (not named or blanks[0].place in named)
            sure = [cell for cell in blanks if cell.place in named] if len(named) == 1 and lacking > 0 else []
            for cell in blanks:
                told = alone or cell in sure
                yield cell, BlankEvidence("implied_nonzero", lacking) if told else UNDETERMINED


def _one_sided(finding: Finding) -> Iterable[tuple[Cell, BlankEvidence]]:
    left, *terms = finding.cells
    if left.empty:
        total = sum((cell.yuan for cell in terms if cell.yuan is not None), Decimal(0))
        yield left, BlankEvidence("implied_nonzero", total) if all(not c.unreadable for c in terms) else UNDETERMINED
        return
    blanks = [cell for cell in terms if cell.empty]
    for cell in blanks:
        yield cell, BlankEvidence("implied_nonzero", left.yuan) if len(terms) == 1 else UNDETERMINED
