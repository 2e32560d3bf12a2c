"""Revisions: what replaced what, what differs, and what was current at a moment."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.schema import Body, Provenance
from extract.interpret import interpret_reading
from extract.readers import read_document
from normalize.facts import build_rows
from normalize.revision import (
    Cell,
    Change,
    Key,
    Replacement,
    apply_changes,
    cells_of,
    current_at,
    diff,
    holding,
    of_members,
    republished,
    revision_rows,
    same_disclosure,
    same_url,
    standing,
)
from normalize.schema import Row, check_rows
from tests.normalize.test_correction import COLUMNS, fixed, tables

KEYS = st.tuples(st.sampled_from(["budget_lines", "indicators"]), st.text("甲乙|1", max_size=3))
CELLS = st.dictionaries(KEYS, st.builds(Cell, st.none() | st.text("01.", max_size=3), st.none() | st.floats(0, 9)))


# ----------------------------------------------------------------------------------------------------------------- diff


@given(CELLS, CELLS)
def test_the_changes_make_the_newer_of_the_older(before: dict[Key, Cell], after: dict[Key, Cell]) -> None:
    changes = diff(before, after)
    assert apply_changes(changes, before) == after
    assert len({change.key for change in changes}) == len(changes)
    assert all(change.before != change.after for change in changes)


@given(CELLS)
def test_a_copy_differs_in_nothing(cells: dict[Key, Cell]) -> None:
    assert diff(cells, dict(cells)) == []


@given(CELLS, CELLS)
def test_the_way_back_is_the_same_way(before: dict[Key, Cell], after: dict[Key, Cell]) -> None:
    other = {"added": "gone", "gone": "added", "changed": "changed"}
    back = [Change(other[one.op], one.key, one.after, one.before) for one in diff(before, after)]  # type: ignore[arg-type]
    assert back == diff(after, before)


def test_changes_of_another_document_do_not_fit() -> None:
    changes = diff({}, {("a", "b"): Cell("1")})
    with pytest.raises(ValueError, match="stands there"):
        apply_changes(changes, {("a", "b"): Cell("2")})


def test_cells_hold_no_place() -> None:
    """A row more above moves every place and changes no cell."""
    first = tables()["budget_lines"]
    moved = [{**row, "fact_id": f"x{row['fact_id']}", "row_no": 99, "page": 7} for row in first]
    old, new = cells_of({"budget_lines": first})[0], cells_of({"budget_lines": moved})[0]
    assert len(old) == len(first) == 3 * len(COLUMNS)
    assert diff(old, new) == []


def test_what_repeats_under_one_meaning_is_counted() -> None:
    twice = tables()["budget_lines"] * 2
    cells, ids = cells_of({"budget_lines": twice})
    assert len(cells) == len(ids) == len(twice)


# -------------------------------------------------------------------------------------------------- what replaced what

A, B, C = "a" * 64, "b" * 64, "c" * 64


def body(sha256: str, at: str = "2024-03-01T00:00:00Z", url: str = "u") -> Body:
    return Body("s", url, sha256, at)


def test_other_bytes_at_an_address() -> None:
    assert same_url([body(A), body(B, url="v")]) == []
    assert same_url([body(A), body(B), body(C)]) == [Replacement(A, B, "same_url"), Replacement(B, C, "same_url")]
    assert same_url([body(A), body(B), body(A)]) == [
        Replacement(A, B, "same_url", is_in_force=False),
        Replacement(B, A, "same_url"),
    ], "the old bytes are back"
    assert same_url([body(A), body(A, url="v"), body(B)]) == [Replacement(A, B, "same_url", is_in_force=False)], (
        "the old bytes still stand elsewhere"
    )


def said(sha256: str, **more: object) -> Row:
    known: Row = {
        "document_sha256": sha256,
        "disclosure_id": "130630-2024-department_budget-1",
        "county_code": "130630",
        "org_id": "130630-1",
        "fiscal_year": 2024,
        "doc_type": "department_budget",
        "entity_level": "department",
        "stage": "budget",
        "published_date": dt.date(2024, 2, 6),
    }
    return known | more


def document(sha256: str, *, current: bool = True, parent: str | None = None, path: str | None = None) -> Row:
    return {"document_sha256": sha256, "is_current": current, "parent_sha256": parent, "member_path": path}


PRINTED: dict[Key, Cell] = {("budget_lines", str(number)): Cell(str(number)) for number in range(10)}
LATER = {"published_date": dt.date(2024, 5, 1)}


def test_published_again_at_a_later_date() -> None:
    rows = [said(A), said(B, **LATER)]
    assert republished(rows, [A, B], {A: PRINTED, B: PRINTED}) == [Replacement(A, B, "republished")]


@pytest.mark.parametrize(
    "differs",
    [
        {},
        {"published_date": None},
        {**LATER, "disclosure_id": "130630-2024-department_budget-unit-1"},
        {**LATER, "stage": "final"},
        {**LATER, "org_id": None},
        {**LATER, "fiscal_year": None},
    ],
    ids=["same_day", "no_date", "another_edition", "another_stage", "unknown_organisation", "unknown_year"],
)
def test_no_replacement_is_guessed(differs: Row) -> None:
    rows = [said(A), said(B, **differs)]
    assert republished(rows, [A, B], {A: PRINTED, B: PRINTED}) == []


def test_a_table_sent_after_a_report_replaces_nothing() -> None:
    part = dict(list(PRINTED.items())[:4])
    assert republished([said(A), said(B, **LATER)], [A, B], {A: PRINTED, B: part}) == []
    assert republished([said(A), said(B, **LATER)], [A, B], {A: {}, B: PRINTED}) == [], "nothing to compare"


def test_of_three_publications_each_replaces_the_one_before() -> None:
    rows = [said(A), said(B, **LATER), said(C, published_date=dt.date(2024, 8, 1))]
    found = republished(rows, [A, B, C], dict.fromkeys((A, B, C), PRINTED))
    assert [(one.old, one.new) for one in found] == [(A, B), (B, C)]
    assert standing([document(each) for each in (A, B, C)], {A, B, C}, found) == {
        A: (False, 1, C),
        B: (False, 2, C),
        C: (True, 3, None),
    }


def test_an_address_that_serves_another_year_retracted_nothing() -> None:
    documents = [document(A, current=False), document(B)]
    pairs = same_url([body(A), body(B)])
    assert not same_disclosure(said(A), said(B, fiscal_year=2025))
    assert same_disclosure(said(A), said(B, fiscal_year=None, org_id=None)), "unknown contradicts nothing"
    assert holding(documents, pairs, []) == {A, B}
    assert holding(documents, pairs, pairs) == {B}


def test_members_of_an_archive_that_was_replaced() -> None:
    documents = [
        document(A, parent="old", path="1.docx"),
        document("kept", parent="old", path="2.docx"),
        document("kept", parent="new", path="2.docx"),
        document(B, parent="new", path="1.docx"),
    ]
    found = of_members([Replacement("old", "new", "same_url")], documents)
    assert [(one.old, one.new) for one in found] == [("old", "new"), (A, B)]


def test_a_circle_has_an_end() -> None:
    circle = [Replacement(A, B, "same_url"), Replacement(B, A, "same_url")]
    assert standing([document(A), document(B)], set(), circle) == {A: (False, 2, B), B: (False, 2, A)}


def test_rows_of_a_revision() -> None:
    old, new = tables(), tables(fixed("t1.r3.c2", "1,486.83", text="1,500.00"))
    new["budget_lines"] = new["budget_lines"][:-1]
    disclosures = {A: said(A), B: said(B, **LATER)}
    row, cells = revision_rows(Replacement(A, B, "same_url"), disclosures, {A: old, B: new})
    check_rows("revisions", [row])
    check_rows("revision_cells", cells)
    assert (row["n_added"], row["n_gone"], row["n_changed"], row["n_same"]) == (0, 1, 1, 4)
    (changed,) = [cell for cell in cells if cell["op"] == "changed"]
    assert (changed["text_before"], changed["text_after"]) == ("1,486.83", "1,500.00")
    assert (changed["yuan_before"], changed["yuan_after"]) == (14868300.0, 15000000.0)


def test_two_versions_of_one_report(shared: Path) -> None:
    """A final account that is there twice: the one leaves out rows and two amounts of 公务接待费."""
    rows: list[Row] = []
    cells: dict[str, dict[Key, Cell]] = {}
    days = [dt.date(2025, 8, 1), dt.date(2025, 9, 1)]
    names = ("GBC_24年普陀区财政局（测试问题版本）.pdf", "GBC_上海市普陀区财政局2024年度部门决算.pdf")
    for name, day in zip(names, days, strict=True):
        path = shared / "corpus" / "documents" / name
        if not path.is_file():
            pytest.skip(f"{name} is not in the corpus")
        reading = read_document(path)
        made = build_rows(reading, interpret_reading(reading), Provenance(published_date=day.isoformat()))
        rows += made["disclosures"]
        cells[reading.document_sha256] = cells_of(made)[0]
    (found,) = republished(rows, list(cells), cells)
    assert list(cells) == [found.old, found.new]
    changes = diff(cells[found.old], cells[found.new])
    assert {change.op for change in changes} == {"added", "changed"}
    assert [(change.before, change.after) for change in changes if change.op == "changed"] == [
        (Cell(None), Cell("0.95", 9500.0))
    ] * 2
    assert apply_changes(changes, cells[found.old]) == cells[found.new]


# ----------------------------------------------------------------------------------------------------- earlier views

MOMENTS = [f"2024-03-{day:02}T00:00:00Z" for day in range(1, 29)]
HISTORIES = st.lists(
    st.tuples(st.sampled_from(MOMENTS), st.sampled_from("uvw"), st.sampled_from("abcd")), max_size=12
).map(lambda visits: [Body("s", url, sha256, at) for at, url, sha256 in sorted(visits, key=lambda one: one[0])])


@given(HISTORIES, st.sampled_from(MOMENTS), st.sampled_from(MOMENTS))
def test_what_comes_later_changes_no_earlier_view(history: list[Body], one: str, other: str) -> None:
    earlier, later = sorted((one, other))
    until_later = [body for body in history if body.at <= later]
    assert current_at(history, earlier) == current_at(until_later, earlier)
    assert current_at(history, later) == current_at(until_later)


@given(HISTORIES, st.sampled_from(MOMENTS), st.sampled_from(MOMENTS))
def test_a_later_view_knows_all_that_an_earlier_one_did(history: list[Body], one: str, other: str) -> None:
    earlier, later = sorted((one, other))
    addresses = [{(body.source_id, body.url) for body in history if body.at <= moment} for moment in (earlier, later)]
    assert addresses[0] <= addresses[1]
    lost = current_at(history, earlier) - current_at(history, later)
    replaced = {each.old for each in same_url([body for body in history if body.at <= later])}
    assert lost <= replaced, "nothing stops being current but by being replaced"


@given(HISTORIES)
def test_now_is_the_last_view(history: list[Body]) -> None:
    assert current_at(history) == current_at(history, MOMENTS[-1])
    assert {each.old for each in same_url(history) if each.is_in_force}.isdisjoint(current_at(history))
