"""A page of a PDF with what was read drawn over it: a picture that proves where cells, paragraphs, page fields are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from extract.document import Box, Issue, Place, Reading, Table
from flows import errors

DPI = 150
MAX_PIXELS = 12_000_000
MAX_SIDE = 16_000  # pixels
Colour = tuple[int, int, int]
# told apart on white paper, and from each other next to each other; table n has colour n
TABLE_COLOURS: tuple[Colour, ...] = (
    (31, 90, 200),
    (200, 80, 0),
    (120, 40, 170),
    (0, 130, 140),
    (170, 20, 100),
    (110, 110, 0),
)
PARAGRAPH: Colour = (0, 130, 50)
PAGE_FIELD: Colour = (130, 130, 130)
DISAGREEMENT: Colour = (230, 0, 0)
_TINT = 28  # of 255, how much of the colour lies over a ruled cell


class Mark(NamedTuple):
    """A box to draw, in points of the page as shown. label: at its corner; tinted: filled lightly; width in pixels."""

    box: Box
    colour: Colour
    label: str = ""
    tinted: bool = False
    width: int = 2


def table_colour(number: int) -> Colour:
    """Colour of the table of this number (1-based)."""
    return TABLE_COLOURS[(number - 1) % len(TABLE_COLOURS)]


def marks(reading: Reading, page: int, disagreements: Sequence[Issue] = ()) -> list[Mark]:
    """What a Reading has on one page, in the order of drawing; the number of a table or paragraph at its first box."""
    found: list[Mark] = []
    for block in reading.blocks:
        if isinstance(block, Table):
            found += _table_marks(block, page)
            continue
        is_field = block.role == "page_field"
        colour, label = (PAGE_FIELD, "") if is_field else (PARAGRAPH, f"p{block.number}")
        for box in _boxes(block.places, page):
            found.append(Mark(box, colour, label))
            label = ""
    places = [issue.place for issue in disagreements if issue.place is not None]
    return found + [Mark(box, DISAGREEMENT, width=4) for box in _boxes(places, page)]


def _table_marks(table: Table, page: int) -> Iterator[Mark]:
    colour, label = table_colour(table.number), f"t{table.number}"
    for cell in table.cells:
        for box in _boxes(cell.places, page):
            yield Mark(box, colour, label, cell.ruled, 2 if cell.ruled else 1)
            label = ""
    for seam in table.seams:
        for row in seam.dropped:  # headers that are printed again, and read once
            for cell in row:
                for box in _boxes(cell.places, page):
                    yield Mark(box, colour, label, width=1)
                    label = ""


def _boxes(places: Sequence[Place], page: int) -> Iterator[Box]:
    return (place.box for place in places if place.page == page and place.box is not None)


def picture(data: bytes, page: int, drawn: Sequence[Mark]) -> Image.Image:
    """The page at 150 dpi (less where it would have more than MAX_PIXELS), marks over it.

    Raises Trouble (usage) for a page that is not there, (data) for one that cannot be rendered.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise errors.data(f"无法绘制：{error}", f"cannot be drawn: {error}") from error
    try:
        if not 1 <= page <= len(document):
            raise errors.usage(
                f"没有第 {page} 页（共 {len(document)} 页）", f"there is no page {page} (pages: 1-{len(document)})"
            )
        scale, paper = _render(document, page)
    except pypdfium2.PdfiumError as error:
        raise errors.data(f"第 {page} 页无法绘制：{error}", f"page {page} cannot be drawn: {error}") from error
    finally:
        document.close()
    return _over(paper, scale, drawn)


def _render(document: pypdfium2.PdfDocument, page: int) -> tuple[float, Image.Image]:
    sheet = document[page - 1]
    width, height = sheet.get_size()
    scale = DPI / 72
    if width > 0 and height > 0:
        scale = min(scale, math.sqrt(MAX_PIXELS / (width * height)), MAX_SIDE / max(width, height))
    paper: Image.Image = sheet.render(scale=scale).to_pil().convert("RGB")
    return scale, paper


def _over(paper: Image.Image, scale: float, drawn: Sequence[Mark]) -> Image.Image:
    def pixels(box: Box) -> tuple[int, int, int, int]:
        x0, top, x1, bottom = (round(edge * scale) for edge in box)
        return (min(x0, x1), min(top, bottom), max(x0, x1), max(top, bottom))

    glass = Image.new("RGBA", paper.size, (0, 0, 0, 0))
    tint = ImageDraw.Draw(glass)
    for mark in drawn:
        if mark.tinted:
            tint.rectangle(pixels(mark.box), fill=(*mark.colour, _TINT))
    result = Image.alpha_composite(paper.convert("RGBA"), glass).convert("RGB")
    pen = ImageDraw.Draw(result)
    for mark in drawn:
        pen.rectangle(pixels(mark.box), outline=mark.colour, width=mark.width)
    font = ImageFont.load_default(size=16)
    for mark in drawn:
        if mark.label:
            x0, top, _, _ = pixels(mark.box)
            corner = pen.textbbox((max(0, x0), max(0, top - 20)), mark.label, font=font)
            pen.rectangle((corner[0] - 2, corner[1] - 2, corner[2] + 2, corner[3] + 2), fill=mark.colour)
            pen.text((max(0, x0), max(0, top - 20)), mark.label, font=font, fill=(255, 255, 255))
    return result
