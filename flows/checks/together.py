"""Checks that need several documents at once: a department and its units, a year and the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from flows.checks.noun import Finding, Level, Severity
from flows.checks.views import DocumentFacts


class CrossCheck(msgspec.Struct, frozen=True):
    """One rule over several documents. run: yields (the document a finding is filed under, the finding).

    The other fields as in `Check`; where nothing is yielded nothing is recorded: most documents have no such company.
    """

    id: str
    level: Level
    severity: Severity
    doc: str
    run: Callable[[Sequence[DocumentFacts]], Iterable[tuple[DocumentFacts, Finding]]]
    absent: tuple[str, str, str]

    @property
    def family(self) -> str:
        return self.id[0]
