"""Printer of .xlsx: one sheet for each table, amounts as numbers with a format or as texts."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from benchmarks.roundtrip.model import Document
from benchmarks.roundtrip.printed import Break, Para, Piece, blocks
from extract.readers.sheet_model import column_name
from tests.extract.sheets import xlsx

_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})+\.\d+|-?\d+\.\d{2,}|\(\d[\d,]*\.\d+\)")


def to_xlsx(document: Document) -> bytes:
    """A new sheet begins at every Break, as offices lay out their tables."""
    sheets: list[dict[str, Any]] = []
    for block in blocks(document):
        if isinstance(block, Break) or not sheets:
            sheets.append({"name": f"表{len(sheets) + 1}", "rows": [], "unruled_rows": [], "merges": []})
        if isinstance(block, Break):
            continue
        sheet = sheets[-1]
        if isinstance(block, Para):
            sheet["unruled_rows"].append(len(sheet["rows"]))
            sheet["rows"].append([block.text])
        else:
            _grid(sheet, block, as_values=document.manner.numbers_as_values)
    return xlsx([sheet for sheet in sheets if sheet["rows"]])


def _grid(sheet: dict[str, Any], piece: Piece, *, as_values: bool) -> None:
    top, grid = len(sheet["rows"]), piece.grid
    rows: list[list[Any]] = [[""] * len(grid.widths) for _ in range(grid.n_rows)]
    for cell in grid.cells:
        body = cell.row >= piece.header_rows and piece.header_rows
        rows[cell.row][cell.col] = _value(cell.text) if as_values and body else cell.text
        if cell.rowspan > 1 or cell.colspan > 1:
            first = f"{column_name(cell.col)}{top + cell.row + 1}"
            last = f"{column_name(cell.col + cell.colspan - 1)}{top + cell.row + cell.rowspan}"
            sheet["merges"].append(f"{first}:{last}")
        if not cell.ruled:
            sheet["unruled_rows"].append(top + cell.row)
    sheet["rows"] += rows


def _value(text: str) -> Any:
    """The number behind an amount, with the format that shows it as printed; other texts as they are."""
    if not _AMOUNT.fullmatch(text) or unicodedata.normalize("NFKC", text) != text:
        return text
    digits = text.strip("-()").replace(",", "")
    decimals = len(digits.partition(".")[2])
    plain = ("#,##0" if "," in text or float(digits) < 1000 else "0") + "." + "0" * decimals
    code = f"{plain}_);({plain})" if text.startswith("(") else plain
    negative = text.startswith(("-", "("))
    return {"v": -float(digits) if negative else float(digits), "format": code}
