"""绩效目标 forms: the block of labelled values of a project, and the indicator table that belongs to it.

Fields are found by their labels (forms/40_project_target.yml), the value being to the right or below; never by fixed
coordinates. The indicator table (forms/41_indicators.yml) may stand in the same grid or be the next table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract.caption import parse_caption
from extract.context import Surroundings
from extract.document import Cell, IndicatorRow, PlanPoint, ProjectForm, Table, Text
from extract.form import Form, FormColumn, finds, matches_whole
from extract.header import distinct, is_caption_row, looks_like_title
from extract.text import fold, is_blank
from extract.uses import Account

MIN_FIELDS = 3
_CHECKPOINT = re.compile(r"^(\d{1,2})月(?:底|末|份)?(?:前)?$")
_QUARTER = re.compile(r"^(?:第)?([一二三四1-4])季度(?:末)?$")
_LAST_DAY = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_ACTUAL = ("(?:目标|年度目标)?(?:实际)?完成情况", "年度总体目标完成情况综述")


@dataclass
class IndicatorHeader:
    """Rows of the indicator header and the grid column of each part."""

    row: int
    columns: dict[int, FormColumn] = field(default_factory=dict)
    extra: dict[int, str] = field(default_factory=dict)


def label_of(cell: Cell) -> str:
    return fold(cell.text).rstrip(":")


def find_indicator_header(grid: list[list[Cell | None]], form: Form) -> IndicatorHeader | None:
    """The first row with at least three indicator headings, two of them levels."""
    for row, cells in enumerate(grid):
        found: dict[int, FormColumn] = {}
        keys: set[str] = set()
        for cell in distinct(cells):
            if is_blank(cell.text):
                continue
            for column in form.columns:
                if column.key not in keys and matches_whole(column.headers, label_of(cell)):
                    found[cell.col] = column
                    keys.add(column.key)
                    break
        if len(keys) >= 3 and len(keys & {"level1", "level2", "level3"}) >= 2:
            return IndicatorHeader(row, found)
    return None


def field_labels(grid: list[list[Cell | None]], rows: range, form: Form) -> set[str]:
    """Keys of the project fields whose labels stand in these rows."""
    keys: set[str] = set()
    for row in rows:
        for cell in distinct(grid[row]):
            key = _field_key(cell, form)
            if key is not None:
                keys.add(key)
            elif matches_whole(form.plan_labels, label_of(cell)):
                keys.add("plan")
            elif matches_whole(form.goal_labels, label_of(cell)):
                keys.add("goal")
    return keys


def is_project_block(keys: set[str]) -> bool:
    """Enough labels to be a project's form: its name, and two more, one of them money or goal."""
    return "project_name" in keys and len(keys) >= MIN_FIELDS and bool(keys & {"total", "fiscal", "goal"})


def _field_key(cell: Cell, form: Form) -> str | None:
    label = label_of(cell)
    if not label or len(label) > 40:
        return None
    for item in form.fields:
        if matches_whole(item.labels, label):
            return item.key
    return None


