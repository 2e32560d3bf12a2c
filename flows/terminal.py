"""What a person sees: results on stdout, progress and messages on stderr, in their language."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from flows.settings import language, no_color, terminal_width

if TYPE_CHECKING:
    from flows.stage import Progress as Tell  # for the type alone: the light client has no stages

STAGES = {
    "crawl": ("抓取来源", "crawl sources"),
    "unpack": ("展开压缩包", "unpack archives"),
    "convert": ("转换旧格式", "convert old formats"),
    "read": ("读取文件", "read documents"),
    "facts": ("整理数据", "build facts"),
    "check": ("检查", "check facts"),
    "release": ("发布", "release"),
    "verify": ("核对档案", "verify the archive"),
    "backup": ("备份", "back up"),
    "restore": ("恢复", "restore"),
}


def say(zh: str, en: str) -> str:
    """The text in the language of the user."""
    return zh if language() == "zh" else en


def out() -> Console:
    """For results. Not a terminal: a good width of its own, and no colour."""
    width = None if sys.stdout.isatty() else max(terminal_width(), 160)
    return Console(file=sys.stdout, width=width, no_color=no_color(), highlight=False)


def result(zh: str, en: str) -> None:
    """One line of result on stdout, never wrapped: a path in it can be copied."""
    out().print(safe(say(zh, en)), soft_wrap=True)


def err() -> Console:
    """For messages and progress."""
    return Console(file=sys.stderr, no_color=no_color(), highlight=False, soft_wrap=True)


def line(zh: str, en: str, *, mark: str = "") -> None:
    """One line of message on stderr; whatever it quotes cannot start new lines or control the terminal."""
    text = " ".join(f"{mark} {say(zh, en)}".split())
    err().print(Text("".join(character for character in text if character.isprintable())))


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def safe(text: object) -> Text:
    """A printed text without markup and control characters, for a cell of a table or tree."""
    kept = "".join(c if c.isprintable() or c == "\n" else " " for c in str("" if text is None else text))
    return Text(kept)


@contextmanager
def progress_bars() -> Iterator[Tell]:
    """One bar per stage on stderr while the block runs; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err()
    )
    tasks: dict[str, TaskID] = {}

    def tell(stage: str, done: int, total: int) -> None:
        if not total:
            return
        if stage not in tasks:
            tasks[stage] = bars.add_task(say(*STAGES.get(stage, (stage, stage))))
        bars.update(tasks[stage], completed=done, total=total)

    with bars:
        yield tell


def pairs(counts: dict[str, int]) -> str:
    """`new 3, gone 1`."""
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or say("无", "none")
