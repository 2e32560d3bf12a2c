"""A generated document as blocks in printed order: paragraphs, and grids with their spans, cut at the page breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.roundtrip.model import Column, Document, Line, Manner, Project, Table
from benchmarks.roundtrip.samples import Grid, GridCell

WIDTHS = {"ordinal": 700, "code": 1200, "class": 600, "type": 600, "item": 600, "label": 3200, "amount": 1300}
NARROW = 620


@dataclass(frozen=True)
class Para:
    """level: of a heading, None for body text."""

    text: str
    level: int | None = None
    align: str = "left"


@dataclass(frozen=True)
class Break:
    """A new page begins here."""


@dataclass
class Piece:
    """One piece of a table, as one page prints it. last: nothing of this table follows."""

    grid: Grid
    header_rows: int = 0
    stamp: bool = False
    above: list[Para] = field(default_factory=list)


Block = Para | Break | Piece


def blocks(document: Document) -> list[Block]:
    """Everything the document prints, in order. Only kinds with pages get Breaks."""
    word = "决算" if document.final else "预算"
    out: list[Block] = [
        Para(f"{document.org}{document.year}年部门{word}公开", 1, "center"),
        Para(f"第一部分  {document.year}年部门{word}公开表", 2),
    ]
    for number, table in enumerate(document.tables):
        if number == 0 or not document.manner.two_on_a_page or number % 2 == 0:
            out.append(Break())
        out += _table(document, table)
    if document.projects:
        out += [Break(), Para("第二部分  预算绩效信息", 2)]
    for seq, project in enumerate(document.projects, 1):
        if seq > 1:
            out.append(Break())
        out += _project(seq, project)
    out.append(Para("第三部分  其他需要说明的事项", 2))
    out.append(Para("无其他需要说明的事项。"))
    return out


def _table(document: Document, table: Table) -> Iterator[Block]:
    manner = document.manner
    above = _above(document, table)
    yield from above
    rows = body_rows(table, manner)
    cuts = [at for at in manner.breaks if at < len(rows)]
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(rows)], strict=True)):
        if number:
            yield Break()
            if manner.repeat_title:
                yield from above
        captions = number == 0 or manner.repeat_title
        header = number == 0 or manner.repeat_header
        grid, n_header = build_grid(document, table, rows[start:end], captions=captions, header=header)
        yield Piece(grid, n_header, stamp=manner.stamp and number == 0)
    if table.note:
        yield Para(table.note)


def _above(document: Document, table: Table) -> list[Para]:
    manner, unit = document.manner, f"单位：{table.unit}"
    if in_grid(table, manner):
        return [] if manner.caption == "in_grid" else [Para(table.title, 3, "center")]
    if manner.caption == "beside":
        return [Para(f"{table.title}　　{unit}", 3), Para(f"部门：{document.org}")]
    if manner.caption == "bracket":
        return [Para(f"{table.title}（{unit}）", 3), Para(f"部门：{document.org}")]
    gap = "　" * 6
    return [Para(table.title, 3, "center"), Para(f"部门：{document.org}{gap}金额{unit}")]


def in_grid(table: Table, manner: Manner) -> bool:
    """Whether the caption stands in the table's own first rows; tables of few columns have no room for it."""
    room = len(table.columns) >= 3 and not (manner.narrow and manner.caption == "grid")
    return manner.caption in ("grid", "in_grid") and room


def body_rows(table: Table, manner: Manner) -> list[list[str]]:
    """The texts of every row of the body, blank rows at its end included."""
    length = max((len(lane) for lane in table.lanes), default=0)
    rows = [[""] * len(table.columns) for _ in range(length)]
    for lane, lines in enumerate(table.lanes):
        offset = sum(len(table.lanes[other]) for other in range(lane))
        for r, line in enumerate(lines):
            _fill(table, lane, rows[r], line, r, offset)
    blank = manner.blank_rows or (0 if length else 1)
    return [*rows, *([""] * len(table.columns) for _ in range(blank))]


