"""`doctor`, `verify`, `backup`, `restore`, `tidy`, `migrate`: housekeeping of a data root."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table as RichTable

from flows import errors
from flows.commands.options import Data, Json, Now, parse_now
from flows.corrections import the_corrections
from flows.hold import fetch, open_filled_root, open_root
from flows.migrate import migrate as carry_up
from flows.migrate import parts, refuse_newer
from flows.settings import DataRoot, data_root, verify_nights, work_limits
from flows.terminal import line, out, print_json, progress_bars, result, safe, say
from flows.upkeep import backup as backups
from flows.upkeep import doctor as examinations
from flows.upkeep import tidy as tidying
from flows.upkeep import verify as verifying
from flows.working_copy import keep_notes

MARKS = {"ok": "✓", "note": "·", "fail": "✗"}


def doctor(
    sample: Annotated[int, typer.Option(help="抽查多少个文件 / how many bodies are read", min=0)] = examinations.SAMPLE,
    seed: Annotated[int, typer.Option(help="抽查的种子 / which ones: the seed")] = 0,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """检查本机与数据目录。 Examine this machine and the data root; exit code 0 if nothing fails."""
    found = list(examinations.examine(open_root(data or data_root()), seed=seed, sample=sample))
    failed = [one for one in found if one.status == "fail"]
    if as_json:
        print_json([{"name": one.name, "status": one.status, "zh": one.zh, "en": one.en} for one in found])
    else:
        table = RichTable(box=None, pad_edge=False, show_header=False)
        for one in found:
            table.add_row(MARKS[one.status], one.name, safe(say(one.zh, one.en)))
        out().print(table)
    return max((one.code for one in failed), default=errors.OK)


def verify(
    everything: Annotated[bool, typer.Option("--all", help="现在核对全部 / all of them now")] = False,
    nights: Annotated[
        int | None,
        typer.Option("--nights", help="分多少夜核对完 / the share of one of so many nights", min=1, show_default=False),
    ] = None,
    now: Now = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """核对档案中的文件与其 sha256。 Bodies of the archive against their digests, a share at a time."""
    root, moment = open_filled_root(data or data_root()), parse_now(now)
    with progress_bars() as tell:
        found = verifying.verify(
            root, moment, nights=1 if everything else nights or verify_nights() or 1, progress=tell
        )
    keep_notes(root)
    if as_json:
        print_json(msgspec.to_builtins(found))
    else:
        damaged, missing = len(found.damaged), len(found.missing)
        result(
            f"核对 {found.checked} / {found.total} 个文件；损坏 {damaged}，缺失 {missing}",
            f"{found.checked} of {found.total} bodies verified; damaged {damaged}, missing {missing}",
        )
        for what, zh, digests in (("damaged", "损坏", found.damaged), ("missing", "缺失", found.missing)):
            for sha256 in digests:
                line(f"{zh} {sha256}", f"{what} {sha256}", mark="✗")
    return errors.OK if found.is_sound else errors.DATA


def backup(
    into: Annotated[Path, typer.Argument(help="备份目录 / folder of the backup", metavar="OUT")],
    with_results: Annotated[
        bool, typer.Option("--with-results", help="连同中间结果 / intermediate results, too")
    ] = False,
    now: Now = None,
    data: Data = None,
) -> int:
    """备份数据目录；再次运行只复制新的。 Copy the data root, every file checked; a second time only what is new."""
    root = open_filled_root(data or data_root())
    with progress_bars() as tell:
        done = backups.backup(root, into, parse_now(now), with_results=with_results, progress=tell)
    result(
        f"{into}：{done.files} 个文件，{done.bytes / 2**20:,.1f} MiB，其中新复制 {done.new} 个",
        f"{into}: {done.files} files, {done.bytes / 2**20:,.1f} MiB, {done.new} of them copied now",
    )
    for name in done.damaged:
        line(f"已损坏，未备份：{name}", f"damaged, not in the backup: {name}", mark="✗")
    return errors.DATA if done.damaged else errors.OK


def restore(
    source: Annotated[Path, typer.Argument(help="备份目录 / folder of the backup", metavar="FROM")],
    data: Data = None,
) -> int:
    """由备份恢复数据目录（须为空）。 A data root from a backup: whole, or not at all."""
    root = DataRoot(data or data_root())
    with progress_bars() as tell:
        done = backups.restore(source, root, progress=tell)
    result(
        f"{root}：{done.files} 个文件，{done.bytes / 2**20:,.1f} MiB",
        f"{root}: {done.files} files, {done.bytes / 2**20:,.1f} MiB",
    )
    line("下一步：yujue rebuild（补齐中间结果）", "next: yujue rebuild (makes the intermediate results again)")
    return errors.OK


def tidy(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说明，不删除 / say what, remove nothing")] = False,
    run_days: Annotated[
        int | None,
        typer.Option(
            "--runs", help="删除多少天前的运行记录 / remove runs older than so many days", min=1, show_default=False
        ),
    ] = None,
    now: Now = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """删除今日指纹不再需要的中间结果。 Remove results that no fingerprint of today wants (all can be made again)."""
    root = open_filled_root(data or data_root())
    before = None if run_days is None else parse_now(now) - dt.timedelta(days=run_days)
    found = tidying.tidy(root, work_limits(), corrections=the_corrections(), dry_run=dry_run, runs_before=before)
    if as_json:
        print_json({"files": found.files, "bytes": found.bytes, "kept": found.kept, "dry_run": dry_run})
        return errors.OK
    for name, count in sorted(found.files.items()):
        size = f"{found.bytes[name] / 2**20:,.1f} MiB"
        result(f"{name}：{count} 个文件，{size}", f"{name}: {count} files, {size}")
    word = say("将删除", "to be removed") if dry_run else say("已删除", "removed")
    line(f"{word} {found.files.total()}；保留 {found.kept}", f"{word} {found.files.total()}; kept {found.kept}")
    return errors.OK


def migrate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说明，不更改 / say what, change nothing")] = False,
    now: Now = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """把旧版本的数据目录升级到本版本，先备份台账。 Carry up a data root of an earlier version; its ledger is kept."""
    root, moment = DataRoot(data or data_root()), parse_now(now)
    fetch(root)
    found = parts(root)
    if as_json:
        print_json([{"name": one.name, "found": one.found, "now": one.wanted, "migrates": one.is_old} for one in found])
    else:
        table = RichTable(say("部分", "part"), say("版本", "version"), say("现为", "now"), "", box=None, pad_edge=False)
        for one in found:
            what = say("将升级", "to be carried up") if one.is_old else ""
            what = (
                say("保持发布时的样子", "stays as published")
                if one.stays and one.found not in (None, one.wanted)
                else what
            )
            table.add_row(one.name, one.found or "-", one.wanted, what)
        out().print(table)
    refuse_newer(root, found)
    if dry_run:
        return errors.OK
    kept = carry_up(root, moment)
    if kept is None:
        line("无需升级", "nothing to migrate")
    else:
        line(f"已升级；原台账留在 {kept}", f"migrated; the ledger as it was is kept: {kept}")
    return errors.OK
