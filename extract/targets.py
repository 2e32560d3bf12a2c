"""绩效目标 forms: the block of labelled values of a project, and the indicator table that belongs to it.

Fields are found by their labels (forms/40_project_target.yml), the value being to the right or below; never by fixed
coordinates. The indicator table (forms/41_indicators.yml) may stand in the same grid or be the next table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract.caption import parse_caption
from extract.context import Surroundings
from extract.document import Cell, IndicatorRow, PlanPoint, Text
from extract.form import Form, FormColumn, finds, matches_whole
from extract.header import Grid, distinct, is_caption_row, looks_like_title
from extract.text import fold, is_blank
from extract.uses import Account, OpenTable

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


def find_indicator_header(grid: Grid, form: Form) -> IndicatorHeader | None:
    """The first row of indicator headings: two levels and the value (or its sign); or name, sign and value."""
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
        levels = keys & {"level1", "level2", "level3"}
        if (len(levels) >= 2 and keys & {"value", "comparator"}) or keys >= {"level3", "value", "comparator"}:
            return IndicatorHeader(row, found)
    return None


def field_labels(grid: Grid, rows: range, form: Form) -> dict[str, int]:
    """Keys of the project fields whose labels stand in these rows, with the last row of the first such label."""
    keys: dict[str, int] = {}
    for row in rows:
        for cell in distinct(grid[row]):
            key = _field_key(cell, form)
            if key is None and matches_whole(form.plan_labels, label_of(cell)):
                key = "plan"
            elif key is None and matches_whole(form.goal_labels, label_of(cell)):
                key = "goal"
            if key is not None:
                keys.setdefault(key, cell.row + cell.rowspan - 1)
    return keys


def is_project_block(keys: dict[str, int]) -> bool:
    """Enough labels to be a project's form: its name, two more, and money or goal in rows below the name.

    In a list of projects the same words are column headers: they do not reach below the row of the name.
    """
    if "project_name" not in keys or len(keys) < MIN_FIELDS:
        return False
    return any(keys[key] > keys["project_name"] for key in ("total", "fiscal", "goal") if key in keys)


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

    def __init__(self, work: OpenTable, end: int, form: Form) -> None:
        self.work, self.grid, self.end, self.form = work, work.grid, end, form
        self.fields: dict[str, Text] = {}
        self.caption: dict[str, Text] = {}
        self.plan: list[PlanPoint] = []
        self.plan_label: Text | None = None
        self.goals: list[Text] = []
        self.title: Text | None = None
        self._taken: set[int] = set()

    def read(self) -> None:
        cells = [cell for cell in self.work.table.cells if cell.row < self.end]
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
        self.work.use(cell, home)

    def _captions(self) -> None:
        for row in range(self.end):
            cells = distinct(self.grid[row])
            if not is_caption_row(cells, self.work.table.n_cols):
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
        return self.grid[cell.row][column] if column < self.work.table.n_cols else None

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


class IndicatorReader:
    """Reads indicator rows one by one. Level cells merged over rows count for each of their rows.

    A blank level cell is what the page prints, not a merge: it is filled from above only where both levels are blank
    or a page break cut the merged cell; where the grid has no cell at all, nothing is known and nothing is filled.

    header.row is -1 where the rows go on from the table before and have no header here.
    """

    def __init__(self, work: OpenTable, header: IndicatorHeader) -> None:
        self.work, self.header = work, header
        self.first = min(header.columns)
        self._carried: dict[str, Text] = {}
        self._titles: set[str] = set()
        if header.row >= 0:
            for cell in distinct(work.grid[header.row]):
                if not is_blank(cell.text):
                    self._titles.add(label_of(cell))
                    if work.account.home_of(work.table, cell) is None:
                        work.use(cell, "header")

    def begin(self) -> None:
        """A new project begins: nothing is carried over to it."""
        self._carried.clear()

    def read(self, row: int) -> IndicatorRow | None:
        """The indicator of a row; None for a row that prints none (blank, repeated header, levels alone)."""
        work = self.work
        _group_labels(work, row, self.first)
        here = {column.key: work.grid[row][index] for index, column in self.header.columns.items()}
        printed = {key: cell for key, cell in here.items() if cell is not None and not is_blank(cell.text)}
        if sum(1 for cell in printed.values() if label_of(cell) in self._titles) >= 2:
            for cell in printed.values():
                work.use(cell, "ignored:repeated_header")
            return None
        if not set(printed) & {"level3", "value", "description"}:
            return None
        parts: dict[str, Text] = {}
        for key, part in here.items():
            if part is not None:
                work.use(part, "indicator")
                parts[key] = part.as_text()
        _carry(parts, self._carried, cut=any(seam.row == row for seam in work.table.seams))
        return IndicatorRow(row=row, **parts)

    def read_all(self) -> list[IndicatorRow]:
        """All rows under the header."""
        rows = (self.read(row) for row in range(self.header.row + 1, self.work.table.n_rows))
        return [row for row in rows if row is not None]


def _carry(parts: dict[str, Text], carried: dict[str, Text], *, cut: bool) -> None:
    level1, level2 = parts.get("level1"), parts.get("level2")
    if level1 is None or level2 is None:
        carried.clear()
    elif is_blank(level1.text) and "level1" in carried and (is_blank(level2.text) or cut):
        parts["level1"] = carried["level1"]
        if is_blank(level2.text):
            parts["level2"] = carried["level2"]
        else:
            carried["level2"] = level2
    elif is_blank(level2.text) and "level1" in carried and level1 == carried["level1"]:
        parts["level2"] = carried["level2"]
    else:
        carried["level1"], carried["level2"] = level1, level2


def _group_labels(work: OpenTable, row: int, first: int) -> None:
    """The label 绩效指标 at the left of the indicators, printed over all of their rows or once per group."""
    assert work.form is not None
    for cell in distinct(work.grid[row][:first]):
        if not is_blank(cell.text) and matches_whole(work.form.groups, label_of(cell)):
            work.use(cell, "header")


def title_of(context: Surroundings, form: Form, account: Account, inside: Text | None) -> Text | None:
    """The form's title: inside the grid, or the nearest title-like paragraph above."""
    if inside is not None:
        return inside
    for paragraph in context.titles():
        if finds(form.titles, fold(paragraph.text)):
            account.paragraph(paragraph, "caption")
            return paragraph.as_text()
    return None
