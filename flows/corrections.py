"""Files of corrections and of verdicts at the edge: found, read strictly, told what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from flows import errors
from flows.fingerprint import digest
from flows.release.package import file_name
from flows.release.version import newest
from flows.reviews import JUDGED, Verdict, VerdictError, load_verdicts, stale_reason
from flows.settings import DataRoot, corrections_folder, reviews_folder
from normalize.correction import Correction, CorrectionError, load_corrections


def the_corrections(folder: Path | None = None) -> list[Correction]:
    """Every correction of the folder (default: the setting's). Raises Trouble (exit code 2): file, line, key, why."""
    try:
        return load_corrections(folder or corrections_folder())
    except CorrectionError as error:
        raise errors.usage(f"订正文件有误 {error}", f"not a usable file of corrections: {error}") from error


def the_verdicts(folder: Path | None = None) -> list[Verdict]:
    """Every verdict of the folder (default: the setting's). Raises Trouble (exit code 2): file, line, key, why."""
    try:
        return load_verdicts(folder or reviews_folder())
    except VerdictError as error:
        raise errors.usage(f"复核文件有误 {error}", f"not a usable file of verdicts: {error}") from error


def as_argument(corrections: Sequence[Correction]) -> list[Any]:
    """Corrections as a worker is told them."""
    return [msgspec.to_builtins(one) for one in corrections]


def fingerprint_of(corrections: Sequence[Correction]) -> str:
    """What a document's rows follow from, of its corrections; "" where it has none."""
    return digest(*(msgspec.json.encode(one, order="sorted") for one in corrections)) if corrections else ""


def stale(corrections: Sequence[Correction], root: DataRoot) -> list[dict[str, Any]]:
    """What the newest release says of these corrections where they were not applied: id, document, place, why.

    reason `not_released`: the release was made without it. Raises Trouble (exit code 2) where there is no release.
    """
    version = newest(root.releases)
    if version is None:
        raise errors.usage(f"{root.path} 中还没有发布", f"there is no release in {root.path} yet")
    try:
        known = pl.read_parquet(root.releases / version / file_name("corrections"))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise errors.data(
            f"发布 {version} 没有可读的订正表", f"release {version} has no readable table of corrections"
        ) from error
    told = {row["correction_id"]: row for row in known.iter_rows(named=True)}
    found = []
    for one in sorted(corrections, key=lambda one: one.id):
        row = told.get(one.id)
        reason = "not_released" if row is None else row["stale_reason"]
        if reason is not None:
            read = None if row is None else row["value_as_read"]
            found.append(
                {
                    "correction_id": one.id,
                    "document_sha256": one.document,
                    "place": one.place,
                    "reason": reason,
                    "expected": one.printed,
                    "read": read,
                }
            )
    return found


def stale_verdicts(verdicts: Sequence[Verdict], root: DataRoot) -> list[dict[str, Any]]:
    """The verdicts that have no effect on the newest release, and why: document, what was judged, reason, expected.

    Raises Trouble: exit code 2 where there is no release, 4 where its tables cannot be read.
    """
    version = newest(root.releases)
    if version is None:
        raise errors.usage(f"{root.path} 中还没有发布", f"there is no release in {root.path} yet")
    folder, wanted = root.releases / version, sorted({one.document_sha256 for one in verdicts})
    try:
        known = set(pl.read_parquet(folder / file_name("documents"), columns=["document_sha256"]).to_series().to_list())
        tables = {
            name: _of_documents(folder / file_name(name), columns, wanted)
            for name, columns in {**JUDGED, "findings": ("fingerprint", "evidence")}.items()
        }
    except (OSError, pl.exceptions.PolarsError) as error:
        raise errors.data(
            f"发布 {version} 的数据表不可读", f"the tables of release {version} cannot be read"
        ) from error
    found = []
    for one in sorted(verdicts, key=lambda each: each.order):
        mine = {name: rows.get(one.document_sha256, []) for name, rows in tables.items()}
        reason = "no_document" if one.document_sha256 not in known else stale_reason(one, mine)
        if reason is not None:
            found.append(
                {
                    "document_sha256": one.document_sha256,
                    "judged": one.key[1],
                    "verdict": one.verdict,
                    "reason": reason,
                    "expected": one.expects,
                }
            )
    return found


def _of_documents(path: Path, columns: tuple[str, ...], documents: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Rows of a table, these columns of these documents, by document."""
    frame = (
        pl.scan_parquet(path)
        .filter(pl.col("document_sha256").is_in(documents))
        .select("document_sha256", *columns)
        .collect()
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row["document_sha256"], []).append(row)
    return found
