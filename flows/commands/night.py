"""`demo`, `nightly`: what goes to the web and ends in a release."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from crawl.settings import CrawlSettings, from_environment
from flows import errors
from flows.commands.crawling import crawl_troubles
from flows.commands.options import Data, Json, NoPrefect, Now, parse_now
from flows.commands.site import build_latest, tell
from flows.crawl_sources import by_status
from flows.demo import open_site
from flows.morning import PAGE, exit_code, night_with_report
from flows.night import Night
from flows.prefect_server import ensure_server
from flows.publish_release import Published
from flows.serve import LOOPBACK, in_background
from flows.settings import DataRoot, Place, data_root, work_runner
from flows.source_nights import nights_table, tell_flags
from flows.terminal import err, line, pairs, print_json, progress_bars, result

DEMO_DATA = Path("data") / "demo"


def demo(
    data: Annotated[str, typer.Option("--data", help="演示用的数据目录 / data root of the demo")] = str(DEMO_DATA),
    now: Now = None,
    no_prefect: NoPrefect = False,
) -> int:
    """在本机抓取、读取、检查并发布示例县。 Crawl, read, check and publish the sample county, on this machine alone."""
    moment = parse_now(now)
    folder = DataRoot(data).path
    site = open_site(folder)
    with in_background(site.server):
        line(f"示例网站：{site.server.url}", f"sample site: {site.server.url}")
        night = _night([site.source], moment, data, no_prefect=no_prefect, settings=_loopback_allowed())
    _report(night)
    published = night.published
    if published is None:
        raise errors.data("示例网站上没有找到文件", "no document was found on the sample site")
    counts, path = published.index["counts"], (published.folder / "index.html").resolve()
    result(f"版本目录：{published.folder}", f"release folder: {published.folder}")
    result(
        f"{counts['facts']} 个金额位置（{counts['facts_printed']} 个印有内容），"
        f"{counts['findings']} 条检查结果：{_outcomes(published)}",
        f"{counts['facts']} facts ({counts['facts_printed']} printed), "
        f"{counts['findings']} findings: {_outcomes(published)}",
    )
    result(f"打开：yujue serve --data {data}", f"open: yujue serve --data {data}")
    result(f"或文件：{path}", f"or the file: {path}")
    tell(build_latest(data, None, folder / "site"))
    result(f"看站点：yujue site serve {folder / 'site'}", f"see it: yujue site serve {folder / 'site'}")
    return crawl_troubles(night.crawled) if any(one.result.failed for one in night.crawled) else errors.OK


def nightly(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--sources", help="来源目录（默认自带的） / folder of sources (default: our own)", show_default=False
        ),
    ] = None,
    now: Now = None,
    no_prefect: NoPrefect = False,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """一夜：抓取、读取、整理、检查、发布。 One night: crawl, read, build facts, check, release."""
    moment, found = parse_now(now), by_status(folder)
    paths = found["active"]
    if left := found["draft"]:
        names = ", ".join(path.stem for path in left[:3]) + (" …" if len(left) > 3 else "")
        line(
            f"{len(left)} 个来源是草稿，不抓取（{names}）：先 yujue source check，再以 expect 替换 status: draft",
            f"{len(left)} drafts are not crawled ({names}): yujue source check; replace `status: draft` by `expect`",
        )
    if not paths:
        line("没有来源，只处理档案中已有的文件", "no sources: only what the archive holds is worked on")
    night = _night(paths, moment, data or data_root(), no_prefect=no_prefect)
    if as_json:
        print_json(_as_data(night))
    else:
        _report(night)
        if night.published is not None:
            result(str(night.published.folder), str(night.published.folder))
    return crawl_troubles(night.crawled) or exit_code(night)


def _night(
    sources: list[Path], now: dt.datetime, data: Place, *, no_prefect: bool, settings: CrawlSettings | None = None
) -> Night:
    runner = work_runner()
    if no_prefect:
        if runner.kind != "processes":
            raise errors.usage(
                f"YUJUE_WORK_RUNNER={runner.kind} 须通过 Prefect 运行，不能与 --no-prefect 同用",
                f"YUJUE_WORK_RUNNER={runner.kind} works through Prefect: not with --no-prefect",
            )
        with progress_bars() as tell:
            return night_with_report(sources, now, data, progress=tell, crawl_settings=settings)
    line("连接 Prefect（首次启动需半分钟左右）", "connecting to Prefect (a first start takes half a minute)")
    url = ensure_server()
    line(f"Prefect：{url.removesuffix('/api')}", f"Prefect: {url.removesuffix('/api')}")
    from flows.prefect_flow import nightly_under_prefect  # noqa: PLC0415 - Prefect reads its settings when imported

    with progress_bars() as tell:
        return nightly_under_prefect(sources, now, data, progress=tell, crawl_settings=settings)


def _loopback_allowed() -> CrawlSettings:
    """The sample site is on this machine, which no other source may reach."""
    settings = from_environment()
    return msgspec.structs.replace(settings, private_hosts=settings.private_hosts | {LOOPBACK})


def _report(night: Night) -> None:
    """What the night did, on stderr."""
    for one in night.crawled:
        fetched = one.result.bodies_fetched
        line(
            f"{one.result.source_id}：取得 {fetched} 个新内容，{pairs(one.result.outcomes)}",
            f"{one.result.source_id}: {fetched} bodies fetched, {pairs(one.result.outcomes)}",
        )
    if night.sources:
        err().print(nights_table(night.sources))
        tell_flags(night.sources)
    done, failed = night.done, night.failed
    line(
        f"共 {night.documents} 个文件；本次读取 {done.get('read', 0)}，整理 {done.get('facts', 0)}，"
        f"检查 {done.get('check', 0)}；失败 {sum(failed.values())}",
        f"{night.documents} documents; read {done.get('read', 0)}, built facts of {done.get('facts', 0)}, "
        f"checked {done.get('check', 0)}; failed {sum(failed.values())}",
    )
    if night.published is not None:
        version = night.published.version
        if night.published.is_new:
            line(f"发布 {version}", f"published {version}")
        else:
            line(f"没有变化，仍为 {version}", f"nothing new: {version} holds")
    if night.report is not None:
        for one in night.report["needs_a_person"]:
            line(one["zh"], one["en"], mark="!")
        page = f"{night.report['folder']}/{PAGE}"
        line(f"运行报告：{page}", f"report of the run: {page}")


def _as_data(night: Night) -> dict[str, Any]:
    published = night.published
    return {
        "crawled": [msgspec.to_builtins(one.result) for one in night.crawled],
        "sources": [msgspec.to_builtins(one) for one in night.sources],
        "documents": night.documents,
        "done": night.done,
        "failed": night.failed,
        "issues": [msgspec.to_builtins(issue) for issue in night.issues],
        "report": None if night.report is None else night.report["folder"],
        "release": None
        if published is None
        else {"version": published.version, "folder": str(published.folder), "is_new": published.is_new},
    }


def _outcomes(published: Published) -> str:
    return pairs(published.index["findings"])
