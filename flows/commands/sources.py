"""`source new`, `list`, `check`, `lint`, `import`: the registry of sites."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import typer
from rich.table import Table as RichTable

from crawl.naming import Kind
from crawl.platforms import PLATFORMS, Guess, family_of
from crawl.registry import Trouble, lint
from crawl.settings import from_environment
from crawl.source import Source, Status, is_own_network
from flows import errors
from flows.crawl_sources import find_sources, load, source_files
from flows.hold import open_root
from flows.registry import REASONS, Draft, draft, import_columns, listing_of, places
from flows.settings import data_root, sources_folder
from flows.source_check import Checked, check_source
from flows.source_nights import nights_table, source_nights, tell_flags
from flows.store import write_atomically
from flows.terminal import line, out, print_json, result, safe, say
from normalize.places import Found, division_of, find_place

source = typer.Typer(name="source", no_args_is_help=True, help="来源登记 / the registry of sites")

Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
Folder = Annotated[
    Path | None,
    typer.Option("--sources", help="来源目录（默认自带的） / folder of sources (default: our own)", show_default=False),
]
Data = Annotated[
    Path | None, typer.Option("--data", help="数据目录（默认 data/） / data root (default data/)", show_default=False)
]
Out = Annotated[Path | None, typer.Option("--out", help="写入的目录 / folder to write into", show_default=False)]


@source.command("new")
def new(  # noqa: PLR0917 - a command: its parameters are its options
    place: Annotated[str, typer.Argument(help="区划代码或名称 / division code or name", metavar="CODE")],
    urls: Annotated[list[str], typer.Argument(help="栏目网址 / addresses of the columns", metavar="URL...")],
    out_folder: Out = None,
    publisher: Annotated[str | None, typer.Option(help="公开主体 / who publishes", show_default=False)] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="栏目的文件种类（混合栏目不填） / kind of the column's documents", show_default=False),
    ] = None,
    platform: Annotated[
        str | None, typer.Option(help="平台（默认按网址推定） / platform (default: by the address)", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有文件 / replace the file")] = False,
) -> int:
    """新建一个来源文件（draft）。 Write the file of a new source, as a draft."""
    made = _draft(place, urls, publisher, kind, platform)
    folder = out_folder or sources_folder()
    path = folder / f"{made.stem}.yml"
    if path.exists() and not force:
        raise errors.usage(
            f"文件已存在：{path}（--force 覆盖）", f"the file is there already: {path} (--force replaces)"
        )
    _write(path, made.text)
    for trouble in lint([path], places()):
        line(str(trouble), str(trouble), mark="!")
    result(str(path), str(path))
    line(
        f"平台 {made.platform}；下一步：yujue source check {path}，改正后把 status: draft 换成 expect",
        f"platform {made.platform}; next: yujue source check {path}, then replace `status: draft` by `expect`",
    )
    return errors.OK


def _draft(place: str, urls: list[str], publisher: str | None, kind: str | None, platform: str | None) -> Draft:
    """Raises Trouble (exit code 2)."""
    code, name = _division(place)
    if kind is not None and kind not in get_args(Kind):
        known = ", ".join(get_args(Kind))
        raise errors.usage(f"没有文件种类 {kind}（有：{known}）", f"no kind {kind!r} (known: {known})")
    if platform is not None and platform not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        raise errors.usage(f"没有平台 {platform}（有：{known}）", f"no platform {platform!r} (known: {known})")
    try:
        found = [listing_of(url) for url in urls]
    except ValueError as error:
        text = " ".join(str(error).split())
        raise errors.usage(f"网址有误：{text}", f"not an address to crawl: {text}") from error
    guess = next((one for _, one, _ in found if one.sure), found[0][1])
    if platform is not None:
        guess = Guess(platform, "as given", sure=True)
    private = [is_own_network(one.url) for one, _, _ in found]
    if any(private) and not all(private):
        raise errors.usage(
            "本机网址与公网网址不能同在一个来源", "addresses of our own network and public ones do not mix"
        )
    notes = "" if all(private) else f"platform {guess.platform} by the address: {guess.reason}; publisher by the name"
    return draft(
        code, name, [one for one, _, _ in found], guess, found[0][2],
        publisher=publisher, kind=kind, test_source=all(private), notes=notes,
    )  # fmt: skip


def _division(place: str) -> tuple[str, str]:
    if place.isdigit():
        division = division_of(place)
        if division is None:
            raise errors.usage(f"没有区划代码 {place}", f"no division has the code {place}")
        if division.until is not None:
            now = ", ".join(division.now) or "-"
            raise errors.usage(
                f"{division.name}（{place}）已于 {division.until} 年撤销，现为 {now}",
                f"{division.name} ({place}) ended in {division.until}; now {now}",
            )
        return division.code, division.name
    found = find_place(*place.split("/"))
    if isinstance(found, Found):
        return found.code, found.name
    raise errors.usage(
        f"“{place}”不能确定区划（{found.detail}）；可写作 省/市/县 或六位代码",
        f"{place!r} names no one division ({found.detail}); write province/prefecture/county or the six digits",
    )


def _write(path: Path, text: str) -> None:
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise errors.usage(f"无法写入 {path}：{error}", f"cannot write {path}: {error}") from error


@source.command("list")
def list_sources(
    folder: Folder = None,
    status: Annotated[str | None, typer.Option(help="active, draft, retired", show_default=False)] = None,
    province: Annotated[
        str | None, typer.Option(help="省级代码或名称 / province, code or name", show_default=False)
    ] = None,
    platform: Annotated[str | None, typer.Option(help="平台或其类别 / platform or family", show_default=False)] = None,
    as_json: Json = False,
) -> int:
    """列出来源。 List the sources."""
    if status is not None and status not in get_args(Status):
        raise errors.usage(f"没有状态 {status}", f"no status {status!r} (known: {', '.join(get_args(Status))})")
    if platform is not None and platform not in {*PLATFORMS, *(spec.family for spec in PLATFORMS.values())}:
        raise errors.usage(f"没有平台 {platform}", f"no platform {platform!r} (known: {', '.join(PLATFORMS)})")
    inside = _division(province)[0].rstrip("0") if province is not None else ""
    chosen = [
        one
        for one in map(load, source_files(folder or sources_folder()))
        if (status is None or one.status == status)
        and one.code.startswith(inside)
        and (platform is None or platform in (one.platform, family_of(one.platform)))
    ]
    if as_json:
        print_json([_listed(one) for one in chosen])
        return errors.OK
    table = RichTable(box=None, pad_edge=False)
    titles = (("来源", "source"), ("状态", "status"), ("平台", "platform"), ("栏目", "columns"), ("主体", "publisher"))
    for zh, en in titles:
        table.add_column(say(zh, en), justify="right" if en == "columns" else "left")
    for one in chosen:
        row = (one.source_id, one.status, one.platform, str(len(one.listings)), one.publisher)
        table.add_row(*map(safe, row))
    if chosen:
        out().print(table)
    by_status = ", ".join(f"{name} {count}" for name, count in sorted(Counter(one.status for one in chosen).items()))
    line(f"{len(chosen)} 个来源：{by_status}", f"{len(chosen)} sources: {by_status}")
    return errors.OK


def _listed(one: Source) -> dict[str, Any]:
    return {
        "source_id": one.source_id,
        "code": one.code,
        "publisher": one.publisher,
        "status": one.status,
        "platform": one.platform,
        "family": family_of(one.platform),
        "listings": [listing.url for listing in one.listings],
        "sites": sorted(one.sites),
        "eras": len(one.eras) or 1,
    }


@source.command("lint")
def lint_sources(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="目录或文件（默认自带的） / folder or files", show_default=False)
    ] = None,
    as_json: Json = False,
) -> int:
    """检查来源文件；有误时退出码为 1。 Check the source files; exit code 1 if one is wrong."""
    files: list[Path] = []
    troubles: list[Trouble] = []
    for path in paths or [sources_folder()]:
        if path.is_dir():
            files += source_files(path)
            others = sorted(one for one in path.rglob("*.[yY][aA][mM][lL]") if one.is_file())
            troubles += [Trouble(str(one), "error", "file_name", "name it .yml, or nothing reads it") for one in others]
        elif path.is_file():
            files.append(path)
        else:
            raise errors.usage(f"没有这个目录或文件：{path}", f"no such folder or file: {path}")
    troubles += lint(list(dict.fromkeys(files)), places())
    wrong = sum(one.level == "error" for one in troubles)
    if as_json:
        print_json({"sources": len(files), "errors": wrong, "troubles": [msgspec.to_builtins(one) for one in troubles]})
    else:
        for one in troubles:
            line(str(one), str(one), mark="✗" if one.level == "error" else "!")
        told = len(troubles) - wrong
        result(
            f"{len(files)} 个来源，{wrong} 处有误，{told} 处提醒",
            f"{len(files)} sources, {wrong} errors, {told} warnings",
        )
    return errors.FINDINGS if wrong else errors.OK


@source.command("check")
def check(
    names: Annotated[list[str], typer.Argument(help="来源文件或区划代码 / source files or division codes")],
    folder: Folder = None,
    as_json: Json = False,
) -> int:
    """联网查看 robots.txt 和各栏目首页；有问题时退出码为 1。 Look at robots.txt and the first page of each column."""
    try:
        settings = from_environment()
    except ValueError as error:
        raise errors.usage(f"设置有误：{error}", str(error)) from error
    checked = []
    for path in find_sources(names, folder):
        checked.append(check_source(load(path), dt.datetime.now(dt.UTC), settings))
        if not as_json:
            _show(checked[-1])
    if as_json:
        print_json([{**msgspec.to_builtins(one), "good": one.good} for one in checked])
    return errors.OK if all(one.good for one in checked) else errors.FINDINGS


def _show(checked: Checked) -> None:
    result(f"{checked.source_id}（{checked.platform}）", f"{checked.source_id} ({checked.platform})")
    for one in checked.listings:
        result(f"  {one.url}", f"  {one.url}")
        if one.outcome in {"new", "unchanged", "replaced"}:
            years = "、".join(map(str, one.years)) or "-"
            kinds = ", ".join(f"{kind} {count}" for kind, count in one.kinds.items()) or "-"
            dates = f"{one.first_date or '?'} … {one.last_date or '?'}"
            result(
                f"    公告 {one.notices}，附件 {one.attachments}，另有页 {one.further_pages}，未取 {one.skipped}；"
                f"日期 {dates}；年度 {years}；种类 {kinds}；骨架 {one.skeleton}",
                f"    notices {one.notices}, attachments {one.attachments}, further pages {one.further_pages}, "
                f"not followed {one.skipped}; dates {dates}; years {years}; kinds {kinds}; skeleton {one.skeleton}",
            )
            for title in one.titles:
                result(f"    · {title}", f"    · {title}")
        for trouble in one.troubles:
            line(f"{one.url}：{trouble}", f"{one.url}: {trouble}", mark="✗")
    for warning in checked.warnings:
        line(warning, warning, mark="!")


@source.command("status")
def status_of_sources(
    names: Annotated[
        list[str] | None, typer.Argument(help="来源（默认全部） / sources (default: all)", show_default=False)
    ] = None,
    folder: Folder = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """各来源最近一次抓取的情况；需查看时退出码为 1。 How each source's newest run went; exit code 1: flagged."""
    root = open_root(data or data_root())
    where = folder or sources_folder()
    paths = find_sources(names, folder) if names else source_files(where)
    known = [load(path) for path in paths]
    nights = source_nights(root, known)
    if as_json:
        print_json([msgspec.to_builtins(one) for one in nights])
    elif nights:
        out().print(nights_table(nights))
        tell_flags(nights)
    never, flagged = len(known) - len(nights), sum(bool(one.flags) for one in nights)
    line(
        f"{len(known)} 个来源：{len(nights)} 个抓取过，{flagged} 个需要查看，{never} 个尚未抓取",
        f"{len(known)} sources: {len(nights)} crawled, {flagged} to look into, {never} not crawled yet",
    )
    return errors.FINDINGS if flagged else errors.OK


