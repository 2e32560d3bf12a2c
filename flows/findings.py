"""Findings as a person reads them: what stands on both sides, and in which cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from flows.terminal import safe, say

MARKS = {"fails": "✗", "rounding": "≈", "holds": "✓", "not_applicable": "–", "not_assessable": "?"}
STYLES = {"fails": "red", "rounding": "yellow", "holds": "green"}
WORDS = {
    "fails": ("不成立", "fails"),
    "rounding": ("四舍五入范围内", "rounding"),
    "holds": ("成立", "holds"),
    "not_applicable": ("不适用", "not applicable"),
    "not_assessable": ("无法判断", "not assessable"),
}
MAX_CELLS = 40
MAX_TEXT = 60


def outcome_counts(findings: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Outcome → number of findings, in the order of MARKS, those that occur."""
    counted = Counter(str(row["outcome"]) for row in findings)
    return {outcome: counted[outcome] for outcome in MARKS if counted[outcome]}


def finding_tree(name: str, tables: Mapping[str, list[dict[str, Any]]]) -> Tree:
    """The findings of one document: those that fail with both sides and their cells, rounding in one line each."""
    findings = tables["findings"]
    tree = Tree(safe(name))
    for outcome, full in (("fails", True), ("rounding", False)):
        for finding in findings:
            if finding["outcome"] == outcome:
                add_finding(tree, finding, tables, full=full)
    counts = outcome_counts(findings)
    words = " · ".join(f"{MARKS[one]} {say(*WORDS[one])} {count}" for one, count in counts.items())
    tree.add(safe(words or say("没有可检查的内容", "nothing to check")))
    return tree


def add_finding(
    tree: Tree, finding: Mapping[str, Any], tables: Mapping[str, list[dict[str, Any]]], *, full: bool
) -> None:
    """One finding under a tree; with `full` its two sides and its cells."""
    outcome = finding["outcome"]
    head = Text(f"{MARKS[outcome]} {finding['check_id']} ", style=STYLES.get(outcome, ""))
    head.append_text(safe(say(finding["message_zh"], finding["message_en"])))
    branch = tree.add(head)
    sides = _sides(finding)
    if sides and (full or outcome == "rounding"):
        branch.add(safe(sides))
    if not full:
        return
    known = {**prose_by_place(tables), **cells_by_place(tables)}
    places = finding["places"] or []
    for place in places[:MAX_CELLS]:
        branch.add(safe(known.get(place) or place))
    if len(places) > MAX_CELLS:
        branch.add(safe(say(f"另有 {len(places) - MAX_CELLS} 处", f"and {len(places) - MAX_CELLS} more")))


def prose_by_place(tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Place → `p61  2024年度收入支出总计… (page 18)`, for the paragraphs of a document."""
    found: dict[str, str] = {}
    for row in tables["raw_cells"]:
        if row["paragraph_no"] is not None:
            text = "".join(row["text"].split())
            shown = text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
            found.setdefault(f"p{row['paragraph_no']}", f"p{row['paragraph_no']}  {shown}{_page(row)}")
    return found


def cells_by_place(tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Place → `t9.r10.c3  “三公”经费支出表 · 合计 / 总计 = 186.00 万元`, for the amounts and plans of a document."""
    found: dict[str, str] = {}
    for row in tables["budget_lines"]:
        place = str(row["fact_id"]).partition(".")[2]
        value = row["printed_text"] if row["printed_text"] is not None else f"({row['amount_state']})"
        label = " ".join(part for part in (row["line_code"], (row["line_label"] or "").strip()) if part)
        column = row["column_path"] or ""
        found[place] = (
            f"{place}  {row['statement_title'] or row['statement_code']} · {label} · {column} = {value}"
            f" {_unit(row)}{_page(row)}"
        )
    for row in tables["spending_plans"]:
        place = str(row["plan_id"]).partition(".")[2]
        value = row["printed_text"] if row["printed_text"] is not None else f"({row['state']})"
        found[place] = f"{place}  {row['project_name'] or ''} · {row['checkpoint']} = {value} {_unit(row)}{_page(row)}"
    for row in tables["projects"]:
        place = str(row["project_id"]).partition(".")[2]
        found.setdefault(place, f"{place}  {row['project_name'] or ''} = {row['total_printed'] or ''}{_page(row)}")
    return found


def _unit(row: Mapping[str, Any]) -> str:
    """`万元` of a unit printed as `单位：万元` or `（单位:万元）`."""
    printed = str(row["unit_printed"] or "")
    return printed.replace(":", "：").rpartition("：")[2].strip(" （）()")


def _page(row: Mapping[str, Any]) -> str:
    return "" if row["page"] is None else say(f"（第 {row['page']} 页）", f" (page {row['page']})")


def _sides(finding: Mapping[str, Any]) -> str:
    def yuan(value: float | None) -> str:
        return "?" if value is None else f"{value:,.2f}"

    if finding["left_yuan"] is None and finding["right_yuan"] is None:
        return ""
    left, right = finding["left_zh"] or "", finding["right_zh"] or ""
    text = say(
        f"{left} {yuan(finding['left_yuan'])} 元 ／ {right} {yuan(finding['right_yuan'])} 元；"
        f"相差 {yuan(finding['delta_yuan'])} 元",
        f"{left} {yuan(finding['left_yuan'])} yuan against {right} {yuan(finding['right_yuan'])} yuan; "
        f"difference {yuan(finding['delta_yuan'])} yuan",
    )
    if finding["tolerance_yuan"] is not None:
        text += say(f"，容差 {yuan(finding['tolerance_yuan'])}", f", tolerance {yuan(finding['tolerance_yuan'])}")
    return text
