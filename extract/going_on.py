"""Is a table the rest of the statement before it: on the next page, or as the next table of a Word file?"""

from __future__ import annotations

from dataclasses import dataclass

from extract.caption import parse_caption, title_and_unit
from extract.columns import same_columns, same_headers
from extract.context import Surroundings
from extract.document import Cell, Issue, Statement
from extract.form import Form, row_word
from extract.header import distinct, title_line
from extract.lines import strip_of_which
from extract.text import fold, is_amount_like, is_blank, is_integer, ordinal_rank, strip_ordinal
from extract.uses import OpenTable

_NAMING = frozenset({"label", "code", "ordinal"})


@dataclass(frozen=True)
class Before:
    """The table interpreted before the one at hand."""

    work: OpenTable
    statement: Statement
    context: Surroundings


def goes_on(work: OpenTable, context: Surroundings, before: Before) -> bool:
    """Is this the rest of the statement before? It is printed right after it, without a title of its own, and without
    a header or with the same one; or title, captions and header are all printed again on the next page."""
    if before.statement.state == "unrecognized" or places_in(work, before.work) is None:
        return False
    if context.directly_after == before.work.table.number and not work.shape.caption:
        return True
    return _printed_again(work, context, before) and not _begins_anew(work)


def lines_as_header(work: OpenTable, before: Before) -> list[Cell] | None:
    """Are the rows taken for a header blank lines of the statement before (上年结转结余 and 年终结转结余 over blanks)?

    They are where every text stands under the labels of that statement and every column of amounts is blank. Given are
    the cells that may as well be the tail of the label above, which the page cut in two: no more than one, over amounts
    and nothing else in their columns. None where the rows are no such lines.
    """
    places = same_columns(before.work.table, work.table)
    if places is None or not work.shape.header or work.shape.caption or before.statement.state == "unrecognized":
        return None
    roles = [before.work.columns[place].role for place in places]
    cells = [cell for row in work.shape.header for cell in distinct(work.grid[row]) if not is_blank(cell.text)]
    if "amount" not in roles or any(roles[c.col] not in _NAMING or c.colspan > 1 or c.rowspan > 1 for c in cells):
        return None
    doubtful = [cell for cell in cells if not _names_a_line(cell.text, before.work.form)]
    amounts = [cell.text for cell in work.table.cells if roles[cell.col] == "amount" and not is_blank(cell.text)]
    if doubtful and (len(cells) > 1 or not amounts or not all(map(is_amount_like, amounts))):
        return None
    return doubtful


def line_or_tail(cell: Cell) -> Issue:
    """What is said of a cell that `lines_as_header` doubts."""
    return Issue(
        code="label_may_go_on",
        severity="warning",
        stage="interpret",
        message_zh=f"续页首行“{cell.text[:40]}”没有金额：是独立的一行，还是上页末行科目名称的后半，无法分辨，按独立的一行读取",
        message_en=f"{cell.text[:40]!r} at the top of a piece of a table has no amounts: a line of its own, or the "
        "tail of the label above that the page cut; read as a line of its own",
        place=cell.place,
    )


def _names_a_line(text: str, form: Form | None) -> bool:
    """A word for a line of any statement or of the form's, a numbered or indented one, or a part (其中：…); the tail of
    a label cut by the page is none of them."""
    core = strip_of_which(strip_ordinal(text))
    return (
        text[:1].isspace()
        or row_word(fold(text)) is not None
        or ordinal_rank(text) is not None
        or is_integer(text)
        or core != fold(text)
        or (form is not None and form.names_row(core))
    )


def _printed_again(work: OpenTable, context: Surroundings, before: Before) -> bool:
    """Nothing but what stood above the table before stands above this one, and this is the next page (if any).

    Title and captions count wherever they stand: a line over a wide table may lie within its edges, and over a narrow
    one beside them, so that the same caption is a cell on one page and a paragraph on the next.
    """
    if not work.shape.header or before.context.below:
        return False
    own, known = _around(work, context), _around(before.work, before.context)
    inside = any(may_be_title(cell) for row in work.shape.caption for cell in distinct(work.grid[row]))
    if not (context.above or inside) or not own or not own <= known:
        return False
    pages = [place.page for cell in before.work.table.cells for place in cell.places if place.page is not None]
    here = work.table.cells[0].place.page
    if here is None:
        return not pages  # a format without pages: the repeated caption is all there is to see
    return bool(pages) and here == max(pages) + 1


def _around(work: OpenTable, context: Surroundings) -> set[str]:
    """What the texts above a table and in its caption rows say: captions by kind, however they are cut into texts."""
    inside = [cell.text for row in work.shape.caption for cell in distinct(work.grid[row])]
    said: set[str] = set()
    for text in [*(paragraph.text for paragraph in context.above), *inside]:
        for part in title_and_unit(text) or (text,):
            kinds = parse_caption(part)
            said.update(f"{kind}={fold(value)}" for kind, value in kinds.items())
            if not kinds:
                said.add(fold(part))
    return said - {""}


def _begins_anew(work: OpenTable) -> bool:
    """Does the body begin with a total, as a statement does and the rest of one does not?"""
    if work.shape.body >= work.table.n_rows:
        return False
    first = next((cell for cell in distinct(work.grid[work.shape.body]) if not is_blank(cell.text)), None)
    word = row_word(fold(first.text)) if first is not None else None
    return word is not None and word.agg_role == "grand_total"


def places_in(work: OpenTable, before: OpenTable) -> tuple[int, ...] | None:
    """For every column of the table the one of the table before that it goes on; None where they are not the same."""
    if not work.shape.header:
        return same_columns(before.table, work.table)
    return same_headers(before.shape.paths, work.shape.paths)


def may_be_title(cell: Cell) -> bool:
    return not is_blank(cell.text) and not parse_caption(cell.text) and title_line(cell.text) is not None
