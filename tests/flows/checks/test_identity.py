"""Which documents are compared with which; where anything about them is in doubt, none."""

from __future__ import annotations

import msgspec
import pytest

from flows.checks.identity import MOST_PARTS, Identity, companies, identity_of
from tests.flows.checks.build import Builder
from tests.flows.checks.prose import BUDGET, tables_of

BASE = Identity("130630", "130630-a", "某县某局", 2024, "department_budget", "department", "budget", False, (), "")


def one(**changes: object) -> Identity:
    return msgspec.structs.replace(BASE, **changes)


def test_the_year_before_of_the_same_organisation() -> None:
    known = {"a": one(), "b": one(year=2023), "c": one(year=2022), "d": one(year=2023, org="130630-b")}
    assert companies(known) == {"a": (("previous", "b"),), "b": (("previous", "c"),)}


@pytest.mark.parametrize(
    "changes",
    [
        {"county": None},
        {"org": None},
        {"level": None},
        {"level": "unit"},
        {"stage": None},
        {"doubt": True},
        {"kind": "performance_target"},
        {"year": None},
    ],
)
def test_in_doubt_nothing_is_compared(changes: dict[str, object]) -> None:
    assert companies({"a": one(), "b": one(**{"year": 2023, **changes})}) == {}
    assert companies({"a": one(**changes), "b": one(year=2023)}) == {}


def test_text_and_tables_of_a_year_are_both_company_but_a_heap_is_none() -> None:
    two = {"a": one(), "b": one(year=2023), "c": one(year=2023)}
    assert companies(two)["a"] == (("previous", "b"), ("previous", "c"))
    heap = {"a": one(), **{f"b{number}": one(year=2023) for number in range(MOST_PARTS + 1)}}
    assert companies(heap) == {}


def test_a_final_account_has_the_budget_of_its_year() -> None:
    final = one(kind="department_final", stage="final")
    assert companies({"a": one(), "b": final, "c": one(year=2023)}) == {
        "a": (("previous", "c"),),
        "b": (("budget", "a"),),
    }


def test_units_are_those_listed_and_the_own_office() -> None:
    unit = {"kind": "unit_budget", "level": "unit"}
    known = {
        "a": one(units=("某县某所",)),
        "b": one(**unit),
        "c": one(**unit, org="130630-c", name="某县某所"),
        "d": one(**unit, org="130630-d", name="某县别所"),
        "e": one(**unit, org="130630-c", name="某县某所", year=2023),
    }
    assert companies(known)["a"] == (("unit", "b"), ("unit", "c"))


def test_a_government_has_the_departments_of_its_place_and_year() -> None:
    known = {
        "a": one(kind="government_budget", level=None, org=None),
        "b": one(),
        "c": one(county="130631", org="130631-c"),
        "d": one(year=2023, org="130630-d"),
    }
    assert companies(known) == {"a": (("department", "b"),)}


def test_the_same_amounts_are_told_of_the_later_year() -> None:
    twin = {"amounts": "f" * 16}
    assert companies({"a": one(**twin), "b": one(**twin, year=2022)}) == {"a": (("same_amounts", "b"),)}


def test_a_department_and_its_only_unit_may_print_the_same() -> None:
    twin = {"amounts": "f" * 16}
    assert companies({"a": one(**twin), "b": one(**twin, org="x", name="某县某局机关服务中心")}) == {}
    assert companies({"a": one(**twin, units=("某县某中心",)), "b": one(**twin, org="x", name="某县某中心")}) == {}
    assert companies({"a": one(**twin), "b": one(**twin, org="x", name="某县别局")}) == {"b": (("same_amounts", "a"),)}


def test_identity_from_rows() -> None:
    tables = tables_of(BUDGET, "某局2025年收入预算100.00万元。")
    found = identity_of(tables)
    assert found is not None
    assert (found.year, found.kind, found.level, found.stage) == (2025, "department_budget", "department", "budget")
    assert found.amounts == ""
    assert identity_of({**tables, "documents": [tables["documents"][0] | {"is_current": False}]}) is None


def test_few_amounts_are_no_fingerprint() -> None:
    def amounts(count: int) -> str:
        lines = [(f"{2010000 + number} 科目", f"{number}.00") for number in range(1, count + 1)]
        built = Builder().statement("expenditure", ["total"], lines)
        found = identity_of(built.tables())
        assert found is not None
        return found.amounts

    assert amounts(29) == ""
    assert amounts(30)
    assert amounts(30) != amounts(31)
