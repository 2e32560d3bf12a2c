"""`rebuild`: work done again from the archive, its impact told before a release is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table as RichTable

from flows import errors
from flows.batches import Spread, here
from flows.commands.options import Data, Json, Now, parse_now
from flows.corrections import the_corrections
from flows.crawl_sources import find_sources
from flows.hold import open_filled_root
from flows.impact import Impact
from flows.morning import recorded
from flows.prefect_server import ensure_server
from flows.rebuild import LATEST, STAGES, Rebuilt, Stage, rebuild, selection_of
from flows.runs import Run, write_impact
from flows.settings import data_root, work_limits, work_runner
from flows.steps import directly
from flows.terminal import line, out, print_json, progress_bars, result, safe, say

MOST_ROWS = 20
CHANGES = {"gained": ("新增", "gained"), "lost": ("失去", "lost"), "altered": ("改变", "altered")}


def rebuild_command(  # noqa: PLR0917 - a command: its parameters are its options
    start: Annotated[
        str, typer.Option("--from", help="从哪一步重做：read|facts|check / the stage to begin with")
    ] = "read",
    sources: Annotated[list[str] | None, typer.Option("--source", help="来源 / source id", show_default=False)] = None,
    counties: Annotated[
        list[str] | None, typer.Option("--county", help="区划代码或其前几位 / division code", show_default=False)
    ] = None,
    years: Annotated[
        list[int] | None, typer.Option("--year", help="财政年度 / fiscal year", show_default=False)
    ] = None,
    documents: Annotated[
        list[str] | None,
        typer.Option("--document", help="文件的 sha256（前 6 位以上） / sha256, or its beginning", show_default=False),
    ] = None,
    checks: Annotated[
        list[str] | None,
        typer.Option(
            "--check", help="检查的编号（与 --from check 同用） / id of a check, with --from check", show_default=False
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部文件 / every document")] = False,
    against: Annotated[str, typer.Option("--against", help="与哪个版本比较 / the release to compare with")] = LATEST,
    registry: Annotated[
        Path | None,
        typer.Option(
            "--sources", help="来源目录（默认自带的） / folder of sources (default: our own)", show_default=False
        ),
    ] = None,
    make_release: Annotated[bool, typer.Option("--publish", help="随后发布 / make the release afterwards")] = False,
    now: Now = None,
    data: Data = None,
    as_json: Json = False,
) -> int:
    """只凭档案重做，先说明影响，再发布。 Do it again from the archive alone; the impact is told before a release.

    Without a selection: everything whose fingerprint has changed.
    """
    stages: dict[str, Stage] = {name: name for name in STAGES}
    if start not in stages:
        known = "|".join(STAGES)
        raise errors.usage(f"--from {start}：应为 {known}", f"--from {start}: expected {known}")
    selection = selection_of(
        sources or [],
        counties or [],
        years or [],
        documents or [],
        checks or [],
        start=stages[start],
        everything=everything,
    )
    root, moment, limits = open_filled_root(data or data_root()), parse_now(now), work_limits()
    whole = make_release or not selection.is_given
    with (
        where_work_is_done() as spread,
        progress_bars() as tell,
        recorded(root, "rebuild", moment, whole=whole) as (of_this, night, steps),
    ):
        done = rebuild(
            root,
            moment,
            limits,
            start=stages[start],
            selection=selection,
            against=against,
            make_release=make_release,
            told=partial(_told, of_this, as_json),
            step=steps.around(directly),
            spread=spread,
            progress=tell,
            corrections=the_corrections(),
            sources=find_sources([], registry),
            night=night,
        )
    if as_json:
        print_json(_as_data(of_this, done))
    else:
        _report(of_this, done)
    return errors.DATA if done.differing else errors.OK


@contextmanager
def where_work_is_done() -> Iterator[Spread]:
    """This machine's processes, or a cluster, by the setting; Prefect is only wanted for the latter."""
    runner = work_runner()
    if runner.kind == "processes":
        yield here
        return
    ensure_server()
    from flows.cluster import elsewhere  # noqa: PLC0415 - Prefect reads its settings when imported

    with elsewhere(runner, work_limits()) as spread:
        yield spread


