"""Trouble that ends a command: one line for a person, one exit code for a program; and where a bug of ours lies."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]

OK: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
NETWORK: Final = 3
DATA: Final = 4
BUG: Final = 70  # ended by a bug of ours (sysexits: internal software error)


class Trouble(Exception):  # noqa: N818 - expected trouble, as issues are; not a bug
    """Ends a command with one line and an exit code (2 usage, 3 network, 4 data). zh and en say the same."""

    def __init__(self, code: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en


def usage(zh: str, en: str) -> Trouble:
    return Trouble(USAGE, zh, en)


def network(zh: str, en: str) -> Trouble:
    return Trouble(NETWORK, zh, en)


def data(zh: str, en: str) -> Trouble:
    return Trouble(DATA, zh, en)


def where(error: BaseException) -> str:
    """`KeyError: 'x' at extract/form.py:12`: the innermost line of our code, without machine paths or line breaks."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if ROOT in Path(frame.filename).parents]
    last = f" at {Path(ours[-1].filename).relative_to(ROOT).as_posix()}:{ours[-1].lineno}" if ours else ""
    text = " ".join(f"{type(error).__name__}: {error}".replace(str(ROOT), ".").split())
    return f"{text[:240]}{last}"
