"""Claims as rows: yuan, states, years; and the fact a claim speaks of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extract.document import Claim, Place
from normalize.claim_links import Linker
from normalize.claims import claim_rows
from normalize.department import Disclosure
from normalize.placing import Placing
from normalize.schema import Row, to_frame
from tests.normalize.build import reading_of

DISCLOSURE = Disclosure(
    "local-2031-department_budget-x", None, None, None, None, 2031, "department_budget", None, "budget"
)
PLACE = Place(4, (0.0, 0.0, 1.0, 1.0), paragraph=12)


def claim(**fields: object) -> Claim:
    base: dict[str, object] = {
        "place": PLACE,
        "seq": 1,
        "phrase": "短语",
        "measure": "amount",
        "direction": "level",
        "concept": "three_public",
        "number": "18.60",
        "unit": "万元",
    }
    return Claim(**{**base, **fields})  # type: ignore[arg-type]


def fact(fact_id: str, yuan: float, **fields: object) -> Row:
    return {
        "fact_id": fact_id,
        "statement_code": "three_public",
        "form_line_key": "total",
        "line_label": "合计",
        "line_code": None,
        "column_key": "total",
        "column_path": "合计",
        "amount_state": "number",
        "amount_yuan": yuan,
        "resolution_yuan": 100.0,
        "stage": "budget",
        **fields,
    }


def one(said: Claim, facts: list[Row] | None = None, disclosure: Disclosure = DISCLOSURE) -> Row:
    rows = claim_rows([said], facts or [], disclosure, Placing(reading_of()))
    to_frame("claims", rows)  # raises where the row breaks its contract
    return rows[0]


def test_money_becomes_yuan_exactly() -> None:
    row = one(claim(number="1,208.20"))
    assert (row["amount_printed"], row["amount_yuan"], row["amount_fen"]) == ("1,208.20万元", 12082000.0, 1208200000)
    assert (row["amount_state"], row["unit_basis"]) == ("number", "printed")


def test_a_unit_taken_over_from_the_list_is_said_to_be() -> None:
    row = one(claim(unit_inherited=True))
    assert (row["amount_printed"], row["unit_basis"], row["amount_yuan"]) == ("18.60", "inherited", 186000.0)


def test_doubtful_digits_are_no_amount() -> None:
    row = one(claim(number="345.60", sure=False))
    assert (row["amount_yuan"], row["amount_state"], row["amount_printed"]) == (None, "not_numeric", "345.60万元")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"comparison": "2029年预算", "comparison_year": 2029}, 2029),
        ({"comparison": "上年", "comparison_prior": True}, 2030),
        ({"comparison": "上年", "comparison_prior": True, "year": 2030}, 2029),
        ({"comparison": "年初预算"}, None),
    ],
)
def test_year_compared_with(fields: dict[str, object], expected: int | None) -> None:
    assert one(claim(direction="increase", **fields))["comparison_year"] == expected


def test_nothing_and_unchanged_have_no_amount() -> None:
    rows = [one(claim(measure="none", nothing=True, number=None, unit=None))]
    rows.append(one(claim(measure="none", direction="unchanged", number=None, unit=None)))
    assert [(row["measure"], row["amount_state"], row["amount_yuan"]) for row in rows] == [
        ("nothing", "blank", None),
        ("unchanged", "blank", None),
    ]


def test_counts_and_percents() -> None:
    row = one(claim(measure="count", number="1,012", unit="人次"))
    assert (row["count_number"], row["count_unit"], row["amount_state"]) == (1012.0, "人次", "blank")
    row = one(claim(percent="12.50", percent_kind="share"))
    assert (row["percent"], row["percent_printed"]) == (12.5, "12.50%")
    assert one(claim(percent="5‰", percent_kind="share"))["percent"] == 0.5


def linked(said: Claim, *facts: Row, year: int | None = 2031) -> tuple[str | None, str | None]:
    number = Decimal((said.number or "0").replace(",", ""))
    return Linker(facts, year).link(said, number * 10000, Decimal(100))


def test_a_link_needs_the_same_thing_and_the_same_amount() -> None:
    assert linked(claim(), fact("a", 186000.0)) == ("a", "three_public/total/total: equal")
    assert linked(claim(), fact("a", 186043.0)) == ("a", "three_public/total/total: within rounding")
    assert linked(claim(), fact("a", 187000.0)) == (None, "differs")
    assert linked(claim(concept="reception"), fact("a", 186000.0)) == (None, "not_in_statements")
    assert linked(claim(), fact("a", 186040.0), fact("b", 186000.0))[0] == "b"


def test_other_years_changes_and_parts_are_not_compared() -> None:
    same = fact("a", 186000.0)
    for other in (claim(year=2030), claim(prior=True), claim(direction="increase"), claim(within="three_public")):
        assert linked(other, same) == (None, None)
    assert linked(claim(stage="final"), same) == (None, "not_in_statements")
    assert linked(claim(), fact("a", 186000.0, column_key="previous_year")) == (None, "not_in_statements")


def test_a_line_is_found_by_its_code_or_its_label() -> None:
    line = fact("l", 186000.0, statement_code="general_expenditure", line_label="教育支出", line_code="205")
    by_code = claim(concept="function_item", code="205", label="别名")
    by_label = claim(concept="function_item", label="教育")
    assert linked(by_code, line)[0] == linked(by_label, line)[0] == "l"
    assert linked(claim(concept="function_item", label="国防"), line) == (None, "not_in_statements")
