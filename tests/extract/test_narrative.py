"""Sections, department goals, identity."""

from __future__ import annotations

import re

import pytest

from extract.form import load_sections
from extract.interpret import interpret_reading
from extract.narrative import section_code
from tests.extract.build import reading, table

PROSE: list[str | tuple[str, int]] = [
    ("第一部分  某县政府办公室2024年部门预算信息公开情况说明", 1),
    "某县政府办公室2024年部门预算信息公开情况说明",
    ("一、部门职责及机构设置情况", 3),
    "部门职责：组织会议。",
    "负责督办工作。",
    "机构设置：",
    ("二、部门预算安排的总体情况", 3),
    "1、收入说明",
    "2024年预算收入100.00万元。",
    ("五、部门整体绩效目标", 3),
    "（一）总体绩效目标",
    "提高服务质量。",
    "（二）分项绩效目标",
    "分项绩效目标：",
    "1、大气监管",
    "绩效目标:监管空气质量。",
    "绩效指标:达到国家二级标准。2、宣传工作",
    "绩效目标:增强意识。",
    "绩效指标:数量大于12件",
    "（三）工作保障措施",
    "完善制度建设。",
    ("六、部门主管专项资金预算安排情况及绩效目标", 3),
    ("七、名词解释", 3),
    "1、上年结转：指结转到本年的资金。",
]


def test_sections() -> None:
    sections = interpret_reading(reading(*PROSE)).sections
    found = [(s.code, s.level, len(s.paragraphs)) for s in sections]
    assert found == [
        ("other", 1, 1),
        ("duties", 2, 2),
        ("institutions", 3, 1),
        ("overall", 2, 2),
        ("dept_performance", 2, 0),
        ("dept_performance", 3, 1),
        ("dept_performance", 3, 6),
        ("safeguards", 3, 1),
        ("earmarked", 2, 0),
        ("glossary", 2, 1),
    ]


def test_the_printed_style_of_items_does_not_make_sections() -> None:
    """The same report with the items set in bold (levels given by typography) has the same sections."""
    bold = [(part, 5) if isinstance(part, str) and re.match(r"\d、|（", part) else part for part in PROSE]
    plain, styled = interpret_reading(reading(*PROSE)), interpret_reading(reading(*bold))
    assert [(s.code, s.paragraphs) for s in plain.sections] == [(s.code, s.paragraphs) for s in styled.sections]
    assert plain.goals == styled.goals


def test_goals_with_a_heading_run_on_in_the_paragraph_before() -> None:
    found = interpret_reading(reading(*PROSE))
    assert [(g.level, g.seq) for g in found.goals] == [
        ("department_overall", 1),
        ("department_item", 1),
        ("department_item", 2),
    ]
    first, second = found.goals[1:]
    assert first.indicator is not None
    assert first.indicator.text == "达到国家二级标准。"
    assert second.name is not None
    assert second.name.text == "宣传工作"
    assert second.name.place == first.indicator.place
    assert second.note is not None
    assert second.goal is not None
    assert second.goal.text == "增强意识。"


def test_a_numbered_clause_is_not_cut_off() -> None:
    """Only the next number, followed by a paragraph that begins with 绩效目标, is a heading run on."""
    prose = [*PROSE]
    prose[16] = "绩效指标:达到国家二级标准。5、宣传工作"
    found = interpret_reading(reading(*prose))
    assert [g.level for g in found.goals].count("department_item") == 1


def test_every_paragraph_has_one_home() -> None:
    parts = reading(*PROSE)
    found = interpret_reading(parts)
    homes = [use.paragraph for use in found.uses if use.paragraph is not None]
    assert homes == [paragraph.number for paragraph in parts.paragraphs()]
    assert {use.home for use in found.uses} == {"heading", "narrative", "goal"}


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("十、名词解释", "glossary"),
        ("三、机关运行经费安排情况", "operating_funds"),
        ("四、财政拨款“三公”经费预算情况及增减变化原因", "three_public"),
        ("六、部门主管专项资金预算安排情况及绩效目标", "earmarked"),
        ("七、部门项目预算安排情况及绩效目标", "projects"),
        ("八、政府采购预算情况", "procurement"),
        ("九、国有资产信息", "assets"),
        ("十一、其他需要说明的事项", "other"),
        ("二、机构设置", "institutions"),
        ("一、主要职能", "duties"),
        ("天气", None),
    ],
)
def test_section_codes(heading: str, code: str | None) -> None:
    assert section_code(heading, load_sections()) == code


CAPTION = ["434某县政府办公室", "<", "预算年度：2024", "单位：万元"]
BODY = [["科目编码", "科目名称", "合计", "基本支出"], ["201", "甲", "1.00", "1.00"]]


def test_identity_from_captions_before_titles() -> None:
    found = interpret_reading(
        reading("部门支出总表", table(1, [CAPTION, *BODY], unruled=[0]), "另一单位2023年部门预算信息公开情况说明")
    ).identity
    assert found.org_code is not None and found.org_name is not None
    assert (found.org_code.text, found.org_name.text) == ("434", "某县政府办公室")
    assert found.fiscal_year == 2024
    assert (found.doc_type, found.entity_level) == ("department_budget", "department")


@pytest.mark.parametrize(
    ("title", "doc_type", "year", "org"),
    [
        ("某市信访局2026年部门预算", "department_budget", 2026, "某市信访局"),
        ("某市信访局（本级）2025年度单位预算", "unit_budget", 2025, "某市信访局(本级)"),
        ("某区教育局2024年度部门决算", "department_final", 2024, "某区教育局"),
        ("某区教育学院2024年度单位决算", "unit_final", 2024, "某区教育学院"),
    ],
)
def test_identity_from_title(title: str, doc_type: str, year: int, org: str) -> None:
    found = interpret_reading(reading(title, "正文。")).identity
    assert found.title is not None
    assert found.org_name is not None
    assert (found.doc_type, found.fiscal_year, found.org_name.text) == (doc_type, year, org)


def test_identity_of_nothing_is_nothing() -> None:
    found = interpret_reading(reading("您好。")).identity
    assert (found.title, found.org_name, found.fiscal_year, found.doc_type) == (None, None, None, None)
