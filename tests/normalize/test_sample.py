"""The 涞源 report, read and normalised: its counts, its sums, and nothing without a place."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from crawl.schema import Provenance
from normalize.facts import build_rows
from normalize.schema import MADE_BY_CHECKS, TABLES, Row, to_frame


@pytest.fixture(scope="module")
def tables(shared: Path) -> dict[str, list[Row]]:
    from extract.interpret import interpret_reading
    from extract.readers import read_document

    reading = read_document(shared / "fixtures" / "sample.docx")
    interpretation = interpret_reading(reading)
    provenance = Provenance(filename="sample.docx", county_code="130630")
    made = build_rows(reading, interpretation, provenance)
    assert made == build_rows(reading, interpretation, provenance)
    return made


def test_counts(tables: dict[str, list[Row]]) -> None:
    heights = {name: to_frame(name, rows).height for name, rows in tables.items()}
    assert set(heights) == set(TABLES) - MADE_BY_CHECKS
    wanted = {
        "budget_lines": 640,
        "statements": 12,
        "projects": 14,
        "indicators": 126,
        "spending_plans": 56,
        "assets": 6,
        "org_units": 2,
        "procurement": 0,
    }
    assert {name: heights[name] for name in wanted} == wanted
    assert Counter(row["amount_state"] for row in tables["budget_lines"]) == {"number": 218, "blank": 422}
    states = {row["statement_code"]: row["state"] for row in tables["statements"]}
    assert [code for code, state in states.items() if state == "declared_empty"] == [
        "government_fund",
        "state_capital",
        "procurement",
    ]


def test_indicators_and_plans(tables: dict[str, list[Row]]) -> None:
    assert sum(bool(row["is_quantitative"]) for row in tables["indicators"]) == 82
    assert Counter(row["basis_state"] for row in tables["indicators"]) == {"printed": 124, "blank": 2}
    unstated = [row["value_printed"] for row in tables["indicators"] if row["comparator_code"] == "unstated"]
    assert sorted(map(str, unstated)) == ["1条", "3个"]
    plans = tables["spending_plans"]
    assert sum(row["printed_text"] is not None for row in plans) == 18
    assert {(row["unit_printed"], row["unit_inferred"]) for row in plans} == {("%", "万元")}
    assert {row["indicator_count"] for row in tables["projects"]} == {9}
    assert sum(int(str(row["total_fen"])) for row in tables["projects"]) == 295820000


def test_sum_safe_amounts_add_up_to_the_totals(tables: dict[str, list[Row]]) -> None:
    sums: dict[tuple[object, object], int] = defaultdict(int)
    totals: dict[tuple[object, object], int] = {}
    for row in tables["budget_lines"]:
        key, fen = (row["statement_code"], row["lane"]), row["amount_fen"]
        if isinstance(fen, int):
            sums[key] += fen if row["sum_safe"] else 0
            if row["agg_role"] == "grand_total":
                totals[key] = max(totals.get(key, 0), fen)
    assert sums.pop(("three_public", 0)) == 171000000  # the report's own contradiction: it prints 186.00
    assert totals.pop(("three_public", 0)) == 186000000
    assert dict(sums) == totals
    assert len(totals) == 8


def test_everything_has_a_home_and_every_fact_its_cell(tables: dict[str, list[Row]]) -> None:
    assert tables["documents"][0]["text_coverage"] == 1.0
    cells = {row["fact_id"]: row["text"] for row in tables["raw_cells"] if row["fact_id"]}
    assert len(cells) == 640
    for row in tables["budget_lines"]:
        assert cells[row["fact_id"]] == (row["printed_text"] or cells[row["fact_id"]])
        assert row["printed_text"] is not None or not str(cells[row["fact_id"]]).strip()


def test_keys_of_lines_are_unique_in_their_column(tables: dict[str, list[Row]]) -> None:
    keys = Counter(
        (row["statement_code"], row["lane"], row["line_key"], row["column_path"]) for row in tables["budget_lines"]
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_who_and_what(tables: dict[str, list[Row]]) -> None:
    (disclosure,) = tables["disclosures"]
    assert (disclosure["org_code_printed"], disclosure["org_name"]) == ("434", "涞源县人民政府办公室")
    assert str(disclosure["disclosure_id"]).startswith("130630-2024-department_budget-")
    assert [row["heading"] for row in tables["narratives"] if row["is_empty_section"]] == [
        "六、部门主管专项资金预算安排情况及绩效目标"
    ]
    assert [row for row in tables["issues"] if row["stage"] == "normalize"] == []
    units = {row["statement_code"]: (row["unit"], row["unit_source"]) for row in tables["statements"]}
    assert units["three_public"] == ("万元", "caption")
    assert units["assets"] == ("万元", "header")
    assert units["org_units"] == (None, None)
