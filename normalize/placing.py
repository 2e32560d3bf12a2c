"""Where a row comes from: the provenance columns and the identifiers made of a Place."""

from __future__ import annotations

from typing import Final

from extract.document import Place, Reading, Text
from normalize.schema import Row

_NOWHERE: Final = Place()


def edges(place: Place) -> tuple[float | None, float | None, float | None, float | None]:
    """x0, y0, x1, y1 of a place; None where it has no box."""
    box = place.box
    return (None, None, None, None) if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))


class Placing:
    """Gives the rows of one document their provenance columns and unique identifiers.

    An identifier is `{sha256[:16]}.{Place.ref()}`; where one place gives several rows of a kind, the later ones get
    `-2`, `-3` …, in reading order.
    """

    def __init__(self, reading: Reading) -> None:
        self.sha256 = reading.document_sha256
        self.method = reading.method
        self._given: dict[tuple[str, str], int] = {}
        self._confidence = {
            cell.place: cell.confidence
            for table in reading.tables()
            for cell in table.cells
            if cell.confidence is not None
        }

    def columns(self, place: Place | None) -> Row:
        """The `+prov` columns of `normalize.schema` for a place; all positions null for None."""
        at = place or _NOWHERE
        x0, y0, x1, y1 = edges(at)
        return {
            "document_sha256": self.sha256,
            "page": at.page,
            "table_no": at.table,
            "row_no": at.row,
            "col_no": at.col,
            "paragraph_no": at.paragraph,
            "x0": x0,
            "y0": y0,
            "x1": x1,
            "y1": y1,
            "extract_method": self.method,
            # Only recognised texts have one; a Place is costly to look up.
            "confidence": self._confidence.get(at) if self._confidence and place is not None else None,
        }

    def identify(self, kind: str, place: Place | None, fallback: str = "document") -> str:
        """A new identifier among those of `kind`; fallback: used where nothing has a place."""
        base = f"{self.sha256[:16]}.{place.ref() if place is not None else fallback}"
        nth = self._given.get((kind, base), 0) + 1
        self._given[kind, base] = nth
        return base if nth == 1 else f"{base}-{nth}"


def printed(text: Text | None) -> str | None:
    """The text as printed; None where it is blank or there is none."""
    return text.text if text is not None and text.text.strip() else None


def place_of(*texts: Text | None) -> Place | None:
    """Place of the first text that there is; printed ones before blank ones."""
    present = [text for text in texts if text is not None]
    return next((text.place for text in present if text.text.strip()), present[0].place if present else None)
