"""A report as PDF: tables ruled with strokes, broken between rows, header rows repeated, page numbers below.

A small layout of its own on reportlab's canvas, so that breaks fall as a word processor makes them (a cell that spans
the break goes on without its text) and the same report gives the same bytes.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .grid import Grid, GridCell
from .report import Block, Heading, Para, Section

CJK, LATIN = "DroidSansFallback", "Vera"
LATIN_FILE = "Vera.ttf"
"""Shipped with reportlab; the CJK font has no digits, Latin letters or ≤ ≥ “ ”."""
SHORT, LONG = 595.28, 841.89
MARGIN = 62.35
TWIP = 1 / 20
ROW = 397 * TWIP
PAD = 3.0
LEADING = 1.25
HEADING_SIZES = {1: 18.0, 2: 15.0, 3: 13.0}
BODY = 12.0
HANGING = " ，。、；：）”"
"""May stand beyond the right edge rather than begin a line."""
WORD = re.compile(r"[0-9A-Za-z.,%]+|.", re.DOTALL)


class FontError(Exception):
    """The font file is missing or lacks a character the reports use."""


class _Pen:
    """Where on which page the next thing is drawn; y counts down from the top of the page."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.landscape = False
        self.page = 0
        self.y = 0.0

    @property
    def width(self) -> float:
        return LONG if self.landscape else SHORT

    @property
    def height(self) -> float:
        return SHORT if self.landscape else LONG

    @property
    def bottom(self) -> float:
        return self.height - MARGIN

    @property
    def is_fresh(self) -> bool:
        return self.y <= MARGIN

    def new_page(self, landscape: bool | None = None) -> None:
        self.close()
        if landscape is not None:
            self.landscape = landscape
        self.page += 1
        self.canvas.setPageSize((self.width, self.height))
        self.canvas.setLineWidth(0.5)
        self.y = MARGIN

    def close(self) -> None:
        """Print the page number and end the page."""
        if self.page:
            self.write(f"— {self.page} —", self.width - MARGIN, self.height - 34, 9.0, "right")
            self.canvas.showPage()

    def write(self, text: str, x: float, baseline: float, size: float, align: str = "left") -> None:
        shift = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        x -= shift * text_width(text, size)
        for font, run in runs(text):
            self.canvas.setFont(font, size)
            self.canvas.drawString(x, self.height - baseline, run)
            x += pdfmetrics.stringWidth(run, font, size)

    def stroke(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)


def runs(text: str) -> list[tuple[str, str]]:
    """(font, text) pieces of a line: each character in the CJK font where that has it, else in the Latin one."""
    has = pdfmetrics.getFont(CJK).face.charToGlyph
    return [
        (font, "".join(chars)) for font, chars in itertools.groupby(text, lambda c: CJK if ord(c) in has else LATIN)
    ]


def text_width(text: str, size: float) -> float:
    return float(sum(pdfmetrics.stringWidth(run, font, size) for font, run in runs(text)))


def wrap(text: str, width: float, size: float) -> list[str]:
    """Lines no wider than width; numbers and Latin words stay whole where they fit. Spaces at a line's end are kept."""
    lines, line, used = [], "", 0.0
    for piece in WORD.findall(text.replace("\t", " ")):
        parts = [piece] if text_width(piece, size) <= width else list(piece)
        for part in parts:
            needed = text_width(part, size)
            if line and used + needed > width and part not in HANGING:
                lines.append(line)
                line, used = "", 0.0
            line += part
            used += needed
    return [*lines, line]


def _register(font: Path) -> None:
    if not font.is_file():
        raise FontError(f"no font at {font}")
    pdfmetrics.registerFont(TTFont(CJK, str(font)))
    pdfmetrics.registerFont(TTFont(LATIN, LATIN_FILE))


def _check_glyphs(texts: Sequence[str], font: Path) -> None:
    wanted = {char for text in texts for char in text if char not in "\t\n"}
    for name in (CJK, LATIN):
        wanted = {char for char in wanted if ord(char) not in pdfmetrics.getFont(name).face.charToGlyph}
    if wanted:
        raise FontError(f"neither {font.name} nor {LATIN_FILE} has a glyph for {' '.join(sorted(wanted))}")


def _row_heights(grid: Grid, widths: Sequence[float]) -> list[float]:
    heights = [ROW] * grid.n_rows
    for cell in sorted(grid.cells, key=lambda c: c.rowspan):
        lines = wrap(cell.text, sum(widths[cell.col : cell.col + cell.colspan]) - 2 * PAD, grid.size)
        needed = len(lines) * grid.size * LEADING + 2 * PAD
        missing = needed - sum(heights[cell.row : cell.row + cell.rowspan])
        if missing > 0:
            heights[cell.row + cell.rowspan - 1] += missing
    return heights


