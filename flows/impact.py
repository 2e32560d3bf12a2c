"""What a release would gain, lose and change: rows of every table of facts, and findings, told apart by reason.

Compared are a published release (`ReleaseSide`) and either another one or the results a next one would follow from
(`ResultsSide`), a shard of documents at a time. A row keeps its name (`fact_id` …) as long as it keeps its place in the
document; what only has another place now (a table more before it) is found again by what it says and is `altered` by
reason `place`, not lost and gained.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
import polars as pl

from flows.release.package import file_name
from flows.stage import FAILURES, Plan, shards
from flows.store import unpack_tables
from normalize.schema import TABLES, Row, to_frame

Frames = dict[str, pl.DataFrame]

FACTS: Final = tuple(name for name, spec in TABLES.items() if spec.layer == "core" and len(spec.key) == 1)
STANDINGS: Final = "standings"  # of_table, fact_id, document_sha256, standing …: made with the findings
COMPARED: Final = tuple(name for name in (*FACTS, "findings", "issues", "documents", STANDINGS) if name in TABLES)
SHARD: Final = 200  # documents whose rows are in memory on both sides
MOST_DOCUMENTS: Final = 500  # in the JSON; the Parquet files have them all


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PLACE: Final = _words("page table_no row_no col_no paragraph_no x0 y0 x1 y1 fact_ids places pages lane seq")
METHOD: Final = _words("extract_method confidence")
# The first group a changed column belongs to is the reason; what is in none is its meaning (`key`).
REASONS: Final[dict[str, frozenset[str]]] = {
    "correction": _words("correction_ids"),
    "value": _words(
        "printed_text amount_state amount_yuan amount_fen value_printed value_number value_max value_yuan value_state "
        "total_printed total_yuan total_fen total_state fiscal_printed fiscal_yuan fiscal_state other_printed "
        "other_yuan other_state state planned_yuan planned_share quantity quantity_printed quantity_state "
        "amount_printed unit_price_printed comparator comparator_code text goal_text definition phrase"
    ),
    "unit": _words("unit unit_printed unit_source unit_basis unit_inferred resolution_yuan value_unit"),
    "publisher": _words("county_code org_id org_name disclosure_id entity_level fiscal_year stage"),
}

CHANGES: Final = {
    "table": pl.String(),
    "row_id": pl.String(),
    "document_sha256": pl.String(),
    "change": pl.String(),
    "reason": pl.String(),
    "columns": pl.List(pl.String()),
    "before": pl.String(),
    "after": pl.String(),
}
MOVES: Final = {
    "finding_id": pl.String(),
    "check_id": pl.String(),
    "document_sha256": pl.String(),
    "subject": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
    "reason": pl.String(),
}
STANDS: Final = {
    "of_table": pl.String(),
    "fact_id": pl.String(),
    "document_sha256": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
    "reason": pl.String(),
}


class Side(Protocol):
    """One of the two things compared."""

    def documents(self) -> list[str]: ...

    def frames(self, documents: Sequence[str]) -> Frames:
        """The rows of these documents, of every table of COMPARED, typed as the contract says."""
        ...


@dataclass(frozen=True)
class ReleaseSide:
    """A release on disk. A table or column it does not have (an older schema) is empty, or NULL."""

    folder: Path

    def documents(self) -> list[str]:
        return sorted(pl.read_parquet(self.folder / file_name("documents"), columns=["document_sha256"]).to_series())

    def frames(self, documents: Sequence[str]) -> Frames:
        return {name: self._frame(name, documents) for name in COMPARED}

    def _frame(self, name: str, documents: Sequence[str]) -> pl.DataFrame:
        path, schema = self.folder / file_name(name), TABLES[name].polars_schema()
        if not path.is_file():
            return pl.DataFrame(schema=schema)
        found = pl.scan_parquet(path).filter(pl.col("document_sha256").is_in(list(documents))).collect()
        return found.select(
            (pl.col(column) if column in found.columns else pl.lit(None)).cast(dtype).alias(column)
            for column, dtype in schema.items()
        )


@dataclass(frozen=True)
class ResultsSide:
    """The stages facts and check: what a release would be made from."""

    facts: Plan
    checks: Plan

    def documents(self) -> list[str]:
        return sorted(self.facts.works)

    def frames(self, documents: Sequence[str]) -> Frames:
        rows: dict[str, list[Row]] = {name: [] for name in COMPARED}
        for sha256 in documents:
            for stage in (self.facts, self.checks):
                if sha256 not in stage.works:
                    continue
                for name, found in stage.load(sha256, unpack_tables).items():
                    if name in rows:
                        rows[name] += found
        return {name: to_frame(name, found) for name, found in rows.items()}


@dataclass
class Impact:
    """rows: one per row of a table of facts that was gained, lost or altered (CHANGES). findings: one per finding that
    came, went, or has another outcome or other amounts (MOVES); `before` and `after` are outcomes. standings: one per
    fact that has another standing (STANDS), or that one side has not judged."""

    before: str | None
    documents: int = 0
    rows: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CHANGES))
    findings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MOVES))
    standings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STANDS))

    @property
    def is_empty(self) -> bool:
        return self.rows.is_empty() and self.findings.is_empty() and self.standings.is_empty()

    def as_data(self) -> dict[str, Any]:
        """Counts for a report: by table and change, by reason, by document (the most changed first), moves."""
        by_document = self.by_document()
        return {
            "against": self.before,
            "documents_compared": self.documents,
            "documents_changed": by_document.height,
            "facts": {change: self._count(change) for change in ("gained", "lost", "altered")},
            "by_table": _nested(self.rows, "table", "change"),
            "by_reason": _nested(self.rows, "change", "reason"),
            "findings": _steps(self.findings),
            "standings": _steps(self.standings),
            "findings_by_check": _nested(self.findings, "check_id", "reason"),
            "by_document": by_document.head(MOST_DOCUMENTS).to_dicts(),
            "documents_left_out": max(0, by_document.height - MOST_DOCUMENTS),
        }

    def by_document(self) -> pl.DataFrame:
        """document_sha256, gained, lost, altered, findings_moved, standings_moved, reasons; the most changed first."""
        said = self.rows.group_by("document_sha256").agg(
            *((pl.col("change") == change).sum().alias(change) for change in ("gained", "lost", "altered")),
            pl.col("reason").unique().sort().alias("reasons"),
        )
        moved = self.findings.group_by("document_sha256").agg(
            pl.len().alias("findings_moved"), pl.col("reason").unique().sort().alias("why_moved")
        )
        stand = self.standings.group_by("document_sha256").agg(pl.len().alias("standings_moved"))
        joined = said.join(moved, on="document_sha256", how="full", coalesce=True)
        joined = joined.join(stand, on="document_sha256", how="full", coalesce=True)
        names = ("gained", "lost", "altered", "findings_moved", "standings_moved")
        counts = [pl.col(name).fill_null(0) for name in names]
        reasons = pl.concat_list(pl.col("reasons").fill_null([]), pl.col("why_moved").fill_null([]))
        return (
            joined.select("document_sha256", *counts, reasons.list.unique().list.sort().alias("reasons"))
            .with_columns((pl.col("lost") * 4 + pl.col("altered") * 2 + pl.col("gained")).alias("_weight"))
            .sort(["_weight", "findings_moved", "document_sha256"], descending=[True, True, False])
            .drop("_weight")
        )

    def _count(self, change: str) -> int:
        return int((self.rows["change"] == change).sum())


def compare(before: Side | None, after: Side, documents: Collection[str], name: str | None = None) -> Impact:
    """The impact on these documents. before: None where there is no release yet (everything is gained)."""
    impact = Impact(name)
    known = set() if before is None else set(before.documents())
    there = set(after.documents())
    wanted = sorted((known | there) & set(documents))
    rows, findings, standings = [impact.rows], [impact.findings], [impact.standings]
    for shard in shards(wanted, SHARD):
        old = before.frames(shard) if before is not None else {n: to_frame(n, []) for n in COMPARED}
        new = after.frames(shard)
        absent = _why_absent(shard, known, there, old["issues"], new["issues"])
        for table in FACTS:
            rows += _row_changes(table, old[table], new[table], absent)
        findings.append(_moves(old["findings"], new["findings"], absent))
        if STANDINGS in old:
            standings.append(_stands(old[STANDINGS], new[STANDINGS], absent))
    impact.documents = len(wanted)
    impact.rows = pl.concat(rows).sort("document_sha256", "table", "row_id", "change", maintain_order=True)
    impact.findings = pl.concat(findings).sort("document_sha256", "finding_id")
    impact.standings = pl.concat(standings).sort("document_sha256", "of_table", "fact_id")
    return impact


def _why_absent(
    shard: Sequence[str], known: set[str], there: set[str], old: pl.DataFrame, new: pl.DataFrame
) -> pl.DataFrame:
    """For each document: why rows of it are `lost` or `gained` as a whole, where that is known."""
    failed_before = set(old.filter(pl.col("code").is_in(FAILURES))["document_sha256"])
    fails_now = set(new.filter(pl.col("code").is_in(FAILURES))["document_sha256"])
    return pl.DataFrame(
        {
            "document_sha256": list(shard),
            "lost_reason": [
                "document_absent" if one not in there else "document_fails" if one in fails_now else "not_read_any_more"
                for one in shard
            ],
            "gained_reason": [
                "document_new" if one not in known else "document_healed" if one in failed_before else "read_now"
                for one in shard
            ],
        },
        schema={"document_sha256": pl.String(), "lost_reason": pl.String(), "gained_reason": pl.String()},
    )


def _row_changes(table: str, old: pl.DataFrame, new: pl.DataFrame, absent: pl.DataFrame) -> Iterator[pl.DataFrame]:
    key = TABLES[table].key[0]
    old, new = _comparable(old), _comparable(new)
    columns = [name for name in old.columns if name not in (key, "document_sha256")]
    both = old.join(new, on=key, how="inner", suffix="_new")
    yield _altered(table, key, columns, both.with_columns(pl.col(key).alias("row_id")))

    lost, gained = old.join(new, on=key, how="anti"), new.join(old, on=key, how="anti")
    said = [name for name in columns if name not in PLACE | METHOD and not name.endswith("_id")]
    same = ["document_sha256", *said]
    lost = lost.with_columns(pl.int_range(pl.len()).over(same).alias("_nth"))
    gained = gained.with_columns(pl.int_range(pl.len()).over(same).alias("_nth"))
    elsewhere = lost.join(gained, on=[*same, "_nth"], how="inner", suffix="_new", nulls_equal=True)
    others = [name for name in columns if name not in said]
    yield _altered(table, key, others, elsewhere.with_columns(pl.col(f"{key}_new").alias("row_id")), moved=True)
    for change, frame, found in (
        ("lost", lost, elsewhere[key]),
        ("gained", gained, elsewhere[f"{key}_new"] if elsewhere.height else elsewhere[key]),
    ):
        left = frame.filter(~pl.col(key).is_in(found.to_list())).join(absent, on="document_sha256", how="left")
        shown = _shown(left, [name for name in said if name in REASONS["value"]])
        nothing = pl.lit(None, dtype=pl.String())
        yield left.select(
            pl.lit(table).alias("table"),
            pl.col(key).alias("row_id"),
            "document_sha256",
            pl.lit(change).alias("change"),
            pl.col(f"{change}_reason").alias("reason"),
            pl.lit(None, dtype=pl.List(pl.String())).alias("columns"),
            (shown if change == "lost" else nothing).alias("before"),
            (shown if change == "gained" else nothing).alias("after"),
        )


def _comparable(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as texts, so that rows can be joined and compared on them."""
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    return frame.with_columns(pl.col(name).cast(pl.List(pl.String())).list.join("\x1f") for name in lists)


