"""T01–T06: the 三公 statement, alone and against basic spending."""

import pytest

from tests.flows.checks.build import Builder
from tests.flows.checks.report import fails, found, only, outcomes

LINES = {
    "total=合计": "186.00",
    "three_public_subtotal=“三公”经费小计": "171.00",
    "abroad=一、因公出国（境）费": "7.00",
    "abroad_academic=其中：教学科研人员": "",
    "abroad_other=其他因公出国": "7.00",
    "vehicle=二、公务用车购置及运维费": "69.00",
    "vehicle_purchase=其中：购置费": "",
    "vehicle_operation=运行维护费": "69.00",
    "reception=三、公务接待费": "95.00",
    "meeting=四、会议费": "15.00",
    "training=五、培训费": "",
}
BASIC = {
    "30212 因公出国": "7.00",
    "30215 会议费": "15.00",
    "30217 公务接待费": "95.00",
    "30231 运行维护费": "69.00",
}


def built(
    changes: dict[str, str] | None = None, basic: dict[str, str] | None = None, *, drop: tuple[str, ...] = ()
) -> Builder:
    """The statement with some lines' texts changed (by key) in both columns."""
    changes = changes or {}
    lines = []
    for name, usual in LINES.items():
        key = name.partition("=")[0]
        if key not in drop:
            text = changes.get(key, usual)
            lines.append((name, text, text))
    table = Builder().statement("three_public", ["total", "general_public_budget"], lines)
    if basic is not None:
        economic = list(basic.items())
        table.statement("basic_expenditure", ["total"], economic, system="economic_department", page=3)
    return table


@pytest.mark.parametrize("check_id", ["T01", "T02", "T03", "T04"])
def test_a_consistent_statement_holds(check_id: str) -> None:
    assert set(outcomes(built(), check_id).values()) == {"holds"}


@pytest.mark.parametrize(
    ("check_id", "key", "wrong"),
    [
        ("T01", "total", "168.00"),
        ("T02", "abroad", "70.00"),
        ("T03", "vehicle_operation", "96.00"),
        ("T04", "abroad_other", "1.00"),
    ],
)
def test_a_wrong_item_fails_once_for_all_columns(check_id: str, key: str, wrong: str) -> None:
    row = only(built({key: wrong}), check_id, "fails")
    assert sum(text.endswith(f" {wrong}") for text in row["evidence"]) == 2, "both columns are evidence of one finding"


@pytest.mark.parametrize(
    ("check_id", "key", "near"), [("T01", "total", "186.01"), ("T02", "abroad", "7.01"), ("T03", "vehicle", "69.01")]
)
def test_a_last_digit_is_rounding(check_id: str, key: str, near: str) -> None:
    assert "rounding" in outcomes(built({key: near}), check_id).values()


@pytest.mark.parametrize("check_id", ["T01", "T02", "T03", "T04", "T05", "T06"])
def test_not_applicable_without_a_statement(check_id: str) -> None:
    (row,) = found(Builder(), check_id)
    assert row["outcome"] == "not_applicable"


def test_meeting_items() -> None:
    lines = [("meeting=会议费", "15.00"), ("meeting_university=其中", "5.00"), ("meeting_other=其他", "10.00")]
    assert set(outcomes(Builder().statement("three_public", ["total"], lines), "T05").values()) == {"holds"}
    lines[2] = ("meeting_other=其他", "1.00")
    assert only(Builder().statement("three_public", ["total"], lines), "T05", "fails")["delta_yuan"] == 90_000.0


def test_without_subtotal_the_total_is_the_three_items() -> None:
    drop = ("three_public_subtotal", "meeting", "training")
    assert set(outcomes(built({"total": "171.00"}, drop=drop), "T02").values()) == {"holds"}
    assert "T02" in fails(built({"total": "186.00"}, drop=drop))


def test_meetings_without_subtotal_leave_the_total_open() -> None:
    assert fails(built(drop=("three_public_subtotal",))) == set()


def test_what_a_blank_item_lacks_is_named_once() -> None:
    table = built({"meeting": ""}, BASIC)
    row = only(table, "T01", "fails")
    assert (row["left_yuan"], row["right_yuan"], row["delta_yuan"]) == (1_860_000.0, 1_710_000.0, 150_000.0)
    assert "30215 会议费 15.00万元" in row["message_zh"] and "30215 会议费 15.00万元" in row["message_en"]
    assert "30215 会议费 15.00" in row["evidence"] and "四、会议费 （空白）" in row["evidence"]
    assert any(".t2.r2." in fact for fact in row["fact_ids"]) and row["pages"] == [1, 3]
    assert fails(table) == {"T01"}
    other = [row for row in found(table, "T06") if row["subject"].endswith("/meeting")]
    assert [(row["outcome"], row["na_reason"]) for row in other] == [("not_assessable", "explained_by_T01")]


def test_two_blank_items_may_lack_together() -> None:
    table = built({"meeting": ""}, BASIC | {"30215 会议费": "9.00", "30216 培训费": "6.00"})
    row = only(table, "T01", "fails")
    assert "30215 会议费 9.00万元" in row["message_zh"] and "30216 培训费 6.00万元" in row["message_zh"]


def test_another_amount_explains_nothing() -> None:
    row = only(built({"meeting": ""}, BASIC | {"30215 会议费": "14.00"}), "T01", "fails")
    assert "30215" not in row["message_zh"]


def test_items_are_at_least_what_basic_spending_prints() -> None:
    assert set(outcomes(built(basic=BASIC), "T06").values()) == {"holds"}
    more = {"total": "196.00", "three_public_subtotal": "181.00", "reception": "105.00"}
    assert fails(built(more, BASIC)) == set(), "what goes beyond may be paid from projects"
    less = {"total": "176.00", "three_public_subtotal": "161.00", "reception": "85.00"}
    assert fails(built(less, BASIC)) == {"T06"}
    row = only(built(less, BASIC), "T06", "fails")
    assert "30217 公务接待费 95.00" in row["evidence"] and row["delta_yuan"] == -100_000.0


def test_a_last_digit_less_than_basic_spending_is_rounding() -> None:
    assert "rounding" in outcomes(built(basic=BASIC | {"30217 公务接待费": "95.01"}), "T06").values()


def test_a_blank_item_without_a_gap_is_not_assessable() -> None:
    table = built({"meeting": "", "total": "171.00"}, BASIC)
    assert fails(table) == set()
    row = next(row for row in found(table, "T06") if row["subject"].endswith("/meeting"))
    assert row["na_reason"] == "blank_total"
