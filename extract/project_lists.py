"""Lists of projects without indicators: amounts, and perhaps the text of the goal. The table stays a statement too."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from extract.caption import bracket_unit, parse_caption, title_and_unit
from extract.columns import same_columns
from extract.context import Surroundings
from extract.document import Cell, ProjectForm, Table, Text
from extract.form import Form, finds, matches_whole
from extract.header import Grid, Shape, distinct, is_number_row, read_shape, title_line
from extract.indicator_layout import field_key
from extract.project_names import is_organisation, split_code
from extract.recognize import plain_title
from extract.text import fold, indent, is_amount_like, is_blank
from extract.uses import OpenTable

MAX_HEAD = 10  # rows at the top of a list among which its header is


@dataclass(frozen=True)
class _Row:
    row: int
    cells: dict[str, Cell]
    depth: int

    def text(self, key: str) -> str:
        return self.cells[key].text if key in self.cells else ""


@dataclass(frozen=True)
class ListPiece:
    """A piece of a list of projects, as far as the piece on the next page follows from it."""

    table: Table
    paths: list[tuple[str, ...]]
    columns: dict[str, int]
    caption: dict[str, Text]
    title: Text | None


def read_list(
    work: OpenTable, context: Surroundings, form: Form, known: int, before: ListPiece | None
) -> tuple[list[ProjectForm], ListPiece | None]:
    """Projects of a list that prints their amounts and perhaps their goals, and the piece it is. None: no such list.

    The table stays a statement too: its amounts are budget lines. known: number of forms before. before: the list read
    last, which a table right under it goes on. Cells are not taken, but for the goals: they are no part of a statement.
    """
    piece, body = _rest_of_list(work, context, form, before) or _new_list(work, context, form) or (None, 0)
    if piece is None:
        return [], None
    return _projects(work, form, known, piece, body), piece


def _rest_of_list(
    work: OpenTable, context: Surroundings, form: Form, before: ListPiece | None
) -> tuple[ListPiece, int] | None:
    """The piece, and its first body row, of a list that goes on: its header is printed again, or none is."""
    if before is None or context.directly_after != before.table.number:
        return None
    shape = read_shape(work.table, work.grid)
    if shape.caption or not (shape.paths == before.paths or not shape.header):
        return None
    places = same_columns(before.table, work.table)
    if places is None or places != tuple(range(work.table.n_cols)):
        return None
    return ListPiece(work.table, before.paths, before.columns, before.caption, before.title), shape.body


def _new_list(work: OpenTable, context: Surroundings, form: Form) -> tuple[ListPiece, int] | None:
    table, grid = work.table, work.grid
    names = (cell for row in grid[:MAX_HEAD] for cell in distinct(row))
    if not any(field_key(cell.text, form) == "project_name" for cell in names):
        return None
    shape = read_shape(table, grid)
    columns = _list_columns(shape, form)
    titles = [plain_title(p.text) for p in context.titles()]
    in_caption = (title_line(cell.text) for row in shape.caption for cell in distinct(grid[row]))
    titles += [plain_title(line) for line in in_caption if line is not None]
    if not _is_list(columns, titles, form, shape):
        return None
    caption = _list_caption(grid, shape, context)
    title = next((p.as_text() for p in context.titles()), None)
    return ListPiece(table, shape.paths, columns, caption, title), shape.body


def _projects(work: OpenTable, form: Form, known: int, piece: ListPiece, body: int) -> list[ProjectForm]:
    table, grid, caption, title = work.table, work.grid, piece.caption, piece.title
    rows = _list_rows(table, grid, body, piece.columns)
    found: list[ProjectForm] = []
    for index, row in enumerate(rows):
        if not _is_project(rows, index, form, caption):
            continue
        fields = {key: cell.as_text() for key, cell in row.cells.items() if key != "goal"}
        goals = [row.cells["goal"].as_text()] if not is_blank(row.text("goal")) else []
        if goals:
            work.use(row.cells["goal"], "goal")
        split_code(fields)
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
    if "project_name" not in columns or ("total" not in columns and "fiscal" not in columns):
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
    titles = [text for text in texts if title_line(text.text) is not None] + [p.as_text() for p in context.titles()]
    for title in titles:  # 项目支出表（单位：元）
        parts = title_and_unit(title.text)
        if parts is not None or bracket_unit(title.text):
            caption.setdefault("unit", title if parts is None else Text(parts[1], title.place, title.more))
    for leaf in shape.leaves:
        if leaf is not None and bracket_unit(leaf.text):
            caption.setdefault("unit_header", leaf.as_text())
    return caption


def _list_rows(table: Table, grid: Grid, body: int, columns: dict[str, int]) -> list[_Row]:
    rows: list[_Row] = []
    for row in range(body, table.n_rows):
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
    told = not is_blank(row.text("goal")) or not is_blank(row.text("purpose"))
    tells = any(not is_blank(other.text(key)) for other in rows for key in ("goal", "purpose"))
    if tells and not told and _sums_following(rows, index):
        return False  # what the money is for is said of the projects; a sum over the lines below is their heading
    own = caption.get("org")
    if own is not None and label == fold(own.text).partition(":")[2]:
        return False
    if not is_organisation(label):
        return True
    if "goal" in row.cells or "purpose" in row.cells:
        return told
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
