"""`serve-nights`: a night by the clock, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows import errors
from flows.commands.options import Data
from flows.crawl_sources import find_sources
from flows.prefect_server import ensure_server
from flows.settings import data_root, work_limits, work_runner
from flows.terminal import line


def serve_nights(
    cron: Annotated[
        str, typer.Option(help="何时运行（cron：分 时 日 月 周） / when (cron: minute hour day month weekday)")
    ] = "30 1 * * *",
    timezone: Annotated[str, typer.Option(help="时区 / time zone of the schedule")] = "Asia/Shanghai",
    folder: Annotated[
        Path | None,
        typer.Option(
            "--sources", help="来源目录（默认自带的） / folder of sources (default: our own)", show_default=False
        ),
    ] = None,
    data: Data = None,
) -> int:
    """按时间表每夜运行，直到停止。 A night by the clock until it is stopped; server and schedule on loopback only."""
    find_sources([], folder)
    work_limits()
    work_runner()
    root = data or data_root()
    line("连接 Prefect（首次启动需半分钟左右）", "connecting to Prefect (a first start takes half a minute)")
    server = ensure_server()
    from flows import deployments  # noqa: PLC0415 - Prefect reads its settings when imported

    deployments.check_schedule(cron, timezone)
    page = server.removesuffix("/api")
    line(f"已安排：{cron}（{timezone}），数据 {root}；{page}", f"scheduled: {cron} ({timezone}), data {root}; {page}")
    deployments.serve_nights(cron, timezone, sources=folder, data=root, server=server)
    return errors.OK
