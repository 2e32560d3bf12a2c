"""`nights`, `quarantine`: what was done, and what waits for other code, other limits or a person."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table as RichTable

from flows import errors, quarantine
from flows.commands.options import Data, Json
from flows.hold import open_root
from flows.morning import PAGE
from flows.nightly import one_night_at_a_time
from flows.runs import find_run, report_of, runs
from flows.settings import DataRoot, data_root
from flows.terminal import line, out, print_json, result, safe, say

COUNTS = {
    "new": ("新", "new"),
    "replaced": ("换", "replaced"),
    "read": ("读取", "read"),
    "failed": ("失败", "failed"),
    "quarantine": ("隔离", "quarantine"),
    "seconds": ("秒", "s"),
}
QUARANTINE_COLUMNS = (
    ("步骤", "stage"),
    ("文件", "document"),
    ("来源", "source"),
    ("文件名", "name"),
    ("自", "since"),
    ("原因", "reason"),
)
MARKS = {"ok": "✓", "attention": "!", "failed": "✗"}


def nights(
    name: Annotated[
        str | None, typer.Argument(help="运行的名称，或 latest / name of a run, or latest", show_default=False)
    ] = None,
    most: Annotated[int, typer.Option("-n", "--most", help="列出最近多少次 / how many, the newest first", min=1)] = 20,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """列出历次运行；给出名称则显示其报告。 The runs of a data root; with a name, the report of one.

    With a name the exit code is that of the run.
    """
    root = open_root(data or data_root())
    if name is not None:
        return _one(root, name, as_json=as_json)
    rows = [_row(folder.name, report_of(folder)) for folder in reversed(runs(root)[-most:])]
    if as_json:
        print_json(rows)
        return errors.OK
    table = RichTable(box=None, pad_edge=False)
    for zh, en in (("", ""), ("运行", "run")):
        table.add_column(say(zh, en))
    for zh, en in (
        ("新", "new"),
        ("换", "replaced"),
        ("读取", "read"),
        ("失败", "failed"),
        ("隔离", "quarantine"),
        ("秒", "s"),
    ):
        table.add_column(say(zh, en), justify="right")
    table.add_column(say("版本", "release"))
    table.add_column(say("需要有人处理", "needs a person"))
    for row in rows:
        counts = [row[key] for key in COUNTS]
        needs = ", ".join(row["needs"][:3]) + (f" +{len(row['needs']) - 3}" if len(row["needs"]) > 3 else "")
        shown = ("" if count is None else f"{count:,}" for count in counts)
        table.add_row(row["mark"], row["run"], *shown, safe(row["release"] or ""), safe(needs))
    out().print(table)
    return errors.OK


def _one(root: DataRoot, name: str, *, as_json: bool) -> int:
    folder = find_run(root, name)
    report = report_of(folder)
    if report is None:
        raise errors.data(
            f"{folder.name} 没有报告：被中止，或仍在运行（{folder}/events.jsonl）",
            f"{folder.name} has no report: it was killed, or is at work ({folder}/events.jsonl)",
        )
    if as_json:
        print_json(report)
    else:
        for one in report["needs_a_person"]:
            line(one["zh"], one["en"], mark="!")
        row = _row(folder.name, report)
        out().print(safe(json.dumps({key: row[key] for key in row if key != "needs"}, ensure_ascii=False)))
        result(str((folder / PAGE).resolve()), str((folder / PAGE).resolve()))
    return int(report["exit_code"])


def _row(name: str, report: dict[str, Any] | None) -> dict[str, Any]:
    """One run in one line. Without a report: all but the name is unknown."""
    if report is None:
        counts = dict.fromkeys(("new", "replaced", "read", "failed", "quarantine", "seconds", "release"))
        return {"mark": "…", "run": name, "status": None, **counts, "needs": []}
    done = {stage["stage"]: stage for stage in report["stages"]}
    release = report["release"]
    return {
        "mark": MARKS[report["status"]],
        "run": name,
        "status": report["status"],
        "new": sum(one["outcomes"]["new"] for one in report["sources"]),
        "replaced": sum(one["outcomes"]["replaced"] for one in report["sources"]),
        "read": done.get("read", {}).get("done", 0),
        "failed": sum(stage["failed"] for stage in report["stages"]),
        "quarantine": report["quarantine"]["held"],
        "seconds": report["seconds"],
        "release": release["version"] + ("*" if release["is_new"] else "") if release else None,
        "needs": [one["what"] for one in report["needs_a_person"]],
    }


def quarantine_command(
    documents: Annotated[
        list[str] | None,
        typer.Argument(help="文件的 sha256 或其开头 / sha256 of documents, or beginnings", show_default=False),
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="下一夜再试（默认全部） / the next night tries them again (default: all)")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """列出处理失败的文件及原因。 Documents that have no result but a reason; tried again by other code or limits."""
    root = open_root(data or data_root())
    held = [one for one in quarantine.quarantined(root) if not documents or one.document.startswith(tuple(documents))]
    if retry:
        with one_night_at_a_time(root):
            held = quarantine.release(root, documents or [])
        line(f"下一夜将再试 {len(held)} 个", f"the next night tries {len(held)} again")
    if as_json:
        print_json([{field: getattr(one, field) for field in one.__struct_fields__} for one in held])
        return errors.OK
    table = RichTable(box=None, pad_edge=False)
    for zh, en in (
        ("步骤", "stage"),
        ("文件", "document"),
        ("来源", "source"),
        ("文件名", "name"),
        ("自", "since"),
        ("原因", "reason"),
    ):
        table.add_column(say(zh, en))
    for one in held:
        table.add_row(
            one.stage,
            one.document[:16],
            safe(one.source),
            safe(one.filename),
            one.since[:10],
            safe(say(one.message_zh, one.message_en)),
        )
    out().print(table if held else safe(say("没有", "none")))
    return errors.OK
