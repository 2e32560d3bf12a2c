"""Workbooks (xlsx, xls): every sheet as the tables it shows, with the texts its number formats print.

A sheet is one table, from its first to its last row and column with text or borders. It is cut in two only where
fully blank rows (no text, no border) stand between two grids *and* what follows begins with a title of its own: a row
with one text, unruled where the sheet has rulings, above rows of several cells; and where more than 50 blank rows stand
between. Rows without borders above the grid
(title, 单位, 年度) are unruled cells of the table, as in the other readers; rows of text without borders below it
(notes, signatures) are paragraphs, and so is a sheet in which no row has two cells.

Hidden rows, columns and sheets print nothing. They are never mixed into a table: they become tables of their own with
`hidden` set, behind the blocks of their sheet, and an issue names them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from extract.document import Block, Cell, Hidden, Issue, Paragraph, Place, Reading, Severity, Table
from extract.readers.sheet_model import CellCount, Sheet, SheetCell, Workbook, column_name
from extract.readers.trouble import issue
from extract.settings import Limits

_BLANK = SheetCell("")
_MOST_NAMED = 20
_MOST_BLANK_ROWS, _MOST_BLANK_COLUMNS = 200, 10  # ruled, below or to the right of the last text
_NOTE = re.compile(r"\s*[（(]?(?:备注|注释|说明|注)")
_TITLE = re.compile(r"(?:表|情况|一览)\s*(?:[（(][^（()）]{0,30}[）)])?\s*(?:(?:金额)?单位.{1,8})?\s*$")
_MOST_CAPTIONS = 4  # rows of title, department and unit above a grid
_LONG_GAP = 50  # rows: what stands so far below is no part of the table above


def read_sheet(data: bytes, kind: str, sha256: str, limits: Limits) -> Reading:
    """Reading of a workbook; kind: xlsx or xls. Places have table, row, col and the sheet address.

    Place.row and Place.col count what is shown. Of an xls the texts of shapes, page headers and footers cannot be
    told. Raises UnreadableDocument.
    """
    if kind == "xls":
        from extract.readers.sheet_xls import load_xls  # noqa: PLC0415 - each format loads its own parser only

        workbook = load_xls(data, limits)
    else:
        from extract.readers.sheet_xlsx import load_xlsx  # noqa: PLC0415

        workbook = load_xlsx(data, limits)
    return reading_of(workbook, kind, sha256, limits)


def reading_of(workbook: Workbook, kind: str, sha256: str, limits: Limits) -> Reading:
    """The blocks of all sheets in the order of their tabs, and the issues."""
    walk = _Walk(sha256, limits)
    for sheet in workbook.sheets:
        walk.sheet(sheet)
    for name in workbook.missing:
        walk.say(
            "part_missing",
            "warning",
            f"文件内的部件“{name}”缺失或损坏，未读取",
            f"the part {name!r} of the workbook is missing or damaged; it was not read",
        )
    if not walk.blocks:
        walk.say("no_text", "error", "工作簿没有文字", "the workbook holds no text")
    return Reading(
        document_sha256=sha256, kind=kind, method="sheet", n_pages=None, blocks=walk.blocks, issues=walk.issues
    )


@dataclass
class _View:
    """What of a sheet one table shows: these rows and columns (0-based, ascending)."""

    sheet: Sheet
    rows: list[int]
    cols: list[int]
    owner: dict[tuple[int, int], tuple[int, int]]  # covered position → first position of its merged range
    after_gap: frozenset[int] = frozenset()  # rows that begin after a long blank gap, whose rows are not in `rows`

    def texts(self, row: int) -> list[SheetCell]:
        """Cells with text in a row; one in a merged range that begins above counts for its first row only."""
        found = (self.sheet.cells.get((row, col)) for col in self.cols if (row, col) not in self.owner)
        return [cell for cell in found if cell is not None and cell.text.strip()]

    def ruled(self, row: int) -> bool:
        return any(_at(self.sheet, row, col).bordered for col in self.cols)

    def blank(self, row: int) -> bool:
        covered = any((row, col) in self.owner and self.owner[row, col][0] != row for col in self.cols)
        return not covered and not self.texts(row) and not self.ruled(row)


def _at(sheet: Sheet, row: int, col: int) -> SheetCell:
    return sheet.cells.get((row, col), _BLANK)


class _Walk:
    def __init__(self, sha256: str, limits: Limits) -> None:
        self.blocks: list[Block] = []
        self.issues: list[Issue] = []
        self._sha256 = sha256
        self._limits = limits
        self._count = CellCount(limits)
        self._n_tables = 0
        self._n_paragraphs = 0

    def say(self, code: str, severity: Severity, zh: str, en: str, count: int = 1) -> None:
        self.issues.append(issue(code, severity, zh, en, sha256=self._sha256, count=count))

    # ------------------------------------------------------------------------------------------------- a sheet
    def sheet(self, sheet: Sheet) -> None:
        if sheet.state != "visible":
            self._hidden_sheet(sheet)
            return
        view = self._used(sheet)
        rows = [row for row in view.rows if row not in sheet.hidden_rows]
        cols = [col for col in view.cols if col not in sheet.hidden_columns]
        shown = _View(sheet, rows, cols, view.owner, view.after_gap)
        for part in _parts(shown):
            self._part(part)
        for text in sheet.drawn:
            self._paragraph(text, None)
        for text in sheet.running:
            self._paragraph(text, None, page_field=True)
        self._hidden(view, rows, cols)
        self._troubles(sheet)

    def _used(self, sheet: Sheet) -> _View:
        """Rows and columns from the first to the last that has text or a border, without what is endless and blank.

        A merged range makes a sheet no larger: titles are merged over all 16,384 columns now and then.
        """
        text = [place for place, cell in sheet.cells.items() if cell.text.strip()]
        if not text:
            return _View(sheet, [], [], {})
        last_row, last_col = max(row for row, _ in text), max(col for _, col in text)
        places = [place for place, cell in sheet.cells.items() if cell.bordered or cell.text.strip()]
        beyond = max(max(row for row, _ in places) - last_row, 0), max(max(col for _, col in places) - last_col, 0)
        if beyond[0] > _MOST_BLANK_ROWS or beyond[1] > _MOST_BLANK_COLUMNS:
            self.say(
                "blank_cells_left_out",
                "info",
                f"工作表“{sheet.name}”{column_name(last_col)}{last_row + 1} 以外只有空白框线，未读取",
                f"sheet {sheet.name!r}: outside A1:{column_name(last_col)}{last_row + 1} are blank ruled cells only; "
                "left out",
            )
        else:
            last_row, last_col = last_row + beyond[0], last_col + beyond[1]
        inside = [(row, col) for row, col in places if row <= last_row and col <= last_col]
        first_col = min(col for _, col in inside)
        most = first_col + self._limits.max_columns - 1
        if last_col > most:
            self.say(
                "too_many_columns",
                "warning",
                f"工作表“{sheet.name}”列数超过上限 {self._limits.max_columns}（YUJUE_READ_MAX_COLUMNS），"
                "其后各列未读取",
                f"sheet {sheet.name!r} has more than {self._limits.max_columns} columns "
                "(limit YUJUE_READ_MAX_COLUMNS); those behind were not read",
                count=last_col - most,
            )
            last_col = most
        rows: list[int] = []
        after_gap: set[int] = set()
        for row in sorted({row for row, _ in inside} | {min(merge[2], last_row) for merge in sheet.merges}):
            if rows and row - rows[-1] > _LONG_GAP:
                after_gap.add(row)
            elif rows:
                rows += range(rows[-1] + 1, row)
            rows.append(row)
        return _View(
            sheet, rows, list(range(first_col, last_col + 1)), _owners(sheet, last_row, last_col), frozenset(after_gap)
        )

    def _part(self, view: _View) -> None:
        """One table, or paragraphs where no row has two cells; text without borders below a grid is paragraphs."""
        head, tail = _head_and_tail(view)
        if not head.rows or (
            not any(head.ruled(r) for r in head.rows) and all(len(head.texts(r)) < 2 for r in head.rows)
        ):
            head, tail = _View(view.sheet, [], view.cols, view.owner), view.rows
        if head.rows:
            self._table(head, None)
        for row in tail:
            for col in view.cols:
                cell = view.sheet.cells.get((row, col))
                if cell is not None and cell.text.strip() and (row, col) not in view.owner:
                    self._paragraph(cell.text, view.sheet.address(row, col))

    def _paragraph(self, text: str, address: str | None, *, page_field: bool = False) -> None:
        if not text.strip():
            return
        self._n_paragraphs += 1
        place = Place(paragraph=self._n_paragraphs, address=address)
        self.blocks.append(Paragraph(self._n_paragraphs, text, (place,), None, "page_field" if page_field else "body"))

    def _table(self, view: _View, hidden: Hidden | None, shown: set[tuple[int, int]] | None = None) -> None:
        """shown: merged ranges (first position) that an earlier table of the sheet printed already."""
        self._count.add(len(view.rows) * len(view.cols))
        self._n_tables += 1
        number = self._n_tables
        sheet = view.sheet
        row_at = {row: i for i, row in enumerate(view.rows)}
        col_at = {col: i for i, col in enumerate(view.cols)}
        has_rulings = any(view.ruled(row) for row in view.rows)
        first_body = _first_body(view, has_rulings)
        spans = _spans(view, row_at, col_at)
        cells: list[Cell] = []
        for r, row in enumerate(view.rows):
            for c, col in enumerate(view.cols):
                first = view.owner.get((row, col))
                span = spans.get(first) if first is not None else spans.get((row, col))
                if span is not None and ((r, c) != span[:2] or (first or (row, col)) in (shown or ())):
                    continue
                anchor = first if first is not None else (row, col)
                cells.append(
                    Cell(
                        row=r,
                        col=c,
                        text=_at(sheet, *anchor).text,
                        places=(Place(table=number, row=r + 1, col=c + 1, address=sheet.address(*anchor)),),
                        rowspan=span[2] if span else 1,
                        colspan=span[3] if span else 1,
                        ruled=r >= first_body,
                    )
                )
        self.blocks.append(
            Table(number, len(view.rows), len(view.cols), cells, ruled=has_rulings or hidden is not None, hidden=hidden)
        )

    # -------------------------------------------------------------------------------------------------- hidden
    def _hidden_sheet(self, sheet: Sheet) -> None:
        view = self._used(sheet)
        if not view.rows:
            return
        self._table(view, "sheet")
        self._troubles(sheet)
        very = sheet.state == "very_hidden"
        self.say(
            "hidden_sheet",
            "warning",
            f"工作表“{sheet.name}”被{'深度' if very else ''}隐藏；其内容另列为隐藏表格，不参与解读",
            f"sheet {sheet.name!r} is {'very ' if very else ''}hidden; kept apart as a hidden table, not interpreted",
        )

    def _hidden(self, view: _View, rows: list[int], cols: list[int]) -> None:
        sheet = view.sheet
        shown = {
            view.owner.get((row, col), (row, col))
            for row in rows
            for col in cols
            if (row, col) in view.owner  # a range that is partly shown prints its text there
        }
        shown |= {(row, col) for row in rows for col in cols}
        hidden_rows = [r for r in view.rows if r in sheet.hidden_rows]
        hidden_cols = [c for c in view.cols if c in sheet.hidden_columns]
        with_text = [r for r in hidden_rows if any(_unseen(sheet, r, c, view.owner, shown) for c in view.cols)]
        if with_text:
            self._table(_View(sheet, with_text, view.cols, view.owner), "rows", shown)
            names = _ranges(with_text, lambda row: str(row + 1))
            self.say(
                "hidden_rows",
                "warning",
                f"工作表“{sheet.name}”第 {names} 行被隐藏；其内容另列为隐藏表格，不参与解读",
                f"sheet {sheet.name!r}: rows {names} are hidden; kept apart as a hidden table, not interpreted",
                count=len(with_text),
            )
        of_columns = [c for c in hidden_cols if any(_unseen(sheet, r, c, view.owner, shown) for r in rows)]
        if of_columns:
            self._table(_View(sheet, rows, of_columns, view.owner), "columns", shown)
            names = _ranges(of_columns, column_name)
            self.say(
                "hidden_columns",
                "warning",
                f"工作表“{sheet.name}”{names} 列被隐藏；其内容另列为隐藏表格，不参与解读",
                f"sheet {sheet.name!r}: columns {names} are hidden; kept apart as a hidden table, not interpreted",
                count=len(of_columns),
            )

    def _troubles(self, sheet: Sheet) -> None:
        if sheet.unshown:
            names = _some(sheet.unshown)
            self.say(
                "value_not_shown",
                "info",
                f"工作表“{sheet.name}”有数值因数字格式或“不显示零值”而不显示，按空白读取：{names}",
                f"sheet {sheet.name!r}: values that their format, or the setting to hide zeros, shows as blank, "
                f"are read as blank: {names}",
                count=len(sheet.unshown),
            )
        if sheet.without_value:
            names = _some(sheet.without_value)
            self.say(
                "formula_without_value",
                "warning",
                f"工作表“{sheet.name}”有公式没有保存结果，读作空白：{names}",
                f"sheet {sheet.name!r}: formulas whose result the file does not keep are read as blank: {names}",
                count=len(sheet.without_value),
            )
        for code, count in sorted(sheet.unknown_formats.items()):
            self.say(
                "number_format_unknown",
                "warning",
                f"工作表“{sheet.name}”的数字格式“{code[:80]}”无法套用，按常规格式读取",
                f"sheet {sheet.name!r}: the number format {code[:80]!r} could not be applied; shown as General",
                count=count,
            )


# ------------------------------------------------------------------------------------------------ where tables end


def _parts(view: _View) -> Iterable[_View]:
    """The tables of a sheet, by the rule at the top of this module; blank rows at their edges left out."""
    has_rulings = any(view.ruled(row) for row in view.rows)
    blank = [view.blank(row) for row in view.rows]
    start, n = 0, len(view.rows)
    cuts = [0]
    for i in range(1, n):
        if view.rows[i] in view.after_gap:
            cuts.append(i)
            start = i
        elif blank[i - 1] and not blank[i] and _is_grid(view, view.rows[start:i]):
            rest = view.rows[i:]
            title = view.texts(rest[0])
            alone = len(title) == 1 and not title[0].number and not (has_rulings and view.ruled(rest[0]))
            if alone and _is_grid(view, rest[1 : _next_blank(blank, i) - i + 8]):
                cuts.append(i)
                start = i
        elif _between_grids(view, i, start):
            cuts.append(i)
            start = i
    for at, end in zip(cuts, [*cuts[1:], n], strict=True):
        rows = [i for i in range(at, end) if not blank[i]]
        if rows:
            yield _narrow(_View(view.sheet, view.rows[rows[0] : rows[-1] + 1], view.cols, view.owner))


def _between_grids(view: _View, i: int, start: int) -> bool:
    """Whether a title without borders stands here right under the rulings of one grid and over those of the next.

    A note below the grid above is none, and a text beside which other texts stand may be a line of the table.
    """
    title = view.texts(view.rows[i])
    if len(title) != 1 or title[0].number or _NOTE.match(title[0].text):
        return False
    if view.ruled(view.rows[i]) and not _is_ruled_title(view, view.rows[i], title[0]):
        return False
    above = next((row for row in reversed(view.rows[start:i]) if not _is_note(view, row)), None)
    if above is None or not view.ruled(above) or not _is_grid(view, view.rows[start:i]):
        return False
    under = view.rows[i + 1 : i + 1 + _MOST_CAPTIONS]
    first = next((k for k, row in enumerate(under) if view.ruled(row)), None)
    if first is None or not any(_TITLE.search(c.text) for r in view.rows[i : i + 1 + first] for c in view.texts(r)):
        return False  # a line that lost its borders
    return _is_grid(view, [r for r in view.rows[i + 1 + first : i + 9 + first] if view.ruled(r)])


def _is_ruled_title(view: _View, row: int, title: SheetCell) -> bool:
    """…表, merged over columns within its borders: the name of the next table, where borders are drawn around all."""
    wide = sum(1 for col in view.cols if view.owner.get((row, col), (-1, 0))[0] == row)
    return wide > 0 and bool(_TITLE.search(title.text))


def _is_note(view: _View, row: int) -> bool:
    texts = view.texts(row)
    return len(texts) == 1 and not view.ruled(row) and bool(_NOTE.match(texts[0].text))


def _next_blank(blank: Sequence[bool], start: int) -> int:
    return next((i for i in range(start, len(blank)) if blank[i]), len(blank))


def _is_grid(view: _View, rows: Sequence[int]) -> bool:
    """At least two rows with two or more texts."""
    return sum(1 for row in rows if len(view.texts(row)) > 1) > 1


def _narrow(view: _View) -> _View:
    """Without blank, unruled columns at the edges that no merged range reaches."""

    def used(col: int) -> bool:
        return any(
            (row, col) in view.owner or _at(view.sheet, row, col).text.strip() or _at(view.sheet, row, col).bordered
            for row in view.rows
        )

    cols = [col for col in view.cols if used(col)]
    kept = [col for col in view.cols if cols[0] <= col <= cols[-1]] if cols else []
    return _View(view.sheet, view.rows, kept, view.owner)


def _head_and_tail(view: _View) -> tuple[_View, list[int]]:
    """The grid, and the rows of text below its last ruled row, when nothing there looks like a line of the table."""
    ruled = [i for i, row in enumerate(view.rows) if view.ruled(row)]
    if not ruled:
        return view, []
    tail = view.rows[ruled[-1] + 1 :]
    reaches = any(view.owner[row, col][0] not in tail for row in tail for col in view.cols if (row, col) in view.owner)
    if reaches or any(cell.number for row in tail for cell in view.texts(row)):
        return view, []
    return _View(view.sheet, view.rows[: ruled[-1] + 1], view.cols, view.owner), tail


def _first_body(view: _View, has_rulings: bool) -> int:
    """Rows above this one are title and captions. Without any rulings only rows with a single text are."""
    for i, row in enumerate(view.rows):
        if view.ruled(row) if has_rulings else len(view.texts(row)) > 1:
            return i
    return 0


# --------------------------------------------------------------------------------------------------- merged ranges


def _owners(sheet: Sheet, last_row: int, last_col: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Covered position → first position of its range; of overlapping ranges the first wins."""
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    budget = 2 * (last_row + 1) * (last_col + 1)  # ranges that overlap, as only hostile ones do, may not cost more
    for row, col, to_row, to_col in sheet.merges:
        to_row, to_col = min(to_row, last_row), min(to_col, last_col)  # noqa: PLW2901
        budget -= max(0, to_row - row + 1) * max(0, to_col - col + 1)
        if budget < 0:
            break
        places = [(r, c) for r in range(row, to_row + 1) for c in range(col, to_col + 1)]
        if len(places) > 1 and not any(place in owner for place in places):
            owner.update((place, (row, col)) for place in places if place != (row, col))
    return owner


