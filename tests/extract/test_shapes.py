"""Shapes of statements that are met between provinces, each named after its trouble; grids are made here."""

from __future__ import annotations

from extract.document import Cell, Interpretation, Paragraph, Place, Reading, Statement, Table
from extract.interpret import interpret_reading
from tests.extract.build import SHA, reading, table


def only(found: Interpretation) -> Statement:
    assert len(found.statements) == 1
    return found.statements[0]


def printed(statement: Statement) -> dict[tuple[str, str], str]:
    return {
        ("/".join(statement.lines[a.line].path), "/".join(statement.columns[a.column].path)): a.text.text
        for a in statement.amounts
    }


def paged(page: int, number: int, grid: list[list[str]], width: float = 40.0, skip: float = 0.0) -> Table:
    """A table as a PDF has it: every cell with its page and its box; skip: where its first column begins."""
    made = table(number, grid)
    cells = [
        Cell(
            c.row,
            c.col,
            c.text,
            (
                Place(
                    page=page,
                    table=number,
                    row=c.row + 1,
                    col=c.col + 1,
                    box=(skip + c.col * width, c.row * 10.0, skip + (c.col + c.colspan) * width, c.row * 10.0 + 10),
                ),
            ),
            c.rowspan,
            c.colspan,
        )
        for c in made.cells
    ]
    return Table(number=number, n_rows=made.n_rows, n_cols=made.n_cols, cells=cells)


def text(number: int, words: str, page: int, role: str = "body") -> Paragraph:
    return Paragraph(number=number, text=words, places=(Place(page=page, paragraph=number),), role=role)  # type: ignore[arg-type]


def document(*blocks: Table | Paragraph) -> Reading:
    return Reading(document_sha256=SHA, kind="pdf", method="pdf_text", n_pages=9, blocks=list(blocks))


HEAD = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]


def test_a_total_printed_on_one_height_with_sub_headers_is_a_line() -> None:
    grid = [
        ["项目", "<", "年初结转和结余", "本年支出", "<", "年末结转和结余"],
        ["功能分类科目编码", "科目名称", "^", "^", "^", "^"],
        ["合计", "<", "", "合计", "基本支出", ""],
        ["", "", "", "", "", ""],
    ]
    statement = only(interpret_reading(reading("政府性基金预算财政拨款收入支出决算表", table(1, grid))))
    assert [("/".join(line.path), line.agg_role) for line in statement.lines] == [("合计", "grand_total")]
    assert ["/".join(statement.columns[a.column].path) for a in statement.amounts] == [
        "年初结转和结余",
        "年末结转和结余",
    ]
    assert statement.columns[3].path == ("本年支出", "合计")


def test_class_type_item_printed_on_one_height_with_the_total() -> None:
    grid = [
        ["支出功能分类科目编码", "<", "<", "科目名称", "本年支出合计", "基本支出"],
        ["类", "款", "项", "合计", "2,946.25", "2,940.05"],
        ["201", "", "", "一般公共服务支出", "2,946.25", "2,940.05"],
        ["201", "06", "", "财政事务", "2,946.25", "2,940.05"],
        ["201", "06", "01", "行政运行", "2,946.25", "2,940.05"],
    ]
    statement = only(interpret_reading(reading("支出决算表", table(1, grid))))
    assert [line.code for line in statement.lines] == [None, "201", "20106", "2010601"]
    assert [column.path[-1] for column in statement.columns[:3]] == ["类", "款", "项"]


def test_a_header_merged_down_into_the_first_line_ends_where_amounts_begin() -> None:
    grid = [
        ["部门经济科目编码", "部门经济科目名称", "合计", "人员经费支出"],
        ["^", "合计", "181716.56", "7942.58"],
        ["301", "工资福利支出", "7804.52", "7804.52"],
    ]
    title = "一般公共预算支出明细表（按支出经济分类科目）"
    statement = only(interpret_reading(reading(title, table(1, grid))))
    assert [column.path for column in statement.columns[2:]] == [("合计",), ("人员经费支出",)]
    assert printed(statement)["合计", "合计"] == "181716.56"


def test_units_stand_in_departments_and_their_subjects_in_them() -> None:
    grid = [
        ["单位编码", "单位名称", "合计"],
        ["", "合计", "9.00"],
        ["113", "某局", "9.00"],
        ["113001", "某局（本级）", "4.00"],
        ["113002", "某中心", "5.00"],
    ]
    statement = only(interpret_reading(reading("部门收入总表", table(1, grid))))
    assert [("/".join(line.path), line.agg_role) for line in statement.lines] == [
        ("合计", "grand_total"),
        ("某局", "parent"),
        ("某局/某局（本级）", "leaf"),
        ("某局/某中心", "leaf"),
    ]
    assert [line.class_system for line in statement.lines] == [None] * 4


