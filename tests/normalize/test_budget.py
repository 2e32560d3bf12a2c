"""Statements become rows: every position, exact, with its place; nothing guessed."""

from __future__ import annotations

from crawl.schema import Provenance
from extract.document import Column, Identity, Line, Paragraph, Place, Text
from normalize.budget import is_leaf_column, line_keys
from normalize.facts import build_rows
from normalize.schema import MADE_BY_CHECKS, TABLES, Row, to_frame
from tests.normalize.build import SHA, amount_column, at, interpretation_of, reading_of, statement

COLUMNS = [
    amount_column(0, "total", "合计"),
    amount_column(1, "basic", "基本支出"),
    amount_column(2, "project", "项目支出"),
]
BODY = [
    (None, "合计", ["1,486.83", "1191.02", "295.81"]),
    ("201", "一般公共服务支出", ["1255.37", "", "-"]),
    ("20103", "政府办公厅（室）及相关机构事务", ["0.00", "***", "约5"]),
]
ROLES = {0: "grand_total", 1: "parent"}


def rows_of(*, unit: str | None = "单位：万元", **more: object) -> dict[str, list[Row]]:
    made = statement(BODY, COLUMNS, unit=unit, roles=ROLES)
    identity = Identity(org_name=Text("某局", Place(paragraph=1)), fiscal_year=2024, doc_type="department_budget")
    return build_rows(reading_of(made), interpretation_of(made, identity=identity), Provenance(**more))  # type: ignore[arg-type]


def test_states_and_amounts() -> None:
    lines = rows_of()["budget_lines"]
    shown = [(row["printed_text"], row["amount_state"], row["amount_yuan"], row["amount_fen"]) for row in lines]
    assert shown == [
        ("1,486.83", "number", 14868300.0, 1486830000),
        ("1191.02", "number", 11910200.0, 1191020000),
        ("295.81", "number", 2958100.0, 295810000),
        ("1255.37", "number", 12553700.0, 1255370000),
        (None, "blank", None, None),
        ("-", "dash", None, None),
        ("0.00", "zero", 0.0, 0),
        ("***", "masked", None, None),
        ("约5", "not_numeric", None, None),
    ]
    assert lines[0]["resolution_yuan"] == 100.0
    assert lines[4]["resolution_yuan"] is None


def test_keys_places_and_titles() -> None:
    tables = rows_of(county_code="130630")
    first, *_, last = tables["budget_lines"]
    assert first["fact_id"] == f"{SHA[:16]}.t1.r3.c2"
    assert (last["table_no"], last["row_no"], last["col_no"], last["page"]) == (1, 5, 4, None)
    assert first["statement_title"] == "部门预算支出总表"
    assert (last["line_code"], last["line_label"], last["column_path"]) == (
        "20103",
        "政府办公厅（室）及相关机构事务",
        "项目支出",
    )
    assert str(first["disclosure_id"]).startswith("130630-2024-department_budget-")
    assert {row["disclosure_id"] for row in tables["documents"]} == {first["disclosure_id"]}
    assert len({row["fact_id"] for row in tables["budget_lines"]}) == 9


def test_a_text_that_is_no_number_is_an_issue_with_its_place() -> None:
    issues = rows_of()["issues"]
    assert [(row["code"], row["place"]) for row in issues] == [("amount_not_numeric", "t1.r5.c4")]


def test_without_a_unit_the_yuan_are_null_and_the_state_stays() -> None:
    tables = rows_of(unit=None)
    lines = tables["budget_lines"]
    assert {row["amount_yuan"] for row in lines} == {None}
    assert [row["amount_state"] for row in lines][:7] == ["number"] * 4 + ["blank", "dash", "zero"]
    (unknown,) = [row for row in tables["issues"] if row["code"] == "unit_unknown"]
    assert unknown["count"] == 5


def test_the_unit_of_the_others_is_inherited_and_said_to_be() -> None:
    first = statement(BODY[:1], COLUMNS)
    second = statement(BODY[:1], COLUMNS, unit=None, table=2, seq=2)
    tables = build_rows(reading_of(first, second), interpretation_of(first, second), Provenance())
    assert [(row["unit"], row["unit_basis"]) for row in tables["statements"]] == [
        ("万元", "printed"),
        ("万元", "inherited"),
    ]
    assert tables["budget_lines"][-1]["amount_yuan"] == 2958100.0


def test_the_nearest_unit_wins_and_counts_are_no_money() -> None:
    columns = [amount_column(0, "amount", "金额（元）"), amount_column(1, None, "增长率")]
    made = statement([(None, "一、收入", ["5", "12.5"]), (None, "车辆（辆）", ["3", "4%"])], columns)
    rows = build_rows(reading_of(made), interpretation_of(made), Provenance())["budget_lines"]
    assert [(row["amount_yuan"], row["unit_source"]) for row in rows] == [
        (5.0, "header"),
        (None, "header"),
        (None, "label"),
        (None, "cell"),
    ]
    assert {row["amount_state"] for row in rows} == {"number"}


