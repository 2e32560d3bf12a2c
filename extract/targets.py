"""绩效目标 forms: the block of labelled values above the indicators of a project or a department.

Fields are found by their labels (forms/40_project_target.yml, 42_department_target.yml), the value being to the right
or below; never by fixed coordinates. Amounts may stand in a small table of their own inside the block: 年初预算数,
全年预算数, 全年执行数 over the rows of money (self-evaluation), or the list of the year's tasks with what they cost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extract.caption import bracket_unit, parse_caption
from extract.context import Surroundings
from extract.document import Cell, PlanPoint, Text
from extract.form import Form, finds, matches_whole
from extract.header import Grid, distinct, is_caption_row, looks_like_title
from extract.indicator_layout import block_key, field_key, label_of, labels_of
from extract.text import compact, fold, is_amount_like, is_blank, is_number
from extract.uses import Account, OpenTable

MIN_FIELDS = 3
MAX_HEAD = 2  # rows of a heading; a cell over more is a label at the left of what it heads
MONEY = ("total", "total_term", "fiscal", "other", "carryover", "special_account", "central")
_CHECKPOINT = re.compile(r"^(\d{1,2})月(?:底|末|份)?(?:前)?$")
_QUARTER = re.compile(r"^(?:第)?([一二三四1-4])季度(?:末)?$")
_LAST_DAY = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_MONEY = re.compile(r"^[-+¥￥]?[\d,]*\.?\d+(?:[千百十]?[万亿]?元?|%)$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_UNIT_ALONE = re.compile(r"\((?:单位:)?(?:百万元|亿元|万元|千元|元)\)")
_DIGITS = re.compile(r"[\d.,]{2,}")


@dataclass
class Task:
    """A task of the year of a department form: name, content, what it costs stays where it is printed."""

    name: Text
    content: Text | None


def block_keys(grid: Grid, rows: range, forms: tuple[Form, ...]) -> dict[str, int]:
    """Keys of the fields whose labels stand in these rows, with the last row of the first such label."""
    keys: dict[str, int] = {}
    for row in rows:
        for cell in distinct(grid[row]):
            key = _key(cell, forms)
            if key is not None:
                keys.setdefault(key, cell.row + cell.rowspan - 1)
    return keys


def is_project_block(keys: dict[str, int]) -> bool:
    """Enough labels to be a project's form: its name, two more, and money or goal in rows below the name.

    In a list of projects the same words are column headers: they do not reach below the row of the name.
    """
    if "project_name" not in keys or len(keys) < MIN_FIELDS:
        return False
    return any(keys[key] > keys["project_name"] for key in ("total", "total_term", "fiscal", "goal") if key in keys)


def _key(cell: Cell, forms: tuple[Form, ...]) -> str | None:
    return block_key(cell.text, forms)


class BlockReader:
    """Reads the labelled values of one block: rows [start, end) of a grid. forms: project form first."""

    def __init__(self, work: OpenTable, rows: range, forms: tuple[Form, ...]) -> None:
        self.work, self.grid, self.rows, self.forms = work, work.grid, rows, forms
        self.form = forms[0]
        self.fields: dict[str, Text] = {}
        self.caption: dict[str, Text] = {}
        self.plan: list[PlanPoint] = []
        self.plan_label: Text | None = None
        self.goals: list[Text] = []
        self.tasks: list[Task] = []
        self.title: Text | None = None
        self._taken: set[int] = set()
        self._columns: dict[str, int] = {}  # grid column of the label each field was read by

    def read(self) -> None:
        cells = [cell for cell in self.work.table.cells if self.rows.start <= cell.row < self.rows.stop]
        cells.sort(key=lambda cell: (cell.row, cell.col))
        self._captions()
        self._tasks(cells)
        self._money_table(cells)
        for cell in cells:
            if id(cell) in self._taken or is_blank(cell.text):
                continue
            key = _key(cell, self.forms)
            if key == "plan":
                self._plan(cell)
            elif key == "goal" or (key == "actual" and self._heads_goal(cell)):
                self._goal(cell)
            elif key == "actual":
                self._field(cell, "goal_actual")
            elif key in ("fiscal", "other", "carryover") and key in self.fields and self._is_of_the_year(cell, key):
                self._field(cell, key)  # the same words once for the whole term and once for the year
            elif key is not None and key not in self.fields:
                self._field(cell, key)
            elif self._is_group(cell) or _UNIT_ALONE.fullmatch(fold(cell.text)):
                self._group(cell)
            elif not self._pair(cell):
                if matches_whole(self.form.subheads, label_of(cell)):
                    self._take(cell, "header")
                else:
                    self._inline(cell)
        self._term()
        self._purpose(cells)

    # ------------------------------------------------------------------------------------------------ small helpers

    def _take(self, cell: Cell, home: str) -> None:
        self._taken.add(id(cell))
        self.work.use(cell, home)

    def _is_group(self, cell: Cell) -> bool:
        label = label_of(cell)
        return matches_whole(self.form.groups, label) or matches_whole(self.form.groups, _DIGITS.sub("", label))

    def _group(self, cell: Cell) -> None:
        """`项目资金（万元）`: over a block of amounts, and often the only place that prints their unit.

        The unit may stand in a cell of its own under the words.
        """
        if bracket_unit(cell.text):
            self.caption.setdefault("unit_header", cell.as_text())
        self._take(cell, "header")

    def _captions(self) -> None:
        for row in self.rows:
            cells = distinct(self.grid[row])
            if not is_caption_row(cells, self.work.table.n_cols):
                if any(not is_blank(cell.text) for cell in cells):
                    return
                continue
            if any(_key(cell, self.forms) is not None for cell in cells):
                return
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
        return _key(cell, self.forms) is not None or self._is_group(cell)

    def _right(self, cell: Cell) -> list[Cell]:
        """Cells to the right in the label's row, up to the next label."""
        found: list[Cell] = []
        for other in distinct(self.grid[cell.row][cell.col + cell.colspan :]):
            if id(other) in self._taken or self._known(other):
                break
            found.append(other)
        return found

    def _below(self, cell: Cell) -> Cell | None:
        row = cell.row + cell.rowspan
        return self.grid[row][cell.col] if row < self.rows.stop else None

    # -------------------------------------------------------------------------------------------------------- fields

    def _field(self, cell: Cell, key: str) -> None:
        self._take(cell, "label")
        if key in MONEY and bracket_unit(cell.text):
            self.caption.setdefault("unit_header", cell.as_text())
        value = self._amount(cell) if key in MONEY else self._value(cell)
        if value is not None:
            self.fields[key] = value.as_text()
            self._take(value, "field")
            self._columns[key] = cell.col

    def _value(self, cell: Cell) -> Cell | None:
        right = self._right(cell)
        if right:
            return right[0]
        below = self._below(cell)
        if below is None or id(below) in self._taken or self._known(below) or below.col != cell.col:
            return None
        return below

    def _amount(self, cell: Cell) -> Cell | None:
        """The amount beside a label, else the one under it, past sub-headings: 财政拨款 / 合计 / 9,626.78.

        Where neither holds an amount: the blank cell beside it, or what is printed there instead (无, 详见附表).
        """
        right = self._right(cell)
        beside: list[Cell] = []
        for value in right:
            if matches_whole(self.form.subheads, label_of(value)):
                break
            beside.append(value)
        amount = next((value for value in beside if _is_amount(value)), None)
        if amount is not None:
            return amount
        below = self._below(cell)
        passed: list[Cell] = []
        for _ in range(3):
            if below is None or id(below) in self._taken or below.col != cell.col:
                break
            if _is_amount(below) or (is_blank(below.text) and not beside):
                for head in passed:
                    self._take(head, "header")
                return below
            if not matches_whole(self.form.subheads, label_of(below)):
                break
            passed.append(below)
            below = self._below(below)
        return beside[0] if beside else None

    def _heads_goal(self, cell: Cell) -> bool:
        """`年度总体目标完成情况` at the left of 预期目标 and 实际完成情况 is a label over both."""
        right = self.grid[cell.row][cell.col + cell.colspan :]
        return any(_key(other, self.forms) == "goal" for other in distinct(right))

    def _pair(self, cell: Cell) -> bool:
        """A label that has no name here, with its amount to the right or below: kept under the label as printed."""
        label = fold(cell.text).rstrip(":")
        if _is_amount(cell) or not _HAN.search(label) or len(label) > 20 or ":" in label:
            return False
        right, below = self._right(cell)[:1], self._below(cell)
        under = [below] if below is not None and below.col == cell.col and below.colspan == cell.colspan else []
        value = next((v for v in (*right, *under) if id(v) not in self._taken and _is_amount(v)), None)
        if value is None:
            return False
        self._take(cell, "label")
        self._take(value, "field")
        name = label if label not in self.fields else f"{label}({cell.row},{cell.col})"
        self.fields[name] = value.as_text()
        return True

    def _is_of_the_year(self, cell: Cell, key: str) -> bool:
        """Whether a second label of the same words stands in the column of the year's total, and the first one not."""
        return self._columns.get("total") == cell.col and self._columns.get(key) != cell.col

    def _term(self) -> None:
        """A form that prints the money of the whole term only: that is its total."""
        if "total_term" in self.fields and "total" not in self.fields:
            self.fields["total"] = self.fields["total_term"]

    def _inline(self, cell: Cell) -> None:
        """`项目名称：X` in one cell."""
        head, colon, tail = fold(cell.text).partition(":")
        if not colon or not tail:
            self._run_together(cell)
            return
        key = next((key for form in self.forms if (key := field_key(head, form))), None)
        if key is not None and key not in self.fields:
            printed = re.split("[:：]", cell.text, maxsplit=1)[1].strip()
            self.fields[key] = Text(printed, cell.places[0], cell.places[1:])
            self._take(cell, "field")

    def _run_together(self, cell: Cell) -> None:
        """`专项（项目）名称伯乐奖`: label and name in one cell, no mark between. Only the name, only at the start."""
        if "project_name" in self.fields or cell.row != self.rows.start:
            return
        printed = compact(cell.text)
        for end in range(len(printed) - 1, 3, -1):
            if field_key(printed[:end], self.form) == "project_name" and printed[end - 1] not in "（(":
                self.fields["project_name"] = Text(printed[end:], cell.place, cell.places[1:])
                self._take(cell, "field")
                return

    # ------------------------------------------------------------------------------------------ tables in the block

    def _money_table(self, cells: list[Cell]) -> None:
        """年初预算数 · 全年预算数 · 全年执行数 … over rows 年度资金总额, 其中：财政拨款, 其他资金."""
        for row in self.rows:
            heads: dict[str, Cell] = {}
            for cell in distinct(self.grid[row]):
                for item in self.form.amount_columns:
                    if (
                        cell.row == row
                        and cell.rowspan <= MAX_HEAD
                        and id(cell) not in self._taken
                        and item.key not in heads
                        and any(matches_whole(item.labels, label) for label in labels_of(cell.text))
                    ):
                        heads[item.key] = cell
                        break
            if len(heads) < 3 or not heads.keys() & {"budget", "adjusted", "executed"}:
                continue
            for cell in heads.values():
                self._take(cell, "header")
            first = min(head.col for head in heads.values())
            for cell in distinct(self.grid[row]):  # 项目, or nothing, over the labels of the rows
                if cell.row == row and cell.col < first and cell.rowspan == 1 and not is_blank(cell.text):
                    self._take(cell, "header")
            for below in range(row + 1, self.rows.stop):
                if not self._money_row(below, heads, first):
                    break
            return

    def _money_row(self, row: int, heads: dict[str, Cell], first: int) -> bool:
        labels = [
            cell
            for cell in distinct(self.grid[row])
            if cell.row == row and cell.col < first and not is_blank(cell.text) and id(cell) not in self._taken
        ]
        if not labels:
            return False
        label = labels[-1]
        key = _key(label, self.forms)
        if matches_whole(("总额", "合计", "小计", "总计", "年度总额", "资金总额"), label_of(label)):
            key = "total"
        if key is not None and key not in MONEY:
            return False
        self._take(label, "label")
        for name, head in heads.items():
            value = self.grid[row][head.col]
            if value is None or id(value) in self._taken or value.row != row:
                continue
            if key is not None:
                field = key if name == "budget" else f"{key}_{name}"
                self.fields.setdefault(field, value.as_text())
                self._columns.setdefault(field, label.col)
            self._take(value, "field")
        return True

    def _tasks(self, cells: list[Cell]) -> None:
        """年度主要任务: rows of tasks with their content and amounts, and 金额合计 under them."""
        for row in self.rows:
            heads = self._task_heads(row)
            if "name" not in heads or not heads.keys() & {"content", "expected"} or len(heads) < 3:
                continue
            stop = self._tasks_end(row, heads["name"].col)
            for cell in heads.values():
                self._take(cell, "header")
            for below in range(row + 1, stop):
                self._task_row(below, heads)
            return

    def _task_heads(self, row: int) -> dict[str, Cell]:
        """Headings of a list of tasks that begins in this row; 总额 · 财政拨款 · 其他资金 may stand one row lower."""
        heads: dict[str, Cell] = {}
        for at in (row + 1, row):
            if at >= self.rows.stop:
                continue
            for cell in distinct(self.grid[at]):
                if cell.row not in (row, at) or is_blank(cell.text) or cell.rowspan > MAX_HEAD:
                    continue
                if at == row + 1 and not any(
                    up is not None and up.row == row and not is_blank(up.text) and up.rowspan == 1
                    for up in (self.grid[row][cell.col],)
                ):
                    continue
                for item in self.form.task_columns:
                    money = item.key in ("total", "fiscal", "other")
                    if item.key not in heads and (at == row or money) and matches_whole(item.labels, label_of(cell)):
                        heads[item.key] = cell
                        break
        return heads

    def _tasks_end(self, row: int, name_col: int) -> int:
        """The list ends with the label at its left, or where another label of the form begins."""
        left = self.grid[row][name_col - 1] if name_col else None
        seams = {seam.row for seam in self.work.table.seams}
        for below in range(row + 1, self.rows.stop):
            first = self.grid[below][name_col - 1] if name_col else self.grid[below][0]
            if left is not None and left.rowspan > 1:
                if first is not None and first.row in seams and fold(first.text) in ("", fold(left.text)):
                    left = first  # the label's cell was cut by the page break; its words may be printed again
                elif first is not left:
                    return below
            elif first is not None and _key(first, self.forms) is not None:
                return below
        return self.rows.stop

    def _task_row(self, row: int, heads: dict[str, Cell]) -> None:
        cells = [cell for cell in distinct(self.grid[row]) if cell.row == row and id(cell) not in self._taken]
        lead = next((cell for cell in cells if not is_blank(cell.text)), None)
        if lead is None:
            return
        here = {key: self.grid[row][head.col] for key, head in heads.items()}
        if matches_whole(self.form.subtotals, label_of(lead)):
            self._take(lead, "label")
            for key in ("total", "fiscal", "other"):
                value = here.get(key)
                if value is not None and value is not lead and id(value) not in self._taken:
                    self.fields.setdefault(key, value.as_text())
                    self._columns.setdefault(key, value.col)
                    self._take(value, "field")
            return
        name = here["name"]
        if name is None or matches_whole([p for item in self.form.task_columns for p in item.labels], label_of(name)):
            for cell in cells:  # the second row of the headings
                self._take(cell, "header")
            return
        if is_blank(name.text) or name.row != row:
            return
        content = here.get("content") or here.get("expected")
        self.tasks.append(Task(name.as_text(), content.as_text() if content is not None else None))
        for cell in cells:
            self._take(cell, "goal" if cell in (name, content) else "field")

    # --------------------------------------------------------------------------------------------- plan, goal, purpose

    def _plan(self, cell: Cell) -> None:
        self._take(cell, "label")
        self.plan_label = cell.as_text()
        for row in range(cell.row, min(cell.row + max(cell.rowspan, 2), self.rows.stop)):
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
        for row in range(cell.row, min(cell.row + cell.rowspan, self.rows.stop)):
            for value in distinct(self.grid[row][cell.col + cell.colspan :]):
                if id(value) in self._taken or value.row != row:
                    continue
                key = _key(value, self.forms)
                if key == "goal":
                    self._goal(value)
                    found = True
                elif key == "actual":
                    self._take(value, "label")
                    actual = self._below(value)
                    if actual is not None and id(actual) not in self._taken:
                        self.fields["goal_actual"] = actual.as_text()
                        self._take(actual, "field")
                elif key is None and not self._is_group(value):
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
        groups = [cell for cell in cells if self._is_group(cell) and not is_blank(cell.text)]
        for group in groups:
            for row in range(group.row, min(group.row + group.rowspan, self.rows.stop)):
                free = [
                    cell
                    for cell in distinct(self.grid[row])
                    if id(cell) not in self._taken and cell is not group and cell.row == row and not is_blank(cell.text)
                ]
                if len(free) == 1 and "purpose" not in self.fields and not is_number(free[0].text):
                    self.fields["purpose"] = free[0].as_text()
                    self._take(free[0], "field")


def _is_amount(cell: Cell) -> bool:
    return not is_blank(cell.text) and (is_amount_like(cell.text) or bool(_MONEY.match(fold(cell.text))))


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


def title_of(context: Surroundings, form: Form, account: Account, inside: Text | None) -> Text | None:
    """The form's title: inside the grid, or the nearest title-like paragraph above."""
    if inside is not None:
        return inside
    for paragraph in context.titles():
        if finds(form.titles, fold(paragraph.text)):
            account.paragraph(paragraph, "caption")
            return paragraph.as_text()
    return None
