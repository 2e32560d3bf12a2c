"""Withholdings in the pieces of a release."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from flows.columnar import as_frame, as_table
from normalize.code_tables import MADE
from normalize.panels.tables import PUBLISHED, table_name
from normalize.withholding import Row, Withholding, by_document, record, withhold

Frames = dict[str, pl.DataFrame]
_DOCUMENT = "document_sha256"


class Withholder:
    """Takes the passages out of every piece that has their document, and keeps account of them."""

    def __init__(self, withholdings: Sequence[Withholding]) -> None:
        self._by_document = by_document(withholdings)
        self._records: dict[str, Row] = {
            one.id: record(one, None, ()) for one in withholdings
        }  # stale until the document comes

    def __call__(self, piece: dict[str, pa.Table]) -> dict[str, pa.Table]:
        if not self._by_document:
            return piece
        concerned = sorted(set(piece["documents"][_DOCUMENT].to_pylist()) & self._by_document.keys())
        if not concerned:
            return piece
        before = {name: as_frame(table) for name, table in piece.items()}
        after = before
        for sha256 in concerned:
            after = self._of_document(after, sha256)
        return piece | {name: as_table(frame) for name, frame in after.items() if frame is not before[name]}

    def table(self) -> pl.DataFrame:
        """Table `withheld`."""
        spec = MADE["withheld"]
        rows = [self._records[name] for name in sorted(self._records)]
        return pl.DataFrame(rows, schema=spec.polars_schema(), orient="row")

    def _of_document(self, piece: Frames, sha256: str) -> Frames:
        tables = [name for name, frame in piece.items() if _DOCUMENT in frame.columns]
        mine = {name: piece[name].filter(pl.col(_DOCUMENT) == sha256) for name in tables}
        rows: dict[str, list[Row]] = {name: frame.to_dicts() for name, frame in mine.items()}
        files = [(name, table_name(PUBLISHED[name])) for name in tables]
        touched: set[str] = set()
        for one in self._by_document[sha256]:
            rows, changed = withhold(one, rows)
            touched |= set(changed or {}) | ({"documents"} if one.place == "document" else set())
            self._records[one.id] = record(one, changed, files)
        return piece | {name: _put_back(name, piece[name], mine[name], rows[name], sha256) for name in sorted(touched)}


def _put_back(name: str, frame: pl.DataFrame, mine: pl.DataFrame, rows: list[Row], sha256: str) -> pl.DataFrame:
    """The frame with the rows of the document replaced, in the order it was."""
    new = pl.DataFrame(rows, schema=mine.schema, orient="row")
    rest = frame.filter(pl.col(_DOCUMENT).ne_missing(sha256))
    spec = PUBLISHED[name]
    whole = pl.concat([rest, new])
    return whole.sort(spec.sort, nulls_last=True, maintain_order=True) if spec.sort else whole