def test_a_hotline_number_before_a_name_is_no_code() -> None:
    grid = [["单位", "项目名称", "项目金额"], ["某中心", "12333聘用人员经费", "8.83"]]
    statement = only(interpret_reading(reading("专项业务经费支出表", table(1, grid))))
    assert statement.lines[0].code is None


def test_a_row_named_only_by_its_economic_subject_keeps_its_amount() -> None:
    grid = [
        ["采购品目大类", "专项名称", "经济科目", "采购物品名称", "总计"],
        ["一、货物A", "", "", "", "60.00"],
        ["", "某专项", "专用设备购置", "", "40.00"],
        ["", "", "", "服务器", "20.00"],
        ["", "", "专用设备购置", "", "20.00"],
    ]
    found = interpret_reading(reading("政府采购支出预算表", table(1, grid)))
    assert [issue.code for issue in found.issues if issue.code == "amount_without_label"] == []
    assert len([a for a in only(found).amounts if a.text.text]) == 4


def test_a_unit_cut_by_a_line_break_is_not_another_unit() -> None:
    found = interpret_reading(
        reading("部门支出总表", ("单位：万", 3), "元", table(1, [HEAD, ["201", "甲", "9.00", "4.00", "5.00"]]))
    )
    assert only(found).caption["unit"].text == "单位：万元"
    assert [use.home for use in found.uses if use.paragraph] == ["caption"] * 3


def test_title_and_unit_of_a_running_header_are_used_where_there_are_no_others() -> None:
    grid = [["单位名称", "项目名称", "合计"], ["某局", "某专项", "3.00"]]
    title, unit = text(1, "某局项目支出预算表", 1, "page_field"), text(2, "单位：万元", 1, "page_field")
    found = interpret_reading(document(title, unit, paged(1, 1, grid)))
    statement = only(found)
    assert (statement.code, statement.caption["unit"].text) == ("project_expenditure", "单位：万元")
    assert [use.home for use in found.uses if use.paragraph] == ["page_field", "page_field"]


def test_title_captions_and_header_printed_again_on_the_next_page_go_on() -> None:
    first = paged(1, 1, [HEAD, ["", "合计", "9.00", "4.00", "5.00"], ["201", "甲", "9.00", "4.00", "5.00"]])
    second = paged(2, 2, [HEAD, ["20101", "乙", "9.00", "4.00", "5.00"]])
    above = [text(1, "支出总体情况表", 1), text(2, "单位：万元", 1)]
    again = [text(3, "支出总体情况表", 2), text(4, "单位：万元", 2)]
    found = interpret_reading(document(*above, first, *again, second))
    assert [s.code for s in found.statements] == ["expenditure", "expenditure"]
    assert found.statements[1].recognition.reasons[0].startswith("continues table 1")
    assert found.statements[1].lines[0].path == ("甲", "乙")


def test_the_same_form_of_another_unit_on_the_next_page_begins_anew() -> None:
    rows = [HEAD, ["", "合计", "9.00", "4.00", "5.00"]]
    for caption, own in (("单位：万元", "单位：元"), ("单位：万元", "单位：万元")):
        found = interpret_reading(
            document(
                text(1, "支出总体情况表", 1),
                text(2, caption, 1),
                paged(1, 1, rows),
                text(3, "支出总体情况表", 2),
                text(4, own, 2),
                paged(2, 2, rows),
            )
        )
        assert not found.statements[1].recognition.reasons[0].startswith("continues")


def test_a_continuation_is_known_by_the_place_of_its_columns_though_the_frame_is_gone() -> None:
    framed = [["", "科目编码", "科目名称", "合计", "基本支出", ""], ["", "201", "甲", "9.00", "9.00", ""]]
    bare = [["20101", "乙", "9.00", "9.00"]]
    found = interpret_reading(
        document(text(1, "部门支出总表", 1), paged(1, 1, framed), paged(2, 2, bare, skip=40.0)),
    )
    assert [s.code for s in found.statements] == ["expenditure", "expenditure"]
    assert [(line.code, "/".join(line.path)) for line in found.statements[1].lines] == [("20101", "甲/乙")]
    shifted = interpret_reading(
        document(text(1, "部门支出总表", 1), paged(1, 1, framed), paged(2, 2, bare, skip=17.0)),
    )
    assert shifted.statements[1].state == "unrecognized"


def test_columns_of_another_year_and_of_the_change_are_told_from_this_years() -> None:
    grid = [
        ["单位名称", "2025年预算数", "<", "2026年预算数", "<", "增减变化情况", "<"],
        ["^", "公务接待费", "会议费", "公务接待费", "会议费", "公务接待费", "会议费"],
        ["某局", "1.00", "2.00", "3.00", "2.00", "2.00", ""],
    ]
    statement = only(interpret_reading(reading("“三公”经费预算表", table(1, grid))))
    assert [column.key for column in statement.columns[1:]] == [
        "previous_year:reception",
        "previous_year:meeting",
        "reception",
        "meeting",
        "change:reception",
        "change:meeting",
    ]


