"""The command `yujue`. Exit codes: 0 ok, 1 findings, 2 usage, 3 network, 4 data; messages are one line on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer
from typer.exceptions import Exit

from crawl.ledger import LedgerError
from flows.commands import (
    archive,
    correcting,
    crawling,
    explaining,
    getting,
    links,
    night,
    nights,
    reading,
    rebuilding,
    releasing,
    reviewing,
    scheduling,
    site,
    sources,
    upkeep,
)
from flows.entry import run
from flows.errors import OK
from flows.terminal import result

app = typer.Typer(
    name="yujue",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (
    night.demo,
    crawling.crawl,
    crawling.status,
    links.links,
    reading.read,
    night.nightly,
    reading.check,
    reading.show,
    explaining.why,
    explaining.serve,
    correcting.as_of,
    reviewing.review,
    getting.get,
    getting.diff,
    getting.codebook,
):
    app.command()(command)
app.command("rebuild")(rebuilding.rebuild_command)
app.command("serve-nights")(scheduling.serve_nights)
app.command("nights")(nights.nights)
app.command("quarantine")(nights.quarantine_command)
for housekeeping in (upkeep.doctor, upkeep.verify, upkeep.backup, upkeep.restore, upkeep.tidy, upkeep.migrate):
    app.command()(housekeeping)
app.add_typer(correcting.correction)
app.add_typer(sources.source)
app.add_typer(archive.archive)
app.add_typer(site.site)
app.add_typer(releasing.release)
app.add_typer(releasing.withhold)


@app.callback()
def about(
    show_version: Annotated[bool, typer.Option("--version", help="版本 / version", is_eager=True)] = False,
) -> None:
    """中国县级部门公开的预算、决算、绩效目标，整理为数据。 What Chinese county departments publish, as data."""
    if show_version:
        try:
            text = f"yujue {version('yujue')}"
        except PackageNotFoundError:
            text = "yujue (not installed: run from a checkout)"
        result(text, text)
        raise Exit(OK)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code and never raises for what a user can do wrong."""
    return run(app, arguments, ledger_trouble=LedgerError)


if __name__ == "__main__":
    sys.exit(main())
