"""The small word lists of this room (`vocabulary/*.csv`), read once. Each is data a person may extend."""

from __future__ import annotations

import csv
import functools
import io
from importlib import resources


@functools.cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of `vocabulary/<name>.csv` in file order. Raises FileNotFoundError for an unknown list: a bug of ours."""
    text = resources.files("normalize").joinpath("vocabulary", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


def spellings(row: dict[str, str], column: str) -> tuple[str, ...]:
    """The standard word and its aliases (`;` between them)."""
    return (row[column], *(alias for alias in row["aliases"].split(";") if alias))