class BlockReader:
    """Reads the labelled values of one project block: rows [0, end) of a grid."""

    def __init__(self, table: Table, grid: list[list[Cell | None]], end: int, form: Form, account: Account) -> None:
        self.table, self.grid, self.end, self.form, self.account = table, grid, end, form, account
        self.fields: dict[str, Text] = {}
        self.caption: dict[str, Text] = {}
        self.plan: list[PlanPoint] = []
        self.plan_label: Text | None = None
        self.goals: list[Text] = []
        self.title: Text | None = None
        self._taken: set[int] = set()

    def read(self) -> None:
        cells = [cell for cell in self.table.cells if cell.row < self.end]
        cells.sort(key=lambda cell: (cell.row, cell.col))
        self._captions()
        for cell in cells:
            if id(cell) in self._taken or is_blank(cell.text):
                continue
            label = label_of(cell)
            key = _field_key(cell, self.form)
            if key is not None and key not in self.fields:
                self._field(cell, key)
            elif matches_whole(self.form.plan_labels, label):
                self._plan(cell)
            elif matches_whole(self.form.goal_labels, label):
                self._goal(cell)
            elif matches_whole(self.form.groups, label):
                self._take(cell, "header")
            else:
                self._inline(cell)
        self._purpose(cells)

    def _take(self, cell: Cell, home: str) -> None:
        self._taken.add(id(cell))
        self.account.cell(self.table, cell, home)

    def _captions(self) -> None:
        for row in range(self.end):
            cells = distinct(self.grid[row])
            if not is_caption_row(cells, self.table.n_cols):
                if any(not is_blank(cell.text) for cell in cells):
                    return
                continue
            for cell in cells:
                if is_blank(cell.text):
                    continue
                kinds = parse_caption(cell.text)
                for kind in kinds:
                    self.caption.setdefault(kind, cell.as_text())
                if not kinds and self.title is None and looks_like_title(cell.text):
                    self.title = cell.as_text()
                self._take(cell, "caption")

    def _known(self, cell: Cell) -> bool:
        label = label_of(cell)
        return _field_key(cell, self.form) is not None or any(
            matches_whole(patterns, label)
            for patterns in (self.form.plan_labels, self.form.goal_labels, self.form.groups)
        )

    def _right(self, cell: Cell) -> Cell | None:
        column = cell.col + cell.colspan
        return self.grid[cell.row][column] if column < self.table.n_cols else None

    def _below(self, cell: Cell) -> Cell | None:
        row = cell.row + cell.rowspan
        return self.grid[row][cell.col] if row < self.end else None

    def _field(self, cell: Cell, key: str) -> None:
        self._take(cell, "label")
        for value in (self._right(cell), self._below(cell)):
            if value is not None and id(value) not in self._taken and not self._known(value):
                self.fields[key] = value.as_text()
                self._take(value, "field")
                return

    def _inline(self, cell: Cell) -> None:
        """`项目名称：X` in one cell."""
        head, colon, tail = fold(cell.text).partition(":")
        if not colon or not tail:
            return
        for item in self.form.fields:
            if item.key not in self.fields and matches_whole(item.labels, head):
                printed = re.split("[:：]", cell.text, maxsplit=1)[1].strip()
                self.fields[item.key] = Text(printed, cell.places[0], cell.places[1:])
                self._take(cell, "field")
                return

    def _plan(self, cell: Cell) -> None:
        self._take(cell, "label")
        self.plan_label = cell.as_text()
        for row in range(cell.row, min(cell.row + max(cell.rowspan, 2), self.end)):
            for header in distinct(self.grid[row]):
                checkpoint = checkpoint_of(header.text)
                value = self._below(header) if checkpoint else None
                if checkpoint is None or value is None or id(header) in self._taken or header.row != row:
                    continue
                self._take(header, "header")
                self._take(value, "plan")
                self.plan.append(PlanPoint(checkpoint, header.as_text(), value.as_text()))

    def _goal(self, cell: Cell) -> None:
        """Texts to the right of the label in all its rows; or, under a sub-heading, below that."""
        self._take(cell, "label")
        below = self._below(cell)
        found = False
        for row in range(cell.row, min(cell.row + cell.rowspan, self.end)):
            for value in distinct(self.grid[row][cell.col + cell.colspan :]):
                if id(value) in self._taken or value.row != row:
                    continue
                if matches_whole(self.form.goal_labels, label_of(value)):
                    self._goal(value)
                    found = True
                elif matches_whole(_ACTUAL, label_of(value)):
                    self._take(value, "label")
                    actual = self._below(value)
                    if actual is not None and id(actual) not in self._taken:
                        self.fields["goal_actual"] = actual.as_text()
                        self._take(actual, "field")
                elif not self._known(value):
                    self._take(value, "goal")
                    if not is_blank(value.text):
                        self.goals.append(value.as_text())
                    found = True
        if not found and below is not None and id(below) not in self._taken and not self._known(below):
            self._take(below, "goal")
            if not is_blank(below.text):
                self.goals.append(below.as_text())

    def _purpose(self, cells: list[Cell]) -> None:
        """The free text inside a labelled group of amounts says what the money is for."""
        groups = [cell for cell in cells if matches_whole(self.form.groups, label_of(cell)) and not is_blank(cell.text)]
        for group in groups:
            for row in range(group.row, min(group.row + group.rowspan, self.end)):
                free = [
                    cell
                    for cell in distinct(self.grid[row])
                    if id(cell) not in self._taken and cell is not group and cell.row == row and not is_blank(cell.text)
                ]
                if len(free) == 1 and "purpose" not in self.fields:
                    self.fields["purpose"] = free[0].as_text()
                    self._take(free[0], "field")


def checkpoint_of(text: str) -> str | None:
    """`3月底` → `03-31`, `第二季度` → `06-30`; None for anything else."""
    folded = fold(text)
    month = _CHECKPOINT.match(folded)
    if month and 1 <= int(month.group(1)) <= 12:
        number = int(month.group(1))
        return f"{number:02d}-{_LAST_DAY[number]:02d}"
    quarter = _QUARTER.match(folded)
    if quarter:
        index = "一二三四".find(quarter.group(1))
        number = 3 * (index + 1 if index >= 0 else int(quarter.group(1)))
        return f"{number:02d}-{_LAST_DAY[number]:02d}"
    return None


