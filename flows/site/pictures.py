"""Pictures of a document's pages: small, grey where the page is grey, the same bytes from the same document."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final, NamedTuple

import pypdfium2
from PIL import Image

from extract.readers.scan_document import frames
from extract.readers.trouble import UnreadableDocument
from extract.settings import read_limits

WIDTH: Final = 1100  # pixels across an upright page
MOST_SIDE: Final = 2200
MOST_PAGES: Final = 300
SHADES: Final = 16
_KINDS: Final = frozenset({"pdf", "image"})


class Picture(NamedTuple):
    """One page. width, height: in points, as the places on it are."""

    page: int
    webp: bytes
    width: float
    height: float


def can_show(kind: str) -> bool:
    return kind in _KINDS


def pictures(data: bytes, kind: str, pages: list[int]) -> Iterator[Picture]:
    """The pages asked for that can be drawn (from 1, at most MOST_PAGES). What cannot be drawn is left out."""
    if kind == "pdf":
        yield from _of_pdf(data, pages[:MOST_PAGES])
    elif kind == "image":
        yield from _of_image(data, frozenset(pages[:MOST_PAGES]))


def _of_pdf(data: bytes, pages: list[int]) -> Iterator[Picture]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return
    try:
        count = len(document)
        for number in pages:
            if not 1 <= number <= count:
                continue
            try:
                page = document[number - 1]
                width, height = page.get_size()
                if width <= 0 or height <= 0:
                    continue
                scale = min(WIDTH / min(width, height), MOST_SIDE / max(width, height))
                image = page.render(scale=scale).to_pil()
            except pypdfium2.PdfiumError:
                continue
            yield Picture(number, _webp(image), width, height)
    finally:
        document.close()


def _of_image(data: bytes, pages: frozenset[int]) -> Iterator[Picture]:
    try:
        for number, (raster, scale) in enumerate(frames(data, read_limits()), start=1):
            if number in pages:
                image = Image.fromarray(raster)
                width, height = image.width / scale, image.height / scale
                image.thumbnail((MOST_SIDE, MOST_SIDE))
                yield Picture(number, _webp(image), width, height)
    except (UnreadableDocument, ImportError):  # the reader said so in an issue; numpy is there with OCR only
        return


def _webp(image: Image.Image) -> bytes:
    """Text on white is a few shades of grey and small without loss; a page with pictures is kept with some loss."""
    grey = image.convert("L")
    buffer = io.BytesIO()
    if _is_grey(image):
        step = 255 / (SHADES - 1)
        grey.point([round(round(value / step) * step) for value in range(256)]).save(
            buffer, "WEBP", lossless=True, quality=60, method=2
        )
    else:
        image.convert("RGB").save(buffer, "WEBP", quality=60, method=4)
    return buffer.getvalue()


def _is_grey(image: Image.Image) -> bool:
    small = image.convert("RGB").resize((64, 64))
    raw = small.tobytes()
    return all(max(raw[at : at + 3]) - min(raw[at : at + 3]) < 24 for at in range(0, len(raw), 3))
