"""Performance forms of every family of the atlas.

Made by a builder after a description: no document of these families is at hand (the ones at hand are scored by
`test_gold_targets.py`).
"""

from __future__ import annotations

import msgspec
import pytest

from extract.document import Block, Cell, IndicatorRow, Interpretation, Place, ProjectForm, Reading, Seam, Table
from extract.form import load_forms
from extract.indicator_text import split_levels
from extract.interpret import interpret_reading
from tests.extract.build import SHA, paragraph, reading, table


def texts(row: IndicatorRow, *keys: str) -> tuple[str | None, ...]:
    return tuple(part.text if (part := getattr(row, key)) is not None else None for key in keys)


def fields(form: ProjectForm, *keys: str) -> tuple[str | None, ...]:
    return tuple(form.fields[key].text if key in form.fields else None for key in keys)


def nothing_lost(found: Interpretation) -> bool:
    return not [use for use in found.uses if use.home == "unused"]


def test_hunan_projects_printed_on_every_row() -> None:
    """Totals and the unit's own row (same code as its projects) are no projects."""
    grid = [
        ["单位编码", "单位（项目）名称", "资金总额", "绩效目标", "绩效指标", *["<"] * 8],
        [
            *["^"] * 4,
            "一级指标",
            "二级指标",
            "三级指标",
            "指标值",
            "指标值内容",
            "评（扣）分标准",
            "度量单位",
            "指标值类型",
            "备注",
        ],
        ["**", "**", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"],
        ["", "合计", "120.00", *[""] * 10],
        ["115001", "某市审计局", "120.00", *[""] * 10],
        [
            "115001",
            "审计业务费",
            "100.00",
            "完成审计",
            "产出指标",
            "数量指标",
            "项目数",
            "20",
            "年内",
            "扣分",
            "个",
            "≥",
            "",
        ],
        [
            "115001",
            "审计业务费",
            "100.00",
            "完成审计",
            "效益指标",
            "社会效益指标",
            "影响",
            "良好",
            "",
            "",
            "",
            "定性",
            "",
        ],
        ["115001", "信息化", "20.00", "维护系统", "产出指标", "数量指标", "系统数", "无", "", "", "", "", ""],
    ]
    found = interpret_reading(reading("项目支出绩效目标表", "单位：万元", table(1, grid)))
    first, second = found.projects
    assert fields(first, "project_name", "total") == ("审计业务费", "100.00")
    assert fields(second, "project_name", "total") == ("信息化", "20.00")
    assert [texts(row, "level3", "comparator", "value", "unit") for row in first.indicators] == [
        ("项目数", "≥", "20", "个"),
        ("影响", "定性", "良好", ""),
    ]
    assert [goal.text for goal in first.goals] == ["完成审计"]
    assert nothing_lost(found)


def test_hunan_department_in_nineteen_columns() -> None:
    grid = [
        ["单位编码", "单位名称", "年度预算申请", *["<"] * 6, "整体绩效目标", "部门整体支出年度绩效目标", *["<"] * 6],
        [
            "^",
            "^",
            "资金总额",
            "按收入性质分",
            "<",
            "<",
            "<",
            "按支出性质分",
            "<",
            "^",
            "一级指标",
            "二级指标",
            "三级指标",
            "指标值",
            "度量单位",
            "指标值类型",
            "备注",
        ],
        [
            "^",
            "^",
            "^",
            "一般公共预算",
            "政府性基金拨款",
            "财政专户管理资金",
            "其他资金",
            "基本支出",
            "项目支出",
            "^",
            *["^"] * 7,
        ],
        [
            "115",
            "某市审计局",
            "520.00",
            "520.00",
            "",
            "",
            "",
            "400.00",
            "120.00",
            "做好审计",
            "产出指标",
            "数量指标",
            "项目数",
            "20",
            "个",
            "≥",
            "",
        ],
        [*["^"] * 10, "效益指标", "社会效益指标", "影响", "良好", "", "定性", ""],
    ]
    (form,) = interpret_reading(reading("部门整体支出绩效目标表", table(1, grid))).projects
    assert form.form == "department_target"
    assert fields(form, "unit_name", "total", "project_name") == ("某市审计局", "520.00", None)
    assert [goal.text for goal in form.goals] == ["做好审计"]
    assert [texts(row, "level1", "level3", "value") for row in form.indicators] == [
        ("产出指标", "项目数", "20"),
        ("效益指标", "影响", "良好"),
    ]


def test_yunnan_units_and_projects_in_one_column() -> None:
    grid = [
        [
            "单位名称、项目名称",
            "项目年度绩效目标",
            "一级指标",
            "二级指标",
            "三级指标",
            "指标性质",
            "指标值",
            "度量单位",
            "指标属性",
            "指标内容",
        ],
        ["某市政府办公室", *[""] * 9],
        ["网络运维", "保障网络", "产出指标", "数量指标", "次数", "=", "12", "次", "定量指标", "每月一次"],
        ["", "", "满意度指标", "服务对象满意度指标", "满意度", ">=", "90", "%", "定量指标", "调查"],
    ]
    (form,) = interpret_reading(reading("部门项目支出绩效目标表", table(1, grid))).projects
    assert fields(form, "project_name") == ("网络运维",)
    assert texts(form.indicators[1], "level1", "comparator", "value", "unit", "description") == (
        "满意度指标",
        ">=",
        "90",
        "%",
        "调查",
    )
    assert [(heading, text.text) for heading, text in form.indicators[0].other] == [("指标属性", "定量指标")]


SELF_EVALUATION = [
    ["项目名称", "<", "某项目", *["<"] * 6],
    ["主管部门", "<", "某局", "<", "实施单位", "<", "某局", "<", "<"],
    ["预算执行情况（10分）", "", "年初预算①", "调整后预算数③=①+②", "预算执行数", "预算执行率", "权重", "得分", "原因"],
    ["^", "总额", "100.00", "90.00", "81.00", "90%", "10", "9", ""],
    ["^", "其中：财政资金", "95.00", "85.00", "76.00", "89%", "/", "/", ""],
    ["^", "其他资金", "5.00", "5.00", "5.00", "100%", "/", "/", ""],
    ["年度总体目标完成情况", "预期目标（年初设定）", "<", "<", "实际完成情况", *["<"] * 4],
    ["^", "完成三项", "<", "<", "完成两项", *["<"] * 4],
    ["绩效指标（90分）", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "完成值", "得分", "未完成原因分析"],
    ["^", "产出指标（50分）", "数量指标", "项数", "≥", "3", "2", "33.3", "需求变化"],
    ["^", "效益指标（40分）", "社会效益指标", "影响", "定性", "好", "好", "40", ""],
    ["总分", *["<"] * 6, "82.3", ""],
    ["评价结论", "<", "总体较好", *["<"] * 6],
]


def test_self_evaluation_with_amounts_in_columns_scores_and_reasons() -> None:
    found = interpret_reading(reading("某项目支出绩效自评表", table(1, SELF_EVALUATION)))
    (form,) = found.projects
    assert fields(form, "total", "total_adjusted", "total_executed", "fiscal", "other") == (
        "100.00",
        "90.00",
        "81.00",
        "95.00",
        "5.00",
    )
    assert fields(form, "total_rate", "goal_actual", "score_total") == ("90%", "完成两项", "82.3")
    assert [goal.text for goal in form.goals] == ["完成三项"]
    assert [texts(row, "level3", "value", "actual", "score", "reason") for row in form.indicators] == [
        ("项数", "3", "2", "33.3", "需求变化"),
        ("影响", "好", "好", "40", ""),
    ]
    assert nothing_lost(found)


def test_money_of_the_term_beside_money_of_the_year() -> None:
    grid = [
        ["项目名称", "<", "某项目", "<", "<"],
        ["项目资金（万元）", "<", "中期资金总额：", "300.00", "年度资金总额：", "100.00"],
        ["^", "<", "其中：财政拨款", "290.00", "其中：财政拨款", "95.00"],
        ["^", "<", "其他资金", "10.00", "其他资金", "5.00"],
        ["总体目标", "<", "建成一期", *["<"] * 3],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "<", "指标值"],
        ["^", "满意度指标", "<", "满意度", "<", "≥90%"],
    ]
    (form,) = interpret_reading(reading("项目支出绩效目标表", table(1, grid))).projects
    assert fields(form, "total_term", "total", "fiscal", "other") == ("300.00", "100.00", "95.00", "5.00")
    assert form.caption["unit_header"].text == "项目资金（万元）"
    assert texts(form.indicators[0], "level1", "level2", "level3") == ("满意度指标", None, "满意度")