def read_indicators(
    table: Table, grid: list[list[Cell | None]], header: IndicatorHeader, form: Form, account: Account
) -> list[IndicatorRow]:
    """All indicator rows under the header. Level cells merged over rows, or printed once and left blank below,
    count for each of their rows; level 2 is carried on only while level 1 is."""
    for cell in distinct(grid[header.row]):
        if not is_blank(cell.text) and account.home_of(table, cell) is None:
            account.cell(table, cell, "header")
    first = min(header.columns)
    titles = {label_of(cell) for cell in distinct(grid[header.row]) if not is_blank(cell.text)}
    rows: list[IndicatorRow] = []
    carried: dict[str, Text] = {}
    for row in range(header.row + 1, table.n_rows):
        _left_of(table, grid, row, first, form, account)
        here = {column.key: grid[row][index] for index, column in header.columns.items()}
        printed = {key: cell for key, cell in here.items() if cell is not None and not is_blank(cell.text)}
        if not printed:
            continue
        if sum(1 for cell in printed.values() if label_of(cell) in titles) >= 2:
            for cell in printed.values():
                account.cell(table, cell, "ignored:repeated_header")
            continue
        if not set(printed) & {"level3", "value", "description"}:
            continue
        parts: dict[str, Text] = {}
        for key, cell in here.items():
            if cell is None:
                continue
            account.cell(table, cell, "indicator")
            parts[key] = cell.as_text()
        _carry(parts, carried)
        rows.append(IndicatorRow(row=row, **parts))
    return rows


def _carry(parts: dict[str, Text], carried: dict[str, Text]) -> None:
    level1, level2 = parts.get("level1"), parts.get("level2")
    if level1 is not None and not is_blank(level1.text):
        if level1 != carried.get("level1"):
            carried.pop("level2", None)
        carried["level1"] = level1
    elif "level1" in carried:
        parts["level1"] = carried["level1"]
    if level2 is not None and not is_blank(level2.text):
        carried["level2"] = level2
    elif "level2" in carried and level2 is not None:
        parts["level2"] = carried["level2"]


def _left_of(table: Table, grid: list[list[Cell | None]], row: int, first: int, form: Form, account: Account) -> None:
    """The label 绩效指标 at the left of the indicators, printed over all of their rows or once per group."""
    for cell in distinct(grid[row][:first]):
        if not is_blank(cell.text) and matches_whole(form.groups, label_of(cell)):
            account.cell(table, cell, "header")


def title_of(context: Surroundings, form: Form, account: Account, inside: Text | None) -> Text | None:
    """The form's title: inside the grid, or the nearest title-like paragraph above."""
    if inside is not None:
        return inside
    for paragraph in context.titles():
        if finds(form.titles, fold(paragraph.text)):
            account.paragraph(paragraph, "caption")
            return paragraph.as_text()
    return None


def read_targets(
    tables: list[tuple[Table, list[list[Cell | None]]]],
    contexts: dict[int, Surroundings],
    project: Form,
    indicators: Form,
    account: Account,
) -> tuple[list[ProjectForm], set[int]]:
    """All performance forms of a document, in order, and the numbers of the tables they are made of."""
    forms: list[ProjectForm] = []
    used: set[int] = set()
    for table, grid in tables:
        header = find_indicator_header(grid, indicators)
        end = header.row if header is not None else table.n_rows
        keys = field_labels(grid, range(end), project)
        context = contexts[table.number]
        if is_project_block(keys):
            reader = BlockReader(table, grid, end, project, account)
            reader.read()
            for paragraph in context.captions():
                for kind in parse_caption(paragraph.text):
                    reader.caption.setdefault(kind, paragraph.as_text())
                account.paragraph(paragraph, "caption")
            forms.append(
                ProjectForm(
                    seq=len(forms) + 1,
                    tables=(table.number,),
                    form=project.code,
                    title=title_of(context, project, account, reader.title),
                    caption=reader.caption,
                    fields=reader.fields,
                    plan=reader.plan,
                    plan_label=reader.plan_label,
                    goals=reader.goals,
                    indicators=read_indicators(table, grid, header, indicators, account) if header else [],
                )
            )
            used.add(table.number)
        elif header is not None and header.row <= 1:
            last = forms[-1] if forms else None
            if last is not None and context.directly_after == last.tables[-1] and not last.indicators:
                last.indicators = read_indicators(table, grid, header, indicators, account)
                last.tables = (*last.tables, table.number)
                used.add(table.number)
    return forms, used
