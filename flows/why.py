"""Where does this number come from? From an identifier to value, place, document, statement and checks."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl
from rich.text import Text
from rich.tree import Tree

from flows import errors
from flows.findings import MARKS, STYLES, WORDS
from flows.release.package import file_name
from flows.terminal import safe, say
from normalize.schema import TABLES

Row = dict[str, Any]

# Tables whose rows say something a document prints, with the column that names a row.
NAMED: Final = {
    spec.name: spec.key[0]
    for spec in TABLES.values()
    if spec.layer == "core" and len(spec.key) == 1 and spec.key[0].endswith("_id")
}
MAX_SAME: Final = 8
PLACE: Final = ("table_no", "row_no", "col_no", "paragraph_no")


@dataclass
class Why:
    """Everything that is known about one row. table: where it stands; cell: the printed cell or paragraph."""

    table: str
    row: Row
    cell: Row | None = None
    document: Row | None = None
    disclosure: Row | None = None
    statement: Row | None = None
    standing: Row | None = None
    findings: list[Row] = field(default_factory=list)
    same_amounts: dict[str, list[Row]] = field(default_factory=dict)  # finding_id → amounts equal to its difference

    def as_data(self) -> dict[str, Any]:
        return {
            "table": self.table,
            "fact": self.row,
            "cell": self.cell,
            "document": self.document,
            "disclosure": self.disclosure,
            "statement": self.statement,
            "standing": self.standing,
            "findings": self.findings,
            "same_amounts": self.same_amounts,
        }


def find(identifier: str, folder: Path) -> Why:
    """Look a fact up in a release, or in the output of `yujue read`.

    Raises Trouble: exit code 2 where no row has this identifier (the nearest ones are named), 4 where the folder holds
    no tables.
    """
    if _path(folder, "budget_lines") is None:
        raise errors.data(
            f"{folder} 中没有数据表；请先运行 `yujue nightly` 或 `yujue read … --out DIR`",
            f"no tables in {folder}; run `yujue nightly`, or `yujue read … --out DIR`, first",
        )
    for table, key in NAMED.items():
        rows = _rows(folder, table, pl.col(key) == identifier)
        if rows:
            return _about(folder, table, rows[0], identifier)
    near = _nearest(identifier, folder)
    zh = f"；相近的有 {', '.join(near)}" if near else ""
    en = f"; near it: {', '.join(near)}" if near else ""
    raise errors.usage(f"没有标识为 {identifier} 的数据{zh}", f"nothing is named {identifier}{en}")


def _about(folder: Path, table: str, row: Row, identifier: str) -> Why:
    sha256 = row["document_sha256"]
    of_document = pl.col("document_sha256") == sha256
    why = Why(table, row)
    if row.get("table_no") is not None or row.get("paragraph_no") is not None:
        same = [
            pl.col(column) == row[column] if row.get(column) is not None else pl.col(column).is_null()
            for column in PLACE
        ]
        why.cell = _first(folder, "raw_cells", of_document, *same)
    why.document = _first(folder, "documents", of_document)
    why.disclosure = _first(folder, "disclosures", of_document)
    if "statement_code" in row:
        why.statement = _first(
            folder,
            "statements",
            of_document,
            pl.col("statement_code") == row["statement_code"],
            pl.col("seq") == row["statement_seq"],
        )
    why.standing = _first(folder, "standings", pl.col("of_table") == table, pl.col("fact_id") == identifier)
    why.findings = _rows(folder, "findings", of_document, pl.col("fact_ids").list.contains(identifier))
    why.same_amounts = _same_amounts(folder, of_document, why.findings)
    return why


def _same_amounts(folder: Path, of_document: pl.Expr, findings: list[Row]) -> dict[str, list[Row]]:
    """Amounts of the document that are exactly the difference of a check that fails: where it may come from."""
    wanted = {
        row["finding_id"]: round(abs(row["delta_yuan"]) * 100)
        for row in findings
        if row["outcome"] == "fails" and row["delta_yuan"]
    }
    if not wanted:
        return {}
    found = _rows(folder, "budget_lines", of_document, pl.col("amount_fen").abs().is_in(list(set(wanted.values()))))
    columns = ("fact_id", "statement_title", "line_code", "line_label", "column_path", "printed_text", "amount_fen")
    listed = [{name: row[name] for name in columns} for row in found]
    beside = {name: [row for row in listed if abs(row["amount_fen"]) == fen] for name, fen in wanted.items()}
    return {name: rows[:MAX_SAME] for name, rows in beside.items() if rows}


def tree(why: Why, identifier: str) -> Tree:
    """The same for a person."""
    row = why.row
    root = Tree(safe(identifier))
    _value(root, why)
    place = root.add(safe(say("位置", "place") + f": {_place(row)}"))
    if why.cell is not None:
        place.add(safe(say("原文", "as printed") + f": “{why.cell['text']}” ({why.cell['home']})"))
    if row.get("extract_method"):
        place.add(safe(say("读取方式", "read as") + f": {row['extract_method']}"))
    if why.statement is not None:
        _statement(root, why.statement)
    if why.document is not None:
        _document(root, why.document, why.disclosure)
    if why.standing is not None:
        _standing(root, why.standing)
    checks = root.add(safe(say(f"涉及的检查：{len(why.findings)}", f"checks touching it: {len(why.findings)}")))
    for finding in sorted(why.findings, key=lambda one: list(MARKS).index(one["outcome"])):
        outcome = finding["outcome"]
        head = Text(f"{MARKS[outcome]} {finding['check_id']} {say(*WORDS[outcome])}: ", style=STYLES.get(outcome, ""))
        branch = checks.add(head.append_text(safe(say(finding["message_zh"], finding["message_en"]))))
        if finding.get("human_verdict") is not None:
            words = f"{finding['human_verdict']} ({finding['human_note']})"
            branch.add(safe(say("复核", "reviewed") + f": {words}"))
        same = why.same_amounts.get(finding["finding_id"], [])
        if same:
            there = branch.add(safe(say("所差数额还印在", "the difference is also printed at")))
            for row in same:
                line = " ".join(str(row[name]) for name in ("line_code", "line_label", "printed_text") if row[name])
                there.add(safe(f"{row['fact_id']}: {row['statement_title'] or ''} {line} ({row['column_path'] or ''})"))
    return root


def _value(root: Tree, why: Why) -> None:
    row = why.row
    if why.table == "budget_lines":
        amount = "NULL" if row["amount_yuan"] is None else f"{row['amount_yuan']:,.2f} " + say("元", "yuan")
        value = root.add(safe(say("数值", "value") + f": {amount} ({row['amount_state']})"))
        printed = "" if row["printed_text"] is None else row["printed_text"]
        value.add(safe(say("所印", "printed") + f": “{printed}”"))
        if row.get("correction_ids"):
            read = row["printed_text_as_read"]
            was = "" if read is None else say(f"；原读作“{read}”", f"; read as “{read}”")
            value.add(safe(say("订正", "corrected") + f": {', '.join(row['correction_ids'])}{was}"))
        unit = f"{row['unit_printed'] or '?'} · {row['unit_source'] or '?'} · {row['unit_basis'] or '?'}"
        value.add(safe(say("单位（原文 · 出处 · 依据）", "unit (printed · where · basis)") + f": {unit}"))
        value.add(safe(say("行", "line") + f": {row['line_key'] or row['line_label'] or ''}"))
        value.add(safe(say("列", "column") + f": {row['column_path'] or ''}"))
        return
    spec = TABLES[why.table]
    value = root.add(safe(say(spec.title_zh, spec.title_en)))
    skipped = {"document_sha256", "x0", "y0", "x1", "y1", "extract_method", "confidence", "page", *PLACE, *spec.key}
    for column in spec.columns:
        if column.name not in skipped and row[column.name] is not None:
            value.add(safe(f"{say(column.zh, column.en)}: {row[column.name]}"))


def _place(row: Row) -> str:
    parts = []
    if row.get("page") is not None:
        parts.append(say(f"第 {row['page']} 页", f"page {row['page']}"))
    for column, zh, en in (
        ("table_no", "第 {} 表", "table {}"),
        ("row_no", "第 {} 行", "row {}"),
        ("col_no", "第 {} 列", "column {}"),
        ("paragraph_no", "第 {} 段", "paragraph {}"),
    ):
        if row.get(column) is not None:
            parts.append(say(zh, en).format(row[column]))
    if row.get("x0") is not None:
        parts.append("@ " + ", ".join(f"{row[column]:.1f}" for column in ("x0", "y0", "x1", "y1")))
    return say("，", ", ").join(parts)


STANDINGS: Final = {
    "reviewed": ("人工核对", "reviewed by a person"),
    "balanced_twice": ("两式平衡", "balanced twice"),
    "balanced": ("一式平衡", "balanced"),
    "two_witnesses": ("两处所证", "two witnesses"),
    "read": ("读得一次", "read"),
    "doubtful": ("存疑", "doubtful"),
}
BLANKS: Final = {
    "implied_zero": ("各式不需要它也相符", "the sums hold without it"),
    "implied_nonzero": ("按各式应有数", "the sums want an amount here"),
    "undetermined": ("各式不能断定", "the sums do not tell"),
}


def _standing(root: Tree, row: Row) -> None:
    """The standing of the fact, what it follows from, and what a blank stands for."""
    counts = [(row[f"n_{outcome}"], *WORDS[outcome]) for outcome in ("holds", "rounding", "fails", "not_assessable")]
    zh = "，".join(f"{zh} {count}" for count, zh, _ in counts if count) or "没有检查涉及"
    en = ", ".join(f"{en} {count}" for count, _, en in counts if count) or "no check concerns it"
    zh, en = f"{zh}；成立的等式 {row['n_equations']}", f"{en}; sums that hold {row['n_equations']}"
    if row["witnesses"]:
        zh, en = f"{zh}；另证 {', '.join(row['witnesses'])}", f"{en}; witnesses: {', '.join(row['witnesses'])}"
    branch = root.add(safe(say("可信程度", "standing") + f": {say(*STANDINGS[row['standing']])} ({row['standing']})"))
    branch.add(safe(say(zh, en)))
    if row["blank_evidence"] is not None:
        yuan = "" if row["implied_yuan"] is None else f" {row['implied_yuan']:,.2f} " + say("元", "yuan")
        by = f" ({', '.join(row['implied_by'])})" if row["implied_by"] else ""
        words = say(*BLANKS[row["blank_evidence"]])
        branch.add(safe(say("空白", "blank") + f": {row['blank_evidence']}: {words}{yuan}{by}"))


def _statement(root: Tree, row: Row) -> None:
    title = row["title_printed"] or ""
    branch = root.add(safe(say("报表", "statement") + f": {title} ({row['statement_code']}, {row['state']})"))
    score = row["recognition_score"]
    reasons = "; ".join(row["recognition_reasons"] or [])
    known = f"{row['form'] or '–'} {'' if score is None else f'{score:.2f}'}"
    branch.add(safe(say("识别为", "recognised as") + f": {known} {reasons}"))


def _document(root: Tree, row: Row, disclosure: Row | None) -> None:
    name = row["title_printed"] or row["notice_title"] or row["filename"] or ""
    branch = root.add(safe(say("文件", "document") + f": {name}"))
    branch.add(safe(f"sha256 {row['document_sha256']} · {row['kind']}"))
    if row.get("replaced_by"):
        branch.add(safe(say("已被取代", "replaced by") + f": {row['replaced_by']}"))
    if disclosure is not None and disclosure["org_name"]:
        branch.add(safe(f"{disclosure['org_name']} · {disclosure['fiscal_year']} · {disclosure['doc_type']}"))
    for label, column in (
        (say("文件名", "file name"), "filename"),
        (say("公布者", "publisher"), "publisher"),
        (say("公布日期", "published"), "published_date"),
        (say("网址", "address"), "url"),
        (say("所在页面", "on the page"), "landing_url"),
    ):
        if row[column] is not None:
            branch.add(safe(f"{label}: {row[column]}"))


def _path(folder: Path, table: str) -> Path | None:
    return next((path for name in (file_name(table), f"{table}.parquet") if (path := folder / name).is_file()), None)


def _rows(folder: Path, table: str, *conditions: pl.Expr) -> list[Row]:
    path = _path(folder, table)
    if path is None:
        return []
    try:
        return pl.scan_parquet(path).filter(*conditions).collect().to_dicts()
    except pl.exceptions.PolarsError as error:
        raise errors.data(f"数据表损坏：{path}", f"a damaged table: {path}") from error


def _first(folder: Path, table: str, *conditions: pl.Expr) -> Row | None:
    rows = _rows(folder, table, *conditions)
    return rows[0] if rows else None


def _nearest(identifier: str, folder: Path) -> list[str]:
    """Up to three identifiers like the one that is not there."""
    start = identifier.partition(".")[0]
    known = [
        str(row[key])
        for table, key in NAMED.items()
        for row in _rows(folder, table, pl.col(key).str.starts_with(start or identifier))
    ]
    return difflib.get_close_matches(identifier, known[:20_000], n=3, cutoff=0.6)
