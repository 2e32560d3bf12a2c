"""The second witness of `flows.checks.trial`: what pdfplumber reads where pdfium read a suspected amount."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from flows.checks.trial import Box, Witnessed

if TYPE_CHECKING:
    from extract.readers.witness import Disagreement

MOST_PAGES: Final = 4  # of one document: a page read by two engines costs some tenths of a second


class SecondEngine:
    """A PDF, opened only when the first question is asked; a page is read once.

    given: gives the bytes, or None where they cannot be had any more; then there is no witness.
    """

    def __init__(self, given: Callable[[], bytes | None]) -> None:
        self._given = given
        self._data: bytes | None = None
        self._pages: dict[int, list[Disagreement] | None] = {}

    def __call__(self, page: int, box: Box) -> Witnessed | None:
        """What the second engine reads in the box of the page (1-based). None: it cannot be asked."""
        if page not in self._pages:
            self._pages[page] = self._compare(page) if len(self._pages) < MOST_PAGES else None
        found = self._pages[page]
        if found is None:
            return None
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        for one in found:
            if one.box[0] <= x <= one.box[2] and one.box[1] <= y <= one.box[3]:
                return Witnessed(agrees=False, text=one.theirs)
        return Witnessed(agrees=True)

    def _compare(self, page: int) -> list[Disagreement] | None:
        from extract.readers.witness import compare_page  # noqa: PLC0415 - two PDF engines, loaded where they are asked

        if self._data is None:
            self._data = self._given() or b""
        if not self._data:
            return None
        try:
            return compare_page(self._data, page)
        except Exception:  # noqa: BLE001 - a hostile page costs the witness, never the checks
            return None
