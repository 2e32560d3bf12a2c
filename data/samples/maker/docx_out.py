"""A report as .docx: real w:tbl with gridSpan and vMerge, heading styles, sections, a PAGE field in the footer.

The same report gives the same bytes: fixed properties, fixed dates in the archive, no random ids.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, Twips

from .grid import Grid, GridCell
from .report import Block, Heading, Para, Section

SHORT, LONG, MARGIN = 11906, 16838, 1247
SONG, TITLE, HEI, FANG = "宋体", "方正小标宋_GBK", "黑体", "仿宋_GB2312"
EPOCH = (1980, 1, 1, 0, 0, 0)


def _element(tag: str, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _style(document: Any, name: str, font: str, size: float) -> None:
    style = document.styles[name]
    style.font.size = Pt(size)
    style.font.bold = False
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, _element("w:rFonts", ascii=font, hAnsi=font, eastAsia=font))
    for old in properties.findall(qn("w:color")):
        properties.remove(old)


def _footer(section: Any) -> None:
    section.footer.is_linked_to_previous = False
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.add_run("— ")
    simple = _element("w:fldSimple", instr=" PAGE ")
    run = _element("w:r")
    text = _element("w:t")
    text.text = "1"
    run.append(text)
    simple.append(run)
    paragraph._p.append(simple)
    paragraph.add_run(" —")


def _shape(section: Any, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Twips(LONG if landscape else SHORT), Twips(SHORT if landscape else LONG)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(MARGIN)
    _footer(section)


def _paragraph_of(cell: GridCell, size: float, continued: bool) -> Any:
    paragraph = _element("w:p")
    properties = _element("w:pPr")
    properties.append(_element("w:spacing", before="0", after="0", line="240", lineRule="auto"))
    properties.append(_element("w:jc", val="center" if continued else cell.align))
    paragraph.append(properties)
    if cell.text and not continued:
        run = _element("w:r")
        style = _element("w:rPr")
        style.append(_element("w:rFonts", ascii=SONG, hAnsi=SONG, eastAsia=SONG))
        if cell.bold:
            style.append(_element("w:b"))
        style.append(_element("w:sz", val=str(int(size * 2))))
        run.append(style)
        for i, part in enumerate(cell.text.split("\t")):
            if i:
                run.append(_element("w:tab"))
            if part:
                text = _element("w:t")
                text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                text.text = part
                run.append(text)
        paragraph.append(run)
    return paragraph


def _cell(cell: GridCell, grid: Grid, row: int) -> Any:
    out = _element("w:tc")
    properties = _element("w:tcPr")
    width = sum(grid.widths[cell.col : cell.col + cell.colspan])
    properties.append(_element("w:tcW", w=str(width), type="dxa"))
    if cell.colspan > 1:
        properties.append(_element("w:gridSpan", val=str(cell.colspan)))
    if cell.rowspan > 1:
        properties.append(_element("w:vMerge", val="restart") if row == cell.row else _element("w:vMerge"))
    if not cell.ruled:
        borders = _element("w:tcBorders")
        for side in ("top", "left", "right"):
            borders.append(_element(f"w:{side}", val="nil"))
        properties.append(borders)
    properties.append(_element("w:vAlign", val="center"))
    out.append(properties)
    out.append(_paragraph_of(cell, grid.size, continued=row != cell.row))
    return out


def table(grid: Grid) -> Any:
    """The w:tbl of a grid."""
    out = _element("w:tbl")
    properties = _element("w:tblPr")
    properties.append(_element("w:tblW", w=str(sum(grid.widths)), type="dxa"))
    properties.append(_element("w:jc", val="center"))
    borders = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color="000000"))
    properties.append(borders)
    properties.append(_element("w:tblLayout", type="fixed"))
    margins = _element("w:tblCellMar")
    margins.append(_element("w:left", w="60", type="dxa"))
    margins.append(_element("w:right", w="60", type="dxa"))
    properties.append(margins)
    out.append(properties)
    columns = _element("w:tblGrid")
    for width in grid.widths:
        columns.append(_element("w:gridCol", w=str(width)))
    out.append(columns)
    for row in range(grid.n_rows):
        line = _element("w:tr")
        row_properties = _element("w:trPr")
        row_properties.append(_element("w:trHeight", val="397", hRule="atLeast"))
        if row < grid.header_rows:
            row_properties.append(_element("w:tblHeader"))
        line.append(row_properties)
        covering = [cell for cell in grid.cells if cell.row <= row < cell.row + cell.rowspan]
        for cell in sorted(covering, key=lambda c: c.col):
            line.append(_cell(cell, grid, row))
        out.append(line)
    return out


def render(blocks: Sequence[Block], title: str, published: str) -> bytes:
    """The bytes of the document. published: YYYY-MM-DD, used as the dates of its properties."""
    document = docx.Document()
    for name, font, size in (
        ("Normal", FANG, 16.0),
        ("Heading 1", TITLE, 22.0),
        ("Heading 2", TITLE, 18.0),
        ("Heading 3", HEI, 16.0),
    ):
        _style(document, name, font, size)
    first = True
    for block in blocks:
        if isinstance(block, Section):
            section = document.sections[-1] if first else document.add_section(WD_SECTION.NEW_PAGE)
            _shape(section, block.landscape)
            first = False
        elif isinstance(block, Heading):
            document.add_heading(block.text, level=block.level)
        elif isinstance(block, Para):
            paragraph = document.add_paragraph(block.text)
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.line_spacing = Pt(28)
            if block.indent:
                paragraph.paragraph_format.first_line_indent = Pt(32)
        else:
            document.element.body.insert(len(document.element.body) - 1, table(block))
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = title, "yujue samples", "yujue samples", ""
    core.created = core.modified = datetime.fromisoformat(f"{published}T09:00:00")
    core.revision = 1
    buffer = io.BytesIO()
    document.save(buffer)
    return _repack(buffer.getvalue())


def _repack(data: bytes) -> bytes:
    """The same archive with fixed dates and attributes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            info.external_attr = 0
            target.writestr(info, source.read(name), compresslevel=9)
    return out.getvalue()
