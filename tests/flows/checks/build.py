"""Rows of one document, written the way a person would write the table: for testing checks without a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from normalize.schema import TABLES, empty_tables

SHA = "ab" * 32
SCALE = {"元": 1, "万元": 10_000}
Tables = dict[str, list[dict[str, Any]]]

HEADERS = {
    "total": "合计",
    "amount": "预算数",
    "basic": "基本支出",
    "project": "项目支出",
    "operating": "经营支出",
    "personnel": "人员经费",
    "public": "公用经费",
    "current_subtotal": "本年收入/小计",
    "appropriation_income": "本年收入/财政拨款收入",
    "business_income": "本年收入/事业收入",
    "carryover": "上年结转",
    "general_public_budget": "资金性质/一般公共预算",
    "government_fund": "资金性质/政府性基金",
    "state_capital": "资金性质/国有资本",
}
TITLES = {
    "income_expenditure": "部门预算收支总表",
    "income": "部门预算收入总表",
    "expenditure": "部门预算支出总表",
    "appropriation": "部门预算财政拨款收支总表",
    "general_expenditure": "一般公共预算财政拨款支出表",
    "basic_expenditure": "一般公共预算财政拨款基本支出表",
    "government_fund": "政府性基金预算财政拨款支出表",
    "three_public": "财政拨款“三公”经费支出表",
}


def amount_of(printed: str | None, unit: str) -> dict[str, Any]:
    """State, amount and resolution of a printed text, None and '' being blank."""
    text = (printed or "").strip()
    if not text or text in {"-", "—", "***", "见附件"}:
        state = {"": "blank", "-": "dash", "—": "dash", "***": "masked"}.get(text, "not_numeric")
        return {"amount_state": state, "amount_yuan": None, "amount_fen": None, "resolution_yuan": None}
    number = Decimal(text.replace(",", ""))
    yuan = number * SCALE[unit]
    return {
        "amount_state": "number" if number else "zero",
        "amount_yuan": float(yuan),
        "amount_fen": int(yuan * 100),
        "resolution_yuan": float(Decimal(SCALE[unit]).scaleb(-len(text.partition(".")[2]))),
    }


class Builder:
    """Collects statements and projects; `tables()` gives what `check_document` takes."""

    def __init__(self) -> None:
        self._tables: Tables = {name: list(rows) for name, rows in empty_tables().items()}
        self._next_table = 0
        self._add("documents", filename="built.docx", n_pages=3)
        self._add("disclosures", fiscal_year=2024, doc_type="department_budget")

    def _add(self, table: str, **values: Any) -> dict[str, Any]:
        row: dict[str, Any] = dict.fromkeys(TABLES[table].names())
        row |= {"document_sha256": SHA, "disclosure_id": "local-2024-department_budget-1"} | values
        row = {name: row[name] for name in TABLES[table].names()}
        self._tables[table].append(row)
        return row

    def statement(
        self,
        code: str,
        columns: Sequence[str],
        lines: Sequence[tuple[Any, ...]],
        *,
        lane: int = 0,
        unit: str = "万元",
        system: str = "functional",
        join: bool = False,
        page: int | None = 1,
        headers: Mapping[str, str] | None = None,
    ) -> Builder:
        """One statement, or (join) one more lane of the last one.

        lines: (name, *printed texts). name: a code with a label (`201 一般公共服务`), `key=label` for a form's line,
        or a label alone; a `>` before it puts the line one level deeper. A column `?x` has no key.
        """
        seq = sum(1 for row in self._tables["statements"] if row["statement_code"] == code) + (0 if join else 1)
        if not join:
            self._next_table += 1
            self._add(
                "statements",
                statement_code=code,
                seq=seq,
                table_no=self._next_table,
                unit=unit,
                title_printed=TITLES.get(code),
            )
        heads = HEADERS | dict(headers or {})
        for number, (full, *printed) in enumerate(lines, start=1):
            level, name = len(full) - len(full.lstrip(">")), full.lstrip(">")
            key, line_code, label = None, None, name
            if "=" in name:
                key, label = name.split("=")
            elif name[0].isdigit():
                line_code, _, label = name.partition(" ")
            role = "grand_total" if key in {"grand_total", "income_total", "expenditure_total"} else "leaf"
            for position, (column, text) in enumerate(zip(columns, printed, strict=True)):
                col_no = lane * 10 + position + 3
                self._add(
                    "budget_lines",
                    fact_id=f"{SHA[:16]}.t{self._next_table}.r{number}.c{col_no}",
                    page=page,
                    table_no=self._next_table,
                    row_no=number,
                    col_no=col_no,
                    statement_code=code,
                    statement_seq=seq,
                    statement_title=TITLES.get(code, code),
                    line_code=line_code,
                    line_label=label,
                    line_key=line_code or label,
                    line_level=level,
                    class_system=system if line_code else None,
                    agg_role=role,
                    column_key=None if column.startswith("?") else column,
                    column_path=heads.get(column, column),
                    printed_text=text or None,
                    unit_printed=f"单位：{unit}",
                    lane=lane,
                    form_line_key=key,
                    is_labelled=True,
                    **amount_of(text, unit),
                )
        return self

    def project(
        self,
        name: str,
        total: str,
        fiscal: str | None = None,
        other: str | None = None,
        *,
        plan: Sequence[str] = (),
        label: str = "%",
        unit: str = "万元",
    ) -> Builder:
        """One project form; plan: texts of 03-31, 06-30, 10-31, 12-31 (as many as given, the last is 12-31)."""
        self._next_table += 1
        table, seq = self._next_table, len(self._tables["projects"]) + 1
        project_id = f"{SHA[:16]}.t{table}.r2.c2"
        money: dict[str, Any] = {}
        for field, text in (("total", total), ("fiscal", fiscal), ("other", other)):
            known = amount_of(text, unit)
            absent = fiscal is None and field != "total"
            money |= {f"{field}_printed": text or None, f"{field}_state": None if absent else known["amount_state"]}
            money[f"{field}_yuan"] = known["amount_yuan"]
            if field == "total":
                money["total_fen"] = known["amount_fen"]
        self._add(
            "projects",
            project_id=project_id,
            seq=seq,
            project_name=name,
            page=2,
            table_no=table,
            row_no=2,
            col_no=2,
            unit_printed=f"单位：{unit}",
            **money,
        )
        for position, (point, text) in enumerate(
            zip(("03-31", "06-30", "10-31", "12-31")[4 - len(plan) :], plan, strict=True)
        ):
            known = amount_of(text, "元")
            self._add(
                "spending_plans",
                plan_id=f"{SHA[:16]}.t{table}.r6.c{position + 3}",
                project_id=project_id,
                project_name=name,
                page=2,
                table_no=table,
                row_no=6,
                col_no=position + 3,
                checkpoint=point,
                printed_text=text or None,
                state=known["amount_state"],
                value_number=known["amount_yuan"],
                unit_printed=label,
            )
        return self

    def tables(self) -> Tables:
        return self._tables
