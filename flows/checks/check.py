"""A check: one rule with the docstring that is its text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from flows.checks.noun import Finding, Level, Severity
from flows.checks.views import DocumentFacts


class AnyCheck(Protocol):
    """What a check is to those who only tell of it: one of a document, or one of several (`flows.checks.together`)."""

    @property
    def id(self) -> str: ...
    @property
    def level(self) -> Level: ...
    @property
    def severity(self) -> Severity: ...


class Check(msgspec.Struct, frozen=True):
    """One rule. id: family letter and two digits. doc: the module's docstring, which is the rule.

    run: yields the findings of one document; when it yields none, the check is recorded once as not applicable with
    `absent` (stable word, zh, en).
    """

    id: str
    level: Level
    severity: Severity
    doc: str
    run: Callable[[DocumentFacts], Iterable[Finding]]
    absent: tuple[str, str, str]

    @property
    def family(self) -> str:
        return self.id[0]