@source.command("import")
def import_sources(
    table: Annotated[
        Path, typer.Argument(help="栏目表（TSV：level1 level2 level3 url） / list of columns", metavar="TSV")
    ],
    out_folder: Out = None,
    report: Annotated[
        Path | None,
        typer.Option(help="未成为来源的行写入此文件（TSV） / rows left out go to this file", show_default=False),
    ] = None,
    as_json: Json = False,
) -> int:
    """把栏目表变成来源文件（draft）；已有的文件不动。 Turn a list of columns into drafts; files that are there stay."""
    try:
        found = import_columns(table.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise errors.usage(f"无法打开 {table}", f"cannot be opened: {table}") from error
    except ValueError as error:
        raise errors.usage(f"{table}：{error}", f"{table}: {error}") from error
    folder = out_folder or sources_folder()
    there = {path.stem[:6]: path for path in source_files(folder)} if folder.is_dir() else {}
    kept = [one for one in found.drafts if one.code in there]
    for one in found.drafts:
        if one.code not in there:
            _write(folder / f"{one.stem}.yml", one.text)
    written = [one for one in found.drafts if one.code not in there]
    troubles = lint([folder / f"{one.stem}.yml" for one in written], places())
    if report is not None:
        rows = [
            "row\tname\turl\treason\tdetail",
            *(f"{o.row}\t{o.name}\t{o.url}\t{o.reason}\t{o.detail}" for o in found.left),
        ]
        _write(report, "\n".join(rows) + "\n")
    counts = {
        "rows": found.rows,
        "written": len(written),
        "kept": len(kept),
        "counties": sum(not one.code.endswith("00") for one in written),
        "platforms": dict(Counter(one.platform for one in written).most_common()),
        "left": dict(Counter(one.reason for one in found.left).most_common()),
        "errors": sum(one.level == "error" for one in troubles),
        "warnings": sum(one.level == "warning" for one in troubles),
    }
    if as_json:
        left = [
            {"row": o.row, "name": o.name, "url": o.url, "reason": o.reason, "detail": o.detail} for o in found.left
        ]
        print_json({**counts, "left_rows": left, "troubles": [msgspec.to_builtins(one) for one in troubles]})
    else:
        _show_import(counts, troubles, folder)
        if report is None:
            for o in found.left:
                zh, en = REASONS[o.reason]
                detail = f"（{o.detail}）" if o.detail else ""
                line(f"第 {o.row} 行 {o.name}：{zh}{detail} {o.url}", f"row {o.row} {o.name}: {en} {o.detail} {o.url}")
    return errors.FINDINGS if counts["errors"] else errors.OK


def _show_import(counts: dict[str, Any], troubles: list[Trouble], folder: Path) -> None:
    for one in troubles:
        line(str(one), str(one), mark="✗" if one.level == "error" else "!")
    summary = RichTable(box=None, pad_edge=False)
    summary.add_column(say("平台", "platform"))
    summary.add_column(say("来源", "sources"), justify="right")
    for name, count in counts["platforms"].items():
        summary.add_row(safe(name), str(count))
    out().print(summary)
    result(
        f"{counts['rows']} 行：写入 {counts['written']} 个来源（其中县级 {counts['counties']}）到 {folder}，"
        f"已有而未动 {counts['kept']}，{counts['errors']} 处有误，{counts['warnings']} 处提醒",
        f"{counts['rows']} rows: {counts['written']} sources ({counts['counties']} of counties) written to {folder}, "
        f"{counts['kept']} were there, {counts['errors']} errors, {counts['warnings']} warnings",
    )
    for reason, count in counts["left"].items():
        zh, en = REASONS[reason]
        result(f"未单独成为来源：{zh} {count}", f"no source of its own: {en}: {count}")
