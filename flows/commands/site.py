"""`site build`, `site serve`: a release as pages that anyone can read, on any web server or from a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from flows import errors
from flows.bodies import archive_of
from flows.commands.explaining import latest_release
from flows.hold import open_root
from flows.serve import LOOPBACK, SITE_HEADERS, FileServer
from flows.settings import Place, data_root
from flows.site.build import Built, build_site
from flows.site.output import MARK
from flows.site.release import open_release
from flows.site.render import web_address
from flows.terminal import line, print_json, progress_bars, result

site = typer.Typer(
    name="site", no_args_is_help=True, help="站点：建立、查看 / the site of a release: build it, look at it"
)

Out = Annotated[Path, typer.Option("--out", help="站点目录 / folder of the site")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
_MAIL = re.compile(r"[^\s@<>\"'?&#]+@[^\s@<>\"'?&#]+\.[A-Za-z]{2,}")
DEFAULT_OUT = Path("site")


@site.command("build")
def build(  # noqa: PLR0917 - a command: its parameters are its options
    out: Out = DEFAULT_OUT,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            help="数据目录（或 s3://）：取其最新版本与原文图像 / data root: its latest release and its pictures",
            show_default=False,
        ),
    ] = None,
    release: Annotated[
        Path | None,
        typer.Option(
            "--release", help="一个版本的目录（没有原文图像） / folder of one release (no pictures)", show_default=False
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--base-url", help="站点将来的地址，供站点地图与订阅 / where it will stand", show_default=False),
    ] = None,
    contact: Annotated[
        str,
        typer.Option(
            "--contact", help="报错用的邮箱或 https 表单 / e-mail or https form for reports", show_default=False
        ),
    ] = "",
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="绘制 PDF 各页 / draw the pages of PDFs")
    ] = True,
    as_json: Json = False,
) -> int:
    """由一个版本建立站点；未变的文件页不重写。 Build the site of a release; unchanged pages are kept."""
    if data is not None and release is not None:
        raise errors.usage("--data 与 --release 只能用一个", "give --data or --release, not both")
    if contact and not _MAIL.fullmatch(contact) and web_address(contact) is None:
        raise errors.usage(
            f"--contact {contact!r} 不是邮箱或网址", f"--contact {contact!r} is neither an e-mail nor a web address"
        )
    if base is not None and web_address(base) is None:
        raise errors.usage(f"--base-url {base!r} 不是 http(s) 网址", f"--base-url {base!r} is no http(s) address")
    built = build_latest(data, release, out, base=base, contact=contact, pictures=pictures)
    if as_json:
        print_json({**vars(built), "folder": str(built.folder), "documents": vars(built.documents)})
        return errors.OK
    tell(built)
    return errors.OK


def build_latest(
    data: Place | None,
    release: Path | None,
    out: Path,
    *,
    base: str | None = None,
    contact: str = "",
    pictures: bool = True,
) -> Built:
    """Build from the latest release of a data root, or from a release folder. Raises Trouble."""
    if release is None:
        root = open_root(data or data_root())
        release, archive = latest_release(root), root.archive if pictures and archive_of(root) else None
    else:
        archive = None
    with progress_bars() as tell_progress:
        return build_site(
            open_release(release), out, archive=archive, base=base, contact=contact, progress=tell_progress
        )


def tell(built: Built) -> None:
    """What was built, and where."""
    made = built.documents
    line(
        f"{built.version}：{built.pages} 页；文件页新绘 {made.rendered}、沿用 {made.kept}，图像 {made.pictures}",
        f"{built.version}: {built.pages} pages; documents drawn {made.rendered}, "
        f"kept {made.kept}; pictures {made.pictures}",
    )
    if not built.charts:
        line("没有图表：请安装 yujue[site] 后再建", "no charts: install yujue[site] and build again", mark="!")
    path = (built.folder / "index.html").absolute()
    result(f"站点：{path}", f"site: {path}")


@site.command("serve")
def serve(
    out: Annotated[Path, typer.Argument(help="站点目录 / folder of the site")] = DEFAULT_OUT,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口，0 为任意 / port, 0: any")] = 8000,
    host: Annotated[
        str, typer.Option("--host", help="地址，默认只有本机可访问 / by default this machine only")
    ] = LOOPBACK,
) -> int:
    """在本机查看站点。 Serve a built site."""
    if not (out / MARK).is_file():
        raise errors.usage(
            f"{out} 不是站点（没有 {MARK}）；请先运行 `yujue site build --out {out}`",
            f"{out} is no site (no {MARK}); run `yujue site build --out {out}` first",
        )
    try:
        server = FileServer(out, host, port, headers=SITE_HEADERS)
    except OSError as error:
        raise errors.usage(
            f"无法在 {host}:{port} 上服务（{error.strerror}）；可用 --port 另选端口",
            f"cannot serve on {host}:{port} ({error.strerror}); choose another with --port",
        ) from error
    result(server.url, server.url)
    line("按 Ctrl-C 结束", "Ctrl-C ends it")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return errors.OK
    return errors.OK
