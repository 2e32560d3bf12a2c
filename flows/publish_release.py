"""Facts and findings → an immutable release, if what it follows from differs from the newest one.

Built aside, renamed when whole, and `latest` moved last: a night that fails leaves the good release as it was.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from crawl.schema import Body
from flows import errors
from flows.checks import catalogue
from flows.corrections import fingerprint_of
from flows.coverage import with_coverage
from flows.fingerprint import digest, stage_code
from flows.release.build import Unreached, build, whole_table
from flows.release.package import file_name
from flows.release.version import (
    SCHEMA_VERSION,
    STAGING,
    index_of,
    newest,
    next_version,
    point_latest_at,
    remove_debris,
)
from flows.revisions import with_lost_corrections, with_revisions
from flows.settings import DataRoot
from flows.stage import FAILURES, Plan, Progress, quiet, shards
from flows.store import sync_folder, unpack_tables
from normalize.correction import Correction
from normalize.coverage import Sought
from normalize.panels.build import build_panels
from normalize.revision import same_url
from normalize.schema import TABLES, Row, SchemaError, to_frame

SHARD = 500  # documents whose rows are in memory as rows; the tables as a whole only as columns


@dataclass(frozen=True)
class Published:
    """The release that holds after the night. is_new: made by this night."""

    version: str
    folder: Path
    is_new: bool
    index: dict[str, Any]


def publish_release(
    facts: Plan,
    checks: Plan,
    unreached: Sequence[Unreached],
    *,
    root: DataRoot,
    now: dt.datetime,
    progress: Progress = quiet,
    bodies: Sequence[Body] = (),
    corrections: Sequence[Correction] = (),
    looked: Sequence[Sought] = (),
) -> Published:
    """Publish, or return the newest release if it already holds exactly this.

    bodies: what each address gave, as the ledger has it (`revisions` follow from it). corrections: all there are.
    looked: how each source was looked at (`coverage` follows from it).
    Raises Trouble (exit code 4) naming table, column, rows and document where rows break the contract.
    """
    inputs = release_inputs(facts, checks, unreached, bodies, corrections, looked)
    root.releases.mkdir(parents=True, exist_ok=True)
    remove_debris(root.releases)
    previous = newest(root.releases)
    if previous is not None:
        index = index_of(root.releases, previous)
        if index is not None and index.get("inputs") == inputs:
            point_latest_at(root.releases, previous)  # the night that made it may have been killed before this
            return Published(previous, root.releases / previous, False, index)
    try:
        tables = load_tables(facts, checks, unreached, progress)
        tables = with_lost_corrections(with_revisions(tables, bodies), corrections)
        tables = with_coverage(tables, unreached, looked)
        tables |= build_panels(tables)
    except SchemaError as error:
        raise errors.data(
            f"发布中止，数据不符合表结构：{error}", f"no release: rows break the contract: {error}"
        ) from error
    if previous is not None:
        refuse_lost_facts(root.releases / previous, tables)
    version = next_version(root.releases, now)
    staging = Path(tempfile.mkdtemp(prefix=f"{STAGING}{version}-", dir=root.releases))
    try:
        index = build(staging, version, tables, list(unreached), inputs=inputs, previous=previous, checks=catalogue())
        seal(staging, root.releases / version)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    point_latest_at(root.releases, version)
    return Published(version, root.releases / version, True, index)


def refuse_lost_facts(previous: Path, tables: dict[str, pl.DataFrame]) -> None:
    """A failed night never replaces a good release: raise Trouble (exit code 4) where one of our own failures took all
    facts from a document that had some in the previous release. A document that is new may fail without that."""
    try:
        before = pl.read_parquet(previous / file_name("disclosures"), columns=["document_sha256", "n_facts"])
    except (OSError, pl.exceptions.PolarsError):
        return  # a damaged previous release is no measure
    failed = tables["issues"].filter(pl.col("code").is_in(FAILURES))
    lost = (
        tables["disclosures"]
        .filter(pl.col("n_facts") == 0)
        .join(before.filter(pl.col("n_facts") > 0), on="document_sha256", how="semi")
        .join(failed, on="document_sha256", how="inner")
        .sort("document_sha256")
    )
    if lost.height:
        first = lost.row(0, named=True)
        raise errors.data(
            f"发布中止：{lost.height} 个文件因我们自己的故障失去全部数据，如 "
            f"{first['document_sha256'][:16]}：{first['message_zh']}",
            f"no release: failures of ours took the facts of {lost.height} documents, such as "
            f"{first['document_sha256'][:16]}: {first['message_en']}",
        )


def release_inputs(  # noqa: PLR0917 - everything a release follows from
    facts: Plan,
    checks: Plan,
    unreached: Sequence[Unreached],
    bodies: Sequence[Body] = (),
    corrections: Sequence[Correction] = (),
    looked: Sequence[Sought] = (),
) -> str:
    """Fingerprint of everything the release follows from: results of each document, what was not found, our code."""
    made, checked = facts.results(), checks.results()
    return digest(
        "release",
        stage_code("release"),
        SCHEMA_VERSION,
        *(f"{sha256} {fingerprint} {checked[sha256]}" for sha256, fingerprint in sorted(made.items())),
        *(f"{one.source_id} {one.url} {one.outcome} {one.link_text} {one.notice_text}" for one in unreached),
        *(f"{one.old} {one.new} {one.is_in_force}" for one in same_url(bodies)),
        *(repr(one) for one in sorted(looked, key=lambda each: each.source_id)),
        fingerprint_of([one for one in corrections if one.document not in made]),  # the others are in the facts
    )


def load_tables(
    facts: Plan, checks: Plan, unreached: Sequence[Unreached], progress: Progress = quiet
) -> dict[str, pl.DataFrame]:
    """Every table of the contract over all documents, checked and in order. Raises SchemaError."""
    documents = sorted(facts.works)
    pieces: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    done = 0
    progress("release", 0, len(documents))
    for shard in shards(documents, SHARD):
        rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        for sha256 in shard:
            for stage in (facts, checks):
                for name, found in stage.load(sha256, unpack_tables).items():
                    rows[name] += found
        for name, found in rows.items():
            pieces[name].append(to_frame(name, found))
        done += len(shard)
        progress("release", done, len(documents))
    pieces["issues"].append(to_frame("issues", [unreached_row(one) for one in unreached]))
    return {name: whole_table(name, [*found, to_frame(name, [])]) for name, found in pieces.items()}


def unreached_row(one: Unreached) -> Row:
    """The issue that says a link led nowhere."""
    zh = {"gone": "链接已失效", "refused": "网站拒绝访问", "failed": "未能取得"}[one.outcome]
    en = {"gone": "the link is dead", "refused": "the site refuses it", "failed": "it could not be fetched"}[
        one.outcome
    ]
    text = f"“{one.link_text}” " if one.link_text else ""
    return {
        "issue_id": f"crawl.{digest(one.source_id, one.url)}",
        "document_sha256": None,
        "code": f"link_{one.outcome}",
        "severity": "warning",
        "stage": "crawl",
        "page": None,
        "place": None,
        "message_zh": f"{zh}：{text}{one.url}",
        "message_en": f"{en}: {text}{one.url}",
        "count": 1,
    }


def seal(staging: Path, folder: Path) -> None:
    """Flush every file, make the folder immutable in name, and give it its name in one step."""
    for path in sorted(staging.iterdir()):
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.chmod(0o444)
    staging.chmod(0o755)
    sync_folder(staging)
    staging.rename(folder)
    sync_folder(folder.parent)
