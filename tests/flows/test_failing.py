"""A finding that a person has rejected counts as failing nowhere: not in the release's counts, not on its site."""

from __future__ import annotations

import polars as pl

from flows.failing import counted_outcome, is_failing, is_rejected
from flows.reviews import counts_as_failing
from flows.site.documents import make_document

ROWS = [
    {"outcome": outcome, "human_verdict": verdict}
    for outcome in ("fails", "holds")
    for verdict in (None, "confirm", "reject", "flag")
]


def test_the_condition_and_the_function_say_the_same() -> None:
    frame = pl.DataFrame(ROWS, schema={"outcome": pl.String, "human_verdict": pl.String})
    assert frame.select(is_failing())["outcome"].to_list() == [counts_as_failing(row) for row in ROWS]
    assert frame.filter(is_rejected()).height == 1
    counted = frame.group_by(counted_outcome()).len().sort("outcome")
    assert dict(counted.iter_rows()) == {"fails": 3, "holds": 4, "rejected": 1}


def test_a_page_does_not_list_what_was_rejected() -> None:
    base = {"severity": "error", "check_id": "H01", "fact_ids": [], "places": ["t1.r1.c1"]}
    findings = [base | {"outcome": "fails", "human_verdict": verdict} for verdict in (None, "reject")]
    page = make_document({"document_sha256": "ab" * 32}, {"findings": findings})
    assert [one["human_verdict"] for one in page.findings] == [None]
    assert page.outcomes == {"fails": 1}