def test_department_with_tasks_of_the_year() -> None:
    grid = [
        ["部门（单位）名称", "<", "某市信访局", *["<"] * 3],
        ["年度主要任务", "任务名称", "主要内容", "预算金额（万元）", "<", "<"],
        ["^", "^", "^", "总额", "财政拨款", "其他资金"],
        ["^", "保运转", "人员薪酬", "80.00", "80.00", ""],
        ["^", "办业务", "接访", "20.00", "20.00", ""],
        ["^", "金额合计", "<", "100.00", "100.00", ""],
        ["年度总体目标", "做好信访", *["<"] * 4],
        ["年度绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "分值权重（90分）"],
        ["^", "产出指标", "数量指标", "接访数量", "≥10000", "4"],
    ]
    found = interpret_reading(reading("部门整体支出绩效目标表", table(1, grid)))
    (form,) = found.projects
    assert form.form == "department_target"
    assert fields(form, "department_name", "total", "fiscal") == ("某市信访局", "100.00", "100.00")
    assert [(goal.level, goal.name.text if goal.name else None) for goal in found.goals] == [
        ("department_item", "保运转"),
        ("department_item", "办业务"),
    ]
    assert texts(form.indicators[0], "level3", "weight") == ("接访数量", "4")
    assert nothing_lost(found)


def test_amounts_under_two_rows_of_headings() -> None:
    grid = [
        ["部门名称", "某办公室", *["<"] * 5],
        ["总体资金情况（万元）", "预算支出总额", "财政拨款", "<", "<", "其他资金", "<"],
        ["^", "^", "合计", "基本支出", "项目支出", "合计", "基本支出"],
        ["^", "9,626.78", "9,600.00", "7,485.22", "2,114.78", "26.78", "26.78"],
        ["整体绩效目标", "坚持", *["<"] * 5],
        ["活动", "<", "绩效指标", "<", "指标性质", "指标值", "度量单位"],
        ["业务经费", "<", "产出指标质量指标来信扫描完成率", "<", "＝", "100", "%"],
    ]
    (form,) = interpret_reading(reading("部门整体支出绩效目标表", table(1, grid))).projects
    assert fields(form, "total", "fiscal", "other") == ("9,626.78", "9,600.00", "26.78")
    assert texts(form.indicators[0], "level1", "level2", "level3", "comparator", "value", "unit") == (
        "产出指标",
        "质量指标",
        "来信扫描完成率",
        "＝",
        "100",
        "%",
    )


ALL = (
    "1、1-产出指标；11-数量指标；会议次数；实施周期指标值:每年≥20场；年度指标值:每年≥20场。"
    "2、1－产出指标，12－质量指标，数据汇聚，及时；实施周期指标值：100%，年度指标值：\n100%;"
    "3、3-满意度指标；31-服务对象满意度；服务满意度（%）；实施周期指标值:≥98%；年度指标值:≥98%。"
)


def test_all_indicators_in_one_cell() -> None:
    grid = [
        ["项目名称（资金使用单位）", "总计：", "财政拨款", "其他资金", "绩效目标", "绩效指标"],
        ["合计：", "30.00", "30.00", "", "", ""],
        ["某市数据局", "30.00", "30.00", "", "", ""],
        ["运营项目", "30.00", "30.00", "", "做好运营", ALL],
    ]
    (form,) = interpret_reading(reading("项目支出绩效目标表", "单位：万元", table(1, grid))).projects
    assert fields(form, "project_name", "total", "fiscal") == ("运营项目", "30.00", "30.00")
    assert [texts(row, "level1", "level2", "level3", "value") for row in form.indicators] == [
        ("产出指标", "数量指标", "会议次数", "每年≥20场"),
        ("产出指标", "质量指标", "数据汇聚，及时", "100%"),
        ("满意度指标", "服务对象满意度", "服务满意度（%）", "≥98%"),
    ]
    assert form.indicators[0].other[0][0] == "实施周期指标值"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("产出指标质量指标来信\n扫描完成率", ("产出指标", "质量指标", "来信扫描完成率")),
        ("效益指标社会效益指标保障接访", ("效益指标", "社会效益指标", "保障接访")),
        ("满意度指标服务对象满意度指标满意度", ("满意度指标", "服务对象满意度指标", "满意度")),
        ("产出数量", (None, None, "产出数量")),
        ("办件时效", (None, None, "办件时效")),
    ],
)
def test_three_levels_run_together(text: str, parts: tuple[str | None, str | None, str]) -> None:
    assert split_levels(text, load_forms()["indicators"]) == parts


