"""Runs: what was done to a data root and when, beside what releases are made from and never part of it.

    runs/20261123T020000Z-night/events.jsonl     one line per event, as it happens
    runs/20261123T020000Z-night/report.json      written at the end (`flows.report`), with index.html for people
    runs/20261123T020000Z-rebuild/impact.json    what a rebuild would change, with three Parquet files

A run without report.json was killed, or is at work.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from flows import errors
from flows.impact import Impact
from flows.journal import Journal
from flows.settings import DataRoot
from flows.store import write_atomically
from flows.working_copy import claim_run

Kind = Literal["night", "crawl", "rebuild", "verify"]
EVENTS: Final = "events.jsonl"
REPORT: Final = "report.json"
IMPACT: Final = "impact.json"
_NAME = re.compile(r"\d{8}T\d{6}Z-(night|crawl|rebuild|verify)(-\d+)?")


@dataclass(frozen=True)
class Run:
    """One run and its folder. began: of the monotonic clock."""

    id: str
    kind: Kind
    folder: Path
    journal: Journal
    now: dt.datetime
    began: float = field(default_factory=time.monotonic)


def open_run(root: DataRoot, kind: Kind, now: dt.datetime) -> Run:
    """A run with a folder of its own, named by the time it counts as. Raises Trouble (exit code 2)."""
    stamp = now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, 10_000):
        name = f"{stamp}-{kind}" if number == 1 else f"{stamp}-{kind}-{number}"
        folder = root.runs / name
        try:
            if not claim_run(root, name):
                continue
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise errors.usage(f"数据目录不可写：{root.path}", f"cannot write in the data root: {root.path}") from error
        return Run(name, kind, folder, Journal(folder / EVENTS), now)
    raise errors.usage(f"{root.runs} 中的运行记录过多", f"too many runs of one second in {root.runs}")


def runs(root: DataRoot) -> list[Path]:
    """Folders of runs, oldest first."""
    if not root.runs.is_dir():
        return []
    return sorted((path for path in root.runs.iterdir() if _NAME.fullmatch(path.name)), key=_order)


def _order(path: Path) -> tuple[str, int, str]:
    stamp, kind, *number = path.name.split("-")
    return stamp, int(number[0]) if number else 1, kind


def report_of(folder: Path) -> dict[str, Any] | None:
    """The run's report; None where it has none (killed, or at work) or it is damaged."""
    return read_json(folder / REPORT)


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object; None where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def find_run(root: DataRoot, name: str) -> Path:
    """The run of this name, or `latest`. Raises Trouble (exit code 2)."""
    known = runs(root)
    hits = known[-1:] if name == "latest" else [path for path in known if path.name == name]
    if not hits:
        raise errors.usage(
            f"没有运行记录 {name}（yujue nights 列出全部）", f"no run {name} (`yujue nights` lists them)"
        )
    return hits[0]


def write_json(path: Path, value: object) -> None:
    write_atomically(path, (json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n").encode())


def write_impact(folder: Path, impact: Impact) -> None:
    """impact.json (counts); impact_facts, impact_findings and impact_standings.parquet (every row)."""
    frames = (("facts", impact.rows), ("findings", impact.findings), ("standings", impact.standings))
    for name, frame in ((f"impact_{name}", frame) for name, frame in frames):
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="zstd")
        write_atomically(folder / f"{name}.parquet", buffer.getvalue())
    write_json(folder / IMPACT, impact.as_data())
