"""A01 资产总额不小于各类之和 · Assets in all are no less than their kinds

规则：资产占用情况表中，合计（固定资产总额）的价值不小于所列各类资产价值之和；分项（其中：办公用房、单价……以上设备）
  不大于其上级的价值与数量。
Rule: In the table of assets the value of the whole is no less than the kinds it lists together, and an “of which”
  (office buildings, equipment above a price) is no more than what it is of, in value and in number.
Formula: value(whole) ≥ Σ value(kind); value(of which) ≤ value(parent); quantity(of which) ≤ quantity(parent)
Exclusions:
  1. 空白不当作零；没有印价值或数量的项不比较 / a blank is not a zero: items without a value or quantity are not
     compared
  2. 单位不同的数量不比较 / quantities of different units are not compared
  3. 各类之和小于总额的不判断：表中未必列全 / kinds that make less than the whole are right: not all need be listed
  4. 每个数按所印位数留出半个末位 / each number is taken with half of its last digit
Not applicable: 文件没有资产占用情况表 / the document has no table of assets
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from flows.checks.check import Check
from flows.checks.noun import Finding
from flows.checks.prose import fold
from flows.checks.quoting import quote_of
from flows.checks.views import AnyRow, DocumentFacts
from flows.checks.words import one_line
from normalize.amount import parse_number

_WHOLE: Final = re.compile(r"^(?:资产|固定资产)?(?:合计|总计|总额)")


def _half_yuan(row: AnyRow) -> Decimal:
    """Half of the last printed digit of a value, in yuan."""
    printed = parse_number(row["value_printed"] or "")
    value = Decimal(repr(row["value_yuan"]))
    if not printed.number:
        return Decimal(0)
    return abs(value / printed.number) * Decimal(1).scaleb(-printed.decimals) / 2


def run(facts: DocumentFacts) -> Iterator[Finding]:
    rows = list(facts.tables.get("assets", ()))
    valued = [row for row in rows if row["value_yuan"] is not None]
    wholes = [row for row in valued if _WHOLE.match(fold(row["item"] or ""))]
    kinds = [row for row in valued if row not in wholes and row["parent_item"] is None]
    if len(wholes) == 1 and kinds:
        yield _whole(wholes[0], kinds)
    by_item = {row["item"]: row for row in rows}
    for row in rows:
        parent = by_item.get(row["parent_item"])
        if parent is not None and parent is not row:
            yield from _within(row, parent)


def _whole(whole: AnyRow, kinds: list[AnyRow]) -> Finding:
    left = Decimal(repr(whole["value_yuan"]))
    right = sum((Decimal(repr(row["value_yuan"])) for row in kinds), Decimal(0))
    bound = sum((_half_yuan(row) for row in (whole, *kinds)), Decimal(0))
    fails = right - left > bound
    item = one_line(whole["item"] or "")
    return Finding(
        subject="assets/whole",
        outcome="fails" if fails else "holds",
        message_zh=f"资产“{item}” {whole['value_printed']}，所列 {len(kinds)} 类之和 {right / 10_000:f} 万元，"
        + ("多于总额。" if fails else "不多于总额。"),
        message_en=f"Assets, {item}: {whole['value_printed']}; the {len(kinds)} kinds make {right / 10_000:f} 万元: "
        + ("more than the whole." if fails else "no more than the whole."),
        left=left,
        right=right,
        tolerance=bound,
        left_zh=item,
        right_zh="各类资产之和",
        n_terms=len(kinds),
        quotes=tuple(
            quote_of(row, f"{row['item']} {row['value_printed']}", row["asset_id"]) for row in (whole, *kinds)
        ),
    )


def _within(row: AnyRow, parent: AnyRow) -> Iterator[Finding]:
    item, of = one_line(row["item"] or ""), one_line(parent["item"] or "")
    pairs = []
    if row["value_yuan"] is not None and parent["value_yuan"] is not None:
        slack = _half_yuan(row) + _half_yuan(parent)
        pairs.append(("value", row["value_yuan"], parent["value_yuan"], slack, "value_printed"))
    same_unit = row["quantity_unit"] == parent["quantity_unit"]
    if row["quantity"] is not None and parent["quantity"] is not None and same_unit:
        pairs.append(("quantity", row["quantity"], parent["quantity"], Decimal(0), "quantity_printed"))
    for what, part, whole, slack, printed in pairs:
        fails = Decimal(repr(part)) - Decimal(repr(whole)) > slack
        yield Finding(
            subject=f"assets/{fold(item)}/{what}",
            outcome="fails" if fails else "holds",
            message_zh=f"“{item}”{row[printed]}，其上级“{of}”{parent[printed]}，"
            + ("分项更大。" if fails else "相符。"),
            message_en=f"{item} {row[printed]}, of which it is a part, {of}, {parent[printed]}: "
            + ("the part is more." if fails else "they agree."),
            n_terms=1,
            quotes=tuple(quote_of(one, f"{one['item']} {one[printed]}", one["asset_id"]) for one in (row, parent)),
        )


CHECK = Check(
    "A01",
    "document",
    "error",
    __doc__,
    run,
    ("no_assets", "没有资产占用情况表。", "No table of assets."),
)
