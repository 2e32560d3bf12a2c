"""`get`, `diff`, `codebook`: for those who use releases. Needs no more than the light installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table as RichTable

from flows import errors
from flows.settings import DataRoot, client_cache, data_root, releases_place
from flows.terminal import line, out, print_json, progress_bars, result, safe, say

Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]
MOST_ROWS = 40
MOST_IN_JSON = 10_000


def get(  # noqa: PLR0917 - a command: its parameters are its options
    table: Annotated[str, typer.Argument(help="表，如 panel_department_year / table", show_default=False)],
    version: Annotated[
        str | None, typer.Option("--version", help="版本（默认最新） / release (default: latest)", show_default=False)
    ] = None,
    counties: Annotated[
        list[str] | None,
        typer.Option("--county", help="区划代码或其前几位 / division code, or its beginning", show_default=False),
    ] = None,
    years: Annotated[
        list[int] | None, typer.Option("--year", help="财政年度 / fiscal year", show_default=False)
    ] = None,
    form: Annotated[str, typer.Option("--format", help="parquet|csv|dta")] = "parquet",
    base: Annotated[
        str | None,
        typer.Option(
            "--from", help="地址或文件夹（默认 YUJUE_RELEASES） / address or folder of releases", show_default=False
        ),
    ] = None,
    to: Annotated[Path, typer.Option("--out", help="文件或文件夹 / file or folder")] = Path(),
    as_json: Json = False,
) -> int:
    """取一张表：核对校验和，说明提醒与缺失。 Fetch a table: verified, with its warnings and what is missing."""
    from flows.client.get import Asked  # noqa: PLC0415 - only what the command needs
    from flows.client.get import get as fetch  # noqa: PLC0415

    asked = Asked(table, tuple(counties or ()), tuple(years or ()), form)
    with progress_bars() as tell:
        got = fetch(_place(base), asked, version=version, out=to, cache=client_cache(), tell=tell)
    if as_json:
        print_json(got.as_data())
        return errors.OK
    for one in got.warnings:
        line(
            f"{one['code']} {one['title_zh']}：{one['text_zh']}",
            f"{one['code']} {one['title_en']}: {one['text_en']}",
            mark="!",
        )
    if got.absent or got.unknown:
        _tell_absent(got)
    line(f"{got.version}，{got.rows} 行，校验和无误", f"{got.version}, {got.rows} rows, checksum verified")
    result(str(got.path), str(got.path))
    return errors.OK


def _tell_absent(got: Any) -> None:
    """What was asked for and is not there, in one line."""
    from flows.release.codes import words  # noqa: PLC0415 - only what the command needs

    known = words()["coverage.state"]
    lacking = sum(got.absent.values())
    zh = "，".join(f"{count} {known.get(state, (state,) * 2)[0]}" for state, count in got.absent.items())
    en = ", ".join(f"{count} {known.get(state, (state,) * 2)[1]}" for state, count in got.absent.items())
    if lacking:
        line(
            f"缺失：所求 {got.expected} 项公开件中 {lacking} 项没有数据：{zh}。见 meta_coverage",
            f"coverage note: {lacking} of the {got.expected} disclosures asked for are absent: {en}. See meta_coverage",
            mark="!",
        )
    if got.unknown:
        listed = "; ".join(got.unknown[:12]) + (" …" if len(got.unknown) > 12 else "")
        line(f"本版本完全没有：{listed}", f"this release says nothing at all of: {listed}", mark="!")


def _place(base: str | None) -> str:
    """Where releases are taken from. Raises Trouble (exit code 2)."""
    if base or releases_place():
        return base or str(releases_place())
    local = DataRoot(data_root()).releases
    if local.is_dir():
        return str(local)
    raise errors.usage(
        "请用 --from 说明地址或文件夹，或设 YUJUE_RELEASES",
        "say where releases are: --from, or the setting YUJUE_RELEASES",
    )


def diff(
    before: Annotated[str, typer.Argument(help="较早的版本或其文件夹 / earlier release, or its folder")],
    after: Annotated[str, typer.Argument(help="较晚的版本或其文件夹 / later release, or its folder")],
    table: Annotated[
        list[str] | None, typer.Option("--table", help="只比较这张表 / only this table", show_default=False)
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--releases", help="版本所在文件夹 / folder of the releases", show_default=False),
    ] = None,
    as_json: Json = False,
) -> int:
    """两个版本有何不同，为什么。 What differs between two releases, and why."""
    import polars as pl  # noqa: PLC0415 - only what the command needs

    from flows.client.get import known_table  # noqa: PLC0415
    from flows.release.changes_text import delta  # noqa: PLC0415
    from flows.release.diff import compare  # noqa: PLC0415

    base = folder or DataRoot(data_root()).releases
    sides = [_release_folder(base, one) for one in (before, after)]
    wanted = [known_table(one) for one in table or []] or None
    try:
        found = compare(sides[0], sides[1], (sides[0].name, sides[1].name), wanted)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise errors.data(f"版本中的文件损坏：{error}", f"a file of a release is damaged: {error}") from error
    counted = delta(found)
    if as_json:
        listed = found.head(MOST_IN_JSON).to_dicts()
        print_json({"delta": counted, "changes": listed, "left_out": max(0, found.height - MOST_IN_JSON)})
        return errors.OK
    if not counted:
        result("没有差异", "nothing differs")
        return errors.OK
    shown = RichTable(say("表", "table"), say("差异", "change"), say("原因", "reason"), say("行或值", "rows or values"))
    for one in counted:
        shown.add_row(safe(one["table"]), one["op"], one["reason"], str(one["rows"]))
    out().print(shown)
    values = found.filter(pl.col("op") == "changed")
    for row in values.head(MOST_ROWS).iter_rows(named=True):
        text = f"{row['of_table']} {row['row_id']} {row['column']}: {row['before']} → {row['after']} ({row['reason']})"
        result(text, text)
    if values.height > MOST_ROWS:
        line(f"另有 {values.height - MOST_ROWS} 个改动（--json）", f"{values.height - MOST_ROWS} more changes (--json)")
    return errors.OK


def _release_folder(base: Path, name: str) -> Path:
    """Raises Trouble (exit code 2)."""
    for path in (Path(name), base / name):
        if (path / "index.json").is_file():
            return path.resolve()
    raise errors.usage(f"没有版本 {name}（在 {base} 中）", f"there is no release {name} (in {base})")


def codebook(
    word: Annotated[str, typer.Argument(help="列名、代码、科目或表头，如 会议费 / column, code, class or header")],
    table: Annotated[
        str | None, typer.Option("--table", help="只查这张表 / only this table", show_default=False)
    ] = None,
    as_json: Json = False,
) -> int:
    """查一个词：列、代码、科目，或照印的表头。 Look a word up: column, code, class, or a header as printed."""
    from flows.client.codebook import look_up  # noqa: PLC0415 - only what the command needs

    found = look_up(word, table)
    if as_json:
        print_json([one.as_data() for one in found])
        return errors.OK if found else errors.FINDINGS
    if not found:
        line(f"没有查到 {word}", f"{word} is found nowhere")
        return errors.FINDINGS
    shown = RichTable(
        say("种类", "kind"), say("名", "name"), say("在", "where"), say("含义", "meaning"), say("空值", "null")
    )
    for one in found:
        unit = f" ({one.unit})" if one.unit else ""
        meaning, null = say(one.zh, one.en) + unit, say(one.null_zh or "", one.null_en or "")
        shown.add_row(one.kind, safe(one.name), safe(one.where), safe(meaning), safe(null))
    out().print(shown)
    return errors.OK
