"""`correction lint`, `correction stale`, `as-of`: what people wrote about our reading, and the view of an earlier
day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from flows import errors
from flows.as_of import moment_of, view
from flows.corrections import stale as stale_ones
from flows.corrections import stale_verdicts, the_corrections, the_verdicts
from flows.hold import open_root
from flows.reviews import load_verdicts, read_verdicts
from flows.settings import corrections_folder, data_root, reviews_folder, work_limits
from flows.terminal import line, print_json, progress_bars, result
from normalize.correction import load_corrections, read_corrections
from normalize.strict import FileTrouble

correction = typer.Typer(name="correction", no_args_is_help=True, help="订正 / corrections of our reading")

Folder = Annotated[
    Path | None,
    typer.Option("--corrections", help="订正文件的目录 / folder of the files of corrections", show_default=False),
]
Reviews = Annotated[
    Path | None,
    typer.Option("--reviews", help="复核结论的目录 / folder of the files of verdicts", show_default=False),
]
Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        help="数据目录或 s3:// 网址（默认 data/） / data root, a folder or s3://… (default data/)",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


@correction.command()
def lint(folder: Folder = None, reviews: Reviews = None, as_json: Json = False) -> int:
    """检查订正与复核文件；有误时退出码为 1。 Check the files of corrections and verdicts; exit code 1 for errors."""
    for given in (folder, reviews):
        if given is not None and not given.is_dir():
            raise errors.usage(f"没有这个目录：{given}", f"no such folder: {given}")
    fixes, wrong = _linted(folder or corrections_folder(), read_corrections, load_corrections)
    verdicts, more = _linted(reviews or reviews_folder(), read_verdicts, load_verdicts)
    wrong += more
    if as_json:
        print_json({"corrections": fixes, "verdicts": verdicts, "errors": [str(each) for each in wrong]})
    else:
        for each in wrong:
            line(str(each), str(each), mark="✗")
        result(
            f"{fixes} 条订正，{verdicts} 条复核结论，{len(wrong)} 处有误",
            f"{fixes} corrections, {verdicts} verdicts, {len(wrong)} errors",
        )
    return errors.FINDINGS if wrong else errors.OK


def _linted(
    where: Path, read: Callable[[Path], Sequence[object]], load: Callable[[Path], object]
) -> tuple[int, list[FileTrouble]]:
    """How many entries the files of a folder hold, and what is wrong with them."""
    wrong: list[FileTrouble] = []
    count = 0
    for path in sorted(where.glob("*.yml")) if where.is_dir() else []:
        try:
            count += len(read(path))
        except FileTrouble as error:
            wrong.append(error)
    if not wrong:
        try:
            load(where)  # what no file can say by itself: what stands in two
        except FileTrouble as error:
            wrong.append(error)
    return count, wrong


@correction.command()
def stale(folder: Folder = None, reviews: Reviews = None, data: Data = None, as_json: Json = False) -> int:
    """列出最新版本中未采用的订正与复核结论；有则退出码为 1。 Corrections and verdicts without effect on the newest
    release; exit code 1 if any."""
    root = open_root(data or data_root())
    found = stale_ones(the_corrections(folder), root) + stale_verdicts(the_verdicts(reviews), root)
    if as_json:
        print_json(found)
    else:
        for one in found:
            name = one.get("correction_id") or one["verdict"]
            where = one.get("judged") or f"{one['document_sha256'][:16]}.{one['place']}"
            text = f"{name} {where}: {one['reason']}"
            result(text, text)
        line(f"{len(found)} 条失效", f"{len(found)} stale")
    return errors.FINDINGS if found else errors.OK


def as_of(
    when: Annotated[
        str, typer.Argument(help="日期或时间，如 2026-11-23 / a day or a time", metavar="WHEN", show_default=False)
    ],
    folder: Annotated[Path, typer.Option("--out", help="表格写入的目录 / folder for the tables", show_default=False)],
    corrections: Folder = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """某一天的数据：当时已知的文件、当时的现行版本。 The tables as of a day: what was known and current then."""
    if folder.exists() and not folder.is_dir():
        raise errors.usage(f"--out 不是目录：{folder}", f"--out is not a folder: {folder}")
    moment, root, limits = moment_of(when), open_root(data or data_root()), work_limits()
    with progress_bars() as tell:
        rows = view(root, moment, limits, folder, corrections=the_corrections(corrections), progress=tell)
    known, current = rows["documents"], int(pl.read_parquet(folder / "documents.parquet")["is_current"].sum())
    if as_json:
        print_json({"as_of": moment, "out": str(folder), "rows": rows})
    else:
        result(
            f"截至 {moment}：{known} 个文件，其中现行 {current} 个，已写入 {folder}",
            f"as of {moment}: {known} documents, {current} of them current; written to {folder}",
        )
    return errors.OK