def test_list_of_projects_with_the_text_of_their_goals() -> None:
    """A list stays a statement, and its projects are projects: units and totals are not."""
    grid = [
        ["支出项目类别（资金使用单位）", "总计", "财政拨款", "<", "其他资金", "绩效目标"],
        ["^", "^", "合计", "一般公共预算", "^", "^"],
        ["合计", "12.00", "12.00", "12.00", "0.00", ""],
        ["某市信访局", "12.00", "12.00", "12.00", "0.00", ""],
        ["　　物业管理费", "9.00", "9.00", "9.00", "0.00", "做好物业"],
        ["　　宣传经费", "3.00", "3.00", "3.00", "0.00", "做好宣传"],
    ]
    found = interpret_reading(reading("部门预算项目支出及其他支出预算表", "单位：万元", table(1, grid)))
    assert [(form.form, *fields(form, "project_name", "total", "fiscal")) for form in found.projects] == [
        ("project_list", "　　物业管理费", "9.00", "9.00"),
        ("project_list", "　　宣传经费", "3.00", "3.00"),
    ]
    assert [form.goals[0].text for form in found.projects] == ["做好物业", "做好宣传"]
    assert len(found.statements) == 1


def test_form_without_a_header_of_indicators() -> None:
    grid = [
        ["项目名称", "<", "助学金", "<"],
        ["资金总额", "<", "3000", "<"],
        ["总体目标", "<", "完成审核", "<"],
        ["产出指标", "数量指标", "申报人数", "7375人"],
        ["^", "质量指标", "到位率", "100%"],
        ["效益指标", "社会效益指标", "影响", "充分发挥"],
    ]
    (form,) = interpret_reading(reading("专项资金绩效目标表", table(1, grid))).projects
    assert [texts(row, "level1", "level2", "level3", "value") for row in form.indicators] == [
        ("产出指标", "数量指标", "申报人数", "7375人"),
        ("产出指标", "质量指标", "到位率", "100%"),
        ("效益指标", "社会效益指标", "影响", "充分发挥"),
    ]


