"""Judgements by eye: kept for every case that needs them, and applied as they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.cases_judged import JUDGED, by_eye, is_right, pages, rows_of


def finding(check_id: str, subject: str, on: list[int], text: str = "") -> dict[str, Any]:
    return {
        "check_id": check_id, "family": check_id[0], "subject": subject, "pages": on, "message_zh": text,
        "evidence": [],
    }  # fmt: skip


def case(polarity: str, page: str) -> dict[str, str]:
    return {"polarity": polarity, "page": page}


def judgement(**values: str) -> dict[str, str]:
    return {"check_id": "", "subject": "", "families": "*", "words": ""} | values


def test_every_case_without_an_anchor_has_a_judgement(shared: Path) -> None:
    cases = by_eye(rows_of(shared / "gold" / "findings.csv", ","))
    kept = {row["id"]: row for row in rows_of(JUDGED / "judged_cases.tsv")}
    assert {one["id"] for one in cases} == kept.keys()
    for one in cases:
        row = kept[one["id"]]
        assert row["why"] and row["how"] in {"page", "text"}
        assert bool(row["check_id"] and row["subject"]) is (one["polarity"] == "positive"), one["id"]


def test_a_positive_case_needs_the_finding_it_names() -> None:
    named = judgement(check_id="D10", subject="page3/blank")
    assert is_right(case("positive", "3"), named, [finding("D10", "page3/blank", [3])], [])
    assert not is_right(case("positive", "3"), named, [finding("D10", "page4/blank", [4])], [])


@pytest.mark.parametrize(
    ("found", "how", "right"),
    [
        (finding("H01", "a", [7]), {"families": "HRX"}, False),
        (finding("N01", "a", [7]), {"families": "HRX"}, True),
        (finding("H01", "a", [9]), {"families": "HRX"}, True),  # another page
        (finding("H01", "a", []), {"families": "HRX"}, False),  # a document without pages
        (finding("N01", "a", [7], "105.58 相差"), {"words": "105.58 105.59"}, False),
        (finding("N01", "a", [7], "8.00"), {"words": "105.58 105.59"}, True),
        (finding("W08", "true", [7]), {}, True),  # judged true by itself
    ],
)
def test_a_negative_case_forbids_what_it_speaks_of(found: dict[str, Any], how: dict[str, str], right: bool) -> None:
    assert is_right(case("negative", "6-8"), judgement(**how), [found], [("W08", "true")]) is right


def test_pages_of_a_case() -> None:
    assert pages("13,17") == {13, 17}
    assert pages("5-8") == {5, 6, 7, 8}
    assert pages("all") == set()
