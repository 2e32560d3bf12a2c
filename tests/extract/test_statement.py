"""Statements: lines, codes, parents, states, and every cell accounted for."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from extract.document import Interpretation, Statement
from extract.interpret import interpret_reading
from tests.extract.build import reading, table


def only(interpretation: Interpretation) -> Statement:
    assert len(interpretation.statements) == 1
    return interpretation.statements[0]


def lines(statement: Statement) -> list[tuple[str, str | None, str]]:
    return [("/".join(line.path), line.code, line.agg_role) for line in statement.lines]


def printed(statement: Statement) -> dict[tuple[str, str], str]:
    return {
        ("/".join(statement.lines[a.line].path), "/".join(statement.columns[a.column].path)): a.text.text
        for a in statement.amounts
    }


APPROPRIATION = [
    ["收入", "<", "支出", "<", "<"],
    ["项目", "金额", "项目", "合计", "一般公共预算财政拨款"],
    ["一、一般公共预算拨款", "9.00", "一、一般公共服务支出", "9.00", "9.00"],
    ["二、政府性基金预算拨款", "", "二、外交支出", "", ""],
    ["", "", "三、国防支出", "", ""],
    ["本年收入合计", "9.00", "本年支出合计", "9.00", "9.00"],
    ["年初财政拨款结转和结余", "", "年末财政拨款结转和结余", "", ""],
    ["一、一般公共预算拨款", "", "", "", ""],
    ["二、政府性基金预算拨款", "", "", "", ""],
    ["收入总计", "9.00", "支出总计", "9.00", "9.00"],
]


def test_repeated_labels_have_different_paths_and_keys() -> None:
    statement = only(interpret_reading(reading("部门预算财政拨款收支总表", table(1, APPROPRIATION))))
    assert statement.code == "appropriation"
    income = [line for line in statement.lines if line.lane == 0]
    assert [line.key for line in income] == [
        "general_public_budget",
        "government_fund",
        "income_current",
        "carryover_in",
        "carryover_in/general_public_budget",
        "carryover_in/government_fund",
        "income_total",
    ]
    assert income[4].path == ("年初财政拨款结转和结余", "一、一般公共预算拨款")
    assert income[0].path == ("一、一般公共预算拨款",)
    assert [line.agg_role for line in income] == ["leaf", "leaf", "parent", "parent", "leaf", "leaf", "grand_total"]
    spending = [line for line in statement.lines if line.lane == 1]
    assert spending[2].key == "function:国防支出"
    assert spending[2].class_system == "functional"
    assert {line.flow for line in spending} == {"expenditure"}
    # Blank positions of labelled lines are amounts, unlabelled ones are not.
    assert len(statement.amounts) == 7 + 6 * 2


def test_same_structure_without_a_form() -> None:
    grid = [["收支项目", "金额"], *([row[0], row[1]] for row in APPROPRIATION[2:] if row[0])]
    statement = only(interpret_reading(reading("某种表", table(1, grid))))
    assert statement.code == "other"
    assert ("年初财政拨款结转和结余/一、一般公共预算拨款", None, "leaf") in lines(statement)
    assert ("一、一般公共预算拨款", None, "leaf") in lines(statement)


def test_codes_in_one_column_give_levels_and_parents() -> None:
    grid = [
        ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
        ["", "合计", "10.00", "4.00", "6.00"],
        ["201", "一般公共服务支出", "10.00", "4.00", "6.00"],
        ["20103", "政府办公厅（室）及相关机构事务", "10.00", "4.00", "6.00"],
        ["2010301", "行政运行", "4.00", "4.00", ""],
        ["2010302", "一般行政管理事务", "6.00", "", "6.00"],
    ]
    statement = only(interpret_reading(reading("部门预算支出总表", table(1, grid))))
    assert lines(statement) == [
        ("合计", None, "grand_total"),
        ("一般公共服务支出", "201", "parent"),
        ("一般公共服务支出/政府办公厅（室）及相关机构事务", "20103", "parent"),
        ("一般公共服务支出/政府办公厅（室）及相关机构事务/行政运行", "2010301", "leaf"),
        ("一般公共服务支出/政府办公厅（室）及相关机构事务/一般行政管理事务", "2010302", "leaf"),
    ]
    assert [line.level for line in statement.lines] == [0, 1, 2, 3, 3]
    assert {line.class_system for line in statement.lines[1:]} == {"functional"}


def test_codes_in_three_columns_full_and_own_level_only() -> None:
    head = [["科目编码", "<", "<", "科目名称", "合计"], ["类", "款", "项", "^", "^"]]
    full = [["201", "", "", "甲", "1.00"], ["201", "03", "", "乙", "1.00"], ["201", "03", "01", "丙", "1.00"]]
    own = [["201", "", "", "甲", "1.00"], ["", "03", "", "乙", "1.00"], ["", "", "01", "丙", "1.00"]]
    again = [["208", "", "", "丁", "1.00"], ["", "05", "", "戊", "1.00"]]
    for body, as_printed in ((full, "2010301"), (own, "01")):
        statement = only(interpret_reading(reading("部门支出总体情况表", table(1, [*head, *body, *again]))))
        assert [line.code for line in statement.lines] == ["201", "20103", "2010301", "208", "20805"]
        assert statement.lines[2].printed_code == as_printed
        assert statement.lines[2].path == ("甲", "乙", "丙")


def test_code_printed_with_its_name() -> None:
    grid = [["功能分类科目", "合计"], ["2014050-事业运行", "590.715374"], ["[201]一般公共服务支出", "1.00"]]
    statement = only(interpret_reading(reading("支出明细", table(1, grid))))
    assert [line.code for line in statement.lines] == ["2014050", "201"]
    assert [line.printed_code for line in statement.lines] == [None, None]


def test_economic_codes_are_not_functional() -> None:
    grid = [["科目编码", "科目名称", "合计", "人员经费", "公用经费"], ["301", "工资福利支出", "1.00", "1.00", ""],
            ["50101", "工资奖金津补贴", "1.00", "1.00", ""]]  # fmt: skip
    statement = only(interpret_reading(reading("一般公共预算基本支出表", table(1, grid))))
    assert [line.class_system for line in statement.lines] == ["economic_department", "economic_government"]


def test_of_which_rows_by_wording_without_indentation() -> None:
    grid = [
        ["项目", "合计"],
        ["一、因公出国（境）费", "7.00"],
        ["其中：教学科研人员因公出国（境）费", ""],
        ["其他因公出国（境）费", "7.00"],
        ["二、公务接待费", "1.00"],
    ]
    for title, code in (("“三公”经费支出表", "three_public"), ("某种支出表", "other")):
        statement = only(interpret_reading(reading(title, table(1, grid))))
        assert statement.code == code
        assert [line.agg_role for line in statement.lines] == ["leaf", "of_which", "of_which", "leaf"]
        assert [line.level for line in statement.lines] == [1, 2, 2, 1]


EMPTY = [["科目编码", "科目名称", "合计", "基本支出", "项目支出"], ["", "", "", "", ""]]


def test_declared_empty_and_merely_blank() -> None:
    title = "部门预算政府性基金预算财政拨款支出表"
    declared = interpret_reading(reading(title, table(1, EMPTY), "注：无政府性基金预算，空表列示。"))
    assert only(declared).state == "declared_empty"
    assert only(declared).notes[0].text.startswith("注：")
    assert only(declared).amounts == []
    blank = interpret_reading(reading(title, table(1, EMPTY), ("下一部分", 1)))
    assert only(blank).state == "blank"
    assert Counter(use.home for use in blank.uses)["padding"] == 5


def test_amount_without_label_is_an_issue() -> None:
    grid = [["科目编码", "科目名称", "合计"], ["201", "一般公共服务支出", "10.00"], ["", "", "3.00"]]
    found = interpret_reading(reading("部门支出总表", table(1, grid)))
    assert [issue.code for issue in found.issues if issue.severity == "warning"] == ["amount_without_label"]
    assert found.issues[-1].place is not None
    assert found.issues[-1].place.ref() == "t1.r3.c3"
    assert [use.home for use in found.uses if use.row == 2 and use.col == 2] == ["unused"]


def test_column_the_form_does_not_know_is_kept_and_named() -> None:
    grid = [
        ["科目编码", "科目名称", "合计", "基本支出", "项目支出", "某种新设支出"],
        ["201", "甲", "9.00", "4.00", "3.00", "2.00"],
    ]
    found = interpret_reading(reading("部门支出总表", table(1, grid)))
    assert printed(only(found))["甲", "某种新设支出"] == "2.00"
    assert [issue.code for issue in found.issues] == ["unknown_column"]


def test_one_row_table_without_labels() -> None:
    grid = [
        ["合计", "因公出国（境）费", "公务用车购置及运行费", "<"],
        ["^", "^", "小计", "购置费"],
        ["13.85", "", "13.55", ""],
    ]
    statement = only(interpret_reading(reading("财政拨款“三公”经费支出情况表", table(1, grid))))
    assert statement.lines[0].label is None
    assert [a.text.text for a in statement.amounts] == ["13.85", "", "13.55", ""]


def test_rest_of_a_table_after_a_page_break() -> None:
    first = [["科目编码", "科目名称", "合计"], ["201", "甲", "3.00"], ["20103", "乙", "3.00"]]
    rest = [["2010301", "丙", "3.00"], ["", "合计", "3.00"]]
    repeated = [first[0], *rest]
    for grid in (rest, repeated):
        found = interpret_reading(reading("部门支出总表", "单位：元", table(1, first), table(2, grid)))
        assert [statement.code for statement in found.statements] == ["expenditure", "expenditure"]
        second = found.statements[1]
        assert second.caption["unit"].text == "单位：元"
        assert second.lines[0].path == ("甲", "乙", "丙")
        assert "continues table 1" in second.recognition.reasons[0]


def test_table_without_structure_is_unrecognized_and_kept() -> None:
    found = interpret_reading(reading("说明", table(1, [["甲", "乙"], ["丙", "丁"]])))
    assert only(found).state == "unrecognized"
    assert [issue.code for issue in found.issues] == ["unrecognized_table"]
    assert {use.home for use in found.uses if use.table} == {"unused"}


CELLS = st.sampled_from(
    [
        "",
        "合计",
        "科目名称",
        "科目编码",
        "201",
        "2010301",
        "1.00",
        "-",
        "一、甲",
        "其中：乙",
        "甲",
        "注：无",
        "单位：元",
    ]
)


@given(
    st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=9),
    st.sampled_from(["支出总表", "收支总表", "某表"]),
)
def test_every_cell_has_exactly_one_use_and_no_print_is_lost(grid: list[list[str]], title: str) -> None:
    made = table(1, grid)
    found = interpret_reading(reading(title, made))
    homes = Counter((use.row, use.col) for use in found.uses if use.table == 1)
    assert homes == Counter({(cell.row, cell.col): 1 for cell in made.cells})
    unused = [use for use in found.uses if use.home == "unused"]
    assert not unused or any(
        i.code in {"unused_cell", "unrecognized_table", "amount_without_label"} for i in found.issues
    )
    for use in found.uses:
        if use.table == 1 and use.home == "padding":
            assert next(cell.text for cell in made.cells if (cell.row, cell.col) == (use.row, use.col)) == ""
