"""Performance forms."""

from __future__ import annotations

import pytest

from extract.document import Seam
from extract.interpret import interpret_reading
from extract.targets import checkpoint_of
from tests.extract.build import reading, table

BLOCK = [
    ["单位：万元", "<", "<", "<", "<", "<", "<", "<"],
    ["项目编码", "13063024P000092100025", "<", "<", "项目名称", "OA系统服务费", "<", "<"],
    ["预算规模及资金用途", "预算数", "5.44", "其中：财政    资金", "<", "5.44", "其他资金", " "],
    ["^", "用途的说明", "<", "<", "<", "<", "<", "<"],
    ["资金支出计划（%）", "3月底", "<", "6月底", "<", "10月底", "12月底", "<"],
    ["^", " ", "<", "2.16", "<", " ", "5.44", "<"],
    ["绩效目标", "1.保障网络安全", "<", "<", "<", "<", "<", "<"],
]
INDICATORS = [
    ["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"],
    ["产出指标", "数量指标", "系统数量", "系统数量", "1条", "合同约定"],
    ["^", "质量指标", "系统运行质量", "系统运行质量", "≥95百分比", ""],
    ["满意度指标", "服务对象满意度指标", "满意度", "满意度", "≥95百分比", "问卷调查"],
]


def test_two_tables_are_one_form() -> None:
    found = interpret_reading(
        reading("1、OA系统服务费绩效目标表", table(1, BLOCK, unruled=[0]), " ", table(2, INDICATORS))
    )
    assert found.statements == []
    (form,) = found.projects
    assert form.tables == (1, 2)
    assert form.title is not None
    assert form.title.text == "1、OA系统服务费绩效目标表"
    assert {key: text.text for key, text in form.fields.items()} == {
        "project_code": "13063024P000092100025",
        "project_name": "OA系统服务费",
        "total": "5.44",
        "fiscal": "5.44",
        "other": " ",
        "purpose": "用途的说明",
    }
    assert form.caption["unit"].text == "单位：万元"
    assert [(point.checkpoint, point.value.text) for point in form.plan] == [
        ("03-31", " "),
        ("06-30", "2.16"),
        ("10-31", " "),
        ("12-31", "5.44"),
    ]
    assert form.plan_label is not None
    assert form.plan_label.text == "资金支出计划（%）"
    assert [goal.text for goal in form.goals] == ["1.保障网络安全"]
    assert [row.level1.text for row in form.indicators if row.level1] == ["产出指标", "产出指标", "满意度指标"]
    assert form.indicators[1].basis is not None
    assert form.indicators[1].basis.text == ""
    assert form.indicators[1].weight is None
    assert not [use for use in found.uses if use.home == "unused"]


def test_one_grid_with_both_blocks() -> None:
    wide = [[*row[:6], *["<"] * 2] for row in INDICATORS]
    wide[2][0] = "^"
    (form,) = interpret_reading(reading("绩效目标表", table(1, [*BLOCK, *wide], unruled=[0]))).projects
    assert len(form.indicators) == 3
    assert form.fields["project_name"].text == "OA系统服务费"


