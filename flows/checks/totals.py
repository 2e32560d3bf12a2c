"""Amounts of several organisations added up: a government's departments (C01, C02), a department's units (L02)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from flows.checks.elsewhere import Amount
from flows.checks.noun import Finding
from flows.checks.together import Companions, CrossCheck
from flows.checks.views import DocumentFacts
from normalize.organisation import canonical_name

T = TypeVar("T")

LISTED: Final = 40  # departments whose amounts the evidence of a finding lists
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


class Sum(NamedTuple):
    """yuan: of the amounts together; slack: half of the last digit of each; shown: in 万元."""

    yuan: Decimal
    slack: Decimal

    @property
    def shown(self) -> str:
        return f"{self.yuan / 10_000:f} 万元"


def added(amounts: Iterable[Amount]) -> Sum:
    """Amounts of several documents together."""
    listed = list(amounts)
    yuan = sum((amount.yuan for amount in listed), Decimal(0))
    return Sum(yuan, sum((amount.resolution for amount in listed), Decimal(0)) / 2)


def by_organisation(documents: Iterable[DocumentFacts], what: Callable[[DocumentFacts], T]) -> dict[str, list[T]]:
    """Canonical name → what each of the organisation's documents prints; documents without a name are left out."""
    found: dict[str, list[T]] = {}
    for document in documents:
        name = canonical_name(document.about.org_name or "")
        if name:
            found.setdefault(name, []).append(what(document))
    return found


def of_departments(
    check_id: str, doc: str, what: tuple[str, str], amount_of: Callable[[DocumentFacts], Amount | None]
) -> CrossCheck:
    """A check that a government prints no less than its departments together. what: the thing, zh and en."""

    def run(government: DocumentFacts, company: Companions) -> Iterator[Finding]:
        mine = amount_of(government)
        if mine is not None:
            yield from _no_more_than(mine, company, what, amount_of)

    absent = ("no_departments", "没有部门文件。", "No documents of departments.")
    return CrossCheck(check_id, "county", "warning", doc, "department", run, absent)


def _no_more_than(
    mine: Amount, company: Companions, what: tuple[str, str], amount_of: Callable[[DocumentFacts], Amount | None]
) -> Iterator[Finding]:
    """Each organisation counts once; one with documents that print different amounts makes it not applicable."""
    printed = {
        name: known
        for name, amounts in by_organisation(company.of("department"), amount_of).items()
        if not name.endswith(FROM_ABOVE) and (known := [amount for amount in amounts if amount is not None])
    }
    if not printed:
        return
    subject = f"{what[1]}/{len(printed)}"
    doubtful = sorted(name for name, amounts in printed.items() if len({amount.yuan for amount in amounts}) > 1)
    if doubtful:
        shown = "、".join(doubtful[:3])
        yield Finding(
            subject,
            "not_applicable",
            f"{shown} 有多份文件，所印的{what[0]}不同，不能相加。",
            f"{shown}: several documents print different amounts; they cannot be added.",
            reason="several_amounts",
        )
        return
    found = {name: amounts[-1] for name, amounts in sorted(printed.items())}
    total = added(found.values())
    bound = total.slack + mine.resolution / 2
    fails = total.yuan - mine.yuan > bound
    yield Finding(
        subject=subject,
        outcome="fails" if fails else "holds",
        message_zh=f"{what[0]}：全县（市、区）文件为 {mine.printed}，已找到的 {len(found)} 个部门之和为 {total.shown}，"
        + ("各部门之和反而更多。" if fails else "不大于全县。"),
        message_en=f"{what[1]}: the government's document prints {mine.printed}; the {len(found)} departments found "
        f"make {total.shown} together: " + ("more than the whole." if fails else "no more than the whole."),
        left=mine.yuan,
        right=total.yuan,
        tolerance=bound,
        left_zh="全县",
        right_zh="各部门之和",
        n_terms=len(found),
        cells=(mine.cell,) if mine.cell is not None else (),
        quotes=(mine.quote,) if mine.quote is not None else (),
        elsewhere=tuple(amount.where for amount in list(found.values())[:LISTED]),
    )
