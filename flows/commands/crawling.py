"""`crawl`, `status`: what is asked of the web, and when each source was last asked."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, get_args

import msgspec
import typer
from rich.table import Table as RichTable

from crawl.ledger import Ledger, Sweep
from crawl.naming import Kind
from crawl.schedule import Plan, moment
from crawl.settings import MAX_AT_ONCE
from flows import errors
from flows.commands.options import Data, Json, Now, parse_now
from flows.crawl_sources import Crawled, at_once_of, crawl_together, find_sources, load
from flows.hold import open_root
from flows.nightly import one_night_at_a_time
from flows.settings import data_root
from flows.terminal import line, out, pairs, print_json, progress_bars, safe, say


def crawl(  # noqa: PLR0917 (options of the command line)
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="来源文件或区划代码（默认全部） / source files or division codes (all by default)", show_default=False
        ),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="同上，可多次 / the same, repeatable", show_default=False)
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="只看此日（含）以后列出的 / only what is listed on or after", show_default=False),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", help="只看这类栏目，可多次 / only listings of this kind, repeatable", show_default=False
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只读列表，列出将访问什么 / listings only: show what would be asked")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="全部重新访问 / ask for everything again")] = False,
    at_once: Annotated[
        int | None,
        typer.Option(
            "--at-once",
            min=1,
            max=MAX_AT_ONCE,
            help="同时抓取几个来源 / how many sources at the same time",
            show_default=False,
        ),
    ] = None,
    now: Now = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """抓取来源，存入档案和台账。 Crawl sources into the archive and the ledger."""
    plan = Plan(full=full, since=_day(since), kinds=tuple(map(_kind, kind or ())), dry_run=dry_run)
    root, at, paths = open_root(data or data_root()), parse_now(now), find_sources([*(sources or ()), *(source or ())])
    if plan.kinds:
        paths = [path for path in paths if any(one.kind in (None, *plan.kinds) for one in load(path).listings)]
    candidates: list[dict[str, Any]] = []

    def hear(event: dict[str, Any]) -> None:
        if event.get("event") == "candidate":
            candidates.append(event)

    with one_night_at_a_time(root), progress_bars() as tell:
        number = at_once or at_once_of(None)
        crawled = crawl_together(paths, root, at, plan=plan, at_once=number, hear=hear, tell=tell)
    if dry_run:
        _show_candidates(candidates, as_json=as_json)
    elif as_json:
        print_json([msgspec.to_builtins(one.result) for one in crawled])
    else:
        out().print(_visits(crawled))
    return crawl_troubles(crawled)


def status(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="来源或区划代码（默认全部） / sources or division codes (all)", show_default=False),
    ] = None,
    now: Now = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """各来源最近一次抓取：何时、结果如何；抓取进行时也可查看。 When each source was last asked, and what came of it."""
    root, at = open_root(data or data_root()), parse_now(now)
    if not root.ledger.exists():
        raise errors.data("还没有台账", "there is no ledger yet")
    with Ledger(root.ledger) as ledger:
        sweeps = ledger.sweeps()
    if names:
        sweeps = [one for one in sweeps if one.source_id in names or one.source_id.partition("_")[0] in names]
    ended = sum(one.finish_reason == "finished" for one in sweeps)
    today = sum(one.finished_at is not None and at - moment(one.finished_at) < dt.timedelta(days=1) for one in sweeps)
    if as_json:
        print_json([msgspec.to_builtins(one) for one in sweeps])
    else:
        out().print(_sweeps(sweeps))
    line(
        f"{len(sweeps)} 个来源；最近一次完成 {ended}，未完成 {len(sweeps) - ended}；一日之内完成 {today}",
        f"{len(sweeps)} sources; last run finished {ended}, not finished {len(sweeps) - ended}; within a day {today}",
    )
    return errors.OK


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise errors.usage(
            f"--since {text!r} 不是日期，如 2026-01-31", f"--since {text!r} is not a day such as 2026-01-31"
        ) from error


def _kind(text: str) -> str:
    known = get_args(Kind)
    if text not in known:
        raise errors.usage(
            f"--kind {text!r} 不是：{', '.join(known)}", f"--kind {text!r} is none of: {', '.join(known)}"
        )
    return text


def _visits(crawled: list[Crawled]) -> RichTable:
    table = RichTable(box=None, pad_edge=False)
    table.add_column(say("来源", "source"))
    table.add_column(say("文件", "documents"), justify="right")
    table.add_column(say("取得", "fetched"), justify="right")
    table.add_column(say("访问", "visits"))
    for one in crawled:
        crawl_result = one.result
        table.add_row(
            safe(crawl_result.source_id),
            str(crawl_result.documents),
            str(crawl_result.bodies_fetched),
            safe(pairs(crawl_result.outcomes)),
        )
    return table


_STATES = {"new": ("新", "new"), "changed": ("有变", "changed"), "due": ("到期", "due"), "known": ("已有", "known")}


def _show_candidates(candidates: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json([{key: value for key, value in one.items() if key != "event"} for one in candidates])
        return
    table = RichTable(box=None, pad_edge=False)
    for zh, en in (("来源", "source"), ("状态", "state"), ("日期", "date"), ("类别", "kind"), ("标题", "title"), ("地址", "address")):  # fmt: skip  # noqa: E501
        table.add_column(say(zh, en), overflow="fold")
    for one in candidates:
        state = say(*_STATES.get(str(one["state"]), (str(one["state"]),) * 2))
        cells = (one["source_id"], state, one["date"] or "", one["kind"], one["text"], one["url"])
        table.add_row(*(safe(cell) for cell in cells))
    out().print(table)


def _sweeps(sweeps: list[Sweep]) -> RichTable:
    table = RichTable(box=None, pad_edge=False)
    for zh, en in (("来源", "source"), ("开始", "started"), ("结束", "ended"), ("上次完成", "last finished"), ("访问", "visits")):  # fmt: skip  # noqa: E501
        table.add_column(say(zh, en))
    for one in sweeps:
        ended = one.finish_reason or say("进行中或被中断", "running, or cut short")
        cells = (one.source_id, one.started_at or "", ended, one.finished_at or "", pairs(one.outcomes))
        table.add_row(*(safe(cell) for cell in cells))
    return table


def crawl_troubles(crawled: list[Crawled]) -> int:
    """One line for each trouble of a crawl; exit code 3 where one cannot be trusted to be complete."""
    code = errors.OK
    for one in crawled:
        crawl_result = one.result
        for warning in crawl_result.warnings:
            line(f"{crawl_result.source_id}：{warning}", f"{crawl_result.source_id}: {warning}", mark="!")
        for visit in crawl_result.troubles:
            reason = visit.reason or visit.status or ""
            line(f"{visit.outcome} {visit.url} {reason}", f"{visit.outcome} {visit.url} {reason}", mark="!")
        for error in crawl_result.errors:
            line(f"{crawl_result.source_id}：{error}", f"{crawl_result.source_id}: {error}", mark="✗")
        if crawl_result.failed:
            line(
                f"{crawl_result.source_id}：抓取不完整（{crawl_result.finish_reason}）",
                f"{crawl_result.source_id}: the crawl is not complete ({crawl_result.finish_reason})",
                mark="✗",
            )
            code = errors.NETWORK
    return code
