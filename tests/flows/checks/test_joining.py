"""Pieces of a table under a repeated title, read as one: offered beside what was read, and nothing more."""

from __future__ import annotations

from typing import Any

from tests.flows.checks.build import Builder
from tests.flows.checks.report import found

COLUMNS = ["total", "basic", "project"]


def pieces(last: str = "2.00", columns: list[str] | None = None) -> Builder:
    first = [("208 社会保障和就业支出", "9.00", "9.00", ""), ("20805 养老", "4.00", "4.00", "")]
    second = [("20808 抚恤", "3.00", "3.00", ""), ("20899 其他", last, last, "")]
    own = columns or COLUMNS
    lines = [(name, *cells[: len(own)]) for name, *cells in second]
    return Builder().statement("expenditure", COLUMNS, first).statement("expenditure", own, lines)


def tree(built: Builder) -> dict[str, Any]:
    (row,) = (row for row in found(built, "H01") if row["subject"] == "expenditure.1/208/total")
    return dict(row)


def test_the_joined_table_that_holds_is_offered_as_a_misreading() -> None:
    row = tree(pieces())
    assert (row["outcome"], row["na_reason"], row["cause"]) == ("not_assessable", "table_cut", "reading")
    assert "接成一张表即相符" in row["message_zh"]
    assert "its pieces joined" in row["message_en"]


def test_where_the_joined_table_does_not_hold_either_nothing_is_told_apart() -> None:
    row = tree(pieces("1.00"))
    assert (row["outcome"], row["na_reason"], row["cause"]) == ("not_assessable", "table_cut", "unknown")


def test_pieces_of_other_columns_are_not_joined() -> None:
    row = tree(pieces(columns=["total", "basic"]))
    assert (row["na_reason"], row["cause"]) == ("table_cut", None)


def test_data_and_standing_stay_as_read() -> None:
    built = pieces()
    before = [dict(row) for row in built.tables()["budget_lines"]]
    tree(built)
    assert built.tables()["budget_lines"] == before
