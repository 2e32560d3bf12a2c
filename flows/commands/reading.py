"""`read`, `check`, `show`: documents given by path."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table as RichTable

from extract.document import Issue
from extract.readers.witness import witness
from extract.settings import read_limits
from flows import errors
from flows import overlay as overlays
from flows import show as showing
from flows.findings import finding_tree, outcome_counts
from flows.local import LocalDocument, check_documents, expand, read_paths, together
from flows.reviews import counts_as_failing
from flows.settings import work_limits
from flows.tables_out import write_tables
from flows.terminal import line, out, print_json, progress_bars, safe, say

Paths = Annotated[list[Path], typer.Argument(help="文件或目录 / files or folders", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


def read(
    paths: Paths,
    folder: Annotated[Path, typer.Option("--out", help="表格写入的目录 / folder for the tables", show_default=False)],
    as_json: Json = False,
) -> int:
    """读取文件，每个表写成一个 Parquet。 Read documents; each table becomes a Parquet file."""
    if folder.exists() and not folder.is_dir():
        raise errors.usage(f"--out 不是目录：{folder}", f"--out is not a folder: {folder}")
    documents = _understood(paths)
    rows = write_tables(together(documents), folder)
    if as_json:
        print_json({"out": str(folder), "rows": rows, "documents": [_facts_of(one) for one in documents]})
    else:
        out().print(_overview(documents))
        line(f"已写入 {folder}", f"written to {folder}")
    return _unreadable(documents)


def check(
    paths: Paths,
    folder: Annotated[
        Path | None, typer.Option("--out", help="同时写出表格 / also write the tables", show_default=False)
    ] = None,
    as_json: Json = False,
) -> int:
    """读取并检查文件；有不成立的检查时退出码为 1。 Read and check documents; exit code 1 if a check fails."""
    if folder is not None and folder.exists() and not folder.is_dir():
        raise errors.usage(f"--out 不是目录：{folder}", f"--out is not a folder: {folder}")
    documents = _understood(paths)
    if folder is not None:
        write_tables(together(documents), folder)
    findings = [row for one in documents for row in one.tables["findings"]]
    if as_json:
        print_json({"outcomes": outcome_counts(findings), "findings": findings})
    else:
        console = out()
        for one in documents:
            console.print(finding_tree(one.path.name, one.tables))
    code = _unreadable(documents)
    return code or (errors.FINDINGS if any(counts_as_failing(row) for row in findings) else errors.OK)


def show(
    path: Annotated[Path, typer.Argument(help="文件 / a document", show_default=False)],
    *,
    table: Annotated[int | None, typer.Option("--table", min=1, help="只看第几个表 / only this table")] = None,
    page: Annotated[
        int | None, typer.Option("--page", min=1, help="PDF 的第几页 / a page of a PDF", show_default=False)
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(
            "--overlay",
            help="该页的图片，标出读到的内容（PNG） / picture of the page with what was read drawn over it (PNG)",
            show_default=False,
        ),
    ] = None,
    by_witness: Annotated[
        bool, typer.Option("--witness", help="用 pdfplumber 核对 PDF / compare a PDF with what pdfplumber reads")
    ] = False,
    as_json: Json = False,
) -> int:
    """显示读到的内容：表格、报表、绩效目标。 Show what was read: tables, statements, performance targets."""
    if path.is_dir():
        raise errors.usage(f"是目录，不是文件：{path}", f"a folder, not a document: {path}")
    if overlay is not None or by_witness:
        if table is not None:
            raise errors.usage(
                "--table 不与 --overlay、--witness 同用", "--table does not go with --overlay or --witness"
            )
        return _show_page(path, page, overlay, by_witness=by_witness, as_json=as_json)
    if page is not None:
        raise errors.usage("--page 需与 --overlay 或 --witness 同用", "--page goes with --overlay or --witness")
    documents = _understood([path])
    document = documents[0]
    numbers = [one.number for one in document.reading.tables()]
    if table is not None and document.reading.blocks and table not in numbers:
        raise errors.usage(
            f"没有第 {table} 个表（共有：{_spans(numbers)}）",
            f"there is no table {table} (there are: {_spans(numbers)})",
        )
    if as_json:
        print_json(showing.as_data(document, table))
    else:
        console = out()
        for part in showing.parts(document, table):
            console.print(part)
    return _unreadable(documents)


def _show_page(path: Path, page: int | None, overlay: Path | None, *, by_witness: bool, as_json: bool) -> int:
    """A page as a picture, the second engine's reading, or both: the disagreements are in the picture then."""
    if overlay is not None and page is None:
        raise errors.usage("--overlay 需要 --page", "--overlay needs --page")
    if overlay is not None and (overlay.is_dir() or not overlay.absolute().parent.is_dir()):
        raise errors.usage(f"无法写入：{overlay}", f"cannot be written: {overlay}")
    with progress_bars() as tell:
        documents = read_paths(expand([path]), work_limits(), tell)
    document = documents[0]
    reading = document.reading
    if reading.kind != "pdf" or document.path != path:
        raise errors.usage(
            f"只能用于 PDF，这是 {reading.kind}：{path}", f"only for a PDF, and this is {reading.kind}: {path}"
        )
    if reading.n_pages is None:
        return _unreadable(documents)
    if page is not None and page > reading.n_pages:
        raise errors.usage(
            f"没有第 {page} 页（共 {reading.n_pages} 页）", f"there is no page {page} (pages: 1-{reading.n_pages})"
        )
    data = path.read_bytes()
    issues: list[Issue] = []
    if by_witness:
        pages = range(1, reading.n_pages + 1) if page is None else [page]
        issues = witness(data, reading, read_limits(), 1.0, pages)
        if as_json:
            print_json([msgspec.to_builtins(issue) for issue in issues])
        else:
            for part in showing.disagreements(issues):
                out().print(part)
    if overlay is not None and page is not None:
        drawn = overlays.marks(reading, page, issues)
        overlays.picture(data, page, drawn).save(overlay, format="PNG")
        line(f"已写入 {overlay}（{len(drawn)} 个框）", f"written to {overlay} ({len(drawn)} boxes)")
    return _unreadable(documents)


