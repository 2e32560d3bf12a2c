"""A table as it will be printed, before any file format: anchor cells with spans, written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class GridCell:
    """An anchor cell. row, col: 0-based. line, column: its position in the form, if it has one."""

    row: int
    col: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    align: str = "center"
    bold: bool = False
    ruled: bool = True
    line: str | None = None
    column: str | None = None


@dataclass
class Grid:
    """key: the form; caption: the heading printed above it; widths: twips; header_rows repeat after a page break."""

    key: str
    caption: str
    widths: Sequence[int]
    header_rows: int = 0
    size: float = 9.0
    cells: list[GridCell] = field(default_factory=list)
    n_rows: int = 0

    def row(self, cells: Iterable[GridCell]) -> None:
        """Add the next row; positions covered from above are skipped when columns are counted."""
        taken = {
            c
            for cell in self.cells
            if cell.row < self.n_rows < cell.row + cell.rowspan
            for c in range(cell.col, cell.col + cell.colspan)
        }
        col = 0
        for cell in cells:
            while col in taken:
                col += 1
            cell.row, cell.col = self.n_rows, col
            self.cells.append(cell)
            col += cell.colspan
        while col in taken:
            col += 1
        if col != len(self.widths):
            raise ValueError(f"{self.key}: row {self.n_rows} has {col} columns, not {len(self.widths)}")
        self.n_rows += 1

    def anchors(self) -> list[list[str | None]]:
        """Row-major texts; None where a span covers the position."""
        rows: list[list[str | None]] = [[None] * len(self.widths) for _ in range(self.n_rows)]
        for cell in self.cells:
            rows[cell.row][cell.col] = cell.text
        return rows

    def at(self, line: str, column: str) -> GridCell:
        """The cell of a form position; KeyError when there is none, or more than one."""
        found = [cell for cell in self.cells if cell.line == line and cell.column == column]
        if len(found) != 1:
            raise KeyError(f"{self.key}: {line} / {column}: {len(found)} cells")
        return found[0]


def money(value: Decimal | None) -> str:
    """As the forms print it: two decimals, no separators, zero and blank both as nothing."""
    return f"{value:.2f}" if value else ""


def head(text: str, colspan: int = 1, rowspan: int = 1) -> GridCell:
    return GridCell(0, 0, text, rowspan, colspan, bold=True)


def label(text: str, line: str | None = None, colspan: int = 1, align: str = "left") -> GridCell:
    return GridCell(0, 0, text, 1, colspan, align=align if text else "center", line=line, column="label")


def amount(value: Decimal | str | None, line: str, column: str, colspan: int = 1) -> GridCell:
    text = value if isinstance(value, str) else money(value)
    return GridCell(0, 0, text, 1, colspan, align="right" if text.strip() else "center", line=line, column=column)


def plain(text: str, colspan: int = 1, rowspan: int = 1, align: str = "center") -> GridCell:
    return GridCell(0, 0, text, rowspan, colspan, align=align)


def unruled(text: str, colspan: int, align: str) -> GridCell:
    return GridCell(0, 0, text, 1, colspan, align=align, ruled=False)
