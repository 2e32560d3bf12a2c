"""Printer of PDF on reportlab's canvas: every way of drawing rulings and text that published files were seen to use."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.roundtrip.model import Document
from benchmarks.roundtrip.printed import Break, Para, Piece, blocks
from benchmarks.roundtrip.samples import GridCell
from benchmarks.roundtrip.to_word import stamp_png

CID, LATIN, EMBEDDED, VERA = "STSong-Light", "Helvetica", "RoundtripCJK", "RoundtripLatin"
FONTS = (
    Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"),
    Path("/usr/share/fonts/droid/DroidSansFallbackFull.ttf"),
)
SHORT, LONG, MARGIN = 595.28, 841.89, 50.0
PAD, LEADING, SIZE = 2.5, 1.25, 9.0


@lru_cache(maxsize=1)
def _fonts() -> bool:
    """Make the fonts known; True where there is one to embed."""
    pdfmetrics.registerFont(UnicodeCIDFont(CID))
    found = next((path for path in FONTS if path.is_file()), None)
    if found is not None:
        pdfmetrics.registerFont(TTFont(EMBEDDED, str(found)))
        pdfmetrics.registerFont(TTFont(VERA, "Vera.ttf"))
    return found is not None


def _chooser(font: str) -> Callable[[str], str]:
    """Which font prints a character."""
    embedded = _fonts()
    if font == "embedded" and embedded:
        cjk = pdfmetrics.getFont(EMBEDDED).face.charToGlyph
        latin = pdfmetrics.getFont(VERA).face.charToGlyph
        return lambda c: EMBEDDED if ord(c) in cjk else VERA if ord(c) in latin else CID
    if font == "cid":
        return lambda c: CID
    return lambda c: LATIN if c.isascii() else CID


class Pen:
    """Where on which page the next thing stands; y counts down from the top of the page."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, invariant=1, pageCompression=1)
        self.choose = _chooser(document.manner.font)
        self.width, self.height, self.y, self.page = SHORT, LONG, 0.0, 0

    def new_page(self, *, wide: bool = False) -> None:
        self.close()
        self.width, self.height = (LONG, SHORT) if wide else (SHORT, LONG)
        self.canvas.setPageSize((self.width, self.height))
        self.canvas.setLineWidth(0.5)
        self.page += 1
        self.y = MARGIN
        if self.document.manner.running_head:
            text = f"{self.document.org}{self.document.year}年度部门预算公开"
            self.write(text, self.width / 2, 30, 8, "center")

    def close(self) -> None:
        if self.page:
            self.write(f"— {self.page} —", self.width / 2, self.height - 24, 8, "center")
            self.canvas.showPage()

    def text_width(self, text: str, size: float) -> float:
        return float(sum(pdfmetrics.stringWidth(run, font, size) for font, run in self.runs(text)))

    def runs(self, text: str) -> list[tuple[str, str]]:
        return [(font, "".join(run)) for font, run in itertools.groupby(text, self.choose)]

    def write(self, text: str, x: float, baseline: float, size: float, align: str = "left") -> None:
        x -= {"left": 0.0, "center": 0.5, "right": 1.0}[align] * self.text_width(text, size)
        for font, run in self.runs(text):
            self.canvas.setFont(font, size)
            self.canvas.drawString(x, self.height - baseline, run)
            x += pdfmetrics.stringWidth(run, font, size)

    def lines(self, text: str, width: float, size: float) -> list[str]:
        """The text broken where it is wider than the cell, digits too."""
        out: list[str] = []
        for part in text.split("\n"):
            line, used = "", 0.0
            for character in part:
                needed = self.text_width(character, size)
                if line and used + needed > width:
                    out.append(line)
                    line, used = "", 0.0
                line, used = line + character, used + needed
            out.append(line)
        return out

    def edge(self, x0: float, y0: float, x1: float, y1: float) -> None:
        if self.document.manner.borders == "rects":
            width, height = max(x1 - x0, 0.5), max(y1 - y0, 0.5)
            self.canvas.rect(x0, self.height - y0 - height, width, height, stroke=0, fill=1)
        else:
            self.canvas.line(x0, self.height - y0, x1, self.height - y1)


