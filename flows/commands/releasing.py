"""`release prepare|verify|accept|publish`, `withhold guard|lint`: what an operator does about releases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from flows import errors
from flows.commands.explaining import latest_release
from flows.commands.options import Data, Json, Now, parse_now
from flows.corrections import the_corrections
from flows.crawl_sources import find_sources
from flows.hold import open_root
from flows.release.checks import ACCEPTED
from flows.release.package import file_name
from flows.release.target import publish as send
from flows.release.verify import Fault
from flows.release.verify import verify as look_over
from flows.release.version import newest, versions
from flows.release_preparing import prepare as prepare_release
from flows.settings import DataRoot, data_root, work_limits
from flows.store import write_atomically
from flows.terminal import line, print_json, progress_bars, result
from flows.withholdings import the_withholdings
from normalize.withholding import guard_of, passage

release = typer.Typer(name="release", no_args_is_help=True, help="版本：预备、核对、接受、发布。 Releases.")
withhold = typer.Typer(
    name="withhold", no_args_is_help=True, help="不予发布的文字。 Passages that stay out of releases."
)
Version = Annotated[str | None, typer.Option("--version", help="版本（默认最新） / release", show_default=False)]


@release.command("prepare")
def prepare(
    registry: Annotated[
        Path | None, typer.Option("--sources", help="来源目录 / folder of sources", show_default=False)
    ] = None,
    now: Now = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """下一版本会怎样：差异与拒绝理由；不发布。 What the next release would be: changes, refusals. Publishes nothing."""
    root = open_root(data or data_root())
    with progress_bars() as tell:
        told = prepare_release(
            root,
            parse_now(now),
            work_limits(),
            corrections=the_corrections(),
            withholdings=the_withholdings(),
            sources=find_sources([], registry),
            progress=tell,
        )
    if as_json:
        print_json(told.as_data())
    else:
        for one in told.delta:
            text = f"{one['table']} {one['op']} {one['reason']} {one['rows']}"
            result(text, text)
        for refusal in told.refusals:
            line(
                f"[{refusal.check} {refusal.subject}] {refusal.zh}",
                f"[{refusal.check} {refusal.subject}] {refusal.en}",
                mark="✗",
            )
        if not told.refusals:
            line(f"{told.version} 可以发布", f"{told.version} may be released")
    return errors.DATA if told.refusals else errors.OK


@release.command("verify")
def verify(
    version: Annotated[str | None, typer.Argument(help="版本或文件夹 / release or folder", show_default=False)] = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """核对一个版本：校验和、行列数、键。不上网。 Look a release over: checksums, rows, columns, keys. No network."""
    folder, faults = _looked_over(data, version)
    if as_json:
        print_json({"release": folder.name, "faults": [vars(one) for one in faults]})
    for one in faults if not as_json else ():
        line(f"{one.file}：{one.zh}", f"{one.file}: {one.en}", mark="✗")
    if not faults and not as_json:
        result(f"{folder.name} 无误", f"{folder.name} is whole")
    return errors.DATA if faults else errors.OK


@release.command("accept")
def accept(
    check: Annotated[str, typer.Argument(help="拒绝的检查，如 rows / the check that refuses")],
    subject: Annotated[str, typer.Argument(help="所指，如 core_budget_lines / what it names")],
    because: Annotated[str, typer.Option("--because", help="理由（将公开） / why; it is published")],
    data: Data = None,
) -> int:
    """接受一条拒绝理由，只对由当前版本到下一版本有效。 Accept a refusal, for the step from the newest release alone."""
    root = open_root(data or data_root())
    previous = newest(root.releases)
    if previous is None:
        raise errors.usage("还没有版本", "there is no release yet")
    if not because.strip():
        raise errors.usage("请写明理由", "say why: --because")
    path = root.releases / ACCEPTED
    try:
        listed: list[Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    except ValueError as error:
        raise errors.data(f"{path} 已损坏", f"{path} is damaged") from error
    entry = {"previous": previous, "check": check, "subject": subject, "because": because.strip()[:500]}
    names = ("previous", "check", "subject")
    same = [entry[name] for name in names]
    kept = [
        one for one in listed
        if isinstance(one, dict) and one.get("previous") == previous and [one.get(name) for name in names] != same
    ]  # fmt: skip
    write_atomically(path, (json.dumps([*kept, entry], ensure_ascii=False, indent=1) + "\n").encode())
    result(f"已接受 {check} {subject}（{previous} 之后）", f"accepted: {check} {subject} (after {previous})")
    return errors.OK


@release.command("publish")
def publish(
    url: Annotated[str, typer.Argument(help="s3://桶/前缀、file:///… / any place fsspec knows")],
    version: Version = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """把一个版本放到公开处；latest.json 最后移动。 Put a release where the public finds it; latest.json moves last."""
    folder, faults = _looked_over(data, version)
    if faults:
        raise errors.data(
            f"{folder.name} 有误，不发布：{faults[0].file} {faults[0].zh}",
            f"{folder.name} is not whole and is not published: {faults[0].file}: {faults[0].en}",
        )
    with progress_bars() as tell:
        sent = send(folder, url, tell)
    if as_json:
        print_json(vars(sent))
        return errors.OK
    latest = (
        ("，latest.json 指向它", ", and latest.json names it")
        if sent.is_latest
        else ("", "; latest.json names a later one")
    )
    result(
        f"{sent.version}：送出 {sent.sent} 个文件，{sent.kept} 个已在{latest[0]}",
        f"{sent.version}: {sent.sent} files sent, {sent.kept} were there{latest[1]}",
    )
    return errors.OK


@withhold.command("guard")
def guard(
    document: Annotated[str, typer.Argument(help="文件的 sha256（前 6 位以上） / sha256, or its beginning")],
    place: Annotated[str, typer.Argument(help="位置，如 p31、t9.r3.c2 / place")],
    span: Annotated[
        tuple[int, int] | None, typer.Option("--span", help="起止字，从 0 起 / characters, from 0", show_default=False)
    ] = None,
    data: Data = None,
) -> int:
    """写一条不予发布：给出其 guard，不写出文字。 An entry for a withholding: with its guard, without the words."""
    import datetime as dt  # noqa: PLC0415 - beside its only use

    from normalize.withholding import Withholding  # noqa: PLC0415

    folder = latest_release(open_root(data or data_root()))
    cells = pl.scan_parquet(folder / file_name("raw_cells")).filter(
        pl.col("document_sha256").str.starts_with(document.lower())
    )
    rows = cells.collect()
    if len(document) < 6 or rows["document_sha256"].n_unique() != 1:
        raise errors.usage(f"没有（或不止一个）文件 {document}", f"no document {document}, or more than one")
    sha256 = rows["document_sha256"][0]
    asked = Withholding("W-0000", sha256, place, "personal_name", dt.date.min, span=span)
    if asked.position() is None:
        raise errors.usage(f"{place} 不是位置", f"{place} is no place (p31, t9.r3.c2)")
    words = passage(asked, rows.to_dicts())
    if words is None:
        raise errors.usage(f"{place} 没有文字，或超出其长度", f"no text at {place}, or the span lies outside of it")
    lines = [f"  - id: W-0000\n    document: {sha256}\n    place: {place}"]
    lines += [f"    span: [{span[0]}, {span[1]}]"] if span else []
    lines += [f"    guard: {guard_of(words)}\n    reason: personal_name\n    decided_on: "]
    text = "\n".join(lines)
    typer.echo(text)
    return errors.OK


@withhold.command("lint")
def lint(
    data: Data = None,
    as_json: Json = False,
) -> int:
    """核对不予发布的清单，及最新版本是否采用。 Read the files of withholdings; what the newest release made of them."""
    listed = the_withholdings()
    root = open_root(data or data_root())
    version = newest(root.releases)
    status: dict[str, str] = {}
    if version is not None and (path := root.releases / version / file_name("withheld")).is_file():
        status = dict(pl.read_parquet(path).select("withholding_id", "status").iter_rows())
    rows = [
        {"id": one.id, "document": one.document, "place": one.place, "status": status.get(one.id, "not_released")}
        for one in listed
    ]
    if as_json:
        print_json(rows)
    for row in rows if not as_json else ():
        text = f"{row['id']} {row['document'][:16]} {row['place']} {row['status']}"
        result(text, text)
    stale = [row for row in rows if row["status"] == "stale"]
    if stale:
        line(f"{len(stale)} 条已失效，须重新查看", f"{len(stale)} are stale: look at the documents again", mark="!")
    return errors.FINDINGS if stale else errors.OK


def _looked_over(data: str | None, version: str | None) -> tuple[Path, list[Fault]]:
    """A release, and what is wrong with it. Raises Trouble as `_folder` does."""
    folder = _folder(open_root(data or data_root()), version)
    return folder, look_over(folder)


def _folder(root: DataRoot, version: str | None) -> Path:
    """A release by name or folder; the latest if none is named. Raises Trouble (exit code 2)."""
    if version is None:
        return latest_release(root)
    for path in (root.releases / version, Path(version)):
        if (path / "index.json").is_file():
            return path.resolve()
    known = ", ".join(versions(root.releases)[-5:]) or "-"
    raise errors.usage(f"没有版本 {version}（有：{known}）", f"there is no release {version} (there are: {known})")
