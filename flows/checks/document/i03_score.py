"""I03 指标得分不超过分值 · A score is no more than its weight

规则：绩效自评表中，每个指标的得分不超过其分值。
Rule: In a self-evaluation form the score of an indicator is no more than its weight.
Formula: score ≤ weight
Exclusions:
  1. 没有印得分或分值的指标不检查 / indicators without a printed score or weight are not checked
Not applicable: 文件没有印得分的绩效指标 / the document has no indicators with scores
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.views import DocumentFacts


def run(facts: DocumentFacts) -> Iterator[Finding]:
    checked = 0
    for row in facts.tables.get("indicators", ()):
        score, weight = row["score"], row["weight"]
        if score is None or weight is None:
            continue
        checked += 1
        if score <= weight:
            continue
        place = f"t{row['table_no']}.r{row['row_no']}.c{row['col_no']}"
        name = row["level3"] or row["description"] or ""
        yield Finding(
            subject=f"{place}/score",
            outcome="fails",
            message_zh=f"指标“{name}”得分 {score:g}，超过分值 {weight:g}。",
            message_en=f"The score {score:g} of {name} is more than its weight {weight:g}.",
            quotes=(Quote(place, row["page"], f"{name} {weight:g} {score:g}", row["indicator_id"]),),
        )
    if checked:
        yield Finding(
            "scores",
            "holds",
            f"检查了 {checked} 个指标的得分。",
            f"The scores of {checked} indicators were compared.",
            n_terms=checked,
        )


CHECK = Check(
    "I03",
    "document",
    "error",
    __doc__,
    run,
    ("no_scores", "没有印得分的绩效指标。", "No indicators with scores."),
)
