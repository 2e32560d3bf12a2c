"""Trouble that ends a command: one line for a person, one exit code for a program."""

from __future__ import annotations

from typing import Final

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
