"""I05 指标值都写有确定依据 · Every indicator says what its value is based on

规则：绩效目标表设有“指标值确定依据”一栏的，每个指标都应填写依据。
Rule: Where the form of targets has a column for the basis of the value, every indicator fills it in.
Formula: form has 指标值确定依据 ⇒ basis ≠ blank for every indicator
Exclusions:
  1. 文件没有该栏，或该栏大多（四分之一以上）空白的，不检查：该地不要求填写 / not checked where there is no such
     column, or more than a quarter of it is blank: the place does not ask for it
  2. 没有指标值的行不检查 / rows without a value are not checked
  3. 一份文件只报告一次，列出所有这样的指标 / told once per document, with every such indicator
Not applicable: 文件没有“指标值确定依据”一栏 / the document has no column for the basis of indicators
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flows.checks.check import Check
from flows.checks.noun import EMPTY_STATES, Finding
from flows.checks.quoting import quote_of
from flows.checks.views import DocumentFacts
from flows.checks.words import one_line

SHARE: Final = 4
LISTED: Final = 12


def run(facts: DocumentFacts) -> Iterator[Finding]:
    rows = [
        row for row in facts.tables.get("indicators", ()) if row["basis_state"] is not None and row["value_printed"]
    ]
    filled = sum(1 for row in rows if row["basis"])
    blank = [row for row in rows if not row["basis"] and row["basis_state"] in EMPTY_STATES]
    if not filled or len(blank) * SHARE > len(rows):
        return
    names = "、".join(
        f"{one_line(row['project_name'] or '')}“{one_line(row['level3'] or '')}”" for row in blank[:LISTED]
    )
    yield Finding(
        subject="indicators/basis",
        outcome="fails" if blank else "holds",
        message_zh=f"{len(rows)} 个指标中 {filled} 个写有指标值确定依据"
        + (f"，{len(blank)} 个空白：{names}。" if blank else "，没有空白。"),
        message_en=f"{filled} of {len(rows)} indicators say what their value is based on"
        + (f"; {len(blank)} are blank: {names}." if blank else "; none is blank."),
        n_terms=len(rows),
        quotes=tuple(quote_of(row, row["level3"] or "", row["indicator_id"]) for row in blank[:LISTED]),
    )


CHECK = Check(
    "I05",
    "document",
    "warning",
    __doc__,
    run,
    ("no_basis", "没有“指标值确定依据”一栏。", "No column for the basis of indicators."),
)
