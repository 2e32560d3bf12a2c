"""Numbers in running text: money, per cent, counts; what could be two numbers is never read as one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.amount_text import fold_text, tokens_of

UNITS = st.sampled_from(["元", "千元", "万元", "百万元", "亿元"])
NUMBERS = st.decimals(min_value=0, max_value=10**11, places=2, allow_nan=False, allow_infinity=False)
HAN = st.text(alphabet="预算支出收入经费机关公用项目政府", min_size=1, max_size=12)


def read(text: str) -> list[tuple[str, str, str, bool]]:
    return [(token.kind, token.number, token.unit, token.sure) for token in tokens_of(fold_text(text).text)]


def wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if char in "0123456789.,%" else char for char in text)


@given(around=st.tuples(HAN, HAN), number=NUMBERS, unit=UNITS, commas=st.booleans(), full_width=st.booleans())
def test_money_is_read_back_as_it_was_printed(
    around: tuple[str, str], number: Decimal, unit: str, commas: bool, full_width: bool
) -> None:
    before, behind = around
    printed = f"{number:,.2f}" if commas else f"{number:.2f}"
    text = before + (wide(printed) if full_width else printed) + unit + "，" + behind
    (found,) = tokens_of(fold_text(text).text)
    assert (found.kind, found.unit, found.sure) == ("money", unit, True)
    assert Decimal(found.number.replace(",", "")) == number


@given(number=st.decimals(min_value=0, max_value=9999, places=2), sign=st.sampled_from(["%", "％"]))
def test_percent_is_read_back(number: Decimal, sign: str) -> None:
    assert read(f"增长{number}{sign}。") == [("percent", f"{number}", "%", True)]


@given(text=st.text(alphabet="0123456789,.，． %％万元亿-－年增加（）()、", max_size=60))
def test_no_text_is_too_odd_and_places_stay_true(text: str) -> None:
    folded = fold_text(text)
    last = 0
    for token in tokens_of(folded.text):
        assert last <= token.start < token.end <= len(folded.text)
        assert any(char.isdigit() for char in folded.printed(text, token.start, token.end))
        last = token.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("各是4125.49,4143.91万元", [("number", "4125.49", "", True), ("money", "4143.91", "万元", True)]),
        ("合计12345,678.9万元", [("number", "12345", "", True), ("money", "678.9", "万元", False)]),
        ("共10-20万元", [("money", "20", "万元", False)]),
        ("支出1 234.56万元", [("number", "1", "", True), ("money", "234.56", "万元", False)]),
        ("约20余万元、30多万元", []),
        ("财预〔2018〕34号，2024年12月31日", [("number", "2018", "", True)]),
        ("提高2个百分点", []),
        ("标准90元/月", [("number", "90", "", True)]),
        ("总预算1410.00万，其中", [("money", "1410.00", "万", True)]),
        ("受益5万人", []),
        ("下降-3.2%", [("percent", "-3.2", "%", True)]),
        ("37,\n151. 47 万 元", [("money", "37,151.47", "万元", True)]),
        ("设备0台（套）", [("count", "0", "台(套)", True)]),
    ],
)
def test_marks_around_numbers(text: str, expected: list[tuple[str, str, str, bool]]) -> None:
    assert [one for one in read(text) if one[:2] != ("number", "5")] == expected
