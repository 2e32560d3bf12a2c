"""The body of an amount table read strictly: every cell becomes a label, a code, an amount … or an issue."""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.caption import parse_caption
from extract.document import Amount, Cell, Column, Issue, Line, Table, Text
from extract.form import Form
from extract.header import Shape, distinct, is_caption_row, is_note, is_number_row
from extract.lines import LineReader, RowIdentity, with_parents
from extract.text import code_in_name, compact, fold, is_blank, is_code, is_integer
from extract.uses import Account

_IDENTITY_ROLES = frozenset({"ordinal", "code", "label"})


@dataclass
class Body:
    """What the body of a table gave. rest: rows that hold neither line nor amount (captions, notes inside the grid)."""

    lines: list[Line] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    captions: list[Text] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def account_header(table: Table, grid: list[list[Cell | None]], shape: Shape, account: Account) -> None:
    """Give the cells above the body their homes: caption, header, column_number."""
    for home, rows in (("caption", shape.caption), ("header", shape.header), ("column_number", shape.numbers)):
        for row in rows:
            for cell in distinct(grid[row]):
                if cell.row == row and not is_blank(cell.text):
                    account.cell(table, cell, home)


def full_row_text(cells: list[Cell]) -> Cell | None:
    """The only printed cell of a row, if there is just one."""
    printed = [cell for cell in cells if not is_blank(cell.text)]
    return printed[0] if len(printed) == 1 else None


def read_body(
    table: Table,
    grid: list[list[Cell | None]],
    shape: Shape,
    columns: list[Column],
    form: Form | None,
    account: Account,
) -> Body:
    """Lines and amounts of every lane, blanks included; each cell of the body gets its home."""
    body = Body()
    lanes = sorted({column.lane for column in columns})
    readers = {lane: LineReader(lane, form) for lane in lanes}
    by_lane = {lane: [column for column in columns if column.lane == lane] for lane in lanes}
    labelled_table = any(column.role in ("label", "code") for column in columns)
    header_texts = [_texts(grid[row]) for row in shape.header]
    for row in range(shape.body, table.n_rows):
        cells = distinct(grid[row])
        if all(is_blank(cell.text) for cell in cells):
            if labelled_table:
                continue
        if _not_a_line(table, cells, row, header_texts, body, account):
            continue
        for lane in lanes:
            _read_lane(table, grid, row, by_lane[lane], readers[lane], labelled_table, body, account)
    body.lines = with_parents(body.lines)
    return body


def _texts(row: list[Cell | None]) -> tuple[str, ...]:
    return tuple(fold(cell.text) for cell in distinct(row) if not is_blank(cell.text))


def _not_a_line(
    table: Table, cells: list[Cell], row: int, headers: list[tuple[str, ...]], body: Body, account: Account
) -> bool:
    """Notes, captions and repeated headers inside the body."""
    alone = full_row_text(cells)
    if alone is not None and is_note(alone.text):
        body.notes.append(alone.as_text())
        account.cell(table, alone, "note")
        return True
    texts = tuple(fold(cell.text) for cell in cells if not is_blank(cell.text))
    home = None
    if texts and texts in headers:
        home = "ignored:repeated_header"
    elif texts and is_number_row(cells) and len(texts) == len(cells) and len(texts) > 3:
        home = "ignored:repeated_column_numbers"
    elif texts and all(parse_caption(cell.text) for cell in cells if not is_blank(cell.text)):
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
    for cell in cells:
        if not is_blank(cell.text):
            account.cell(table, cell, home)
            if home == "caption":
                body.captions.append(cell.as_text())
    return True


