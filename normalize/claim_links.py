"""Which fact of the statements a claim speaks of: the same thing by concept or label, and the same amount.

A link is made only where both agree: the concept of the claim is the line and column of the fact
(`vocabulary/claim_targets.csv`, or the code or label of a classification), and the amounts are equal within what both
round to. Where the thing is found and its amount is another one, the reason says so and there is no link: what is
right is for the checks to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from extract.document import Claim
from normalize import vocabulary
from normalize.schema import Row

_ORDINAL = re.compile(r"^(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\d{1,2}[、.]|其中:?)+")
_STAGES = {"budget": "budget", "initial_budget": "budget", "adjusted_budget": "budget_adjusted", "final": "final"}
_ITEMS = frozenset({"function_item", "economic_item"})
_FUNCTION = (
    "general_expenditure",
    "expenditure",
    "income_expenditure",
    "appropriation",
    "government_fund",
    "state_capital",
    "income",
)
_ECONOMIC = ("basic_expenditure", "other")


@dataclass(frozen=True, slots=True)
class Target:
    """Lines and columns of statements a concept can stand in: patterns for keys or printed labels; "" is any."""

    statement: str
    line_key: str
    line_label: re.Pattern[str]
    column_key: re.Pattern[str]


@lru_cache(maxsize=1)
def _targets() -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = defaultdict(list)
    for row in vocabulary.table("claim_targets"):
        label, column = re.compile(row["line_label"] or r"(?!)"), re.compile(row["column_key"] or r".*")
        found[row["concept"]].append(Target(row["statement_code"], row["line_key"], label, column))
    return found


class Linker:
    """Facts of one document, by statement, ready to be asked."""

    def __init__(self, facts: Sequence[Row], fiscal_year: int | None) -> None:
        self._by_statement: dict[str, list[Row]] = defaultdict(list)
        self._by_name: dict[str, list[Row]] = defaultdict(list)
        self._year = fiscal_year
        self._targets = _targets()
        self._labels: dict[str, str] = {}
        self._found: dict[int, list[Row]] = {}  # facts of each target asked for so far; targets live with the program
        for fact in facts:
            if fact["amount_state"] in ("number", "zero") and fact["amount_yuan"] is not None:
                self._by_statement[str(fact["statement_code"])].append(fact)
                if fact["line_code"]:
                    self._by_name[str(fact["line_code"])].append(fact)
                if label := self._item(fact["line_label"]):
                    self._by_name[label].append(fact)

    def link(self, claim: Claim, yuan: Decimal | None, resolution: Decimal | None) -> tuple[str | None, str | None]:
        """(fact_id, reason). Both None where the claim names no amount of this document's year.

        Reasons: `<statement>/<line>/<column>: equal` or `…: within rounding`; `differs` (the thing is in the
        statements with another amount); `not_in_statements` (no such line). For changes and other years there is
        no reason.
        """
        if claim.measure != "amount" or claim.direction != "level" or yuan is None or resolution is None:
            return None, None
        other_year = claim.year is not None and self._year is not None and claim.year != self._year
        if claim.concept is None or claim.prior or other_year or claim.within == claim.concept:
            return None, None
        candidates = [fact for fact in self._candidates(claim) if self._same_stage(claim, fact)]
        if not candidates:
            return None, "not_in_statements"
        best: tuple[Row, str] | None = None
        for fact in candidates:
            difference = abs(Decimal(str(fact["amount_yuan"])) - yuan)
            if difference == 0:
                best = (fact, "equal")
                break
            slack = (resolution + Decimal(str(fact["resolution_yuan"] or 0))) / 2
            if difference <= slack and best is None:
                best = (fact, "within rounding")
        if best is None:
            return None, "differs"
        fact, how = best
        line = fact["form_line_key"] or fact["line_label"] or fact["line_code"]
        return str(
            fact["fact_id"]
        ), f"{fact['statement_code']}/{line}/{fact['column_key'] or fact['column_path']}: {how}"

    def facts_of(self, concept: str) -> list[Row]:
        """Facts that a claim of this concept may speak of, whatever their amounts; for checks that say what differs."""
        found: list[Row] = []
        for target in self._targets.get(concept, ()):
            found += self._of_target(target)
        return found

    def _candidates(self, claim: Claim) -> Iterator[Row]:
        if claim.concept in _ITEMS:
            yield from self._items(claim)
            return
        for target in self._targets.get(claim.concept or "", ()):
            known = self._found.get(id(target))
            if known is None:
                known = self._found[id(target)] = list(self._of_target(target))
            yield from known

    def _of_target(self, target: Target) -> Iterator[Row]:
        for fact in self._by_statement.get(target.statement, ()):
            key = str(fact["form_line_key"] or "")
            named = (target.line_key and key == target.line_key) or target.line_label.fullmatch(
                self._label(fact["line_label"])
            )
            if named and target.column_key.fullmatch(str(fact["column_key"] or "")):
                yield fact

    def _items(self, claim: Claim) -> Iterator[Row]:
        """Lines with the code that is printed, else with the label."""
        statements = _FUNCTION if claim.concept == "function_item" else _ECONOMIC
        rows = self._by_name.get(claim.code or "", []) or self._by_name.get(self._item(claim.label), [])
        for statement in statements:
            yield from (fact for fact in rows if fact["statement_code"] == statement)
        yield from (fact for fact in rows if fact["statement_code"] not in statements)

    def _same_stage(self, claim: Claim, fact: Row) -> bool:
        """A level said to be of one stage is no amount of another; where either does not say, it may be."""
        said, has = _STAGES.get(claim.stage or ""), fact["stage"]
        if str(fact["column_key"] or "") == "previous_year":
            return False
        return said is None or has is None or said == has or claim.stage == "budget"

    def _item(self, label: object) -> str:
        """教育（类）支出 is the line 教育支出."""
        return self._label(label).removesuffix("支出")

    def _label(self, label: object) -> str:
        text = str(label or "")
        known = self._labels.get(text)
        if known is None:
            known = re.sub(r"[\s“”\"]+", "", unicodedata.normalize("NFKC", text))
            known = re.sub(
                r"^(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|\d{1,2}[、.]|其中:?)+", "", known
            )
            known = self._labels[text] = re.sub(r"(?:\(类\)|\(款\)|\(项\))", "", known)
        return known