def _understood(paths: list[Path]) -> list[LocalDocument]:
    limits = work_limits()
    with progress_bars() as tell:
        documents = read_paths(expand(paths), limits, tell)
        check_documents(documents, limits, tell)
    return documents


def _unreadable(documents: list[LocalDocument]) -> int:
    """One line for each trouble with a file as a whole; exit code 4 where nothing of one could be read."""
    code = errors.OK
    for one in documents:
        for odd in one.oddities:
            line(f"{one.path}：{odd.message_zh}", f"{one.path}: {odd.message_en}", mark="!")
        issue = one.unreadable
        if issue is not None:
            line(f"{one.path}：{issue.message_zh}", f"{one.path}: {issue.message_en}", mark="✗")
            code = errors.DATA
    return code


def _facts_of(document: LocalDocument) -> dict[str, object]:
    tables, issue = document.tables, document.unreadable
    return {
        "path": str(document.path),
        "document_sha256": document.reading.document_sha256,
        "kind": document.reading.kind,
        "unreadable": issue.code if issue else None,
        "facts": len(tables["budget_lines"]),
        "printed": sum(row["printed_text"] is not None for row in tables["budget_lines"]),
        "statements": len(tables["statements"]),
        "projects": len(tables["projects"]),
        "indicators": len(tables["indicators"]),
        "issues": len(tables["issues"]),
        "outcomes": outcome_counts(tables["findings"]),
    }


def _overview(documents: list[LocalDocument]) -> RichTable:
    table = RichTable(box=None, pad_edge=False)
    table.add_column(say("文件", "document"), overflow="fold")
    table.add_column(say("格式", "kind"))
    for zh, en in (
        ("报表", "statements"),
        ("金额位置", "positions"),
        ("其中印有", "printed"),
        ("项目", "projects"),
        ("指标", "indicators"),
        ("问题", "issues"),
        ("不成立", "fails"),
    ):
        table.add_column(say(zh, en), justify="right")
    for one in documents:
        facts = _facts_of(one)
        names = ("statements", "facts", "printed", "projects", "indicators", "issues")
        fails = outcome_counts(one.tables["findings"]).get("fails", 0)
        table.add_row(safe(one.path.name), safe(facts["kind"]), *(f"{facts[name]:,}" for name in names), f"{fails:,}")
    return table


def _spans(numbers: list[int]) -> str:
    """`1-40`, `1-3, 5`: a list of numbers as a person writes it."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{a}-{b}" if a != b else f"{a}" for a, b in spans) or say("无", "none")
