"""A worksheet as it is shown, whichever file format it came from: texts, borders, merged ranges, what is hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from extract.readers.number_format import exact, show_number, show_text
from extract.readers.trouble import UnreadableDocument, issue
from extract.settings import Limits

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(slots=True)
class SheetCell:
    """text: as shown. bordered: a line above, left or right. number: the cell holds a number (not a text of digits)."""

    text: str
    bordered: bool = False
    number: bool = False


@dataclass
class Sheet:
    """One worksheet. cells: by (row, column), 0-based. merges: (first row, first column, last row, last column).

    state: very_hidden can be shown by a macro only. running: page headers and footers. drawn: texts of shapes.
    unshown: addresses of values that their number format, or the setting to hide zeros, prints as nothing.
    without_value: formulas for which the file keeps no result. unknown_formats: codes that could not be applied.
    """

    name: str
    state: Literal["visible", "hidden", "very_hidden"] = "visible"
    cells: dict[tuple[int, int], SheetCell] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    running: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    shows_zeros: bool = True
    unshown: list[str] = field(default_factory=list)
    without_value: list[str] = field(default_factory=list)
    unknown_formats: dict[str, int] = field(default_factory=dict)

    def put_number(self, row: int, col: int, value: float | str, code: str, *, bordered: bool, from_1904: bool) -> None:
        """A number under its format. What is no number at all is kept as the text it is."""
        try:
            number = exact(value)
        except ArithmeticError:
            self.cells[row, col] = SheetCell(str(value), bordered)
            return
        shown = show_number(number, code, from_1904=from_1904)
        text = "" if number == 0 and not self.shows_zeros else shown.text
        if not text.strip():
            self._unshown(row, col, number)
        if not shown.known:
            self.unknown_formats[code] = self.unknown_formats.get(code, 0) + 1
        self.cells[row, col] = SheetCell(text, bordered, number=True)

    def put_text(self, row: int, col: int, text: str, code: str, *, bordered: bool) -> None:
        shown = text if code == "General" or not text else show_text(text, code)
        if text.strip() and not shown.strip():
            self._unshown(row, col, text)
        self.cells[row, col] = SheetCell(shown.replace("\r\n", "\n").replace("\r", "\n"), bordered)

    def _unshown(self, row: int, col: int, value: Decimal | str) -> None:
        self.unshown.append(f"{column_name(col)}{row + 1}={value}")

    def address(self, row: int, col: int) -> str:
        """`Sheet1!B4`, the name quoted where a spreadsheet would quote it."""
        plain = _PLAIN_NAME.fullmatch(self.name)
        name = self.name if plain else "'" + self.name.replace("'", "''") + "'"
        return f"{name}!{column_name(col)}{row + 1}"


@dataclass
class Workbook:
    """sheets: in the order of the tabs. missing: names of parts or sheets that could not be read."""

    sheets: list[Sheet] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


class CellCount:
    """Counts the cells of one workbook against `max_cells`."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.max_cells
        self._seen = 0

    def add(self, count: int = 1) -> None:
        """Raises UnreadableDocument (too_large) beyond the limit."""
        self._seen += count
        if self._seen > self._most:
            raise UnreadableDocument(
                issue(
                    "too_large",
                    "error",
                    f"单元格超过上限 {self._most}（YUJUE_READ_MAX_CELLS）",
                    f"more than {self._most} cells (limit YUJUE_READ_MAX_CELLS)",
                )
            )


def column_name(col: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        name = chr(65 + rest) + name
    return name
