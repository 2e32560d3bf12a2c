"""The command `yujue`. Exit codes: 0 ok, 1 findings, 2 usage, 3 network, 4 data; messages are one line on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Final

import typer
from typer.exceptions import Exit

from crawl.ledger import LedgerError
from flows.entry import run
from flows.errors import OK
from flows.terminal import result


@dataclass(frozen=True)
class Command:
    """Where a command, or a group of commands, is written: a function, or a Typer, of a module of `flows.commands`."""

    name: str
    module: str
    attribute: str
    group: bool = False


COMMANDS: Final = (  # in the order of the help
    Command("demo", "night", "demo"),
    Command("crawl", "crawling", "crawl"),
    Command("status", "crawling", "status"),
    Command("links", "links", "links"),
    Command("read", "reading", "read"),
    Command("nightly", "night", "nightly"),
    Command("check", "reading", "check"),
    Command("show", "reading", "show"),
    Command("why", "explaining", "why"),
    Command("serve", "explaining", "serve"),
    Command("as-of", "correcting", "as_of"),
    Command("review", "reviewing", "review"),
    Command("get", "getting", "get"),
    Command("diff", "getting", "diff"),
    Command("codebook", "getting", "codebook"),
    Command("rebuild", "rebuilding", "rebuild_command"),
    Command("serve-nights", "scheduling", "serve_nights"),
    Command("nights", "nights", "nights"),
    Command("quarantine", "nights", "quarantine_command"),
    Command("doctor", "upkeep", "doctor"),
    Command("verify", "upkeep", "verify"),
    Command("backup", "upkeep", "backup"),
    Command("restore", "upkeep", "restore"),
    Command("tidy", "upkeep", "tidy"),
    Command("migrate", "upkeep", "migrate"),
    Command("correction", "correcting", "correction", group=True),
    Command("source", "sources", "source", group=True),
    Command("archive", "archive", "archive", group=True),
    Command("site", "site", "site", group=True),
    Command("release", "releasing", "release", group=True),
    Command("withhold", "releasing", "withhold", group=True),
)


def application(commands: Iterable[Command] = COMMANDS) -> typer.Typer:
    """The program with these commands; only their modules are imported."""
    app = typer.Typer(name="yujue", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    for one in commands:
        found = getattr(import_module(f"flows.commands.{one.module}"), one.attribute)
        if one.group:
            app.add_typer(found)
        else:
            app.command(one.name)(found)
    app.callback()(about)
    return app


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
    words = list(sys.argv[1:] if arguments is None else arguments)
    named = [one for one in COMMANDS if words and one.name == words[0]]
    return run(application(named or COMMANDS), words, ledger_trouble=LedgerError)


if __name__ == "__main__":
    sys.exit(main())
