"""The tables of a Hebei department budget, filled in: labels, spans, column numbers and widths as published."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from .grid import Grid, GridCell, amount, head, label, plain, unruled
from .model import Project, Report, Split, Subject

CHINESE = "零一二三四五六七八九十"
CLASSES = (
    "一般公共服务支出 外交支出 国防支出 公共安全支出 教育支出 科学技术支出 文化旅游体育与传媒支出 社会保障和就业支出 "
    "社会保险基金支出 卫生健康支出 节能环保支出 城乡社区支出 农林水支出 交通运输支出 资源勘探工业信息等支出 "
    "商业服务业等支出 金融支出 援助其他地区支出 自然资源海洋气象等支出 住房保障支出 粮油物资储备支出 "
    "国有资本经营预算支出 灾害防治及应急管理支出 预备费 其他支出 转移性支出 债务还本支出 债务付息支出 "
    "债务发行费用支出 抗疫特别国债安排的支出 人行科目"
).split()
LEVEL1 = ("产出指标",) * 4 + ("效益指标",) * 4 + ("满意度指标",)


def ordinal(number: int) -> str:
    """1 → 一, 21 → 二十一 (up to 99)."""
    tens, ones = divmod(number, 10)
    head_part = "" if not tens else ("" if tens == 1 else CHINESE[tens]) + "十"
    return head_part + (CHINESE[ones] if ones else "")


def _caption(grid: Grid, report: Report, spans: tuple[int, int, int]) -> None:
    grid.row(
        [
            unruled(f"{report.code}{report.org}", spans[0], "left"),
            unruled(f"预算年度：{report.year}", spans[1], "center"),
            unruled("单位：万元", spans[2], "right"),
        ]
    )


def _column_numbers(grid: Grid) -> None:
    grid.row([plain("栏次"), *(plain(str(i)) for i in range(1, len(grid.widths)))])


def income_expenditure(report: Report) -> Grid:
    grid = Grid("income_expenditure", "部门预算收支总表", (752, 2823, 1317, 3200, 1317), 4)
    _caption(grid, report, (3, 1, 1))
    grid.row([head("序号", 1, 2), head("收入", 2), head("支出", 2)])
    grid.row([head("项  目"), head("预算数"), head("项  目"), head("预算数")])
    _column_numbers(grid)
    sources = [
        "一般公共预算拨款收入",
        "政府性基金预算拨款收入",
        "国有资本经营预算拨款收入",
        "财政专户管理资金收入",
        "单位资金",
    ]
    total = report.spending.total
    by_class = {s.name: s.amount.total for s in report.functional if len(s.code) == 3}
    for i, name in enumerate(CLASSES, start=1):
        source = f"{ordinal(i)}、{sources[i - 1]}" if i <= len(sources) else ""
        grid.row(
            [
                plain(str(i)),
                label(source, source or None),
                amount(total if i == 1 else None, source or f"pad{i}", "amount"),
                label(f"{ordinal(i)}、{name}", name),
                amount(by_class.get(name), name, "amount"),
            ]
        )
    for i, (left, right, value) in enumerate(
        [
            ("本年收入合计", "本年支出合计", total),
            ("上年结转结余", "年终结转结余", None),
            ("收入总计", "支出总计", total),
        ],
        start=len(CLASSES) + 1,
    ):
        grid.row(
            [
                plain(str(i)),
                label(left, left, align="center"),
                amount(value, left, "amount"),
                label(right, right, align="center"),
                amount(value, right, "amount"),
            ]
        )
    return grid


def _coded(grid: Grid, subjects: Sequence[Subject], total: Split, columns: Sequence[str]) -> None:
    """合计 and the coded lines. columns: `total`, the names of the two parts, or a key that stays blank."""
    lines = [Subject("", "合计", total), *subjects]
    for i, subject in enumerate(lines, start=1):
        values = {
            "total": subject.amount.total,
            "current_subtotal": subject.amount.total,
            "appropriation_income": subject.amount.total,
            "basic": subject.amount.first,
            "personnel": subject.amount.first,
            "project": subject.amount.second,
            "public": subject.amount.second,
        }
        line = subject.code or "合计"
        grid.row(
            [
                plain(str(i)),
                GridCell(0, 0, subject.code, line=line, column="code"),
                label(subject.name, line, align="left" if subject.code else "center"),
                *(amount(values.get(column), line, column) for column in columns),
            ]
        )


def income(report: Report) -> Grid:
    widths = (717, 1147, 2725, 1147, 1147, 1147, 1004, 1004, 1004, 860, 860, 860, 717)
    grid = Grid("income", "部门预算收入总表", widths, 4)
    _caption(grid, report, (7, 3, 3))
    grid.row(
        [head("序号", 1, 2), head("功能分类科目", 2), head("合计", 1, 2), head("本年收入", 8), head("上年结转", 1, 2)]
    )
    names = "科目    编码|科目名称|小计|财政拨款 收入|财政专户 收入|事业收入|经营收入|上级补助收入|"
    names += "附属单位上缴收入|其他收入"
    grid.row([head(name) for name in names.split("|")])
    _column_numbers(grid)
    blank = [
        "fiscal_account_income",
        "business_income",
        "operating_income",
        "superior_subsidy_income",
        "affiliate_remit_income",
        "other_income",
        "carryover",
    ]
    _coded(grid, report.functional, report.spending, ["total", "current_subtotal", "appropriation_income", *blank])
    return grid


def expenditure(report: Report) -> Grid:
    widths = (860, 1434, 4303, 1434, 1434, 1434, 1147, 1147, 1147)
    grid = Grid("expenditure", "部门预算支出总表", widths, 4)
    _caption(grid, report, (5, 2, 2))
    names = ["合计", "基本支出", "项目支出", "经营支出", "上解上级     支出", "对附属单位补助支出"]
    grid.row([head("序号", 1, 2), head("功能分类科目", 2), *(head(name, 1, 2) for name in names)])
    grid.row([head("科目    编码"), head("科目名称")])
    _column_numbers(grid)
    columns = ["total", "basic", "project", "operating", "remit_to_superior", "subsidy_to_affiliates"]
    _coded(grid, report.functional, report.spending, columns)
    return grid


def appropriation(report: Report) -> Grid:
    grid = Grid("appropriation", "部门预算财政拨款收支总表", (717, 2725, 1290, 3586, 1290, 1721, 1434, 1577), 4)
    _caption(grid, report, (4, 2, 2))
    grid.row([head("序号", 1, 2), head("收入", 2), head("支出", 5)])
    names = "项  目|金额|项  目|合计|一般公共预算财政拨款|政府性基金预算财政    拨款|国有资本经营预算财政拨款"
    grid.row([head(name) for name in names.split("|")])
    _column_numbers(grid)
    sources = ["一般公共预算拨款", "政府性基金预算拨款", "国有资本经营预算拨款"]
    total = report.spending.total
    by_class = {s.name: s.amount.total for s in report.functional if len(s.code) == 3}
    rows: list[tuple[str, Decimal | None, str, Decimal | None, str]] = []
    for i, name in enumerate(CLASSES, start=1):
        source = f"{ordinal(i)}、{sources[i - 1]}" if i <= len(sources) else ""
        rows.append((source, total if i == 1 else None, f"{ordinal(i)}、{name}", by_class.get(name), "left"))
    rows.append(("本年收入合计", total, "本年支出合计", total, "center"))
    rows.append(("年初财政拨款结转和结余", None, "年末财政拨款结转和结余", None, "center"))
    rows += [(f"{ordinal(i)}、{source}", None, "", None, "left") for i, source in enumerate(sources, start=1)]
    rows.append(("收入总计", total, "支出总计", total, "center"))
    for i, (left, received, right, spent, align) in enumerate(rows, start=1):
        line = right.split("、")[-1] or f"pad{i}"
        grid.row(
            [
                plain(str(i)),
                label(left, f"income{i}", align=align),
                amount(received, f"income{i}", "amount"),
                label(right, line, align=align),
                amount(spent, line, "total"),
                amount(spent, line, "general_public_budget"),
                amount(None, line, "government_fund"),
                amount(None, line, "state_capital"),
            ]
        )
    return grid


def _by_function(report: Report, key: str, caption: str, filled: bool) -> Grid:
    grid = Grid(key, caption, (752, 1317, 3388, 1317, 1317, 1317), 4)
    _caption(grid, report, (4, 1, 1))
    names = ["合计", "基本支出", "项目支出"]
    grid.row([head("序号", 1, 2), head("功能分类科目", 2), *(head(name, 1, 2) for name in names)])
    grid.row([head("科目编码"), head("科目名称")])
    _column_numbers(grid)
    if filled:
        _coded(grid, report.functional, report.spending, ["total", "basic", "project"])
    else:
        grid.row([plain("") for _ in grid.widths])
    return grid


def general_expenditure(report: Report) -> Grid:
    return _by_function(report, "general_expenditure", "部门预算一般公共预算财政拨款支出表", True)


def government_fund(report: Report) -> Grid:
    return _by_function(report, "government_fund", "部门预算政府性基金预算财政拨款支出表", False)


def state_capital(report: Report) -> Grid:
    return _by_function(report, "state_capital", "部门预算国有资本经营预算财政拨款支出表", False)


def basic_expenditure(report: Report) -> Grid:
    widths = (752, 1317, 3388, 1317, 1317, 1317)
    grid = Grid("basic_expenditure", "部门预算一般公共预算财政拨款基本支出表", widths, 4)
    _caption(grid, report, (4, 1, 1))
    grid.row([head("序号", 1, 2), head("支出部门经济分类科目", 2), head("一般公共预算基本支出", 3)])
    grid.row([head(name) for name in ("科目编码", "科目名称", "合计", "人员经费", "公用经费")])
    _column_numbers(grid)
    _coded(grid, report.economic, report.basic, ["total", "personnel", "public"])
    return grid


def three_public(report: Report) -> Grid:
    grid = Grid("three_public", "部门预算财政拨款“三公”经费支出表", (752, 3388, 1317, 1317, 1317, 1317), 4)
    _caption(grid, report, (4, 1, 1))
    grid.row([head("序号", 1, 2), head("项  目", 1, 2), head("资 金 性 质", 4)])
    names = "合计|一般公共预算              财政拨款|政府性基金                  预算拨款|"
    names += "国有资本经营              预算财政拨款"
    grid.row([head(name) for name in names.split("|")])
    _column_numbers(grid)
    it = report.three_public
    inner = " " * 4 + "其中："
    deeper = " " * 10
    rows = [
        ("合计", it.total),
        ("“三公”经费小计", it.subtotal),
        ("一、因公出国（境）费", it.abroad),
        (f"{inner}教学科研人员因公出国（境）费", None),
        (f"{deeper}其他因公出国（境）费", it.abroad),
        ("二、公务用车购置及运维费", it.vehicle),
        (f"{inner}公务用车购置费", it.vehicle_purchase),
        (f"{deeper}公务用车运行维护费", it.vehicle_operation),
        ("三、公务接待费", it.reception),
        ("四、会议费", it.meeting),
        (f"{inner}省属高校业务性会议费", None),
        (f"{deeper}其他会议费", it.meeting),
        ("五、培训费", it.training),
    ]
    for i, (text, value) in enumerate(rows, start=1):
        line = text.strip().removeprefix("其中：")
        grid.row(
            [
                plain(str(i)),
                label(text, line, align="center" if i == 1 else "left"),
                amount(value, line, "total"),
                amount(value, line, "general_public_budget"),
                amount(None, line, "government_fund"),
                amount(None, line, "state_capital"),
            ]
        )
    return grid


def org_units(report: Report) -> Grid:
    grid = Grid("org_units", "部门机构设置情况", (3764, 1694, 1694, 2258), size=10.5)
    grid.row([head(name) for name in ("单位名称", "单位性质", "单位规格", "经费保障形式")])
    for unit in report.units:
        grid.row([plain(unit[0], align="left"), *(plain(text) for text in unit[1:])])
    return grid


def project_form(report: Report, project: Project, seq: int) -> Grid:
    widths = (1411, 941, 1058, 352, 1411, 235, 1176, 823, 305, 1694)
    grid = Grid(f"project:{project.name}", f"{seq}、{project.name}绩效目标表", widths, size=10.0)
    grid.row([unruled("单位：万元", 10, "right")])
    grid.row(
        [
            plain("项目编码"),
            plain(project.code, 3, align="left"),
            plain("项目名称", 2),
            plain(project.name, 4, align="left"),
        ]
    )
    grid.row(
        [
            plain("预算规模及资金用途", rowspan=2, align="left"),
            plain("预算数"),
            amount(project.total, project.name, "total", 2),
            plain("其中：财政    资金", align="left"),
            amount(project.total, project.name, "fiscal", 2),
            plain("其他资金", 2),
            amount(" ", project.name, "other"),
        ]
    )
    grid.row([plain(project.purpose, 9, align="left")])
    spans = (2, 3, 2, 2)
    checkpoints = ("3月底", "6月底", "10月底", "12月底")
    grid.row(
        [
            plain("资金支出计划（%）", rowspan=2, align="left"),
            *(plain(text, span) for text, span in zip(checkpoints, spans, strict=True)),
        ]
    )
    points = ("03-31", "06-30", "10-31", "12-31")
    grid.row(
        [
            amount(text or " ", "plan", point, span)
            for text, point, span in zip(project.plan, points, spans, strict=True)
        ]
    )
    grid.row([plain("绩效目标"), plain(project.goal, 9, align="left")])
    return grid


def indicators(report: Report, project: Project) -> Grid:
    grid = Grid(f"indicators:{project.name}", "", (1129, 1411, 1882, 2258, 1223, 1505), size=10.0)
    grid.row([head(name) for name in "一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据".split()])
    for i, (level1, row) in enumerate(zip(LEVEL1, project.indicators, strict=True)):
        first = [plain(level1, rowspan=LEVEL1.count(level1))] if LEVEL1.index(level1) == i else []
        level2, level3, description, value, basis = row
        grid.row(
            [
                *first,
                plain(level2),
                plain(level3, align="left"),
                plain(description, align="left"),
                GridCell(0, 0, value, align="left", line=level3.strip(), column="value"),
                plain(basis),
            ]
        )
    return grid


def procurement(report: Report) -> Grid:
    widths = (1434, 860, 1434, 1004, 717, 717, 860, 860, 1147, 1004, 1147, 860, 717, 717, 860)
    grid = Grid("procurement", "部门政府采购预算", widths, 3)
    grid.row([unruled(f"{report.code}{report.org}", 8, "left"), unruled("单位：万元", 7, "right")])
    middle = ["采购物品名称", "政府采购目录序号", "计量  单位", "数量", "单价"]
    grid.row(
        [
            head("政府采购项目来源", 2),
            *(head(name, 1, 2) for name in middle),
            head("政府采购金额（当年部门预算安排资金）", 7),
            head(f"{report.year}年  预留中  小微企  业份额", 1, 2),
        ]
    )
    names = "项目名称|预算    资金|合计|一般公共预算拨款|基金预算拨款|国有资本经营预算拨款|"
    names += "财政专户核拨|单位    资金|上年结转结余"
    grid.row([head(name) for name in names.split("|")])
    for purchase in report.purchases:
        line = purchase.item
        grid.row(
            [
                plain(purchase.project, align="left"),
                amount(purchase.project_total, line, "project_total"),
                plain(purchase.item, align="left"),
                plain(purchase.catalogue),
                plain(purchase.unit),
                plain(str(purchase.quantity)),
                amount(purchase.price, line, "price"),
                amount(purchase.total, line, "total"),
                amount(purchase.total, line, "general_public_budget"),
                *(plain("") for _ in range(5)),
                amount(purchase.total, line, "small_firms"),
            ]
        )
    if not report.purchases:
        grid.row([*(plain("") for _ in range(7)), amount(None, "blank", "total"), *(plain("") for _ in range(7))])
    return grid


def assets(report: Report) -> Grid:
    grid = Grid("assets", "部门固定资产占用情况表", (4706, 1882, 2823), size=10.5)
    grid.row(
        [
            unruled(f"{report.code}{report.org}", 2, "left"),
            unruled(f"截止时间：{report.year - 1}-12-31", 1, "right"),
        ]
    )
    grid.row([head("项   目"), head("数量"), head("价值（金额单位：万元）")])
    rows: list[tuple[str, int | None, Decimal | None]] = [("资产总额", None, report.asset_total)]
    for text, key in (
        ("1、房屋（平方米）", "house"),
        ("\u3000\u3000其中：办公用房（平方米）", "office"),
        ("2、车辆（台、辆）", "vehicles"),
        ("3、单价在20万元以上的设备", "equipment"),
        ("4、其他固定资产", "other"),
    ):
        rows.append((text, *report.assets[key]))
    for i, (text, quantity, value) in enumerate(rows):
        line = text.strip()
        grid.row(
            [
                label(text, line, align="left" if i else "center"),
                GridCell(0, 0, "" if quantity is None else str(quantity), line=line, column="quantity"),
                amount(value, line, "value"),
            ]
        )
    return grid


BUDGET_FORMS = (
    income_expenditure,
    income,
    expenditure,
    appropriation,
    general_expenditure,
    basic_expenditure,
    government_fund,
    state_capital,
    three_public,
)


def plant(grids: Sequence[Grid], report: Report) -> None:
    """Print what `planted[].print` says in place of the right figure."""
    by_key = {grid.key: grid for grid in grids}
    for error in report.planted:
        for change in error.get("print", ()):
            for column in change["columns"]:
                cell = by_key[change["table"]].at(change["line"], column)
                cell.text = change["text"]
                cell.align = "right" if cell.text else "center"
