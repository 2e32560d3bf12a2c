"""The account of strict interpretation: what became of every cell and paragraph, each exactly once."""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.document import Cell, Column, Issue, Paragraph, Reading, Table, Use
from extract.form import Form
from extract.header import Grid, Shape
from extract.lines import LineReader
from extract.text import is_blank

MAX_ISSUES_PER_TABLE = 20
CONTENTS = "ignored:contents"  # home of the lines of a table of contents: no title, no heading, no prose


class Account:
    """Collects uses while a Reading is interpreted. The first home given to a cell or paragraph stays."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._cells: dict[tuple[int, int, int], str] = {}
        self._paragraphs: dict[int, str] = {}

    def cell(self, table: Table, cell: Cell, home: str) -> None:
        """Give a cell its home; a blank cell that would be `field` or `unused` stays without one until `settle`."""
        self._cells.setdefault((table.number, cell.row, cell.col), home)

    def paragraph(self, paragraph: Paragraph, home: str) -> None:
        self._paragraphs.setdefault(paragraph.number, home)

    def home_of(self, table: Table, cell: Cell) -> str | None:
        return self._cells.get((table.number, cell.row, cell.col))

    def has_paragraph(self, paragraph: Paragraph) -> bool:
        return paragraph.number in self._paragraphs

    def home_of_paragraph(self, paragraph: Paragraph) -> str | None:
        return self._paragraphs.get(paragraph.number)

    def settle(self, known_tables: set[int]) -> tuple[list[Use], list[Issue]]:
        """Every cell and paragraph with its use, in reading order, and an issue for each printed cell without one.

        known_tables: tables that were interpreted; the others have an issue of their own already.
        """
        uses: list[Use] = []
        issues: list[Issue] = []
        for block in self._reading.blocks:
            if isinstance(block, Paragraph):
                home = self._paragraphs.get(block.number)
                if home is None:
                    home = "padding" if is_blank(block.text) else "narrative"
                uses.append(Use(home=home, paragraph=block.number))
                continue
            lost: list[Cell] = []
            number, known = block.number, self._cells
            for cell in block.cells:
                row, col = cell.row, cell.col
                home = known.get((number, row, col))
                if home is None:
                    home = "padding" if is_blank(cell.text) else "unused"
                    if home == "unused":
                        lost.append(cell)
                uses.append(Use(home, number, row, col))
            if block.number in known_tables:
                issues.extend(_lost(block, lost))
        return uses, issues


def _lost(table: Table, cells: list[Cell]) -> list[Issue]:
    if len(cells) > MAX_ISSUES_PER_TABLE:
        return [
            Issue(
                code="unused_cell",
                severity="warning",
                stage="interpret",
                message_zh=f"表 {table.number} 有 {len(cells)} 个单元格没有用上，第一个是“{cells[0].text[:40]}”",
                message_en=f"{len(cells)} cells of table {table.number} were not used, first {cells[0].text[:40]!r}",
                place=cells[0].place,
                count=len(cells),
            )
        ]
    return [
        Issue(
            code="unused_cell",
            severity="warning",
            stage="interpret",
            message_zh=f"单元格“{cell.text[:40]}”没有用上：既不是表头、科目，也不是已知栏目的数",
            message_en=f"the cell {cell.text[:40]!r} was not used: no header, no label, no amount of a known column",
            place=cell.place,
        )
        for cell in cells
    ]


@dataclass
class OpenTable:
    """A table while it is being interpreted: its grid, its shape, the form it was recognised as, and the account.

    lines_before: how many lines the pieces before gave to the statement that this table goes on.
    """

    table: Table
    grid: Grid
    account: Account
    shape: Shape = field(default_factory=Shape)
    form: Form | None = None
    columns: list[Column] = field(default_factory=list)
    readers: dict[int, LineReader] = field(default_factory=dict)
    lines_before: int = 0

    def use(self, cell: Cell, home: str) -> None:
        self.account.cell(self.table, cell, home)

    def body_rows(self) -> range:
        return range(self.shape.body, self.table.n_rows)
