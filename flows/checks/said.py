"""An amount said in prose beside the amount a table prints for the same thing: one comparison, one way to tell it."""

from __future__ import annotations

from decimal import Decimal

from flows.checks.noun import Cell, Finding, Outcome
from flows.checks.prose import Passage, Said


def compare(subject: str, name: str, passage: Passage, said: Said, known: list[Cell]) -> Finding:
    """Whether the prose says one of the amounts printed for `name`, each side taken with half of its last digit.

    known: cells with an amount, never empty; where none agrees the first is told. Raises ValueError where an amount is
    not known.
    """
    if said.yuan is None or any(cell.yuan is None for cell in known):
        raise ValueError(f"{subject}: only known amounts are compared")
    wanted = said.yuan
    near = min(known, key=lambda cell: abs((cell.yuan or Decimal(0)) - wanted))
    bound = (said.resolution + near.resolution) / 2
    fails = near.yuan is None or abs(near.yuan - wanted) > bound
    outcome: Outcome = "fails" if fails else "holds" if near.yuan == wanted else "rounding"
    cell = known[0] if fails else near
    unit = cell.unit or ""
    return Finding(
        subject=subject,
        outcome=outcome,
        message_zh=f"文中“{name}”为 {said.printed}，《{cell.title}》为 {cell.printed}（{unit}），"
        + ("不符。" if fails else "相符。"),
        message_en=f"The prose says {said.printed} for {name}; 《{cell.title}》 prints {cell.printed} ({unit}): "
        + ("they differ." if fails else "they agree."),
        cells=(cell,),
        left=wanted,
        right=cell.yuan,
        tolerance=bound,
        left_zh="文中数额",
        right_zh=cell.label,
        n_terms=1,
        quotes=(passage.say(said),),
    )
