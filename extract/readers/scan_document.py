"""Pages without a text layer, and pictures as documents: rendered, read by OCR, marked as read so.

OCR is an extra (`pip install yujue[ocr]`); this module imports without it and says then what is missing. A text layer
is never replaced: only pages without one, or whose fonts do not say which letters they draw, are read as pictures;
on a scan over which a few characters are printed (a scanner's mark, a page number), those stay and the rest is added.
"""

from __future__ import annotations

import io
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
import pypdfium2

from extract.document import Block, Cell, Issue, Paragraph, Place, Reading
from extract.readers.pdf_blocks import blocks_of
from extract.readers.pdf_page import Char, Chars, PageContent
from extract.readers.pdf_pieces import make_sheet
from extract.readers.trouble import UnreadableDocument, damaged, issue
from extract.settings import Limits

if TYPE_CHECKING:
    import numpy as np

    from extract.readers.scan import ScannedPage
    from extract.readers.scan_text import LineReader

    Raster: TypeAlias = np.ndarray[Any, Any]

DPI: Final = 200
UNMAPPED_SHARE: Final = 0.1  # of a page's characters; a few unmapped bullets do not make a page unreadable
_FEW: Final = 30  # characters over a picture of a page that do not make it a page of text …
_COVERED: Final = 0.5  # … where the picture covers this share of it
_A4: Final = 842.0
_PAPER: Final = (280.0, 2400.0)  # points of the longer side of a page whose own resolution is believed
_SHOWN: Final = 5  # doubtful texts that an issue quotes
INSTALL: Final = "pip install 'yujue[ocr]'"


@cache
def line_reader() -> LineReader | None:
    """The OCR models, loaded once per process; None where the extra is not installed."""
    try:
        from extract.readers.scan_text import LineReader  # noqa: PLC0415 - an extra

        return LineReader()
    except (ImportError, FileNotFoundError):
        return None


def wants_ocr(page: PageContent) -> bool:
    """Whether the page's own characters do not say what it prints (few of them over a picture: see `_covered`)."""
    drawn = len(page.chars) - int(page.chars.is_space.sum())
    if page.unmapped > UNMAPPED_SHARE * max(drawn, 1):
        return True
    if drawn == 0:
        return page.n_images > 0 or page.n_outlines > 0
    return drawn < _FEW and page.n_images > 0


