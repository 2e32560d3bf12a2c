"""Where a table's captions, header and body are, and the header path of each column.

Works on any grid: nothing here knows a form. Rows and columns are 0-based positions in the joined table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from extract.caption import parse_caption, title_and_unit
from extract.document import Cell, Table
from extract.form import finds, header_word, load_vocabulary, row_word
from extract.text import (
    code_in_name,
    compact,
    fold,
    is_amount_like,
    is_blank,
    is_code,
    is_dash,
    is_integer,
    is_money,
    is_number,
    ordinal_rank,
)
from extract.title import is_org

Grid = list[list[Cell | None]]
MAX_HEADER_ROWS = 7
_COLUMN_NUMBER = re.compile(r"^(?:\*+|栏次|行次|\d{1,2}|[A-Z]|[①-⑳]|\d{1,2}=[-+\d()=]+|[甲乙丙丁])$")
_NUMBER_WORDS = {"栏次", "行次"}
_TITLE_FORM = re.compile(r"\((?:预算|决算|公开)?表[-\d]+\)$")
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_BY_UNIT = re.compile(
    r"^(?:\(?(?:19|20)\d\d年度?\)?|(?:编制|编报|填报|公开|预算|申报|主管)?(?:部门|单位)(?:\(.{2,4}\))?(?:名称)?:?|(?:金额)?单位:?)$"
)


@dataclass
class Shape:
    """caption: rows above the header; header: header rows top → down; numbers: 栏次 rows; body: first body row.

    paths: per column the header texts top → leaf, white space removed. leaves: the cell each path ends with.
    shared: the 合计 that stands beside sub-headers in the last header row and is the label of a line printed there.
    """

    caption: list[int] = field(default_factory=list)
    header: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    body: int = 0
    paths: list[tuple[str, ...]] = field(default_factory=list)
    leaves: list[Cell | None] = field(default_factory=list)
    shared: Cell | None = None


def distinct(row: list[Cell | None]) -> list[Cell]:
    """The cells of a grid row, each once, left to right."""
    seen: list[Cell] = []
    last: Cell | None = None
    for cell in row:
        if cell is not None and cell is not last:
            seen.append(cell)
            last = cell
    return seen


def looks_like_title(text: str) -> bool:
    """A short text that names a table."""
    folded = fold(text)
    if not 2 < len(folded) <= 60 or folded[-1] in "。;；,，":
        return False
    return bool(_TITLE_FORM.search(folded)) or finds(load_vocabulary().titles, folded) is not None


def is_note(text: str) -> bool:
    return finds(load_vocabulary().notes, fold(text)) is not None


def declares_empty(text: str) -> bool:
    """True for a note that says that the table is empty."""
    return len(text) < 200 and finds(load_vocabulary().empty_notes, fold(text)) is not None


def read_shape(table: Table, grid: Grid) -> Shape:
    """Captions, header, column numbers and body of one table."""
    shape = Shape()
    row = _captions(table, grid, shape)
    _header(table, grid, row, shape)
    shape.shared = _shared_line(grid, shape)
    parts = _parts_in_body(grid, shape)
    for column in range(table.n_cols):
        path, leaf = _path(grid, shape.header, column, shape.shared)
        if column in parts:
            path, leaf = (*path, compact(parts[column].text)), parts[column]
        shape.paths.append(path)
        shape.leaves.append(leaf)
    return shape


def is_caption_row(cells: list[Cell], n_cols: int) -> bool:
    """A row of captions, of a title, or of both: nothing else printed in it."""
    texts = [cell for cell in cells if not is_blank(cell.text)]
    if not texts:
        return False
    unknown = [cell for cell in texts if not parse_caption(cell.text)]
    if not unknown or all(not cell.ruled for cell in texts):
        return True
    if any("unit" in parse_caption(cell.text) for cell in texts) and all(map(_stands_by_unit, unknown)):
        return True
    if len(unknown) > 1 or title_line(unknown[0].text) is None:
        return False
    wide = unknown[0].colspan >= max(2, 0.6 * n_cols)
    return wide or (len(texts) == 1 and len(cells) > 1)


def _stands_by_unit(cell: Cell) -> bool:
    """What forms print in cells of their own beside the unit: a year, the name of the organisation, their labels."""
    folded = fold(cell.text)
    return _BY_UNIT.match(folded) is not None or is_org(folded)


def title_line(text: str) -> str | None:
    """The line of a caption cell that names the table; None when a line is neither title nor caption."""
    parts = title_and_unit(text)
    if parts is not None and looks_like_title(parts[0]):
        return parts[0]
    title: str | None = None
    lines = [line for line in text.split("\n") if not is_blank(line)]
    if looks_like_title("".join(lines)):
        return "".join(lines)
    for line in lines:
        if parse_caption(line):
            continue
        if title is not None or not looks_like_title(line):
            return None
        title = line
    return title


def _captions(table: Table, grid: Grid, shape: Shape) -> int:
    row = 0
    while row < min(table.n_rows, 8):
        cells = distinct(grid[row])
        if all(is_blank(cell.text) for cell in cells):
            row += 1
            continue
        if not is_caption_row(cells, table.n_cols):
            break
        shape.caption.append(row)
        row += max(1, min(cell.rowspan for cell in cells))
    # Blank rows above a body without any header are the body of an empty table.
    if row < table.n_rows:
        return row
    return shape.caption[-1] + 1 if shape.caption else 0


def _header(table: Table, grid: Grid, first: int, shape: Shape) -> None:
    row, spanned = first, first
    while row < table.n_rows:
        cells = distinct(grid[row])
        if shape.numbers and not is_number_row(cells):
            break
        if row > first and is_number_row(cells):
            shape.numbers.append(row)
            row += 1
            continue
        if row > first and _holds_money(cells, row):
            break
        if row >= spanned and (is_body_row(cells) or (row > first and not _continues(grid, row, shape))):
            break
        shape.header.append(row)
        if len(shape.header) >= MAX_HEADER_ROWS:
            row += 1
            break
        here = [cell for cell in cells if cell.row == row and cell.rowspan <= MAX_HEADER_ROWS]
        if len(cells) > 1 and not _all_span(cells):
            spanned = max([spanned, *(cell.row + cell.rowspan for cell in here if not is_blank(cell.text))])
        row += 1
    shape.body = row


def _holds_money(cells: list[Cell], row: int) -> bool:
    """Amounts of this very row: then it is a line, though header cells are merged down into it."""
    own = [cell.text for cell in cells if cell.row == row and not is_blank(cell.text)]
    money = sum(1 for text in own if is_money(text) and any(mark in fold(text) for mark in ".,"))
    return money > 0 and money >= min(2, len(own))


def _all_span(cells: list[Cell]) -> bool:
    """True when every cell of a row is merged downwards: then the merge says nothing about the header's depth."""
    return min(cell.rowspan for cell in cells) > 2


