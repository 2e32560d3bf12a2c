"""Readings made of plain grids, so that interpretation is tested without any reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from extract.document import Block, Cell, Paragraph, Place, Reading, Table

SHA = "0" * 64
RIGHT = "<"  # the cell to the left spans this position
ABOVE = "^"  # the cell above spans this position


def table(number: int, grid: Sequence[Sequence[str | None]], *, unruled: Iterable[int] = ()) -> Table:
    """A Table from rows of texts; `<` continues the cell to the left, `^` the cell above, None is no cell at all."""
    n_rows, n_cols = len(grid), max(len(row) for row in grid)
    loose = set(unruled)
    cells: list[Cell] = []
    for r, row in enumerate(grid):
        for c, text in enumerate(row):
            if text is None or text in (RIGHT, ABOVE):
                continue
            colspan = 1
            while c + colspan < len(row) and row[c + colspan] == RIGHT:
                colspan += 1
            rowspan = 1
            while r + rowspan < n_rows and grid[r + rowspan][c] == ABOVE:
                rowspan += 1
            place = Place(table=number, row=r + 1, col=c + 1)
            cells.append(Cell(r, c, text, (place,), rowspan, colspan, r not in loose))
    return Table(number=number, n_rows=n_rows, n_cols=n_cols, cells=cells)


def from_truth(number: int, item: dict[str, Any]) -> Table:
    """One table of truth.json (cells with r, c, rowspan, colspan, text; unruled_rows)."""
    loose = set(item["unruled_rows"])
    cells = [
        Cell(
            cell["r"],
            cell["c"],
            cell["text"],
            (Place(table=number, row=cell["r"] + 1, col=cell["c"] + 1),),
            cell["rowspan"],
            cell["colspan"],
            cell["r"] not in loose,
        )
        for cell in item["cells"]
    ]
    return Table(number=number, n_rows=item["nrows"], n_cols=item["ncols"], cells=cells)


def paragraph(number: int, text: str, level: int | None = None) -> Paragraph:
    return Paragraph(number=number, text=text, places=(Place(paragraph=number),), level=level)


def reading(*parts: str | tuple[str, int] | Table) -> Reading:
    """A Reading of paragraphs (text, or text with heading level) and tables, numbered in order."""
    blocks: list[Block] = []
    for part in parts:
        if isinstance(part, Table):
            blocks.append(part)
        else:
            text, level = part if isinstance(part, tuple) else (part, None)
            blocks.append(paragraph(sum(isinstance(b, Paragraph) for b in blocks) + 1, text, level))
    return Reading(document_sha256=SHA, kind="docx", method="docx_xml", n_pages=None, blocks=blocks)


def truth_reading(items: list[dict[str, Any]]) -> Reading:
    """All tables of truth.json under their titles; sections as headings; notes are not in truth.json."""
    parts: list[str | tuple[str, int] | Table] = []
    last_section: list[str] = []
    last_title = ""
    for item in items:
        for depth, heading in enumerate(item["section"], 1):
            if heading not in last_section and heading != item["caption"]:
                parts.append((heading, depth))
        last_section = item["section"]
        if item["caption"] != last_title:
            parts.append(item["caption"])
        last_title = item["caption"]
        parts.append(from_truth(item["index"] + 1, item))
    return reading(*parts)
