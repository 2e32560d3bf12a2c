"""`review`: a document beside what was read of it, in a browser; decisions become entries of files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from flows import errors
from flows.bodies import archive_of
from flows.commands.explaining import latest_release
from flows.hold import open_root
from flows.local import check_documents, expand, read_paths
from flows.release.package import file_name
from flows.release.version import parse
from flows.review.app import ReviewApp
from flows.review.desk import Desk
from flows.review.server import ReviewServer
from flows.review.shelf import LocalShelf, ReleaseShelf, Shelf, Shelves
from flows.review.values import KINDS, kind_of, tasks_of
from flows.settings import (
    DataRoot,
    corrections_folder,
    data_root,
    language,
    reviewer,
    reviews_folder,
    work_limits,
)
from flows.terminal import line, progress_bars, result
from flows.working_copy import whole_release

_COUNTY = re.compile(r"\d{6}")
_DIGEST = re.compile(r"([0-9a-f]{8,64})(?:\..*)?")


@dataclass
class _Wanted:
    """What was named: documents by path, releases by folder or version, and a choice of the release's documents."""

    files: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    choices: list[pl.Expr] = field(default_factory=list)


def review(
    named: Annotated[
        list[str] | None,
        typer.Argument(
            help="区划代码、单位名称、文件（路径或 sha256）、版本 / division, organisation, document (path or sha256),"
            " release",
            metavar="[COUNTY|DOCUMENT|RELEASE]...",
            show_default=False,
        ),
    ] = None,
    *,
    only: Annotated[
        str, typer.Option("--only", help="复核什么：fails、doubtful、issues、sample:N / what to go through")
    ] = "fails",
    data: Annotated[
        str | None,
        typer.Option("--data", help="数据目录或 s3:// 网址 / data root, a folder or s3://…", show_default=False),
    ] = None,
    reviews: Annotated[
        Path | None, typer.Option("--reviews", help="复核结论的目录 / folder of the verdicts", show_default=False)
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option("--corrections", help="订正文件的目录 / folder of the corrections", show_default=False),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="复核人（默认 YUJUE_REVIEWER） / reviewer", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口，0 为任意 / port, 0: any")] = 0,
    open_it: Annotated[bool, typer.Option("--open/--no-open", help="打开浏览器 / open the browser")] = False,
) -> int:
    """在浏览器中对照原件复核；判断写入订正与复核文件，不改数据。 Review beside the print; decisions go to files."""
    name = (by or reviewer() or "").strip()
    if not name or not name.isprintable() or len(name) > 80:
        raise errors.usage("请用 --by 写明复核人", "say who reviews: --by NAME")
    try:
        kind, count = kind_of(only)
    except ValueError as error:
        raise errors.usage(
            f"--only 应为 {'、'.join(KINDS)} 或 sample:N，不是 {only}",
            f"--only is one of {', '.join(KINDS)}, or sample:N, not {only}",
        ) from error
    shelf = shelf_of(named or [], open_root(data or data_root()))
    documents = shelf.documents()
    if not documents:
        raise errors.usage("没有这样的文件", "there is no such document")
    desk = Desk(reviews or reviews_folder(), corrections or corrections_folder(), name)
    desk.verdicts(), desk.fixes()  # a file that is wrong is said now, not at the first decision
    app = ReviewApp(shelf, desk, tasks_of(shelf, kind, count, documents), kind, language())
    app.warm_up()
    try:
        server = ReviewServer(app, port)
    except OSError as error:
        raise errors.usage(
            f"端口 {port} 不可用（{error.strerror}）", f"port {port} cannot be used ({error.strerror})"
        ) from error
    line(
        f"{len(documents)} 个文件，{len(app.tasks)} 条待看；结论写入 {desk.reviews}，订正写入 {desk.corrections}",
        f"{len(documents)} documents, {len(app.tasks)} things to look at; verdicts go to {desk.reviews}, corrections to"
        f" {desk.corrections}",
    )
    result(server.url, server.url)
    line("只有本机、持此地址者可看；按 Ctrl-C 结束", "for this machine and who has this address; Ctrl-C ends it")
    if open_it:
        typer.launch(server.url)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return errors.OK
        finally:
            app.painter.close()
    return errors.OK


def shelf_of(named: list[str], root: DataRoot) -> Shelf:
    """The documents that are named; without a name, those of the latest release. Raises Trouble."""
    wanted = _Wanted()
    for one in named:
        _sort(one, root, wanted)
    archive = archive_of(root)
    parts: list[Shelf] = []
    if wanted.files:
        limits = work_limits()
        with progress_bars() as tell:
            local = read_paths(expand(wanted.files), limits, tell)
            check_documents(local, limits, tell)
        for each in local:
            if (issue := each.unreadable) is not None:
                line(f"{each.path}：{issue.message_zh}", f"{each.path}: {issue.message_en}", mark="✗")
        parts.append(LocalShelf(local, ", ".join(path.name for path in wanted.files[:3])))
    choice = pl.any_horizontal(wanted.choices) if wanted.choices else None
    if not wanted.folders and (wanted.choices or not parts):
        wanted.folders.append(latest_release(root))
    for folder in wanted.folders:
        parts.append(ReleaseShelf(folder, choice, archive, folder.name))
    return Shelves(parts)


def _sort(named: str, root: DataRoot, wanted: _Wanted) -> None:
    path = Path(named)
    if parse(named) is not None and (root.releases / named).is_dir():
        wanted.folders.append(whole_release(root, named))
    elif _COUNTY.fullmatch(named):
        wanted.choices.append(pl.col("county_code") == named)
    elif path.is_dir():
        tables = any((path / name).is_file() for name in (file_name("documents"), "documents.parquet"))
        (wanted.folders if tables else wanted.files).append(path)
    elif path.is_file():
        wanted.files.append(path)
    elif (digest := _DIGEST.fullmatch(named)) is not None:
        wanted.choices.append(pl.col("document_sha256").str.starts_with(digest[1]))
    elif "/" in named or path.suffix:
        raise errors.usage(f"没有这个文件：{named}", f"no such file: {named}")
    else:
        wanted.choices.append(
            (pl.col("disclosure_id") == named)
            | (pl.col("source_id") == named)
            | pl.col("org_name").fill_null("").str.contains(named, literal=True)
        )
