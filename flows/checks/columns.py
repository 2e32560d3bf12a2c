"""Identities between the columns of one line, shared by the R checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flows.checks.equation import Equation, best, evaluate, gather_empty
from flows.checks.noun import Finding
from flows.checks.views import ColumnView, StatementView

FUNDS = ("general_public_budget", "government_fund", "state_capital")
SOURCES = (
    "appropriation_income",
    "fiscal_account_income",
    "business_income",
    "operating_income",
    "superior_subsidy_income",
    "affiliate_remit_income",
    "other_income",
)
NATURES = ("project", "operating", "remit_to_superior", "subsidy_to_affiliates")


def lane_keys(statement: StatementView, lane: int) -> set[str]:
    """Keys of the lane's amount columns that name exactly one column."""
    keys = [column.key for column in statement.columns_of(lane) if column.key is not None]
    return {key for key in keys if keys.count(key) == 1}


def is_of_which(column: ColumnView) -> bool:
    """A column under 其中: part of the total, or part of another part."""
    return any(part.startswith("其中") for part in column.path.split("/"))


def strangers(statement: StatementView, lane: int, known: Collection[str]) -> list[ColumnView]:
    """Amount columns of the lane that may be parts nobody told us of: of no known key, or of a key that repeats.

    A column whose header stands under the header of a known column is one of its parts, not one more part.
    """
    keys = lane_keys(statement, lane) & set(known)
    columns = statement.columns_of(lane)
    inside = [column.path for column in columns if column.key in keys]
    return [
        column
        for column in columns
        if column.key not in keys and not any(column.path.startswith(f"{path}/") for path in inside)
    ]


def column_sums(
    statement: StatementView, lane: int, total: str, parts: Sequence[str], known: Collection[str]
) -> list[Finding]:
    """`total = Σ parts` on every line of the lane; not assessable when other columns stand beside them."""
    subject = f"{statement.ident}/lane{lane}/{total}"
    left = statement.column(lane, total)
    columns = [column for part in parts if (column := statement.column(lane, part)) is not None]
    if left is None or not columns:
        return []
    odd = strangers(statement, lane, known)
    if odd:
        shown = "、".join(column.path for column in odd)
        return [
            Finding(
                subject=subject,
                outcome="not_assessable",
                message_zh=f"《{statement.title}》：另有含义不明或重复的金额列（{shown}），各列之和无从判断。",
                message_en=f"《{statement.title}》: amount columns of unknown meaning, or that repeat ({shown}), "
                "stand beside the parts.",
                reason="unknown_columns",
            )
        ]
    zh, en = f"{'、'.join(column.name for column in columns)}之和", "the sum of its columns"
    findings = []
    for line in statement.lines_of(lane):
        cell = line.cells.get(left)
        terms = tuple(line.cells[column] for column in columns if column in line.cells)
        if cell is None or not terms:
            continue
        subject_of_line = f"{statement.ident}/{line.ident}/{total}"
        finding = evaluate(Equation(subject_of_line, cell, terms, zh, en))
        outer = tuple(line.cells[column] for column in columns if column in line.cells and not is_of_which(column))
        if finding.outcome == "fails" and 1 < len(outer) < len(terms):
            # 其中 columns may be parts of the total or parts of its parts; the print does not say.
            finding = best([finding, evaluate(Equation(subject_of_line, cell, outer, zh, en))])
        findings.append(finding)
    return gather_empty(findings, subject, f"《{statement.title}》{left.name}", f"《{statement.title}》 {left.name}")
