"""CHANGES of a release for people, and the counts of it for `index.json`."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from flows.release.codes import words

MOST_SHOWN: Final = 40  # values shown; the table `meta_changes` has every one


def delta(changes: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows by table, op and reason, as index.json has them. changes: frame of table `changes`."""
    grouped = changes.group_by("of_table", "op", "reason").agg(pl.col("n_rows").sum().cast(pl.Int64))
    return [
        {"table": row["of_table"], "op": row["op"], "reason": row["reason"], "rows": row["n_rows"]}
        for row in grouped.sort("of_table", "op", "reason").iter_rows(named=True)
    ]


def changes_text(index: dict[str, Any], changes: pl.DataFrame, language: str) -> str:
    """Markdown. language: zh or en."""
    side = 0 if language == "zh" else 1
    version, previous = index["version"], index["previous"]
    if previous is None:
        title = ("差异", "Changes")[side]
        first = (
            "这是第一个版本，没有可比的上一版本。",
            "The first release: there is none to compare it with.",
        )[side]
        return f"# {title} · yujue {version}\n\n{first}\n"
    parts = [("# 差异", "# Changes")[side] + f" · yujue {previous} → {version}\n"]
    if changes.is_empty():
        parts.append(("各表的数据没有差异。", "No table differs.")[side] + "\n")
    else:
        parts += [_counts(index["delta"], side), _examples(changes, side)]
        parts.append(("全部差异见 meta_changes.parquet。", "Every change: meta_changes.parquet.")[side] + "\n")
    return "\n".join(parts)


def _counts(counted: list[dict[str, Any]], side: int) -> str:
    head = (("表", "差异", "原因", "行或值"), ("table", "change", "reason", "rows or values"))[side]
    lines = ["| " + " | ".join(head) + " |", "|---|---|---|---:|"]
    ops, reasons = words()["changes.op"], words()["changes.reason"]
    for one in counted:
        op, reason = ops.get(one["op"], (one["op"],) * 2), reasons.get(one["reason"], (one["reason"],) * 2)
        lines.append(f"| `{one['table']}` | {op[side]} | {reason[side]} | {one['rows']} |")
    return "\n".join(lines) + "\n"


def _examples(changes: pl.DataFrame, side: int) -> str:
    """Changed values of core tables first: what a reader who used the previous release must look at."""
    changed = changes.filter(pl.col("op") == "changed").sort(
        ~pl.col("of_table").str.starts_with("core_"), "of_table", "row_id", "column"
    )
    if changed.is_empty():
        return ""
    lines = [("## 改动的值\n", "## Changed values\n")[side]]
    for row in changed.head(MOST_SHOWN).iter_rows(named=True):
        before, after = _shown(row["before"]), _shown(row["after"])
        lines.append(f"- `{row['of_table']}` `{row['row_id']}` {row['column']}: {before} → {after} ({row['reason']})")
    if changed.height > MOST_SHOWN:
        lines.append(f"- … {changed.height - MOST_SHOWN}")
    return "\n".join(lines) + "\n"


def _shown(value: str | None) -> str:
    """A value in a line of Markdown, in which nothing is markup; long texts cut."""
    if value is None:
        return "∅"
    flat = " ".join(value.split()).replace("`", "'")
    return f"`{flat[:60]}…`" if len(flat) > 60 else f"`{flat}`"
