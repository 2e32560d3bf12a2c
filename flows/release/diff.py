"""What differs between two releases: documents, rows and values, each with a reason. Polars alone; needs no network.

Documents whose rows are the same on both sides are told by a digest of their rows and looked at no further; so four
million facts take seconds where little changed. A row whose key is another but which says the same in the same document
(a table more was read before it) is `rekeyed`, not gone and added.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from flows.release.reasons import EXTRACTOR, ORDER, of_table, of_value
from normalize.code_tables import MADE
from normalize.panels.tables import PUBLISHED, table_name
from normalize.schema import EXCERPTS
from normalize.withholding import WITHHELD

SCHEMA: Final = MADE["changes"].polars_schema()
DOCUMENT: Final = "document_sha256"
# Made of the others, or of two releases: their differences would only repeat those.
NOT_COMPARED: Final = frozenset({"changes", "panel_lineage", *EXCERPTS})
# A row is the same row where all but these are equal.
_PLACES: Final = frozenset(
    {"table_no", "row_no", "col_no", "paragraph_no", "page", "x0", "y0", "x1", "y1", "seq", "statement_seq", "places",
     "fact_ids", "pages", "suspects", "fingerprint", "lane"}
)  # fmt: skip
ROWS: Final = 200_000  # rows of changed documents that are in memory at once, those of both sides


@dataclass(frozen=True)
class Side:
    """One release on disk."""

    folder: Path

    @cached_property
    def index(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "index.json").read_text(encoding="utf-8"))
        return found

    def has(self, table: str) -> bool:
        return self.path(table).is_file()

    def path(self, table: str) -> Path:
        return self.folder / f"{table_name(PUBLISHED[table])}.parquet"

    def scan(self, table: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.path(table))

    def schema(self, table: str) -> pl.Schema:
        return pl.read_parquet_schema(self.path(table))  # type: ignore[return-value]

    def documents(self) -> set[str]:
        return set(self.scan("documents").select(DOCUMENT).collect().to_series())


def compare(before: Path, after: Path, names: tuple[str, str], tables: Collection[str] | None = None) -> pl.DataFrame:
    """Rows of table `changes`. names: of the two releases; tables: all if None.

    Raises OSError or polars' errors where a file of a release is missing or damaged.
    """
    old, new = Side(before), Side(after)
    wanted = [name for name in PUBLISHED if name not in NOT_COMPARED and (tables is None or name in tables)]
    if any(PUBLISHED[name].layer == "panel" for name in wanted):  # what the reasons of panels follow from
        wanted = list(dict.fromkeys([*wanted, "documents", "budget_lines", "projects"]))
    known, there = old.documents(), new.documents()
    replacing = _replacing(new)
    parts: list[pl.DataFrame] = []
    for name in (one for one in wanted if PUBLISHED[one].layer != "panel"):
        parts += _table(name, old, new, known, there, replacing)
    panels = [one for one in wanted if PUBLISHED[one].layer == "panel"]
    if panels:
        why = _why_of_rows(_stacked(parts), old, new)
        for name in panels:
            parts += _panel(name, old, new, why)
    found = _stacked(parts)
    if tables is not None:
        found = found.filter(pl.col("of_table").is_in([table_name(PUBLISHED[name]) for name in tables]))
    return _finished(found, names)


def _stacked(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=_PART), *parts])


_PART: Final = pl.Schema(
    {name: SCHEMA[name] for name in SCHEMA.names() if name not in ("change_id", "release_from", "release_to")}
)


def _finished(found: pl.DataFrame, names: tuple[str, str]) -> pl.DataFrame:
    """With the names of the releases, an identifier, and in the table's order."""
    identity = pl.concat_str(
        [pl.col(name).fill_null("") for name in ("of_table", "op", DOCUMENT, "row_id", "column")], separator="|"
    )
    spec = MADE["changes"]
    return (
        found.with_columns(
            pl.lit(names[0]).alias("release_from"),
            pl.lit(names[1]).alias("release_to"),
            pl.concat_str(identity, pl.lit("|"), pl.int_range(pl.len()).over(identity).cast(pl.String)).alias(
                "change_id"
            ),
        )
        .select(SCHEMA.names())
        .sort(spec.sort, nulls_last=True)
    )