def _spans(
    view: _View, row_at: dict[int, int], col_at: dict[int, int]
) -> dict[tuple[int, int], tuple[int, int, int, int]]:
    """First position of each range → (row, column, rowspan, colspan) of what the view shows of it."""
    edges: dict[tuple[int, int], tuple[int, int, int, int]] = {}
    for (row, col), first in view.owner.items():
        for place in ((row, col), first):
            if place[0] in row_at and place[1] in col_at:
                r, c = row_at[place[0]], col_at[place[1]]
                top, left, bottom, right = edges.get(first, (r, c, r, c))
                edges[first] = (min(top, r), min(left, c), max(bottom, r), max(right, c))
    return {
        first: (top, left, bottom - top + 1, right - left + 1) for first, (top, left, bottom, right) in edges.items()
    }


def _unseen(
    sheet: Sheet, row: int, col: int, owner: dict[tuple[int, int], tuple[int, int]], shown: set[tuple[int, int]]
) -> bool:
    """Whether text stands here that no visible table prints."""
    return (row, col) not in owner and (row, col) not in shown and bool(_at(sheet, row, col).text.strip())


def _ranges(numbers: Sequence[int], name: Callable[[int], str]) -> str:
    """3–5, 9: runs of numbers, named by `name`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return _some([name(run[0]) if len(run) == 1 else f"{name(run[0])}–{name(run[-1])}" for run in runs])


def _some(names: Sequence[str]) -> str:
    more = " …" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
