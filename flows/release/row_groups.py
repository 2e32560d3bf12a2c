"""How the rows of a table are cut into the row groups of its file. The same rows give the same groups, however they
come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

BLOCK: Final = 8_192  # rows that are put together at a time
_DOCUMENT: Final = "document_sha256"


class RowGroups(Protocol):
    def add(self, table: pa.Table) -> Iterator[pa.Table]:
        """Take rows in, in the table's order; the groups that are whole with them."""

    def rest(self) -> Iterator[pa.Table]:
        """The last group, which may be shorter, if any row is left."""


class ByRows:
    """Groups of the same number of rows, a multiple of BLOCK: for who reads columns of many documents."""

    def __init__(self, schema: pa.Schema, rows: int) -> None:
        self._rows = rows
        self._blocks: list[pa.Table] = []  # each of BLOCK rows
        self._left = schema.empty_table()  # fewer than that

    def add(self, table: pa.Table) -> Iterator[pa.Table]:
        whole = pa.concat_tables([self._left, table])
        end = whole.num_rows // BLOCK * BLOCK
        for start in range(0, end, BLOCK):
            self._blocks.append(own(whole.slice(start, BLOCK)))
            if len(self._blocks) * BLOCK == self._rows:
                yield self._taken()
        self._left = own(whole.slice(end))

    def rest(self) -> Iterator[pa.Table]:
        if self._left.num_rows:
            self._blocks.append(self._left)
            self._left = self._left.slice(0, 0)
        if self._blocks:
            yield self._taken()

    def _taken(self) -> pa.Table:
        blocks, self._blocks = self._blocks, []
        return pa.concat_tables(blocks)


class ByDocument:
    """Groups of whole documents, of at most `rows` rows unless one document has more: for who reads one document.

    A group ends before the document that would bring it above `rows`, so that no document is in two groups.
    """

    def __init__(self, schema: pa.Schema, rows: int) -> None:
        self._rows = rows
        self._left = schema.empty_table()  # the group that is being filled

    def add(self, table: pa.Table) -> Iterator[pa.Table]:
        whole = pa.concat_tables([self._left, table])
        start = end = 0  # of the documents that are taken into the group
        for upto in _ends(whole):  # the last document may go on; it is never ended here
            if upto - start > self._rows and end > start:
                yield whole.slice(start, end - start)
                start = end
            end = upto
        self._left = own(whole.slice(start))

    def rest(self) -> Iterator[pa.Table]:
        if self._left.num_rows:
            yield self._left
            self._left = self._left.slice(0, 0)


def _ends(table: pa.Table) -> list[int]:
    """The row after the last row of every document."""
    documents = pl.Series(_DOCUMENT, table.column(_DOCUMENT))
    return documents.rle().struct.field("len").cast(pl.Int64).cum_sum().to_list()


def own(part: pa.Table) -> pa.Table:
    """The rows with buffers of their own: what they were cut from need not stay in memory."""
    columns = [pa.concat_arrays(column.chunks) if column.num_chunks else column for column in part.columns]
    return pa.table(columns, part.schema)
