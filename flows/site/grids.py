"""The many small things of a document page as HTML: made once for both languages, since they hold no words of ours.

A page has thousands of cells; a template would take most of the time of a build for them. Every text goes through
`escape`, as in the templates.
"""

from __future__ import annotations

from markupsafe import Markup

from flows.site import words
from flows.site.documents import Grid, GridCell, Sheet
from flows.site.render import escape

MOST_SPAN = 1000


def rows_html(grid: Grid) -> Markup:
    """The `<tr>` of a grid."""
    lines = [f"<tr>{''.join(map(_cell, cells))}</tr>\n" for _, cells in grid.rows]
    return Markup("".join(lines))  # noqa: S704 - every text in it is escaped


def _cell(cell: GridCell) -> str:
    tag = "th" if cell.is_header or cell.is_label else "td"
    more = ' scope="col"' if cell.is_header else ' scope="row"' if cell.is_label else ""
    if cell.outcome:
        more += f' class="v c-{cell.outcome}"'
    elif cell.told:
        more += ' class="v"'
    if cell.rowspan > 1:
        more += f' rowspan="{min(cell.rowspan, MOST_SPAN)}"'
    if cell.colspan > 1:
        more += f' colspan="{min(cell.colspan, MOST_SPAN)}"'
    mark = f'<i class="{cell.outcome}">{cell.mark}</i>' if cell.outcome else ""
    return f'<{tag} id="{escape(cell.ref)}"{more}>{escape(cell.text)}{mark}</{tag}>'


def overlay_html(sheet: Sheet) -> Markup:
    """What lies over the picture of a page: a box for each place, a mark where colour alone would say it."""
    pieces = []
    for one in sheet.marks():
        if one.box is None:
            continue
        x0, y0, x1, y1 = one.box
        mark = (
            f'<text class="{one.outcome}" x="{x0 + 1.5:.1f}" y="{y0 + 8:.1f}">{words.MARKS[one.outcome]}</text>'
            if one.outcome in {"fails", "rounding", "not_assessable"}
            else ""
        )
        pieces.append(
            f'<a href="#{escape(one.ref)}" tabindex="-1"><rect class="c-{one.outcome or "told"}" x="{x0}" y="{y0}"'
            f' width="{x1 - x0:.1f}" height="{y1 - y0:.1f}"/>{mark}</a>\n'
        )
    return Markup("".join(pieces))  # noqa: S704 - numbers, our own codes and escaped anchors