def _altered(table: str, key: str, columns: list[str], both: pl.DataFrame, *, moved: bool = False) -> pl.DataFrame:
    """Rows on both sides whose columns differ; `moved`: found again in another place, whatever else is the same."""
    flags = [pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in columns]
    if not flags or both.is_empty():
        return pl.DataFrame(schema=CHANGES)
    hit = both if moved else both.filter(pl.any_horizontal(flags))
    if hit.is_empty():
        return pl.DataFrame(schema=CHANGES)
    changed = hit.select(flag.alias(name) for name, flag in zip(columns, flags, strict=True)).to_dicts()
    rows = []
    for row, differs in zip(hit.iter_rows(named=True), changed, strict=True):
        names = [name for name in columns if differs[name]]
        rows.append(
            {
                "table": table,
                "row_id": row["row_id"],
                "document_sha256": row["document_sha256"],
                "change": "altered",
                "reason": "place" if moved else _reason(names),
                "columns": names,
                "before": _json({name: row[name] for name in names if name not in PLACE}),
                "after": _json({name: row[f"{name}_new"] for name in names if name not in PLACE}),
            }
        )
    return pl.DataFrame(rows, schema=CHANGES)


def _reason(columns: Sequence[str]) -> str:
    changed = set(columns)
    for reason, members in REASONS.items():
        if changed & members:
            return reason
    if changed <= PLACE:
        return "place"
    return "method" if changed <= PLACE | METHOD else "key"