@contextmanager
def _settings() -> Iterator[None]:
    """reportlab's own settings are the process's: put back as they were, or others in it would print otherwise."""
    before = rl_config.invariant, rl_config.useA85
    rl_config.invariant, rl_config.useA85 = 1, 0  # compressed alone, as every producer seen does
    try:
        yield
    finally:
        rl_config.invariant, rl_config.useA85 = before


def to_pdf(document: Document) -> bytes:
    """The bytes of the PDF. A piece higher than a page goes on on the next one, its header rows not repeated."""
    with _settings():
        return _printed(document)


def _printed(document: Document) -> bytes:
    pen = Pen(document)
    printed = blocks(document)
    for i, block in enumerate(printed):
        if isinstance(block, Break) or pen.page == 0:
            wide = any(isinstance(b, Piece) and len(b.grid.widths) > 7 for b in printed[i : i + 6])
            pen.new_page(wide=wide)
        if isinstance(block, Para):
            _para(pen, block)
        elif isinstance(block, Piece):
            _piece(pen, block)
    pen.close()
    pen.canvas.save()
    return pen.buffer.getvalue()


def _para(pen: Pen, block: Para) -> None:
    size = {1: 18.0, 2: 15.0, 3: 13.0}.get(block.level or 0, 10.5)
    for line in pen.lines(block.text, pen.width - 2 * MARGIN, size):
        if pen.y + size * 1.6 > pen.height - MARGIN:
            pen.new_page(wide=pen.width > pen.height)
        x = pen.width / 2 if block.align == "center" else MARGIN
        pen.write(line, x, pen.y + size * 1.2, size, block.align)
        pen.y += size * 1.6


def _piece(pen: Pen, piece: Piece) -> None:
    grid = piece.grid
    room = pen.width - 2 * MARGIN
    scale = min(1 / 20, room / sum(grid.widths))
    widths = [width * scale for width in grid.widths]
    xs = list(itertools.accumulate(widths, initial=(pen.width - sum(widths)) / 2))
    heights = [18.0] * grid.n_rows
    texts: dict[int, list[str]] = {}
    for cell in sorted(grid.cells, key=lambda c: c.rowspan):
        lines = texts[id(cell)] = pen.lines(cell.text, xs[cell.col + cell.colspan] - xs[cell.col] - 2 * PAD, SIZE)
        missing = len(lines) * SIZE * LEADING + 2 * PAD - sum(heights[cell.row : cell.row + cell.rowspan])
        heights[cell.row + cell.rowspan - 1] += max(0.0, missing)
    start = 0
    while start < grid.n_rows:
        end, y = start, pen.y
        while end < grid.n_rows and (end == start or y + heights[end] <= pen.height - MARGIN):
            y += heights[end]
            end += 1
        while (
            start < end < grid.n_rows and any(c.row < end < c.row + c.rowspan for c in grid.cells) and end > start + 1
        ):
            end -= 1
        _rows(pen, grid.cells, (start, end), heights, xs, texts)
        if end < grid.n_rows:
            pen.new_page(wide=pen.width > pen.height)
        start = end
    if piece.stamp:
        image = ImageReader(io.BytesIO(stamp_png()))
        pen.canvas.drawImage(image, pen.width - 190, pen.height - pen.y, 110, 110, mask="auto")
    pen.y += 6


def _rows(  # noqa: PLR0917 - what a page shows of a grid
    pen: Pen,
    cells: list[GridCell],
    span: tuple[int, int],
    heights: list[float],
    xs: list[float],
    texts: dict[int, list[str]],
) -> None:
    start, end = span
    tops = dict(zip(range(start, end + 1), itertools.accumulate(heights[start:end], initial=pen.y), strict=True))
    edges: set[tuple[float, float, float, float]] = set()
    for cell in cells:
        if not start <= cell.row < end:
            continue
        x0, x1, y0 = xs[cell.col], xs[cell.col + cell.colspan], tops[cell.row]
        y1 = tops[min(cell.row + cell.rowspan, end)]
        if cell.ruled:
            edges |= {(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)}
        lines = texts[id(cell)]
        y = (y0 + y1 - len(lines) * SIZE * LEADING) / 2 + SIZE
        x = {"left": x0 + PAD, "center": (x0 + x1) / 2, "right": x1 - PAD}[cell.align]
        for line in lines:
            if line.strip():
                pen.write(line, x, y, SIZE, cell.align)
            y += SIZE * LEADING
    for edge in sorted(edges):
        pen.edge(*edge)
    pen.y = tops[end]