def _pieces(grid: Grid, heights: Sequence[float], room: float, page: float) -> list[list[int]]:
    """Rows of each printed piece, with repeated header rows; the first piece has `room` points, the others `page`."""
    headers = list(range(grid.header_rows))
    pieces: list[list[int]] = [[]]
    left = room
    for row in range(grid.n_rows):
        if heights[row] > left and len(pieces[-1]) > grid.header_rows:
            pieces.append(list(headers))
            left = page - sum(heights[i] for i in headers)
        pieces[-1].append(row)
        left -= heights[row]
    return pieces


def _edges(cell: GridCell, x0: float, x1: float, y0: float, y1: float) -> list[tuple[float, float, float, float]]:
    if not cell.ruled:
        return []
    return [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]


def _draw_piece(pen: _Pen, grid: Grid, rows: Sequence[int], heights: Sequence[float], xs: Sequence[float]) -> None:
    tops: dict[int, float] = {}
    for row in rows:
        tops[row] = pen.y
        pen.y += heights[row]
    first_body = next((row for row in rows if row >= grid.header_rows), 0)
    edges = set()
    for cell in grid.cells:
        shown = [row for row in range(cell.row, cell.row + cell.rowspan) if row in tops]
        if not shown:
            continue
        x0, x1 = xs[cell.col], xs[cell.col + cell.colspan]
        y0, y1 = tops[shown[0]], tops[shown[-1]] + heights[shown[-1]]
        edges |= {tuple(round(v, 2) for v in edge) for edge in _edges(cell, x0, x1, y0, y1)}
        goes_on = cell.row < first_body and cell.row >= grid.header_rows
        if not goes_on:
            _write_cell(pen, cell, grid.size, (x0, x1, y0, y1))
    for x0, y0, x1, y1 in sorted(edges):
        pen.stroke(x0, y0, x1, y1)


def _write_cell(pen: _Pen, cell: GridCell, size: float, box: tuple[float, float, float, float]) -> None:
    x0, x1, y0, y1 = box
    lines = wrap(cell.text, x1 - x0 - 2 * PAD, size)
    y = (y0 + y1 - len(lines) * size * LEADING) / 2 + size
    x = {"left": x0 + PAD, "center": (x0 + x1) / 2, "right": x1 - PAD}[cell.align]
    for line in lines:
        if line.strip():
            pen.write(line.rstrip(" "), x, y, size, cell.align)
        y += size * LEADING


def _draw_grid(pen: _Pen, grid: Grid) -> None:
    room = pen.width - 2 * MARGIN
    scale = min(1.0, room / (sum(grid.widths) * TWIP))
    widths = [width * TWIP * scale for width in grid.widths]
    start = (pen.width - sum(widths)) / 2
    xs = [start]
    for width in widths:
        xs.append(xs[-1] + width)
    heights = _row_heights(grid, widths)
    if pen.y + sum(heights[: grid.header_rows + 2]) > pen.bottom:
        pen.new_page()
    for i, rows in enumerate(_pieces(grid, heights, pen.bottom - pen.y, pen.bottom - MARGIN)):
        if i:
            pen.new_page()
        _draw_piece(pen, grid, rows, heights, xs)
    pen.y += 6


def _draw_text(pen: _Pen, text: str, size: float, indent: bool, align: str = "left") -> None:
    width = pen.width - 2 * MARGIN
    for i, line in enumerate(wrap(("\u3000\u3000" if indent else "") + text, width, size)):
        if pen.y + size * 1.6 > pen.bottom:
            pen.new_page()
        x = {"left": MARGIN, "center": pen.width / 2}[align]
        baseline = pen.y + size * 1.2
        if i == 0 and indent:
            pen.write(line.removeprefix("\u3000\u3000"), x + 2 * size, baseline, size)
        elif line.strip():
            pen.write(line, x, baseline, size, align)
        pen.y += size * 1.6


def render(blocks: Sequence[Block], title: str, font: Path) -> bytes:
    """The bytes of the document. Raises FontError when the font cannot be used."""
    rl_config.invariant = 1
    _register(font)
    texts = [cell.text for block in blocks if isinstance(block, Grid) for cell in block.cells]
    texts += [block.text for block in blocks if isinstance(block, Heading | Para)]
    _check_glyphs(texts, font)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("yujue samples")
    pen = _Pen(canvas)
    for i, block in enumerate(blocks):
        if isinstance(block, Section):
            pen.new_page(block.landscape)
        elif isinstance(block, Heading):
            if block.level == 2 and not pen.is_fresh:
                pen.new_page()
            if pen.y + 80 > pen.bottom:
                pen.new_page()
            _draw_text(pen, block.text, HEADING_SIZES[block.level], False, "center" if block.level < 3 else "left")
            pen.y += 4
        elif isinstance(block, Para):
            if i + 1 < len(blocks) and isinstance(blocks[i + 1], Grid) and pen.y + 90 > pen.bottom:
                pen.new_page()
            _draw_text(pen, block.text, BODY, block.indent)
        else:
            _draw_grid(pen, block)
    pen.close()
    canvas.save()
    return buffer.getvalue()
