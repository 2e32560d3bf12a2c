"""What was read, as a person wants to see it: the document, its statements and performance targets, its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from rich.console import RenderableType
from rich.table import Table as RichTable

from extract.document import Issue, Table
from flows.findings import MARKS, WORDS, outcome_counts
from flows.local import LocalDocument
from flows.terminal import safe, say

MAX_ISSUES = 30
MAX_ROWS = 400


def parts(document: LocalDocument, table: int | None = None) -> Iterator[RenderableType]:
    """Things to print, in order; only the grid of one table where its number is given."""
    if table is not None:
        for one in document.reading.tables():
            if one.number == table:
                yield from _one_table(document, one)
        return
    yield _about(document)
    rows = document.tables
    if rows["statements"]:
        yield _heading(say("报表", "Statements"))
        yield _statements(rows)
    if rows["projects"]:
        yield _heading(say("项目绩效目标", "Projects"))
        yield _projects(rows["projects"])
    others = [name for name in ("org_units", "assets", "procurement", "goals", "narratives", "claims") if rows[name]]
    if others:
        yield safe(say("其他：", "Others: ") + ", ".join(f"{name} {len(rows[name])}" for name in others))
    if rows["issues"]:
        yield _heading(say("读取问题", "Troubles while reading"))
        yield _issues(rows["issues"])


def as_data(document: LocalDocument, table: int | None = None) -> Any:
    """The same for a program: the Reading and the rows, or one table of the Reading."""
    if table is not None:
        return [msgspec.to_builtins(one) for one in document.reading.tables() if one.number == table]
    return {"reading": msgspec.to_builtins(document.reading), "tables": document.tables}


def disagreements(issues: Sequence[Issue]) -> Iterator[RenderableType]:
    """What the second engine reads differently, in order of pages; one line where it is nothing."""
    if not issues:
        yield safe(say("两种引擎读法一致", "both engines read the same"))
        return
    table = _plain_table(
        (say("页", "page"), True),
        (say("位置", "box"), False),
        (say("代码", "code"), False),
        (say("说明", "message"), False),
    )
    for issue in issues:
        place = issue.place
        box = "" if place is None or place.box is None else " ".join(f"{edge:.0f}" for edge in place.box)
        page = "" if place is None else place.page
        table.add_row(safe(page), safe(box), safe(issue.code), safe(say(issue.message_zh, issue.message_en)))
    yield table


def _heading(text: str) -> RenderableType:
    return safe(f"\n{text}")


def _plain_table(*columns: tuple[str, bool]) -> RichTable:
    """A table without lines; columns: (header, whether numbers)."""
    table = RichTable(box=None, pad_edge=False)
    for header, numbers in columns:
        table.add_column(header, justify="right" if numbers else "left", overflow="fold")
    return table


def _about(document: LocalDocument) -> RichTable:
    reading = document.reading
    row: dict[str, Any] = document.tables["documents"][0]
    disclosure = document.tables["disclosures"][0] if document.tables["disclosures"] else {}
    table = RichTable(box=None, pad_edge=False, show_header=False)
    outcomes = outcome_counts(document.tables["findings"])
    coverage = row["text_coverage"]
    lines = (
        (say("文件", "document"), document.path.name),
        ("sha256", reading.document_sha256),
        (say("格式", "kind"), f"{reading.kind} ({reading.method})"),
        (say("标题", "title"), row["title_printed"]),
        (say("部门", "organisation"), disclosure.get("org_name")),
        (say("年度", "year"), disclosure.get("fiscal_year")),
        (say("种类", "kind of document"), disclosure.get("doc_type")),
        (
            say("规模", "size"),
            say(
                f"{row['n_pages'] or '–'} 页，{row['n_tables']} 个表，"
                f"{row['n_paragraphs']} 段，{row['n_cells']} 个单元格",
                f"{row['n_pages'] or '–'} pages, {row['n_tables']} tables, {row['n_paragraphs']} paragraphs,"
                f" {row['n_cells']} cells",
            ),
        ),
        (say("有归属的内容", "text with a home"), None if coverage is None else f"{coverage * 100:.2f} %"),
        (say("检查", "checks"), " · ".join(f"{MARKS[one]} {say(*WORDS[one])} {n}" for one, n in outcomes.items())),
    )
    for name, value in lines:
        if value is not None:
            table.add_row(safe(name), safe(value))
    return table


def _statements(rows: Mapping[str, list[dict[str, Any]]]) -> RichTable:
    table = _plain_table(
        (say("表", "table"), True),
        (say("报表", "statement"), False),
        (say("标题", "title"), False),
        (say("状态", "state"), False),
        (say("单位", "unit"), False),
        (say("行", "lines"), True),
        (say("位置", "positions"), True),
        (say("印有", "printed"), True),
    )
    for row in rows["statements"]:
        unit = f"{row['unit'] or '?'}" + (f" ({row['unit_basis']})" if row["unit_basis"] else "")
        table.add_row(
            str(row["table_no"]),
            safe(row["statement_code"]),
            safe(row["title_printed"]),
            safe(row["state"]),
            safe(unit),
            str(row["n_lines"]),
            str(row["n_amounts"]),
            str(row["n_printed"]),
        )
    return table


def _projects(projects: list[dict[str, Any]]) -> RichTable:
    table = _plain_table(
        ("", True),
        (say("项目", "project"), False),
        (say("代码", "code"), False),
        (say("预算", "amount"), True),
        (say("指标", "indicators"), True),
    )
    for row in projects:
        amount = f"{row['total_printed'] or ''} {row['unit_printed'] or ''}".strip()
        table.add_row(
            str(row["seq"]),
            safe(row["project_name"]),
            safe(row["project_code"]),
            safe(amount),
            str(row["indicator_count"]),
        )
    return table


def _issues(issues: list[dict[str, Any]]) -> RichTable:
    table = _plain_table((say("代码", "code"), False), (say("位置", "place"), False), (say("说明", "message"), False))
    for row in issues[:MAX_ISSUES]:
        table.add_row(safe(row["code"]), safe(row["place"]), safe(say(row["message_zh"], row["message_en"])))
    if len(issues) > MAX_ISSUES:
        table.add_row("…", "", str(len(issues) - MAX_ISSUES))
    return table


def _one_table(document: LocalDocument, table: Table) -> Iterator[RenderableType]:
    """What the table is taken for and why, and its grid; spanned positions are left empty."""
    rows: list[dict[str, Any]] = document.tables["statements"]
    for row in rows:
        if row["table_no"] == table.number:
            reasons = "; ".join(row["recognition_reasons"])
            yield safe(f"{row['statement_code']} · {row['title_printed'] or ''} · {row['state']} · {reasons}")
    first = table.cells[0].place if table.cells else None
    page = "" if first is None or first.page is None else say(f"，第 {first.page} 页起", f", from page {first.page}")
    yield safe(
        say(
            f"第 {table.number} 表：{table.n_rows} 行 {table.n_cols} 列，{len(table.seams)} 处接页{page}",
            f"table {table.number}: {table.n_rows} rows, {table.n_cols} columns, {len(table.seams)} seams{page}",
        )
    )
    grid = RichTable(show_lines=True, show_header=False)
    grid.add_column(style="dim", justify="right")
    for _ in range(table.n_cols):
        grid.add_column(overflow="fold")
    texts = {(cell.row, cell.col): cell.text for cell in table.cells}
    for number in range(min(table.n_rows, MAX_ROWS)):
        grid.add_row(str(number + 1), *(safe(texts.get((number, column), "")) for column in range(table.n_cols)))
    yield grid
    if table.n_rows > MAX_ROWS:
        yield safe(say(f"另有 {table.n_rows - MAX_ROWS} 行", f"and {table.n_rows - MAX_ROWS} more rows"))
    for seam in table.seams:
        reasons = "; ".join(seam.reasons)
        yield safe(say(f"第 {seam.row + 1} 行起接自下一页：{reasons}", f"joined at row {seam.row + 1}: {reasons}"))
