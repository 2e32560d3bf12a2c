"""The table `coverage`: what was due, what was found, and why the rest is not there."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalize.coverage import REASONS, DeadLink, Sought, State, coverage_rows, due_date, last_due
from normalize.schema import to_frame

COUNTY = "130630"
DAY = dt.date(2024, 11, 1)
READ = Sought("130630_laiyuan", COUNTY, "searched", (), last_due(DAY))


def disclosure(org: str | None, year: int | None, kind: str = "department_budget", **more: Any) -> dict[str, Any]:
    key = f"{len(org or ''):08x}" if org else "doc00000000"
    row: dict[str, Any] = {
        "disclosure_id": f"{COUNTY}-{year or 'na'}-{kind}-{key}",
        "county_code": COUNTY,
        "org_id": f"{COUNTY}-{key}" if org else None,
        "org_name": org,
        "fiscal_year": year,
        "doc_type": kind,
        "document_sha256": f"{kind}{year}{org}",
        "n_statements": 9,
        "n_facts": 100,
        "published_date": dt.date(year, 2, 8) if year else None,
    }
    return row | more


def states(rows: list[dict[str, object]], org: str | None = None) -> dict[tuple[object, object], tuple[object, object]]:
    return {
        (row["doc_type"], row["fiscal_year"]): (row["state"], row["reason"]) for row in rows if row["org_name"] == org
    }


def test_a_final_account_that_is_not_there_is_not_published_once_it_was_due() -> None:
    rows = coverage_rows([disclosure("教育局", 2023)], [], [], [READ])
    found = states(rows, "教育局")
    assert found["department_budget", 2023] == ("found", "read")
    assert found["department_final", 2023] == ("not_published", "none_published")
    assert found["department_budget", 2024] == ("not_published", "none_published")
    assert ("department_final", 2024) not in found  # due in September 2025
    to_frame("coverage", rows)


def test_what_is_not_due_yet_is_not_missed() -> None:
    early = Sought("s", COUNTY, "searched", (), last_due(dt.date(2024, 3, 1)))
    found = states(coverage_rows([disclosure("教育局", 2023)], [], [], [early]), "教育局")
    assert ("department_budget", 2024) not in found
    assert ("department_final", 2023) not in found


def test_an_office_is_not_expected_before_it_first_published() -> None:
    rows = coverage_rows([disclosure("教育局", 2021), disclosure("新设大数据局", 2024)], [], [], [READ])
    assert states(rows, "教育局")["department_budget", 2022] == ("not_published", "none_published")
    assert ("department_budget", 2023) not in states(rows, "新设大数据局")


def test_others_of_the_county_published_that_year() -> None:
    rows = coverage_rows([disclosure("教育局", 2023), disclosure("财政局办公室", 2023),
                          disclosure("财政局办公室", 2024)], [], [], [READ])  # fmt: skip
    assert states(rows, "教育局")["department_budget", 2024] == ("not_published", "others_published")


def test_the_county_s_own_budget_is_due_too() -> None:
    found = states(coverage_rows([disclosure("教育局", 2024)], [], [], [READ]))
    assert found["government_budget", 2024] == ("not_published", "none_published")
    assert found["government_final", 2023] == ("not_published", "none_published")
    with_it = [disclosure("教育局", 2024), disclosure("财政局办公室", 2024, "government_budget")]
    assert ("government_budget", 2024) not in states(coverage_rows(with_it, [], [], [READ]))


def test_a_dead_link_is_no_silence() -> None:
    dead = DeadLink(COUNTY, "https://example.gov.cn/x.pdf", "gone", "教育局2024年部门预算公开")
    rows = coverage_rows([disclosure("教育局", 2023)], [], [dead], [READ])
    row = next(one for one in rows if one["org_name"] == "教育局" and one["fiscal_year"] == 2024)
    assert (row["state"], row["reason"], row["url"]) == ("link_dead", "link_gone", dead.url)


def test_a_link_refused_is_blocked_and_one_found_elsewhere_is_found() -> None:
    refused = DeadLink(COUNTY, "https://example.gov.cn/x.pdf", "refused", "教育局2023年部门决算")
    also = DeadLink(COUNTY, "https://example.gov.cn/y.pdf", "gone", "教育局2023年部门预算")
    found = states(coverage_rows([disclosure("教育局", 2023)], [], [refused, also], [READ]), "教育局")
    assert found["department_final", 2023] == ("blocked", "link_refused")
    assert found["department_budget", 2023] == ("found", "read")


def test_a_dead_link_of_an_unknown_office_keeps_its_words() -> None:
    dead = DeadLink(COUNTY, "https://example.gov.cn/x.pdf", "failed", "水务局2022年部门决算")
    (row,) = [one for one in coverage_rows([], [], [dead], [READ]) if one["url"]]
    assert (row["state"], row["org_id"], row["link_text"]) == ("link_dead", None, "水务局2022年部门决算")


def test_an_attachment_called_number_one_is_told_by_its_notice() -> None:
    dead = DeadLink(COUNTY, "https://example.gov.cn/1.pdf", "gone", "附件1.pdf", "教育局2024年部门预算公开")
    found = states(coverage_rows([disclosure("教育局", 2023)], [], [dead], [READ]), "教育局")
    assert found["department_budget", 2024] == ("link_dead", "link_gone")


def test_a_document_we_could_not_read_is_parse_failed() -> None:
    broken = disclosure("教育局", 2024, n_facts=0, n_statements=0)
    rows = coverage_rows([broken], [broken["document_sha256"]], [], [READ])
    assert states(rows, "教育局")["department_budget", 2024] == ("parse_failed", "reading_failed")
    silent = coverage_rows([broken], [], [], [READ])
    assert states(silent, "教育局")["department_budget", 2024] == ("found", "nothing_read")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("blocked", ("blocked", "columns_refused")),
        ("failed", ("link_dead", "columns_unreachable")),
        ("not_searched", ("not_searched", "never_crawled")),
    ],
)
def test_a_county_that_nothing_was_read_of_has_rows_too(state: Any, expected: tuple[str, str]) -> None:
    due = () if state == "not_searched" else last_due(DAY)
    found = states(coverage_rows([], [], [], [Sought("s", "130631", state, (), due)]))
    assert {kind for kind, _ in found} == {"department_budget", "department_final", "government_budget",
                                           "government_final"}  # fmt: skip
    assert set(found.values()) == {expected}


def test_a_source_of_budgets_alone_says_nothing_of_final_accounts() -> None:
    only = Sought("s", COUNTY, "searched", ("department_budget",), last_due(DAY))
    found = states(coverage_rows([disclosure("教育局", 2023)], [], [], [only]), "教育局")
    assert found["department_final", 2023] == ("not_searched", "kind_not_listed")
    assert found["department_budget", 2024][0] == "not_published"


def test_a_misread_year_makes_no_rows_back_to_its_century() -> None:
    rows = coverage_rows([disclosure("教育局", 1950)], [], [], [READ])
    assert len([row for row in rows if row["org_name"] == "教育局"]) <= 2 * 30 + 1


def test_days_are_counted_from_the_calendar() -> None:
    row = coverage_rows([disclosure("教育局", 2024)], [], [], [])[0]
    assert (row["due_date"], row["days_after_due"]) == (dt.date(2024, 5, 10), -92)
    assert due_date("performance_target", 2024) is None


@given(st.dates(dt.date(2010, 1, 1), dt.date(2099, 12, 31)))
def test_what_was_last_due_is_past_and_the_next_is_not(day: dt.date) -> None:
    for kind, year in last_due(day):
        this, following = due_date(kind, year), due_date(kind, year + 1)
        assert this is not None
        assert following is not None
        assert this < day <= following


@given(st.lists(st.tuples(st.sampled_from(["教育局", "财政局办公室", None]), st.sampled_from([None, 2022, 2023, 2024]),
                          st.sampled_from(["department_budget", "unit_final", "government_final", "three_public"]))),
       st.sampled_from(["searched", "blocked", "failed", "not_searched"]))  # fmt: skip
def test_every_row_fits_the_contract_and_nothing_found_is_lost(found: list[tuple[Any, Any, Any]], state: Any) -> None:
    given_rows = [disclosure(org, year, kind) for org, year, kind in found]
    rows = coverage_rows(given_rows, [], [], [Sought("s", COUNTY, state, (), last_due(DAY))])
    to_frame("coverage", rows)
    assert {row["disclosure_id"] for row in given_rows} <= {row["coverage_id"] for row in rows}


def test_states_are_those_of_the_schema(shared: Path) -> None:
    text = (shared / "SCHEMA.md").read_text("utf-8")
    line = next(one for one in text.splitlines() if one.startswith("**meta_disclosures**"))
    said = re.search(r"status \(([^)]*)\)", line)
    assert said is not None
    assert set(said[1].split(", ")) == set(get_args(State))
    assert all(zh and en for zh, en in REASONS.values())