class Scans:
    """What was read by OCR in one document. data: of a PDF (None for a picture, whose pages are given one by one)."""

    def __init__(self, data: bytes | None, sha256: str, limits: Limits) -> None:
        self._data, self._sha256, self._limits = data, sha256, limits
        self._document: pypdfium2.PdfDocument | None = None
        self.pages: dict[int, ScannedPage] = {}
        self.issues: list[Issue] = []
        self._left_out = 0

    def read(self, page: PageContent) -> PageContent | None:
        """The page read as a picture; None where it is blank, or a page of text, or cannot be read (then an issue)."""
        if self._data is None or not wants_ocr(page):
            return None
        if self._document is None:
            self._document = pypdfium2.PdfDocument(self._data)
        sheet = self._document[page.number - 1]
        try:
            unmapped = page.unmapped > 0 and page.unmapped > UNMAPPED_SHARE * len(page.chars)
            kept = [] if unmapped else [char for char in page.chars if not char.text.isspace()]
            if (kept and not _is_covered(sheet)) or (not page.chars and _is_blank(sheet)):
                return None
            if line_reader() is None:
                return None
            width, height = sheet.get_size()
            scale = min(DPI / 72, math.sqrt(self._limits.max_ocr_pixels / max(width * height, 1)))
            picture = sheet.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3].copy()
        finally:
            sheet.close()
        for char in kept:
            x0, top, x1, bottom = (round(v * scale) for v in page.to_shown((char.x0, char.top, char.x1, char.bottom)))
            picture[max(top - 1, 0) : bottom + 1, max(x0 - 1, 0) : x1 + 1] = 255
        return self.read_picture(picture, scale, page.number, page, kept)

    def read_picture(
        self, picture: Raster, scale: float, number: int, page: PageContent | None = None, kept: Sequence[Char] = ()
    ) -> PageContent | None:
        """The page of `picture` (height, width, 3: red, green, blue), `scale` pixels per point."""
        reader = line_reader()
        if reader is None:
            return None
        if len(self.pages) >= self._limits.max_ocr_pages:
            self._left_out += 1
            return None
        from extract.readers.scan import read_picture  # noqa: PLC0415 - an extra

        reader.deadline = time.monotonic() + self._limits.max_ocr_page_seconds
        try:
            scanned = read_picture(picture, scale, number, reader)
        except TimeoutError:
            self.issues.append(self._too_slow(number))
            return None
        if page is not None and kept:
            scanned = _with_text(scanned, page, kept)
        self.pages[number] = scanned
        return scanned.content

    def close(self) -> None:
        if self._document is not None:
            self._document.close()
            self._document = None

    def method(self, n_with_content: int) -> str:
        """pdf_ocr where every page that prints something was read by OCR, else pdf_text (OCR cells: confidence)."""
        return "pdf_ocr" if self.pages and len(self.pages) >= n_with_content else "pdf_text"

    def finish(self, blocks: Sequence[Block]) -> list[Block]:
        """Blocks with Places on the pages as they were scanned and a confidence on every cell read by OCR.

        Adds the issues page_by_ocr (one per page), ocr_low_confidence (one per page that has such cells),
        stamp_not_read, and pages_not_ocred.
        """
        if not self.pages and not self._left_out:
            return list(blocks)
        doubtful: dict[int, list[Cell]] = defaultdict(list)
        marked = [self._marked(block, doubtful) for block in blocks]
        for number, page in sorted(self.pages.items()):
            self.issues.extend(_page_issues(number, page, doubtful.get(number, []), self._sha256))
        if self._left_out:
            self.issues.append(self._not_read())
        return marked

    def _marked(self, block: Block, doubtful: dict[int, list[Cell]]) -> Block:
        if isinstance(block, Paragraph):
            return msgspec.structs.replace(block, places=tuple(self._shown(place) for place in block.places))
        cells = [self._cell(cell, doubtful) for cell in block.cells]
        seams = [
            msgspec.structs.replace(
                seam, dropped=tuple(tuple(self._cell(cell, doubtful) for cell in row) for row in seam.dropped)
            )
            for seam in block.seams
        ]
        return msgspec.structs.replace(block, cells=cells, seams=seams)

    def _cell(self, cell: Cell, doubtful: dict[int, list[Cell]]) -> Cell:
        from extract.readers.scan import SURE  # noqa: PLC0415 - an extra; there are pages, so it is installed

        found = [sure for place in cell.places if (sure := self._sure(place)) is not None]
        marked = msgspec.structs.replace(
            cell,
            places=tuple(self._shown(place) for place in cell.places),
            confidence=min(found) if found else cell.confidence,
        )
        if found and min(found) < SURE and marked.place.page is not None:
            doubtful[marked.place.page].append(marked)
        return marked

    def _shown(self, place: Place) -> Place:
        page = self.pages.get(place.page) if place.page is not None else None
        if page is None or place.box is None:
            return place
        return msgspec.structs.replace(place, box=page.to_shown(place.box, turned=True))

    def _sure(self, place: Place) -> float | None:
        """The least confidence of what stands in the place (1 for a blank on which nothing is drawn)."""
        page = self.pages.get(place.page) if place.page is not None else None
        if page is None or place.box is None:
            return None
        x0, top, x1, bottom = place.box
        sure: list[float] = []
        typed = False
        for x, y, confidence in _marks(page):
            if x0 <= x <= x1 and top <= y <= bottom:
                typed = typed or confidence is None
                if confidence is not None:
                    sure.append(confidence)
        return None if typed and not sure else round(min(sure, default=1.0), 3)

    def _too_slow(self, number: int) -> Issue:
        most = self._limits.max_ocr_page_seconds
        return issue(
            "page_ocr_cut",
            "error",
            f"第 {number} 页文字识别超过 {most} 秒，未读取（YUJUE_READ_MAX_OCR_PAGE_SECONDS）",
            f"recognizing page {number} took more than {most} seconds; not read (YUJUE_READ_MAX_OCR_PAGE_SECONDS)",
            sha256=self._sha256,
            place=Place(page=number),
        )

    def _not_read(self) -> Issue:
        most = self._limits.max_ocr_pages
        return issue(
            "pages_not_ocred",
            "error",
            f"有 {self._left_out} 页扫描页未识别：每份文件最多识别 {most} 页（YUJUE_READ_MAX_OCR_PAGES）",
            f"{self._left_out} scanned pages were not recognized: at most {most} per document "
            "(YUJUE_READ_MAX_OCR_PAGES)",
            sha256=self._sha256,
            count=self._left_out,
        )


