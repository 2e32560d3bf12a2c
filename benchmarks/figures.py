"""The last word of a benchmark: its figures by name, as one line a program can read."""

from __future__ import annotations

import json
from typing import Final

MARK: Final = "FIGURES "
Figure = int | float | str | None


def tell(**figures: Figure) -> None:
    """Print the figures, after everything printed for people. Names are those the table of the README uses."""
    print(MARK + json.dumps(figures, ensure_ascii=False, sort_keys=True), flush=True)


def told(output: str) -> dict[str, Figure]:
    """The figures in what a benchmark printed, a later line before an earlier. ValueError where it told none."""
    found: dict[str, Figure] = {}
    lines = [line for line in output.splitlines() if line.startswith(MARK)]
    for line in lines:
        found.update(json.loads(line.removeprefix(MARK)))
    if not lines:
        raise ValueError(f"no line begins with {MARK.strip()!r}: the benchmark did not come to its end")
    return found
