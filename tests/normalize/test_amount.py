"""A printed text as a number: exact, and never a guess."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.amount import parse_number, to_money

FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False)


@given(st.text())
def test_never_raises_and_never_gives_a_number_with_another_state(text: str) -> None:
    read = parse_number(text)
    assert (read.number is not None) == (read.state in {"number", "zero"})
    assert (read.state == "zero") == (read.number == 0 if read.number is not None else False)


@given(numbers)
def test_printed_with_separators_comes_back(number: Decimal) -> None:
    for text in (f"{number:,}", f"{number}", f" {number:,} ", f"{number:,}".translate(FULL_WIDTH)):
        assert parse_number(text).number == number, text


@given(numbers.filter(lambda number: number > 0))
def test_accountants_brackets_are_negative(number: Decimal) -> None:
    assert parse_number(f"（{number:,}）").number == -number


@given(st.integers(0, 12), st.integers(1, 10**9))
def test_decimals_are_those_printed(places: int, digits: int) -> None:
    number = Decimal(digits).scaleb(-places)
    assert parse_number(f"{number:f}").decimals == places


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (None, "blank"),
        ("", "blank"),
        (" ", "blank"),
        ("\u3000\n\xa0", "blank"),
        ("\u200b", "blank"),
        ("-", "dash"),
        ("－", "dash"),
        ("—", "dash"),
        ("——", "dash"),
        ("--", "dash"),
        ("/", "dash"),
        ("∅", "dash"),
        ("0", "zero"),
        ("0.00", "zero"),
        ("-0.00", "zero"),
        ("０", "zero"),
        ("0.0%", "zero"),
        ("***", "masked"),
        ("*", "masked"),
        ("涉密", "masked"),
        ("××", "masked"),
        ("1**.5", "masked"),
        ("4125.49,4143.91", "not_numeric"),
        ("12.50 13.60", "not_numeric"),
        ("12 13", "not_numeric"),
        ("12\n13", "not_numeric"),
        ("15\n0.96", "not_numeric"),
        ("12.", "not_numeric"),
        ("1,23", "not_numeric"),
        ("1234,56", "not_numeric"),
        ("1234,5678", "not_numeric"),
        ("1234,567,890", "not_numeric"),
        ("128138,600", "number"),  # a spreadsheet format that parts the last three digits only; its sums hold
        ("①", "not_numeric"),
        ("²", "not_numeric"),
        ("٣", "not_numeric"),
        ("1.2.3", "not_numeric"),
        ("9" * 41, "not_numeric"),
        ("合计", "not_numeric"),
        ("+-5", "not_numeric"),
    ],
)
def test_states(text: str | None, state: str) -> None:
    assert parse_number(text).state == state


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("1 486.83", "1486.83", None),
        ("1, 486.83", "1486.83", None),
        ("- 5.00", "-5.00", None),
        ("1 4 8 6 . 8 3", "1486.83", None),
        ("−19,000.00", "-19000.00", None),
        ("1,055.4%", "1055.4", "%"),
        ("5.44万元", "5.44", "万元"),
        ("5.44 万元", "5.44", "万元"),
        ("￥1,234", "1234", None),
        (".5", "0.5", None),
        ("12,345,6\n78.00", "12345678.00", None),
        ("1234\n.56", "1234.56", None),
    ],
)
def test_numbers(text: str, number: str, unit: str | None) -> None:
    read = parse_number(text)
    assert (read.number, read.unit) == (Decimal(number), unit)


@given(st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False, allow_infinity=False))
def test_ten_thousands_are_exact_to_the_fen(number: Decimal) -> None:
    money = to_money(parse_number(f"{number:,}"), "万元")
    assert money is not None
    assert money.yuan == number * 10000
    assert money.fen == int(number * 1000000)
    assert money.resolution == 100
    assert Decimal(float(money.yuan)).quantize(Decimal("0.01")) == money.yuan


def test_money_is_refused_where_there_is_none() -> None:
    assert to_money(parse_number("5.00"), None) is None
    assert to_money(parse_number("5.00"), "%") is None
    assert to_money(parse_number(""), "万元") is None
    zero = to_money(parse_number("0.00"), "元")
    assert zero is not None
    assert (zero.yuan, zero.fen) == (0, 0)


def test_parts_of_a_fen_are_not_rounded() -> None:
    money = to_money(parse_number("0.0000001"), "万元")
    assert money is not None
    assert (money.yuan, money.fen) == (Decimal("0.001"), None)
    assert to_money(parse_number("590.715374"), "万元").fen == 590715374  # type: ignore[union-attr]
