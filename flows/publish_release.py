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
from flows.catalogue import catalogue
from flows.corrections import fingerprint_of
from flows.coverage import with_coverage
from flows.fingerprint import digest, stage_code
from flows.release.build import Unreached, finish, write_tables
from flows.release.checks import acceptances, refusals
from flows.release.diff import compare
from flows.release.draft import Draft, whole_table
from flows.release.load import pieces
from flows.release.panels import add_panels
from flows.release.standing import standings_beside
from flows.release.version import (
    SCHEMA_VERSION,
    STAGING,
    index_of,
    newest,
    next_version,
    point_latest_at,
    remove_debris,
)
from flows.release.withhold import Withholder
from flows.revisions import with_lost_corrections, with_revisions
from flows.settings import DataRoot
from flows.stage import Plan, Progress, quiet
from flows.store import sync_folder
from normalize.correction import Correction
from normalize.coverage import Sought
from normalize.panels.tables import PUBLISHED
from normalize.revision import same_url
from normalize.schema import Row, SchemaError, to_frame
from normalize.withholding import Withholding

SHARD = 48  # documents whose facts and cells are in memory at once


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
    withholdings: Sequence[Withholding] = (),
) -> Published:
    """Publish, or return the newest release if it already holds exactly this.

    bodies: what each address gave, as the ledger has it (`revisions` follow from it). corrections: all there are.
    looked: how each source was looked at (`coverage` follows from it). withholdings: passages that stay out.
    Raises Trouble (exit code 4) naming table, column, rows and document where rows break the contract.
    """
    inputs = release_inputs(facts, checks, unreached, bodies, corrections, looked, withholdings)
    root.releases.mkdir(parents=True, exist_ok=True)
    remove_debris(root.releases)
    previous = newest(root.releases)
    if previous is not None:
        index = index_of(root.releases, previous)
        if index is not None and index.get("inputs") == inputs:
            point_latest_at(root.releases, previous)  # the night that made it may have been killed before this
            return Published(previous, root.releases / previous, False, index)
    version = next_version(root.releases, now)
    staging = Path(tempfile.mkdtemp(prefix=f"{STAGING}{version}-", dir=root.releases))
    before = None if previous is None else root.releases / previous
    try:
        draft = make_draft(
            staging, version, facts, checks, unreached, progress, bodies, corrections, looked, withholdings
        )
        accepted = refuse(draft, before)
        draft.put("changes", changes(draft, before))
        index = finish(draft, list(unreached), inputs=inputs, previous=previous, checks=catalogue(), accepted=accepted)
        seal(staging, root.releases / version)
    except SchemaError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise broken(error) from error
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    point_latest_at(root.releases, version)
    return Published(version, root.releases / version, True, index)


def broken(error: SchemaError) -> errors.Trouble:
    return errors.data(f"发布中止，数据不符合表结构：{error}", f"no release: rows break the contract: {error}")


def make_draft(  # noqa: PLR0917 - everything a release follows from
    folder: Path,
    version: str,
    facts: Plan,
    checks: Plan,
    unreached: Sequence[Unreached],
    progress: Progress = quiet,
    bodies: Sequence[Body] = (),
    corrections: Sequence[Correction] = (),
    looked: Sequence[Sought] = (),
    withholdings: Sequence[Withholding] = (),
) -> Draft:
    """Every table but the differences and the code lists, in an empty folder. Raises SchemaError."""
    draft, withholder = Draft(folder, version), Withholder(withholdings)
    draft.fill(pieces(facts, checks, progress, SHARD), beside=lambda piece: withholder(standings_beside(piece)))
    draft.put("withheld", withholder.table())
    dead = to_frame("issues", [unreached_row(one) for one in unreached])
    draft.put("issues", whole_table("issues", [draft.frames["issues"], dead]))
    frames = with_lost_corrections(with_revisions(draft.frames, bodies, draft.lazy), corrections)
    for name, frame in with_coverage(frames, unreached, looked).items():
        draft.put(name, frame)
    add_panels(draft)
    return draft


def refuse(draft: Draft, previous: Path | None) -> list[dict[str, str]]:
    """Raise Trouble (exit code 4) with every reason against the release; the refusals that were accepted."""
    found = refusals(draft, previous)
    known = acceptances(draft.folder.parent, None if previous is None else previous.name)
    accepted = [one for one in known if any((r.check, r.subject) == (one["check"], one["subject"]) for r in found)]
    left = [r for r in found if not any((r.check, r.subject) == (one["check"], one["subject"]) for one in accepted)]
    if left:
        raise errors.data(
            "发布中止：" + "；".join(f"[{one.check} {one.subject}] {one.zh}" for one in left),
            "no release: " + "; ".join(f"[{one.check} {one.subject}] {one.en}" for one in left),
        )
    return accepted


def changes(draft: Draft, previous: Path | None) -> pl.DataFrame:
    """Table `changes`: what differs from the previous release; empty for the first one.

    Raises Trouble (exit code 4) where the previous release cannot be read: no release goes without its differences.
    """
    if previous is None:
        return pl.DataFrame(schema=PUBLISHED["changes"].polars_schema())
    write_tables(draft, catalogue())
    try:
        return compare(previous, draft.folder, (previous.name, draft.version))
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise errors.data(
            f"发布中止：无法与上一版本 {previous.name} 比较（{error}）",
            f"no release: it cannot be compared with the previous one, {previous.name} ({error})",
        ) from error


def release_inputs(  # noqa: PLR0917 - everything a release follows from
    facts: Plan,
    checks: Plan,
    unreached: Sequence[Unreached],
    bodies: Sequence[Body] = (),
    corrections: Sequence[Correction] = (),
    looked: Sequence[Sought] = (),
    withholdings: Sequence[Withholding] = (),
) -> str:
    """Fingerprint of everything the release follows from: results of each document, what was not found, our code."""
    made, checked = facts.results(), checks.results()
    return digest(
        "release",
        stage_code("release"),
        SCHEMA_VERSION,
        *(f"{sha256} {fingerprint} {checked[sha256]}" for sha256, fingerprint in sorted(made.items())),
        *(f"{one.source_id} {one.url} {one.outcome} {one.link_text} {one.notice_text}" for one in unreached),
        # of documents alone: a listing with a counter on it is replaced every night, and no table says so
        *(f"{one.old} {one.new} {one.is_in_force}" for one in same_url(bodies) if one.old in made and one.new in made),
        *(repr(one) for one in sorted(looked, key=lambda each: each.source_id)),
        fingerprint_of([one for one in corrections if one.document not in made]),  # the others are in the facts
        *(repr(one) for one in withholdings),
    )


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
