"""The families of budget and final-account statements (atlas of templates, part 3), by their printed titles.

`PRINTED`: seen in published documents. `DESCRIBED`: known from lists of tables only (no document at hand); their grids
are made here. Recognition is by title, header and rows together, so each title stands over a header of its family.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec
import pytest

from extract.document import Interpretation, Reading, Statement
from extract.interpret import interpret_reading
from extract.readers import read_document
from tests.extract.build import reading, table

CODED = [["科目编码", "科目名称", "合计", "基本支出", "项目支出"], ["201", "一般公共服务支出", "10.00", "4.00", "6.00"]]
ECONOMIC = [["科目编码", "科目名称", "合计", "人员经费", "公用经费"], ["301", "工资福利支出", "1.00", "1.00", ""]]
LANES = [
    ["收入", "<", "支出", "<"],
    ["项目", "预算数", "项目", "预算数"],
    ["一、一般公共预算拨款收入", "9.00", "一、一般公共服务支出", "9.00"],
    ["收入总计", "9.00", "支出总计", "9.00"],
]
SOURCES = [
    ["科目编码", "科目名称", "合计", "财政拨款收入", "事业收入"],
    ["201", "一般公共服务支出", "3.00", "2.00", "1.00"],
]
PROJECTS = [["单位名称", "项目名称", "合计", "一般公共预算", "政府性基金"], ["某局", "某专项", "3.00", "3.00", ""]]
ITEMS = [["项目", "合计", "一般公共预算"], ["合计", "3.00", "3.00"], ["公务接待费", "3.00", "3.00"]]

PRINTED = [
    ("部门预算收支总表", LANES, "income_expenditure"),
    ("收支总体情况表", LANES, "income_expenditure"),
    ("表1 2019年部门综合预算收支总表", LANES, "income_expenditure"),
    ("收支总表（预算表1）", LANES, "income_expenditure"),
    ("2026年部门财务收支预算总表", LANES, "income_expenditure"),
    ("公开01表 收入支出决算总表", LANES, "income_expenditure"),
    ("收入决算表", SOURCES, "income"),
    ("2021年部综合预算收入总表", SOURCES, "income"),
    ("2026年预算单位收入预算总表", SOURCES, "income"),
    ("支出决算表", CODED, "expenditure"),
    ("（本年）支出总体情况表", CODED, "expenditure"),
    ("本年支出总体情况表", CODED, "expenditure"),
    ("财政拨款收支总体情况表", LANES, "appropriation"),
    ("公开04表 财政拨款收入支出决算总表", LANES, "appropriation"),
    ("一般公共预算支出情况表（按功能分类科目）", CODED, "general_expenditure"),
    ("一般公共预算支出预算表（功能科目）", CODED, "general_expenditure"),
    ("一般公共预算财政拨款支出决算表", CODED, "general_expenditure"),
    ("2022年部门综合预算一般公共预算支出明细表（按支出功能分类科目-不含上年结转）", CODED, "general_expenditure"),
    ("部门综合预算一般公共预算支出明细表（按支出经济分类科目）", ECONOMIC, "general_expenditure_economic"),
    ("一般公共预算财政拨款基本支出决算表", ECONOMIC, "basic_expenditure"),
    ("一般公共预算基本支出情况表（按经济分类科目）", ECONOMIC, "basic_expenditure"),
    ("2022年部门综合预算一般公共预算基本支出明细表（按功能科目分）", CODED, "basic_expenditure_functional"),
    ("财政拨款支出表（功能科目）", CODED, "appropriation_expenditure"),
    ("财政拨款基本支出表（经济科目）", ECONOMIC, "appropriation_basic_expenditure"),
    ("一般公共预算机关运行经费支出预算表", ECONOMIC, "operating_funds"),
    ("政府性基金预算财政拨款收入支出决算表", CODED, "government_fund"),
    ("部门综合预算政府性基金收支表", LANES, "government_fund_balance"),
    ("国有资本经营预算支出情况表", CODED, "state_capital"),
    ("国有资本经营预算财政拨款支出决算表", CODED, "state_capital"),
    ("“三公”经费、会议费、培训费支出预算表（一般公共预算）", ITEMS, "three_public"),
    ("财政拨款安排的行政经费及“三公”经费预算表", ITEMS, "three_public"),
    ("2026年单位“三公”经费和机关运行经费预算表", ITEMS, "three_public"),
    ("基本支出预算情况表", ECONOMIC, "basic_expenditure_all"),
    ("项目支出预算情况表", PROJECTS, "project_expenditure"),
    ("部门预算项目支出及其他支出预算表", PROJECTS, "project_expenditure"),
    ("部门综合预算专项业务经费支出表", PROJECTS, "project_expenditure"),
    ("一般公共预算项目支出情况表（按经济分类科目）", ECONOMIC, "general_project_expenditure"),
    ("部门综合预算财政拨款上年结转资金支出表", CODED, "carryover_expenditure"),
    ("部门综合预算政府采购（资产配置、购买服务）预算表", PROJECTS, "procurement"),
    ("预算11表 财政拨款政府购买服务明细表", PROJECTS, "purchased_services"),
]

DESCRIBED = [
    ("某县教育局2026年部门收入预算总表", SOURCES, "income"),
    ("某县教育局2026年支出总表", CODED, "expenditure"),
    ("某县信访局（本级）2026年项目支出表", PROJECTS, "project_expenditure"),
    ("某镇人民政府2026年基本支出表", ECONOMIC, "basic_expenditure_all"),
    ("一、收支预算总表", LANES, "income_expenditure"),
    ("表1 市级部门收支预算总表", LANES, "income_expenditure"),
    ("部门财务收支预算总表", LANES, "income_expenditure"),
    ("2026年部门收支总体情况表", LANES, "income_expenditure"),
    ("收入支出决算表", LANES, "income_expenditure"),
    ("收入决算总表", SOURCES, "income"),
    ("2024年度收入决算表（分单位）", SOURCES, "income"),
    ("二、收入预算总表", SOURCES, "income"),
    ("支出决算总表", CODED, "expenditure"),
    ("2024年度支出决算表（分科目）", CODED, "expenditure"),
    ("财政拨款收支预算总表", LANES, "appropriation"),
    ("五、一般公共预算拨款支出预算表", CODED, "general_expenditure"),
    ("一般公共预算财政拨款收入支出决算表", CODED, "general_expenditure"),
    ("一般公共预算支出预算表（按功能科目分类）", CODED, "general_expenditure"),
    ("一般公共预算支出表（按功能分类）", CODED, "general_expenditure"),
    ("一般公共预算支出表（按经济分类）", ECONOMIC, "general_expenditure_economic"),
    ("八、一般公共预算支出经济分类情况表", ECONOMIC, "general_expenditure_economic"),
    ("九、一般公共预算基本支出经济分类情况表", ECONOMIC, "basic_expenditure"),
    ("公开06表 一般公共预算财政拨款基本支出决算明细表", ECONOMIC, "basic_expenditure"),
    ("一般公共预算财政拨款项目支出决算表", CODED, "general_project_expenditure"),
    ("财政拨款支出预算表（政府经济分类科目）", ECONOMIC, "appropriation_expenditure"),
    ("财政拨款支出决算明细表", ECONOMIC, "appropriation_expenditure"),
    ("十、一般公共预算“三公”经费支出预算表", ITEMS, "three_public"),
    ("政府性基金预算财政拨款“三公”经费支出决算表", ITEMS, "three_public"),
    ("财政拨款“三公”经费、行政参公单位机关运行经费情况表", ITEMS, "three_public"),
    ("基本支出总表", ECONOMIC, "basic_expenditure_all"),
    ("部门基本支出预算表", ECONOMIC, "basic_expenditure_all"),
    ("项目支出总表", PROJECTS, "project_expenditure"),
    ("项目支出决算表", PROJECTS, "project_expenditure"),
    ("部门项目支出预算表", PROJECTS, "project_expenditure"),
    ("上级转移支付补助项目支出预算表", PROJECTS, "project_expenditure"),
    ("部门项目中期规划预算表", PROJECTS, "project_expenditure"),
    ("部门政府购买服务预算表", PROJECTS, "purchased_services"),
    ("政府购买服务支出表", PROJECTS, "purchased_services"),
    ("对下转移支付预算表", PROJECTS, "transfer_payments"),
    ("新增资产配置表", PROJECTS, "asset_plan"),
    ("通用资产配置支出表", PROJECTS, "asset_plan"),
    ("部门政府采购预算表", PROJECTS, "procurement"),
    ("机关运行经费预算财政拨款情况统计表", ITEMS, "operating_funds"),
    ("支出预算分类汇总表（按政府预算经济分类）", ECONOMIC, "expenditure_economic"),
    ("国有资产使用情况表", [["项目", "数量", "价值"], ["房屋", "1", "2.00"]], "assets"),
]


def only(found: Interpretation) -> Statement:
    assert len(found.statements) == 1
    return found.statements[0]


@pytest.mark.parametrize(("title", "grid", "code"), [*PRINTED, *DESCRIBED], ids=lambda value: str(value)[:40])
def test_a_family_is_known_by_its_title_over_its_header(title: str, grid: list[list[str]], code: str) -> None:
    statement = only(interpret_reading(reading(title, table(1, grid))))
    assert statement.code == code
    assert statement.recognition.reasons[0].startswith("title")


def test_a_form_never_seen_gives_its_facts_under_its_printed_title() -> None:
    grid = [
        ["科目编码", "科目名称", "某某安排", "<"],
        ["^", "^", "甲类", "乙类"],
        ["201", "一般公共服务支出", "3.00", "1.00"],
        ["20103", "政府办公厅（室）及相关机构事务", "3.00", "1.00"],
    ]
    statement = only(interpret_reading(reading("某某统筹安排情况明细表", table(1, grid))))
    assert (statement.code, statement.state) == ("other", "populated")
    assert statement.caption["title"].text == "某某统筹安排情况明细表"
    assert [(line.code, line.agg_role) for line in statement.lines] == [("201", "parent"), ("20103", "leaf")]
    assert ["/".join(c.path) for c in statement.columns if c.role == "amount"] == ["某某安排/甲类", "某某安排/乙类"]


# ------------------------------------------------------------------------------------------------- from the documents

FOUND = Path(__file__).with_name("families.tsv")


def _documents() -> list[tuple[str, list[tuple[int, str, int, int]]]]:
    """(document, [(page, code, columns, lanes)]): what a person sees on the pages of each family's document."""
    rows = csv.reader(io.StringIO(FOUND.read_text(encoding="utf-8")), delimiter="\t")
    found: dict[str, list[tuple[int, str, int, int]]] = {}
    for name, page, code, columns, lanes in rows:
        found.setdefault(name, []).append((int(page), code, int(columns), int(lanes)))
    return list(found.items())


@pytest.mark.parametrize(("name", "expected"), _documents(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_statements_of_a_document(shared: Path, name: str, expected: list[tuple[int, str, int, int]]) -> None:
    read: Reading = read_document(shared / "corpus" / "documents" / name)
    pages = {block.number: block.cells[0].place.page for block in read.tables() if block.cells}
    found = [
        (pages[s.table], s.code, len([c for c in s.columns if c.role != "ignored"]), len({c.lane for c in s.columns}))
        for s in interpret_reading(read).statements
        if s.code not in ("unrecognized", "other")
    ]
    assert [row for row in expected if row not in found] == []


def test_interpretation_is_the_same_twice() -> None:
    made = reading("部门预算收支总表", table(1, LANES))
    first, second = interpret_reading(made), interpret_reading(made)
    assert msgspec.msgpack.encode(first) == msgspec.msgpack.encode(second)