def read_image(data: bytes, sha256: str, limits: Limits) -> Reading:
    """Reading of a picture file, one page per frame (TIFF). Raises UnreadableDocument: damaged, ocr_not_installed."""
    if line_reader() is None:
        raise UnreadableDocument(
            issue(
                "ocr_not_installed",
                "error",
                f"这是图片，需要文字识别才能读取：请安装 {INSTALL}；原件已按字节保存在档案中",
                f"a picture, which only OCR can read: {INSTALL}; the bytes are kept in the archive",
            )
        )
    scans = Scans(None, sha256, limits)
    sheets = []
    n_pages = 0
    for number, (picture, scale) in enumerate(frames(data, limits), start=1):
        n_pages = number
        content = scans.read_picture(picture, scale, number)
        if content is not None:
            sheets.append(make_sheet(content))
    blocks = scans.finish(blocks_of(sheets))
    return Reading(sha256, "image", "image_ocr", n_pages, blocks, scans.issues)


def frames(data: bytes, limits: Limits) -> Iterator[tuple[Raster, float]]:
    """(picture, pixels per point) of each page, brought to the resolution that pages are read at."""
    import numpy as np  # noqa: PLC0415 - an extra
    from PIL import Image, ImageOps, ImageSequence  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"]) as opened:
            most = 8 * limits.max_ocr_pixels
            for number, frame in enumerate(ImageSequence.Iterator(opened)):
                if number >= (limits.max_pages if opened.format == "TIFF" else 1):
                    break
                if frame.width * frame.height > most:
                    raise UnreadableDocument(_too_many_pixels(frame.width, frame.height, most))
                upright = ImageOps.exif_transpose(frame)
                clear = upright.convert("RGBA")
                paper = Image.new("RGBA", clear.size, "white")
                paper.alpha_composite(clear)
                longer = max(paper.size)
                own = frame.info.get("dpi", (0, 0))[1]
                points = longer * 72 / float(own) if own else 0.0
                if not _PAPER[0] <= points <= _PAPER[1] or round(float(own)) in {72, 96}:
                    points = _A4  # 72 and 96 are what programs write that do not know
                scale = min(DPI / 72, math.sqrt(limits.max_ocr_pixels * longer / min(paper.size)) / points)
                size = (max(1, round(paper.width * points * scale / longer)), 0)
                size = (size[0], max(1, round(paper.height * points * scale / longer)))
                shrinks = size[0] < paper.width
                resized = paper.convert("RGB").resize(
                    size, Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC, reducing_gap=2.0
                )
                yield np.asarray(resized).copy(), scale
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableDocument(damaged(f"the picture cannot be decoded: {error}"[:200])) from error


def _too_many_pixels(width: int, height: int, most: int) -> Issue:
    return issue(
        "too_large",
        "error",
        f"图片 {width}×{height} 像素，超过上限 {most}（YUJUE_READ_MAX_OCR_PIXELS 的 8 倍）",
        f"a picture of {width}×{height} pixels, more than the limit of {most} (8 times YUJUE_READ_MAX_OCR_PIXELS)",
    )


