"""The tables of a release while it is made. Large ones go to their files piece by piece and are read back in parts;
small ones, and those that can only be known over all documents, are frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from flows.columnar import as_frame, as_table
from flows.release.checks.v06_keys import refuse_repeated
from flows.release.package import TableWriter, file_name
from normalize.panels.tables import PUBLISHED
from normalize.schema import EXCERPTS, TABLES

Frames = dict[str, pl.DataFrame]
Piece = dict[str, pa.Table]
Beside = Callable[[Piece], Piece]

# Changed or filled once all documents are known, or small enough, or not in the order of the documents.
_AS_FRAMES: Final = frozenset({
    "documents", "disclosures", "org_aliases", "statements", "org_units", "assets", "procurement", "issues",
    "corrections", "revisions", "revision_cells", "coverage",
})  # fmt: skip
_DOCUMENT: Final = "document_sha256"
WRITERS: Final = 2  # tables written at a time; each has one writer, so that its rows stay in order


def streamed() -> tuple[str, ...]:
    """Tables written as they come: those that are ordered by document."""
    return tuple(name for name, spec in TABLES.items() if spec.sort[:1] == (_DOCUMENT,) and name not in _AS_FRAMES)


def as_is(piece: Piece) -> Piece:
    return piece


class Draft:
    """frames: tables as they are; rows: table → number of rows; what is in neither is not made yet."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder = folder
        self.version = version
        self.frames: Frames = {}
        self.rows: dict[str, int] = {}

    def fill(self, pieces: Iterable[Piece], *, beside: Beside = as_is) -> None:
        """Take every piece in, in order. beside: what is added to the rows of a piece (each has whole documents).

        Raises SchemaError where a key occurs in two pieces.
        """
        names = streamed()
        writers = {name: TableWriter(name, self.folder / file_name(name), self.version) for name in (*names, *EXCERPTS)}
        kept: dict[str, list[pa.Table]] = {name: [] for name in TABLES if name not in names}
        try:
            with ThreadPoolExecutor(WRITERS) as pool:  # the next piece is made meanwhile
                waiting: list[Future[None]] = []
                for piece in pieces:
                    made = beside(piece)
                    for done in waiting:
                        done.result()
                    for name, of in EXCERPTS.items():
                        made[name] = made[of].select(list(PUBLISHED[name].names()))
                    waiting = [pool.submit(writer.write, made[name]) for name, writer in writers.items()]
                    for name, tables in kept.items():
                        tables.append(made[name].combine_chunks())
                for done in waiting:
                    done.result()
                for done in [pool.submit(writer.close) for writer in writers.values()]:
                    done.result()
        finally:
            for writer in writers.values():
                writer.give_up()
        self.rows = {name: writer.rows for name, writer in writers.items()}
        pa.default_memory_pool().release_unused()  # what comes next lives in the memory of Polars
        for name in names:
            self._refuse_repeated(name)
        for name, tables in kept.items():
            empty = as_table(pl.DataFrame(schema=PUBLISHED[name].polars_schema()))
            self.put(name, whole_table(name, [as_frame(pa.concat_tables([empty, *tables]))]))

    def put(self, name: str, frame: pl.DataFrame) -> None:
        self.frames[name], self.rows[name] = frame, frame.height

    def lazy(self, name: str) -> pl.LazyFrame:
        """The table, from memory or from its file."""
        return self.frames[name].lazy() if name in self.frames else pl.scan_parquet(self.folder / file_name(name))

    def some(self, name: str, *conditions: pl.Expr, columns: Iterable[str] | None = None) -> pl.DataFrame:
        """Rows and columns of a table."""
        found = self.lazy(name)
        if conditions:
            found = found.filter(*conditions)
        return (found if columns is None else found.select(list(columns))).collect()

    def _refuse_repeated(self, name: str) -> None:
        """Digests of the keys first: four million keys as texts would be half a gigabyte."""
        spec = PUBLISHED[name]
        if not spec.key or not self.rows[name]:
            return
        digests = self.lazy(name).select(pl.struct(spec.key).hash().alias("_key")).collect(engine="streaming")["_key"]
        if digests.n_unique() < len(digests):
            twice = digests.filter(digests.is_duplicated()).unique()
            same = self.lazy(name).filter(pl.struct(spec.key).hash().is_in(twice.implode()))
            refuse_repeated(spec, same.select(list(dict.fromkeys((*spec.key, _DOCUMENT)))).collect())


def whole_table(name: str, pieces: list[pl.DataFrame]) -> pl.DataFrame:
    """Frames of table `name`, joined and in the table's order. Raises SchemaError where a key occurs twice."""
    spec = TABLES[name]
    frame = pl.concat(pieces, how="vertical")
    if spec.sort:
        frame = frame.sort(spec.sort, nulls_last=True, maintain_order=True)
    if spec.key and "document_sha256" in frame.columns:
        refuse_repeated(spec, frame)
    return frame
