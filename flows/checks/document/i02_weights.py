"""I02 指标分值之和为 100 · The weights of the indicators make 100

规则：绩效自评表（目标表）中，一个项目各指标的分值（权重）之和为 100；预算执行率另占 10 分的，各指标之和为 90。
Rule: In a self-evaluation (target) form the weights of a project's indicators make 100, or 90 where the execution
  of the budget has 10 of its own.
Formula: Σ weight ∈ {100, 90}
Exclusions:
  1. 有指标没有印分值的项目不检查 / not checked where an indicator prints no weight
  2. 分值之和小于 50 的（只印了一部分，或以小数计）不判断 / sums below 50 (a part only, or fractions) are not
     assessed
Not applicable: 文件没有印分值的绩效指标 / the document has no indicators with weights
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flows.checks.check import Check
from flows.checks.noun import Finding, Quote
from flows.checks.views import DocumentFacts

WHOLE = (Decimal(100), Decimal(90), Decimal(80))
LEAST = 50


def _by_project(facts: DocumentFacts) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in facts.tables.get("indicators", ()):
        if row["project_id"] is not None:
            found.setdefault(row["project_id"], []).append(row)
    return found


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for project, rows in _by_project(facts).items():
        weights = [Decimal(repr(row["weight"])) for row in rows if row["weight"] is not None]
        if len(weights) != len(rows) or len(weights) < 2:
            continue
        total = sum(weights, Decimal(0))
        right = total in WHOLE
        outcome = "holds" if right else "fails" if total >= LEAST else "not_assessable"
        name = rows[0]["project_name"] or ""
        place = f"t{rows[0]['table_no']}.r{rows[0]['row_no']}.c{rows[0]['col_no']}"
        yield Finding(
            subject=f"{project.partition('.')[2]}/weights",
            outcome=outcome,  # type: ignore[arg-type]
            reason="weights_incomplete" if outcome == "not_assessable" else None,
            message_zh=f"项目“{name}”的 {len(weights)} 个指标分值之和为 {total:f}，"
            + ("符合。" if right else "不是 100（或 90）。"),
            message_en=f"The {len(weights)} indicators of {name} have weights of {total:f} in all"
            + ("." if right else ", not 100 (or 90)."),
            n_terms=len(weights),
            quotes=(Quote(place, rows[0]["page"], " + ".join(f"{weight:f}" for weight in weights)),),
        )


CHECK = Check(
    "I02",
    "document",
    "warning",
    __doc__,
    run,
    ("no_weights", "没有印分值的绩效指标。", "No indicators with weights."),
)