def _moves(old: pl.DataFrame, new: pl.DataFrame, absent: pl.DataFrame) -> pl.DataFrame:
    wanted = ["finding_id", "check_id", "document_sha256", "subject", "outcome", "left_yuan", "right_yuan"]
    joined = old.select(wanted).join(new.select(wanted), on="finding_id", how="full", suffix="_new", coalesce=True)
    joined = joined.with_columns(
        pl.coalesce(name, f"{name}_new").alias(name) for name in ("check_id", "document_sha256", "subject")
    ).join(absent, on="document_sha256", how="left")
    outcome = pl.col("outcome").ne_missing(pl.col("outcome_new"))
    amounts = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in ("left_yuan", "right_yuan"))
    reason = (
        pl.when(pl.col("outcome").is_null())
        .then(pl.when(pl.col("gained_reason") == "read_now").then(pl.lit("appeared")).otherwise("gained_reason"))
        .when(pl.col("outcome_new").is_null())
        .then(pl.when(pl.col("lost_reason") == "not_read_any_more").then(pl.lit("vanished")).otherwise("lost_reason"))
        .when(outcome)
        .then(pl.lit("outcome"))
        .otherwise(pl.lit("amounts"))
    )
    return joined.filter(outcome | amounts).select(
        "finding_id",
        "check_id",
        "document_sha256",
        "subject",
        pl.col("outcome").alias("before"),
        pl.col("outcome_new").alias("after"),
        reason.alias("reason"),
    )


