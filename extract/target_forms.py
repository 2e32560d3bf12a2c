"""All performance forms of a document: which tables they are, and which tables belong together.

Four shapes: a block of labelled values with its indicators under it (one project, or a whole department), a table with
one project after the other beside its indicators, a list of projects without indicators, and what goes on from the
page before without a header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from extract.caption import parse_caption
from extract.context import Surroundings
from extract.document import Box, DepartmentGoal, Paragraph, ProjectForm, Reading, Table, Text
from extract.form import Form, finds
from extract.header import Grid, distinct
from extract.indicator_layout import LONGEST, Layout, field_key, find_layout, layout_by_rows, moved
from extract.indicators import IndicatorChain, IndicatorReader
from extract.project_lists import ListPiece, read_list
from extract.project_names import name_from_titles
from extract.project_rows import ListReader
from extract.targets import BlockReader, block_keys, is_project_block, title_of
from extract.text import fold, is_blank
from extract.uses import Account, OpenTable

_SPEAKS = re.compile("指标|目标|绩效")  # no performance form is without one of these words


@dataclass
class _Open:
    """The form whose table may go on: its layout, the chain its indicators go to, and the reader of a wide table."""

    layout: Layout
    n_cols: int
    table: int
    chain: IndicatorChain | None = None
    form: ProjectForm | None = None
    wide: ListReader | None = None


@dataclass
class TargetReader:
    """Reads the performance forms table by table, in order of the document; `used` are the tables it took.

    Call `finish` after the last table: only then are the indicators of each form settled.
    """

    forms_by_code: Mapping[str, Form]
    account: Account
    reading: Reading
    forms: list[ProjectForm] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    tasks: list[DepartmentGoal] = field(default_factory=list)
    _chains: dict[int, IndicatorChain] = field(default_factory=dict)
    _open: _Open | None = None
    _list: ListPiece | None = None
    _sides: dict[int, list[Paragraph]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.project = self.forms_by_code["project_target"]
        self.indicators = self.forms_by_code["indicators"]
        self.department = self.forms_by_code["department_target"]
        self.listed = self.forms_by_code["project_list"]
        self._sides = sides(self.reading)

    def read(self, table: Table, grid: Grid, context: Surroundings) -> None:
        """Take the table if it is a performance form, or the indicators or the rest of the form before."""
        speaks = any(_SPEAKS.search(fold(cell.text)) for cell in table.cells if len(cell.text) <= LONGEST)
        blocks = self._blocks(grid) if speaks else []
        if blocks:
            for rows in blocks:
                self._block(table, grid, context, rows)
            return
        layout = find_layout(table, grid, range(table.n_rows), self.indicators, self._beside) if speaks else None
        if layout is not None and layout.is_wide:
            self._wide(table, grid, context, layout)
        elif (
            layout is not None and self._follows(context) and layout.header[0] <= 1 and self._has_no_block(grid, layout)
        ):
            self._go_on(table, grid, layout)
        elif layout is not None:
            self._block(table, grid, context, range(table.n_rows))
        elif self._follows(context) and self._continues(table, grid):
            return
        elif speaks and self._is_department_block(table, grid, context):
            self._block(table, grid, context, range(table.n_rows))
        else:
            work = OpenTable(table, grid, self.account, form=self.listed)
            found, self._list = read_list(work, context, self.listed, len(self.forms), self._list)
            self.forms += found

    def finish(self) -> None:
        for index, chain in self._chains.items():
            form = self.forms[index]
            form.indicators = [*form.indicators, *chain.rows()]
            for key, text in chain.fields.items():
                form.fields.setdefault(key, text)

    @property
    def _beside(self) -> tuple[Form, ...]:
        """Forms whose fields may stand in columns beside the indicators."""
        return (self.project, self.listed, self.department)

    # -------------------------------------------------------------------------------------------- a block, one project

    def _blocks(self, grid: Grid) -> list[range]:
        """Rows of each project's block with what belongs to it: several forms may be printed in one grid."""
        starts = []
        for row, cells in enumerate(grid):
            lead = next((cell for cell in distinct(cells) if not is_blank(cell.text)), None)
            if lead is not None and lead.row == row and field_key(lead.text, self.project) == "project_name":
                starts.append(row)
        if not starts:
            return [range(len(grid))] if self._is_block(grid, range(len(grid))) else []
        bounds = [0, *starts[1:], len(grid)]
        rows = [range(a, b) for a, b in pairwise(bounds)]
        if all(self._is_block(grid, each) for each in rows):
            return rows
        return [range(len(grid))] if self._is_block(grid, range(len(grid))) else []

    def _is_block(self, grid: Grid, rows: range) -> bool:
        return is_project_block(block_keys(grid, rows, (self.project,)))

    def _is_department_block(self, table: Table, grid: Grid, context: Surroundings) -> bool:
        """A form of a department without a table of indicators: its name, its goal, and a title that says so."""
        keys = block_keys(grid, range(table.n_rows), (self.project, self.department))
        if "department_name" not in keys or "goal" not in keys or keys["goal"] <= keys["department_name"]:
            return False
        inside = [cell.text for cell in table.cells if cell.row <= 2]
        titles = [*(p.text for p in context.titles()), *inside]
        return any(finds(self.department.titles, fold(text)) and "绩效" in text for text in titles)

    def _has_no_block(self, grid: Grid, layout: Layout) -> bool:
        return not block_keys(grid, range(layout.header[0]), (self.project, self.department))

    def _block(self, table: Table, grid: Grid, context: Surroundings, rows: range) -> None:
        """A form of one project; without a project's name, a form of the whole department."""
        layout = find_layout(table, grid, rows, self.indicators, ())
        if layout is None:
            layout = layout_by_rows(table, grid, rows, self.indicators)
        work = OpenTable(table, grid, self.account, form=self.indicators)
        end = layout.header[0] if layout is not None else rows.stop
        reader = BlockReader(work, range(rows.start, end), (self.project, self.department))
        reader.read()
        self._caption(reader.caption, context)
        title = title_of(context, self.project, self.account, reader.title)
        form = ProjectForm(
            seq=len(self.forms) + 1,
            tables=(table.number,),
            form=self.project.code,
            title=title,
            caption=reader.caption,
            fields=reader.fields,
            plan=reader.plan,
            plan_label=reader.plan_label,
            goals=reader.goals,
            indicators=[],
        )
        if "project_name" not in form.fields:
            self._name(form, table, context)
        self.forms.append(form)
        self.tasks += [
            DepartmentGoal(
                "department_item", len(self.tasks) + n, task.name, task.content, None, note="task of the year"
            )
            for n, task in enumerate(reader.tasks, 1)
        ]
        chain = self._chains[len(self.forms) - 1] = IndicatorChain(self.indicators)
        self.used.add(table.number)
        if layout is not None:
            indicators = IndicatorReader(work, layout, self.indicators, self._sides.get(table.number))
            indicators.read_all(chain, range(layout.body, rows.stop))
            self._open = _Open(layout, table.n_cols, table.number, chain, form)
        else:
            self._open = _Open(Layout((0, 0), ()), table.n_cols, table.number, chain, form)

    def _name(self, form: ProjectForm, table: Table, context: Surroundings) -> None:
        """A form that does not print whose it is: of the department by its words, or of the project its titles name."""
        titles = [form.title.text] if form.title is not None else [p.text for p in context.titles()]
        if "department_name" in form.fields or any(finds(self.department.titles, fold(text)) for text in titles):
            form.form = self.department.code
            return
        name = name_from_titles(self.reading, table)
        if name is not None:
            form.fields["project_name"] = name
        else:
            form.form = self.department.code if not self._speaks_of_project(titles) else self.indicators.code

    def _speaks_of_project(self, titles: list[str]) -> bool:
        return any("项目" in text for text in titles)

    def _caption(self, caption: dict[str, Text], context: Surroundings) -> None:
        for paragraph in context.captions():
            for kind in parse_caption(paragraph.text):
                caption.setdefault(kind, paragraph.as_text())
            self.account.paragraph(paragraph, "caption")

    # ------------------------------------------------------------------------------------------------------- going on

    def _follows(self, context: Surroundings) -> bool:
        """Nothing but page fields, and words beside one of both tables, between this table and the one taken last."""
        if self._open is None:
            return False
        if context.directly_after == self._open.table:
            return True
        before = self._open.table
        beside = {side.number for number in (before, context.table.number) for side in self._sides.get(number, [])}
        return (
            bool(context.above)
            and all(paragraph.number in beside for paragraph in context.above)
            and self._previous(context.table) == before
        )

    def _previous(self, table: Table) -> int | None:
        last: int | None = None
        for other in self.reading.tables():
            if other.number == table.number:
                return last
            last = other.number
        return None

    def _go_on(self, table: Table, grid: Grid, layout: Layout) -> None:
        """The indicators of the form before, under a header of their own (printed for the first time, or again)."""
        assert self._open is not None
        form, chain = self._open.form, self._open.chain
        if form is None or chain is None:
            form, chain = self.forms[-1], self._chains.setdefault(len(self.forms) - 1, IndicatorChain(self.indicators))
        self._extend(table, grid, layout, form, chain)
        self._open = _Open(layout, table.n_cols, table.number, chain, form)

    def _extend(self, table: Table, grid: Grid, layout: Layout, form: ProjectForm, chain: IndicatorChain) -> None:
        work = OpenTable(table, grid, self.account, form=self.indicators)
        reader = IndicatorReader(work, layout, self.indicators, self._sides.get(table.number))
        reader.read_all(chain, range(layout.body, table.n_rows))
        form.tables = (*form.tables, table.number)
        self.used.add(table.number)

    def _continues(self, table: Table, grid: Grid) -> bool:
        """Rows of the form before without any header: the same columns, found by their place."""
        opened = self._open
        assert opened is not None
        layout = moved(opened.layout, table, opened.n_cols) if opened.layout.slots else None
        if layout is None and opened.form is not None and not opened.layout.slots:
            layout = layout_by_rows(table, grid, range(table.n_rows), self.indicators)
        if layout is None:
            return False
        if opened.wide is not None:
            work = OpenTable(table, grid, self.account, form=self.indicators)
            opened.wide.go_on(work, layout, self._sides.get(table.number))
            self.used.add(table.number)
        elif opened.form is not None and opened.chain is not None:
            self._extend(table, grid, layout, opened.form, opened.chain)
        else:
            return False
        opened.table = table.number
        return True

    # ------------------------------------------------------------------------------------- many projects in one table

    def _wide(self, table: Table, grid: Grid, context: Surroundings, layout: Layout) -> None:
        """A table with one project after the other: project fields are columns beside the indicator columns."""
        work = OpenTable(table, grid, self.account, form=self.indicators)
        opened = self._open
        titles = [slot.title for slot in layout.slots]
        again = (
            opened is not None
            and opened.wide is not None
            and titles == [slot.title for slot in opened.layout.slots]
            and self._previous(table) == opened.table
        )
        if again and opened is not None and opened.wide is not None:
            reader = opened.wide
        else:
            reader = ListReader(self.forms, self._chains, self.project, self.department, self.listed, self.indicators)
        reader.caption(work, layout, context)
        reader.go_on(work, layout, self._sides.get(table.number))
        self.used.add(table.number)
        self._open = _Open(layout, table.n_cols, table.number, wide=reader)


