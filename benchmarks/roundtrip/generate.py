"""A document from a seed: which family, which tables, which amounts, printed how. Sums hold, as in the forms."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Literal

from benchmarks.roundtrip.families import FAMILIES, Layout
from benchmarks.roundtrip.model import Document, Indicator, Kind, Line, Manner, Project, Table, Value
from benchmarks.roundtrip.words import INDICATORS, OFFICES, PLACES, PROJECTS, SOURCES, classes, tree

FACTORS = {"元": 1, "千元": 1_000, "万元": 10_000}
CHINESE = "零一二三四五六七八九十"
_WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
THREE_PUBLIC = (
    ("合计", 0),
    ("“三公”经费小计", 0),
    ("一、因公出国（境）费", 0),
    ("其中：教学科研人员因公出国（境）费用", 2),
    ("其他因公出国（境）费用", 5),
    ("二、公务用车购置及运行维护费", 0),
    ("其中：公务用车购置费", 2),
    ("公务用车运行维护费", 5),
    ("三、公务接待费", 0),
    ("四、会议费", 0),
    ("五、培训费", 0),
)


@dataclass(frozen=True)
class Style:
    """How one document prints its numbers. decimals: after the point, in `unit`."""

    unit: str
    decimals: int
    separators: bool
    zero: str
    negative: Literal["-1", "(1)", "－1", "（1）"]
    wide: bool

    def value(self, steps: int | None) -> Value:
        """steps: amount in the last printed decimal; None is a blank cell."""
        if steps is None:
            return Value("")
        factor = Decimal(FACTORS[self.unit]) * 100
        fen = Decimal(steps).scaleb(-self.decimals) * factor
        if steps == 0:
            if self.zero == "":
                return Value("")
            if not any(character.isdigit() for character in self.zero):
                return Value(self.zero, "dash")
            return Value(self.zero, "zero", 0)
        number = abs(Decimal(steps).scaleb(-self.decimals))
        text = f"{number:,.{self.decimals}f}" if self.separators else f"{number:.{self.decimals}f}"
        if steps < 0:
            text = {"-1": f"-{text}", "(1)": f"({text})", "－1": f"－{text}", "（1）": f"（{text}）"}[self.negative]
        if self.wide:
            text = text.translate(_WIDE)
        return Value(text, "number", int(fen))


def generate(seed: int, kind: Kind | None = None) -> Document:
    """The document of a seed; the same one for ever as long as this package stays as it is."""
    chance = Random(seed)
    kinds: tuple[Kind, ...] = ("docx", "pdf", "xlsx", "html")
    drawn = chance.choices(kinds, (3, 4, 2, 1))[0]
    kind = kind or drawn
    family = chance.choice(list(FAMILIES))
    layouts = FAMILIES[family]
    style = _style(chance, next((layout.unit for layout in layouts if layout.unit), ""))
    chosen = sorted(chance.sample(range(len(layouts)), chance.randint(1, min(4, len(layouts)))))
    tables = tuple(_table(chance, layouts[i], style) for i in chosen)
    place = chance.choice(PLACES)
    return Document(
        seed=seed,
        kind=kind,
        org=place + chance.choice(OFFICES),
        org_code=str(chance.randint(101, 899)),
        year=chance.randint(2022, 2026),
        final=layouts[0].final,
        tables=tables,
        projects=tuple(_project(chance) for _ in range(chance.choice((0, 0, 1, 2)))),
        manner=_manner(chance, kind, family),
    )


def _style(chance: Random, unit: str) -> Style:
    unit = unit or chance.choices(("万元", "元", "千元"), (6, 2, 1))[0]
    decimals = chance.choice((2, 2, 2, 2, 6)) if unit == "万元" else 2
    zero = chance.choice(("", "", f"{0:.{decimals}f}", "0", "-", "—", "--"))
    negative = chance.choice(("-1", "(1)", "－1", "（1）"))
    return Style(unit, decimals, chance.random() < 0.5, zero, negative, chance.random() < 0.06)  # type: ignore[arg-type]


def _manner(chance: Random, kind: Kind, family: str) -> Manner:
    caption = "grid" if family == "hebei" and chance.random() < 0.6 else "above"
    if caption == "above":
        caption = chance.choices(("above", "beside", "bracket", "in_grid"), (6, 1, 1, 2))[0]
    breaks = tuple(sorted(chance.sample(range(1, 40), chance.choice((0, 0, 1, 2, 3)))))
    title = chance.random() < 0.2
    return Manner(
        caption=caption,  # type: ignore[arg-type]
        breaks=breaks if kind in ("pdf", "docx") else (),
        repeat_header=title or chance.random() < 0.5,
        repeat_title=title,
        running_head=chance.random() < 0.2,
        blank_rows=chance.choice((0, 0, 0, 1, 5)),
        stamp=chance.random() < 0.15,
        narrow=chance.random() < 0.15,
        font=chance.choice(("cid", "mixed", "embedded")),  # type: ignore[arg-type]
        borders=chance.choice(("lines", "rects", "cells")),  # type: ignore[arg-type]
        numbers_as_values=chance.random() < 0.7,
        split_runs=chance.random() < 0.2,
        spaced_labels=chance.random() < 0.2,
        two_on_a_page=chance.random() < 0.3,
    )


# ------------------------------------------------------------------------------------------------------------ amounts


def _steps(chance: Random, style: Style) -> int:
    """An amount in the last printed decimal: from a few yuan to some billions, now and then negative."""
    size = chance.choice((3, 4, 5, 6, 7, 8)) + (2 if style.unit == "元" else 0) + (style.decimals - 2)
    value = chance.randint(1, 10**size)
    if style.unit == "万元" and style.decimals == 6:
        value = value * 100 // 100
    return -value if chance.random() < 0.01 else value


def _row(chance: Random, style: Style, n: int) -> list[int | None]:
    """Amounts of one line: the first is the sum of the others that are printed."""
    if n == 1:
        return [_steps(chance, style)]
    rest: list[int | None] = [_steps(chance, style) if chance.random() < 0.45 else 0 for _ in range(n - 1)]
    return [sum(value or 0 for value in rest), *rest]


def _printed(style: Style, rows: list[list[int | None]]) -> list[tuple[Value, ...]]:
    return [tuple(style.value(steps) for steps in row) for row in rows]


# -------------------------------------------------------------------------------------------------------------- lines


def _table(chance: Random, layout: Layout, style: Style) -> Table:
    empty = layout.code in ("government_fund", "state_capital") and chance.random() < 0.4
    lanes: tuple[tuple[Line, ...], ...]
    if empty:
        lanes = ((),) * (1 + max(column.lane for column in layout.columns))
    else:
        lanes = tuple(
            tuple(_lane(chance, layout, style, lane)) for lane in range(1 + max(c.lane for c in layout.columns))
        )
    return Table(
        family=layout.family,
        code=layout.code,
        title=chance.choice(layout.titles),
        columns=layout.columns,
        lanes=lanes,
        unit=style.unit,
        numbers=layout.numbers,
        own_level=layout.own_level,
        note="注：本部门无此项预算，空表列示。" if empty else "",
    )


def _amounts(layout: Layout, lane: int) -> int:
    return sum(column.lane == lane and column.role == "amount" for column in layout.columns)


def _lane(chance: Random, layout: Layout, style: Style, lane: int) -> list[Line]:
    n = _amounts(layout, lane)
    if layout.body == "sources":
        return _sources(chance, layout, style, lane, n)
    if layout.body == "three_public":
        return _three_public(chance, style, n)
    if layout.body == "one_row":
        row = [value for _ in range(n // 6) for value in _three_in_columns(chance, style)]
        return [Line("", _printed(style, [row])[0])]
    if layout.body == "projects":
        return _projects(chance, style, n)
    if layout.body == "units":
        return _units(chance, style, n)
    if layout.body == "triples":
        return _triples(chance, style, lane)
    return _coded(chance, layout, style, n)


def _coded(chance: Random, layout: Layout, style: Style, n: int) -> list[Line]:
    """合计 and coded lines; every parent is the sum of what is under it."""
    economic = layout.body == "economic"
    system, depth = ("economic_department", 5) if economic else ("functional", 7)
    listed = tree(chance, system, chance.randint(1, 14), depth)
    codes = [code for code, _ in listed]
    leaves = {c: _row(chance, style, n) for c in codes if not any(o != c and o.startswith(c) for o in codes)}

    def total(prefix: str) -> list[int | None]:
        below = [row for code, row in leaves.items() if code.startswith(prefix)]
        return [sum(row[i] or 0 for row in below) for i in range(n)]

    rows = _printed(style, [total(""), *(total(code) for code in codes)])
    coded = any(column.role in ("code", "class") for column in layout.columns)
    lines = [Line("合计", rows[0])]
    for (code, name), values in zip(listed, rows[1:], strict=True):
        indent = "" if coded else "　" * ((len(code) - 3) // 2)
        lines.append(Line(indent + name, values, code if coded else ""))
    return lines


def _sources(chance: Random, layout: Layout, style: Style, lane: int, n: int) -> list[Line]:
    """收入 ‖ 支出: sources or classes with their ordinals, then 合计, carried over, 总计. The two sides are as long."""
    if lane == 0:
        names = list(SOURCES[: 3 if layout.code == "appropriation" else chance.randint(3, 9)])
        ends = ["本年收入合计", "上年结转结余", "收入总计"]
    elif lane == 1:
        names = classes()[: chance.choice((6, 12, 29))]
        ends = ["本年支出合计", "年终结转结余", "支出总计"]
    else:
        names = ["工资福利支出", "商品和服务支出", "对个人和家庭的补助", "资本性支出"]
        ends = ["本年支出合计", "支出总计"]
    rows = [_row(chance, style, n) if chance.random() < 0.4 else [0] * n for _ in names]
    sums = [sum(row[i] or 0 for row in rows) for i in range(n)]
    kept = [[0] * n if "结转" in end else sums for end in ends]
    labels = [f"{_ordinal(i)}、{name}" for i, name in enumerate(names, 1)]
    return [Line(label, row) for label, row in zip([*labels, *ends], _printed(style, [*rows, *kept]), strict=True)]


def _ordinal(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else ("" if tens == 1 else CHINESE[tens]) + "十") + (CHINESE[ones] if ones else "")


def _three_in_columns(chance: Random, style: Style) -> list[int | None]:
    """合计, 出国, 用车 小计, 购置, 运行, 接待."""
    abroad, bought, run, reception = ((_steps(chance, style) if chance.random() < 0.6 else 0) for _ in range(4))
    return [abroad + bought + run + reception, abroad, bought + run, bought, run, reception]


def _three_public(chance: Random, style: Style, n: int) -> list[Line]:
    meeting, training = _steps(chance, style), 0
    total, abroad, vehicle, bought, run, reception = (value or 0 for value in _three_in_columns(chance, style))
    column = [total + meeting + training, total, abroad, 0, abroad, vehicle, bought, run, reception, meeting, training]
    rows: list[list[int | None]] = [[value] if n == 1 else [value, value, *[0] * (n - 2)] for value in column]
    return [
        Line(" " * indent + label, values)
        for (label, indent), values in zip(THREE_PUBLIC, _printed(style, rows), strict=True)
    ]


def _projects(chance: Random, style: Style, n: int) -> list[Line]:
    names = chance.sample(PROJECTS, chance.randint(1, len(PROJECTS)))
    rows = [_row(chance, style, n) for _ in names]
    total: list[int | None] = [sum(row[i] or 0 for row in rows) for i in range(n)]
    printed = _printed(style, [total, *rows])
    return [Line("合计", printed[0]), *(Line(name, row) for name, row in zip(names, printed[1:], strict=True))]


def _units(chance: Random, style: Style, n: int) -> list[Line]:
    names = ["机关（本级）", "事务中心", "服务站"][: chance.randint(1, 3)]
    rows = [_row(chance, style, n) for _ in names]
    total: list[int | None] = [sum(row[i] or 0 for row in rows) for i in range(n)]
    printed = _printed(style, [total, *rows])
    code = chance.randint(101, 899)
    lines = [Line("合计", printed[0])]
    return [
        *lines,
        *(
            Line(f"某局{x}", row, f"{code}{i:03d}")
            for i, (x, row) in enumerate(zip(names, printed[1:], strict=True), 1)
        ),
    ]


def _triples(chance: Random, style: Style, lane: int) -> list[Line]:
    """Economic subjects of one lane: 301, 303 ‖ 302 ‖ 307, 310, with the sum of the lane below."""
    wanted = (("301", "303"), ("302",), ("307", "310"))[min(lane, 2)]
    listed = [pair for pair in tree(chance, "economic_department", 40, 5) if pair[0][:3] in wanted]
    leaves = {code: _steps(chance, style) for code, _ in listed if len(code) == 5}
    rows = [sum(v for c, v in leaves.items() if c.startswith(code)) for code, _ in listed]
    lines = [Line(name, (style.value(row),), code) for (code, name), row in zip(listed, rows, strict=True)]
    if lane < 2:
        lines.append(Line(("人员经费合计", "公用经费合计")[lane], (style.value(sum(leaves.values())),)))
    return lines


# -------------------------------------------------------------------------------------------------------------- forms


def _project(chance: Random) -> Project:
    style = Style("万元", 2, False, "", "-1", False)
    fiscal, other = chance.randint(1, 10**6), chance.choice((0, 0, chance.randint(1, 10**5)))
    rows = sorted(chance.sample(range(len(INDICATORS)), chance.randint(2, len(INDICATORS))))
    plan = [style.value((fiscal + other) * part // 4).text for part in (1, 2, 3, 4)]
    return Project(
        shape=chance.choice(("hebei", "mof")),  # type: ignore[arg-type]
        name=chance.choice(PROJECTS),
        code=f"13063{chance.randint(0, 9)}24P{chance.randint(0, 10**12 - 1):012d}",
        total=style.value(fiscal + other),
        fiscal=style.value(fiscal),
        other=style.value(other),
        goals=("1.保障工作正常开展，按时完成全年任务。", "2.提高资金使用效益。")[: chance.randint(1, 2)],
        indicators=tuple(Indicator(*INDICATORS[i], "历史数据") for i in rows),
        plan=tuple(plan),
    )
