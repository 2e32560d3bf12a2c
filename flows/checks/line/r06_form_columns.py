"""R06 各列之间符合表式的等式 · The columns keep the identities of the form

规则：表式列明的各列之间的等式，每一行都成立，如财政拨款 = 一般公共预算 + 政府性基金 + 国有资本经营预算；
  “三公”经费 = 出国 + 公车 + 接待；公车 = 购置 + 运行。等式取自表式，不在此另写。
Rule: The identities between columns that a form states (appropriation = general public budget + government funds +
  state capital; 三公 = abroad + vehicles + receptions; vehicles = purchase + operation) hold on every line. They
  are taken from the forms and not written here again.
Formula: left = Σ right, from `identities` of the form (scope: columns)
Exclusions:
  1. 空白不当作零：只加所印的数 / a blank is not a zero: only what is printed is added
  2. R01 至 R05 已查的等式不重复 / identities that R01 to R05 check are not checked again
  3. 少于两个组成列的、或组成列重复的，不检查 / not checked with fewer than two parts, or with parts that repeat
  4. 上年、本年、增减与预算、决算各自成组，只在组内相加 / columns of another year, of a change, and of another stage
     are groups of their own
  5. 另有含义不明而印有金额的列，且不相等的，不判断；同列另有至少两行照样相等、只此一行不等的除外 / not assessed
     where a column of unknown meaning prints an amount and the sum differs, unless two other lines or more agree
     all the same and this is the only one that does not
Not applicable: 文件没有列出这些列的报表 / the document has no statement with these columns
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from extract.form import FormIdentity, load_forms
from flows.checks.check import Check
from flows.checks.columns import is_of_which
from flows.checks.equation import Equation, evaluate, gather_empty
from flows.checks.noun import Finding
from flows.checks.views import ColumnView, DocumentFacts, LineView, StatementView

PROOFS = 2  # lines on which the sum holds beside a column of unknown meaning: the column is no part of it
ELSEWHERE = frozenset({"total", "basic", "current_subtotal", "carryover"})


def _identities(code: str) -> list[FormIdentity]:
    return [
        identity
        for form in load_forms().values()
        if form.code == code
        for identity in form.identities
        if identity.scope == "columns" and not identity.minus
        if identity.left not in ELSEWHERE or "three_public_subtotal" in identity.right
    ]


def _groups(statement: StatementView, lane: int) -> Iterator[dict[str, ColumnView]]:
    """Columns that belong together, by key: of one year or change, and one stage. Keys that repeat are left out."""
    groups: dict[tuple[str, str | None], list[tuple[str, ColumnView]]] = {}
    for column in statement.columns_of(lane):
        if column.key is not None:
            year, _, key = column.key.rpartition(":")
            groups.setdefault((year, column.stage), []).append((key, column))
    for pairs in groups.values():
        keys = [key for key, _ in pairs]
        yield {key: column for key, column in pairs if keys.count(key) == 1}


def _strange(statement: StatementView, line: LineView, named: list[ColumnView]) -> bool:
    """Whether a column nobody named prints an amount on the line, beside the parts and not under one of them."""
    return any(
        column.key is None and cell.known and cell.yuan != 0
        for column, cell in line.cells.items()
        if not any(column.path.startswith(f"{one.path}/") for one in named)
    )


def _of(statement: StatementView, lane: int, identity: FormIdentity, columns: dict[str, ColumnView]) -> list[Finding]:
    left = columns.get(identity.left or "")
    parts = [columns[key] for key in identity.right if key in columns]
    if left is None or len(parts) < 2:
        return []
    findings: list[Finding] = []
    doubtful: list[int] = []
    proofs = 0
    zh, en = f"{'、'.join(part.name for part in parts)}之和", "the sum of its columns"
    for line in statement.lines_of(lane):
        cell = line.cells.get(left)
        terms = tuple(line.cells[part] for part in parts if part in line.cells)
        if cell is None or not terms:
            continue
        subject = f"{statement.ident}/{line.ident}/{left.path}"
        finding = evaluate(Equation(subject, cell, terms, zh, en))
        if _strange(statement, line, parts) or any(map(is_of_which, parts)):
            proofs += int(finding.outcome in ("holds", "rounding") and (finding.n_terms or 0) > 1)
            if finding.outcome == "fails":
                doubtful.append(len(findings))
        findings.append(finding)
    if proofs < PROOFS or len(doubtful) > 1:
        for index in doubtful:
            findings[index] = msgspec.structs.replace(
                findings[index], outcome="not_assessable", reason="unknown_columns"
            )
    title = f"《{statement.title}》{left.name}"
    return gather_empty(findings, f"{statement.ident}/lane{lane}/{left.path}", title, title)


def run(facts: DocumentFacts) -> Iterator[Finding]:
    for statement in facts.known_statements():
        identities = _identities(statement.code)
        for lane in statement.lanes if identities else ():
            for columns in _groups(statement, lane):
                for identity in identities:
                    yield from _of(statement, lane, identity, columns)


CHECK = Check(
    "R06",
    "line",
    "error",
    __doc__,
    run,
    ("no_statement", "没有列出这些列的报表。", "No statement with these columns."),
)