def _continues(grid: Grid, row: int, shape: Shape) -> bool:
    """May this row still be header? Yes when the row above has a cell over several columns, or holes, or this row
    itself is made of header words."""
    above = distinct(grid[row - 1])
    if row - 1 in shape.header and any(cell.colspan > 1 and not is_blank(cell.text) for cell in above):
        return True
    texts = [cell.text for cell in distinct(grid[row]) if not is_blank(cell.text)]
    if not texts:
        return False
    known = sum(1 for text in texts if _is_header_word(text))
    return known >= max(2, 0.6 * len(texts))


def _is_header_word(text: str) -> bool:
    return header_word(fold(text)) is not None


def is_number_row(cells: list[Cell]) -> bool:
    """栏次 1 2 3, ** ** 1 2, A B C: a row that numbers the columns."""
    if len(cells) < 2:
        return False
    texts: list[str] = []
    for cell in cells:
        if is_blank(cell.text):
            continue
        text = compact(cell.text)
        if not _COLUMN_NUMBER.match(fold(text) if text[0] not in "①②③④⑤⑥⑦⑧⑨⑩" else text):
            return False
        texts.append(text)
    if not texts:
        return False
    if any(text in _NUMBER_WORDS for text in texts):
        return True
    numbers = [int(fold(text)) for text in texts if fold(text).isdigit()]
    if any(set(text) == {"*"} for text in texts):
        return len(texts) > 1
    rising = all(b == a + 1 for a, b in pairwise(numbers))
    if numbers:
        return len(numbers) >= 3 and rising and numbers[0] in (0, 1)
    return len(texts) >= 3 and all(re.match(r"^(?:[A-Z]|[甲乙丙丁]|[①-⑳])$", text) for text in texts)


def is_body_row(cells: list[Cell]) -> bool:
    """True when the row holds amounts, codes, ordinals or the label of a line, or nothing at all."""
    texts = [cell.text for cell in cells if not is_blank(cell.text)]
    if not texts:
        return True
    for text in texts:
        folded = fold(text)
        if is_money(text) or is_code(text) or is_dash(text) or code_in_name(text):
            return True
        if is_integer(text) or (is_number(text) and not _YEAR.match(folded)):
            return True
    others = [text for text in texts if not is_amount_like(text)]
    return (
        bool(others)
        and all(ordinal_rank(text) is not None or row_word(fold(text)) is not None for text in others)
        and (len(others) < len(cells) or len(cells) == 1)
        and not _row_of_headers(others)
    )


def _row_of_headers(texts: list[str]) -> bool:
    """合计 · 合计 · … as sub-headers: several texts, all of them header words and none numbered."""
    return len(texts) > 1 and all(ordinal_rank(text) is None and _is_header_word(text) for text in texts)


def _parts_in_body(grid: Grid, shape: Shape) -> dict[int, Cell]:
    """类, 款, 项 as the last header of three columns, on one height with the first line of the body (合计)."""
    if not shape.header or shape.body >= len(grid):
        return {}
    row = grid[shape.body]
    for column in range(len(row) - 2):
        here = row[column : column + 3]
        cells = [cell for cell in here if cell is not None and cell.row == shape.body]
        if len(cells) == 3 and [compact(cell.text) for cell in cells] == ["类", "款", "项"]:
            return {column + k: cell for k, cell in enumerate(cells)}
    return {}


def _shared_line(grid: Grid, shape: Shape) -> Cell | None:
    """合计 at the left of the last header row, under headers that are complete without it, with blank cells of this
    row alone beside it: the first line of the body, printed on one height with the sub-headers of a wider column."""
    if len(shape.header) < 3:
        return None
    row = shape.header[-1]
    cells = distinct(grid[row])
    first = cells[0] if cells else None
    if first is None or first.col != 0 or first.row != row or first.rowspan > 1:
        return None
    above = [cell for cell in distinct(grid[row - 1]) if cell.col < first.col + first.colspan]
    if row_word(fold(first.text)) is None:
        return None
    if len(above) < 2 or any(is_blank(cell.text) or cell.row == row for cell in above):
        return None
    return first if any(cell.row == row and is_blank(cell.text) for cell in cells) else None


def _path(grid: Grid, rows: list[int], column: int, shared: Cell | None) -> tuple[tuple[str, ...], Cell | None]:
    path: list[str] = []
    last: Cell | None = None
    for row in rows:
        cell = grid[row][column]
        if cell is None or cell is last or cell is shared or is_blank(cell.text):
            continue
        path.append(compact(cell.text))
        last = cell
    return tuple(path), last
