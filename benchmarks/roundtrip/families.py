"""Layouts of the provinces' statements: titles and column trees as published, written from the atlas of templates.

A column is `role:path`, its header texts joined with `/`; roles are o (序号, 行次), c (code), 1 2 3 (类, 款, 项),
l (label), a (amount); `‖` begins the next lane. body: what the lines are (`generate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmarks.roundtrip.model import Column, Role

Body = Literal["sources", "functional", "economic", "three_public", "one_row", "triples", "projects", "units"]
_ROLES: dict[str, Role] = {
    "o": "ordinal",
    "c": "code",
    "1": "class",
    "2": "type",
    "3": "item",
    "l": "label",
    "a": "amount",
}


@dataclass(frozen=True)
class Layout:
    """titles: one is chosen. numbers: first cell of the row that numbers the columns, "" where none is printed."""

    family: str
    code: str
    titles: tuple[str, ...]
    columns: tuple[Column, ...]
    body: Body
    final: bool = False
    numbers: str = ""
    own_level: bool = False
    unit: str = ""


def _columns(text: str) -> tuple[Column, ...]:
    found = []
    for lane, part in enumerate(text.split("‖")):
        for item in part.split():
            role, _, path = item.partition(":")
            found.append(Column(tuple(path.split("/")), _ROLES[role], lane))
    return tuple(found)


def _layout(family: str, code: str, titles: str, columns: str, body: Body, **more: object) -> Layout:
    return Layout(family, code, tuple(titles.split("|")), _columns(columns), body, **more)  # type: ignore[arg-type]


_FUNDS = "a:合计 a:一般公共预算财政拨款 a:政府性基金预算财政拨款 a:国有资本经营预算财政拨款"
_SPENT = "".join(f" {item.replace(':', ':支出/')}" for item in _FUNDS.split())
_SUBJECT = "c:功能分类科目/科目编码 l:功能分类科目/科目名称"
_LEVELS = "1:科目编码/类 2:科目编码/款 3:科目编码/项 l:科目名称"
_THREE = "{0}/合计 {0}/因公出国（境）费 {0}/公务用车购置及运行费/小计 {0}/公务用车购置及运行费/公务用车购置费 "
_THREE += "{0}/公务用车购置及运行费/公务用车运行费 {0}/公务接待费"


def _three(*heads: str) -> str:
    return " ".join(f"a:{path}" for head in heads for path in _THREE.format(head).split())


HEBEI = (
    _layout(
        "hebei",
        "income_expenditure",
        "部门预算收支总表",
        "o:序号 l:收入/项目 a:收入/预算数 ‖ l:支出/项目 a:支出/预算数",
        "sources",
        numbers="栏次",
    ),
    _layout(
        "hebei",
        "income",
        "部门预算收入总表",
        f"o:序号 {_SUBJECT} a:合计 a:本年收入/小计 a:本年收入/财政拨款收入 a:本年收入/财政专户收入 a:本年收入/事业收入 "
        "a:本年收入/经营收入 a:本年收入/上级补助收入 a:本年收入/附属单位上缴收入 a:本年收入/其他收入 a:上年结转",
        "functional",
        numbers="栏次",
    ),
    _layout(
        "hebei",
        "expenditure",
        "部门预算支出总表",
        f"o:序号 {_SUBJECT} a:合计 a:基本支出 a:项目支出 a:经营支出 a:上解上级支出 a:对附属单位补助支出",
        "functional",
        numbers="栏次",
    ),
    _layout(
        "hebei",
        "appropriation",
        "部门预算财政拨款收支总表",
        f"o:序号 l:收入/项目 a:收入/金额 ‖ l:支出/项目{_SPENT}",
        "sources",
        numbers="栏次",
    ),
    _layout(
        "hebei",
        "general_expenditure",
        "部门预算一般公共预算财政拨款支出表",
        f"o:序号 {_SUBJECT} a:合计 a:基本支出 a:项目支出",
        "functional",
        numbers="栏次",
    ),
    _layout(
        "hebei",
        "basic_expenditure",
        "部门预算一般公共预算财政拨款基本支出表",
        "o:序号 c:支出部门经济分类科目/科目编码 l:支出部门经济分类科目/科目名称 a:合计 a:人员经费 a:公用经费",
        "economic",
        numbers="栏次",
    ),
    _layout(
        "hebei",
        "government_fund",
        "部门预算政府性基金预算财政拨款支出表",
        f"o:序号 {_SUBJECT} a:合计 a:基本支出 a:项目支出",
        "functional",
        numbers="栏次",
    ),
    _layout(
        "hebei",
        "state_capital",
        "部门预算国有资本经营预算财政拨款支出表",
        f"o:序号 {_SUBJECT} a:合计 a:基本支出 a:项目支出",
        "functional",
        numbers="栏次",
    ),
    _layout(
        "hebei",
        "three_public",
        "部门预算财政拨款“三公”经费支出表",
        f"o:序号 l:项目 {_FUNDS}",
        "three_public",
        numbers="栏次",
    ),
)

FINAL = (
    _layout(
        "final",
        "income_expenditure",
        "收入支出决算总表",
        "l:收入/项目 o:收入/行次 a:收入/金额 ‖ l:支出/项目 o:支出/行次 a:支出/金额",
        "sources",
        final=True,
    ),
    _layout(
        "final",
        "income",
        "收入决算表",
        "c:项目/科目代码 l:项目/科目名称 a:本年收入合计 a:财政拨款收入 a:上级补助收入 a:事业收入 a:经营收入 "
        "a:附属单位上缴收入 a:其他收入",
        "functional",
        final=True,
        numbers="栏次",
    ),
    _layout(
        "final",
        "expenditure",
        "支出决算表",
        "c:项目/科目代码 l:项目/科目名称 a:本年支出合计 a:基本支出 a:项目支出 "
        "a:上缴上级支出 a:经营支出 a:对附属单位补助支出",
        "functional",
        final=True,
        numbers="栏次",
    ),
    _layout(
        "final",
        "appropriation",
        "财政拨款收入支出决算总表",
        f"l:收入/项目 o:收入/行次 a:收入/金额 ‖ l:支出/项目 o:支出/行次{_SPENT}",
        "sources",
        final=True,
    ),
    _layout(
        "final",
        "general_expenditure",
        "一般公共预算财政拨款支出决算表",
        "c:项目/科目代码 l:项目/科目名称 a:本年支出/小计 a:本年支出/基本支出 a:本年支出/项目支出",
        "functional",
        final=True,
        numbers="栏次",
    ),
    _layout(
        "final",
        "basic_expenditure",
        "一般公共预算财政拨款基本支出决算表|一般公共预算财政拨款基本支出决算明细表",
        "c:人员经费/科目代码 l:人员经费/科目名称 a:人员经费/决算数 ‖ "
        "c:公用经费/科目代码 l:公用经费/科目名称 a:公用经费/决算数 "
        "‖ c:公用经费/科目代码 l:公用经费/科目名称 a:公用经费/决算数",
        "triples",
        final=True,
    ),
    _layout(
        "final",
        "government_fund",
        "政府性基金预算财政拨款收入支出决算表",
        "c:项目/科目代码 l:项目/科目名称 a:年初结转和结余 a:本年收入 "
        "a:本年支出/小计 a:本年支出/基本支出 a:本年支出/项目支出 "
        "a:年末结转和结余",
        "functional",
        final=True,
        numbers="栏次",
    ),
    _layout(
        "final",
        "three_public",
        "一般公共预算财政拨款“三公”经费支出决算表|财政拨款“三公”经费支出决算表",
        _three("预算数", "决算数"),
        "one_row",
        final=True,
    ),
)

OTHERS = (
    _layout(
        "shandong",
        "income_expenditure",
        "收支总体情况表",
        "l:收入/项目 a:收入/预算数 ‖ l:支出/项目 a:支出/预算数",
        "sources",
    ),
    _layout(
        "shandong",
        "general_expenditure",
        "一般公共预算支出情况表",
        f"{_LEVELS} a:合计 a:基本支出/小计 a:基本支出/人员支出 a:基本支出/日常公用支出 a:项目支出",
        "functional",
        own_level=True,
    ),
    _layout(
        "shandong",
        "three_public",
        "一般公共预算“三公”经费支出情况表",
        _three("2025年预算数", "2026年预算数"),
        "one_row",
    ),
    _layout(
        "jiangsu",
        "income",
        "收入总表",
        "c:部门代码 l:部门名称 a:合计 a:本年收入/小计 a:本年收入/一般公共预算 "
        "a:本年收入/政府性基金预算 a:本年收入/国有资本经营预算 "
        "a:本年收入/财政专户管理资金 a:本年收入/事业收入 a:本年收入/其他收入 "
        "a:上年结转结余/小计 a:上年结转结余/一般公共预算 "
        "a:上年结转结余/单位资金",
        "units",
    ),
    _layout(
        "jiangsu",
        "expenditure",
        "支出总表",
        "c:科目编码 l:科目名称 a:合计 a:基本支出 a:项目支出 a:事业单位经营支出 a:上缴上级支出 a:对附属单位补助支出",
        "functional",
    ),
    _layout(
        "jiangsu",
        "appropriation_basic_expenditure",
        "财政拨款基本支出表（经济科目）",
        "c:部门预算支出经济分类科目/科目编码 l:部门预算支出经济分类科目/科目名称 a:本年财政拨款基本支出/合计 "
        "a:本年财政拨款基本支出/人员经费 a:本年财政拨款基本支出/公用经费",
        "economic",
    ),
    _layout(
        "zhejiang",
        "general_expenditure",
        "一般公共预算支出预算表",
        "l:功能分类科目名称 a:合计 a:基本支出 a:项目支出",
        "functional",
        numbers="**",
    ),
    _layout(
        "fujian",
        "income_expenditure",
        "一、收支预算总表",
        "l:收入/收入项目 a:收入/预算数 ‖ l:支出/支出项目 a:支出/预算数",
        "sources",
    ),
    _layout("fujian", "three_public", "十、一般公共预算“三公”经费支出预算表", "l:项目 a:预算数", "three_public"),
    _layout(
        "guangdong",
        "expenditure",
        "支出总体情况表",
        "c:科目编码 l:科目名称 a:合计 a:基本支出 a:项目支出 a:事业单位经营支出",
        "functional",
    ),
    _layout(
        "guangdong", "three_public", "财政拨款安排的行政经费及“三公”经费预算表", f"l:项目 {_FUNDS}", "three_public"
    ),
    _layout(
        "hunan",
        "basic_expenditure",
        "一般公共预算基本支出情况表",
        "c:科目编码 l:科目名称 a:总计 a:人员类 a:公用经费",
        "economic",
        numbers="**",
    ),
    _layout(
        "shaanxi",
        "income_expenditure",
        "部门综合预算收支总表",
        "l:收入/项目 a:收入/预算数 ‖ l:支出功能分科目（按大类）/项目 a:支出功能分科目（按大类）/预算数 "
        "‖ l:支出部门经济科目（按大类）/项目 a:支出部门经济科目（按大类）/预算数",
        "sources",
    ),
    _layout(
        "shaanxi",
        "project_expenditure",
        "部门综合预算专项业务经费支出表",
        "c:单位编码 l:单位（项目）名称 a:项目金额",
        "projects",
    ),
    _layout(
        "chongqing",
        "general_expenditure",
        "一般公共预算财政拨款支出预算表",
        "c:功能分类科目/科目编码 l:功能分类科目/科目名称 a:2026年预算数/小计 "
        "a:2026年预算数/基本支出 a:2026年预算数/项目支出",
        "functional",
    ),
    _layout(
        "shanghai",
        "expenditure",
        "部门支出预算总表",
        "1:功能分类科目编码/类 2:功能分类科目编码/款 3:功能分类科目编码/项 "
        "l:功能分类科目名称 a:合计 a:基本支出 a:项目支出",
        "functional",
        unit="元",
    ),
    _layout(
        "beijing",
        "project_expenditure",
        "项目支出表",
        "c:项目编码 l:项目名称 a:合计 a:本年拨款/一般公共预算 a:本年拨款/政府性基金预算 a:财政专户管理资金 a:单位资金",
        "projects",
    ),
)

FAMILIES: dict[str, tuple[Layout, ...]] = {"hebei": HEBEI, "final": FINAL}
for _each in OTHERS:
    FAMILIES[_each.family] = (*FAMILIES.get(_each.family, ()), _each)