def test_two_forms_in_one_grid() -> None:
    block = [
        ["项目名称", "甲", "<", "<"],
        ["资金总额", "1.00", "<", "<"],
        ["年度目标", "做甲", "<", "<"],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "人数", "≥1人"],
    ]
    other = [["项目名称", "乙", "<", "<"], *block[1:4], ["效益指标", "社会效益指标", "影响", "长期"]]
    first, second = interpret_reading(reading("绩效目标表", table(1, [*block, *other]))).projects
    assert fields(first, "project_name") == ("甲",)
    assert fields(second, "project_name") == ("乙",)
    assert [len(form.indicators) for form in (first, second)] == [1, 1]


def test_value_over_three_cells() -> None:
    grid = [
        ["项目名称", "某", "<", "<", "<", "<"],
        ["资金总额", "5.00", *["<"] * 4],
        ["年度目标", "好", *["<"] * 4],
        ["一级指标", "二级指标", "三级指标", "指标值", "<", "<"],
        ["产出指标", "数量指标", "合格率", "≥", "95", "%"],
    ]
    (form,) = interpret_reading(reading("绩效目标表", table(1, grid))).projects
    assert texts(form.indicators[0], "value") == ("≥95%",)


def test_name_of_the_project_from_the_report_it_stands_in() -> None:
    grid = [["一级指标", "二级指标", "三级指标", "指标值"], ["产出指标", "数量指标", "设备数", "≥330台套"]]
    made = reading(
        "2024年度信息系统维护费项目", "绩效评价报告", "一、基本情况", "表1：项目年度绩效指标表", table(1, grid)
    )
    (form,) = interpret_reading(made).projects
    assert fields(form, "project_name") == ("信息系统维护费",)


def test_template_rows_are_no_indicators() -> None:
    grid = [
        ["项目名称", "", "<", "<"],
        ["资金总额", "", "<", "<"],
        ["总体目标", "目标1：\n目标2：\n……", "<", "<"],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "指标1：", ""],
        ["^", "^", "……", ""],
    ]
    (form,) = interpret_reading(reading("专项资金绩效目标表", table(1, grid))).projects
    assert form.indicators == []


# ---------------------------------------------------------------------------------------- pages that go on by geometry


def page_table(number: int, page: int, xs: list[float], rows: list[list[str]], top: float = 100.0) -> Table:
    """A table on a page; `^` continues the cell above. xs: x of the column edges."""
    made = table(number, rows)
    cells = []
    for cell in made.cells:
        box = (xs[cell.col], top + 20 * cell.row, xs[cell.col + cell.colspan], top + 20 * (cell.row + cell.rowspan))
        place = Place(page=page, box=box, table=number, row=cell.row + 1, col=cell.col + 1)
        cells.append(Cell(cell.row, cell.col, cell.text, (place,), cell.rowspan, cell.colspan))
    return msgspec.structs.replace(made, cells=cells)