def _rows(frame: pl.DataFrame, table: str, op: str, reason: str | pl.Expr, **columns: pl.Expr) -> pl.DataFrame:
    """Rows of `changes` without the names of the releases."""
    given = {
        "of_table": pl.lit(table_name(PUBLISHED[table])),
        "op": pl.lit(op),
        "reason": pl.lit(reason) if isinstance(reason, str) else reason,
        "n_rows": pl.lit(1),
        **columns,
    }
    return frame.select(given.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in _PART.items())


def _one(
    table: str, op: str, column: str | None = None, before: str | None = None, after: str | None = None
) -> pl.DataFrame:
    said = {"column": pl.lit(column), "before": pl.lit(before), "after": pl.lit(after), "n_rows": pl.lit(0)}
    return _rows(pl.DataFrame({"_": [0]}), table, op, "schema", **said)


def _replacing(new: Side) -> set[str]:
    if not new.has("revisions"):
        return set()
    return set(new.scan("revisions").filter("is_in_force").select(DOCUMENT).collect().to_series())


# -------------------------------------------------------------------------------------------------------------- tables


def _table(  # noqa: PLR0917 - two releases and what is known of their documents
    name: str, old: Side, new: Side, known: set[str], there: set[str], replacing: set[str]
) -> Iterator[pl.DataFrame]:
    if not (old.has(name) and new.has(name)):
        if old.has(name) != new.has(name):
            yield _one(name, "table_added" if new.has(name) else "table_gone")
        return
    yield from _structure(name, old, new)
    common = [column for column, dtype in new.schema(name).items() if old.schema(name).get(column) == dtype]
    if DOCUMENT not in common:
        yield from _by_row(name, old.scan(name).select(common).collect(), new.scan(name).select(common).collect())
        return
    sizes = _digests(old, name, common).join(
        _digests(new, name, common), on=DOCUMENT, how="full", suffix="_new", nulls_equal=True, coalesce=True
    )
    changed = sizes.filter(pl.col("digest").ne_missing(pl.col("digest_new")))
    whole = changed.filter(
        pl.col(DOCUMENT).is_not_null() & (pl.col(DOCUMENT).is_in(known) != pl.col(DOCUMENT).is_in(there))
    )
    gone = ~pl.col(DOCUMENT).is_in(there)
    reason = (
        pl.when(gone)
        .then(pl.lit("withdrawn"))
        .when(pl.col(DOCUMENT).is_in(replacing))
        .then(pl.lit("replaced_document"))
        .otherwise(pl.lit("new_document"))
    )
    for op, rows, size in (("added", whole.filter(~gone), "n_new"), ("gone", whole.filter(gone), "n")):
        n_rows = pl.coalesce(size, "n", "n_new")  # a correction may name a document that is in one release only
        yield _rows(rows, name, op, reason, document_sha256=pl.col(DOCUMENT), n_rows=n_rows)
    rest = changed.join(whole.select(DOCUMENT), on=DOCUMENT, how="anti", nulls_equal=True)
    if not PUBLISHED[name].key:
        n_rows = pl.max_horizontal("n", "n_new")
        yield _rows(rest, name, "changed", of_table(name), document_sha256=pl.col(DOCUMENT), n_rows=n_rows)
        return
    for some in _batches(rest):
        before, after = (_of_documents(side, name, common, some) for side in (old, new))
        yield from _by_row(name, before, after)


