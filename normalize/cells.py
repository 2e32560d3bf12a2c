"""Every cell and paragraph of a document as printed, with its home: the proof that nothing was dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from extract.document import Cell, Paragraph, Place, Reading, Table, Use
from normalize.placing import edges
from normalize.schema import Row

UNUSED = "unused"


def raw_rows(reading: Reading, uses: Iterable[Use], facts: Mapping[str, str]) -> list[Row]:
    """Rows of `raw_cells` in reading order. facts: Place.ref() of an amount → its fact_id.

    A cell or paragraph that no Use accounts for has the home `unused`. Header rows that were repeated on a new page
    and left out of the joined table are rows of kind header_repeat.
    """
    homes = {(use.table, use.row, use.col, use.paragraph): use.home for use in uses}
    rows: list[Row] = []
    for block_no, block in enumerate(reading.blocks, 1):
        if isinstance(block, Paragraph):
            home = homes.get((None, None, None, block.number), UNUSED)
            rows.append(_row(reading, block_no, block.place, block.text, kind=_paragraph_kind(block, home), home=home))
            continue
        for cell in block.cells:
            home = homes.get((block.number, cell.row, cell.col, None), UNUSED)
            row = _cell_row(reading, block_no, cell, "cell", home)
            if facts:
                row["fact_id"] = facts.get(cell.places[0].ref())
            rows.append(row)
        rows += _repeated(reading, block_no, block)
    return rows


def _paragraph_kind(paragraph: Paragraph, home: str) -> str:
    if paragraph.role == "page_field":
        return "page_field"
    return "heading" if paragraph.level is not None or home == "heading" else "paragraph"


def _repeated(reading: Reading, block_no: int, table: Table) -> list[Row]:
    return [
        _cell_row(reading, block_no, cell, "header_repeat", "header")
        for seam in table.seams
        for dropped in seam.dropped
        for cell in dropped
    ]


def _cell_row(reading: Reading, block_no: int, cell: Cell, kind: str, home: str) -> Row:
    row = _row(reading, block_no, cell.places[0], cell.text, kind=kind, home=home)
    row["rowspan"], row["colspan"] = cell.rowspan, cell.colspan
    return row


def _row(reading: Reading, block_no: int, place: Place, text: str, *, kind: str, home: str) -> Row:
    x0, y0, x1, y1 = edges(place)
    return {
        "document_sha256": reading.document_sha256,
        "block_no": block_no,
        "kind": kind,
        "page": place.page,
        "table_no": place.table,
        "row_no": place.row,
        "col_no": place.col,
        "paragraph_no": place.paragraph,
        "x0": x0,
        "y0": y0,
        "x1": x1,
        "y1": y1,
        "text": text,
        "rowspan": 1,
        "colspan": 1,
        "home": home,
        "fact_id": None,
    }


def text_coverage(rows: Iterable[Row]) -> float | None:
    """Share of the non-blank cells and paragraphs that have a home; None where there are none."""
    homes = [row["home"] for row in rows if str(row["text"]).strip()]
    return sum(home != UNUSED for home in homes) / len(homes) if homes else None
