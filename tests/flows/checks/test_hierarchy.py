"""H01, H02: codes and their children, the grand total and the classes."""

from tests.flows.checks.build import Builder
from tests.flows.checks.report import fails, found, only, outcomes


def tree(leaf: str = "35.72", total: str = "151.73", **options: object) -> Builder:
    lines = [
        ("grand_total=合计", total, "", total),
        ("201 一般公共服务支出", "117.00", "", "117.00"),
        ("20103 政府办公厅", "117.00", "", "117.00"),
        ("2010301 行政运行", "81.28", "", "81.28"),
        ("2010302 一般行政管理事务", leaf, "", leaf),
        ("208 社会保障", "34.73", "", "34.73"),
    ]
    return Builder().statement("general_expenditure", ["total", "basic", "project"], lines, **options)


def test_a_consistent_tree_holds() -> None:
    assert set(outcomes(tree(), "H01").values()) == {"holds"}
    assert set(outcomes(tree(), "H02").values()) == {"holds"}


def test_a_last_digit_is_rounding() -> None:
    row = next(row for row in found(tree(total="151.74"), "H02") if row["outcome"] == "rounding")
    assert row["subject"] == "general_expenditure.1/grand_total/project"
    assert (row["delta_yuan"], row["tolerance_yuan"], row["n_terms"]) == (100.0, 150.0, 2)
    assert row["severity"] == "info"


def test_the_bound_is_the_last_difference_allowed() -> None:
    assert "rounding" in outcomes(tree(leaf="35.73"), "H01").values() and not fails(tree(leaf="35.73"))
    assert "H01" in fails(tree(leaf="35.74"))


def test_a_wrong_child_fails_once_and_names_everything() -> None:
    row = only(tree(leaf="53.72"), "H01", "fails")
    assert row["subject"] == "general_expenditure.1/20103/total"
    assert (row["left_yuan"], row["right_yuan"], row["delta_yuan"]) == (1_170_000.0, 1_350_000.0, -180_000.0)
    assert "20103 政府办公厅 117.00" in row["evidence"]
    assert "2010302 一般行政管理事务 53.72" in row["evidence"]
    assert "一般公共预算财政拨款支出表" in row["message_zh"] and "18.00万元" in row["message_zh"]
    assert "项目支出" in row["message_zh"], "the same difference in another column is part of the same finding"
    assert row["pages"] == [1] and row["places"][0] == "t1.r3.c3"
    assert row["fact_ids"][0].endswith(".t1.r3.c3")


def test_different_faults_in_two_columns_are_two_findings() -> None:
    built = Builder().statement(
        "general_expenditure",
        ["total", "basic"],
        [("208 社会保障", "10.00", "8.00"), ("20805 养老", "7.00", "6.00")],
    )
    assert len([row for row in found(built, "H01") if row["outcome"] == "fails"]) == 2


def test_a_blank_child_is_named_not_taken_for_zero() -> None:
    row = only(tree(leaf=""), "H01", "fails")
    assert "2010302 一般行政管理事务 为空白，未计入" in row["message_zh"]
    assert "left out because blank: 2010302" in row["message_en"]


def test_blanks_that_are_not_missed_hold() -> None:
    built = Builder().statement(
        "general_expenditure",
        ["total"],
        [("208 社会保障", "10.00"), ("20805 养老", "10.00"), ("20808 抚恤", ""), ("20811 残疾人", "—")],
    )
    assert only(built, "H01", "holds")["n_terms"] == 1


def test_a_blank_total_is_not_assessable() -> None:
    built = Builder().statement("general_expenditure", ["total"], [("208 社会保障", ""), ("20805 养老", "10.00")])
    assert only(built, "H01", "not_assessable")["na_reason"] == "blank_total"


def test_a_total_over_blanks_only_is_not_assessable() -> None:
    built = Builder().statement("general_expenditure", ["total"], [("208 社会保障", "10.00"), ("20805 养老", "")])
    assert only(built, "H01", "not_assessable")["na_reason"] == "blank_terms"


def test_a_masked_term_is_not_assessable() -> None:
    built = Builder().statement(
        "general_expenditure", ["total"], [("204 公共安全", "10.00"), ("20402 公安", "4.00"), ("20499 其他", "***")]
    )
    row = only(built, "H01", "not_assessable")
    assert row["na_reason"] == "unreadable" and "20499" in row["message_en"]


def test_empty_columns_are_counted_once() -> None:
    (row,) = [row for row in found(tree(), "H01") if row["outcome"] == "not_applicable"]
    assert row["na_reason"] == "nothing_printed" and row["n_terms"] == 2


def test_a_class_printed_without_the_level_between() -> None:
    built = Builder().statement(
        "expenditure",
        ["total"],
        [("201 一般公共服务", "10.00"), ("2010301 行政运行", "6.00"), ("2010302 管理", "4.00")],
    )
    assert outcomes(built, "H01") == {"expenditure.1/201/total": "holds"}


def test_economic_codes_have_two_levels() -> None:
    lines = [("grand_total=合计", "7.00"), ("302 商品", "7.00"), ("30211 差旅费", "3.00"), ("30212 出国", "4.00")]
    built = Builder().statement("basic_expenditure", ["total"], lines, system="economic_department")
    assert outcomes(built, "H01") == {"basic_expenditure.1/302/total": "holds"}
    assert outcomes(built, "H02") == {"basic_expenditure.1/grand_total/total": "holds"}


def test_repeated_codes_are_not_assessed() -> None:
    lines = [("201 一般公共服务", "10.00"), ("20103 政府办公厅", "4.00"), ("20103 政府办公厅", "4.00")]
    row = only(Builder().statement("expenditure", ["total"], lines), "H01", "not_assessable")
    assert row["na_reason"] == "repeated_codes" and "20103" in row["message_zh"]


def test_uncoded_money_keeps_the_grand_total_open() -> None:
    lines = [("grand_total=合计", "12.00"), ("201 一般公共服务", "10.00"), ("某单位", "2.00")]
    row = only(Builder().statement("expenditure", ["total"], lines), "H02", "not_assessable")
    assert row["na_reason"] == "uncoded_lines" and "某单位" in row["message_en"]


def test_dropped_trailing_zeros_do_not_widen_the_tolerance() -> None:
    lines = [
        ("grand_total=合计", "57.05"),
        ("201 一般公共服务", "45"),
        ("20103 政府办公厅", "40"),
        ("20199 其他", "4.35"),
        ("208 社会保障", "12.05"),
    ]
    row = only(Builder().statement("expenditure", ["total"], lines), "H01", "fails")
    assert row["tolerance_yuan"] == 150.0


def test_whole_yuan_with_one_cell_in_fen_is_rounding() -> None:
    lines = [
        ("grand_total=合计", "22,118,861.34"),
        ("201 一般公共服务", "20,000,000"),
        ("20103 政府办公厅", "20,000,000"),
        ("2010301 行政运行", "20,000,000"),
        ("208 社会保障", "2,118,861"),
    ]
    built = Builder().statement("expenditure", ["total"], lines, unit="元")
    assert only(built, "H02", "rounding")["tolerance_yuan"] == 1.005


def test_tables_of_no_known_form_promise_nothing() -> None:
    built = Builder().statement("other", ["total"], [("201 一般公共服务", "10.00"), ("20103 政府办公厅", "4.00")])
    (row,) = found(built, "H01")
    assert (row["outcome"], row["na_reason"]) == ("not_applicable", "no_codes")