def _stands(old: pl.DataFrame, new: pl.DataFrame, absent: pl.DataFrame) -> pl.DataFrame:
    key, wanted = ["of_table", "fact_id"], ["of_table", "fact_id", "document_sha256", "standing"]
    joined = old.select(wanted).join(new.select(wanted), on=key, how="full", suffix="_new", coalesce=True)
    joined = joined.with_columns(pl.coalesce("document_sha256", "document_sha256_new").alias("document_sha256"))
    return (
        joined.filter(pl.col("standing").ne_missing(pl.col("standing_new")))
        .join(absent, on="document_sha256", how="left")
        .select(
            *key,
            "document_sha256",
            pl.col("standing").alias("before"),
            pl.col("standing_new").alias("after"),
            pl.when(pl.col("standing").is_null())
            .then("gained_reason")
            .when(pl.col("standing_new").is_null())
            .then("lost_reason")
            .otherwise(pl.lit("standing"))
            .alias("reason"),
        )
    )


def _steps(moves: pl.DataFrame) -> dict[str, int]:
    """`before→after` → how many."""
    counted = moves.group_by("before", "after").len().sort("before", "after")
    return {f"{row['before'] or '-'}→{row['after'] or '-'}": row["len"] for row in counted.iter_rows(named=True)}


def _shown(frame: pl.DataFrame, columns: list[str]) -> pl.Series:
    """The values of each row as JSON, without what is NULL."""
    if not columns:
        return pl.Series([None] * frame.height, dtype=pl.String())
    rows = frame.select(columns).iter_rows(named=True)
    texts = [_json({name: value for name, value in row.items() if value is not None}) for row in rows]
    return pl.Series(texts, dtype=pl.String())


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _nested(frame: pl.DataFrame, outer: str, inner: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in frame.group_by(outer, inner).len().sort(outer, inner, nulls_last=True).iter_rows(named=True):
        found.setdefault(str(row[outer]), {})[str(row[inner])] = row["len"]
    return found
