"""The command `yujue`. Exit codes: 0 ok, 1 findings, 2 usage, 3 network, 4 data; messages are one line on stderr."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer
from typer.exceptions import Abort, Exit, TyperException

from crawl.ledger import LedgerError
from flows.commands import (
    archive,
    correcting,
    crawling,
    explaining,
    links,
    night,
    nights,
    reading,
    rebuilding,
    reviewing,
    scheduling,
    site,
    sources,
    upkeep,
)
from flows.errors import BUG, DATA, OK, USAGE, Trouble
from flows.settings import SettingError
from flows.terminal import line, result

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

INTERRUPTED = 130


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
    try:
        code: Any = app(list(arguments) if arguments is not None else None, standalone_mode=False)
    except Trouble as trouble:
        line(trouble.zh, trouble.en, mark="yujue:")
        return trouble.code
    except SettingError as error:
        line(f"设置有误：{error}", f"a setting cannot be used: {error}", mark="yujue:")
        return USAGE
    except LedgerError as error:
        line(f"台账不可用：{error}", str(error), mark="yujue:")
        return DATA
    except Exit as end:
        return end.exit_code
    except TyperException as error:
        if message := error.format_message():  # none where the help was printed for want of a command
            line(message, message, mark="yujue:")
        return USAGE
    except (Abort, KeyboardInterrupt):
        line("已中止", "interrupted", mark="yujue:")
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - a bug of ours; not code 1, which says that the work was done
        traceback.print_exc()
        line("程序错误，命令没有完成", "a bug of ours: the command was not completed", mark="yujue:")
        return BUG
    except SystemExit:  # so typer and rich say that the reader of our output (`| head`) has seen enough
        return OK
    return code if isinstance(code, int) else OK


if __name__ == "__main__":
    sys.exit(main())
