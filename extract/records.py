"""List forms (机构设置, 政府采购, 固定资产): one Record per printed row, field names from the form."""

from __future__ import annotations

from extract.document import Record, Statement, Text
from extract.header import distinct
from extract.text import fold, indent, is_blank
from extract.uses import OpenTable


def read_records(work: OpenTable, statement: Statement) -> None:
    """Add a Record for every body row with anything printed in a column of the form; notes and captions are no rows.

    A row whose label begins with 其中 gets `parent_item`: the nearest label above that does not.
    """
    named = [column for column in work.columns if column.key is not None]
    label = next((column for column in named if column.role == "label"), None)
    parent: Text | None = None
    for row in work.body_rows():
        cells = distinct(work.grid[row])
        if any(
            work.account.home_of(work.table, cell) in ("note", "caption", "ignored:repeated_header") for cell in cells
        ):
            continue
        fields: dict[str, Text] = {}
        for column in named:
            cell = work.grid[row][column.index]
            if cell is not None and column.key is not None:
                fields[column.key] = cell.as_text()
        if all(is_blank(text.text) for text in fields.values()):
            continue
        for column in named:
            cell = work.grid[row][column.index]
            if cell is not None:
                work.use(cell, "field")
        if label is not None and label.key is not None and label.key in fields:
            text = fields[label.key]
            of_which = fold(text.text).startswith("其中") or (indent(text.text) > 0 and parent is not None)
            if of_which and parent is not None:
                fields["parent_item"] = parent
            elif not of_which:
                parent = text
        statement.records.append(Record(row=row, fields=fields))
    if not any(column.role == "amount" for column in work.columns):
        statement.lines = []