def test_column_numbers_printed_again_inside_the_body_are_no_line() -> None:
    grid = [
        ["科目代码", "科目名称", "小计", "基本支出", "项目支出"],
        ["", "栏次", "1", "2", "3"],
        ["201", "甲", "9.00", "4.00", "5.00"],
        ["", "栏次", "1", "2", "3"],
        ["202", "乙", "9.00", "4.00", "5.00"],
    ]
    statement = only(interpret_reading(reading("支出决算表", table(1, grid))))
    assert [line.code for line in statement.lines] == ["201", "202"]


def test_lanes_beside_the_functional_one_name_their_own_classification() -> None:
    grid = [
        ["收入", "<", "支出", "<", "<", "<"],
        ["项目", "预算数", "支出功能分类科目（按大类）", "预算数", "政府预算支出经济分类科目（按大类）", "预算数"],
        ["1、财政拨款", "9.00", "1、教育", "9.00", "1、机关工资福利支出", "9.00"],
    ]
    statement = only(interpret_reading(reading("部门综合预算收支总表", table(1, grid))))
    assert [(line.lane, line.key, line.class_system) for line in statement.lines] == [
        (0, "appropriation_income", None),
        (1, "function:教育", "functional"),
        (2, "economic_government:机关工资福利支出", "economic_government"),
    ]


def test_a_source_that_is_the_sum_of_sources_below_it_is_their_parent() -> None:
    grid = [
        ["收入", "<", "支出", "<"],
        ["项目", "预算数", "项目", "预算数"],
        ["一、财政拨款收入", "9.00", "一、教育支出", "9.00"],
        ["一般公共预算收入", "8.00", "", ""],
        ["政府性基金预算收入", "1.00", "", ""],
    ]
    statement = only(interpret_reading(reading("收支总表", table(1, grid))))
    assert [(line.key, line.agg_role) for line in statement.lines if line.lane == 0] == [
        ("appropriation_income", "parent"),
        ("general_public_budget", "leaf"),
        ("government_fund", "leaf"),
    ]


def test_a_part_of_vehicle_costs_is_not_taken_for_the_whole() -> None:
    grid = [
        ["项目", "预算数"],
        ["合计", "5.00"],
        ["1、因公出国（境）费用", "0.00"],
        ["2、公务接待费", "1.00"],
        ["3、公务用车费", "4.00"],
        ["其中：（1）公务用车运行维护费", "4.00"],
        ["（2）公务用车购置费", "0.00"],
    ]
    statement = only(interpret_reading(reading("一般公共预算“三公”经费支出预算表", table(1, grid))))
    keys = ["total", "abroad", "reception", "vehicle", "vehicle_operation", "vehicle_purchase"]
    assert [line.key for line in statement.lines] == keys
    parts = only(
        interpret_reading(reading("“三公”经费表", table(1, [grid[0], grid[3], ["公务用车运行维护费", "4.00"]])))
    )
    assert [line.key for line in parts.lines] == ["reception", "vehicle_operation"]


def test_funds_under_each_item_are_parts_of_the_item() -> None:
    grid = [
        ["单位名称", "公务接待费", "<", "<", "会议费", "<", "<"],
        ["^", "小计", "一般公共预算", "政府性基金", "小计", "一般公共预算", "政府性基金"],
        ["某局", "4.00", "3.00", "1.00", "2.00", "2.00", "0.00"],
    ]
    statement = only(interpret_reading(reading("“三公”经费财政拨款预算表", table(1, grid))))
    found = [(c.key, c.meaning.get("measure"), c.meaning.get("fund")) for c in statement.columns[1:4]]
    assert found == [
        ("reception", "reception", None),
        ("reception:general_public_budget", "reception", "general_public_budget"),
        ("reception:government_fund", "reception", "government_fund"),
    ]


def test_kinds_of_expenditure_beside_functions_are_no_functions() -> None:
    grid = [
        ["收入", "<", "支出", "<", "<", "<"],
        ["项目", "本年预算", "项目（按支出项目类别分类）", "本年预算", "项目（按支出功能科目分类）", "本年预算"],
        ["一、一般公共预算拨款", "9.00", "一、基本支出", "9.00", "一、教育支出", "9.00"],
    ]
    statement = only(interpret_reading(reading("部门收支总体情况表", table(1, grid))))
    assert [line.key for line in statement.lines] == ["general_public_budget", "use:基本支出", "function:教育支出"]
    assert [column.key for column in statement.columns if column.role == "amount"] == ["amount"] * 3


