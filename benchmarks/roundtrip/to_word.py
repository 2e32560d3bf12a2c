"""Printers of .docx and .html: the sample maker's tables, with runs cut anywhere, a stamp, tables in pieces."""

from __future__ import annotations

import copy
import html
import io
from functools import lru_cache
from random import Random
from typing import Any

import docx
from docx.enum.text import WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Twips
from PIL import Image, ImageDraw

from benchmarks.roundtrip.model import Document
from benchmarks.roundtrip.printed import Break, Para, Piece, blocks
from benchmarks.roundtrip.samples import docx_out, html_out

SHORT, LONG, MARGIN = 11906, 16838, 1247  # A4 and its margin, in twips


@lru_cache(maxsize=1)
def stamp_png() -> bytes:
    """A red ring with nothing behind it, as an office's seal."""
    image = Image.new("RGBA", (160, 160), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((6, 6, 154, 154), outline=(220, 20, 20, 200), width=6)
    star = [(80, 45), (90, 75), (120, 75), (96, 93), (106, 122), (80, 104), (54, 122), (64, 93), (40, 75), (70, 75)]
    draw.polygon(star, fill=(220, 20, 20, 200))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def to_docx(document: Document, *, fitting: bool = False) -> bytes:
    """The bytes of the Word file. A Break between two pieces of a table is a paragraph with a page break.

    fitting: pages as wide as the widest table, for who prints it; a reader of Word never looks.
    """
    file = docx.Document()
    if fitting:
        widest = max(sum(block.grid.widths) for block in blocks(document) if isinstance(block, Piece))
        section = file.sections[0]
        section.page_height, section.page_width = Twips(SHORT), Twips(max(LONG, widest + 2 * MARGIN))
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Twips(MARGIN)
    body = file.element.body
    chance = Random(document.seed)
    if document.manner.running_head:
        file.sections[0].header.paragraphs[0].text = f"{document.org}{document.year}年度部门预算公开"
    for block in blocks(document):
        if isinstance(block, Para):
            if block.level:
                file.add_heading(block.text, level=block.level)
            else:
                file.add_paragraph(block.text)
        elif isinstance(block, Break):
            file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        else:
            made = docx_out.table(block.grid)
            _header_rows(made, block.header_rows)
            if document.manner.split_runs:
                _split_runs(made, chance)
            if body[-2].tag == qn("w:tbl"):
                file.add_paragraph()  # Word and LibreOffice show two tables without a paragraph between as one
            body.insert(len(body) - 1, made)
            if block.stamp:
                file.add_paragraph().add_run().add_picture(io.BytesIO(stamp_png()))
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _header_rows(table: Any, count: int) -> None:
    """w:tblHeader on the header rows that the grid itself did not mark."""
    for row in table.findall(qn("w:tr"))[:count]:
        properties = row.find(qn("w:trPr"))
        if properties.find(qn("w:tblHeader")) is None:
            properties.append(docx_out._element("w:tblHeader"))


def _split_runs(table: Any, chance: Random) -> None:
    """Word cuts a text into runs wherever something was typed later."""
    for text in list(table.iter(qn("w:t"))):
        if len(text.text or "") < 3 or chance.random() < 0.5:
            continue
        at = chance.randint(1, len(text.text) - 1)
        run = text.getparent()
        if len(run.findall(qn("w:t"))) != 1:
            continue
        second = copy.deepcopy(run)
        second.find(qn("w:t")).text = text.text[at:]
        text.text = text.text[:at]
        run.addnext(second)


def to_html(document: Document) -> bytes:
    """The page of the notice whose body is the report."""
    out: list[str] = []
    for block in blocks(document):
        if isinstance(block, Para):
            tag = f"h{block.level + 1}" if block.level else "p"
            out.append(f"<{tag}>{html.escape(block.text)}</{tag}>")
        elif isinstance(block, Piece):
            out.append(html_out.table(block.grid))
    title = f"{document.org}{document.year}年部门预算公开"
    page = f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>"
    return (page + "\n".join(out) + "</body></html>").encode()
