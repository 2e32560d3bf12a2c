"""Options that several commands have. Imports nothing heavy: a command starts with what it needs itself."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from flows import errors

Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        help="数据目录或 s3:// 网址（默认 data/） / data root, a folder or s3://… (default data/)",
        show_default=False,
    ),
]
Now = Annotated[
    str | None,
    typer.Option("--now", help="以此时间为准（ISO 8601） / the time it counts as (ISO 8601)", show_default=False),
]
NoPrefect = Annotated[
    bool, typer.Option("--no-prefect", help="不用 Prefect，步骤相同 / the same steps without Prefect")
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


def parse_now(text: str | None) -> dt.datetime:
    """The time a night counts as, with a zone; UTC where none is said. Raises Trouble (exit code 2)."""
    if text is None:
        return dt.datetime.now(dt.UTC)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise errors.usage(
            f"--now {text!r} 不是 ISO 8601 时间，如 2026-11-23T02:00:00+08:00",
            f"--now {text!r} is not an ISO 8601 time such as 2026-11-23T02:00:00+08:00",
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