def test_synonyms_and_group_column_of_another_province() -> None:
    grid = [
        ["项目名称", "<", "政务云运行维护", "<", "<"],
        ["主管部门及代码", "<", "340_某市大数据局", "实施单位", "某市大数据局"],
        ["项目资金（万元）", "<", "年度预算资金总额：", "6000.00", "<"],
        ["^", "<", "其中：财政拨款", "6000.00", "<"],
        ["^", "<", "　　　其他资金", "0.00", "<"],
        ["总体目标", "保障运行", "<", "<", "<"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值"],
        ["^", "产出指标", "数量指标", "运维项目总数", "≥12个"],
        ["^", "", "质量指标", "可用率", "≥99%"],
    ]
    (form,) = interpret_reading(reading("政策和项目预算绩效目标表", table(1, grid))).projects
    assert {k: form.fields[k].text for k in ("project_name", "unit_name", "total", "fiscal", "other")} == {
        "project_name": "政务云运行维护",
        "unit_name": "某市大数据局",
        "total": "6000.00",
        "fiscal": "6000.00",
        "other": "0.00",
    }
    assert form.goals[0].text == "保障运行"
    # Blank beside a printed level 2 is what the page prints; it may as well be a forgotten 效益指标.
    assert form.indicators[1].level1 is not None
    assert form.indicators[1].level1.text == ""


LEVELS = ["一级指标", "二级指标", "三级指标", "指标值"]


def levels(grid: list[list[str | None]], seams: list[Seam]) -> list[tuple[str | None, str | None]]:
    made = table(1, [["项目名称", "甲", "<", "<"], ["总体目标", "乙", "<", "<"], *grid])
    made.seams = seams
    (form,) = interpret_reading(reading("绩效目标表", made)).projects
    return [(row.level1 and row.level1.text, row.level2 and row.level2.text) for row in form.indicators]


def test_levels_are_carried_on_only_where_that_is_certain() -> None:
    first: list[str | None] = ["产出指标", "数量指标", "项数", "≥1项"]
    assert levels([LEVELS, first, ["", "", "人数", "≥1人"]], []) == [("产出指标", "数量指标")] * 2
    assert levels([LEVELS, first, ["", "社会效益指标", "影响", "长期"]], [])[1] == ("", "社会效益指标")
    cut = [Seam(row=4, table=2, page=2, reasons=("test",))]
    assert levels([LEVELS, first, ["", "质量指标", "合格率", "100%"]], cut)[1] == ("产出指标", "质量指标")
    # No cell at all: the ruling was lost, and with it what the following blank cells continue.
    lost = levels([LEVELS, first, [None, None, "影响", "长期"], ["", "", "素质", "提高"]], [])
    assert lost[1:] == [(None, None), ("", "")]


def test_indicators_without_levels() -> None:
    grid = [
        [
            "序号",
            "项目名称",
            "当年财政拨款预算金额",
            "当年绩效目标",
            "指标名称",
            "指标性质",
            "指标值",
            "计量单位",
            "指标权重",
        ],
        ["1", "某事务", "4,902.34", "做好规划", "预测准确率", "≥", "68", "%", "12"],
        ["^", "^", "^", "^", "改造数量", "≥", "4", "个", "11"],
    ]
    (form,) = interpret_reading(reading("一般性项目绩效目标表", table(1, grid))).projects
    assert form.fields["fiscal"].text == "4,902.34"
    assert [row.comparator.text for row in form.indicators if row.comparator] == ["≥", "≥"]
    assert form.indicators[1].level3 is not None
    assert (form.indicators[1].level3.text, form.indicators[1].level1) == ("改造数量", None)


def test_many_projects_in_one_table() -> None:
    grid = [
        ["项目名称", "年度资金总额（万元）", "年度绩效目标", "一级指标", "二级指标", "三级指标", "指标值", "权重"],
        ["11000024T000002796073-劳务派遣", "7.97", "目标一", "产出指标", "数量指标", "人数", ">=2次", "40"],
        ["^", "^", "^", "成本指标", "经济成本指标", "成本", "<=17万元", "20"],
        ["信访专项经费", "30.00", "目标二", "产出指标", "数量指标", "评审", ">=2次", "40"],
    ]
    first, second = interpret_reading(reading("项目支出绩效目标表", table(1, grid))).projects
    assert (first.fields["project_code"].text, first.fields["project_name"].text) == (
        "11000024T000002796073",
        "劳务派遣",
    )
    assert first.fields["total"].text == "7.97"
    assert [len(first.indicators), len(second.indicators)] == [2, 1]
    assert second.goals[0].text == "目标二"
    assert second.indicators[0].weight is not None
    assert second.indicators[0].weight.text == "40"


def test_list_of_projects_is_a_statement_and_a_list_of_projects() -> None:
    grid = [
        ["项目名称", "项目类别", "合计", "财政拨款", "单位资金"],
        ["经费甲", "其他运转类", "33.00", "33.00", ""],
        ["经费乙", "特定目标类", "5.00", "5.00", ""],
    ]
    found = interpret_reading(reading("项目支出预算情况表", table(1, grid)))
    assert [(form.form, form.fields["total"].text) for form in found.projects] == [
        ("project_list", "33.00"),
        ("project_list", "5.00"),
    ]
    assert [line.path for line in found.statements[0].lines] == [("经费甲",), ("经费乙",)]


def test_levels_of_a_catalogue_are_no_indicators() -> None:
    grid = [["指导性目录", "<", "<", "预算金额"], ["一级", "二级", "三级", "^"], ["甲类", "乙类", "丙类", "3.00"]]
    found = interpret_reading(reading("政府购买服务明细表", table(1, grid)))
    assert found.projects == []
    assert found.statements[0].amounts[0].text.text == "3.00"


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("3月底", "03-31"),
        ("6 月底", "06-30"),
        ("12月末", "12-31"),
        ("第二季度", "06-30"),
        ("13月底", None),
        ("合计", None),
    ],
)
def test_checkpoints(text: str, point: str | None) -> None:
    assert checkpoint_of(text) == point
