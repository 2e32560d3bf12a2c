"""The body of an amount table read strictly: every cell becomes a label, a code, an amount … or an issue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import takewhile

from extract.caption import parse_caption
from extract.document import Amount, Cell, Column, Issue, Line, Text
from extract.header import Grid, distinct, is_caption_row, is_note, is_number_row
from extract.lines import LineReader, RowIdentity, with_parents
from extract.text import code_in_name, compact, fold, is_blank, is_code, is_integer
from extract.uses import OpenTable

_IDENTITY_ROLES = frozenset({"ordinal", "code", "label"})


@dataclass
class Body:
    """What the body of a table gave. rest: rows that hold neither line nor amount (captions, notes inside the grid)."""

    lines: list[Line] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    captions: list[Text] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def account_header(work: OpenTable) -> None:
    """Give the cells above the body their homes: caption, header, column_number."""
    shape = work.shape
    for home, rows in (("caption", shape.caption), ("header", shape.header), ("column_number", shape.numbers)):
        for row in rows:
            for cell in distinct(work.grid[row]):
                if cell.row == row and not is_blank(cell.text) and cell is not shape.shared:
                    work.use(cell, home)


def read_body(work: OpenTable) -> Body:
    """Lines and amounts of every lane, blanks included; each cell of the body gets its home."""
    body = Body()
    lanes = sorted({column.lane for column in work.columns})
    by_lane = {lane: [column for column in work.columns if column.lane == lane] for lane in lanes}
    for lane in lanes:
        if lane not in work.readers:
            label = next((column for column in by_lane[lane] if column.role == "label" and column.path), None)
            work.readers[lane] = LineReader(lane, work.form, fold(label.path[-1]) if label is not None else "")
    labelled_table = any(column.role in ("label", "code") for column in work.columns)
    headers = [_texts(work.grid[row]) for row in work.shape.header]
    numbers = [_texts(work.grid[row]) for row in work.shape.numbers]
    if work.shape.shared is not None:
        _shared_line(work, work.shape.shared, by_lane[lanes[0]], body)
    for row in work.body_rows():
        cells = distinct(work.grid[row])
        if labelled_table and all(is_blank(cell.text) for cell in cells):
            continue
        if _not_a_line(work, cells, headers, numbers, body):
            continue
        for lane in lanes:
            _read_lane(work, row, work.readers[lane], by_lane[lane], body)
    body.lines = with_parents(body.lines, work.form)
    return body


def _shared_line(work: OpenTable, label: Cell, columns: list[Column], body: Body) -> None:
    """The line whose label stands in the last header row: its amounts are the blank cells of that row alone."""
    lane = columns[0].lane
    positions = [place for place in _amount_cells(work.grid, label.row, columns) if is_blank(place[1].text)]
    work.use(label, "label")
    _add(work, body, work.readers[lane].read(RowIdentity(label.row, label=label.as_text())), positions)


def _texts(row: list[Cell | None]) -> tuple[str, ...]:
    return tuple(fold(cell.text) for cell in distinct(row) if not is_blank(cell.text))


def _not_a_line(
    work: OpenTable,
    cells: list[Cell],
    headers: list[tuple[str, ...]],
    numbers: list[tuple[str, ...]],
    body: Body,
) -> bool:
    """Notes, captions and repeated headers inside the body."""
    table = work.table
    printed = [cell for cell in cells if not is_blank(cell.text)]
    if not printed:
        return False
    alone = printed[0] if len(printed) == 1 else None
    if alone is not None and is_note(alone.text):
        body.notes.append(alone.as_text())
        work.use(alone, "note")
        return True
    texts = tuple(fold(cell.text) for cell in printed)
    home = None
    if texts in headers:
        home = "ignored:repeated_header"
    elif is_number_row(cells) and ((len(texts) == len(cells) and len(texts) > 3) or texts in numbers):
        home = "ignored:repeated_column_numbers"
    elif all(parse_caption(cell.text) for cell in printed):
        home = "caption"
    elif alone is not None and len(alone.text) > 40 and alone.colspan >= max(2, 0.8 * table.n_cols):
        body.notes.append(alone.as_text())
        home = "note"
    elif (
        alone is not None
        and is_caption_row(cells, table.n_cols)
        and alone.colspan >= table.n_cols
        and "表" in alone.text
    ):
        home = "caption"
    if home is None:
        return False
    for cell in printed:
        work.use(cell, home)
        if home == "caption":
            body.captions.append(cell.as_text())
    return True


def _read_lane(work: OpenTable, row: int, reader: LineReader, columns: list[Column], body: Body) -> None:
    identity = _identity(work, row, columns)
    positions = _amount_cells(work.grid, row, columns)
    if identity.label is None and identity.code is None and identity.code_parts is None:
        identity.label = _named_by_field(work, row, columns, positions)
    if identity.label is None and identity.code is None and identity.code_parts is None:
        if not any(column.role in ("label", "code") for column in work.columns):
            # blank rows that a page break leaves alone say nothing more; without a line before, one says "blank"
            if positions and (not work.lines_before or any(not is_blank(cell.text) for _, cell in positions)):
                line = Line(row=row, lane=reader.lane, label=None, path=(), level=0, agg_role="grand_total")
                _add(work, body, line, positions)
            return
        for _, cell in positions:
            if not is_blank(cell.text):
                body.issues.append(_unlabelled(cell))
                work.use(cell, "unused")
        return
    if identity.number is None:
        identity.number = _shared_number(work.grid, row)
    for column in columns:
        other = work.grid[row][column.index]
        if column.role == "field" and other is not None and not is_blank(other.text):
            work.use(other, "field")
    line = reader.read(identity)
    if line.code is None and identity.code_parts is not None and any(identity.code_parts):
        body.issues.append(_incomplete_code("".join(identity.code_parts), identity, work.grid[row]))
    _add(work, body, line, positions)


def _incomplete_code(code: str, identity: RowIdentity, row: list[Cell | None]) -> Issue:
    label = identity.label.text if identity.label is not None else ""
    cell = next((cell for cell in row if cell is not None), None)
    return Issue(
        code="code_incomplete",
        severity="warning",
        stage="interpret",
        message_zh=f"“{label}”只印了编码的末段“{code}”，其上没有类、款可接，编码留空",
        message_en=f"{label!r} prints only the last part {code!r} of its code and no line above completes it; the code "
        "is left empty",
        place=identity.label.place if identity.label is not None else cell.place if cell is not None else None,
    )


def _named_by_field(
    work: OpenTable, row: int, columns: list[Column], positions: list[tuple[Column, Cell]]
) -> Text | None:
    """The text that names a row whose label columns are blank: the first one printed in another text column (a
    subtotal by 经济科目 in a list of purchases). Only a row with amounts needs a name."""
    if not any(column.role == "label" for column in columns) or all(is_blank(cell.text) for _, cell in positions):
        return None
    for column in columns:
        cell = work.grid[row][column.index]
        if column.role == "field" and cell is not None and cell.row == row and not is_blank(cell.text):
            work.use(cell, "label")
            return cell.as_text()
    return None


def _unlabelled(cell: Cell) -> Issue:
    return Issue(
        code="amount_without_label",
        severity="warning",
        stage="interpret",
        message_zh=f"金额“{cell.text}”所在行没有科目名称或编码，未能成为数据",
        message_en=f"the amount {cell.text!r} stands in a row without label or code and became no fact",
        place=cell.place,
    )


def _shared_number(grid: Grid, row: int) -> str | None:
    """序号 printed once for all lanes: a bare integer in the first column."""
    first = grid[row][0] if grid[row] else None
    return compact(first.text) if first is not None and is_integer(first.text) else None


def _add(work: OpenTable, body: Body, line: Line, positions: list[tuple[Column, Cell]]) -> None:
    index = len(body.lines)
    body.lines.append(line)
    for column, cell in positions:
        body.amounts.append(Amount(line=index, column=column.index, text=cell.as_text()))
        work.use(cell, "amount")


def _amount_cells(grid: Grid, row: int, columns: list[Column]) -> list[tuple[Column, Cell]]:
    """The amount positions of one row of one lane; a cell over several rows counts where it begins."""
    found: list[tuple[Column, Cell]] = []
    for column in columns:
        if column.role != "amount":
            continue
        cell = grid[row][column.index]
        if cell is not None and cell.row == row and cell.col == column.index:
            found.append((column, cell))
    return found


def _identity(work: OpenTable, row: int, columns: list[Column]) -> RowIdentity:
    """What the ordinal, code and label columns of one lane print in this row."""
    identity = RowIdentity(row)
    parts = ["", "", ""]
    has_parts = False
    unit_codes: set[str] = set()
    groups: list[tuple[list[str], list[Text]]] = []  # codes and labels, one group per code column and its label
    previous: Cell | None = None
    previous_role = ""
    for column in columns:
        if column.role not in _IDENTITY_ROLES:
            continue
        cell = work.grid[row][column.index]
        if cell is None or cell is previous or cell.row < work.shape.body:
            continue
        previous = cell
        if is_blank(cell.text):
            previous_role = column.role if column.role == "code" else previous_role
            continue
        text = compact(cell.text)
        if column.key in _PARTS and text in _PART_WORDS:
            work.use(cell, "header")
            continue
        if column.role == "ordinal" and (is_integer(text) or (len(text) <= 4 and text.isdigit())):
            identity.number = text
            work.use(cell, "ordinal")
            continue
        if column.role == "code" and fold(text).isdigit():
            work.use(cell, "code")
            if column.path and _UNIT_CODE.search(fold(column.path[-1])):
                unit_codes.add(fold(text))
            if column.key in _PARTS:
                if not has_parts or not groups or not groups[-1][1]:
                    parts[_PARTS[column.key]] = fold(text)
                    has_parts = True
            elif previous_role != "code" or not groups or groups[-1][1]:
                groups.append(([fold(text)], []))
            else:
                groups[-1][0].append(fold(text))
            previous_role = "code"
            continue
        work.use(cell, "label")
        inside = code_in_name(cell.text)
        if not groups or (inside and groups[-1][1]):
            groups.append(([], []))
        if inside and not groups[-1][0]:
            groups[-1][0].append(inside)
            identity.code_in_label = True
        elif is_code(text) and not groups[-1][0]:
            groups[-1][0].append(fold(text))
            previous_role = "code"
            continue
        groups[-1][1].append(cell.as_text())
        previous_role = "label"
    if has_parts:
        identity.code_parts = (parts[0], parts[1], parts[2])
    if not has_parts:
        groups = _subject_first(groups, unit_codes)
    _settle(identity, groups)
    # 类 · 款 · 项 name the subject, though the code of its unit stands beside them on every line.
    identity.unit_code = identity.code in unit_codes and (not has_parts or _opens_unit(work.grid, row, columns))
    return identity


def _subject_first(
    groups: list[tuple[list[str], list[Text]]], unit_codes: set[str]
) -> list[tuple[list[str], list[Text]]]:
    """A subject beside its unit (`105001 · 某局 · 2050101 · 行政运行`) is the line's, and the unit is above it.

    A project printed between the two names the line: it is more particular than its subject.
    """
    if len(groups) < 2 or not unit_codes.issuperset(groups[0][0]) or not groups[0][0]:
        return groups
    subject = next((g for g in groups[1:] if g[1] and g[0] and unit_codes.isdisjoint(g[0])), None)
    if subject is None:
        return groups
    unit = groups[0][1]
    return [(subject[0], unit if len(unit) > 1 else [*unit, *subject[1]])]


def _opens_unit(grid: Grid, row: int, columns: list[Column]) -> bool:
    """Whether lines of the same 类 · 款 · 项 follow without a unit's code: then this row is the unit's."""
    codes = [c for c in takewhile(lambda column: column.role != "label", columns) if c.role == "code"]
    parts = [column.index for column in codes if column.key in _PARTS]
    units = [c.index for c in codes if c.key not in _PARTS and c.path and _UNIT_CODE.search(fold(c.path[-1]))]
    own = _texts_at(grid[row], parts)
    for below in grid[row + 1 :]:
        if _texts_at(below, parts) != own:
            return False
        if not any(_texts_at(below, units)):
            return True
    return False


def _texts_at(row: list[Cell | None], indexes: list[int]) -> list[str]:
    return [fold(cell.text) if (cell := row[index]) is not None else "" for index in indexes]


_UNIT_CODE = re.compile(r"(?:单位|部门)\)?(?:\(单位\))?(?:编码|代码)$")
_PART_WORDS = frozenset("类款项")
_PARTS = {"code_class": 0, "code_type": 1, "code_item": 2}


def _settle(identity: RowIdentity, groups: list[tuple[list[str], list[Text]]]) -> None:
    """Choose label and code: of two classifications printed side by side the first names the line, unless the codes
    stand inside the names, which are then joined. Of several label columns the last printed one names the line."""
    if not groups:
        return
    labels = [label for _, names in groups for label in names]
    if identity.code_in_label and len(groups) > 1:
        identity.label = _joined(labels)
        identity.code = "|".join(code for codes, _ in groups for code in codes)
        return
    codes, names = groups[0]
    if not names and len(groups) > 1 and not identity.code_parts:
        names = groups[1][1]
    if codes:
        identity.code = codes[-1]
    if names:
        identity.label = names[-1]
        identity.above = tuple(compact(name.text) for name in names[:-1])


def _joined(labels: list[Text]) -> Text | None:
    """One Text for a line that several cells name: as printed, joined by `|`."""
    if not labels:
        return None
    if len(labels) == 1:
        return labels[0]
    more = tuple(place for label in labels for place in (label.place, *label.more))[1:]
    return Text("|".join(compact(label.text) for label in labels), labels[0].place, more)
