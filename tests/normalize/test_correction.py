"""Corrections: read strictly, guarded, applied whole or not at all, with what was read kept beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl.schema import Provenance
from extract.document import Identity, Place, Text
from normalize.correct import unknown_documents
from normalize.correction import (
    Correction,
    CorrectionError,
    by_document,
    load_corrections,
    parse_corrections,
)
from normalize.facts import build_rows
from normalize.schema import Row, check_rows
from normalize.strict import MAX_BYTES
from tests.normalize.build import SHA, amount_column, interpretation_of, reading_of, statement

FILE = f"""
corrections:
  - id: 130630-0001
    document: {SHA}
    place: t1.r5.c3
    printed: "1S6.00"
    fix:
      text: "186.00"
    reason: ocr
    evidence: {{kind: picture, note: 第 12 页图像印作 186.00}}
    by: 张三
    on: 2026-11-23
    why: OCR took the 8 for an S
"""
COLUMNS = [amount_column(0, "total", "合计"), amount_column(1, None, "基本支出")]
BODY = [
    (None, "合计", ["1,486.83", "1191.02"]),
    ("201", "一般公共服务支出", ["1255.37", ""]),
    ("20103", "政府办公厅（室）及相关机构事务", ["3.00", "1S6.00"]),
]


def only(text: str = FILE) -> Correction:
    (one,) = parse_corrections(text.encode(), "a.yml")
    return one


def fixed(place: str, printed: str, **fix: object) -> Correction:
    whole = msgspec.to_builtins(only()) | {"id": f"c-{place}-{'-'.join(fix)}", "place": place, "printed": printed}
    return msgspec.convert(whole | {"fix": fix}, Correction)


def tables(*corrections: Correction, unit: str | None = "单位：万元") -> dict[str, list[Row]]:
    made = statement(BODY, COLUMNS, unit=unit, roles={0: "grand_total", 1: "parent"})
    identity = Identity(org_name=Text("某局", Place(paragraph=1)), fiscal_year=2024, doc_type="department_budget")
    found = build_rows(
        reading_of(made), interpretation_of(made, identity=identity), Provenance(), corrections=corrections
    )
    for name, rows in found.items():
        check_rows(name, rows)
    return found


def row(found: dict[str, list[Row]], place: str) -> Row:
    return next(row for row in found["budget_lines"] if row["fact_id"] == f"{SHA[:16]}.{place}")


# ------------------------------------------------------------------------------------------------------------- applying


def test_without_corrections_nothing_is_said_of_any() -> None:
    found = tables()
    assert found["corrections"] == []
    assert {row["correction_ids"] for row in found["budget_lines"]} == {None}


def test_a_misread_amount_is_corrected_and_what_was_read_stays_beside() -> None:
    before, after = row(tables(), "t1.r5.c3"), row(found := tables(only()), "t1.r5.c3")
    assert (before["amount_state"], before["amount_yuan"]) == ("not_numeric", None)
    assert (after["printed_text"], after["printed_text_as_read"]) == ("186.00", "1S6.00")
    assert (after["amount_state"], after["amount_yuan"], after["amount_fen"]) == ("number", 1860000.0, 186000000)
    assert after["resolution_yuan"] == 100.0
    assert after["correction_ids"] == ["130630-0001"]
    assert "amount_state=not_numeric" in (after["as_read"] or [])  # type: ignore[operator]
    (said,) = found["corrections"]
    assert (said["status"], said["field"], said["value_as_read"], said["value_corrected"], said["n_rows"]) == (
        "applied",
        "printed_text",
        "1S6.00",
        "186.00",
        1,
    )


def test_nothing_else_changes_with_it() -> None:
    """No total is worked out anew, and the cell as printed by our reader stays in raw_cells."""
    before, after = tables(), tables(only())
    differ = [
        old["fact_id"] for old, new in zip(before["budget_lines"], after["budget_lines"], strict=True) if old != new
    ]
    assert differ == [f"{SHA[:16]}.t1.r5.c3"]
    assert before["raw_cells"] == after["raw_cells"]
    assert before["statements"] == after["statements"]


def test_a_number_lost_from_a_blank_cell_and_a_number_that_is_none() -> None:
    found = tables(fixed("t1.r4.c3", "", text="9.31"), fixed("t1.r5.c2", "3.00", text=""))
    lost, none = row(found, "t1.r4.c3"), row(found, "t1.r5.c2")
    assert (lost["amount_yuan"], lost["printed_text_as_read"], lost["as_read"][0]) == (93100.0, None, "printed_text=")  # type: ignore[index]
    assert (none["printed_text"], none["amount_state"], none["amount_yuan"]) == (None, "blank", None)
    assert found["statements"][0]["n_printed"] == 5


@pytest.mark.parametrize(
    ("correction", "reason"),
    [
        (fixed("t1.r5.c3", "186.00", text="1.00"), "text_differs"),
        (fixed("t1.r5.c9", "1S6.00", text="1.00"), "no_fact"),
        (fixed("t1.r5.c3", "1S6.00", text="1.00", unit={"from": "元", "to": "万元"}), "unit_differs"),
        (fixed("t1.r5.c3", "1S6.00", column={"from": "合计", "key": "basic"}), "column_differs"),
        (fixed("t1.r5.c3", "1S6.00", line={"from": "合计", "code": "20104"}), "line_differs"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_guard_that_does_not_match_makes_it_stale(correction: Correction, reason: str) -> None:
    before, found = tables(), tables(correction)
    assert found["budget_lines"] == before["budget_lines"], "whole or not at all"
    assert {(said["status"], said["stale_reason"]) for said in found["corrections"]} == {("stale", reason)}
    (issue,) = [issue for issue in found["issues"] if issue["code"] == "correction_stale"]
    assert (issue["severity"], issue["place"]) == ("warning", correction.place)
    assert found["documents"][0]["n_issues"] == len(found["issues"])


def test_corrections_of_other_documents_are_left_alone() -> None:
    other = msgspec.structs.replace(only(), document="f" * 64)
    assert tables(other) == tables()
    rows, issues = unknown_documents([other], [SHA])
    check_rows("corrections", rows)
    assert [said["stale_reason"] for said in rows] == ["no_document"]
    assert issues[0].document_sha256 == other.document


def test_a_unit_misread_is_that_of_the_whole_statement() -> None:
    found = tables(fixed("t1.r3.c2", "1,486.83", unit={"from": "万元", "to": "单位：元"}))
    assert [(row["amount_yuan"], row["unit_printed"]) for row in found["budget_lines"][:3]] == [
        (1486.83, "单位：元"),
        (1191.02, "单位：元"),
        (1255.37, "单位：元"),
    ]
    assert (found["statements"][0]["unit"], found["statements"][0]["unit_printed"]) == ("元", "单位：元")
    assert "amount_yuan=14868300.0" in found["budget_lines"][0]["as_read"]  # type: ignore[operator]
    assert found["corrections"][0]["n_rows"] == 6


def test_a_unit_that_was_not_read_at_all() -> None:
    found = tables(fixed("t1.r3.c2", "1,486.83", unit={"from": "", "to": "万元"}), unit=None)
    assert row(found, "t1.r3.c2")["amount_yuan"] == 14868300.0


def test_the_meaning_of_a_column_is_that_of_all_its_cells_and_of_no_other() -> None:
    fix = {"from": "基本支出", "key": "basic", "nature": "basic", "path": "本年支出/基本支出"}
    found = tables(fixed("t1.r3.c3", "1191.02", column=fix))
    corrected = [row for row in found["budget_lines"] if row["correction_ids"]]
    assert {row["col_no"] for row in corrected} == {3}
    assert len(corrected) == 3
    assert {(row["column_key"], row["nature"], row["column_path"]) for row in corrected} == {
        ("basic", "basic", "本年支出/基本支出")
    }
    assert corrected[0]["amount_yuan"] == 11910200.0, "amounts stay"


def test_the_identity_of_a_line() -> None:
    label = "政府办公厅（室）及相关机构事务"
    found = tables(fixed("t1.r5.c2", "3.00", line={"from": label, "code": "20101", "label": "人大事务"}))
    corrected = [row for row in found["budget_lines"] if row["correction_ids"]]
    assert [(row["line_code"], row["line_label"], row["line_key"].rpartition("/")[2]) for row in corrected] == [  # type: ignore[attr-defined]
        ("20101", "人大事务", "20101")
    ] * 2


def test_two_that_contradict_each_other() -> None:
    unit = fixed("t1.r3.c2", "1,486.83", unit={"from": "万元", "to": "元"})
    against = fixed("t1.r5.c2", "3.00", unit={"from": "万元", "to": "亿元"})
    with_text = fixed("t1.r5.c3", "1S6.00", text="186.00")
    found = tables(against, with_text, unit)
    assert {said["correction_id"]: said["stale_reason"] for said in found["corrections"]} == {
        unit.id: None,
        against.id: "conflict",
        with_text.id: None,
    }
    both = row(found, "t1.r5.c3")
    assert (both["amount_yuan"], both["correction_ids"]) == (186.0, [unit.id, with_text.id])


# -------------------------------------------------------------------------------------------------------------- reading


def test_a_file_is_read_as_text() -> None:
    one = only()
    assert (one.fact_id, one.fix.text, one.on) == (f"{SHA[:16]}.t1.r5.c3", "186.00", "2026-11-23")
    assert parse_corrections(b"", "a.yml") == []
    assert parse_corrections(b"corrections:\n", "a.yml") == []
    assert only(FILE.replace('"186.00"', "186.00")).fix.text == "186.00", "186.00 is no number here"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace("place:", "plaec:"), "a.yml:5: corrections[1].plaec: unknown key; did you mean 'place'?"),
        (lambda t: t.replace("    by: 张三\n", ""), "a.yml:3: corrections[1].by: expected, but it is missing"),
        (lambda t: t.replace("reason: ocr", "reason: arithmetic"), "a.yml:9: corrections[1].reason: expected one of"),
        (lambda t: t.replace("kind: picture", "kind: sum"), "a.yml:10: corrections[1].evidence.kind: expected one of"),
        (lambda t: t.replace(SHA, SHA[:16]), "a.yml:4: corrections[1].document: expected a sha256 of 64"),
        (lambda t: t.replace("t1.r5.c3", "t1.r0.c3"), "a.yml:5: corrections[1].place: expected a place such as"),
        (lambda t: t.replace("2026-11-23", "23.11.2026"), "a.yml:12: corrections[1].on: expected a day"),
        (lambda t: t.replace("why: OCR took the 8 for an S", "why: ' '"), "why: expected a text that is not blank"),
        (lambda t: t.replace('text: "186.00"', "unit: {from: 元, to: 人}"), "fix.unit.to: expected a text that states"),
        (lambda t: t.replace('text: "186.00"', "column: {from: 合计}"), "expected what is right beside `from`"),
        (lambda t: t.replace('text: "186.00"', "line: {from: 甲, code: 2O1}"), "line.code: expected a code of digits"),
        (lambda t: t.replace('\n      text: "186.00"', " {}"), "expected at least one of text, unit, column, line"),
        (lambda t: t.replace('text: "186.00"', "text: [1, 2]"), "corrections[1].fix.text: expected a text"),
        (lambda t: t + t.partition("corrections:")[2], "corrections[2].id: expected an id of its own"),
        (
            lambda t: t + t.partition("corrections:")[2].replace("-0001", "-0002"),
            "corrections[2].place: expected one correction of t1.r5.c3",
        ),
        (lambda t: t + "    by: 李四\n", "a.yml:14: corrections[1].by: expected once"),
        (lambda t: t.replace("corrections:", "overrides:"), "a.yml:2: overrides: unknown key"),
        (lambda t: "- 1\n", "expected a mapping with corrections"),
        (lambda t: "corrections: 7\n", "a.yml:1: corrections: expected a list"),
        (lambda t: t.replace("by: 张三", "by: &a 张三").replace("why: OCR", "why: *a #"), "anchors and aliases"),
        (lambda t: t.replace("by: 张三", "by: !!python/object:os.system 张三"), "tags (!…) are not expected"),
        (lambda t: "[" * 5000, "nested deeper than 6 levels"),
        (lambda t: t.replace("by: 张三", "by: 'a\tb\x07'"), "not valid YAML"),
        (lambda t: t.replace("by: 张三", f"by: {'x' * 3000}"), "expected at most 2000 characters"),
        (lambda t: t.replace("fix:", "fix"), "not valid YAML"),
        (lambda t: "x" * (MAX_BYTES + 1), "larger than"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_line_key_and_what_was_expected(
    change: Callable[[str], str], says: str
) -> None:
    with pytest.raises(CorrectionError) as caught:
        parse_corrections(change(FILE).encode(), "a.yml")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_not_utf8() -> None:
    with pytest.raises(CorrectionError, match=r"a\.yml:2: expected UTF-8 text"):
        parse_corrections("\n订正".encode("gbk"), "a.yml")


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_whatever_comes_is_a_list_or_an_error(raw: bytes) -> None:
    try:
        assert parse_corrections(raw, "a.yml") == []
    except CorrectionError as error:
        assert str(error).startswith("a.yml")


VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "fix", "text", "by"]), inner),
    max_leaves=8,
)


@settings(deadline=None)  # the first file of a process is slow: the parser of YAML is loaded
@given(st.sampled_from([field.name for field in msgspec.structs.fields(Correction)]), VALUE)
def test_any_one_value_spoilt_is_a_correction_or_an_error(key: str, value: Any) -> None:
    whole = msgspec.to_builtins(only()) | {key: value}
    raw = msgspec.json.encode({"corrections": [whole]})  # JSON is YAML
    try:
        (one,) = parse_corrections(raw, "a.yml")
    except CorrectionError as error:
        assert any(words in str(error) for words in ("corrections[1]", "YAML", "nested deeper"))
    else:
        assert isinstance(getattr(one, key), str) or key in ("fix", "evidence")


def test_a_folder_of_files(tmp_path: Path) -> None:
    assert load_corrections(tmp_path / "none") == []
    (tmp_path / "b.yml").write_text(FILE, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not one", encoding="utf-8")
    assert load_corrections(tmp_path) == [only()]
    (tmp_path / "c.yml").write_text(FILE.replace("130630-0001", "130630-0002"), encoding="utf-8")
    with pytest.raises(CorrectionError, match=r"c\.yml: 130630-0002: expected in one file only; see b\.yml"):
        load_corrections(tmp_path)


def test_the_names_of_files_do_not_matter() -> None:
    one, two = only(), msgspec.structs.replace(only(), id="130630-0000", place="t1.r1.c1")
    assert by_document([one, two]) == by_document([two, one]) == {SHA: [two, one]}
