"""Corrections applied to the rows of a document: guarded, whole or not at all, with what was read kept beside.

A correction whose guard does not match what our reading now says is stale: it changes nothing and is an issue. What
follows from a text or a unit (state, yuan, fen, resolution) is worked out anew by the same rules as every amount;
totals and other rows stay as printed, whatever they add up to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

from extract.document import Issue, Place
from normalize.amount import parse_number, to_money
from normalize.classification import map_status
from normalize.correction import DOCUMENT, ColumnFix, Correction, LineFix
from normalize.issues import normalize_issue
from normalize.label import label_key
from normalize.schema import Row
from normalize.unit import find_money_unit, money_factor

Tables = dict[str, list[Row]]
Stale = Literal[
    "no_fact",
    "text_differs",
    "unit_differs",
    "column_differs",
    "line_differs",
    "identity_differs",
    "conflict",
    "no_document",
]

UNIT: Final = "unit"  # stands for the standard unit of an amount, which is no column of its row
_WHY: Final[dict[str, tuple[str, str]]] = {
    "no_fact": ("该位置没有金额", "there is no amount at this place"),
    "text_differs": ("该位置读到的文字已不同", "another text is read there now"),
    "unit_differs": ("读到的单位已不同", "another unit is read now"),
    "column_differs": ("读到的表头已不同", "another header is read over it now"),
    "line_differs": ("读到的行名已不同", "another label is read on its line now"),
    "identity_differs": ("读到的单位、年度或种类已不同", "another organisation, year or kind is read now"),
    "conflict": ("与另一条订正矛盾", "another correction says something else"),
    "no_document": ("没有这个文件", "there is no such document"),
}


def apply_corrections(tables: Tables, corrections: Sequence[Correction], sha256: str) -> list[Issue]:
    """Correct budget_lines and statements of one document in place and fill its rows of table `corrections`.

    corrections: of any document; those of others are left alone. All guards look at the rows as they were read, so
    the order of corrections does not matter but between two that contradict each other (the first id wins).
    Returns the issues of stale ones. Corrected rows: correction_ids, printed_text_as_read, as_read.
    """
    mine = sorted((one for one in corrections if one.document == sha256), key=lambda one: one.id)
    if not mine:
        return []
    rows, statements = tables["budget_lines"], tables["statements"]
    read = [dict(row) for row in rows]
    index = {str(row["fact_id"]): number for number, row in enumerate(read)}
    units = [_unit_of(row, _statement_of(row, statements)) for row in read]
    wanted: dict[tuple[int, str], object] = {}
    touched: dict[int, list[str]] = {}
    issues: list[Issue] = []
    for one in mine:
        anchor = index.get(one.fact_id)
        stale = "no_fact" if anchor is None else _broken_guard(one, read[anchor], units[anchor])
        changes: dict[tuple[int, str], object] = {}
        if anchor is not None and stale is None:
            changes = _changes(one, anchor, read)
            if any(wanted.get(key, value) != value for key, value in changes.items()):
                stale, changes = "conflict", {}
        wanted.update(changes)
        for number in sorted({number for number, _ in changes}):
            touched.setdefault(number, []).append(one.id)
        now = None if anchor is None else read[anchor]
        tables["corrections"] += correction_rows(
            one, stale, now, units[anchor] if anchor is not None else None, len({number for number, _ in changes})
        )
        if stale is not None:
            issues.append(stale_issue(one, stale))
    for (number, column), value in wanted.items():
        if column != UNIT:
            rows[number][column] = value
    for number, ids in touched.items():
        _derive(
            rows[number], str(wanted[number, UNIT]) if (number, UNIT) in wanted else None, units[number], read[number]
        )
        _remember(rows[number], read[number], ids)
    _correct_statements(statements, rows, wanted)
    return issues


def stale_issue(one: Correction, stale: str) -> Issue:
    """The issue that says a correction was not applied, and why."""
    zh, en = _WHY[stale]
    return normalize_issue(
        "correction_stale",
        "warning",
        (f"订正 {one.id} 未采用：{zh}", f"correction {one.id} was not applied: {en}"),
        sha256=one.document,
        place=place_of(one.place),
    )


def place_of(ref: str) -> Place:
    """`t9.r14.c3` (a later fact of the place: `t9.r14.c3-2`) as a Place; `document` as none."""
    if ref == DOCUMENT:
        return Place()
    table, row, col = ref.partition("-")[0].split(".")
    return Place(table=int(table[1:]), row=int(row[1:]), col=int(col[1:]))


def correction_rows(one: Correction, stale: str | None, read: Row | None, unit: str | None, n_rows: int) -> list[Row]:
    """Rows of table `corrections`: one for each thing the correction says. read: its fact as read, or None."""
    column, line, found = one.fix.column, one.fix.line, read or {}
    said: list[tuple[str, object, object]] = []
    if one.fix.text is not None:
        said.append(("printed_text", found.get("printed_text"), one.fix.text.strip() or None))
    if one.fix.unit is not None:
        said.append((UNIT, unit, find_money_unit(one.fix.unit.to)))
    if column is not None:
        said += [(name, found.get(name), value) for name, value in _column_values(column).items()]
    if line is not None:
        said += [(name, found.get(name), value) for name, value in _line_values(line).items()]
    if one.fix.identity is not None:
        said += [(name, change.was or None, change.to) for name, change in one.fix.identity.changes()]
    return [
        {
            "correction_id": one.id,
            "document_sha256": one.document,
            "place": one.place,
            "field": field,
            "fact_id": one.fact_id if read is not None else None,
            "status": "applied" if stale is None else "stale",
            "stale_reason": stale,
            "expected_text": one.printed or None,
            "value_as_read": None if before is None else str(before),
            "value_corrected": None if after is None else str(after),
            "n_rows": n_rows,
            "reason_code": one.reason,
            "evidence_kind": one.evidence.kind,
            "evidence": one.evidence.note,
            "corrected_by": one.by,
            "corrected_on": dt.date.fromisoformat(one.on),
            "why": one.why,
        }
        for field, before, after in said
    ]


def unknown_documents(corrections: Iterable[Correction], known: Iterable[str]) -> tuple[list[Row], list[Issue]]:
    """Rows and issues of corrections whose document is not there at all (any more)."""
    there = set(known)
    lost = sorted((one for one in corrections if one.document not in there), key=lambda one: one.id)
    rows = [row for one in lost for row in correction_rows(one, "no_document", None, None, 0)]
    return rows, [stale_issue(one, "no_document") for one in lost]


# -------------------------------------------------------------------------------------------------------------- guards


def _broken_guard(one: Correction, row: Row, unit: str | None) -> Stale | None:
    """Which guard does not match the row as read; None where all do."""
    fix = one.fix
    if (row["printed_text"] or "") != one.printed:
        return "text_differs"
    if fix.unit is not None and (unit or "") != fix.unit.was:
        return "unit_differs"
    if fix.column is not None and (row["column_path"] or "") != fix.column.was:
        return "column_differs"
    if fix.line is not None and (row["line_label"] or "") != fix.line.was:
        return "line_differs"
    return None


def _changes(one: Correction, anchor: int, rows: Sequence[Row]) -> dict[tuple[int, str], object]:
    """(row, column) → value of everything the correction says; `unit` stands for the standard unit."""
    fix, at = one.fix, rows[anchor]
    found: dict[tuple[int, str], object] = {}
    if fix.text is not None:
        found[anchor, "printed_text"] = fix.text if fix.text.strip() else None
    if fix.unit is not None:
        for number, row in enumerate(rows):
            # what its own cell, line or column prints as a unit is nearer than the statement's
            if _same(row, at, "statement_code", "statement_seq", "unit_printed", "unit_source"):
                found[number, UNIT] = find_money_unit(fix.unit.to)
                found[number, "unit_printed"] = fix.unit.to
                found[number, "unit_basis"] = "printed"
    if fix.column is not None:
        of_column = _column_values(fix.column)
        for number, row in enumerate(rows):
            if _same(row, at, "statement_code", "statement_seq", "lane", "column_path", "col_no"):
                found.update({(number, name): value for name, value in of_column.items()})
    if fix.line is not None:
        for number, row in enumerate(rows):
            if _same(row, at, "statement_code", "statement_seq", "lane", "table_no", "row_no", "line_key"):
                found.update({(number, name): value for name, value in _line_values(fix.line).items()})
                if fix.line.code is not None or fix.line.label is not None:
                    found[number, "line_key"] = _line_key(row, fix.line)
    return found


def _same(row: Row, other: Row, *columns: str) -> bool:
    return all(row[column] == other[column] for column in columns)


def _column_values(fix: ColumnFix) -> dict[str, object]:
    said: dict[str, object] = {
        "column_path": fix.path,
        "column_key": fix.key,
        "fund": fix.fund,
        "nature": fix.nature,
        "measure": fix.measure,
        "stage": fix.stage,
    }
    return {name: value for name, value in said.items() if value is not None}


def _line_values(fix: LineFix) -> dict[str, object]:
    said: dict[str, object] = {"line_code": fix.code, "line_label": fix.label, "flow": fix.flow}
    return {name: value for name, value in said.items() if value is not None}


def _line_key(row: Row, fix: LineFix) -> str:
    """The path of the line with its own part as corrected (the code, else the label, as `normalize.budget` has it)."""
    above, _, own = str(row["line_key"]).rpartition("/")
    code = fix.code if fix.code is not None else row["line_code"]
    label = fix.label if fix.label is not None else row["line_label"]
    own = str(code) if code else label_key(str(label)) if label else own
    return "/".join(part for part in (above, own) if part)


# --------------------------------------------------------------------------------------------------- what follows of it


def _statement_of(row: Row, statements: Sequence[Row]) -> Row | None:
    wanted = (row["statement_code"], row["statement_seq"])
    return next((each for each in statements if (each["statement_code"], each["seq"]) == wanted), None)


def _unit_of(row: Row, statement: Row | None) -> str | None:
    """The standard unit an amount was read in; None where it is not known or not of money.

    By its own words where they state one; else by resolution and decimals (a unit that was proven prints nothing);
    else the statement's.
    """
    stated = find_money_unit(_text(row["unit_printed"]))
    if stated is not None:
        return stated
    if row["resolution_yuan"] is not None:
        factor = Decimal(str(row["resolution_yuan"])).scaleb(parse_number(_text(row["printed_text"])).decimals)
        named = [word for word in ("元", "千元", "万元", "百万元", "亿元") if money_factor(word) == factor]
        if named:
            return named[0]
    if statement is None or row["unit_printed"] != statement["unit_printed"]:
        return None
    return _text(statement["unit"])


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _derive(row: Row, new_unit: str | None, read_unit: str | None, read: Row) -> None:
    """State and amounts of a row whose text or unit was corrected; map_status of one whose code or label was."""
    number = parse_number(_text(row["printed_text"]))
    if new_unit is not None or row["printed_text"] != read["printed_text"]:
        unit = new_unit or read_unit
        if number.unit is not None:
            unit = number.unit
            row.update({"unit_printed": number.unit, "unit_source": "cell", "unit_basis": "printed"})
        money = to_money(number, unit)
        row["amount_state"] = number.state
        row["amount_yuan"] = float(money.yuan) if money else None
        row["amount_fen"] = money.fen if money else None
        row["resolution_yuan"] = float(money.resolution) if money else None
    if (row["line_code"], row["line_label"]) != (read["line_code"], read["line_label"]):
        row["map_status"] = map_status(_text(row["class_system"]), _text(row["line_code"]), _text(row["line_label"]))


def _remember(row: Row, read: Row, ids: list[str]) -> None:
    """Keep beside the corrected values what was read."""
    changed = [name for name in row if row[name] != read[name]]
    row["correction_ids"] = ids
    if "printed_text" in changed:
        row["printed_text_as_read"] = read["printed_text"]
    row["as_read"] = [f"{name}={'' if read[name] is None else read[name]}" for name in changed]


def _correct_statements(statements: Sequence[Row], rows: Sequence[Row], wanted: dict[tuple[int, str], Any]) -> None:
    """The unit of a statement whose amounts have another now, and how many of them are printed."""
    for statement in statements:
        key = (statement["statement_code"], statement["seq"])
        mine = [n for n, row in enumerate(rows) if (row["statement_code"], row["statement_seq"]) == key]
        if not any(number in mine for number, _ in wanted):
            continue
        statement["n_printed"] = sum(rows[number]["printed_text"] is not None for number in mine)
        unit = next((number for number in mine if (number, UNIT) in wanted), None)
        if unit is not None and rows[unit]["unit_source"] not in ("cell", "label"):
            statement["unit"] = wanted[unit, UNIT]
            statement["unit_printed"] = wanted[unit, "unit_printed"]
            statement["unit_basis"] = "printed"
