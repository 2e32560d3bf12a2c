"""Statements as rows: one row of `statements` each, one row of `budget_lines` for every position of an amount.

`sum_safe`: all sum_safe rows of one statement, one lane and one stage may be added without counting a yuan twice. A row
is sum_safe only if its line is a leaf (no total, no parent, no 其中, no memo) and its column is a leaf too: the only
amount column of its lane, or one the form names that is neither a total of others, nor a change, nor another year's,
nor a share of one beside it.
What is not known to be safe is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from extract.document import Amount, Column, Issue, Line, Statement
from normalize.amount import Money, PrintedNumber, parse_number, to_money
from normalize.classification import line_statuses, pair_issues
from normalize.department import Disclosure
from normalize.indicator import MEASURES
from normalize.issues import normalize_issue
from normalize.label import label_key
from normalize.placing import Placing, place_of, printed
from normalize.schema import Row
from normalize.unit import MoneyUnit, column_unit, label_unit

RECORD_LISTS: Final = frozenset({"org_units", "assets"})  # their values have tables of their own
TOTAL_COLUMNS: Final = frozenset({"total", "current_subtotal", "three_public_subtotal"})
BESIDE_COLUMNS: Final = frozenset(
    {
        "change",
        "previous_year",
        "sme_reserved",
        "project_budget",
        "unit_price",
        "operating_funds",
        "earmarked_of_which",
        "procurement_of_which",
        "project_without_construction",
        "income_current",
        "carryover_in",
        "carryover_out",
    }
)
# A column that is the sum of others where they stand beside it.
COLUMN_PARTS: Final[dict[str, frozenset[str]]] = {
    "basic": frozenset({"personnel", "public"}),
    "vehicle": frozenset({"vehicle_purchase", "vehicle_operation"}),
    "appropriation_income": frozenset({"general_public_budget", "government_fund", "state_capital"}),
    "appropriation": frozenset({"general_public_budget", "government_fund", "state_capital"}),
    "unit_funds": frozenset(
        {"business_income", "operating_income", "superior_subsidy_income", "affiliate_remit_income", "other_income"}
    ),
    "carryover": frozenset({"carryover_part"}),
    "fiscal_account_income": frozenset({"fiscal_account_part"}),
}
FUNDS: Final = frozenset(
    {"general_public_budget", "government_fund", "state_capital", "fiscal_special_account", "unit_funds"}
)
# （类）（款）（项） behind a label are levels of the classification, not units
LABEL_MEASURES: Final = MEASURES - {"类", "款", "项"}
_TOTAL_WORD: Final = re.compile(r"合计|小计|总计|总额")


def positions(statement: Statement) -> Iterator[tuple[Amount, Line, Column]]:
    """The positions that are facts: amounts of lines that print a label or have a code, blank ones included.

    A table without any column of labels (the one-row 三公 table) says everything in its header: its lines that print
    an amount are facts too, and so is its line when there is only one, though it be blank. Other blank lines without a
    label are padding, kept in raw_cells only.
    """
    if statement.code in RECORD_LISTS:
        return
    with_labels = {column.lane for column in statement.columns if column.role in {"label", "code"}}
    filled = {amount.line for amount in statement.amounts if amount.text.text.strip()}
    if len(statement.lines) == 1:
        filled.add(0)
    for amount in statement.amounts:
        line, column = statement.lines[amount.line], statement.columns[amount.column]
        if is_labelled(line) or (line.lane not in with_labels and amount.line in filled):
            yield amount, line, column


def holds_money(statement: Statement) -> bool:
    """Whether a unit of money means anything to the statement: not to lists of units or unread tables."""
    return statement.code != "org_units" and statement.state != "unrecognized"


def is_labelled(line: Line) -> bool:
    """Whether the line prints a label or has a code."""
    return bool((line.label is not None and line.label.text.strip()) or line.code)


def is_leaf_column(column: Column, columns: Sequence[Column]) -> bool:
    """Whether adding this column to its sibling leaf columns counts nothing twice; see the module's rule."""
    siblings = [other for other in columns if other.role == "amount" and other.lane == column.lane]
    if len(siblings) == 1:
        return True
    if column.key is None or column.key in TOTAL_COLUMNS | BESIDE_COLUMNS or ":" in column.key:
        return False
    if column.path and _TOTAL_WORD.search(column.path[-1]):
        return False
    if _of_which(column) and any(not _of_which(o) and o.key not in {None, *TOTAL_COLUMNS} for o in siblings):
        return False  # 其中 beside other parts: a part of those, not one more
    parts = COLUMN_PARTS.get(column.key, frozenset())
    return not parts & {other.key for other in siblings}


