"""Units, assets, purchases, prose and cells."""

from __future__ import annotations

import datetime as dt

from crawl.schema import Provenance
from extract.document import (
    Cell,
    Identity,
    Interpretation,
    Paragraph,
    Place,
    Reading,
    Recognition,
    Record,
    Seam,
    Section,
    Statement,
    Table,
    Use,
)
from normalize.facts import build_rows
from normalize.schema import Row, to_frame
from tests.normalize.build import SHA, at


def listed(code: str, records: list[dict[str, str]], **caption: str) -> Statement:
    made = [
        Record(row, {name: at(row + 1, col, text) for col, (name, text) in enumerate(fields.items(), 1)})
        for row, fields in enumerate(records, 2)
    ]
    shown = {kind: at(1, 1, text) for kind, text in caption.items()}
    return Statement(code, 1, 1, Recognition(code, 1.0, ()), "populated", shown, records=made)


def tables_of(statement: Statement) -> dict[str, list[Row]]:
    reading = Reading(
        SHA, "docx", "docx_xml", None, [Table(1, 1, 1, [Cell(0, 0, "x", (Place(table=1, row=1, col=1),))])]
    )
    return build_rows(reading, Interpretation(SHA, Identity(), [statement], [], [], [], []), Provenance())


def test_assets() -> None:
    made = listed(
        "assets",
        [
            {"item": "资产总额", "quantity": "", "value": "712.42"},
            {"item": "1、房屋（平方米）", "quantity": "3181", "value": "95.26"},
            {"item": "　　其中：办公用房（平方米）", "quantity": "3000", "value": "58.00"},
            {"item": "2、车辆（台、辆）", "quantity": "32", "value": "—"},
        ],
        unit_header="价值（金额单位：万元）",
        as_of="截止时间：2023-12-31",
    )
    tables = tables_of(made)
    rows = tables["assets"]
    assert {row["as_of_date"] for row in rows} == {dt.date(2023, 12, 31)}
    assert [(row["quantity"], row["quantity_unit"], row["quantity_state"]) for row in rows] == [
        (None, None, "blank"),
        (3181.0, "平方米", "number"),
        (3000.0, "平方米", "number"),
        (32.0, "台、辆", "number"),
    ]
    assert [(row["value_yuan"], row["value_state"]) for row in rows] == [
        (7124200.0, "number"),
        (952600.0, "number"),
        (580000.0, "number"),
        (None, "dash"),
    ]
    assert [row["parent_item"] for row in rows] == [None, None, "1、房屋（平方米）", None]
    assert tables["budget_lines"] == []
    assert to_frame("assets", rows).height == 4


def test_units_and_purchases() -> None:
    units = tables_of(listed("org_units", [{"unit_name": "某中心", "unit_nature": "行政", "unit_rank": " "}]))[
        "org_units"
    ]
    assert [(row["unit_name"], row["unit_nature"], row["unit_rank"], row["funding_form"]) for row in units] == [
        ("某中心", "行政", None, None)
    ]
    bought = tables_of(
        listed("procurement", [{"item_name": "计算机", "quantity": "两台", "unit_price": "0.5", "total": "1.00"}])
    )
    (row,) = bought["procurement"]
    assert (row["total_printed"], row["total_state"], row["total_yuan"]) == ("1.00", "number", None)
    assert "unit_unknown" in {issue["code"] for issue in bought["issues"]}
    assert to_frame("procurement", [row]).height == 1


def test_prose() -> None:
    paragraphs = [
        Paragraph(n, text, (Place(paragraph=n),), level)
        for n, (text, level) in enumerate(
            [
                ("一、职责", 1),
                ("（一）主要职责", 2),
                ("负责 某事。", None),
                ("六、专项资金", 1),
                ("七、项目", 1),
                ("散文。", None),
                ("1", None),
            ],
            1,
        )
    ]
    heads = [paragraph.as_text() for paragraph in paragraphs]
    sections = [
        Section("duties", heads[0], 1, [], []),
        Section("duties", heads[1], 2, [3], []),
        Section("earmarked", heads[3], 1, [], []),
        Section("projects", heads[4], 1, [], [1]),
    ]
    uses = [Use("heading", paragraph=n) for n in (1, 2, 4, 5)]
    uses += [Use("narrative", paragraph=n) for n in (3, 6)] + [Use("page_field", paragraph=7)]
    reading = Reading(SHA, "docx", "docx_xml", None, list(paragraphs))
    tables = build_rows(reading, Interpretation(SHA, Identity(), [], [], [], sections, uses), Provenance())
    shown = [
        (row["section_code"], row["heading"], row["text"], row["is_empty_section"]) for row in tables["narratives"]
    ]
    assert shown == [
        ("duties", "（一）主要职责", "负责 某事。", False),
        ("earmarked", "六、专项资金", "", True),
        (None, None, "散文。", False),
    ]
    assert tables["narratives"][0]["n_chars"] == 5
    assert {row["home"] for row in tables["raw_cells"]} == {"heading", "narrative", "page_field"}
    assert tables["documents"][0]["text_coverage"] == 1.0
    assert to_frame("narratives", tables["narratives"]).height == 3


def test_repeated_headers_are_kept_among_the_cells() -> None:
    again = Cell(0, 0, "项目", (Place(page=2, table=2, row=1, col=1, box=(1.0, 2.0, 3.0, 4.0)),))
    table = Table(
        1,
        1,
        1,
        [Cell(0, 0, "项目", (Place(page=1, table=1, row=1, col=1),))],
        [Seam(1, 2, 2, ("header",), ((again,),))],
    )
    reading = Reading(SHA, "pdf", "pdf_text", 2, [table])
    rows = build_rows(reading, Interpretation(SHA, Identity(), [], [], [], [], []), Provenance())["raw_cells"]
    assert [(row["kind"], row["page"], row["table_no"], row["x0"], row["home"]) for row in rows] == [
        ("cell", 1, 1, None, "unused"),
        ("header_repeat", 2, 2, 1.0, "header"),
    ]
    assert to_frame("raw_cells", rows).height == 2
