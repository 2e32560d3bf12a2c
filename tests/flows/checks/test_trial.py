"""Readings on trial: what is ours to answer for is told apart from what the source prints."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flows.checks import judge_document
from flows.checks.facts import document_facts
from flows.checks.regrid import regrid
from flows.checks.trial import Box, Witness, Witnessed, crop_of, try_reading
from flows.second_engine import MOST_PAGES, SecondEngine
from tests.conftest import SHARED
from tests.flows.checks.build import Builder

WRONG, RIGHT = "30.00", Decimal(40_000)  # printed, and the amount that would restore the sums


def built(cells: dict[tuple[int, int], str | tuple[str, str]] | None = None, **about: Any) -> dict[str, Any]:
    """A statement that does not add up by one digit of t1.r2.c4; cells: (row, column) → other texts of the grid, with
    the fact they are of where there is one."""
    lines = [("grand_total=合计", "12.00", "9.00", "3.00"), ("201 服务", "5.00", WRONG, "1.00")]
    tables: dict[str, Any] = Builder().statement("general_expenditure", ["total", "basic", "project"], lines).tables()
    tables["documents"][0].update({"kind": "pdf", "method": "pdf_text", **about})
    texts = {(2, 4): WRONG, **(cells or {})}
    tables["raw_cells"] = [
        {
            "table_no": 1, "row_no": row, "col_no": col, "page": 1, "paragraph_no": None,
            "text": text if isinstance(text, str) else text[0],
            "fact_id": None if isinstance(text, str) else text[1],
            "x0": 10.0 * col, "y0": 10.0 * row, "x1": 10.0 * col + 9, "y1": 10.0 * row + 9,
        }
        for (row, col), text in texts.items()
    ]  # fmt: skip
    return tables


def on_trial(tables: dict[str, Any], witness: Witness | None = None, place: str = "t1.r2.c4") -> tuple[str, Any, Any]:
    facts = document_facts(tables)
    assert facts is not None
    cell = next(c for s in facts.statements for line in s.lines for c in line.cells.values() if c.place == place)
    trial = try_reading(facts, cell, RIGHT, Decimal(0), witness)
    return trial.cause, trial.text, trial.how


def says(text: str | None) -> Witness:
    def answer(page: int, box: Box) -> Witnessed:
        assert (page, box) == (1, (40.0, 20.0, 49.0, 29.0))
        return Witnessed(agrees=text is None, text=text)

    return answer


@pytest.mark.parametrize(
    ("cells", "text", "how"),
    [
        ({(2, 4): "4.00 1.00"}, "4.00", "split"),
        ({(2, 4): "4.001.00"}, "4.00", "split"),
        ({(2, 3): "5.00 4.00"}, "4.00", "split"),
        ({(2, 4): "4.", (3, 4): "00"}, "4.00", "merge"),
        ({(2, 4): "00", (1, 4): "4."}, "4.00", "merge"),
        ({(2, 4): ".00", (2, 3): "4"}, "4.00", "merge"),
        ({(2, 4): "", (2, 5): "4.00"}, "4.00", "shift"),
    ],
)
def test_another_reading_of_the_grid(cells: dict[tuple[int, int], str], text: str, how: str) -> None:
    assert on_trial(built({**cells})) == ("reading", text, how)


def test_an_amount_of_the_next_column_is_not_taken() -> None:
    facts = document_facts(built({(2, 4): "", (2, 5): ("4.00", "abababababababab.t1.r2.c5")}))
    assert facts is not None
    cell = next(c for s in facts.statements for line in s.lines for c in line.cells.values() if c.place == "t1.r2.c4")
    assert regrid(facts, cell, RIGHT, Decimal(0)) is None


def test_the_second_witness() -> None:
    assert on_trial(built(), says(None)) == ("source", None, None)
    assert on_trial(built(), says("4.00")) == ("reading", "4.00", "witness")
    assert on_trial(built(), says("7.00")) == ("unknown", None, "witness")
    assert on_trial(built()) == ("source", None, None)  # from the text layer; nobody to ask


def test_a_picture_has_no_second_witness() -> None:
    def never(page: int, box: Box) -> Witnessed:
        raise AssertionError((page, box))

    assert on_trial(built(method="pdf_ocr"), never) == ("unknown", None, None)
    tables = built(method="pdf_ocr")
    assert try_reading_of(tables, Decimal(800_000)) == "reading"  # 3 and 8 look alike


def try_reading_of(tables: dict[str, Any], meant: Decimal) -> str:
    facts = document_facts(tables)
    assert facts is not None
    cell = next(c for s in facts.statements for line in s.lines for c in line.cells.values() if c.place == "t1.r2.c4")
    return try_reading(facts, cell, meant, Decimal(0)).cause


def test_what_to_look_at() -> None:
    tables = built()
    facts = document_facts(tables)
    assert facts is not None
    cell = next(c for s in facts.statements for line in s.lines for c in line.cells.values() if c.place == "t1.r2.c4")
    assert crop_of(facts, cell) == "abababababababab#p1@40.0,20.0,49.0,29.0"
    tables["raw_cells"] = []
    bare = document_facts(tables)
    assert bare is not None and crop_of(bare, cell) == "abababababababab#t1.r2.c4"


def test_a_finding_shows_the_witness_and_the_standing_follows() -> None:
    lines = [
        ("grand_total=合计", "12.00", "9.00", "3.00"),
        ("201 服务", "5.00", "5.00", ""),
        ("208 社保", "7.00", "40.00", "3.00"),
    ]
    tables: dict[str, Any] = Builder().statement("general_expenditure", ["total", "basic", "project"], lines).tables()
    tables["documents"][0].update({"kind": "pdf", "method": "pdf_text"})
    tables["raw_cells"] = [
        {"table_no": 1, "row_no": 3, "col_no": 4, "page": 1, "paragraph_no": None, "text": "40.00", "fact_id": None,
         "home": "amount", "kind": "cell", "block_no": 1, "rowspan": 1, "colspan": 1,
         "x0": 1.0, "y0": 2.0, "x1": 3.0, "y1": 4.0}
    ]  # fmt: skip
    told = judge_document(tables, witness=lambda page, box: Witnessed(agrees=True))
    fails = [row for row in told["findings"] if row["outcome"] == "fails"]
    assert fails and all("两种引擎读法一致" in str(row["message_zh"]) and row["cause"] == "source" for row in fails)
    assert all(row["suspect_crops"] == ["abababababababab#p1@1.0,2.0,3.0,4.0"] for row in fails)
    (named,) = [row for row in told["standings"] if str(row["fact_id"]).endswith(".t1.r3.c4")]
    assert (named["standing"], named["witnesses"]) == ("doubtful", ["engine"])


def test_pages_that_cannot_be_read_twice_have_no_witness() -> None:
    engine = SecondEngine(lambda: b"%PDF-1.4 nothing")
    assert engine(1, (0.0, 0.0, 9.0, 9.0)) is None
    assert SecondEngine(lambda: None)(1, (0.0, 0.0, 9.0, 9.0)) is None


def test_the_second_engine_reads_a_real_page() -> None:
    path = SHARED / "fixtures" / "sample.pdf"
    if not path.is_file():
        pytest.skip("needs the shared fixtures")
    engine = SecondEngine(path.read_bytes)
    first = engine(1, (0.0, 0.0, 50.0, 50.0))
    assert first is not None and first.agrees
    for page in range(2, MOST_PAGES + 1):
        engine(page, (0.0, 0.0, 9.0, 9.0))
    assert engine(MOST_PAGES + 1, (0.0, 0.0, 9.0, 9.0)) is None  # no more than so many pages of a document
