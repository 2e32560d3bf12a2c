"""Where a row comes from: the provenance columns and the identifiers made of a Place."""

from __future__ import annotations

from collections import Counter

from extract.document import Place, Reading, Text
from normalize.schema import Row


class Placing:
    """Gives the rows of one document their provenance columns and unique identifiers.

    An identifier is `{sha256[:16]}.{Place.ref()}`; where one place gives several rows of a kind, the later ones get
    `-2`, `-3` …, in reading order.
    """

    def __init__(self, reading: Reading) -> None:
        self.sha256 = reading.document_sha256
        self.method = reading.method
        self._given: Counter[tuple[str, str]] = Counter()
        self._confidence = {
            cell.place: cell.confidence
            for table in reading.tables()
            for cell in table.cells
            if cell.confidence is not None
        }

    def columns(self, place: Place | None) -> Row:
        """The `+prov` columns of `normalize.schema` for a place; all positions null for None."""
        at = place or Place()
        box = at.box or (None, None, None, None)
        return {
            "document_sha256": self.sha256,
            "page": at.page,
            "table_no": at.table,
            "row_no": at.row,
            "col_no": at.col,
            "paragraph_no": at.paragraph,
            **{
                name: None if edge is None else float(edge)
                for name, edge in zip(("x0", "y0", "x1", "y1"), box, strict=True)
            },
            "extract_method": self.method,
            "confidence": None if place is None else self._confidence.get(place),
        }

    def identify(self, kind: str, place: Place | None, fallback: str = "document") -> str:
        """A new identifier among those of `kind`; fallback: used where nothing has a place."""
        base = f"{self.sha256[:16]}.{place.ref() if place is not None else fallback}"
        self._given[kind, base] += 1
        nth = self._given[kind, base]
        return base if nth == 1 else f"{base}-{nth}"


def printed(text: Text | None) -> str | None:
    """The text as printed; None where it is blank or there is none."""
    return text.text if text is not None and text.text.strip() else None


def place_of(*texts: Text | None) -> Place | None:
    """Place of the first text that there is; printed ones before blank ones."""
    present = [text for text in texts if text is not None]
    return next((text.place for text in present if text.text.strip()), present[0].place if present else None)
