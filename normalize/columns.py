"""Every published column, defined once: type, what it means (zh, en), unit, what null means, an example.

The dictionary of a release, the Parquet field metadata and `normalize.schema` all follow from `COLUMNS`. A name means
one thing in every table; where a word had to serve twice, the entry is qualified (`goals.level`) and wins there.
"""

from __future__ import annotations

from typing import Final

from normalize.dictionary import belongings, documents, findings, history, lines, prose, targets
from normalize.field import (
    F64,
    I16,
    I32,
    I64,
    LI,
    LS,
    NO_AMOUNT,
    NO_NUMBER,
    NO_SUCH,
    NOT_KNOWN,
    NOT_PRINTED,
    NOT_WEB,
    B,
    D,
    Definitions,
    Field,
    Null,
    S,
)

__all__ = [
    "COLUMNS", "F64", "I16", "I32", "I64", "LI", "LS", "NOT_KNOWN", "NOT_PRINTED", "NOT_WEB", "NO_AMOUNT", "NO_NUMBER",
    "NO_SUCH", "B", "D", "Field", "Null", "S",
]  # fmt: skip


def _all(*parts: Definitions) -> dict[str, Field]:
    """The parts together. Raises ValueError for a column that two of them define."""
    found: dict[str, Field] = {}
    for part in parts:
        twice = found.keys() & part.keys()
        if twice:
            raise ValueError(f"columns defined twice: {', '.join(sorted(twice))}")
        found |= part
    return found


COLUMNS: Final = _all(
    documents.COLUMNS,
    lines.COLUMNS,
    targets.COLUMNS,
    belongings.COLUMNS,
    prose.COLUMNS,
    findings.COLUMNS,
    history.COLUMNS,
)
