"""A government's amounts against the sum of its departments', shared by the C checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from flows.checks.elsewhere import Amount
from flows.checks.noun import Finding
from flows.checks.together import Companions
from flows.checks.views import DocumentFacts
from normalize.organisation import canonical_name

# Kinds of departments that are run and paid from above: their money is not of the county's budget.
FROM_ABOVE: Final = (
    "税务局",
    "气象局",
    "海关",
    "海事局",
    "统计局调查队",
    "调查队",
    "烟草专卖局",
    "邮政管理局",
    "消防救援",
)


def no_more_than(
    government: DocumentFacts,
    company: Companions,
    what: tuple[str, str],
    mine: Amount | None,
    amount_of: Callable[[DocumentFacts], Amount | None],
) -> Iterator[Finding]:
    """Whether the departments found print no more together than their government. what: the thing, zh and en.

    Each organisation counts once; one with two documents that print different amounts makes it not applicable.
    """
    if mine is None:
        return
    found: dict[str, Amount] = {}
    doubtful: set[str] = set()
    for department in company.of("department"):
        name = canonical_name(department.about.org_name or "")
        amount = amount_of(department)
        if amount is None or not name or name.endswith(FROM_ABOVE):
            continue
        if name in found and found[name].yuan != amount.yuan:
            doubtful.add(name)
        found[name] = amount
    if not found:
        return
    subject = f"{what[1]}/{len(found)}"
    if doubtful:
        shown = "、".join(sorted(doubtful)[:3])
        yield Finding(
            subject,
            "not_applicable",
            f"{shown} 有多份文件，所印的{what[0]}不同，不能相加。",
            f"{shown}: several documents print different amounts; they cannot be added.",
            reason="several_amounts",
        )
        return
    total = sum((amount.yuan for amount in found.values()), Decimal(0))
    bound = sum((amount.resolution for amount in (mine, *found.values())), Decimal(0)) / 2
    fails = total - mine.yuan > bound
    sum_zh = f"{total / 10_000:f} 万元"
    yield Finding(
        subject=subject,
        outcome="fails" if fails else "holds",
        message_zh=f"{what[0]}：全县（市、区）文件为 {mine.printed}，已找到的 {len(found)} 个部门之和为 {sum_zh}，"
        + ("各部门之和反而更多。" if fails else "不大于全县。"),
        message_en=f"{what[1]}: the government's document prints {mine.printed}; the {len(found)} departments found "
        f"make {sum_zh} together: " + ("more than the whole." if fails else "no more than the whole."),
        left=mine.yuan,
        right=total,
        tolerance=bound,
        left_zh="全县",
        right_zh="各部门之和",
        n_terms=len(found),
        cells=(mine.cell,) if mine.cell is not None else (),
        quotes=(mine.quote,) if mine.quote is not None else (),
        elsewhere=tuple(found[name].where for name in sorted(found)[:40]),
    )
