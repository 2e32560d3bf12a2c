"""Verdicts: read strictly, written the same way every time, without effect once what was judged has changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reviews import (
    Verdict,
    VerdictError,
    counts_as_failing,
    expected_by,
    head_of,
    load_verdicts,
    parse_verdicts,
    stale_reason,
    stale_rows,
    verdicts_of,
    with_verdicts,
    write_verdicts,
)
from normalize.strict import CONTROL

SHA = "3a2245b978ca3436" + "0" * 48
FILE = f"""# 涞源县
verdicts:
  - document_sha256: {SHA}
    fact_id: {SHA[:16]}.t9.r14.c3
    expects: "186.00"
    verdict: confirm
    reason: as_printed
    reviewer: 张三
    reviewed_on: 2026-11-23
  - document_sha256: {SHA}
    fingerprint: 0123456789abcdef
    expects: "合计 186.00"
    verdict: reject
    reason: rule_does_not_apply
    reviewer: 张三
    reviewed_on: 2026-11-23
    note: "两个口径: 不同"
"""
ONE, TWO = parse_verdicts(FILE.encode(), "a.yml")
FACT = {"fact_id": f"{SHA[:16]}.t9.r14.c3", "printed_text": "186.00"}
FINDING: dict[str, Any] = {
    "fingerprint": "0123456789abcdef",
    "evidence": ["合计 186.00", "171.00"],
    "outcome": "fails",
    "severity": "error",
    "human_verdict": None,
    "human_note": None,
}
TABLES: dict[str, list[dict[str, Any]]] = {"budget_lines": [FACT], "findings": [FINDING]}


def test_the_file_as_it_is_written_is_the_file_as_it_was_read() -> None:
    assert write_verdicts([TWO, ONE], head_of(FILE)) == FILE
    assert (ONE.verdict, ONE.reason, TWO.note) == ("confirm", "as_printed", "两个口径: 不同")
    assert parse_verdicts(write_verdicts([]).encode(), "a.yml") == []


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t: #'\"\\{[&*!|>%@`"), max_size=40)
texts = texts.filter(lambda text: CONTROL.search(text) is None and "\x85" not in text)
named = texts.filter(lambda text: bool(text.strip()))


@given(expects=texts, reviewer=named, note=texts)
def test_whatever_is_said_is_read_back(expects: str, reviewer: str, note: str) -> None:
    one = msgspec.structs.replace(ONE, expects=expects, reviewer=reviewer, note=note)
    (back,) = parse_verdicts(write_verdicts([one]).encode(), "a.yml")
    assert back == one


def test_one_more_verdict_is_one_more_entry_and_the_values_stand_as_they_are_printed() -> None:
    others = [msgspec.structs.replace(ONE, fact_id=f"{SHA[:16]}.t{t}.r{r}.c3") for t, r in ((9, 2), (10, 1), (9, 14))]
    lines = write_verdicts([*others, TWO]).splitlines()
    assert [line.partition("t")[2] for line in lines if "fact_id" in line] == [
        "_id: 3a2245b978ca3436.t9.r2.c3",
        "_id: 3a2245b978ca3436.t9.r14.c3",
        "_id: 3a2245b978ca3436.t10.r1.c3",
    ]
    less = write_verdicts([*others[1:], TWO]).splitlines()
    assert len(lines) - len(less) == 7
    assert [line for line in less if line not in lines] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("verdict: confirm", "verdict: accept"), "a.yml:6: verdicts[1].verdict: expected one of"),
        (lambda t: t.replace("expects:", "expect:"), "did you mean 'expects'"),
        (lambda t: t.replace(f"fact_id: {SHA[:16]}", "fact_id: " + "f" * 16), "expected a value of the document"),
        (lambda t: t.replace("    fingerprint: 0123456789abcdef\n", ""), "expected one of fact_id and fingerprint"),
        (lambda t: t.replace("2026-11-23", "yesterday", 1), "expected a day"),
        (lambda t: t + t.partition("verdicts:\n")[2], "expected one verdict on"),
        (lambda t: t.replace("    verdict: confirm", "    # mine\n    verdict: confirm"), "a.yml:6: comments stand"),
        (lambda t: t.replace("reviewer: 张三", "reviewer: &a 张三", 1), "anchors and aliases"),
        (lambda t: t.replace("reviewer: 张三", "reviewer: !!python/name:os.system x", 1), "tags"),
        (lambda t: t.replace("reviewer: 张三", 'reviewer: "a\\x07"', 1), "control character"),
        (lambda t: t.replace("as_printed", "the_sum_says_so"), "verdicts[1].reason"),
        (lambda t: "- " * 500 + t, "not valid YAML"),
        (lambda t: t + "x" * 8_000_001, "larger than"),
    ],
)
def test_what_is_not_as_expected_is_said_in_one_line(change: Callable[[str], str], said: str) -> None:
    with pytest.raises(VerdictError) as caught:
        parse_verdicts(change(FILE).encode(), "a.yml")
    assert said in str(caught.value) or "nested deeper" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_is_judged_in_two_files(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(FILE, encoding="utf-8")
    (tmp_path / "b.yml").write_text(FILE, encoding="utf-8")
    with pytest.raises(VerdictError, match=r"b\.yml.*see a\.yml"):
        load_verdicts(tmp_path)


# -------------------------------------------------------------------------------------------------- what follows of it


def test_a_confirmed_value_is_one_that_is_still_printed() -> None:
    assert verdicts_of([ONE, TWO], TABLES) == {FACT["fact_id"]: "confirm"}
    changed = {**TABLES, "budget_lines": [{**FACT, "printed_text": "187.00"}]}
    assert verdicts_of([ONE, TWO], changed) == {}
    assert (stale_reason(ONE, TABLES), stale_reason(ONE, changed)) == (None, "text_differs")
    assert stale_reason(ONE, {**TABLES, "budget_lines": []}) == "no_fact"
    (issue,) = stale_rows([ONE, TWO], changed, SHA)
    assert (issue["code"], issue["stage"]) == ("verdict_stale", "check")
    assert stale_rows([ONE, TWO], TABLES, SHA) == []


def test_a_blank_is_confirmed_as_a_blank() -> None:
    blank = msgspec.structs.replace(ONE, expects="")
    assert expected_by([blank, TWO]) == {FACT["fact_id"]: {"verdict": "confirm", "expected": None}}
    assert expected_by([ONE]) == {FACT["fact_id"]: {"verdict": "confirm", "expected": "186.00"}}
    tables = {"budget_lines": [{**FACT, "printed_text": None}], "findings": []}
    assert verdicts_of([blank], tables) == {FACT["fact_id"]: "confirm"}
    assert verdicts_of([ONE], tables) == {}


def test_a_rejected_finding_stays_and_counts_no_more() -> None:
    (row,) = with_verdicts([FINDING], [ONE, TWO])
    assert (row["human_verdict"], row["human_note"]) == ("reject", "rule_does_not_apply · 两个口径: 不同")
    assert (row["outcome"], row["severity"], counts_as_failing(row)) == ("fails", "info", False)
    (other,) = with_verdicts([{**FINDING, "fingerprint": "f" * 16}], [ONE, TWO])
    assert (other["human_verdict"], other["severity"], counts_as_failing(other)) == (None, "error", True)
    (confirmed,) = with_verdicts([FINDING], [msgspec.structs.replace(TWO, verdict="confirm")])
    assert (confirmed["human_verdict"], confirmed["severity"], counts_as_failing(confirmed)) == (
        "confirm",
        "error",
        True,
    )


def test_a_verdict_on_a_finding_dies_with_it() -> None:
    assert stale_reason(TWO, TABLES) is None
    assert stale_reason(TWO, {**TABLES, "findings": []}) == "no_finding"
    assert isinstance(TWO, Verdict)
    moved = {**FINDING, "evidence": ["合计 187.00"]}
    assert stale_reason(TWO, {**TABLES, "findings": [moved]}) == "text_differs"
    assert with_verdicts([moved], [TWO])[0]["human_verdict"] is None
