"""A report as blocks in reading order: headings, paragraphs, tables, page orientation. No file format here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import forms
from .grid import Grid
from .model import Report


@dataclass
class Heading:
    level: int
    text: str


@dataclass
class Para:
    """indent: first line indented, as body text is; titles of tables and notes stand without."""

    text: str
    indent: bool = True


@dataclass
class Section:
    """Pages from here on are landscape or portrait."""

    landscape: bool


Block = Heading | Para | Section | Grid
NOTES = {
    "government_fund": "注：无政府基金预算财政拨款预算，空表列示。",
    "state_capital": "注：无国有资本经营预算财政拨款预算，空表列示。",
}
LANDSCAPE = {"income", "expenditure", "appropriation", "procurement"}


def title(report: Report) -> str:
    return f"{report.org}{report.year}年部门预算信息公开情况说明"


def blocks(report: Report, prose: Mapping[str, Any]) -> list[Block]:
    """The whole report with its planted errors."""
    out: list[Block] = []
    for build in forms.BUDGET_FORMS:
        grid = build(report)
        _turn(out, grid.key in LANDSCAPE)
        out += [Heading(2, grid.caption), grid]
        if grid.key in NOTES:
            out.append(Para(NOTES[grid.key], indent=False))
    _turn(out, False)
    out += [Heading(1, f"第一部分  {title(report)}"), Para(title(report), indent=False)]
    out.append(Para(prose["basis"].format(org=report.org, year=report.year)))
    out += _duties(report)
    out += _overall(report, prose)
    out += _operating_and_three_public(report)
    out += _goals(report, prose)
    out += _projects(report)
    out += _procurement(report, prose)
    out += _assets(report)
    out.append(Heading(3, "十、名词解释"))
    out += [Para(f"{i}、{text}") for i, text in enumerate(prose["glossary"], start=1)]
    out += [Heading(3, "十一、其他需要说明的事项"), Para(prose["nothing_else"])]
    forms.plant([block for block in out if isinstance(block, Grid)], report)
    return out


def _turn(out: list[Block], landscape: bool) -> None:
    turned = [block.landscape for block in out if isinstance(block, Section)]
    if (turned[-1] if turned else None) != landscape:
        out.append(Section(landscape))


def _duties(report: Report) -> list[Block]:
    grid = forms.org_units(report)
    return [
        Heading(3, "一、部门职责及机构设置情况"),
        *(Para(text) for text in report.department["duties"]),
        Para("机构设置："),
        Para(grid.caption, indent=False),
        grid,
    ]


def _change(now: Decimal, before: Decimal) -> str:
    return f"{'增加' if now >= before else '减少'}{abs(now - before):.2f}万元"


def _overall(report: Report, prose: Mapping[str, Any]) -> list[Block]:
    spending, basic, says, before = report.spending, report.basic, report.says, report.previous
    year = report.year
    income = (
        f"{year}年预算收入{spending.total:.2f}万元，其中：一般公共预算收入{spending.total:.2f}万元，基金预算收入0.00万元，"
        "国有资本经营预算收入0.00万元，财政专户核拨收入0.00万元，单位资金收入0.00万元，上年结转结余0.00万元。"
    )
    spent = (
        f"{year}年支出预算{spending.total:.2f}万元，其中基本支出{spending.first:.2f}万元，"
        f"包括人员经费{basic.first:.2f}万元和日常公用经费{basic.second:.2f}万元；项目支出{spending.second:.2f}万元，主要为{says['projects']}。"
    )
    change = (
        f"{year}年预算收支安排{spending.total:.2f}万元，较{year - 1}年预算{_change(spending.total, before.total)}，"
        f"其中：基本支出{_change(spending.first, before.basic)}，{says['basic_change']}"
        f"项目支出{_change(spending.second, before.project)}，{says['project_change']}"
    )
    return [
        Heading(3, "二、部门预算安排的总体情况"),
        Para(prose["overall"].format(org=report.org)),
        Para("1、收入说明"),
        Para(prose["income"] + income),
        Para("2、支出说明"),
        Para(prose["expenditure"].format(org=report.org) + spent),
        Para("3、比上年增减情况"),
        Para(change),
    ]


def _operating_and_three_public(report: Report) -> list[Block]:
    it = report.three_public
    zero = Decimal(0)
    reception = report.said("reception", it.reception)
    subtotal = report.said("three_public", it.subtotal)
    text = (
        f"{report.year}年财政拨款 “三公”经费预算安排{subtotal:.2f}万元, 其中因公出国费{it.abroad or zero:.2f}万元; "
        f"公务用车购置及运维费{it.vehicle or zero:.2f}万元 "
        f"(其中公务用车购置费为{it.vehicle_purchase or zero:.2f}万元, "
        f"公务用车运维费{it.vehicle_operation or zero:.2f}万元); "
        f"公务接待费{reception:.2f}万元; 与{report.year - 1}年相比"
        f"{_change(subtotal, report.previous.three_public)}, 增减变化的主要原因是{report.says['three_public_change']}。"
    )
    return [
        Heading(3, "三、机关运行经费安排情况"),
        Para(f"{report.year}年，机关运行经费共计{report.basic.second:.2f}万元,主要用于{report.says['operating']}。"),
        Heading(3, "四、财政拨款“三公”经费预算情况及增减变化原因"),
        Para(text),
    ]


def _goals(report: Report, prose: Mapping[str, Any]) -> list[Block]:
    out: list[Block] = [Heading(3, "五、部门整体绩效目标"), Para("（一）总体绩效目标")]
    out += [Para(text) for text in report.department["goals"]]
    out += [Para("（二）分项绩效目标"), Para("分项绩效目标：")]
    run_on = report.department.get("run_on_item")
    for i, (name, goal, indicator) in enumerate(report.department["items"], start=1):
        if i == run_on:
            last = out[-1]
            assert isinstance(last, Para)
            last.text += f"{i}、{name}"
        else:
            out.append(Para(f"{i}、{name}"))
        out += [Para(f"绩效目标:{goal}"), Para(f"绩效指标:{indicator}")]
    out.append(Para("（三）工作保障措施"))
    out += [Para(text) for text in prose["safeguards"]]
    return out


def _projects(report: Report) -> list[Block]:
    out: list[Block] = [
        Heading(3, "六、部门主管专项资金预算安排情况及绩效目标"),
        Heading(3, "七、部门项目预算安排情况及绩效目标"),
    ]
    for seq, project in enumerate(report.projects, start=1):
        grid = forms.project_form(report, project, seq)
        out += [Para(grid.caption), grid, Para(" "), forms.indicators(report, project)]
    return out


def _procurement(report: Report, prose: Mapping[str, Any]) -> list[Block]:
    grid = forms.procurement(report)
    out: list[Block] = []
    out += [Section(True), Heading(3, "八、政府采购预算情况"), Para(grid.caption, indent=False), grid]
    out.append(Para(prose["purchase_note"], indent=False))
    if not report.purchases:
        out.append(Para("注：无政府采购预算，空表列示。", indent=False))
    out.append(Section(False))
    return out


def _assets(report: Report) -> list[Block]:
    if report.purchase_total:
        plan = (
            f"本年度拟购置固定资产总额为{report.purchase_total:.2f}万元，已按要求列入政府采购预算，详见政府采购预算表。"
        )
    else:
        plan = "本年度无购置固定资产计划。"
    total = report.asset_total or Decimal(0)
    grid = forms.assets(report)
    return [
        Heading(3, "九、国有资产信息"),
        Para(f"{report.org}（含所属单位）上年末固定资产金额为{total:.2f}万元（详见下表）。{plan}"),
        Para(grid.caption, indent=False),
        grid,
    ]
