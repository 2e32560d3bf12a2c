"""The text that stands under a Place of a PDF: the proof that a value was read where we say it was."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from extract.document import Box, Place
from extract.readers.lines import cell_text
from extract.readers.pdf_page import Char, PageContent
from extract.readers.pdf_pdfium import PdfiumEngine
from extract.settings import read_limits


class Cropper:
    """An open PDF to cut Places out of; keeps the last page, so ask page by page. Use as a context manager.

    source: path or bytes. Raises UnreadableDocument where the PDF cannot be opened.
    """

    def __init__(self, source: str | os.PathLike[str] | bytes) -> None:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        self._engine = PdfiumEngine(data, read_limits())
        self._page: PageContent | None = None

    def text_at(self, place: Place) -> str:
        """Text of the characters whose centre lies in the place's box, lines joined by "\\n".

        Raises ValueError for a Place without page and box, IndexError for a page that is not there.
        """
        if place.page is None or place.box is None:
            raise ValueError(f"{place.ref()} has no page and box: only Places of PDF pages can be cut out")
        if self._page is None or self._page.number != place.page:
            self._page = self._engine.page(place.page)
        page = self._page
        return cell_text([char for char in page.chars if _holds(place.box, page, char)])

    def __enter__(self) -> Cropper:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()


def text_at(source: str | os.PathLike[str] | bytes, place: Place) -> str:
    """Text under one Place; see `Cropper.text_at`, which is faster for many."""
    with Cropper(source) as cropper:
        return cropper.text_at(place)


def _holds(box: Box, page: PageContent, char: Char) -> bool:
    shown = page.to_shown((char.x0, char.top, char.x1, char.bottom))
    x, y = (shown[0] + shown[2]) / 2, (shown[1] + shown[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
