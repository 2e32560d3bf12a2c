"""xls (BIFF5, BIFF8): values, formats, borders, merged ranges and what is hidden, through xlrd.

xlrd and not calamine, because only xlrd tells number formats (45.00 is stored as 45), borders and hidden rows.
"""

from __future__ import annotations

import io

import xlrd
from xlrd.biffh import XLRDError, error_text_from_code
from xlrd.compdoc import SIGNATURE, CompDoc

from extract.readers.number_format import BUILTIN
from extract.readers.sheet_model import CellCount, Sheet, SheetCell, Workbook
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.settings import Limits

_STATES = {1: "hidden", 2: "very_hidden"}
_STREAM = 2  # type of a directory entry


def load_xls(data: bytes, limits: Limits) -> Workbook:
    """Raises UnreadableDocument: encrypted, damaged, too_large."""
    try:
        if _runs_in_a_circle(data):
            raise UnreadableDocument(damaged("a stream of the compound file runs in a circle"))
        # ragged: one cell in the last corner, as a damaged record may put it, would make millions of empty ones
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except UnreadableDocument:
        raise
    except XLRDError as error:
        if "encrypted" in str(error).lower():
            raise UnreadableDocument(
                issue("encrypted", "error", "工作簿加密，需要密码", "a workbook that needs a password")
            ) from error
        raise UnreadableDocument(damaged(f"{error}"[:200])) from error
    except Exception as error:  # for broken records xlrd raises whatever it stumbles over
        raise UnreadableDocument(damaged(f"{type(error).__name__}: {error}"[:200])) from error
    formats = [_code(book, xf.format_key) for xf in book.xf_list]
    lined = [_lined(xf.border) for xf in book.xf_list]
    count = CellCount(limits)
    workbook = Workbook()
    for found in book.sheets():
        sheet = Sheet(found.name, _STATES.get(found.visibility, "visible"))  # type: ignore[arg-type]
        sheet.shows_zeros = bool(getattr(found, "show_zero_values", 1))
        sheet.hidden_rows = {r for r, info in found.rowinfo_map.items() if info.hidden or info.height == 0}
        sheet.hidden_columns = {c for c, info in found.colinfo_map.items() if info.hidden or info.width == 0}
        sheet.merges = [(r, c, to_r - 1, to_c - 1) for r, to_r, c, to_c in found.merged_cells]
        for r in range(found.nrows):
            count.add(found.row_len(r))
            for c, cell in enumerate(found.row(r)):
                at = cell.xf_index if cell.xf_index is not None and cell.xf_index < len(formats) else None
                code, bordered = (formats[at], lined[at]) if at is not None else ("General", False)
                _put(sheet, r, c, cell, code, bordered=bordered, from_1904=book.datemode == 1)
        workbook.sheets.append(sheet)
    return workbook


def _runs_in_a_circle(data: bytes) -> bool:
    """Whether the sectors of a short stream come back to one of them: xlrd looks for that in long streams only, and
    follows a short one for ever."""
    if not data.startswith(SIGNATURE):
        return False
    compound = CompDoc(data, logfile=io.StringIO())
    for entry in compound.dirlist:
        if entry.etype != _STREAM or entry.tot_size >= compound.min_size_std_stream:
            continue
        sector, left = entry.first_SID, len(compound.SSAT)
        while 0 <= sector < len(compound.SSAT):
            sector, left = compound.SSAT[sector], left - 1
            if left < 0:
                return True
    return False


def _put(sheet: Sheet, r: int, c: int, cell: xlrd.sheet.Cell, code: str, *, bordered: bool, from_1904: bool) -> None:
    if cell.ctype in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
        sheet.put_number(r, c, float(cell.value), code, bordered=bordered, from_1904=from_1904)
    elif cell.ctype == xlrd.XL_CELL_TEXT:
        sheet.put_text(r, c, str(cell.value), code, bordered=bordered)
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        sheet.cells[r, c] = SheetCell("TRUE" if cell.value else "FALSE", bordered)
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        sheet.cells[r, c] = SheetCell(str(error_text_from_code.get(cell.value, "#N/A")), bordered)
    elif cell.ctype == xlrd.XL_CELL_BLANK:
        sheet.cells[r, c] = SheetCell("", bordered)


def _code(book: xlrd.book.Book, key: int) -> str:
    """Format code: the file's own; numbers it gives no code for are built in."""
    found = book.format_map.get(key)
    own = found.format_str if found is not None else ""
    return str(BUILTIN.get(key, own) if key in BUILTIN and (not own or key in range(27, 60)) else own) or "General"


def _lined(border: xlrd.formatting.XFBorder) -> bool:
    return bool(border.left_line_style or border.right_line_style or border.top_line_style)
