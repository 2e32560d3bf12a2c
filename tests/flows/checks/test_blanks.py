"""A blank is not a zero, and the sums say what it may stand for."""

from __future__ import annotations

from decimal import Decimal

from flows.checks import all_checks
from flows.checks.blanks import BlankEvidence, blank_evidence
from flows.checks.facts import document_facts
from flows.checks.verdict import pronounce
from tests.flows.checks.build import Builder


def evidence(built: Builder) -> dict[str, BlankEvidence]:
    """Place → evidence."""
    facts = document_facts(built.tables())
    assert facts is not None
    checks = [(check.id, one) for check in all_checks() for one in check.run(facts)]
    found = pronounce(facts, [one for _, one in checks])
    told = blank_evidence((check_id, one) for (check_id, _), one in zip(checks, found, strict=True))
    return {fact_id.partition(".")[2]: one for fact_id, one in told.items()}


def statement(*lines: tuple[str, ...]) -> Builder:
    return Builder().statement("general_expenditure", ["total", "basic", "project"], lines)


def test_a_blank_that_the_sums_do_not_need_is_implied_zero() -> None:
    built = statement(("201 服务", "5.00", "5.00", ""), ("20101 人大", "5.00", "5.00", ""))
    assert evidence(built)["t1.r1.c5"] == BlankEvidence("implied_zero", None, ("R01",))


def test_a_blank_that_a_sum_lacks_is_implied_nonzero() -> None:
    built = statement(("201 服务", "9.00", "5.00", ""), ("20101 人大", "9.00", "5.00", "4.00"))
    assert evidence(built)["t1.r1.c5"] == BlankEvidence("implied_nonzero", Decimal(40_000), ("H01", "R01"))


def test_two_blanks_that_share_a_difference_are_undetermined() -> None:
    built = statement(
        ("208 社保", "9.00", "9.00", ""),
        ("20801 管理", "5.00", "5.00", ""),
        ("20805 养老", "", "", ""),
        ("20808 抚恤", "", "", ""),
    )
    kinds = {place: one.kind for place, one in evidence(built).items()}
    assert kinds["t1.r3.c3"] == kinds["t1.r4.c3"] == "undetermined"