def _told(of_this: Run, as_json: bool, impact: Impact) -> None:
    """Stored and shown before any release is made."""
    write_impact(of_this.folder, impact)
    if not as_json:
        out().print(impact_table(impact))


def impact_table(impact: Impact) -> Group:
    """What a person reads before a release: by table, by reason, the documents most changed, findings that moved."""
    data = impact.as_data()
    of_tables = _table(say("数据表", "table"), *(say(*words) for words in CHANGES.values()))
    for name, counts in data["by_table"].items():
        of_tables.add_row(name, *(f"{counts.get(change, 0):,}" for change in CHANGES))
    of_tables.add_section()
    of_tables.add_row(say("合计", "total"), *(f"{data['facts'][change]:,}" for change in CHANGES))

    of_reasons = _table(say("原因", "reason"), say("行", "rows"))
    for change, counts in data["by_reason"].items():
        for reason, count in counts.items():
            of_reasons.add_row(f"{say(*CHANGES[change])} · {reason}", f"{count:,}")
    for move, count in data["findings"].items():
        of_reasons.add_row(f"{say('检查结果', 'findings')} · {move}", f"{count:,}")
    for move, count in data["standings"].items():
        of_reasons.add_row(f"{say('可信程度', 'standings')} · {move}", f"{count:,}")

    shown = data["by_document"][:MOST_ROWS]
    of_documents = _table(
        say("文件", "document"),
        *(say(*words) for words in CHANGES.values()),
        say("检查结果变动", "findings moved"),
        say("可信程度变动", "standings moved"),
    )
    of_documents.add_column(say("原因", "reasons"))
    for row in shown:
        of_documents.add_row(
            row["document_sha256"][:16],
            *(f"{row[change]:,}" for change in CHANGES),
            f"{row['findings_moved']:,}",
            f"{row['standings_moved']:,}",
            safe(", ".join(row["reasons"])),
        )
    left = data["documents_changed"] - len(shown)
    against = data["against"] or say("（尚无版本）", "(no release yet)")
    head = say(
        f"与 {against} 相比：{data['documents_compared']} 个文件，其中 {data['documents_changed']} 个有变化",
        f"against {against}: {data['documents_compared']} documents, {data['documents_changed']} of them changed",
    )
    if impact.is_empty:
        return Group(safe(head))
    more = [safe(say(f"另有 {left} 个文件", f"and {left} more documents"))] if left > 0 else []
    return Group(safe(head), of_tables, of_reasons, of_documents, *more)


def _table(first: str, *numbers: str) -> RichTable:
    table = RichTable(box=None, pad_edge=False)
    table.add_column(first)
    for title in numbers:
        table.add_column(title, justify="right")
    return table


def _report(of_this: Run, done: Rebuilt) -> None:
    night = done.night
    worked = " · ".join(f"{stage} {count}" for stage, count in night.done.items())
    line(
        f"{worked}；失败 {sum(night.failed.values())}；重做 {done.again} 个结果，与原来不同 {len(done.differing)}",
        f"{worked}; failed {sum(night.failed.values())}; {done.again} results made again, "
        f"{len(done.differing)} documents with other bytes",
    )
    for sha256 in done.differing[:MOST_ROWS]:
        line(f"同一指纹而字节不同：{sha256}", f"other bytes under the same fingerprint: {sha256}", mark="✗")
    result(str(of_this.folder / "impact.json"), str(of_this.folder / "impact.json"))
    if night.published is not None:
        version = night.published.version
        if night.published.is_new:
            result(f"发布 {version}", f"published {version}")
        else:
            result(f"没有变化，仍为 {version}", f"nothing new: {version} holds")


def _as_data(of_this: Run, done: Rebuilt) -> dict[str, Any]:
    night, published = done.night, done.night.published
    return {
        "run": of_this.id,
        "folder": str(of_this.folder),
        "selected": done.selected,
        "done": night.done,
        "failed": night.failed,
        "again": done.again,
        "differing": done.differing,
        "impact": done.impact.as_data(),
        "release": None if published is None else {"version": published.version, "is_new": published.is_new},
    }
