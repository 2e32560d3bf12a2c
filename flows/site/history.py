"""What the releases before this one said of a document: from their lists of changes, each change with its reason.

Only what changed is told, and the release that had the document first: a release in which nothing of a document
changed leaves its page as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from flows import errors
from flows.release import version as names
from flows.site.release import Release, Row
from normalize.panels.tables import PUBLISHED, table_name

MOST_VALUES: Final = 60  # changed values listed for one step
MOST_RELEASES: Final = 24  # whose changes are told; the first that has a document is looked for among all
MOST_ROWS: Final = 5000  # changes of one document in one release
CHANGES: Final = "meta_changes.parquet"
DOCUMENTS: Final = "meta_documents.parquet"
_WANTED: Final = (
    "release_from", "release_to", "of_table", "op", "reason", "document_sha256", "row_id", "column", "before", "after",
    "n_rows",
)  # fmt: skip
# tables whose rows are facts at a place: their identifiers name it
FACTS: Final = {table_name(spec): name for name, spec in PUBLISHED.items() if spec.layer == "core"}
# what a person wants to see of a changed value; the rest of a row is counted only
TELLING: Final = frozenset(
    {"printed_text", "amount_yuan", "amount_state", "total_printed", "total_yuan", "value_printed", "value_number",
     "value_yuan", "indicator_text", "goal_text", "project_name", "planned_yuan", "quantity", "text", "line_label"}
)  # fmt: skip


@dataclass
class Step:
    """From one release to the next. counts: (op, reason) → rows; values: changed values worth a line."""

    before: str
    after: str
    counts: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    values: list[Row] = field(default_factory=list)
    values_left_out: int = 0


class History:
    """The releases up to this one, oldest first, with the files that tell their changes."""

    def __init__(self, release: Release) -> None:
        versions = [str(index["version"]) for index in release.others()]
        upto = versions[: versions.index(release.version) + 1] if release.version in versions else [release.version]
        self.folders = [
            (version, release.folder if version == release.version else release.folder.parent / version)
            for version in upto
            if names.parse(version) is not None
        ]

    def of(self, shard: Sequence[str]) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
        """(document → its changes, oldest release first; document → [{version}]: the first release that has it).

        Raises Trouble (exit code 4) where a release's list of changes or documents is damaged.
        """
        changes: dict[str, list[Row]] = defaultdict(list)
        since: dict[str, list[Row]] = {}
        wanted = list(shard)
        for number, (version, folder) in enumerate(self.folders):
            path = folder / DOCUMENTS
            try:
                if path.is_file():
                    held = pl.scan_parquet(path).select("document_sha256").filter(_among(wanted)).collect()
                    for sha256 in held["document_sha256"]:
                        since.setdefault(str(sha256), [{"version": version}])
                if number >= len(self.folders) - MOST_RELEASES:
                    for row in _changes(folder / CHANGES, wanted):
                        changes[str(row["document_sha256"])].append(row)
            except (pl.exceptions.PolarsError, pa.ArrowException, OSError) as error:
                raise errors.data(
                    f"版本 {version} 的 {CHANGES} 或 {DOCUMENTS} 损坏：{folder}；请用 yujue release verify 检查",
                    f"{CHANGES} or {DOCUMENTS} of release {version} is damaged: {folder}; run yujue release verify",
                ) from error
        return changes, since


def _among(documents: list[str]) -> pl.Expr:
    return pl.col("document_sha256").is_in(documents)


def _changes(path: Any, documents: list[str]) -> list[Row]:
    if not path.is_file():
        return []
    lazy = pl.scan_parquet(path)
    if not set(_WANTED) <= set(lazy.collect_schema().names()):
        return []
    found = lazy.select(_WANTED).filter(_among(documents) & pl.col("of_table").is_in(list(FACTS))).collect()
    first = pl.int_range(pl.len()).over("document_sha256") < MOST_ROWS
    return found.filter(first).to_dicts()


def shown(column: object, text: object) -> str | None:
    """A value of `before` or `after` as a person reads it: amounts with two decimals and separators."""
    if text is None:
        return None
    said = str(text)
    if str(column).endswith("_yuan"):
        try:
            return f"{float(said):,.2f}"
        except ValueError:
            return said
    return said


def steps(rows: Sequence[Row]) -> list[Step]:
    """The steps at which facts of a document came, went or changed; rows: of `changes`, oldest release first."""
    found: dict[tuple[str, str], Step] = {}
    for row in rows:
        step = found.setdefault((row["release_from"], row["release_to"]), Step(row["release_from"], row["release_to"]))
        if row["op"] == "changed" and row["column"] not in TELLING:
            step.counts["other", str(row["reason"])] += int(row["n_rows"] or 0)
            continue
        step.counts[str(row["op"]), str(row["reason"])] += int(row["n_rows"] or 0)
        if row["row_id"] is not None and row["op"] in ("changed", "gone"):
            if len(step.values) < MOST_VALUES:
                step.values.append(row)
            else:
                step.values_left_out += 1
    return list(found.values())


def by_fact(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Identifier of a fact → its changes, oldest first."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["row_id"] is not None and (row["op"] != "changed" or row["column"] in TELLING):
            found[str(row["row_id"])].append(row)
    return found
