"""The README's table of figures, made from what the benchmarks told when they were last run whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.suite import Benchmark

MEASURED: Final = Path(__file__).parent / "measured"
BEGIN: Final = "<!-- figures: made by `python -m benchmarks table --write`; do not edit -->"
END: Final = "<!-- /figures -->"


def stored(id_: str, folder: Path = MEASURED) -> dict[str, Any] | None:
    """The last whole run: figures, date, commit, cores, load. None where there was none."""
    path = folder / f"{id_}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def table(suite: Iterable[Benchmark], runs: Mapping[str, Mapping[str, Any] | None]) -> str:
    """Markdown: what, figure, command, when. KeyError where a run lacks a figure that the row words."""
    lines = ["| what | figure | measured by `python -m benchmarks run …` | when |", "|---|---|---|---|"]
    for one in suite:
        run = runs.get(one.id)
        figure = "not measured yet" if run is None else one.row.format(**run["figures"])
        when = "" if run is None else f"{run['date']}, load {run['load']:.0f} on {run['cores']} cores"
        lines.append(f"| {one.what} | {figure} | `{one.id}` | {when} |")
    return "\n".join(lines)


def placed(text: str, made: str) -> str:
    """The README with the table between its marks. ValueError where a mark is missing."""
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"the README must hold {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"