def sides(reading: Reading) -> dict[int, list[Paragraph]]:
    """Paragraphs printed beside a table (within its height, left of it), by Table.number; page fields left out.

    A page that goes on with a merged cell may rule only the columns right of it: the cell's words then stand alone.
    """
    boxes: dict[int, list[tuple[int, float, float, float]]] = {}
    for table in reading.tables():
        by_page: dict[int, list[Box]] = {}
        for cell in table.cells:
            place = cell.places[0]
            if place.box is not None and place.page is not None:
                by_page.setdefault(place.page, []).append(place.box)
        for page, here in by_page.items():
            left, top, bottom = min(b[0] for b in here), min(b[1] for b in here), max(b[3] for b in here)
            boxes.setdefault(page, []).append((table.number, left, top, bottom))
    found: dict[int, list[Paragraph]] = {}
    for paragraph in reading.paragraphs():
        place = paragraph.place
        if place.box is None or place.page is None or paragraph.role == "page_field" or len(fold(paragraph.text)) > 16:
            continue
        middle = (place.box[1] + place.box[3]) / 2
        for number, left, top, bottom in boxes.get(place.page, ()):
            if top <= middle <= bottom and place.box[2] <= left + 3.0:
                found.setdefault(number, []).append(paragraph)
                break
    return found
