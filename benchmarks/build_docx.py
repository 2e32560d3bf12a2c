"""Prints a Reading as a Word file the way counties write them, so that it can be read again.

Merged cells become gridSpan and vMerge, titles and notes paragraphs, headings styles, texts that stand unruled above a
grid an unruled first row, page numbers and running headers a footer. Positions of a grid that hold no cell become
blank cells: Word has no holes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import Final, Literal
from xml.sax.saxutils import escape

from extract.document import Cell, Paragraph, Reading, Table

Breaks = Literal["kept", "soft"]

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDTH: Final = 9000  # of a table, in twentieths of a point
_LEVELS: Final = 9
_SIDES: Final = ("top", "left", "bottom", "right", "insideH", "insideV")


def build_docx(reading: Reading, breaks: Breaks = "kept") -> bytes:
    """The bytes of a docx with the blocks of `reading` in their order, tables whole, page fields in its footer.

    breaks: a line break inside a cell or paragraph is kept as w:br, or (soft) taken for the end of a line that was
    wrapped by its column, which Word does not store: the lines are joined.
    """
    body: list[str] = []
    fields: list[str] = []
    after_table = False
    for block in reading.blocks:
        if isinstance(block, Table):
            if after_table:
                body.append("<w:p/>")  # Word joins two tables that touch
            body.append(_table(block, breaks))
        elif block.role == "page_field":
            fields.append(_paragraph(block.text, breaks))
            continue
        else:
            body.append(_paragraph(block.text, breaks, level=block.level))
        after_table = isinstance(block, Table)
    return _package("".join(body) + _section(), "".join(_unique(fields)))


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _paragraph(text: str, breaks: Breaks, *, level: int | None = None) -> str:
    style = f'<w:pPr><w:pStyle w:val="H{min(level, _LEVELS)}"/></w:pPr>' if level is not None else ""
    return f"<w:p>{style}{_run(text, breaks)}</w:p>"


def _run(text: str, breaks: Breaks) -> str:
    lines = text.split("\n")
    if breaks == "soft":
        lines = [_joined(lines)]
    inner = "<w:br/>".join(
        "<w:tab/>".join(_text(part) for part in _NOT_XML.sub("", line).split("\t")) for line in lines
    )
    return f"<w:r>{inner}</w:r>" if text else ""


def _text(part: str) -> str:
    return f'<w:t xml:space="preserve">{escape(part)}</w:t>' if part else ""


def _joined(lines: list[str]) -> str:
    """Lines wrapped by a narrow column as one: a space only where Latin letters meet."""
    joined = ""
    for line in lines:
        before, after = joined[-1:], line[:1]
        latin = before.isascii() and after.isascii() and before.isalpha() and after.isalpha()
        joined += f" {line}" if latin else line
    return joined


def _table(table: Table, breaks: Breaks) -> str:
    wide = max(_WIDTH // max(table.n_cols, 1), 20)
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="000000"/>' for side in _SIDES)
    rows = "".join(_row(table.grid(), row, breaks) for row in range(table.n_rows))
    columns = f'<w:gridCol w:w="{wide}"/>' * table.n_cols
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{wide * table.n_cols}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"
    )


def _row(grid: list[list[Cell | None]], row: int, breaks: Breaks) -> str:
    cells: list[str] = []
    unruled = _is_unruled(grid[row])
    col = 0
    while col < len(grid[row]):
        cell = grid[row][col]
        if cell is None:
            cells.append(_cell("", 1, "", breaks, unruled=unruled))
            col += 1
            continue
        merge = ""
        if cell.rowspan > 1:
            merge = '<w:vMerge w:val="restart"/>' if cell.row == row else "<w:vMerge/>"
        text = cell.text if cell.row == row else ""
        cells.append(_cell(text, cell.colspan, merge, breaks, unruled=not cell.ruled))
        col += cell.colspan
    return f"<w:tr>{''.join(cells)}</w:tr>"


def _is_unruled(row: list[Cell | None]) -> bool:
    found = [cell for cell in row if cell is not None]
    return bool(found) and not any(cell.ruled for cell in found)


def _cell(text: str, colspan: int, merge: str, breaks: Breaks, *, unruled: bool) -> str:
    span = f'<w:gridSpan w:val="{colspan}"/>' if colspan > 1 else ""
    borders = "".join(f'<w:{side} w:val="nil"/>' for side in ("top", "left", "right")) if unruled else ""
    borders = f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
    properties = f"<w:tcPr>{span}{merge}{borders}</w:tcPr>" if span or merge or borders else ""
    return f"<w:tc>{properties}{_paragraph(text, breaks)}</w:tc>"


def _section() -> str:
    return '<w:sectPr><w:footerReference w:type="default" r:id="r2"/><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'


def _package(body: str, fields: str) -> bytes:
    names = f'xmlns:w="{_W}" xmlns:r="{_R}"'
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="H{n}"><w:name w:val="heading {n}"/>'
        f'<w:pPr><w:outlineLvl w:val="{n - 1}"/></w:pPr></w:style>'
        for n in range(1, _LEVELS + 1)
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{kind}.styles+xml"/>'
        f'<Override PartName="/word/footer1.xml" ContentType="{kind}.footer+xml"/></Types>',
        "_rels/.rels": _relationships({"r1": ("officeDocument", "word/document.xml")}),
        "word/document.xml": f"<w:document {names}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {names}>{styles}</w:styles>",
        "word/footer1.xml": f"<w:ftr {names}>{fields or '<w:p/>'}</w:ftr>",
        "word/_rels/document.xml.rels": _relationships(
            {"r1": ("styles", "styles.xml"), "r2": ("footer", "footer1.xml")}
        ),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the same Reading gives the same bytes
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return buffer.getvalue()


def _relationships(targets: dict[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{ident}" Type="{_R}/{kind}" Target="{target}"/>'
        for ident, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def paragraphs_of(reading: Reading) -> list[Paragraph]:
    """The author's paragraphs, page fields left out."""
    return [block for block in reading.paragraphs() if block.role == "body"]