def _of_which(column: Column) -> bool:
    return any(part.startswith("其中") for part in column.path)


def counted_twice(statement: Statement) -> set[int]:
    """Lanes whose leaves without a code add up to more than the printed total: some of them hold others, though
    neither code, ordinal nor indent says which (通用项目 over its projects)."""
    found: set[int] = set()
    parsed = {(a.line, a.column): parse_number(a.text.text) for a in statement.amounts}
    numbers = {place: number.number for place, number in parsed.items()}
    for lane in {column.lane for column in statement.columns}:
        lead = next((c for c in statement.columns if c.lane == lane and c.key in {"total", "amount"}), None)
        totals = [i for i, o in enumerate(statement.lines) if o.lane == lane and o.agg_role == "grand_total"]
        leaves = [i for i, o in enumerate(statement.lines) if o.lane == lane and o.agg_role == "leaf"]
        if lead is None or len(totals) != 1 or any(statement.lines[i].code for i in leaves):
            continue
        total = numbers.get((totals[0], lead.index))
        added = sum((numbers.get((i, lead.index)) or Decimal(0) for i in leaves), Decimal(0))
        step = Decimal(1).scaleb(-max((number.decimals for number in parsed.values()), default=0))
        if total is not None and added > total + step * len(leaves):
            found.add(lane)
    return found


def line_keys(lines: Sequence[Line]) -> list[str]:
    """For each line its path joined with `/`: of coded lines the code, of others the label without ordinal and 其中.

    Ancestors that are lines themselves and have a code stand by it, so that a renamed class keeps its key.
    """
    codes = {(line.lane, line.path): line.code for line in lines if line.code}
    keys = []
    for line in lines:
        path = line.path or ((line.label.text,) if line.label else ())
        parts = [codes.get((line.lane, path[:depth])) or label_key(path[depth - 1]) for depth in range(1, len(path))]
        own = line.code or label_key(path[-1] if path else "")
        keys.append("/".join(part for part in (*parts, own) if part))
    return keys


def statement_row(
    statement: Statement, unit: MoneyUnit, disclosure: Disclosure, placing: Placing, *, page: int | None, seams: int
) -> Row:
    """The row of table `statements`. page: of the table's first piece; seams: pieces joined to it."""
    caption = statement.caption
    facts = [amount for amount, _, _ in positions(statement)]
    recognition = statement.recognition
    return {
        "disclosure_id": disclosure.disclosure_id,
        "document_sha256": placing.sha256,
        "statement_code": statement.code,
        "seq": statement.seq,
        "table_no": statement.table,
        "title_printed": printed(caption.get("title")),
        "org_printed": printed(caption.get("org")),
        "year_printed": printed(caption.get("year")),
        "unit_printed": unit.printed,
        "as_of_printed": printed(caption.get("as_of")),
        "unit": unit.unit,
        "unit_source": unit.source,
        "unit_basis": unit.basis,
        "state": statement.state,
        "notes": [note.text for note in statement.notes],
        "form": recognition.form,
        "recognition_score": float(recognition.score),
        "recognition_reasons": list(recognition.reasons),
        "nearest_form": recognition.nearest,
        "n_lines": len(statement.lines) or len(statement.records),
        "n_columns": len(statement.columns),
        "n_amounts": len(facts),
        "n_printed": sum(1 for amount in facts if amount.text.text.strip()),
        "page": page,
        "seams": seams,
    }


