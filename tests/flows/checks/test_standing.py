"""The published rule of standings, one case a sentence; and the columns a release shows beside each fact."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from flows.checks import judge_document
from flows.checks.standing import Evidence, Tally, apart, standing_of
from flows.release.standing import with_standings
from flows.reviews import Verdict, Word, decided
from normalize.panels.tables import PUBLISHED
from normalize.schema import TABLES, Row, to_frame
from tests.flows.checks.build import Builder

ONE, TWO = frozenset({"t1.r1.c1"}), frozenset({"t2.r1.c1"})


def tally(*sums: frozenset[str], **more: Any) -> Tally:
    return Tally({"holds": len(sums), "rounding": 0, "fails": 0, "not_assessable": 0}, set(sums), **more)


def evidence(tally_: Tally, **more: Any) -> Evidence:
    return Evidence(**{"tally": tally_, "printed": "5.00", "state": "number", "witnesses": (), **more})


def said(word: Word, expects: str = "5.00", fact_id: str = "f") -> Verdict:
    return Verdict("0" * 64, expects, word, "as_printed", "someone", "2026-11-23", fact_id=fact_id)


@pytest.mark.parametrize(
    ("given", "standing"),
    [
        (evidence(tally()), "read"),
        (evidence(tally(ONE)), "balanced"),
        (evidence(tally(ONE, TWO)), "balanced_twice"),
        (evidence(tally(ONE, ONE | TWO)), "balanced"),  # they share an amount: one slip may be in both
        (evidence(tally(), witnesses=("prose",)), "two_witnesses"),
        (evidence(tally(ONE), assumed=True), "read"),
        (evidence(tally(), state="not_numeric"), "doubtful"),
        (evidence(tally(ONE, accused=True)), "doubtful"),
        (evidence(tally(contested=True)), "doubtful"),
        (evidence(tally(ONE, contested=True)), "balanced"),
        (evidence(tally(ONE, TWO), doubted=True), "doubtful"),
        (evidence(tally(accused=True), verdict=said("confirm")), "reviewed"),
        (evidence(tally(ONE), verdict=said("reject")), "doubtful"),
        (evidence(tally(ONE), verdict=said("flag")), "doubtful"),
    ],
)
def test_the_rule(given: Evidence, standing: str) -> None:
    assert standing_of(given) == standing


def test_sums_apart() -> None:
    assert apart([ONE, TWO]) and not apart([ONE]) and not apart([ONE, ONE | TWO])


def built() -> dict[str, list[Row]]:
    lines = [
        ("grand_total=合计", "12.00", "9.00", "3.00"),
        ("201 服务", "5.00", "5.00", ""),
        ("20101 人大", "5.00", "5.00", ""),
        ("208 社保", "7.00", "4.00", "3.00"),
    ]
    return Builder().statement("general_expenditure", ["total", "basic", "project"], lines).tables()


def standings(tables: dict[str, list[Row]], verdicts: dict[str, Verdict] | None = None) -> dict[str, Row]:
    """Place → row."""
    return {str(row["fact_id"]).partition(".")[2]: row for row in judge_document(tables, verdicts)["standings"]}


def test_every_amount_has_one_standing() -> None:
    tables = built()
    told = standings(tables)
    assert len(told) == len(tables["budget_lines"])
    assert told["t1.r1.c3"]["standing"] == "balanced_twice"  # its line and its column
    assert told["t1.r1.c3"]["n_equations"] == told["t1.r1.c3"]["n_holds"] == 2
    assert told["t1.r1.c3"]["check_worst"] == 0 and told["t1.r1.c3"]["blank_evidence"] is None
    blank = told["t1.r2.c5"]
    assert (blank["blank_evidence"], blank["implied_yuan"], blank["standing"]) == (
        "implied_zero",
        None,
        "balanced_twice",
    )


def test_a_failing_sum_counts_against_its_cells() -> None:
    tables = built()
    row = next(row for row in tables["budget_lines"] if str(row["fact_id"]).endswith(".t1.r4.c4"))
    row |= {"printed_text": "40.00", "amount_yuan": 400_000.0, "amount_fen": 40_000_000}
    told = standings(tables)
    assert told["t1.r4.c4"]["standing"] == "doubtful"
    assert told["t1.r4.c4"]["check_worst"] == 3 and told["t1.r4.c4"]["n_fails"] == 2
    assert told["t1.r1.c3"]["standing"] != "doubtful"  # another cell is named, and a sum holds through this one


def test_a_persons_word_is_kept() -> None:
    tables = built()
    fact_id = next(str(row["fact_id"]) for row in tables["budget_lines"])
    printed = next(row["printed_text"] for row in tables["budget_lines"])
    assert isinstance(printed, str)
    for expects, standing in ((printed, "reviewed"), (printed + "0", "balanced_twice")):  # the second is stale
        verdicts = decided([said("confirm", expects, fact_id)], tables)
        told = judge_document(tables, verdicts)["standings"]
        assert {row["fact_id"]: row["standing"] for row in told}[fact_id] == standing


def frames_of(tables: dict[str, list[Row]], **more: list[Row]) -> dict[str, pl.DataFrame]:
    """Frames of these tables; what the rows of a built statement leave open is filled in by type."""
    filled: dict[object, object] = {
        pl.String(): "x",
        pl.Boolean(): True,
        pl.Int32(): 1,
        pl.Int16(): 1,
        pl.Float64(): 1.0,
    }
    lines = [
        {
            field.name: filled[field.dtype] if row[field.name] is None and not field.nullable else row[field.name]
            for field in TABLES["budget_lines"].columns
        }
        for row in tables["budget_lines"]
    ]
    shown = {"budget_lines": lines, **more}
    return {name: to_frame(name, shown.get(name, [])) for name in TABLES}


def test_beside_each_fact_of_a_release() -> None:
    frames = frames_of(built(), **judge_document(built()))
    lines = with_standings(frames)["budget_lines"]
    assert lines.columns == list(PUBLISHED["budget_lines"].names())
    assert lines.select(frames["budget_lines"].columns).equals(frames["budget_lines"])
    blank = lines.filter(pl.col("fact_id").str.ends_with(".t1.r2.c5")).row(0, named=True)
    assert (blank["amount_yuan"], blank["blank_evidence"], blank["n_checks"]) == (None, "implied_zero", 2)


def test_a_document_that_was_not_checked_has_none() -> None:
    lines = with_standings(frames_of(built()))["budget_lines"]
    assert lines["standing"].null_count() == lines.height == 12
