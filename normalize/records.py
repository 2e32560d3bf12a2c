"""List forms as rows: units of the department, assets, procurement. One row per printed record.

Field names of a Record: org_units unit_name, unit_nature, unit_rank, funding_form; assets item, quantity, value;
procurement project_name, item_name, catalogue_no, measure_unit, quantity, unit_price, total. parent_item: as read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from extract.document import Issue, Record, Statement
from normalize.amount import PrintedNumber, parse_number, to_money
from normalize.department import Disclosure
from normalize.issues import normalize_issue
from normalize.label import is_of_which
from normalize.period import parse_date
from normalize.placing import Placing, place_of, printed
from normalize.schema import Row
from normalize.unit import MoneyUnit, find_money_unit

_BRACKET: Final = re.compile(r"[（(]([^（）()]*)[）)]\s*$")

RowsAndIssues = tuple[list[Row], list[Issue]]


def _common(statement: Statement, record: Record, kind: str, disclosure: Disclosure, placing: Placing) -> Row:
    place = place_of(*record.fields.values())
    row: Row = {
        f"{kind}_id": placing.identify(kind, place, f"t{statement.table}.r{record.row + 1}"),
        "disclosure_id": disclosure.disclosure_id,
        **placing.columns(place),
        "seq": 0,
    }
    return row


def org_unit_rows(statement: Statement, _unit: MoneyUnit, disclosure: Disclosure, placing: Placing) -> RowsAndIssues:
    """Rows of `org_units`; every field as printed."""
    rows = []
    for record in statement.records:
        row = _common(statement, record, "unit", disclosure, placing)
        for field in ("unit_name", "unit_nature", "unit_rank", "funding_form"):
            row[field] = printed(record.fields.get(field))
        rows.append(row)
    return rows, []


def asset_rows(statement: Statement, unit: MoneyUnit, disclosure: Disclosure, placing: Placing) -> RowsAndIssues:
    """Rows of `assets`. parent_item: the line above that an 其中 line belongs to; quantity_unit from the brackets."""
    rows: list[Row] = []
    issues: list[Issue] = []
    as_of = statement.caption.get("as_of")
    parent: str | None = None
    for record in statement.records:
        fields = record.fields
        item = printed(fields.get("item"))
        given = fields.get("parent_item")  # what the reader saw by indent; else our own look at the label
        part = given is not None or is_of_which(item)
        quantity = parse_number(fields["quantity"].text) if "quantity" in fields else PrintedNumber("blank")
        value = parse_number(fields["value"].text) if "value" in fields else PrintedNumber("blank")
        money = to_money(value, value.unit or unit.unit)
        issues += _number_issues(record, ("quantity", "value"), placing.sha256)
        if value.number is not None and value.unit is None and unit.unit is None:
            issues.append(_unit_unknown(statement, record, "value", placing.sha256))
        bracket = _BRACKET.search(item or "")
        measure = quantity.unit or (bracket[1] if bracket else None)
        rows.append(
            _common(statement, record, "asset", disclosure, placing)
            | {
                "as_of_date": parse_date(as_of.text if as_of else None),
                "item": item,
                "parent_item": printed(given) or (parent if part else None),
                "quantity_printed": printed(fields.get("quantity")),
                "quantity": None if quantity.number is None else float(quantity.number),
                "quantity_unit": None if find_money_unit(measure) else measure,
                "quantity_state": quantity.state,
                "value_printed": printed(fields.get("value")),
                "value_yuan": float(money.yuan) if money else None,
                "value_state": value.state,
            }
        )
        parent = parent if part else item
    return rows, issues


def procurement_rows(statement: Statement, unit: MoneyUnit, disclosure: Disclosure, placing: Placing) -> RowsAndIssues:
    """Rows of `procurement`; the amounts by fund are rows of budget_lines."""
    rows: list[Row] = []
    issues: list[Issue] = []
    for record in statement.records:
        fields = record.fields
        total = parse_number(fields["total"].text) if "total" in fields else PrintedNumber("blank")
        money = to_money(total, total.unit or unit.unit)
        issues += _number_issues(record, ("total",), placing.sha256)
        if total.number is not None and total.unit is None and unit.unit is None:
            issues.append(_unit_unknown(statement, record, "total", placing.sha256))
        row = _common(statement, record, "purchase", disclosure, placing)
        for field in ("project_name", "item_name", "catalogue_no", "measure_unit"):
            row[field] = printed(fields.get(field))
        for field in ("quantity", "unit_price", "total"):
            row[f"{field}_printed"] = printed(fields.get(field))
        rows.append(row | {"total_yuan": float(money.yuan) if money else None, "total_state": total.state})
    return rows, issues


def _number_issues(record: Record, names: tuple[str, ...], sha256: str) -> list[Issue]:
    issues = []
    for name in names:
        text = record.fields.get(name)
        if text is not None and parse_number(text.text).state == "not_numeric":
            shown = unicodedata.normalize("NFC", text.text.strip())
            messages = (f"数字栏的“{shown}”不是数", f"“{shown}” in a column of numbers is not a number")
            issues.append(normalize_issue("amount_not_numeric", "warning", messages, sha256=sha256, place=text.place))
    return issues


def _unit_unknown(statement: Statement, record: Record, field: str, sha256: str) -> Issue:
    messages = (
        f"{statement.code} 未印金额单位，金额不能换算为元",
        f"{statement.code} prints no unit; its amounts have no value in yuan",
    )
    place = record.fields[field].place
    return normalize_issue("unit_unknown", "warning", messages, sha256=sha256, place=place)


BUILDERS: Final[dict[str, tuple[str, Callable[[Statement, MoneyUnit, Disclosure, Placing], RowsAndIssues]]]] = {
    "org_units": ("org_units", org_unit_rows),
    "assets": ("assets", asset_rows),
    "procurement": ("procurement", procurement_rows),
}
