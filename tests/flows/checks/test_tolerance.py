"""How far rounding may go."""

from decimal import Decimal

import pytest

from flows.checks.tolerance import own_resolution, resolution_in, statement_resolution, tolerance


def test_n_terms_of_one_resolution_give_n_plus_one_halves() -> None:
    assert tolerance([Decimal(100)] * 15) == Decimal(750)


def test_every_printed_number_counts_with_its_own_resolution() -> None:
    assert tolerance([Decimal(100), Decimal(1), Decimal("0.01")]) == Decimal("50.505")


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (["100"] * 5 + ["1000"] * 3 + ["10000"], "100"),
        (["10000"] * 3 + ["100"], "100"),
        (["1"] * 20 + ["0.01"], "1"),
        (["1"], "1"),
    ],
)
def test_a_statement_is_as_fine_as_a_quarter_of_its_amounts(printed: list[str], expected: str) -> None:
    assert statement_resolution(map(Decimal, printed)) == Decimal(expected)


def test_decimals_dropped_by_the_printer_are_not_imprecision() -> None:
    assert resolution_in(Decimal(10_000), Decimal(100)) == Decimal(100)


def test_whole_yuan_stay_whole_yuan_among_fen() -> None:
    assert own_resolution(Decimal("0.01"), Decimal("22118861")) == Decimal(1)
    assert own_resolution(Decimal("0.01"), Decimal("22118861.34")) == Decimal("0.01")
    assert resolution_in(Decimal(1), Decimal("0.01")) == Decimal(1)


def test_round_amounts_in_larger_units_keep_their_decimals() -> None:
    assert own_resolution(Decimal(100), Decimal(450_000)) == Decimal(100)


def test_no_amounts_no_resolution() -> None:
    assert statement_resolution([]) is None
