"""All performance forms of a document: which tables they are, and which tables belong together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract.caption import parse_caption
from extract.context import Surroundings
from extract.document import Cell, ProjectForm, Table, Text
from extract.form import Form, matches_path, matches_whole
from extract.header import Grid, Shape, distinct, read_shape, title_line
from extract.targets import (
    BlockReader,
    IndicatorHeader,
    IndicatorReader,
    field_labels,
    find_indicator_header,
    is_project_block,
    label_of,
    title_of,
)
from extract.text import compact, fold, is_blank
from extract.uses import Account, OpenTable

_CODE_AND_NAME = re.compile(r"^(\d{8}[A-Z]\d{9,14})[-－—_](.+)$")


@dataclass
class TargetReader:
    """Reads the performance forms table by table, in order of the document; `used` are the tables it took."""

    project: Form
    indicators: Form
    account: Account
    forms: list[ProjectForm] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    _header: IndicatorHeader | None = None
    _width: int = 0

    def read(self, table: Table, grid: Grid, context: Surroundings) -> None:
        """Take the table if it is a performance form, or the indicators or the rest of the form before."""
        header = find_indicator_header(grid, self.indicators)
        end = header.row if header is not None else table.n_rows
        last = self.forms[-1] if self.forms else None
        follows = last is not None and context.directly_after == last.tables[-1]
        if is_project_block(field_labels(grid, range(end), self.project)):
            self._block(table, grid, context, header, end)
        elif header is not None and self._wide(table, grid, context, header):
            pass
        elif header is not None and follows and last is not None and header.row <= 1:
            self._go_on(table, grid, last, header)
        elif header is not None:
            self._block(table, grid, context, header, end)
        elif follows and last is not None and self._header is not None and table.n_cols == self._width:
            self._go_on(table, grid, last, IndicatorHeader(-1, self._header.columns))
        else:
            return
        self.used.add(table.number)
        self._width = table.n_cols
        if header is not None:
            self._header = header

    def _go_on(self, table: Table, grid: Grid, last: ProjectForm, header: IndicatorHeader) -> None:
        work = OpenTable(table, grid, self.account, form=self.indicators)
        last.indicators = [*last.indicators, *IndicatorReader(work, header).read_all()]
        last.tables = (*last.tables, table.number)

    def _block(self, table: Table, grid: Grid, context: Surroundings, header: IndicatorHeader | None, end: int) -> None:
        """A form of one project; without a project's name, a form of the whole department."""
        work = OpenTable(table, grid, self.account, form=self.indicators)
        reader = BlockReader(work, end, self.project)
        reader.read()
        self._caption(reader.caption, context)
        self.forms.append(
            ProjectForm(
                seq=len(self.forms) + 1,
                tables=(table.number,),
                form=self.project.code if "project_name" in reader.fields else self.indicators.code,
                title=title_of(context, self.project, self.account, reader.title),
                caption=reader.caption,
                fields=reader.fields,
                plan=reader.plan,
                plan_label=reader.plan_label,
                goals=reader.goals,
                indicators=IndicatorReader(work, header).read_all() if header is not None else [],
            )
        )

    def _caption(self, caption: dict[str, Text], context: Surroundings) -> None:
        for paragraph in context.captions():
            for kind in parse_caption(paragraph.text):
                caption.setdefault(kind, paragraph.as_text())
            self.account.paragraph(paragraph, "caption")

    # ------------------------------------------------------------------------------------- many projects in one table

    def _wide(self, table: Table, grid: Grid, context: Surroundings, header: IndicatorHeader) -> bool:
        """A table with one project after the other: project fields are columns beside the indicator columns."""
        shape = read_shape(table, grid)
        columns = self._project_columns(shape, header)
        if "project_name" not in columns.values() or header.row not in shape.header:
            return False
        work = OpenTable(table, grid, self.account, shape=shape, form=self.indicators)
        caption, title = _captions(work)
        self._caption(caption, context)
        title = title_of(context, self.project, self.account, title)
        for row in (*shape.header, *shape.numbers):
            for cell in distinct(grid[row]):
                if not is_blank(cell.text):
                    work.use(cell, "header")
        reader = IndicatorReader(work, header)
        current: ProjectForm | None = None
        name_cell: Cell | None = None
        for row in work.body_rows():
            cells = {key: grid[row][index] for index, key in columns.items()}
            name = cells["project_name"]
            if name is not None and name is not name_cell and not is_blank(name.text):
                if current is None or compact(name.text) != compact(_printed_name(current)):
                    current = self._begin(work, caption, title)
                    reader.begin()
                name_cell = name
            if current is not None:
                _take_fields(work, current, cells)
                indicator = reader.read(row)
                if indicator is not None:
                    current.indicators.append(indicator)
        for form in self.forms:
            if form.tables == (table.number,):
                _split_code(form.fields)
        return True

    def _begin(self, work: OpenTable, caption: dict[str, Text], title: Text | None) -> ProjectForm:
        form = ProjectForm(
            seq=len(self.forms) + 1,
            tables=(work.table.number,),
            form=self.project.code,
            title=title,
            caption=caption,
            fields={},
            plan=[],
            plan_label=None,
            goals=[],
            indicators=[],
        )
        self.forms.append(form)
        return form

    def _project_columns(self, shape: Shape, header: IndicatorHeader) -> dict[int, str]:
        """Grid column → project field, for the columns that are no indicator columns."""
        found: dict[int, str] = {}
        for index, path in enumerate(shape.paths):
            leaf = shape.leaves[index]
            if leaf is None or index in header.columns:
                continue
            label = re.sub(r"\((?:百万元|亿元|万元|千元|元)\)$", "", label_of(leaf))
            key = next((item.key for item in self.project.fields if matches_whole(item.labels, label)), None)
            if key is None and matches_whole(self.project.goal_labels, label):
                key = "goal"
            if key is None and matches_path(["合计", "总计"], "/".join(fold(part) for part in path)):
                key = "total"
            if key is not None and key not in found.values():
                found[index] = key
        return found


def _printed_name(form: ProjectForm) -> str:
    name = form.fields.get("project_name")
    return name.text if name is not None else ""


def _captions(work: OpenTable) -> tuple[dict[str, Text], Text | None]:
    caption: dict[str, Text] = {}
    title: Text | None = None
    for row in work.shape.caption:
        for cell in distinct(work.grid[row]):
            if is_blank(cell.text):
                continue
            kinds = parse_caption(cell.text)
            for kind in kinds:
                caption.setdefault(kind, cell.as_text())
            line = title_line(cell.text) if not kinds and title is None else None
            if line is not None:
                title = Text(line, cell.place, cell.places[1:])
            work.use(cell, "caption")
    return caption, title


def _take_fields(work: OpenTable, form: ProjectForm, cells: dict[str, Cell | None]) -> None:
    for key, cell in cells.items():
        if cell is None or is_blank(cell.text) or work.account.home_of(work.table, cell) is not None:
            continue
        if key == "goal":
            form.goals.append(cell.as_text())
            work.use(cell, "goal")
        else:
            form.fields.setdefault(key, cell.as_text())
            work.use(cell, "field")


def _split_code(fields: dict[str, Text]) -> None:
    """`11000024T000002796073-劳务派遣管理服务费` printed in one cell: project code and name."""
    name = fields.get("project_name")
    match = _CODE_AND_NAME.match(compact(name.text)) if name is not None else None
    if name is not None and match:
        fields.setdefault("project_code", Text(match.group(1), name.place, name.more))
        fields["project_name"] = Text(match.group(2), name.place, name.more)
