"""A report to others: a text file for Prometheus' node exporter, and a command of the user's with the JSON on stdin."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from flows.store import write_atomically

HOOK_SECONDS: Final = 60
SECRET_LENGTH: Final = 6  # characters of an argument; shorter ones are options and words of every message
_SAMPLE: Final = re.compile(r'(yujue_\w+)\{kind="\w+".*\} [-+\d.e]+')
Data = dict[str, Any]


def prometheus(report: Data, finished_at: float) -> str:
    """The report in the text format of Prometheus. finished_at: seconds since 1970."""
    kind = report["kind"]
    lines: list[str] = []

    def metric(name: str, help_text: str, samples: list[tuple[dict[str, str], float]]) -> None:
        lines.append(f"# HELP yujue_{name} {help_text}")
        lines.append(f"# TYPE yujue_{name} gauge")
        for labels, value in samples:
            said = ",".join(f'{key}="{_escaped(text)}"' for key, text in {"kind": kind, **labels}.items())
            lines.append(f"yujue_{name}{{{said}}} {value:.15g}")

    metric("run_end_timestamp_seconds", "When the last run ended.", [({}, finished_at)])
    metric("run_seconds", "Wall time of the last run.", [({}, report["seconds"])])
    metric("run_exit_code", "0 ok, 1 a person should look, 2 usage, 3 network, 4 data.", [({}, report["exit_code"])])
    metric("documents", "Documents known.", [({}, report["documents"])])
    metric("needs_a_person", "Things that need a person.", [({}, len(report["needs_a_person"]))])
    metric("quarantine", "Documents in quarantine.", [({}, report["quarantine"]["held"])])
    metric("free_bytes", "Bytes free on the disk of the data root.", [({}, report["free_bytes"])])
    stages = report["stages"]
    metric("stage_documents", "Documents done.", [({"stage": one["stage"]}, one["done"]) for one in stages])
    metric("stage_failed", "Documents done in vain.", [({"stage": one["stage"]}, one["failed"]) for one in stages])
    metric("stage_seconds", "Wall time of a stage.", [({"stage": one["stage"]}, one["seconds"]) for one in stages])
    metric("visits", "Visits of a source by outcome.", list(_visits(report)))
    metric(
        "crawl_failed",
        "1 where a crawl is not complete.",
        [({"source": one["source_id"]}, float(one["failed"])) for one in report["sources"]],
    )
    return "\n".join(lines) + "\n"


def _visits(report: Data) -> Iterator[tuple[dict[str, str], float]]:
    for source in report["sources"]:
        for outcome, count in source["outcomes"].items():
            yield {"source": source["source_id"], "outcome": outcome}, count


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def write_prometheus(path: Path, text: str, kind: str) -> None:
    """Whole or not at all: the exporter may read at any moment. What the file says of runs of other kinds is kept: a
    rebuild does not make the night's figures vanish. Raises OSError."""
    try:
        before = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        before = ""
    write_atomically(path, merged(before, text, kind).encode())


def merged(before: str, text: str, kind: str) -> str:
    """The new text, and behind each metric of it the samples the old one has of other kinds."""
    own = f'{{kind="{kind}"'
    kept: dict[str, list[str]] = {}
    for line in before.splitlines():
        found = _SAMPLE.fullmatch(line)
        if found and own not in line:
            kept.setdefault(found[1], []).append(line)
    lines: list[str] = []
    name = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            lines += kept.pop(name, [])
            name = line.split()[2]
        lines.append(line)
    lines += kept.pop(name, [])
    return "\n".join(lines) + "\n"


def call_hook(command: str, report: Data, folder: Path) -> str | None:
    """Run the user's command with the report on stdin, without a shell; what went wrong, or None.

    The report has one more key there: `folder`, where it and its page lie.
    """
    try:
        words = shlex.split(command)
        if not words:
            return None
        done = subprocess.run(
            words,
            input=json.dumps({**report, "folder": str(folder.resolve())}, ensure_ascii=False).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=HOOK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"more than {HOOK_SECONDS} s"
    except (OSError, ValueError) as error:
        return str(error)
    if done.returncode == 0:
        return None
    last = done.stderr.decode(errors="replace").strip().splitlines()
    return f"exit {done.returncode}" + (f", {_without(words[1:], last[-1])[:200]}" if last else "")


def _without(arguments: list[str], text: str) -> str:
    """What a program said, without what it was given: the address of a webhook is a secret, and programs repeat it."""
    pieces = {piece for one in arguments for piece in re.split(r"[^\w.-]+", one) if len(piece) >= SECRET_LENGTH}
    for piece in sorted(pieces, key=len, reverse=True):
        text = text.replace(piece, "…")
    return text