def _batches(sizes: pl.DataFrame) -> list[pl.DataFrame]:
    """The documents, in order, in parts of some ROWS rows on both sides together (at most one document more)."""
    ordered = sizes.sort(DOCUMENT, nulls_last=True)
    rows = pl.sum_horizontal(pl.col("n", "n_new").fill_null(0)).cast(pl.Int64).cum_sum()
    numbered = ordered.select(DOCUMENT, ((rows - 1) // ROWS).alias("_batch"))
    return numbered.partition_by("_batch", include_key=False, maintain_order=True)


def _of_documents(side: Side, name: str, columns: Sequence[str], some: pl.DataFrame) -> pl.DataFrame:
    """Rows of a table of these documents. In a table that is ordered by document, what lies outside of the first and
    the last of them is not read."""
    found = side.scan(name).select(columns)
    if not some[DOCUMENT].has_nulls():
        found = found.filter(pl.col(DOCUMENT).is_between(pl.lit(some[DOCUMENT].min()), pl.lit(some[DOCUMENT].max())))
    return found.join(some.lazy(), on=DOCUMENT, how="semi", nulls_equal=True, maintain_order="left").collect()


def _structure(name: str, old: Side, new: Side) -> Iterator[pl.DataFrame]:
    before, after = old.schema(name), new.schema(name)
    for column in sorted({*before, *after}):
        if column not in after:
            yield _one(name, "column_gone", column)
        elif column not in before:
            yield _one(name, "column_added", column)
        elif before[column] != after[column]:
            yield _one(name, "column_retyped", column, str(before[column]), str(after[column]))


def _digests(side: Side, name: str, columns: Sequence[str]) -> pl.DataFrame:
    """document_sha256, n, digest: of all rows of a document in these columns, whatever their order."""
    schema = side.schema(name)
    hashes = [_hashable(column, schema[column]).hash(number) for number, column in enumerate(columns)]
    row = pl.sum_horizontal(hashes).hash(7)
    return (
        side.scan(name)
        .select(DOCUMENT, row.alias("digest"))
        .group_by(DOCUMENT)
        .agg(pl.len().cast(pl.Int32).alias("n"), pl.col("digest").sum())
        .collect(engine="streaming")
    )


def _hashable(column: str, dtype: Any) -> pl.Expr:
    if isinstance(dtype, pl.List):
        return pl.col(column).cast(pl.List(pl.String)).list.join("\x1f", ignore_nulls=True)
    return pl.col(column)


def _text(column: str, dtype: Any) -> pl.Expr:
    """A value as `before` and `after` have it."""
    if isinstance(dtype, pl.List):
        joined = pl.col(column).cast(pl.List(pl.String)).list.join("; ", ignore_nulls=True)
        return pl.format("[{}]", joined)
    return pl.col(column).cast(pl.String)


def _unsaid(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """The value before, unless a passage of it is withheld now: the list of changes must not say it again."""
    now = after.str.contains(WITHHELD, literal=True).fill_null(False)
    then = before.str.contains(WITHHELD, literal=True).fill_null(False)
    return pl.when(now & ~then).then(pl.lit(WITHHELD)).otherwise(before)


# ---------------------------------------------------------------------------------------------------------------- rows


def _by_row(name: str, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rows that came, went, have another key, or other values."""
    spec, schema = PUBLISHED[name], after.schema
    key = pl.concat_str([pl.col(column).cast(pl.String).fill_null("") for column in spec.key], separator="|")
    document = pl.col(DOCUMENT) if DOCUMENT in schema else pl.lit(None, pl.String)
    old = before.with_columns(key.alias("_key"), document.alias("_document"))
    new = after.with_columns(key.alias("_key"), document.alias("_document"))
    reason = of_table(name)
    gone, added = old.join(new, on="_key", how="anti"), new.join(old, on="_key", how="anti")
    moved = _moved(spec.key, gone, added)
    said = {DOCUMENT: pl.col("_document")}
    yield _rows(
        moved,
        name,
        "rekeyed",
        reason,
        row_id=pl.col("_key_new"),
        before=pl.col("_key"),
        after=pl.col("_key_new"),
        **said,
    )
    yield _rows(gone.join(moved, on="_key", how="anti"), name, "gone", reason, row_id=pl.col("_key"), **said)
    still = added.join(moved.select(pl.col("_key_new").alias("_key")), on="_key", how="anti")
    yield _rows(still, name, "added", reason, row_id=pl.col("_key"), **said)
    columns = [column for column in schema if column not in spec.key]
    both = old.join(new, on="_key", how="inner", suffix="_new")
    corrected = (
        pl.col("correction_ids").ne_missing(pl.col("correction_ids_new"))
        if "correction_ids" in columns
        else pl.lit(False)
    )
    for column in columns:
        differs = both.filter(pl.col(column).ne_missing(pl.col(f"{column}_new")))
        if differs.height:
            told = differs.select(
                pl.col("_key").alias("row_id"),
                pl.col("_document"),
                corrected.alias("_corrected"),
                _unsaid(_text(column, schema[column]), _text(f"{column}_new", schema[column])).alias("before"),
                _text(f"{column}_new", schema[column]).alias("after"),
            )
            yield _rows(
                told, name, "changed", of_value(name, column, is_corrected=pl.col("_corrected")), **said,
                row_id=pl.col("row_id"), column=pl.lit(column), before=pl.col("before"), after=pl.col("after"),
            )  # fmt: skip


def _moved(key: Sequence[str], gone: pl.DataFrame, added: pl.DataFrame) -> pl.DataFrame:
    """_document, _key, _key_new of rows that say the same in the same document under another key; the k-th of several
    equal ones on one side is the k-th on the other, in the table's order, and only where there are as many."""
    if not gone.height or not added.height or DOCUMENT not in gone.columns:
        return pl.DataFrame(schema={"_document": pl.String(), "_key": pl.String(), "_key_new": pl.String()})
    same = [
        column for column in gone.columns
        if column not in _PLACES and column not in key and not column.startswith("_") and not column.endswith("_id")
    ]  # fmt: skip
    digest = pl.sum_horizontal(
        [_hashable(column, gone.schema[column]).hash(number) for number, column in enumerate(same)]
    ).alias("_digest")
    sides = []
    for frame in (gone, added):
        told = frame.select("_document", "_key", digest)
        counted = told.with_columns(
            pl.int_range(pl.len()).over("_document", "_digest").alias("_nth"),
            pl.len().over("_document", "_digest").alias("_of"),
        )
        sides.append(counted)
    return (
        sides[0]
        .join(sides[1], on=["_document", "_digest", "_nth", "_of"], suffix="_new")
        .select("_document", "_key", "_key_new")
    )


# -------------------------------------------------------------------------------------------------------------- panels


def _why_of_rows(changes: pl.DataFrame, old: Side, new: Side) -> pl.DataFrame:
    """org_id, county_code, fiscal_year → reason: of what changed in the documents of an organisation and year."""
    order = {reason: number for number, reason in enumerate(ORDER)}
    of_documents = (
        changes.filter(pl.col(DOCUMENT).is_not_null() & (pl.col("op") != "column_added"))
        .select(DOCUMENT, pl.col("reason").replace_strict(order, return_dtype=pl.Int32).alias("_order"))
        .group_by(DOCUMENT)
        .agg(pl.col("_order").min())
    )
    said = pl.concat(
        [
            side.scan("disclosures").select(DOCUMENT, "org_id", "county_code", "fiscal_year").collect()
            for side in (old, new)
        ]
    )
    return said.join(of_documents, on=DOCUMENT).drop(DOCUMENT)


def _panel(name: str, old: Side, new: Side, why: pl.DataFrame) -> Iterator[pl.DataFrame]:
    if not (old.has(name) and new.has(name)):
        if old.has(name) != new.has(name):
            yield _one(name, "table_added" if new.has(name) else "table_gone")
        return
    yield from _structure(name, old, new)
    common = [column for column, dtype in new.schema(name).items() if old.schema(name).get(column) == dtype]
    before, after = (side.scan(name).select(common).collect() for side in (old, new))
    if before.equals(after):
        return
    who = "org_id" if "org_id" in common else "county_code"
    told = why.group_by(who, "fiscal_year").agg(pl.col("_order").min())
    spec = PUBLISHED[name]
    key = pl.concat_str([pl.col(column).cast(pl.String).fill_null("") for column in spec.key], separator="|")
    rows = pl.concat([frame.select(key.alias("row_id"), who, "fiscal_year") for frame in (before, after)])
    reasons = rows.unique("row_id").join(told, on=[who, "fiscal_year"], how="left")
    names = dict(enumerate(ORDER))
    for part in _by_row(name, before, after):
        if part.height:
            known = part.join(reasons.select("row_id", "_order"), on="row_id", how="left", maintain_order="left")
            reason = pl.col("_order").replace_strict(names, default=EXTRACTOR, return_dtype=pl.String)
            yield known.with_columns(reason.alias("reason")).select(list(_PART))