def budget_rows(
    statement: Statement, unit: MoneyUnit, disclosure: Disclosure, placing: Placing
) -> tuple[list[Row], list[Issue]]:
    """The rows of `budget_lines` of one statement, in its own order, and the issues of reading their amounts."""
    rows: list[Row] = []
    issues: list[Issue] = []
    keys = line_keys(statement.lines)
    statuses = line_statuses(statement.lines, statement.columns)
    unitless = 0
    doubtful = counted_twice(statement)
    title = printed(statement.caption.get("title"))
    labels = [label_unit(line.label.text if line.label else None, LABEL_MEASURES) for line in statement.lines]
    over = [column_unit(column) for column in statement.columns]
    paths = ["/".join(column.path) for column in statement.columns]
    leaves = [is_leaf_column(column, statement.columns) for column in statement.columns]
    stages = [column.meaning.get("stage") or statement.stage or disclosure.stage for column in statement.columns]
    for amount, line, column in positions(statement):
        text, place = amount.text.text, amount.text.place
        number = parse_number(text)
        known = amount_unit(number, labels[amount.line], over[amount.column], unit)
        money, yuan, resolution = _money(text, known.unit)
        unitless += number.number is not None and known.unit is None
        issues += amount_issues(number, money, amount, placing.sha256)
        meaning = column.meaning
        rows.append(
            {
                "fact_id": placing.identify("fact", place),
                "disclosure_id": disclosure.disclosure_id,
                **placing.columns(place),
                "county_code": disclosure.county_code,
                "org_id": disclosure.org_id,
                "org_name": disclosure.org_name,
                "entity_level": disclosure.entity_level,
                "fiscal_year": disclosure.fiscal_year,
                "stage": stages[amount.column],
                "statement_code": statement.code,
                "statement_seq": statement.seq,
                "statement_title": title,
                "flow": line.flow or meaning.get("flow"),
                "line_no": line.number,
                "line_code": line.code,
                "line_label": printed(line.label),
                "line_key": keys[amount.line],
                "line_level": line.level,
                "class_system": line.class_system,
                "map_status": statuses[amount.line],
                "agg_role": line.agg_role,
                "sum_safe": line.agg_role == "leaf" and line.lane not in doubtful and leaves[amount.column],
                "column_path": paths[amount.column],
                "column_key": column.key,
                "fund": fund_of(line, column),
                "nature": meaning.get("nature"),
                "measure": meaning.get("measure"),
                "printed_text": text if text.strip() else None,
                "amount_state": number.state,
                "amount_yuan": yuan,
                "amount_fen": money.fen if money else None,
                "unit_printed": known.printed,
                "unit_source": known.source,
                "unit_basis": known.basis,
                "resolution_yuan": resolution,
                "lane": column.lane,
                "is_labelled": is_labelled(line),
                "form_line_key": line.key,
                "correction_ids": None,
                "printed_text_as_read": None,
                "as_read": None,
            }
        )
    issues += pair_issues(statement.lines, statuses, placing.sha256)
    if unitless:
        issues.append(unit_unknown(statement, unitless, placing.sha256))
    return rows, issues


@lru_cache(maxsize=65536)
def _money(text: str, unit: str | None) -> tuple[Money | None, float | None, float | None]:
    """A printed amount in a unit: exact, and yuan and resolution as floating point. Statements repeat their amounts."""
    money = to_money(parse_number(text), unit)
    return (money, float(money.yuan), float(money.resolution)) if money is not None else (None, None, None)


def fund_of(line: Line, column: Column) -> str | None:
    """The fund the line itself names (a source of revenue), else the column's: 一般公共预算拨款收入 under 预算数."""
    named = (line.key or "").rpartition("/")[2]
    return named if named in FUNDS and line.flow == "revenue" else column.meaning.get("fund")


def amount_unit(number: PrintedNumber, by_label: MoneyUnit, by_column: MoneyUnit, unit: MoneyUnit) -> MoneyUnit:
    """The unit nearest to the amount: printed in the cell, on the line, over the column, else the statement's."""
    if number.unit is not None:
        return MoneyUnit(number.unit, number.unit, "cell", "printed")
    if by_label.unit is not None:
        return by_label
    return by_column if by_column.unit is not None else unit


def amount_issues(number: PrintedNumber, money: Money | None, amount: Amount, sha256: str) -> list[Issue]:
    """An issue for a text that is no number, and for an amount that is no whole number of fen."""
    text, place = amount.text.text.strip(), amount.text.place
    if number.state == "not_numeric":
        messages = (f"金额栏的“{text}”不是数", f"“{text}” in a column of amounts is not a number")
        return [normalize_issue("amount_not_numeric", "warning", messages, sha256=sha256, place=place)]
    if money is not None and money.fen is None:
        messages = (f"“{text}”不是整分，分值留空", f"“{text}” is not a whole number of fen; amount_fen is left empty")
        return [normalize_issue("sub_fen_amount", "info", messages, sha256=sha256, place=place)]
    return []


def unit_unknown(statement: Statement, count: int, sha256: str) -> Issue:
    """The issue of a statement that prints amounts and no unit, in a document whose other statements do not agree."""
    messages = (
        f"报表 {statement.code} 未印金额单位，{count} 个金额不能换算为元",
        f"statement {statement.code} prints no unit; {count} amounts have no value in yuan",
    )
    place = place_of(*statement.caption.values()) or (statement.amounts[0].text.place if statement.amounts else None)
    return normalize_issue("unit_unknown", "warning", messages, sha256=sha256, place=place, count=count)
