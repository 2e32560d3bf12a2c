"""A report as the body of a notice page, the way a content system prints a pasted document."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from .grid import Grid, GridCell
from .report import Block, Heading, Para

RUN_OF_SPACES = re.compile(r"^ +| {2,}")


def text(value: str) -> str:
    """Escaped; leading spaces and runs of spaces survive as &nbsp;."""
    return RUN_OF_SPACES.sub(lambda found: "&nbsp;" * len(found.group()), html.escape(value, quote=False))


def _cell(cell: GridCell) -> str:
    spans = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    spans += f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    style = f"text-align:{cell.align}" + ("" if cell.ruled else ";border:none")
    inner = text(cell.text)
    if cell.bold:
        inner = f"<strong>{inner}</strong>"
    return f'<td{spans} style="{style}">{inner}</td>'


def table(grid: Grid) -> str:
    rows = []
    for row in range(grid.n_rows):
        cells = sorted((cell for cell in grid.cells if cell.row == row), key=lambda c: c.col)
        rows.append("<tr>" + "".join(_cell(cell) for cell in cells) + "</tr>")
    return '<table border="1" cellspacing="0" cellpadding="4">\n<tbody>\n' + "\n".join(rows) + "\n</tbody>\n</table>"


def render(blocks: Sequence[Block]) -> str:
    """The inner HTML; no page frame."""
    out = []
    for block in blocks:
        if isinstance(block, Heading):
            out.append(f"<h{block.level + 1}>{text(block.text)}</h{block.level + 1}>")
        elif isinstance(block, Para):
            if block.text.strip():
                indent = ' style="text-indent:2em"' if block.indent else ""
                out.append(f"<p{indent}>{text(block.text)}</p>")
        elif isinstance(block, Grid):
            out.append(table(block))
    return "\n".join(out)