def _is_blank(sheet: pypdfium2.PdfPage) -> bool:
    small = sheet.render(scale=0.7, grayscale=True).to_numpy()
    return int(small.max()) - int(small.min()) < 40


def _is_covered(sheet: pypdfium2.PdfPage) -> bool:
    """Whether one picture covers most of the page."""
    width, height = sheet.get_size()
    for image in sheet.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4):
        left, low, right, high = image.get_bounds()
        if (right - left) * (high - low) >= _COVERED * width * height:
            return True
    return False


def _with_text(scanned: ScannedPage, page: PageContent, kept: Sequence[Char]) -> ScannedPage:
    """Characters of the text layer put where they stand on the straightened page."""
    moved = list(scanned.content.chars)
    for char in kept:
        shown = page.to_shown((char.x0, char.top, char.x1, char.bottom))
        x0, top, x1, bottom = scanned.to_straight(shown)
        moved.append(char._replace(x0=x0, top=top, x1=x1, bottom=bottom))
    return replace(scanned, content=replace(scanned.content, chars=Chars.of(moved)))


_Mark: TypeAlias = tuple[float, float, float | None]


@dataclass
class _MarksOf:
    page: ScannedPage | None = None
    marks: tuple[_Mark, ...] = ()


_last = _MarksOf()


def _marks(page: ScannedPage) -> tuple[_Mark, ...]:
    """(x, y, confidence) of all that is printed on the page, before its tilt is put back."""
    if _last.page is not page:
        boxes = [((char.x0, char.top, char.x1, char.bottom), char.confidence) for char in page.content.chars]
        found: list[_Mark] = []
        for box, confidence in [*boxes, *page.doubts]:
            x0, top, x1, bottom = page.content.to_shown(box)
            found.append(((x0 + x1) / 2, (top + bottom) / 2, confidence))
        _last.page, _last.marks = page, tuple(found)
    return _last.marks


def _page_issues(number: int, page: ScannedPage, doubtful: Sequence[Cell], sha256: str) -> Iterator[Issue]:
    place = Place(page=number)
    n_chars = sum(char.confidence is not None for char in page.content.chars)
    yield issue(
        "page_by_ocr",
        "info",
        f"第 {number} 页没有可用的文字层，由图像识别得到 {n_chars} 个字符，平均置信度 {page.confidence:.3f}",
        f"page {number} has no text layer to use: {n_chars} characters recognized in its picture, "
        f"mean confidence {page.confidence:.3f}",
        sha256=sha256,
        place=place,
    )
    if doubtful:
        shown = "、".join(f"“{cell.text}”" for cell in doubtful[:_SHOWN])
        yield issue(
            "ocr_low_confidence",
            "warning",
            f"第 {number} 页有 {len(doubtful)} 个单元格识别不可靠，请对照原件：{shown}",
            f"{len(doubtful)} cells of page {number} were recognized with little confidence; "
            f"compare with the original: {shown}",
            sha256=sha256,
            place=doubtful[0].place,
            count=len(doubtful),
        )
    if page.doubts:
        yield issue(
            "ocr_unread_marks",
            "warning",
            f"第 {number} 页有 {len(page.doubts)} 处墨迹未能识别为文字",
            f"{len(page.doubts)} marks on page {number} could not be recognized as text",
            sha256=sha256,
            place=Place(page=number, box=page.to_shown(page.doubts[0][0])),
            count=len(page.doubts),
        )
    for stamp in page.scan.stamps:
        yield issue(
            "stamp_not_read",
            "info",
            f"第 {number} 页有印章，印章内的文字未读取",
            f"a seal on page {number}; the text inside it was not read",
            sha256=sha256,
            place=Place(page=number, box=page.to_shown(stamp)),
        )
