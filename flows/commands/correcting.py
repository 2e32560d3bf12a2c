"""`correction lint`, `correction stale`, `as-of`: reviewed fixes of our reading, and the view of an earlier day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows import errors
from flows.as_of import moment_of, view, write_view
from flows.corrections import stale as stale_ones
from flows.corrections import the_corrections
from flows.hold import open_root
from flows.settings import corrections_folder, data_root, work_limits
from flows.terminal import line, print_json, progress_bars, result
from normalize.correction import CorrectionError, load_corrections, read_corrections

correction = typer.Typer(name="correction", no_args_is_help=True, help="订正 / corrections of our reading")

Folder = Annotated[
    Path | None,
    typer.Option("--corrections", help="订正文件的目录 / folder of the files of corrections", show_default=False),
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
def lint(folder: Folder = None, as_json: Json = False) -> int:
    """检查订正文件；有误时退出码为 1。 Check the files of corrections; exit code 1 if one is wrong."""
    where = folder or corrections_folder()
    if folder is not None and not folder.is_dir():
        raise errors.usage(f"没有这个目录：{folder}", f"no such folder: {folder}")
    wrong: list[CorrectionError] = []
    count = 0
    for path in sorted(where.glob("*.yml")) if where.is_dir() else []:
        try:
            count += len(read_corrections(path))
        except CorrectionError as error:
            wrong.append(error)
    if not wrong:
        try:
            load_corrections(where)  # what no file can say by itself: an id or place that stands in two
        except CorrectionError as error:
            wrong.append(error)
    if as_json:
        print_json({"corrections": count, "errors": [str(each) for each in wrong]})
    else:
        for each in wrong:
            line(str(each), str(each), mark="✗")
        result(f"{count} 条订正，{len(wrong)} 处有误", f"{count} corrections, {len(wrong)} errors")
    return errors.FINDINGS if wrong else errors.OK


@correction.command()
def stale(folder: Folder = None, data: Data = None, as_json: Json = False) -> int:
    """列出最新版本中未采用的订正；有则退出码为 1。 Corrections the newest release did not apply; exit code 1 if any."""
    found = stale_ones(the_corrections(folder), open_root(data or data_root()))
    if as_json:
        print_json(found)
    else:
        for one in found:
            where = f"{one['document_sha256'][:16]}.{one['place']}"
            text = f"{one['correction_id']} {where}: {one['reason']}"
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
        tables = view(root, moment, limits, corrections=the_corrections(corrections), progress=tell)
    rows = write_view(tables, folder, moment)
    known, current = rows["documents"], int(tables["documents"]["is_current"].sum())
    if as_json:
        print_json({"as_of": moment, "out": str(folder), "rows": rows})
    else:
        result(
            f"截至 {moment}：{known} 个文件，其中现行 {current} 个，已写入 {folder}",
            f"as of {moment}: {known} documents, {current} of them current; written to {folder}",
        )
    return errors.OK
