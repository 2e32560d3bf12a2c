"""Small documents made by hand, for the tests of this room."""

from __future__ import annotations

from extract.document import (
    Amount,
    Cell,
    Column,
    Identity,
    Interpretation,
    Line,
    Paragraph,
    Place,
    Reading,
    Recognition,
    Statement,
    Table,
    Text,
    Use,
)

SHA = "3a2245b978ca3436" + "0" * 48


def at(row: int, col: int, text: str, table: int = 1) -> Text:
    """A text in a cell; row and col count from 1."""
    return Text(text, Place(table=table, row=row, col=col))


def amount_column(index: int, key: str | None, *path: str, lane: int = 0, **meaning: str) -> Column:
    return Column(index, "amount", path or (key or "",), key, lane, meaning)


def statement(
    body: list[tuple[str | None, str, list[str]]],
    columns: list[Column],
    *,
    code: str = "expenditure",
    unit: str | None = "单位：万元",
    roles: dict[int, str] | None = None,
    table: int = 1,
    seq: int = 1,
) -> Statement:
    """A statement of (code, label, amounts) rows under amount columns; the first row of the body is table row 3."""
    caption = {"title": at(1, 1, "部门预算支出总表", table)}
    if unit is not None:
        caption["unit"] = at(1, 2, unit, table)
    lines, amounts = [], []
    for index, (line_code, label, texts) in enumerate(body):
        row = index + 2
        shown = at(row + 1, 1, label, table) if label else None
        role = (roles or {}).get(index, "leaf")
        lines.append(Line(row, 0, shown, (label.strip(),), 0, code=line_code, printed_code=line_code, agg_role=role))
        amounts += [Amount(index, n, at(row + 1, n + 2, text, table)) for n, text in enumerate(texts)]
    return Statement(
        code, seq, table, Recognition("test", 1.0, ("title",)), "populated", caption, [], columns, lines, amounts
    )


def reading_of(*statements: Statement, paragraphs: tuple[Paragraph, ...] = ()) -> Reading:
    """The Reading a statement would come from: one cell per text."""
    tables = []
    for each in statements:
        texts = [
            *each.caption.values(),
            *(line.label for line in each.lines if line.label),
            *(amount.text for amount in each.amounts),
        ]
        cells = [Cell((text.place.row or 1) - 1, (text.place.col or 1) - 1, text.text, (text.place,)) for text in texts]
        tables.append(
            Table(
                each.table,
                max((c.row for c in cells), default=0) + 1,
                max((c.col for c in cells), default=0) + 1,
                cells,
            )
        )
    return Reading(SHA, "docx", "docx_xml", None, [*paragraphs, *tables])


def interpretation_of(*statements: Statement, identity: Identity | None = None) -> Interpretation:
    uses = [
        Use("amount", each.table, (amount.text.place.row or 1) - 1, (amount.text.place.col or 1) - 1)
        for each in statements
        for amount in each.amounts
    ]
    return Interpretation(SHA, identity or Identity(), list(statements), [], [], [], uses)
