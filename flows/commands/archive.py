"""`archive export-warc`, `archive ingest-warc`, `archive hosts`: the archive in the common format; what hosts said."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from filelock import FileLock, Timeout
from rich.table import Table as RichTable

from crawl.archive import ArchiveCorruption
from crawl.hosts import HostBook
from crawl.ledger import Ledger
from crawl.night import stamp
from crawl.warc import write_warc
from crawl.warc_ingest import ingest_warc as ingest
from flows import errors
from flows.bodies import archive_at
from flows.commands.options import Data, Json, Now, parse_now
from flows.crawl_sources import find_sources, load
from flows.hold import open_root
from flows.settings import data_root
from flows.terminal import line, out, print_json, result, safe, say

archive = typer.Typer(name="archive", no_args_is_help=True, help="档案 / the archive of bodies")


@archive.command("export-warc")
def export_warc(
    out_file: Annotated[Path, typer.Argument(metavar="OUT", help="要写的文件（.warc.gz） / the file to write")],
    source: Annotated[
        list[str] | None, typer.Option("--source", help="只写这些来源（source_id） / these sources only")
    ] = None,
    data: Data = None,
) -> int:
    """把档案写成 WARC 1.1：每个内容一条记录，附台账所知。 Write the archive as WARC 1.1, one record per body."""
    root = open_root(data or data_root())
    if not root.ledger.exists():
        raise errors.data(f"没有台账：{root.ledger}", f"no ledger: {root.ledger}")
    with Ledger(root.ledger) as ledger:
        known = set(ledger.source_ids())
        unknown = [name for name in source or [] if name not in known]
        if unknown:
            have = ", ".join(sorted(known)) or "-"
            raise errors.usage(
                f"台账中没有来源 {unknown[0]}（已有：{have}）", f"no such source in the ledger: {unknown[0]} ({have})"
            )
        out_file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".warc-", dir=out_file.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                count = write_warc(file, ledger, archive_at(root.archive), source or None)
            Path(name).replace(out_file)
        except (FileNotFoundError, ArchiveCorruption) as error:
            raise errors.data(f"档案缺损：{error}", f"the archive is damaged: {error}") from error
        finally:
            Path(name).unlink(missing_ok=True)
    line(f"{count} 个内容", f"{count} bodies")
    result(str(out_file), str(out_file))
    return errors.OK


@archive.command("ingest-warc")
def ingest_warc(
    file: Annotated[Path, typer.Argument(help="WARC 文件 / the WARC file")],
    source: Annotated[str, typer.Option("--source", help="来源文件或区划代码 / source file or division code")],
    now: Now = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """读入一个 WARC，作为该来源的访问记入档案和台账。 Take a WARC into archive and ledger, as visits of a source."""
    root, moment = open_root(data or data_root()), parse_now(now)
    (path,) = find_sources([source])
    found = load(path)
    lock = root.path / "ledger" / f"{found.source_id}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=0), Ledger(root.ledger) as ledger:
            store = archive_at(root.archive, writer=found.source_id, spool=root.path / "archive")
            done = ingest(file, found, archive=store, ledger=ledger, at=stamp(moment))
            store.clear_incoming()
    except Timeout as error:
        raise errors.usage(f"该来源正在抓取：{path.stem}", f"{path.stem} is being crawled") from error
    except OSError as error:
        raise errors.usage(f"文件无法打开 {file}", f"the file cannot be opened: {file}") from error
    if as_json:
        print_json(msgspec.to_builtins(done))
    else:
        for outcome, count in done.visits.items():
            result(f"{outcome}\t{count}", f"{outcome}\t{count}")
        for reason, count in done.left_out.items():
            line(f"未读入 {count} 条：{reason}", f"{count} records left out: {reason}", mark="!")
    if done.error is not None:
        raise errors.data(f"WARC 读到一半：{done.error}", f"the WARC was read in part only: {done.error}")
    return errors.OK


@archive.command("hosts")
def hosts(data: Data = None, as_json: Json = False) -> int:
    """各网站的状态：拒绝、robots.txt、请求数。 What hosts said: refusals, robots.txt, requests per day."""
    root = open_root(data or data_root())
    if not root.ledger.exists():
        raise errors.data(f"没有台账：{root.ledger}", f"no ledger: {root.ledger}")
    with Ledger(root.ledger) as ledger:
        book = HostBook(ledger)
        known, robots, asked = book.hosts(), book.all_robots(), book.all_asked()
    if as_json:
        plain = [msgspec.structs.replace(one, body=None) for one in robots]
        print_json(
            {
                "hosts": msgspec.to_builtins(known),
                "robots": [
                    {**msgspec.to_builtins(short), "bytes": len(one.body or b"")}
                    for short, one in zip(plain, robots, strict=True)
                ],
                "requests": msgspec.to_builtins(asked),
            }
        )
        return errors.OK
    table = RichTable(box=None, pad_edge=False)
    for zh, en in (("网站", "host"), ("状态", "state"), ("至", "until"), ("原因", "reason")):
        table.add_column(say(zh, en))
    for one in known:
        state = say("不打扰", "left alone") if one.until else one.tls
        table.add_row(safe(one.host), state, one.until or "", safe(one.reason or ""))
    for rules in robots:
        table.add_row(safe(rules.origin), f"robots.txt: {rules.state}", rules.checked_at, safe(rules.reason or ""))
    for day in asked:
        table.add_row(safe(day.host), say(f"{day.requests} 次请求", f"{day.requests} requests"), day.day, "")
    out().print(table)
    return errors.OK