def test_merged_levels_whose_words_stand_on_another_page() -> None:
    """Page 2 rules only name and value: its first level stands beside the table, its second in the page before."""
    first = page_table(
        1,
        1,
        [50, 100, 150, 300, 350],
        [
            ["部门名称", "某局", "<", "<"],
            ["年度目标", "做好", "<", "<"],
            ["一级指标", "二级指标", "指标内容", "指标值"],
            ["", "数量指标", "指标1", "1项"],
            ["^", "", "指标2", "2项"],
            ["^", "^", "指标3", "3项"],
        ],
    )
    second = page_table(2, 2, [100, 150, 300, 350], [["质量指标", "指标4", "4项"], ["^", "指标5", "5项"]])
    third = page_table(
        3, 3, [50, 100, 150, 300, 350], [["", "", "指标6", "6项"], ["效益指标", "社会效益指标", "指标7", "7项"]]
    )
    beside = paragraph(2, "产出指标")
    beside = msgspec.structs.replace(beside, places=(Place(page=2, box=(55, 110, 95, 120), paragraph=2),))
    blocks: list[Block] = [paragraph(1, "部门整体支出绩效目标表"), first, second, beside, third]
    found = interpret_reading(Reading(document_sha256=SHA, kind="pdf", method="pdf_text", n_pages=3, blocks=blocks))
    (form,) = found.projects
    assert form.tables == (1, 2, 3)
    assert [texts(row, "level1", "level2", "level3") for row in form.indicators] == [
        ("产出指标", "数量指标", "指标1"),
        ("产出指标", "质量指标", "指标2"),
        ("产出指标", "质量指标", "指标3"),
        ("产出指标", "质量指标", "指标4"),
        ("产出指标", "质量指标", "指标5"),
        ("产出指标", "质量指标", "指标6"),
        ("效益指标", "社会效益指标", "指标7"),
    ]


def test_unit_of_the_money_in_a_cell_of_its_own() -> None:
    grid = [
        ["专项（项目）名称", "<", "履职经费", "<"],
        ["资金金额", "<", "实施期资金总额：", "17.50"],
        ["（万元）", "<", "其中：财政拨款", "17.50"],
        ["", "<", "其他资金", ""],
        ["绩效指标", "一级指标", "二级指标", "指标值"],
        ["^", "产出指标", "数量指标", "5次"],
    ]
    found = interpret_reading(reading("专项业务经费绩效目标表", table(1, grid)))
    assert [form.caption["unit_header"].text for form in found.projects] == ["（万元）"]
    assert nothing_lost(found)


def test_first_level_printed_in_the_middle_of_blank_cells_not_merged() -> None:
    grid = [
        ["项目名称", "某专项", "<", "<"],
        ["一级指标", "二级指标", "三级指标", "指标值"],
        ["产出指标", "数量指标", "检查次数", "5次"],
        ["", "经济效益指标", "节约资金", "有所节约"],
        ["效益指标", "社会效益指标", "服务水平", "提高"],
        ["", "可持续影响指标", "机制", "健全"],
        ["", "服务对象满意度指标", "满意度", "≥90%"],
    ]
    form = interpret_reading(reading("项目绩效目标表", table(1, grid))).projects[0]
    assert [texts(row, "level1")[0] for row in form.indicators] == ["产出指标", *["效益指标"] * 3, ""]


def test_tasks_go_on_where_a_page_break_cuts_their_label() -> None:
    grid = [
        ["部门名称", "<", "某局", "<"],
        ["年度重点工作任务", "名称", "主要实施内容", "拟投入的资金（万元）"],
        ["^", "甲任务", "内容甲", "1.00"],
        ["^", "乙任务", "内容乙", "1.00"],
        ["年度重点工作任务", "丙任务", "内容丙", "2.00"],
        ["绩效指标", "一级指标", "二级指标", "指标值"],
        ["^", "产出指标", "数量指标", "5次"],
    ]
    cut = table(1, grid)
    cut.seams = [Seam(row=4, table=2, page=2, reasons=("header",))]
    found = interpret_reading(reading("部门整体预算绩效目标申报表", cut))
    assert [goal.name.text for goal in found.goals if goal.name is not None] == ["甲任务", "乙任务", "丙任务"]
    assert nothing_lost(found)
