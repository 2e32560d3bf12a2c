"""Tables of which only a piece was read never fail."""

import pytest

from tests.flows.checks.build import Builder
from tests.flows.checks.report import fails, found

TREE = [("208 社会保障", "9.00", "4.00", "4.00"), ("20805 养老", "6.00", "4.00", "2.00")]
NATURES = ["total", "basic", "project"]


def built(*, second: str | None, code: str, page: int = 2) -> Builder:
    """A statement whose children fall short by 3.00, then a table with the given title."""
    table = Builder().statement("expenditure", NATURES, TREE)
    table.statement(code, NATURES, [("20808 抚恤", "3.00", "1.00", "2.00")], page=page)
    table.tables()["statements"][0] |= {"page": 1, "seams": 0}
    table.tables()["statements"][1] |= {"page": page, "seams": 0, "title_printed": second}
    return table


@pytest.mark.parametrize(
    ("second", "code"),
    [("部门预算支出总表", "expenditure"), (" 部门预算支出总表", "other"), (None, "other"), (None, "unrecognized")],
)
def test_a_sum_over_a_piece_is_not_assessable(second: str | None, code: str) -> None:
    table = built(second=second, code=code)
    assert "H01" not in fails(table)
    row = next(row for row in found(table, "H01") if row["subject"] == "expenditure.1/208/total")
    assert (row["outcome"], row["na_reason"]) == ("not_assessable", "table_cut")
    assert row["delta_yuan"] == 30_000.0 and "跨页" in row["message_zh"] and "page break" in row["message_en"]


def test_a_line_is_whole_wherever_the_page_breaks() -> None:
    assert "R01" in fails(built(second=None, code="other"))


@pytest.mark.parametrize(
    ("second", "code", "page"),
    [("部门预算收入总表", "income", 2), ("说明表", "other", 2), (None, "income", 2), (None, "other", 5)],
)
def test_the_next_table_is_no_piece(second: str | None, code: str, page: int) -> None:
    assert "H01" in fails(built(second=second, code=code, page=page))