def _fill(  # noqa: PLR0917 - where a line stands
    table: Table, lane: int, row: list[str], line: Line, r: int, offset: int
) -> None:
    parts = {"class": line.code[:3], "type": line.code[3:5], "item": line.code[5:7]}
    own = {3: "class", 5: "type", 7: "item"}.get(len(line.code), "")
    values = iter(line.values)
    lane_has_ordinal = {column.lane for column in table.columns if column.role == "ordinal"}
    for c, column in enumerate(table.columns):
        if column.role == "ordinal" and (column.lane == lane):
            shared = len(lane_has_ordinal) == 1
            row[c] = str(r + 1 if shared else r + 1 + offset)
        if column.lane != lane:
            continue
        if column.role == "code":
            row[c] = line.code
        elif column.role in parts:
            row[c] = parts[column.role] if not table.own_level or column.role == own else ""
        elif column.role == "label":
            row[c] = line.label
        elif column.role == "amount":
            row[c] = next(values).text


def build_grid(
    document: Document, table: Table, rows: Sequence[Sequence[str]], *, captions: bool, header: bool
) -> tuple[Grid, int]:
    """The grid of one piece, and how many of its first rows are not body."""
    manner = document.manner
    narrow = {"amount": NARROW} if manner.narrow and document.kind == "pdf" else {}
    widths = tuple({**WIDTHS, **narrow}[column.role] for column in table.columns)
    grid = Grid(table.code, table.title, widths)
    if captions and in_grid(table, manner):
        _captions(grid, document, table)
    if header:
        _header(grid, table, manner)
        _numbers(grid, table)
    n_header = grid.n_rows
    for row in rows:
        _add(
            grid, [GridCell(0, 0, text, align=_align(column)) for text, column in zip(row, table.columns, strict=True)]
        )
    return grid, n_header


def _align(column: Column) -> str:
    return {"amount": "right", "label": "left"}.get(column.role, "center")


def _add(grid: Grid, cells: list[GridCell]) -> None:
    """The next row; Grid.row counts what spans cover."""
    grid.row(cells)


