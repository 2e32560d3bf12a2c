"""The program `yujue`. With the light installation only the commands for users of releases are there; the others say
what they lack. `flows.cli` has all commands."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Final

import typer
from typer.exceptions import Abort, Exit, TyperException

from flows.commands import getting
from flows.errors import BUG, DATA, OK, USAGE, Trouble
from flows.machine import fault
from flows.settings import SettingError
from flows.terminal import line

INTERRUPTED: Final = 130
LIGHT: Final[dict[str, Callable[..., int]]] = {"get": getting.get, "diff": getting.diff, "codebook": getting.codebook}
ROOMS: Final = ("crawl", "extract", "normalize", "flows")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code and never raises for what a user can do wrong."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in LIGHT:
        return run(_light(), given)
    try:
        from flows import cli  # noqa: PLC0415 - everything: Scrapy, Prefect, readers

        return cli.main(given)  # imports the rest; what a command raises while it runs is caught in `run`
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ROOMS:
            raise
        if not given or given[0] in ("--help", "-h"):
            return run(_light(), given or ["--help"])
        line(
            f"此命令需要完整安装（缺 {error.name}）：pip install 'yujue[pipeline]'",
            f"this command takes the whole installation ({error.name} is missing): pip install 'yujue[pipeline]'",
            mark="yujue:",
        )
        return USAGE


def _light() -> typer.Typer:
    app = typer.Typer(name="yujue", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    for name, command in LIGHT.items():
        app.command(name)(command)

    @app.callback()
    def about() -> None:
        """使用 yujue 的数据。 Use the data of yujue: get, diff, codebook; the rest takes yujue[pipeline]."""

    return app


def run(app: typer.Typer, arguments: Sequence[str] | None, *, ledger_trouble: type[Exception] | tuple[()] = ()) -> int:
    """Run an app; trouble is one line on stderr and an exit code. ledger_trouble: `crawl.ledger.LedgerError`, which the
    light installation has not got."""
    try:
        code: Any = app(list(arguments) if arguments is not None else None, standalone_mode=False)
    except Trouble as trouble:
        line(trouble.zh, trouble.en, mark="yujue:")
        return trouble.code
    except SettingError as error:
        line(f"设置有误：{error}", f"a setting cannot be used: {error}", mark="yujue:")
        return USAGE
    except ledger_trouble as error:
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
    except Exception as error:  # noqa: BLE001 - a bug of ours; not code 1, which says that the work was done
        if (at_fault := fault(error)) is not None:
            line(at_fault.zh, at_fault.en, mark="yujue:")
            return at_fault.code
        traceback.print_exc()
        line("程序错误，命令没有完成", "a bug of ours: the command was not completed", mark="yujue:")
        return BUG
    except SystemExit:  # so typer and rich say that the reader of our output (`| head`) has seen enough
        return OK
    return code if isinstance(code, int) else OK


if __name__ == "__main__":
    sys.exit(main())