def _read_lane(
    table: Table,
    grid: list[list[Cell | None]],
    row: int,
    columns: list[Column],
    reader: LineReader,
    labelled_table: bool,
    body: Body,
    account: Account,
) -> None:
    identity = _identity(table, grid, row, columns, account)
    lane_number = _shared_number(grid, row)
    positions = _amount_cells(grid, row, columns)
    printed = [cell for _, cell in positions if not is_blank(cell.text)]
    if identity.label is None and identity.code is None and identity.code_parts is None:
        if not labelled_table and positions:
            line = Line(row=row, lane=reader.lane, label=None, path=(), level=0, agg_role="grand_total")
            _add(table, body, line, positions, account)
            return
        for cell in printed:
            body.issues.append(
                Issue(
                    code="amount_without_label",
                    severity="warning",
                    stage="interpret",
                    message_zh=f"金额“{cell.text}”所在行没有科目名称或编码，未能成为数据",
                    message_en=f"the amount {cell.text!r} stands in a row without label or code and became no fact",
                    place=cell.place,
                )
            )
            account.cell(table, cell, "unused")
        return
    if identity.number is None:
        identity.number = lane_number
    _fields(table, grid, row, columns, account)
    _add(table, body, reader.read(identity), positions, account)


def _shared_number(grid: list[list[Cell | None]], row: int) -> str | None:
    """序号 printed once for all lanes: a bare integer in the first column."""
    first = grid[row][0] if grid[row] else None
    return compact(first.text) if first is not None and is_integer(first.text) else None


def _add(table: Table, body: Body, line: Line, positions: list[tuple[Column, Cell]], account: Account) -> None:
    index = len(body.lines)
    body.lines.append(line)
    for column, cell in positions:
        body.amounts.append(Amount(line=index, column=column.index, text=cell.as_text()))
        account.cell(table, cell, "amount")


def _amount_cells(grid: list[list[Cell | None]], row: int, columns: list[Column]) -> list[tuple[Column, Cell]]:
    """The amount positions of one row of one lane; a cell over several rows counts where it begins."""
    found: list[tuple[Column, Cell]] = []
    for column in columns:
        if column.role != "amount":
            continue
        cell = grid[row][column.index]
        if cell is not None and cell.row == row and cell.col == column.index:
            found.append((column, cell))
    return found


def _fields(table: Table, grid: list[list[Cell | None]], row: int, columns: list[Column], account: Account) -> None:
    for column in columns:
        cell = grid[row][column.index]
        if column.role == "field" and cell is not None and not is_blank(cell.text):
            account.cell(table, cell, "field")


def _identity(
    table: Table, grid: list[list[Cell | None]], row: int, columns: list[Column], account: Account
) -> RowIdentity:
    """What the ordinal, code and label columns of one lane print in this row."""
    identity = RowIdentity(row)
    parts = ["", "", ""]
    has_parts = False
    groups: list[tuple[list[str], list[Text]]] = []  # codes and labels, one group per code column and its label
    previous: Cell | None = None
    previous_role = ""
    for column in columns:
        if column.role not in _IDENTITY_ROLES:
            continue
        cell = grid[row][column.index]
        if cell is None or cell is previous:
            continue
        previous = cell
        if is_blank(cell.text):
            previous_role = column.role if column.role == "code" else previous_role
            continue
        text = compact(cell.text)
        if column.role == "ordinal" and (is_integer(text) or (len(text) <= 4 and text.isdigit())):
            identity.number = text
            account.cell(table, cell, "ordinal")
            continue
        if column.role == "code" and fold(text).isdigit():
            account.cell(table, cell, "code")
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
        account.cell(table, cell, "label")
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
    _settle(identity, groups)
    return identity


_PARTS = {"code_class": 0, "code_type": 1, "code_item": 2}


def _settle(identity: RowIdentity, groups: list[tuple[list[str], list[Text]]]) -> None:
    """Choose label and code: of two classifications printed side by side the first names the line, unless the codes
    stand inside the names, which are then joined."""
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
        identity.label = _joined(names)


def _joined(labels: list[Text]) -> Text | None:
    """One Text for a line that several cells name: as printed, joined by `|`."""
    if not labels:
        return None
    if len(labels) == 1:
        return labels[0]
    more = tuple(place for label in labels for place in (label.place, *label.more))[1:]
    return Text("|".join(compact(label.text) for label in labels), labels[0].place, more)
