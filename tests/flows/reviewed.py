"""A small document with hostile words in it, as rows of every table: what the tests of the review page look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from flows.review.shelf import ReleaseShelf
from normalize.columns import Field
from normalize.schema import TABLES, Row

SHA = "3a2245b978ca3436" + "1" * 48
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`&amp;{{7*7}}"


def empty_value(field: Field) -> object:
    """A value of the column's type that says nothing."""
    if field.nullable:
        return None
    if isinstance(field.dtype, pl.List):
        return []
    return {"String": "", "Boolean": False, "Float64": 0.0}.get(str(field.dtype), 0)


def row(table: str, **said: Any) -> Row:
    """A row of a table with these values; the others say nothing."""
    return {field.name: empty_value(field) for field in TABLES[table].columns} | {"document_sha256": SHA, **said}


def cell(number: int, at: int, text: str, **more: Any) -> Row:
    where = {"table_no": 1, "row_no": number, "col_no": at, "block_no": 2, "kind": "cell", "home": "amount"}
    return row("raw_cells", **{**where, "text": text, "rowspan": 1, "colspan": 1, **more})


def fact(number: int, at: int, printed: str | None, yuan: float | None, label: str, *, code: str | None = None) -> Row:
    return row(
        "budget_lines",
        fact_id=f"{SHA[:16]}.t1.r{number}.c{at}",
        table_no=1,
        row_no=number,
        col_no=at,
        printed_text=printed,
        amount_yuan=yuan,
        amount_state="number" if printed else "blank",
        line_label=label,
        line_code=code,
        column_path="合计",
        unit_printed=HOSTILE,
        statement_title="“三公”经费支出表",
        statement_code="three_public",
        statement_seq=1,
    )


def review_tables() -> dict[str, list[Row]]:
    """Rows of every table: one document of two leaves, one failing finding, one issue."""
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    tables["documents"] = [
        row("documents", county_code="130630", kind="docx", title_printed=HOSTILE, url="javascript:alert(1)")
    ]
    tables["disclosures"] = [row("disclosures", org_name=HOSTILE, fiscal_year=2024, doc_type="department_budget")]
    tables["raw_cells"] = [
        row("raw_cells", block_no=1, kind="paragraph", home="title", text=HOSTILE, paragraph_no=1),
        cell(1, 1, HOSTILE, colspan=3, home="caption"),
        cell(2, 1, "项目", rowspan=2, home="header"),
        cell(2, 2, "金额", colspan=2, home="header"),
        cell(3, 2, "合计", home="header"),
        cell(3, 3, "财政拨款", home="header"),
        cell(5, 2, "合计", home="label"),
        cell(5, 3, "186.00"),
        cell(5, 4, "186.00"),
        cell(6, 2, HOSTILE, home="label"),
        cell(6, 3, "171.00"),
        cell(6, 4, ""),
        row("raw_cells", block_no=3, kind="paragraph", home="narrative", text="说明", paragraph_no=2),
    ]
    for number, one in enumerate(tables["raw_cells"]):
        one["rowspan"], one["colspan"] = one["rowspan"] or 1, one["colspan"] or 1
        assert number < 20
    tables["budget_lines"] = [
        fact(5, 3, "186.00", 1860000.0, "合计"),
        fact(5, 4, "186.00", 1860000.0, "合计"),
        fact(6, 3, "171.00", 1710000.0, HOSTILE),
        fact(6, 4, None, None, "四、会议费"),
        fact(9, 3, "15.00", 150000.0, "会议费", code="30215"),
    ]
    tables["findings"] = [
        row(
            "findings",
            finding_id=f"T01-{SHA[:16]}-0123456789abcdef",
            fingerprint="0123456789abcdef",
            check_id="T01",
            family="T",
            level="statement",
            severity="error",
            subject="three_public.1/total",
            outcome="fails",
            left_yuan=1860000.0,
            right_yuan=1710000.0,
            delta_yuan=150000.0,
            tolerance_yuan=100.0,
            left_zh=HOSTILE,
            right_zh="各分项之和",
            fact_ids=[f"{SHA[:16]}.t1.r5.c3", f"{SHA[:16]}.t1.r6.c3", f"{SHA[:16]}.t1.r6.c4"],
            places=["t1.r5.c3", "t1.r6.c3", "t1.r6.c4"],
            evidence=["合计 186.00", f"{HOSTILE} 171.00", "四、会议费 （空白）"],
            suspects=["t1.r6.c4"],
            suspect_texts=["15.00万元"],
            cause="source",
            message_zh=HOSTILE,
            message_en=HOSTILE,
        )
    ]
    tables["issues"] = [
        row("issues", issue_id="i1", code="weight_not_numeric", severity="warning", stage="normalize", place="p1",
            message_zh=HOSTILE, message_en=HOSTILE, count=2)
    ]  # fmt: skip
    return tables


def shelf_over(folder: Path) -> ReleaseShelf:
    return ReleaseShelf(folder, None, None, HOSTILE)
