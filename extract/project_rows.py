"""Tables with one project after the other: beside their indicators, or with all indicators in one cell.

A project begins with a name; the same name and amounts again (top of a page, or every row) is the same project, a name
without amounts under the break is the rest of the name above. Rows of totals and of units are no projects.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.caption import bracket_unit, parse_caption
from extract.context import Surroundings
from extract.document import Cell, Paragraph, ProjectForm, Text
from extract.form import Form, matches_whole
from extract.header import distinct, is_number_row, looks_like_title
from extract.indicator_layout import Layout
from extract.indicator_text import split_all
from extract.indicators import IndicatorChain, IndicatorReader, joined
from extract.project_names import is_organisation, split_code
from extract.targets import title_of
from extract.text import compact, fold, is_blank
from extract.uses import OpenTable

AMOUNTS = ("total", "fiscal", "other", "special_account", "carryover")


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
            name = (
                here.get("project:project_name") or here.get("project:unit_name") or here.get("project:department_name")
            )
            lead = name[0] if name else None
            if lead is not None and lead is not before and lead.row == row:
                if not is_blank(lead.text):
                    self._begin(work, here, cut=row in cuts)
                    before = lead
                elif (
                    row not in cuts
                    and lead.row + lead.rowspan in ends
                    and self._is_new(work, layout, lead, before, here)
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
        name = joined(
            here.get("project:project_name") or here.get("project:unit_name") or here["project:department_name"]
        )
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
        if (
            current is not None
            and cut
            and not any(amounts.values())
            and any(_of(current, key).strip() for key in AMOUNTS)
        ):
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
        return is_organisation(bare) or (own is not None and bare in compact(own.text))

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
            split_code(fields)
        for cell in here.get("project:project_name", []):
            work.use(cell, "field")
        self._join_goal(work, here)

    def _join_goal(self, work: OpenTable, here: dict[str, list[Cell]]) -> None:
        """The rest of a goal that the page break cut is no second goal."""
        assert self._current is not None
        goal = joined(here.get("project:goal", []))
        if goal is not None and not is_blank(goal.text) and self._current.goals:
            last = self._current.goals[-1]
            self._current.goals[-1] = Text(
                f"{last.text}\n{goal.text}", last.place, (*last.more, goal.place, *goal.more)
            )
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
            name = key.removeprefix("project:")
            if name == "goal":
                form.goals.append(text)
            elif name not in form.fields:
                form.fields[name] = text
            elif compact(text.text) not in {compact(_of(form, each)) for each in (name, "printed_name")}:
                form.fields[f"{name}_{row}"] = text
            for cell in found:
                work.use(cell, "goal" if name == "goal" else "field")
            if name == "project_name" and "project_code" not in form.fields:
                split_code(form.fields)

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