def test_surplus_named_before_carryover_is_carryover() -> None:
    grid = [["单位名称", "合计", "上年结余、结转", "财政预算拨款"], ["某局", "9.00", "1.00", "8.00"]]
    statement = only(interpret_reading(reading("部门收入总表", table(1, grid))))
    assert [column.key for column in statement.columns[2:]] == ["carryover", "appropriation_income"]


def test_a_unit_code_beside_class_type_item_leaves_the_line_its_subject() -> None:
    grid = [
        ["科目编码", "<", "<", "单位代码", "单位名称（科目）", "合计", "基本支出", "项目支出"],
        ["类", "款", "项", "^", "^", "^", "^", "^"],
        ["", "", "", "116001", "某县财政局", "9.00", "4.00", "5.00"],
        ["201", "06", "01", "116001", "行政运行", "4.00", "4.00", ""],
        ["201", "06", "08", "116001", "财政委托业务支出", "5.00", "", "5.00"],
    ]
    statement = only(interpret_reading(reading("部门支出总表", table(1, grid))))
    assert [(line.code, line.level, line.agg_role, line.class_system) for line in statement.lines] == [
        ("116001", 0, "parent", None),
        ("2010601", 3, "leaf", "functional"),
        ("2010608", 3, "leaf", "functional"),
    ]


def test_rows_of_units_before_the_lines_of_the_same_subject_are_units() -> None:
    grid = [
        ["科目编码", "<", "<", "单位编码", "采购项目", "预算金额"],
        ["类", "款", "项", "^", "^", "^"],
        ["201", "08", "01", "117001", "某市审计局", "9.00"],
        ["201", "08", "01", "", "日常公用经费", "9.00"],
    ]
    statement = only(interpret_reading(reading("部门综合预算政府采购（资产配置、购买服务）预算表", table(1, grid))))
    assert [(line.code, line.agg_role) for line in statement.lines] == [("2010801", "parent"), ("2010801", "leaf")]


def test_totals_of_parts_are_no_leaves() -> None:
    grid = [
        ["人员经费", "<", "<", "公用经费", "<", "<"],
        ["科目编码", "科目名称", "决算数", "科目编码", "科目名称", "决算数"],
        ["301", "工资福利支出", "8.00", "302", "商品和服务支出", "1.00"],
        ["人员经费合计", "<", "8.00", "公用经费合计", "<", "1.00"],
    ]
    statement = only(interpret_reading(reading("一般公共预算财政拨款基本支出决算明细表", table(1, grid))))
    assert [line.agg_role for line in statement.lines] == ["leaf", "leaf", "parent", "parent"]
    natures = [column.meaning.get("nature") for column in statement.columns if column.role == "amount"]
    assert natures == ["basic_personnel", "basic_public"]


def test_a_subject_printed_beside_its_unit_names_the_line() -> None:
    grid = [
        ["单位编码", "单位名称", "功能科目编码", "功能科目名称", "合计"],
        ["105", "某市教育局", "", "", "9.00"],
        ["105001", "某市教育局本级", "2050101", "行政运行", "4.00"],
        ["105001", "某市教育局本级", "2050199", "其他教育管理事务支出", "5.00"],
    ]
    statement = only(interpret_reading(reading("部门支出总表", table(1, grid))))
    assert [(line.code, line.label.text if line.label else None) for line in statement.lines] == [
        ("105", "某市教育局"),
        ("2050101", "行政运行"),
        ("2050199", "其他教育管理事务支出"),
    ]


def test_a_project_between_its_unit_and_its_subject_names_the_line() -> None:
    grid = [
        ["预算单位代码", "预算单位名称", "预算项目名称", "金额", "功能分类科目代码", "功能分类科目名称"],
        ["125001", "某市安监局", "安全生产专项", "2.61", "2150605", "安全监管监察专项"],
    ]
    statement = only(interpret_reading(reading("财政拨款结转资金支出表", table(1, grid))))
    assert [(line.code, line.label.text if line.label else None) for line in statement.lines] == [
        ("2150605", "安全生产专项")
    ]


def test_a_change_without_a_known_item_is_a_change_of_no_stage() -> None:
    grid = [
        ["科目编码", "科目名称", "2025年执行数", "2026年预算数", "2026年预算数比2025年执行数", "<"],
        ["^", "^", "^", "^", "增减额", "增减%"],
        ["205", "教育支出", "8.00", "9.00", "1.00", "12.5%"],
    ]
    statement = only(interpret_reading(reading("2026年一般公共预算支出表", table(1, grid))))
    assert [(c.key, c.meaning.get("stage")) for c in statement.columns[2:]] == [
        ("previous_year", "final"),
        ("total", "budget"),
        ("change", None),
        ("change", None),
    ]