def test_levels_of_a_classification_are_not_units() -> None:
    made = statement([("2010301", "行政运行（项）", ["5.00"])], [amount_column(0, "total", "合计")])
    (row,) = build_rows(reading_of(made), interpretation_of(made), Provenance())["budget_lines"]
    assert row["amount_yuan"] == 50000.0


def test_sum_safe_counts_nothing_twice() -> None:
    safe = {(row["line_label"], row["column_key"]) for row in rows_of()["budget_lines"] if row["sum_safe"]}
    assert safe == {("政府办公厅（室）及相关机构事务", "basic"), ("政府办公厅（室）及相关机构事务", "project")}
    split = [*COLUMNS, amount_column(3, "personnel", "人员经费"), amount_column(4, "public", "公用经费")]
    assert [column.key for column in split if is_leaf_column(column, split)] == ["project", "personnel", "public"]
    assert is_leaf_column(COLUMNS[0], COLUMNS[:1])
    unnamed = [amount_column(0, None, "本年"), amount_column(1, None, "上年")]
    assert not is_leaf_column(unnamed[0], unnamed)


def test_line_keys_are_paths_of_codes_and_labels() -> None:
    lines = [
        Line(0, 0, at(1, 1, "合计"), ("合计",), 0),
        Line(1, 0, at(2, 1, "一般公共服务支出"), ("合计", "一般公共服务支出"), 1, code="201"),
        Line(2, 0, at(3, 1, "政府办公厅"), ("合计", "一般公共服务支出", "政府办公厅"), 2, code="20103"),
        Line(3, 0, at(4, 1, "    其中：购置费"), ("二、公务用车", "其中：购置费"), 1),
    ]
    assert line_keys(lines) == ["合计", "合计/201", "合计/201/20103", "公务用车/购置费"]


def test_lines_without_labels() -> None:
    made = statement([(None, "", ["5.00"]), (None, "", [" "])], [amount_column(0, "total", "合计")])
    (row,) = build_rows(reading_of(made), interpretation_of(made), Provenance())["budget_lines"]
    assert (row["is_labelled"], row["line_label"], row["amount_yuan"]) == (False, None, 50000.0)
    made.columns.append(Column(1, "label", ("项目",)))
    assert build_rows(reading_of(made), interpretation_of(made), Provenance())["budget_lines"] == []


def test_parts_of_a_fen_stay_exact_in_yuan_and_are_an_issue() -> None:
    made = statement([(None, "合计", ["0.0000001"])], [amount_column(0, "total", "合计")])
    tables = build_rows(reading_of(made), interpretation_of(made), Provenance())
    (row,) = tables["budget_lines"]
    assert (row["amount_yuan"], row["amount_fen"]) == (0.001, None)
    assert "sub_fen_amount" in {issue["code"] for issue in tables["issues"]}


def test_the_same_arguments_give_the_same_rows_and_every_table_fits_its_contract() -> None:
    tables, again = rows_of(), rows_of()
    assert tables == again
    assert set(tables) == set(TABLES) - MADE_BY_CHECKS
    for name, rows in tables.items():
        assert to_frame(name, rows).height == len(rows)


def test_a_document_that_was_not_read_has_only_the_readers_issue() -> None:
    empty = reading_of()
    assert build_rows(empty, interpretation_of(), Provenance(link_text="x"))["issues"] == []


def test_every_amount_is_found_again_in_the_cells() -> None:
    paragraph = Paragraph(1, "第 1 页", (Place(paragraph=1),), role="page_field")
    made = statement(BODY, COLUMNS, roles=ROLES)
    tables = build_rows(reading_of(made, paragraphs=(paragraph,)), interpretation_of(made), Provenance())
    facts = {row["fact_id"] for row in tables["budget_lines"]}
    assert {row["fact_id"] for row in tables["raw_cells"]} - {None} == facts
    assert tables["raw_cells"][0]["kind"] == "page_field"
    homes = {row["text"]: row["home"] for row in tables["raw_cells"]}
    assert (homes["1,486.83"], homes["一般公共服务支出"]) == ("amount", "unused")
    blanks = {"", " "}
    printed = [row for row in tables["raw_cells"] if row["text"] not in blanks]
    used = sum(row["home"] != "unused" for row in printed)
    assert tables["documents"][0]["text_coverage"] == used / len(printed)


def test_a_source_of_revenue_names_its_fund() -> None:
    made = statement([(None, "一、一般公共预算拨款收入", ["5.00"])], [amount_column(0, "amount", "预算数", fund="all")])
    made.lines[0] = Line(2, 0, made.lines[0].label, made.lines[0].path, 0, key="general_public_budget", flow="revenue")
    (row,) = build_rows(reading_of(made), interpretation_of(made), Provenance())["budget_lines"]
    assert (row["fund"], row["flow"], row["sum_safe"]) == ("general_public_budget", "revenue", True)