def _captions(grid: Grid, document: Document, table: Table) -> None:
    n = len(table.columns)
    unit, ruled = f"单位：{table.unit}", document.manner.caption == "in_grid"
    if ruled:
        _add(grid, [GridCell(0, 0, table.title, colspan=n, bold=True)])
        left = f"部门：{document.org}"
        _add(grid, [GridCell(0, 0, left, colspan=n - n // 2, align="left"), GridCell(0, 0, unit, colspan=n // 2)])
        return
    side = max(1, n // 4)
    texts = (f"{document.org_code}{document.org}", f"预算年度：{document.year}", unit)
    spans = (n - 2 * side, side, side)
    _add(grid, [GridCell(0, 0, text, colspan=span, ruled=False) for text, span in zip(texts, spans, strict=True)])


def _header(grid: Grid, table: Table, manner: Manner) -> None:
    paths = [column.path for column in table.columns]
    depth = max(len(path) for path in paths)
    for level in range(depth):
        cells: list[GridCell] = []
        c = 0
        while c < len(paths):
            path = paths[c]
            if len(path) <= level:
                c += 1  # covered by the leaf above
                continue
            leaf = len(path) == level + 1
            end = c + 1
            while (
                not leaf
                and end < len(paths)
                and len(paths[end]) > level + 1
                and paths[end][: level + 1] == path[: level + 1]
            ):
                end += 1
            text = "　".join(path[level]) if manner.spaced_labels and len(path[level]) == 2 else path[level]
            cells.append(GridCell(0, 0, text, depth - level if leaf else 1, end - c, bold=True))
            c = end
        _add(grid, cells)


def _numbers(grid: Grid, table: Table) -> None:
    if not table.numbers:
        return
    cells: list[GridCell] = []
    if table.numbers == "**":
        number = 0
        for column in table.columns:
            number += column.role == "amount"
            cells.append(GridCell(0, 0, str(number) if column.role == "amount" else "**"))
    elif table.columns[0].role == "ordinal":
        cells = [GridCell(0, 0, table.numbers), *(GridCell(0, 0, str(i)) for i in range(1, len(table.columns)))]
    else:
        lead = sum(column.role != "amount" for column in table.columns)
        cells = [GridCell(0, 0, table.numbers, colspan=lead)]
        cells += [GridCell(0, 0, str(i)) for i in range(1, len(table.columns) - lead + 1)]
    _add(grid, cells)


# -------------------------------------------------------------------------------------------------------------- forms


def _project(seq: int, project: Project) -> Iterator[Block]:
    if project.shape == "hebei":
        yield Para(f"{seq}、{project.name}绩效目标表", 3)
        yield Piece(_hebei_form(project))
        yield Para("")
        yield Piece(_indicators(project, "一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据"))
    else:
        yield Para("项目绩效目标表", 3, "center")
        yield Piece(_mof_form(project))


def _cell(text: str, colspan: int = 1, rowspan: int = 1, align: str = "center") -> GridCell:
    return GridCell(0, 0, text, rowspan, colspan, align=align)


def _hebei_form(project: Project) -> Grid:
    grid = Grid("project", "", (1400, 950, 1050, 900, 1400, 950, 1200, 1700))
    grid.row([GridCell(0, 0, "单位：万元", colspan=8, align="right", ruled=False)])
    grid.row([_cell("项目编码"), _cell(project.code, 3), _cell("项目名称"), _cell(project.name, 3)])
    money = [
        _cell("预算规模及资金用途", rowspan=2),
        _cell("预算数"),
        _cell(project.total.text, 2),
        _cell("其中：财政资金"),
        _cell(project.fiscal.text),
        _cell("其他资金"),
        _cell(project.other.text),
    ]
    grid.row(money)
    grid.row([_cell("用于保障该项工作开展所需的各项支出。", 7, align="left")])
    heads = ("3月底", "6月底", "10月底", "12月底")
    grid.row([_cell("资金支出计划（%）", rowspan=2), *(_cell(h, s) for h, s in zip(heads, (1, 2, 2, 2), strict=True))])
    grid.row([_cell(text, s) for text, s in zip(project.plan, (1, 2, 2, 2), strict=True)])
    grid.row([_cell("绩效目标"), _cell("\n".join(project.goals), 7, align="left")])
    return grid


def _indicators(project: Project, heads: str) -> Grid:
    grid = Grid("indicators", "", (1150, 1400, 1900, 2300, 1250, 1500))
    grid.row([_cell(head) for head in heads.split()])
    levels = [each.level1 for each in project.indicators]
    for i, each in enumerate(project.indicators):
        first = [_cell(each.level1, rowspan=levels.count(each.level1))] if levels.index(each.level1) == i else []
        texts = (each.level2, each.level3, each.description, each.value, each.basis)
        grid.row([*first, *(_cell(text) for text in texts)])
    return grid


def _mof_form(project: Project) -> Grid:
    n = len(project.indicators)
    grid = Grid("project", "", (1300, 1500, 1700, 2300, 2200))
    grid.row([_cell("项目名称"), _cell(project.name, 4)])
    money = (("年度资金总额：", project.total), ("其中：财政拨款", project.fiscal), ("其他资金", project.other))
    for i, (label, value) in enumerate(money):
        lead = [_cell("项目资金（万元）", rowspan=3)] if i == 0 else []
        grid.row([*lead, _cell(label, 2), _cell(value.text, 2)])
    grid.row([_cell("总体目标"), _cell("\n".join(project.goals), 4, align="left")])
    grid.row([_cell("绩效指标", rowspan=n + 1), *(_cell(h) for h in ("一级指标", "二级指标", "三级指标", "指标值"))])
    levels = [each.level1 for each in project.indicators]
    for i, each in enumerate(project.indicators):
        first = [_cell(each.level1, rowspan=levels.count(each.level1))] if levels.index(each.level1) == i else []
        grid.row([*first, _cell(each.level2), _cell(each.level3), _cell(each.value)])
    return grid
