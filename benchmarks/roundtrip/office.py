"""A second maker of every format: LibreOffice prints our Word files as PDF, and saves ours again as its own.

One start costs seconds, so documents go there by the dozen. They run under the limits of the product's own converter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.roundtrip.model import Document, Kind
from benchmarks.roundtrip.to_sheet import to_xlsx
from benchmarks.roundtrip.to_word import to_docx
from extract.readers.convert import Converted, _convert, _Route
from extract.settings import find_soffice, read_limits

ONE_IN: Final = 10  # documents of a run that go through LibreOffice
BATCH: Final = 50


@dataclass(frozen=True)
class Way:
    """source: what our printer makes of the document; route: what LibreOffice makes of that."""

    name: str
    source: Kind
    route: _Route

    @property
    def suffix(self) -> str:
        return self.route.target


WAYS: Final = {
    way.name: way
    for way in (
        Way("pdf by LibreOffice", "docx", _Route("docx", None, "pdf", "pdf:writer_pdf_Export")),
        Way("docx by LibreOffice", "docx", _Route("docx", None, "docx", "docx:MS Word 2007 XML")),
        Way("xlsx by LibreOffice", "xlsx", _Route("xlsx", None, "xlsx", "xlsx:Calc MS Excel 2007 XML")),
        Way("xls by LibreOffice", "xlsx", _Route("xlsx", None, "xls", "xls:MS Excel 97")),
    )
}
_TURNS: Final = ("pdf", "pdf", "docx", "pdf", "xlsx", "xls")


def installed() -> bool:
    return find_soffice() is not None


def way_of(seed: int) -> Way | None:
    """The way of the document of a seed; most have none. Printing is done half of the times."""
    if seed % ONE_IN:
        return None
    return WAYS[f"{_TURNS[seed // ONE_IN % len(_TURNS)]} by LibreOffice"]


def print_all(documents: Sequence[Document], way: Way) -> list[bytes | None]:
    """The files LibreOffice made, in order; None where it brought none. RuntimeError where it is not installed."""
    soffice = find_soffice()
    if soffice is None:
        raise RuntimeError("LibreOffice is not installed")
    ours = {at: _ours(document, way) for at, document in enumerate(documents)}
    made = _convert(soffice, way.route, ours, read_limits())
    found = (made[at] for at in range(len(documents)))
    return [one.data if isinstance(one, Converted) else None for one in found]


def _ours(document: Document, way: Way) -> bytes:
    return to_docx(document, fitting=way.suffix == "pdf") if way.source == "docx" else to_xlsx(document)
