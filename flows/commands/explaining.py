"""`why`, `serve`: from a number to its place; the release in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows import errors
from flows import why as explained
from flows.hold import open_root
from flows.release.version import latest, newest
from flows.serve import LOOPBACK, FileServer
from flows.settings import DataRoot, data_root
from flows.terminal import line, out, print_json, result
from flows.working_copy import whole_release

Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        help="数据目录或 s3:// 网址（默认 data/） / data root, a folder or s3://… (default data/)",
        show_default=False,
    ),
]


def why(
    fact_id: Annotated[
        str, typer.Argument(help="标识，如 3a2245b978ca3436.t9.r14.c3 / identifier", show_default=False)
    ],
    data: Data = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="数据表所在目录（默认最新版本） / folder of tables (default: latest release)",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> int:
    """这个数字从哪里来：文件、位置、报表、检查。 Where a number comes from: document, place, statement, checks."""
    if folder is not None and not folder.is_dir():
        raise errors.usage(f"没有这个目录：{folder}", f"no such folder: {folder}")
    found = explained.find(fact_id, folder or latest_release(open_root(data or data_root())))
    if as_json:
        print_json(found.as_data())
    else:
        out().print(explained.tree(found, fact_id))
    return errors.OK


def serve(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口，0 为任意 / port, 0: any")] = 8000,
    host: Annotated[
        str, typer.Option("--host", help="地址，默认只有本机可访问 / address, by default this machine only")
    ] = LOOPBACK,
    data: Data = None,
) -> int:
    """用浏览器查看最新版本。 Serve the releases over HTTP."""
    root = open_root(data or data_root())
    version = latest_release(root).name
    try:
        server = FileServer(root.releases, host, port, redirect=f"/{version}/")
    except OSError as error:
        raise errors.usage(
            f"无法在 {host}:{port} 上服务（{error.strerror}）；可用 --port 另选端口",
            f"cannot serve on {host}:{port} ({error.strerror}); choose another with --port",
        ) from error
    result(f"{server.url}{version}/", f"{server.url}{version}/")
    if root.url is not None:
        line("由本机工作副本提供，只有最新版本", "served from this machine's working copy: the latest release alone")
    line("按 Ctrl-C 结束", "Ctrl-C ends it")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return errors.OK
    return errors.OK


def latest_release(root: DataRoot) -> Path:
    """Folder of the latest release. Raises Trouble (exit code 4) where there is none."""
    version = latest(root.releases) or newest(root.releases)
    if version is None:
        raise errors.data(
            f"{root.path} 中还没有版本；请先运行 `yujue nightly`（或 `yujue demo`）",
            f"no release in {root.path} yet; run `yujue nightly` (or `yujue demo`) first",
        )
    return whole_release(root, version)
