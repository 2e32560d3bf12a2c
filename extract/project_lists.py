"""Tables with one project after the other: beside their indicators, with all indicators in one cell, or with none.

A project begins with a name; the same name and amounts again (top of a page) is the same project, a name without
amounts under the break is the rest of the name above. Rows of totals and of units are no projects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from extract.caption import bracket_unit, parse_caption
from extract.context import Surroundings
from extract.document import Cell, Paragraph, ProjectForm, Table, Text
from extract.form import Form, finds, matches_whole
from extract.header import Grid, Shape, distinct, is_number_row, looks_like_title, read_shape
from extract.indicator_layout import Layout, field_key
from extract.indicator_text import split_all
from extract.indicators import IndicatorChain, IndicatorReader, joined
from extract.recognize import plain_title
from extract.targets import title_of
from extract.text import compact, fold, indent, is_amount_like, is_blank
from extract.uses import Account, OpenTable

MAX_HEAD = 10  # rows at the top of a list among which its header is
AMOUNTS = ("total", "fiscal", "other", "special_account", "carryover")
_CODE_AND_NAME = re.compile(r"^(\d{6,8}[A-Z]\d{9,14}[A-Z0-9]?)[-－—_](.+)$", re.DOTALL)
_ORGANISATION = re.compile(
    r"(?:局|委员会|委|办公室|办|厅|部|署|院|中心|总?站|所|大队|支队|总队|学校|中学|小学|幼儿园|大学|学院|医院|馆|协会|联合会|机关|政府"
    r"|法院|检察院|社|公司|基地|管理处|办事处)(?:[(（](?:本级|机关|汇总)[)）]|本级|机关|[(（][^()（）]*(?:中心|站|所|局|院|校)[)）])?$"
)


@dataclass
class ListReader:
    """Reads tables of projects with indicators into `forms` and `chains`, over as many pages as they go on."""

    forms: list[ProjectForm]
    chains: dict[int, IndicatorChain]
    project: Form
    department: Form
    listed: Form
    indicators: Form
    _caption: dict[str, Text] = field(default_factory=dict)
    _title: Text | None = None
    _current: ProjectForm | None = None
    _chain: IndicatorChain | None = None
    _nameless: bool = False  # the current project's name is printed on the next page

    def caption(self, work: OpenTable, layout: Layout, context: Surroundings) -> None:
        """Title, unit and department above the header, inside the grid or outside."""
        inside: Text | None = None
        for row in range(layout.header[0]):
            for cell in distinct(work.grid[row]):
                if is_blank(cell.text):
                    continue
                kinds = parse_caption(cell.text)
                for kind in kinds:
                    self._caption.setdefault(kind, cell.as_text())
                if not kinds and inside is None and looks_like_title(cell.text):
                    inside = cell.as_text()
                work.use(cell, "caption")
        for paragraph in context.captions():
            for kind in parse_caption(paragraph.text):
                self._caption.setdefault(kind, paragraph.as_text())
            work.account.paragraph(paragraph, "caption")
        self._title = title_of(context, self.project, work.account, inside) or self._title
        for row in range(*layout.header):
            for cell in distinct(work.grid[row]):
                if bracket_unit(cell.text):
                    self._caption.setdefault("unit_header", cell.as_text())

    def go_on(self, work: OpenTable, layout: Layout, sides: list[Paragraph] | None) -> None:
        """All rows under the header, or of a table that goes on without one."""
        reader = IndicatorReader(work, layout, self.indicators, sides)
        names = {slot.key: slot for slot in layout.slots if slot.key.startswith("project:")}
        cuts = {layout.body, *(seam.row for seam in work.table.seams)}
        ends = {*cuts, work.table.n_rows}
        before: Cell | None = None
        for row in range(layout.body, work.table.n_rows):
            cells = distinct(work.grid[row])
            if is_number_row(cells):
                for cell in cells:
                    work.use(cell, "column_number")
                continue
            assigned = layout.assign(cells)
            here = {layout.slots[index].key: found for index, found in assigned.items()}
            name = here.get("project:project_name") or here.get("project:unit_name") or here.get("project:department_name")
            lead = name[0] if name else None
            if lead is not None and lead is not before and lead.row == row:
                if not is_blank(lead.text):
                    self._begin(work, here, cut=row in cuts)
                    before = lead
                elif row not in cuts and lead.row + lead.rowspan in ends and self._is_new(
                    work, layout, lead, before, here
                ):
                    self._start(work, here)
                    self._nameless = True
                    before = lead
            if self._current is None or self._chain is None:
                self._skip(work, here)
                continue
            self._take(work, here, row)
            if "all" in here:
                self._all(work, here["all"], row)
            elif names or layout.slots:
                reader.read(row, self._chain, first=row == layout.body)

    def _is_new(
        self, work: OpenTable, layout: Layout, lead: Cell, before: Cell | None, here: dict[str, list[Cell]]
    ) -> bool:
        """A blank name cell at the foot of a page: a project of its own, whose name the next page prints.

        Told by the grid: the merged cell of the project before ends where it begins, and it is merged itself, has a
        goal, or is followed by a name under the break.
        """
        if before is None or before.row + before.rowspan != lead.row or before.rowspan == 1:
            return False
        slot = layout.slot("project:project_name")
        under = lead.row + lead.rowspan
        below = work.grid[under][slot.start] if slot is not None and under < work.table.n_rows else None
        named = below is not None and not is_blank(below.text)
        return lead.rowspan > 1 or bool(_text(here.get("project:goal"))) or named

    def _begin(self, work: OpenTable, here: dict[str, list[Cell]], *, cut: bool) -> None:
        name = joined(here.get("project:project_name") or here.get("project:unit_name") or here["project:department_name"])
        assert name is not None
        amounts = {key: _text(here.get(f"project:{key}")) for key in AMOUNTS}
        goal = _text(here.get("project:goal"))
        current = self._current
        if cut and self._nameless and current is not None:
            self._nameless = False
            self._join_goal(work, here)
            return
        self._nameless = False
        if current is not None and compact(name.text) == self._name(current):
            same = all(not text or text == compact(_of(current, key)) for key, text in amounts.items())
            if same and (cut or not goal or any(goal in compact(text.text) for text in current.goals)):
                self._carry_goal(work, here)
                return
        if current is not None and cut and not any(amounts.values()) and any(_of(current, key).strip() for key in AMOUNTS):
            self._continue_name(work, here, name)
            return
        label = fold(name.text).rstrip(":")
        if matches_whole(self.listed.subtotals, label) or matches_whole(self.project.subtotals, label):
            self._current = self._chain = None
            return
        told = goal or any(_text(found) for key, found in here.items() if not key.startswith("project:"))
        if "project:project_name" in here and not told and self._is_unit(name.text):
            self._current = self._chain = None
            return
        self._start(work, here)

    def _start(self, work: OpenTable, here: dict[str, list[Cell]]) -> None:
        self._current = self._new(work, is_project="project:project_name" in here)
        self._chain = self.chains[len(self.forms) - 1] = IndicatorChain(self.indicators)

    def _is_unit(self, text: str) -> bool:
        own = self._caption.get("org")
        bare = compact(text)
        return bool(_ORGANISATION.search(bare)) or (own is not None and bare in compact(own.text))

    def _new(self, work: OpenTable, *, is_project: bool) -> ProjectForm:
        form = ProjectForm(
            seq=len(self.forms) + 1,
            tables=(work.table.number,),
            form=self.project.code if is_project else self.department.code,
            title=self._title,
            caption=self._caption,
            fields={},
            plan=[],
            plan_label=None,
            goals=[],
            indicators=[],
        )
        self.forms.append(form)
        return form

    @staticmethod
    def _name(form: ProjectForm) -> str:
        name = form.fields.get("printed_name") or form.fields.get("project_name")
        return compact(name.text) if name is not None else ""

    def _continue_name(self, work: OpenTable, here: dict[str, list[Cell]], name: Text) -> None:
        """The end of the name, and of the goal, of the project the page break cut."""
        assert self._current is not None
        fields = self._current.fields
        before = fields.get("printed_name") or fields.get("project_name")
        if before is not None:
            whole = Text(f"{before.text}\n{name.text}", before.place, (*before.more, name.place, *name.more))
            fields["project_name"] = whole
            fields.pop("printed_name", None)
            _split_code(fields)
        for cell in here.get("project:project_name", []):
            work.use(cell, "field")
        self._join_goal(work, here)

    def _join_goal(self, work: OpenTable, here: dict[str, list[Cell]]) -> None:
        """The rest of a goal that the page break cut is no second goal."""
        assert self._current is not None
        goal = joined(here.get("project:goal", []))
        if goal is not None and not is_blank(goal.text) and self._current.goals:
            last = self._current.goals[-1]
            self._current.goals[-1] = Text(f"{last.text}\n{goal.text}", last.place, (*last.more, goal.place, *goal.more))
            for cell in here["project:goal"]:
                work.use(cell, "goal")

    def _carry_goal(self, work: OpenTable, here: dict[str, list[Cell]]) -> None:
        """A project repeated at the top of a page, or on every row, repeats its goal too: no second goal."""
        assert self._current is not None
        text = _text(here.get("project:goal"))
        if text and any(text in compact(goal.text) for goal in self._current.goals):
            for cell in here.pop("project:goal"):
                work.use(cell, "goal")

    def _skip(self, work: OpenTable, here: dict[str, list[Cell]]) -> None:
        for found in here.values():
            for cell in found:
                if not is_blank(cell.text):
                    work.use(cell, "ignored:total_row")

    def _take(self, work: OpenTable, here: dict[str, list[Cell]], row: int) -> None:
        assert self._current is not None
        form = self._current
        for key, found in here.items():
            text = joined(found)
            if not key.startswith("project:") or text is None or is_blank(text.text):
                continue
            if work.account.home_of(work.table, found[0]) is not None:
                continue
            key = key.removeprefix("project:")
            if key == "goal":
                form.goals.append(text)
            elif key not in form.fields:
                form.fields[key] = text
            elif compact(text.text) not in {compact(_of(form, name)) for name in (key, "printed_name")}:
                form.fields[f"{key}_{row}"] = text
            for cell in found:
                work.use(cell, "goal" if key == "goal" else "field")
            if key == "project_name" and "project_code" not in form.fields:
                _split_code(form.fields)

    def _all(self, work: OpenTable, found: list[Cell], row: int) -> None:
        """All indicators of a project in one cell, cut where their levels and numbers say so."""
        assert self._current is not None
        text = joined(found)
        if text is None or is_blank(text.text) or found[0].row != row:
            return
        rows = split_all(text, row, self.indicators)
        if rows:
            self._current.indicators = [*self._current.indicators, *rows]
        else:
            self._current.fields.setdefault("indicator_text", text)
        for cell in found:
            work.use(cell, "indicator")


def _of(form: ProjectForm, key: str) -> str:
    text = form.fields.get(key)
    return text.text if text is not None else ""


def _text(found: list[Cell] | None) -> str:
    return compact("".join(cell.text for cell in found)) if found else ""


def _split_code(fields: dict[str, Text]) -> None:
    """`11000024T000002796073-劳务派遣管理服务费` printed in one cell: project code and name."""
    name = fields.get("project_name")
    match = _CODE_AND_NAME.match(compact(name.text)) if name is not None else None
    if name is not None and match:
        fields["printed_name"] = name
        fields["project_code"] = Text(match.group(1), name.place, name.more)
        fields["project_name"] = Text(match.group(2), name.place, name.more)


# ------------------------------------------------------------------------------------------- lists without indicators


@dataclass(frozen=True)
class _Row:
    row: int
    cells: dict[str, Cell]
    depth: int

    def text(self, key: str) -> str:
        return self.cells[key].text if key in self.cells else ""


def read_list(
    table: Table, grid: Grid, context: Surroundings, form: Form, account: Account, known: int
) -> list[ProjectForm]:
    """Projects of a list that prints their amounts and perhaps their goals. [] where the table is no such list.

    The table stays a statement too: its amounts are budget lines. known: number of forms before. Cells are not taken,
    but for the goals, which are no part of a statement.
    """
    names = (cell for row in grid[:MAX_HEAD] for cell in distinct(row))
    if not any(field_key(cell.text, form) == "project_name" for cell in names):
        return []
    shape = read_shape(table, grid)
    columns = _list_columns(shape, form)
    titles = [plain_title(p.text) for p in context.titles()]
    titles += [plain_title(cell.text) for row in shape.caption for cell in distinct(grid[row]) if looks_like_title(cell.text)]
    if not _is_list(columns, titles, form, shape):
        return []
    caption = _list_caption(grid, shape, context)
    title = next((p.as_text() for p in context.titles()), None)
    rows = [row for row in _list_rows(table, grid, shape, columns)]
    found: list[ProjectForm] = []
    for index, row in enumerate(rows):
        if not _is_project(rows, index, form, caption):
            continue
        fields = {key: cell.as_text() for key, cell in row.cells.items() if key != "goal"}
        goals = [row.cells["goal"].as_text()] if not is_blank(row.text("goal")) else []
        if goals:
            account.cell(table, row.cells["goal"], "goal")
        _split_code(fields)
        found.append(
            ProjectForm(
                seq=known + len(found) + 1,
                tables=(table.number,),
                form=form.code,
                title=title,
                caption=caption,
                fields=fields,
                plan=[],
                plan_label=None,
                goals=goals,
                indicators=[],
            )
        )
    return found


def _list_columns(shape: Shape, form: Form) -> dict[str, int]:
    """Field → grid column. A path such as 财政拨款/合计 is asked for whole first, then its last part."""
    found: dict[str, int] = {}
    for index, path in enumerate(shape.paths):
        if not path:
            continue
        whole = "/".join(fold(part) for part in path)
        texts = (whole,) if len(path) > 1 else (path[-1],)
        key = next((key for text in texts if (key := field_key(text, form))), None)
        if key is None and len(path) > 1 and shape.leaves[index] is not None:
            last = field_key(path[-1], form)
            # 合计 under 财政拨款 is no total of the project; a name or a goal may stand under any heading.
            key = last if last not in ("total", "fiscal", "other") else None
        if key is not None and key not in found:
            found[key] = index
    return found


def _is_list(columns: dict[str, int], titles: list[str], form: Form, shape: Shape) -> bool:
    if "project_name" not in columns or "total" not in columns and "fiscal" not in columns:
        return False
    names = [path for path in shape.paths if path and field_key(path[-1], form) == "project_name"]
    if len(names) > 1:
        return False  # lanes side by side: 项目名称 heads the lines of income and of expenditure
    if any(finds(form.not_titles, title) for title in titles[:1]):
        return False
    return any(finds(form.titles, title) for title in titles) or bool({"goal", "category"} & columns.keys())


def _list_caption(grid: Grid, shape: Shape, context: Surroundings) -> dict[str, Text]:
    caption: dict[str, Text] = {}
    texts = [cell.as_text() for row in shape.caption for cell in distinct(grid[row])]
    for text in [*texts, *(p.as_text() for p in context.captions())]:
        for kind in parse_caption(text.text):
            caption.setdefault(kind, text)
    for leaf in shape.leaves:
        if leaf is not None and bracket_unit(leaf.text):
            caption.setdefault("unit_header", leaf.as_text())
    return caption


def _list_rows(table: Table, grid: Grid, shape: Shape, columns: dict[str, int]) -> list[_Row]:
    rows: list[_Row] = []
    for row in range(shape.body, table.n_rows):
        cells = {key: cell for key, index in columns.items() if (cell := grid[row][index]) is not None}
        name = cells.get("project_name")
        if name is None or name.row != row or is_number_row(distinct(grid[row])):
            continue
        if is_blank(name.text) or is_amount_like(name.text):
            continue
        rows.append(_Row(row, cells, indent(name.text)))
    return rows


def _is_project(rows: list[_Row], index: int, form: Form, caption: dict[str, Text]) -> bool:
    """A line of the list that is a project: no total, no unit, and not a heading of the deeper lines under it."""
    row = rows[index]
    label = fold(row.text("project_name")).rstrip(":")
    if matches_whole(form.subtotals, label) or field_key(label, form) == "project_name":
        return False
    if not any(is_amount_like(row.text(key)) and not is_blank(row.text(key)) for key in ("total", "fiscal")):
        return False
    following = rows[index + 1] if index + 1 < len(rows) else None
    if following is not None and following.depth > row.depth:
        return False
    own = caption.get("org")
    if own is not None and label == fold(own.text).partition(":")[2]:
        return False
    if not _ORGANISATION.search(label):
        return True
    if "goal" in row.cells or "purpose" in row.cells:
        return not is_blank(row.text("goal")) or not is_blank(row.text("purpose"))
    return not _sums_following(rows, index)


def _sums_following(rows: list[_Row], index: int) -> bool:
    """Whether a row's amount is the sum of the rows under it, two at least: then it is a subtotal by its numbers."""
    whole = _number(rows[index].text("total") or rows[index].text("fiscal"))
    if whole is None:
        return False
    added = Decimal(0)
    for later in rows[index + 1 :]:
        added += _number(later.text("total") or later.text("fiscal")) or Decimal(0)
        if added == whole:
            return True
        if added > whole:
            return False
    return False


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(fold(text).replace(",", "")) if not is_blank(text) else None
    except InvalidOperation:
        return None
